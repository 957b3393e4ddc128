"""The points page: an edited cell moves everything at once, and there is always a way back."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.calibration import calibrate
from analysis.patterns import score_table
from analysis.replay import pattern_table
from analysis.rulesets import find_ruleset, load_ruleset
from analysis.selection import Selection
from analysis.workbench import bench, consequences, stability_by_points
from dashboard import loading, loading_points, notices
from dashboard.figures.workbench import moved_figure
from dashboard.texts import LANGUAGES, speaker
from dashboard.workbench import grid, moves
from dashboard.workbench import words as words_of
from dashboard.workbench.sheet import Row
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")
ROW = 14  # price_inquiry


@pytest.fixture
def firm(tmp_path_factory) -> Workspace:
    return _built(tmp_path_factory)


_BUILT: dict[str, Workspace] = {}


def _built(factory) -> Workspace:
    if "firm" not in _BUILT:
        _BUILT["firm"] = Workspace(factory.mktemp("points") / "workspace")
        build_company(_BUILT["firm"], n_leads=1500, seed=1)
    return _BUILT["firm"]


def edit(app, language="en", revision=0, **cells):
    edits = {"edited_rows": {ROW: cells}, "added_rows": [], "deleted_rows": []}
    app.session_state[f"points-grid-{revision}-{language}"] = edits
    app.run()
    assert not app.exception


def shown(app):
    return {metric.label: metric.value for metric in app.metric}


def button(app, label):
    return next(element for element in app.button if element.label == label)


def expected(workspace, points):
    reader, today = open_reader(workspace), find_ruleset(workspace, "today")
    patterns = pattern_table(reader, today, Selection(as_of=reader.data_end))
    return consequences(patterns, today, today.with_points(points))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_draws_its_grid_and_its_picture(firm, monkeypatch, language):
    app = open_page("points", firm, monkeypatch, lang=language)
    say = speaker(language)
    assert not app.error
    assert [title.value for title in app.title] == [say("pages.points.question")]
    chart = app.get("plotly_chart")[0].proto
    assert chart.alt
    assert len(json.loads(chart.spec)["data"]) >= 2
    assert say("points.nothing_changed") in words(app)
    assert "nan" not in words(app)


def test_an_edited_cell_moves_everything_and_undo_brings_it_back(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    before = shown(app)
    edit(app, mine=7)
    found = expected(firm, {"price_inquiry": 7})
    above = SAY("points.card.above", threshold=10)
    assert shown(app)[above] == SAY.count(found.n_above(is_mine=True)) != before[above]
    assert shown(app)[SAY("points.card.in")] == SAY.count(found.swaps.set_index("move").loc["in", "n_leads"])
    assert "Price inquiry 2 → 7" in words(app)
    button(app, SAY("points.undo")).click().run()
    assert shown(app) == before
    assert button(app, SAY("points.undo")).disabled


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_points_alone_do_not_show_stands_below_the_grid(firm, monkeypatch, language):
    say, reader, today = speaker(language), open_reader(firm), find_ruleset(firm, "today")
    found = stability_by_points(bench(reader, today, Selection(as_of=reader.data_end)).counts, today)
    found = found.assign(n_flips=0, n_periods=4, is_effect_moving=False, is_calendar=False, alike=[()] * len(found))
    found.loc["seminar", ["n_flips", "is_calendar"]] = 2, True
    monkeypatch.setattr(loading_points, "stability", lambda *_: found)
    app = open_page("points", firm, monkeypatch, lang=language)
    (box,) = (box for box in app.expander if box.label == say("remark.heading", n=1))
    remarks = say("remark.and").join([say("remark.flips", n=2, n_all=4), say("remark.calendar")])
    assert box.markdown[0].value == "- " + say(
        "remark.line", rule=words_of.rule_name(today, "seminar", say), remarks=notices.plain(remarks)
    )
    monkeypatch.setattr(loading_points, "stability", lambda *_: found.assign(n_flips=0, is_calendar=False))
    app.run()
    assert not any(box.label == say("remark.heading", n=1) for box in app.expander)


def test_rules_that_go_together_are_named_once_and_never_beside_themselves():
    names = ("Index", "n_flips", "n_periods", "is_effect_moving", "is_calendar", "alike")

    def row(*values):
        return SimpleNamespace(**dict(zip(names, values, strict=True)))

    odd = row("a", 0, 4, True, True, ("a[2/4]", "b[1/4]", "b[2/4]", "c"))
    labels = {"a": "A", "a[2/4]": "A", "b[1/4]": "B", "b[2/4]": "B"}
    said = words_of.remarks(odd, labels, SAY)
    assert said == [SAY("remark.moving"), SAY("remark.calendar"), SAY("remark.alike", rules="B, c")]
    assert words_of.remarks(row("a", 0, 4, False, False, ("a[2/4]",)), labels, SAY) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("has_proposal", [False, True])
def test_the_grid_fits_into_a_window_of_1280_pixels(firm, language, has_proposal):
    today, say = find_ruleset(firm, "today"), speaker(language)
    n = len(today.adjustable)
    counts = {"n_mature": 123_456, "n_won": 12_345, "verdict": "not_enough", "evidence_low": -12, "evidence_high": -10}
    evidence = pd.DataFrame([counts] * n)
    proposed = dict.fromkeys(today.adjustable, -5) if has_proposal else None
    rows = {name: Row(mine=points, locked=False, low=-5, high=5) for name, points in today.adjustable.items()}
    pixels = grid.pixels(say, grid.shown(say, today, evidence, proposed, rows), has_proposal=has_proposal)
    assert ("proposal" in pixels) == has_proposal
    assert sum(pixels.values()) <= 788
    assert pixels["rule"] >= 110


def test_edits_survive_a_change_of_page_and_language(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    edit(app, mine=7)
    moved = shown(app)
    app.switch_page("app_pages/calibration.py").run()
    app.switch_page("app_pages/points.py").run()
    assert shown(app) == moved
    app.segmented_control(key="lang").set_value("ja").run()
    assert next(iter(shown(app).values())) == next(iter(moved.values()))
    button(app, speaker("ja")("points.reset")).click().run()
    assert speaker("ja")("points.nothing_changed") in words(app)


def test_an_emptied_cell_keeps_its_points(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    edit(app, mine=None)
    assert SAY("points.nothing_changed") in words(app)


def test_a_proposal_says_whether_it_is_worth_it(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    button(app, SAY("points.propose")).click().run()
    assert not app.exception
    said = [box.value for kind in ("success", "info", "warning") for box in app.get(kind)]
    assert any("rules" in text or "enough" in text or "Not worth" in text for text in said)


def test_impossible_limits_are_said_in_a_box(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    edit(app, low=50, high=60)
    button(app, SAY("points.propose")).click().run()
    assert "50 to 4" in app.error[0].value
    assert not app.exception


def test_a_draft_is_saved_and_can_be_chosen(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    build_company(workspace, n_leads=600, seed=1)
    app = open_page("points", workspace, monkeypatch, lang="en")
    assert SAY("points.save.nothing") in words(app)
    edit(app, mine=6)
    button(app, SAY("points.save.button", version=2)).click().run()
    draft = load_ruleset(workspace.rulesets / "today" / "2.toml")
    assert draft.adjustable["price_inquiry"] == 6
    assert not draft.is_released
    assert "today@2" in loading.ruleset_paths()
    button(app, SAY("points.save.open", name="today@2")).click().run()
    assert app.query_params["ruleset"] == "today@2"


def test_the_leads_that_change_sides_are_listed(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    edit(app, mine=7)
    app.toggle(key="points-show-leads").set_value(True).run()
    frame = next(table.value for table in app.dataframe if SAY("points.lead.lead_id") in table.value.columns)
    swaps = expected(firm, {"price_inquiry": 7}).swaps.set_index("move")
    assert len(frame) == min(swaps.loc[["in", "out"], "n_leads"].sum(), moves.N_SHOWN)
    assert frame[SAY("lead_link.heading")].iloc[0].startswith("lead?lead_id=L")


def test_without_handoffs_old_enough_it_says_what_to_change(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en", period="3m", horizon="365")
    assert "shorter waiting time" in words(app)


def test_an_empty_workspace_says_how_to_fill_it(tmp_path, monkeypatch):
    app = open_page("points", Workspace(tmp_path / "nothing"), monkeypatch, lang="en")
    assert SAY("empty.workspace") in words(app)


def test_a_company_that_no_rule_touches_has_a_page(company, monkeypatch):
    app = open_page("points", company, monkeypatch, lang="en")
    assert not app.error
    button(app, SAY("points.propose")).click().run()
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ghost_stands_behind_the_bands(firm, language):
    found = expected(firm, {"price_inquiry": 7})
    say = speaker(language)
    figure = moved_figure(found.mine.bands, found.today.bands, found.mine.base_rate, say)
    ghost = figure.data[0]
    assert ghost.name == say("points.ghost")
    enough = found.today.bands[found.today.bands["is_enough"]]
    assert list(ghost.y) == list(enough["win_rate"])
    assert figure.layout.yaxis.range[1] >= max(enough["win_rate"])
    assert len(moves.bands_table(found, say).shown) == len(found.mine.bands)
    assert len(moves.swaps_table(found.swaps, say).exported) == 4


def test_the_score_of_another_tool_cannot_be_changed(firm, monkeypatch, tmp_path):
    path = tmp_path / "other" / "1.toml"
    path.parent.mkdir()
    path.write_text(OUTSIDE, encoding="utf-8")
    monkeypatch.setattr(loading, "ruleset_paths", lambda: {"other@1": str(path)})
    app = open_page("points", firm, monkeypatch, lang="en")
    assert SAY("points.outside") in app.info[0].value


OUTSIDE = """
id = "other"
version = 1
outcome = "won"
threshold = 5
label = { ja = "他ツール", en = "Other tool" }
kind = "score"
scorer = "tool"
low = 0
high = 10
[[band]]
name = { ja = "上", en = "High" }
threshold = 5
[[band]]
name = { ja = "下", en = "Low" }
"""


def test_calibration_of_today_is_that_of_the_replay(firm):
    reader, today = open_reader(firm), find_ruleset(firm, "today")
    patterns = pattern_table(reader, today, Selection(as_of=reader.data_end))
    assert expected(firm, {}).today.n_won == calibrate(score_table(patterns, today), today).n_won
