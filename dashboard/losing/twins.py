"""Twins: the winners most like a high score that lost, and what differed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.losses import Cases
from analysis.losses.twins import Twins, lost_cases
from analysis.selection import Selection
from dashboard import exhibits, linking, loading, loading_lead, revealing, state
from dashboard import loading_conditions as searches
from dashboard.figures.segments import segment_name
from dashboard.leadview import sections
from dashboard.loading import Snapshot
from dashboard.masking import mask_text
from dashboard.notices import plain
from dashboard.tables_conditions import aspects_table
from dashboard.texts import Speaker

_N_OFFERED = 200


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the choice of a lost lead, its twins, what differed, and both timelines."""
    stamp = loading.stamp_of(path)
    cases = searches.cases(current, selection, path, stamp)
    st.subheader(say("twins.heading"), anchor=False)
    st.markdown(say("twins.caption"))
    row = _chosen(cases, say)
    if row is None:
        return
    found = searches.twins(current, selection, path, stamp, row)
    if len(found.cases) < 2:
        st.markdown(f"**{say('twins.none')}**")
        return
    st.markdown(f"**{plain(sentence(found, say))}**")
    st.markdown(f":small[{say('twins.likeness', n=say.count(found.n_winners))}]")
    _table(found, say)
    revealing.button(say, "twins")
    _timelines(found, say, current, selection, path)


def _chosen(cases: Cases, say: Speaker) -> int | None:
    """Draw the choice of a lost high score; the latest is chosen beforehand."""
    rows = lost_cases(cases)
    if not len(rows):
        st.markdown(f"**{say('twins.none_lost')}**")
        return None
    options = _codes(cases, rows)
    held = state.held("lead")
    shown = list(options)[:_N_OFFERED]
    if held and held not in options:
        st.warning(say("twins.unknown", lead=plain(held)), icon=":material/search_off:")
    code = held if held in options else shown[0]
    shown = shown if code in shown else [code, *shown]
    chosen = st.selectbox(
        say("twins.choose", n=say.count(len(rows)), shown=say.count(len(shown))),
        shown,
        format_func=lambda option: _option(cases, options[option], say),
        **state.choose("lead", code),
    )
    return options[chosen]


def _codes(cases: Cases, rows: np.ndarray) -> dict[str, int]:
    """Return the code of each case: its lead, and for earlier handoffs of the same lead their number, too."""
    part = cases.table.iloc[rows]
    lead_ids = part["lead_id"].astype(str)
    codes = lead_ids.where(~lead_ids.duplicated(), lead_ids + "~" + part["pass_no"].astype(str))
    return dict(zip(codes, rows.tolist(), strict=True))


def _option(cases: Cases, row: int, say: Speaker) -> str:
    case = cases.table.iloc[row]
    parts = {"lead": case["lead_id"], "date": say.short_date(case["decided_at"]), "score": int(case["score"])}
    reason = f"{say('format.separator')}{say.word('lead_reason', case['reason'])}" if case["reason"] else ""
    return say("twins.option", **parts) + reason


def sentence(found: Twins, say: Speaker) -> str:
    """Say what the twins had that the lost lead had not, beginning with the call."""
    lost, won = found.cases.iloc[0], found.cases.iloc[1:]
    waits = won["wait_hours"].dropna()
    parts = []
    if pd.notna(lost["wait_hours"]) and len(waits):
        hours = {"own": _hours(lost["wait_hours"], say), "others": _hours(float(waits.median()), say)}
        parts.append(say("twins.waits", **hours))
    elif lost["handling"] == "none" and len(waits):
        parts.append(say("twins.not_called", others=_hours(float(waits.median()), say)))
    every = found.aspects[(found.aspects["n_differ"] == len(won)) & found.aspects["group"].isin(["fact", "touch"])]
    all_differ = [say("twins.quoted", name=aspect_name(row, say)) for row in every.itertuples()]
    if all_differ:
        parts.append(say("twins.all_differ", names=say("format.comma").join(all_differ[:5])))
    return " ".join(parts) if parts else say("twins.alike")


def _hours(hours: float, say: Speaker) -> str:
    return (
        say.days(hours / 24) if hours >= 48 else say("twins.hours", n=f"{hours:.0f}" if hours >= 1 else f"{hours:.1f}")
    )


def _table(found: Twins, say: Speaker) -> None:
    headings = [str(lead_id) for lead_id in found.cases["lead_id"]]
    headings = [headings[0], *(say("twins.column", n=number, lead=each) for number, each in enumerate(headings[1:], 1))]
    table = aspects_table(
        found.differences,
        headings,
        lambda row: aspect_name(row, say),
        lambda row, value: aspect_value(row, value, say, is_revealed=revealing.is_revealed()),
        say,
    )
    # A table of the page would break the names of the rows on a phone; a grid scrolls.
    st.dataframe(
        table.shown, hide_index=True, height="content", alt=say("twins.alt", leads=say("format.comma").join(headings))
    )
    exhibits.download(say, table, "twins")
    same = found.aspects[(found.aspects["n_differ"] == 0) & (found.aspects["group"] != "touch")]
    names = say("format.comma").join(aspect_name(row, say) for row in same.itertuples())
    if names:
        st.markdown(f":small[{say('twins.same', names=names)}]")


def lead_headings(found: Twins, say: Speaker) -> list[str]:
    """Return the heading of each lead: the lost one, then its twins with their likeness."""
    rows = list(found.cases.itertuples())
    first = say("twins.lost_heading", lead=rows[0].lead_id)
    return [
        first,
        *(
            say("twins.won_heading", n=number, lead=row.lead_id, likeness=say.percent(1 - row.distance, 0))
            for number, row in enumerate(rows[1:], start=1)
        ),
    ]


def aspect_name(row: Any, say: Speaker) -> str:
    """Return the name of what may differ."""
    if row.group == "touch":
        return say.word("touches", row.name)
    if row.group == "fact":
        return say(f"condition.dimension.{row.name}")
    return say(f"twins.aspect.{row.group}")


def aspect_value(row: Any, value: Any, say: Speaker, *, is_revealed: bool) -> str:
    """Say a value; people are masked unless revealed."""
    if row.group == "handling":
        return say(f"condition.handling.{value}")
    if row.group == "wait":
        return say("condition.nothing") if pd.isna(value) else _hours(float(value), say)
    if row.group == "age":
        return say("twins.days", n=say.count(value))
    if row.group == "fact":
        if row.name == "owner" and value and not is_revealed:
            return mask_text(value)
        return segment_name(row.name, value, say)
    return say.count(value) if value else say("condition.nothing")


def _timelines(found: Twins, say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    st.markdown(f"**{say('twins.timelines')}**")
    headings = lead_headings(found, say)
    numbers = [str(number) for number in range(1, len(found.cases))]
    held = state.held("twin") if state.held("twin") in numbers else numbers[0]
    number = st.segmented_control(
        say("twins.which"),
        numbers,
        format_func=lambda option: headings[int(option)],
        required=True,
        **state.choose("twin", held),
    )
    stamp = loading.stamp_of(path)
    points = loading.ruleset(path, stamp)
    for column, place in zip(st.columns(2), (0, int(number or held)), strict=True):
        lead_id = str(found.cases["lead_id"].iloc[place])
        with column:
            st.markdown(f"**{headings[place]}**")
            story = loading_lead.story(current, lead_id, selection.as_of)
            sections.picture(say, current, story, points, path, stamp, key=f"twin-{min(place, 1)}")
            st.markdown(f"[{say('twins.open')}]({linking.lead_links([lead_id], say)[0]})")
