"""Groups beside the rest: which source wins less, which region calls later, by more than chance."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, fisher_exact

from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.times import log_rank, median_waiting

FALSE_DISCOVERY_RATE: Final = 0.05
"""Of the groups that are called different, so many may be so by chance."""

MAX_RELATIVE_RATE: Final = 0.8
"""A group is called worse from four fifths of the others' rate downwards.

With a million leads every difference excludes chance; only one that matters is worth a meeting.
"""

MIN_RELATIVE_WAIT: Final = 1.25
"""A group is called late from five quarters of the others' median wait upwards."""


def against_the_rest(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Compare the success rate of each group with that of all others together.

    Parameters
    ----------
    outcomes : DataFrame
        One row per group: `group`, `n_mature`, `n_won`, `n_immature`.

    Returns
    -------
    DataFrame
        One row per group, most leads first: the columns given; `win_rate` with
        `win_low`, `win_high` (95 % Wilson); `is_enough` (at least 20 mature);
        `rest_rate` (all others); `chance` (adjusted probability of so large a
        difference by chance alone; NaN where the group or the rest has too
        few); `is_worse` (chance excluded, and at most 0.8 of the rest's rate);
        `n_missing` (wins the group would have more at the rest's rate).

    Notes
    -----
    Fisher's exact test per group, adjusted for their number by the method of
    Benjamini and Hochberg [1]_.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg. "Controlling the false discovery rate: a
       practical and powerful approach to multiple testing". Journal of the Royal
       Statistical Society B 57(1), 1995. doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    table = outcomes[["group", "n_mature", "n_won", "n_immature"]].reset_index(drop=True)
    n, won = table["n_mature"], table["n_won"]
    n_rest, won_rest = n.sum() - n, won.sum() - won
    low, high = wilson_interval(won, n)
    is_testable = ((n >= MIN_N) & (n_rest >= MIN_N)).to_numpy()
    counts = np.column_stack([won, n - won, won_rest, n_rest - won_rest])
    chance = np.array(
        [fisher_exact(row.reshape(2, 2)).pvalue if ok else np.nan for row, ok in zip(counts, is_testable, strict=True)]
    )
    rate, rest_rate, chance = rates(won, n), rates(won_rest, n_rest), adjusted(chance)
    return table.assign(
        win_rate=rate,
        win_low=low,
        win_high=high,
        is_enough=n >= MIN_N,
        rest_rate=rest_rate,
        chance=chance,
        is_worse=(chance < FALSE_DISCOVERY_RATE) & (rate <= MAX_RELATIVE_RATE * rest_rate),
        n_missing=n * (rest_rate - rate),
    ).sort_values(["n_mature", "group"], ascending=[False, True], ignore_index=True)


def waits_against_the_rest(waits: pd.DataFrame) -> pd.DataFrame:
    """Compare the waiting time of each group with that of all others together.

    Parameters
    ----------
    waits : DataFrame
        Life tables of all groups: `group`, `time`, `n_events`, `n_censored`.

    Returns
    -------
    DataFrame
        One row per group, by name: `group`, `n`, `n_events`, `median`, `low`,
        `high` (as `times.Waiting`), `is_enough` (n and n_events at least 20),
        `rest_median`, `chance` (adjusted, NaN where the group or the rest has
        too few), `is_late` (chance excluded, and at least 1.25 times the rest's
        median).

    Notes
    -----
    A log-rank test per group, adjusted as in `against_the_rest`.
    """
    rows = [_wait_row(group, waits) for group in sorted(waits["group"].unique())]
    columns = ["group", "n", "n_events", "median", "low", "high", "is_enough", "rest_median", "chance"]
    table = pd.DataFrame(rows, columns=columns)
    chance = adjusted(table["chance"].to_numpy(dtype=np.float64))
    # A median that lies beyond what was observed is later than any that does not.
    median = table["median"].fillna(np.inf)
    is_late = (
        (chance < FALSE_DISCOVERY_RATE)
        & (median > table["rest_median"])
        & (median >= MIN_RELATIVE_WAIT * table["rest_median"])
    )
    return table.assign(chance=chance, is_late=is_late.astype(bool))


def adjusted(chances: Floats) -> Floats:
    """Return the probabilities adjusted for the number of tests (Benjamini-Hochberg); NaN stays."""
    result = np.full(len(chances), np.nan)
    is_tested = ~np.isnan(chances)
    if is_tested.any():
        result[is_tested] = false_discovery_control(chances[is_tested])
    return result


def _wait_row(group: str, waits: pd.DataFrame) -> list[object]:
    is_group = waits["group"] == group
    own, rest = median_waiting(waits[is_group]), median_waiting(waits[~is_group])
    is_enough = own.n_events >= MIN_N
    chance = log_rank(waits[is_group], waits[~is_group]) if own.n >= MIN_N and rest.n_events >= MIN_N else np.nan
    return [group, own.n, own.n_events, own.median, own.low, own.high, is_enough, rest.median, chance]
