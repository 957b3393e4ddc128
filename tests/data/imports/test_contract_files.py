"""Files in the contract's own columns: what comes in, and every failure's exact line."""

from datetime import datetime

import pandas as pd
import pytest

from data.errors import InputError
from tests.data.imports.conftest import stored, texts

LEADS = "lead_id,created_at,source\nL1,2024-04-01,web\nL2,2024-04-02 09:30,fair\n"


def test_leads_come_in(workspace, write, run):
    report = run(write("leads.csv", LEADS))
    leads = stored(workspace, "leads")
    assert report.is_imported
    assert report.snapshot == 1
    assert report.summary == "2 rows read: 2 new, 0 updated"
    assert leads["lead_id"].tolist() == ["L1", "L2"]
    assert leads["created_at"].tolist() == [datetime(2024, 4, 1), datetime(2024, 4, 2, 9, 30)]
    assert leads["employees"].isna().all()


def test_provenance_says_who_and_what(workspace, write, run):
    run(write("leads.csv", LEADS), by="hanako")
    row = stored(workspace, "imports").iloc[0]
    assert (row["by"], row["files"]) == ("hanako", '["leads.csv"]')
    assert (row["n_rows"], row["n_imported"], row["n_rejected"]) == (2, 2, 0)


def test_the_same_file_again_changes_nothing(workspace, write, run):
    path = write("leads.csv", LEADS)
    run(path)
    again = run(path)
    assert not again.is_imported
    assert again.snapshot is None
    assert again.summary == "2 rows read: all of it is in the history already; nothing was changed"
    assert again.tables.iloc[0].tolist() == ["leads", 2, 0, 0, 2]
    assert workspace.snapshots() == [1]
    assert len(stored(workspace, "imports")) == 1


def test_an_overlapping_file_updates_and_adds(workspace, write, run):
    run(write("leads.csv", "lead_id,created_at,source,region\nL1,2024-04-01,web,Tokyo\nL2,2024-04-02,fair,Osaka\n"))
    report = run(write("leads.csv", "lead_id,created_at,source\nL2,2024-04-02,exhibition\nL3,2024-04-03,web\n"))
    leads = stored(workspace, "leads")
    assert report.tables.iloc[0].tolist() == ["leads", 2, 1, 1, 0]
    assert leads["source"].tolist() == ["web", "exhibition", "web"]
    # The second file says nothing about regions, so what was known stays.
    assert leads["region"].fillna("").tolist() == ["Tokyo", "Osaka", ""]


def test_a_folder_of_csv_and_parquet(workspace, write, run, tmp_path):
    folder = write("leads.csv", LEADS).parent
    touches = pd.DataFrame(
        {"lead_id": ["L1", "L2"], "at": [datetime(2024, 4, 3, 8), datetime(2024, 4, 4)], "kind": "seminar"}
    )
    touches.to_parquet(folder / "touches.parquet")
    report = run(folder)
    assert report.tables[["table", "n_new"]].to_numpy().tolist() == [["leads", 2], ["touches", 2]]
    assert sorted(stored(workspace, "touches")["at"]) == [datetime(2024, 4, 3, 8), datetime(2024, 4, 4)]


def test_the_table_is_recognised_by_its_columns(workspace, write, run):
    report = run(write("export.csv", "Lead ID,AT,kind\nL1,2024-04-01,seminar\n"))
    assert report.tables["table"].tolist() == ["touches"]


def test_touches_without_id_get_the_same_id_each_time(workspace, write, run):
    text = "lead_id,at,kind\nL1,2024-04-01 10:00,seminar\nL1,2024-04-01 11:00,seminar\n"
    run(write("touches.csv", text))
    again = run(write("touches.csv", text + "L1,2024-04-01 12:00,seminar\n"))
    assert again.tables.iloc[0].tolist() == ["touches", 3, 1, 0, 2]
    assert stored(workspace, "touches")["touch_id"].is_unique


