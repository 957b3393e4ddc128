"""The other tabs of the points page: rule health, handoff rules, the past; and rulesets that have no rules."""

import pytest

from analysis.rule_health import rule_health
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.figures.rule_health import worth_figure
from dashboard.texts import LANGUAGES, speaker
from dashboard.workbench import rule_tables
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import make_app, words


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("tabs") / "workspace")
    build_company(workspace, n_leads=1500, seed=1)
    return workspace


@pytest.fixture(scope="module")
def health(firm):
    reader = open_reader(firm)
    return rule_health(reader, find_ruleset(firm, "today"), Selection(as_of=reader.data_end))


def page_of(workspace, monkeypatch, **query):
    app = make_app(workspace, monkeypatch)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("app_pages/points.py").run()
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_health_of_the_rules_is_said_in_words(firm, health, monkeypatch, language):
    app = page_of(firm, monkeypatch, lang=language, tab="health", rule="price_inquiry")
    say, text = speaker(language), words(app)
    assert say("health.closely") in text
    row = health.rules.set_index("rule_id").loc["price_inquiry"]
    assert say(f"rule_verdict.{row['verdict']}") in text
    assert {metric.label: metric.value for metric in app.metric}[say("health.card.hit")] == say.count(
        row["n_worked"] + row["n_standing"]
    )
    assert "nan" not in text


def test_grid_and_report_give_the_same_verdicts(firm, health, monkeypatch):
    app = page_of(firm, monkeypatch, lang="en", tab="points")
    grid = app.get("arrow_data_frame")[0].value if app.get("arrow_data_frame") else app.dataframe[0].value
    say = speaker("en")
    assert grid["verdict"].tolist() == [say(f"rule_verdict.{verdict}") for verdict in health.rules["verdict"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_rule_health_hold_every_rule(firm, health, language):
    say, ruleset = speaker(language), find_ruleset(firm, "today")
    for make in (rule_tables.verdict_table, rule_tables.use_table):
        twin = make(health, ruleset, say)
        assert len(twin.shown) == len(twin.exported) == len(ruleset.rules)
        assert not twin.shown.isin(["nan", "NaT"]).any().any()
    assert len(rule_tables.overlap_table(health, "seminar", ruleset, say).shown) == 8
    assert rule_tables.field_table(health, "seminar", say).shown.empty
    fields = rule_tables.field_table(health, "employees_1000", say).exported
    assert fields.iloc[:, 3].between(0, 1).all()
    assert len(fields) == health.fields["source"].nunique()


def test_the_picture_shows_every_rule_and_cuts_what_is_endless(firm, health):
    ruleset = find_ruleset(firm, "today")
    figure = worth_figure(health.rules, [rule.label_en for rule in ruleset.rules], speaker("en"))
    assert list(figure.data[-1].x) == list(health.rules["points"])
    n_known = (health.rules["verdict"] != "not_enough").sum()
    assert sum(len(trace.x) for trace in figure.data[:-1]) == n_known
    assert len(figure.layout.annotations) == len(ruleset.rules)
