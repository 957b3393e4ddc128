"""The mapping language: what it says, and every mistake in one line that names file and line."""

import pytest

from data.contract import TABLES
from data.imports import MappingError, load_mapping, parse_mapping
from data.imports.mapping import Cell, Condition, Join
from data.imports.mapping_file import _FEED, _TOP
from data.imports.toml_lines import line_of, toml_lines

GOOD = """\
dates = ["%d/%m/%Y"]
unknown = ["-"]

[file.people]
name = "people*.csv"

[file.firms]
name = "firms.csv"
optional = true

[[leads]]
from = "people"
join = [{ file = "firms", on = { firm = "id" } }]
only_where = { consent = { is = ["yes"] } }
lead_id = "id"
created_at = { column = "created", dates = ["%Y%m%d"], time_zone = "Asia/Tokyo" }
source = { column = "channel", map = { W = "web" }, others = { value = "other" } }
region = { first_of = ["prefecture", "country"], unknown = [] }
company = { column = "name", file = "firms" }
campaign = { template = "{year}-{code}" }
is_online = { value = true }
"""


def test_everything_it_can_say():
    mapping = parse_mapping(GOOD, "people.toml")
    feed = mapping.feeds[0]
    assert (feed.table, feed.file, feed.line) == ("leads", "people", 11)
    assert feed.joins == (Join(file="firms", on=(("firm", "id"),), line=13),)
    assert feed.conditions == (Condition(column="consent", kind="is", values=("yes",), line=14),)
    assert feed.cells["lead_id"] == Cell(columns=("id",), dates=("%d/%m/%Y",), unknown=("-",), line=15)
    assert feed.cells["created_at"].dates == ("%Y%m%d",)
    assert feed.cells["created_at"].time_zone == "Asia/Tokyo"
    assert (feed.cells["source"].values, feed.cells["source"].otherwise) == ({"W": "web"}, "other")
    assert (feed.cells["region"].columns, feed.cells["region"].unknown) == (("prefecture", "country"), ())
    assert feed.cells["company"].file == "firms"
    assert feed.cells["campaign"].template == "{year}-{code}"
    assert feed.cells["is_online"].value == "true"
    assert mapping.files["firms"].is_optional


def test_no_word_of_the_language_is_a_column_of_the_contract():
    for table in TABLES.values():
        assert not set(_FEED) & set(table.column_names)
    assert not set(_TOP) & set(TABLES)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("unknown =", "unkown =", "m.toml line 2: unknown key 'unkown'; did you mean 'unknown'?"),
        ("[[leads]]", "[[leeds]]", "m.toml line 11: unknown key 'leeds'; did you mean 'leads'?"),
        ("[[leads]]", "[leads]", "m.toml line 11: write [[leads]] with two brackets: a table may be filled several times"),
        ("region =", "regoin =", "m.toml line 18: unknown key 'regoin'; did you mean 'region'?"),
        ("optional =", "may_miss =", "m.toml line 9: unknown key 'may_miss'; use one of name, sheet, encoding, delimiter, header_line, optional"),
        ('from = "people"', 'from = "persons"', "m.toml line 12: there is no file called 'persons'; use one of people, firms"),
        ('from = "people"\n', "", "m.toml line 11: does not say which file it reads; add from = \"...\" with one of people, firms"),
        ('lead_id = "id"\n', "", 'm.toml line 11: leads needs lead_id; add lead_id = "<column of your file>"'),
        ('lead_id = "id"', "lead_id = 5", "m.toml line 15: lead_id must name a column, or be { value = ... } for a constant, not 5"),
        ("{ value = true }", '{ value = true, column = "x" }', "m.toml line 21: is_online needs exactly one of column, first_of, id_of, value, template"),
        ('"%Y%m%d"', '"%Q"', "m.toml line 16: '%Q' is no date format; write for example %d/%m/%Y %H:%M"),
        ('"%Y%m%d"', '"yyyy"', "m.toml line 16: 'yyyy' is no date format; write for example %d/%m/%Y %H:%M"),
        ("Asia/Tokyo", "Asia/Tokio", "m.toml line 16: there is no time zone 'Asia/Tokio'; write for example Asia/Tokyo or UTC"),
        ('{ value = "other" }', '"drop"', "m.toml line 17: others must be \"reject\", \"keep\", \"unknown\" or { value = \"...\" }, not 'drop'"),
        ('{ is = ["yes"] }', '"full"', "m.toml line 14: only_where 'consent' must be \"filled\", \"empty\", { is = [...] } or { is_not = [...] }"),
        ('on = { firm = "id" }', 'on = "firm"', 'm.toml line 13: join needs on = { "column here" = "column there" }'),
        ('file = "firms" }\ncampaign', 'file = "people" }\ncampaign', "m.toml line 19: company takes a column of 'people', which is not joined; add join = [{ file = 'people', on = ... }]"),
        ('dates = ["%d/%m/%Y"]', "dates = 5", "m.toml line 1: dates must be a list of texts, for example [\"a\", \"b\"], not 5"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(old, new, expected):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "m.toml")
    assert str(caught.value) == expected


def test_no_toml():
    with pytest.raises(MappingError, match=r"^m\.toml: is no valid TOML: .*line 2.*; correct that place$"):
        parse_mapping("[file.a]\nname = a.csv\n", "m.toml")


def test_an_empty_mapping():
    with pytest.raises(MappingError, match=r"^m\.toml line 1: names no file; add one"):
        parse_mapping("", "m.toml")
    with pytest.raises(MappingError, match=r"^m\.toml line 1: fills no table; add one of \[\[leads\]\]"):
        parse_mapping('[file.a]\nname = "a.csv"', "m.toml")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MappingError, match="cannot be read as a mapping"):
        load_mapping(tmp_path / "none.toml")


def test_lines_of_nested_things():
    text = 'a = 1\n[x.y]\n"b c" = { d = 1 }\n[[t]]\nk = 1\n[[t]]\n[t.sub]\nk = 2\n'
    lines = toml_lines(text)
    assert line_of(lines, "a") == 1
    assert line_of(lines, "x", "y", "b c", "d") == 3
    assert line_of(lines, "t", 0, "k") == 5
    assert line_of(lines, "t", 1) == 6
    assert line_of(lines, "t", 1, "sub", "k") == 8
    assert line_of(lines, "t", 1, "absent") == 6
    assert line_of(lines, "nothing") == 1
