"""Two scores side by side, on the same decisions: does one rank better, by more than chance?

Both scores see the same leads win, so what makes a quarter easy or hard cancels:
differences are taken decision by decision. The counts of pairs of scores hold all
that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import Decided
from analysis.intervals import CONFIDENCE, MIN_N, Floats, critical_value, rates, wilson_interval
from analysis.patterns import GROUPS
from analysis.ranking import MIN_LOST, MIN_WON, TOP_SHARE, Ranking, ranking_power
from analysis.rolling import histogram, predictions
from analysis.rulesets.model import Ruleset
from analysis.tuning.loss import sigmoid
from data.engine import Engine

Better: TypeAlias = Literal["a", "b", "neither", "too_few"]

N_DRAWS: Final = 400
"""Resamples for the interval of the capture: it is read to whole wins of a hundred."""

N_DISAGREEING: Final = 50
"""Leads on which the scores disagree most that are listed."""

_LEAD_IDS: Final = """
SELECT DISTINCT prep.leads.lead_no AS lead_no, prep.leads.lead_id AS lead_id
FROM prep.leads
INNER JOIN listed ON prep.leads.lead_no = listed.lead_no
"""

CORNERS: Final = ("both", "only_a", "only_b", "neither")
"""Who is among the top leads by which score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure of two scores, and b minus a with its 95 % interval; NaN and (-1, 1) when unknown."""

    a: float
    b: float
    difference: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Two scores on the same decisions.

    Attributes
    ----------
    n_decisions : int
        Mature decisions.
    n_both, n_only_a, n_only_b, n_none : int
        Those scored by both, by one alone, by neither; only the first are compared.
    n_won : int
        Wins among `n_both`.
    ranking_a, ranking_b : Ranking
        Each score on the decisions that both scored.
    auc, capture : Difference
        Area under the ROC curve; share of the wins among the top 30 % of scores.
    brier : Difference
        Squared error per decision of the curve fitted on the past of each
        quarter: less is better, so a negative difference speaks for b.
    n_tested : int
        Decisions in the quarters that `brier` is about; 0 when the past is too short.
    better : str
        "a" or "b" where the interval of the area leaves out 0, else "neither";
        "too_few" below 20 wins or 20 losses.
    corners : DataFrame
        One row of `CORNERS` each: `corner`, `n_mature`, `n_won`, `win_rate`,
        `win_low`, `win_high`, `is_enough`.
    cells : DataFrame
        The counts all this comes from: `score_a`, `score_b`, `n_mature`, `n_won`.
    """

    n_decisions: int
    n_both: int
    n_only_a: int
    n_only_b: int
    n_none: int
    n_won: int
    ranking_a: Ranking
    ranking_b: Ranking
    auc: Difference
    capture: Difference
    brier: Difference
    n_tested: int
    better: Better
    corners: pd.DataFrame
    cells: pd.DataFrame


