"""The page Handoff: every part draws in both languages, and says what is not recorded instead of zeros."""

import pytest

from dashboard.texts import LANGUAGES, speaker
from data.store import writing
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words

TABS = ("cards", "answers", "waiting", "promises", "again", "overrides", "load")


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("handing") / "workspace")
    build_company(workspace, n_leads=2500, seed=1)
    return workspace


@pytest.mark.parametrize("tab", TABS)
def test_each_part_draws(firm, monkeypatch, tab):
    for language in LANGUAGES:
        say = speaker(language)
        said = words(open_page("handoff", firm, monkeypatch, lang=language, tab=tab, period="12m", by="owner"))
        assert say("pages.handoff.question") in said
        assert say("error.defect") not in said


def test_people_are_numbered_until_they_are_revealed(firm, monkeypatch):
    app = open_page("handoff", firm, monkeypatch, lang="en", tab="again", by="owner")
    shown = " ".join(str(table.value) for table in app.table)
    assert "Person 1" in shown
    assert "山本" not in shown
    app.button(key="people-reveal").click().run()
    shown = " ".join(str(table.value) for table in app.table)
    assert "山本" in shown
    assert "Person 1" not in shown


def test_the_leads_behind_a_broken_promise(firm, monkeypatch):
    app = open_page("handoff", firm, monkeypatch, lang="en", tab="promises", by="owner", list="promises.contact_missed")
    assert speaker("en")("error.defect") not in words(app)
    say = speaker("en")
    assert say("handing.promises.contact_missed") in words(app)
    assert any(len(frame.value) for frame in app.dataframe)


def test_the_share_accepted_is_that_of_the_overview(firm, monkeypatch):
    app = open_page("handoff", firm, monkeypatch, lang="en", period="12m")
    share = {metric.label: metric.value for metric in app.metric}[speaker("en")("kpi.acceptance_rate")]
    app.switch_page("app_pages/overview.py").run()
    assert {metric.label: metric.value for metric in app.metric}[speaker("en")("kpi.acceptance_rate")] == share


def test_without_contacts_and_answers_nothing_is_said_of_them(company, monkeypatch):
    """The company of the other tests writes down handoffs only."""
    say = speaker("en")
    said = words(open_page("handoff", company, monkeypatch, lang="en", tab="waiting"))
    assert say("handing.waiting.contact_none") in said
    assert say("handing.waiting.answer_none") in said
    said = words(open_page("handoff", company, monkeypatch, lang="en", tab="promises"))
    assert say("handing.promises.no_contact") in said
    said = words(open_page("handoff", company, monkeypatch, lang="en", tab="load"))
    assert say("handing.load.waiting_unknown") in said


def test_a_broken_agreement_is_one_line(firm, monkeypatch):
    path = firm.root / "handoff_agreement.toml"
    path.write_text("contact_hours = -1\n", encoding="utf-8")
    try:
        app = open_page("handoff", firm, monkeypatch, lang="en")
        assert any("line 1" in error.value for error in app.error)
    finally:
        path.unlink()


def test_no_handoffs_at_all(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "none")
    with writing(workspace) as staged:
        staged.connection.execute(
            "INSERT INTO leads (lead_id, created_at) SELECT 'L' || i, TIMESTAMP '2025-01-01' FROM range(30) AS numbers(i)"
        )
        staged.commit()
    said = " ".join(info.value for info in open_page("handoff", workspace, monkeypatch, lang="en").info)
    assert speaker("en")("empty.nothing_handed") in said
