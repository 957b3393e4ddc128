"""Ranking power: whether leads that win score higher than leads that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.intervals import MIN_N, Floats, critical_value, wilson_interval

Verdict: TypeAlias = Literal["too_few", "none", "weak", "useful", "strong", "reversed"]

TOP_SHARE: Final = 0.3
"""The part of the leads that "the top" means: about what a sales team can call well."""

MAX_CHANCE: Final = 0.01
"""A verdict other than "none" needs a ranking that chance alone gives less often than this.

Stricter than the 95 % of the interval: telling two departments that a worthless
score works costs more than asking them to wait for more wins.
"""

MIN_WON: Final = MIN_N
MIN_LOST: Final = MIN_N
USEFUL_AUC: Final = 0.64
STRONG_AUC: Final = 0.71


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How well a score ranks leads by whether they win.

    Attributes
    ----------
    n_leads : int
        Mature decisions that were scored.
    n_won : int
        Those of them that won.
    n_unscored, n_unscored_won : int
        Mature decisions that nobody had scored, and those of them that won: a
        score cannot rank them, so they are counted here and nowhere else.
    auc : float
        Probability that a lead that won scored higher than one that did not;
        ties count half. 0.5 is a coin. NaN without a win or without a loss.
    auc_low, auc_high : float
        95 % interval of `auc`; (0, 1) when it cannot be computed.
    chance : float
        How often scores without any signal give an `auc` at least as far from
        0.5, in [0, 1]; 1 when it cannot be computed.
    top_share : float
        Share of the leads that "the top" means.
    top_capture : float
        Share of the wins among the top `top_share` of leads by score. Where the
        cut falls inside a group with one score, the group counts in proportion.
        A coin gets `top_share`. NaN without a win.
    top_capture_low, top_capture_high : float
        95 % Wilson interval of `top_capture`, with n = `n_won`.
    verdict : str
        "too_few": fewer than 20 wins or 20 losses; "none": chance is not
        excluded; "reversed": high scores win less; else "weak", "useful" or
        "strong" by `auc` below 0.64, from 0.64, from 0.71.
    """

    n_leads: int
    n_won: int
    auc: float
    auc_low: float
    auc_high: float
    chance: float
    top_share: float
    top_capture: float
    top_capture_low: float
    top_capture_high: float
    verdict: Verdict
    n_unscored: int = 0
    n_unscored_won: int = 0


def ranking_power(scores: pd.DataFrame, top_share: float = TOP_SHARE) -> Ranking:
    """Measure how well a score ranks, from counts per score.

    Parameters
    ----------
    scores : DataFrame
        Columns `score`, `n_mature` (decisions observed for the whole horizon)
        and `n_won` (those that won). Any order; scores may repeat. Where a
        column `is_scored` is False, the decision had no score.
    top_share : float
        Share of the leads that "the top" means, in (0, 1].

    Raises
    ------
    ValueError
        If a column is missing, a count is impossible, or `top_share` is not in (0, 1].

    Notes
    -----
    The area under the ROC curve is the Mann-Whitney statistic, with the variance
    of DeLong et al. [1]_, exact on counts. The interval is taken on the logit
    scale [2]_, so that it stays inside [0, 1]. `chance` is the two-sided
    Mann-Whitney test with the variance that ties leave. The words come from
    the areas that small, medium and large standardised differences give [3]_:
    0.56, 0.64 and 0.71. Leads that were never handed off are not in the table,
    so `auc` describes the ranking among the leads that sales worked.

    References
    ----------
    .. [1] E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson. "Comparing the areas
       under two or more correlated receiver operating characteristic curves".
       Biometrics 44(3), 1988. doi:10.2307/2531595
    .. [2] M. S. Pepe. "The Statistical Evaluation of Medical Tests for
       Classification and Prediction". Oxford University Press, 2003, chapter 5.
    .. [3] M. E. Rice, G. T. Harris. "Comparing effect sizes in follow-up studies:
       ROC area, Cohen's d, and r". Law and Human Behavior 29(5), 2005.
       doi:10.1007/s10979-005-6832-7
    """
    if not 0 < top_share <= 1:
        raise ValueError(f"top_share must be in (0, 1], not {top_share!r}.")
    is_scored = scores["is_scored"].astype(bool) if "is_scored" in scores else pd.Series(data=True, index=scores.index)
    return ranking_of_counts(*counts_by_score(scores[is_scored]), top_share, counts_by_score(scores[~is_scored]))


