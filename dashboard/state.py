"""What a person chose, kept between runs and pages and written into the address.

The only module that touches `st.session_state` and `st.query_params`. Choices
are held under stable codes, never under labels, so that a link opens in another
language; widgets show them and hand changes back through `choose`.

Streamlit may stop a run wherever it touches `st.session_state`, because the next
click has arrived. What runs on a click (`choose_now`, `widget`, `widgets`, and what
`choose` binds) goes by `to_dict` instead, which is no such point: a click must not be
lost to the one after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from dashboard.texts import LANGUAGES, Language

_HELD: Final = "leadcal.held"
_PUBLISHED: Final = "leadcal.published"
_CHANGED: Final = "leadcal.changed"
_KEPT: Final = "leadcal.kept."

DEFAULTS: Final[Mapping[str, str | tuple[str, ...]]] = {
    "period": "",
    "from": "",
    "to": "",
    "source": (),
    "horizon": "180",
    "stage": "won",
    "ruleset": "",
    "mode": "implied",
    "view": "cohort",
    "grain": "lead",
    "first": "",
    "last": "",
    "start": "",
    "end": "",
    "tab": "",
    "by": "source",
    "against": "previous",
    "touch": "kind",
    "within": "",
    "target": "",
    "wins": "10",
    "measure": "level",
    "wait": "contact",
    "basis": "created",
    "rival": "",
    "define_a": "",
    "define_b": "",
    "list": "",
    "lead_id": "",
    "lead": "",
    "twin": "1",
    "rule": "",
    "since": "",
    "rules": "",
    "capacity": "30",
    "outcome": "won",
    "bands": "today",
    "threshold": "",
    "wish": "width",
    "width": "2",
    "worth": "5",
    "hours": "2",
    "spare": "40",
    "meeting": "",
    "item": "1",
    "clock": "",
    "after": "",
    "judge": "",
    "side": "marketing",
    "docket": "mixed",
    "lot": "1",
    "case": "1",
    "judged": "with",
}
"""Choices and their codes when nothing was chosen; these are left out of the address."""


def restore() -> None:
    """Take the choices from the address: in a new session, and after going back or forward."""
    url = {name: st.query_params.get_all(name) for name in st.query_params}
    if st.session_state.get(_HELD, {}).pop(_CHANGED, False):
        return  # the address is older than the click that started this run
    if _HELD in st.session_state and (not url or url == st.session_state.get(_PUBLISHED)):
        return
    held = {name: _from_url(name, url) for name in DEFAULTS}
    st.session_state[_HELD] = held | {"lang": _language_of(url.get("lang", []))}


def publish() -> None:
    """Write the choices into the address, so that it can be passed on."""
    url = address()
    if {name: st.query_params.get_all(name) for name in st.query_params} != url:
        st.query_params.from_dict(url)
    st.session_state[_PUBLISHED] = url


def address(**changes: str) -> dict[str, list[str]]:
    """Return the query of an address that opens with the choices held, some of them changed."""
    held = st.session_state[_HELD] | changes
    chosen = {name: list(_as_tuple(held[name])) for name, default in DEFAULTS.items() if held[name] != default}
    return chosen | {"lang": [held["lang"]]}


def held(name: str) -> Any:
    """Return the code chosen for `name`: text, or a tuple for several."""
    return st.session_state[_HELD][name]


def hold(name: str, code: str | tuple[str, ...]) -> None:
    """Keep a choice."""
    st.session_state[_HELD][name] = code


def keep(name: str, thing: Any) -> None:
    """Keep something of this session that is no choice to pass on, such as an import under way."""
    st.session_state[_KEPT + name] = thing


def kept(name: str, default: Any = None) -> Any:
    """Return what was kept under `name`."""
    return st.session_state.get(_KEPT + name, default)


def drop(name: str) -> None:
    """Forget what was kept under `name`."""
    st.session_state.pop(_KEPT + name, None)


def widget(key: str, default: Any = None) -> Any:
    """Return what the widget with this key was set to; for the code that runs on its click."""
    return widgets().get(key, default)


def widgets() -> dict[str, Any]:
    """Return what all widgets were set to, by key, read in one go; for the code that runs on a click."""
    return st.session_state.to_dict()


def language() -> Language:
    """Return the language in use."""
    return held("lang")


def choose(name: str, code: str | tuple[str, ...], key: str = "") -> dict[str, Any]:
    """Return the arguments that bind a widget to the choice `name`, showing `code`.

    The key names the language: a widget keeps the labels it was made with, and
    would go on showing them in the old language. Several widgets of a page may
    make the same choice; `key` tells them apart.
    """
    key = "-".join(filter(None, (name, key, language()))) if name != "lang" else name
    st.session_state[key] = list(code) if isinstance(code, tuple) else code
    return {"key": key, "on_change": _take, "args": (name, key)}


def choose_number(name: str, value: int) -> dict[str, Any]:
    """Return the arguments that bind an input of a whole number to the choice `name`, as `choose` does."""
    key = f"{name}-{language()}"
    st.session_state[key] = value
    return {"key": key, "on_change": _take_number, "args": (name, key)}


def choose_now(name: str, code: str | tuple[str, ...]) -> None:
    """Hold a choice that was made by a click on something that is no input."""
    held: dict[str, Any] = widgets()[_HELD]
    held[name] = code
    held[_CHANGED] = True


def _take(name: str, key: str) -> None:
    """Hold what a widget was set to; runs before the script does."""
    value = widgets()[key]
    choose_now(name, tuple(value) if isinstance(value, list) else value)


def _take_number(name: str, key: str) -> None:
    """Hold the number an input was set to; runs before the script does."""
    choose_now(name, str(int(widgets()[key])))


def _from_url(name: str, url: Mapping[str, list[str]]) -> str | tuple[str, ...]:
    default, given = DEFAULTS[name], url.get(name, [])
    if isinstance(default, tuple):
        return tuple(dict.fromkeys(given))
    return given[-1] if given else default


def _as_tuple(code: str | tuple[str, ...]) -> tuple[str, ...]:
    return (code,) if isinstance(code, str) else code


def _language_of(given: list[str]) -> Language:
    """Return the language of the address, else that of the browser, else English."""
    if given and given[-1] in LANGUAGES:
        return given[-1]  # type: ignore[return-value]
    return "ja" if (st.context.locale or "").lower().startswith("ja") else "en"