def versus(a: Decided, b: Decided, ruleset_a: Ruleset, ruleset_b: Ruleset, horizon_days: int, seed: int = 0) -> Versus:
    """Compare two scores on the decisions that both scored.

    Parameters
    ----------
    a, b : Decided
        Of one selection, replayed for each ruleset.
    ruleset_a, ruleset_b : Ruleset
        The points.
    horizon_days : int
        As in the selection.
    seed : int
        Of the resampling.

    Raises
    ------
    ValueError
        If the decisions are not the same, or were replayed for other rules.

    Notes
    -----
    The difference of the areas has the variance of DeLong et al. [1]_ for
    correlated curves, on counts. The capture is resampled: wins and losses of
    each pair of scores are drawn anew (multinomial), which is the bootstrap of
    decisions. The squared errors are those of logistic curves fitted on what was
    known before each quarter, averaged over the quarters.

    References
    ----------
    .. [1] E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson. "Comparing the areas
       under two or more correlated receiver operating characteristic curves".
       Biometrics 44(3), 1988. doi:10.2307/2531595
    """
    if not np.array_equal(a.moment_no, b.moment_no):
        raise ValueError("The two scores were replayed for different decisions; use one selection for both.")
    is_mature = a.is_mature
    has_a, has_b = a.is_scored & is_mature, b.is_scored & is_mature
    is_both = has_a & has_b
    score_a, score_b = (
        part.scores(points)[is_both].astype(np.int64) for part, points in ((a, ruleset_a), (b, ruleset_b))
    )
    cells = joint_cells(score_a, score_b, a.is_won[is_both])
    quarter = (a.decided_month[is_both] // 3).astype(np.int64)
    brier, n_tested = _brier(quarter, score_a, score_b, a.is_won[is_both], horizon_days)
    return Versus(
        n_decisions=int(is_mature.sum()),
        n_both=int(is_both.sum()),
        n_only_a=int((has_a & ~has_b).sum()),
        n_only_b=int((has_b & ~has_a).sum()),
        n_none=int((is_mature & ~has_a & ~has_b).sum()),
        brier=brier,
        n_tested=n_tested,
        **compared(cells, seed),
    )


def joint_cells(score_a: NDArray[np.int64], score_b: NDArray[np.int64], is_won: NDArray[np.bool_]) -> pd.DataFrame:
    """Count decisions and wins by pairs of scores: `score_a`, `score_b`, `n_mature`, `n_won`."""
    if not len(score_a):
        return pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in ("score_a", "score_b", "n_mature", "n_won")})
    lowest, low, width = int(score_a.min()), int(score_b.min()), int(np.ptp(score_b)) + 1
    key = (score_a - lowest) * width + score_b - low
    n_mature, n_won = (np.bincount(part, minlength=int(key.max()) + 1) for part in (key, key[is_won]))
    used = np.flatnonzero(n_mature)
    return pd.DataFrame(
        {
            "score_a": used // width + lowest,
            "score_b": used % width + low,
            "n_mature": n_mature[used],
            "n_won": n_won[used],
        }
    )


def compared(cells: pd.DataFrame, seed: int = 0) -> dict[str, Any]:
    """Return the fields of `Versus` that follow from the counts of pairs of scores."""
    rankings = [
        ranking_power(cells[[f"score_{name}", "n_mature", "n_won"]].rename(columns={f"score_{name}": "score"}))
        for name in "ab"
    ]
    n_won = int(cells["n_won"].sum())
    auc = auc_difference(cells, rankings[0], rankings[1])
    is_few = n_won < MIN_WON or int(cells["n_mature"].sum()) - n_won < MIN_LOST
    better = "too_few" if is_few else "neither" if not auc.is_sure else "b" if auc.difference > 0 else "a"
    return {
        "n_won": n_won,
        "ranking_a": rankings[0],
        "ranking_b": rankings[1],
        "auc": auc,
        "capture": _capture_difference(cells, rankings[0], rankings[1], seed),
        "better": better,
        "corners": _corners(cells),
        "cells": cells,
    }


def auc_difference(cells: pd.DataFrame, ranking_a: Ranking, ranking_b: Ranking) -> Difference:
    """Return the difference of the areas, paired; see `versus`."""
    won = cells["n_won"].to_numpy(dtype=np.float64)
    lost = cells["n_mature"].to_numpy(dtype=np.float64) - won
    difference = ranking_b.auc - ranking_a.auc
    if min(won.sum(), lost.sum()) < 2:
        return Difference(a=ranking_a.auc, b=ranking_b.auc, difference=difference, low=-1.0, high=1.0)
    places = [_placements(cells[f"score_{name}"].to_numpy(dtype=np.int64), won, lost) for name in "ab"]
    of_won, of_lost = (places[1][side] - places[0][side] for side in (0, 1))
    variance = sum(
        float(n @ (part - difference) ** 2 / (n.sum() - 1) / n.sum()) for n, part in ((won, of_won), (lost, of_lost))
    )
    half = critical_value() * float(np.sqrt(variance))
    return Difference(
        a=ranking_a.auc, b=ranking_b.auc, difference=difference, low=difference - half, high=difference + half
    )


