"""Drift: do the leads still look like those of other months, and which rule moved, when?

The population stability index (PSI) is never 0, even when nothing changes: with B
classes, n leads in the month and m elsewhere chance alone gives about
(B - 1) (1/n + 1/m). So a small month always "drifts" by the rule of thumb. Here
chance is taken off, and a month is only named when chance is excluded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from analysis.decided import ScoredMoments, month_start
from analysis.equal_scores import joined
from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import MIN_N, Floats
from analysis.keys import distinct_digits
from analysis.rulesets.columns import UNSCORED, Integers
from analysis.rulesets.model import Ruleset

SCORE: Final = "@score"
"""Stands for the score itself among the rules."""

LANDMARK_DAYS: Final = 30
"""Age at which leads are compared by month of creation: each has had the same time to do something."""

N_CLASSES: Final = 10
"""Classes of scores that the index compares: tenths of all leads, as is usual."""

MIN_PSI: Final = 0.01
"""Drift of which chance explains nothing, and which still matters to nobody, is smaller."""

MODERATE_PSI: Final = 0.1
LARGE_PSI: Final = 0.25
"""The rule of thumb of credit scoring for a moderate and a large change."""

_MIN_EXPECTED: Final = 5.0

_MAX_JOINT: Final = 4096
"""Joint classes of rules that are counted at once: with all months still few beside a million leads."""

Basis = Literal["decided", "created"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How the leads of each month differ from those of the other months.

    Attributes
    ----------
    scores : DataFrame
        One row per month: `month`, `n_leads`, `mean_score`, `rest_score` (mean of
        the months it is compared with), `psi`, `noise` (the index to be expected
        by chance), `excess` (psi less noise, at least 0), `chance` (adjusted; NaN
        below 20 leads), `is_moved`.
    rules : DataFrame
        One row per month and rule: `month`, `rule_id`, `n_leads`, `hit_rate`
        (leads for whom it fired), `rest_rate`, and the same from `psi` on.
    """

    scores: pd.DataFrame
    rules: pd.DataFrame

    @property
    def moved(self) -> pd.DataFrame:
        """The rules that moved, by month, the largest change first."""
        rows = self.rules[self.rules["is_moved"]]
        return rows.sort_values(["month", "excess"], ascending=[True, False], ignore_index=True)

    @property
    def months(self) -> tuple[pd.Timestamp, ...]:
        """The months in which the score or a rule moved."""
        found = {*self.scores.loc[self.scores["is_moved"], "month"], *self.moved["month"]}
        return tuple(sorted(found))


def drift(decisions: ScoredMoments, ruleset: Ruleset, basis: Basis = "decided") -> Drift:
    """Compare each month of decisions with the others.

    Parameters
    ----------
    decisions : ScoredMoments
        For `basis` "created" scored at one age (`analysis.decided.at_age`, of
        `LANDMARK_DAYS`): otherwise the young months have done less.
    ruleset : Ruleset
        The points.
    basis : {"decided", "created"}
        Month of the decision, or of the lead's creation.

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.

    Notes
    -----
    Each month is tested against all others by the chi-squared test of
    homogeneity, classes with fewer than 5 leads to be expected joined. The
    probabilities of all months and rules are adjusted together [1]_; those of
    the score by themselves. Months that moved are taken out of what the others
    are compared with, so that one odd month does not colour all others. Leads
    that another tool did not score are a class of their own.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg. "Controlling the false discovery rate".
       Journal of the Royal Statistical Society B 57(1), 1995.
    """
    of_decision = decisions.decided_month if basis == "decided" else decisions.created_month
    scores = decisions.scores(ruleset)
    months, month_no = np.unique(of_decision, return_inverse=True)
    starts = [month_start(month) for month in months]
    distinct, place = np.unique(np.where(decisions.is_scored, scores, scores.min(initial=0) - 1), return_inverse=True)
    by_score = _table(month_no, place, len(months), len(distinct))
    by_rule = rule_tables(month_no, decisions.pattern_no, rule_classes(decisions.multiplicity, ruleset), len(months))
    of_scores = moved_months({SCORE: joined(by_score, by_score.sum(axis=0), N_CLASSES)})
    of_rules = moved_months(by_rule)
    return Drift(
        scores=_named(of_scores, starts).drop(columns="rule_id").join(_means(by_score, distinct, of_scores)),
        rules=_named(of_rules, starts).join(_hit_rates(by_rule, of_rules)),
    )


