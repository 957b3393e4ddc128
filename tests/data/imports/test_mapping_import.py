"""Imports through a mapping: joins, filters, maps, constants, templates, dates and zones."""

from datetime import datetime

import pandas as pd
import pytest

from data.errors import InputError
from data.imports import MappingError, parse_mapping
from tests.data.imports.conftest import stored, texts

ONE = '[file.a]\nname = "a.csv"\n[[leads]]\nlead_id = "id"\ncreated_at = "when"\n'


def test_constants_templates_and_fallbacks(workspace, write, run):
    mapping = parse_mapping(
        ONE
        + 'source = { value = "fair" }\ncampaign = { template = "{year}/{code}" }\nregion = { first_of = ["town", "land"] }\n',
        "m.toml",
    )
    run(
        write("a.csv", "id,when,year,code,town,land\n1,2024-04-01,2024,A,,Kanto\n2,2024-04-01,,B,Kobe,Kansai\n"),
        mapping=mapping,
    )
    leads = stored(workspace, "leads")
    assert leads["source"].tolist() == ["fair", "fair"]
    assert leads["campaign"].fillna("").tolist() == ["2024/A", ""]
    assert leads["region"].tolist() == ["Kanto", "Kobe"]


def test_placeholders_mean_unknown_and_only_where_it_is_said(workspace, write, run):
    mapping = parse_mapping(
        'unknown = ["Select", "-"]\n' + ONE + 'source = "s"\nregion = { column = "r", unknown = [] }\n', "m.toml"
    )
    run(write("a.csv", "id,when,s,r\n1,2024-04-01,Select,-\n2,2024-04-01,unknown,x\n"), mapping=mapping)
    leads = stored(workspace, "leads")
    assert leads["source"].fillna("").tolist() == ["", "unknown"]
    assert leads["region"].tolist() == ["-", "x"]


@pytest.mark.parametrize(
    ("others", "expected"),
    [('"keep"', ["won", "Later"]), ('"unknown"', None), ('{ value = "open" }', ["won", "open"])],
)
def test_texts_the_map_does_not_name(workspace, write, run, others, expected):
    mapping = parse_mapping(
        f'[file.a]\n[[lead_facts]]\nlead_id = "id"\nfield = {{ value = "state" }}\nknown_at = "when"\n'
        f'value = {{ column = "s", map = {{ "Closed Won" = "won" }}, others = {others} }}\n',
        "m.toml",
    )
    run(write("a.csv", "id,when,s\n1,2024-04-01,Closed Won\n2,2024-04-01,Later\n"), mapping=mapping)
    assert stored(workspace, "lead_facts")["value"].fillna("").tolist() == (expected or ["won", ""])


def test_a_text_the_map_does_not_name_is_a_failure_by_default(write, run):
    mapping = parse_mapping(ONE + 'source = { column = "s", map = { W = "web" } }\n', "m.toml")
    report = run(write("a.csv", "id,when,s\n1,2024-04-01,W\n2,2024-04-01,X\n3,2024-04-01,\n"), mapping=mapping)
    assert texts(report) == [
        (
            "a.csv line 3, column s: 'X' is not in the map of leads.source; "
            'add it to the map, or say what others become (others = "keep", "unknown" or { value = "..." })'
        )
    ]


def test_dates_are_taken_as_the_mapping_says_and_no_other_way(workspace, write, run):
    mapping = parse_mapping('dates = ["%d-%m-%Y %H:%M", "%d-%m-%Y"]\n' + ONE, "m.toml")
    run(write("a.csv", "id,when\n1,01-02-2018\n2,26-02-2018 19:58\n"), mapping=mapping)
    assert stored(workspace, "leads")["created_at"].tolist() == [datetime(2018, 2, 1), datetime(2018, 2, 26, 19, 58)]
    report = run(write("a.csv", "id,when\n1,2018-02-01\n2,02-26-2018\n3,01-02-18\n"), mapping=mapping)
    assert report.failures["line"].tolist() == [2, 3, 4]
    assert texts(report)[1] == (
        "a.csv line 3, column when: '02-26-2018' is no date of the form %d-%m-%Y %H:%M, %d-%m-%Y; "
        "correct it, or add its form to dates"
    )


