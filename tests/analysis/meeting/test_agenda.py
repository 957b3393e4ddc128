"""Meetings are files: prepared, changed by one at a time, and every note is kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import pytest

from analysis.meeting.agenda import (
    OWN,
    USUAL,
    Item,
    Meeting,
    Note,
    change_meeting,
    read_meeting,
    read_meetings,
    read_notes,
    write_meeting,
    write_note,
)
from analysis.meeting.model import DecisionError
from data.workspace import Workspace

MEETING = Meeting(held_on=date(2026, 4, 17), ruleset="today@1", snapshot=3, as_of=datetime(2026, 4, 15, 9))


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_the_usual_agenda_takes_45_minutes():
    assert MEETING.minutes == 45


def test_what_is_written_is_read(workspace):
    own = Item(kind=OWN, minutes=5, title='Fair "Golf"\n展示会')
    written = write_meeting(workspace, replace(MEETING, items=(*USUAL[:2], own)))
    assert written.id == "2026-04-17"
    assert read_meeting(workspace, written.id) == written


def test_two_meetings_on_one_day_are_two_files(workspace):
    first, second = write_meeting(workspace, MEETING), write_meeting(workspace, MEETING)
    assert (first.id, second.id) == ("2026-04-17", "2026-04-17-2")
    assert [meeting.id for meeting in read_meetings(workspace)[0]] == [second.id, first.id]


def test_an_agenda_that_somebody_else_changed_is_not_overwritten(workspace):
    before = write_meeting(workspace, MEETING)
    mine, theirs = (replace(before, items=(Item(kind="changes", minutes=n),)) for n in (20, 30))
    change_meeting(workspace, before, theirs)
    with pytest.raises(DecisionError, match="changed in the meantime"):
        change_meeting(workspace, before, mine)
    assert read_meeting(workspace, before.id) == theirs


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((), "no agenda"),
        ((Item(kind="changes", minutes=0),), "at least 1"),
        ((Item(kind=OWN, minutes=5),), "no title"),
        ((USUAL[0], USUAL[0]), "twice"),
    ],
)
def test_an_agenda_that_cannot_be_is_refused(workspace, items, words):
    with pytest.raises(DecisionError, match=words):
        write_meeting(workspace, replace(MEETING, items=items))


@pytest.mark.parametrize("name", ["2026-04-18", "../secret", "", "x"])
def test_a_meeting_that_is_not_there(workspace, name):
    with pytest.raises(DecisionError, match="no meeting"):
        read_meeting(workspace, name)


def test_a_damaged_file_hides_no_other(workspace):
    write_meeting(workspace, MEETING)
    (workspace.meetings / "2026-05-01.toml").write_text("held_on = soon", encoding="utf-8")
    (workspace.meetings / "2026-06-01.toml").write_text("held_on = 2026-06-01\nsnapshot = 1\n", encoding="utf-8")
    meetings, problems = read_meetings(workspace)
    assert [meeting.id for meeting in meetings] == ["2026-04-17"]
    assert len(problems) == 2
    assert all("\n" not in problem for problem in problems)


def test_notes_of_many_at_once_are_all_kept(workspace):
    meeting = write_meeting(workspace, MEETING)
    texts = [f'note {number} "quoted"\nsecond line' for number in range(24)]

    def write(text):
        return write_note(workspace, meeting.id, Note(item="changes", text=text, written_at=datetime(2026, 4, 17, 9)))

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(write, texts))
    assert len(set(paths)) == len(texts)
    assert sorted(note.text for note in read_notes(workspace, meeting.id)) == sorted(texts)


def test_an_empty_note_or_one_of_no_meeting_is_refused(workspace):
    note = Note(item="changes", text="  ", written_at=datetime(2026, 4, 17, 9))
    with pytest.raises(DecisionError, match="no meeting"):
        write_note(workspace, "2026-04-17", note)
    meeting = write_meeting(workspace, MEETING)
    with pytest.raises(DecisionError, match="empty"):
        write_note(workspace, meeting.id, note)
