"""Which acquisition tactics are worth it: how surely, how many, how fast and how dearly they win."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.attribution import NO_TOUCH
from analysis.conditions import Created, Group, Touched
from analysis.selection import Selection
from analysis.sources import OTHER
from analysis.sqlfiles import sql_text
from dashboard import choices, controls, drilling, exhibits, loading_funnel, loading_people, tables_sources, wording
from dashboard.drilling import Offer
from dashboard.figures.portfolio import portfolio_figure
from dashboard.figures.touches import touches_figure
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker

_WITHIN = ("industry", "region", "seniority")
_MOST_TOUCHES = 12
_COUNTS = ("n_leads", "n_qualified", "n_won", "n_mature", "n_won_mature")


def portfolio(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw the tactics as bubbles and as a table, with their leads."""
    st.subheader(say("sourcing.heading"), anchor=False)
    dimension = choices.segment(choices.SEGMENTS, say)
    st.markdown(say("sourcing.caption", days=selection.horizon_days))
    table, names = judged(current, selection, dimension, say)
    exhibits.picture(
        portfolio_figure(table, names, say),
        key="portfolio",
        alt=sentence(table, names, say),
        pick=drilling.pick("sources", "portfolio"),
    )
    st.markdown(f"**{sentence(table, names, say)}**")
    _table(say, table, names, "sources")
    exhibits.show_computed(say, sql_text("source_counts"))
    st.markdown(f":small[{say('sourcing.note')}]")
    for line in contradictions(current, selection, dimension, say):
        st.warning(line, icon=":material/swap_vert:")
    drilling.leads(say, current, "sources", offers(table, names, dimension, selection, say))


def _table(say: Speaker, table: pd.DataFrame, names: list[str], key: str) -> None:
    """Draw the groups as a table whose counts open their leads."""
    counts = {say(f"sourcing.table.{count}"): count for count in _COUNTS}
    exhibits.wide_table(
        say,
        tables_sources.sources_table(table, names, say),
        key=key,
        alt=sentence(table, names, say),
        pick=drilling.pick_cell(key, f"{key}-grid", table["code"].tolist(), counts),
    )


def judged(current: Snapshot, selection: Selection, dimension: str, say: Speaker) -> tuple[pd.DataFrame, list[str]]:
    """Return the groups of an attribute with a code each, and their names."""
    table = loading_funnel.sources(current, selection, dimension)
    codes = loading_people.coded(current, dimension, table["group"])
    table = table.assign(code=[code or controls.UNKNOWN_SOURCE for code in codes])
    rows = zip(loading_people.unnamed(current, dimension, table["group"]), table["n_groups"], strict=True)
    return table, [wording.group_name(dimension, group, say, n) for group, n in rows]


def sentence(table: pd.DataFrame, names: list[str], say: Speaker) -> str:
    """Name the surest, the largest and the fastest of the groups that can be judged."""
    known = table.assign(name=names)
    known = known[known["is_enough"].astype(bool) & (known["group"] != OTHER)]
    if len(known) < 2:
        return say("sourcing.too_few")
    surest = known.loc[known["shrunken_rate"].idxmax()]
    largest = known.loc[known["n_leads"].idxmax()]
    first = say(
        "sourcing.surest",
        name=plain(surest["name"]),
        rate=say.percent(surest["win_rate"]),
        low_high=say.interval(surest["win_low"], surest["win_high"]),
        n=say.count(surest["n_mature"]),
    )
    second = say("sourcing.largest", name=plain(largest["name"]), n=say.count(largest["n_leads"]))
    if surest["group"] == largest["group"]:
        return first
    return say("format.sentences", first=first, second=second)


def contradictions(current: Snapshot, selection: Selection, dimension: str, say: Speaker) -> list[str]:
    """Say where a group is better in total but worse within every kind of lead, or the other way round."""
    within = tuple(part for part in _WITHIN if part != dimension)
    found = loading_funnel.reversals(current, selection, dimension, within)
    return [
        say(
            f"sourcing.simpson_{'better' if row.difference > 0 else 'worse'}",
            name=plain(wording.group_name(dimension, name, say)),
            within=say(f"segment.{row.within}"),
            total=say.points(row.difference),
            inside=say.points(row.within_difference),
        )
        for row, name in zip(
            found.itertuples(), loading_people.unnamed(current, dimension, found["group"]), strict=True
        )
    ]


