"""Targets: what was agreed, where we stand today, and how many leads the rest would take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from analysis.conditions import Reached
from analysis.journey_funnel import Question
from analysis.pace import plan_basis, reverse_plan
from analysis.selection import Selection
from analysis.targets import Target, Targets
from dashboard import choices, drilling, exhibits, loading, loading_funnel, tables_sources, target_sheet
from dashboard.drilling import Offer
from dashboard.figures.pace import pace_figure
from dashboard.loading import Facts, Snapshot
from dashboard.texts import Speaker

_MOST_WINS = 1_000_000


def standing(say: Speaker, current: Snapshot, selection: Selection, chosen: Targets) -> None:
    """Draw where each target stands, and the days of one of them."""
    st.subheader(say("pace.heading"), anchor=False)
    pace = loading_funnel.pace(current, selection, chosen.targets)
    if pace.empty:
        st.markdown(say("pace.nothing"))
        return
    pace = pace.sort_values(["month", "stage", "source"], ascending=[False, True, True], ignore_index=True)
    by_code = {code(row.stage, row.month, row.source): row for row in pace.itertuples()}
    names = {key: name(row, say) for key, row in by_code.items()}
    picked = choices.named("target", names, say("pace.choose"), next(iter(names.values()))) or next(iter(names))
    row = by_code[picked]
    st.markdown(f"**{sentence(row, say)}**")
    target = Target(stage=row.stage, month=row.month.date(), n_leads=row.n_target, source=row.source or None)
    exhibits.chart(
        say,
        pace_figure(loading_funnel.pace_line(current, selection, target), say),
        tables_sources.pace_table(pace, say),
        key="pace",
        alt=sentence(row, say),
    )
    drilling.leads(say, current, "pace", [offer(row, selection, say) for row in by_code.values()], is_clickable=False)


def sentence(row: object, say: Speaker) -> str:
    """Say where a target stands today, and what is to be expected."""
    values = {
        "name": name(row, say),
        "target": say.count(row.n_target),
        "actual": say.count(row.n_actual),
        "needed": say.count(row.n_needed),
        "gap": say.count(abs(round(row.n_gap))),
        "low": say.count(row.n_low),
        "high": say.count(row.n_high),
        "expected": say.count(row.n_expected),
    }
    if row.is_over:
        return say("pace.over_met" if row.n_actual >= row.n_target else "pace.over_missed", **values)
    state = "behind" if round(row.n_gap) < 0 else "ahead"
    return say(f"pace.{state}", **values)


def today(current: Snapshot, selection: Selection, say: Speaker) -> list[str]:
    """Say for the targets of this month, all sources together, how many are needed by today."""
    month = pd.Timestamp(selection.as_of).to_period("M").to_timestamp().date()
    wanted = tuple(
        target for target in loading_funnel.targets().targets if target.month == month and target.source is None
    )
    if not wanted:
        return []
    pace = loading_funnel.pace(current, replace(selection, start=None, end=None, sources=()), wanted)
    return [sentence(row, say) for row in pace.itertuples()]


def name(row: object, say: Speaker) -> str:
    """Return a target's month, stage and source in words."""
    parts = {"month": say.month(row.month), "stage": say.word("stages", row.stage)}
    if not row.source:
        return say("pace.name", **parts)
    return say("pace.name_of", source=say.source(row.source), **parts)


def code(stage: str, month: pd.Timestamp, source: str) -> str:
    """Return the stable code of a target."""
    return ".".join(filter(None, (f"{month:%Y-%m}", stage, source)))


def offer(row: object, selection: Selection, say: Speaker) -> Offer:
    """Return the leads that came to a target's stage in its month."""
    start = row.month.date()
    end = (row.month + pd.offsets.MonthBegin(1)).date()
    return Offer(
        code=code(row.stage, row.month, row.source),
        label=name(row, say),
        n_leads=row.n_actual,
        condition=Reached(stage=row.stage, question=Question(view="period")),
        selection=replace(selection, start=start, end=end, sources=(row.source,) if row.source else ()),
    )


def plan(say: Speaker, current: Snapshot, selection: Selection, facts: Facts) -> None:
    """Draw how many leads each stage needs for the wins wanted."""
    st.subheader(say("plan.heading"), anchor=False)
    basis = plan_basis(selection, facts.first_on)
    steps = loading.funnel(current, basis).steps if basis else None
    if basis is None or not steps["n_leads"].iloc[-1]:
        st.markdown(say("plan.nothing", days=selection.horizon_days))
        return
    n_wanted = choices.number("wins", 1, _MOST_WINS, say("plan.wanted"))
    table = reverse_plan(steps, n_wanted)
    first = table.iloc[0]
    st.markdown(f"**{_plan_sentence(first, n_wanted, say)}**")
    exhibits.table(say, tables_sources.plan_table(table, say), key="plan")
    values = {"first": say.date(basis.start), "last": say.date(basis.end - timedelta(days=1))}
    st.markdown(f":small[{say('plan.basis', n=say.count(steps['n_leads'].iloc[0]), **values)}]")


def _plan_sentence(first: pd.Series, n_wanted: int, say: Speaker) -> str:
    return say(
        "plan.sentence",
        n_wanted=say.count(n_wanted),
        n=say.count(first["n_needed"]),
        low=say.count(first["n_low"]),
        high=say.count(first["n_high"]),
        stage=say.word("stages", first["stage"]),
    )


def edit(say: Speaker, chosen: Targets, stages: tuple[str, ...], facts: Facts) -> None:
    """Draw the targets as a table that can be changed and saved."""
    st.subheader(say("targets.heading"), anchor=False)
    st.markdown(say("targets.caption", path=f"`{loading_funnel.targets_path().name}`"))
    target_sheet.draw(say, chosen, stages, facts)
