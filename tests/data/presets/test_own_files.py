"""A small export of each system comes in whole, recognised by its header rows alone."""

from pathlib import Path

import pandas as pd
import pytest

from data.imports import ImportReport, import_files
from data.presets import mapping_toml, read_headers, recognise
from data.store import open_reader
from data.workspace import Workspace

FILES = Path(__file__).parent / "files"

EXPORTS = {
    "hubspot": (
        ["hubspot_contacts", "hubspot_deals"],
        {"leads": 2, "touches": 5, "stage_events": 5, "handoffs": 1, "deals": 3, "scores": 1},
    ),
    "hubspot_ja": (
        ["hubspot_ja_contacts", "hubspot_ja_deals"],
        {"leads": 2, "touches": 1, "stage_events": 2, "deals": 3, "scores": 1},
    ),
    "salesforce": (
        ["salesforce_leads", "salesforce_opportunities", "salesforce_opportunity_history", "salesforce_tasks"],
        {"leads": 3, "touches": 2, "stage_events": 5, "handoffs": 2, "deals": 2, "scores": 1},
    ),
    "salesforce_report": (["salesforce_report_leads"], {"leads": 3, "stage_events": 2, "handoffs": 2, "deals": 2}),
    "salesforce_ja": (["salesforce_ja_converted"], {"leads": 3, "stage_events": 3, "handoffs": 3, "deals": 3}),
    "marketo": (
        ["marketo_leads", "marketo_activities", "marketo_changes"],
        {"leads": 2, "touches": 4, "scores": 3, "opt_outs": 1},
    ),
    "account_engagement": (
        ["pardot_prospects", "pardot_activities", "pardot_opportunities", "pardot_opportunity_prospects"],
        {"leads": 3, "touches": 5, "deals": 2, "scores": 5, "opt_outs": 1},
    ),
    "zoho": (
        ["zoho_leads", "zoho_deals", "zoho_calls", "zoho_members"],
        {"leads": 2, "touches": 3, "deals": 2, "opt_outs": 1},
    ),
    "odoo": (["odoo_leads"], {"leads": 4, "handoffs": 2, "deals": 3}),
    "x_education": (
        ["x_education"],
        {"leads": 2, "lead_facts": 3, "handoffs": 2, "deals": 2, "scores": 2, "opt_outs": 1},
    ),
    "exhibition_ja": (["exhibition"], {"leads": 2, "lead_facts": 2, "touches": 3}),
    "business_card_ja": (["business_cards"], {"leads": 1, "touches": 1}),
    "event_ja": (["attendees"], {"leads": 2, "touches": 3}),
    "sales_list_ja": (["sales_list"], {"leads": 4, "stage_events": 4, "handoffs": 2, "deals": 3}),
}


class Imported:
    """One system's export in a history of its own; `found` is what was recognised."""

    def __init__(self, preset_id: str, folder: Path) -> None:
        self.paths = [FILES / f"{name}.csv" for name in EXPORTS[preset_id][0]]
        self.found = recognise(read_headers(self.paths)).best
        assert self.found is not None
        assert self.found.preset.preset_id == preset_id
        self.workspace = Workspace(folder)
        self.report: ImportReport = self.again()

    def again(self, mapping=None) -> ImportReport:
        return import_files(self.workspace, self.paths, mapping or self.found.fitted.mapping)

    def rows(self, sql: str) -> list[tuple]:
        frame = open_reader(self.workspace).query(sql).astype(object)
        return list(frame.where(pd.notna(frame), None).itertuples(index=False, name=None))

    def count(self, table: str) -> int:
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """Return the import of a preset, made once."""
    known: dict[str, Imported] = {}

    def get(preset_id: str) -> Imported:
        if preset_id not in known:
            known[preset_id] = Imported(preset_id, tmp_path_factory.mktemp(preset_id) / "workspace")
        return known[preset_id]

    return get


@pytest.mark.parametrize("preset_id", EXPORTS)
def test_everything_comes_in(imported, preset_id):
    export = imported(preset_id)
    assert export.report.n_failures == 0, list(export.report.failures["text"])
    assert export.report.is_imported
    assert {table: export.count(table) for table in EXPORTS[preset_id][1]} == EXPORTS[preset_id][1]
    assert set(export.found.fitted.tables) == set(EXPORTS[preset_id][1])


