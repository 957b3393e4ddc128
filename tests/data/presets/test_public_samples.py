"""The vendor's Zoho sample and the X Education case study, whole, held against pandas."""

import pandas as pd
import pytest

from data.imports import import_files
from data.presets import read_headers, recognise
from data.store import open_reader
from data.workspace import Workspace


def imported(folder, names, workspace):
    paths = [folder / f"{name}.csv" for name in names]
    found = recognise(read_headers(paths)).best
    assert found is not None
    report = import_files(workspace, paths, found.fitted.mapping)
    assert report.n_failures == 0
    return found, report, open_reader(workspace)


@pytest.fixture(scope="module")
def zoho(shared_data, tmp_path_factory):
    names = ["Leads", "Potentials", "Calls", "Events", "Tasks", "Campaign_Lead_Status"]
    return imported(shared_data / "zoho_crm_sample", names, Workspace(tmp_path_factory.mktemp("zoho") / "workspace"))


def frame(shared_data, name):
    return pd.read_csv(shared_data / name, dtype=str, keep_default_na=False)


def test_zoho_leads_and_deals(shared_data, zoho):
    _, _, reader = zoho
    potentials = frame(shared_data, "zoho_crm_sample/Potentials.csv")
    counts = reader.query("SELECT outcome, count(*) AS n, sum(amount) AS total FROM deals GROUP BY outcome")
    by_outcome = dict(zip(counts["outcome"], counts["n"], strict=True))
    expected = potentials["Forecast Type"].str.lower().value_counts().to_dict()
    assert by_outcome == expected == {"won": 1425, "lost": 485, "open": 1722}
    amounts = potentials["Amount"].str.replace(r"[$,]", "", regex=True)
    amounts = amounts.str.removesuffix("K").astype(float) * amounts.str.endswith("K").map({True: 1000, False: 1})
    assert float(counts["total"].sum()) == pytest.approx(amounts.sum())
    assert reader.query("SELECT count(*) AS n FROM leads")["n"].item() == 3900


def test_zoho_touches(shared_data, zoho):
    _, _, reader = zoho
    calls, events = (frame(shared_data, f"zoho_crm_sample/{name}.csv") for name in ("Calls", "Events"))
    members = frame(shared_data, "zoho_crm_sample/Campaign_Lead_Status.csv")
    names = frame(shared_data, "zoho_crm_sample/Leads.csv")["Last Name"].value_counts()
    members = members[members["Lead Last Name"].map(names) == 1]  # a name of one lead only says who it is
    n_campaign = members["Status"].isin(["Sent", "Invited", "Opened", "Responded"]).sum()
    counts = reader.query("SELECT kind, count(*) AS n FROM touches GROUP BY kind").set_index("kind")["n"]
    assert counts["call"] == (calls["LEADID"] != "").sum() == 170
    assert counts["meeting"] == (events["LEADID"] != "").sum() == 1115
    assert counts.drop(["call", "meeting"]).sum() == n_campaign
    assert reader.query("SELECT count(*) AS n FROM opt_outs")["n"].item() == (members["Status"] == "Opted Out").sum()


def test_zoho_says_what_it_cannot_give(zoho):
    found, report, _ = zoho
    left_out = {(item.file, item.reason) for item in found.fitted.left_out}
    assert ("Tasks.csv", "lead_id needs a column LEADID") in left_out
    assert ("Calls.csv", "lead_id needs a column POTENTIALID in the file of potentials") in left_out
    unused = {item.column: item.reason for item in found.fitted.unused if item.file == "Leads.csv"}
    assert unused["CONVERTED"] == "has no date: the deals say when"
    assert "won_before_created" in {warning.code for warning in report.warnings}


def test_half_of_the_zoho_deals_come_before_their_lead(zoho):
    _, _, reader = zoho
    share = reader.query("SELECT avg((opened_at < created_at)::INT) AS share FROM deals JOIN leads USING (lead_id)")
    assert 0.45 < share["share"].item() < 0.55


@pytest.mark.parametrize("name", ["Leads", "Leads.as_found"])
def test_x_education(shared_data, tmp_path, name):
    found, _, reader = imported(shared_data / "x_education", [name], Workspace(tmp_path / "workspace"))
    leads = frame(shared_data, f"x_education/{name}.csv")
    counts = {table: reader.query(f"SELECT count(*) AS n FROM {table}")["n"].item() for table in found.fitted.tables}
    n_scored = (leads["Asymmetrique Activity Score"] != "").sum()
    assert counts["leads"] == counts["handoffs"] == counts["deals"] == 9240
    assert counts["scores"] == 2 * n_scored == 10_044
    assert counts["opt_outs"] == (leads["Do Not Email"] == "Yes").sum() + (leads["Do Not Call"] == "Yes").sum()
    won = reader.query("SELECT count(*) AS n FROM deals WHERE outcome = 'won'")["n"].item()
    assert won == (leads["Converted"] == "1").sum() == 3561
    unknown = reader.query("SELECT count(*) AS n FROM leads WHERE region IS NULL")["n"].item()
    assert unknown == leads["City"].isin(["", "Select"]).sum()
    texts = reader.query("SELECT count(*) AS n FROM leads WHERE 'Select' IN (source, industry, region)")
    assert texts["n"].item() == 0
    sums = reader.query("SELECT sum(score)::INT AS total, lead_id FROM scores GROUP BY lead_id HAVING sum(score) >= 34")
    assert len(sums) == 441  # the visible top of the two-axis score
