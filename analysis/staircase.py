"""A line through the grid of fit and engagement: the better a lead fits, the less it need have done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from analysis.assumptions import Assumptions
from analysis.economics import Economics, Terms, terms
from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.patterns import COUNTS, PatternTable, pattern_scores
from analysis.rulesets import Ruleset
from analysis.rulesets.columns import Integers
from analysis.rulesets.rules import Level
from analysis.rulesets.scoring import axis_points
from analysis.value import Money, enough, expected_wins, n_handoffs
from analysis.win_chances import Resamples, generator, interval, resampled, win_chances

RATIO_STRENGTH: Final = 10.0
"""A cell is taken to win as its scores say until it has about so many wins of its own."""

N_LEVELS: Final = 4
"""Grades per axis where the ruleset has no grid."""

_State: TypeAlias = tuple[float, float, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staircase:
    """From which grade of engagement each grade of fit is handed over.

    Attributes
    ----------
    cells : DataFrame
        One row per cell of the grid, worst first: `fit_no`, `engagement_no`
        (0 is the lowest grade), `fit`, `engagement` (grades), `fit_from`,
        `engagement_from` (points at which the grade begins; NA for the lowest),
        `n_mature`, `n_won`, `win_rate`, `win_low`, `win_high`, `is_enough`,
        `n_immature`, `n_unknown` (never worked); per month `n_leads`, `wins`
        (expected) and `value` (yen, if worked); `today_share` (of its leads: at
        or above today's threshold), `is_handed_over` (by the staircase).
    cuts : tuple of int
        For each grade of fit, worst first, the number of the first grade of
        engagement to hand over; one more than there are: nobody.
    terms : Terms
        Capacity, cost and margin it was reckoned with.
    is_enough : bool
        Whether wins and losses suffice to say anything.
    has_grid : bool
        The grades are those of the ruleset; False: cut so that each has about as
        many worked leads.
    n_leads, n_leads_today : float
        Leads per month that the staircase and today's threshold hand over.
    value, value_from, value_to : float
        Yen per month.
    gain, gain_from, gain_to : float
        Yen per month more than with today's threshold.
    """

    cells: pd.DataFrame
    cuts: tuple[int, ...]
    terms: Terms
    is_enough: bool
    has_grid: bool
    n_leads: float
    n_leads_today: float
    value: float
    value_from: float
    value_to: float
    gain: float
    gain_from: float
    gain_to: float


def staircase(patterns: PatternTable, ruleset: Ruleset, assumptions: Assumptions, found: Economics) -> Staircase:
    """Find the staircase that brings most: no query.

    Parameters and errors are those of `analysis.value.threshold_value`.

    Notes
    -----
    Leads without an outcome count with the chance of their score, times how
    much more often their cell wins than its scores say (wins over expected
    wins, both raised by `RATIO_STRENGTH`). The staircase is the best of all on
    these leads, so its gain is a little too good to be repeated.
    """
    levels = _levels(patterns, ruleset)
    rows = _rows(patterns, ruleset, levels)
    n_fit, n_engagement = (len(part) for part in levels)
    shape = (n_fit, n_engagement)
    used = terms(assumptions, found, n_handoffs(patterns))
    draws = resampled(rows, generator())
    money = Money.drawn(used, assumptions, found, len(draws.n_won) - 1)
    wins = expected_wins(draws, _chances(rows, draws))
    cell = _indicator(rows["cell"].to_numpy(dtype=np.int64), n_fit * n_engagement)
    n_cell, wins_cell = draws.n_leads @ cell, wins @ cell
    worth = money.unlimited(wins_cell, n_cell)
    cuts = best_staircase(n_cell[0].reshape(shape), worth[0].reshape(shape), used.capacity * found.n_months)
    is_in = (np.arange(n_engagement) >= np.array(cuts)[:, None]).ravel().astype(np.float64)
    is_today = rows["is_above"].to_numpy(dtype=np.float64)
    value = _worth(money, wins_cell, n_cell, is_in)
    gain = value - _worth(money, wins, draws.n_leads, is_today)
    (value_from, gain_from), (value_to, gain_to) = interval(np.stack([value, gain], axis=1))
    return Staircase(
        cells=_cells(rows, levels, n_cell[0], wins_cell[0], worth[0], is_in, found.n_months),
        cuts=cuts,
        terms=used,
        is_enough=enough(rows),
        has_grid=ruleset.grid is not None,
        n_leads=float(n_cell[0] @ is_in) / found.n_months,
        n_leads_today=float(draws.n_leads[0] @ is_today) / found.n_months,
        value=float(value[0]),
        value_from=float(value_from),
        value_to=float(value_to),
        gain=float(gain[0]),
        gain_from=float(gain_from),
        gain_to=float(gain_to),
    )


def best_staircase(n_leads: Floats, worth: Floats, capacity: float) -> tuple[int, ...]:
    """Choose for each grade of fit the engagement from which to hand over.

    Parameters
    ----------
    n_leads, worth : arrays of shape (n_fit, n_engagement)
        Leads and value of each cell, lowest grades first.
    capacity : float
        Leads that can be worked; of more, they are taken as they come and the
        value shrinks with the share that is worked.

    Returns
    -------
    tuple of int
        As `Staircase.cuts`. It never rises: better fit never needs more engagement.

    Notes
    -----
    Exact. Dynamic programming over the grades of fit, the state being the cut
    of the last grade and, for each, the choices so far that no other beats in
    both leads and value. The goal falls with leads and rises with value, so the
    best of all is among them.
    """
    n_above, worth_above = _tails(n_leads), _tails(worth)
    fronts: list[list[_State]] = [
        [(float(n_above[0, cut]), float(worth_above[0, cut]), (cut,))] for cut in range(n_above.shape[1])
    ]
    for fit in range(1, len(n_above)):
        steps = list(zip(n_above[fit], worth_above[fit], strict=True))
        fronts = [
            _front(
                (n + float(steps[cut][0]), value + float(steps[cut][1]), (*cuts, cut))
                for front in fronts[cut:]
                for n, value, cuts in front
            )
            for cut in range(len(steps))
        ]
    states = [state for front in fronts for state in front]
    return max(states, key=lambda state: _goal(state, capacity))[2]


def _goal(state: _State, capacity: float) -> tuple[float, float]:
    n, value, _ = state
    return min(1.0, capacity / n) * value if n else value, -n


def _front(states: Iterator[_State]) -> list[_State]:
    """Keep the states that no other beats in both leads and value."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda state: (state[0], -state[1])):
        if not kept or state[1] > kept[-1][1]:
            kept.append(state)
    return kept


def _tails(values: Floats) -> Floats:
    sums = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    return np.hstack([sums, np.zeros((len(values), 1))])


def _worth(money: Money, wins: Floats, n_leads: Floats, is_in: Floats) -> Floats:
    """Return yen per month of the chosen rows or cells, shape (1 + n_draws,)."""
    return money.value((wins @ is_in)[:, None], (n_leads @ is_in)[:, None])[:, 0]


def _chances(rows: pd.DataFrame, draws: Resamples) -> Floats:
    """Return the chance of each row: that of its score, corrected by how its cell does."""
    scores, place = np.unique(rows["score"].to_numpy(dtype=np.int64), return_inverse=True)
    by_score = _indicator(place, len(scores))
    features = scores[:, None].astype(np.float64)
    chances = win_chances(features, draws.n_mature @ by_score, draws.n_won @ by_score)[:, place]
    number = rows["cell"].to_numpy(dtype=np.int64)
    cell = _indicator(number, int(number.max(initial=0)) + 1)
    ratio = (draws.n_won @ cell + RATIO_STRENGTH) / ((draws.n_mature * chances) @ cell + RATIO_STRENGTH)
    corrected: Floats = np.minimum(chances * ratio[:, number], 1.0)
    return corrected


def _indicator(place: Integers, n: int) -> Floats:
    indicator: Floats = (place[:, None] == np.arange(n)).astype(np.float64)
    return indicator


def _levels(patterns: PatternTable, ruleset: Ruleset) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Return the grades of both axes, lowest first: those of the ruleset, or such that each has its share of leads."""
    if ruleset.grid is not None:
        return ruleset.grid.fit, ruleset.grid.engagement
    points = axis_points(ruleset, patterns.multiplicity)
    weight = patterns.counts[["n_mature", "n_immature"]].to_numpy().sum(axis=1) * ~patterns.is_gated
    fit, engagement = (_cut_levels(points[:, number], weight) for number in range(2))
    return fit, engagement


def _cut_levels(points: Integers, weight: Integers) -> tuple[Level, ...]:
    """Cut an axis where the leads below come nearest to a quarter, half and three quarters of all."""
    values, place = np.unique(points, return_inverse=True)
    n = np.bincount(place, weights=weight, minlength=len(values))
    below = (np.cumsum(n) - n) / max(n.sum(), 1.0)
    cuts = {int(np.argmin(np.abs(below - number / N_LEVELS))) for number in range(1, N_LEVELS)} - {0}
    return tuple(Level(grade="", threshold=int(values[cut])) for cut in (0, *sorted(cuts)))


def _rows(
    patterns: PatternTable, ruleset: Ruleset, levels: tuple[tuple[Level, ...], tuple[Level, ...]]
) -> pd.DataFrame:
    """Count the leads behind no gate by cell and score."""
    points = axis_points(ruleset, patterns.multiplicity)
    fit, engagement = (
        np.searchsorted([level.threshold for level in part[1:]], points[:, number], side="right")
        for number, part in enumerate(levels)
    )
    scores, is_open = pattern_scores(patterns, ruleset), ~patterns.is_gated
    keys = {"cell": fit * len(levels[1]) + engagement, "score": scores}
    counts = patterns.counts[list(COUNTS)].assign(**keys)[is_open].groupby(list(keys), as_index=False).sum()
    return counts.assign(is_above=counts["score"] >= ruleset.threshold)


def _cells(
    rows: pd.DataFrame,
    levels: tuple[tuple[Level, ...], tuple[Level, ...]],
    n_leads: Floats,
    wins: Floats,
    worth: Floats,
    is_in: Floats,
    n_months: float,
) -> pd.DataFrame:
    fit, engagement = levels
    places = [(first, second) for first in range(len(fit)) for second in range(len(engagement))]
    above = rows[["n_mature", "n_immature", "n_standing"]].sum(axis=1) * rows["is_above"]
    sums = (
        rows.assign(n_above=above).groupby("cell")[[*COUNTS, "n_above"]].sum().reindex(range(len(places)), fill_value=0)
    )
    low, high = wilson_interval(sums["n_won"], sums["n_mature"])
    return pd.DataFrame(
        {
            "fit_no": [first for first, _ in places],
            "engagement_no": [second for _, second in places],
            "fit": [fit[first].grade for first, _ in places],
            "engagement": [engagement[second].grade for _, second in places],
            "fit_from": pd.array([fit[first].threshold if first else pd.NA for first, _ in places], dtype="Int64"),
            "engagement_from": pd.array(
                [engagement[second].threshold if second else pd.NA for _, second in places], dtype="Int64"
            ),
            "n_mature": sums["n_mature"].to_numpy(),
            "n_won": sums["n_won"].to_numpy(),
            "win_rate": rates(sums["n_won"], sums["n_mature"]),
            "win_low": low,
            "win_high": high,
            "is_enough": sums["n_mature"].to_numpy() >= MIN_N,
            "n_immature": sums["n_immature"].to_numpy(),
            "n_unknown": sums["n_standing"].to_numpy(),
            "n_leads": n_leads / n_months,
            "wins": wins / n_months,
            "value": worth,
            "today_share": rates(sums["n_above"].to_numpy(), n_leads),
            "is_handed_over": is_in > 0,
        }
    )
