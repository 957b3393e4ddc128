"""A meeting: when it is held, on which state of the history, and what is talked about for how long.

```toml
held_on = 2026-04-17
ruleset = "today@1"
snapshot = 12
as_of = 2026-04-15T09:00:00
horizon_days = 180

[[item]]
id = "where_we_stand"
minutes = 8
```

It lies in `meetings/<day>.toml`. Its notes lie beside it in a folder of that name, a file
each: two people who write at the same moment never lose a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from analysis.meeting.decisions import moment_of, required_day
from analysis.meeting.model import DecisionError
from analysis.rulesets.fields import Fields
from analysis.rulesets.files import file_source, toml_value
from analysis.selection import DEFAULT_HORIZON_DAYS
from data.workspace import Workspace, create_text, replace_text

USUAL_MINUTES: Final = {
    "where_we_stand": 8,
    "score_truth": 10,
    "disagreement": 10,
    "changes": 12,
    "last_change": 5,
}
"""What a meeting talks about, and for how many minutes: 45 together."""

OWN: Final = "own"
"""Kind of an item that is no exhibit of ours."""

_ID: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:-\d+)?")
_ATTEMPTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One point of the agenda.

    Attributes
    ----------
    kind : str
        A key of `USUAL_MINUTES`, or "own".
    minutes : int
        How long it is planned to take.
    title : str
        What an item of one's own is about; empty for the others.
    """

    kind: str
    minutes: int
    title: str = ""


