"""Exploration: how few low scorers must be tried, at random, to know what they are worth.

Leads below the threshold are rarely handed over, and then for a reason; so nobody
knows how they would do. A small random set of them closes this blind spot. What
was handed over so far can be weighted by how likely it was to be handed over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.calibration import ScoreBand
from analysis.intervals import CONFIDENCE, MIN_N, Floats, rates, wilson_interval
from analysis.patterns import PatternTable, pattern_scores
from analysis.rulesets.model import Ruleset
from analysis.tuning.counts import pattern_counts
from analysis.tuning.loss import sigmoid
from analysis.tuning.weights import fit_weights

MAX_SAMPLE: Final = 100_000
"""No sales team tries more; a question that needs more is the wrong question."""

POWER: Final = 0.8
MONTH_DAYS: Final = 365.25 / 12

MAX_WEIGHT_SHARE: Final = 0.2
"""An estimate in which one kind of lead weighs more than this is one lead's story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What it takes to close the blind spot below the threshold.

    Attributes
    ----------
    n_sample : int
        Leads to hand over at random.
    n_per_month : int
        How many of them in each month.
    n_months : int
        Months of handing over.
    share : float
        Chance of a low scorer to be handed over in those months, in (0, 1].
    hours : float
        Work for sales in all.
    closes_on : date-like
        Day on which the last of them is mature.
    is_possible : bool
        False when no leads come in below the threshold: then nothing above holds.
    """

    n_sample: int
    n_per_month: int
    n_months: int
    share: float
    hours: float
    closes_on: datetime
    is_possible: bool


def sample_for_width(p_expected: float, half_width: float) -> int:
    """Return how many leads bring the 95 % interval to plus or minus `half_width`.

    Parameters
    ----------
    p_expected : float
        Win rate that is expected, in [0, 1].
    half_width : float
        Half of the wanted width of the Wilson interval, in (0, 0.5).

    Raises
    ------
    ValueError
        If a value is out of range, or more than 100,000 leads would be needed.
    """
    if not 0 <= p_expected <= 1 or not 0 < half_width < 0.5:
        raise ValueError(f"p_expected must be in [0, 1] and half_width in (0, 0.5), not {p_expected}, {half_width}.")

    def is_narrow(n: int) -> bool:
        low, high = wilson_interval(p_expected * n, n)
        return float(high - low) / 2 <= half_width

    if not is_narrow(MAX_SAMPLE):
        raise ValueError(f"half_width = {half_width} needs more than {MAX_SAMPLE:,} leads; ask for less.")
    low, high = 0, MAX_SAMPLE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_narrow(middle) else (middle, high)
    return high


def sample_for_power(p_believed: float, p_wanted: float, power: float = POWER) -> int:
    """Return how many leads it takes to notice that low scorers win at least `p_wanted`.

    Parameters
    ----------
    p_believed : float
        What is believed of them today, in [0, 1).
    p_wanted : float
        Rate from which handing them over pays; above `p_believed`.
    power : float
        Chance to notice it when it is so.

    Returns
    -------
    int
        Smallest number for which the exact one-sided test of `p_believed` at
        2.5 % finds a rate of `p_wanted` with this chance.

    Raises
    ------
    ValueError
        If the rates are out of order, or more than 100,000 leads would be needed.
    """
    if not 0 <= p_believed < p_wanted <= 1:
        raise ValueError(f"p_wanted = {p_wanted} must be above p_believed = {p_believed}, both in [0, 1].")
    n, step = 1, 1024
    sizes = np.arange(1, step + 1)
    while n <= MAX_SAMPLE:
        least = binom.isf((1 - CONFIDENCE) / 2, sizes, p_believed) + 1
        is_enough = binom.sf(least - 1, sizes, p_wanted) >= power
        if is_enough.any():
            return int(sizes[np.argmax(is_enough)])
        n, sizes = n + step, sizes + step
    raise ValueError(f"telling {p_wanted} from {p_believed} needs more than {MAX_SAMPLE:,} leads; ask for less.")


def exploration_budget(
    n_sample: int,
    *,
    inflow_per_month: float,
    hours_per_handoff: float,
    as_of: datetime,
    horizon_days: int,
    max_hours_per_month: float | None = None,
) -> Budget:
    """Turn a number of leads into months and hours.

    Parameters
    ----------
    n_sample : int
        From `sample_for_width` or `sample_for_power`.
    inflow_per_month : float
        Leads that end up below the threshold in a month, as `monthly_inflow`.
    hours_per_handoff : float
        What sales spends on one, above 0.
    as_of : datetime
        When it begins.
    horizon_days : int
        Days until a lead is mature.
    max_hours_per_month : float, optional
        What sales can spare.

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    if n_sample < 1 or hours_per_handoff <= 0 or (max_hours_per_month or 1) <= 0:
        raise ValueError("n_sample, hours_per_handoff and max_hours_per_month must be positive.")
    room = inflow_per_month
    if max_hours_per_month is not None:
        room = min(room, max_hours_per_month / hours_per_handoff)
    is_possible = room >= 1
    n_months = math.ceil(n_sample / max(room, 1.0) - 1e-9)
    n_per_month = math.ceil(n_sample / n_months)
    share = min(1.0, n_sample / (n_months * inflow_per_month)) if inflow_per_month > 0 else math.nan
    return Budget(
        n_sample=n_sample,
        n_per_month=n_per_month,
        n_months=n_months,
        share=share,
        hours=n_sample * hours_per_handoff,
        closes_on=as_of + timedelta(days=n_months * MONTH_DAYS + horizon_days),
        is_possible=is_possible,
    )


