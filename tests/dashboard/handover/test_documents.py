"""docs/rule-health.md, routing.md, handover.md and why-lost.md are executed on the company they speak of."""

import re
import shlex

import pytest

from analysis.routing import parse_routing
from dashboard.cli import main
from data.synthetic import build_company
from data.workspace import Workspace
from tests.conftest import PROJECT
from tests.test_docs import matches, sessions

DOCUMENTS = ["rule-health.md", "routing.md", "handover.md", "why-lost.md"]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("documents") / "workspace")
    build_company(workspace, n_leads=20_000, seed=1)
    return workspace


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_prints_what_stands_below_it(document, company, monkeypatch, capsys):
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    monkeypatch.setenv("LEADCAL_LANG", "en")
    commands = sessions((PROJECT / "docs" / document).read_text(encoding="utf-8"))
    assert commands
    for command, expected in commands:
        words = shlex.split(command)
        assert words.pop(0) == "leadcal", command
        assert main(words) == 0
        shown = capsys.readouterr().out
        assert matches(expected, shown), f"$ {command}\n{shown}"


def test_the_rules_of_the_document_can_be_used():
    text = (PROJECT / "docs" / "routing.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert [rule.owner for rule in parse_routing(block).rules] == ["inside_sales", "marketing"]
