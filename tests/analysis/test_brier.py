import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from analysis.brier import decompose_brier

ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 0.2, 0.4, 0.41, 0.9, 1.0]), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=12,
)  # probability, won, lost


def leads(rows):
    p = np.concatenate([np.full(won + lost, value) for value, won, lost in rows])
    return p, np.concatenate([[1] * won + [0] * lost for _, won, lost in rows]).astype(int)


def brier(rows):
    p, won, lost = np.array(rows, dtype=float).T
    return decompose_brier(p, won, won + lost)


@given(ROWS)
def test_parts_are_those_of_rows_and_add_up(rows):
    p, won = leads(rows)
    assume(len(won))
    result = brier(rows)
    recalibrated = IsotonicRegression(y_min=0, y_max=1).fit_transform(p, won)
    score = brier_score_loss(won, p, pos_label=1) if 0 < won.mean() < 1 else np.mean((p - won) ** 2)
    best, base = np.mean((recalibrated - won) ** 2), won.mean() * (1 - won.mean())
    assert result.score == pytest.approx(score)
    assert result.miscalibration == pytest.approx(score - best, abs=1e-12)
    assert result.discrimination == pytest.approx(base - best, abs=1e-12)
    assert result.uncertainty == pytest.approx(base, abs=1e-12)
    assert result.score == pytest.approx(result.miscalibration - result.discrimination + result.uncertainty, abs=1e-12)
    assert min(result.miscalibration, result.discrimination) >= 0
    assert (result.n_leads, result.n_won) == (len(won), won.sum())


def test_the_rate_of_all_says_nothing_and_is_not_wrong():
    result = brier([(0.2, 20, 80)])
    assert (result.miscalibration, result.discrimination, result.skill) == pytest.approx((0, 0, 0))


def test_probabilities_the_wrong_way_round_are_worse_than_none():
    assert brier([(0.9, 10, 90), (0.1, 90, 10)]).skill < 0
    assert brier([(0.1, 10, 90), (0.9, 90, 10)]).skill > 0.5


def test_without_any_uncertainty_there_is_no_skill():
    assert np.isnan(brier([(0.1, 0, 10)]).skill)


@pytest.mark.parametrize("rows", [[(1.2, 1, 1)], [(0.5, 0, 0)]])
def test_impossible_probabilities_are_refused(rows):
    with pytest.raises(ValueError, match="probabilities"):
        brier(rows)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="n_won"):
        decompose_brier([0.5], [3], [2])
