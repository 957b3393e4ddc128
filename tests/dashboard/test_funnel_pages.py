"""Funnel, comparison, sources and targets: every switch draws, every view agrees, every number opens its leads."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.conditions import HandedOver
from analysis.journey_funnel import Question, journey_funnel
from analysis.journeys import MODES
from analysis.lead_list import lead_list
from analysis.selection import Selection
from analysis.sources import sources
from analysis.target_gap import target_gap
from analysis.targets import Target, Targets, load_targets, write_targets
from dashboard import drilling
from dashboard.cli import main
from dashboard.sections import planning
from dashboard.texts import LANGUAGES, speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import make_app, words

EN = speaker("en")


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("funnel-pages") / "workspace")
    build_company(workspace, n_leads=2500, seed=1)
    return workspace


@pytest.fixture(scope="module")
def engine(synthetic):
    return open_reader(synthetic)


@pytest.fixture
def page(synthetic, monkeypatch):
    return make_app(synthetic, monkeypatch)


@pytest.fixture
def planned(synthetic, engine):
    """The company with a target for the month of its latest data."""
    month = engine.data_end.date().replace(day=1)
    path = synthetic.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=(Target(stage="mql", month=month, n_leads=500),))), encoding="utf-8")
    yield path
    path.unlink()


def show(app, name, **choices):
    for key, value in choices.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(f"app_pages/{name}.py").run()
    assert not app.exception
    assert not app.error, [error.value for error in app.error]
    assert "nan" not in words(app)
    return app


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "tab", "n_charts"),
    [
        ("funnel", "times", 2),
        ("funnel", "stock", 2),
        ("funnel", "entries", 5),
        ("compare", "", 2),
        ("sources", "campaigns", 1),
        ("sources", "sides", 1),
        ("sources", "touches", 2),
        ("targets", "", 0),
    ],
)
def test_every_part_draws_with_alternative_texts_and_tables(page, name, tab, n_charts, language):
    show(page, name, lang=language, tab=tab)
    charts = page.get("plotly_chart")
    assert len(charts) == n_charts
    for chart in charts:
        assert json.loads(chart.proto.spec)["data"]
        assert chart.proto.alt
    assert page.get("download_button")
    assert page.title[0].value == speaker(language)(f"pages.{name}.question")


@pytest.mark.parametrize("view", ["cohort", "period"])
@pytest.mark.parametrize("mode", MODES)
def test_every_way_of_counting_shows_what_the_analysis_and_the_command_line_say(page, engine, mode, view):
    show(page, "funnel", mode=mode, view=view, first="mql", last="opportunity")
    question = Question(mode=mode, view=view, start="mql", end="opportunity")
    steps = journey_funnel(engine, Selection(as_of=engine.data_end), question).steps
    shown = page.table[0].value
    assert [number(text) for text in shown["Leads"]] == steps["n_leads"].tolist()
    assert EN(f"counting.mode_about.{mode}") in words(page)
    assert EN(f"counting.view_about.{view}") in words(page)


def test_usual_counting_is_the_funnel_of_the_overview_and_the_command_line(page, synthetic, capsys):
    show(page, "funnel")
    on_funnel = [number(text) for text in page.table[0].value["Leads"]]
    show(page, "overview", period="all")
    assert [number(text) for text in page.table[0].value["Leads"]] == on_funnel
    assert main(["-w", str(synthetic.root), "funnel", "--format", "json"]) == 0
    assert [step["n_leads"] for step in json.loads(capsys.readouterr().out)["steps"]] == on_funnel


def test_the_strip_says_how_many_leads_change_between_modes(page, engine):
    show(page, "funnel")
    changes = journey_funnel(engine, Selection(as_of=engine.data_end)).changes
    strict = changes[(changes["mode"] == "strict") & (changes["other_mode"] == "implied")]["n_changed"].iloc[0]
    assert f"Strict {EN.count(strict)}" in words(page)


def test_a_chosen_stage_lists_its_leads_with_masked_names_and_filters(page):
    show(page, "funnel", source="webinar")
    shown = page.table[0].value.set_index("Stage")["Leads"]
    page.selectbox(key="list-funnel-en").set_value("funnel.won").run()
    assert not page.exception
    assert f"reached Won: {shown['Won']} leads" in words(page)
    assert "Webinar" in next(m.value for m in page.markdown if "Period" in m.value)
    rows = page.dataframe[0].value
    assert len(rows) == number(shown["Won"])
    assert set(rows["Source"]) == {"Webinar"}
    assert rows["Company"].str.contains("•").all()
    page.button(key="funnel-reveal").click().run()
    assert not page.dataframe[0].value["Company"].str.contains("•").any()
    assert page.query_params["list"] == "funnel.won"


def test_a_click_on_a_bar_makes_the_choice_and_a_click_beside_it_none(monkeypatch):
    made = []
    monkeypatch.setattr(drilling.state, "choose_now", lambda *choice: made.append(choice))
    for points in ([{"customdata": "sal"}], [{"customdata": ["won"]}], [{"customdata": ""}], [{}], []):
        monkeypatch.setattr(drilling.state, "widget", lambda _, points=points: {"selection": {"points": points}})
        drilling.pick("funnel")()
    assert made == [("list", "funnel.sal"), ("list", "funnel.won")]


def test_a_month_in_progress_says_what_is_needed_by_today():
    row = SimpleNamespace(
        stage="won", month=pd.Timestamp("2026-04-01"), source="", n_target=20, n_actual=6, n_needed=10.0, n_gap=-4.0,
        n_expected=12.0, n_low=8.0, n_high=17.0, is_over=False,
    )  # fmt: skip
    said = planning.sentence(row, EN)
    assert "6 so far, 10 needed by today, so 4 behind" in said
    assert "about 12 (8 to 17) against a target of 20" in said


@pytest.mark.parametrize(
    ("name", "choices", "exhibit"),
    [
        ("funnel", {"tab": "stock"}, "stock"),
        ("funnel", {"tab": "entries"}, "origins"),
        ("funnel", {"tab": "entries"}, "exits"),
        ("funnel", {"mode": "strict"}, "funnel"),
        ("funnel", {}, "cohorts"),
        ("compare", {}, "changes"),
        ("sources", {}, "sources"),
        ("sources", {"by": "is_inbound"}, "sources"),
        ("overview", {}, "funnel"),
        ("overview", {"period": "all"}, "keys"),
        ("compare", {}, "comparison"),
        ("compare", {"period": "6m"}, "bottlenecks"),
        ("funnel", {"tab": "times", "start": "mql", "end": "won"}, "times"),
        ("funnel", {"tab": "times", "by": "month"}, "times"),
        ("sources", {"tab": "touches"}, "touches"),
        ("sources", {"tab": "touches", "touch": "direction"}, "touches"),
    ],
)
def test_every_offered_number_opens_a_list_of_that_length(page, name, choices, exhibit):
    show(page, name, **choices)
    box = page.selectbox(key=f"list-{exhibit}-en")
    placeholders = (EN("leads.placeholder"), EN("leads.placeholder_plain"))
    labels = [label for label in box.options if label not in placeholders]
    assert labels
    for label in (*labels[:4], labels[-1]):
        box = page.selectbox(key=f"list-{exhibit}-en")
        box.select(label).run()
        assert not page.exception
        count = label.rsplit(": ", 1)[1]
        heading = next(text.value for text in page.markdown if text.value.endswith(f": {count} leads**"))
        assert heading
        listed = next(frame.value for frame in page.dataframe if "Furthest stage" in frame.value)
        assert len(listed) == min(number(count), 200)


def test_sources_show_the_numbers_of_the_analysis(page, engine):
    show(page, "sources")
    table = sources(engine, Selection(as_of=engine.data_end))
    shown = page.dataframe[0].value
    assert [number(text) for text in shown["Leads"]] == table["n_leads"].tolist()
    assert [number(text) for text in shown["Won so far"]] == table["n_won"].tolist()


def test_a_source_opens_its_campaigns(page):
    show(page, "sources", tab="campaigns", within="webinar")
    campaigns = page.dataframe[-1].value
    assert "Group" in campaigns
    assert len(page.get("download_button")) >= 2


def test_a_period_without_one_before_says_what_to_change(page):
    show(page, "compare", period="24m", against="last_year")
    page.selectbox(key="period-en").set_value("all").run()
    assert EN("empty.no_earlier") in words(page)


def test_a_history_that_begins_within_the_earlier_period_is_said(page, engine):
    show(page, "compare", period="24m", against="last_year")
    begins = engine.query("SELECT MIN(created_at) AS first_at FROM prep.leads")["first_at"].iloc[0]
    warnings = [warning.value for warning in page.warning]
    assert warnings == [EN("changes.partial", date=EN.date(begins))]
    page.selectbox(key="period-en").set_value("6m").run()
    assert not page.warning
    show(page, "overview", period="12m")
    assert EN("overview.partial", date=EN.date(begins)) not in words(page)


def test_the_comparison_adds_up_in_its_sentence(page):
    show(page, "compare", period="6m")
    text = next(m.value for m in page.markdown if "were won" in m.value)
    parts = page.table[0].value["Wins"]
    stages = next(table.value for table in page.table if "Change" in table.value).iloc[-1]
    assert sum(int(part.replace(",", "")) for part in parts) == int(stages["Change"].replace(",", ""))
    assert stages["Now"] in text


def test_targets_show_what_is_needed_by_today_also_on_the_overview(page, planned, engine):
    show(page, "targets")
    said = f"against a target of {EN.count(500)}"
    assert said in words(page)
    row = page.table[0].value.iloc[0]
    assert (row["Stage"], row["Target"]) == ("MQL", "500")
    page.selectbox(key="list-pace-en").select_index(1).run()
    assert len(page.dataframe[0].value) == number(row["So far"])
    show(page, "overview")
    assert said in words(page)


def test_a_button_beside_a_key_number_opens_its_leads(page, engine):
    show(page, "overview", period="all")
    page.button(key="open-acceptance_rate").click().run()
    assert not page.exception
    n_leads = lead_list(engine, Selection(as_of=engine.data_end), HandedOver(state="accepted"), 1).n_leads
    assert f"{EN('keys.acceptance_rate')}: {EN.count(n_leads)} leads" in words(page)
    assert page.query_params["list"] == "keys.acceptance_rate"


@pytest.fixture
def agreed(synthetic, engine):
    """The company with targets of two stages for the last whole quarter, and one of a third for a single month."""
    months = [month.date() for month in pd.date_range(end=engine.data_end, periods=4, freq="MS")][:3]
    targets = [Target(stage="mql", month=month, n_leads=60) for month in months]
    targets += [Target(stage="opportunity", month=month, n_leads=20) for month in months]
    targets += [Target(stage="won", month=months[0], n_leads=3)]
    path = synthetic.root / "targets.toml"
    path.write_text(write_targets(Targets(targets=tuple(targets))), encoding="utf-8")
    yield tuple(targets)
    path.unlink()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_period_is_held_against_its_targets(page, engine, agreed, language):
    say = speaker(language)
    show(page, "compare", period="6m", against="target", lang=language)
    start = (pd.Timestamp(engine.data_end) - pd.DateOffset(months=5)).date().replace(day=1)
    gap = target_gap(engine, Selection(as_of=engine.data_end, start=start), agreed)
    shown = page.table[0].value
    assert shown[say("shortfall.table.n_actual")].tolist() == [say.count(n) for n in gap.stages["n_actual"]]
    assert shown[say("shortfall.table.n_gap")].tolist() == [say.signed(n) for n in gap.stages["n_gap"]]
    split = page.table[1].value.iloc[:, 1]
    assert sum(int(part.replace(",", "").replace("−", "-")) for part in split) == gap.stages["n_gap"].iloc[-1]
    months = say("format.comma").join(say.month(month) for month in gap.missing["month"])
    assert say("shortfall.missing", stage=say.word("stages", "won"), months=months) in words(page)
    box = page.selectbox(key=f"list-shortfall-{language}")
    box.select_index(1).run()
    assert not page.exception
    listed = next(frame.value for frame in page.dataframe if say("leads.table.stage") in frame.value)
    assert len(listed) == gap.stages["n_actual"].iloc[-1]


def test_without_targets_the_comparison_says_what_is_missing_and_where_to_write_it(page):
    show(page, "compare", period="6m", against="target")
    assert EN("shortfall.nothing") in words(page)
    assert [link.label for link in page.get("page_link")][-1] == EN("shortfall.open_targets")


def test_the_wins_wanted_are_part_of_the_address(page):
    show(page, "targets", wins="25")
    assert page.number_input[0].value == 25
    assert "For 25 wins" in words(page)
    page.number_input[0].set_value(40).run()
    assert page.query_params["wins"] == "40"
    assert "For 40 wins" in words(page)
    for nonsense in ("0", "-3", "²", "1e9", "99999999999"):
        page.query_params["wins"] = nonsense
        page.run()
        assert not page.exception
        assert page.number_input[0].value == 10


def test_targets_are_written_from_the_sheet(page, synthetic, planned):
    show(page, "targets")
    key = "targets-sheet-en"
    page.session_state[key] = {"edited_rows": {0: {"leads": 321}}, "added_rows": [], "deleted_rows": []}
    next(button for button in page.button if button.label == EN("targets.save")).click().run()
    assert not page.exception
    assert load_targets(planned).targets[0].n_leads == 321


def test_the_sheet_is_read_checked_and_sorted():
    from dashboard.target_sheet import parsed

    rows = [("2026-05", "won", 3, "*"), ("2026-04", "mql", 20, "seminar"), (None, None, None, "*")]
    sheet = pd.DataFrame(rows, columns=["month", "stage", "leads", "source"])
    found = parsed(sheet, 4, EN)
    assert found.targets[0] == Target(stage="mql", month=date(2026, 4, 1), n_leads=20, source="seminar")
    assert found.targets[1].source is None
    from analysis.targets import TargetsError

    with pytest.raises(TargetsError, match="Row 1 is incomplete"):
        parsed(sheet.assign(month=[None, "2026-04", None]), 4, EN)
    with pytest.raises(TargetsError, match="Row 2 repeats"):
        parsed(pd.concat([sheet.head(1), sheet.head(1)]), 4, EN)


def test_nonsense_in_a_link_is_ignored_on_every_page(page):
    names = (
        "mode",
        "view",
        "grain",
        "first",
        "last",
        "start",
        "end",
        "tab",
        "by",
        "against",
        "touch",
        "within",
        "wins",
    )
    for name in ("funnel", "compare", "sources", "targets"):
        show(page, name, **dict.fromkeys((*names, "target", "list"), "<script>"))
