"""What is recorded of one lead, as far as rules can ask about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from analysis.rulesets.predicates import OPT_OUT

DESCRIBED_AT: Final = datetime(2000, 1, 1)
"""Moment at which described leads are scored; their touches lie some days before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRecord:
    """One touch."""

    at: datetime
    kind: str
    channel: str | None = None
    content: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRecord:
    """One attribute, answer or opt-out, believed from `known_at` (None: always) until `until_at` (None: ever since).

    Answers lie under `@bant_<item>`, opt-outs under `@opt_out`. `value` is None
    while the attribute is unknown.
    """

    field: str
    value: str | None
    number: float | None = None
    known_at: datetime | None = None
    until_at: datetime | None = None

    def is_believed(self, at: datetime) -> bool:
        """Return whether this was the latest word at a moment."""
        return (self.known_at is None or self.known_at <= at) and (self.until_at is None or self.until_at > at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """One score another tool gave."""

    scorer: str
    axis: str
    score: Decimal
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord:
    """One lead; touches in the order of time."""

    touches: tuple[TouchRecord, ...] = ()
    values: tuple[ValueRecord, ...] = ()
    scores: tuple[ScoreRecord, ...] = ()

    def believed(self, field: str, at: datetime) -> tuple[ValueRecord, ...]:
        """Return what was believed of a field at a moment; several only for opt-outs."""
        return tuple(record for record in self.values if record.field == field and record.is_believed(at))


def described(lead: Mapping[str, Any]) -> LeadRecord:
    """Turn a lead described in a ruleset's file into records, to be scored at `DESCRIBED_AT`.

    Parameters
    ----------
    lead : mapping
        Attributes by name, and `fact`, `bant`, `opt_out`, `touches`; see docs/rulesets.md.
    """
    special = ("fact", "bant", "opt_out", "touches")
    values = [_value(name, value) for name, value in lead.items() if name not in special]
    values += [_value(name, value) for name, value in lead.get("fact", {}).items()]
    answers = lead.get("bant", {})
    values += [_value(f"@bant_{item}", answer) for item, answer in answers.items() if answer != "unknown"]
    values += [_value(OPT_OUT, channel) for channel in lead.get("opt_out", ())]
    return LeadRecord(touches=_touches(lead.get("touches", ())), values=tuple(values))


def _touches(items: Sequence[Mapping[str, Any]]) -> tuple[TouchRecord, ...]:
    touches = [
        TouchRecord(
            at=DESCRIBED_AT - timedelta(days=item.get("days_ago") or 0),
            kind=item["touch"],
            channel=item.get("channel"),
            content=item.get("content"),
            direction=item.get("direction"),
        )
        for item in items
        for _ in range(item.get("times") or 1)
    ]
    return tuple(sorted(touches, key=lambda touch: touch.at))


def _value(field: str, value: Any) -> ValueRecord:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return ValueRecord(field=field, value=text, number=_number(text))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