def test_a_time_zone_is_that_of_dates_that_name_none(workspace, write, run):
    mapping = parse_mapping('time_zone = "Asia/Tokyo"\n' + ONE, "m.toml")
    run(write("a.csv", "id,when\n1,2024-04-01 09:00\n2,2024-04-01 09:00:00Z\n3,2024年4月1日 9:00\n"), mapping=mapping)
    assert stored(workspace, "leads")["created_at"].tolist() == [
        datetime(2024, 4, 1), datetime(2024, 4, 1, 9), datetime(2024, 4, 1),
    ]  # fmt: skip


def test_a_zone_in_the_format_wins(workspace, write, run):
    mapping = parse_mapping(
        'time_zone = "Asia/Tokyo"\ndates = ["%d.%m.%Y %H:%M %z", "%d.%m.%Y %H:%M"]\n' + ONE, "m.toml"
    )
    run(write("a.csv", "id,when\n1,01.04.2024 09:00\n2,01.04.2024 09:00 +0200\n"), mapping=mapping)
    assert stored(workspace, "leads")["created_at"].tolist() == [datetime(2024, 4, 1), datetime(2024, 4, 1, 7)]


FUNNEL = """\
[file.contacts]
name = "contacts*.csv"
[file.firms]
name = "firms.csv"
[[leads]]
from = "contacts"
join = [{ file = "firms", on = { firm = "id" } }]
lead_id = "id"
created_at = "created"
company = { column = "name", file = "firms" }
employees = { column = "staff", file = "firms" }
[[stage_events]]
from = "contacts"
only_where = { "became mql" = "filled" }
lead_id = "id"
stage = { value = "MQL" }
entered_at = "became mql"
[[deals]]
from = "contacts"
only_where = { won = { is = ["yes"] } }
lead_id = "id"
outcome = { value = "won" }
closed_at = "became mql"
"""
CONTACTS = "id,created,firm,became mql,won\n1,2024-01-01,F1,2024-02-01,yes\n2,2024-01-02,F2,,no\n3,2024-01-03,,,\n"
FIRMS = "id,name,staff\nF1,Acme,100\nF2,Beta,20\nF2,Beta,20\n"


def test_one_file_feeds_several_tables_and_another_is_joined(workspace, write, run):
    report = run(write("contacts-1.csv", CONTACTS), write("firms.csv", FIRMS), mapping=parse_mapping(FUNNEL, "m.toml"))
    assert report.tables[["table", "n_new"]].to_numpy().tolist() == [["leads", 3], ["stage_events", 1], ["deals", 1]]
    assert report.feeds["n_left_out"].tolist() == [0, 2, 2]
    leads = stored(workspace, "leads")
    assert leads["company"].fillna("").tolist() == ["Acme", "Beta", ""]
    assert leads["employees"].fillna(0).tolist() == [100, 20, 0]
    assert stored(workspace, "stage_events")["stage"].tolist() == ["mql"]
    assert report.n_rows == 6


def test_several_files_of_one_name_are_read_as_one(workspace, write, run):
    second = CONTACTS.replace("1,2024-01-01", "7,2024-01-01")
    run(
        write("contacts-1.csv", CONTACTS),
        write("contacts-2.csv", second),
        write("firms.csv", FIRMS),
        mapping=parse_mapping(FUNNEL, "m.toml"),
    )
    assert stored(workspace, "leads")["lead_id"].tolist() == ["1", "2", "3", "7"]


def test_a_joined_file_with_two_answers_is_a_failure(write, run):
    firms = write("firms.csv", FIRMS + "F1,Other,5\n")
    assert texts(run(write("contacts.csv", CONTACTS), firms, mapping=parse_mapping(FUNNEL, "m.toml"))) == [
        "firms.csv line 5, column id: 'F1' is already on line 2 with other contents; keep one of the two"
    ]


def test_two_files_that_contradict_name_both(write, run):
    paths = [write("contacts-1.csv", CONTACTS), write("contacts-2.csv", CONTACTS.replace("2024-01-03", "2024-01-09"))]
    report = run(*paths, write("firms.csv", FIRMS), mapping=parse_mapping(FUNNEL, "m.toml"))
    assert texts(report) == [
        "contacts-2.csv line 4, column id: '3' is already on line 4 of contacts-1.csv with other contents; keep one of the two"
    ]


