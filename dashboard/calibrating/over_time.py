"""Has something changed? Which rule moved when, how wins come in, and what the past foretold."""

from __future__ import annotations

import streamlit as st

from analysis.drift import LANDMARK_DAYS
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import choices, exhibits, loading, sentences_decided
from dashboard import loading_decided as decided
from dashboard.figures.over_time import drift_figure, quarters_figure, vintage_figure
from dashboard.handover.phrases import label
from dashboard.loading import Snapshot
from dashboard.tables_segments import drift_table, quarter_name, quarters_table, vintage_table
from dashboard.texts import Speaker

BASES = ("created", "decided")
N_RECENT = 3
MIN_DAYS = 30
"""A month that has been observed for less has hardly a curve."""


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw drift, vintages and the test on later quarters."""
    _drift(say, current, selection, path)
    st.divider()
    _vintages(say, current, selection)
    st.divider()
    _quarters(say, current, selection, path)


def _drift(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    stamp = loading.stamp_of(path)
    st.subheader(say("over_time.drift_heading"), anchor=False)
    st.markdown(say("over_time.drift_caption"))
    basis = choices.one("basis", BASES, say, "over_time.basis")
    st.markdown(f":small[{say(f'over_time.basis_about.{basis}', days=LANDMARK_DAYS)}]")
    names = {rule.id: label(rule, say) for rule in loading.ruleset(path, stamp).rules}
    found = decided.drift(current, selection, path, stamp, "decided" if basis == "decided" else "created")
    lines = sentences_decided.drifted(found, names, basis, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    if found.rules.empty or not found.scores["chance"].notna().any():
        return
    exhibits.chart(
        say,
        drift_figure(found, names, say),
        drift_table(found, names, say),
        key="drift",
        alt=say("over_time.drift_alt", lines=" ".join(lines)),
    )
    st.markdown(f":small[{say('over_time.drift_fine_print')}]")


def _vintages(say: Speaker, current: Snapshot, selection: Selection) -> None:
    found = decided.vintages(current, selection)
    st.subheader(say("over_time.vintage_heading"), anchor=False)
    st.markdown(say("over_time.vintage_caption", days=selection.horizon_days))
    lines = sentences_decided.vintages(found, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    followed = found.months[found.months["complete_days"] >= MIN_DAYS]
    if followed.empty:
        return
    exhibits.chart(
        say,
        vintage_figure(found.curves, found.overall, list(followed["month"].tail(N_RECENT)), say),
        vintage_table(found.at_ages, say),
        key="vintages",
        alt=say("over_time.vintage_alt", lines=" ".join(lines)),
        computed=sql_text("vintages"),
    )


def _quarters(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    found = decided.out_of_time(current, selection, path, loading.stamp_of(path))
    st.subheader(say("over_time.quarters_heading"), anchor=False)
    st.markdown(say("over_time.quarters_caption"))
    lines = sentences_decided.quarters(found, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    if found.empty:
        return
    names = [quarter_name(quarter, say) for quarter in found["quarter"]]
    exhibits.chart(
        say,
        quarters_figure(found, names, say),
        quarters_table(found, say),
        key="quarters",
        alt=say("over_time.quarters_alt", lines=" ".join(lines)),
    )
