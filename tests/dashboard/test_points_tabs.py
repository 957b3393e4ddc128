"""The other tabs of the points page: rule health, handoff rules, the past; and rulesets that have no rules."""

from datetime import date

import pytest

from analysis.adoption import adopted
from analysis.routing import find_routing, routing_coverage
from analysis.rule_health import rule_health
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.figures.rule_health import worth_figure
from dashboard.handover.verdicts import gap_condition
from dashboard.notices import plain
from dashboard.texts import LANGUAGES, speaker
from dashboard.workbench import lead_rows, routing, rule_tables
from dashboard.workbench.adoption_words import sentences
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words


@pytest.fixture(scope="module")
def health(firm):
    reader = open_reader(firm)
    return rule_health(reader, find_ruleset(firm, "today"), Selection(as_of=reader.data_end))


def page_of(workspace, monkeypatch, **query):
    app = open_page("points", workspace, monkeypatch, **query)
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
    # The column is narrow, so what cannot be judged is said in two words.
    words = {"not_enough": say("points.few")}
    expected = [words.get(verdict, say(f"rule_verdict.{verdict}")) for verdict in health.rules["verdict"]]
    assert grid["verdict"].tolist() == expected


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_handoff_rules_find_the_gap_and_list_its_leads(firm, monkeypatch, language):
    app = page_of(firm, monkeypatch, lang=language, tab="routing", list="routing.gap0")
    say = speaker(language)
    reader = open_reader(firm)
    found = routing_coverage(reader, find_routing(firm), Selection(as_of=reader.data_end))
    text = words(app)
    assert say("handoff.heading") in text
    assert "100" in gap_condition(found.gaps[0], say)
    assert "999" in gap_condition(found.gaps[0], say)
    listed = app.dataframe[0].value
    assert len(listed) == min(found.gaps[0].n_unmatched, lead_rows.N_SHOWN)
    assert listed[say("lead_link.heading")].iloc[0].startswith("lead?lead_id=")
    assert len(routing.match_table(found, say).exported) == 4
    assert len(routing.rule_table(found, say).exported) == len(found.rules)


def test_leads_claimed_twice_are_listed_with_their_owners(firm, monkeypatch):
    app = page_of(firm, monkeypatch, lang="en", tab="routing", list="routing.conflict", rules="practice-any")
    owners = app.dataframe[0].value[speaker("en")("handoff.table.owners")]
    assert owners.str.contains(", ").all()


def test_own_handoff_rules_take_the_place_of_those_of_practice(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    build_company(workspace, n_leads=300, seed=1)
    text = '[[rule]]\nid = "a"\nkind = "attribute"\nfield = "employees"\nmin = 0\nowner = "marketing"\naction = "x"\n'
    (workspace.root / "handoff_rules.toml").write_text(text, encoding="utf-8")
    app = page_of(workspace, monkeypatch, lang="en", tab="routing")
    assert [box.label for box in app.selectbox if box.label == speaker("en")("handoff.choose")] == []
    assert plain("Employees 0 or more: Marketing") in words(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_past_with_the_points_of_the_sheet(firm, monkeypatch, language):
    app = page_of(firm, monkeypatch, lang=language, tab="past", since="2025-04")
    say = speaker(language)
    assert say("adoption.nothing") in words(app)
    app.segmented_control(key=f"tab-{language}").set_value("points").run()
    edits = {"edited_rows": {14: {"mine": 7}}, "added_rows": [], "deleted_rows": []}
    app.session_state[f"points-grid-0-{language}"] = edits
    app.run()
    app.segmented_control(key=f"tab-{language}").set_value("past").run()
    assert not app.exception
    reader, today = open_reader(firm), find_ruleset(firm, "today")
    found = adopted(
        reader, today, today.with_points({"price_inquiry": 7}), Selection(as_of=reader.data_end), date(2025, 4, 1)
    )
    for line in sentences(found, today.threshold, say):
        assert plain(line) in words(app)
    app.toggle(key="adoption-show-leads").set_value(True).run()
    listed = next(table.value for table in app.dataframe if say("points.lead.mine") in table.value.columns)
    assert len(listed) == found.count("in", "n_leads") + found.count("out", "n_leads")
