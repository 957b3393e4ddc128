"""A click in the meeting is not lost to the one after it, and what came of it is told."""

from __future__ import annotations

from datetime import date

from analysis.meeting.agenda import read_meetings, read_notes, write_meeting
from analysis.meeting.decisions import read_records
from analysis.meeting.tripwires import USUAL as USUAL_TRIPWIRES
from analysis.meeting.tripwires import load_tripwires
from analysis.rulesets import find_ruleset
from dashboard.texts import speaker
from tests.dashboard.conftest import cut_short, words
from tests.dashboard.meeting.test_meeting_page import MEETING, decided, fill, opened, press

EN = speaker("en")


def click(page, key):
    return next(button for button in page.button if button.key == key).click()


def test_a_note_is_kept_and_shown_and_its_field_is_empty_again(place, monkeypatch):
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, meeting=meeting.id, item="4")
    fill(page, "note-text-changes", "Sales want proof.")
    click(page, "note-send")
    cut_short(page, monkeypatch)
    assert [note.text for note in read_notes(place, meeting.id)] == ["Sales want proof."]
    page.run()
    assert "- Sales want proof." in words(page)
    assert [area.value for area in page.text_area if area.key.startswith("note-text")] == [""]


def test_a_refused_note_says_so_in_the_first_run_that_is_drawn_to_its_end(place, monkeypatch):
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, meeting=meeting.id, item="4")
    fill(page, "note-text-changes", "  ")
    click(page, "note-send")
    cut_short(page, monkeypatch)
    page.run()
    (error,) = page.error
    assert "the note is empty" in error.value
    assert [area.value for area in page.text_area if area.key.startswith("note-text")] == ["  "]
    page.run()
    assert not page.error


def test_a_decision_is_stored_once_and_its_points_are_released(place, monkeypatch):
    page = opened(place, monkeypatch, tab="decide", after="today@2", judge="sales_qualified.60")
    for name in ("title", "why", "marketing", "sales"):
        fill(page, f"decide-{name}", "Price inquiry")
    click(page, "decide-send")
    cut_short(page, monkeypatch)
    (record,), _ = read_records(place)
    assert find_ruleset(place, "today@2").is_released
    page.run()
    assert [box.value for box in page.success] == [
        EN("decide.done", title="Price inquiry", file=f"`{record.decision.id}.toml`")
    ]
    assert page.query_params["tab"] == "decide"
    assert "after" not in page.query_params


def test_a_decision_that_leaves_the_points_alone_is_stored(place, monkeypatch):
    page = opened(place, monkeypatch, tab="decide")
    for name in ("title", "why", "marketing", "sales"):
        fill(page, f"decide-{name}", "Call Kyushu sooner")
    click(page, "decide-send")
    cut_short(page, monkeypatch)
    (record,), _ = read_records(place)
    assert (record.decision.review_on, record.decision.promise) == (date(2026, 4, 1), None)


def test_a_decision_is_withdrawn(place, monkeypatch):
    decided(place, monkeypatch)
    (record,), _ = read_records(place)
    page = opened(place, monkeypatch, tab="ledger")
    click(page, f"withdraw-{record.decision.id}")
    cut_short(page, monkeypatch)
    assert read_records(place)[0][0].withdrawn_on == date(2025, 12, 31)


def test_tripwires_are_agreed(place, monkeypatch):
    page = opened(place, monkeypatch, tab="running")
    click(page, "tripwire-send")
    cut_short(page, monkeypatch)
    assert load_tripwires(place.root / "tripwires.toml") == USUAL_TRIPWIRES


def test_a_meeting_is_prepared_and_its_agenda_changed(place, monkeypatch):
    page = opened(place, monkeypatch)
    fill(page, "own-new", "Autumn fair")
    click(page, "agenda-send")
    cut_short(page, monkeypatch)
    (meeting,), _ = read_meetings(place)
    assert meeting.items[-1].title == "Autumn fair"
    page.run()
    assert [toast.value for toast in page.toast] == [EN("agenda.prepared", name=meeting.id)]
    fill(page, f"minutes-{meeting.id}-disagreement", 0)
    click(page, f"save-{meeting.id}")
    cut_short(page, monkeypatch)
    (changed,), _ = read_meetings(place)
    assert [item for item in meeting.items if item.kind != "disagreement"] == list(changed.items)
    page.run()
    assert not page.toast


def test_the_way_to_the_next_item_is_gone(place, monkeypatch):
    meeting = write_meeting(place, MEETING)
    page = opened(place, monkeypatch, meeting=meeting.id, item="1")
    click(page, "room-next")
    cut_short(page, monkeypatch)
    page.run()
    assert [title.value for title in page.title] == [EN("agenda.item.score_truth")]
    press(page, "room-next")
    assert page.query_params["item"] == "3"
