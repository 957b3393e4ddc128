import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis.intervals import critical_value, newcombe_interval, rates, wilson_interval


@st.composite
def counts(draw):
    n_trials = draw(st.integers(1, 100_000))
    return draw(st.integers(0, n_trials)), n_trials


@given(st.lists(counts(), min_size=1, max_size=5), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_agrees_with_scipy(rows, confidence):
    low, high = wilson_interval([k for k, _ in rows], [n for _, n in rows], confidence)
    expected = [binomtest(k, n).proportion_ci(confidence, method="wilson") for k, n in rows]
    assert low == pytest.approx([interval.low for interval in expected], abs=1e-9)
    assert high == pytest.approx([interval.high for interval in expected], abs=1e-9)


def test_nothing_is_known_from_no_trials():
    assert np.array_equal(wilson_interval([0], [0]), [[0.0], [1.0]])
    assert np.array_equal(newcombe_interval([0], [0], [5], [10]), [[-1.0], [1.0]])
    assert np.isnan(rates([0], [0])).all()


def test_wilson_touches_the_ends_exactly():
    assert wilson_interval(0, 7)[0] == 0.0
    assert wilson_interval(7, 7)[1] == 1.0


# Published examples of method 10 in Newcombe (1998), table II.
@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ],
)
def test_newcombe_agrees_with_the_paper(first, other, expected):
    low, high = newcombe_interval(*first, *other)
    assert (float(low), float(high)) == pytest.approx(expected, abs=5e-5)


@given(counts(), counts())
def test_newcombe_is_antisymmetric_and_holds_the_difference(first, other):
    low, high = newcombe_interval(*first, *other)
    back_low, back_high = newcombe_interval(*other, *first)
    assert (low, high) == (pytest.approx(-back_high), pytest.approx(-back_low))
    assert low - 1e-12 <= first[0] / first[1] - other[0] / other[1] <= high + 1e-12


@pytest.mark.parametrize("wrong", [([-1], [5]), ([6], [5]), ([0], [-1]), ([float("nan")], [5])])
def test_impossible_counts_are_refused(wrong):
    with pytest.raises(ValueError, match="0 <= n_successes <= n_trials"):
        wilson_interval(*wrong)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_impossible_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        critical_value(confidence)
