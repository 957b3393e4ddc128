import duckdb
import pytest

from data.contract import PROVENANCE, STAGES, TABLES, Kind
from data.store import create_table_sql


@pytest.mark.parametrize("table", [*TABLES.values(), PROVENANCE], ids=lambda table: table.name)
def test_each_table_can_be_created_with_its_key(table):
    with duckdb.connect() as connection:
        connection.execute(create_table_sql(table))
        columns = connection.execute(
            f'SELECT column_name, column_type, "null" FROM (DESCRIBE "{table.name}")'
        ).fetchall()
    assert [(name, kind) for name, kind, _ in columns] == [
        (column.name, column.kind.value.replace(", ", ",")) for column in table.columns
    ]
    assert set(table.key) <= set(table.column_names)
    required = {name for name, _, nullable in columns if nullable == "NO"}
    assert required == {column.name for column in table.columns if column.required}


def test_every_column_says_what_it_means():
    for table in TABLES.values():
        assert len(set(table.column_names)) == len(table.columns)
        assert all(column.about for column in table.columns)
        for column in table.columns:
            assert column.name.endswith("_at") <= (column.kind is Kind.TIMESTAMP), column


def test_unknown_column_is_a_key_error():
    assert TABLES["leads"].column("source").kind is Kind.TEXT
    with pytest.raises(KeyError):
        TABLES["leads"].column("sauce")


def test_stages_have_distinct_ascending_positions():
    assert [stage.position for stage in STAGES] == list(range(len(STAGES)))
    assert "sql" not in {stage.stage for stage in STAGES}
