import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from analysis.tuning import fit_card, fit_histogram, pattern_counts, score_histogram
from analysis.tuning.loss import MAX_SCALE
from tests.analysis.tuning.companies import random_counts, small_counts

points = st.lists(st.integers(-3, 3), min_size=4, max_size=4)


def loss_at(counts, card, scale, intercepts):
    logit = scale * counts.scores(card) + intercepts[counts.period]
    return counts.n_leads @ np.logaddexp(0, logit) - counts.n_won @ logit


@settings(deadline=None)
@given(small_counts(), points)
def test_no_curve_with_a_positive_scale_is_better(counts, card):
    fit = fit_card(counts, card)

    def loss(x):
        return loss_at(counts, card, x[0], x[1:])

    start = np.zeros(1 + counts.n_periods)
    bounds = [(0, MAX_SCALE)] + [(-40, 40)] * counts.n_periods
    other = minimize(loss, start, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13, "maxiter": 500})

    assert fit.scale >= 0
    assert fit.loss <= other.fun * (1 + 1e-6) + 1e-6
    assert fit.loss == pytest.approx(loss_at(counts, card, fit.scale, fit.intercepts), rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(small_counts(), points)
def test_a_card_is_never_worse_than_no_points(counts, card):
    assert fit_card(counts, card).loss <= fit_card(counts, [0, 0, 0, 0]).loss * (1 + 1e-12)


@settings(deadline=None)
@given(small_counts(), points, st.floats(0, 5))
def test_where_newton_starts_does_not_matter(counts, card, start_scale):
    assert fit_card(counts, card, start_scale=start_scale).loss == pytest.approx(fit_card(counts, card).loss, rel=1e-7)


def test_a_reversed_card_gets_no_scale():
    counts = pattern_counts([[0], [1]], [100, 100], [50, 10])
    assert fit_card(counts, [-1]).scale > 0
    assert fit_card(counts, [1]).scale == 0


def test_each_period_has_its_own_base_rate():
    counts = pattern_counts([[0], [1], [0], [1]], [100] * 4, [10, 20, 50, 60], period=[0, 0, 1, 1])
    fit = fit_card(counts, [1])
    p = 1 / (1 + np.exp(-(fit.scale * counts.scores([1]) + fit.intercepts[counts.period])))
    for period in (0, 1):
        rows = counts.period == period
        assert counts.n_leads[rows] @ p[rows] == pytest.approx(counts.n_won[rows].sum(), rel=1e-4)


def test_a_period_without_wins_says_nothing():
    lone = pattern_counts([[0], [1]], [100, 100], [10, 30])
    with_mute = pattern_counts([[0], [1], [0], [1]], [100, 100, 50, 50], [10, 30, 0, 0], period=[0, 0, 1, 1])
    assert fit_card(with_mute, [1]).loss == pytest.approx(fit_card(lone, [1]).loss)
    assert fit_card(with_mute, [1]).scale == pytest.approx(fit_card(lone, [1]).scale)


def test_counts_without_any_win_have_no_loss():
    assert fit_card(pattern_counts([[0], [1]], [5, 5], [0, 0]), [1]).loss == 0


def test_the_histogram_is_all_the_information():
    counts = random_counts(1, n_periods=2)
    card = np.arange(12) % 4 - 1
    histogram = score_histogram(counts, counts.scores(card))
    assert histogram.n_leads.sum() == pytest.approx(counts.n_leads.sum())
    assert fit_histogram(histogram).loss == pytest.approx(fit_card(counts, card).loss)
