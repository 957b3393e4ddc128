"""The Olist example against independent pandas numbers, and its Excel-damaged copies."""

from pathlib import Path

import pandas as pd
import pytest

from data.imports import import_files, load_mapping, parse_mapping
from data.store import open_reader
from data.workspace import Workspace

PROJECT = Path(__file__).parents[3]
MAPPING = PROJECT / "docs" / "examples" / "olist" / "olist.toml"
LEADS = "olist_marketing_qualified_leads_dataset"
DEALS = "olist_closed_deals_dataset"


@pytest.fixture
def olist(shared_data):
    return shared_data / "olist"


def test_the_mapping_is_sound():
    mapping = load_mapping(MAPPING)
    assert {feed.table for feed in mapping.feeds} == {"leads", "stage_events", "handoffs", "deals", "lead_facts"}


@pytest.fixture(scope="module")
def imported(shared_data, tmp_path_factory):
    """The example, imported once for the tests that only look: workspace, paths and report."""
    workspace = Workspace(tmp_path_factory.mktemp("olist") / "workspace")
    paths = [shared_data / "olist" / f"{name}.csv" for name in (LEADS, DEALS)]
    return workspace, paths, import_files(workspace, paths, MAPPING, by="test")


def test_everything_comes_in(imported, olist):
    workspace, _, report = imported
    assert report.n_failures == 0
    counts = dict(zip(report.tables["table"], report.tables["n_new"], strict=True))
    assert (counts["leads"], counts["handoffs"], counts["stage_events"], counts["deals"]) == (8000, 8000, 8000, 842)

    stored = open_reader(workspace).query(
        "SELECT l.*, d.closed_at FROM leads AS l LEFT JOIN (SELECT * FROM deals WHERE outcome = 'won') AS d USING (lead_id)"
    )
    source = pd.read_csv(olist / f"{LEADS}.csv", keep_default_na=False).merge(
        pd.read_csv(olist / f"{DEALS}.csv")[["mql_id", "won_date"]], on="mql_id", how="left"
    )
    both = stored.merge(source, left_on="lead_id", right_on="mql_id", validate="one_to_one")
    assert len(both) == 8000
    assert both["closed_at"].notna().sum() == 842
    assert (both["created_at"] == pd.to_datetime(both["first_contact_date"])).all()
    assert both["closed_at"].equals(
        pd.to_datetime(both["won_date"]).astype(both["closed_at"].dtype).rename("closed_at")
    )
    assert (both["source"].fillna("") == both["origin"]).all()
    assert both["source"].isna().sum() == 60
    assert (both["source"] == "unknown").sum() == 1099


def test_the_deal_won_before_first_contact_is_reported_by_line(imported, olist):
    report = imported[2]
    leads = pd.read_csv(olist / f"{LEADS}.csv").set_index("mql_id")
    deals = pd.read_csv(olist / f"{DEALS}.csv")
    lag = pd.to_datetime(deals["won_date"]) - pd.to_datetime(deals["mql_id"].map(leads["first_contact_date"]))
    early = deals.index[lag < pd.Timedelta(0)]
    assert len(early) == 1
    assert [warning.text for warning in report.warnings] == [
        f"1 row won before the lead was created: {DEALS}.csv line {early[0] + 2}"
    ]


def test_again_changes_nothing(imported):
    workspace, paths, _ = imported
    assert not import_files(workspace, paths, MAPPING).is_imported
    assert workspace.snapshots() == [1]


def test_nothing_learned_after_the_win_is_an_attribute(imported):
    reader = open_reader(imported[0])
    assert reader.query("SELECT count(industry) AS n FROM leads")["n"].tolist() == [0]
    facts = reader.query("SELECT f.known_at, d.closed_at FROM lead_facts AS f JOIN deals AS d USING (lead_id)")
    assert (facts["known_at"] == facts["closed_at"]).all()


def _day_first() -> str:
    text = MAPPING.read_text(encoding="utf-8").replace("_dataset.csv", "_dataset.ddmmyyyy.csv")
    return text.replace('dates = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]', 'dates = ["%d-%m-%Y %H:%M", "%d-%m-%Y"]')


def test_the_damaged_copies_come_in_when_the_mapping_says_day_first(workspace, run, olist):
    paths = [olist / f"{LEADS}.ddmmyyyy.csv", olist / f"{DEALS}.ddmmyyyy.csv"]
    report = run(*paths, mapping=parse_mapping(_day_first(), "day_first.toml"))
    assert report.n_failures == 0
    sound = pd.read_csv(olist / f"{LEADS}.csv").set_index("mql_id")["first_contact_date"]
    leads = open_reader(workspace).query("SELECT lead_id, created_at FROM leads").set_index("lead_id")["created_at"]
    assert (leads == pd.to_datetime(sound.reindex(leads.index)).astype(leads.dtype)).all()


def test_the_damaged_copies_are_refused_when_the_mapping_does_not(workspace, run, olist):
    mapping = parse_mapping(_day_first().replace('dates = ["%d-%m-%Y %H:%M", "%d-%m-%Y"]', ""), "guess.toml")
    report = run(olist / f"{LEADS}.ddmmyyyy.csv", olist / f"{DEALS}.ddmmyyyy.csv", mapping=mapping)
    assert report.n_rejected == 8842
    assert report.failures["line"].iloc[0] == 2
    assert not workspace.root.exists()
