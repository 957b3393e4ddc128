import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.errors import WorkspaceError
from data.store import N_KEPT, open_reader, undo, writing
from data.workspace import Workspace


def add_lead(workspace, lead_id):
    with writing(workspace) as writer:
        writer.connection.execute("INSERT INTO leads (lead_id, created_at) VALUES (?, '2025-05-01')", [lead_id])
        return writer.commit()


def lead_ids(reader):
    return sorted(reader.query("SELECT lead_id AS lead_id FROM leads")["lead_id"])


def test_a_commit_is_a_new_snapshot_and_the_old_one_stays(small_workspace):
    old = open_reader(small_workspace)
    assert add_lead(small_workspace, "c") == 2
    new = open_reader(small_workspace)

    assert (old.snapshot, lead_ids(old)) == (1, ["a", "b"])
    assert (new.snapshot, lead_ids(new)) == (2, ["a", "b", "c"])
    assert lead_ids(open_reader(small_workspace, 1)) == ["a", "b"]


def test_without_commit_nothing_changes(small_workspace):
    with writing(small_workspace) as writer:
        writer.connection.execute("DELETE FROM leads")
    with pytest.raises(ZeroDivisionError), writing(small_workspace) as writer:
        writer.connection.execute("DELETE FROM leads")
        raise ZeroDivisionError

    assert lead_ids(open_reader(small_workspace)) == ["a", "b"]
    assert sorted(path.name for path in small_workspace.history.iterdir()) == [".lock", "000001.duckdb", "current"]


def test_a_fresh_start_forgets_the_history_in_use(small_workspace):
    with writing(small_workspace, is_fresh=True) as writer:
        writer.commit()
    assert lead_ids(open_reader(small_workspace)) == []
    assert open_reader(small_workspace).data_end is None


def test_data_end_is_the_latest_event_but_no_forecast(small_workspace):
    with writing(small_workspace) as writer:
        writer.connection.execute(
            "INSERT INTO deals (deal_id, lead_id, opened_at, closed_at, outcome) VALUES ('e', 'b', '2025-04-02', '2031-01-01', 'open')"
        )
        writer.commit()
    assert open_reader(small_workspace).data_end == datetime(2025, 4, 2)


def test_stage_entries_come_from_creation_events_and_deals(small_workspace):
    with writing(small_workspace) as writer:
        writer.connection.execute(
            "INSERT INTO stage_events (lead_id, stage, entered_at, pass_no) VALUES "
            "('b', 'mql', '2025-02-03', 1), ('b', 'mql', '2025-02-02', 1), ('nobody', 'mql', '2025-02-02', 1)"
        )
        writer.commit()
    entries = open_reader(small_workspace).query(
        "SELECT lead_id AS lead_id, stage AS stage, first_entered_at AS at FROM prep.stage_entries "
        "JOIN prep.leads USING (lead_no) JOIN stages USING (position) ORDER BY lead_id, position"
    )
    assert [(row.lead_id, row.stage, f"{row.at:%Y-%m-%d}") for row in entries.itertuples()] == [
        ("a", "lead", "2025-01-01"),
        ("a", "opportunity", "2025-03-01"),
        ("a", "won", "2025-04-01"),
        ("b", "lead", "2025-02-01"),
        ("b", "mql", "2025-02-02"),
    ]


def test_a_later_pass_ends_the_earlier_one(small_workspace):
    with writing(small_workspace) as writer:
        writer.connection.execute(
            "INSERT INTO handoffs (handoff_id, lead_id, pass_no, handed_off_at) VALUES "
            "('h2', 'b', 2, '2025-03-01'), ('h1', 'b', 1, '2025-02-10'), ('h0', 'a', 1, '2025-01-02')"
        )
        writer.commit()
    handoffs = open_reader(small_workspace).query(
        "SELECT decision_no AS no, handoff_id AS id, next_handed_off_at AS ends FROM prep.handoffs ORDER BY decision_no"
    )
    assert list(handoffs["no"]) == [0, 1, 2]
    assert list(handoffs["id"]) == ["h0", "h1", "h2"]
    assert handoffs["ends"].isna().tolist() == [True, False, True]
    assert handoffs["ends"][1] == pd.Timestamp("2025-03-01")


