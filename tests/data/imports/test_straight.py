"""Large files go straight into an empty table; whatever is not as simple as that goes the usual way."""

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from data.imports import import_files, parse_mapping, straight
from data.store import open_reader
from data.workspace import Workspace

LEADS = "lead_id,created_at,source\nL1,2024-04-01,web\nL2,2024/04/02 10:00:00,fair\nL3,2024-04-03 10:00:00+09:00,\n"
TOUCHES = "touch_id,lead_id,at,kind,direction\nT1,L1,2024-04-02,call,INBOUND\nT2,L9,2024-04-03,call,\n"


@pytest.fixture
def any_size(monkeypatch):
    monkeypatch.setattr(straight, "MIN_BYTES", 0)


@pytest.fixture
def inserted(monkeypatch):
    """Files that went straight in, to the end."""
    done = []
    original = straight.insert_straight

    def insert(connection, plan, meter):
        found = original(connection, plan, meter)
        done.append(plan.source.name)
        return found

    monkeypatch.setattr("data.imports.importing.insert_straight", insert)
    return done


def rows(workspace, table):
    return open_reader(workspace).query(f"SELECT * FROM {table} ORDER BY ALL")


def both_ways(tmp_path, monkeypatch, paths, **options):
    """Import the usual way and straight; return both reports after comparing what was stored and said."""
    reports = []
    for name, size in (("usual", 10**12), ("straight", 0)):
        monkeypatch.setattr(straight, "MIN_BYTES", size)
        workspace = Workspace(tmp_path / name)
        reports.append((workspace, import_files(workspace, paths, **options)))
    (usual, said), (other, also_said) = reports
    for name in ("feeds", "tables", "failures"):
        assert_frame_equal(getattr(said, name), getattr(also_said, name))
    assert [warning.text for warning in said.warnings] == [warning.text for warning in also_said.warnings]
    assert (said.summary, said.n_rows, said.files) == (also_said.summary, also_said.n_rows, also_said.files)
    assert usual.current_number() == other.current_number()
    if usual.current_number() is not None:
        for table in ("leads", "touches"):
            assert_frame_equal(rows(usual, table), rows(other, table))
    return also_said


def test_sound_files_say_and_store_the_same(tmp_path, monkeypatch, write, inserted):
    report = both_ways(tmp_path, monkeypatch, [write("leads.csv", LEADS), write("touches.csv", TOUCHES)])
    assert report.tables["n_new"].tolist() == [3, 2]
    assert inserted == ["leads.csv", "touches.csv"]
    assert [warning.text for warning in report.warnings] == [
        "1 row of touches refers to a lead that the history does not have: touches.csv line 3"
    ]


@pytest.mark.parametrize(
    "text",
    [
        TOUCHES + "T3,L1,never,call,\n",
        TOUCHES + "T3,L1,2024-04-02,call,sideways\n",
        TOUCHES + "T1,L1,2024-04-02,call,inbound\n",
        TOUCHES + "T1,L2,2024-04-02,call,inbound\n",
        TOUCHES + ",,,,\n",
        TOUCHES + "T3\n",
        TOUCHES + "T3,L1,令和6年4月1日,call,\n",
        TOUCHES + '"T3,L1,2024-04-02,call,\n',
        "lead_id,at,kind\nL1,2024-04-02,call\nL1,2024-04-02,call\n",
    ],
)
@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_any_doubt_goes_the_usual_way(tmp_path, monkeypatch, write, inserted, text, on_error):
    both_ways(tmp_path, monkeypatch, [write("leads.csv", LEADS), write("touches.csv", text)], on_error=on_error)
    assert "touches.csv" not in inserted


def test_one_bad_file_stops_the_others(workspace, any_size, write, run):
    report = run(write("leads.csv", LEADS), write("touches.csv", TOUCHES + "T3,L1,never,call,\n"))
    assert report.n_failures == 1
    assert not report.is_imported
    assert workspace.current_number() is None


def test_only_an_empty_table_is_filled_straight(workspace, any_size, write, run, inserted):
    run(write("leads.csv", LEADS))
    report = run(
        write("leads.csv", LEADS.replace("fair", "mail") + "L4,2024-04-04,web\n"), write("touches.csv", TOUCHES)
    )
    assert inserted == ["leads.csv", "touches.csv"]
    assert report.tables[["n_new", "n_updated", "n_unchanged"]].to_numpy().tolist() == [[1, 1, 2], [2, 0, 0]]
    again = run(write("leads.csv", LEADS.replace("fair", "mail")), write("touches.csv", TOUCHES))
    assert not again.is_imported


def test_hashes_are_compared_in_parts(tmp_path, monkeypatch, write, inserted):
    monkeypatch.setattr(straight, "_HASHES", 2)
    text = "lead_id,created_at\n" + "".join(f"L{i},2024-04-01\n" for i in range(20))
    both_ways(tmp_path, monkeypatch, [write("leads.csv", text)])
    both_ways(tmp_path / "twice", monkeypatch, [write("leads.csv", text + "L7,2024-04-01\n")])
    assert inserted == ["leads.csv"]


def test_a_file_that_two_feeds_read_is_staged(workspace, any_size, write, inserted):
    mapping = parse_mapping(
        '[file.a]\n[[leads]]\nlead_id = "id"\ncreated_at = "at"\n[[stage_events]]\nlead_id = "id"\nstage = { value = "mql" }\nentered_at = "at"\n',
        "m.toml",
    )
    report = import_files(workspace, [write("a.csv", "id,at\n1,2024-04-01\n")], mapping)
    assert report.tables["n_new"].tolist() == [1, 1]
    assert inserted == []


def test_what_goes_straight_in_is_confined_to_its_files(workspace, any_size, write, monkeypatch, tmp_path):
    refused = []

    def look(connection, plan, meter):
        for sql in (f"SELECT * FROM read_csv('{secret}')", f"COPY (SELECT 1) TO '{tmp_path / 'x.csv'}'"):
            try:
                connection.cursor().execute(sql).fetchall()
            except duckdb.PermissionException:
                refused.append(sql)
        return original(connection, plan, meter)

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    original = straight.insert_straight
    monkeypatch.setattr("data.imports.importing.insert_straight", look)
    assert import_files(workspace, [write("leads.csv", LEADS)]).is_imported
    assert len(refused) == 2


def test_parquet_goes_the_usual_way(workspace, any_size, write, run, inserted):
    path = write("leads.parquet", b"")
    pd.DataFrame({"lead_id": ["L1"], "created_at": ["2024-04-01"]}).to_parquet(path)
    assert run(path).is_imported
    assert inserted == []
