"""Whatever the file: no crash, nothing half-written, every row accounted for."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import LeadcalError
from data.imports import import_files
from data.store import open_reader
from data.workspace import Workspace

NAMES = ("lead_id", "created_at", "source", "employees")
CELLS = st.one_of(
    st.sampled_from(
        ["L1", "L2", "L3", "2024-04-01", "2024-04-02 10:00", "never", "", " ", "12", "-1", "1,000", "a\nb", '"', "=1"]
    ),
    st.text(max_size=4),
)
FAST = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def csv_text(rows):
    lines = [",".join(NAMES)]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return ("\n".join(lines) + "\n").encode("utf-8", errors="replace")


def run(content, on_error="skip"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(content)
        workspace = Workspace(Path(folder) / "workspace")
        try:
            report = import_files(workspace, [path], on_error=on_error)
        except LeadcalError:
            refused = workspace.current_number() is None
        else:
            refused = False
        if refused:
            return None, None
        n_stored = None
        if workspace.current_number() is not None:
            n_stored = int(open_reader(workspace).query("SELECT count(*) AS n FROM leads")["n"].iloc[0])
        return report, n_stored


def assert_accounted(report, n_stored):
    feed = report.feeds.iloc[0]
    assert feed["n_rows"] == feed["n_blank"] + feed["n_rejected"] + feed["n_repeats"] + feed["n_accepted"]
    assert (n_stored or 0) == feed["n_accepted"]
    assert sum(len(rows) for rows in report.rejects.values()) == feed["n_rejected"] == report.n_rejected
    assert all(text.startswith("leads.csv line ") and "\n" not in text for text in report.failures["text"])


@FAST
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=8))
def test_sound_csv_of_anything_is_accounted_for(rows):
    report, n_stored = run(csv_text(rows))
    assert report is not None
    assert report.n_rows == len(rows)
    assert_accounted(report, n_stored)


@FAST
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=5), st.binary(max_size=20), st.integers(0, 200))
def test_broken_csv_never_crashes(rows, junk, position):
    content = csv_text(rows)
    position = min(position, len(content))
    report, n_stored = run(content[:position] + junk + content[position:])
    if report is not None:
        assert_accounted(report, n_stored)


@FAST
@given(st.text(alphabet='ab",\n\r\t;', max_size=60))
def test_quotes_and_delimiters_anywhere(text):
    report, n_stored = run(b"lead_id,created_at\n" + text.encode())
    if report is not None:
        assert_accounted(report, n_stored)


@FAST
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=5))
def test_stop_is_all_or_nothing(rows):
    report, n_stored = run(csv_text(rows), on_error="stop")
    assert report is not None
    if report.n_failures:
        assert n_stored is None
    else:
        assert (n_stored or 0) == report.feeds["n_accepted"].iloc[0]