def test_a_row_comes_in_whole_or_not_at_all(workspace, write, run):
    contacts = write("contacts.csv", CONTACTS.replace("2024-01-01", "never"))
    report = run(contacts, write("firms.csv", FIRMS), mapping=parse_mapping(FUNNEL, "m.toml"), on_error="skip")
    assert report.n_rejected == 1
    assert report.tables["n_new"].tolist() == [2, 0, 0]
    assert stored(workspace, "deals").empty


def test_a_cell_that_two_tables_read_is_one_failure(write, run):
    contacts = write("contacts.csv", CONTACTS.replace("2024-02-01", "soon"))
    report = run(contacts, write("firms.csv", FIRMS), mapping=parse_mapping(FUNNEL, "m.toml"))
    assert report.failures[["line", "column"]].to_numpy().tolist() == [[2, "became mql"]]
    assert report.n_failures == 1


def test_a_column_the_file_lacks(write, run):
    with pytest.raises(InputError) as caught:
        run(write("a.csv", "id,date\n1,2024-04-01\n"), mapping=parse_mapping(ONE, "m.toml"))
    assert (
        str(caught.value)
        == "a.csv line 1: has no column 'when', which m.toml line 5 asks for; its columns are id, date"
    )


def test_files_the_mapping_does_not_name(write, run):
    with pytest.raises(InputError, match=r"b\.csv: m\.toml reads no file of this name; it reads a\.csv"):
        run(write("b.csv", "id,when\n"), mapping=parse_mapping(ONE, "m.toml"))


def test_a_file_the_mapping_misses(write, run):
    with pytest.raises(InputError, match=r"m\.toml line 3: no file firms\.csv was given"):
        run(write("contacts.csv", CONTACTS), mapping=parse_mapping(FUNNEL, "m.toml"))


def test_settings_of_a_file(workspace, write, run):
    mapping = parse_mapping(
        ONE.replace("[[leads]]", 'encoding = "cp932"\ndelimiter = ";"\nheader_line = 3\n[[leads]]') + 'company = "c"\n',
        "m.toml",
    )
    run(write("a.csv", "Report of today\n\nid;when;c\n1;2024-04-01;㈱髙島\n", encoding="cp932"), mapping=mapping)
    assert stored(workspace, "leads")["company"].tolist() == ["㈱髙島"]


def test_a_wrong_constant_is_named_in_the_mapping(write, run):
    mapping = parse_mapping(
        '[file.a]\n[[stage_events]]\nlead_id = "id"\nstage = { value = "hot" }\nentered_at = "when"\n', "m.toml"
    )
    with pytest.raises(MappingError) as caught:
        run(write("a.csv", "id,when\n1,2024-04-01\n2,2024-04-01\n"), mapping=mapping)
    assert str(caught.value).startswith("m.toml line 4: 'hot' is not a stage; write one of lead, nurturing, mql")


def test_duplicate_and_quoted_header_names(workspace, write, run):
    mapping = parse_mapping('[file.a]\n[[leads]]\nlead_id = "Id (2)"\ncreated_at = \'Date entered "Lead"\'\n', "m.toml")
    run(write("a.csv", 'Id,Id,"Date entered ""Lead"""\n1,2,2024-04-01\n'), mapping=mapping)
    assert stored(workspace, "leads")["lead_id"].tolist() == ["2"]


def test_won_before_created_is_a_warning_with_its_line(write, run):
    report = run(
        write("leads.csv", "lead_id,created_at\nL1,2024-04-10\nL2,2024-04-01\n"),
        write("handoffs.csv", "lead_id,handed_off_at,first_contact_at\nL2,2024-04-02,2024-05-01\n"),
        write("deals.csv", "lead_id,outcome,closed_at\nL1,won,2024-04-09\nL2,won,2024-04-20\n"),
    )
    assert [warning.text for warning in report.warnings] == [
        "1 row won before the lead was created: deals.csv line 2",
        "1 row won before the first contact: deals.csv line 3",
    ]
    assert report.is_imported


def test_a_mapping_and_parquet(workspace, write, run):
    path = write("a.parquet", b"")
    pd.DataFrame({"id": [1, 2], "when": [datetime(2024, 4, 1, 9), None]}).to_parquet(path)
    mapping = parse_mapping('time_zone = "Asia/Tokyo"\n' + ONE.replace("a.csv", "a.parquet"), "m.toml")
    report = run(path, mapping=mapping, on_error="skip")
    assert report.n_rejected == 1
    assert stored(workspace, "leads")["created_at"].tolist() == [datetime(2024, 4, 1)]