def test_tables_of_a_question_are_visible_to_it_alone(small_workspace):
    reader = open_reader(small_workspace)
    wanted = pd.DataFrame({"lead_id": ["b"]})
    found = reader.query("SELECT lead_id AS lead_id FROM leads JOIN wanted USING (lead_id)", tables={"wanted": wanted})
    assert list(found["lead_id"]) == ["b"]
    with pytest.raises(duckdb.CatalogException):
        reader.query("SELECT lead_id AS lead_id FROM wanted")


def test_a_long_answer_comes_in_parts_and_in_full(small_workspace):
    reader = open_reader(small_workspace)
    sql = (
        "SELECT numbers.i AS i, CAST(numbers.i + wanted.step AS BIGINT) AS shifted FROM range($n) AS numbers(i), wanted "
        "WHERE LIST_CONTAINS(CAST($names AS VARCHAR[]), 'o''clock \"x\"')"
    )
    params = {"n": 600_000, "names": ["", 'o\'clock "x"']}
    parts = list(reader.stream(sql, params, {"wanted": pd.DataFrame({"step": [7]})}))
    assert len(parts) > 1
    numbers = np.sort(np.concatenate([part["i"] for part in parts]))
    assert np.array_equal(numbers, np.arange(600_000))
    assert all(np.array_equal(part["i"] + 7, part["shifted"]) for part in parts)
    assert list(reader.stream("SELECT 1 AS one WHERE $n > 1", {"n": 0})) == []


def test_many_threads_get_the_right_answers(small_workspace):
    reader = open_reader(small_workspace)

    def ask(number):
        answer = reader.query(
            "SELECT $number AS number, COUNT(*) AS n FROM leads, extra",
            {"number": number},
            {"extra": pd.DataFrame({"x": range(number)})},
        )
        return int(answer["number"][0]), int(answer["n"][0])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(1, 60)))
    assert answers == [(number, 2 * number) for number in range(1, 60)]


def test_no_history_says_what_to_run(workspace):
    with pytest.raises(
        WorkspaceError, match=r"workspace: holds no history yet; run `leadcal demo --no-serve` .* or `leadcal import`"
    ):
        open_reader(workspace)


def test_an_unknown_snapshot_says_which_there_are(small_workspace):
    with pytest.raises(WorkspaceError, match="has no snapshot 7; it has 1"):
        open_reader(small_workspace, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [("seven", "says 'seven', which is no snapshot; write one of 000001"), ("9", "names snapshot 9, which is gone")],
)
def test_a_damaged_pointer_is_explained(small_workspace, text, message):
    small_workspace.current.write_text(text)
    with pytest.raises(WorkspaceError, match=message):
        open_reader(small_workspace)


def test_a_file_that_is_no_database_is_explained(small_workspace):
    small_workspace.snapshot_path(2).write_bytes(b"hello world" * 1000)
    small_workspace.set_current(2)
    with pytest.raises(WorkspaceError, match=r"000002.duckdb: is not a readable DuckDB file; restore it, or write"):
        open_reader(small_workspace)


def test_somebody_elses_database_is_explained(small_workspace):
    with duckdb.connect(str(small_workspace.snapshot_path(2))) as connection:
        connection.execute("CREATE TABLE recipes (name VARCHAR)")
    small_workspace.set_current(2)
    with pytest.raises(WorkspaceError, match="is a DuckDB file, but not a leadcal history"):
        open_reader(small_workspace)


def test_a_newer_file_is_refused_and_left_alone(small_workspace):
    with duckdb.connect(str(small_workspace.snapshot_path(1))) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    message = r"000001.duckdb: was written by a newer leadcal \(schema 99, this program reads up to 1\); update leadcal"
    with pytest.raises(WorkspaceError, match=message):
        open_reader(small_workspace)
    with pytest.raises(WorkspaceError, match=message), writing(small_workspace):
        pass
    assert small_workspace.snapshots() == [1]


def in_another_process(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


HOLD_FILE = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
HOLD_WORKSPACE = """
import pathlib, sys
from data.store import writing
from data.workspace import Workspace
with writing(Workspace(pathlib.Path(sys.argv[1]))) as writer:
    print('held', flush=True)
    input()
"""


def test_a_database_that_another_process_writes_is_explained(small_workspace):
    with in_another_process(HOLD_FILE, small_workspace.snapshot_path(1)) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceError, match="another process is writing to this file; close it and try again"):
            open_reader(small_workspace)
        other.communicate("go\n")


