"""Why did it change? A change split into volume, mix and rates, without a remainder.

The number of leads at the end of a funnel is, summed over groups,
leads x share of the group x rate of step 1 x rate of step 2 x ... Every factor
is taken from one period or the other; what a factor contributes is the average
effect of switching it, over all orders in which the factors can be switched
(Shapley). So the parts add up to the change, do not depend on an order, and
zeros are ordinary values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from analysis.intervals import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """A change and what it is made of.

    Attributes
    ----------
    effects : DataFrame
        One row per factor: `factor` ("volume", "mix", or "rate"), `stage` (the
        stage that a rate leads to; '' otherwise), `effect` (contribution to the
        change, a float; the sum is the change but for rounding in the last
        digit) and `n_effect` (the same in whole numbers that add up exactly).
    n_before, n_after, n_change : int
        Leads at the last stage in both periods, and the difference.
    """

    effects: pd.DataFrame
    n_before: int
    n_after: int
    n_change: int


def decompose(before: pd.DataFrame, after: pd.DataFrame, *, may_grow: bool = False) -> Decomposition:
    """Split the change of the last stage between two periods.

    Parameters
    ----------
    before, after : DataFrame
        Leads per group (index) and stage (columns, in order, the same in both),
        never growing from left to right: the counts of a funnel by group, as
        `pivot_counts` makes them. Groups may be missing in one of them.
    may_grow : bool
        Whether counts may grow, as those of what happened in a month do: their
        rates are ratios of different leads.

    Returns
    -------
    Decomposition

    Raises
    ------
    ValueError
        If the stages differ, there are fewer than two, or a count grows.

    Notes
    -----
    Values are averaged over all orders [1]_; with eight stages that is 512
    evaluations. A group without leads in a stage has no rate there: it takes
    the rate of the other period, so that its coming or going is mix, not rate.

    References
    ----------
    .. [1] A. F. Shorrocks. "Decomposition procedures for distributional
       analysis: a unified framework based on the Shapley value". Journal of
       Economic Inequality 11(1), 2013. doi:10.1007/s10888-011-9214-z
    """
    stages = _check(before, after, may_grow=may_grow)
    groups = before.index.union(after.index)
    counts = [table.reindex(groups, fill_value=0).to_numpy(dtype=np.float64) for table in (before, after)]
    factors = _factors(*counts)
    effects = _shapley(factors)
    names = [("volume", ""), ("mix", ""), *(("rate", stage) for stage in stages[1:])]
    n_before, n_after = (round(float(table[:, -1].sum())) for table in counts)
    table = pd.DataFrame(names, columns=["factor", "stage"])
    n_effects = whole_numbers(effects, n_after - n_before)
    return Decomposition(
        effects=table.assign(effect=effects, n_effect=n_effects),
        n_before=n_before,
        n_after=n_after,
        n_change=n_after - n_before,
    )


def pivot_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Arrange a funnel by group as groups x stages, for `decompose`.

    Parameters
    ----------
    table : DataFrame
        `group`, `stage`, `n_leads`, with stages in order within each group, as
        `journey_funnel.journey_funnels` returns it in strict or implied mode.
    """
    order = list(dict.fromkeys(table["stage"]))
    return table.pivot_table(index="group", columns="stage", values="n_leads", aggfunc="sum").reindex(columns=order)


def whole_numbers(parts: Sequence[float] | Floats, total: int) -> list[int]:
    """Round `parts` so that they add up to `total`: largest remainders are rounded up."""
    values = np.asarray(parts, dtype=np.float64)
    floors = np.floor(values + 1e-9)
    missing = total - int(floors.sum())
    order = np.argsort(floors - values, kind="stable")
    floors[order[: max(missing, 0)]] += 1
    return [int(value) for value in floors]


def _factors(before: Floats, after: Floats) -> list[tuple[Floats, Floats]]:
    """Return for each factor its value per group before and after; their product is the last column."""
    volumes = [np.full(len(table), table[:, 0].sum()) for table in (before, after)]
    shares = [_divide(table[:, 0], volume) for table, volume in zip((before, after), volumes, strict=True)]
    # A period without any lead has no mix: take that of the other one.
    shares = _borrowed(shares, [volume > 0 for volume in volumes])
    factors = [(volumes[0], volumes[1]), (shares[0], shares[1])]
    for step in range(1, before.shape[1]):
        rates = [_divide(table[:, step], table[:, step - 1]) for table in (before, after)]
        rates = _borrowed(rates, [table[:, step - 1] > 0 for table in (before, after)])
        factors.append((rates[0], rates[1]))
    return factors


def _borrowed(values: list[Floats], is_known: list[np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]) -> list[Floats]:
    return [np.where(is_known[0], values[0], values[1]), np.where(is_known[1], values[1], values[0])]


def _shapley(factors: list[tuple[Floats, Floats]]) -> Floats:
    n = len(factors)
    values = {}
    for size in range(n + 1):
        for switched in combinations(range(n), size):
            chosen = [factor[1 if number in switched else 0] for number, factor in enumerate(factors)]
            values[frozenset(switched)] = float(np.prod(chosen, axis=0).sum())
    effects = np.zeros(n)
    for subset, value in values.items():
        size = len(subset)
        for number in range(n):
            if number in subset:
                effects[number] += value * factorial(size - 1) * factorial(n - size) / factorial(n)
            else:
                effects[number] -= value * factorial(size) * factorial(n - size - 1) / factorial(n)
    return effects


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    ratio: Floats = np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)
    return ratio


def _check(before: pd.DataFrame, after: pd.DataFrame, *, may_grow: bool) -> list[str]:
    stages = [str(stage) for stage in before.columns]
    if list(before.columns) != list(after.columns):
        raise ValueError("Both periods must have the same stages in the same order.")
    if len(stages) < 2:
        raise ValueError("A change needs at least two stages to be split over.")
    for table in (before, after):
        counts = table.to_numpy(dtype=np.float64)
        is_growing = not may_grow and (np.diff(counts, axis=1) > 0).any()
        if is_growing or (counts < 0).any():
            raise ValueError("Counts must not grow from one stage to the next: use the strict or the implied mode.")
    return stages
