"""Whatever bytes arrive under a mapping: no crash, nothing half-written, every row accounted for.

LEADCAL_FUZZ_EXAMPLES=500 pytest tests/data/imports/test_fuzz_mapping.py
"""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import LeadcalError
from data.imports import import_files, parse_mapping, straight, write_rejects
from data.store import open_reader
from data.workspace import Workspace

MAPPING = parse_mapping(
    """
name = "like a preset"
time_zone = "Asia/Tokyo"
unknown = ["-", "Select"]

[file.contacts]
name = "contacts*.csv"

[[leads]]
keep = "first"
lead_id = { first_of = ["ID", "メール"] }
created_at = { first_of = ["作成日", "更新日"] }
company = "会社名"
employees = { column = "従業員数", part_before = ";" }
source = { column = "流入経路", map = { "展示会" = "exhibition", "Web" = "web" }, others = "keep" }

[[touches]]
only_where = { "更新日" = "filled" }
lead_id = { id_of = ["ID", "メール"] }
at = { column = "更新日", dates = ["%Y/%m/%d", "excel"] }
kind = { value = "exhibition" }
content = { template = "{会社名}/{流入経路}" }

[[deals]]
only_where = { "流入経路" = { is_not = ["", "-"] } }
deal_id = "ID"
lead_id = "メール"
outcome = { column = "流入経路", map = { "受注" = "won", "展示会" = "lost" }, others = { value = "open" } }
amount = "従業員数"
""",
    "preset.toml",
)
NAMES = ("ID", "メール", "作成日", "更新日", "会社名", "従業員数", "流入経路")
CELLS = st.one_of(
    st.sampled_from(
        ["1", "2", "a@example.jp", "2024/04/01", "令和6年4月1日", "45383", "いつか", "1,000人", "５００", "5;6", "-", "", " ",
         "展示会", "受注", "Web", "㈱髙島", "=1+1", 'a"b', "x\ny", "a,b\tc;d"]
    ),
    st.text(alphabet="表ソ予あア亜0-/;,\t\"'|@ \n\\", max_size=5),
)  # fmt: skip
ROWS = st.lists(
    st.one_of(st.tuples(*[CELLS] * len(NAMES)), st.lists(CELLS, min_size=2, max_size=len(NAMES) + 2)), max_size=7
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "cp932", "euc_jp", "euc_jis_2004", "utf-16"])
N_EXAMPLES = int(os.environ.get("LEADCAL_FUZZ_EXAMPLES", "12"))
FAST = settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def file_bytes(rows, delimiter, line_end, encoding):
    lines = [delimiter.join(NAMES)]
    lines += [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    text = line_end.join(lines) + line_end
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:  # 髙 is in CP932 only
        return text.encode("utf-8")


def stored_counts(workspace):
    if workspace.current_number() is None:
        return {}
    reader = open_reader(workspace)
    return {
        table: int(reader.query(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0])
        for table in ("leads", "touches", "deals")
    }


def run(folder, content, on_error):
    path = Path(folder) / "contacts.csv"
    path.write_bytes(content)
    workspace = Workspace(Path(folder) / "workspace")
    try:
        report = import_files(workspace, [path], MAPPING, on_error=on_error)
    except LeadcalError:  # its text is one line by construction
        assert not workspace.root.exists()
        return None
    assert_accounted(report, stored_counts(workspace), Path(folder))
    return report


def assert_accounted(report, stored, folder):
    feeds = report.feeds.set_index("table")
    parts = ["n_blank", "n_left_out", "n_rejected", "n_repeats", "n_accepted"]
    assert (feeds["n_rows"] == feeds[parts].sum(axis=1)).all()
    assert (feeds["n_rows"] == report.n_rows).all()
    assert (feeds["n_rejected"] <= report.n_rejected).all()
    assert sum(len(rows) for rows in report.rejects.values()) == report.n_rejected
    assert bool(report.n_failures) == bool(report.n_rejected)
    assert all(text.startswith("contacts.csv line ") and "\n" not in text for text in report.failures["text"])
    assert report.is_merged or not stored
    if stored:
        assert {table: stored[table] for table in feeds.index} == feeds["n_accepted"].to_dict()
    for path in write_rejects(report, folder / "rejects"):
        assert path.stat().st_size


@FAST
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), ENCODINGS, st.sampled_from(["skip", "stop"]))
def test_any_encoding_delimiter_and_ragged_rows(rows, delimiter, line_end, encoding, on_error):
    with tempfile.TemporaryDirectory() as folder:
        report = run(folder, file_bytes(rows, delimiter, line_end, encoding), on_error)
        assert report is not None
        assert report.n_rows == len(rows)
        if on_error == "stop" and report.n_failures:
            assert not report.is_imported


@FAST
@given(
    ROWS,
    ENCODINGS,
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=8) | st.sampled_from([b'"', b"\r", b"\n\n", b"\0"]))),
)
def test_junk_anywhere(rows, encoding, junk):
    content = file_bytes(rows, ",", "\n", encoding)
    for place, some in junk:
        content = content[:place] + some + content[place:]
    with tempfile.TemporaryDirectory() as folder:
        run(folder, content, "skip")


@FAST
@given(st.binary(max_size=300), st.booleans())
def test_bytes_of_any_kind(content, has_header):
    header = ",".join(NAMES).encode() + b"\n" if has_header else b""
    with tempfile.TemporaryDirectory() as folder:
        run(folder, header + content, "skip")


@settings(FAST, max_examples=max(N_EXAMPLES // 2, 1))
@given(ROWS)
def test_straight_or_not_the_same_comes_in(rows):
    found = []
    usual_size = straight.MIN_BYTES
    for size in (0, usual_size):
        straight.MIN_BYTES = size
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "leads.csv"
            path.write_bytes(
                b"lead_id,created_at,source\n"
                + b"".join(
                    ",".join('"' + cell.replace('"', '""') + '"' for cell in (*row, "", "")[:3]).encode() + b"\n"
                    for row in rows
                )
            )
            workspace = Workspace(Path(folder) / "workspace")
            report = import_files(workspace, [path], on_error="skip")
            stored = (
                open_reader(workspace).query("SELECT * FROM leads ORDER BY lead_id").to_csv()
                if report.is_imported
                else ""
            )
            found.append((report.feeds.to_csv(), report.failures.to_csv(), stored))
    straight.MIN_BYTES = usual_size
    assert found[0] == found[1]
