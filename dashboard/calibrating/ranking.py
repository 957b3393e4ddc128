"""Do wins come from the top of the score, and what does sales' capacity bring?"""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.gains import capture_at, gains_curve, separation
from analysis.selection import Selection
from dashboard import exhibits, loading, state, tables_score
from dashboard.calibrating import score_words
from dashboard.figures.gains import gains_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

CAPACITIES: Final = ("10", "20", "30", "40", "50")
"""Shares of the leads that sales may take, in per cent."""


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw how the wins are spread over the scores."""
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    st.subheader(say("score.ranking.heading"), anchor=False)
    share = _capacity(say)
    capture = capture_at(result.scores, max(round(share * result.ranking.n_leads), 1))
    st.markdown("  \n".join(f"**{line}**" for line in score_words.ranking(result, capture, say)))
    if result.ranking.verdict == "too_few":
        return
    curve = gains_curve(result.scores)
    exhibits.chart(
        say,
        gains_figure(curve, capture, result.ranking.n_won / result.ranking.n_leads, say),
        tables_score.gains_table(curve, say),
        key="gains",
        alt=score_words.gains_alt(curve, say),
    )
    with st.expander(say("score.numbers"), icon=":material/calculate:"):
        numbers = tables_score.ranking_numbers(result.ranking, separation(result.scores), capture, say)
        exhibits.table(say, numbers, key="ranking-numbers")


def _capacity(say: Speaker) -> float:
    """Draw the choice of how many leads sales can take, and return it as a share."""
    held = state.held("capacity") if state.held("capacity") in CAPACITIES else state.DEFAULTS["capacity"]
    chosen = st.segmented_control(
        say("score.ranking.capacity"),
        CAPACITIES,
        format_func=lambda code: say("score.ranking.best", share=say.percent(int(code) / 100, 0)),
        required=True,
        **state.choose("capacity", held),
    )
    return int(chosen) / 100
