"""Does the score work here? By source, industry, size, region, owner and way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from analysis.lead_list import N_EXPORTED, N_SHOWN, LeadList
from analysis.segments import Segments
from analysis.selection import Selection
from dashboard import (
    choices,
    drilling,
    exhibits,
    lead_tables,
    linking,
    loading,
    loading_people,
    people,
    revealing,
    sentences_decided,
    state,
)
from dashboard import loading_decided as decided
from dashboard.figures.segments import forest_figure, segment_code, segment_name
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables_segments import segments_table
from dashboard.texts import Speaker

MEASURES = ("level", "order")


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the forest plot of all segments, and the leads of the one that was chosen."""
    stamp = loading.stamp_of(path)
    known = decided.segments(current, selection, path, stamp)
    labels = known.segments["label"]
    shown = loading_people.unnamed(current, people.OWNER, labels)
    found = replace(
        known, segments=known.segments.assign(label=labels.mask(known.segments["dimension"] == people.OWNER, shown))
    )
    st.subheader(say("segments.heading"), anchor=False)
    st.markdown(say("segments.caption"))
    lines = sentences_decided.segments(found, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    if not found.n_tested and (found.segments["order"] == "too_few").all():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = choices.one("measure", MEASURES, say, "segments.measure")
        if (found.segments["dimension"] == people.OWNER).any():
            revealing.button(say, "people")
    st.markdown(f":small[{say(f'segments.measure_about.{measure}')}]")
    exhibits.chart(
        say,
        forest_figure(found.segments, measure, found.overall.auc, say),
        segments_table(found.segments, say),
        key="segments",
        alt=say("segments.alt", lines=" ".join(lines)),
        pick=drilling.pick("segments"),
    )
    n_few = int((found.segments["level"] == "too_few").sum())
    st.markdown(f":small[{say('segments.fine_print', n=say.count(found.n_tested), few=say.count(n_few))}]")
    of_label = dict(zip(found.segments["label"], labels, strict=True))
    find = partial(_find, current, selection, path, stamp, of_label)
    _leads(say, current, selection, found, find)


def _find(
    current: Snapshot, selection: Selection, path: str, stamp: int, of_label: Mapping[str, str], code: str, n_rows: int
) -> LeadList:
    dimension, _, label = code.partition(":")
    return decided.segment_leads(current, selection, path, stamp, dimension, of_label[label], n_rows)


def _leads(
    say: Speaker, current: Snapshot, selection: Selection, found: Segments, find: Callable[[str, int], LeadList]
) -> None:
    """Draw the choice of a segment and its leads; names stay masked."""
    known = {
        f"segments.{segment_code(row.dimension, row.label)}": row
        for row in found.segments.itertuples()
        if row.n_mature
    }  # fmt: skip
    held = state.held("list") if state.held("list") in known else ""
    code = st.selectbox(
        say("leads.choose"),
        ["", *known],
        format_func=lambda option: _option(known[option], say) if option else say("leads.placeholder"),
        help=say("leads.choose_help"),
        **state.choose("list", held, key="segments"),
    )
    if not code:
        return
    segment = code.removeprefix("segments.")
    leads, label = find(segment, N_SHOWN), _label(known[code], say)
    lines = lead_tables.filter_lines(label, selection, leads.n_leads, [say("segments.mature_only")], current, say)
    shown = lead_tables.leads_table(leads.rows, say, is_revealed=False).shown
    shown.insert(1, say("lead_link.heading"), linking.lead_links(leads.rows["lead_id"], say))
    with st.container(border=True, key="leads-segments"):
        st.markdown(f"**{say('leads.heading', label=plain(label), n=say.count(leads.n_leads))}**")
        st.markdown("  \n".join(f":small[{plain(line)}]" for line in lines[1:]))
        alt = say("leads.alt", n=say.count(leads.n_leads))
        st.dataframe(shown, hide_index=True, height="auto", alt=alt, column_config=linking.lead_column(say))
        st.download_button(
            say("leads.csv"),
            lambda: lead_tables.csv(lines, find(segment, N_EXPORTED), say, is_revealed=False),
            file_name="leadcal-leads-segments.csv",
            mime="text/csv",
            key="segments-leads-csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _option(row: Any, say: Speaker) -> str:
    return say("leads.option", label=_label(row, say), n=say.count(row.n_mature))


def _label(row: Any, say: Speaker) -> str:
    name = segment_name(row.dimension, row.label, say)
    return say("segments.named", dimension=say(f"segments.dimension.{row.dimension}"), name=name)