def test_a_handoff_without_id_is_updated_by_its_answer(workspace, write, run):
    run(write("handoffs.csv", "lead_id,handed_off_at,response\nL1,2024-04-01,\n"))
    report = run(write("handoffs.csv", "lead_id,handed_off_at,response\nL1,2024-04-01,accepted\n"))
    assert report.tables.iloc[0].tolist() == ["handoffs", 1, 0, 1, 0]
    assert stored(workspace, "handoffs")["response"].tolist() == ["accepted"]


def test_identical_rows_are_counted_and_come_in_once(workspace, write, run):
    report = run(write("leads.csv", LEADS + "L1,2024-04-01,web\n"))
    assert report.feeds.iloc[0].to_dict() == {
        "file": "leads.csv", "table": "leads", "n_rows": 3, "n_blank": 0, "n_left_out": 0,
        "n_rejected": 0, "n_repeats": 1, "n_accepted": 2,
    }  # fmt: skip
    assert len(stored(workspace, "leads")) == 2


def test_offsets_are_applied(workspace, write, run):
    cells = ["2024-04-01 10:00:00+09:00", "2024-04-01T10:00:00Z", "2024/4/1 9:05", "2024-04-01 10:00:00 UTC"]
    run(write("leads.csv", "lead_id,created_at\n" + "".join(f"L{n},{cell}\n" for n, cell in enumerate(cells))))
    assert stored(workspace, "leads")["created_at"].tolist() == [
        datetime(2024, 4, 1, 1), datetime(2024, 4, 1, 10), datetime(2024, 4, 1, 9, 5), datetime(2024, 4, 1, 10),
    ]  # fmt: skip