@pytest.mark.parametrize("preset_id", EXPORTS)
def test_no_mail_address_comes_in(imported, preset_id):
    export = imported(preset_id)
    for table in export.found.fitted.tables:
        assert "@example" not in str(export.rows(f"SELECT * FROM {table}")).lower()


@pytest.mark.parametrize("preset_id", ["hubspot", "salesforce", "zoho", "exhibition_ja", "sales_list_ja"])
def test_a_saved_profile_imports_the_same_and_changes_nothing(imported, preset_id, tmp_path):
    export = imported(preset_id)
    profile = tmp_path / "profile.toml"
    profile.write_text(mapping_toml(export.found.fitted.mapping), encoding="utf-8")
    report = export.again(profile)
    assert report.n_failures == 0
    assert report.tables["n_new"].sum() == report.tables["n_updated"].sum() == 0


def test_hubspot(imported):
    export = imported("hubspot")
    assert export.rows("SELECT lead_id, employees, is_online, job_title FROM leads ORDER BY lead_id") == [
        ("501", 320, True, "Manager"),
        ("502", None, None, None),
    ]
    assert export.rows("SELECT deal_id, lead_id, outcome, closed_at IS NULL FROM deals ORDER BY deal_id") == [
        ("9001", "501", "won", False),
        ("9002", "502", "lost", False),
        ("9003", "502", "open", True),  # the forecast of an open deal, and its second contact, stay out
    ]
    stages = export.rows("SELECT stage FROM stage_events WHERE lead_id = '501' ORDER BY entered_at")
    assert [stage for (stage,) in stages] == ["lead", "mql", "opportunity", "won"]
    unused = {item.column: item.reason for item in export.found.fitted.unused}
    assert "Billing Contact (2)" in unused
    assert unused["Lifecycle Stage"].startswith("the stage of today")


def test_hubspot_dates_are_moved_from_the_zone_of_the_portal():
    headers = read_headers([FILES / "hubspot_ja_contacts.csv"])
    found = recognise(headers, time_zone="America/New_York").best
    assert found is not None
    assert {cell.time_zone for feed in found.fitted.mapping.feeds for cell in feed.cells.values()} == {
        "America/New_York"
    }


def test_japanese_days_are_stored_in_utc(imported):
    assert imported("hubspot_ja").rows("SELECT created_at::VARCHAR, employees FROM leads WHERE lead_id = '701'") == [
        ("2024-04-01 00:15:00", 1200)
    ]


def test_salesforce_deals_find_their_lead(imported):
    export = imported("salesforce")
    assert export.rows("SELECT deal_id, lead_id, outcome, lost_reason FROM deals ORDER BY deal_id") == [
        ("0061", "00Q1", "won", None),
        ("0062", "00Q3", "lost", "No budget"),
    ]
    assert export.rows('SELECT kind, direction FROM touches ORDER BY "at"') == [("call", "outbound"), ("email", None)]


def test_report_dates_are_month_first(imported):
    rows = imported("salesforce_report").rows("SELECT created_at::DATE::VARCHAR FROM leads ORDER BY lead_id")
    assert rows == [("2024-01-05",), ("2024-01-06",), ("2024-01-07",)]


def test_salesforce_ja_amounts(imported):
    rows = imported("salesforce_ja").rows("SELECT outcome, amount::INTEGER, lost_reason FROM deals ORDER BY deal_id")
    assert rows == [("won", 2_500_000, None), ("lost", 800_000, "予算なし"), ("open", None, None)]


def test_marketo_scores_come_from_the_log_of_changes(imported):
    rows = imported("marketo").rows(
        "SELECT axis, score::INTEGER, scored_at::VARCHAR FROM scores ORDER BY scored_at, axis"
    )
    assert rows == [
        ("engagement", 10, "2024-04-03 09:32:00"),
        ("engagement", 35, "2024-04-04 10:01:00"),
        ("fit", 20, "2024-04-04 10:01:00"),
    ]


def test_grades_are_steps(imported):
    rows = imported("account_engagement").rows(
        "SELECT lead_id, axis, score::INTEGER FROM scores ORDER BY lead_id, axis"
    )
    assert rows == [
        ("41", "engagement", 85),
        ("41", "fit", 9),  # B+
        ("42", "engagement", 0),  # no grade: no row
        ("43", "engagement", 12),
        ("43", "fit", 0),  # F
    ]


