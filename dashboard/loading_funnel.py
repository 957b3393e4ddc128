"""Cached answers of the funnel, comparison, source and target analyses; as `loading`, for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from analysis import attribution as _attribution
from analysis import exits as _exits
from analysis import forecast as _forecast
from analysis import lead_list as _lead_list
from analysis import maturity as _maturity
from analysis import pace as _pace
from analysis import sources as _sources
from analysis.ageing import Ageing
from analysis.ageing import ageing as _ageing
from analysis.bottlenecks import recent_bottlenecks as _recent_bottlenecks
from analysis.comparison import Comparison
from analysis.comparison import compare as _compare
from analysis.conditions import Condition
from analysis.durations import Span, duration_cells, time_to_convert
from analysis.journey_funnel import JourneyFunnel, Question
from analysis.journey_funnel import funnel_by_origin as _funnel_by_origin
from analysis.journey_funnel import journey_funnel as _journey_funnel
from analysis.lead_list import LeadList
from analysis.selection import Selection
from analysis.target_gap import TargetGap
from analysis.target_gap import target_gap as _target_gap
from analysis.targets import Target, Targets, load_targets, write_targets
from dashboard.loading import MAX_ENTRIES, TTL, Snapshot, reader, workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the months of a cohort chart will come to, and how far to trust that."""

    months: pd.DataFrame
    backtest: _forecast.Backtest


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def journeys(snapshot: Snapshot, selection: Selection, question: Question) -> JourneyFunnel:
    """Return the funnel as asked."""
    return _journey_funnel(reader(snapshot), selection, question)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def origins(snapshot: Snapshot, selection: Selection, question: Question) -> pd.DataFrame:
    """Return the three funnels, as `analysis.journey_funnel.funnel_by_origin`."""
    return _funnel_by_origin(reader(snapshot), selection, question)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def exits(snapshot: Snapshot, selection: Selection) -> pd.DataFrame:
    """Return how leads left the stage TQL."""
    return _exits.stage_exits(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def outlook(snapshot: Snapshot, selection: Selection, span: Span) -> Outlook:
    """Return maturity and forecast per month of entry, and what past forecasts were worth."""
    engine, days = reader(snapshot), selection.horizon_days
    cells = duration_cells(engine, selection, span, unit="day")
    ages = _maturity.maturity(cells, selection.as_of, within_days=days)
    final = _forecast.forecast(cells, selection.as_of, days)
    months = final.merge(ages.drop(columns="n_leads"), on="month")
    return Outlook(months=months, backtest=_forecast.backtest(engine, selection, span, cells=cells))


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def times(snapshot: Snapshot, selection: Selection, span: Span, dimension: str) -> pd.DataFrame:
    """Return how long it takes from stage to stage, in total ("all") or by segment ("month" too)."""
    engine = reader(snapshot)
    if dimension == "month":
        return time_to_convert(duration_cells(engine, selection, span, unit="month"), "started_on")
    cells = duration_cells(engine, selection, span, dimension=dimension)
    return time_to_convert(cells, None if dimension == "all" else "label")


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def ageing(snapshot: Snapshot, selection: Selection) -> Ageing:
    """Return the stock of each stage by age."""
    return _ageing(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def compare(snapshot: Snapshot, selection: Selection, other: Selection, dimension: str) -> Comparison:
    """Return two periods side by side and why they differ."""
    return _compare(reader(snapshot), selection, other, dimension=dimension)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def bottlenecks(snapshot: Snapshot, selection: Selection) -> pd.DataFrame:
    """Rank the steps by what they would gain, as `analysis.bottlenecks.recent_bottlenecks`."""
    return _recent_bottlenecks(reader(snapshot), selection)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def sources(snapshot: Snapshot, selection: Selection, dimension: str) -> pd.DataFrame:
    """Judge the groups of an attribute, as `analysis.sources.sources`."""
    return _sources.sources(reader(snapshot), selection, dimension)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def reversals(snapshot: Snapshot, selection: Selection, dimension: str, within: tuple[str, ...]) -> pd.DataFrame:
    """Return the groups whose parts contradict their total: `within`, then as `analysis.sources.simpson`."""
    engine = reader(snapshot)
    parts = [_sources.simpson(engine, selection, dimension, part).assign(within=part) for part in within]
    table = pd.concat(parts, ignore_index=True)
    return table[table["is_reversed"].astype(bool)]


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def attribution(snapshot: Snapshot, selection: Selection, attribute: str) -> pd.DataFrame:
    """Share out the wins over the touches before them."""
    return _attribution.attribution(reader(snapshot), selection, attribute)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def pace(snapshot: Snapshot, selection: Selection, targets: tuple[Target, ...]) -> pd.DataFrame:
    """Hold targets against what has happened."""
    return _pace.pace(reader(snapshot), selection, targets)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def pace_line(snapshot: Snapshot, selection: Selection, target: Target) -> pd.DataFrame:
    """Return the days of a target's month."""
    return _pace.pace_line(reader(snapshot), selection, target)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def lead_list(snapshot: Snapshot, selection: Selection, condition: Condition, n_rows: int) -> LeadList:
    """Return the leads behind a number."""
    return _lead_list.lead_list(reader(snapshot), selection, condition, n_rows)


@st.cache_data(ttl=TTL, max_entries=MAX_ENTRIES, show_spinner=False)
def target_gap(snapshot: Snapshot, selection: Selection, targets: tuple[Target, ...]) -> TargetGap:
    """Hold a period against its targets."""
    return _target_gap(reader(snapshot), selection, targets)


def targets_path() -> Path:
    """Return where the targets of the workspace are kept."""
    return workspace().root / "targets.toml"


def targets() -> Targets:
    """Return the targets of the workspace; none when nobody wrote any."""
    return load_targets(targets_path())


def save_targets(chosen: Targets) -> None:
    """Write the targets of the workspace; a reader sees the old file or the new one, never half of it."""
    path = targets_path()
    draft = path.with_suffix(".toml.new")
    draft.write_text(write_targets(chosen), encoding="utf-8")
    draft.replace(path)
