import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from analysis.logistic_map import fit_logistic_map

COUNTS = st.lists(
    st.tuples(st.integers(-6, 12), st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=10
)  # score, won, lost


def arrays(rows):
    scores, won, lost = np.array(rows, dtype=float).T
    return scores, won, won + lost


@given(COUNTS)
@settings(max_examples=30)
def test_curve_is_that_of_sklearn_on_rows(rows):
    scores, won, leads = arrays(rows)
    assume(leads.sum() > 0)
    result = fit_logistic_map(scores, won, leads)
    assume(not result.is_separated and len(set(scores[leads > 0])) > 1)
    rows_x = np.concatenate([[s] * int(n) for s, n in zip(scores, leads, strict=True)]).reshape(-1, 1)
    rows_y = np.concatenate([[1] * int(w) + [0] * int(n - w) for w, n in zip(won, leads, strict=True)])
    model = LogisticRegression(C=np.inf, tol=1e-8, solver="newton-cholesky").fit(rows_x, rows_y)
    expected = model.predict_proba(scores.reshape(-1, 1))[:, 1]
    assert result.probabilities(scores) == pytest.approx(expected, abs=2e-4)


@given(COUNTS, st.integers(-6, 12), st.booleans())
@settings(max_examples=30)
def test_separated_scores_have_firths_curve(rows, cut, is_rising):
    scores, won, leads = arrays(rows)
    assume(len(set(scores[leads > 0])) > 1)
    won = np.where((scores > cut) == is_rising, leads, 0)  # all above the cut, or all below it
    result = fit_logistic_map(scores, won, leads)
    assert result.is_separated
    centre, spread = scores[leads > 0].mean(), np.ptp(scores[leads > 0])

    def penalised(weights):
        logit = weights[0] + weights[1] * (scores - centre) / spread
        p = 1 / (1 + np.exp(-logit))
        design = np.column_stack([np.ones(len(scores)), (scores - centre) / spread])
        information = design.T @ (design * (leads * p * (1 - p))[:, None])
        return -(won @ logit - leads @ np.logaddexp(0, logit) + np.linalg.slogdet(information)[1] / 2)

    best = minimize(
        penalised, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000}
    )
    ours = penalised([result.intercept + result.slope * centre, result.slope * spread])
    assert ours <= best.fun + 1e-6
    assert np.isfinite([result.intercept, result.slope]).all()


def test_direction():
    assert fit_logistic_map([0, 1, 2], [1, 5, 9], [10, 10, 10]).slope > 0
    assert fit_logistic_map([0, 1, 2], [9, 5, 1], [10, 10, 10]).slope < 0


def test_one_score_has_no_slope():
    result = fit_logistic_map([7], [20], [100])
    assert result.slope == 0
    assert result.probabilities([7, 8]) == pytest.approx([0.2, 0.2])
    assert fit_logistic_map([7], [0], [9]).probabilities([7]) == pytest.approx([0.05])


def test_nobody_won_is_not_never():
    result = fit_logistic_map([0, 1, 2], [0, 0, 0], [30, 20, 10])
    assert result.is_separated
    assert 0 < result.probabilities([1])[0] < 0.05


def test_a_million_leads_and_large_scores():
    scores = np.arange(1000, 1060)
    p = 1 / (1 + np.exp(-(-4 + 0.1 * (scores - 1000))))
    leads = np.full(60, 20_000.0)
    result = fit_logistic_map(scores, leads * p, leads)
    assert result.slope == pytest.approx(0.1, abs=1e-6)
    assert result.probabilities(scores) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize(("won", "leads"), [([2], [1]), ([0], [0]), ([-1], [3])])
def test_impossible_counts_are_refused(won, leads):
    with pytest.raises(ValueError, match="n_won"):
        fit_logistic_map([0], won, leads)
