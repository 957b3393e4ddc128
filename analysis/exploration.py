"""Exploration: how few low scorers must be tried, at random, to know what they are worth.

Leads below the threshold are rarely handed over, and then for a reason; so nobody
knows how they would do. A small random set of them closes this blind spot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.intervals import CONFIDENCE, wilson_interval
from analysis.selection import Selection

MAX_SAMPLE: Final = 100_000
"""No sales team tries more; a question that needs more is the wrong question."""

POWER: Final = 0.8
MONTH_DAYS: Final = 365.25 / 12


class TooManyError(ValueError):
    """No sales team could try so many leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What it takes to close the blind spot below the threshold.

    Attributes
    ----------
    n_sample : int
        Leads to hand over at random.
    n_per_month : int
        How many of them in each month.
    n_months : int
        Months of handing over.
    share : float
        Chance of a low scorer to be handed over in those months, in (0, 1].
    hours : float
        Work for sales in all.
    closes_on : date-like
        Day on which the last of them is mature.
    is_possible : bool
        False when no leads come in below the threshold: then nothing above holds.
    """

    n_sample: int
    n_per_month: int
    n_months: int
    share: float
    hours: float
    closes_on: datetime
    is_possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to know of the leads below the threshold, and what may be spent on it.

    Attributes
    ----------
    half_width : float or None
        Their win rate to within plus or minus this, in (0, 0.5).
    p_wanted : float or None
        Or whether they win at least this often, in (0, 1].
    hours_per_handoff : float
        What sales spends on one.
    max_hours_per_month : float or None
        What sales can spare.
    """

    half_width: float | None = None
    p_wanted: float | None = None
    hours_per_handoff: float = 2.0
    max_hours_per_month: float | None = None

    def __post_init__(self) -> None:
        if (self.half_width is None) == (self.p_wanted is None):
            raise ValueError("Wish for one thing: half_width or p_wanted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer to a wish.

    Attributes
    ----------
    state : {"possible", "known", "nobody", "too_many"}
        Whether there is a budget; if not, because they already win as often as
        was asked, none come in, or no team could try so many.
    p_expected : float
        Win rate expected below the threshold, from what was tried so far.
    inflow_per_month : float
        Leads that end up below the threshold in a month.
    budget : Budget or None
        What it takes, if possible.
    """

    state: Literal["possible", "known", "nobody", "too_many"]
    p_expected: float
    inflow_per_month: float
    budget: Budget | None = None


def explore(scores: pd.DataFrame, threshold: int, wish: Wish, selection: Selection, start: date) -> Plan:
    """Find the smallest random set of low scorers that answers a wish.

    Parameters
    ----------
    scores : DataFrame
        Counts by score, as for `analysis.calibration.calibrate`.
    threshold : int
        Score below which leads are not handed over.
    wish : Wish
        What to find out.
    selection : Selection
        That of the counts; its horizon is how long the answer takes after the
        last handoff.
    start : date
        First day of the counts, for the inflow.

    Raises
    ------
    ValueError
        If a number of the wish is out of range.

    Notes
    -----
    What was tried so far was often tried for a reason, so the expected rate is
    a guess that only sizes the trial (Jeffreys' mean, never exactly 0).
    """
    below = scores[scores["score"] < threshold]
    if "is_scored" in below:
        below = below[below["is_scored"].astype(bool)]
    n_mature, n_won = int(below["n_mature"].sum()), int(below["n_won"].sum())
    p_expected = (n_won + 0.5) / (n_mature + 1)
    days = (selection.ends_at - datetime.combine(start, time.min)) / timedelta(days=1)
    n_leads = int(below[["n_mature", "n_immature", "n_standing"]].to_numpy().sum())
    inflow = n_leads / max(days, 1.0) * MONTH_DAYS
    found = partial(Plan, p_expected=p_expected, inflow_per_month=inflow)
    if inflow < 1:
        return found(state="nobody")
    if wish.p_wanted is not None and wish.p_wanted <= p_expected:
        return found(state="known")
    try:
        n_sample = _sample(wish, p_expected)
    except TooManyError:
        return found(state="too_many")
    budget = exploration_budget(
        n_sample,
        inflow_per_month=inflow,
        hours_per_handoff=wish.hours_per_handoff,
        as_of=selection.as_of,
        horizon_days=selection.horizon_days,
        max_hours_per_month=wish.max_hours_per_month,
    )
    return found(state="possible", budget=budget)


def _sample(wish: Wish, p_expected: float) -> int:
    if wish.half_width is not None:
        return sample_for_width(p_expected, wish.half_width)
    return sample_for_power(p_expected, float(wish.p_wanted or 0))


def sample_for_width(p_expected: float, half_width: float) -> int:
    """Return how many leads bring the 95 % interval to plus or minus `half_width`.

    Parameters
    ----------
    p_expected : float
        Win rate that is expected, in [0, 1].
    half_width : float
        Half of the wanted width of the Wilson interval, in (0, 0.5).

    Raises
    ------
    ValueError
        If a value is out of range; `TooManyError` if more than 100,000 leads would be needed.
    """
    if not 0 <= p_expected <= 1 or not 0 < half_width < 0.5:
        raise ValueError(f"p_expected must be in [0, 1] and half_width in (0, 0.5), not {p_expected}, {half_width}.")

    def is_narrow(n: int) -> bool:
        low, high = wilson_interval(p_expected * n, n)
        return float(high - low) / 2 <= half_width

    if not is_narrow(MAX_SAMPLE):
        raise TooManyError(f"half_width = {half_width} needs more than {MAX_SAMPLE:,} leads; ask for less.")
    low, high = 0, MAX_SAMPLE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_narrow(middle) else (middle, high)
    return high


def sample_for_power(p_believed: float, p_wanted: float, power: float = POWER) -> int:
    """Return how many leads it takes to notice that low scorers win at least `p_wanted`.

    Parameters
    ----------
    p_believed : float
        What is believed of them today, in [0, 1).
    p_wanted : float
        Rate from which handing them over pays; above `p_believed`.
    power : float
        Chance to notice it when it is so.

    Returns
    -------
    int
        Smallest number for which the exact one-sided test of `p_believed` at
        2.5 % finds a rate of `p_wanted` with this chance.

    Raises
    ------
    ValueError
        If the rates are out of order; `TooManyError` if more than 100,000 leads
        would be needed.
    """
    if not 0 <= p_believed < p_wanted <= 1:
        raise ValueError(f"p_wanted = {p_wanted} must be above p_believed = {p_believed}, both in [0, 1].")
    n, step = 1, 1024
    sizes = np.arange(1, step + 1)
    while n <= MAX_SAMPLE:
        least = binom.isf((1 - CONFIDENCE) / 2, sizes, p_believed) + 1
        is_enough = binom.sf(least - 1, sizes, p_wanted) >= power
        if is_enough.any():
            return int(sizes[np.argmax(is_enough)])
        n, sizes = n + step, sizes + step
    raise TooManyError(f"telling {p_wanted} from {p_believed} needs more than {MAX_SAMPLE:,} leads; ask for less.")


def exploration_budget(
    n_sample: int,
    *,
    inflow_per_month: float,
    hours_per_handoff: float,
    as_of: datetime,
    horizon_days: int,
    max_hours_per_month: float | None = None,
) -> Budget:
    """Turn a number of leads into months and hours.

    Parameters
    ----------
    n_sample : int
        From `sample_for_width` or `sample_for_power`.
    inflow_per_month : float
        Leads that end up below the threshold in a month, on average.
    hours_per_handoff : float
        What sales spends on one, above 0.
    as_of : datetime
        When it begins.
    horizon_days : int
        Days until a lead is mature.
    max_hours_per_month : float, optional
        What sales can spare.

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    if n_sample < 1 or hours_per_handoff <= 0 or (max_hours_per_month or 1) <= 0:
        raise ValueError("n_sample, hours_per_handoff and max_hours_per_month must be positive.")
    room = inflow_per_month
    if max_hours_per_month is not None:
        room = min(room, max_hours_per_month / hours_per_handoff)
    is_possible = room >= 1
    n_months = math.ceil(n_sample / max(room, 1.0) - 1e-9)
    n_per_month = math.ceil(n_sample / n_months)
    share = min(1.0, n_sample / (n_months * inflow_per_month)) if inflow_per_month > 0 else math.nan
    return Budget(
        n_sample=n_sample,
        n_per_month=n_per_month,
        n_months=n_months,
        share=share,
        hours=n_sample * hours_per_handoff,
        closes_on=as_of + timedelta(days=n_months * MONTH_DAYS + horizon_days),
        is_possible=is_possible,
    )
