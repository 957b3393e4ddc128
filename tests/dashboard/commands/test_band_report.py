"""`leadcal calibrate` and `leadcal explore` on a small company."""

import json
import os

import pytest
from click.testing import CliRunner

from dashboard.cli import cli


@pytest.fixture
def asked(firm):
    def run(*arguments):
        return CliRunner(env=dict(os.environ)).invoke(cli, ["-w", str(firm.root), *arguments])

    return run


def document(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_other_outcomes_bands_and_thresholds(asked):
    won = document(asked("calibrate", "--format", "json"))
    other = document(asked("calibrate", "--outcome", "opportunity", "--threshold", "8", "--format", "json"))
    assert (other["outcome"], other["threshold"]) == ("opportunity", 8)
    reached = [sum(band["n_won"] for band in found["bands"]) for found in (won, other)]
    assert reached[1] > reached[0] == won["n_won"]
    for found in (won, other):
        assert sum(side["n_unknown"] + side["n_won_anyway"] for side in found["people"]) == won["n_standing"]
        assert all(row["worst_low"] <= row["best_high"] for row in found["bounds"])
    proposed = document(asked("calibrate", "--bands", "proposed", "--format", "json"))
    rates = [band["win_rate"] for band in proposed["bands"]]
    assert rates == sorted(rates)


def test_amounts_and_acceptance(asked):
    amounts = document(asked("calibrate", "--outcome", "amount", "--format", "json"))["bands"]
    assert amounts[-1]["amount_least"] < amounts[-1]["amount"] < amounts[-1]["amount_most"]
    accepted = document(asked("calibrate", "--outcome", "accepted", "--format", "json"))["bands"]
    assert accepted[-1]["n_won"] > amounts[-1]["n_won"]


def test_an_unknown_outcome_is_refused(asked):
    result = asked("calibrate", "--outcome", "wonn")
    assert result.exit_code != 0
    assert "choose accepted, amount or a stage" in str(result.exception or result.output)


def test_explore_says_what_it_takes(asked):
    found = document(asked("explore", "--spare-hours", "100", "--format", "json"))
    (plan,) = found["plan"]
    assert found["state"] == "possible"
    assert plan["hours"] == 2 * plan["n_sample"]
    assert "chosen by lot" in asked("explore").output
    assert "as often as asked" in asked("explore", "--worth", "0.2").output
    both = asked("explore", "--worth", "5", "--width", "2")
    assert both.exit_code != 0
    assert "give one of them" in str(both.exception or both.output)
