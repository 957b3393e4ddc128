"""`leadcal handoff`: every part in every format, people without names, and what nobody records."""

import json
from io import StringIO

import pandas as pd
import pytest

from dashboard.cli import main
from dashboard.commands.handoff import PARTS
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("handoff"))
    build_company(workspace, n_leads=2_500)
    return workspace


def run(workspace, capsys, *arguments):
    code = main(["-w", str(workspace.root), "handoff", "--start", "2025-04-01", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_holds_everything(company, capsys):
    code, out, _ = run(company, capsys, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert set(PARTS) <= set(found)
    assert found["n_handoffs"] == sum(month["n_handoffs"] for month in found["months"])
    assert {line["card"] for line in found["scorecards"]} == {"quality", "follow_up"}
    assert found["deadlines"]


@pytest.mark.parametrize("part", ["scorecards", "contact", "breaches", "given_back"])
def test_table_and_csv(company, capsys, part):
    code, text, _ = run(company, capsys, "--part", part)
    assert (code, "First contact: half within" in text) == (0, True)
    code, out, _ = run(company, capsys, "--part", part, "--format", "csv")
    assert code == 0
    assert len(pd.read_csv(StringIO(out)))


def test_people_have_numbers_unless_they_are_asked_for(company, capsys):
    _, hidden, _ = run(company, capsys, "--part", "given_back", "--by", "owner", "--format", "csv")
    _, shown, _ = run(company, capsys, "--part", "given_back", "--by", "owner", "--format", "csv", "--show-owners")
    hidden, shown = (pd.read_csv(StringIO(out)) for out in (hidden, shown))
    assert hidden["group"].str.startswith("person ").all()
    assert not shown["group"].str.startswith("person ").any()
    assert hidden["n_rejected"].tolist() == shown["n_rejected"].tolist()


def test_a_wrong_agreement_is_one_line(company, capsys):
    path = company.root / "handoff_agreement.toml"
    path.write_text("[targets]\naccepted = 7\n", encoding="utf-8")
    try:
        code, _, error = run(company, capsys)
    finally:
        path.unlink()
    assert code == 2
    assert error.count("\n") == 1
    assert "line 2" in error
