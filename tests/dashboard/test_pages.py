"""Each page draws, filters survive pages and languages, links open, and nobody sees a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

import dashboard
from dashboard import loading
from dashboard.texts import LANGUAGES, speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import make_app, words

PAGES = ("overview", "funnel", "calibration", "data")


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("synthetic") / "workspace")
    build_company(workspace, n_leads=3000, seed=1)
    return workspace


@pytest.fixture
def page(synthetic, monkeypatch):
    return make_app(synthetic, monkeypatch)


def show(app, name):
    """Run the app on a page; a fresh app needs one run before it knows its pages."""
    if not app.session_state.get("leadcal.held"):
        app.run()
    app.switch_page(f"app_pages/{name}.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    "path", sorted((Path(dashboard.__file__).parent / "app_pages").glob("*.py")), ids=lambda p: p.stem
)
def test_pages_are_short_and_ask_nobody_but_loading(path):
    code = path.read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 60
    for forbidden in ("session_state", "query_params", "SELECT", "import pandas", "duckdb"):
        assert forbidden not in code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_draws_its_charts_with_tables_downloads_and_alternative_texts(page, name, language):
    page.query_params["lang"] = language
    show(page, name)
    assert not page.error
    say = speaker(language)
    assert [title.value for title in page.title] == [say(f"pages.{name}.question")]
    charts = page.get("plotly_chart")
    assert len(charts) >= {"overview": 1, "funnel": 2, "calibration": 1, "data": 1}[name]
    for chart in charts:
        spec = json.loads(chart.proto.spec)
        assert spec["data"]
        assert json.loads(chart.proto.config)["showSendToCloud"] is False
        assert chart.proto.alt
    assert len(page.table) >= len(charts)
    assert len(page.get("download_button")) >= len(charts)
    assert "nan" not in words(page)


def test_calibration_says_the_same_as_the_analysis(page, synthetic):
    show(page, "calibration")
    current = loading.current_snapshot()
    path = next(iter(loading.ruleset_paths().values()))
    facts = loading.facts(current)
    from analysis.selection import Selection

    result = loading.calibration(current, Selection(as_of=facts.data_end), path, loading.stamp_of(path))
    say = speaker("en")
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown[say("calibration.mature")] == say.count(result.n_mature)
    assert shown[say("calibration.won")] == say.count(result.n_won)
    assert shown[say("calibration.left_out")] == say.count(result.n_immature)
    assert shown[say("calibration.base_rate")] == say.percent(result.base_rate)


def test_funnel_of_a_source_is_smaller(page):
    show(page, "funnel")
    all_leads = int(page.table[0].value.iloc[0]["Leads"].replace(",", ""))
    page.multiselect(key="source-en").select("referral").run()
    assert int(page.table[0].value.iloc[0]["Leads"].replace(",", "")) < all_leads
    assert page.query_params["source"] == "referral"


def test_choices_survive_a_change_of_page_and_language(page):
    show(page, "funnel")
    page.multiselect(key="source-en").select("webinar").run()
    page.selectbox(key="horizon-en").set_value("90").run()
    page.selectbox(key="period-en").set_value("12m").run()
    show(page, "calibration")
    page.segmented_control(key="lang").set_value("ja").run()
    assert page.title[0].value == speaker("ja")("pages.calibration.question")
    assert page.multiselect(key="source-ja").value == ["webinar"]
    assert page.selectbox(key="horizon-ja").value == "90"
    assert page.selectbox(key="period-ja").value == "12m"
    assert page.query_params == {"lang": "ja", "source": "webinar", "horizon": "90", "period": "12m"}


def test_link_restores_everything(page):
    for name, value in {"lang": "ja", "source": ["webinar", "referral"], "horizon": "120", "stage": "mql"}.items():
        page.query_params[name] = value
    page.query_params["period"] = "custom"
    page.query_params["from"], page.query_params["to"] = "2025-01", "2025-06"
    show(page, "funnel")
    assert page.multiselect(key="source-ja").value == ["webinar", "referral"]
    assert page.selectbox(key="horizon-ja").value == "120"
    assert page.selectbox(key="stage-ja").value == "mql"
    assert (page.selectbox(key="from-ja").value, page.selectbox(key="to-ja").value) == ("2025-01", "2025-06")
    assert "2025年1月～2025年6月" in words(page)


def test_nonsense_in_a_link_is_ignored(page):
    for name in ("period", "source", "horizon", "stage", "lang", "ruleset"):
        page.query_params[name] = "<script>"
    for name in PAGES:
        show(page, name)
        assert not page.error
    assert show(page, "funnel").multiselect(key="source-en").value == []


def test_language_follows_the_browser(page):
    page.context = {"locale": "ja-JP"}
    page.run()
    assert page.title[0].value == speaker("ja")("pages.overview.question")
    assert "documentElement.lang='ja'" in "".join(element.value for element in page.html)


def test_empty_period_says_what_to_change(page):
    for name, value in {"period": "custom", "from": "2025-06", "to": "2025-01"}.items():
        page.query_params[name] = value
    show(page, "funnel")
    assert "Choose an earlier month" in words(page)


def test_nothing_old_enough_says_what_to_change(page):
    page.query_params["period"], page.query_params["horizon"] = "3m", "365"
    show(page, "calibration")
    assert "shorter waiting time" in words(page)
    assert not page.error


def test_history_without_handoffs_says_so(company, monkeypatch):
    app = make_app(company, monkeypatch)
    app.query_params["source"] = "-"
    show(app, "funnel")
    assert app.multiselect(key="source-en").value == ["-"]
    assert "1 sources (Unknown)" in words(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_workspace_says_how_to_fill_it(tmp_path, monkeypatch, language):
    app = make_app(Workspace(tmp_path / "nothing"), monkeypatch)
    app.query_params["lang"] = language
    app.run()
    assert speaker(language)("empty.workspace") in words(app)
    assert "leadcal demo" in app.get("code")[0].value
    assert not app.error
    assert not (tmp_path / "nothing").exists()


def test_file_of_a_newer_program_is_refused_in_a_box(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    workspace.history.mkdir(parents=True)
    with duckdb.connect(str(workspace.snapshot_path(1))) as connection:
        connection.execute("CREATE TABLE meta AS SELECT 'schema_version' AS key, '999' AS value")
    workspace.current.write_text("1", encoding="ascii")
    app = make_app(workspace, monkeypatch)
    app.run()
    assert "newer leadcal" in app.error[0].value
    assert not app.exception


def test_broken_ruleset_is_refused_in_a_box(synthetic, monkeypatch, tmp_path):
    broken = tmp_path / "today" / "1.toml"
    broken.parent.mkdir()
    broken.write_text('id = "today"\nversion = 1\nsurprise = 3\n', encoding="utf-8")
    monkeypatch.setattr(loading, "ruleset_paths", lambda: {"today@1": str(broken)})
    app = show(make_app(synthetic, monkeypatch), "calibration")
    assert "1.toml" in app.error[0].value
    assert "Traceback" not in words(app)


def test_defect_of_ours_shows_a_code_and_no_traceback(page, monkeypatch):
    def fail(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(loading, "funnel", fail)
    show(page, "funnel")
    assert "on our side" in page.error[0].value
    assert "secret" not in words(page)


def test_new_import_is_seen_at_the_next_interaction(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    build_company(workspace, n_leads=400, seed=1)
    app = show(make_app(workspace, monkeypatch), "funnel")
    assert "snapshot 1" in words(app)
    from data.store import writing

    with writing(workspace) as writer:
        writer.connection.execute("INSERT INTO leads (lead_id, created_at) VALUES ('new', '2025-01-01')")
        writer.commit()
    app.run()
    assert "snapshot 2" in words(app)
    assert "401 leads" in words(app)
