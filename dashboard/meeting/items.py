"""The exhibit of each item of the agenda: what the other pages show, and nothing counted anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from analysis.meeting.agenda import Item, Meeting
from analysis.selection import Selection
from dashboard import alerts, cards, exhibits, loading, periods, sentences, tables
from dashboard.calibrating import bands, verdict
from dashboard.defining import alignment, stress
from dashboard.figures.funnel import funnel_figure
from dashboard.loading import Snapshot
from dashboard.meeting import deciding, ledger
from dashboard.texts import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an exhibit looks at.

    Attributes
    ----------
    meeting : Meeting
        The meeting.
    current : Snapshot
        The snapshot it pinned.
    selection : Selection
        All of its history.
    path : str
        File of the points in force.
    """

    meeting: Meeting
    current: Snapshot
    selection: Selection
    path: str


def draw(say: Speaker, item: Item, scene: Scene) -> None:
    """Draw the exhibit of an item; one of your own has none."""
    drawer = _DRAWERS.get(item.kind)
    if drawer is not None:
        drawer(say, scene)


def _where_we_stand(say: Speaker, scene: Scene) -> None:
    start, end = periods.bounds("12m", scene.selection.as_of)
    year = replace(scene.selection, start=start, end=end)
    result = loading.overview(scene.current, year, scene.path, loading.stamp_of(scene.path))
    cards.overview(result, say, {})
    with st.container(border=True):
        alerts.draw(result.alerts, say)
    with st.container(border=True):
        found = loading.funnel(scene.current, year)
        st.markdown(f"**{sentences.leak(found, say)}**")
        exhibits.chart(
            say, funnel_figure(found.steps, say), tables.funnel_table(found.steps, say), key="meeting-funnel",
            alt=sentences.funnel_in_words(found, say),
        )  # fmt: skip


def _score_truth(say: Speaker, scene: Scene) -> None:
    result = loading.calibration(scene.current, scene.selection, scene.path, loading.stamp_of(scene.path))
    if not result.n_mature:
        st.markdown(say("agenda.too_young", days=scene.selection.horizon_days))
        return
    with st.container(border=True):
        st.markdown(f"### {sentences.headline(result, say)}")
        verdict.draw(say, scene.current, scene.selection, scene.path)
    with st.container(border=True):
        bands.draw(say, scene.current, scene.selection, scene.path)


def _disagreement(say: Speaker, scene: Scene) -> None:
    for section in (stress, alignment):
        with st.container(border=True):
            section.draw(say, scene.current, scene.selection, scene.path)


def _changes(say: Speaker, scene: Scene) -> None:
    before = scene.meeting.ruleset
    deciding.draw(say, scene.current, scene.selection, before, scene.meeting.held_on)


def _last_change(say: Speaker, scene: Scene) -> None:
    ledger.draw(say, scene.current, scene.selection, scene.meeting.held_on)


_DRAWERS: Final[dict[str, Callable[[Speaker, Scene], None]]] = {
    "where_we_stand": _where_we_stand,
    "score_truth": _score_truth,
    "disagreement": _disagreement,
    "changes": _changes,
    "last_change": _last_change,
}
