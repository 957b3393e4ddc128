"""Comparisons at the same score: they agree with their definition, and hold what they promise."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, ttest_ind

from analysis.losses.same_score import against_same_score, points_of_losers

N_SEEDS = 400


def drawn(seed, n=600, effect=0.0):
    draw = np.random.default_rng(seed)
    score = draw.integers(10, 18, n)
    is_chosen = draw.random(n) < 0.1 + 0.04 * (score - 10)
    p_won = 0.05 + 0.04 * (score - 10) + effect * is_chosen
    return score, draw.random(n) < p_won, is_chosen


def test_a_common_difference_lies_in_its_interval():
    held = [
        found.low <= 0.15 <= found.high
        for found in (against_same_score(*drawn(seed, effect=0.15)) for seed in range(N_SEEDS))
    ]
    assert sum(held) >= binom.ppf(0.005, N_SEEDS, 0.95)


def test_no_difference_is_hardly_ever_found():
    chances = [against_same_score(*drawn(seed)).chance for seed in range(N_SEEDS)]
    assert sum(chance < 0.05 for chance in chances) <= binom.ppf(0.995, N_SEEDS, 0.05)


def test_the_expected_wins_are_those_of_the_others_score_by_score():
    score, is_won, is_chosen = drawn(1)
    table = pd.DataFrame({"score": score, "is_won": is_won, "is_chosen": is_chosen})
    others = table[~table["is_chosen"]].groupby("score")["is_won"].mean()
    found = against_same_score(score, is_won, is_chosen)
    assert found.n_expected == pytest.approx(table.loc[table["is_chosen"], "score"].map(others).sum())
    assert (found.n_leads, found.n_won) == (is_chosen.sum(), (is_chosen & is_won).sum())


def test_few_leads_are_not_judged():
    score, is_won, is_chosen = drawn(2)
    few = is_chosen & (np.cumsum(is_chosen) <= 19)
    assert np.isnan(against_same_score(score, is_won, few).chance)
    assert np.isnan(against_same_score(score, is_won, np.ones(len(score), dtype=bool)).n_expected)


def parts(seed, n=500, n_rules=4):
    draw = np.random.default_rng(seed)
    points = draw.integers(0, 3, (n, n_rules)) * np.array([1, 2, 3, -1][:n_rules])
    return points, draw.random(n) < 0.3


@given(seed=st.integers(0, 10**6))
def test_at_the_same_score_the_points_of_all_rules_cancel(seed):
    points, is_won = parts(seed, n=60)
    found = points_of_losers(points.sum(axis=1), is_won, points)
    assert found["same_difference"].sum() == pytest.approx(0, abs=1e-9)
    whole = points[~is_won].sum(axis=1).mean() - points[is_won].sum(axis=1).mean()
    assert found["difference"].sum() == pytest.approx(whole)


def test_the_difference_on_the_whole_is_that_of_welch():
    points, is_won = parts(3)
    found = points_of_losers(points.sum(axis=1), is_won, points)
    for number in range(points.shape[1]):
        test = ttest_ind(points[~is_won, number], points[is_won, number], equal_var=False)
        half = (found.loc[number, "high"] - found.loc[number, "low"]) / 2
        assert found.loc[number, "difference"] / (half / 1.959964) == pytest.approx(test.statistic, rel=1e-6)


def test_the_chance_at_the_same_score_is_that_of_dealing_the_wins_anew():
    points, is_won = parts(5, n=240)
    score = points.sum(axis=1)
    found = points_of_losers(score, is_won, points)
    draw, rows = np.random.default_rng(1), [np.flatnonzero(score == value) for value in np.unique(score)]
    dealt = []
    for _ in range(1_000):
        anew = is_won.copy()
        for row in rows:
            anew[row] = draw.permutation(is_won[row])
        dealt.append(points_of_losers(score, anew, points)["same_difference"].to_numpy())
    spread = (found["same_high"] - found["same_low"]) / 2 / 1.959964
    assert np.std(dealt, axis=0) == pytest.approx(spread.to_numpy(), rel=0.12)
