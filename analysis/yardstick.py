"""The yardstick: what the best model makes of the same facts, beside what the points make of them.

A meeting must know whether better points could help, or whether the facts that
are recorded say no more. Models without points are fitted to the past and tested
on the next quarter, again and again; the points are tested on the same quarters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.brier import Brier, decompose_brier
from analysis.decided import Decided, month_start
from analysis.intervals import MIN_N, Floats, critical_value
from analysis.logistic_map import fit_logistic_map
from analysis.ranking import USEFUL_AUC
from analysis.rulesets import Ruleset
from analysis.rulesets.scoring import scores_of
from analysis.tuning.backtesting import MIN_TEST_WON, MIN_TRAIN_PERIODS, YARDSTICKS
from analysis.tuning.counts import Ints, PatternCounts, pattern_counts
from analysis.tuning.threads import one_thread
from analysis.workbench import MAX_QUARTERS

Limit: TypeAlias = Literal["no_facts", "too_few", "nothing", "ahead", "points", "near", "data", "unclear"]

MATERIAL: Final = 0.02
"""Difference of two areas under the ROC curve that is worth changing points for: two more of 100 pairs in order."""

NEAR: Final = 0.05
"""The points are nearly as good as the facts allow when the models are surely not farther ahead than this."""


_MONTHS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How some leads are put in order, and how sure that is.

    Attributes
    ----------
    of_won, of_lost : arrays of shape (n_patterns,)
        Share of the losses below a win of the pattern, and of the wins above a
        loss of it; ties count half.
    area : float
        Area under the ROC curve.
    """

    of_won: Floats
    of_lost: Floats
    area: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One quarter that was tested, with what the models say of it.

    Attributes
    ----------
    period : int
        Number of the quarter.
    n_past : int
        Quarters before this one were learned from, up to this number.
    rows : array of int
        Patterns of the quarter with mature leads.
    n_won, n_lost : arrays of shape (n_rows,)
        What became of them.
    models : dict
        Order of the leads by each model.
    """

    period: int
    n_past: int
    rows: Ints
    n_won: Floats
    n_lost: Floats
    models: dict[str, Order]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """The points beside the best model on the same facts, on later quarters.

    Attributes
    ----------
    folds : DataFrame
        One row per tested quarter: `period`, `n_leads`, `n_won`, `auc_points`,
        `auc_logistic`, `auc_boosting`, `best` (the model that was ahead in the
        quarters before), `auc_best`, `difference`.
    n_leads, n_won : int
        Leads that were tested, and wins among them.
    auc_points, auc_best, difference : float
        Mean areas over the quarters by wins, and best minus points; NaN when nothing was tested.
    points_low, points_high, best_low, best_high, difference_low, difference_high : float
        95 % intervals; the difference is paired, lead by lead.
    brier : Brier or None
        Of the probabilities that the points gave later leads: the curve is fitted to
        the past alone. None when nothing was tested.
    limit : str
        "no_facts": the score is another tool's, its facts are not known here;
        "too_few"; "nothing": neither finds a signal; "ahead": the points are
        better than the models; "points": better points could do more; "near":
        nearly as good as the facts allow; "data": as good, and that is little;
        "unclear": chance is not excluded either way.
    """

    folds: pd.DataFrame
    n_leads: int
    n_won: int
    auc_points: float
    points_low: float
    points_high: float
    auc_best: float
    best_low: float
    best_high: float
    difference: float
    difference_low: float
    difference_high: float
    brier: Brier | None
    limit: Limit


def counts_by_quarter(decisions: Decided) -> PatternCounts:
    """Count the mature decisions by rule pattern and quarter of the decision.

    Parameters
    ----------
    decisions : Decided
        From `analysis.decided.decided`.

    Returns
    -------
    PatternCounts
        Periods are calendar quarters (UTC), 0 the first with a mature decision;
        what is older than the last twelve shares the first.

    Raises
    ------
    ValueError
        If no decision is mature.
    """
    pattern, is_won = decisions.pattern_no[decisions.is_mature], decisions.is_won[decisions.is_mature]
    if not len(pattern):
        raise ValueError("No decision is old enough; choose a longer period.")
    quarter = (decisions.decided_month[decisions.is_mature] // _MONTHS).astype(np.int64)
    period = np.maximum(quarter - _first_quarter(decisions), 0)
    cell = period * len(decisions.multiplicity) + pattern
    cells, place = np.unique(cell, return_inverse=True)
    return pattern_counts(
        decisions.multiplicity[cells % len(decisions.multiplicity)],
        np.bincount(place).astype(np.float64),
        np.bincount(place, is_won).astype(np.float64),
        period=cells // len(decisions.multiplicity),
        rule_ids=decisions.rule_ids,
    )


def quarter_start(decisions: Decided, period: int) -> pd.Timestamp:
    """Return the first day of a period of `counts_by_quarter`."""
    return month_start(_MONTHS * (_first_quarter(decisions) + period))


def rolling_folds(counts: PatternCounts, n_gap: int) -> tuple[Fold, ...]:
    """Fit the models to the past and let them order the next quarter, again and again.

    Parameters
    ----------
    counts : PatternCounts
        Mature decisions by quarter.
    n_gap : int
        Quarters before the tested one that were not yet decided when it began.

    Notes
    -----
    Points play no part: the folds are the same for every ruleset with these rules.
    The models are those of `analysis.tuning.backtest`, weighted by counts.
    """
    folds = []
    for period in range(MIN_TRAIN_PERIODS + n_gap, counts.n_periods):
        past = counts.rows((counts.period < period - n_gap) & (counts.n_leads > 0))
        rows = np.flatnonzero((counts.period == period) & (counts.n_leads > 0))
        test = counts.rows(np.isin(np.arange(len(counts.period)), rows))
        if not _is_testable(past) or not _is_testable(test):
            continue
        n_lost = np.maximum(test.n_leads - test.n_won, 0)
        with one_thread():
            logits = {name: model(past, test) for name, model in YARDSTICKS.items()}
        folds.append(
            Fold(
                period=period,
                n_past=period - n_gap,
                rows=rows,
                n_won=test.n_won,
                n_lost=n_lost,
                models={name: order(np.round(each, 9), test.n_won, n_lost) for name, each in logits.items()},
            )
        )
    return tuple(folds)


def yardstick(counts: PatternCounts, folds: Sequence[Fold], ruleset: Ruleset) -> Yardstick:
    """Hold the points against the best model on the same quarters.

    Parameters
    ----------
    counts : PatternCounts
        As for `rolling_folds`.
    folds : sequence of Fold
        From `rolling_folds`.
    ruleset : Ruleset
        The points.

    Notes
    -----
    Which of the models is the best is decided by the quarters before the tested
    one, so that it does not look better for having been picked. Differences are
    taken lead by lead [1]_, on counts.

    References
    ----------
    .. [1] E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson. "Comparing the areas
       under two or more correlated receiver operating characteristic curves".
       Biometrics 44(3), 1988. doi:10.2307/2531595
    """
    if ruleset.outside is not None:
        return unmeasured("no_facts")
    if sum(fold.n_won.sum() for fold in folds) < MIN_N or sum(fold.n_lost.sum() for fold in folds) < MIN_N:
        return unmeasured("too_few")
    scores = scores_of(ruleset, counts.multiplicity.astype(np.int64))
    chosen = _chosen(folds)
    points = [order(scores[fold.rows], fold.n_won, fold.n_lost) for fold in folds]
    best = [fold.models[name] for fold, name in zip(folds, chosen, strict=True)]
    own, others, both = (
        _mean(folds, first, second) for first, second in ((points, None), (best, None), (best, points))
    )
    return Yardstick(
        folds=_table(folds, chosen, points, best),
        n_leads=round(sum(fold.n_won.sum() + fold.n_lost.sum() for fold in folds)),
        n_won=round(sum(fold.n_won.sum() for fold in folds)),
        auc_points=own[0],
        points_low=max(own[1], 0.0),
        points_high=min(own[2], 1.0),
        auc_best=others[0],
        best_low=max(others[1], 0.0),
        best_high=min(others[2], 1.0),
        difference=both[0],
        difference_low=both[1],
        difference_high=both[2],
        brier=_brier(counts, folds, scores),
        limit=_limit(own, others, both),
    )


def order(values: Floats | Ints, n_won: Floats, n_lost: Floats) -> Order:
    """Place the wins among the losses and the losses among the wins.

    Parameters
    ----------
    values : array of shape (n_patterns,)
        By what leads are ordered.
    n_won, n_lost : arrays of shape (n_patterns,)
        Wins and losses; there are some of both.
    """
    distinct, place = np.unique(values, return_inverse=True)
    won, lost = (np.bincount(place, each, len(distinct)) for each in (n_won, n_lost))
    below = ((np.cumsum(lost) - lost / 2) / lost.sum())[place]
    above = (1 - (np.cumsum(won) - won / 2) / won.sum())[place]
    return Order(of_won=below, of_lost=above, area=float(n_won @ below / n_won.sum()))


def area_interval(first: Order, second: Order | None, n_won: Floats, n_lost: Floats) -> tuple[float, float]:
    """Return an area, or the difference of two on the same leads, and its variance (DeLong, on counts)."""
    of_won = first.of_won - (0 if second is None else second.of_won)
    of_lost = first.of_lost - (0 if second is None else second.of_lost)
    value = first.area - (0 if second is None else second.area)
    variance = sum(
        float(n @ (each - value) ** 2) / max(n.sum() - 1, 1) / n.sum()
        for each, n in ((of_won, n_won), (of_lost, n_lost))
    )
    return value, variance


def _first_quarter(decisions: Decided) -> int:
    quarter = decisions.decided_month[decisions.is_mature] // _MONTHS
    return max(int(quarter.min()), int(quarter.max()) - MAX_QUARTERS + 1)


def _is_testable(counts: PatternCounts) -> bool:
    n_won = counts.n_won.sum()
    return bool(n_won >= MIN_TEST_WON and counts.n_leads.sum() - n_won >= MIN_TEST_WON)


def _chosen(folds: Sequence[Fold]) -> list[str]:
    """Return for each fold the model that was ahead before; the simplest at first."""
    names = list(YARDSTICKS)
    chosen, credit = [], dict.fromkeys(names, 0.0)
    for fold in folds:
        chosen.append(max(names, key=lambda name: credit[name]))
        for name in names:
            credit[name] += fold.models[name].area * float(fold.n_won.sum())
    return chosen


def _mean(folds: Sequence[Fold], first: Sequence[Order], second: Sequence[Order] | None) -> tuple[float, float, float]:
    """Return the mean over the folds by wins, with its interval."""
    weights = np.array([fold.n_won.sum() for fold in folds])
    weights = weights / weights.sum()
    parts = [
        area_interval(first[number], second[number] if second else None, fold.n_won, fold.n_lost)
        for number, fold in enumerate(folds)
    ]
    values, variances = np.array(parts).T
    value, half = float(weights @ values), critical_value() * float(np.sqrt(weights**2 @ variances))
    return value, value - half, value + half


def _brier(counts: PatternCounts, folds: Sequence[Fold], scores: Ints) -> Brier:
    """Judge the probabilities that the curve of the past gave to later leads."""
    distinct, place = np.unique(scores, return_inverse=True)
    shape = (counts.n_periods, len(distinct))
    cell = counts.period * shape[1] + place
    won, leads = (
        np.bincount(cell, each, shape[0] * shape[1]).reshape(shape) for each in (counts.n_won, counts.n_leads)
    )
    periods = [fold.period for fold in folds]
    said = [
        fit_logistic_map(distinct, won[: fold.n_past].sum(axis=0), leads[: fold.n_past].sum(axis=0)).probabilities(
            distinct
        )
        for fold in folds
    ]
    return decompose_brier(np.concatenate(said), won[periods].ravel(), leads[periods].ravel())


def _table(
    folds: Sequence[Fold], chosen: Sequence[str], points: Sequence[Order], best: Sequence[Order]
) -> pd.DataFrame:
    rows = [
        {
            "period": fold.period,
            "n_leads": round(fold.n_won.sum() + fold.n_lost.sum()),
            "n_won": round(fold.n_won.sum()),
            "auc_points": own.area,
            **{f"auc_{name}": model.area for name, model in fold.models.items()},
            "best": name,
            "auc_best": other.area,
            "difference": other.area - own.area,
        }
        for fold, name, own, other in zip(folds, chosen, points, best, strict=True)
    ]
    names = ["period", "n_leads", "n_won", "auc_points", *(f"auc_{name}" for name in YARDSTICKS)]
    return pd.DataFrame(rows, columns=[*names, "best", "auc_best", "difference"])


def _limit(
    points: tuple[float, float, float], best: tuple[float, float, float], difference: tuple[float, float, float]
) -> Limit:
    value, low, high = difference
    if low > 0 and value >= MATERIAL:
        return "points"
    if points[1] <= 0.5 and best[1] <= 0.5:
        return "nothing"
    if high < 0:
        return "ahead"
    if high > NEAR:
        return "unclear"
    return "data" if max(points[2], best[2]) < USEFUL_AUC else "near"


def unmeasured(limit: Limit) -> Yardstick:
    """Return a yardstick that was held to nothing, for the reason in `limit`."""
    unknown = float("nan")
    return Yardstick(
        folds=_table((), (), (), ()),
        n_leads=0,
        n_won=0,
        auc_points=unknown,
        points_low=0.0,
        points_high=1.0,
        auc_best=unknown,
        best_low=0.0,
        best_high=1.0,
        difference=unknown,
        difference_low=-1.0,
        difference_high=1.0,
        brier=None,
        limit=limit,
    )
