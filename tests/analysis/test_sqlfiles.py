import pytest

from analysis.sqlfiles import sql_text


def test_reads_a_statement_by_name():
    assert "FROM stages" in sql_text("stages")


def test_an_unknown_name_is_an_error():
    with pytest.raises(FileNotFoundError):
        sql_text("nothing")


def test_a_name_in_braces_stands_for_the_statement_of_that_name():
    whole = sql_text("durations")
    assert "{" not in whole
    body = sql_text("losses").split("\nSELECT", 1)[1]
    assert body.splitlines()[1].strip() in whole
    assert sum(line.startswith("-- Reads:") for line in whole.splitlines()) == 1
    assert "A part of other statements" not in whole


def test_what_is_no_file_is_left_for_who_asks():
    assert "{members}" in sql_text("lead_list")
