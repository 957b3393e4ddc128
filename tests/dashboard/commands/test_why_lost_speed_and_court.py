"""`leadcal why-lost --part speed|court` and `leadcal tune --without-judged`, headless."""

import json
from datetime import datetime

import pytest

from analysis.losses.verdicts import Verdict, folder, give_verdict
from dashboard.cli import main
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("court") / "workspace")
    build_company(workspace, n_leads=4_000)
    return workspace


def run(capsys, workspace, *arguments):
    code = main(["--workspace", str(workspace.root), *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answer(capsys, workspace, *arguments):
    code, out, err = run(capsys, workspace, *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def said(handoff_id, department, verdict):
    return Verdict(
        handoff_id=handoff_id, department=department, verdict=verdict, by="Sato", given_at=datetime(2026, 4, 17)
    )


def test_speed_says_what_the_page_says(capsys, company):
    found = answer(capsys, company, "why-lost", "--part", "speed")
    assert [row["hours"] for row in found["speed"]] == ["0-1", "1-4", "4-24", "24-48", "48-96", "96+", "never"]
    assert sum(row["n_leads"] for row in found["speed"]) == found["n_leads"]
    assert [row["hours"] for row in found["business_hours"]][3:5] == ["9-18", "18-36"]
    assert sum(row["n_wins_back"] for row in found["regions"]) == pytest.approx(found["n_wins_back"])
    assert {row["wait_hours"] for row in found["waiting_rules"]} == {24, 48}
    code, out, _ = run(capsys, company, "why-lost", "--part", "speed")
    assert code == 0
    assert "late calls cost about" in out


def test_the_court_tells_nothing_before_both_have_spoken_and_tune_leaves_out_what_they_agree_on(capsys, company):
    cases = answer(capsys, company, "why-lost", "--part", "court")["cases"]
    assert len(cases) == 20
    assert {row["suspected"] for row in cases} == {""}
    first, second, third = (row["handoff_id"] for row in cases[:3])
    give_verdict(company, said(first, "sales", "handling"))
    give_verdict(company, said(first, "marketing", "handling"))
    give_verdict(company, said(second, "sales", "score"))
    give_verdict(company, said(third, "sales", "market"))
    give_verdict(company, said(third, "marketing", "score"))
    (folder(company) / "x.sales.toml").write_text("verdict = 1", encoding="utf-8")
    found = answer(capsys, company, "why-lost", "--part", "court")
    rows = {row["handoff_id"]: row for row in found["cases"]}
    assert (rows[first]["sales"], rows[first]["marketing"]) == ("handling", "handling")
    assert rows[first]["suspected"]
    assert (rows[second]["sales"], rows[second]["suspected"]) == ("(given)", "")
    assert (found["n_both"], found["n_same"], found["excluded"]) == (2, 1, [first])
    assert "x.sales.toml" in found["problems"][0]

    usual = answer(capsys, company, "tune", "--max-changes", "1")
    without = answer(capsys, company, "tune", "--max-changes", "1", "--without-judged")
    assert (usual["n_left_out"], without["n_left_out"]) == (0, 1)
    assert usual["n_mature"] - without["n_mature"] == 1
    assert usual["n_won"] == without["n_won"]
