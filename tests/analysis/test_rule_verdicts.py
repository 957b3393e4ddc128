"""One verdict per rule: made of the evidence alone, and the same for a rule and its tiers."""

from itertools import product

import numpy as np
import pytest

from analysis.patterns import GROUPS, PatternTable, count_patterns
from analysis.rule_verdicts import rule_verdicts, verdicts_by_points
from analysis.rulesets import parse_ruleset
from analysis.tuning import counts_of_periods
from analysis.workbench import Bench, pooled

RULES = """
id = "small"
version = 1
threshold = 1

[[rule]]
id = "good"
kind = "touch"
touch = "seminar"
points = 2

[[rule]]
id = "tiered"
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 2 }]

[[rule]]
id = "also"
kind = "touch"
touch = "inquiry"
points = 2

[[rule]]
id = "useless"
kind = "touch"
touch = "white_paper"
points = 2

[[rule]]
id = "wrong"
kind = "touch"
touch = "golf"
points = 2

[[band]]
name = "all"
"""

RULESET = parse_ruleset(RULES, "t")
OUTCOME = dict(zip(GROUPS, np.eye(len(GROUPS), dtype=np.int64), strict=True))
WORTH = np.array([1.0, 0.5, 1.0, 1.0, 0.0, -1.0])
"""What each column (the tiers have two) adds to the logit: half a logit is a point."""


def quarter(seed: int, intercept: float, n: int = 30) -> PatternTable:
    """Counts of every pattern, so many leads each, whose wins follow the worth of the columns."""
    generator = np.random.default_rng(seed)
    tiers = ((0, 0), (1, 0), (0, 1))
    grid = np.array([[a, *tier, b, c, d] for a, tier, b, c, d in product((0, 1), tiers, *[(0, 1)] * 3)])
    chance = 1 / (1 + np.exp(-(intercept + grid @ WORTH)))
    won = generator.binomial(n, chance)
    table = count_patterns(
        RULESET,
        np.vstack([grid, grid]),
        np.zeros((2 * len(grid), 0), dtype=bool),
        np.vstack([won[:, None] * OUTCOME["won"], (n - won)[:, None] * OUTCOME["not_won"]]),
    )
    assert table.counts["n_mature"].sum() == n * len(grid)
    return table


def decisions(n: int) -> Bench:
    tables = [quarter(seed, intercept, n) for seed, intercept in enumerate((-2.0, -1.0, -2.5, -1.5))]
    return Bench(patterns=pooled(tables), quarters=tuple(tables), counts=counts_of_periods(tables))


@pytest.fixture(scope="module")
def verdicts():
    return rule_verdicts(decisions(60), RULESET, n_resamples=60)


def test_rules_get_the_verdict_their_worth_deserves(verdicts):
    found = verdicts.set_index("rule_id")
    assert found["verdict"].to_dict() == {
        "good": "keep",
        "tiered": "keep",
        "also": "keep",
        "useless": "drop",
        "wrong": "drop",
    }
    assert found["reason"].to_dict()["wrong"] == "opposite"
    assert found["suggested"].to_dict() == {"good": 2, "tiered": 2, "also": 2, "useless": 0, "wrong": 0}
    assert found["evidence"].to_numpy() == pytest.approx([2, 2, 2, 0, -2], abs=0.5)


def test_a_tier_has_the_verdict_of_its_rule_and_its_part_of_the_evidence(verdicts):
    table = verdicts_by_points(verdicts, RULESET)
    assert list(table.index) == list(RULESET.adjustable)
    assert table["points"].tolist() == [2, 1, 2, 2, 2, 2]
    rule = verdicts.set_index("rule_id").loc["tiered"]
    for name, share in (("tiered[1]", 0.5), ("tiered[3]", 1.0)):
        assert table.loc[name, "verdict"] == rule["verdict"]
        assert table.loc[name, "evidence"] == pytest.approx(rule["evidence"] * share)
        assert table.loc[name, "evidence_high"] == pytest.approx(rule["evidence_high"] * share)


def test_few_leads_ask_for_no_change():
    few = quarter(1, -1.0, 1)
    bench = Bench(patterns=pooled([few]), quarters=(few,), counts=counts_of_periods([few]))
    found = rule_verdicts(bench, RULESET, n_resamples=20)
    assert set(found["verdict"]) == {"not_enough"}
    assert set(found["reason"]) <= {"few_hits", "no_scale"}


def test_a_rule_whose_field_nobody_filled_in_is_not_called_dead():
    empty = RULESET.with_points({})
    table = quarter(1, -1.0)
    silent = PatternTable(
        rule_ids=table.rule_ids,
        gate_ids=table.gate_ids,
        multiplicity=table.multiplicity * np.array([1, 1, 1, 1, 1, 0]),
        gated=table.gated,
        counts=table.counts,
    )
    bench = Bench(patterns=pooled([silent]), quarters=(silent,), counts=counts_of_periods([silent]))
    known = rule_verdicts(bench, empty, n_resamples=5).set_index("rule_id")
    unknown = rule_verdicts(bench, empty, {"wrong": "employees"}, n_resamples=5).set_index("rule_id")
    assert (known.loc["wrong", "verdict"], known.loc["wrong", "reason"]) == ("drop", "never_fires")
    assert (unknown.loc["wrong", "verdict"], unknown.loc["wrong", "reason"]) == ("not_enough", "field_unknown")


def test_points_that_measure_nothing_put_no_effect_into_points():
    turned = RULESET.with_points({"good": -2, "also": -2})
    found = rule_verdicts(decisions(20), turned, n_resamples=20)
    assert set(found["verdict"]) == {"not_enough"}
    assert set(found["reason"]) == {"no_scale"}
