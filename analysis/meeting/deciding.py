"""Decides in one step: the draft becomes a release, and the decision is stored."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from filelock import BaseFileLock, FileLock

from analysis.meeting.decisions import check_decision, read_records, write_decision
from analysis.meeting.model import Decision, DecisionError
from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import find_ruleset
from analysis.rulesets.model import Ruleset
from analysis.rulesets.releasing import release_draft
from data.workspace import Workspace

_REFERENCE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)@([0-9]+)")


def decide(workspace: Workspace, decision: Decision) -> Decision:
    """Release the points that were decided on, and store the decision; returns it with its id.

    Whatever is wrong with the decision or the draft is found before anything is written.
    If the second step fails (a full disk), the error says that the first was done, and
    trying again completes it: nothing is released twice. A version is decided on once, also
    when two people do so at the same moment: the second is told of the first.

    Raises
    ------
    DecisionError
        If something in the decision is missing or contradicts itself, another decision that
        was not withdrawn has released the same points, or it could not be stored.
    RulesetError
        If a ruleset cannot be used, or the new one fails one of its own examples; nothing
        was released then.
    """
    check_decision(decision, "the decision")
    _check_review(decision)
    if not decision.ruleset_after:
        return _store(workspace, decision, None)
    name, version = _reference(decision)
    with _lock(workspace):
        _check_free(workspace, name, version)
        find_ruleset(workspace, decision.ruleset_before)
        released = release_draft(workspace, name, version, decision.in_force_from)
        return _store(workspace, decision, released)


def _store(workspace: Workspace, decision: Decision, released: Ruleset | None) -> Decision:
    try:
        return write_decision(workspace, decision)
    except OSError as error:
        done = f"{released.id}@{released.version} was released, but " if released else ""
        raise DecisionError(
            f"{workspace.decisions}: {done}the decision was not stored ({error.strerror or error}); "
            "free some space or correct the permissions, and store it again: nothing is released twice"
        ) from error


def _check_review(decision: Decision) -> None:
    """Refuse a review on a day on which no promise can be judged."""
    if decision.promise is None:
        return
    first = decision.in_force_from + timedelta(days=decision.promise.horizon_days)
    if decision.review_on < first:
        raise DecisionError(
            f"the decision: the first result comes on {first}, the review is on {decision.review_on}; "
            "review it later, or promise something that shows sooner"
        )


def _reference(decision: Decision) -> tuple[str, int]:
    """Return name and number of the points that were decided on."""
    if decision.ruleset_before == decision.ruleset_after:
        raise DecisionError(f"{decision.ruleset_after} is in force already; choose other points, or none")
    match = _REFERENCE.fullmatch(decision.ruleset_after)
    if match is None:
        raise RulesetError(f'"{decision.ruleset_after}" names no version; write a name and a number, such as today@2')
    return match.group(1), int(match.group(2))


def _check_free(workspace: Workspace, name: str, version: int) -> None:
    """Refuse points that another decision has released: which of the two promises would they keep?"""
    for record in read_records(workspace)[0]:
        other, match = record.decision, _REFERENCE.fullmatch(record.decision.ruleset_after)
        if record.withdrawn_on or match is None or (match.group(1), int(match.group(2))) != (name, version):
            continue
        raise DecisionError(
            f'{name}@{version} was released by the decision "{other.title}" of {other.decided_on} already; '
            "put the points into the next version, or withdraw that decision first"
        )


def _lock(workspace: Workspace) -> BaseFileLock:
    """Return the lock under which points are decided on: one decision at a time."""
    workspace.decisions.mkdir(parents=True, exist_ok=True)
    return FileLock(workspace.decisions / ".lock", thread_local=False)
