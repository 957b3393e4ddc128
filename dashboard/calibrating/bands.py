"""Do higher scores win more often? Band by band."""

from __future__ import annotations

import streamlit as st

from analysis.replay import replay_sql
from analysis.selection import Selection
from dashboard import exhibits, loading, sentences, tables
from dashboard.figures.calibration import band_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the win rate of each band."""
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    st.subheader(say("calibration.heading"), anchor=False)
    st.markdown(say("calibration.caption", days=selection.horizon_days))
    exhibits.chart(
        say,
        band_figure(result.bands, result.base_rate, say),
        tables.band_table(result.bands, say),
        key="bands",
        alt=sentences.bands_in_words(result, say),
        computed=replay_sql(),
    )
    st.markdown("  \n".join(f"**{line}**" for line in sentences.band_order(result, say)))
