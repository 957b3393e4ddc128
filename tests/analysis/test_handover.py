"""What must be set in the tool, from one version to the next."""

import pytest

from analysis.handover import FEATURES, TOOLS, change_steps
from analysis.replay import ReplayError
from analysis.rulesets import parse_ruleset

BEFORE = """
id = "x"
version = 1
threshold = 5

[[rule]]
id = "seminar"
kind = "touch"
touch = "seminar"
points = 3
repeat = "each"
cap = 2

[[rule]]
id = "paper"
kind = "touch"
touch = "white_paper"
points = 2

[[rule]]
id = "size"
label = "Large"
kind = "attribute"
field = "employees"
min = 1000
points = 2

[[gate]]
id = "out"
kind = "opt_out"

[[band]]
name = "Hot"
threshold = 5

[[band]]
name = "Cold"
"""


def steps(old, new, text=BEFORE):
    assert old in text
    changed = text.replace(old, new, 1).replace("version = 1", "version = 2")
    return [(s.part, s.id, s.change, s.needs) for s in change_steps(parse_ruleset(text), parse_ruleset(changed))]


def test_equal_versions_are_no_work():
    assert steps("version = 1", "version = 1") == []
    assert steps('label = "Large"', 'label = "Big"\nlocked = true') == []
    assert steps('\n[[rule]]\nid = "seminar"', '\n\n\n[[rule]]\nid = "seminar"') == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("points = 3", "points = 4", [("rule", "seminar", "points", ())]),
        ("cap = 2", "cap = 3\nwithin_days = 90", [("rule", "seminar", "counting", ("cap", "window"))]),
        ('touch = "seminar"', 'touch = "*inar"', [("rule", "seminar", "condition", ())]),
        ("min = 1000", "is_unknown = true", [("rule", "size", "condition", ("unknown",))]),
        ('id = "paper"', 'id = "papers"', [("rule", "paper", "remove", ()), ("rule", "papers", "add", ())]),
        ("threshold = 5\n\n[[rule]]", "threshold = 6\n\n[[rule]]", [("threshold", "threshold", "set", ())]),
        ('name = "Hot"', 'name = "Hot"\nowner = "sales"', [("band", "1", "set", ("band",))]),
        ('kind = "opt_out"', 'kind = "opt_out"\nchannel = "call"', [("gate", "out", "set", ("gate",))]),
        ('id = "paper"', 'id = "paper"\naxis = "fit"', [("rule", "paper", "axis", ())]),
        (
            "[[gate]]",
            (
                '[[group]]\nid = "web"\nmax_points = 4\n[[rule]]\nid = "w"\nkind = "touch"\ntouch = "webinar"\n'
                'points = 2\nhalf_life_days = 30\ngroup = "web"\n[[gate]]'
            ),
            [("rule", "w", "add", ("half_life", "limit")), ("limit", "web", "add", ("limit",))],
        ),
    ],
)
def test_each_change_is_a_step(old, new, expected):
    assert steps(old, new) == expected


def test_the_first_version_adds_everything():
    found = change_steps(None, parse_ruleset(BEFORE))
    assert [(step.part, step.id, step.change) for step in found] == [
        ("rule", "seminar", "add"),
        ("rule", "paper", "add"),
        ("rule", "size", "add"),
        ("gate", "out", "add"),
        ("threshold", "threshold", "set"),
        ("band", "1", "add"),
        ("band", "2", "add"),
    ]


def test_every_tool_answers_for_every_feature():
    text = BEFORE.replace("cap = 2", "cap = 2\nwithin_days = 90")
    step = change_steps(None, parse_ruleset(text))[0]
    for tool in TOOLS:
        assert set(step.support(tool)) == {"cap", "window"}
    assert step.support("generic") == {"cap": "check", "window": "check"}
    assert len(FEATURES) == len(set(FEATURES))


def test_the_score_of_another_tool_is_refused():
    text = 'id = "x"\nversion = 1\nkind = "score"\nscorer = "crm"\nlow = 0\nhigh = 9\nthreshold = 5\n[[band]]\nname = "a"\n'
    with pytest.raises(ReplayError, match="no points to set"):
        change_steps(parse_ruleset(BEFORE), parse_ruleset(text))