def disagreement(
    engine: Engine, a: Decided, b: Decided, ruleset_a: Ruleset, ruleset_b: Ruleset, n_rows: int = N_DISAGREEING
) -> pd.DataFrame:
    """List the decisions that one score places far higher than the other.

    Returns
    -------
    DataFrame
        The largest difference first: `lead_id`, `pass_no`, `decided_at`,
        `score_a`, `score_b`, `place_a`, `place_b` (share of the decisions with a
        lower score, ties halved), `group` (one of `analysis.patterns.GROUPS`).
        Immature decisions are listed too.

    Raises
    ------
    ValueError
        As for `versus`.
    """
    if not np.array_equal(a.moment_no, b.moment_no):
        raise ValueError("The two scores were replayed for different decisions; use one selection for both.")
    kept = np.flatnonzero(a.is_scored & b.is_scored)
    scores = [part.scores(points)[kept] for part, points in ((a, ruleset_a), (b, ruleset_b))]
    places = [_shares_below(each.astype(np.int64)) for each in scores]
    distance = np.abs(places[0] - places[1])
    first = np.argsort(-distance, kind="stable")[:n_rows]
    chosen = kept[first]
    lead_no = pd.DataFrame({"lead_no": a.lead_no[chosen]})
    names = engine.query(_LEAD_IDS, tables={"listed": lead_no}).set_index("lead_no")["lead_id"]
    return pd.DataFrame(
        {
            "lead_id": names.reindex(lead_no["lead_no"]).to_numpy(),
            "pass_no": a.pass_no[chosen],
            "decided_at": a.decided_at[chosen],
            "score_a": scores[0][first],
            "score_b": scores[1][first],
            "place_a": places[0][first],
            "place_b": places[1][first],
            "group": np.array(GROUPS, dtype=object)[a.outcome_no[chosen]],
        }
    )


def _placements(scores: NDArray[np.int64], won: Floats, lost: Floats) -> tuple[Floats, Floats]:
    """Return for each cell the share of losses below it, and of wins above it; ties count half."""
    place = np.unique(scores, return_inverse=True)[1]
    lost_at, won_at = np.bincount(place, lost), np.bincount(place, won)
    below = (np.cumsum(lost_at) - lost_at / 2) / lost.sum()
    above = (won.sum() - np.cumsum(won_at) + won_at / 2) / won.sum()
    return below[place], above[place]


def _capture_difference(cells: pd.DataFrame, ranking_a: Ranking, ranking_b: Ranking, seed: int) -> Difference:
    a, b = ranking_a.top_capture, ranking_b.top_capture
    won = cells["n_won"].to_numpy(dtype=np.int64)
    lost = cells["n_mature"].to_numpy(dtype=np.int64) - won
    if won.sum() < 2 or lost.sum() < 2:
        return Difference(a=a, b=b, difference=b - a, low=-1.0, high=1.0)
    total = won.sum() + lost.sum()
    draws = np.random.default_rng(seed).multinomial(total, np.concatenate([won, lost]) / total, size=N_DRAWS)
    drawn_won, drawn_n = draws[:, : len(won)], draws[:, : len(won)] + draws[:, len(won) :]
    captures = [
        _captures(cells[f"score_{name}"].to_numpy(dtype=np.int64), drawn_n, drawn_won) for name in "ab"
    ]  # fmt: skip
    low, high = np.nanquantile(captures[1] - captures[0], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Difference(a=a, b=b, difference=b - a, low=float(low), high=float(high))


def _captures(scores: NDArray[np.int64], n: NDArray[np.int64], won: NDArray[np.int64]) -> Floats:
    """Return the capture of each draw; rows of `n` and `won` are draws, columns cells."""
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=scores[order][0] + 1))
    by_score, won_by_score = (np.add.reduceat(part[:, order], starts, axis=1).astype(np.float64) for part in (n, won))
    room = TOP_SHARE * by_score.sum(axis=1, keepdims=True) - (np.cumsum(by_score, axis=1) - by_score)
    taken = np.clip(np.divide(room, by_score, out=np.zeros_like(by_score), where=by_score > 0), 0, 1)
    total = won_by_score.sum(axis=1)
    found: Floats = np.divide(
        (won_by_score * taken).sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0
    )
    return found


