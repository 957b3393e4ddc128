import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rulesets.lines import key_lines

DOCUMENT = '''# a comment with [[rule]] and key = 1
id = "x # not a comment"
text = """
[[rule]]
id = 1
"""
literal = \'\'\'
\\ "quoted" = \'\'\'

[[rule]] # first
points = 1

[[rule]]
label = { ja = "一", en = "one" }
in = [
    "a", # with = in a comment
    "b]",
]
"quoted key" = 1.5
a.b = 2026-01-01T00:00:00

[other."t.u"]
c = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("text",), 3),
        (("literal",), 7),
        (("rule", 0), 10),
        (("rule", 0, "points"), 11),
        (("rule", 1), 13),
        (("rule", 1, "label", "en"), 14),
        (("rule", 1, "in", 1), 17),
        (("rule", 1, "quoted key"), 19),
        (("rule", 1, "a", "b"), 20),
        (("other", "t.u"), 22),
        (("other", "t.u", "c"), 23),
    ],
)
def test_keys_are_found_on_their_lines(path, line):
    tomllib.loads(DOCUMENT)
    assert key_lines(DOCUMENT)[path] == line


values = st.sampled_from(
    ["1", "-2.5", '"text"', "'l]iteral'", "[1, 2]", '[\n"a",\n]', "{ x = 1, y = [1] }", "true", "2026-01-01"]
)


@given(st.lists(st.tuples(st.booleans(), values), max_size=8))
def test_every_key_is_found_whatever_stands_before_it(parts):
    text, expected = "", {}
    table = ()
    n_tables = 0
    for number, (is_new_table, value) in enumerate(parts):
        if is_new_table:
            text += "[[t]]\n"
            table = ("t", n_tables)
            n_tables += 1
        expected[(*table, f"k{number}")] = text.count("\n") + 1
        text += f"k{number} = {value}\n"
    tomllib.loads(text)
    lines = key_lines(text)
    assert {path: lines[path] for path in expected} == expected
