"""The assumptions about cost and margin: changed on the page, tried at once, saved for everybody."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from analysis.assumptions import Assumptions, AssumptionsError
from analysis.economics import Economics
from dashboard import loading_value, notices, state
from dashboard.texts import Speaker

_TRIED: Final = "assumptions-tried"
_FIRST: Final = "assumptions-first"
_TURN: Final = "assumptions-turn"

_PERCENT: Final = ("margin_share", "opt_out_rate")
"""Shares, which people type in per cent."""

_STEPS: Final = {
    "n_reps": 1,
    "handoffs_per_rep_per_week": 1.0,
    "cost_per_handoff_yen": 1000,
    "margin_share": 5.0,
    "margin_per_win_yen": 10_000,
    "opt_out_cost_yen": 1000,
    "opt_out_rate": 0.5,
}
_LOWEST: Final = {"n_reps": 1, "handoffs_per_rep_per_week": 0.1, "margin_share": 0.0, "opt_out_rate": 0.0}


def draw(say: Speaker, found: Economics, n_handoffs_per_month: float) -> Assumptions:
    """Draw the assumptions and return them as they stand on the page; stops the page when the file is wrong."""
    try:
        saved = loading_value.assumptions()
    except AssumptionsError as error:
        notices.refused(say, error)
        st.stop()
    tried = state.kept(_TRIED, saved)
    st.subheader(say("value.assume.heading"), anchor=False)
    path = loading_value.assumptions_path()
    kind = "saved" if path.exists() else "usual"
    st.markdown(say(f"value.assume.caption_{kind}", path=f"`{path.name}`"))
    chosen = _inputs(say, tried, _measured(say, found, n_handoffs_per_month, tried.margin_share))
    state.keep(_TRIED, chosen)
    _buttons(say, saved, chosen, is_new=not path.exists())
    return chosen


def _measured(say: Speaker, found: Economics, n_handoffs_per_month: float, margin_share: float) -> dict[str, str]:
    """Say what stands in for a field that is left empty."""
    rate = found.n_opted_out / found.n_watched if found.n_watched else float("nan")
    pace = say("value.assume.pace", n=say.count(n_handoffs_per_month))
    return {
        "n_reps": pace,
        "handoffs_per_rep_per_week": pace,
        "margin_per_win_yen": say("value.assume.amount", amount=say.money(margin_share * found.amount_mean)),
        "opt_out_rate": say("value.assume.rate", rate=say.percent(rate), n=say.count(found.n_watched)),
    }


def _inputs(say: Speaker, tried: Assumptions, measured: dict[str, str]) -> Assumptions:
    turn = state.kept(_TURN, 0)
    names = list(_STEPS)
    with st.grid(4, min_column_width=210):
        values = {name: _input(say, name, getattr(tried, name), measured.get(name, ""), turn) for name in names}
    return Assumptions(**values)


def _input(say: Speaker, name: str, tried: float | None, measured: str, turn: int) -> Any:
    """Draw one field; an empty one that may not be empty keeps its value."""
    key = f"assume-{name}-{turn}-{say.language}"
    # A field must be drawn with the same start every time, or it would forget what was typed.
    first = state.kept(f"{_FIRST}-{key}", {"value": tried})["value"]
    state.keep(f"{_FIRST}-{key}", {"value": first})
    scale = 100.0 if name in _PERCENT else 1.0
    kind = type(_STEPS[name])
    shown = st.number_input(
        say(f"value.assume.{name}"),
        min_value=_LOWEST.get(name, 0),
        max_value=100.0 if name in _PERCENT else None,
        value=None if first is None else kind(round(first * scale, 6)),
        step=_STEPS[name],
        format="%g" if kind is float else "%d",
        placeholder=measured or None,
        help=say(f"value.assume.help.{name}"),
        key=key,
    )
    if shown is None:
        return None if measured else tried
    return round(shown / scale, 8) if kind is float else shown


def _buttons(say: Speaker, saved: Assumptions, chosen: Assumptions, *, is_new: bool) -> None:
    is_changed = chosen != saved
    with st.container(horizontal=True):
        if st.button(
            say("value.assume.save"), key="assume-save", icon=":material/save:", disabled=not (is_changed or is_new)
        ):
            loading_value.save_assumptions(chosen)
            st.toast(say("value.assume.saved"), icon=":material/check:")
            st.rerun()
        if is_changed and st.button(say("value.assume.back"), key="assume-back", icon=":material/undo:"):
            state.drop(_TRIED)
            state.keep(_TURN, state.kept(_TURN, 0) + 1)
            st.rerun()
