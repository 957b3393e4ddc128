"""`leadcal threshold` and `leadcal ruleset diff`: the numbers of the page, options before the file, errors in one line."""

import io
import json

import pandas as pd
import pytest

from analysis.assumptions import Assumptions
from analysis.economics import economics
from analysis.replay import pattern_table
from analysis.rulesets import find_ruleset
from analysis.rulesets.drafts import draft_text
from analysis.selection import Selection
from analysis.value import threshold_value
from dashboard.cli import main
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("threshold") / "workspace")
    build_company(workspace, n_leads=1500, seed=1)
    return workspace


@pytest.fixture
def run(firm, capsys):
    def run(*words):
        code = main(["-w", str(firm.root), *words])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_the_curve_is_that_of_the_analysis(firm, run):
    reader, today = open_reader(firm), find_ruleset(firm, "today")
    selection = Selection(as_of=reader.data_end)
    said = Assumptions(n_reps=2, handoffs_per_rep_per_week=3, cost_per_handoff_yen=30_000)
    found = threshold_value(pattern_table(reader, today, selection), today, said, economics(reader, selection))
    options = ("--reps", "2", "--per-rep-per-week", "3", "--cost-per-handoff", "30000")
    code, output, _ = run("threshold", *options, "--format", "json")
    document = json.loads(output)
    assert code == 0
    assert document["best_threshold"] == found.row(found.best)["threshold"]
    assert document["terms"]["capacity"] == pytest.approx(found.terms.capacity)
    assert [row["value"] for row in document["thresholds"]] == pytest.approx(found.curve["value"].tolist())
    assert len(document["staircase"]) >= 4
    table = pd.read_csv(io.StringIO(run("threshold", *options, "--format", "csv")[1]))
    assert table["wins"].tolist() == pytest.approx(found.curve["wins"].tolist())
    assert table.loc[table["note"].fillna("").str.contains("best"), "threshold"].tolist() == [
        document["best_threshold"]
    ]


def test_people_read_what_it_means(run):
    code, output, _ = run("threshold")
    assert code == 0
    assert "Best threshold: " in output
    assert "the pace so far" in output
    assert "never worked" in output
    assert "is_handed_over" in run("threshold", "--staircase")[1]


def test_the_file_holds_until_an_option_says_otherwise(firm, run):
    path = firm.root / "assumptions.toml"
    path.write_text("margin_per_win_yen = 100000\ncost_per_handoff_yen = 90000\n", encoding="utf-8")
    try:
        terms = json.loads(run("threshold", "--format", "json")[1])["terms"]
        assert terms["margin"] == 100_000
        terms = json.loads(run("threshold", "--margin-per-win", "7000", "--format", "json")[1])["terms"]
        assert terms["margin"] == 7000
        path.write_text("margin_share = 3\n", encoding="utf-8")
        code, _, errors = run("threshold")
        assert code == 2
        assert errors.strip() == (
            f"leadcal: {path}, line 1: margin_share = 3 is too large; write a share between 0 and 1, such as 0.3 "
            "(in the file of assumptions)"
        )
    finally:
        path.unlink()


def test_too_little_is_said_in_one_line(run):
    code, _, errors = run("threshold", "--start", "2025-09-20", "--end", "2025-09-25")
    assert code == 2
    assert "too few to say" in errors
    assert errors.count("\n") == 1


def test_an_impossible_option_is_refused(run):
    code, _, errors = run("threshold", "--opt-out-rate", "2")
    assert (code, errors) == (2, "leadcal: opt_out_rate = 2 is too large; write a share between 0 and 1, such as 0.3\n")


def test_a_diff_says_what_the_change_would_bring(firm, run, tmp_path):
    second = tmp_path / "next.toml"
    text = (firm.rulesets / "today" / "1.toml").read_text(encoding="utf-8")
    second.write_text(draft_text(text, {"price_inquiry": 6, "business_card": 1}, 2), encoding="utf-8")
    code, output, _ = run("ruleset", "diff", "today", str(second), "--format", "json")
    document = json.loads(output)
    assert code == 0
    sets = {row["change"]: row for row in document["sets"]}
    threshold = {row["change"]: row for row in document["threshold"]}
    for change, row in sets.items():
        assert (row["n_mature"], row["n_won"]) == (threshold[change]["n_mature"], threshold[change]["n_won"])
        assert row["n_amounts"] == row["n_won"]  # every won deal of the synthetic company has an amount
    effect = document["effect"]
    assert effect["n_untried"] == sets["swapped_in"]["n_unknown"]
    assert effect["wins_worst_per_quarter"] <= effect["wins_per_quarter"] <= effect["wins_best_per_quarter"]
    assert "Wins per quarter: " in run("ruleset", "diff", "today", str(second))[1]
