import numpy as np
import pytest

from analysis.tuning import constraints, nearest_to_today, recommend
from tests.analysis.tuning.companies import TODAY, TRUE_POINTS, USELESS, WRONG, company


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_planted_wrong_points_are_put_right_and_right_ones_left_alone(seed):
    found = recommend(company(20_000, seed), constraints(TODAY, low=-6, high=6), with_yardsticks=False)
    assert found.outcome == "change"
    assert np.flatnonzero(found.points != TODAY).tolist() == WRONG.tolist()
    moved, wanted = (found.points - TODAY)[WRONG], (TRUE_POINTS - TODAY)[WRONG]
    assert (np.sign(moved) == np.sign(wanted)).all()
    assert found.points[USELESS] == 0


def test_right_points_are_not_worth_changing():
    found = recommend(company(6000, 31, n_periods=5), constraints(TRUE_POINTS, low=-6, high=6), with_yardsticks=False)
    assert found.outcome == "no_change"
    assert found.points.tolist() == TRUE_POINTS.tolist()
    assert found.backtest.n_windows == 3


@pytest.mark.parametrize("seed", range(5))
def test_three_hundred_leads_are_not_enough(seed):
    found = recommend(company(300, seed), constraints(TODAY))
    assert found.outcome == "not_enough"
    assert found.n_changes == 0
    assert found.n_won_needed == 5 * len(TODAY)


def test_too_few_periods_are_not_enough():
    found = recommend(company(6000, 1, n_periods=3), constraints(TODAY), max_changes=1, with_yardsticks=False)
    assert found.outcome == "not_enough"
    assert found.backtest.n_windows == 1


def test_a_change_the_data_hardly_want_is_taken_back():
    counts = company(6000, 41)
    limits = constraints(TODAY, low=-6, high=6)
    card = TODAY.copy()
    card[WRONG] = TRUE_POINTS[WRONG]
    assert nearest_to_today(counts, limits, card)[WRONG].tolist() != TODAY[WRONG].tolist()
    card[12] += 1
    assert nearest_to_today(counts, limits, card)[12] == TODAY[12]
