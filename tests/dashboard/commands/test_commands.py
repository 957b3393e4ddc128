"""The command-line program: each command says the same as the function behind it, and errors are one line."""

import json
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from analysis.funnel import funnel
from analysis.selection import Selection
from data.store import open_reader
from data.workspace import Workspace

RULESET = """
id = "mine"
version = 1
outcome = "won"
threshold = 3

[[rule]]
id = "seminar"
label = { ja = "セミナー", en = "Seminar" }
kind = "touch"
touch = "seminar"
repeat = "each"
cap = 2
points = 3

[[band]]
name = { ja = "今すぐ", en = "Hot" }
threshold = 3

[[band]]
name = { ja = "そのうち", en = "Cold" }
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Three leads in the contract's own columns: two handed over, one of them won."""
    folder = tmp_path / "files"
    folder.mkdir()
    tables = {
        "leads": "lead_id,created_at,source\na,2025-01-01,web\nb,2025-01-02,fair\nc,2025-02-03,\n",
        "touches": "touch_id,lead_id,at,kind\n1,a,2025-01-03,seminar\n2,a,2025-01-04,seminar\n3,b,2025-01-05,call\n",
        "handoffs": "handoff_id,lead_id,pass_no,handed_off_at\nh1,a,1,2025-01-10\nh2,b,1,2025-01-11\n",
        "deals": "deal_id,lead_id,opened_at,closed_at,outcome\nd,a,2025-01-20,2025-03-01,won\n",
        "stage_events": "lead_id,stage,entered_at,pass_no\na,mql,2025-01-08,1\nb,mql,2025-01-09,1\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def company(tmp_path: Path) -> Workspace:
    """A workspace into which nothing was imported yet."""
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def imported(leadcal, files):
    code, output, errors = leadcal("import", files)
    assert (code, errors) == (0, ""), output
    return leadcal


def test_help_names_every_command(leadcal):
    code, output, _ = leadcal("--help")
    assert code == 0
    for command in (
        "demo",
        "serve",
        "import",
        "suggest",
        "undo",
        "check",
        "overview",
        "funnel",
        "sources",
        "calibrate",
        "ruleset",
    ):
        assert f"  {command} " in output
        assert leadcal(command, "--help")[0] == 0


def test_an_import_says_what_it_did_and_twice_changes_nothing(leadcal, files):
    code, output, _ = leadcal("import", files)
    assert code == 0
    assert "The history is now snapshot 1." in output
    code, output, _ = leadcal("import", files, "--format", "json")
    assert code == 0
    document = json.loads(output)
    assert (document["is_imported"], document["snapshot"], document["n_rejected"]) == (False, None, 0)


def test_funnel_says_the_same_in_every_format(imported, tmp_path):
    reader = open_reader(Workspace(tmp_path / "workspace"))
    expected = funnel(reader, Selection(as_of=reader.data_end)).steps
    document = json.loads(imported("funnel", "--format", "json")[1])
    assert document["n_leads"] == 3
    assert document["as_of"] == "2025-03-01T00:00:00"
    assert [step["n_leads"] for step in document["steps"]] == expected["n_leads"].tolist()
    table = pd.read_csv(StringIO(imported("funnel", "--format", "csv")[1]))
    assert table["n_leads"].tolist() == expected["n_leads"].tolist()
    shown = imported("funnel")[1]
    assert "Funnel of 3 leads as of 2025-03-01 (snapshot 1)." in shown
    assert [step["stage"] for step in document["steps"]] == ["lead", "mql", "opportunity", "won"]


def test_the_funnel_can_be_counted_in_other_ways(imported):
    strict = json.loads(imported("funnel", "--mode", "strict", "--start-stage", "mql", "--format", "json")[1])
    assert (strict["mode"], strict["n_leads"]) == ("strict", 2)
    assert strict["steps"][0]["stage"] == "mql"
    period = json.loads(imported("funnel", "--view", "period", "--start", "2025-03-01", "--format", "json")[1])
    assert period["steps"][-1]["n_leads"] == 1, "the win of March counts in March"
    code, _, errors = imported("funnel", "--start-stage", "won", "--end-stage", "mql")
    assert code == 2
    assert "must end after it starts" in errors


def test_filters_narrow_the_funnel(imported):
    assert json.loads(imported("funnel", "--source", "web", "--format", "json")[1])["n_leads"] == 1
    assert (
        json.loads(imported("funnel", "--start", "2025-01-02", "--end", "2025-02-01", "--format", "json")[1])["n_leads"]
        == 1
    )
    as_of = json.loads(imported("funnel", "--as-of", "2025-02-28", "--format", "json")[1])
    assert as_of["steps"][-1]["n_leads"] == 0, "the win of 1 March is not known on 28 February"


def test_calibrate_counts_handoffs_wins_and_what_is_too_young(imported, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(RULESET, encoding="utf-8")
    document = json.loads(imported("calibrate", "--ruleset", path, "--horizon-days", "50", "--format", "json")[1])
    assert (document["n_decisions"], document["n_mature"], document["n_immature"]) == (2, 1, 1)
    assert document["ranking"]["verdict"] == "too_few"
    document = json.loads(imported("calibrate", "--ruleset", path, "--horizon-days", "1", "--format", "json")[1])
    assert (document["n_mature"], document["n_won"], document["n_standing"]) == (2, 0, 1)
    scores = {row["score"]: row["n_mature"] for row in document["scores"]}
    assert scores == {0: 1, 6: 1}
    assert "Too few wins or losses" in imported("calibrate", "--ruleset", path)[1]


def test_rulesets_are_listed_shown_checked_and_released_once(imported, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(RULESET, encoding="utf-8")
    assert imported("ruleset", "check", path)[1] == f"{path}: 1 rules, 2 bands, handed over from 3 points.\n"
    assert imported("ruleset", "release", path)[1] == "Released mine@1.\n"
    code, _, errors = imported("ruleset", "release", path)
    assert code == 2
    assert "never changes; raise the version to 2" in errors
    assert "mine@1" in imported("ruleset", "list")[1]
    assert json.loads(imported("ruleset", "show", "mine", "--format", "json")[1])["rules"][0]["points"] == 3


def test_versions_are_compared_tested_and_retired(imported, tmp_path):
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text(RULESET, encoding="utf-8")
    second.write_text(
        RULESET.replace("points = 3", "points = 2").replace("version = 1", "version = 2"), encoding="utf-8"
    )
    assert imported("ruleset", "release", first)[0] == 0
    code, output, errors = imported("ruleset", "diff", "mine@1", second, "--horizon-days", "1", "--format", "json")
    assert (code, errors) == (0, "")
    document = json.loads(output)
    changed = {row["id"]: (row["before"], row["after"]) for row in document["differences"] if row["part"] == "rule"}
    assert changed == {"seminar": ("3", "2")}
    assert "seminar" in imported("ruleset", "diff", "mine@1", second)[1]
    assert (
        imported("ruleset", "retire", "mine@1", "--on", "2025-06-01")[1] == "mine@1 is out of force from 2025-06-01.\n"
    )
    assert "retired" in imported("ruleset", "list")[1]
    code, output, _ = imported("ruleset", "test", first)
    assert (code, "0 of 0 examples hold" in output) == (0, True)


def test_overview_has_key_numbers(imported):
    document = json.loads(imported("overview", "--format", "json")[1])
    assert {row["kpi"]: row["value"] for row in document["kpis"]}["leads"] == 3
    assert "First:" in imported("overview")[1]


def test_check_passes_fails_and_opens_records(imported, files, monkeypatch):
    assert imported("check")[0] == 0
    (files / "deals.csv").write_text("deal_id,lead_id,opened_at,closed_at,outcome\nearly,b,2024-12-31,,open\n")
    assert imported("import", files / "deals.csv")[0] == 0
    code, output, _ = imported("check", "--format", "json")
    assert code == 1
    assert json.loads(output)["n_errors"] == 1
    assert "1 of 2 deals were opened before their lead was created." in imported("check")[1]
    monkeypatch.setenv("LEADCAL_LANG", "ja")
    assert "商談" in imported("check")[1]
    assert "early" in imported("check", "--open", "deal_before_lead", "--format", "csv")[1]


def test_undo_takes_an_import_back(imported, files):
    (files / "leads.csv").write_text("lead_id,created_at\nnew,2025-01-01\n")
    imported("import", files / "leads.csv")
    assert imported("undo")[1] == "The history is snapshot 1 again.\n"
    assert json.loads(imported("funnel", "--format", "json")[1])["n_leads"] == 3


def test_bad_rows_are_explained_and_nothing_is_imported(leadcal, files, tmp_path):
    (files / "leads.csv").write_text("lead_id,created_at\na,2025-01-01\nb,soon\n")
    code, output, _ = leadcal("import", files / "leads.csv", "--rejects", tmp_path / "rejects")
    assert code == 1
    assert "leads.csv line 3" in output
    assert "nothing was imported" in output
    assert not (tmp_path / "workspace" / "history" / "current").exists()
    assert "soon" in next((tmp_path / "rejects").iterdir()).read_text(encoding="utf-8-sig")
    code, output, _ = leadcal("import", files / "leads.csv", "--skip-bad-rows")
    assert code == 1
    assert "snapshot 1" in output


def test_an_export_of_a_known_system_needs_no_mapping(leadcal, tmp_path):
    header = "Record ID,First Name,Create Date,Original Traffic Source,Lifecycle Stage,Email"
    path = tmp_path / "contacts.csv"
    path.write_text(f"{header}\n1,Aoi,2025-01-05 10:00,Organic Search,Lead,aoi@example.co.jp\n", encoding="utf-8")
    code, output, errors = leadcal("import", path)
    assert (code, errors) == (0, "")
    assert output.startswith("Recognised as HubSpot")
    assert "1 rows read" in output
    mapping = tmp_path / "mine.toml"
    mapping.write_text(leadcal("suggest", path)[1], encoding="utf-8")
    assert "nothing was changed" in leadcal("import", "--map", mapping, path)[1]


def test_an_unknown_file_gets_a_mapping_to_begin_with(leadcal, tmp_path):
    path = tmp_path / "名簿.csv"
    path.write_bytes("管理番号,企業名,獲得日,備考\nA1,㈱青空,2025年1月5日,高い\n".encode("cp932"))
    code, _, errors = leadcal("import", path)
    assert code == 2
    assert errors.count("\n") == 1
    assert "名簿.csv: these columns are of no system that leadcal knows" in errors
    mapping = tmp_path / "mine.toml"
    mapping.write_text(leadcal("suggest", path)[1], encoding="utf-8")
    code, output, _ = leadcal("import", "--map", mapping, path)
    assert code == 0, output
    assert "read as cp932" in output
    assert json.loads(leadcal("funnel", "--format", "json")[1])["n_leads"] == 1


WRONG_INPUT = [
    (("fnnel",), "There is no command 'fnnel'"),
    (("funnel",), "holds no history yet; run `leadcal demo --no-serve`"),
    (("import", "nowhere.csv"), "nowhere.csv"),
    (("import", "--map", "nowhere.toml", __file__), "nowhere.toml"),
    (("ruleset", "check", "nowhere.toml"), "nowhere.toml: cannot be read"),
    (("ruleset", "show", "nobody"), 'there is no ruleset called "nobody"'),
    (("funnel", "--horizon-days", "0"), "0 is not in the range"),
    (("undo",), "holds no history yet"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_INPUT)
def test_wrong_input_is_one_line_and_exit_code_2(leadcal, arguments, message):
    code, output, errors = leadcal(*arguments)
    assert code == 2
    assert output == ""
    assert errors.count("\n") == 1
    assert errors.startswith("leadcal: ")
    assert message in errors


def test_wrong_filters_are_one_line(imported):
    code, _, errors = imported("funnel", "--source", "moon")
    assert (code, errors) == (2, "leadcal: --source moon: no lead has this source; there are fair, web\n")
    code, _, errors = imported("funnel", "--start", "2025-02-01", "--end", "2025-01-01")
    assert code == 2
    assert "The period is empty" in errors


def test_a_history_of_your_own_is_never_replaced_by_the_demo(imported):
    code, _, errors = imported("demo", "--no-serve", "--leads", "300")
    assert code == 2
    assert "holds a history of your own; choose another folder" in errors


def test_the_demo_is_built_once(leadcal):
    code, output, _ = leadcal("demo", "--no-serve", "--leads", "300", "--seed", "7")
    assert code == 0
    assert "Building the synthetic company" in output
    assert "is ready in" in leadcal("demo", "--no-serve", "--leads", "300", "--seed", "7")[1]
    document = json.loads(leadcal("calibrate", "--format", "json")[1])
    assert document["ruleset"]["id"] == "today"
