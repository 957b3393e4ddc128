"""A preset is recognised by its header row, with the reason, or not at all."""

import csv

import pytest

from data.presets import FileHeader, read_headers, recognise
from data.presets.recognise import THRESHOLD

REAL = [
    ("hubspot_ui_export_contacts.header.csv", "hubspot", "contacts", {"leads", "touches", "stage_events", "handoffs", "scores"}),
    ("hubspot_ui_export_deals.header.csv", "hubspot", "deals", {"deals"}),
    ("salesforce/sf_lead_data.csv", "salesforce", "leads", {"leads", "stage_events", "handoffs", "scores"}),
    ("marketo/marketo_activity_open_email_data.csv", "marketo", "activities", {"touches", "opt_outs"}),
    ("marketo/marketo_activity_change_data_value_data.csv", "marketo", "changes", {"scores"}),
    ("pardot/pardot_prospect_data.csv", "account_engagement", "prospects", {"leads", "scores"}),
    ("pardot/pardot_visitor_activity_data.csv", "account_engagement", "activities", {"touches", "opt_outs"}),
    ("zoho_Leads.header.csv", "zoho", "leads", {"leads"}),
    ("zoho_Potentials.header.csv", "zoho", "potentials", {"deals"}),
    ("zoho_Calls.header.csv", "zoho", "calls", {"touches"}),
    ("zoho_Events.header.csv", "zoho", "events", {"touches"}),
    ("../x_education/Leads.csv", "x_education", "leads", {"leads", "lead_facts", "handoffs", "deals", "scores", "opt_outs"}),
    ("../x_education/Leads.as_found.csv", "x_education", "leads", {"leads", "lead_facts", "handoffs", "deals", "scores", "opt_outs"}),
]  # fmt: skip

TOGETHER = [
    (["salesforce/sf_lead_data.csv", "salesforce/sf_task_data.csv", "salesforce/sf_event_data.csv"], "salesforce", {"leads", "stage_events", "handoffs", "touches", "scores"}),
    (["salesforce/sf_lead_data.csv", "salesforce/sf_opportunity_data.csv", "salesforce/sf_opportunity_history_data.csv"], "salesforce", {"leads", "stage_events", "handoffs", "deals", "scores"}),
    (["marketo/marketo_lead_data.csv", "marketo/marketo_activity_click_email_data.csv", "marketo/marketo_activity_open_email_data.csv"], "marketo", {"leads", "touches", "opt_outs"}),
    (["pardot/pardot_opportunity_data.csv", "pardot/pardot_opportunity_prospect_data.csv"], "account_engagement", {"deals"}),
]  # fmt: skip

OTHERS = [
    "hubspot/email_event_data.csv",
    "hubspot/contact_property_history_data.csv",
    "marketo/marketo_campaign_data.csv",
    "marketo/marketo_lead_data.csv",  # any system has such columns
    "pardot/pardot_list_data.csv",
    "salesforce/sf_account_data.csv",
    "salesforce/sf_user_data.csv",
    "salesforce/sf_account_history_data.csv",
    "zoho_Accounts.header.csv",
    "zoho_Contacts.header.csv",
    "../zoho_crm_sample/Products.csv",
    "../olist/olist_marketing_qualified_leads_dataset.csv",
]


@pytest.mark.parametrize(("name", "preset_id", "alias", "tables"), REAL)
def test_real_header_rows(shared_data, name, preset_id, alias, tables):
    best = recognise(read_headers([shared_data / "crm_export_headers" / name])).best
    assert best is not None
    assert (best.preset.preset_id, best.candidates[0].file.alias) == (preset_id, alias)
    assert set(best.fitted.tables) == tables
    assert best.confidence >= THRESHOLD


@pytest.mark.parametrize(("names", "preset_id", "tables"), TOGETHER)
def test_real_files_that_belong_together(shared_data, names, preset_id, tables):
    best = recognise(read_headers([shared_data / "crm_export_headers" / name for name in names])).best
    assert best is not None
    assert best.preset.preset_id == preset_id
    assert set(best.fitted.tables) == tables


@pytest.mark.parametrize("name", OTHERS)
def test_files_that_are_no_preset_are_not_taken_for_one(shared_data, name):
    recognition = recognise(read_headers([shared_data / "crm_export_headers" / name]))
    assert recognition.recognised == ()
    assert recognition.unrecognised[0].reason in ("nothing_similar", "missing_columns")


def observed(shared_data, name, system, number=0):
    with (shared_data / "crm_export_headers" / name).open(encoding="utf-8") as file:
        rows = [row["header_row"] for row in csv.DictReader(file) if row["system"] == system]
    return FileHeader(name=f"{system}.csv", columns=tuple(next(csv.reader([rows[number]]))))


