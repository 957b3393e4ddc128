"""The file of definitions: what it may say, what comes back, and that nothing is ever lost."""

from datetime import date
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.definitions import (
    FILE_NAME,
    Definition,
    DefinitionsError,
    ScorePart,
    add_version,
    load_definitions,
    parse_definitions,
    parse_part,
    preset_definitions,
    write_definition,
    write_part,
)
from analysis.definitions.parts import BandPart, GroupPart, NotPart
from data.workspace import Workspace
from tests.analysis.definitions.test_replayed import is_touch_without_a_name, parts

GOOD = """[[definition]]
term = "mql"
by = "sales"
valid_from = 2025-04-01
text = { ja = "すぐ電話できる", en = "Ready for a call" }
agreed_by = ["Sato"]
need = "all"
of = [
    { kind = "score", min = 10 },
    { kind = "attribute", field = "employees", min = 100, not = true },
    { need = 2, of = [
        { kind = "bant", item = "needs", answer = "yes" },
        { kind = "bant", item = "budget", answer = "yes" },
        { kind = "touch", touch = "seminar", at_least = 2, within_days = 90 },
    ] },
]
"""


@settings(max_examples=60, deadline=None)
@given(
    part=st.one_of(
        parts.filter(lambda part: not is_touch_without_a_name(part)),
        st.builds(BandPart, names=st.just(("今すぐ", 'H"ot\n'))),
    )
)
def test_what_is_written_comes_back(part):
    text = write_part(part)
    assert parse_part(text) == part, text
    whole = Definition(term="sql", by="agreed", valid_from=date(2026, 4, 1), text_ja="「」", text_en='a "b"', part=part)
    (back,) = parse_definitions(write_definition(whole)).all
    assert (back.part, back.text_ja, back.text_en) == (part, "「」", 'a "b"')


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('term = "mql"', 'term = "mqll"', "x.toml, line 2: term = \"mqll\" is unknown; did you mean mql?"),
        ('by = "sales"', "", "x.toml, line 1: definition 1 has no by; add for example by = \"marketing\""),
        ("valid_from = 2025-04-01", "", "x.toml, line 1: definition 1 has no valid_from"),
        ("min = 10", 'min = "ten"', 'x.toml, line 9: min = "ten" must be a whole number'),
        ("min = 10", "min = 10, max = 9", "x.toml, line 9: min = 10 is above max = 9, so no lead can match; swap"),
        (", min = 10", "", "x.toml, line 9: condition 1 of definition 1 asks nothing of the score; add min = 10"),
        ('kind = "score"', 'kind = "scores"', "x.toml, line 9: kind = \"scores\" is unknown; did you mean score?"),
        ("need = 2", "need = 4", "x.toml, line 11: need = 4 can never hold: there are 3 conditions; lower it"),
        ("need = 2", 'need = "some"', 'x.toml, line 11: need = "some" is unknown; write "all", "any" or a number'),
        ("need = 2, ", "", "x.toml, line 11: condition 3 of definition 1 has no need"),
        ("at_least = 2,", "at_leat = 2,", "x.toml, line 14: unknown key at_leat = 2; did you mean at_least?"),
        ("not = true", 'not = "yes"', 'x.toml, line 10: not = "yes" must be true or false'),
        ("agreed_by", "agred_by", "x.toml, line 6: unknown key agred_by"),
        ("[[definition]]", "[[definition]", "x.toml, line 1: is not valid TOML"),
        ("min = 10", 'min = "threshold", max = 3', "x.toml, line 9: max has no place beside the threshold"),
        (GOOD, GOOD + GOOD, "x.toml, line 18: line 1 defines mql from the same day; give this one another valid_from"),
    ],
)  # fmt: skip
def test_errors_name_the_line_and_what_to_do(old, new, message):
    assert old in GOOD
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions(GOOD.replace(old, new, 1), "x.toml")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_conditions_do_not_lie_deeper_than_anybody_reads():
    text = '{ kind = "score", min = 1 }'
    for _ in range(8):
        text = '{ need = "any", of = [' + text + ', { kind = "score", min = 2 }] }'
    with pytest.raises(DefinitionsError, match="more than 6 deep"):
        parse_part(f'need = "any"\nof = [{text}]')
    with pytest.raises(DefinitionsError, match="write at most 30"):
        parse_part('need = "any"\nof = [' + '{ kind = "score", min = 2 },' * 31 + "]")
    with pytest.raises(DefinitionsError, match=r"of = \[\] asks nothing"):
        parse_part('need = "any"\nof = []')


