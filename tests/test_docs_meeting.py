"""The commands of docs/meeting.md print what stands below them, three months of future included."""

import re
import shlex
from datetime import datetime

from analysis.rulesets import find_ruleset
from analysis.rulesets.drafts import save_draft
from dashboard.cli import main
from data.synthetic import build_company
from data.workspace import Workspace
from tests.conftest import PROJECT
from tests.test_docs import matches, sessions


def test_the_round_of_the_document_prints_what_it_says(tmp_path, monkeypatch, capsys):
    workspace = Workspace(tmp_path / "workspace")
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("LEADCAL_LANG", "en")
    build_company(workspace, n_leads=4000, seed=1, as_of=datetime(2025, 12, 31, 9))
    points = {"price_inquiry": 6, "white_paper": 0, "business_card": 1, "industry_consulting": -2}
    save_draft(workspace, find_ruleset(workspace, "today@1"), points)
    text = (PROJECT / "docs" / "meeting.md").read_text(encoding="utf-8")
    (tripwires,) = re.findall(r"^```toml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    (workspace.root / "tripwires.toml").write_text(tripwires, encoding="utf-8")
    commands = sessions(text)
    assert len(commands) == 8
    for number, (command, expected) in enumerate(commands):
        if command == "leadcal decisions":  # three months later
            build_company(workspace, n_leads=4000, seed=1)
        words = shlex.split(command)
        assert words.pop(0) == "leadcal"
        code = main(words)
        output = capsys.readouterr()
        shown = (output.out + output.err).replace(str(workspace.root), "workspace")
        assert code in (0, 1, 2), shown
        assert matches(expected, shown), f"{number} $ {command}\n{shown}"
