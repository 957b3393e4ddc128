"""How to run this meeting, written from what the workspace holds, so that it depends on nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.assumptions import Assumptions
from analysis.meeting.agenda import USUAL, Item, Meeting
from analysis.meeting.model import Record
from analysis.meeting.tripwires import Tripwire
from dashboard.meeting import agenda_words, tripwire_words
from dashboard.notices import plain
from dashboard.texts import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the runbook is written from.

    Attributes
    ----------
    root : str
        Folder of the workspace.
    today : date
        Day for which it is written.
    ruleset : str
        Points in force, as `name@version`.
    horizon_days : int
        Days in which a win counts.
    meeting : Meeting or None
        The next one that is prepared.
    records : tuple of Record
        Decisions, latest first.
    tripwires : tuple of Tripwire
        What was agreed to watch.
    assumptions : Assumptions
        What was agreed about cost and capacity.
    """

    root: str
    today: date
    ruleset: str
    horizon_days: int
    meeting: Meeting | None
    records: tuple[Record, ...]
    tripwires: tuple[Tripwire, ...]
    assumptions: Assumptions


def text(found: State, say: Speaker) -> str:
    """Return the runbook as Markdown."""
    return "\n\n".join(_parts(found, say)) + "\n"


def _parts(found: State, say: Speaker) -> Iterator[str]:
    day = found.meeting.held_on if found.meeting else found.today + timedelta(days=28)
    key = "when" if found.meeting else "when_none"
    yield f"## {say('runbook.heading')}"
    yield say(f"runbook.{key}", date=say.date(day), purpose=say("runbook.purpose"))
    yield f"### {say('runbook.before')}"
    yield "\n".join(_before(day, say))
    yield f"### {say('runbook.during', minutes=sum(item.minutes for item in _agenda(found)))}"
    yield "\n".join(_during(found, say))
    yield f"### {say('runbook.after')}"
    yield "\n".join(_after(found, say))
    yield f"### {say('runbook.agreed')}"
    yield "\n".join(_agreed(found, say))
    yield f"### {say('runbook.files', root=f'`{found.root}`')}"
    yield "\n".join(f"- `{name}`: {say(f'runbook.file.{code}')}" for code, name in _FILES.items())


_FILES = {
    "history": "history/",
    "rulesets": "rulesets/",
    "decisions": "decisions/",
    "meetings": "meetings/",
    "targets": "targets.toml",
    "assumptions": "assumptions.toml",
    "tripwires": "tripwires.toml",
}


def _agenda(found: State) -> tuple[Item, ...]:
    return found.meeting.items if found.meeting else USUAL


def _before(day: date, say: Speaker) -> Iterator[str]:
    for n_days, code in ((5, "import"), (4, "check"), (3, "draft"), (2, "prepare"), (1, "read")):
        yield f"- {say('runbook.by', date=say.date(day - timedelta(days=n_days)), what=say(f'runbook.do.{code}'))}"


def _during(found: State, say: Speaker) -> Iterator[str]:
    for number, item in enumerate(_agenda(found), 1):
        what = say(f"runbook.item.{item.kind}") if say.knows(f"runbook.item.{item.kind}") else ""
        yield f"{number}. {say('runbook.item_line', title=agenda_words.title(item, say), minutes=item.minutes, what=what)}"


def _after(found: State, say: Speaker) -> Iterator[str]:
    yield f"- {say('runbook.stored')}"
    waiting = [record for record in found.records if record.review is None and record.withdrawn_on is None]
    for record in waiting:
        if record.decision.promise is not None:
            yield f"- {say('runbook.review', title=plain(record.decision.title), date=say.date(record.decision.review_on))}"
    if found.records:
        last = found.records[0].decision
        names = say("format.comma").join((*last.marketing, *last.sales))
        yield f"- {say('runbook.last', date=say.date(last.decided_on), names=plain(names))}"


def _agreed(found: State, say: Speaker) -> Iterator[str]:
    yield f"- {say('runbook.points', name=plain(found.ruleset), days=found.horizon_days)}"
    capacity = found.assumptions.capacity_per_month
    yield f"- {say('runbook.capacity', n=say.count(capacity)) if capacity else say('runbook.capacity_none')}"
    yield f"- {say('runbook.cost', cost=say.money(found.assumptions.cost_per_handoff_yen))}"
    if not found.tripwires:
        yield f"- {say('runbook.no_tripwires')}"
    for wire in found.tripwires:
        yield f"- {tripwire_words.agreed(wire, say, found.horizon_days)}"
