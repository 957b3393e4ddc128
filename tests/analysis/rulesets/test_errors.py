"""Each way a ruleset can be wrong, with the exact line a person reads."""

import pytest

from analysis.rulesets import RulesetError, parse_ruleset

GOOD = """id = "today"
version = 1
threshold = 3

[[rule]]
id = "seminar"
kind = "touch"
touch = "seminar"
points = 3

[[rule]]
id = "large"
kind = "attribute"
field = "employees"
min = 1000
points = 2

[[gate]]
id = "opted_out"
kind = "opt_out"

[[band]]
name = { ja = "今すぐ", en = "Hot" }
threshold = 3

[[band]]
name = "Cold"
"""


def test_the_ruleset_the_others_are_made_of_is_good():
    ruleset = parse_ruleset(GOOD)
    assert [band.name_en for band in ruleset.bands] == ["Cold", "Hot"]
    assert [band.threshold for band in ruleset.bands] == [0, 3]
    assert (ruleset.rules[0].axis, ruleset.rules[1].axis) == ("engagement", "fit")


CASES = [
    ('id = "today"', 'id "today"', "line 1: is not valid TOML (Expected '=' after a key in a key/value pair); see docs/rulesets.md"),
    ("version = 1\n", "", "line 1: the ruleset has no version; add for example version = 1"),
    ("version = 1\n", 'version = "1"\n', 'line 2: version = "1" must be a whole number; write for example version = 1 (in the ruleset)'),
    ("version = 1\n", "version = 0\n", "line 2: version = 0 is too small; write 1 or more (in the ruleset)"),
    ("version = 1\n", "version = true\n", "line 2: version = true must be a whole number; write for example version = 1 (in the ruleset)"),
    ('id = "today"', 'id = "to day"', 'line 1: id = "to day" must consist of letters, digits, - and _; write for example id = "today" (in the ruleset)'),
    ("threshold = 3\n\n", 'threshold = 3\noutcome = "win"\n\n', 'line 4: outcome = "win" is unknown; did you mean won? (in the ruleset)'),
    ("threshold = 3\n\n", "threshold = 3\nvalid_from = '2026-01-01'\n\n", 'line 4: valid_from = "2026-01-01" must be a date; write for example valid_from = 2026-04-01, without quotes (in the ruleset)'),
    ("threshold = 3\n\n", "threshold = 33\n\n", "line 3: threshold = 33 can never be reached: all rules together give at most 5 points; lower it"),
    ("[[gate]]", "[gate]", "line 18: gate must be a list of tables; write [[gate]] with two brackets (in the ruleset)"),
    ('name = "Cold"', 'owner = "x"', 'line 26: band 2 has no name; add for example name = { ja = "…", en = "…" }'),
    ("points = 3", "pionts = 3", "line 5: rule seminar has no points; add for example points = 1"),
    ("points = 3", "points = 3\ncolour = 1", "line 10: unknown key colour = 1; choose from axis, cap, channel, content, direction, group, half_life_days, id, kind, label, locked, points, repeat, touch, within_days (in rule seminar)"),
    ("points = 3", "points = 3\nwithin_day = 90", "line 10: unknown key within_day = 90; did you mean within_days? (in rule seminar)"),
    ("points = 3", "points = 1.5", "line 9: points = 1.5 must be a whole number; write for example points = 1 (in rule seminar)"),
    ('kind = "touch"', 'kind = "tuch"', 'line 7: kind = "tuch" is unknown; did you mean touch? (in rule seminar)'),
    ('id = "large"', 'id = "seminar"', 'line 12: id = "seminar" is taken by line 5; give each rule an id of its own (in rule seminar)'),
    ('touch = "seminar"\n', "", 'line 5: rule seminar says nothing about the touch; add touch, channel or content, for example touch = "seminar"'),
    ('touch = "seminar"', "touch = []", "line 8: touch = [] matches nothing; name at least one value or leave touch out (in rule seminar)"),
    ('touch = "seminar"', "touch = 3", "line 8: touch = 3 must be a text or a list of texts; write it in quotes (in rule seminar)"),
    ("points = 3", 'points = 3\ndirection = "in"', 'line 10: direction = "in" is unknown; choose from inbound, outbound (in rule seminar)'),
    ("points = 3", 'points = 3\nrepeat = "each"', 'line 10: repeat = "each" needs a cap; add for example cap = 3 (in rule seminar)'),
    ("points = 3", "points = 3\ncap = 2", 'line 10: cap = 2 has no effect when a rule counts once; add repeat = "each" (in rule seminar)'),
    ("points = 3", 'points = 3\nrepeat = "each"\ncap = 0', "line 11: cap = 0 is too small; write 1 or more (in rule seminar)"),
    ("points = 3", 'points = 3\nrepeat = "each"\ncap = 999', "line 11: cap = 999 is too large; write 200 or less (in rule seminar)"),
    ("points = 3", "points = 3\nwithin_days = 0", "line 10: within_days = 0 is too small; write 1 or more (in rule seminar)"),
    ("points = 3", 'points = 3\nlocked = "yes"', 'line 10: locked = "yes" must be true or false, without quotes (in rule seminar)'),
    ("points = 3", 'points = 3\nlabel = { ja = "セミナー" }', 'line 10: label of rule seminar has no en; add for example en = "Seminar"'),
    ('field = "employees"', 'field = "employes"', 'line 14: field = "employes" is no attribute of a lead; did you mean employees?, or fact = "employes" for a field of your own (in rule large)'),
    ('field = "employees"', 'fact = "employees"', 'line 14: fact = "employees" is not a field of your own; write field = "employees" (in rule large)'),
    ("min = 1000\n", "", "line 14: rule large asks nothing of employees; use exactly one of min/max, in, not_in, like, or is_unknown = true"),
    ("min = 1000", "min = 1000\nis_unknown = true", "line 14: rule large asks is_unknown and min/max of employees; use exactly one of min/max, in, not_in, like, or is_unknown = true"),
    ("min = 1000", "min = 1000\nmax = 99", "line 15: min = 1000 is above max = 99, so no lead can match; swap them (in rule large)"),
    ("min = 1000", 'min = "1000"', 'line 15: min = "1000" must be a number; write for example min = 1000 (in rule large)'),
    ("min = 1000", "is_unknown = false", "line 15: is_unknown = false says nothing; use not_in with the values that do not count (in rule large)"),
    ("min = 1000", "in = []", 'line 15: in = [] must be a list with at least one value; write for example in = ["maker", "bank"] (in rule large)'),
    ("min = 1000", "in = [[1]]", "line 15: in contains [1], which is no text, number, true or false; write plain values (in rule large)"),
    ('kind = "opt_out"', 'kind = "optout"', 'line 20: kind = "optout" is unknown; did you mean opt_out? (in gate opted_out)'),
    ("threshold = 3\n\n[[band]]", "threshold = 30\n\n[[band]]", "line 24: threshold = 30 can never be reached: all rules together give at most 5 points; lower it"),
    ('name = "Cold"', 'name = "Cold"\nthreshold = 3', "line 28: threshold = 3 after 3: bands must rise all the way, or fall all the way; put them in order"),
    ('name = "Cold"', 'name = "Cold"\n[[band]]\nname = "Colder"\nthreshold = 1', "line 26: band 2 has no threshold; add for example threshold = 10"),
    ("threshold = 3\n\n[[band]]", "threshold = 3\nowner = 5\n\n[[band]]", 'line 25: owner = 5 must be a text; write it in quotes, for example "marketing" (in band 1)'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_each_error_names_the_line_and_says_what_to_do(old, new, expected):
    assert old in GOOD
    with pytest.raises(RulesetError) as caught:
        parse_ruleset(GOOD.replace(old, new, 1), "today.toml")
    assert str(caught.value) == f"today.toml, {expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: the ruleset has no rules; add a [[rule]] with id, kind and points"),
        (GOOD.split("[[band]]", maxsplit=1)[0], "line 1: the ruleset has no bands; add at least one [[band]] with name and threshold"),
        (GOOD.replace("threshold = 3\n\n[[rule]]", "\n[[rule]]").split("[[band]]", maxsplit=1)[0] + '[[band]]\nname = "All"\n', "line 1: the ruleset has no threshold; add for example threshold = 10, the score from which leads are handed over"),
    ],
)  # fmt: skip
def test_a_ruleset_needs_rules_and_bands(text, expected):
    with pytest.raises(RulesetError) as caught:
        parse_ruleset(text, "today.toml")
    assert str(caught.value) == f"today.toml, {expected}"
