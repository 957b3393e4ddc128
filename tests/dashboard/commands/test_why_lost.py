"""`leadcal why-lost`: the parts account and points."""

import json
from io import StringIO

import pandas as pd
import pytest

from data.synthetic import build_company
from data.workspace import Workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("why") / "workspace")
    build_company(workspace, n_leads=6000, seed=1)
    return workspace


@pytest.fixture
def printed(leadcal):
    """Run the program, which must work; returns what it printed."""

    def run(*arguments):
        code, output, _ = leadcal(*arguments)
        assert code == 0
        return output

    return run


def test_the_account_adds_up_in_every_format(printed):
    found = json.loads(printed("why-lost", "--format", "json"))
    parts = pd.DataFrame(found["parts"])
    assert parts["part"].iloc[0] == "chance"
    assert parts["n_lost"].sum() == pytest.approx(found["n_lost"])
    assert found["n_high"] == found["n_won"] + found["n_lost"]
    assert sum(row["n_lost"] for row in found["reasons"]) == found["n_lost"]
    assert sum(row["n_leads"] for row in found["attempts"]) == found["n_high"]
    table = pd.read_csv(StringIO(printed("why-lost", "--format", "csv")))
    assert table["n_lost"].tolist() == pytest.approx(parts["n_lost"].tolist())
    said = printed("why-lost")
    assert said.startswith(f"Of {found['n_high']:,} high scores {found['n_lost']:,} lost")
    assert "Wins more, had every call been in time" in said


def test_points_that_fooled_us(printed):
    found = json.loads(printed("why-lost", "--part", "points", "--format", "json"))
    rules = pd.DataFrame(found["rules"]).set_index("rule_id")
    assert rules["same_difference"].sum() == pytest.approx(0, abs=1e-9)
    assert rules.index[0] == "business_card"
    said = printed("why-lost", "--part", "points")
    assert "Losers have more from: business_card" in said


def test_too_few_are_said_to_be_too_few(printed):
    said = printed("why-lost", "--start", "2025-09-25", "--end", "2025-09-27")
    assert "too few" in said
    assert (
        json.loads(printed("why-lost", "--start", "2025-09-25", "--end", "2025-09-27", "--format", "json"))["parts"]
        == []
    )
    assert "too few" in printed("why-lost", "--part", "points", "--start", "2025-09-25", "--end", "2025-09-27")


def test_a_score_of_another_tool_has_an_account_but_no_points(printed, tmp_path):
    path = tmp_path / "vendor.toml"
    path.write_text(
        'id = "vendor"\nversion = 1\nkind = "score"\nscorer = "vendor_ai"\naxis = ["fit", "engagement"]\n'
        'low = 0\nhigh = 200\nthreshold = 100\n[[band]]\nname = "High"\nthreshold = 100\n[[band]]\nname = "Low"\n',
        encoding="utf-8",
    )
    found = json.loads(printed("why-lost", "--ruleset", str(path), "--format", "json"))
    assert sum(row["n_lost"] for row in found["parts"]) == pytest.approx(found["n_lost"])
    assert "another tool" in printed("why-lost", "--part", "points", "--ruleset", str(path))
