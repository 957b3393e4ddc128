"""May a meeting rely on this score, why, and what would change that?"""

from __future__ import annotations

from typing import Final

import streamlit as st

from analysis.selection import Selection
from dashboard import loading, loading_score
from dashboard.calibrating import score_words
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

_ICONS: Final = {
    "ready": ":material/check_circle:",
    "caution": ":material/warning:",
    "cannot_say": ":material/hourglass_empty:",
    "good": ":material/check:",
    "note": ":material/info:",
    "stop": ":material/hourglass_empty:",
}


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the verdict with its reasons."""
    stamp = loading.stamp_of(path)
    result = loading.calibration(current, selection, path, stamp)
    points = loading.ruleset(path, stamp)
    found = loading_score.verdict(current, selection, path, stamp)
    st.subheader(say("score.verdict.heading"), anchor=False)
    st.markdown(f"#### {_ICONS[found.state]} {score_words.verdict_headline(found, say)}")
    left, right = st.columns(2) if found.remedies else (st.container(), None)
    with left:
        st.markdown(f"**{say('score.verdict.reasons')}**")
        lines = [
            f"- {_ICONS[reason.level]} {score_words.reason(reason, result.bands, say, points)} :small[({say(f'score.level.{reason.level}')})]"
            for reason in found.reasons
        ]
        st.markdown("\n".join(lines))
    if right is not None:
        with right:
            st.markdown(f"**{say('score.verdict.remedies')}**")
            st.markdown("\n".join(f"- {score_words.remedy(remedy, say)}" for remedy in found.remedies))
