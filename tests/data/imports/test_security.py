"""What an upload says is never followed, never run, and never tells on a person."""

import logging

import duckdb
import pytest

from data.errors import LeadcalError
from data.imports import import_files, parse_mapping
from data.imports.masking import is_personal_name, masked
from data.imports.scratch import Scratch
from data.store import open_reader

ONE = '[file.a]\n[[leads]]\nlead_id = "id"\ncreated_at = "when"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("taro@example.co.jp", "t***@example.co.jp"),
        ("Taro <taro.y+1@example.co.jp>, 2024-04-01", "Taro <t***@example.co.jp>, 2024-04-01"),
        ("太郎＠example.jp", "太***＠example.jp"),
        ("03-1234-5678 まで", "03-*** まで"),
        ("+81 90 1234 5678", "+81***"),
        ("09012345678", "090***"),
        ("01-02-2018", "01-02-2018"),
        ("2024-04-01 10:30:00", "2024-04-01 10:30:00"),
        ("12345678901234", "12345678901234"),
        ("L-000000000012", "L-000000000012"),
        ("0.0000000001234", "0.0000000001234"),
        ("a @ b", "a @ b"),
        ("", ""),
        (None, None),
    ],
)
def test_mail_addresses_and_telephone_numbers_are_masked(text, expected):
    assert masked(text) == expected


def test_what_a_personal_column_says_is_masked_whatever_it_is():
    assert masked(" 山田太郎", is_personal=True) == "山***"
    assert masked("t@example.jp", is_personal=True) == "t***@example.jp"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("メールアドレス", True), ("E-Mail", True), ("Email / 氏名", True), ("電話番号", True), ("ﾌﾘｶﾞﾅ", True), ("担当者名", True),
        ("First Name", True), ("Contact Name", True), ("姓", True), ("Phone", True),
        ("Company", False), ("created_at", False), ("Email Opt Out", False), ("Last Email Date", False), ("リード番号", False),
        ("Lead ID", False), ("メール配信可否", False),
    ],
)  # fmt: skip
def test_personal_columns_are_known_by_their_names(column, expected):
    assert is_personal_name(column) is expected


def test_no_failure_tells_on_a_person(write, run, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    mapping = parse_mapping(
        ONE + 'employees = "Phone"\nowner = { column = "rep", map = { A = "B" } }\nsource = "s"\n', "m.toml"
    )
    text = (
        "id,when,Phone,rep,s\n"
        "hanako@example.jp,2024-04-01,山田花子,鈴木,x\n"
        "hanako@example.jp,2024-04-02,1,A,x\n"
        "hanako@example.jp,2024-04-03,1,A,x\n"
        "hanako@example.jp,2024-04-03\n"
    )
    report = run(write("a.csv", text), mapping=mapping)
    assert report.failures["text"].tolist() == [
        "a.csv line 2, column Phone: '山***' is no number; write digits, for example 1200 or 1,200人",
        (
            "a.csv line 2, column rep: '鈴***' is not in the map of leads.owner; "
            'add it to the map, or say what others become (others = "keep", "unknown" or { value = "..." })'
        ),
        "a.csv line 4, column id: 'h***@example.jp' is already on line 3 with other contents; keep one of the two",
        "a.csv line 5: has 2 cells where the header has 5; add the missing cells, or put a cell that holds the delimiter in quotation marks",
    ]
    told = report.failures.to_csv() + caplog.text + "".join(capfd.readouterr())
    assert not [secret for secret in ("hanako", "花子", "鈴木") if secret in told]
    assert report.rejects["a.csv"]["id"].tolist()[0] == "hanako@example.jp"  # in full, to be put right


@pytest.mark.parametrize("code", ["missing", "unparsable", "not_a_choice", "too_small", "contradiction", "broken_line"])
def test_failures_have_codes_for_translation(write, run, code):
    texts = {
        "missing": ",2024-04-01,1",
        "unparsable": "L2,never,1",
        "not_a_choice": None,
        "too_small": "L2,2024-04-01,-1",
        "contradiction": "L1,2024-04-02,1",
        "broken_line": "L2",
    }
    if code == "not_a_choice":
        report = run(write("deals.csv", "lead_id,outcome\nL1,maybe\n"))
        assert report.failures[["target", "expected"]].to_numpy().tolist() == [["deals.outcome", "won, lost, open"]]
    else:
        report = run(write("leads.csv", f"lead_id,created_at,employees\nL1,2024-04-01,1\n{texts[code]}\n"))
    assert report.failures["code"].tolist() == [code]


SECRET = "the contents of another file"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(f"lead_id,created_at\n{SECRET},2024-04-01\n", encoding="utf-8")
    return path


def test_the_reading_engine_sees_only_the_files_of_the_import(tmp_path, write, secret):
    given = write("leads.csv", "lead_id\nL1\n")
    folder = tmp_path / "scratch"
    folder.mkdir()
    with Scratch(folder, [given]) as scratch:
        assert scratch.value(f"SELECT count(*) FROM read_csv('{given}')") == 1
        for sql in (
            f"SELECT * FROM read_csv('{secret}')",
            f"SELECT * FROM read_text('{secret}')",
            f"ATTACH '{tmp_path / 'other.duckdb'}'",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            "SELECT * FROM glob('/etc/*')",
            "SELECT * FROM read_csv('https://example.com/x.csv')",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                scratch.connection.execute(sql).fetchall()
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("where", ["name", "column", "value", "join", "template", "encoding", "sheet", "date"])
def test_no_mapping_reads_another_file(workspace, tmp_path, write, secret, where):
    evil = f"x' UNION SELECT * FROM read_csv('{secret}') --"
    texts = {
        "name": ONE.replace("[file.a]", f'[file.a]\nname = ["{secret}", "../secret.csv", "a.csv"]'),
        "column": ONE + f'source = "{evil}"\n',
        "value": ONE + f'source = {{ value = "{evil}" }}\n',
        "join": ONE.replace("[[leads]]", '[file.b]\nname = "../secret.csv"\n[[leads]]\nfrom = "a"'),
        "template": ONE + f'source = {{ template = "{{id}} {evil}" }}\n',
        "encoding": ONE.replace("[file.a]", f'[file.a]\nencoding = "{evil}"'),
        "sheet": ONE.replace("[file.a]", f'[file.a]\nsheet = "{secret}"'),
        "date": f'dates = ["%Y-%m-%d", "%d\' || \'{secret}"]\n' + ONE,
    }
    path = write("a.csv", f'id,when,{secret},"{evil}"\nL1,2024-04-01,{secret},"=WEBSERVICE(""file://{secret}"")"\n')
    told = ""
    try:
        import_files(workspace, [path], parse_mapping(texts[where], "m.toml"))
    except LeadcalError as error:
        told = str(error)
    assert SECRET not in told
    if workspace.current_number() is not None:
        leads = open_reader(workspace).query("SELECT * FROM leads")
        assert leads["lead_id"].tolist() == ["L1"]
        assert SECRET not in leads.to_csv()


def test_formulas_links_and_paths_are_text(workspace, write, run, secret):
    cells = ["=cmd|' /C calc'!A0", f"file://{secret}", str(secret), "https://example.com/", "../../secret.csv"]
    run(write("leads.csv", "lead_id,created_at\n" + "".join(f'"{cell}",2024-04-01\n' for cell in cells)))
    assert set(open_reader(workspace).query("SELECT lead_id FROM leads")["lead_id"]) == set(cells)
