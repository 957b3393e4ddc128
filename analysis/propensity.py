"""What the tried leads tell of the untried: each weighted by how likely it was to be tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from analysis.calibration import ScoreBand
from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.patterns import PatternTable, pattern_scores
from analysis.rulesets.model import Ruleset
from analysis.tuning.counts import pattern_counts
from analysis.tuning.loss import sigmoid
from analysis.tuning.weights import fit_weights

MAX_WEIGHT_SHARE: Final = 0.2
"""An estimate in which one kind of lead weighs more than this is one lead's story."""


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
    patterns: PatternTable, ruleset: Ruleset, bands: Sequence[ScoreBand], propensity: Floats
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
    rows = [
        weighted_rate(n[is_in], won[is_in], propensity[is_in]) for is_in in (band_no == k for k in range(len(bands)))
    ]
    return pd.DataFrame(rows).rename_axis("band_no").reset_index()


def weighted_rate(n: Floats, won: Floats, propensity: Floats) -> dict[str, float | bool]:
    """Estimate the win rate of all leads of some kinds from those that were tried; one row of `weighted_rates`.

    Parameters
    ----------
    n, won, propensity : arrays of shape (n_kinds,)
        Mature leads and wins of each kind, and how likely it was to be tried.
    """
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
