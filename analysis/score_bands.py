"""Score bands: proposals for where to draw them, money per band, and the grid of fit and engagement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import xlog1py, xlogy

from analysis.calibration import COUNTS, MIN_COVERAGE, ScoreBand
from analysis.intervals import MIN_N, Floats, critical_value, rates, wilson_interval
from analysis.patterns import PatternTable, pattern_scores
from analysis.rulesets.columns import Integers
from analysis.rulesets.model import Ruleset
from analysis.rulesets.rules import AXES
from analysis.rulesets.scoring import axis_points

MIN_SHARE: Final = 0.05
"""A proposed band holds at least this share of the mature decisions, as is usual for scorecards."""

MAX_BANDS: Final = 6
"""More bands than a meeting can name are no bands."""

N_LEVELS: Final = 3
"""Levels of an axis where the ruleset names none: low, middle, high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedBand:
    """A band that the counts suggest; named by its place, since only people can give it a name."""

    name_ja: str
    name_en: str
    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Banding:
    """Bands with a threshold: what `analysis.calibration.calibrate` needs of a ruleset."""

    bands: Sequence[ScoreBand]
    threshold: int


def proposed_bands(
    scores: pd.DataFrame, *, min_n: int | None = None, max_bands: int = MAX_BANDS
) -> tuple[ProposedBand, ...]:
    """Draw bands where the win rate really changes.

    Parameters
    ----------
    scores : DataFrame
        Counts by score: `score`, `n_mature`, `n_won`; rows whose `is_scored` is
        False form a band of their own.
    min_n : int, optional
        Fewest mature decisions in a band; 20 or 5 % of all when left out,
        whichever is more.
    max_bands : int
        Most bands.

    Returns
    -------
    tuple of ProposedBand
        Ascending, their win rates too. A score that does not rank gives one
        band; without a mature decision there is one as well.

    Notes
    -----
    Pool-adjacent-violators [1]_ gives the steps of the most likely rising win
    rate. Neighbouring steps are then joined, by dynamic programming over all
    ways to do so, such that every band has `min_n` decisions and the binomial
    log-likelihood less ln(n) / 2 per band (the Bayesian information criterion)
    is largest. Bands are chosen on the decisions they are shown for, so they
    look a little better than they will do.

    References
    ----------
    .. [1] R. E. Barlow, D. J. Bartholomew, J. M. Bremner, H. D. Brunk.
       "Statistical Inference under Order Restrictions". Wiley, 1972.
    """
    is_scored = scores["is_scored"].astype(bool) if "is_scored" in scores else pd.Series(data=True, index=scores.index)
    known = scores[is_scored].groupby("score", sort=True)[["n_mature", "n_won"]].sum()
    low = 0 if known.empty else int(known.index[0])
    known = known[known["n_mature"] > 0]
    starts = [low, *_cuts(known, min_n, max_bands)]
    bands = [
        ProposedBand(name_ja=f"帯{number}", name_en=f"Band {number}", threshold=start)
        for number, start in enumerate(starts, start=1)
    ]
    if not is_scored.all():
        lowest = int(scores.loc[~is_scored, "score"].min())
        bands.insert(0, ProposedBand(name_ja="スコアなし", name_en="Not scored", threshold=lowest))
    return tuple(bands)


def _cuts(known: pd.DataFrame, min_n: int | None, max_bands: int) -> list[int]:
    """Return the scores at which the second and later bands begin."""
    if known.empty:
        return []
    n, won = known["n_mature"].to_numpy(np.float64), known["n_won"].to_numpy(np.float64)
    first = rising_steps(n, won)
    fewest = max(MIN_N, int(np.ceil(MIN_SHARE * n.sum()))) if min_n is None else min_n
    chosen = _joined(np.add.reduceat(n, first), np.add.reduceat(won, first), fewest, max_bands)
    return [int(known.index[first[step]]) for step in chosen[1:]]


