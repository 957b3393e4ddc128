"""Out of time: the curve from points to probability is fitted on the past and meets the next quarter.

A random split asks whether the score explains leads of the same time. A meeting
decides about the next quarter, so that is what is tested here, again and again;
nothing that was not known when a quarter began is used for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided, month_start
from analysis.intervals import Floats, critical_value
from analysis.ranking import MIN_WON, ranking_power
from analysis.rulesets.model import Ruleset
from analysis.tuning.loss import ScoreHistogram, fit_histogram, sigmoid, softplus

DAYS_PER_QUARTER: Final = 91

_FLAT: Final = 1e-9
"""All decisions at one score say nothing of a slope, and need none."""

COLUMNS: Final = (
    "quarter", "n_train", "n_train_won", "n_leads", "n_won", "n_predicted", "ratio", "ratio_low", "ratio_high",
    "log_loss", "base_log_loss", "brier", "base_brier", "skill", "auc", "auc_low", "auc_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the past said about one quarter.

    Attributes
    ----------
    quarter : Timestamp
        First day.
    logits : array of shape (n_scores,)
        Predicted at each score of the histogram.
    base_logit : float
        That of the win rate of the past, the same for every lead.
    covariance : array of shape (2, 2)
        Of the intercept and the slope of the curve.
    n_train, n_train_won : float
        Mature decisions learned from.
    """

    quarter: pd.Timestamp
    row: int
    logits: Floats
    base_logit: float
    covariance: Floats
    n_train: float
    n_train_won: float