def _brier(
    quarter: NDArray[np.int64],
    score_a: NDArray[np.int64],
    score_b: NDArray[np.int64],
    is_won: NDArray[np.bool_],
    horizon_days: int,
) -> tuple[Difference, int]:
    """Return the squared errors out of time, and how many decisions they are means of."""
    unknown = Difference(a=np.nan, b=np.nan, difference=np.nan, low=-1.0, high=1.0), 0
    if not len(quarter):
        return unknown
    curves = [_curves(quarter, scores, is_won, horizon_days) for scores in (score_a, score_b)]
    row = (quarter - quarter.min()).astype(np.int64)
    is_tested = np.isin(row, sorted(curves[0].keys() & curves[1].keys()))
    n = int(is_tested.sum())
    if n < MIN_N:
        return unknown
    errors = []
    for curve, scores in zip(curves, (score_a, score_b), strict=True):
        table = np.zeros((int(row.max()) + 1, int(np.ptp(scores)) + 1))
        for number, p in curve.items():
            table[number] = p
        p = table[row[is_tested], scores[is_tested] - scores.min()]
        errors.append((p - is_won[is_tested]) ** 2)
    difference = errors[1] - errors[0]
    centre, half = float(difference.mean()), critical_value() * float(difference.std(ddof=1) / np.sqrt(n))
    a, b = (float(each.mean()) for each in errors)
    return Difference(a=a, b=b, difference=centre, low=centre - half, high=centre + half), n


def _curves(
    quarter: NDArray[np.int64], scores: NDArray[np.int64], is_won: NDArray[np.bool_], horizon_days: int
) -> dict[int, Floats]:
    """Return the probability at each score, by the quarters that have a past."""
    counts, quarters = histogram(quarter, scores, is_won)
    return {past.row: sigmoid(past.logits) for past in predictions(counts, quarters, horizon_days)}


def _corners(cells: pd.DataFrame) -> pd.DataFrame:
    """Count who is among the top by which score; a group with one score belongs where its middle lies."""
    n = cells["n_mature"].to_numpy(dtype=np.float64)
    top_a, top_b = (_shares_below(cells[f"score_{name}"].to_numpy(dtype=np.int64), n) >= 1 - TOP_SHARE for name in "ab")
    corner = np.select([top_a & top_b, top_a, top_b], CORNERS[:3], CORNERS[3])
    sums = cells[["n_mature", "n_won"]].groupby(corner).sum().reindex(list(CORNERS), fill_value=0)
    low, high = wilson_interval(sums["n_won"], sums["n_mature"])
    table = sums.rename_axis("corner").reset_index()
    return table.assign(
        win_rate=rates(table["n_won"], table["n_mature"]),
        win_low=low,
        win_high=high,
        is_enough=table["n_mature"] >= MIN_N,
    )


def _shares_below(scores: NDArray[np.int64], n: Floats | None = None) -> Floats:
    """Return the share of all decisions with a lower score, those with the same counted half."""
    distinct, place = np.unique(scores, return_inverse=True)
    counts = np.bincount(place, n, minlength=len(distinct))
    shares: Floats = (np.cumsum(counts) - counts / 2) / max(float(counts.sum()), 1.0)
    return shares[place]