def rising_steps(n: Floats, won: Floats) -> Integers:
    """Return where each step of the most likely rising rate begins; `n` and `won` by ascending score, n > 0."""
    starts: list[int] = []
    totals: list[tuple[float, float]] = []
    for place, (size, wins) in enumerate(zip(n, won, strict=True)):
        start, total = place, (float(size), float(wins))
        # Pools while the step before wins at least as often.
        while totals and totals[-1][1] * total[0] >= total[1] * totals[-1][0]:
            before = totals.pop()
            start, total = starts.pop(), (before[0] + total[0], before[1] + total[1])
        starts.append(start)
        totals.append(total)
    return np.array(starts, dtype=np.int64)


def _joined(n: Floats, won: Floats, min_n: int, max_bands: int) -> list[int]:
    """Join steps into bands; return the first step of each band."""
    n_steps = len(n)
    sizes, wins = np.concatenate([[0.0], np.cumsum(n)]), np.concatenate([[0.0], np.cumsum(won)])
    best = np.full((max_bands + 1, n_steps + 1), -np.inf)
    before = np.zeros((max_bands + 1, n_steps + 1), dtype=np.int64)
    best[0, 0] = 0.0
    for count in range(1, max_bands + 1):
        for end in range(1, n_steps + 1):
            size, won_in = sizes[end] - sizes[:end], wins[end] - wins[:end]
            value = best[count - 1, :end] + _log_likelihood(size, won_in)
            value = np.where(size >= min_n, value, -np.inf)
            place = int(np.argmax(value))
            best[count, end], before[count, end] = value[place], place
    value = best[:, n_steps] - np.arange(max_bands + 1) * np.log(max(sizes[-1], 2.0)) / 2
    count, end, found = int(np.argmax(value)), n_steps, []
    if not np.isfinite(value[count]):
        return [0]
    for left in range(count, 0, -1):
        end = int(before[left, end])
        found.append(end)
    return found[::-1]


def _log_likelihood(n: Floats, won: Floats) -> Floats:
    rate = won / n
    total: Floats = xlogy(won, rate) + xlog1py(n - won, -rate)
    return total


