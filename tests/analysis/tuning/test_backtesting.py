import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from analysis.tuning import backtest, constraints, fit_card
from analysis.tuning.backtesting import lead_losses, weighted_auc
from tests.analysis.tuning.companies import TODAY, as_leads, company


@pytest.fixture(scope="module")
def proof():
    return backtest(company(8000, 5, n_periods=5), constraints(TODAY, low=-6, high=6), max_changes=2)


def test_every_later_period_is_scored_by_every_method(proof):
    assert proof.n_windows == 3
    assert sorted(proof.windows["period"].unique()) == [2, 3, 4]
    assert proof.methods["method"].tolist() == ["changes_0", "changes_1", "changes_2", "logistic", "boosting"]
    assert proof.methods["n_changes"].isna().tolist() == [False] * 3 + [True] * 2


def test_right_changes_gain_on_later_deals(proof):
    methods = proof.methods.set_index("method")
    assert methods["gain"]["changes_0"] == 0
    assert methods["gain_low"]["changes_2"] > methods["gain"]["changes_1"] > 0
    assert methods["n_windows_better"]["changes_2"] == 3
    assert methods["auc"]["changes_2"] > methods["auc"]["changes_0"]


def test_nothing_of_the_tested_period_is_learned(proof):
    counts = company(8000, 5, n_periods=5)
    spoiled = counts.reweighted(
        counts.n_leads, np.where(counts.period >= 3, counts.n_leads - counts.n_won, counts.n_won)
    )
    other = backtest(spoiled, constraints(TODAY, low=-6, high=6), max_changes=2, with_yardsticks=False)
    for n_changes in range(3):
        assert proof.points[2, n_changes].tolist() == other.points[2, n_changes].tolist()
        assert proof.points[3, n_changes].tolist() == other.points[3, n_changes].tolist()


def test_pairs_are_paired(proof):
    pairs = proof.pairs.set_index(["n_changes", "other"])
    assert pairs.loc[(1, 1), "gain_se"] == pytest.approx(0, abs=1e-6)
    assert pairs.loc[(2, 0), "gain"] == pytest.approx(-pairs.loc[(0, 2), "gain"])
    assert pairs.loc[(2, 0), "gain"] == pytest.approx(proof.methods.set_index("method")["gain"]["changes_2"])


def test_a_gap_is_not_learned_from():
    counts = company(6000, 5, n_periods=5)
    proof = backtest(counts, constraints(TODAY), max_changes=1, n_gap=1, with_yardsticks=False)
    assert sorted(proof.windows["period"].unique()) == [3, 4]


def test_too_little_to_test_gives_no_window():
    proof = backtest(company(300, 1, n_periods=2), constraints(TODAY), max_changes=1)
    assert proof.n_windows == 0
    assert proof.windows.empty


def test_losses_and_auc_are_those_of_single_leads():
    counts = company(1200, 4, n_periods=1)
    scores = counts.scores(TODAY).astype(float)
    fit = fit_card(counts, TODAY)
    won, lost = lead_losses(counts, fit.scale * scores)
    total = counts.n_won @ won + (counts.n_leads - counts.n_won) @ lost
    _, outcome, weight, _ = as_leads(counts)
    both = np.concatenate([scores, scores])
    p = 1 / (1 + np.exp(-(fit.scale * both + fit.intercepts[0])))
    assert total == pytest.approx(log_loss(outcome, p, sample_weight=weight) * weight.sum(), rel=1e-6)
    assert weighted_auc(counts, scores) == pytest.approx(roc_auc_score(outcome, both, sample_weight=weight))
