"""Where most is to be gained: every step at its own best month."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.bottlenecks import RECENT_MONTHS
from analysis.conditions import Created
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading_funnel, tables_funnel
from dashboard.drilling import Offer
from dashboard.figures.rows import rows_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw which step would gain most at its own best rate."""
    st.subheader(say("bottlenecks.heading"), anchor=False)
    st.markdown(say("bottlenecks.caption", months=RECENT_MONTHS, days=selection.horizon_days))
    table = loading_funnel.bottlenecks(current, selection)
    table = table[table["is_enough"].astype(bool)].reset_index(drop=True)
    if table.empty or table["n_gained"].max() <= 0:
        st.markdown(say("bottlenecks.none"))
        return
    labels = [_gain(row, say) for row in table.itertuples()]
    exhibits.chart(
        say,
        rows_figure(
            table["n_gained"].tolist(),
            labels,
            [f"{stage}.stopped" for stage in table["stage"]],
            (table["n_low"].tolist(), table["n_high"].tolist()),
        ),
        tables_funnel.bottlenecks_table(table, say),
        key="bottlenecks",
        alt=sentence(table, say),
        pick=drilling.pick("bottlenecks"),
    )
    st.markdown(f"**{sentence(table, say)}**")
    found = [offer for row in table.itertuples() for offer in offers(row, selection, say)]
    drilling.leads(say, current, "bottlenecks", found)


def offers(row: object, selection: Selection, say: Speaker) -> list[Offer]:
    """Return who stopped before a step and who went on, now and in its best month."""
    stage, following = (say.word("stages", name) for name in (row.previous_stage, row.stage))
    before, after = Created(stage=row.previous_stage, is_in_horizon=True), Created(stage=row.stage, is_in_horizon=True)
    stopped = replace(before, not_on_to=row.stage)
    now = _within(selection, row.from_month, row.until_month), say("bottlenecks.now", months=RECENT_MONTHS)
    best = _within(selection, row.best_month, row.best_month + pd.offsets.MonthBegin(1))
    best = best, say("bottlenecks.best", month=say.month(row.best_month))
    reached = [say("leads.reached", stage=name) for name in (stage, following)]
    numbers = [
        ("stopped", now, say("leads.stopped", stage=stage, next=following), row.n_previous - row.n_leads, stopped),
        ("before", now, reached[0], row.n_previous, before),
        ("after", now, reached[1], row.n_leads, after),
        ("best.before", best, reached[0], row.best_n_previous, before),
        ("best.after", best, reached[1], row.best_n_leads, after),
    ]
    return [
        Offer(
            code=f"{row.stage}.{code}",
            label=say("bottlenecks.number", next=following, when=when, what=what),
            n_leads=n_leads,
            condition=condition,
            selection=part,
        )
        for code, (part, when), what, n_leads, condition in numbers
    ]


def _within(selection: Selection, start: pd.Timestamp, end: pd.Timestamp) -> Selection:
    return replace(selection, start=start.date(), end=end.date())


def sentence(table: pd.DataFrame, say: Speaker) -> str:
    """Say which step would gain most, and how sure that is."""
    best = table.iloc[0]
    return say(
        "bottlenecks.sentence" if best["n_low"] > 0 else "bottlenecks.unsure",
        stage=say.word("stages", best["stage"]),
        rate=say.percent(best["rate_now"]),
        best=say.percent(best["best_rate"]),
        month=say.month(best["best_month"]),
        n=f"{best['n_gained']:.0f}",
        low=f"{best['n_low']:.0f}",
        high=f"{best['n_high']:.0f}",
        months=RECENT_MONTHS,
    )


def _gain(row: object, say: Speaker) -> str:
    return say(
        "bottlenecks.row",
        stage=say.word("stages", row.stage),
        n=f"{row.n_gained:.1f}",
        rate=say.percent(row.rate_now),
        best=say.percent(row.best_rate),
    )
