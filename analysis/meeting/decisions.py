"""Decisions of the calibration meeting: one file each, which never changes once it is written.

```toml
title = "Raise price inquiry, lower business card"
decided_on = 2026-04-17
why = "Price inquiries win twice as often as their points say."
marketing = ["Sato"]
sales = ["Suzuki"]
ruleset_before = "today@1"
ruleset_after = "today@2"
in_force_from = 2026-05-01
review_on = 2026-11-01
snapshot = 12
as_of = 2026-04-15T09:00:00
evidence = "/points?ruleset=today@1"

[promise]            # of the leads at or above the threshold, how many more reach the outcome
outcome = "won"
horizon_days = 180
rate_before = 0.11
rate_after = 0.14
gain = 0.03
low = 0.01
high = 0.05
```

A review is a file of its own beside it (`<id>.review.toml`): what was promised
stays as it was written. A decision that is taken back gets a `<id>.withdrawn.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from analysis.meeting.model import VERDICTS, Decision, DecisionError, Promise, Record, Review
from analysis.rulesets.fields import Fields, Source, show
from analysis.rulesets.files import file_source, toml_value
from data.workspace import Workspace, create_text

_ATTEMPTS: Final = 50
_LONGEST_SLUG: Final = 40
_REVIEW: Final = ".review.toml"
_WITHDRAWN: Final = ".withdrawn.toml"


def write_decision(workspace: Workspace, decision: Decision) -> Decision:
    """Write a decision to a file of its own and return it with its id.

    Two people who decide at the same moment get two files.

    Raises
    ------
    DecisionError
        If something in it is missing or contradicts itself.
    """
    check_decision(decision, "the decision")
    stem = f"{decision.decided_on.isoformat()}-{slug(decision.title)}"
    text = _text(_values(decision))
    for number in range(1, _ATTEMPTS + 1):
        name = stem if number == 1 else f"{stem}-{number}"
        if create_text(workspace.decisions / f"{name}.toml", text):
            return _read_decision(workspace.decisions / f"{name}.toml")
    raise DecisionError(f"{workspace.decisions}: holds {_ATTEMPTS} decisions called {stem}; choose another title")


def write_review(workspace: Workspace, review: Review) -> bool:
    """Write the review of a decision; False when somebody else has reviewed it already.

    Raises
    ------
    DecisionError
        If there is no such decision.
    """
    path = _known(workspace, review.decision_id)
    return create_text(path.with_name(review.decision_id + _REVIEW), _text(_values(review)))


def withdraw(workspace: Workspace, decision_id: str, on: date, note: str = "") -> bool:
    """Take a decision back; its file stays. False when that was done already.

    Raises
    ------
    DecisionError
        If there is no such decision.
    """
    path = _known(workspace, decision_id)
    return create_text(path.with_name(decision_id + _WITHDRAWN), _text({"withdrawn_on": on, "note": note}))


def read_records(workspace: Workspace) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Return all decisions, latest first, and one line for each file that cannot be read.

    A damaged file never hides the others.
    """
    records, problems = [], []
    for path in sorted(workspace.decisions.glob("*.toml"), reverse=True):
        if path.name.startswith(".") or path.name.endswith((_REVIEW, _WITHDRAWN)):
            continue
        try:
            records.append(_read_record(path))
        except DecisionError as error:
            problems.append(str(error))
    return tuple(records), tuple(problems)


def slug(title: str) -> str:
    """Return a title as part of a file name: letters and digits of any script, the rest as hyphens."""
    text = unicodedata.normalize("NFKC", title).lower()
    return re.sub(r"[\W_]+", "-", text).strip("-")[:_LONGEST_SLUG].strip("-") or "decision"


def _read_record(path: Path) -> Record:
    review, withdrawn = path.with_name(path.stem + _REVIEW), path.with_name(path.stem + _WITHDRAWN)
    return Record(
        decision=_read_decision(path),
        review=_read_review(review, path.stem) if review.exists() else None,
        withdrawn_on=_read_withdrawn(withdrawn) if withdrawn.exists() else None,
    )


