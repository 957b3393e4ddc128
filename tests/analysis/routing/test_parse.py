"""Handoff rules are read strictly: every mistake is one line with file, line and what to do."""

import pytest

from analysis.routing import FILE_NAME, RoutingError, find_routing, list_routing_presets, load_routing, parse_routing
from analysis.rulesets import AttributePredicate, KOfPredicate, RisingPredicate, TouchPredicate
from data.workspace import Workspace
from tests.conftest import PROJECT

GOOD = """[[rule]]
id = "hot"
kind = "k_of"
need = "any"
owner = "inside_sales"
action = { ja = "連絡", en = "Call" }
deadline_hours = 24

[[rule.of]]
kind = "attribute"
field = "employees"
min = 1000

[[rule.of]]
kind = "touch"
touch = "page_visit"
at_least = 2
within_days = 90

[[rule]]
id = "small"
label = "Small"
kind = "attribute"
field = "employees"
max = 99
owner = "marketing"
action = "Newsletter"

[[rule]]
id = "rising"
kind = "rising"
touch = "page_visit"
days = 30
owner = "inside_sales"
action = "Ask"
"""


def test_good_rules_are_read():
    rules = parse_routing(GOOD)
    hot, small, rising = rules.rules
    assert isinstance(hot.predicate, KOfPredicate)
    assert (hot.predicate.need, hot.owner, hot.deadline_hours, hot.line) == (1, "inside_sales", 24, 1)
    assert (hot.action_ja, hot.action_en) == ("連絡", "Call")
    assert isinstance(hot.predicate.conditions[1].predicate, TouchPredicate)
    assert (hot.predicate.conditions[1].at_least, hot.predicate.conditions[1].within_days) == (2, 90)
    assert isinstance(small.predicate, KOfPredicate)
    assert small.predicate.conditions[0].predicate == AttributePredicate(field="employees", high=99)
    assert (small.label_ja, small.deadline_hours) == ("Small", None)
    assert isinstance(rising.predicate, RisingPredicate)
    assert rules.owners == ("inside_sales", "marketing")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('owner = "marketing"\n', "", 'handoff_rules.toml, line 20: rule small has no owner; add for example owner = "inside_sales"'),
        ('action = "Newsletter"\n', "", "line 20: rule small has no action; add for example action = "),
        ('kind = "attribute"\nfield = "employees"\nmax', 'kind = "size"\nfield = "employees"\nmax', 'line 23: kind = "size" is unknown; choose from attribute, bant,'),
        ("max = 99", "points = 3\nmax = 99", "line 25: points = 3 belongs to points, not to handoff rules; remove it (in rule small)"),
        ("max = 99", "maxx = 99", "line 24"),
        ("max = 99", "max = 99\nownr = 1", "line 26: unknown key ownr = 1;"),
        ("deadline_hours = 24", 'deadline_hours = "soon"', 'line 7: deadline_hours = "soon" must be a whole number'),
        ("deadline_hours = 24", "deadline_hours = 0", "line 7: deadline_hours = 0 is too small; write 1 or more"),
        ('need = "any"', "need = 3", "line 4: need = 3 can never hold: there are 2 conditions; lower it (in rule hot)"),
        ('id = "small"', 'id = "hot"', 'line 21: id = "hot" is taken by line 1; give each rule an id of its own'),
        ("at_least = 2", "at_least = 2\nrepeat = 1", "line 18: unknown key repeat = 1"),
        ('field = "employees"\nmax', 'field = "employes"\nmax', 'line 24: field = "employes" is no attribute of a lead; did you mean employees?'),
        ("max = 99", "max = 99,", "line 25: is not valid TOML"),
        ("[[rule]]\nid = \"rising\"", "[extra]\n[[rule]]\nid = \"rising\"", "line 29: unknown key extra"),
    ],
)  # fmt: skip
def test_each_error_names_the_line_and_says_what_to_do(old, new, expected):
    assert old in GOOD
    with pytest.raises(RoutingError) as caught:
        parse_routing(GOOD.replace(old, new, 1))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "gate" not in str(caught.value)


def test_there_must_be_rules_but_not_too_many():
    with pytest.raises(RoutingError, match="there are no rules; add a"):
        parse_routing("")
    many = "".join(f'[[rule]]\nid = "r{n}"\nkind = "opt_out"\nowner = "marketing"\naction = "x"\n' for n in range(61))
    with pytest.raises(RoutingError, match="write at most 60"):
        parse_routing(many)


def test_the_workspace_comes_first_and_practice_second(tmp_path):
    workspace = Workspace(tmp_path)
    assert find_routing(workspace).is_shipped
    (tmp_path / FILE_NAME).write_text(GOOD, encoding="utf-8")
    assert [rule.id for rule in find_routing(workspace).rules] == ["hot", "small", "rising"]
    assert not find_routing(workspace).is_shipped
    assert len(find_routing(workspace, "practice-any").rules) == 5
    assert len(find_routing(workspace, str(tmp_path / FILE_NAME)).rules) == 3


def test_what_cannot_be_found_or_read_is_said(tmp_path):
    with pytest.raises(RoutingError, match="did you mean practice-any"):
        find_routing(Workspace(tmp_path), "practice-ani")
    with pytest.raises(RoutingError, match="there is no such file"):
        load_routing(tmp_path / "no.toml")
    (tmp_path / "sjis.toml").write_bytes("ラベル".encode("cp932"))
    with pytest.raises(RoutingError, match="save it as UTF-8"):
        load_routing(tmp_path / "sjis.toml")
    with pytest.raises(RoutingError, match="cannot be read"):
        load_routing(tmp_path)


def test_the_presets_differ_only_in_how_many_signs_must_hold():
    texts = [
        (PROJECT / "analysis" / "routing" / "presets" / f"{name}.toml").read_text(encoding="utf-8").splitlines()
        for name in list_routing_presets()
    ]
    rules = [[line for line in text if not line.startswith(("#", "need"))] for text in texts]
    assert rules[0] == rules[1] == rules[2]
    found = [find_routing(Workspace(PROJECT / "nowhere"), name) for name in list_routing_presets()]
    needs = [rules.rules[0].predicate.need for rules in found]
    assert dict(zip(list_routing_presets(), needs, strict=True)) == {
        "practice-all": 3,
        "practice-any": 1,
        "practice-two-of-three": 2,
    }
    assert found[0].owners == ("inside_sales", "marketing", "field_sales")
