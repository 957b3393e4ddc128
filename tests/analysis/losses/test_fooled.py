"""Points that fooled us: planted ones are found, others are not, and each list is the number above it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from analysis.losses.fooled import LIMITS, carried_by, fooled, of_level, rule_points, small_touches
from analysis.rulesets.predicates import OutsideScore

from .made_cases import POINTS, Truth, made_cases

N_SEEDS = 60
WRONG = Truth(intercept=-2.0, per_point=0.35, wrong=(("white_paper", -1.1), ("visit", 1.0)))


@pytest.fixture(scope="module")
def planted():
    return [fooled(made_cases(seed, 3_000, WRONG).cases) for seed in range(N_SEEDS)]


def test_planted_rules_come_out_at_both_ends(planted):
    ends = [(found.rules["rule_id"].iloc[0], found.rules["rule_id"].iloc[-1]) for found in planted]
    assert ends.count(("white_paper", "visit")) >= binom.ppf(0.005, N_SEEDS, 0.95)
    clear = [set(found.rules.loc[found.rules["is_clear"], "rule_id"]) for found in planted]
    assert sum({"white_paper", "visit"} <= each for each in clear) >= binom.ppf(0.005, N_SEEDS, 0.95)


def test_points_that_keep_their_promise_fool_nobody():
    truth = Truth(intercept=-2.0, per_point=0.35)
    found = [fooled(made_cases(seed, 2_000, truth).cases) for seed in range(100)]
    for table in ("rules", "alone"):
        claims = [bool(getattr(each, table)["is_clear"].any()) for each in found]
        assert sum(claims) <= binom.ppf(0.995, 100, 0.05)


def test_on_the_whole_a_good_rule_is_rarer_among_losers():
    found = fooled(made_cases(1, 20_000, Truth(intercept=-2.0, per_point=0.35)).cases)
    rules = found.rules.set_index("rule_id")
    assert (rules.loc[["inquiry", "seminar"], "high"] < 0).all()


def test_points_by_rule_add_up_to_the_score_with_limits():
    made = made_cases(1, 500, Truth()).cases
    names, points = rule_points(made)
    assert names == tuple(POINTS)
    assert (points.sum(axis=1) == made.table["score"]).all()
    limited = replace(made, table=made.table.assign(score=np.minimum(made.table["score"], 5)))
    names, points = rule_points(limited)
    assert names[-1] == LIMITS
    assert (points.sum(axis=1) == limited.table["score"]).all()


def test_carried_by_one_rule_is_what_taking_each_rule_away_says():
    made = made_cases(4, 2_000, Truth()).cases
    _, points = rule_points(made)
    score = made.table["score"].to_numpy()
    needed = [(number, score - points[:, number] < 4) for number in range(len(POINTS))]
    for row, found in enumerate(carried_by(made)):
        rules = [number for number, without in needed if without[row]] if score[row] >= 4 else []
        assert found == (rules[0] if len(rules) == 1 else -1)


def many_small(cases, cap=12):
    """Let visits count often."""
    draw = np.random.default_rng(9)
    rules = tuple(replace(rule, cap=cap) if rule.id == "visit" else rule for rule in cases.ruleset.rules)
    hits = cases.multiplicity.copy()
    hits[:, list(POINTS).index("visit")] = draw.integers(0, cap + 1, len(hits))
    ruleset = replace(cases.ruleset, rules=rules)
    score = hits @ ruleset.points
    table = cases.table.assign(score=score, is_high=score >= ruleset.threshold)
    return replace(cases, ruleset=ruleset, multiplicity=hits, table=table)


def test_small_touches_are_held_against_the_same_score_made_otherwise():
    cases = many_small(made_cases(2, 8_000, Truth()).cases)
    n_touches, share = small_touches(cases)
    place = list(POINTS).index("visit")
    assert (n_touches == cases.multiplicity[:, place]).all()
    high = cases.is_account
    assert share[high] == pytest.approx((cases.multiplicity[:, place] / cases.table["score"])[high])
    # The visits are worth nothing: who is high because of them wins less.
    draw = np.random.default_rng(3)
    worth = cases.table["score"] - cases.multiplicity[:, place]
    won = draw.random(len(worth)) < 1 / (1 + np.exp(2.2 - 0.5 * worth))
    found = fooled(replace(cases, table=cases.table.assign(is_won=won)))
    small = found.small.set_index("level")
    assert small.loc["half", "is_clear"]
    assert small.loc["half", "difference"] < 0 < small.loc["none", "difference"]
    assert found.small_rules == ("visit",)
    assert small["n_leads"].drop("many").sum() == found.n_high
    for level, row in small.iterrows():
        assert of_level(cases, level).sum() == row["n_leads"]


def test_too_few_and_scores_of_other_tools_are_not_compared():
    few = made_cases(1, 60, Truth(intercept=-5.0)).cases
    assert fooled(few).status == "too_few"
    made = made_cases(1, 2_000, Truth()).cases
    rule = replace(made.ruleset.rules[0], predicate=OutsideScore(scorer="x", axes=("fit",), scale=1, low=0, high=9))
    outside = replace(made, ruleset=replace(made.ruleset, rules=(rule,)))
    found = fooled(outside)
    assert found.status == "no_rules"
    assert found.rules.empty
