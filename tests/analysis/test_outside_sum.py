"""A real score in two parts: X Education's, whose file nobody may pass on."""

import re

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from analysis.calibration import calibrate
from analysis.replay import lead_scores, pattern_table, score_table
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from data.store import open_reader
from data.workspace import Workspace
from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def school(shared_data, tmp_path_factory):
    from click.testing import CliRunner

    from dashboard.cli import cli

    workspace = Workspace(tmp_path_factory.mktemp("school") / "workspace")
    source = shared_data / "x_education" / "Leads.csv"
    if not source.exists():
        pytest.skip("no X Education file")
    result = CliRunner().invoke(cli, ["-w", str(workspace.root), "import", str(source)])
    assert result.exit_code == 0, result.output
    return open_reader(workspace), pd.read_csv(source)


def test_the_sum_of_both_axes_ranks_as_its_rows_do(school):
    reader, rows = school
    text = (PROJECT / "docs" / "rulesets.md").read_text(encoding="utf-8")
    (block,) = (
        block for block in re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE) if "axis = [" in block
    )
    ruleset, selection = parse_ruleset(block), Selection(as_of=reader.data_end)
    found = calibrate(score_table(pattern_table(reader, ruleset, selection), ruleset), ruleset)
    total = rows["Asymmetrique Activity Score"] + rows["Asymmetrique Profile Score"]
    known = rows[total.notna()]
    assert found.ranking.n_leads == len(known) == 5022
    assert (found.ranking.n_unscored, found.bands["n_mature"].iloc[0]) == (4218, 4218)
    assert found.ranking.auc == pytest.approx(roc_auc_score(known["Converted"], total[total.notna()]), abs=1e-12)
    assert round(found.ranking.auc, 2) == 0.66
    assert found.bands["win_rate"].iloc[0] == pytest.approx(0.392, abs=5e-4)
    assert (lead_scores(reader, ruleset, selection)["score"] == ruleset.min_score).sum() == 4218
