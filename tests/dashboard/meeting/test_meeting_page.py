"""The meeting page: prepare, go through the items, decide, and read the ledger."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import streamlit as st

from analysis.meeting.agenda import USUAL, Meeting, read_meetings, read_notes, write_meeting
from analysis.meeting.decisions import read_records
from analysis.meeting.tripwires import USUAL as USUAL_TRIPWIRES
from analysis.meeting.tripwires import load_tripwires, tripwires_text
from analysis.rulesets import find_ruleset
from dashboard.texts import LANGUAGES, speaker
from data.synthetic import build_company
from tests.dashboard.conftest import make_app, words

MEETING = Meeting(held_on=date(2025, 12, 31), ruleset="today@1", snapshot=1, as_of=datetime(2025, 12, 31, 9))


def opened(workspace, monkeypatch, language="en", **address):
    """The page in a new session, at an address."""
    st.cache_data.clear()
    st.cache_resource.clear()
    app = make_app(workspace, monkeypatch)
    app.query_params["lang"] = language
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("app_pages/meeting.py").run()
    assert not app.exception
    return app


def press(app, key):
    next(button for button in app.button if button.key == key).click()
    app.run()
    assert not app.exception
    return app


def fill(app, key, value):
    widgets = [*app.text_input, *app.text_area, *app.number_input, *app.date_input]
    next(widget for widget in widgets if (widget.key or "").startswith(key)).set_value(value)


@pytest.mark.parametrize(
    ("tab", "language"), [("meetings", "ja"), ("decide", "en"), ("ledger", "ja"), ("running", "ja"), ("running", "en")]
)
def test_each_part_is_drawn_in_an_empty_workspace(past, monkeypatch, tab, language):
    page = opened(past, monkeypatch, language, tab=tab)
    assert [title.value for title in page.title] == [speaker(language)("pages.meeting.question")]
    assert not page.error
    assert "nan" not in words(page)


def test_a_prepared_meeting_is_opened_where_it_was_left(place, monkeypatch):
    page = opened(place, monkeypatch)
    fill(page, "minutes-new-score_truth", 0)
    fill(page, "own-new", "Autumn fair")
    press(page, "agenda-send")
    (meeting,), _ = read_meetings(place)
    assert (meeting.held_on, meeting.snapshot, meeting.ruleset) == (date(2025, 12, 31), 1, "today@1")
    assert [item.kind for item in meeting.items] == ["where_we_stand", "disagreement", "changes", "last_change", "own"]
    press(page, f"open-{meeting.id}")
    assert [title.value for title in page.title] == [speaker("en")("agenda.item.where_we_stand")]
    press(page, "room-next")
    press(page, "room-next")
    again = opened(place, monkeypatch, meeting=meeting.id, item="5")
    assert [title.value for title in again.title] == ["Autumn fair"]


@pytest.mark.parametrize("number", range(1, len(USUAL) + 1))
def test_each_item_shows_its_exhibit(place, monkeypatch, number):
    language = LANGUAGES[number % 2]
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, language, meeting=meeting.id, item=str(number))
    assert [title.value for title in page.title] == [speaker(language)(f"agenda.item.{USUAL[number - 1].kind}")]
    assert not page.error
    assert "nan" not in words(page)


def test_the_numbers_of_a_meeting_stay_when_something_is_imported(place, monkeypatch):
    meeting = write_meeting(place, MEETING)
    before = {metric.label: metric.value for metric in opened(place, monkeypatch, meeting=meeting.id).metric}
    build_company(place, n_leads=4000, seed=1)
    after = {metric.label: metric.value for metric in opened(place, monkeypatch, meeting=meeting.id).metric}
    assert before
    assert before == after


def test_notes_are_kept_and_shown_to_the_next(place, monkeypatch):
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, meeting=meeting.id, item="4")
    fill(page, "note-text-changes", "Sales want *proof*.")
    press(page, "note-send")
    assert [note.text for note in read_notes(place, meeting.id)] == ["Sales want *proof*."]
    assert r"Sales want \*proof\*." in words(opened(place, monkeypatch, meeting=meeting.id, item="4"))
    assert "proof" not in words(opened(place, monkeypatch, meeting=meeting.id, item="1"))


@pytest.mark.parametrize(("name", "item"), [("2020-01-01", "1"), ("../x", "9"), ("<b>", "-1")])
def test_an_address_of_no_meeting_says_so(place, monkeypatch, name, item):
    page = opened(place, monkeypatch, meeting=name, item=item)
    assert len(page.error) == 1
    press(page, "room-leave")
    assert not page.error


@pytest.mark.parametrize("item", ["0", "99", "x", "²"])
def test_an_item_that_is_not_there_becomes_the_nearest(place, monkeypatch, item):
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, meeting=meeting.id, item=item, clock="x")
    kind = "last_change" if item == "99" else "where_we_stand"
    assert [title.value for title in page.title] == [speaker("en")(f"agenda.item.{kind}")]


def decided(place, monkeypatch, measure="sales_qualified.60"):
    """Decide on the draft, in force at the start of 2026."""
    page = opened(place, monkeypatch, tab="decide", after="today@2", judge=measure)
    for key, value in (
        ("title", "Raise price inquiry"),
        ("why", "It wins."),
        ("marketing", "Sato、Ito"),
        ("sales", "Suzuki"),
    ):
        fill(page, f"decide-{key}", value)
    return press(page, "decide-send")


def test_a_decision_releases_the_draft_and_is_stored_with_its_promise(place, monkeypatch):
    page = decided(place, monkeypatch)
    assert not page.error
    (record,), _ = read_records(place)
    decision = record.decision
    assert (decision.marketing, decision.sales) == (("Sato", "Ito"), ("Suzuki",))
    assert (decision.ruleset_before, decision.ruleset_after, decision.snapshot) == ("today@1", "today@2", 1)
    assert (decision.in_force_from, decision.review_on) == (date(2026, 1, 1), date(2026, 4, 2))
    assert (decision.promise.outcome, decision.promise.horizon_days) == ("sales_qualified", 60)
    assert decision.promise.low > 0
    assert find_ruleset(place, "today@2").is_released
    assert "after=today%402" in decision.evidence


def test_a_decision_without_reasons_is_refused_and_releases_nothing(place, monkeypatch):
    page = opened(place, monkeypatch, tab="decide", after="today@2")
    press(page, "decide-send")
    assert len(page.error) == 1
    assert not find_ruleset(place, "today@2").is_released
    assert read_records(place)[0] == ()


def test_the_ledger_says_whether_the_promise_was_kept_and_the_review_is_stored(place, monkeypatch):
    decided(place, monkeypatch)
    early = opened(place, monkeypatch, tab="ledger")
    say = speaker("en")
    assert say("ledger.about.too_early", date=say.date(date(2026, 3, 2)), review=say.date(date(2026, 4, 2))) in words(
        early
    )
    build_company(place, n_leads=4000, seed=1)
    page = opened(place, monkeypatch, tab="ledger")
    (record,), _ = read_records(place)
    assert len(page.get("plotly_chart")) == 1
    fill(page, f"ledger-note-{record.decision.id}", "As hoped.")
    press(page, f"review-{record.decision.id}")
    (record,), _ = read_records(place)
    assert (record.review.verdict, record.review.note, record.review.snapshot) == ("kept", "As hoped.", 2)
    assert record.review.reviewed_on == date(2026, 3, 31)


def test_a_decision_is_taken_back(place, monkeypatch):
    decided(place, monkeypatch)
    (record,), _ = read_records(place)
    press(opened(place, monkeypatch, tab="ledger"), f"withdraw-{record.decision.id}")
    (record,), _ = read_records(place)
    assert record.withdrawn_on == date(2025, 12, 31)


def test_tripwires_are_agreed_on_the_page_and_fire_above_everything(place, monkeypatch):
    page = opened(place, monkeypatch, tab="running")
    press(page, "tripwire-send")
    path = place.root / "tripwires.toml"
    assert load_tripwires(path) == USUAL_TRIPWIRES
    path.write_text(tripwires_text(USUAL_TRIPWIRES).replace("0.3", "0.99"), encoding="utf-8")
    assert "Review: Accepted by sales" in words(opened(place, monkeypatch))
