"""A real file, whose story a person can check by hand: the losses of a bought score, and what sales noted."""

import pandas as pd
import pytest

from analysis.losses import loss_account, loss_cases
from analysis.losses.reasons import reasons
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from data.imports import import_files
from data.presets import read_headers, recognise
from data.store import open_reader
from data.workspace import Workspace
from tests.x_education import SCORE


@pytest.fixture(scope="module")
def school(shared_data, tmp_path_factory):
    path = shared_data / "x_education" / "Leads.csv"
    if not path.exists():
        pytest.skip("no X Education file")
    workspace = Workspace(tmp_path_factory.mktemp("school") / "workspace")
    import_files(workspace, [path], recognise(read_headers([path])).best.fitted.mapping)
    reader = open_reader(workspace)
    rows = pd.read_csv(path)
    score = rows["Asymmetrique Activity Score"] + rows["Asymmetrique Profile Score"]
    selection = Selection(as_of=reader.data_end)
    return loss_cases(reader, parse_ruleset(SCORE), selection), selection, rows[score >= 34]


def test_the_counts_are_those_of_the_file(school):
    cases, _, high = school
    account = loss_account(cases)
    assert (account.n_high, account.n_won) == (len(high), high["Converted"].sum()) == (441, 328)


def test_the_tags_are_the_reasons_and_no_part_of_the_score(school):
    cases, selection, high = school
    tags = high.loc[high["Converted"] == 0, "Tags"].fillna("").replace("Select", "").value_counts()
    found = reasons(cases, selection).set_index("reason")["n_lost"]
    assert found.to_dict() == tags.to_dict()
    assert found.index[0] == "Already a student"
    assert found.iloc[0] == 48
    assert "Tags" not in cases.fields


def test_the_story_is_that_of_the_sources(school):
    cases, _, high = school
    account = loss_account(cases)
    by_source = high.groupby("Lead Source")["Converted"].agg(["size", "mean"])
    levels = account.levels.query("cause == 'blind_spot' and n_leads > 0").set_index("label")
    assert levels["n_leads"].to_dict() == by_source["size"].to_dict()
    # Half of those who came directly were lost, hardly any of those who were referred.
    assert by_source["mean"].idxmin() == levels["n_lost"].idxmax() == "Direct Traffic"
    assert by_source["mean"].idxmax() == levels["n_lost"].idxmin() == "Reference"
    assert levels.loc[["Direct Traffic", "Reference"], "is_clear"].all()
    causes = account.causes.set_index("cause")
    assert causes.index[causes["is_clear"]].tolist() == ["score", "blind_spot"]
    # Nobody recorded calls, persons or quarters there: nothing is said of them.
    assert (causes.loc[["late", "no_contact", "department", "rep", "market"], "n_lost"] == 0).all()
    assert account.n_expected + causes["n_lost"].sum() + account.n_luck == pytest.approx(account.n_lost)
