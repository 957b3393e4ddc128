"""The assumptions about cost and margin: changed on the page, tried at once, saved for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from analysis.assumptions import Assumptions, AssumptionsError
from analysis.economics import Economics
from dashboard import loading_value, notices, sending, state
from dashboard.texts import Speaker

_TRIED: Final = "assumptions-tried"
_FIRST: Final = "assumptions-first"

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
    back = sending.outbox("assume-back")
    kept = f"{_TRIED}-{back.turn}"  # what was tried is forgotten as often as it is taken back
    tried = state.kept(kept, saved)
    st.subheader(say("value.assume.heading"), anchor=False)
    path = loading_value.assumptions_path()
    kind = "saved" if path.exists() else "usual"
    st.markdown(say(f"value.assume.caption_{kind}", path=f"`{path.name}`"))
    measured = _measured(say, found, n_handoffs_per_month, tried.margin_share)
    keys = {name: f"assume-{name}-{back.turn}-{say.language}" for name in _STEPS}
    with st.grid(4, min_column_width=210):
        shown = {name: _input(say, name, getattr(tried, name), measured.get(name), key) for name, key in keys.items()}
    chosen = _chosen(shown, tried, measured)
    state.keep(kept, chosen)
    with st.container(horizontal=True):
        box, is_changed = sending.outbox("assume"), chosen != saved
        st.button(
            say("value.assume.save"), key="assume-save", icon=":material/save:",
            disabled=not (is_changed or not path.exists()), **box.button(_save, keys, tried, measured, say),
        )  # fmt: skip
        if is_changed:
            st.button(
                say("value.assume.back"), key="assume-back", icon=":material/undo:", **back.button(_take_back, {})
            )
    box.refusal(say)
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


def _input(say: Speaker, name: str, tried: float | None, measured: str | None, key: str) -> float | None:
    """Draw one field and return what stands in it."""
    # A field must be drawn with the same start every time, or it would forget what was typed.
    first = state.kept(f"{_FIRST}-{key}", {"value": tried})["value"]
    state.keep(f"{_FIRST}-{key}", {"value": first})
    scale = 100.0 if name in _PERCENT else 1.0
    kind = type(_STEPS[name])
    shown: float | None = st.number_input(
        say(f"value.assume.{name}"),
        min_value=_LOWEST.get(name, 0),
        max_value=100.0 if name in _PERCENT else None,
        value=None if first is None else kind(round(first * scale, 6)),
        step=_STEPS[name],
        format="%g" if kind is float else "%d",
        placeholder=measured,
        help=say(f"value.assume.help.{name}"),
        key=key,
    )
    return shown


def _chosen(shown: Mapping[str, Any], tried: Assumptions, measured: Mapping[str, str]) -> Assumptions:
    """Return what the fields say; an empty one that may not be empty keeps its value."""
    values: dict[str, Any] = {}
    for name, step in _STEPS.items():
        value = shown[name]
        if value is None:
            values[name] = None if name in measured else getattr(tried, name)
        else:
            values[name] = round(value / (100.0 if name in _PERCENT else 1.0), 8) if isinstance(step, float) else value
    return Assumptions(**values)


def _save(typed: Mapping[str, Any], tried: Assumptions, measured: Mapping[str, str], say: Speaker) -> sending.Receipt:
    loading_value.save_assumptions(_chosen(typed, tried, measured))
    return sending.Receipt(toast=say("value.assume.saved"))


def _take_back(_: Mapping[str, Any]) -> None:
    """Do nothing but begin the next turn of the fields."""
