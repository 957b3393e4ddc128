"""Are the leads of the latest months still those that a score was judged on?

A score is judged by decisions that are old enough. Leads that came since may be
others: from other sources, with other rules firing. That shows in months, where
outcomes show in half a year. All leads are looked at in the same time after their
creation: what is decided quickly now is held against what was decided as quickly
before. Otherwise the leads of later months would have done less, and those of the
first months of a history, whose past nobody recorded, less still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided, month_no, month_start
from analysis.drift import LANDMARK_DAYS, MODERATE_PSI, N_CLASSES, SCORE, rule_classes, stability
from analysis.equal_scores import joined
from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import MIN_N, Floats
from analysis.rulesets.columns import Integers
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection

N_LATEST: Final = 3
"""Months of creation that are held against all earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One rule that gives other points than before.

    Attributes
    ----------
    rule_id : str
        Of the ruleset; `analysis.drift.SCORE` is the score as a whole.
    month : Timestamp
        First of the latest months in which it moved.
    is_lasting : bool
        It moved in every month from that one on.
    excess : float
        Stability index of the month in which it moved most, less what chance gives it.
    points, points_before : float
        Mean points it gave to a lead in that month, and earlier.
    """

    rule_id: str
    month: pd.Timestamp
    is_lasting: bool
    excess: float
    points: float
    points_before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestDrift:
    """How the leads of the latest months differ from earlier ones.

    Attributes
    ----------
    months : DataFrame
        One row per latest month and rule, the score itself first: `month`,
        `rule_id`, `n_leads`, `psi`, `noise`, `excess`, `chance` (adjusted; NaN
        below 20 leads), `points`, `points_before`, `is_moved`. Empty when there
        is nothing to compare with.
    n_before : int
        Leads of the earlier months.
    """

    months: pd.DataFrame
    n_before: int

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The score if it moved, then the rules that did, the largest change first."""
        found = []
        for rule_id, rows in self.months.groupby("rule_id", sort=False):
            own = rows[rows["is_moved"]]
            if own.empty:
                continue
            most, month = own.sort_values("excess").iloc[-1], own["month"].min()
            found.append(
                Moved(
                    rule_id=str(rule_id),
                    month=month,
                    is_lasting=bool(rows.loc[rows["month"] >= month, "is_moved"].all()) and len(own) > 1,
                    excess=float(most["excess"]),
                    points=float(most["points"]),
                    points_before=float(most["points_before"]),
                )
            )
        return tuple(sorted(found, key=lambda moved: (moved.rule_id != SCORE, -moved.excess)))


def latest_drift(decisions: Decided, ruleset: Ruleset, selection: Selection) -> LatestDrift:
    """Hold the leads of the latest months against those before.

    Parameters
    ----------
    decisions : Decided
        At the handoff.
    ruleset : Ruleset
        The points; rules without any do not count.
    selection : Selection
        What the decisions were asked for: months that it cuts are left out.

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.

    Notes
    -----
    Compared are leads that were handed over within 30 days of their creation, by
    month of creation, the score in tenths and each rule by how often it fired. A
    month is complete when all its leads are 30 days old. All months and rules
    are one family of tests [1]_. A rule has moved when chance is excluded and
    its stability index exceeds by 0.1 what chance gives it: the usual limit.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg. "Controlling the false discovery rate".
       Journal of the Royal Statistical Society B 57(1), 1995.
    """
    scores = decisions.scores(ruleset)
    chosen, months, latest = _compared(decisions, selection)
    is_scored = decisions.is_scored[chosen]
    place = np.clip(months - latest, -1, None) + 1  # 0 is all earlier months
    tables = {SCORE: _of_scores(scores[chosen], is_scored, place)}
    points = {SCORE: _means(scores[chosen][is_scored], place[is_scored])}
    if ruleset.outside is None:
        pattern_no, multiplicity = _used(decisions.pattern_no[chosen], decisions.multiplicity)
        classes = rule_classes(multiplicity, ruleset)
        for rule_id, own in _rule_points(multiplicity, ruleset).items():
            tables[rule_id] = _counted(classes[rule_id][pattern_no], place)
            points[rule_id] = _means(own[pattern_no], place)
    rows = found_months(tables)
    starts = [month_start(latest + number) for number in range(N_LATEST)]
    return LatestDrift(
        months=rows.drop(columns="place").assign(
            month=pd.Series([starts[number - 1] for number in rows["place"]], dtype="datetime64[us]"),
            points=np.concatenate([points[rule_id][1:] for rule_id in tables]),
            points_before=np.concatenate([np.full(N_LATEST, points[rule_id][0]) for rule_id in tables]),
        ),
        n_before=int((place == 0).sum()),
    )