def moved_months(tables: dict[str, Floats]) -> pd.DataFrame:
    """Test each month of each table against the others, all adjusted together.

    Parameters
    ----------
    tables : dict of arrays of shape (n_months, n_classes)
        Leads by month and class.

    Returns
    -------
    DataFrame
        One row per table and month: `rule_id`, `month_no`, `n_leads`, `psi`,
        `noise`, `excess`, `chance`, `is_moved`, and `is_reference` (the month
        belongs to those the others are compared with).
    """
    found = _compared(tables, {name: np.ones(len(counts), dtype=bool) for name, counts in tables.items()})
    odd = {name: ~found.loc[found["rule_id"] == name, "is_moved"].to_numpy(dtype=bool) for name in tables}
    if all(kept.all() for kept in odd.values()):
        return found
    # With most months odd there is no usual month: then all stay.
    return _compared(tables, {name: kept if kept.mean() >= 0.5 else np.ones_like(kept) for name, kept in odd.items()})


def _compared(tables: dict[str, Floats], references: dict[str, NDArray[np.bool_]]) -> pd.DataFrame:
    rows = []
    for name, counts in tables.items():
        reference = counts[references[name]].sum(axis=0)
        for month_no, own in enumerate(counts):
            others = reference - own if references[name][month_no] else reference
            rows.append((name, month_no, int(own.sum()), *stability(own, others), references[name][month_no]))
    columns = ["rule_id", "month_no", "n_leads", "psi", "noise", "chance", "is_reference"]
    table = pd.DataFrame(rows, columns=columns)
    chance = adjusted(table["chance"].to_numpy(dtype=np.float64))
    excess = np.maximum(table["psi"] - table["noise"], 0)
    return table.assign(
        excess=excess, chance=chance, is_moved=(chance < FALSE_DISCOVERY_RATE) & (excess >= MIN_PSI)
    )  # fmt: skip


def stability(own: Floats, others: Floats) -> tuple[float, float, float]:
    """Return the index, what chance gives it, and the probability of so different counts; NaN below 20 leads.

    Parameters
    ----------
    own, others : arrays of shape (n_classes,)
        Leads of the two groups by class.
    """
    n, m = own.sum(), others.sum()
    if min(n, m) < MIN_N:
        return np.nan, np.nan, np.nan
    first, second = _common_classes(own, others)
    if len(first) < 2:
        return 0.0, 0.0, 1.0
    # Half a lead in every class keeps an empty one from making the index infinite.
    p, q = (first + 0.5) / (n + 0.5 * len(first)), (second + 0.5) / (m + 0.5 * len(first))
    psi = float(((p - q) * np.log(p / q)).sum())
    pooled = (first + second) / (n + m)
    distance = float(((first / n - second / m) ** 2 / pooled).sum() * n * m / (n + m))
    free = len(first) - 1
    # What `scipy.stats.chi2.sf` comes to, without its checks of every argument: there are a thousand tests.
    return psi, free * (1 / n + 1 / m), float(chdtrc(free, distance))


