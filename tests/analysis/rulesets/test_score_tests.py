import pytest

from analysis.rulesets import RulesetError, parse_ruleset, release, run_score_tests, score_described
from data.workspace import Workspace
from tests.analysis.rulesets.test_errors import GOOD

TESTS = """
[[test]]
id = "order"
higher = { employees = 1200, touches = [{ touch = "seminar" }] }
lower = { employees = 60 }
[[test]]
id = "score"
lead = { employees = 1000, opt_out = "email" }
score = 2
band = "Cold"
is_gated = true
"""


def outcome(text):
    return [
        (result.test.id, result.is_passed, tuple(map(str, result.failures)))
        for result in run_score_tests(parse_ruleset(text))
    ]


def test_examples_pass_when_the_points_agree():
    assert outcome(GOOD + TESTS) == [("order", True, ()), ("score", True, ())]
    first, second = run_score_tests(parse_ruleset(GOOD + TESTS))
    assert [found.score for found in first.scores] == [5, 0]
    assert [(line.rule_id, line.points, line.value) for line in second.scores[0].lines] == [("large", 2, "1000")]


def test_each_failure_is_a_sentence():
    text = GOOD + TESTS.replace("score = 2", "score = 3").replace('band = "Cold"', 'band = "Hot"\ngrade = "A1"')
    text = text.replace("employees = 60", "employees = 5000, touches = [{ touch = 'seminar', days_ago = 900 }]")
    text = text.replace("employees = 1200,", 'employees = 1200, opt_out = ["call"],').replace('opt_out = "email"', "")
    assert outcome(text.replace("1000,", "1000")) == [
        (
            "order",
            False,
            (
                "the first lead scores 5, which is not above the 5 of the second",
                "gate opted_out keeps the first lead from being handed over",
            ),
        ),
        (
            "score",
            False,
            (
                "the lead scores 2, not 3",
                "the lead belongs to band Cold, not Hot",
                "the lead has grade none, not A1",
                "gates shut: none",
            ),
        ),
    ]


def test_a_version_that_fails_its_examples_is_not_released(tmp_path):
    text = GOOD + TESTS.replace("score = 2", "score = 3")
    with pytest.raises(RulesetError) as caught:
        release(Workspace(tmp_path), text)
    line = text[: text.index('id = "score"')].count("\n")
    assert str(caught.value) == (
        f"the ruleset to release, line {line}: test score fails: the lead scores 2, not 3; "
        "change the points, or the example"
    )
    assert not (tmp_path / "rulesets" / "today").exists()


def test_described_leads_have_facts_answers_and_repeated_touches():
    rules = """id = "x"
version = 1
threshold = 1
[[rule]]
id = "class"
kind = "attribute"
fact = "revenue_class"
in = ["A"]
points = 100
[[rule]]
id = "budget"
kind = "bant"
item = "budget"
answer = "yes"
points = 10
[[rule]]
id = "needs"
kind = "bant"
item = "needs"
answer = "unknown"
points = 1000
[[rule]]
id = "calls"
kind = "touch"
touch = "call"
direction = "inbound"
points = 1
repeat = "each"
cap = 5
within_days = 30
[[band]]
name = "all"
threshold = 0
"""
    lead = {
        "is_inbound": True,
        "fact": {"revenue_class": "A"},
        "bant": {"budget": "yes", "needs": "unknown"},
        "touches": [
            {"touch": "call", "direction": "inbound", "times": 3, "days_ago": 29.5},
            {"touch": "call", "direction": "outbound"},
            {"touch": "call", "direction": "inbound", "days_ago": 30},
        ],
    }
    assert score_described(parse_ruleset(rules), lead).score == 1113
