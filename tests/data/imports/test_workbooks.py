"""Excel files: what is in a sheet comes in as it is shown, and nothing harmful is opened."""

import struct
import zipfile
from datetime import date, datetime, time

import pytest

from data.errors import InputError
from data.imports import limits, parse_mapping, workbook_safety, write_rejects
from tests.data.imports.conftest import stored
from tests.data.imports.workbooks import compound_file, sheet_xml, write_xls, write_xlsx

HEAD = ["lead_id", "created_at", "employees", "is_online", "company"]
EXCEL = (
    '[file.a]\nname = "a.xlsx"\nsheet = "二枚目"\nheader_line = 2\n[[leads]]\nlead_id = "番号"\ncreated_at = "日付"\n'
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "input"


def refusal(run, path):
    with pytest.raises(InputError) as caught:
        run(path)
    return str(caught.value)


def test_cells_keep_their_values(workspace, folder, run):
    rows = [
        [], HEAD,
        [1, date(2024, 4, 1), 1000, True, "㈱髙島"],
        [12345678, datetime(2024, 4, 1, 10, 30, 5), 2.0, False, " two\nlines "],
        [],
        ["L3", "令和6年4月1日", "1,000人", "はい", '=HYPERLINK("http://x","y")'],
    ]  # fmt: skip
    report = run(write_xlsx(folder / "leads.xlsx", {"表": rows}))
    assert report.failures["text"].tolist() == []
    assert (report.files[0].sheet, report.n_rows) == ("表", 3)
    leads = stored(workspace, "leads")
    assert leads["lead_id"].tolist() == ["1", "12345678", "L3"]
    assert leads["created_at"].tolist() == [datetime(2024, 4, 1), datetime(2024, 4, 1, 10, 30, 5), datetime(2024, 4, 1)]
    assert leads["employees"].tolist() == [1000, 2, 1000]
    assert leads["is_online"].tolist() == [True, False, True]
    assert leads["company"].tolist() == ["㈱髙島", "two\nlines", "kept"]


def test_a_failure_names_the_row_of_the_sheet(folder, run):
    rows = [["title"], [], HEAD[:2], ["L1", date(2024, 4, 1)], [], ["L2", "01/02/2024"], ["L3", 45383, "x"]]
    mapping = parse_mapping(
        '[file.a]\nheader_line = 2\n[[leads]]\nlead_id = "lead_id"\ncreated_at = "created_at"\n', "m"
    )
    report = run(write_xlsx(folder / "leads.xlsx", {"a": rows}), mapping=mapping)
    assert report.failures["text"].tolist() == [
        (
            "leads.xlsx row 6, column created_at: '01/02/2024' may begin with the day or with the month; "
            'say which in the mapping: dates = ["%d/%m/%Y"] or ["%m/%d/%Y"]'
        ),
        "leads.xlsx row 7: has a cell in column 3, where the header names 2; name the column in the header, or empty the cell",
    ]


def test_real_dates_need_no_form_in_the_mapping(workspace, folder, run):
    text = 'dates = ["%d/%m/%Y"]\ntime_zone = "Asia/Tokyo"\n[file.a]\n[[leads]]\nlead_id = "id"\ncreated_at = "when"\n'
    rows = [["id", "when"], [1, date(2024, 5, 4)], [2, "04/05/2024"], [3, datetime(2024, 5, 4, 9)]]
    run(write_xlsx(folder / "a.xlsx", {"a": rows}), mapping=parse_mapping(text, "m"))
    assert stored(workspace, "leads")["created_at"].tolist() == [
        datetime(2024, 5, 3, 15), datetime(2024, 5, 3, 15), datetime(2024, 5, 4),
    ]  # fmt: skip


def test_a_sheet_is_named_in_the_mapping(workspace, folder, run):
    sheets = {"一枚目": [["x"]], "二枚目": [["台帳"], ["番号", "日付"], [7, date(2024, 4, 1)]]}
    run(write_xlsx(folder / "a.xlsx", sheets), mapping=parse_mapping(EXCEL, "m.toml"))
    assert stored(workspace, "leads")["lead_id"].tolist() == ["7"]


def test_the_first_visible_sheet_with_a_header_is_read_and_others_are_named(folder, run):
    rows = [HEAD[:2], ["L1", date(2024, 4, 1)]]
    sheets = {"hidden": [["x"]], "empty": [], "leads": rows, "notes": [["n"]], "void": []}
    report = run(write_xlsx(folder / "leads.xlsx", sheets, hidden=["hidden"]))
    assert [warning.text for warning in report.warnings] == [
        "leads.xlsx: sheet leads was read, and not notes; name the sheet in a mapping if that is wrong (sheet = ...)"
    ]


def test_the_old_binary_format(workspace, folder, run):
    run(write_xls(folder / "leads.xls", [["lead_id", "created_at", "employees"], ["会社", "2024-04-01", 12.0]]))
    assert stored(workspace, "leads")[["lead_id", "employees"]].to_numpy().tolist() == [["会社", 12]]


def test_rejects_of_a_sheet_go_back_as_csv(workspace, folder, run, tmp_path):
    mapping = parse_mapping(EXCEL, "m.toml")
    sheets = {"二枚目": [["台帳"], ["番号", "日付"], [7, date(2024, 4, 1)], ["=A1", "いつか"]]}
    report = run(write_xlsx(folder / "a.xlsx", sheets), mapping=mapping, on_error="skip")
    [path] = write_rejects(report, tmp_path)
    assert path.name == "a.rejects.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("いつか", "2024-04-02"), encoding="utf-8-sig")
    run(path, mapping=mapping)
    assert stored(workspace, "leads")["lead_id"].tolist() == ["7", "kept"]


def test_clock_times_are_text(workspace, folder, run):
    mapping = parse_mapping(
        '[file.a]\n[[touches]]\nlead_id = "id"\nat = "at"\nkind = { value = "call" }\ncontent = "c"\n', "m"
    )
    run(write_xlsx(folder / "a.xlsx", {"a": [["id", "at", "c"], [1, date(2024, 4, 1), time(9, 30)]]}), mapping=mapping)
    assert stored(workspace, "touches")["content"].tolist() == ["09:30:00"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "leads.xlsx: is no Excel workbook, whatever its name says; open it in Excel and save it as .xlsx or CSV"),
        (b"<html><table>", "leads.xlsx: is no Excel workbook, whatever its name says; open it in Excel and save it as .xlsx or CSV"),
        (b"PK\x03\x04junk", "leads.xlsx: is a damaged workbook (File is not a zip file); open it in Excel and save it again, or save the sheet as CSV"),
        (compound_file("EncryptedPackage", b"secret"), "leads.xlsx: is protected by a password; save it without one, or save the sheet as CSV"),
        (compound_file("Other", b"x"), "leads.xlsx: cannot be read as a workbook (Cannot detect file format); open it in Excel and save it again, or save the sheet as CSV"),
    ],
)  # fmt: skip
def test_what_is_no_workbook(write, run, content, expected):
    assert refusal(run, write("leads.xlsx", content)) == expected


