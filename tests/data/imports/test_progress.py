"""How far an import is, stopping it, what it leaves behind, and what it would do."""

import pandas as pd
import pytest
from filelock import FileLock

from data.errors import WorkspaceError
from data.imports import import_files, parse_mapping, progress, straight
from data.imports.workplace import FOLDER, working_folder
from data.store import open_reader

N = 30_000
LEADS = "lead_id,created_at,source\n" + "".join(f"L{i},2024-04-01 10:00:00,web\n" for i in range(N))


class StoppedError(Exception):
    """Raised by somebody who has seen enough."""


@pytest.fixture(autouse=True)
def polled_often(monkeypatch):
    monkeypatch.setattr(progress, "POLL_SECONDS", 0.001)


def left_behind(workspace):
    return sorted(path.name for path in workspace.root.rglob("*")) if workspace.root.exists() else []


@pytest.mark.parametrize("size", [0, 10**12], ids=["straight", "usual"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_shares_never_fall_and_name_the_file(workspace, write, monkeypatch, size, encoding):
    monkeypatch.setattr(straight, "MIN_BYTES", size)
    told = []
    path = write("leads.csv", LEADS + "L,2024-04-01,展示会\n", encoding=encoding)
    import_files(workspace, [path], progress=lambda what, share: told.append((what, share)))
    shares = [share for what, share in told if what == "leads.csv -> leads"]
    assert len(shares) > 1
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_two_files_share_one_way(workspace, write):
    told = []
    paths = [write("leads.csv", LEADS), write("opt_outs.csv", "lead_id,at\n" + "L1,2024-04-01\n" * 9)]
    import_files(workspace, paths, progress=lambda what, share: told.append((what, share)))
    # How often it tells depends on how busy the machine is; where it begins does not.
    shares = [share for what, share in told if what == "opt_outs.csv -> opt_outs"]
    assert 0.99 < shares[0] < 1
    assert shares == sorted(shares)


@pytest.mark.parametrize("size", [0, 10**12], ids=["straight", "usual"])
@pytest.mark.parametrize("at", ["leads.csv: opening", "leads.csv -> leads", "comparing rows", "writing the history"])
def test_whoever_listens_may_stop_it_at_any_step(workspace, write, monkeypatch, size, at):
    monkeypatch.setattr(straight, "MIN_BYTES", size)
    heard = []

    def stop(what, _share):
        heard.append(what)
        if what == at and (what != "leads.csv -> leads" or heard.count(at) > 1):  # in the middle of the statement
            raise StoppedError

    path = write("leads.csv", LEADS)
    with pytest.raises(StoppedError):
        import_files(workspace, [path], progress=stop)
    assert workspace.current_number() is None
    assert not [name for name in left_behind(workspace) if name not in ("history", ".lock")]


def test_reading_line_by_line_tells_its_bytes(workspace, write, monkeypatch):
    told = []
    path = write("leads.csv", LEADS + "broken\n")
    import_files(workspace, [path], progress=lambda _, share: told.append(share), on_error="skip")
    assert any(share and 0 < share < 1 for share in told)


def test_after_a_stop_the_next_import_works(workspace, write, run):
    def stop(*_):
        raise StoppedError

    path = write("leads.csv", LEADS)
    with pytest.raises(StoppedError):
        run(path, progress=stop)
    assert run(path).tables["n_new"].tolist() == [N]


def test_what_a_killed_import_left_is_removed_by_the_next(workspace, write, run):
    dead = workspace.history / FOLDER / "dead"
    alive = workspace.history / FOLDER / "alive"
    begun = workspace.history / FOLDER / "begun"
    for place in (dead, alive, begun):
        place.mkdir(parents=True)
        (place / "lock").touch()
    for place in (dead, alive):
        (place / "work").mkdir()
        (place / "work" / "part.parquet").write_text("x")
    with FileLock(alive / "lock"):
        run(write("leads.csv", "lead_id,created_at\nL1,2024-04-01\n"))
        assert not dead.exists()
        assert (alive / "work" / "part.parquet").exists()
        assert begun.exists()


def test_nothing_is_left_where_nothing_was(workspace, write, run):
    run(write("leads.csv", "lead_id,created_at\nL1,never\n"))
    assert not workspace.root.exists()
    run(write("leads.csv", "lead_id,created_at\nL1,2024-04-01\n"))
    assert not (workspace.history / FOLDER).exists()


def test_a_place_that_cannot_be_written_does_for_a_look(workspace, write, run):
    workspace.root.parent.mkdir(parents=True, exist_ok=True)
    workspace.root.write_text("a file, not a folder")
    with working_folder(workspace) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_a_full_disk_is_one_line(workspace, write, run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.imports.scratch.execute", full)
    with pytest.raises(WorkspaceError, match=r"there was no room to check the files .*; nothing was changed"):
        run(write("leads.csv", "lead_id,created_at\nL1,2024-04-01\n"))
    assert not workspace.root.exists()


FIRST = "lead_id,created_at,source\nL1,2024-04-01,web\nL2,2024-04-02,web\n"
SECOND = "lead_id,created_at,source\nL1,2024-04-01,web\nL2,2024-04-02,fair\nL3,2024-04-03,web\n"
DEALS = "lead_id,outcome,closed_at\nL1,won,2024-03-01\nL3,won,2024-04-01\nL9,won,2024-04-01\n"


@pytest.mark.parametrize("options", [{"preview": True}, {"on_error": "stop"}])
def test_what_would_be_is_said_before(workspace, write, run, options):
    run(write("leads.csv", FIRST))
    bad = "" if "preview" in options else "L4,never,web\n"
    report = run(write("leads.csv", SECOND + bad), write("deals.csv", DEALS), **options)
    assert not report.is_merged
    assert report.tables.to_numpy().tolist() == [["leads", 3, 1, 1, 1], ["deals", 3, 3, 0, 0]]
    done = run(write("leads.csv", SECOND), write("deals.csv", DEALS))
    assert_same(done, report)
    assert [warning.code for warning in report.warnings] == ["won_before_created", "unknown_leads"]


def assert_same(done, foretold):
    assert done.tables.to_numpy().tolist() == foretold.tables.to_numpy().tolist()
    assert [warning.text for warning in done.warnings] == [warning.text for warning in foretold.warnings]


def test_the_first_import_is_foretold_too(workspace, write, run):
    paths = [write("leads.csv", SECOND), write("deals.csv", DEALS)]
    report = run(*paths, preview=True)
    assert_same(run(*paths), report)
    handoffs = write("handoffs.csv", "lead_id,handed_off_at,first_contact_at\nL1,2024-04-02,2024-05-01\n")
    later = write("deals.csv", "lead_id,outcome,closed_at\nL1,won,2024-04-20\n")
    report = run(handoffs, later, preview=True)
    assert [warning.code for warning in report.warnings] == ["won_before_contact"]


def test_a_sample_shows_raw_beside_parsed(workspace, write, run):
    mapping = parse_mapping(
        'time_zone = "Asia/Tokyo"\n[file.a]\n[[leads]]\nlead_id = "No"\ncreated_at = { first_of = ["登録日", "更新日"] }\n'
        'employees = "従業員数"\nsource = { value = "web" }\n',
        "m.toml",
    )
    text = 'No,登録日,更新日,従業員数\n1,令和6年4月1日,,"1,000人"\n\n2,,2024/04/02 9:00,未入力\n3,いつか,,5\n'
    report = run(write("a.csv", text), mapping=mapping, preview=True)
    assert list(report.sample) == ["file", "table", "line", "column", "source", "raw", "parsed"]
    assert report.sample.drop(columns=["file", "table"]).to_numpy().tolist() == [
        [2, "lead_id", "No", "1", "1"],
        [2, "created_at", "登録日 / 更新日", "令和6年4月1日", "2024-03-31 15:00:00"],
        [2, "employees", "従業員数", "1,000人", "1000"],
        [4, "lead_id", "No", "2", "2"],
        [4, "created_at", "登録日 / 更新日", "2024/04/02 9:00", "2024-04-02 00:00:00"],
        [4, "employees", "従業員数", "未入力", None],
        [5, "lead_id", "No", "3", "3"],
        [5, "created_at", "登録日 / 更新日", "いつか", None],
        [5, "employees", "従業員数", "5", "5"],
    ]


def test_a_sample_is_the_beginning_of_each_feed_and_empty_after_an_import(workspace, write, run):
    path = write("leads.csv", LEADS)
    report = run(path, preview=True)
    assert report.sample["line"].drop_duplicates().tolist() == list(range(2, 22))
    assert run(path).sample.empty


def test_a_look_changes_nothing(workspace, write, run):
    run(write("leads.csv", FIRST))
    before = open_reader(workspace).query("SELECT * FROM leads")
    run(write("leads.csv", SECOND), preview=True)
    pd.testing.assert_frame_equal(open_reader(workspace).query("SELECT * FROM leads"), before)
    assert workspace.snapshots() == [1]
