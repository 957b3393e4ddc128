"""`leadcal segments`, `drift` and `versus`; and a real score of another tool beside points of ours."""

import json
from io import StringIO

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from dashboard.cli import main
from data.synthetic import build_company
from data.workspace import Workspace
from tests.x_education import SCORE

OURS = """
id = "ours"
version = 1
threshold = 2
[[rule]]
id = "origin"
kind = "attribute"
axis = "fit"
field = "source"
in = ["Reference", "Welingak Website"]
points = 3
[[band]]
name = "High"
threshold = 2
[[band]]
name = "Low"
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("decided") / "workspace")
    build_company(workspace, n_leads=1500, seed=5)
    return workspace


def test_segments_in_every_format(leadcal):
    document = json.loads(leadcal("segments", "--format", "json")[1])
    table = pd.read_csv(StringIO(leadcal("segments", "--format", "csv")[1]), keep_default_na=False)
    assert [row["label"] for row in document["segments"]] == table["label"].tolist()
    by_region = [row["n_mature"] for row in document["segments"] if row["dimension"] == "region"]
    assert sum(by_region) == document["overall"]["n_leads"]
    code, shown, errors = leadcal("segments")
    assert (code, errors) == (0, "")
    assert "judged together" in shown


def test_drift_shows_what_is_asked_for(leadcal):
    document = json.loads(leadcal("drift", "--format", "json")[1])
    assert {"moved", "scores", "rules", "vintages", "quarters"} <= document.keys()
    assert len(document["rules"]) == 17 * len(document["scores"])
    by_handoff = pd.read_csv(StringIO(leadcal("drift", "--by", "decided", "--show", "scores", "--format", "csv")[1]))
    handoffs = pd.read_csv(StringIO(leadcal("drift", "--show", "scores", "--format", "csv")[1]))
    assert by_handoff["n_leads"].sum() < handoffs["n_leads"].sum()


def test_versus_names_the_better_one(leadcal):
    code, _, errors = leadcal("versus", "today", "practice-basic")
    assert (code, errors) == (0, "")
    document = json.loads(leadcal("versus", "practice-basic", "today", "--format", "json")[1])
    measures = {row["measure"]: row for row in document["measures"]}
    assert measures["auc"]["difference"] == pytest.approx(measures["auc"]["second"] - measures["auc"]["first"])
    assert len(document["disagreement"]) == 50
    assert leadcal("versus", "today", "nonsense")[0] == 2


def test_a_real_score_of_another_tool_beside_points_of_ours(shared_data, tmp_path, monkeypatch, capsys):
    leads = pd.read_csv(shared_data / "x_education" / "Leads.csv")
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(tmp_path / "workspace"))
    assert main(["import", str(shared_data / "x_education" / "Leads.csv")]) == 0
    for name, text in (("theirs", SCORE), ("ours", OURS)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["versus", str(tmp_path / "theirs.toml"), str(tmp_path / "ours.toml"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    parts = leads[["Asymmetrique Activity Score", "Asymmetrique Profile Score"]]
    scored = leads[parts.notna().all(axis=1)]
    assert (found["n_both"], found["n_only_b"]) == (5022, 4218) == (len(scored), len(leads) - len(scored))
    auc = next(row for row in found["measures"] if row["measure"] == "auc")
    assert auc["first"] == pytest.approx(roc_auc_score(scored["Converted"], parts.loc[scored.index].sum(axis=1)))
    ours = scored["Lead Source"].isin(["Reference", "Welingak Website"])
    assert auc["second"] == pytest.approx(roc_auc_score(scored["Converted"], ours))
    assert round(auc["first"], 2) == 0.66
