"""The test on later quarters, against scikit-learn on one row per lead."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from analysis.rolling import histogram, out_of_time, predictions


def leads(seed=0, n=4000, scale=0.25, shift=0.0):
    rng = np.random.default_rng(seed)
    quarter, score = rng.integers(220, 226, n), rng.integers(-3, 15, n)
    logit = -3 + scale * score + shift * (quarter >= 224)
    return quarter, score, rng.random(n) < 1 / (1 + np.exp(-logit))


def test_agrees_with_scikit_learn_on_rows():
    quarter, score, won = leads()
    found = out_of_time(*histogram(quarter, score, won), horizon_days=180)
    assert [f"{each:%Y-%m}" for each in found["quarter"]] == ["2025-10", "2026-01", "2026-04"]
    for row, number in zip(found.itertuples(), (223, 224, 225), strict=True):
        past, now = quarter < number - 2, quarter == number
        model = LogisticRegression(C=np.inf, tol=1e-10).fit(score[past, None], won[past])
        p = model.predict_proba(score[now, None])[:, 1]
        assert row.n_train == past.sum()
        assert row.n_predicted == pytest.approx(p.sum(), rel=1e-4)
        assert row.log_loss == pytest.approx(log_loss(won[now], p), rel=1e-4)
        assert row.brier == pytest.approx(brier_score_loss(won[now], p), rel=1e-4)
        assert row.base_brier == pytest.approx(brier_score_loss(won[now], np.full(now.sum(), won[past].mean())))
        assert row.auc == pytest.approx(roc_auc_score(won[now], score[now]))
        assert row.skill > 0


def test_only_what_was_known_when_the_quarter_began_is_learned_from():
    quarter, score, won = leads()
    before = predictions(*histogram(quarter, score, won), horizon_days=180)
    later = quarter >= 222
    won_otherwise = np.where(later, ~won, won)
    after = predictions(*histogram(quarter, score, won_otherwise), horizon_days=180)
    assert before[0].quarter == pd.Timestamp("2025-10-01")
    assert before[0].logits == pytest.approx(after[0].logits)


def test_a_world_that_changed_shows():
    quarter, score, won = leads(n=12000, shift=-0.8)
    found = out_of_time(*histogram(quarter, score, won), horizon_days=180)
    assert (found["ratio_high"] < 1).tolist() == [False, True, True]


def test_the_ratio_covers_in_a_steady_world():
    rows = [out_of_time(*histogram(*leads(seed, n=3000)), horizon_days=90) for seed in range(150)]
    first = pd.concat([each.head(1) for each in rows])
    n_held = ((first["ratio_low"] <= 1) & (first["ratio_high"] >= 1)).sum()
    assert binom.ppf(0.005, 150, 0.95) <= n_held <= binom.ppf(0.999, 150, 0.95)


def test_the_curve_is_as_uncertain_as_its_information_says():
    quarter, score, won = leads()
    past = predictions(*histogram(quarter, score, won), horizon_days=180)[-1]
    rows = np.column_stack([np.ones((quarter < 223).sum()), score[quarter < 223]])
    p = 1 / (1 + np.exp(-past.logits[rows[:, 1].astype(int) + 3]))
    assert past.covariance == pytest.approx(np.linalg.inv(rows.T @ (rows * (p * (1 - p))[:, None])), rel=1e-6)


def test_a_short_history_is_not_tested():
    quarter, score, won = leads(n=60)
    assert out_of_time(*histogram(quarter, score, won & False), horizon_days=180).empty
    nothing = np.zeros(0, dtype=np.int64)
    assert out_of_time(*histogram(nothing, nothing, nothing.astype(bool)), horizon_days=180).empty
