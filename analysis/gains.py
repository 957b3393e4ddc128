"""What working from the top of the score would bring: gains, lift, and capture at a capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import CONFIDENCE, Floats, rates, wilson_interval
from analysis.ranking import capture, counts_by_score

N_RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """How far apart the scores of wins and losses are.

    Attributes
    ----------
    ks : float
        Largest difference between the share of wins and the share of losses that score at
        least so much (Kolmogorov-Smirnov), in [0, 1]. NaN without wins or without losses.
    ks_low, ks_high : float
        Its 95 % interval; (0, 1) when it cannot be computed.
    ks_score : int or None
        The score from which the difference is largest.
    """

    ks: float
    ks_low: float
    ks_high: float
    ks_score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What the leads bring that sales have the time for, best scores first.

    Attributes
    ----------
    n_capacity : int
        Leads that are worked; at most all.
    n_leads : int
        Leads there are.
    n_won : float
        Wins among those that are worked. A group with one score of which only
        some can be worked counts in proportion.
    share, share_low, share_high : float
        Part of all wins, with its 95 % interval. A coin gets n_capacity / n_leads.
    win_rate, win_low, win_high : float
        Wins among the leads worked, with its 95 % interval.
    lift : float
        Win rate of the leads worked over that of all leads.
    score_cut : int or None
        Lowest score that is still worked.
    """

    n_capacity: int
    n_leads: int
    n_won: float
    share: float
    share_low: float
    share_high: float
    win_rate: float
    win_low: float
    win_high: float
    lift: float
    score_cut: int | None

    @property
    def coin(self) -> float:
        """Part of all wins that leads picked at random would bring."""
        return self.n_capacity / self.n_leads if self.n_leads else float("nan")


def gains_curve(scores: pd.DataFrame) -> pd.DataFrame:
    """Return what each cut of the score takes of the leads and of the wins.

    Parameters
    ----------
    scores : DataFrame
        As for `analysis.ranking.ranking_power`.

    Returns
    -------
    DataFrame
        One row per score with leads, highest first: `score` (the cut), `n_leads`,
        `n_won` (at or above it), `lead_share`, `win_share` with `win_share_low`,
        `win_share_high`, `lift` with `lift_low`, `lift_high`; `win_rate`.
        Shares of wins are NaN without a win.

    Raises
    ------
    ValueError
        As for `analysis.ranking.ranking_power`.
    """
    scores = scored(scores)
    leads, won = counts_by_score(scores)
    known = scores.loc[scores["n_mature"] > 0, "score"]
    cuts = np.sort(known.unique())[::-1].astype(np.int64)
    n_leads, n_won = np.cumsum(leads[::-1]), np.cumsum(won[::-1])
    lead_share = rates(n_leads, np.full(len(n_leads), leads.sum()))
    low, high = wilson_interval(n_won, np.full(len(n_won), won.sum()))
    win_share = rates(n_won, np.full(len(n_won), won.sum()))
    return pd.DataFrame(
        {
            "score": cuts,
            "n_leads": n_leads.astype(np.int64),
            "n_won": n_won.astype(np.int64),
            "win_rate": rates(n_won, n_leads),
            "lead_share": lead_share,
            "win_share": win_share,
            "win_share_low": low,
            "win_share_high": high,
            "lift": win_share / lead_share,
            "lift_low": low / lead_share,
            "lift_high": high / lead_share,
        }
    )


def capture_at(scores: pd.DataFrame, n_capacity: int) -> Capture:
    """Say what the best `n_capacity` leads would have brought.

    Parameters
    ----------
    scores : DataFrame
        As for `analysis.ranking.ranking_power`.
    n_capacity : int
        Leads that sales can take; more than there are means all.

    Raises
    ------
    ValueError
        If `n_capacity` is below 1, and as for `analysis.ranking.ranking_power`.
    """
    if n_capacity < 1:
        raise ValueError(f"n_capacity must be at least 1, not {n_capacity!r}.")
    scores = scored(scores)
    leads, won = counts_by_score(scores)
    n_leads, n_won = round(leads.sum()), float(won.sum())
    n_capacity = min(n_capacity, n_leads)
    share, share_low, share_high = capture(leads, won, n_capacity / n_leads) if n_leads else (np.nan, 0.0, 1.0)
    captured = 0.0 if np.isnan(share) else share * n_won
    win_low, win_high = wilson_interval(captured, n_capacity)
    win_rate = captured / n_capacity if n_capacity else float("nan")
    return Capture(
        n_capacity=n_capacity,
        n_leads=n_leads,
        n_won=captured,
        share=share,
        share_low=share_low,
        share_high=share_high,
        win_rate=win_rate,
        win_low=float(win_low),
        win_high=float(win_high),
        lift=win_rate * n_leads / n_won if n_won else float("nan"),
        score_cut=_score_at(scores, n_capacity),
    )


def separation(scores: pd.DataFrame, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Separation:
    """Measure how far apart the scores of wins and losses are.

    Parameters
    ----------
    scores : DataFrame
        As for `analysis.ranking.ranking_power`.
    n_resamples : int
        Draws for the interval.
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        As for `analysis.ranking.ranking_power`.

    Notes
    -----
    Wins and losses are drawn anew, each as many as there are, from their own
    scores: counts, not leads, so a million leads cost what a hundred do. The
    largest of many differences is too large on average, and the draws of it are
    larger still. So the interval is that of the whole curve of differences: it is
    as wide as the farthest that 95 % of the drawn curves go from it anywhere.
    """
    scores = scored(scores)
    leads, won = counts_by_score(scores)
    lost = leads - won
    if won.sum() == 0 or lost.sum() == 0:
        return Separation(ks=float("nan"), ks_low=0.0, ks_high=1.0, ks_score=None)
    gaps = _gaps(won, lost)
    place = int(np.argmax(np.abs(gaps)))
    generator = np.random.default_rng(seed)
    drawn = [generator.multinomial(round(each.sum()), each / each.sum(), n_resamples) for each in (won, lost)]
    ks = float(np.abs(gaps[place]))
    farthest = np.abs(_gaps(*(each.astype(np.float64) for each in drawn)) - gaps).max(axis=1)
    half = float(np.quantile(farthest, CONFIDENCE))
    known = np.sort(scores.loc[scores["n_mature"] > 0, "score"].unique())
    return Separation(ks=ks, ks_low=max(ks - half, 0.0), ks_high=min(ks + half, 1.0), ks_score=int(known[place]))


def scored(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of leads that have a score; all where no column `is_scored` says which."""
    return scores[scores["is_scored"].astype(bool)] if "is_scored" in scores else scores


def _gaps(won: Floats, lost: Floats) -> Floats:
    """Return the share of wins minus the share of losses at or above each score."""
    at_least = [
        np.cumsum(each[..., ::-1], axis=-1)[..., ::-1] / each.sum(axis=-1, keepdims=True) for each in (won, lost)
    ]
    gaps: Floats = at_least[0] - at_least[1]
    return gaps


def _score_at(scores: pd.DataFrame, n_capacity: int) -> int | None:
    counts = scores[scores["n_mature"] > 0].groupby("score")["n_mature"].sum().sort_index(ascending=False)
    if counts.empty:
        return None
    return int(counts.index[int(np.searchsorted(counts.cumsum().to_numpy(), n_capacity, side="left"))])
