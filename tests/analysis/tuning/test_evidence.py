import numpy as np
import pandas as pd
import pytest

from analysis.tuning import evidence as evidence_module
from analysis.tuning import pattern_counts, rule_evidence
from analysis.tuning.evidence import points_scale
from tests.analysis.tuning.companies import TODAY, TRUE_POINTS, USELESS, WRONG, company


@pytest.fixture(scope="module")
def evidence():
    return rule_evidence(company(20_000, 11), TODAY, n_resamples=60)


def test_intervals_exclude_wrong_points_and_include_right_ones(evidence):
    today = np.asarray(TODAY)
    includes = (evidence["points_low"] - 0.5 <= today) & (today <= evidence["points_high"] + 0.5)
    assert set(np.flatnonzero(~includes)) == set(WRONG)
    assert evidence["is_enough"].all()


def test_points_come_on_todays_scale(evidence):
    assert evidence["points"].to_numpy() == pytest.approx(TRUE_POINTS, abs=1)
    assert (evidence["points_low"] <= evidence["points"]).all()
    assert (evidence["points"] <= evidence["points_high"]).all()
    assert evidence["p_moved"][USELESS] == 1


def test_the_raw_lift_stands_beside_the_partial_effect(evidence):
    # The useless rule looks useful on its own: it goes with the interest that others measure.
    assert evidence["lift"][USELESS] > 1.2
    assert abs(evidence["points"][USELESS]) < 0.6
    assert evidence["win_low"].lt(evidence["win_rate"]).all()


def test_the_same_seed_gives_the_same_intervals():
    counts = company(1500, 2)
    done = []
    first, second = (rule_evidence(counts, TODAY, n_resamples=5, progress=done.append) for _ in range(2))
    assert first.equals(second)
    assert done[-1] == 1.0


def test_heavier_weights_mean_wider_intervals():
    counts = company(4000, 3)
    plain, heavy = (rule_evidence(counts, TODAY, n_resamples=80, mean_weight=weight) for weight in (1.0, 4.0))
    width = [(each["points_high"] - each["points_low"]).median() for each in (plain, heavy)]
    assert 1.5 < width[1] / width[0] < 2.8


@pytest.mark.parametrize("mean_weight", [1.0, 2.0])
def test_many_patterns_have_the_intervals_that_resamples_tend_to(monkeypatch, mean_weight):
    counts = company(20_000, 5)
    fitted = rule_evidence(counts, TODAY, n_resamples=300, mean_weight=mean_weight)
    monkeypatch.setattr(evidence_module, "MANY_PATTERNS", 0)
    drawn = rule_evidence(counts, TODAY, n_resamples=300, mean_weight=mean_weight)
    assert not fitted["points_low"].equals(drawn["points_low"])
    width = (fitted["points_high"] - fitted["points_low"]).to_numpy()
    for end in ("points_low", "points_high"):
        assert np.abs(fitted[end] - drawn[end]).to_numpy() / width == pytest.approx(0, abs=0.2)
    assert (drawn["points_high"] - drawn["points_low"]).to_numpy() / width == pytest.approx(1, abs=0.25)
    assert np.median((drawn["points_high"] - drawn["points_low"]).to_numpy() / width) == pytest.approx(1, abs=0.06)
    pd.testing.assert_frame_equal(
        fitted.filter(regex="^(?!points_|p_moved)"), drawn.filter(regex="^(?!points_|p_moved)")
    )


def test_few_leads_are_not_enough():
    found = rule_evidence(company(300, 1), TODAY, n_resamples=40)
    width = found["points_high"] - found["points_low"]
    assert (~found["is_enough"] | (width > 4)).sum() >= 7


def test_a_rule_that_never_counts_is_not_judged():
    counts = pattern_counts([[0, 0], [1, 0]], [500, 500], [50, 150])
    table = rule_evidence(counts, [1, 2], n_resamples=20)
    assert table["is_enough"].tolist() == [True, False]
    assert np.isnan(table["win_rate"][1])


def test_a_few_wrong_points_do_not_move_the_scale():
    points = np.array([1, 2, 3, 4, 3, 5])
    weights = 0.5 * points.astype(float)
    weights[4:] = 0, -2.5
    assert points_scale(weights, np.full(6, 0.05), points) == pytest.approx(0.5)
    assert points_scale(-weights, np.full(6, 0.05), points) == 0
    assert points_scale(weights, np.full(6, 0.05), np.zeros(6, dtype=int)) == 0
