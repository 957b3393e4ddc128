from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from analysis.tuning import pattern_counts
from analysis.yardstick import area_interval, counts_by_quarter, order, quarter_start, rolling_folds, yardstick
from tests.analysis.tuning.companies import TODAY, TRUE_POINTS, company


def points(values, outside=None):
    return SimpleNamespace(points=np.array(values), base=0, groups=(), axis_limits=(), outside=outside)


@pytest.fixture(scope="module")
def tested():
    counts = company(12_000, 5)
    return counts, rolling_folds(counts, n_gap=2)


def test_wrong_points_are_the_limit(tested):
    result = yardstick(*tested, points(TODAY))
    assert result.limit == "points"
    assert result.difference_low > 0
    assert result.auc_best == pytest.approx(result.auc_points + result.difference)


def test_right_points_are_nearly_as_good_as_the_facts_allow(tested):
    result = yardstick(*tested, points(TRUE_POINTS))
    assert result.limit == "near"
    assert result.difference_low < 0.01
    assert result.points_low < result.auc_points < result.points_high


def test_outcomes_that_do_not_depend_on_the_facts_show_nothing():
    counts = company(6000, 6)
    n_leads = counts.n_leads
    won = np.random.default_rng(0).binomial(n_leads.astype(int), 0.1).astype(float)
    shuffled = counts.reweighted(n_leads, won)
    result = yardstick(shuffled, rolling_folds(shuffled, 1), points(TRUE_POINTS))
    assert result.limit in ("nothing", "data")
    assert result.best_low < 0.5 < result.best_high + 0.03


def test_a_quarter_is_tested_by_the_quarters_decided_before_it(tested):
    counts, folds = tested
    assert [fold.period for fold in folds] == [4, 5, 6, 7]
    assert [fold.n_past for fold in folds] == [2, 3, 4, 5]
    later = counts.reweighted(counts.n_leads, np.where(counts.period == 7, 0.0, counts.n_won))
    fold = rolling_folds(later, 2)[0]
    assert fold.models["logistic"].area == folds[0].models["logistic"].area


def test_areas_are_those_of_sklearn_on_rows(tested):
    counts, folds = tested
    result = yardstick(counts, folds, points(TODAY))
    for fold, row in zip(folds, result.folds.itertuples(), strict=True):
        past, test = counts.period < fold.n_past, fold.rows
        outcome, weight = np.repeat([1, 0], len(test)), np.concatenate([fold.n_won, fold.n_lost])
        score = counts.multiplicity[test].astype(int) @ TODAY
        assert row.auc_points == pytest.approx(roc_auc_score(outcome, np.tile(score, 2), sample_weight=weight))
        won, lost = counts.n_won[past], (counts.n_leads - counts.n_won)[past]
        design = counts.multiplicity[past].astype(float)
        model = LogisticRegression(C=1e4 / (won + lost).sum(), solver="newton-cholesky").fit(
            np.vstack([design, design]), np.repeat([1, 0], len(won)), sample_weight=np.concatenate([won, lost])
        )
        said = model.decision_function(counts.multiplicity[test].astype(float))
        assert row.auc_logistic == pytest.approx(
            roc_auc_score(outcome, np.tile(said, 2), sample_weight=weight), abs=0.003
        )


def test_probabilities_come_from_the_past_alone(tested):
    counts, folds = tested
    result = yardstick(counts, folds[:1], points(TODAY))
    score = (counts.multiplicity.astype(int) @ TODAY).astype(float)
    past, test = counts.period < 2, counts.period == 4
    won, lost = counts.n_won, counts.n_leads - counts.n_won
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(
        np.tile(score[past], 2).reshape(-1, 1),
        np.repeat([1, 0], past.sum()),
        sample_weight=np.concatenate([won[past], lost[past]]),
    )
    p = model.predict_proba(score[test].reshape(-1, 1))[:, 1]
    expected = brier_score_loss(
        np.repeat([1, 0], test.sum()), np.tile(p, 2), sample_weight=np.concatenate([won[test], lost[test]])
    )
    assert result.brier.score == pytest.approx(expected, abs=1e-5)
    assert result.brier.n_leads == round(counts.n_leads[test].sum())


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=9
)  # two scores, won, lost


@given(ROWS)
def test_paired_difference_is_that_of_delong_pair_by_pair(rows):
    first, second, won, lost = np.array(rows, dtype=float).T
    assume(won.sum() > 1 and lost.sum() > 1)
    orders = [order(values, won, lost) for values in (first, second)]
    value, variance = area_interval(*orders, won, lost)

    def pairs(values):
        x, y = np.repeat(values, won.astype(int)), np.repeat(values, lost.astype(int))
        return (x[:, None] > y) + 0.5 * (x[:, None] == y)

    gap = pairs(first) - pairs(second)
    expected = gap.mean(axis=1).var(ddof=1) / won.sum() + gap.mean(axis=0).var(ddof=1) / lost.sum()
    assert value == pytest.approx(gap.mean(), abs=1e-12)
    assert variance == pytest.approx(expected, abs=1e-12)


def test_the_interval_of_a_difference_covers():
    rng = np.random.default_rng(8)
    # Two scores, each a noisy copy of the same chance; their true areas are equal.
    hits = []
    for _ in range(300):
        logit = rng.normal(size=300)
        scores = [np.round(2 * (logit + rng.normal(size=300))) for _ in range(2)]
        won = (rng.random(300) < 1 / (1 + np.exp(1 - logit))).astype(float)
        value, variance = area_interval(*(order(each, won, 1 - won) for each in scores), won, 1 - won)
        hits.append(abs(value) <= 1.96 * np.sqrt(variance))
    assert 0.92 <= np.mean(hits) <= 0.98


def test_too_few_wins_and_facts_nobody_knows():
    counts = pattern_counts([[0], [1]], [50, 50], [1, 2], period=[0, 4])
    assert yardstick(counts, rolling_folds(counts, 2), points([1])).limit == "too_few"
    result = yardstick(counts, (), points([1], outside=object()))
    assert result.limit == "no_facts"
    assert result.brier is None
    assert result.folds.empty


def decisions(months, outcomes):
    return SimpleNamespace(
        rule_ids=("a", "b"),
        multiplicity=np.array([[0, 1], [2, 0]]),
        pattern_no=np.arange(len(months)) % 2,
        decided_month=np.array(months, dtype=np.int32),
        is_mature=np.array([outcome is not None for outcome in outcomes]),
        is_won=np.array([outcome == 1 for outcome in outcomes]),
    )


def test_quarters_are_counted_from_the_first_mature_decision():
    counts = counts_by_quarter(decisions([600, 601, 602, 603, 610, 620], [1, 0, 1, 0, 1, None]))
    table = sorted(zip(counts.period.tolist(), counts.multiplicity.tolist(), counts.n_leads, counts.n_won, strict=True))
    assert quarter_start(decisions([600, 610], [1, 1]), 1) == pd.Timestamp("2020-04-01")
    assert table == [(0, [0, 1], 2, 2), (0, [2, 0], 1, 0), (1, [2, 0], 1, 0), (3, [0, 1], 1, 1)]


def test_old_quarters_share_the_first_period():
    counts = counts_by_quarter(decisions([0, 300, 598, 600], [1, 1, 0, 0]))
    assert sorted(set(counts.period.tolist())) == [0, 10, 11]


def test_nothing_mature_is_refused():
    with pytest.raises(ValueError, match="old enough"):
        counts_by_quarter(decisions([600], [None]))
