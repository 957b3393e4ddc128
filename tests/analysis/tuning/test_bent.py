"""Limits on sums and points that fade: proposals are judged by the score that people really get."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rulesets import parse_ruleset
from analysis.rulesets.scoring import scores_of
from analysis.tuning import (
    Budget,
    constraints,
    fit_card,
    keep_volume,
    pattern_counts,
    recommend,
    structure_of,
    tune,
    tune_path,
    violations,
)
from analysis.tuning.bent import bent_bound

RULE = """
[[rule]]
id = "{id}"
label = {{ ja = "{id}", en = "{id}" }}
kind = "touch"
touch = "{id}"
points = {points}
axis = "{axis}"
"""


def ruleset_of(points, fading=(), groups=None, group_limits="", axis_limits=""):
    """Rules a, b, … of the given points; some fade, some share a group."""
    rules = []
    for number, each in enumerate(points):
        name = "abcdefghij"[number]
        text = RULE.format(id=name, points=each, axis="fit" if number == 0 else "engagement")
        text += "half_life_days = 10\nwithin_days = 30\n" if name in fading else ""
        group = (groups or {}).get(name)
        rules.append(text + (f'group = "{group}"\n' if group else ""))
    bands = "".join(
        f'[[band]]\nname = {{ ja = "{name}", en = "{name}" }}\nthreshold = {low}\n'
        for name, low in (("x", 4), ("y", 0))
    )
    head = 'id = "t"\nversion = 1\noutcome = "won"\nthreshold = 4\n'
    return parse_ruleset(head + "".join(rules) + group_limits + axis_limits + bands, "t")


GROUP = '[[group]]\nid = "g"\nlabel = { ja = "g", en = "g" }\nmin_points = -2\nmax_points = 4\n'
AXIS = "[axis.engagement]\nmax_points = 5\n"
SHAPES = {
    "group": {"groups": {"b": "g", "c": "g"}, "group_limits": GROUP},
    "axis": {"axis_limits": AXIS},
    "fading": {"fading": ("b", "d")},
    "all": {"fading": ("b",), "groups": {"b": "g", "c": "g"}, "group_limits": GROUP, "axis_limits": AXIS},
}


def company(ruleset, n_rows, seed, scale=0.5, n_periods=1):
    """Counts of leads whose wins follow the score of a ruleset."""
    generator = np.random.default_rng(seed)
    times = generator.integers(0, 3, (n_rows, len(ruleset.columns))) * (
        generator.random((n_rows, len(ruleset.columns))) < 0.5
    )
    times = np.minimum(times, [column.high for column in ruleset.columns])
    chance = 1 / (1 + np.exp(1 + scale * (2 - scores_of(ruleset, times))))
    n_leads = np.full(n_rows, 4.0)
    return pattern_counts(
        times,
        n_leads,
        generator.binomial(4, chance),
        period=generator.integers(0, n_periods, n_rows),
        rule_ids=tuple(column.id for column in ruleset.columns),
        structure=structure_of(ruleset),
    )


@pytest.mark.parametrize("shape", SHAPES)
@given(points=st.lists(st.integers(-7, 9), min_size=4, max_size=4), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_scores_are_those_of_the_ruleset(shape, points, seed):
    ruleset = ruleset_of([1, 2, 3, 4], **SHAPES[shape])
    counts = company(ruleset, 30, seed)
    changed = ruleset.with_points(dict(zip("abcd", points, strict=True)))
    assert not counts.is_linear
    assert counts.tuned_ids == ("a", "b", "c", "d")
    assert counts.scores(points).tolist() == scores_of(changed, counts.multiplicity.astype(np.int64)).tolist()


def test_points_that_simply_add_up_have_no_structure():
    ruleset = ruleset_of([1, 2, 3])
    assert structure_of(ruleset) is None
    assert company(ruleset, 20, 1).is_linear


@st.composite
def limited(draw):
    ruleset = ruleset_of([1, 2, 3, 2], **SHAPES[draw(st.sampled_from(sorted(SHAPES)))])
    counts = company(ruleset, 60, draw(st.integers(0, 50)), n_periods=2)
    today = np.array(draw(st.lists(st.integers(-2, 3), min_size=4, max_size=4)))
    limits = constraints(
        today,
        low=-2,
        high=3,
        is_locked=draw(st.sampled_from([False, np.array([False, True, False, False])])),
        max_changes=draw(st.sampled_from([None, 1, 2, 3])),
        max_rules=draw(st.sampled_from([None, None, 4, 3])) if np.count_nonzero(today) <= 3 else None,
        max_step=draw(st.sampled_from([None, 2])),
        volume=draw(st.sampled_from([None, None, keep_volume(counts, today, 3, 0.2)])),
    )
    return counts, limits


def best_of_all(counts, limits):
    ranges = [range(low, high + 1) for low, high in zip(limits.low, limits.high, strict=True)]
    possible = [np.array(card) for card in product(*ranges)]
    return min(fit_card(counts, card).mean_loss for card in possible if not violations(limits, card, counts))


@settings(max_examples=10)
@given(limited())
def test_limits_hold_and_the_best_card_is_found(problem):
    counts, limits = problem
    found = tune(counts, limits)
    assert violations(limits, found.points, counts) == ()
    assert found.certificate.kind == "proven"
    assert found.loss == pytest.approx(best_of_all(counts, limits), rel=1e-6)
    assert found.loss == pytest.approx(fit_card(counts, found.points).mean_loss, rel=1e-9)
    assert found.loss <= found.today_loss * (1 + 1e-9) or violations(limits, limits.today, counts)


def test_the_search_agrees_with_trying_all_cards():
    excess = []
    for shape, seed in product(SHAPES, range(2)):
        counts = company(ruleset_of([1, 2, 3, 4], **SHAPES[shape]), 100, seed)
        limits = constraints([3, -1, 0, 1], low=-2, high=4, max_changes=3)
        proven = tune(counts, limits)
        found = tune(counts, limits, with_proof=False)
        assert proven.certificate.kind == "proven"
        assert found.certificate.kind == "bounded"
        assert proven.loss >= found.loss * (1 - found.certificate.any_points_gap) * (1 - 1e-6)
        excess.append(found.loss / proven.loss - 1)
    # A search proves nothing: now and then it ends a hair above the best card.
    assert np.sum(np.array(excess) < 1e-6) >= len(excess) - 2
    assert max(excess) < 0.02


def test_wrong_points_under_a_limit_and_a_half_life_are_put_right():
    ruleset = ruleset_of([3, 6, 2, 0, 1, -2, 1, 1], fading=("b",), groups={"c": "g", "e": "g"}, group_limits=GROUP)
    counts = company(ruleset, 2500, 3, n_periods=6)
    true = np.array(list(ruleset.adjustable.values()))
    today = true.copy()
    today[[1, 3]] = 1, 4  # the one that fades is far too low, a useless one far too high
    found = tune(counts, constraints(today, low=-6, high=8, max_changes=2), with_proof=False)
    assert np.flatnonzero(found.points != today).tolist() == [1, 3]
    assert abs(found.points[1] - true[1]) <= 1
    assert abs(found.points[3]) <= 1
    advice = recommend(counts, constraints(today, low=-6, high=8), max_changes=2, with_yardsticks=False)
    assert advice.outcome == "change"
    assert np.sign(advice.points - today).tolist() == np.sign(true - today).tolist()


def test_a_path_is_never_worse_and_can_be_stopped(monkeypatch):
    ruleset = ruleset_of([1, 2, 3, 4], **SHAPES["all"])
    counts = company(ruleset, 300, 5)
    limits = constraints([3, -1, 0, 1], low=-4, high=6)
    whole = tune_path(counts, limits, effort="fast")
    assert all(np.diff([each.loss for each in whole]) < 0)
    monkeypatch.setattr("analysis.tuning.tuner.BENT_SAMPLE", 150)
    sampled = tune_path(counts, limits, effort="fast")
    assert sampled[-1].loss == pytest.approx(whole[-1].loss, rel=0.01)
    stopped = tune(counts, limits, budget=Budget(steps=1), with_proof=False)
    assert not stopped.is_complete
    assert stopped.loss <= stopped.today_loss


def test_no_bound_is_claimed_where_too_many_rules_share_a_limit(monkeypatch):
    ruleset = ruleset_of([1, 2, 3, 4], **SHAPES["axis"])
    counts = company(ruleset, 200, 1)
    assert bent_bound(counts).lower_bound > 0
    monkeypatch.setattr("analysis.tuning.bent.MAX_KINDS", 3)
    found = tune(counts, constraints([1, 1, 1, 1]), with_proof=False)
    assert (found.certificate.kind, found.certificate.gap) == ("unknown", 1.0)


def test_the_bound_needs_a_structure():
    with pytest.raises(ValueError, match="simply add up"):
        bent_bound(company(ruleset_of([3, 4]), 20, 1))
