"""docs/definitions.md is executed on the company it speaks of, with the file it shows."""

import re
import shlex

from analysis.definitions import FILE_NAME, parse_definitions
from dashboard.cli import main
from tests.conftest import PROJECT
from tests.test_docs import matches, sessions

TEXT = (PROJECT / "docs" / "definitions.md").read_text(encoding="utf-8")


def test_every_command_prints_what_stands_below_it(company, monkeypatch, capsys):
    file = re.search(r"^```toml\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE).group(1)
    assert len(parse_definitions(file).all) == 2
    path = company.root / FILE_NAME
    path.write_text(file, encoding="utf-8")
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    monkeypatch.setenv("LEADCAL_LANG", "en")
    commands = sessions(TEXT)
    assert len(commands) == 2
    try:
        for command, expected in commands:
            words = shlex.split(command)
            assert words.pop(0) == "leadcal", command
            assert main(words) == 0
            shown = capsys.readouterr().out
            assert matches(expected, shown), f"$ {command}\n{shown}"
    finally:
        path.unlink()
