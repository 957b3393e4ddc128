import pytest

from analysis.sqlfiles import sql_text


def test_reads_a_statement_by_name():
    assert "FROM stages" in sql_text("stages")


def test_an_unknown_name_is_an_error():
    with pytest.raises(FileNotFoundError):
        sql_text("nothing")