def found_months(tables: Mapping[str, Floats]) -> pd.DataFrame:
    """Test the latest months of each table against the earlier ones, all adjusted together.

    Parameters
    ----------
    tables : mapping of arrays of shape (1 + N_LATEST, n_classes)
        Leads by class: all earlier months in the first row, a latest month in each other.

    Returns
    -------
    DataFrame
        One row per table and latest month: `rule_id`, `place` (row of the table),
        `n_leads`, `psi`, `noise`, `chance`, `excess`, `is_moved`.
    """
    rows = [
        (rule_id, place, int(counts[place].sum()), *stability(counts[place], counts[0]))
        for rule_id, counts in tables.items()
        for place in range(1, N_LATEST + 1)
    ]
    found = pd.DataFrame(rows, columns=["rule_id", "place", "n_leads", "psi", "noise", "chance"])
    chance = adjusted(found["chance"].to_numpy(dtype=np.float64))
    excess = np.maximum(found["psi"] - found["noise"], 0)
    is_moved = (chance < FALSE_DISCOVERY_RATE) & (excess >= MODERATE_PSI)
    return found.assign(chance=chance, excess=excess, is_moved=is_moved)


def _compared(decisions: Decided, selection: Selection) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the decisions that are compared, their months of creation, and the first of the latest months."""
    age = timedelta(days=LANDMARK_DAYS)
    begins = np.datetime64(selection.starts_at, "us")
    # Leads of the month in which this moment lies are not all old enough.
    ends = month_no(np.datetime64(min(selection.as_of, selection.ends_at) - age, "us"))
    created = decisions.created_month
    is_quick = decisions.decided_at - decisions.created_at <= np.timedelta64(age)
    chosen = np.flatnonzero(is_quick & (created < ends) & (decisions.created_at >= begins))
    return chosen, created[chosen].astype(np.int64), int(ends) - N_LATEST


def _counted(classes: NDArray[np.int64], place: NDArray[np.int64]) -> Floats:
    n_classes = int(classes.max(initial=0)) + 1
    counts = np.bincount(place * n_classes + classes, minlength=(1 + N_LATEST) * n_classes)
    table: Floats = counts.reshape(1 + N_LATEST, n_classes).astype(np.float64)
    return table


def _of_scores(scores: NDArray[np.int32], is_scored: NDArray[np.bool_], place: NDArray[np.int64]) -> Floats:
    """Return the counts by tenths of scores; leads that another tool did not score are a class of their own."""
    lowest = int(scores.min(initial=0))
    classes = np.where(is_scored, scores.astype(np.int64) - lowest + 1, 0)
    table = _counted(classes, place)
    return joined(table, table.sum(axis=0), N_CLASSES)


def _used(pattern_no: NDArray[np.int32], multiplicity: Integers) -> tuple[Integers, Integers]:
    """Return the patterns that occur, a few of all, and which of them each decision shows."""
    is_used = np.bincount(pattern_no, minlength=len(multiplicity)) > 0
    return (np.cumsum(is_used) - 1)[pattern_no], multiplicity[is_used]


def _rule_points(multiplicity: Integers, ruleset: Ruleset) -> dict[str, Integers]:
    """Return what each rule that gives points gave each pattern, before any limit."""
    worth = multiplicity * ruleset.points
    rule_no = np.array([column.rule_no for column in ruleset.columns], dtype=np.int64)
    points = {rule.id: worth[:, rule_no == number].sum(axis=1) for number, rule in enumerate(ruleset.rules)}
    return {rule_id: own for rule_id, own in points.items() if own.any()}


def _means(values: NDArray[np.int64] | NDArray[np.int32], place: NDArray[np.int64]) -> Floats:
    n = np.bincount(place, minlength=1 + N_LATEST)
    sums = np.bincount(place, weights=values, minlength=1 + N_LATEST)
    means: Floats = np.divide(sums, n, out=np.full(len(n), np.nan), where=n >= MIN_N)
    return means