def mean_amounts(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the mean amount per handoff of each group, with its interval.

    Parameters
    ----------
    sums : DataFrame
        `n_mature`, `n_won`, `n_known` (wins whose amount is known), `total` and
        `total_squares` of those amounts.

    Returns
    -------
    DataFrame
        `amount_mean` (yen per mature decision; losses count as 0),
        `amount_low`, `amount_high` (95 %), `is_amount_enough` (20 decisions and
        20 known amounts). NaN where nothing is known.

    Notes
    -----
    The mean is the win rate times the mean of the known amounts: an unknown
    amount is not 0. Its relative variance is (1 - p) / (n p) + (s / m)^2 / k by
    the delta method, and the interval is taken on the logarithm, because
    amounts are skewed.
    """
    n, won, known = (sums[name].to_numpy(np.float64) for name in ("n_mature", "n_won", "n_known"))
    total, squares = sums["total"].to_numpy(np.float64), sums["total_squares"].to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_win = total / known
        spread = np.clip(squares - known * per_win**2, 0, None) / np.maximum(known - 1, 1)
        mean = won / n * per_win
        relative = (1 - won / n) / won + spread / per_win**2 / known
        reach = np.exp(critical_value() * np.sqrt(relative))
    mean = np.where((n > 0) & (won == 0), 0.0, mean)
    is_enough = (n >= MIN_N) & (known >= MIN_N)
    low, high = np.where(is_enough, mean / reach, np.nan), np.where(is_enough, mean * reach, np.nan)
    table = {"amount_mean": mean, "amount_low": low, "amount_high": high, "is_amount_enough": is_enough}
    return pd.DataFrame(table, index=sums.index)


def amounts_of_bands(by_score: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Return the sums and the mean amount of each band.

    Parameters
    ----------
    by_score : DataFrame
        As from `analysis.scored_leads.amounts_by_score`.
    bands : DataFrame
        As in `analysis.calibration.Calibration.bands`.

    Returns
    -------
    DataFrame
        One row per band: the sums, and the columns of `mean_amounts`.
    """
    starts = bands["score_low"].dropna().to_numpy(dtype=np.int64)
    band_no = np.searchsorted(starts, by_score["score"].to_numpy(), side="right")
    sums = by_score.drop(columns="score").groupby(band_no).sum().reindex(range(len(bands)), fill_value=0)
    return pd.concat([sums, mean_amounts(sums)], axis=1)


def score_grid(patterns: PatternTable, ruleset: Ruleset) -> pd.DataFrame:
    """Count outcomes by level of fit and of engagement.

    Parameters
    ----------
    patterns : PatternTable
        Replayed for the ruleset.
    ruleset : Ruleset
        Its grid gives the levels; without one each axis is cut into thirds of
        the mature decisions.

    Returns
    -------
    DataFrame
        One row per cell, empty ones included: `fit_no`, `engagement_no` (0 the
        lowest), `fit_low`, `fit_high`, `engagement_low`, `engagement_high`
        (points, inclusive; NA where open), `grade` (empty without a grid), the
        counts, `coverage`, `win_rate`, `win_low`, `win_high`, `is_enough`,
        `is_covered` as in `analysis.calibration.Calibration.bands`.

    Raises
    ------
    ValueError
        If the patterns were counted for other rules.
    """
    pattern_scores(patterns, ruleset)
    points = axis_points(ruleset, patterns.multiplicity)
    weights = patterns.counts["n_mature"].to_numpy(np.int64)
    cuts = [_level_cuts(ruleset, axis, points[:, number], weights) for number, axis in enumerate(AXES)]
    places = [np.searchsorted(cut, points[:, number], side="right") for number, cut in enumerate(cuts)]
    n_levels = [len(cut) + 1 for cut in cuts]
    cell = places[0] * n_levels[1] + places[1]
    sums = patterns.counts[list(COUNTS)].groupby(cell).sum().reindex(range(n_levels[0] * n_levels[1]), fill_value=0)
    table = pd.DataFrame({"fit_no": sums.index // n_levels[1], "engagement_no": sums.index % n_levels[1]})
    for axis, cut in zip(AXES, cuts, strict=True):
        edges = pd.DataFrame(
            {"low": pd.array([pd.NA, *cut], dtype="Int64"), "high": pd.array([*(cut - 1), pd.NA], dtype="Int64")}
        )
        for end in ("low", "high"):
            table[f"{axis}_{end}"] = edges[end].iloc[table[f"{axis}_no"]].array
    return _with_rates(table.assign(grade=_grades(ruleset, table), **sums.reset_index(drop=True)))


def _level_cuts(ruleset: Ruleset, axis: str, points: Integers, weights: Integers) -> Integers:
    if ruleset.grid is not None:
        return np.array([level.threshold for level in getattr(ruleset.grid, axis)[1:]], dtype=np.int64)
    distinct, place = np.unique(points, return_inverse=True)
    below = np.cumsum(np.bincount(place, weights=weights, minlength=len(distinct)))
    if not len(distinct) or not below[-1]:
        return np.zeros(0, dtype=np.int64)
    wanted = below[-1] * np.arange(1, N_LEVELS) / N_LEVELS
    cuts = {int(np.searchsorted(below, share)) + 1 for share in wanted}
    chosen: Integers = distinct[sorted(cut for cut in cuts if cut < len(distinct))]
    return chosen


def _grades(ruleset: Ruleset, cells: pd.DataFrame) -> list[str]:
    grid = ruleset.grid
    if grid is None:
        return [""] * len(cells)
    pairs = zip(cells["fit_no"], cells["engagement_no"], strict=True)
    return [grid.fit[fit].grade + grid.engagement[engagement].grade for fit, engagement in pairs]


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    n_worked = table["n_mature"] + table["n_immature"]
    coverage = rates(n_worked, n_worked + table["n_standing"])
    low, high = wilson_interval(table["n_won"], table["n_mature"])
    return table.assign(
        n_worked=n_worked,
        coverage=coverage,
        win_rate=rates(table["n_won"], table["n_mature"]),
        win_low=low,
        win_high=high,
        is_enough=table["n_mature"] >= MIN_N,
        is_covered=coverage >= MIN_COVERAGE,
    )
