"""The six steps of a round of calibration: analyse, select, set goals, plan, act, feed back.

A step is done when its evidence exists, not when somebody ticks it off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from analysis.meeting.agenda import Meeting
from analysis.meeting.model import Record
from analysis.rulesets.library import RulesetFile
from analysis.targets import Targets

STEPS: Final = ("analyse", "select", "goals", "plan", "act", "feed_back")

FRESH_DAYS: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the round.

    Attributes
    ----------
    code : str
        One of `STEPS`.
    is_done : bool
        Whether its evidence exists.
    found : str
        Code of what was found: the evidence, or what is missing.
    values : dict
        What belongs to it: days, numbers, names.
    """

    code: str
    is_done: bool
    found: str
    values: dict[str, Any] = field(default_factory=dict)


def cycle(
    today: date,
    *,
    data_end: date,
    n_errors: int,
    meetings: Sequence[Meeting],
    targets: Targets,
    files: Sequence[RulesetFile],
    records: Sequence[Record],
) -> tuple[Step, ...]:
    """Say which steps of the present round are done.

    A round begins after the latest review, as soon as a meeting, a draft or a decision is
    younger than it; until then the round that the review closed is shown.

    Parameters
    ----------
    today : date
        The day for which it is asked.
    data_end : date
        Day of the latest event of the history.
    n_errors : int
        Contradictions in the history that make numbers wrong.
    meetings, targets, files, records
        What the workspace holds.
    """
    valid = [record for record in records if record.withdrawn_on is None]
    drafts = [file for file in files if file.state == "draft" and not file.is_shipped]
    since = _round_start(meetings, drafts, valid)
    decided = [record for record in valid if record.decision.decided_on > since]
    return (
        _analyse(today, data_end, n_errors),
        _select(meetings, since),
        _goals(today, targets),
        _plan(drafts, decided),
        _act(today, decided),
        _feed_back(decided),
    )


def _round_start(meetings: Sequence[Meeting], drafts: Sequence[RulesetFile], records: Sequence[Record]) -> date:
    """Return the last day that belongs to earlier rounds."""
    reviews = sorted({record.review.reviewed_on for record in records if record.review is not None})
    if not reviews:
        return date.min
    last = reviews[-1]
    is_new = bool(drafts) or any(meeting.held_on > last for meeting in meetings)
    is_new = is_new or any(record.decision.decided_on > last for record in records)
    if is_new:
        return last
    closed = [r.decision.decided_on for r in records if r.review is not None and r.review.reviewed_on == last]
    return min(closed) - timedelta(days=1)


def _analyse(today: date, data_end: date, n_errors: int) -> Step:
    is_fresh = data_end >= today - timedelta(days=FRESH_DAYS)
    found = "old" if not is_fresh else "errors" if n_errors else "fresh"
    return Step(code="analyse", is_done=found == "fresh", found=found, values={"date": data_end, "n": n_errors})


def _select(meetings: Sequence[Meeting], since: date) -> Step:
    latest = max((meeting for meeting in meetings if meeting.held_on > since), key=lambda m: m.held_on, default=None)
    if latest is None:
        return Step(code="select", is_done=False, found="none")
    return Step(code="select", is_done=True, found="agenda", values={"date": latest.held_on, "n": len(latest.items)})


def _goals(today: date, targets: Targets) -> Step:
    n = sum(target.month >= today.replace(day=1) for target in targets.targets)
    return Step(code="goals", is_done=n > 0, found="targets" if n else "none", values={"n": n})


def _plan(drafts: Sequence[RulesetFile], decided: Sequence[Record]) -> Step:
    names = [record.decision.ruleset_after for record in decided if record.decision.ruleset_after]
    names = names or [f"{file.name}@{file.version}" for file in drafts[-1:]]
    if not names:
        return Step(code="plan", is_done=False, found="none")
    return Step(code="plan", is_done=True, found="points", values={"name": names[0]})


def _act(today: date, decided: Sequence[Record]) -> Step:
    if not decided:
        return Step(code="act", is_done=False, found="none")
    latest = max(decided, key=lambda record: record.decision.decided_on).decision
    is_in_force = latest.in_force_from <= today
    values = {"title": latest.title, "date": latest.in_force_from}
    return Step(code="act", is_done=is_in_force, found="in_force" if is_in_force else "waiting", values=values)


def _feed_back(decided: Sequence[Record]) -> Step:
    reviews = [record.review for record in decided if record.review is not None]
    if reviews:
        latest = max(reviews, key=lambda review: review.reviewed_on)
        return Step(code="feed_back", is_done=True, found=latest.verdict, values={"date": latest.reviewed_on})
    waiting = [record.decision.review_on for record in decided if record.decision.promise is not None]
    if waiting:
        return Step(code="feed_back", is_done=False, found="waiting", values={"date": min(waiting)})
    return Step(code="feed_back", is_done=False, found="none")
