"""What chance of winning do the points stand for?"""

from __future__ import annotations

import streamlit as st

from analysis.selection import Selection
from dashboard import exhibits, loading, loading_score, tables_score
from dashboard.calibrating import score_words
from dashboard.figures.reliability import reliability_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the curve from points to probability."""
    found = loading_score.reliability(current, selection, path, loading.stamp_of(path))
    st.subheader(say("score.reliability.heading"), anchor=False)
    st.markdown("  \n".join(f"**{line}**" for line in score_words.reliability(found, say)))
    if found.shape == "too_few":  # steps of a few wins would look like knowledge
        return
    st.markdown(f":small[{say('score.reliability.caption')}]")
    exhibits.chart(
        say,
        reliability_figure(found, say),
        tables_score.curve_table(found, say),
        key="reliability",
        alt=score_words.reliability_alt(found, say),
    )
