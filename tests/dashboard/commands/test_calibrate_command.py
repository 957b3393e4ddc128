"""`leadcal calibrate` says what the page says, in words and in numbers."""

import json

import pytest
from click.testing import CliRunner

from analysis.brier import decompose_brier
from dashboard.cli import cli
from data.synthetic.company import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("calibrate") / "workspace")
    build_company(workspace, 4000)
    return workspace


def calibrate(workspace, *options):
    result = CliRunner().invoke(cli, ["-w", str(workspace.root), "calibrate", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_holds_verdict_probability_ranking_and_yardstick(workspace):
    document = json.loads(calibrate(workspace, "--yardstick", "--format", "json"))
    assert document["verdict"]["state"] == "ready"
    assert document["verdict"]["signal"] in ("useful", "strong")
    assert [reason["code"] for reason in document["verdict"]["reasons"]][1:3] == ["bands_rise", "threshold_parts"]
    curve, scores = document["probabilities"], document["scores"]
    assert sum(row["n_won"] for row in curve) == sum(row["n_won"] for row in scores) == document["n_won"]
    brier = document["probability"]["brier_in_sample"]
    again = decompose_brier(*([row[name] for row in curve] for name in ("p_smooth", "n_won", "n_mature")))
    assert brier["score"] == pytest.approx(again.score)
    assert document["gains"][-1]["win_share"] == pytest.approx(1)
    assert document["capture"]["share"] == pytest.approx(document["ranking"]["top_capture"], abs=0.01)
    measured = document["yardstick"]
    assert measured["difference"] == pytest.approx(measured["auc_best"] - measured["auc_points"])
    assert measured["brier"]["score"] == pytest.approx(
        measured["brier"]["miscalibration"] - measured["brier"]["discrimination"] + measured["brier"]["uncertainty"]
    )
    assert {row["period"][5:] for row in document["quarters"]} <= {"01-01", "04-01", "07-01", "10-01"}


def test_the_table_begins_with_sentences(workspace):
    output = calibrate(workspace)
    assert "Ready: this score may decide whom sales calls first." in output
    assert "More points mean a higher chance of winning" in output
    assert "later quarters" not in output
    assert output.index("Ready") < output.index("band_no")


def test_csv_holds_the_bands_alone(workspace):
    assert calibrate(workspace, "--format", "csv").splitlines()[0].startswith("band_no,")


def test_too_few_wins_are_named_with_a_month(workspace):
    output = calibrate(workspace, "--start", "2025-09-01", "--horizon-days", "180")
    assert "Cannot say yet" in output
    assert "at today's pace in" in output
