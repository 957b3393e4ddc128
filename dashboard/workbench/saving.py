"""Keeps the points of the sheet as a draft: the next version, which the meeting can release or drop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analysis.rulesets import Ruleset
from analysis.rulesets.drafts import next_version, save_draft
from analysis.rulesets.score_tests import run_score_tests
from dashboard import loading, sending, state
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import words
from dashboard.workbench.sheet import Sheet
from data.errors import LeadcalError


def tests(say: Speaker, ruleset: Ruleset, mine: Ruleset, changes: Mapping[str, int]) -> None:
    """Draw the examples of the ruleset's file, and whether its points and those of the sheet get them right."""
    with st.container(border=True):
        st.subheader(say("points.test.heading"), anchor=False)
        if not ruleset.tests:
            st.markdown(say("score_test.none"))
            return
        _examples(say, ruleset, "score_test.today")
        if changes:
            n_failed = _examples(say, mine, "points.test.caption")
            if n_failed:
                st.warning(say("score_test.no_release", n=n_failed), icon=":material/block:")


def _examples(say: Speaker, points: Ruleset, caption: str) -> int:
    """Draw how the examples come out, and return how many fail."""
    results = run_score_tests(points)
    n_passed = sum(result.is_passed for result in results)
    st.markdown(say(caption, n=n_passed, n_all=len(results)))
    icons = [":material/check_circle:" if result.is_passed else ":material/cancel:" for result in results]
    lines = [plain(words.score_test(result, points, say)) for result in results]
    st.markdown("  \n".join(f"{icon} {line}" for icon, line in zip(icons, lines, strict=True)))
    return len(results) - n_passed


def draw(say: Speaker, ruleset: Ruleset, sheet: Sheet) -> None:
    """Draw the button that saves, and the way on."""
    box = sending.outbox("points-draft")
    with st.container(border=True):
        st.subheader(say("points.save.heading"), anchor=False)
        version, changes = next_version(loading.workspace(), ruleset.id), sheet.changes(ruleset)
        if not changes:
            st.markdown(say("points.save.nothing"))
        else:
            st.markdown(say("points.save.caption", name=f"{ruleset.id}@{version}", n=len(changes)))
            st.button(
                say("points.save.button", version=version), type="primary", icon=":material/save:",
                **box.button(_save, {"edits": sheet.key()}, ruleset, sheet),
            )  # fmt: skip
        box.refusal(say, "points.save.failed")
        if box.what:
            _saved(say, box, *box.what)


def _save(_: Mapping[str, Any], ruleset: Ruleset, sheet: Sheet) -> sending.Receipt | None:
    sheet.take_edits()  # a cell may have been left only for this click
    changes = sheet.changes(ruleset)
    if not changes:
        return None
    try:
        path = save_draft(loading.workspace(), ruleset, changes)
    except OSError as error:
        raise LeadcalError(str(error)) from error
    return sending.Receipt(what=(f"{ruleset.id}@{path.stem}", str(path)))


def _saved(say: Speaker, box: sending.Outbox, code: str, path: str) -> None:
    st.success(say("points.save.done", name=plain(code), path=f"`{path}`"), icon=":material/check:")
    if st.button(
        say("points.save.open", name=code),
        icon=":material/target:",
        on_click=state.choose_now,
        args=("ruleset", code),
    ):
        box.forget()
        st.switch_page("app_pages/calibration.py")