def test_a_wording_needs_no_condition_and_one_condition_no_group():
    assert parse_part("") is None
    assert parse_part('kind = "score"\nmin = 3') == ScorePart(low=3)
    assert parse_part('kind = "score"\nmin = 3\nnot = true') == NotPart(part=ScorePart(low=3))
    assert parse_part('need = "all"\nof = [{ kind = "score", min = 3 }]') == ScorePart(low=3)


def test_the_version_in_force_is_the_latest_that_has_begun():
    later = GOOD.replace("2025-04-01", "2026-04-01").replace("Ready for a call", "Wants a call")
    found = parse_definitions(GOOD + later)
    days = {date(2025, 3, 31): None, date(2025, 4, 1): "Ready for a call", date(2026, 3, 31): "Ready for a call",
            date(2026, 4, 1): "Wants a call"}  # fmt: skip
    for day, text in days.items():
        version = found.in_force("mql", "sales", day)
        assert (version and version.text_en) == text
    assert [each.text_en for each in found.versions("mql", "sales")] == ["Wants a call", "Ready for a call"]
    assert [each.code for each in found.current(date(2026, 5, 1))] == ["mql.sales"]
    assert found.versions("mql", "marketing") == ()


def test_published_meanings_of_mql_are_there_to_be_held_against_each_other():
    found = {each.id: each for each in preset_definitions()}
    assert {"mql_owned", "mql_bant", "mql_interest"} <= set(found)
    assert all(each.part is not None and each.text_ja and each.by == "" for each in found.values())
    assert isinstance(found["mql_bant"].part, GroupPart)
    assert (found["mql_bant"].part.need, len(found["mql_bant"].part.parts)) == (3, 4)


def version(number, by="sales"):
    return Definition(term="mql", by=by, valid_from=date(2026, 1, number), text_ja="あ", text_en=f"no {number}")


def test_a_new_version_leaves_everything_as_it_stands(tmp_path):
    path = tmp_path / FILE_NAME
    path.write_text("# agreed in the spring meeting\n" + GOOD, encoding="utf-8")
    add_version(Workspace(tmp_path), version(1))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# agreed in the spring meeting\n" + GOOD)
    assert [each.text_en for each in load_definitions(path).all] == ["Ready for a call", "no 1"]
    with pytest.raises(DefinitionsError, match="from the same day"):
        add_version(Workspace(tmp_path), version(1))
    assert path.read_text(encoding="utf-8") == text
    assert [entry.name for entry in tmp_path.iterdir()] == [FILE_NAME]


def test_many_who_save_at_once_lose_nothing(tmp_path):
    """Whoever is told to save again does; in the end everything is there."""

    refused = []

    def save(number):
        while True:
            try:
                add_version(Workspace(tmp_path), version(number))
            except DefinitionsError as error:
                refused.append(str(error))
            else:
                return

    threads = [Thread(target=save, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("somebody is saving right now" in text for text in refused)
    found = load_definitions(tmp_path / FILE_NAME)
    assert sorted(each.text_en for each in found.all) == [f"no {number}" for number in range(1, 7)]


def test_a_damaged_file_is_not_written_over(tmp_path):
    path = tmp_path / FILE_NAME
    path.write_text("[[definition]\n", encoding="utf-8")
    with pytest.raises(DefinitionsError, match="line 1: is not valid TOML"):
        add_version(Workspace(tmp_path), version(1))
    assert path.read_text(encoding="utf-8") == "[[definition]\n"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DefinitionsError, match="cannot be read as a UTF-8 text"):
        load_definitions(path)
    assert load_definitions(tmp_path / "other.toml").all == ()