def ranking_of_counts(
    n_leads: Floats, n_won: Floats, top_share: float = TOP_SHARE, unscored: tuple[Floats, Floats] | None = None
) -> Ranking:
    """Measure how well a score ranks, from counts in the order of the score; see `ranking_power`.

    Parameters
    ----------
    n_leads, n_won : arrays of shape (n_scores,)
        As `counts_by_score` gives them: possible, and no score without leads.
    top_share : float
        As for `ranking_power`.
    unscored : tuple of arrays, optional
        Leads and wins of those that had no score.
    """
    auc, auc_low, auc_high = _auc_with_interval(n_won, n_leads - n_won)
    chance = _chance(auc, n_won, n_leads - n_won)
    captured, captured_low, captured_high = capture(n_leads, n_won, top_share)
    total, won = round(n_leads.sum()), round(n_won.sum())
    return Ranking(
        n_leads=total,
        n_won=won,
        auc=auc,
        auc_low=auc_low,
        auc_high=auc_high,
        chance=chance,
        top_share=top_share,
        top_capture=captured,
        top_capture_low=captured_low,
        top_capture_high=captured_high,
        verdict=_verdict(won, total - won, auc, (auc_low, auc_high), chance),
        n_unscored=0 if unscored is None else round(unscored[0].sum()),
        n_unscored_won=0 if unscored is None else round(unscored[1].sum()),
    )


def counts_by_score(scores: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the leads and wins of each score that has leads, by ascending score.

    Raises
    ------
    ValueError
        If a column is missing or a count is impossible.
    """
    missing = {"score", "n_mature", "n_won"} - set(scores.columns)
    if missing:
        raise ValueError(f"scores lacks the column(s) {', '.join(sorted(missing))}.")
    grouped = scores.groupby("score", sort=True)[["n_mature", "n_won"]].sum()
    grouped = grouped[grouped["n_mature"] != 0]
    n_leads = grouped["n_mature"].to_numpy(dtype=np.float64)
    n_won = grouped["n_won"].to_numpy(dtype=np.float64)
    if not bool(np.all((n_won >= 0) & (n_won <= n_leads))):
        raise ValueError("Counts must satisfy 0 <= n_won <= n_mature for every score.")
    return n_leads, n_won


def _auc_with_interval(n_won: Floats, n_lost: Floats) -> tuple[float, float, float]:
    won, lost = n_won.sum(), n_lost.sum()
    if won == 0 or lost == 0:
        return np.nan, 0.0, 1.0
    lost_below = (np.cumsum(n_lost) - n_lost / 2) / lost
    won_above = (won - np.cumsum(n_won) + n_won / 2) / won
    auc = float(n_won @ lost_below / won)
    if won == 1 or lost == 1:  # one observation tells nothing about its spread
        return auc, 0.0, 1.0
    variance = n_won @ (lost_below - auc) ** 2 / (won - 1) / won + n_lost @ (won_above - auc) ** 2 / (lost - 1) / lost
    if auc in (0.0, 1.0):
        # Complete separation shows no spread; the rule of three on the smaller group
        # bounds what it may hide.
        hidden = min(1.0, 3 / float(min(won, lost)))
        return (auc, 0.0, hidden) if auc == 0 else (auc, 1 - hidden, 1.0)
    return auc, *_logit_interval(auc, float(np.sqrt(variance)))


def _logit_interval(auc: float, standard_error: float) -> tuple[float, float]:
    centre = np.log(auc / (1 - auc))
    half = critical_value() * standard_error / (auc * (1 - auc))
    low, high = 1 / (1 + np.exp(-np.clip([centre - half, centre + half], -700, 700)))
    return float(low), float(high)


def _chance(auc: float, n_won: Floats, n_lost: Floats) -> float:
    """Return the two-sided probability of `auc` when scores say nothing."""
    if np.isnan(auc):
        return 1.0
    won, lost, ties = n_won.sum(), n_lost.sum(), n_won + n_lost
    n = won + lost
    # One score for all leads leaves no spread, and nothing to doubt either.
    spread = (n + 1) - np.sum(ties**3 - ties) / (n * (n - 1))
    if spread <= 0:
        return 1.0
    standard_error = np.sqrt(spread / (12 * won * lost))
    return float(2 * norm.sf(abs(auc - 0.5) / standard_error))


def capture(n_leads: Floats, n_won: Floats, top_share: float) -> tuple[float, float, float]:
    """Return the share of the wins among the top leads with its interval; as `Ranking.top_capture`.

    Parameters
    ----------
    n_leads, n_won : arrays of shape (n_scores,)
        By ascending score, as `counts_by_score` gives them.
    top_share : float
        Share of the leads that "the top" means.
    """
    won = n_won.sum()
    if won == 0:
        return np.nan, 0.0, 1.0
    from_top, wins_from_top = n_leads[::-1], n_won[::-1]
    room = top_share * n_leads.sum() - (np.cumsum(from_top) - from_top)
    taken = np.clip(room / from_top, 0, 1)
    captured = min(float(wins_from_top @ taken), float(won))
    low, high = wilson_interval(captured, won)
    return captured / float(won), float(low), float(high)


def _verdict(n_won: int, n_lost: int, auc: float, interval: tuple[float, float], chance: float) -> Verdict:
    if n_won < MIN_WON or n_lost < MIN_LOST:
        return "too_few"
    if interval[0] <= 0.5 <= interval[1] or chance > MAX_CHANCE:
        return "none"
    if auc < 0.5:
        return "reversed"
    if auc < USEFUL_AUC:
        return "weak"
    return "useful" if auc < STRONG_AUC else "strong"
