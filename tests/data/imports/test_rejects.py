"""Rejected rows as a file: original columns, reason, no formulas, and the way back."""

import csv

import pytest

from data.imports import write_rejects
from data.imports.rejects import neutralised
from data.store import open_reader

TEXT = "lead_id,created_at,source,note\nL1,2024-04-01,web,x\nL2,never,=cmd(),-5\n,2024-04-03,fair,@a\n"


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_rejects_keep_their_columns_and_say_why(write, run, tmp_path):
    report = run(write("leads.csv", TEXT), on_error="skip")
    [path] = write_rejects(report, tmp_path / "leads.rejects.csv")
    rows = read(path)
    assert rows[0] == ["lead_id", "created_at", "source", "note", "leadcal_line", "leadcal_reason"]
    assert rows[1][:5] == ["L2", "never", "'=cmd()", "'-5", "3"]
    assert rows[1][5].startswith("created_at: 'never' is no date")
    assert rows[2] == [
        "",
        "2024-04-03",
        "fair",
        "'@a",
        "4",
        "lead_id: is empty, but leads needs lead_id; fill it in, or leave the row out",
    ]


def test_rejects_can_be_put_right_and_brought_back_alone(workspace, write, run, tmp_path):
    report = run(write("leads.csv", TEXT), on_error="skip")
    [path] = write_rejects(report, tmp_path)
    assert path.name == "leads.rejects.csv"
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("never", "2024-04-02").replace("\n,", "\nL3,"), encoding="utf-8"
    )
    again = run(path)
    leads = open_reader(workspace).query("SELECT lead_id, source FROM leads ORDER BY lead_id")
    assert again.tables["n_new"].tolist() == [2]
    assert leads.to_numpy().tolist() == [["L1", "web"], ["L2", "=cmd()"], ["L3", "fair"]]


def test_broken_lines_are_among_them(write, run, tmp_path):
    report = run(write("leads.csv", TEXT + "L5\n"), on_error="skip")
    [path] = write_rejects(report, tmp_path)
    assert read(path)[-1][0] == "L5"
    assert report.n_rejected == len(read(path)) - 1 == 3


def test_nothing_is_written_when_nothing_was_rejected(write, run, tmp_path):
    report = run(write("leads.csv", "lead_id,created_at\nL1,2024-04-01\n"))
    assert write_rejects(report, tmp_path / "out.csv") == []
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=b", "a=b"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_formulas_are_neutralised(cell, expected):
    assert neutralised(cell) == expected
