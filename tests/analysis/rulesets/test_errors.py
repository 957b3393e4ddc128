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
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\ntiers = [{ from = 1, points = 1 }]\npoints = 2\n[[gate]]', 'line 24: points has no effect with tiers; write points in each tier, and remove it (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\n\n[[gate]]', 'line 18: rule t has no tiers; add for example tiers = [{ from = 1, points = 1 }]'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\ntiers = []\n[[gate]]', 'line 23: tiers = [] gives nothing; write for example tiers = [{ from = 1, points = 1 }] (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\ntiers = [{ from = 3, points = 1 }, { from = 2, points = 2 }]\n[[gate]]', 'line 23: from = 2 after 3: tiers must rise; put them in order (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\ntiers = [{ from = 0, points = 1 }]\n[[gate]]', 'line 23: from = 0 is too small; write 1 or more (in tier 1 of rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\nrepeat = "tiers"\ntiers = [{ from = 1, pints = 1 }]\n[[gate]]', 'line 23: tier 1 of rule t has no points; add for example points = 1'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\npoints = 1\nhalf_life_days = 0\n[[gate]]', 'line 23: half_life_days = 0 is too small; write 1 or more (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\npoints = 1\nhalf_life_days = 30\nwithin_days = 30\n[[gate]]', 'line 23: half_life_days = 30 never halves anything within_days = 30; make it shorter, or leave it out (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\npoints = 1\ngroup = "web"\n[[gate]]', 'line 23: group = "web" is not defined; add a [[group]] with that id (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "t"\nkind = "touch"\ntouch = "x"\npoints = 1\naxis = "fitt"\n[[gate]]', 'line 23: axis = "fitt" is unknown; did you mean fit? (in rule t)'),
    ('[[gate]]', '[[rule]]\nid = "b"\nkind = "bant"\nitem = "budgt"\nanswer = "yes"\npoints = 1\n[[gate]]', 'line 21: item = "budgt" is unknown; did you mean budget? (in rule b)'),
    ('[[gate]]', '[[rule]]\nid = "b"\nkind = "bant"\nitem = "budget"\nanswer = ["yes", "maybe"]\npoints = 1\n[[gate]]', 'line 22: answer = "maybe" is unknown; choose from no, unknown, yes (in rule b)'),
    ('[[gate]]', '[[rule]]\nid = "b"\nkind = "bant"\nitem = "budget"\npoints = 1\n[[gate]]', 'line 18: rule b has no answer; add for example answer = "yes"'),
    ('[[gate]]', '[[rule]]\nid = "r"\nkind = "rising"\ntouch = "page_visit"\npoints = 1\n[[gate]]', 'line 18: rule r has no days; add for example days = 30'),
    ('[[gate]]', '[[rule]]\nid = "r"\nkind = "rising"\ntouch = "page_visit"\npoints = 1\ndays = 30\ntimes = 0.5\n[[gate]]', 'line 24: times = 0.5 is too small; write 1 or more (in rule r)'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\naxis = "fit"\npoints = 1\nneed = 3\nof = [{ kind = "bant", item = "needs", answer = "yes" }]\n[[gate]]', 'line 23: need = 3 can never hold: there are 1 conditions; lower it (in rule k)'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\naxis = "fit"\npoints = 1\nneed = "some"\nof = [{ kind = "bant", item = "needs", answer = "yes" }]\n[[gate]]', 'line 23: need = "some" is unknown; write "all", "any" or a number such as 2 (in rule k)'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\naxis = "fit"\npoints = 1\nneed = 1\nof = [{ kind = "bent", item = "needs", answer = "yes" }]\n[[gate]]', 'line 24: kind = "bent" is unknown; did you mean bant? (in condition 1 of rule k)'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\naxis = "fit"\npoints = 1\nneed = 1\nof = [{ kind = "touch", at_least = 2 }]\n[[gate]]', 'line 24: condition 1 of rule k says nothing about the touch; add touch, channel or content, for example touch = "seminar"'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\naxis = "fit"\npoints = 1\nneed = 1\nof = []\n[[gate]]', 'line 24: of = [] asks nothing; add a [[rule.of]] with kind = "touch" or "attribute" (in rule k)'),
    ('[[gate]]', '[[rule]]\nid = "k"\nkind = "k_of"\npoints = 1\nneed = 1\nof = [{ kind = "opt_out" }]\n[[gate]]', 'line 18: rule k has no axis; add for example axis = "fit"'),
    ('[[gate]]', '[[group]]\nid = "web"\nmax_points = 3\n[[gate]]', 'line 18: no rule belongs to group web; add group = "web" to its rules'),
    ('[[gate]]', '[[group]]\nid = "web"\n[[gate]]', 'line 18: group web limits nothing; add max_points or min_points'),
    ('[[gate]]', '[axis.fit]\nmax_points = 1\nmin_points = 2\n[[gate]]', 'line 20: min_points = 2 is above max_points = 1; swap them (in axis fit)'),
    ('[[gate]]', '[axis.fitt]\nmax_points = 1\n[[gate]]', "line 18: unknown key fitt = { max_points = 1 }; did you mean fit? (in axis)"),
    ('[[gate]]', '[grid]\nfit = [{ grade = "A", threshold = 2 }, { grade = "B" }]\nengagement = [{ grade = "1", threshold = 2 }, { grade = "2" }]\n[[grid.cell]]\nname = "all"\ngrades = ["A1", "A2", "B1"]\n[[gate]]', 'line 18: no cell of the grid takes B2; add them to a [[grid.cell]]'),
    ('[[gate]]', '[grid]\nfit = [{ grade = "A", threshold = 2 }, { grade = "B" }]\nengagement = [{ grade = "1", threshold = 2 }, { grade = "2" }]\n[[grid.cell]]\nname = "all"\ngrades = ["A3"]\n[[gate]]', 'line 23: grades name "A3", which the grid does not have; choose from A1, A2, B1, B2 (in cell 1 of the grid)'),
    ('[[gate]]', '[grid]\nfit = [{ grade = "A", threshold = 2 }, { grade = "B" }]\nengagement = [{ grade = "1", threshold = 2 }, { grade = "2" }]\n[[grid.cell]]\nname = "all"\ngrades = ["A1", "A2", "B1", "B2"]\n[[grid.cell]]\nname = "x"\ngrades = ["A1"]\n[[gate]]', 'line 26: grade A1 belongs to two cells; name it once'),
    ('[[gate]]', '[grid]\nfit = [{ grade = "A", threshold = 2 }, { grade = "B", threshold = 2 }]\nengagement = [{ grade = "1", threshold = 2 }, { grade = "2" }]\n[[grid.cell]]\nname = "all"\ngrades = ["A1"]\n[[gate]]', 'line 19: threshold = 2 after 2: grades must fall, the best first; put them in order'),
    ('[[gate]]', '[[test]]\nid = "one"\nscore = 3\n[[gate]]', 'line 18: test one needs either higher and lower, or lead; describe them below it'),
    ('[[gate]]', '[[test]]\nid = "one"\nlead = { employees = 5 }\n[[gate]]', 'line 18: test one expects nothing; add score, band, grade or is_gated'),
    ('[[gate]]', '[[test]]\nid = "one"\nscore = 1\nlead = { employes = 5 }\n[[gate]]', 'line 21: unknown key employes = 5; did you mean employees? (in lead of test one)'),
    ('[[gate]]', '[[test]]\nid = "one"\nscore = 1\nhigher = { employees = 5 }\nlower = { employees = 5 }\n[[gate]]', 'line 20: score is for one lead; remove it, or describe a lead instead of higher and lower (in test one)'),
    ('[[gate]]', '[[test]]\nid = "one"\nscore = 1\n[test.lead]\n[[test.lead.touches]]\ntuch = "seminar"\n[[gate]]', 'line 22: touch 1 of lead of test one has no touch; add for example touch = "seminar"'),
    ('name = "Cold"', 'name = "Cold"\ndeadline_hours = 0', 'line 28: deadline_hours = 0 is too small; write 1 or more (in band 2)'),
    ('kind = "opt_out"', 'kind = "touch"\ntouch = "x"\nat_least = 0', 'line 22: at_least = 0 is too small; write 1 or more (in gate opted_out)'),
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
