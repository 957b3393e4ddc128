import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tuning import pattern_counts


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 60), st.integers(1, 5))
def test_rows_that_are_alike_are_merged(seed, n_rows, n_rules):
    generator = np.random.default_rng(seed)
    times = generator.integers(0, 3, (n_rows, n_rules))
    period = generator.integers(0, 2, n_rows)
    n_leads = generator.random(n_rows) * 5
    n_won = n_leads * generator.random(n_rows)

    counts = pattern_counts(times, n_leads, n_won, period=period)

    frame = pd.DataFrame(times).assign(period=period, n_leads=n_leads, n_won=n_won)
    keys = [*range(n_rules), "period"]
    expected = frame.groupby(keys)[["n_leads", "n_won"]].sum()
    found = pd.DataFrame(counts.multiplicity.astype(int)).assign(
        period=counts.period, n_leads=counts.n_leads, n_won=counts.n_won
    )
    found = found.groupby(keys)[["n_leads", "n_won"]].sum()
    assert len(counts.n_leads) == len(expected)
    pd.testing.assert_frame_equal(found.sort_index(), expected.sort_index(), check_index_type=False)


def test_scores_are_points_times_multiplicity():
    counts = pattern_counts([[1, 0], [2, 3], [0, 1]], [1, 1, 1], [0, 1, 0])
    assert counts.scores([2, -1]).tolist() == (counts.multiplicity.astype(int) @ [2, -1]).tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([[1, 0]], [1], [2]), "n_won must be at most n_leads"),
        (([[1, -1]], [1], [0]), "whole numbers from 0 to 255"),
        (([[0.5, 1]], [1], [0]), "whole numbers from 0 to 255"),
        (([[1, 0]], [-1], [0]), "n_leads must hold 1 finite numbers"),
        (([[1, 0]], [1, 2], [0]), "n_leads must hold 1 finite numbers"),
        (([1, 0], [1], [0]), "must have rows"),
    ],
)
def test_impossible_counts_are_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        pattern_counts(*arguments)


def test_names_and_periods_are_checked():
    with pytest.raises(ValueError, match="rule_ids must name"):
        pattern_counts([[1, 0]], [1], [0], rule_ids=("a", "a"))
    with pytest.raises(ValueError, match="period must hold"):
        pattern_counts([[1, 0]], [1], [0], period=[-1])
    with pytest.raises(ValueError, match="points must be 2 whole numbers"):
        pattern_counts([[1, 0]], [1], [0]).scores([1, 0.5])