def offers(table: pd.DataFrame, names: list[str], dimension: str, selection: Selection, say: Speaker) -> list[Offer]:
    """Return every count of the table."""
    kept = tuple(group for group in table["group"] if group != OTHER)
    found = []
    for name, row in zip(names, table.itertuples(), strict=True):
        is_rest = row.group == OTHER
        group = Group(dimension=dimension, labels=kept if is_rest else (row.group,), is_rest=is_rest)
        for count in _COUNTS:
            what = say(f"sourcing.table.{count}")
            label = say("leads.of_group", group=name, what=what)
            condition = _condition(count, group)
            code = f"{row.code}.{count}"
            found.append(
                Offer(code=code, label=label, n_leads=getattr(row, count), condition=condition, selection=selection)
            )
    return found


def _condition(count: str, group: Group) -> Created:
    stage = {"n_leads": "lead", "n_mature": "lead", "n_qualified": "sales_qualified"}.get(count, "won")
    return Created(stage=stage, is_mature="mature" in count, is_in_horizon=count == "n_won_mature", group=group)


def campaigns(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw one tactic campaign by campaign, once one was chosen."""
    st.subheader(say("campaigns.heading"), anchor=False)
    table, names = judged(current, selection, "source", say)
    options = {code: name for code, name in zip(table["code"], names, strict=True) if code != OTHER}
    code = choices.named("within", options, say("campaigns.choose"), say("campaigns.placeholder"))
    if code is None:
        return
    source = "" if code == controls.UNKNOWN_SOURCE else code
    narrowed = replace(selection, sources=(source,))
    parts, labels = judged(current, narrowed, "campaign", say)
    _table(say, parts, labels, "campaigns")
    drilling.leads(say, current, "campaigns", offers(parts, labels, "campaign", narrowed, say))


def sides(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw inbound beside outbound, and online beside offline."""
    st.subheader(say("sides.heading"), anchor=False)
    for dimension in ("is_inbound", "is_online"):
        table, names = judged(current, selection, dimension, say)
        st.markdown(f"**{say(f'segment.{dimension}')}**")
        _table(say, table, names, dimension)
        for line in contradictions(current, selection, dimension, say):
            st.warning(line, icon=":material/swap_vert:")
        drilling.leads(say, current, dimension, offers(table, names, dimension, selection, say))


def touches(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw which touches came before the wins."""
    st.subheader(say("touching.heading"), anchor=False)
    st.markdown(say("touching.caption"))
    attribute = choices.one("touch", ("kind", "content", "channel", "direction"), say, "touching.by")
    table = _largest(loading_funnel.attribution(current, selection, attribute))
    if table.empty:
        st.markdown(say("touching.none"))
        return
    n_wins = say.count(table["n_wins"].iloc[0])
    names = [_touch(attribute, group, say) for group in table["group"]]
    if table["group"].tolist() == [NO_TOUCH]:
        st.markdown(say("touching.no_touch", n=n_wins))
        return
    exhibits.chart(
        say,
        touches_figure(table, names, [_codes(group) for group in table["group"]], say),
        tables_sources.touches_table(table, names, say),
        key="touches",
        alt=say("touching.alt", n=n_wins),
        computed=sql_text("attribution"),
        pick=drilling.pick("touches"),
    )
    st.markdown(f"**{say('touching.note', n=n_wins)}**")
    rows = zip(table.itertuples(), names, strict=True)
    drilling.leads(
        say,
        current,
        "touches",
        [offer for row, name in rows for offer in touch_offers(row, attribute, name, selection, say)],
    )


def touch_offers(row: object, attribute: str, name: str, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the wins that had a touch first, last, or at all; the shares of all touches are made of the last."""
    places = {"any": row.n_any, "first": row.n_first, "last": row.n_last}
    label = row.group
    if row.group == NO_TOUCH:
        places, label = {"none": row.n_first}, ""
    return [
        Offer(
            code=f"{_touch_code(row.group)}.{place}",
            label=say(f"touching.number.{place}", **({} if place == "none" else {"group": name})),
            n_leads=n_leads,
            condition=Touched(attribute=attribute, label=label, place=place),
            selection=selection,
        )
        for place, n_leads in places.items()
    ]


def _codes(group: str) -> dict[str, str]:
    """Return what a click on the bars of a touch opens."""
    places = {"first": "first", "last": "last", "all": "any"}
    return {way: f"{_touch_code(group)}.{'none' if group == NO_TOUCH else place}" for way, place in places.items()}


def _touch_code(group: str) -> str:
    return group or controls.UNKNOWN_SOURCE


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the touches with the largest share in any of the three ways, in the order given."""
    share = table[["first_share", "last_share", "all_share"]].max(axis=1)
    return table[share.rank(ascending=False, method="first") <= _MOST_TOUCHES].reset_index(drop=True)


def _touch(attribute: str, group: str, say: Speaker) -> str:
    if group == NO_TOUCH:
        return say("touching.without")
    return wording.group_name(attribute, group, say)
