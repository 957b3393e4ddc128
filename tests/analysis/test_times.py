import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf, logrank

from analysis.times import log_rank, median_waiting

ROWS = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


def life_table(rows):
    return pd.DataFrame(rows, columns=["time", "n_events", "n_censored"])


def censored_data(rows):
    """One value per wait, for scipy."""
    ended = [time for time, n_events, _ in rows for _ in range(n_events)]
    open_ = [time for time, _, n_censored in rows for _ in range(n_censored)]
    return CensoredData(uncensored=ended, right=open_)


@given(ROWS)
def test_median_agrees_with_scipy(rows):
    assume(sum(row[1] for row in rows) > 0)
    survival = ecdf(censored_data(rows)).sf
    ended = survival.quantiles[survival.probabilities <= 0.5 + 1e-12]
    expected = ended[0] if len(ended) else np.nan
    assert median_waiting(life_table(rows)).median == pytest.approx(expected, nan_ok=True)


@given(ROWS)
def test_interval_agrees_with_scipy(rows):
    assume(sum(row[1] for row in rows) > 0)
    survival = ecdf(censored_data(rows)).sf
    with warnings.catch_warnings(action="ignore"):  # where the band is undefined, and is not used
        band = survival.confidence_interval(0.95, method="log-log")
    is_between = (survival.probabilities > 0) & (survival.probabilities < 1)
    result = median_waiting(life_table(rows))
    for edge, got, otherwise in (
        (band.low, result.low, survival.quantiles[-1]),
        (band.high, result.high, np.inf),
    ):
        curve = np.where(is_between, edge.probabilities, survival.probabilities)
        below = survival.quantiles[curve <= 0.5 + 1e-12]
        assert got == (below[0] if len(below) else otherwise)


@given(ROWS, ROWS)
def test_log_rank_agrees_with_scipy(rows, other):
    pooled = [row for row in rows + other if row[1] + row[2]]
    assume(sum(row[1] for row in rows) and sum(row[1] for row in other))
    assume(len({row[0] for row in pooled}) > 1)
    with warnings.catch_warnings(action="ignore"):
        expected = logrank(censored_data(rows), censored_data(other)).pvalue
    assume(np.isfinite(expected))
    assert log_rank(life_table(rows), life_table(other)) == pytest.approx(expected, abs=1e-9)


def test_waiting_by_hand():
    # Of 4, one ends at 1, one at 2, one is last seen waiting at 2, one ends at 5.
    result = median_waiting(life_table([(5, 1, 0), (1, 1, 0), (2, 1, 1)]))
    assert (result.n, result.n_events, result.median) == (4, 3, 2.0)


def test_open_waits_count_as_at_least_so_long():
    ended = life_table([(1, 10, 0), (2, 5, 0)])
    with_open = life_table([(1, 10, 0), (2, 5, 0), (9, 0, 30)])
    assert median_waiting(ended).median == 1
    assert np.isnan(median_waiting(with_open).median)
    assert median_waiting(with_open).high == np.inf
    assert median_waiting(with_open).low == 9


def test_nobody_is_an_answer():
    result = median_waiting(life_table([]).astype(int))
    assert (result.n, result.low, result.high) == (0, 0, np.inf)
    assert np.isnan(result.median)
    assert log_rank(life_table([]).astype(int), life_table([(1, 3, 0)])) == 1
