"""`leadcal report`, its documentation, and the buttons."""

from __future__ import annotations

import shlex

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.cli import main
from dashboard.reporting import made
from dashboard.texts import speaker
from tests.conftest import PROJECT
from tests.dashboard.reporting.conftest import AS_OF
from tests.test_docs import matches, sessions


def test_the_command_writes_what_the_button_makes(synthetic, reader, today, chosen, tmp_path, capsys):
    path = tmp_path / "report.html"
    words = ["report", "--language", "en", "-o", str(path), "--as-of", AS_OF.isoformat(), "--company", "Sample Inc."]
    assert main(["-w", str(synthetic.root), *words]) == 0
    same = made.make(reader, chosen, today, "html", speaker("en"), company="Sample Inc.")
    assert path.read_bytes() == same.content
    assert capsys.readouterr().out == f"{path}: {same.n_pages} pages, data up to 31 Jan 2026, snapshot 1.\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "pdf"], "'pdf' is not one of"),
        (["-o", "report.docx"], "a report is no .docx file; write html or pptx, or give --format"),
        (["--language", "fr"], "'fr' is not one of"),
        (["--ruleset", "nobody"], 'there is no ruleset called "nobody"'),
        (["--source", "nowhere"], "no lead has this source"),
    ],
)
def test_wrong_options_are_refused_in_one_line(synthetic, capsys, words, said):
    assert main(["-w", str(synthetic.root), "report", *words]) == 2
    shown = capsys.readouterr().err.strip()
    assert said in shown
    assert "\n" not in shown


def test_a_place_that_cannot_be_written_is_refused_in_one_line(synthetic, capsys, tmp_path):
    path = tmp_path / "missing" / "report.html"
    assert main(["-w", str(synthetic.root), "report", "-o", str(path), "--as-of", "2026-01-31"]) == 2
    shown = capsys.readouterr().err.strip()
    assert "cannot be written (No such file or directory); choose another file or folder" in shown
    assert "\n" not in shown


def test_the_document_shows_what_the_command_prints(synthetic, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(synthetic.root))
    monkeypatch.setenv("LEADCAL_LANG", "en")
    commands = sessions((PROJECT / "docs" / "report.md").read_text(encoding="utf-8"))
    assert commands
    for command, expected in commands:
        words = shlex.split(command)
        assert words.pop(0) == "leadcal"
        assert main(words) == 0
        assert matches(expected, capsys.readouterr().out), command
    assert {path.suffix for path in tmp_path.iterdir()} == {".html", ".pptx"}


def script() -> None:
    from dashboard import loading
    from dashboard.reporting import button
    from dashboard.texts import speaker

    current = loading.current_snapshot()
    assert current is not None
    facts = loading.facts(current)
    assert facts is not None
    from analysis.selection import Selection

    path = next(iter(loading.ruleset_paths().values()))
    button.draw(speaker("en"), current, Selection(as_of=facts.data_end), path)


def test_the_buttons_make_nothing_before_they_are_clicked(synthetic, monkeypatch):
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(synthetic.root))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the report was made without a click")

    monkeypatch.setattr(made, "make", never)
    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    assert [entry.proto.label for entry in page.get("download_button")] == ["To print (HTML)", "To edit (PowerPoint)"]