def test_two_writers_do_not_meet_and_readers_never_wait(small_workspace):
    with in_another_process(HOLD_WORKSPACE, small_workspace.root) as other:
        assert other.stdout.readline() == "held\n"
        assert lead_ids(open_reader(small_workspace)) == ["a", "b"]
        with (
            pytest.raises(
                WorkspaceError, match="another process is writing to this workspace; wait until it has finished"
            ),
            writing(small_workspace),
        ):
            pass
        other.kill()
        other.wait()
    assert add_lead(small_workspace, "c") == 2, "a killed writer must not block the next one"
    assert not list(small_workspace.history.glob(".building*"))


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be made"), writing(Workspace(tmp_path / "file" / "workspace")):
        pass


def test_undo_goes_back_to_where_the_change_started(small_workspace):
    add_lead(small_workspace, "c")
    assert undo(small_workspace) == 1
    assert lead_ids(open_reader(small_workspace)) == ["a", "b"]
    assert add_lead(small_workspace, "d") == 3, "the undone snapshot keeps its number"
    assert lead_ids(open_reader(small_workspace)) == ["a", "b", "d"]
    assert undo(small_workspace) == 1
    with pytest.raises(WorkspaceError, match="there is nothing to undo"):
        undo(small_workspace)


def test_old_snapshots_go_unless_a_decision_names_them(small_workspace):
    small_workspace.decisions.mkdir()
    (small_workspace.decisions / "2025-04-17-raise-seminar.toml").write_text("[evidence]\nsnapshot = 2\n")
    for number in range(N_KEPT + 3):
        add_lead(small_workspace, f"lead-{number}")
    latest = small_workspace.current_number()
    assert small_workspace.snapshots() == [2, *range(latest - N_KEPT + 1, latest + 1)]


def age(workspace, number=1):
    """Make a snapshot one of an older program: without a table that questions need now."""
    with duckdb.connect(str(workspace.snapshot_path(number))) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'layout'")
        connection.execute("DROP TABLE prep.journeys")


N_JOURNEYS = "SELECT COUNT(*) AS n FROM prep.journeys"


def test_a_snapshot_of_an_older_program_is_prepared_again(small_workspace):
    age(small_workspace)
    reader = open_reader(small_workspace)
    assert reader.query(N_JOURNEYS)["n"].tolist() == [4]
    assert lead_ids(reader) == ["a", "b"]
    assert small_workspace.snapshots() == [1]
    written_at = small_workspace.snapshot_path(1).stat().st_mtime_ns
    assert not open_reader(small_workspace).is_outdated
    assert small_workspace.snapshot_path(1).stat().st_mtime_ns == written_at, "once is enough"
    assert not list(small_workspace.history.glob(".building*"))


def test_many_threads_may_open_an_older_snapshot_at_once(small_workspace):
    age(small_workspace)
    with ThreadPoolExecutor(4) as pool:
        readers = list(pool.map(lambda _: open_reader(small_workspace), range(8)))
    assert [reader.query(N_JOURNEYS)["n"].iloc[0] for reader in readers] == [4] * 8


def test_an_older_snapshot_can_be_imported_into_and_undone(small_workspace):
    age(small_workspace)
    assert add_lead(small_workspace, "c") == 2
    assert open_reader(small_workspace).query(N_JOURNEYS)["n"].tolist() == [5]
    assert undo(small_workspace) == 1
    assert open_reader(small_workspace).query(N_JOURNEYS)["n"].tolist() == [4]


def test_an_older_snapshot_that_cannot_be_prepared_is_explained(small_workspace, monkeypatch):
    def fail(*_):
        raise OSError("read-only file system")

    age(small_workspace)
    monkeypatch.setattr("data.store.shutil.copyfile", fail)
    with pytest.raises(WorkspaceError, match=r"prepared by another version of leadcal.*read-only file system.*import"):
        open_reader(small_workspace)
    assert small_workspace.snapshot_path(1).is_file()
