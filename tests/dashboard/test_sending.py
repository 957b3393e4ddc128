"""What is sent is stored once, and what came of it is told until a run was drawn to its end."""

from __future__ import annotations

import pytest
import streamlit as st

from dashboard import notices, sending, state
from dashboard.sending import IncompleteError, Outbox, Receipt
from dashboard.texts import speaker
from data.errors import LeadcalError

EN = speaker("en")


@pytest.fixture
def typed(monkeypatch):
    """What the widgets say."""
    values = {"key-0": "first"}
    monkeypatch.setattr(state, "widgets", lambda: dict(values))
    return values


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn."""
    said = []
    monkeypatch.setattr(st, "toast", lambda text, **_: said.append(("toast", text)))
    monkeypatch.setattr(st, "warning", lambda text, **_: said.append(("hint", text)))
    monkeypatch.setattr(notices, "refused", lambda _, error, title: said.append((title, str(error))))
    monkeypatch.setattr(notices, "defect", lambda _, error: said.append(("defect", str(error))))
    return said


def click(button):
    button["on_click"](*button["args"])


def run(box):
    box.toast()
    box.refusal(EN, "title")


def test_a_double_click_stores_once_and_what_was_changed_in_between_is_stored_too(typed):
    box, stored = Outbox(), []
    store = lambda typed, place: stored.append((place, typed["text"]))  # noqa: E731
    button = box.button(store, {"text": "key-0"}, "here")
    click(button)
    click(button)
    assert stored == [("here", "first")]
    assert box.turn == 1
    typed["key-0"] = "second"
    click(button)
    click(button)
    assert stored == [("here", "first"), ("here", "second")]
    # A form that was drawn anew may say the same again.
    click(box.button(store, {"text": "key-0"}, "here"))
    assert stored[2:] == [("here", "second")]


def test_what_was_refused_may_be_sent_again_and_is_told_until_a_run_is_whole(typed, drawn):
    box, stored = Outbox(), []

    def store(typed):
        if not stored:
            stored.append("tried")
            raise LeadcalError("no")
        return Receipt(what=typed["text"], toast="done")

    button = box.button(store, {"text": "key-0"})
    click(button)
    assert (box.turn, box.what) == (0, None)
    run(box)  # cut short: it is not settled
    run(box)
    box.settle()
    run(box)
    assert drawn == [("title", "no")] * 2
    click(button)
    run(box)
    box.settle()
    run(box)
    assert (box.turn, box.what, drawn[2:]) == (1, "first", [("toast", "done")])


def test_news_that_comes_while_older_ones_are_drawn_stays(typed, drawn):
    box = Outbox()
    button = box.button(lambda typed: Receipt(toast=typed["text"]), {"text": "key-0"})
    click(button)
    run(box)
    typed["key-0"] = "second"
    click(button)
    box.settle()
    run(box)
    assert drawn == [("toast", "first"), ("toast", "second")]


@pytest.mark.parametrize(
    ("error", "expected"), [(IncompleteError("x"), "hint"), (LeadcalError("x"), "title"), (OSError("x"), "defect")]
)
def test_a_hint_a_refusal_and_a_defect_are_told_apart(typed, drawn, error, expected):
    def store(_):
        raise error

    box = Outbox()
    click(box.button(store, {}))
    run(box)
    assert drawn == [(expected, "x")]


def test_nothing_is_stored_of_a_form_that_is_not_known_whole(typed, drawn):
    box, stored = Outbox(), []
    click(box.button(stored.append, {"text": "key-0", "more": "key-1"}))
    run(box)
    assert stored == []
    assert drawn == [("defect", "'key-1'")]


def test_a_page_that_draws_no_news_keeps_them(typed, drawn, monkeypatch):
    boxes = {}
    monkeypatch.setattr(state, "kept", lambda _, default=None: boxes.get("boxes", default))
    monkeypatch.setattr(state, "keep", lambda _, thing: boxes.update(boxes=thing))
    sending.toasts()
    sending.settle()

    def store(_):
        raise LeadcalError("no")

    box = sending.outbox("form")
    assert sending.outbox("form") is box
    click(box.button(store, {}))
    sending.toasts()
    sending.settle()
    box.refusal(EN, "title")
    assert drawn == [("title", "no")]
