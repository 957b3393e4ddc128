"""Cached answers of the workbench; as `loading`, for the points page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis import workbench as _workbench
from analysis.calibration import Calibration, calibrate
from analysis.patterns import PatternTable, score_table
from analysis.replay import pattern_table
from analysis.rule_fields import fields_by_source, unknown_everywhere
from analysis.rule_health import RuleHealth, with_verdicts
from analysis.rule_verdicts import rule_verdicts
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import Bench
from dashboard.loading import TTL, Snapshot, reader, ruleset


def bench(snapshot: Snapshot, selection: Selection, path: str, stamp: int, without: tuple[str, ...] = ()) -> Bench:
    """Return the rule patterns by quarter: from here on an edited cell needs no query.

    `without` leaves out handoffs by id.
    """
    # The cache takes what is left out and what is empty for two questions.
    return _bench(snapshot, selection, path, stamp, without)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def _bench(snapshot: Snapshot, selection: Selection, path: str, stamp: int, without: tuple[str, ...]) -> Bench:
    return _workbench.bench(reader(snapshot), ruleset(path, stamp), selection, without=without)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def today(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> Calibration:
    """Return the calibration of the points in force."""
    points = ruleset(path, stamp)
    return calibrate(score_table(bench(snapshot, selection, path, stamp).patterns, points), points)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def fields(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return of which sources the fields that rules need are known, as `rule_fields.fields_by_source`."""
    return fields_by_source(reader(snapshot), ruleset(path, stamp), selection)


def verdicts(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, without: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Return what the outcomes say about each rule, as `rule_verdicts.rule_verdicts`: the grid and the report show it."""
    return _verdicts(snapshot, selection, path, stamp, without)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def _verdicts(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, without: tuple[str, ...]
) -> pd.DataFrame:
    unknown = unknown_everywhere(fields(snapshot, selection, path, stamp))
    return rule_verdicts(bench(snapshot, selection, path, stamp, without), ruleset(path, stamp), unknown)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def stability(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> pd.DataFrame:
    """Return whether each rule keeps its meaning over the quarters, as `workbench.stability_by_points`."""
    counts = bench(snapshot, selection, path, stamp).counts
    return _workbench.stability_by_points(counts, ruleset(path, stamp))


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def health(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> RuleHealth:
    """Return how each rule does."""
    key = (snapshot, selection, path, stamp)
    return with_verdicts(reader(snapshot), ruleset(path, stamp), selection, bench(*key), fields(*key), verdicts(*key))


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner=False)
def patterns(snapshot: Snapshot, selection: Selection, path: str, stamp: int) -> PatternTable:
    """Return the rule patterns of a part of the history."""
    return pattern_table(reader(snapshot), ruleset(path, stamp), selection)


@st.cache_data(ttl=TTL, max_entries=16, show_spinner=False)
def swapped(
    snapshot: Snapshot, selection: Selection, path: str, stamp: int, changes: tuple[tuple[str, int], ...]
) -> pd.DataFrame:
    """Return the leads that change sides of the threshold when some points are changed."""
    points: Ruleset = ruleset(path, stamp)
    return _workbench.swapped_leads(reader(snapshot), points, points.with_points(dict(changes)), selection)
