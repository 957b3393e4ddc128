import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from sklearn.isotonic import IsotonicRegression

from analysis.isotonic import isotonic_interval, isotonic_rates, steps_of

COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=10).map(
    lambda rows: [(won, lost) for won, lost in rows if won + lost] or [(1, 2)]
)


def arrays(rows):
    won, lost = np.array(rows, dtype=float).T
    return won, won + lost


@given(COUNTS)
def test_steps_are_those_of_sklearn_on_rows(rows):
    won, leads = arrays(rows)
    scores = np.repeat(np.arange(len(rows)), leads.astype(int))
    outcome = np.concatenate([[1] * w + [0] * lost for w, lost in rows])
    expected = IsotonicRegression().fit(scores, outcome).predict(np.arange(len(rows)))
    assert isotonic_rates(won, leads) == pytest.approx(expected)


@given(COUNTS)
def test_intervals_rise_and_hold_the_rates(rows):
    won, leads = arrays(rows)
    rates = isotonic_rates(won, leads)
    low, high = isotonic_interval(won, leads)
    assert np.all(low <= rates + 1e-9)
    assert np.all(rates <= high + 1e-9)
    assert np.all(np.diff(low) >= -1e-12)
    assert np.all(np.diff(high) >= -1e-12)


@given(COUNTS, st.integers(0, 9))
@settings(max_examples=20)
def test_wider_than_the_likelihood_ratio_by_brute_force(rows, place):
    won, leads = arrays(rows)
    place %= len(rows)
    rates = isotonic_rates(won, leads)
    low, high = isotonic_interval(won, leads)
    best = likelihood(won, leads, rates)
    for value in np.linspace(0.02, 0.98, 13):
        constrained = best_rising_through(won, leads, place, value)
        is_inside = 2 * (best - likelihood(won, leads, constrained)) <= chi2.ppf(0.95, 1) - 1e-3
        assert not is_inside or low[place] - 1e-4 <= value <= high[place] + 1e-4


def likelihood(won, leads, rates):
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(won > 0, won * np.log(rates), 0) + np.where(leads > won, (leads - won) * np.log1p(-rates), 0)
    return parts.sum()


def best_rising_through(won, leads, place, value):
    """The best rising curve with a given value: bounded isotonic regression on either side."""
    rates = np.full(len(won), value)
    scores = np.arange(len(won))
    for side, bounds in ((scores < place, {"y_max": value}), (scores > place, {"y_min": value})):
        if side.any():
            model = IsotonicRegression(**bounds)
            rates[side] = model.fit_transform(scores[side], won[side] / leads[side], sample_weight=leads[side])
    return rates


@pytest.mark.parametrize(
    ("rates", "n"),
    [
        ([0.02, 0.03, 0.05, 0.1, 0.2, 0.3], 60),
        ([0.1] * 6, 100),
        ([0.05] * 5 + [0.2] * 5, 80),
        (list(np.linspace(0.02, 0.4, 15)), 25),
    ],
)
def test_intervals_cover_at_their_nominal_level(rates, n):
    rng = np.random.default_rng(3)
    rates, leads = np.array(rates), np.full(len(rates), n)
    covered = []
    for won in rng.binomial(leads, rates, (250, len(rates))):
        low, high = isotonic_interval(won, leads)
        covered.append((low <= rates + 1e-9) & (rates <= high + 1e-9))
    by_score = np.mean(covered, axis=0)
    assert by_score.mean() >= 0.95
    assert by_score.min() >= 0.9  # 250 draws: about three standard errors below 0.94


def test_steps_are_numbered():
    assert steps_of(np.array([0.1, 0.1, 0.2, 0.3, 0.3])).tolist() == [0, 0, 1, 2, 2]
    assert steps_of(np.array([])).tolist() == []


def test_nothing_is_nothing():
    assert isotonic_rates([], []).size == 0
    assert [end.size for end in isotonic_interval([], [])] == [0, 0]


@pytest.mark.parametrize(("won", "leads"), [([3], [2]), ([0], [0]), ([-1], [2]), ([1, 2], [3])])
def test_impossible_counts_are_refused(won, leads):
    with pytest.raises(ValueError, match="n_won"):
        isotonic_rates(won, leads)


@given(COUNTS)
def test_a_rising_score_is_left_as_it_is(rows):
    won, leads = arrays(rows)
    raw = won / leads
    assume(np.all(np.diff(raw) >= 0))
    assert isotonic_rates(won, leads) == pytest.approx(raw)
