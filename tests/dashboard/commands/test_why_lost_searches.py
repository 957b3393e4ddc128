"""`leadcal why-lost` with conditions, near misses and twins: every format, and errors of one line."""

import json
from io import StringIO

import pandas as pd
import pytest

from dashboard.cli import main
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("searches"))
    build_company(workspace, n_leads=2_500)
    return workspace


def run(workspace, capsys, *arguments):
    code = main(["-w", str(workspace.root), "why-lost", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("part", ["groups", "near-misses", "twins"])
def test_all_formats(company, capsys, part):
    code, text, _ = run(company, capsys, "--part", part)
    assert code == 0
    assert text.strip()
    code, out, _ = run(company, capsys, "--part", part, "--format", "json")
    found = json.loads(out)
    assert (code, found["part"]) == (0, part)
    main_table = {"groups": "groups", "near-misses": "near_misses", "twins": "differences"}[part]
    code, out, _ = run(company, capsys, "--part", part, "--format", "csv")
    assert code == 0
    assert len(pd.read_csv(StringIO(out))) == len(found[main_table])


def test_conditions_say_what_was_searched(company, capsys):
    _, out, _ = run(company, capsys, "--part", "groups", "--format", "json")
    found = json.loads(out)
    assert found["n_looked_at"] > found["n_tested"] > 0
    for row in found["groups"]:
        assert row["status"] in ("confirmed", "small", "unclear")
        assert row["n_at_stake_least"] <= row["n_at_stake"] <= row["n_at_stake_most"]


def test_twins_of_a_lead(company, capsys):
    _, out, _ = run(company, capsys, "--part", "twins", "--format", "json")
    first = json.loads(out)
    code, text, _ = run(company, capsys, "--part", "twins", "--lead", first["lead_id"])
    assert code == 0
    assert text.startswith(f"{first['lead_id']} lost")
    assert len(first["twins"]) == 4
    assert [row["is_won"] for row in first["twins"]] == [False, True, True, True]


def test_a_lead_that_did_not_lose_is_one_line(company, capsys):
    code, _, error = run(company, capsys, "--part", "twins", "--lead", "nobody")
    assert code == 2
    assert error.count("\n") == 1
    assert "nobody" in error