@pytest.mark.parametrize(
    ("name", "system", "number", "preset_id"),
    [
        ("observed_header_rows_en.csv", "salesforce_report_en", 1, "salesforce_report"),
        ("observed_header_rows_ja.csv", "business-card app", 0, "business_card_ja"),
        ("observed_header_rows_ja.csv", "JP event attendees", 0, "event_ja"),
    ],
)
def test_observed_header_rows(shared_data, name, system, number, preset_id):
    best = recognise([observed(shared_data, name, system, number)]).best
    assert best is not None
    assert best.preset.preset_id == preset_id


@pytest.mark.parametrize(
    ("system", "missing"),
    [("generic JP sales list", "登録日"), ("generic JP CRM export", "登録日"), ("JP appointment sheet", "リードID")],
)
def test_a_list_without_a_needed_column_says_which(shared_data, system, missing):
    found = recognise([observed(shared_data, "observed_header_rows_ja.csv", system)]).unrecognised[0]
    assert found.reason == "missing_columns"
    assert found.nearest[0].preset.preset_id == "sales_list_ja"
    assert found.nearest[0].missing == (missing,)


def test_salesforce_api_names(shared_data):
    names = (shared_data / "crm_export_headers" / "salesforce_lead_api_fields.txt").read_text().split()
    best = recognise([FileHeader(name="lead.csv", columns=tuple(names))]).best
    assert best is not None
    assert best.preset.preset_id == "salesforce"


@pytest.mark.parametrize("column", ["technical_name", "export_label_en"])
def test_odoo_names_and_labels(shared_data, column):
    with (shared_data / "crm_export_headers" / "odoo_crm_lead_fields.csv").open(encoding="utf-8") as file:
        # The list notes the values of Type beside its label.
        names = [row[column].removesuffix(" (lead|opportunity)") for row in csv.DictReader(file)]
    best = recognise([FileHeader(name="crm.lead.csv", columns=("id", *names))]).best
    assert best is not None
    assert best.preset.preset_id == "odoo"
    assert best.fitted.left_out == ()


def test_japanese_labels_are_known(shared_data):
    with (shared_data / "crm_export_headers" / "japanese_header_map.csv").open(encoding="utf-8") as file:
        labels = [row["ja_label"] for row in csv.DictReader(file) if row["system"] == "salesforce"]
    leads = recognise([FileHeader(name="leads.csv", columns=("リード ID", *labels))])
    assert leads.best is not None
    assert leads.best.preset.preset_id == "salesforce_ja"


def header(*columns, name="file.csv"):
    return FileHeader(name=name, columns=columns)


def test_the_reason_is_in_the_data():
    best = recognise([header("Record ID", "Create Date", "Lifecycle Stage", "Contact owner")]).best
    assert best is not None
    candidate = best.candidates[0]
    assert candidate.matched == ("Record ID", "Create Date", "Lifecycle Stage", "Contact owner")
    assert candidate.missing == ()
    assert candidate.confidence == pytest.approx(0.8 + 0.2 / 3)


def test_nothing_is_recognised_in_unknown_columns():
    found = recognise([header("a", "b", "c")]).unrecognised[0]
    assert (found.reason, found.nearest) == ("nothing_similar", ())


def test_a_file_that_needs_another_beside_it_says_so():
    opportunities = header("Id", "CreatedDate", "CloseDate", "StageName", "IsWon", "IsClosed")
    found = recognise([opportunities]).unrecognised[0]
    assert found.reason == "fills_nothing"
    assert {item.reason for item in found.left_out} == {"lead_id needs the file of leads beside it"}


def test_two_presets_that_fit_alike_are_left_to_a_person():
    both = header(
        "来場日", "会社名", "メールアドレス", "登録日時", "姓", "名", "部署", "役職", "氏名", "住所", "Webサイト"
    )
    found = recognise([both]).unrecognised[0]
    assert found.reason == "ambiguous"
    assert {candidate.preset.preset_id for candidate in found.nearest} == {"exhibition_ja", "business_card_ja"}


def test_files_of_two_systems_are_two_mappings():
    files = [
        header("Record ID", "Create Date", "Lifecycle Stage", name="contacts.csv"),
        header("LEADID", "Created Time", "Lead Source", "Lead Status", name="leads.csv"),
        header("x", name="x.csv"),
    ]
    recognition = recognise(files)
    assert [found.preset.preset_id for found in recognition.recognised] == ["hubspot", "zoho"]
    assert [found.header.name for found in recognition.unrecognised] == ["x.csv"]
    assert recognition.best is None


def test_a_generic_preset_gives_way_to_the_one_that_knows_the_system():
    lead_report = header(
        "リード ID", "作成日", "リード状況", "会社名", "役職", "業種", "従業員数", "リードソース", "リード 所有者"
    )
    best = recognise([lead_report]).best
    assert best is not None
    assert best.preset.preset_id == "salesforce_ja"
