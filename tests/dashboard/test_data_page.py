"""The data page: a file comes in step by step, what is doubtful is said, and an import can be taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from analysis.evidence import CHECKS, evidence
from dashboard import checks, loading
from dashboard.figures.completeness import completeness_figure
from dashboard.texts import LANGUAGES, speaker
from dashboard.texts.speaker import load_texts
from data.store import open_reader, writing
from data.workspace import Workspace
from tests.dashboard.conftest import make_app, words
from tests.data.imports.workbooks import write_xlsx

GOOD = "管理番号,貴社名,受付年月日,きっかけ\r\n" + "".join(
    f"K-{n:03d},株式会社髙橋㈱{n},2024/4/{n % 28 + 1},展示会\r\n" for n in range(30)
)
FILES = Path(__file__).parents[1] / "data" / "presets" / "files"
BAD = GOOD + "K-998,だめ株式会社,2024/13/45,展示会\r\n,名無し,2024/4/3,展示会\r\n"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def page(workspace, monkeypatch):
    return show(make_app(workspace, monkeypatch), "ja")


def show(app, language="en"):
    app.context = {"timezone": "Asia/Tokyo", "locale": "ja-JP"}
    app.query_params["lang"] = language
    app.run()
    app.switch_page("app_pages/data.py").run()
    assert not app.exception
    return app


def upload(page, text: str, name: str = "名簿.csv"):
    page.file_uploader[0].upload(name, text.encode("cp932"))
    page.run()
    return press(page, "read-files")


def press(page, key: str):
    """Press a button, and wait for the work that it starts."""
    page.button(key=key).click().run()
    while (batch := page.session_state.get("leadcal.kept.batch")) is not None and batch.job is not None:
        batch.job.wait()
        page.run()
    assert not page.exception
    return page


def keys(page) -> set[str]:
    return {button.key for button in page.button}


def test_a_file_comes_in(page, workspace):
    say = speaker("ja")
    assert say("empty.workspace") in words(page)
    upload(page, GOOD)
    assert "CP932" in words(page)
    assert "株•••" in page.dataframe[0].value["examples"][1]
    assert not workspace.root.exists()
    press(page, "check")
    assert say("import.verdict_good", n="30") in words(page)
    assert not workspace.current.exists()
    press(page, "import")
    assert say("import.outcome", n_new="30", n_updated="0", snapshot=1) in page.success[0].value
    assert open_reader(workspace).query("SELECT COUNT(*) AS n FROM leads")["n"][0] == 30
    press(page, "finish")
    assert page.metric[0].value == "30"
    assert "名簿.csv" in page.table[-1].value.to_string()
    page.switch_page("app_pages/funnel.py").run()
    assert "30件" in words(page)


def test_bad_rows_are_explained_and_only_good_ones_come_in(page, workspace):
    say = speaker("ja")
    press(upload(page, BAD), "check")
    assert say("import.verdict_bad", n="32", n_good="30", n_rejected="2") in words(page)
    shown = page.table[1].value
    sample = page.table[2].value
    assert "株•••" in sample[say("data.table.raw")].tolist()
    assert "2024/4/1 00:00" in sample[say("data.table.parsed")].tolist()
    assert shown[say("data.table.line")].tolist() == ["32", "33"]
    assert "日付として読み取れません" in shown[say("data.table.problem")][0]
    assert "2024/13/45" in shown[say("data.table.cell")][0]
    assert len(page.get("download_button")) == 1
    press(page, "import")
    assert open_reader(workspace).query("SELECT COUNT(*) AS n FROM leads")["n"][0] == 30
    assert say("import.rejected", n="2") in words(page)


def test_importing_nothing_changes_nothing(page, workspace):
    press(upload(page, BAD), "check")
    press(page, "back")
    assert "check" in keys(page)
    press(page, "restart")
    assert page.file_uploader
    assert not workspace.root.exists()


def test_the_meaning_of_a_column_can_be_changed(page, workspace):
    upload(page, "ID,日付,コード\r\n1,2024-04-01,展示会\r\n")
    page.session_state["columns-名簿.csv-ja-False"] = {
        "edited_rows": {2: {"target": speaker("ja")("target.leads.source")}},
        "added_rows": [],
        "deleted_rows": [],
    }
    page.run()
    page.text_input(key="constant-created_at").set_value("2024-04-01").run()
    press(press(page, "check"), "import")
    assert open_reader(workspace).query("SELECT source FROM leads")["source"].tolist() == ["展示会"]


def test_without_an_id_the_page_says_what_to_do(page):
    upload(page, "会社名,受付日\r\n青空,2024-04-01\r\n")
    press(page, "check")
    assert speaker("ja")("import.refused.needs_lead_id") in page.error[0].value


def test_a_file_that_cannot_be_read_is_refused_in_words(page):
    page.file_uploader[0].upload("leads.parquet", b"PAR1 no")
    page.run()
    press(page, "read-files")
    assert page.error
    assert page.file_uploader
    assert "Traceback" not in words(page)


def test_a_profile_is_saved_and_offered_next_time(page, workspace):
    press(upload(page, GOOD), "check")
    page.text_input(key="profile-name").set_value("展示会の名簿").run()
    press(page, "save-profile")
    assert (workspace.root / "profiles" / "展示会の名簿.toml").is_file()
    press(page, "restart")
    upload(page, GOOD, "来月.csv")
    assert page.radio[0].value == "profile:展示会の名簿"
    press(press(page, "check"), "import")
    assert page.success


def test_a_known_system_is_recognised_with_the_reason(page, workspace):
    upload(page, (FILES / "salesforce_ja_leads.csv").read_bytes().decode("utf-8-sig"), "report.csv")
    assert ":material/verified:" in words(page)
    assert "Salesforce" in words(page)
    assert page.radio[0].value.startswith("preset:")
    press(press(page, "check"), "import")
    assert page.success


def test_a_workbook_comes_in_too(page, workspace, tmp_path):
    path = tmp_path / "名簿.xlsx"
    write_xlsx(path, {"名簿": [["管理番号", "受付日"], ["K-1", "2024-04-01"], ["K-2", "2024-04-02"]]})
    page.file_uploader[0].upload(path.name, path.read_bytes())
    page.run()
    press(press(press(page, "read-files"), "check"), "import")
    assert open_reader(workspace).query("SELECT COUNT(*) AS n FROM leads")["n"][0] == 2


def test_two_at_once_get_one_clear_line(page, workspace):
    say = speaker("ja")
    press(upload(page, GOOD), "check")
    workspace.history.mkdir(parents=True)
    with FileLock(workspace.history / ".lock"):
        press(page, "import")
        assert [warning.value for warning in page.warning] == [say("import.busy")]
    press(page, "import")
    assert page.success


def test_a_long_import_shows_progress_and_can_be_stopped(page, workspace, monkeypatch):
    import threading

    from dashboard.importing import batch as batches
    from dashboard.importing import wizard

    go_on = threading.Event()

    def slow(*_args, progress, **_kwargs):
        progress("reading", 0.4)
        go_on.wait()
        progress("reading", 0.5)

    upload(page, GOOD)
    monkeypatch.setattr(batches, "import_files", slow)
    monkeypatch.setattr(wizard, "_PATIENCE_SECONDS", 0)
    page.button(key="check").click().run()
    assert "cancel" in keys(page)
    page.button(key="cancel").click().run()
    go_on.set()
    page.session_state["leadcal.kept.batch"].job.wait()
    page.run()
    assert [info.value for info in page.info] == [speaker("ja")("import.cancelled")]
    assert not workspace.root.exists()


def test_the_last_import_is_taken_back(company, tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(company.root, workspace.root)
    page = show(make_app(workspace, monkeypatch))
    before = page.metric[0].value
    assert "undo" not in keys(page)
    press(press(upload(page, GOOD), "check"), "import")
    press(page, "finish")
    assert page.metric[0].value != before
    assert "名簿.csv" in words(page)
    press(page, "undo")
    assert page.metric[0].value == before
    assert speaker("en")("undo.done", snapshot=1) in [box.value for box in page.success]


def test_undo_takes_back_only_what_the_person_saw(company, tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(company.root, workspace.root)
    page = show(make_app(workspace, monkeypatch))
    press(press(upload(page, GOOD), "check"), "import")
    press(page, "finish")
    with writing(workspace) as writer:
        writer.connection.execute("INSERT INTO leads (lead_id, created_at) VALUES ('other', '2025-01-01')")
        writer.commit()
    press(page, "undo")
    assert workspace.current_number() == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_doubtful_is_said_and_opened(tmp_path, company, monkeypatch, language):
    workspace, say = Workspace(tmp_path / "workspace"), speaker(language)
    shutil.copytree(company.root, workspace.root)
    with writing(workspace) as writer:
        writer.connection.execute(
            "INSERT INTO touches (touch_id, lead_id, \"at\", kind) VALUES ('t', 'taro@example.co.jp', '2025-01-01', 'call')"
        )
        writer.commit()
    page = show(make_app(workspace, monkeypatch), language)
    assert f"**{say('severity.error')}: {say('check.unknown_leads.name')}**" in words(page)
    n_tables = len(page.table)
    page.session_state["records-unknown_leads"] = True
    page.run()
    assert len(page.table) == n_tables + 1
    assert "t•••" in page.table[0].value.to_string()
    assert "taro@" not in page.table[0].value.to_string()


def test_every_check_speaks_both_languages(company):
    result = evidence(open_reader(company))
    for language in LANGUAGES:
        texts, say = load_texts(language), speaker(language)
        for _, check in result.checks.iterrows():
            assert {f"check.{check['code']}.name", f"check.{check['code']}.found"} <= texts.keys()
            assert checks.sentence(check, say)
        assert {f"harm.{harm}" for check in CHECKS for harm in check.harms} <= texts.keys()


def test_the_verdict_follows_the_worst_check(company):
    result, say = evidence(open_reader(company)), speaker("en")
    passed = result.checks.assign(is_passed=True)
    assert checks.verdict(type(result)(checks=passed), say) == say("data.verdict_good", n="13")
    one = passed.assign(is_passed=passed["code"] != "closed_before_opened")
    assert "Time to convert" in checks.verdict(type(result)(checks=one), say)
    doubt = passed.assign(is_passed=passed["code"] != "stale_tables")
    assert checks.verdict(type(result)(checks=doubt), say) == say("data.verdict_warnings", n="1")


def test_heat_map_names_every_source_and_writes_every_share():
    table = pd.DataFrame(
        {
            "source": ["web", "web", "", ""],
            "attribute": ["industry", "region"] * 2,
            "n_leads": [200, 200, 50, 50],
            "n_known": [200, 1, 0, 49],
            "known_rate": [1.0, 0.005, 0.0, 0.98],
        }
    )
    spec = json.loads(completeness_figure(table, speaker("en")).to_json())
    assert spec["data"][0]["text"] == [["100", "<1"], ["0", "98"]]
    assert [note["text"] for note in spec["layout"]["annotations"]] == [
        "<b>Website</b>  200 leads",
        "<b>Unknown</b>  50 leads",
    ]
    assert "0.5%" in spec["data"][0]["hovertext"][0][1]


def test_snapshots_have_a_way_back_only_where_one_is_kept(company):
    current = loading.Snapshot(root=str(company.root), number=company.current_number(), stamp=0)
    assert loading.previous(current) is None
