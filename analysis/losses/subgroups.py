"""Where do high scores fail more than they should? Conditions found on the earlier cases, confirmed on the later.

The expected result of a case is that of all cases at the same score, so what the score itself
says is out. Thousands of conditions are looked at, and some stand out by chance. So the
search (`analysis.losses.search`) sees the earlier half of the cases only; of what it finds, each
condition that says nothing new beside those before it is left out, and the few that remain
are put to the test on the later half, which the search has never seen: there the
conditions together are held to one false discovery rate [1]_, and one that refines a
simpler condition must beat it, too.

References
----------
.. [1] G. I. Webb. "Discovering significant patterns". Machine Learning 68(1), 2007.
   doi:10.1007/s10994-007-5006-x (holdout evaluation)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm

from analysis.equal_scores import at_equal_scores
from analysis.groups import FALSE_DISCOVERY_RATE, MAX_RELATIVE_RATE, adjusted
from analysis.intervals import CONFIDENCE, MIN_N, Floats
from analysis.losses.cases import Cases
from analysis.losses.expected import chance_of_so_few, chances, strata
from analysis.losses.facts import (
    MONTH,
    Dimension,
    Facts,
    fact_dimensions,
    handling_dimension,
    month_dimension,
    rule_dimensions,
    usable,
)
from analysis.losses.search import MIN_Z, Candidate, Items, find_conditions, holds
from analysis.matching import Mask
from analysis.rulesets.columns import Integers

MAX_SHORT: Final = 12
"""Conditions put to the test: the more, the harder it is for each."""

MIN_WINS: Final = 20
"""Wins, and losses, that each half needs."""

COLUMNS: Final = (
    "condition", "n", "n_won", "n_expected", "later_n", "later_won", "later_expected", "ratio", "ratio_low", "ratio_high",
    "n_at_stake", "at_stake_low", "at_stake_high", "chance", "status",
)  # fmt: skip

_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """Conditions under which cases come out otherwise than their scores promise.

    Attributes
    ----------
    table : DataFrame
        One row per condition that was put to the test, confirmed ones first, then by what is at
        stake: `condition` (tuple of pairs of the name of a dimension and a label; see
        `analysis.losses.facts`); `n`, `n_won`, `n_expected` (wins, had it won as
        others at the same scores) of all cases; `later_n`, `later_won`,
        `later_expected` of the later half; `ratio` of won to expected wins there with
        `ratio_low`, `ratio_high`; `n_at_stake` (wins missing, or beyond the expected ones, among all
        cases at this ratio) with its interval; `chance` of so large a difference by chance alone, adjusted;
        `status`: "confirmed", "small" (chance is excluded, but the difference is less than a fifth) or "unclear".
    members : boolean array of shape (n_conditions, n_cases)
        Which cases fulfil each condition, as rows of the table; only those of the account.
    n_cases, n_looked_at, n_tested : int
        Cases that were searched; conditions with enough cases; conditions and months put to the test.
    split_at : Timestamp or None
        When the later half begins.
    is_enough : bool
        Whether there are results enough to search at all.
    is_wins : bool
        Whether more wins than expected were searched, not fewer.
    """

    table: pd.DataFrame
    members: Mask
    n_cases: int
    n_looked_at: int
    n_tested: int
    split_at: pd.Timestamp | None
    is_enough: bool
    is_wins: bool

    @property
    def confirmed(self) -> pd.DataFrame:
        """The conditions that hold."""
        return self.table[self.table["status"] == "confirmed"].reset_index(drop=True)


def subgroups(cases: Cases, facts: Facts) -> Subgroups:
    """Search the high scores of the period for conditions under which they fail more than others.

    Parameters
    ----------
    cases : Cases
        The handoffs with a known result.
    facts : Facts
        What was believed of them.
    """
    dimensions = [*rule_dimensions(cases), *fact_dimensions(facts), handling_dimension(cases)]
    return compared(cases, cases.is_account, dimensions, month_dimension(facts))


def compared(
    cases: Cases,
    is_chosen: Mask,
    dimensions: Sequence[Dimension],
    months: Dimension | None = None,
    *,
    is_wins: bool = False,
) -> Subgroups:
    """Search chosen cases for conditions under which they win less than others at the same scores, or more.

    Parameters
    ----------
    cases : Cases
        The handoffs.
    is_chosen : boolean array of shape (n_cases,)
        Which of them.
    dimensions : sequence of Dimension
        What conditions are made of.
    months : Dimension, optional
        Months do not come again, so none can be confirmed later; each is tested on all its
        cases, together with the other conditions.
    is_wins : bool
        Search for more wins than expected.
    """
    rows = np.flatnonzero(is_chosen)
    score = cases.table["score"].to_numpy(dtype=np.int64)[rows]
    is_won = cases.table["is_won"].to_numpy(dtype=bool)[rows]
    decided_at = cases.table["decided_at"].to_numpy()[rows]
    is_later = _later_half(decided_at)
    # To search for wins is to search for missing losses.
    half = _Half(score=score, is_bad=is_won if is_wins else ~is_won, decided=is_later)
    enough = [min(int(is_won[part].sum()), int((~is_won)[part].sum())) for part in (is_later, ~is_later)]
    if min(enough) < MIN_WINS:
        return _nothing(len(rows), len(is_chosen), is_wins=is_wins)
    known = usable(dimension[rows] for dimension in dimensions)
    early = np.flatnonzero(~is_later)
    shortlist, n_looked_at = half.shortlist([dimension[early] for dimension in known], early)
    tests = [(items, known, half.chance(known, items)) for items in shortlist]
    if months is not None:
        tests += _month_tests(months[rows], half, [holds(known, items) for items in shortlist])
    table, members = _judged(tests, half, is_wins=is_wins)
    whole = np.zeros((len(members), len(is_chosen)), dtype=bool)
    whole[:, rows] = members
    return Subgroups(
        table=table,
        members=whole,
        n_cases=len(rows),
        n_looked_at=n_looked_at + len(tests) - len(shortlist),
        n_tested=len(tests),
        split_at=pd.Timestamp(decided_at[is_later].min()),
        is_enough=True,
        is_wins=is_wins,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Half:
    """The cases that are searched, in two halves; `is_bad` is what there should be less of."""

    score: Integers
    is_bad: Mask
    decided: Mask

    def shortlist(self, dimensions: list[Dimension], early: NDArray[np.intp]) -> tuple[list[Items], int]:
        """Return the conditions that stand out in the earlier half and say something new, and how many were looked at."""
        if not dimensions:
            return [], 0
        is_bad = self.is_bad[early]
        expected = chances(strata(self.score[early]), is_bad)
        found = find_conditions(dimensions, is_bad - expected, expected * (1 - expected))
        return _distinct(found.candidates, dimensions, expected, is_bad), found.n_looked_at

    def chance(self, dimensions: list[Dimension], items: Items) -> float:
        """Return the larger of the chances in the later half: beside all cases, and beside each simpler condition."""
        later = np.flatnonzero(self.decided)
        parts = [dimension[later] for dimension in dimensions]
        is_in = holds(parts, items)
        beside = [np.ones(len(later), dtype=bool)]
        beside += [holds(parts, simpler) for simpler in combinations(items, len(items) - 1) if simpler]
        score, is_good = self.score[later], ~self.is_bad[later]
        return max(_beside(score[rows], is_good[rows], is_in[rows]) for rows in beside)

    def chance_of_all(self, is_in: Mask, fitted: Floats) -> float:
        """Return the larger of the chances of a condition in both halves together: as it is, and beside fitted ones."""
        variance = fitted * (1 - fitted)
        z = _excess(np.flatnonzero(is_in), self.is_bad - fitted, variance, float(variance.sum()))
        return max(_beside(self.score, ~self.is_bad, is_in), float(norm.sf(z)))


def _month_tests(months: Dimension, half: _Half, others: list[Mask]) -> list[tuple[Items, list[Dimension], float]]:
    """Test each month, allowing for the other conditions: a month may merely have had more cases of these."""
    known = usable([months])
    if not known:
        return []
    fitted = chances(strata(half.score), half.is_bad)
    for is_in in others:
        fitted = _allowed(fitted, np.flatnonzero(is_in), half.is_bad)
    codes = range(1, len(known[0].labels) + 1)
    return [(((0, code),), known, half.chance_of_all(known[0].codes == code, fitted)) for code in codes]


def _beside(score: Integers, is_good: Mask, is_in: Mask) -> float:
    if is_in.sum() < MIN_N or (~is_in).sum() < MIN_N:
        return 1.0
    return chance_of_so_few(strata(score), is_good, is_in)


def _later_half(decided_at: NDArray[np.datetime64]) -> Mask:
    if not len(decided_at):
        return np.zeros(0, dtype=bool)
    order = np.sort(decided_at)
    is_later: Mask = decided_at >= order[len(order) // 2]
    return is_later


def _distinct(
    candidates: Sequence[Candidate], dimensions: list[Dimension], expected: Floats, is_bad: Mask
) -> list[Items]:
    """Take the most certain condition, allow for it, and go on until none says anything more.

    A condition that is allowed for changes what is expected of its cases, so one that
    only repeats it, in other words, does not stand out any longer.
    """
    members = {each.items: np.flatnonzero(holds(dimensions, each.items)) for each in candidates}
    chosen: list[Items] = []
    fitted = expected
    while len(chosen) < MAX_SHORT and members:
        residual, variance = is_bad - fitted, fitted * (1 - fitted)
        total = float(variance.sum())
        z = {items: _excess(rows, residual, variance, total) for items, rows in members.items()}
        best = max(z, key=lambda items: (z[items], -len(items)))
        if z[best] < MIN_Z:
            break
        chosen.append(best)
        fitted = _allowed(fitted, members.pop(best), is_bad)
    return chosen


def _excess(rows: NDArray[np.intp], residual: Floats, variance: Floats, total: float) -> float:
    own = float(variance[rows].sum())
    spread = own * (1 - own / total) if total > 0 else 0.0
    return float(residual[rows].sum()) / float(np.sqrt(spread)) if spread > _EDGE else 0.0


def _allowed(fitted: Floats, rows: NDArray[np.intp], is_bad: Mask) -> Floats:
    """Return the chances with those of a condition, and those of all others, moved to what happened to them."""
    moved = fitted.copy()
    is_in = np.zeros(len(fitted), dtype=bool)
    is_in[rows] = True
    for part in (is_in, ~is_in):
        moved[part] = _moved(fitted[part], float(is_bad[part].sum()))
    return moved


def _moved(chance: Floats, observed: float) -> Floats:
    """Return the chances with their log-odds shifted until they add up to what was observed."""
    n = len(chance)
    if not n:
        return chance
    log_odds = logit(np.clip(chance, _EDGE, 1 - _EDGE))
    target = min(max(observed, _EDGE * n), n * (1 - _EDGE))
    shift = brentq(lambda step: float(expit(log_odds + step).sum()) - target, -40.0, 40.0, xtol=1e-6)
    moved: Floats = expit(log_odds + shift)
    return moved


def _judged(
    tests: list[tuple[Items, list[Dimension], float]], half: _Half, *, is_wins: bool
) -> tuple[pd.DataFrame, Mask]:
    """Return what was put to the test; of months only those that are claimed."""
    chance = adjusted(np.array([each[2] for each in tests], dtype=np.float64))
    rows, members = [], []
    for (items, dimensions, _), found in zip(tests, chance, strict=True):
        condition = tuple((dimensions[place].name, dimensions[place].labels[code - 1]) for place, code in items)
        is_month = condition[0][0] == MONTH
        is_sure = bool(found < FALSE_DISCOVERY_RATE)
        if is_month and not is_sure:
            continue
        is_in = holds(dimensions, items)
        row = _measured(half, is_in, is_month=is_month, is_wins=is_wins)
        matters = row["ratio"] >= 1 / MAX_RELATIVE_RATE if is_wins else row["ratio"] <= MAX_RELATIVE_RATE
        status = ("confirmed" if matters else "small") if is_sure else "unclear"
        rows.append({"condition": condition, **row, "chance": found, "status": status})
        members.append(is_in)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    rank = table["status"].map({"confirmed": 0, "small": 1, "unclear": 2}).to_numpy(dtype=np.int64)
    order = np.lexsort((-table["n_at_stake"].to_numpy(dtype=np.float64), rank))
    held = np.array(members, dtype=bool).reshape(len(rows), len(half.score))
    return table.iloc[order].reset_index(drop=True), held[order]


def _measured(half: _Half, is_in: Mask, *, is_month: bool, is_wins: bool) -> dict[str, float]:
    """Return wins and expected wins of a condition, in all cases and in the later half."""
    is_won = half.is_bad if is_wins else ~half.is_bad
    whole = _beside_others(half.score, is_won, is_in)
    part = np.ones(len(is_in), dtype=bool) if is_month else half.decided
    later = whole if is_month else _beside_others(half.score[part], is_won[part], is_in[part])
    sign = -1 if is_wins else 1
    stake = [sign * whole["n_expected"] * (1 - later[name]) for name in ("ratio", "ratio_low", "ratio_high")]
    return {
        "n": whole["n_mature"],
        "n_won": whole["n_won"],
        "n_expected": whole["n_expected"],
        "later_n": later["n_mature"],
        "later_won": later["n_won"],
        "later_expected": later["n_expected"],
        "ratio": later["ratio"],
        "ratio_low": later["ratio_low"],
        "ratio_high": later["ratio_high"],
        "n_at_stake": stake[0],
        "at_stake_low": min(stake[1:]),
        "at_stake_high": max(stake[1:]),
    }


def _beside_others(score: Integers, is_won: Mask, is_in: Mask) -> dict[str, float]:
    """Hold cases against all others at equal scores, with the interval."""
    low = int(score.min())
    size = int(score.max()) - low + 1
    key = (~is_in).astype(np.int64) * size + (score - low)
    n, won = (np.bincount(each, minlength=2 * size).reshape(2, size) for each in (key, key[is_won]))
    found = at_equal_scores(n.astype(np.float64), won.astype(np.float64), CONFIDENCE)
    return {str(name): value for name, value in found.iloc[0].items()}


def _nothing(n_cases: int, n_all: int, *, is_wins: bool) -> Subgroups:
    return Subgroups(
        table=pd.DataFrame(columns=list(COLUMNS)), members=np.zeros((0, n_all), dtype=bool), n_cases=n_cases,
        n_looked_at=0, n_tested=0, split_at=None, is_enough=False, is_wins=is_wins,
    )  # fmt: skip
