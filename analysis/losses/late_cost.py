"""What late calls cost, region by region: the wins that calls in time would have brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import fisher_exact

from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import CONFIDENCE, MIN_N, critical_value, rates, wilson_interval
from analysis.losses.account import MAX_CASES, MIN_WINS, SEED
from analysis.losses.cases import Cases
from analysis.losses.mixed import fit_mixed
from analysis.losses.shares import N_DRAWS
from analysis.losses.terms import Terms, terms_of
from analysis.matching import Mask
from analysis.rulesets.columns import Integers
from analysis.tuning.threads import one_thread

MIN_RELATIVE_LATENESS: Final = 1.5
"""A region calls late from one and a half times the others' share of late calls upwards."""

MAX_LATE: Final = 20_000
"""More late calls than this give no other costs: every k-th stands for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCost:
    """Late calls and their price.

    Attributes
    ----------
    regions : DataFrame
        One row per region, dearest first: `region` (empty: unknown), `n_leads` (handoffs of the period with a
        known result), `n_late`, `late_rate`, `late_low`, `late_high`, `rest_rate` (late calls of all other
        regions), `is_enough`, `is_late` (later than the rest by more than chance, and by half), `n_wins_back`,
        `back_low`, `back_high` (wins more, had its late calls been made in time; NaN when nothing can be said).
    n_late : int
        Late calls of all regions.
    n_wins_back, back_low, back_high : float
        The same of all regions.
    """

    regions: pd.DataFrame
    n_late: int
    n_wins_back: float
    back_low: float
    back_high: float


def late_cost(
    cases: Cases, chosen: Mask | None = None, *, confidence: float = CONFIDENCE, seed: int = SEED
) -> LateCost:
    """Say what late calls cost in wins.

    Parameters
    ----------
    cases : Cases
        The handoffs; all teach what a late call does.
    chosen : boolean array, optional
        Handoffs that are priced; those of the period when left out. With `cases.is_account`
        the regions add up to the wins that the account says late calls took.
    confidence : float
        Of the intervals.
    seed : int
        Of the draws behind them.

    Notes
    -----
    As in the account of the losses: chances are fitted on rules, handling, unknown facts, sources,
    people and quarters, then asked again with the call in time.
    """
    is_chosen = cases.table["is_in_period"].to_numpy(dtype=bool) if chosen is None else chosen
    is_late = (cases.table["handling"] == "late").to_numpy(dtype=bool)
    region, place = np.unique(cases.table["region"].to_numpy(dtype=str), return_inverse=True)
    counts = _counts(region, place[is_chosen], is_late[is_chosen])
    drawn = _wins_back(cases, np.flatnonzero(is_chosen & is_late), place, len(region), seed)
    z, spread, total = critical_value(confidence), drawn[1:].std(axis=0, ddof=1), drawn.sum(axis=1)
    half = z * float(total[1:].std(ddof=1))
    table = counts.assign(n_wins_back=drawn[0], back_low=drawn[0] - z * spread, back_high=drawn[0] + z * spread)
    return LateCost(
        regions=table.sort_values(["n_wins_back", "n_late"], ascending=False, ignore_index=True),
        n_late=int(counts["n_late"].sum()),
        n_wins_back=float(total[0]),
        back_low=float(total[0]) - half,
        back_high=float(total[0]) + half,
    )


def _counts(region: np.ndarray, place: Integers, is_late: Mask) -> pd.DataFrame:
    n = np.bincount(place, minlength=len(region))
    late = np.bincount(place[is_late], minlength=len(region))
    rest, rest_late = n.sum() - n, late.sum() - late
    low, high = wilson_interval(late, n)
    cells = np.column_stack([late, n - late, rest_late, rest - rest_late])
    is_enough = (n >= MIN_N) & (rest >= MIN_N)
    chances = [
        fisher_exact(row.reshape(2, 2)).pvalue if ok else np.nan for row, ok in zip(cells, is_enough, strict=True)
    ]
    late_rate, rest_rate = rates(late, n), rates(rest_late, rest)
    is_clear = adjusted(np.array(chances, dtype=np.float64)) < FALSE_DISCOVERY_RATE
    return pd.DataFrame(
        {
            "region": region,
            "n_leads": n,
            "n_late": late,
            "late_rate": late_rate,
            "late_low": low,
            "late_high": high,
            "rest_rate": rest_rate,
            "is_enough": is_enough,
            "is_late": is_clear & (late_rate >= MIN_RELATIVE_LATENESS * rest_rate),
        }
    )


def _wins_back(cases: Cases, late: Integers, place: Integers, n_regions: int, seed: int) -> np.ndarray:
    """Return the wins more per region, first as estimated and then per draw; shape (1 + N_DRAWS, n_regions)."""
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    nothing = np.full((1 + N_DRAWS, n_regions), np.nan)
    if min(is_won.sum(), (~is_won).sum()) < MIN_WINS:
        return nothing
    learned, shown = _thinned(np.arange(len(is_won)), MAX_CASES), _thinned(late, MAX_LATE)
    terms = terms_of(cases, learned, shown)
    if not terms.of("late").any():
        return nothing
    with one_thread():
        fit = fit_mixed(terms.design, is_won[learned])
        draws = np.random.default_rng(seed).multivariate_normal(fit.effects, fit.covariance, N_DRAWS, method="cholesky")
        gained = _gained(terms, np.vstack([fit.effects, draws]))
    weight = len(late) / max(len(shown), 1)
    is_region = (place[shown][:, None] == np.arange(n_regions)).astype(np.float64)
    return np.asarray(weight * (gained @ is_region))


def _gained(terms: Terms, effects: np.ndarray) -> np.ndarray:
    """Return how much likelier each lead would have won without its lateness, one row per draw."""
    is_late = terms.of("late")
    fitted = effects @ terms.accounted.T
    return np.asarray(expit(fitted - effects[:, is_late] @ terms.accounted[:, is_late].T) - expit(fitted))


def _thinned(rows: Integers, most: int) -> Integers:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