USUAL: Final = tuple(Item(kind=kind, minutes=minutes) for kind, minutes in USUAL_MINUTES.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting, prepared or held.

    Attributes
    ----------
    held_on : date
        Its day.
    ruleset : str
        Points in force that it looks at, as `name@version`.
    snapshot : int
        State of the history it looks at: the numbers do not change while people talk.
    as_of : datetime
        End of the data (UTC) in that snapshot.
    horizon_days : int
        Days in which a win counts.
    items : tuple of Item
        The agenda.
    id : str
        Name of the file without its ending; empty before it is written.
    """

    held_on: date
    ruleset: str
    snapshot: int
    as_of: datetime
    horizon_days: int = DEFAULT_HORIZON_DAYS
    items: tuple[Item, ...] = USUAL
    id: str = ""

    @property
    def minutes(self) -> int:
        """How long it is planned to take."""
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote down about an item.

    Attributes
    ----------
    item : str
        Kind of the item.
    text : str
        The words.
    written_at : datetime
        When (UTC).
    """

    item: str
    text: str
    written_at: datetime


def write_meeting(workspace: Workspace, meeting: Meeting) -> Meeting:
    """Write a new meeting and return it with its id; two on one day get two files.

    Raises
    ------
    DecisionError
        If it has no items or one without minutes.
    """
    _check(meeting, "the meeting")
    for number in range(1, _ATTEMPTS + 1):
        name = meeting.held_on.isoformat() + ("" if number == 1 else f"-{number}")
        if create_text(_path(workspace, name), _text(meeting)):
            return replace(meeting, id=name)
    raise DecisionError(f"{_folder(workspace)}: holds {_ATTEMPTS} meetings on {meeting.held_on}; choose another day")


def change_meeting(workspace: Workspace, before: Meeting, after: Meeting) -> Meeting:
    """Write a prepared meeting anew, unless somebody else changed it since `before` was read.

    Raises
    ------
    DecisionError
        If it was changed in the meantime, is gone, or cannot be.
    """
    _check(after, "the meeting")
    if read_meeting(workspace, before.id) != before:
        raise DecisionError(f"{_path(workspace, before.id)}: was changed in the meantime; reload, and change it then")
    replace_text(_path(workspace, before.id), _text(after))
    return replace(after, id=before.id)


def read_meeting(workspace: Workspace, meeting_id: str) -> Meeting:
    """Read a meeting.

    Raises
    ------
    DecisionError
        If there is none of that name, or its file is wrong.
    """
    path = _path(workspace, meeting_id)
    if not _ID.fullmatch(meeting_id) or not path.is_file():
        raise DecisionError(f'there is no meeting "{meeting_id}" in {_folder(workspace)}; choose one that is prepared')
    return _read(path)


def read_meetings(workspace: Workspace) -> tuple[tuple[Meeting, ...], tuple[str, ...]]:
    """Return all meetings, latest first, and one line for each file that cannot be read."""
    meetings, problems = [], []
    for path in sorted(_folder(workspace).glob("[0-9]*.toml"), key=lambda path: path.stem, reverse=True):
        try:
            meetings.append(_read(path))
        except DecisionError as error:
            problems.append(str(error))
    return tuple(meetings), tuple(problems)


def write_note(workspace: Workspace, meeting_id: str, note: Note) -> Path:
    """Write a note into a file of its own.

    Raises
    ------
    DecisionError
        If there is no such meeting, or the note is empty.
    """
    read_meeting(workspace, meeting_id)
    if not note.text.strip():
        raise DecisionError("the note is empty; write down what was said")
    lines = [f"{name} = {toml_value(getattr(note, name))}" for name in ("item", "written_at", "text")]
    folder = _folder(workspace) / meeting_id
    for number in range(len(list(folder.glob("*.toml"))) + 1, 100_000):
        path = folder / f"{number:04d}.toml"
        if create_text(path, "\n".join(lines) + "\n"):
            return path
    raise DecisionError(f"{folder}: is full; begin another meeting")


def read_notes(workspace: Workspace, meeting_id: str) -> tuple[Note, ...]:
    """Return the notes of a meeting in the order in which they were written; damaged files are left out."""
    notes = []
    for path in sorted((_folder(workspace) / meeting_id).glob("[0-9]*.toml")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            notes.append(Note(item=str(data["item"]), text=str(data["text"]), written_at=data["written_at"]))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError):
            continue
    return tuple(notes)


def _folder(workspace: Workspace) -> Path:
    return workspace.meetings


def _path(workspace: Workspace, meeting_id: str) -> Path:
    return _folder(workspace) / f"{meeting_id}.toml"


def _check(meeting: Meeting, name: str) -> None:
    if not meeting.items:
        raise DecisionError(f"{name}: has no agenda; name at least one item")
    for item in meeting.items:
        if item.minutes < 1:
            raise DecisionError(f"{name}: {item.kind} has {item.minutes} minutes; give it at least 1, or leave it out")
        if item.kind == OWN and not item.title:
            raise DecisionError(f"{name}: an item of your own has no title; say what it is about")
    kinds = [item.kind for item in meeting.items if item.kind != OWN]
    if len(set(kinds)) < len(kinds):
        raise DecisionError(f"{name}: names an item twice; keep one of them")


def _read(path: Path) -> Meeting:
    source = file_source(path, DecisionError)
    top = Fields(source, (), source.data, "the meeting")
    top.required("snapshot", "12")
    meeting = Meeting(
        id=path.stem,
        held_on=required_day(top, "held_on"),
        ruleset=top.text("ruleset", default=""),
        snapshot=top.integer("snapshot", low=1) or 1,
        as_of=moment_of(top, "as_of"),
        horizon_days=top.integer("horizon_days", default=DEFAULT_HORIZON_DAYS, low=1) or DEFAULT_HORIZON_DAYS,
        items=tuple(_item(source, number, table) for number, table in enumerate(top.tables("item"))),
    )
    top.finish()
    _check(meeting, str(path))
    return meeting


def _item(source: Any, number: int, table: Any) -> Item:
    fields = Fields(source, ("item", number), table, f"item {number + 1}")
    kind = fields.choice("id", (*USUAL_MINUTES, OWN))
    fields.required("minutes", "10")
    item = Item(kind=kind, minutes=fields.integer("minutes", low=1) or 1, title=fields.text("title", default=""))
    fields.finish()
    return item


def _text(meeting: Meeting) -> str:
    return "\n".join(_lines(meeting)) + "\n"


def _lines(meeting: Meeting) -> Iterator[str]:
    for name in ("held_on", "ruleset", "snapshot", "as_of", "horizon_days"):
        if getattr(meeting, name) != "":
            yield f"{name} = {toml_value(getattr(meeting, name))}"
    for item in meeting.items:
        yield from ("", "[[item]]", f"id = {toml_value(item.kind)}", f"minutes = {item.minutes}")
        if item.title:
            yield f"title = {toml_value(item.title)}"
