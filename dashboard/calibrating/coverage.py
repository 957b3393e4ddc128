"""How much of each band sales worked, and what therefore cannot be known."""

from __future__ import annotations

import streamlit as st

from analysis.calibration import MIN_COVERAGE
from analysis.selection import Selection
from dashboard import exhibits, loading, sentences, tables
from dashboard.figures.calibration import coverage_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the share of each band that sales worked."""
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    st.subheader(say("calibration.coverage_heading"), anchor=False)
    st.markdown(say("calibration.coverage_caption", minimum=say.percent(MIN_COVERAGE, 0)))
    exhibits.chart(
        say,
        coverage_figure(result.bands, say),
        tables.coverage_table(result.bands, say),
        key="coverage",
        alt=sentences.coverage_in_words(result, say),
    )
    st.markdown("  \n".join(f"**{line}**" for line in sentences.coverage(result, say)))
