"""The value part of the points page: what it draws is what the analysis found, and assumptions are tried before saved."""

import json

import pytest

from analysis.assumptions import Assumptions, load_assumptions
from analysis.economics import economics
from analysis.replay import lead_scores, pattern_table
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from analysis.staircase import staircase
from analysis.swap_effect import swap_effect
from analysis.swaps import swaps, version_amounts
from analysis.value import threshold_value
from dashboard import tables_value
from dashboard.figures.value import axis_labels, inflow_figure, staircase_figure, value_figure
from dashboard.notices import plain
from dashboard.texts import LANGUAGES, speaker
from dashboard.workbench import value_words
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")
ROW = 14  # price_inquiry


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("value") / "workspace")
    build_company(workspace, n_leads=1500, seed=1)
    return workspace


@pytest.fixture(scope="module")
def known(firm):
    reader, today = open_reader(firm), find_ruleset(firm, "today")
    selection = Selection(as_of=reader.data_end)
    return reader, today, selection, pattern_table(reader, today, selection), economics(reader, selection)


def page_of(workspace, monkeypatch, language="en"):
    return open_page("points", workspace, monkeypatch, lang=language, tab="value")


def field(app, name, language="en", turn=0):
    return app.number_input(key=f"assume-{name}-{turn}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_analysis_found(firm, known, monkeypatch, language):
    _, today, _, patterns, found = known
    app, say = page_of(firm, monkeypatch, language), speaker(language)
    assert not app.error
    value = threshold_value(patterns, today, Assumptions(), found)
    text = words(app)
    for sentence in (value_words.best(value, say), value_words.capacity(value, say), value_words.unknown(value, say)):
        assert sentence in text
    assert value_words.stairs_gain(staircase(patterns, today, Assumptions(), found), say) in text
    assert "nan" not in text
    charts = [chart.proto for chart in app.get("plotly_chart")]
    assert len(charts) == 3
    assert all(chart.alt for chart in charts)


def test_an_assumption_is_tried_at_once_saved_for_everybody_and_found_again(firm, known, monkeypatch):
    _, today, _, patterns, found = known
    path = firm.root / "assumptions.toml"
    app = page_of(firm, monkeypatch)
    field(app, "margin_per_win_yen").set_value(100_000).run()
    assert not app.exception
    tried = Assumptions(margin_per_win_yen=100_000)
    best = value_words.best(threshold_value(patterns, today, tried, found), SAY)
    assert best in words(app)
    assert not path.exists()
    try:
        app.button(key="assume-save").click().run()
        assert not app.exception
        assert load_assumptions(path) == tried
        assert app.button(key="assume-save").disabled
        again = page_of(firm, monkeypatch)
        assert field(again, "margin_per_win_yen").value == 100_000
        assert best in words(again)
        # What was only tried can be taken back.
        field(again, "margin_per_win_yen").set_value(250_000).run()
        assert best not in words(again)
        again.button(key="assume-back").click().run()
        assert field(again, "margin_per_win_yen", turn=1).value == 100_000
        assert best in words(again)
    finally:
        path.unlink(missing_ok=True)


def test_a_wrong_file_is_named_with_its_line(firm, monkeypatch):
    path = firm.root / "assumptions.toml"
    path.write_text("n_reps = 0\n", encoding="utf-8")
    try:
        app = page_of(firm, monkeypatch)
        assert plain("line 1: n_reps = 0 is too small") in app.error[0].value
    finally:
        path.unlink()


def test_a_score_opens_its_leads(firm, known, monkeypatch):
    reader, today, selection, _, _ = known
    scores = lead_scores(reader, today, selection)
    own = scores[(scores["score"] == 12) & ~scores["is_gated"] & (scores["group"] != "already_decided")]
    app = page_of(firm, monkeypatch)
    app.selectbox(key="value-score-en").set_value(12).run()
    assert not app.exception
    shown = app.dataframe[-1].value
    assert set(shown[SAY("value.lead.lead_id")]) == set(own["lead_id"])
    assert len(shown) == len(own)
    assert f"({SAY.count(len(own))} leads)" in SAY("value.lead.option", score=12, n=SAY.count(len(own)))


def test_a_cell_opens_its_leads(firm, known, monkeypatch):
    _, today, _, patterns, found = known
    cell = staircase(patterns, today, Assumptions(), found).cells.iloc[-1]
    app = page_of(firm, monkeypatch)
    app.selectbox(key="value-cell-en").set_value(0).run()
    assert not app.exception
    assert len(app.dataframe[-1].value) == cell["n_mature"] + cell["n_immature"] + cell["n_unknown"]


def test_edited_points_say_what_they_would_bring(firm, known, monkeypatch):
    reader, today, selection, patterns, found = known
    app = open_page("points", firm, monkeypatch, lang="en")
    edits = {"edited_rows": {ROW: {"mine": 6}}, "added_rows": [], "deleted_rows": []}
    app.session_state["points-grid-0-en"] = edits
    app.run()
    app.query_params["tab"] = "value"
    app.run()
    assert not app.exception
    mine = today.with_points({"price_inquiry": 6})
    effect = swap_effect(
        swaps(patterns, today, mine).moves, found.n_months, version_amounts(reader, today, mine, selection)
    )
    text = words(app)
    for sentence in value_words.effect(effect, SAY):
        assert sentence in text
    assert len(json.loads(app.get("plotly_chart")[0].proto.spec)["data"]) == 7  # with today's curve as a ghost


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_and_tables_hold_the_same_numbers(known, language):
    reader, today, selection, patterns, found = known
    say = speaker(language)
    value = threshold_value(patterns, today, Assumptions(), found)
    line = next(trace for trace in value_figure(value, None, say).data if trace.name == say("value.figure.value"))
    table = tables_value.threshold_table(value, say)
    assert list(line.y) == pytest.approx(value.curve["value"].tolist())
    assert table.exported[say("value.table.value")].tolist() == pytest.approx(value.curve["value"].tolist())
    assert (table.shown[say("value.table.marks")] != "").sum() >= 1
    worked, left = inflow_figure(value, say).data
    assert [a + b for a, b in zip(worked.y, left.y, strict=True)] == pytest.approx(value.curve["n_leads"].tolist())
    stairs = staircase(patterns, today, Assumptions(), found)
    heat, _, best = staircase_figure(stairs, say).data
    assert [round(x + 0.5) for x in best.x[::2]] == list(stairs.cuts)
    assert len(heat.y) == len(axis_labels(stairs.cells, say)["fit"])
    assert len(tables_value.staircase_table(stairs, say).shown) == len(stairs.cells)
    mine = today.with_points({"price_inquiry": 6})
    effect = swap_effect(
        swaps(patterns, today, mine).moves, found.n_months, version_amounts(reader, today, mine, selection)
    )
    sets = tables_value.effect_table(effect, say)
    assert sets.exported[say("value.swap.amount")].tolist() == pytest.approx(effect.sets["amount"].tolist())
    assert sets.shown[say("value.swap.n_leads")].tolist() == [say.count(n) for n in effect.sets["n_leads"]]


def test_too_few_wins_are_said_and_nothing_is_drawn(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    build_company(workspace, n_leads=50, seed=1)
    app = page_of(workspace, monkeypatch)
    assert SAY("value.no_margin") in app.error[0].value  # none of its few deals is won
    field(app, "margin_per_win_yen").set_value(500_000).run()
    assert not app.exception
    assert not app.get("plotly_chart")
    assert any("Too few to say" in info.value for info in app.info)
