"""Proof on later deals: tune on the past, score the next period, and repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.intervals import Floats, critical_value
from analysis.tuning.budget import Budget
from analysis.tuning.counts import Ints, PatternCounts
from analysis.tuning.limits import Constraints
from analysis.tuning.loss import fit_card, sigmoid, softplus
from analysis.tuning.problem import make_problem
from analysis.tuning.threads import one_thread
from analysis.tuning.tuner import EffortName, card_path
from analysis.tuning.yardsticks import boosting_logits, logistic_logits

MIN_TRAIN_PERIODS: Final = 2
MIN_TEST_WON: Final = 5
"""Wins and losses that a period needs to be tested on."""

YARDSTICKS: Final[dict[str, Callable[[PatternCounts, PatternCounts], Floats]]] = {
    "logistic": logistic_logits,
    "boosting": boosting_logits,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How cards of each size of change, and the yardsticks, did on later periods.

    Attributes
    ----------
    windows : DataFrame
        One row per tested period and method: `period`, `method` ("changes_0" is
        today's points, "changes_1" …, "logistic", "boosting"), `n_leads`,
        `n_won`, `loss` (log loss per lead, base rate of the period fitted),
        `auc`, `gain` (loss saved per lead against today's points) and
        `gain_se`.
    methods : DataFrame
        One row per method over all windows: `method`, `n_changes` (NA for a
        yardstick), `loss`, `auc` (mean over windows, by leads), `gain` with
        `gain_low`, `gain_high` (95 %), `n_windows_better` (than today's points).
    pairs : DataFrame
        Differences between sizes of change: `n_changes`, `other`, `gain` (loss
        per lead saved by the first against the second) and `gain_se`.
    points : dict
        Points by (period, n_changes): what would have been proposed then.
    n_windows : int
        Periods that were tested.
    """

    windows: pd.DataFrame
    methods: pd.DataFrame
    pairs: pd.DataFrame
    points: dict[tuple[int, int], Ints]
    n_windows: int


@dataclass(slots=True, kw_only=True)
class _Sums:
    """Sums over tested leads, for means and their errors."""

    n_leads: float
    loss: Floats
    difference: Floats
    square: Floats


def backtest(
    counts: PatternCounts,
    limits: Constraints,
    *,
    max_changes: int = 6,
    n_train: int = MIN_TRAIN_PERIODS,
    n_gap: int = 0,
    effort: EffortName = "fast",
    with_yardsticks: bool = True,
    budget: Budget | None = None,
    seed: int = 0,
) -> Backtest:
    """Tune on the past and score the next period, again and again.

    Parameters
    ----------
    counts : PatternCounts
        The leads, with periods in the order of time.
    limits : Constraints
        What proposals must respect; `max_changes` is replaced by every size.
    max_changes : int
        Largest number of changes that is tried.
    n_train : int
        Periods to learn from at least.
    n_gap : int
        Periods before the tested one that were not yet decided when it began,
        and must not be learned from.
    effort : str
        As for `tune`.
    with_yardsticks : bool
        Whether to score the periods by models without points too.
    budget : Budget, optional
        When to stop; the windows done so far are returned.
    seed : int
        As for `tune`.

    Notes
    -----
    Everything is learned before the tested period but its base rate, which is
    fitted for every method alike: a quarter with more wins is no merit of the
    points. Differences are taken lead by lead, so that what makes a quarter easy
    or hard cancels; their errors treat leads as independent.
    """
    budget = budget or Budget()
    limits = replace(limits, max_changes=min(max_changes, limits.max_changes))
    windows: list[tuple[int, PatternCounts, dict[str, Floats]]] = []
    points: dict[tuple[int, int], Ints] = {}
    for period in range(n_train + n_gap, counts.n_periods):
        train, test = counts.rows(counts.period < period - n_gap), counts.rows(counts.period == period)
        if not _is_testable(test) or not _is_testable(train):
            continue
        with one_thread():
            logits, cards = _card_logits(train, test, limits, effort, budget, seed)
        points |= {(period, n_changes): card for n_changes, card in enumerate(cards)}
        if with_yardsticks:
            logits |= {name: score(train, test) for name, score in YARDSTICKS.items()}
        windows.append((period, test, logits))
        if not budget.step("backtest", 0.0):
            break
    return _summary(windows, limits.max_changes, points)


def _is_testable(counts: PatternCounts) -> bool:
    n_won = counts.n_won.sum()
    return bool(n_won >= MIN_TEST_WON and counts.n_leads.sum() - n_won >= MIN_TEST_WON)


def _card_logits(
    train: PatternCounts, test: PatternCounts, limits: Constraints, effort: EffortName, budget: Budget, seed: int
) -> tuple[dict[str, Floats], list[Ints]]:
    path = card_path(make_problem(train, limits), effort, budget, seed)
    cards: list[Ints] = [limits.today]
    for n_changes in range(1, limits.max_changes + 1):
        possible = [card for card in path if np.count_nonzero(card.points != limits.today) <= n_changes]
        cards.append(possible[-1].points if possible else limits.today)
    logits = {}
    for n_changes, card in enumerate(cards):
        scale = fit_card(train, card).scale
        logits[f"changes_{n_changes}"] = scale * test.scores(card).astype(np.float64)
    return logits, cards


