"""`leadcal meeting`, `tripwires`, `decide` and `decisions`: a whole round without a browser."""

from __future__ import annotations

import json
from datetime import date, datetime
from shutil import copytree

import pytest

from analysis.meeting.agenda import read_meetings, read_notes
from analysis.meeting.decisions import read_records
from analysis.meeting.ledger import promised
from analysis.rulesets import find_ruleset
from analysis.rulesets.drafts import save_draft
from analysis.selection import Selection
from dashboard.cli import main
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace

DECIDE = [
    "decide", "--title", "Raise price inquiry", "--why", "It wins.", "--marketing", "Sato", "--sales", "Suzuki",
    "--before", "today@1", "--after", "today@2", "--in-force-from", "2026-01-01", "--outcome", "sales_qualified",
    "--horizon-days", "60",
]  # fmt: skip
NAME = "2025-12-31-raise-price-inquiry"


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("past") / "workspace")
    build_company(workspace, n_leads=3000, seed=1, as_of=datetime(2025, 12, 31, 9))
    points = {"price_inquiry": 6, "white_paper": 0, "business_card": 1, "industry_consulting": -2}
    save_draft(workspace, find_ruleset(workspace, "today@1"), points)
    return workspace


@pytest.fixture
def place(past, tmp_path):
    copytree(past.root, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def run(place, capsys, monkeypatch):
    monkeypatch.setenv("LEADCAL_LANG", "en")

    def call(*words):
        code = main(["-w", str(place.root), *words])
        output = capsys.readouterr()
        return code, output.out + output.err

    return call


def test_a_round_from_the_promise_to_its_review(run, place):
    code, text = run(*DECIDE, "--review-on", "2026-04-01", "--dry-run")
    assert code == 0
    assert "Nothing was released" in text
    assert not find_ruleset(place, "today@2").is_released
    engine = open_reader(place)
    selection = Selection(as_of=engine.data_end, outcome="sales_qualified", horizon_days=60)
    gain = promised(engine, find_ruleset(place, "today@1"), find_ruleset(place, "today@2"), selection)
    assert f"{gain.rate_after:.1%} of {gain.n_after:,}" in text

    code, text = run(*DECIDE, "--review-on", "2026-04-01")
    assert code == 0
    assert find_ruleset(place, "today@2").valid_from == date(2026, 1, 1)
    code, text = run("decisions", "review", NAME)
    assert code == 2
    assert "cannot be judged yet: its first result comes on 2026-03-02" in text

    build_company(place, n_leads=3000, seed=1)
    (row,) = json.loads(run("decisions", "--format", "json")[1])["decisions"]
    assert (row["id"], row["state"], row["promised_gain"]) == (NAME, "open", pytest.approx(gain.gain))
    assert row["verdict"] in {"kept", "unclear", "better"}
    code, text = run("decisions", "review", NAME, "--note", "As hoped.")
    assert code == 0
    (record,) = read_records(place)[0]
    assert (record.review.gain, record.review.verdict) == (pytest.approx(row["found_gain"]), row["verdict"])
    assert "reviewed already" in run("decisions", "review", NAME)[1]
    assert "reviewed" in run("decisions")[1]
    assert run("decisions", "withdraw", NAME)[0] == 0
    assert "taken back already" in run("decisions", "withdraw", NAME)[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--review-on", "2026-02-01"], "the first result comes on 2026-03-02"),
        (["--review-on", "2026-04-01", "--after", "today@9"], "no version 9"),
        (["--review-on", "2025-01-01"], "days must follow"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_one_line(run, place, change, words):
    code, text = run(*DECIDE, *change)
    assert code == 2
    assert words in text
    assert text.count("\n") == 1
    assert read_records(place)[0] == ()
    assert not find_ruleset(place, "today@2").is_released


def test_a_meeting_is_prepared_noted_and_listed(run, place):
    assert run("meeting", "prepare", "--on", "2026-01-15", "--item", "changes=20", "--item", "last_change=10")[0] == 0
    assert run("meeting", "note", "2026-01-15", "changes", "Sales want proof.")[0] == 0
    (meeting,) = read_meetings(place)[0]
    assert [(item.kind, item.minutes) for item in meeting.items] == [("changes", 20), ("last_change", 10)]
    assert [note.text for note in read_notes(place, meeting.id)] == ["Sales want proof."]
    (row,) = json.loads(run("meeting", "--format", "json")[1])["meetings"]
    assert (row["id"], row["minutes"], row["n_notes"], row["ruleset"]) == ("2026-01-15", 30, 1, "today@1")
    assert "such as changes=12" in run("meeting", "prepare", "--on", "2026-01-15", "--item", "lunch=60")[1]


def test_the_snapshot_of_a_meeting_outlives_many_imports(run, place, monkeypatch):
    monkeypatch.setattr("data.store.N_KEPT", 1)
    run("meeting", "prepare", "--on", "2026-01-15")
    for n_leads in (200, 210, 220):
        build_company(place, n_leads=n_leads, seed=1)
    assert 1 in place.snapshots()
    assert 2 not in place.snapshots()


def test_the_runbook_names_what_the_workspace_holds(run, place, monkeypatch):
    run(*DECIDE, "--review-on", "2026-04-01")
    run("meeting", "prepare", "--on", "2026-01-15")
    (place.root / "tripwires.toml").write_text(
        '[[tripwire]]\nmetric = "acceptance_rate"\nbelow = 0.3\n', encoding="utf-8"
    )
    text = run("meeting", "runbook")[1]
    for said in ("15 Jan 2026", "Sato, Suzuki", "under 30% 2 months running", "today@2", "45 minutes", "1 Apr 2026"):
        assert said in text
    monkeypatch.setenv("LEADCAL_LANG", "ja")
    assert "2026年1月15日" in run("meeting", "runbook")[1]


def test_the_steps_of_the_round_and_the_tripwires_decide_the_exit_code(run, place):
    code, text = run("meeting", "cycle", "--format", "json")
    assert code == 1
    assert [step["is_done"] for step in json.loads(text)["steps"]] == [True, False, False, True, False, False]
    assert run("tripwires")[0] == 0
    path = place.root / "tripwires.toml"
    path.write_text('[[tripwire]]\nmetric = "acceptance_rate"\nbelow = 0.3\n', encoding="utf-8")
    assert run("tripwires")[0] == 0
    path.write_text('[[tripwire]]\nmetric = "acceptance_rate"\nbelow = 0.99\n', encoding="utf-8")
    code, text = run("tripwires")
    assert code == 1
    assert "Review: Accepted by sales" in text
    path.write_text('[[tripwire]]\nmetric = "acceptance_rate"\nbelow = 99\n', encoding="utf-8")
    assert run("tripwires")[0] == 2