def test_what_people_write_for_numbers_and_dates(workspace, write, run):
    text = 'lead_id,created_at,employees,capital_yen\nL1,令和6年4月1日,"1,000人",500億\nL2,２０２４年４月１日,１２,"￥1,200"\nL3,2024-04-01,25.0,\n'
    run(write("leads.csv", text, encoding="cp932"))
    leads = stored(workspace, "leads")
    assert leads["created_at"].tolist() == [datetime(2024, 4, 1)] * 3
    assert leads["employees"].tolist() == [1000, 12, 25]
    assert leads["capital_yen"].dropna().tolist() == [50_000_000_000, 1200]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "leads.csv",
            "lead_id,created_at\nL1,2024-04-01\nL2,2024-13-01\n",
            ("leads.csv line 3, column created_at: '2024-13-01' is a day or a time that does not exist; "
            "write it as 2024-04-01 or 2024-04-01 10:30"),
        ),
        (
            "leads.csv",
            "lead_id,created_at\nL1,01-02-2018\n",
            ("leads.csv line 2, column created_at: '01-02-2018' may begin with the day or with the month; "
            'say which in the mapping: dates = ["%d-%m-%Y"] or ["%m-%d-%Y"]'),
        ),
        (
            "leads.csv",
            "lead_id,created_at\nL1,1-2-18\n",
            ("leads.csv line 2, column created_at: '1-2-18' has a year of two digits; "
            "write it as 2024-04-01 or 2024-04-01 10:30"),
        ),
        (
            "leads.csv",
            "lead_id,created_at\n,2024-04-01\n",
            "leads.csv line 2, column lead_id: is empty, but leads needs lead_id; fill it in, or leave the row out",
        ),
        (
            "leads.csv",
            "lead_id,created_at,source\nL1,2024-04-01,web\nL2,2024-04-01,web\nL1,2024-04-01,fair\n",
            "leads.csv line 4, column lead_id: 'L1' is already on line 2 with other contents; keep one of the two",
        ),
        (
            "leads.csv",
            "lead_id,created_at,employees\nL1,2024-04-01,12.5\n",
            "leads.csv line 2, column employees: '12.5' is no whole number; write 12",
        ),
        (
            "leads.csv",
            "lead_id,created_at,employees\nL1,2024-04-01,-5\n",
            "leads.csv line 2, column employees: '-5' is below 0; employees is at least 0; correct it",
        ),
        (
            "leads.csv",
            "lead_id,created_at,is_online\nL1,2024-04-01,maybe\n",
            ("leads.csv line 2, column is_online: 'maybe' is neither yes nor no; "
            "write yes or no, or say in the mapping which texts mean yes"),
        ),
        (
            "deals.csv",
            "deal_id,lead_id,outcome,amount\nD1,L1,won,lots\n",
            "deals.csv line 2, column amount: 'lots' is no number; write digits, for example 1200 or 1,200人",
        ),
        (
            "deals.csv",
            "deal_id,lead_id,outcome\nD1,L1,perhaps\n",
            ("deals.csv line 2, column outcome: 'perhaps' is not a value of outcome; "
            "write one of won, lost, open, or translate it in a mapping (map = { ... })"),
        ),
        (
            "stage_events.csv",
            "lead_id,stage,entered_at\nL1,hot,2024-04-01\n",
            ("stage_events.csv line 2, column stage: 'hot' is not a stage; write one of lead, nurturing, mql, tql, sal, "
            "sales_qualified, opportunity, won, or translate it in a mapping (map = { ... })"),
        ),
        (
            "leads.csv",
            "lead_id,created_at,source\nL1,2024-04-01\n",
            ("leads.csv line 2: has 2 cells where the header has 3; "
            "add the missing cells, or put a cell that holds the delimiter in quotation marks"),
        ),
        (
            "leads.csv",
            'lead_id,created_at,source\nL1,2024-04-01,"web\nL2,2024-04-02,fair\n',
            ("leads.csv line 2: a quotation mark is not closed, or text follows the closing one; "
            'write a quotation mark inside a cell twice ("")'),
        ),
    ],
)  # fmt: skip
def test_a_bad_row_is_one_line_and_nothing_comes_in(workspace, write, run, name, text, expected):
    report = run(write(name, text))
    assert texts(report) == [expected]
    assert not report.is_imported
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "leads.csv",
            "lead_id,source\nL1,web\n",
            "leads.csv line 1: has no column created_at, which leads needs; add it, or say in a mapping which column it is",
        ),
        ("leads.csv", "", "leads.csv: has no header line; the first line must name the columns"),
        (
            "leads.pdf",
            "x",
            "leads.pdf: is of a kind that is not read; give one of .csv, .tsv, .txt, .xlsx, .xlsm, .xls, .parquet, .pq",
        ),
        (
            "leads.csv",
            b"lead_id,created_at\nL1,2024-04-01\nL\x81\xff\xa0,x\n",
            (
                "leads.csv line 3: is neither UTF-8 nor CP932 (Shift_JIS) nor EUC-JP from here on; "
                "save the file as UTF-8, or name its encoding in a mapping (encoding = ...)"
            ),
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(workspace, write, run, name, text, expected):
    with pytest.raises(InputError) as caught:
        run(write(name, text))
    assert str(caught.value) == expected
    assert not workspace.root.exists()


def test_a_file_of_no_table(write, run):
    with pytest.raises(InputError, match=r"export\.csv line 1: its columns \(a, b\) are no table of the data contract"):
        run(write("export.csv", "a,b\n1,2\n"))


def test_a_path_that_is_not_there(tmp_path, run):
    with pytest.raises(InputError, match="there is no such file or folder"):
        run(tmp_path / "nowhere.csv")


def test_two_files_of_one_name(write, run, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "leads.csv").write_text(LEADS, encoding="utf-8")
    with pytest.raises(InputError, match=r"leads\.csv: two files have this name; rename one"):
        run(write("leads.csv", LEADS), other / "leads.csv")


def test_a_parquet_file_that_is_none(write, run):
    with pytest.raises(InputError, match=r"leads\.parquet: is no readable Parquet file"):
        run(write("leads.parquet", b"PAR1 not really"))


def test_rows_of_parquet_are_called_rows(write, run):
    path = write("leads.parquet", b"")
    pd.DataFrame({"lead_id": ["L1", None], "created_at": ["2024-04-01", "2024-04-02"]}).to_parquet(path)
    assert texts(run(path)) == [
        "leads.parquet row 2, column lead_id: is empty, but leads needs lead_id; fill it in, or leave the row out"
    ]


def test_lines_are_physical_lines_whatever_is_quoted_and_blank(write, run):
    text = 'lead_id,created_at,company\n\nL1,2024-04-01,"Two\nlines"\n\nL2,never,x\n'
    report = run(write("leads.csv", text))
    assert report.failures["line"].tolist() == [6]


def test_lines_of_a_file_with_a_broken_line_are_physical_lines(write, run):
    text = 'lead_id,created_at,company\nL1,2024-04-01,"Two\nlines"\nL2\nL3,never,x\nL4,2024-04-01,"open\nL5,soon,y\n'
    report = run(write("leads.csv", text))
    assert report.failures["line"].tolist() == [4, 5, 6, 7]


def test_skip_imports_the_good_rows(workspace, write, run):
    report = run(write("leads.csv", LEADS + "L3,never,web\n,2024-04-01,web\n"), on_error="skip")
    assert report.is_imported
    assert report.summary == "4 rows read, 2 rejected: 2 new, 0 updated"
    assert stored(workspace, "leads")["lead_id"].tolist() == ["L1", "L2"]
    assert stored(workspace, "imports")["n_rejected"].tolist() == [2]


def test_skip_keeps_the_first_of_two_that_contradict(workspace, write, run):
    report = run(write("leads.csv", LEADS + "L1,2024-04-01,fair\nL1,2024-04-01,web\n"), on_error="skip")
    assert report.feeds.iloc[0][["n_rejected", "n_repeats", "n_accepted"]].tolist() == [1, 1, 2]
    assert stored(workspace, "leads")["source"].tolist() == ["web", "fair"]


def test_a_preview_changes_nothing(workspace, write, run):
    report = run(write("leads.csv", LEADS), preview=True)
    assert not report.is_merged
    assert report.tables["n_accepted"].tolist() == [2]
    assert report.summary == "2 rows read, none rejected; nothing was imported yet"
    assert not workspace.root.exists()


def test_columns_that_are_not_used_are_listed(write, run):
    report = run(write("leads.csv", "lead_id,created_at,shoe size,shoe size\nL1,2024-04-01,42,43\n"))
    assert report.files[0].unused_columns == ("shoe size", "shoe size (2)")


def test_touches_of_unknown_leads_are_a_warning(workspace, write, run):
    report = run(
        write("leads.csv", LEADS), write("touches.csv", "lead_id,at,kind\nL1,2024-04-01,call\nL9,2024-04-01,call\n")
    )
    assert [(warning.code, warning.n_rows, warning.text) for warning in report.warnings] == [
        ("unknown_leads", 1, "1 row of touches refers to a lead that the history does not have: touches.csv line 3")
    ]
    assert report.is_imported


def test_progress_is_told_and_can_cancel(workspace, write, run):
    told = []
    run(write("leads.csv", LEADS), progress=lambda what, share: told.append((what, share)))
    assert list(dict.fromkeys(what for what, _ in told)) == [
        "leads.csv: opening", "leads.csv -> leads", "comparing rows", "writing the history",
    ]  # fmt: skip
    assert ("leads.csv -> leads", 0.0) in told

    def cancel(_what, _share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(write("leads.csv", LEADS + "L3,2024-04-03,web\n"), progress=cancel)
    assert workspace.snapshots() == [1]


def test_cells_are_data_never_sql(workspace, write, run):
    evil = "'); DROP TABLE leads; --"
    run(write("leads-it's [a] *.csv", f'lead_id,created_at,"so\'u""rce"\n"{evil}",2024-04-01,x\n'), preview=True)
    run(write("leads.csv", f'lead_id,created_at,source\n"{evil}",2024-04-01,=cmd()\n'))
    assert stored(workspace, "leads")["lead_id"].tolist() == [evil]
