"""What is sent on the pages is not lost to the next click: targets, verdicts, definitions, points, assumptions."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from analysis.assumptions import Assumptions, load_assumptions
from analysis.definitions import FILE_NAME, load_definitions
from analysis.losses.verdicts import read_verdicts
from analysis.rulesets import find_ruleset
from analysis.targets import Target, Targets, load_targets, write_targets
from dashboard.texts import speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import cut_short, open_page

EN = speaker("en")


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("interrupted") / "workspace")
    build_company(workspace, n_leads=1500, seed=1)
    return workspace


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == EN(label)).click()


def told(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


def test_targets_are_saved_with_the_edits_of_the_sheet(firm, monkeypatch):
    path = firm.root / "targets.toml"
    target = Target(stage="mql", month=date(2026, 3, 1), n_leads=500)
    path.write_text(write_targets(Targets(targets=(target,))), encoding="utf-8")
    app = open_page("targets", firm, monkeypatch, lang="en")
    edits = {"edited_rows": {0: {"leads": 321}}, "added_rows": [], "deleted_rows": []}
    app.session_state["targets-sheet-en"] = edits
    click(app, "targets.save")
    cut_short(app, monkeypatch)
    assert [target.n_leads for target in load_targets(path).targets] == [321]
    app.run()
    assert told(app) == [EN("targets.saved", n=1)]
    assert not app.error


def test_a_target_that_cannot_be_is_refused_and_told(firm, monkeypatch):
    path = firm.root / "targets.toml"
    path.unlink(missing_ok=True)
    app = open_page("targets", firm, monkeypatch, lang="en")
    edits = {"edited_rows": {}, "added_rows": [{"stage": "mql", "leads": 3}], "deleted_rows": []}
    app.session_state["targets-sheet-en"] = edits
    click(app, "targets.save")
    cut_short(app, monkeypatch)
    del app.session_state["targets-sheet-en"]  # a browser would send the edits; nobody else may draw them
    app.run()
    assert EN("targets.incomplete", row=1) in app.error[0].value
    assert not path.exists()


def test_a_verdict_is_given_and_the_choice_is_asked_for(firm, monkeypatch):
    app = open_page("whylost", firm, monkeypatch, lang="en", tab="court", side="sales")
    click(app, "court.form.give")
    app.run()
    assert [box.value for box in app.warning] == [EN("court.form.choose")]
    (radio,) = (radio for radio in app.radio if radio.key.startswith("court-verdict-"))
    radio.set_value("score")
    next(text for text in app.text_input if text.key.startswith("court-name-")).set_value("Suzuki")
    click(app, "court.form.give")
    cut_short(app, monkeypatch)
    (given,), _ = read_verdicts(firm)
    assert (given.department, given.verdict, given.by) == ("sales", "score", "Suzuki")
    app.run()
    assert not app.warning
    # It may be changed by whoever gave it, and another name is remembered for the next case.
    (radio,) = (radio for radio in app.radio if radio.key.startswith("court-verdict-"))
    radio.set_value("handling")
    click(app, "court.form.change")
    app.run()
    assert [each.verdict for each in read_verdicts(firm)[0]] == ["handling"]
    click(app, "court.next")
    app.run()
    assert [text.value for text in app.text_input if text.key.startswith("court-name-")] == ["Suzuki"]


def test_a_definition_is_written(firm, monkeypatch):
    app = open_page("definitions", firm, monkeypatch, lang="en", tab="words")
    app.text_input(key="definition-text--en").set_value("Ten points or more")
    app.button(key="definition-save").click()
    cut_short(app, monkeypatch)
    path = firm.root / FILE_NAME
    (saved,) = load_definitions(path).all
    path.unlink()
    assert (saved.code, saved.text_en) == ("mql.marketing", "Ten points or more")


def test_points_are_saved_as_a_draft_with_the_cell_left_for_the_click(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en")
    edits = {"edited_rows": {14: {"mine": 6}}, "added_rows": [], "deleted_rows": []}
    app.session_state["points-grid-0-en"] = edits
    app.run()
    edits["edited_rows"][14]["mine"] = 7
    app.session_state["points-grid-0-en"] = edits
    next(button for button in app.button if button.label == EN("points.save.button", version=2)).click()
    cut_short(app, monkeypatch)
    draft = find_ruleset(firm, "today@2")
    assert draft.adjustable == find_ruleset(firm, "today@1").adjustable | {"price_inquiry": 7}
    app.run()
    path = firm.rulesets / "today" / "2.toml"
    assert [box.value for box in app.success] == [EN("points.save.done", name="today@2", path=f"`{path}`")]


def test_assumptions_are_saved_as_they_stand_in_the_fields(firm, monkeypatch):
    app = open_page("points", firm, monkeypatch, lang="en", tab="value")
    app.number_input(key="assume-margin_share-0-en").set_value(30.0)
    app.run()
    app.number_input(key="assume-margin_share-0-en").set_value(40.0)
    app.button(key="assume-save").click()
    cut_short(app, monkeypatch)
    path = firm.root / "assumptions.toml"
    saved = load_assumptions(path)
    path.unlink()
    assert saved == Assumptions(margin_share=0.4)
    app.run()
    assert told(app) == [EN("value.assume.saved")]
