"""`leadcal tune` and `leadcal lead` say what their pages say, and refuse in one line what makes no sense."""

import json
from io import StringIO

import pandas as pd
import pytest

from analysis.economics import economics
from analysis.replay import pattern_table
from analysis.rule_health import rule_health
from analysis.rulesets import find_ruleset, load_ruleset
from analysis.selection import Selection
from analysis.swap_effect import swap_effect
from analysis.swaps import swaps
from dashboard.commands.effects import effect_facts
from dashboard.commands.output import plain
from data.store import open_reader


@pytest.fixture(scope="module")
def company(firm):
    return firm


def handed_over(company):
    reader = open_reader(company)
    return reader.query("SELECT MIN(lead_id) AS lead_id FROM handoffs")["lead_id"].iloc[0]


def test_tune_keeps_to_its_limits_and_says_what_the_data_say(leadcal, company):
    code, output, errors = leadcal(
        "tune", "--max-changes", 3, "--max-step", 1, "--lock", "price_inquiry", "--format", "json"
    )
    assert (code, errors) == (0, "")
    found = json.loads(output)
    rules = pd.DataFrame(found["rules"])
    moved = rules[rules["proposal"] != rules["today"]]
    assert len(moved) == found["proposal"]["n_changed"] <= 3
    assert (moved["proposal"] - moved["today"]).abs().max() == 1
    assert "price_inquiry" not in set(moved["rule"])
    assert found["proposal"]["loss"] <= found["proposal"]["today_loss"] <= found["proposal"]["null_loss"]
    assert rules["win_rate"].between(0, 1).any()
    stability = pd.DataFrame(found["stability"])
    assert stability["rule"].tolist() == rules["rule"].tolist()
    for row, said in zip(stability.itertuples(), rules["remarks"], strict=True):
        assert ("tells the date" in said) == row.is_calendar
        assert ("quarters" in said) == bool(row.n_flips or row.is_effect_moving)
        assert all(other in said for other in row.alike)
    assert found["certificate"]["kind"] in ("proven", "bounded")
    assert found["advice"]["outcome"] in ("change", "no_change", "not_enough")
    reader, today = open_reader(company), find_ruleset(company, "today")
    mine = today.with_points(dict(zip(rules["rule"], rules["proposal"].astype(int), strict=True)))
    whole = Selection(as_of=reader.data_end)
    moves = swaps(pattern_table(reader, today, whole), today, mine).moves
    effect = swap_effect(moves, economics(reader, whole).n_months)
    assert found["effect"] == json.loads(json.dumps(plain(effect_facts(effect))))
    health = rule_health(reader, today, Selection(as_of=reader.data_end)).rules
    assert rules["verdict"].tolist() == health["verdict"].tolist()
    assert rules["points"].tolist() == pytest.approx(health["evidence"].tolist())


def test_tune_as_a_table_and_csv(leadcal):
    code, table, _ = leadcal("tune", "--max-changes", 1, "--keep-volume")
    assert code == 0
    assert "Advice: " in table
    code, csv, _ = leadcal("tune", "--max-changes", 0, "--format", "csv")
    rules = pd.read_csv(StringIO(csv))
    assert rules["proposal"].tolist() == rules["today"].tolist()
    code, output, _ = leadcal("tune", "--belief", 5000, "--max-changes", 2, "--format", "json")
    assert code == 0
    assert json.loads(output)["proposal"]["n_changed"] <= 2


def test_a_draft_is_the_proposal_and_overwrites_nothing(leadcal, tmp_path):
    path = tmp_path / "next.toml"
    code, output, _ = leadcal("tune", "--max-changes", 2, "--draft", path, "--format", "json")
    assert code == 0
    draft = load_ruleset(path)
    assert draft.version == 2
    assert draft.adjustable == {rule["rule"]: rule["proposal"] for rule in json.loads(output)["rules"]}
    before = path.read_bytes()
    code, _, errors = leadcal("tune", "--draft", path)
    assert (code, errors.count("\n")) == (2, 1)
    assert "exists already" in errors
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--lock", "nobody"), "there is no such rule"),
        (("--ruleset", "nothing"), "no ruleset"),
        (("--horizon-days", "3000"), "old enough"),
        (("--max-step", "0"), "max-step"),
    ],
)
def test_tune_refuses_in_one_line(leadcal, arguments, complaint):
    code, output, errors = leadcal("tune", *arguments)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert complaint in errors


def test_lead_adds_up_and_is_masked(leadcal, company):
    lead_id = handed_over(company)
    code, output, errors = leadcal("lead", lead_id, "--format", "json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    assert sum(line["points"] for line in found["receipt"]) == found["score"] == found["fit"] + found["engagement"]
    assert found["dossier"]
    assert len(found["bant"]) == 4
    company_name = (
        open_reader(company)
        .query("SELECT company AS company FROM leads WHERE lead_id = $lead_id", {"lead_id": lead_id})["company"]
        .iloc[0]
    )
    assert company_name not in output
    assert found["lead"]["company"].endswith("•••")
    for option in ("json", "table"):
        assert company_name in leadcal("lead", lead_id, "--reveal", "--format", option)[1]
        assert company_name not in leadcal("lead", lead_id, "--format", option)[1]


def test_lead_as_a_table_with_its_events(leadcal, company):
    lead_id = handed_over(company)
    code, output, _ = leadcal("lead", lead_id, "--pass", 1)
    assert code == 0
    assert "Score " in output
    code, output, _ = leadcal("lead", lead_id, "--events", "--format", "csv")
    events = pd.read_csv(StringIO(output))
    assert {"created", "handoff"} <= set(events["lane"])


def test_lead_refuses_in_one_line(leadcal, company):
    code, output, errors = leadcal("lead", "nobody")
    assert (code, output, errors.count("\n")) == (2, "", 1)
    code, _, errors = leadcal("lead", handed_over(company), "--pass", 99)
    assert (code, errors.count("\n")) == (2, 1)
    assert "handoffs" in errors