def _common_classes(own: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Join neighbouring classes until at least 5 leads are to be expected in each, on both sides."""
    share = min(own.sum(), others.sum()) / (own.sum() + others.sum())
    expected = (own + others) * share
    sums: list[list[float]] = []
    for each, mine, theirs in zip(expected, own, others, strict=True):
        if sums and sums[-1][0] < _MIN_EXPECTED:
            sums[-1] = [sums[-1][0] + each, sums[-1][1] + mine, sums[-1][2] + theirs]
        else:
            sums.append([each, mine, theirs])
    if len(sums) > 1 and sums[-1][0] < _MIN_EXPECTED:
        last = sums.pop()
        sums[-1] = [before + more for before, more in zip(sums[-1], last, strict=True)]
    table = np.array(sums, dtype=np.float64).reshape(-1, 3)
    return table[:, 1], table[:, 2]


def _table(month_no: NDArray[np.int64], class_no: NDArray[np.int64], n_months: int, n_classes: int) -> Floats:
    counts = np.bincount(month_no * n_classes + class_no, minlength=n_months * n_classes)
    table: Floats = counts.reshape(n_months, n_classes).astype(np.float64)
    return table


def rule_tables(
    month_no: NDArray[np.int64], pattern_no: NDArray[np.int32], classes: dict[str, NDArray[np.int64]], n_months: int
) -> dict[str, Floats]:
    """Count leads by month and class of each rule, several rules at once: each look at a million leads is dear.

    Parameters
    ----------
    month_no, pattern_no : arrays of shape (n,)
        Of each lead.
    classes : dict of arrays of shape (n_patterns,)
        As from `rule_classes`.
    n_months : int
        Months there are.

    Returns
    -------
    dict of arrays of shape (n_months, n_classes)
        In the order of `classes`.
    """
    tables: dict[str, Floats] = {}
    waiting = dict(classes)
    while waiting:
        names, sizes, joint = list[str](), list[int](), np.zeros(0, dtype=np.int64)
        for name, own in waiting.items():
            size = int(own.max(initial=0)) + 1
            if names and math.prod(sizes) * size > _MAX_JOINT:
                break
            joint = joint * size + own if names else own
            names, sizes = [*names, name], [*sizes, size]
        table = _table(month_no, joint[pattern_no], n_months, math.prod(sizes)).reshape(n_months, *sizes)
        for place, name in enumerate(names, start=1):
            others = tuple(axis for axis in range(1, len(sizes) + 1) if axis != place)
            tables[name] = table.sum(axis=others)
            del waiting[name]
    return tables


def rule_classes(multiplicity: Integers, ruleset: Ruleset) -> dict[str, NDArray[np.int64]]:
    """Return for each rule the class of each pattern; class 0 is the rule that did not fire."""
    columns = ruleset.columns
    # A pattern without any rule, so that nothing is always the first class.
    patterns = np.vstack([np.zeros((1, multiplicity.shape[1]), dtype=np.int64), multiplicity])
    classes = {}
    for number, rule in enumerate(ruleset.rules):
        own = [place for place, column in enumerate(columns) if column.rule_no == number and column.id != UNSCORED]
        digits = [(patterns[:, place], columns[place].high + 1) for place in own]
        classes[rule.id] = distinct_digits(digits, len(patterns))[0][1:]
    return classes


def _named(found: pd.DataFrame, starts: list[pd.Timestamp]) -> pd.DataFrame:
    month = pd.Series([starts[place] for place in found["month_no"]], index=found.index, dtype="datetime64[us]")
    return found.assign(month=month).drop(columns=["month_no", "is_reference"])


def _means(by_score: Floats, scores: NDArray[np.int32], found: pd.DataFrame) -> pd.DataFrame:
    is_usual = found["is_reference"].to_numpy(dtype=bool)
    usual = by_score[is_usual].sum(axis=0)
    rest = usual - np.where(is_usual[:, None], by_score, 0)
    means = [_ratio(counts @ scores, counts.sum(axis=1)) for counts in (by_score, rest)]
    return pd.DataFrame({"mean_score": means[0], "rest_score": means[1]})


def _hit_rates(by_rule: dict[str, Floats], found: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name, counts in by_rule.items():
        is_usual = found.loc[found["rule_id"] == name, "is_reference"].to_numpy(dtype=bool)
        rest = counts[is_usual].sum(axis=0) - np.where(is_usual[:, None], counts, 0)
        rate, rest_rate = (_ratio(each[:, 1:].sum(axis=1), each.sum(axis=1)) for each in (counts, rest))
        parts.append(pd.DataFrame({"hit_rate": rate, "rest_rate": rest_rate}))
    columns = ["hit_rate", "rest_rate"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    ratio: Floats = np.divide(
        numerator, denominator, out=np.full(len(denominator), np.nan), where=denominator > 0
    )  # fmt: skip
    return ratio
