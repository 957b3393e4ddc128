"""Are the points the limit, or the data?"""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.selection import Selection
from dashboard import exhibits, loading, loading_score, tables_score
from dashboard.calibrating import score_words
from dashboard.figures.gains import yardstick_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

MAX_UNASKED: Final = 50_000
"""Models of more decisions take seconds to fit: they are fitted when asked for, not whenever the page is opened."""


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the points beside the best model on the same facts."""
    chosen = (current, selection, path, loading.stamp_of(path))
    st.subheader(say("score.yardstick.heading"), anchor=False)
    n = loading.calibration(*chosen).n_mature
    if n > MAX_UNASKED and not st.toggle(say("score.yardstick.ask", n=say.count(n)), key="yardstick-asked"):
        return
    found = loading_score.yardstick(*chosen)
    st.markdown("  \n".join(f"**{line}**" for line in score_words.yardstick(found, say)))
    if found.brier is None:
        return
    st.markdown(f":small[{say('score.yardstick.caption')}]")
    quarters = [score_words.quarter_name(start, say) for start in loading_score.quarter_starts(*chosen)]
    exhibits.chart(
        say,
        yardstick_figure(found, quarters, say),
        tables_score.folds_table(found, quarters, say),
        key="yardstick",
        alt=score_words.yardstick_alt(found, quarters, say),
    )
    with st.expander(say("score.numbers"), icon=":material/calculate:"):
        st.markdown(say("score.yardstick.judged", n=say.count(found.n_leads)))
        exhibits.table(say, tables_score.yardstick_numbers(found, say), key="yardstick-numbers")
