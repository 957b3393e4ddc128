"""`leadcal compare` and `leadcal targets` say what the analysis and the pages say."""

from __future__ import annotations

import json
from datetime import date

import pytest

from analysis.bottlenecks import recent_bottlenecks
from analysis.comparison import both_periods, compare
from analysis.pace import pace
from analysis.selection import Selection
from analysis.target_gap import target_gap
from analysis.targets import Target, Targets, write_targets
from dashboard.cli import main
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("compare") / "workspace")
    build_company(workspace, n_leads=1500, seed=2)
    return workspace


@pytest.fixture(scope="module")
def reader(workspace):
    return open_reader(workspace)


@pytest.fixture
def agreed(workspace, reader):
    month = reader.data_end.date().replace(day=1)
    targets = tuple(Target(stage=stage, month=month, n_leads=n) for stage, n in (("mql", 40), ("won", 9)))
    path = workspace.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=targets)), encoding="utf-8")
    yield targets
    path.unlink()


@pytest.fixture
def run(workspace, capsys):
    def run(*arguments, code=0):
        assert main(["-w", str(workspace.root), *arguments]) == code
        captured = capsys.readouterr()
        return captured.out if code == 0 else captured.err

    return run


@pytest.mark.parametrize(
    ("against", "name"), [("previous", "previous"), ("last-year", "last_year"), ("fiscal-year", "fiscal")]
)
def test_a_comparison_says_what_the_analysis_says(run, reader, against, name):
    document = json.loads(run("compare", "--against", against, "--start", "2025-10-01", "--format", "json"))
    chosen = Selection(as_of=reader.data_end, start=date(2025, 10, 1))
    expected = compare(reader, *both_periods(chosen, name, date(2020, 1, 1)))
    assert [step["n_after"] for step in document["steps"]] == expected.steps["n_after"].tolist()
    assert [step["n_before"] for step in document["steps"]] == expected.steps["n_before"].tolist()
    assert sum(effect["n_effect"] for effect in document["effects"]) == document["n_change"]
    assert sum(group["n_after"] for group in document["groups"]) == document["steps"][0]["n_after"]
    assert document["other_end"] == expected.other.end.isoformat()
    steps = recent_bottlenecks(reader, chosen)
    assert [step["n_gained"] for step in document["bottlenecks"]] == pytest.approx(steps["n_gained"].tolist())


def test_a_comparison_for_people_takes_the_latest_year(run, reader):
    said = run("compare")
    start = date(reader.data_end.year - 1, reader.data_end.month % 12 + 1, 1)
    assert said.startswith(f"{start} to {reader.data_end.date()} against")
    assert "number of leads" in said
    assert run("compare", "--format", "csv").startswith("stage,position,n_before,n_after,n_change")


def test_a_period_before_the_history_is_refused_in_one_line(run):
    said = run("compare", "--against", "previous", "--start", "2000-01-01", "--end", "2000-02-01", code=2)
    assert "choose a later --start" in said
    assert said.count("\n") == 1


def test_a_period_against_its_targets(run, reader, agreed):
    document = json.loads(run("compare", "--against", "target", "--format", "json"))
    gap = target_gap(reader, Selection(as_of=reader.data_end), agreed)
    assert [stage["n_gap"] for stage in document["stages"]] == gap.stages["n_gap"].tolist()
    assert sum(effect["n_effect"] for effect in document["effects"]) == gap.stages["n_gap"].iloc[-1]
    assert "against its targets" in run("compare", "--against", "target")


def test_a_target_for_one_stage_of_two_is_named_as_missing(run, reader, workspace):
    months = [date(reader.data_end.year, reader.data_end.month - 1, 1), reader.data_end.date().replace(day=1)]
    targets = [Target(stage="mql", month=month, n_leads=40) for month in months]
    targets.append(Target(stage="won", month=months[0], n_leads=5))
    path = workspace.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=tuple(targets))), encoding="utf-8")
    assert f"Left out: won has no target for {months[1]:%Y-%m}." in run("compare", "--against", "target")
    path.unlink()
    assert "write them into targets.toml" in run("compare", "--against", "target")


def test_targets_and_the_way_back_from_wins(run, reader, agreed):
    document = json.loads(run("targets", "--wins", "25", "--format", "json"))
    expected = pace(reader, Selection(as_of=reader.data_end), agreed)
    assert [target["n_actual"] for target in document["targets"]] == expected["n_actual"].tolist()
    assert [target["n_gap"] for target in document["targets"]] == pytest.approx(expected["n_gap"].tolist())
    assert document["plan"][-1]["n_needed"] == document["n_wanted"] == 25
    assert document["plan"][0]["n_low"] < document["plan"][0]["n_needed"] < document["plan"][0]["n_high"]
    assert "2 of 2 targets have begun" in run("targets")
    assert run("targets", "--plan", "--wins", "25").startswith("For 25 wins, ")


def test_without_targets_or_wins_the_answer_says_so(run):
    assert "There are no targets yet" in run("targets")
    early = ("--as-of", "2024-01-15")
    assert "no rate to plan with" in run("targets", "--plan", *early)


def test_a_file_of_targets_that_is_wrong_is_refused_with_its_line(run, workspace):
    path = workspace.root / "targets.toml"
    path.write_text("fiscal_year_start_month = 13\n", encoding="utf-8")
    said = run("targets", code=2)
    path.unlink()
    assert "targets.toml, line 1" in said
