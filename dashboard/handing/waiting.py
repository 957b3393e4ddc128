"""How long sales takes to call and to answer, in office hours."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.groups import FALSE_DISCOVERY_RATE
from analysis.handoffs.waits import groups_of, wait_groups, wait_periods
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading_people, revealing
from dashboard.figures.handing import waits_figure
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.handing.words import group_names, hours
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables_handing import waits_table
from dashboard.texts import Speaker

DIMENSIONS = ("to_department", "region", "owner", "source", "from_department")


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the waits of the period, and of each group."""
    parts = found(current, selection, path)
    with st.container(border=True):
        st.subheader(say("handing.waiting.heading"), anchor=False)
        st.markdown(
            f":small[{say('handing.waiting.caption')} {say('handing.hours_head', country=parts.handed.agreement.country)}]"
        )
        st.markdown("\n".join(f"- {line}" for line in sentences(wait_periods(parts.handed), say)))
        known = [wait for wait, is_known in _recorded(parts).items() if is_known]
        if not known:
            return
        wait = choices.one("wait", known, say, "handing.wait") if len(known) > 1 else known[0]
        dimension = choices.one("by", DIMENSIONS, say, "handing.by")
        if dimension == "owner":
            revealing.button(say, "people")
        _groups(say, parts, wait, dimension)


def _recorded(parts: Found) -> dict[str, bool]:
    return {"contact": parts.handed.is_contact_recorded, "answer": parts.handed.is_answer_recorded}


def _groups(say: Speaker, parts: Found, wait: str, dimension: str) -> None:
    table = wait_groups(parts.handed, wait, dimension)
    if table.empty:
        return
    names = group_names(dimension, loading_people.unnamed(parts.current, dimension, table["group"]), say)
    labels = [row_label(row, name, say) for (_, row), name in zip(table.iterrows(), names, strict=True)]
    for row, name in zip(table.itertuples(), names, strict=True):
        if row.is_late:
            values = {"median": hours(row.median, say), "rest": hours(row.rest_median, say)}
            st.markdown(f"**{say('handing.waiting.late', name=plain(name), **values)}**")
    exhibits.chart(
        say,
        waits_figure(table, labels, [f"{number}" for number in range(len(table))], say),
        waits_table(table, names, say),
        key="waiting",
        alt=say(
            "handing.waiting.alt", wait=say(f"handing.wait.{wait}"), by=say(f"handing.by.{dimension}"),
            parts=say("format.comma").join(labels),
        ),
        pick=drilling.pick("waiting"),
    )  # fmt: skip
    masks = dict(groups_of(parts.handed, dimension))
    offered = [
        offer(str(number), name, masks[group], parts.current, parts.selection)
        for number, (group, name) in enumerate(zip(table["group"], names, strict=True))
    ]
    drilling.leads(say, parts.current, "waiting", offered)


def sentences(periods: pd.DataFrame, say: Speaker) -> list[str]:
    """Say how long both waits are, beside the period before."""
    return [_sentence(row, say) for _, row in periods.iterrows()]


def _sentence(row: pd.Series, say: Speaker) -> str:
    if not row["is_recorded"]:
        return say(f"handing.waiting.{row['wait']}_none")
    name = say(f"handing.wait.{row['wait']}")
    if not row["is_enough"]:
        return f"{name}: {say('handing.too_few')}"
    if row["median"] != row["median"]:
        return say("handing.waiting.sentence_never", wait=name, n=say.count(row["n"]))
    values = {"median": hours(row["median"], say), "p80": hours(row["p80"], say)}
    first = say("handing.waiting.sentence", wait=name, n=say.count(row["n"]), open=say.count(row["n_open"]), **values)
    if not row["n_before"] or row["chance"] != row["chance"]:
        return first
    before = {"median": hours(row["median_before"], say), "p80": hours(row["p80_before"], say)}
    is_changed = row["chance"] < FALSE_DISCOVERY_RATE
    then = say("handing.waiting.before", **before)
    last = say(f"handing.waiting.{'changed' if is_changed else 'unchanged'}")
    return say("format.sentences", first=say("format.sentences", first=first, second=then), second=last)


def row_label(row: pd.Series, name: str, say: Speaker) -> str:
    """Return what stands above the line of a group."""
    if not row["is_enough"]:
        return say("handing.waiting.row_few", name=name, n=say.count(row["n"]))
    if row["median"] != row["median"]:
        return say("handing.waiting.row_open", name=name, n=say.count(row["n"]))
    return say("handing.waiting.row", name=name, median=hours(row["median"], say), p80=hours(row["p80"], say))
