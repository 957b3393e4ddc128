"""Uploads are bounded, and no name of theirs leads anywhere."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboard
from dashboard.importing import uploads
from dashboard.importing.uploads import RefusalError, Staged, safe_names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("名簿.csv", "名簿.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\me\\list.CSV", "list.csv"),
        ("/root/.csv", "file1.csv"),
        ("..csv", "file1.csv"),
        ("a\x00b\n.tsv", "ab.tsv"),
        ("*[x]?.xlsx", "x.xlsx"),
        ("a" * 300 + ".parquet", "a" * 80 + ".parquet"),
    ],
)
def test_names_are_harmless(name, safe):
    assert safe_names([name]) == [safe]


@given(st.text(max_size=60))
def test_no_name_leaves_its_folder(name):
    (safe,) = safe_names([name + ".csv"])
    assert Path(safe).name == safe
    assert safe not in (".", "..")
    assert not safe.startswith(".")


def test_two_files_of_one_name_are_told_apart():
    assert safe_names(["a/list.csv", "b/LIST.csv"]) == ["list.csv", "LIST (2).csv"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("run.exe", b"x")], "kind"),
        ([("noending", b"x")], "kind"),
        ([("a.csv", b"")], "blank"),
        ([(f"{n}.csv", b"x") for n in range(21)], "many"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(files, code):
    with pytest.raises(RefusalError) as refused:
        Staged(files)
    assert refused.value.code == code


def test_sizes_are_bounded(monkeypatch):
    monkeypatch.setattr(uploads, "_MB", 10)
    with pytest.raises(RefusalError, match="large"):
        Staged([("a.csv", b"x" * 501)])
    with pytest.raises(RefusalError, match="total"):
        Staged([(f"{n}.csv", b"x" * 500) for n in range(5)])


def test_the_browser_refuses_at_the_same_size():
    config = tomllib.loads((Path(dashboard.__file__).parent / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] == uploads.MAX_FILE_MB


def test_files_are_gone_when_nobody_needs_them():
    staged = Staged([("a.csv", b"x"), ("b.csv", b"y")])
    folder = staged.paths[0].parent
    assert [path.read_bytes() for path in staged.paths] == [b"x", b"y"]
    assert Path(tempfile.gettempdir()).resolve() in folder.resolve().parents
    del staged
    assert not folder.exists()
