"""How much work a calibration is once the rule patterns are known, beside scikit-learn on the rows in the same run.

    LEADCAL_BENCH_LEADS=1000000 pytest tests/benches/test_calibration_bench.py --benchmark-enable -s

Figures are CPU seconds, which a busy machine hardly changes. scikit-learn gets scores and
outcomes lead by lead, already in memory; both sides answer the same questions, and the
answers are checked to be the same before they are timed.
"""

import os
import sys
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from analysis.brier import decompose_brier
from analysis.calibration import calibrate
from analysis.gains import capture_at, gains_curve, separation
from analysis.reliability import reliability
from analysis.selection import Selection
from analysis.tuning import pattern_counts
from analysis.verdict import verdict
from analysis.yardstick import rolling_folds, yardstick
from tests.benches.clock import cpu_seconds

N_LEADS = int(os.environ.get("LEADCAL_BENCH_LEADS", "5000"))
N_RULES = 17
SELECTION = Selection(as_of=datetime(2026, 3, 31))
BANDS = tuple(SimpleNamespace(name_ja=name, name_en=name, threshold=start) for name, start in (("a", 0), ("b", 10)))
RULESET = SimpleNamespace(bands=BANDS, threshold=10)


@pytest.fixture(scope="module")
def leads():
    rng = np.random.default_rng(0)
    fired = (rng.random((N_LEADS, N_RULES)) < rng.uniform(0.05, 0.4, N_RULES)).astype(np.uint8)
    points = rng.integers(-2, 6, N_RULES)
    scores = fired.astype(np.int64) @ points
    won = rng.random(N_LEADS) < 1 / (1 + np.exp(3.5 - 0.18 * scores))
    return fired, points, scores, won


@pytest.fixture(scope="module")
def counts(leads):
    fired, points, _, won = leads
    period = np.arange(len(won)) * 8 // len(won)
    return pattern_counts(fired, np.ones(len(won)), won.astype(float), period=period), points


def ours(counts, points):
    """From rule patterns to everything the page says of the score."""
    scores = counts.scores(points)
    distinct, place = np.unique(scores, return_inverse=True)
    table = pd.DataFrame({"score": distinct})
    table["n_mature"] = np.bincount(place, counts.n_leads).astype(np.int64)
    table["n_won"] = np.bincount(place, counts.n_won).astype(np.int64)
    result = calibrate(table.assign(n_immature=0, n_already_decided=0, n_standing=0), RULESET)
    curve = reliability(result)
    fitted = curve.curve
    return {
        "auc": result.ranking.auc,
        "ks": separation(result.scores).ks,
        "brier": decompose_brier(fitted["p_smooth"], fitted["n_won"], fitted["n_mature"]).score,
        "steps": fitted["p_steps"].to_numpy(),
        "gains": gains_curve(result.scores)["win_share"].to_numpy(),
        "capture": capture_at(result.scores, len(scores) // 3 + 1),
        "verdict": verdict(result, SELECTION),
    }


def theirs(scores, won):
    """The same questions, asked of rows; without any interval or band."""
    fpr, tpr, _ = roc_curve(won, scores, drop_intermediate=False)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(scores.reshape(-1, 1), won)
    isotonic = IsotonicRegression().fit(scores, won)
    return {
        "auc": roc_auc_score(won, scores),
        "ks": np.abs(tpr - fpr).max(),
        "brier": brier_score_loss(won, model.predict_proba(scores.reshape(-1, 1))[:, 1]),
        "steps": isotonic.predict(np.unique(scores)),
        "gains": tpr[1:],
    }


def test_calibration_against_sklearn_on_rows(benchmark, leads, counts):
    _, _, scores, won = leads
    found = benchmark(ours, *counts)
    for name, expected in theirs(scores, won).items():
        assert found[name] == pytest.approx(expected, abs=1e-4), name
    if benchmark.enabled:
        mine, rows = cpu_seconds(lambda: ours(*counts), 3), cpu_seconds(lambda: theirs(scores, won), 3)
        sys.stderr.write(f"\ncalibration: {mine:.3f} CPU s, sklearn on rows {rows:.3f}, ratio {rows / mine:.1f}\n")


def test_points_beside_known_models(benchmark, counts):
    table, points = counts
    ruleset = SimpleNamespace(points=points, base=0, groups=(), axis_limits=(), outside=None)
    folds = rolling_folds(table, n_gap=2)
    found = benchmark(yardstick, table, folds, ruleset)
    assert 0.5 < found.auc_points < 1
    if benchmark.enabled:
        sys.stderr.write(f"\nyardstick: {cpu_seconds(lambda: yardstick(table, folds, ruleset), 3):.3f} CPU s\n")
