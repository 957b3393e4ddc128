"""Keeps the points of the sheet as a draft: the next version, which the meeting can release or drop."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analysis.rulesets import Ruleset
from analysis.rulesets.drafts import next_version, save_draft
from analysis.rulesets.score_tests import run_score_tests
from dashboard import loading, notices, state
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import words
from data.errors import LeadcalError

_SAVED = "points-saved"


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


def draw(say: Speaker, ruleset: Ruleset, changes: Mapping[str, int]) -> None:
    """Draw the button that saves, and the way on."""
    with st.container(border=True):
        st.subheader(say("points.save.heading"), anchor=False)
        version = next_version(loading.workspace(), ruleset.id)
        if not changes:
            st.markdown(say("points.save.nothing"))
        else:
            st.markdown(say("points.save.caption", name=f"{ruleset.id}@{version}", n=len(changes)))
            if st.button(say("points.save.button", version=version), type="primary", icon=":material/save:"):
                _save(say, ruleset, changes)
        saved = state.kept(_SAVED)
        if saved:
            _saved(say, *saved)


def _save(say: Speaker, ruleset: Ruleset, changes: Mapping[str, int]) -> None:
    try:
        path = save_draft(loading.workspace(), ruleset, changes)
    except (LeadcalError, OSError) as error:
        notices.refused(say, LeadcalError(str(error)), "points.save.failed")
        return
    state.keep(_SAVED, (f"{ruleset.id}@{path.stem}", str(path)))


def _saved(say: Speaker, code: str, path: str) -> None:
    st.success(say("points.save.done", name=plain(code), path=f"`{path}`"), icon=":material/check:")
    if st.button(
        say("points.save.open", name=code),
        icon=":material/target:",
        on_click=state.choose_now,
        args=("ruleset", code),
    ):
        state.drop(_SAVED)
        st.switch_page("app_pages/calibration.py")