def _read_decision(path: Path) -> Decision:
    source = file_source(path, DecisionError)
    top = Fields(source, (), source.data, "the decision")
    decision = Decision(
        id=path.stem,
        title=top.text("title", example='"Raise price inquiry"'),
        why=top.text("why", example='"It wins twice as often as its points say"'),
        decided_on=required_day(top, "decided_on"),
        in_force_from=required_day(top, "in_force_from"),
        review_on=required_day(top, "review_on"),
        marketing=top.texts("marketing"),
        sales=top.texts("sales"),
        snapshot=top.integer("snapshot", default=0, low=0) or 0,
        as_of=moment_of(top, "as_of"),
        ruleset_before=top.text("ruleset_before", default=""),
        ruleset_after=top.text("ruleset_after", default=""),
        evidence=top.text("evidence", default=""),
        promise=_promise(source, top.value("promise")),
    )
    top.finish()
    check_decision(decision, str(path))
    return decision


def _promise(source: Source, table: Any) -> Promise | None:
    if table is None:
        return None
    inner = Fields(source, ("promise",), table, "the promise")
    numbers = {name: _number(inner, name) for name in ("rate_before", "rate_after", "gain", "low", "high")}
    promise = Promise(
        outcome=inner.text("outcome", example='"won"'),
        horizon_days=inner.integer("horizon_days", default=180, low=1) or 180,
        **numbers,
    )
    inner.finish()
    return promise


def _read_review(path: Path, decision_id: str) -> Review:
    source = file_source(path, DecisionError)
    top = Fields(source, (), source.data, "the review")
    top.text("decision_id", default=decision_id)
    review = Review(
        decision_id=decision_id,
        reviewed_on=required_day(top, "reviewed_on"),
        verdict=top.choice("verdict", VERDICTS),  # type: ignore[arg-type]  # one of the choices
        snapshot=top.integer("snapshot", default=0, low=0) or 0,
        gain=_number(top, "gain"),
        low=_number(top, "low"),
        high=_number(top, "high"),
        note=top.text("note", default=""),
    )
    top.finish()
    return review


def _read_withdrawn(path: Path) -> date:
    source = file_source(path, DecisionError)
    return required_day(Fields(source, (), source.data, "the withdrawal"), "withdrawn_on")


def required_day(top: Fields, key: str) -> date:
    """Return a day that must be there."""
    top.required(key, "2026-04-17")
    day = top.day(key)
    return day if day is not None else date.min


def moment_of(top: Fields, key: str) -> datetime:
    """Return a moment (UTC) that must be there."""
    value = top.required(key, "2026-04-15T09:00:00")
    if not isinstance(value, datetime) or value.tzinfo is not None:
        top.fail(key, f"{key} = {show(value)} must be a time in UTC without a zone; write {key} = 2026-04-15T09:00:00")
    return value


def _number(top: Fields, key: str) -> float:
    top.required(key, "0.03")
    value = top.number(key)
    return float("nan") if value is None else float(value)


def check_decision(decision: Decision, name: str) -> None:
    """Refuse a decision that says too little, or two things.

    Raises
    ------
    DecisionError
        Which begins with `name`.
    """
    missing = [key for key in ("title", "why", "marketing", "sales") if not getattr(decision, key)]
    if missing:
        raise DecisionError(f"{name}: {missing[0]} is empty; both departments and a reason belong to a decision")
    if not decision.decided_on <= decision.in_force_from <= decision.review_on:
        raise DecisionError(
            f"{name}: the days must follow each other: decided {decision.decided_on}, in force {decision.in_force_from}, "
            f"review {decision.review_on}; correct them"
        )
    if bool(decision.ruleset_before) != bool(decision.ruleset_after):
        raise DecisionError(f"{name}: names only one of ruleset_before and ruleset_after; name both or neither")
    promise = decision.promise
    if promise is not None and not promise.low <= promise.gain <= promise.high:
        raise DecisionError(f"{name}: the promised gain {promise.gain} is outside of its interval; correct it")


def _known(workspace: Workspace, decision_id: str) -> Path:
    path = workspace.decisions / f"{decision_id}.toml"
    if "/" in decision_id or "\\" in decision_id or not path.is_file():
        raise DecisionError(f'there is no decision "{decision_id}" in {workspace.decisions}; reload the page')
    return path


def _values(record: Decision | Review) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "id"}
    promise = values.pop("promise", None)
    if promise is not None:
        values["promise"] = {field.name: getattr(promise, field.name) for field in fields(promise)}
    return values


def _text(values: dict[str, Any]) -> str:
    return "\n".join(_lines(values)) + "\n"


def _lines(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from ("", f"[{key}]", *_lines(value))
        elif value not in ("", None):
            yield f"{key} = {toml_value(value)}"
