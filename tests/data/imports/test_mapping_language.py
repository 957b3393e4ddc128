"""What real exports need besides plain columns: made ids, lists in a cell, placeholders, Excel's dates."""

from datetime import date, datetime

import pytest

from data.imports import MappingError, parse_mapping
from tests.data.imports.conftest import stored, texts

ONE = '[file.a]\n[[leads]]\nlead_id = "id"\ncreated_at = "when"\n'
DEALS = """\
[file.deals]
name = "deals.csv"
[file.leads]
name = "leads.csv"
[[deals]]
from = "deals"
join = [{ file = "leads", on = { contact = "name" }, OPTIONS }]
lead_id = { column = "lead", file = "leads" }
deal_id = "id"
outcome = { value = "won" }
"""


def test_money_is_read_beside_dates_of_a_given_form(workspace, write, run):
    mapping = parse_mapping(
        'dates = ["%d/%m/%Y"]\n[file.a]\n[[deals]]\nlead_id = "id"\noutcome = { value = "won" }\n'
        'closed_at = "when"\namount = "sum"\n',
        "m.toml",
    )
    run(write("a.csv", 'id,when,sum\n1,02/04/2024,"$22,700.00"\n2,03/04/2024,1.5億円\n'), mapping=mapping)
    deals = stored(workspace, "deals").sort_values("lead_id")
    assert deals["amount"].tolist() == [22_700, 150_000_000]
    assert deals["closed_at"].tolist() == [datetime(2024, 4, 2), datetime(2024, 4, 3)]


def test_yes_and_no_as_people_write_them(workspace, write, run):
    mapping = parse_mapping(ONE + 'is_online = "web"\n', "m.toml")
    run(write("a.csv", "id,when,web\n1,2024-04-01,◯\n2,2024-04-01,未\n3,2024-04-01,未回答\n"), mapping=mapping)
    online = stored(workspace, "leads")["is_online"]
    assert online.isna().tolist() == [False, False, True]
    assert online.tolist()[:2] == [True, False]


def test_placeholders_in_numbers_and_dates_mean_not_known(workspace, write, run):
    mapping = parse_mapping(
        'dates = ["%Y/%m/%d"]\n[file.a]\n[[deals]]\nlead_id = "id"\noutcome = { value = "open" }\n'
        'closed_at = "when"\namount = "sum"\n',
        "m.toml",
    )
    report = run(write("a.csv", "id,when,sum\n1,未定義,1\n2,－,ー\n3,2024/04/01,#N/A\n"), mapping=mapping)
    assert texts(report) == [
        "a.csv line 2, column when: '未定義' is no date of the form %Y/%m/%d; correct it, or add its form to dates"
    ]
    run(write("a.csv", "id,when,sum\n2,－,ー\n3,2024/04/01,#N/A\n"), mapping=mapping)
    assert stored(workspace, "deals")["amount"].isna().all()


def test_a_placeholder_does_for_no_needed_value(write, run):
    report = run(write("a.csv", "id,when\n1,不明\n"), mapping=parse_mapping(ONE, "m.toml"))
    assert texts(report) == [
        "a.csv line 2, column when: '不明' means not known, but leads needs created_at; fill it in, or leave the row out"
    ]


def test_texts_that_mean_unknown_are_compared_without_case_and_width(workspace, write, run):
    mapping = parse_mapping('unknown = ["Select", "(なし)"]\n' + ONE + 'source = "s"\n', "m.toml")
    run(
        write("a.csv", "id,when,s\n1,2024-04-01,SELECT\n2,2024-04-01,（なし）\n3,2024-04-01,Ｓｅｌｅｃｔ\n"),
        mapping=mapping,
    )
    assert stored(workspace, "leads")["source"].isna().all()


IDS = """\
[file.a]
[[leads]]
lead_id = { id_of = ["mail", "name"] }
created_at = "when"
[[touches]]
lead_id = { id_of = ["mail", "name"] }
at = "when"
kind = { value = "exhibition" }
"""


def test_an_id_is_made_of_personal_data_and_never_is_it(workspace, write, run):
    text = "mail,name,when\n Taro@Example.co.jp,,2024-04-01\n,山田,2024-04-02\n"
    run(write("a.csv", text), mapping=parse_mapping(IDS, "m.toml"))
    leads, touches = stored(workspace, "leads"), stored(workspace, "touches")
    assert set(leads["lead_id"]) == set(touches["lead_id"])
    assert leads["lead_id"].str.fullmatch("id-[0-9A-F]{16}").all()
    again = run(
        write("a.csv", "mail,name,when\ntaro@example.co.jp,,2024-04-01\n"), mapping=parse_mapping(IDS, "m.toml")
    )
    assert not again.is_imported


def test_an_id_made_of_nothing_is_missing(write, run):
    report = run(write("a.csv", "mail,name,when\n , ,2024-04-01\n"), mapping=parse_mapping(IDS, "m.toml"))
    assert texts(report) == [
        "a.csv line 2, column mail / name: is empty, but leads needs lead_id; fill it in, or leave the row out"
    ]