def lead_losses(test: PatternCounts, logits: Floats) -> tuple[Floats, Floats]:
    """Return the loss of a won and of a lost lead of each pattern, the base rate fitted.

    Parameters
    ----------
    test : PatternCounts
        Leads of one period.
    logits : array of shape (n_patterns,)
        Predicted logits, right up to a constant.
    """
    rate = test.n_won.sum() / test.n_leads.sum()
    base = float(np.log(rate / (1 - rate)) - np.average(logits, weights=test.n_leads))
    for _ in range(60):
        p = sigmoid(logits + base)
        spread = max(float(test.n_leads @ (p * (1 - p))), 1e-12)
        # Steps are cut, so that a flat start cannot throw the base rate away.
        step = float(np.clip((test.n_won.sum() - test.n_leads @ p) / spread, -2, 2))
        base += step
        if abs(step) < 1e-10:
            break
    return softplus(-(logits + base)), softplus(logits + base)


def weighted_auc(test: PatternCounts, logits: Floats) -> float:
    """Return the probability that a won lead scores higher than a lost one; ties count half."""
    _, group = np.unique(np.round(logits, 9), return_inverse=True)
    won = np.bincount(group, test.n_won)
    lost = np.bincount(group, np.maximum(test.n_leads - test.n_won, 0))
    if won.sum() <= 0 or lost.sum() <= 0:
        return float("nan")
    return float(won @ (np.cumsum(lost) - lost / 2) / (won.sum() * lost.sum()))


def _summary(
    windows: list[tuple[int, PatternCounts, dict[str, Floats]]], max_changes: int, points: dict[tuple[int, int], Ints]
) -> Backtest:
    names = list(windows[0][2]) if windows else [f"changes_{n}" for n in range(max_changes + 1)]
    sums = [_compared(test, logits) for _, test, logits in windows]
    rows = [
        {
            "period": period,
            "method": name,
            "n_leads": test.n_leads.sum(),
            "n_won": test.n_won.sum(),
            "loss": each.loss[index] / each.n_leads,
            "auc": weighted_auc(test, logits[name]),
            "gain": -each.difference[index, 0] / each.n_leads,
            "gain_se": _error(each.n_leads, each.difference[index, 0], each.square[index, 0]) / each.n_leads,
        }
        for (period, test, logits), each in zip(windows, sums, strict=True)
        for index, name in enumerate(names)
    ]
    columns = ["period", "method", "n_leads", "n_won", "loss", "auc", "gain", "gain_se"]
    table = pd.DataFrame(rows, columns=columns)
    return Backtest(
        windows=table,
        methods=_by_method(table, names),
        pairs=_pairs(sums, max_changes),
        points=points,
        n_windows=len(windows),
    )


def _compared(test: PatternCounts, logits: dict[str, Floats]) -> _Sums:
    """Add up the differences between all methods, lead by lead."""
    n_lost = np.maximum(test.n_leads - test.n_won, 0)
    losses = [lead_losses(test, each) for each in logits.values()]
    won, lost = np.array([each[0] for each in losses]), np.array([each[1] for each in losses])
    total = won @ test.n_won + lost @ n_lost
    # Sums of squared differences from products, so that no pair is looped over.
    product = (won * test.n_won) @ won.T + (lost * n_lost) @ lost.T
    own = np.diag(product)
    return _Sums(
        n_leads=float(test.n_leads.sum()),
        loss=total,
        difference=total[:, None] - total[None, :],
        square=np.maximum(own[:, None] + own[None, :] - 2 * product, 0),
    )


def _error(n_leads: float, difference: float, square: float) -> float:
    """Return the standard error of a sum of differences."""
    return float(np.sqrt(max(square - difference**2 / max(n_leads, 1e-300), 0)))


def _by_method(windows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    rows = []
    for name in names:
        own = windows[windows["method"] == name]
        n_leads = own["n_leads"].to_numpy()
        total = n_leads.sum()
        gain = float(own["gain"] @ n_leads / total) if total else np.nan
        error = float(np.sqrt(np.sum((own["gain_se"] * n_leads) ** 2)) / total) if total else np.nan
        half = critical_value() * error
        rows.append(
            {
                "method": name,
                "n_changes": int(name.removeprefix("changes_")) if name.startswith("changes_") else pd.NA,
                "loss": float(own["loss"] @ n_leads / total) if total else np.nan,
                "auc": float(own["auc"] @ n_leads / total) if total else np.nan,
                "gain": gain,
                "gain_low": gain - half,
                "gain_high": gain + half,
                "n_windows_better": int((own["gain"] > 0).sum()),
            }
        )
    return pd.DataFrame(rows).astype({"n_changes": "Int64"})


def _pairs(sums: list[_Sums], max_changes: int) -> pd.DataFrame:
    rows = []
    for first in range(max_changes + 1):
        for second in range(max_changes + 1):
            n_leads = sum(each.n_leads for each in sums)
            difference = sum(float(each.difference[first, second]) for each in sums)
            variance = sum(
                _error(each.n_leads, float(each.difference[first, second]), float(each.square[first, second])) ** 2
                for each in sums
            )
            total = max(n_leads, 1e-300)
            rows.append(
                {
                    "n_changes": first,
                    "other": second,
                    "gain": -difference / total,
                    "gain_se": float(np.sqrt(variance)) / total,
                }
            )
    return pd.DataFrame(rows)
