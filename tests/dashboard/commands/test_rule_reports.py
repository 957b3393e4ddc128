"""`leadcal ruleset health|card|sheet|sql` and `leadcal routing` say what the functions behind them say."""

import json
from io import StringIO

import pandas as pd
import pytest

from analysis.replay import lead_scores
from analysis.routing import find_routing, routing_coverage
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("reports") / "workspace")
    build_company(workspace, n_leads=1500, seed=5)
    return workspace


def test_health_in_every_format(leadcal):
    document = json.loads(leadcal("ruleset", "health", "--format", "json")[1])
    assert len(document["rules"]) == 17
    assert {"verdict", "reason", "values", "why", "most_with"} <= set(document["rules"][0])
    assert {"rule_id", "other_id", "phi"} <= set(document["overlaps"][0])
    table = pd.read_csv(StringIO(leadcal("ruleset", "health", "--format", "csv")[1]))
    assert table["verdict"].tolist() == [rule["verdict"] for rule in document["rules"]]
    code, shown, errors = leadcal("ruleset", "health", "today", "--source", "exhibition")
    assert (code, errors) == (0, "")
    assert "today@1:" in shown
    assert "Not enough data" in shown


def test_the_card_is_printed_or_written(leadcal, tmp_path):
    page = leadcal("ruleset", "card", "today", "--language", "ja")[1]
    assert page.startswith("<!DOCTYPE html>")
    assert "現行の点数表" in page
    path = tmp_path / "card.html"
    assert leadcal("ruleset", "card", "--language", "ja", "-o", path)[1] == f"Wrote {path}.\n"
    assert path.read_text(encoding="utf-8") == page
    (tmp_path / "file").write_text("")
    code, _, errors = leadcal("ruleset", "card", "-o", tmp_path / "file" / "card.html")
    assert code == 2
    assert "cannot be written" in errors


def test_the_sheet_compares_two_versions(leadcal, company, tmp_path):
    draft = tmp_path / "draft.toml"
    text = find_text(company)
    draft.write_text(text.replace("version = 1", "version = 2").replace("points = 5", "points = 2"), encoding="utf-8")
    arguments = ("ruleset", "sheet", "--from", "today@1", "--to", draft, "--tool", "hubspot")
    steps = json.loads(leadcal(*arguments, "--format", "json")[1])["steps"]
    assert [(step["name"], step["before"], step["after"]) for step in steps] == [
        ("Business card exchanged", "worth 5", "worth 2")
    ]
    assert "from today@1 to today@2, in HubSpot" in leadcal(*arguments)[1]
    assert "| [ ] | 1 | ルール | 名刺交換 |" in leadcal(*arguments, "--format", "markdown", "--language", "ja")[1]
    path = tmp_path / "sheet.csv"
    assert leadcal(*arguments, "--format", "csv", "-o", path)[0] == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfNo.,What,")
    code, _, errors = leadcal(*arguments, "-o", path)
    assert code == 2
    assert "only markdown and csv" in errors
    assert "Nothing is to be set" in leadcal("ruleset", "sheet", "--from", "today", "--to", "today")[1]


def find_text(company):
    return (company.rulesets / "today" / "1.toml").read_text(encoding="utf-8")


def test_the_sql_gives_the_scores(leadcal, company):
    reader = open_reader(company)
    found = reader.query(leadcal("ruleset", "sql", "today")[1])
    scores = lead_scores(reader, find_ruleset(company, "today"), Selection(as_of=reader.data_end))
    assert found["score"].sum() == scores.loc[scores["group"] != "standing", "score"].sum()
    at = leadcal("ruleset", "sql", "--moments", "leads", "--as-of", "2025-06-30")[1]
    assert len(reader.query(at)) == reader.query("SELECT 1 AS x FROM leads WHERE created_at <= '2025-06-30'").shape[0]
    code, _, errors = leadcal("ruleset", "sql", "--as-of", "2025-06-30")
    assert code == 2
    assert "add --moments leads" in errors


def test_routing_counts_and_lists(leadcal, company):
    reader = open_reader(company)
    coverage = routing_coverage(reader, find_routing(company), Selection(as_of=reader.data_end))
    document = json.loads(leadcal("routing", "--format", "json")[1])
    assert document["n_none"] == coverage.n_none
    assert document["gaps"][0]["condition"] == "Employees from 100 to 999"
    assert [rule["n_leads"] for rule in document["rules"]] == coverage.rules["n_leads"].tolist()
    shown = leadcal("routing")[1]
    assert "no handoff_rules.toml" in shown
    assert "Employees from 100 to 999:" in shown
    listed = pd.read_csv(StringIO(leadcal("routing", "--open", "none", "--limit", "100000", "--format", "csv")[1]))
    assert len(listed) == coverage.n_none
    code, _, errors = leadcal("routing", "--rules", "practise-any")
    assert code == 2
    assert "did you mean practice-any?" in errors


def test_an_own_file_is_used_and_its_mistakes_are_named(leadcal, company):
    own = company.root / "handoff_rules.toml"
    own.write_text('[[rule]]\nid = "a"\nkind = "opt_out"\nowner = "marketing"\n', encoding="utf-8")
    try:
        code, _, errors = leadcal("routing")
        assert code == 2
        assert f"{own}, line 1: rule a has no action" in errors
    finally:
        own.unlink()


def test_replay_says_what_would_have_changed(leadcal, company, tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text(find_text(company).replace("points = 5", "points = 1"), encoding="utf-8")
    code, output, errors = leadcal("ruleset", "replay", "today@1", draft, "--from", "2025-04", "--format", "json")
    assert (code, errors) == (0, "")
    moves = {row["move"]: row for row in json.loads(output)["moves"]}
    assert moves["out"]["n_leads"] > 0
    shown = leadcal("ruleset", "replay", "today@1", draft, "--from", "2025-04")[1]
    assert f"{moves['out']['n_leads']:,} leads would have been held back." in shown
    code, _, errors = leadcal("ruleset", "replay", "today@1", draft, "--from", "2030-01")
    assert code == 2
    assert "choose an earlier day" in errors


@pytest.mark.parametrize(("words", "said"), [("en", "score of another tool"), ("ja", "ほかのツール")])
@pytest.mark.parametrize("arguments", [("health",), ("sheet", "--to"), ("sql",)])
def test_the_score_of_another_tool_is_refused_in_one_line(leadcal, monkeypatch, tmp_path, words, said, arguments):
    monkeypatch.setenv("LEADCAL_LANG", words)
    path = tmp_path / "other.toml"
    path.write_text(
        'id = "other"\nversion = 1\nkind = "score"\nscorer = "crm"\nlow = 0\nhigh = 9\nthreshold = 5\n[[band]]\nname = "all"\n',
        encoding="utf-8",
    )
    code, output, errors = leadcal("ruleset", *arguments, path)
    assert (code, output) == (2, "")
    assert said in errors
    assert errors.count("\n") == 1