def test_the_first_of_several_values_in_a_cell(workspace, write, run):
    mapping = parse_mapping(ONE.replace('"id"', '{ column = "id", part_before = ";" }'), "m.toml")
    run(write("a.csv", "id,when\n123 ; 456,2024-04-01\n789,2024-04-01\n"), mapping=mapping)
    assert stored(workspace, "leads")["lead_id"].tolist() == ["123", "789"]


def test_the_first_of_several_values_of_a_column_that_is_empty(workspace, write, run):
    mapping = parse_mapping(ONE + 'employees = { column = "n", part_before = ";" }\n', "m.toml")
    report = run(write("a.csv", "id,when,n\n1,令和6年4月1日,\n"), mapping=mapping)
    assert report.failures["text"].tolist() == []
    assert stored(workspace, "leads")["employees"].isna().all()


def test_the_first_row_of_a_key_may_win_without_losing_what_else_the_others_say(workspace, write, run):
    mapping = parse_mapping(IDS.replace("[[leads]]", '[[leads]]\nkeep = "first"'), "m.toml")
    text = "mail,name,when\na@example.com,,2024-04-01\na@example.com,,2024-04-02\n"
    report = run(write("a.csv", text), mapping=mapping)
    assert report.n_failures == 0
    assert report.feeds[["table", "n_repeats", "n_accepted"]].to_numpy().tolist() == [
        ["leads", 1, 1],
        ["touches", 0, 2],
    ]
    assert stored(workspace, "leads")["created_at"].tolist() == [datetime(2024, 4, 1)]


def test_a_file_may_have_one_of_several_names(workspace, write, run):
    mapping = parse_mapping(ONE.replace("[file.a]", '[file.a]\nname = ["april.csv", "may*.csv"]'), "m.toml")
    run(
        write("april.csv", "id,when\n1,2024-04-01\n"),
        write("may-2.csv", "id,when\n2,2024-05-01\n"),
        mapping=mapping,
    )
    assert stored(workspace, "leads")["lead_id"].tolist() == ["1", "2"]


def test_rows_without_a_partner_can_be_left_out(workspace, write, run):
    mapping = parse_mapping(DEALS.replace("OPTIONS", "must_match = true"), "m.toml")
    report = run(
        write("deals.csv", "id,contact\nD1,Ann\nD2,Bob\nD3,\n"),
        write("leads.csv", "name,lead\nAnn,L1\n"),
        mapping=mapping,
    )
    assert report.feeds[["n_left_out", "n_rejected", "n_accepted"]].to_numpy().tolist() == [[2, 0, 1]]
    assert stored(workspace, "deals")["lead_id"].tolist() == ["L1"]


def test_a_key_that_is_not_unique_matches_nothing(workspace, write, run):
    mapping = parse_mapping(DEALS.replace("OPTIONS", "must_match = true, unique = true"), "m.toml")
    report = run(
        write("deals.csv", "id,contact\nD1,Ann\nD2,Bob\n"),
        write("leads.csv", "name,lead\nAnn,L1\nAnn,L2\nBob,L3\n"),
        mapping=mapping,
    )
    assert report.n_failures == 0
    assert stored(workspace, "deals")[["deal_id", "lead_id"]].to_numpy().tolist() == [["D2", "L3"]]


def test_day_numbers_of_excel(workspace, write, run):
    mapping = parse_mapping('time_zone = "Asia/Tokyo"\ndates = ["excel", "%Y/%m/%d"]\n' + ONE, "m.toml")
    report = run(write("a.csv", "id,when\n1,45383\n2,45383.75\n3,2024/04/01\n4,12\n5,45383.x\n"), mapping=mapping)
    assert report.failures["line"].tolist() == [5, 6]
    run(write("a.csv", "id,when\n1,45383\n2,45383.75\n3,2024/04/01\n"), mapping=mapping)
    assert stored(workspace, "leads")["created_at"].tolist() == [
        datetime(2024, 3, 31, 15), datetime(2024, 4, 1, 9), datetime(2024, 3, 31, 15),
    ]  # fmt: skip


def test_a_month_as_a_day_number(workspace, write, run):
    mapping = parse_mapping(
        'dates = ["excel"]\n[file.a]\n[[costs]]\nsource = "s"\nmonth = "m"\namount = "yen"\n', "m.toml"
    )
    run(write("a.csv", "s,m,yen\nfair,45383,5\n"), mapping=mapping)
    assert stored(workspace, "costs")["month"].dt.date.tolist() == [date(2024, 4, 1)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('lead_id = "id"', 'lead_id = { id_of = [] }', "m.toml line 3: lead_id: id_of names no column"),
        ('lead_id = "id"', 'lead_id = { column = "id", part_before = "" }', 'm.toml line 3: part_before is the sign between several values of a column, such as ";"'),
        ("[[leads]]", '[[leads]]\nkeep = "last"', "m.toml line 3: keep must be \"first\", not 'last'; leave it out to be told of all"),
        ("[file.a]", "[file.a]\nname = 5", "m.toml line 2: name must be a list of texts, for example [\"a\", \"b\"], not 5"),
        ("[file.a]", '[file.a]\noptional = "no"', "m.toml line 2: optional must be true or false, not 'no'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(old, new, expected):
    with pytest.raises(MappingError) as caught:
        parse_mapping(ONE.replace(old, new), "m.toml")
    assert str(caught.value) == expected