def test_a_sheet_that_is_not_there(folder, run):
    with pytest.raises(InputError, match=r"a\.xlsx: has no sheet '二枚目'; its sheets are one"):
        run(write_xlsx(folder / "a.xlsx", {"one": [["x"]]}), mapping=parse_mapping(EXCEL, "m"))


def test_a_workbook_without_a_header(folder, run):
    assert refusal(run, write_xlsx(folder / "leads.xlsx", {"one": []})) == (
        "leads.xlsx: none of its sheets has a header row; the first row must name the columns"
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(folder, run, monkeypatch):
    def never(*_):
        raise AssertionError("unpacked")

    monkeypatch.setattr(workbook_safety, "_unpacked", never)
    bomb = write_xlsx(folder / "leads.xlsx", {"a": [HEAD[:2]], "b": "<worksheet>" + " " * 30_000_000 + "</worksheet>"})
    assert "unpack from 0.0 MB to 30 MB, which is refused; save the sheet as CSV" in refusal(run, bomb)


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(folder, run):
    path = write_xlsx(folder / "leads.xlsx", {"a": [HEAD[:2], *(["L1", "2024-04-01"] for _ in range(500))]})
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet0.xml")
    content = path.read_bytes()
    size = struct.pack("<I", part.file_size)
    assert content.count(size) == 2  # beside the part, and in the directory
    path.write_bytes(content.replace(size, struct.pack("<I", 100)))
    assert "sheet0.xml unpacks to more than it says" in refusal(run, path)


ONE = '<row r="1"><c r="A1" t="str"><v>lead_id</v></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="XFD1048576"><v>1</v></c>',
        '<c s="1" r="XFD1048576"><v>1</v></c>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 100 + "</row>",
        '<x:row xmlns:x="u" r="1048576"><x:c r="AAA1048576"/></x:row>',
        '<c s="' + "x" * 3_000_000 + '" r="XFD1048576"/>',
    ],
)
def test_a_cell_far_off_is_refused(folder, run, cells):
    text = sheet_xml([]).replace("<sheetData>", f"<sheetData>{ONE}{cells}")
    assert "cells, and at most 10,000,000 are read; delete what stands far off" in refusal(
        run, write_xlsx(folder / "leads.xlsx", {"a": text})
    )


def test_cells_that_do_not_name_their_place_are_read(workspace, folder, run):
    rows = "".join(
        "<row>" + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) + "</row>"
        for row in (HEAD[:2], ["L1", "2024-04-01"])
    )
    run(write_xlsx(folder / "leads.xlsx", {"a": sheet_xml([]).replace("<sheetData>", f"<sheetData>{rows}")}))
    assert stored(workspace, "leads")["lead_id"].tolist() == ["L1"]


def test_sizes_are_bounded_with_a_line_that_says_so(folder, write, run, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WORKBOOK_MEGABYTES", 0)
    assert refusal(run, write_xlsx(folder / "leads.xlsx", {"a": [HEAD]})) == (
        "leads.xlsx: has 0 MB, and at most 0 MB are read; split it, or set LEADCAL_MAX_WORKBOOK_MEGABYTES higher"
    )
    monkeypatch.setattr(limits, "MAX_FILE_MEGABYTES", 0)
    assert "set LEADCAL_MAX_FILE_MEGABYTES higher" in refusal(run, write("leads.csv", "lead_id,created_at\n"))
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MAX_COLUMNS", 3)
    assert refusal(run, write("leads.csv", "a,b,c,d\n")) == (
        "leads.csv: has 4 columns, and at most 3 are read; check its delimiter, export fewer columns, or set LEADCAL_MAX_COLUMNS higher"
    )


def test_a_real_workbook_opens(shared_data, run):
    path = shared_data / "x_education" / "Leads Data Dictionary.xlsx"
    with pytest.raises(InputError, match=r"Dictionary\.xlsx row \d+: has no column lead_id"):
        run(path)
