"""What it would cost to know how low scorers do: the smallest random set to try."""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.exploration import Plan, Wish, explore
from analysis.selection import Selection
from dashboard import choices, loading
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

WISHES: Final = ("width", "power")
SLOW_MONTHS: Final = 36


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the question, and how few leads answer it."""
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    st.subheader(say("bands.explore.heading"), anchor=False)
    st.markdown(say("bands.explore.caption"))
    wish = _wish(say)
    start = selection.start or loading.facts(current).first_on
    plan = explore(result.scores, result.threshold, wish, selection, start)
    answer, *basis = words(plan, wish, result.threshold, say)
    st.markdown(f"**{answer}**")
    st.markdown("  \n".join(f":small[{line}]" for line in basis))


def words(plan: Plan, wish: Wish, threshold: int, say: Speaker) -> list[str]:
    """Say what it takes; the first line is the answer, the others what it rests on."""
    expected, worth = say.percent(plan.p_expected), say.percent(wish.p_wanted or 0, 0)
    if plan.state == "known":
        return [say("bands.explore.no_need", rate=expected, worth=worth)]
    if plan.budget is None or not plan.budget.is_possible:
        return [say(f"bands.explore.{'too_many' if plan.state == 'too_many' else 'nobody'}")]
    if plan.budget.n_months > SLOW_MONTHS:
        return [say("bands.explore.slow")]
    basis = "basis_width" if wish.half_width is not None else "basis_power"
    return [
        _result(plan, threshold, say),
        say(f"bands.explore.{basis}", rate=expected, worth=worth),
        _lot(plan, say),
        say("bands.explore.after"),
    ]


def _result(plan: Plan, threshold: int, say: Speaker) -> str:
    budget = plan.budget
    months = say("bands.explore.months_one") if budget.n_months == 1 else say("bands.explore.months", n=budget.n_months)
    return say(
        "bands.explore.result",
        n=say.count(budget.n_sample),
        threshold=threshold,
        per_month=say.count(budget.n_per_month),
        months=months,
        hours=say.count(budget.hours),
        date=say.month(budget.closes_on),
    )


def _lot(plan: Plan, say: Speaker) -> str:
    one_in = say.count(max(1, round(1 / plan.budget.share)))
    return say("bands.explore.lot", inflow=say.count(plan.inflow_per_month), one_in=one_in)


def _wish(say: Speaker) -> Wish:
    kind = choices.one("wish", WISHES, say, "bands.wish")
    precision = "width" if kind == "width" else "worth"
    left, middle, right = st.columns(3)
    with left:
        share = choices.number(precision, 1, 40, say(f"bands.explore.{precision}")) / 100
    with middle:
        hours = choices.number("hours", 1, 100, say("bands.explore.hours"))
    with right:
        spare = choices.number("spare", 1, 10_000, say("bands.explore.spare"))
    limits = {"hours_per_handoff": float(hours), "max_hours_per_month": float(max(spare, hours))}
    return Wish(half_width=share, **limits) if kind == "width" else Wish(p_wanted=share, **limits)