def quarterly(decisions: Decided, ruleset: Ruleset) -> tuple[ScoreHistogram, list[pd.Timestamp]]:
    """Count the mature, scored decisions by quarter and score, and name the quarters.

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.
    """
    is_kept = decisions.is_mature & decisions.is_scored
    scores = decisions.scores(ruleset)[is_kept].astype(np.int64)
    quarter = (decisions.decided_month[is_kept] // 3).astype(np.int64)
    return histogram(quarter, scores, decisions.is_won[is_kept])


def histogram(
    quarter: NDArray[np.int64], scores: NDArray[np.int64], is_won: NDArray[np.bool_]
) -> tuple[ScoreHistogram, list[pd.Timestamp]]:
    """Count decisions by quarter (since 1970) and score; quarters without any are there too."""
    first, low = int(quarter.min(initial=10**6)), int(scores.min(initial=10**6))
    if not len(quarter):
        return ScoreHistogram(score_low=0, n_leads=np.zeros((0, 1)), n_won=np.zeros((0, 1))), []
    shape = int(quarter.max()) - first + 1, int(scores.max()) - low + 1
    cell = (quarter - first) * shape[1] + scores - low
    n_leads, n_won = (
        np.bincount(part, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
        for part in (cell, cell[is_won])
    )
    starts = [month_start(3 * (first + row)) for row in range(shape[0])]
    return ScoreHistogram(score_low=low, n_leads=n_leads, n_won=n_won), starts


def predictions(counts: ScoreHistogram, quarters: list[pd.Timestamp], horizon_days: int) -> list[Prediction]:
    """Fit the logistic curve on the past of each quarter that has enough of it.

    Parameters
    ----------
    counts : ScoreHistogram
        Mature decisions by quarter and score.
    quarters : list of Timestamp
        First day of each.
    horizon_days : int
        A decision is only learned from when its outcome was known as the
        tested quarter began: so many days lie between.

    Returns
    -------
    list of Prediction
        Quarters with leads, and with 20 wins and 20 losses in their past.
    """
    gap = -(-horizon_days // DAYS_PER_QUARTER)
    found = []
    for row, quarter in enumerate(quarters):
        n, won = counts.n_leads[: max(row - gap, 0)].sum(axis=0), counts.n_won[: max(row - gap, 0)].sum(axis=0)
        if min(won.sum(), n.sum() - won.sum()) < MIN_WON or not counts.n_leads[row].sum():
            continue
        past = ScoreHistogram(score_low=counts.score_low, n_leads=n[None], n_won=won[None])
        curve = fit_histogram(past)
        rate = won.sum() / n.sum()
        found.append(
            Prediction(
                quarter=quarter,
                row=row,
                logits=(logits := curve.scale * counts.scores + curve.intercepts[0]),
                base_logit=float(np.log(rate / (1 - rate))),
                covariance=_covariance(counts.scores, n, logits),
                n_train=float(n.sum()),
                n_train_won=float(won.sum()),
            )
        )
    return found


def out_of_time(counts: ScoreHistogram, quarters: list[pd.Timestamp], horizon_days: int) -> pd.DataFrame:
    """Say how well each quarter was foretold by its past.

    Parameters
    ----------
    counts, quarters, horizon_days
        As for `predictions`.

    Returns
    -------
    DataFrame
        One row per tested quarter: `quarter`; `n_train`, `n_train_won`;
        `n_leads`, `n_won`; `n_predicted` wins, `ratio` of won to predicted with
        `ratio_low`, `ratio_high` (95 %); `log_loss` and `brier` per lead, and
        the same for a forecast that knows only the win rate of the past
        (`base_log_loss`, `base_brier`); `skill` = 1 - brier / base_brier; `auc`
        with `auc_low`, `auc_high`.

    Notes
    -----
    The curve has two parameters and is fitted as for a card of points
    (`analysis.tuning.loss`). The interval of the ratio is that of the number of
    wins at these chances and of the curve itself, which was fitted on few wins at first.
    """
    rows = [_tested(counts, each) for each in predictions(counts, quarters, horizon_days)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _tested(counts: ScoreHistogram, past: Prediction) -> dict[str, object]:
    n, won = counts.n_leads[past.row], counts.n_won[past.row]
    p, base = sigmoid(past.logits), float(sigmoid(np.array([past.base_logit]))[0])
    total, steep = n.sum(), n * p * (1 - p)
    pull = np.array([steep.sum(), steep @ counts.scores])
    half = critical_value() * float(np.sqrt(steep.sum() + pull @ past.covariance @ pull))
    brier = float(won @ (1 - p) ** 2 + (n - won) @ p**2) / total
    base_brier = float(won.sum() * (1 - base) ** 2 + (total - won.sum()) * base**2) / total
    ranking = ranking_power(pd.DataFrame({"score": counts.scores, "n_mature": n, "n_won": won}))
    expected = float(n @ p)
    return {
        "quarter": past.quarter,
        "n_train": int(past.n_train),
        "n_train_won": int(past.n_train_won),
        "n_leads": int(total),
        "n_won": int(won.sum()),
        "n_predicted": expected,
        "ratio": float(won.sum()) / expected,
        "ratio_low": max(float(won.sum()) - half, 0.0) / expected,
        "ratio_high": (float(won.sum()) + half) / expected,
        "log_loss": float(won @ softplus(-past.logits) + (n - won) @ softplus(past.logits)) / total,
        "base_log_loss": _base_loss(past.base_logit, float(won.sum()), float(total)),
        "brier": brier,
        "base_brier": base_brier,
        "skill": 1 - brier / base_brier if base_brier > 0 else np.nan,
        "auc": ranking.auc,
        "auc_low": ranking.auc_low,
        "auc_high": ranking.auc_high,
    }


def _covariance(scores: Floats, n_leads: Floats, logits: Floats) -> Floats:
    """Return how uncertain the intercept and the slope of a curve are (inverse of the information)."""
    p = sigmoid(logits)
    steep = n_leads * p * (1 - p)
    # From the middle of the scores the two are independent; far from it their sum would lose digits.
    centre = float(steep @ scores / steep.sum())
    spread = max(float(steep @ (scores - centre) ** 2), _FLAT)
    of_middle, of_slope = 1 / float(steep.sum()), 1 / spread
    return np.array(
        [[of_middle + centre**2 * of_slope, -centre * of_slope], [-centre * of_slope, of_slope]], dtype=np.float64
    )


def _base_loss(logit: float, won: float, total: float) -> float:
    losses = softplus(np.array([-logit, logit]))
    return float(losses[0] * won + losses[1] * (total - won)) / total
