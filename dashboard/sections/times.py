"""How long it takes from one stage to another, with open leads counted as "at least so long"."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.conditions import Group, Spanned
from analysis.durations import Span
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import (
    cards,
    choices,
    controls,
    drilling,
    exhibits,
    loading_funnel,
    loading_people,
    periods,
    tables_funnel,
    wording,
)
from dashboard.drilling import Offer
from dashboard.figures.times import times_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

_MOST_ROWS = 15
_SEGMENTS = ("source", "month", *choices.SEGMENTS[1:])


def draw(say: Speaker, current: Snapshot, selection: Selection, stages: tuple[str, ...]) -> None:
    """Draw the times between two stages."""
    st.subheader(say("times.heading"), anchor=False)
    st.markdown(say("times.caption"))
    start, end = choices.span(stages, say)
    span = Span(start=start, end=end)
    whole = loading_funnel.times(current, selection, span, "all")
    if whole.empty or not whole["n_leads"].iloc[0]:
        st.markdown(say("times.nobody", stage=say.word("stages", start)))
        return
    row = whole.iloc[0]
    _cards(row, say)
    st.markdown(f"**{sentence(row, span, say)}**")
    dimension = choices.segment(_SEGMENTS, say)
    parts = loading_funnel.times(current, selection, span, dimension)
    order = ["group"] if dimension == "month" else ["is_enough", "n_leads"]
    parts = parts.sort_values(order, ascending=dimension == "month").head(_MOST_ROWS)
    parts = parts.assign(code=[group_code(code) for code in loading_people.coded(current, dimension, parts["group"])])
    shown = loading_people.unnamed(current, dimension, parts["group"])
    names = [wording.group_name(dimension, group, say) for group in shown]
    exhibits.chart(
        say,
        times_figure(parts, names, [f"{code}.reached" for code in parts["code"]], say),
        tables_funnel.times_table(parts, names, say),
        key="times",
        alt=sentence(row, span, say),
        computed=sql_text("durations"),
        pick=drilling.pick("times"),
    )
    everybody = offers(row, span, "all", say("times.everybody"), selection, say)
    rows = zip(parts.itertuples(), names, strict=True)
    found = [offer for part, name in rows for offer in offers(part, span, dimension, name, selection, say)]
    drilling.leads(say, current, "times", everybody + found)


def offers(row: object, span: Span, dimension: str, name: str, selection: Selection, say: Speaker) -> list[Offer]:
    """Return who of a group moved on, who is still waiting, and who was lost on the way."""
    group, code = Group(), "all"
    if dimension == "month":
        selection = periods.within(selection, row.group)
    elif dimension != "all":
        group = Group(dimension=dimension, labels=(row.group,))
    if dimension != "all":
        code = row.code
    words = {"group": name, "start": say.word("stages", span.start), "end": say.word("stages", span.end)}
    counts = {"reached": row.n_reached, "open": row.n_open, "lost": row.n_lost, "all": row.n_leads}
    return [
        Offer(
            code=f"{code}.{outcome}",
            label=say(f"times.number.{outcome}", **words),
            n_leads=int(n_leads),
            condition=Spanned(span=span, outcome=outcome, group=group),
            selection=selection,
        )
        for outcome, n_leads in counts.items()
    ]


def group_code(group: object) -> str:
    """Return the stable code of a row: a month, or the value of the attribute."""
    return f"{group:%Y-%m}" if isinstance(group, pd.Timestamp) else str(group) or controls.UNKNOWN_SOURCE


def sentence(row: pd.Series, span: Span, say: Speaker) -> str:
    """Say how long it takes those who make it, and how many that are."""
    names = {"start": say.word("stages", span.start), "end": say.word("stages", span.end)}
    if not row["is_enough"]:
        return say("times.too_few", n=say.count(row["n_reached"]), **names)
    return say(
        "times.sentence",
        half=say.count(row["lag_p50_days"]),
        most=say.count(row["lag_p90_days"]),
        n=say.count(row["n_reached"]),
        n_open=say.count(row["n_open"]),
        **names,
    )


def _cards(row: pd.Series, say: Speaker) -> None:
    with cards.row(4):
        for share in (50, 75, 90):
            value = (
                say("filter.horizon_option", days=say.count(row[f"lag_p{share}_days"]))
                if row["is_enough"]
                else say("overview.too_few")
            )
            cards.card(say(f"times.p{share}"), value, say(f"times.p{share}_below"))
        rate = say.percent(row["reached_rate"])
        within = say("times.rate_below", days=say.count(row["followed_days"]), n=say.count(row["n_leads"]))
        cards.card(say("times.rate"), rate, within)
