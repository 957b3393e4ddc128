import numpy as np
import pytest

from analysis.tuning import pattern_counts, rule_periods, rule_stability


@pytest.fixture(scope="module")
def counts():
    """Rule 0 is steady, 1 changes its sign half-way, 2 tells the date, 3 repeats rule 0."""
    generator = np.random.default_rng(0)
    n = 24_000
    period = np.arange(n) * 6 // n
    times = (generator.random((n, 4)) < 0.4).astype(int)
    times[:, 2] = generator.random(n) < np.where(period < 3, 0.1, 0.8)
    times[:, 3] = np.where(generator.random(n) < 0.95, times[:, 0], 1 - times[:, 0])
    logit = -2 + times[:, 0] + np.where(period < 4, 0.8, -0.8) * times[:, 1]
    won = generator.random(n) < 1 / (1 + np.exp(-logit))
    return pattern_counts(times, np.ones(n), won, period=period, rule_ids=("a", "b", "c", "d"))


def test_a_flip_is_shown_as_a_flip(counts):
    table = rule_stability(counts).set_index("rule_id")
    assert table["n_flips"].to_dict() == {"a": 0, "b": 2, "c": 0, "d": 0}
    assert table["is_effect_moving"].to_dict() == {"a": False, "b": True, "c": False, "d": False}
    assert table["n_periods"].eq(6).all()


def test_a_rule_that_tells_the_date_is_flagged(counts):
    table = rule_stability(counts).set_index("rule_id")
    assert table["is_calendar"].to_dict() == {"a": False, "b": False, "c": True, "d": False}
    assert table["calendar_share"]["c"] == pytest.approx(0.35**2 / (0.45 * 0.55), abs=0.03)


def test_rules_that_go_together_are_named_together(counts):
    assert rule_stability(counts)["alike"].tolist() == [("d",), (), (), ("a",)]


def test_effects_by_period_are_near_the_truth(counts):
    table = rule_periods(counts).set_index(["rule_id", "period"])
    assert table.loc["b", "effect"].to_numpy() == pytest.approx([0.8] * 4 + [-0.8] * 2, abs=0.4)
    assert table.loc["c", "share"].to_numpy() == pytest.approx([0.1] * 3 + [0.8] * 3, abs=0.03)


def test_one_period_is_no_history():
    table = rule_stability(pattern_counts([[0], [1]], [100, 100], [10, 40]))
    assert table["effect_chance"].tolist() == [1.0]
    assert not table["is_effect_moving"].any()
