"""The documentation is executed: each `$ leadcal ...` in a console block prints what stands below it."""

import os
import re
import shlex
from pathlib import Path

import pytest

from dashboard.cli import main
from tests.conftest import PROJECT

CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
DOCUMENTS = [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def sessions(text: str) -> list[tuple[str, str]]:
    """Commands and the output below each, in the order of the document."""
    found: list[tuple[str, str]] = []
    for block in CONSOLE.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def matches(expected: str, actual: str) -> bool:
    """A line `...` stands for any lines; times and seconds differ from run to run."""
    pattern = ".*".join(re.escape(piece.strip("\n")) for piece in re.split(r"^\.\.\.$", expected, flags=re.MULTILINE))
    pattern = re.sub(r"\d+\\\.\d+\\ s\b", r"\\d+\\.\\d+\\ s", pattern)
    return re.fullmatch(rf"\s*{pattern}\s*", actual, flags=re.DOTALL) is not None


def test_the_olist_example_of_the_readme_prints_what_it_says(shared_data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(tmp_path / "workspace"))
    commands = [
        entry for entry in sessions((PROJECT / "README.md").read_text(encoding="utf-8")) if "leadcal" in entry[0]
    ]
    assert len(commands) >= 3, "the README must show import, funnel and calibration"
    for command, expected in commands:
        words = shlex.split(command.replace("../shared/data", str(shared_data)))
        assert words.pop(0) == "leadcal", command
        if "--workspace" in words:
            words[words.index("--workspace") + 1] = os.environ["LEADCAL_WORKSPACE"]
        code = main(words)
        output = capsys.readouterr()
        shown = (output.out + output.err).replace(str(shared_data), "../shared/data")
        shown = shown.replace(os.environ["LEADCAL_WORKSPACE"], "olist-workspace")
        assert code in (0, 1), shown
        assert matches(expected, shown), f"$ {command}\n{shown}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_between_documents_lead_somewhere(document: Path):
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}, which does not exist"
