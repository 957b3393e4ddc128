"""Groups at equal scores, against tests and regressions on one row per lead, and in simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats.contingency import odds_ratio
from sklearn.linear_model import LogisticRegression

from analysis.equal_scores import at_equal_scores, joined
from analysis.groups import adjusted
from analysis.shrinkage import shrunken_ratios

CELLS = st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=6)  # won, lost; the others' won, lost


def tables(cells):
    won, lost, other_won, other_lost = (np.array(part, dtype=float) for part in zip(*cells, strict=True))
    return np.array([won + lost, other_won + other_lost]), np.array([won, other_won])


def test_reads_as_wins_over_those_the_others_have_at_the_same_scores():
    n = np.array([[100.0, 100.0], [300.0, 100.0]])
    won = np.array([[5.0, 20.0], [30.0, 40.0]])
    found = at_equal_scores(n, won)
    # The others win 0.1 and 0.4; fitted with one common odds ratio, hardly anything else.
    assert found["n_expected"][0] == pytest.approx(100 * 0.1 + 100 * 0.4, rel=0.02)
    assert found["ratio"][0] == pytest.approx(25 / 50, rel=0.02)
    assert found["n_mature"].tolist() == [200, 400]
    assert found["chance"][0] < 0.001
    assert found["chance"][0] == pytest.approx(found["chance"][1])


@settings(max_examples=40)
@given(CELLS)
def test_the_test_is_that_of_cochran_mantel_and_haenszel(cells):
    n, won = tables(cells)
    observed = expected = variance = 0.0
    for (own_n, rest_n), (own_won, rest_won) in zip(n.T, won.T, strict=True):
        total, all_won = own_n + rest_n, own_won + rest_won
        if own_n == 0 or rest_n == 0 or total < 2:
            continue
        observed += own_won
        expected += own_n * all_won / total
        variance += own_n * rest_n * all_won * (total - all_won) / (total**2 * (total - 1))
    found = at_equal_scores(*spread(n, won))
    if np.isfinite(found["chance"][0]):
        assert found["chance"][0] == pytest.approx(2 * norm.sf(abs(observed - expected) / np.sqrt(variance)), rel=1e-6)


def spread(n, won):
    """Put every stratum into a twentieth of its own, so that none are joined."""
    assert n.shape[1] <= 6
    totals = n.sum(axis=0)
    if (totals == 0).any():
        n, won = n[:, totals > 0], won[:, totals > 0]
    return n, won


def test_one_stratum_gives_the_conditional_odds_ratio():
    n, won = np.array([[80.0], [200.0]]), np.array([[12.0], [60.0]])
    found = at_equal_scores(n, won)
    exact = odds_ratio([[12, 68], [60, 140]], kind="conditional")
    low, high = exact.confidence_interval(0.95)
    rate = 60 / 200
    as_ratio = [odds / (1 - rate + rate * odds) for odds in (exact.statistic, low, high)]
    assert found["ratio"][0] == pytest.approx(12 / (80 * rate), rel=1e-6)
    assert [found["ratio_low"][0], found["ratio_high"][0]] == pytest.approx(as_ratio[1:], rel=0.1)


def test_agrees_with_a_regression_on_one_row_per_lead():
    rng = np.random.default_rng(1)
    score = rng.integers(0, 6, 6000)
    group = (rng.random(6000) < 0.1 + 0.05 * score).astype(int)
    won = (rng.random(6000) < 1 / (1 + np.exp(-(-2.5 + 0.4 * score - 0.7 * group)))).astype(int)
    features = np.column_stack([score[:, None] == np.arange(6), group])
    odds = np.exp(LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8).fit(features, won).coef_[0, -1])
    n, wins = np.zeros((2, 6)), np.zeros((2, 6))
    np.add.at(n, (1 - group, score), 1)
    np.add.at(wins, (1 - group, score), won)
    found = at_equal_scores(n, wins)
    rest = wins[1] / n[1]
    assert found["ratio"][0] == pytest.approx(
        (n[0] * rest * odds / (1 - rest + rest * odds)).sum() / (n[0] * rest).sum(), rel=0.02
    )


def test_nothing_to_compare_says_so():
    found = at_equal_scores(np.array([[50.0]]), np.array([[10.0]]))
    assert not found["is_enough"][0]
    assert np.isnan(found["chance"][0])
    empty = at_equal_scores(np.zeros((2, 0)), np.zeros((2, 0)))
    assert not empty["is_enough"].any()


def test_no_win_at_all_still_has_an_upper_end():
    found = at_equal_scores(np.array([[100.0], [900.0]]), np.array([[0.0], [100.0]]))
    assert found["ratio"][0] == 0
    assert found["ratio_low"][0] == 0
    assert 0.1 < found["ratio_high"][0] < 0.6


def test_intervals_cover_and_discoveries_are_controlled():
    rng = np.random.default_rng(7)
    scores = np.arange(30)
    weight = np.outer(rng.dirichlet(np.ones(15)), np.exp(-(((scores - 12) / 8) ** 2)))
    p = 1 / (1 + np.exp(-(-3.5 + 0.1 * scores)))
    n_covered, n_intervals, n_seeds_wrong = 0, 0, 0
    for _ in range(80):
        n = rng.multinomial(5000, (weight / weight.sum()).ravel()).reshape(weight.shape)
        found = at_equal_scores(n.astype(float), rng.binomial(n, p).astype(float))
        enough = found[found["is_enough"]]
        n_covered += int(((enough["ratio_low"] <= 1) & (enough["ratio_high"] >= 1)).sum())
        n_intervals += len(enough)
        n_seeds_wrong += bool((adjusted(found["chance"].to_numpy()) < 0.05).any())
    assert n_covered / n_intervals == pytest.approx(0.95, abs=0.02)
    assert n_seeds_wrong <= 10  # 4 are expected; more than 10 are beyond chance


def test_joining_keeps_every_lead():
    counts = np.random.default_rng(0).integers(0, 50, (3, 70)).astype(float)
    strata = joined(counts, counts.sum(axis=0))
    assert strata.shape[1] <= 20
    assert strata.sum(axis=1) == pytest.approx(counts.sum(axis=1))


def test_ratios_of_small_groups_are_drawn_towards_one():
    found = shrunken_ratios([0.2, 0.2, 1.0, 1.1, 0.9], [0.02, 0.17, 0.9, 1.0, 0.8], [1.9, 0.235, 1.11, 1.21, 1.01])
    assert found["ratio"][0] > found["ratio"][1]
    assert found["weight"][0] < found["weight"][1]
    assert found["ratio"][1] == pytest.approx(0.2, abs=0.03)
    assert (found["low"] < found["ratio"]).all()
    nothing = shrunken_ratios([np.nan, 0.0], [0.0, 0.0], [np.nan, 0.5])
    assert nothing["weight"][0] == 0
    assert nothing["ratio"][1] < 1


def test_shrunken_intervals_cover_on_average():
    rng = np.random.default_rng(3)
    n_covered = 0
    for _ in range(60):
        truth = rng.gamma(12, 1 / 12, 40)
        expected = rng.uniform(5, 60, 40)
        seen = rng.poisson(truth * expected)
        half = 1.96 / np.sqrt(np.maximum(seen, 1))
        ratio = seen / expected
        high = np.where(seen > 0, ratio * np.exp(half), 3.7 / expected)
        found = shrunken_ratios(ratio, ratio * np.exp(-half), high)
        n_covered += int(((found["low"] <= truth) & (truth <= found["high"])).sum())
    assert n_covered / (60 * 40) == pytest.approx(0.95, abs=0.03)