def monthly_inflow(n_standing: int, n_worked: int, days: float) -> float:
    """Return how many leads of a kind came in a month, over `days` days."""
    return (n_standing + n_worked) / max(days, 1.0) * MONTH_DAYS


def propensities(patterns: PatternTable, ruleset: Ruleset) -> Floats:
    """Estimate how likely a lead with each pattern was to be handed over.

    Parameters
    ----------
    patterns : PatternTable
        Replayed for the ruleset.
    ruleset : Ruleset
        Its threshold parts the leads: on either side of it other reasons decide.

    Returns
    -------
    array of shape (n_patterns,)
        In (0, 1); a logistic regression on the rules, fitted on each side of
        the threshold. Leads behind a gate have their own share.

    Raises
    ------
    ValueError
        If the patterns were counted for other rules.
    """
    counts = patterns.counts
    worked = (counts["n_mature"] + counts["n_immature"]).to_numpy(dtype=np.float64)
    total = worked + counts["n_standing"].to_numpy(dtype=np.float64)
    is_above = pattern_scores(patterns, ruleset) >= ruleset.threshold
    found = np.full(len(total), np.nan)
    for is_part in (is_above & ~patterns.is_gated, ~is_above & ~patterns.is_gated):
        if total[is_part].sum() > 0:
            found[is_part] = _fitted(patterns.multiplicity[is_part], total[is_part], worked[is_part])
    gated = patterns.is_gated
    found[gated] = (worked[gated].sum() + 0.5) / (total[gated].sum() + 1)
    return found


def _fitted(multiplicity: np.ndarray, total: Floats, worked: Floats) -> Floats:
    has_leads = total > 0
    counts = pattern_counts(multiplicity[has_leads], total[has_leads], worked[has_leads])
    fit = fit_weights(counts, ridge=1e-4)
    p: Floats = sigmoid(multiplicity @ fit.weights + fit.intercepts[0])
    return p


def weighted_rates(
    patterns: PatternTable, ruleset: Ruleset, bands: list[ScoreBand] | tuple[ScoreBand, ...], propensity: Floats
) -> pd.DataFrame:
    """Estimate the win rate of each whole band from its tried leads, each weighted by its propensity.

    Parameters
    ----------
    patterns : PatternTable
        Replayed for the ruleset.
    ruleset : Ruleset
        Gives the scores.
    bands : sequence of ScoreBand
        Ascending by threshold.
    propensity : array of shape (n_patterns,)
        Chance of each pattern to be handed over: known, or from `propensities`.

    Returns
    -------
    DataFrame
        One row per band: `band_no`; `n_mature`, `n_won`, `tried_rate` (of the
        tried, as they are); `weighted_rate` with `weighted_low`,
        `weighted_high`; `n_effective` (simple random leads that would say as
        much), `top_share` (weight of the heaviest pattern), `is_enough` (20
        mature, 20 effective, and no pattern above a fifth).

    Raises
    ------
    ValueError
        If the patterns were counted for other rules.

    Notes
    -----
    The estimate of Hajek: wins and leads weighted by 1 / propensity [1]_. It is
    right when what decided about handing over is among the rules, which a
    random set guarantees. The interval is Wilson's with the effective number of
    leads, from the linearised variance; without a win or a loss, Kish's number.

    References
    ----------
    .. [1] M. A. Hernan, J. M. Robins. "Causal Inference: What If". Chapman and
       Hall, 2020, chapter 12.
    """
    scores = pattern_scores(patterns, ruleset)
    starts = np.array([band.threshold for band in bands][1:], dtype=np.int64)
    band_no = np.searchsorted(starts, scores, side="right")
    n, won = (patterns.counts[name].to_numpy(dtype=np.float64) for name in ("n_mature", "n_won"))
    rows = [_weighted(n[is_in], won[is_in], propensity[is_in]) for is_in in (band_no == k for k in range(len(bands)))]
    return pd.DataFrame(rows).rename_axis("band_no").reset_index()


def _weighted(n: Floats, won: Floats, propensity: Floats) -> dict[str, float | bool]:
    is_tried = n > 0
    n, won, weight = n[is_tried], won[is_tried], 1 / propensity[is_tried]
    mass = float(weight @ n)
    counts = {"n_mature": int(n.sum()), "n_won": int(won.sum()), "tried_rate": float(rates(won.sum(), n.sum()))}
    if mass == 0:
        nothing = {"weighted_rate": np.nan, "weighted_low": 0.0, "weighted_high": 1.0}
        return {**counts, **nothing, "n_effective": 0.0, "top_share": np.nan, "is_enough": False}
    rate = float(weight @ won) / mass
    kish = mass**2 / float(weight**2 @ n)
    variance = float(weight**2 @ (won * (1 - rate) ** 2 + (n - won) * rate**2)) / mass**2
    n_effective = min(rate * (1 - rate) / variance, n.sum()) if variance > 0 else kish
    low, high = wilson_interval(rate * n_effective, n_effective)
    top_share = float((weight * n).max()) / mass
    is_enough = bool(n.sum() >= MIN_N and n_effective >= MIN_N and top_share <= MAX_WEIGHT_SHARE)
    return {
        **counts,
        "weighted_rate": rate,
        "weighted_low": float(low),
        "weighted_high": float(high),
        "n_effective": float(n_effective),
        "top_share": top_share,
        "is_enough": is_enough,
    }
