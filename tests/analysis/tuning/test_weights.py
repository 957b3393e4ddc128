import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from analysis.tuning import fit_card
from analysis.tuning.supports import Sweep, best_subset, find_supports
from analysis.tuning.weights import curvature, fit_weights
from tests.analysis.tuning.companies import as_leads, random_counts, small_counts


def test_weights_are_those_of_a_logistic_regression():
    counts = random_counts(3)
    rows, outcome, weight, _ = as_leads(counts)
    model = LogisticRegression(C=np.inf, max_iter=2000, tol=1e-10).fit(rows, outcome, sample_weight=weight)
    fit = fit_weights(counts, ridge=1e-9)
    assert fit.weights == pytest.approx(model.coef_[0], abs=1e-3)
    assert fit.intercepts == pytest.approx(model.intercept_, abs=1e-3)


@settings(deadline=None)
@given(small_counts(), st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_no_card_is_below_the_bound(counts, card):
    fit = fit_weights(counts, ridge=1e-9)
    assert fit.lower_bound <= fit.loss
    assert fit_card(counts, card).loss >= fit.lower_bound - 1e-7 * counts.n_leads.sum()


def test_some_rules_alone_are_fitted_on_merged_patterns():
    counts = random_counts(5, n_periods=3)
    few = fit_weights(counts, rules=np.array([1, 4]), ridge=1e-9)
    assert np.flatnonzero(few.weights).tolist() == [1, 4]
    logit = counts.multiplicity @ few.weights + few.intercepts[counts.period]
    loss = counts.n_leads @ np.logaddexp(0, logit) - counts.n_won @ logit
    assert few.loss == pytest.approx(loss)
    residual = counts.n_won - counts.n_leads / (1 + np.exp(-logit))
    assert counts.multiplicity[:, [1, 4]].T @ residual == pytest.approx([0, 0], abs=1e-2)


def test_sweeping_solves_regressions_on_subsets():
    generator = np.random.default_rng(0)
    half = generator.normal(size=(30, 6))
    matrix, target = half.T @ half, generator.normal(size=6)
    sweep = Sweep(matrix, target)
    for pivot in (1, 4, 2):
        sweep.flip(pivot)
    rules = [1, 2, 4]
    solution = np.linalg.solve(matrix[np.ix_(rules, rules)], target[rules])
    assert sweep.value == pytest.approx(target[rules] @ solution / 2)
    before = sweep.value
    gain = sweep.gains()[5]
    sweep.flip(5)
    assert sweep.value == pytest.approx(before + gain)
    sweep.flip(5)
    assert sweep.value == pytest.approx(before)
    assert sweep.losses()[4] == pytest.approx(before - _value_without(matrix, target, [1, 2]))


def _value_without(matrix, target, rules):
    return target[rules] @ np.linalg.solve(matrix[np.ix_(rules, rules)], target[rules]) / 2


def test_growing_finds_the_best_pair_of_rules():
    counts = random_counts(8, n_rules=8)
    found = find_supports(counts, fit_weights(counts), 2, np.ones(8, dtype=bool))[0]
    losses = {(i, j): fit_weights(counts, rules=np.array([i, j])).loss for i in range(8) for j in range(i + 1, 8)}
    assert tuple(np.flatnonzero(found.weights)) == min(losses, key=losses.get)


def test_rules_that_are_not_allowed_stay_out():
    counts = random_counts(8, n_rules=8)
    is_allowed = np.arange(8) % 2 == 0
    chosen, runners_up = best_subset(curvature(counts, fit_weights(counts)), np.ones(8), 3, is_allowed)
    assert is_allowed[chosen].all()
    assert all(is_allowed[rules].all() for rules in runners_up)