def test_zoho_money_and_calls(imported):
    export = imported("zoho")
    assert export.rows("SELECT amount::INTEGER, outcome FROM deals ORDER BY deal_id") == [
        (22_700, "won"),
        (1_117_100, "open"),
    ]
    # The second call names only the deal; the third neither lead nor deal (0 means none).
    assert export.rows("SELECT touch_id, lead_id FROM touches WHERE kind = 'call' ORDER BY touch_id") == [
        ("zoho-call-61", "11"),
        ("zoho-call-62", "11"),
    ]


def test_odoo_won_lost_and_open(imported):
    assert imported("odoo").rows("SELECT deal_id, outcome, lost_reason FROM deals ORDER BY deal_id") == [
        ("crm_lead_1", "won", None),
        ("crm_lead_2", "lost", "Too expensive"),
        ("crm_lead_4", "open", None),
    ]


def test_x_education_is_in_order_and_looks_into_no_future(imported):
    export = imported("x_education")
    assert export.rows("SELECT source, industry, region FROM leads ORDER BY lead_id") == [
        ("Google", "Marketing Management", "Mumbai"),
        ("Reference", None, None),  # Select is unknown
    ]
    assert export.rows("SELECT axis, score::INTEGER FROM scores ORDER BY axis") == [("engagement", 17), ("fit", 18)]
    assert export.rows("SELECT outcome, lost_reason FROM deals ORDER BY deal_id") == [
        ("won", None),
        ("lost", "Ringing"),
    ]
    assert export.rows(
        "SELECT count(*) FROM leads JOIN scores USING (lead_id) JOIN handoffs USING (lead_id) JOIN deals USING (lead_id) "
        "WHERE NOT (created_at < scored_at AND scored_at < handed_off_at AND handed_off_at < closed_at)"
    ) == [(0,)]
    unused = {item.column: item.reason for item in export.found.fitted.unused}
    assert "future" in unused["Lead Quality"]
    assert "Tags" not in unused


def test_somebody_scanned_twice_is_one_lead_with_two_touches(imported):
    rows = imported("exhibition_ja").rows("SELECT lead_id, count(*) FROM touches GROUP BY lead_id ORDER BY count(*)")
    assert [n_touches for _, n_touches in rows] == [1, 2]


def test_only_who_was_there_was_there(imported):
    rows = imported("event_ja").rows("SELECT kind, count(*) FROM touches GROUP BY kind ORDER BY kind")
    assert rows == [("event_registration", 2), ("seminar", 1)]


def test_a_sales_list_as_companies_keep_it(imported):
    export = imported("sales_list_ja")
    assert export.report.files[0].encoding is not None
    assert export.rows("SELECT company, employees, capital_yen, owner, industry FROM leads ORDER BY lead_id") == [
        ("㈱森製作所", 1200, 125_000_000, "髙橋", "製造"),
        ("堀商事㈱", 80, 30_000_000, "髙橋", "商社"),
        ("谷工業", 100, None, None, None),  # 100～299名 is at least 100
        ("関食品", None, None, None, None),
    ]
    assert export.rows("SELECT outcome, closed_at::VARCHAR, lost_reason FROM deals ORDER BY deal_id") == [
        ("won", "2024-06-19 15:00:00", None),
        ("lost", "2024-06-30 15:00:00", "予算なし"),
        ("open", None, None),
    ]


def test_a_list_known_by_mail_addresses_has_made_ids(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "メールアドレス,登録日,会社名,引き渡し日,受注日\nA@example.jp,2024/4/1,森製作所,2024/4/2,2024/5/1\n",
        encoding="utf-8",
    )
    found = recognise(read_headers([path])).recognised[0]
    workspace = Workspace(tmp_path / "workspace")
    assert import_files(workspace, [path], found.fitted.mapping).is_imported
    reader = open_reader(workspace)
    for table in ("leads", "handoffs", "deals"):
        row = reader.query(f"SELECT * FROM {table}").iloc[0]
        assert row["lead_id"].startswith("id-")
        assert "@" not in str(row.to_dict())
