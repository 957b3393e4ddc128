"""What a person sends is stored before the page is drawn anew; what came of it is told afterwards.

Streamlit stops a run of the script when the next click arrives. A page that stores what was
sent where it draws the button loses it to whoever clicks on while the page is still being
drawn. So a button here stores in its callback, which runs before the script. Nothing in it
is a point at which a run may be stopped: what was typed is read in one go, and the outcome
is noted in an object that lasts as long as the session.

What was refused or is to be said stays there until a run that drew it has reached its end:
what an interrupted run draws is gone with the next.

A double click sends the same twice, before the form is drawn anew; it is stored once. What
was changed in between is something else, and so is the same sent again from a new form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import streamlit as st

from dashboard import notices, state
from dashboard.texts import Speaker
from data.errors import LeadcalError

_KEPT: Final = "outboxes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of something that was stored.

    Attributes
    ----------
    what : object
        What was stored, for a page that goes on showing it.
    toast : str
        What is said about it in passing; nothing when empty.
    """

    what: Any = None
    toast: str = ""


class IncompleteError(LeadcalError):
    """Something is still to be filled in; said in passing rather than as an error."""


Store: TypeAlias = Callable[..., Receipt | None]
"""Takes what was typed, by name, and what was drawn with the button; LeadcalError refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _News:
    toast: str = ""
    refusal: Exception | None = None


class Outbox:
    """One form of a session.

    Attributes
    ----------
    turn : int
        How often it was stored; part of the keys of a form that is empty afterwards.
    what : object
        What was stored last; None before.
    """

    def __init__(self) -> None:
        self.turn = 0
        self.what: Any = None
        self._news: _News | None = None
        self._drawn: _News | None = None
        self._last: tuple[Any, ...] | None = None

    def button(self, store: Store, keys: Mapping[str, str], *drawn: Any) -> dict[str, Any]:
        """Return the arguments that make a button send.

        Parameters
        ----------
        store : callable
            Stores it: `store(typed, *drawn)`.
        keys : mapping
            Keys of the widgets that are sent, by the names under which `store` wants them.
        *drawn : object
            What the person saw when clicking.
        """
        return {"on_click": self._send, "args": (self.turn, store, dict(keys), drawn)}

    def refusal(self, say: Speaker, title: str = "error.title") -> None:
        """Draw why the last sending was refused, if it was."""
        news = self._news
        if news is None or news.refusal is None:
            return
        if isinstance(news.refusal, IncompleteError):
            st.warning(str(news.refusal), icon=":material/touch_app:")
        elif isinstance(news.refusal, LeadcalError):
            notices.refused(say, news.refusal, title)
        else:
            notices.defect(say, news.refusal)
        self._drawn = news

    def toast(self) -> None:
        """Say in passing what was stored; the first that a run draws of it."""
        self._drawn, news = None, self._news
        if news is not None and news.toast:
            st.toast(news.toast, icon=":material/check:")
            self._drawn = news

    def forget(self) -> None:
        """Show no longer what was stored last; the callback of a button."""
        self.what = None

    def settle(self) -> None:
        """Let go of what was drawn to the end."""
        if self._news is self._drawn:
            self._news = None
        self._drawn = None

    def _send(self, turn: int, store: Store, keys: Mapping[str, str], drawn: tuple[Any, ...]) -> None:
        everything = state.widgets()
        try:
            typed = {name: everything[key] for name, key in keys.items()}
            if turn != self.turn and (store, keys, typed) == self._last:
                return
            receipt = store(typed, *drawn)
        except Exception as error:  # noqa: BLE001 - the page shows it in a box, as it does with its own
            self._news = _News(refusal=error)
            return
        self.turn, self._last = self.turn + 1, (store, keys, typed)
        self.what = receipt.what if receipt else None
        self._news = _News(toast=receipt.toast) if receipt else None


def outbox(name: str) -> Outbox:
    """Return the form of this name, of this session."""
    boxes: dict[str, Outbox] | None = state.kept(_KEPT)
    if boxes is None:
        boxes = {}
        state.keep(_KEPT, boxes)
    return boxes.setdefault(name, Outbox())


def toasts() -> None:
    """Say what was stored, above whatever page is drawn."""
    for box in tuple(state.kept(_KEPT, {}).values()):
        box.toast()


def settle() -> None:
    """Let go of what this run has drawn; ends the run instead, when it is to be stopped."""
    for box in tuple(state.kept(_KEPT, {}).values()):
        box.settle()
