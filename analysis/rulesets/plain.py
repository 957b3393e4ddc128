"""One lead scored in plain Python, with a line for every point: receipts and score tests.

The replay counts a million leads and keeps no reasons; this keeps the reasons and
does one lead. Both follow docs/rulesets.md, and the tests hold them to each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, Literal, TypeAlias

from analysis.rulesets.columns import N_DECAY_STEPS, decayed
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import (
    MAX_CAP,
    AttributePredicate,
    BantPredicate,
    Condition,
    KOfPredicate,
    OptOutPredicate,
    OutsideScore,
    RisingPredicate,
    TouchPredicate,
    ValuePredicate,
    field_of,
    glob,
)
from analysis.rulesets.records import LeadRecord, TouchRecord, ValueRecord
from analysis.rulesets.rules import AXES, Axis, Limit, Rule

LineKind: TypeAlias = Literal[
    "touch", "tiers", "attribute", "bant", "rising", "k_of", "score", "unscored", "group_limit", "axis_limit"
]
Effect: TypeAlias = Literal["", "rule_cap", "decayed"]

_DAY_SECONDS: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a receipt.

    Attributes
    ----------
    rule_id : str
        The rule; for limits the group or axis.
    kind : str
        What gave the points. "group_limit" and "axis_limit" take away (or add)
        what the limit makes of the lines above.
    points : int
        What this line adds to the score.
    multiplicity : int
        How often the rule counted here; 0 for a touch that is listed but gives nothing.
    touches : tuple of TouchRecord
        The touches behind it, latest first.
    step : int or None
        Half-lives that had passed.
    tier : int or None
        From how many times on the tier holds.
    effect : str
        Why a touch gives nothing: "rule_cap" (newer touches filled the cap) or
        "decayed" (nothing is left of its points).
    value, known_at : str or None, datetime or None
        The attribute, answer or score, and since when it was known (None: from the beginning).
    """

    rule_id: str
    label_ja: str
    label_en: str
    axis: Axis
    kind: LineKind
    points: int
    multiplicity: int = 1
    touches: tuple[TouchRecord, ...] = ()
    step: int | None = None
    tier: int | None = None
    effect: Effect = ""
    value: str | None = None
    known_at: datetime | None = None


def lines_of(ruleset: Ruleset, lead: LeadRecord, at: datetime) -> tuple[Line, ...]:
    """Return every line of a lead's score at a moment; their points add up to the score.

    A lowest limit holds for leads without any line, too. Only touches, facts, answers and scores at or before `at` count.
    """
    lines = [line for rule in ruleset.rules for line in _lines(rule, lead, at)]
    axis_limits = {limit.id: limit for limit in ruleset.axis_limits}
    group_of = {rule.id: rule.group for rule in ruleset.rules}
    limits: list[Line] = []
    for axis in AXES:
        own = [line for line in lines if line.axis == axis]
        for group in (group for group in ruleset.groups if ruleset.axis_of(group) == axis):
            limits += _limit([line for line in own if group_of[line.rule_id] == group.id], group, axis, "group_limit")
        own += [line for line in limits if line.axis == axis]
        limits += _limit(own, axis_limits[axis], axis, "axis_limit") if axis in axis_limits else []
    return (*lines, *limits)


def shut_gates(ruleset: Ruleset, lead: LeadRecord, at: datetime) -> tuple[str, ...]:
    """Return the ids of the gates that were shut at a moment."""
    return tuple(gate.id for gate in ruleset.gates if holds(gate.condition, lead, at))


def holds(condition: Condition, lead: LeadRecord, at: datetime) -> bool:
    """Return whether a condition held at a moment."""
    predicate = condition.predicate
    if isinstance(predicate, TouchPredicate):
        return len(known_touches(predicate, lead, at, condition.within_days)) >= condition.at_least
    return value_holds(predicate, lead, at)[0]


def known_touches(
    predicate: TouchPredicate, lead: LeadRecord, at: datetime, within_days: int | None = None
) -> tuple[TouchRecord, ...]:
    """Return the touches that match and were known, latest first; younger than the window if there is one."""
    found = [touch for touch in lead.touches if touch.at <= at and matches_touch(predicate, touch)]
    return tuple(touch for touch in found[::-1] if within_days is None or age_days(touch.at, at) < within_days)


def age_days(earlier: datetime, at: datetime) -> int:
    """Return the whole days between two moments, counted in whole seconds as the replay does."""
    seconds = (at.replace(microsecond=0) - earlier.replace(microsecond=0)).total_seconds()
    return int(seconds // _DAY_SECONDS)


def matches_touch(predicate: TouchPredicate, touch: TouchRecord) -> bool:
    """Return whether a rule counts a touch."""
    wanted = (
        (predicate.kinds, touch.kind),
        (predicate.channels, touch.channel),
        (predicate.contents, touch.content),
    )
    if not all(not patterns or _is_like(text, patterns) for patterns, text in wanted):
        return False
    return predicate.direction is None or predicate.direction == touch.direction


def value_holds(predicate: ValuePredicate, lead: LeadRecord, at: datetime) -> tuple[bool, ValueRecord | None]:
    """Return whether an attribute, answer or opt-out is as asked, and the record that says so."""
    believed = lead.believed(field_of(predicate), at)
    if isinstance(predicate, OptOutPredicate):
        channels = ("email", "call", "all") if predicate.channel == "any" else (predicate.channel, "all")
        found = next((record for record in believed if record.value in channels), None)
        return found is not None, found
    record = believed[0] if believed else None
    if isinstance(predicate, BantPredicate):
        answer = "unknown" if record is None or record.value is None else record.value
        return answer in predicate.answers, record
    return _is_as_asked(predicate, record), record


def outside_points(outside: OutsideScore, score: Decimal) -> int:
    """Return another tool's score (of several axes, their sum) as whole points; halves are rounded upwards."""
    return math.floor(Fraction(score) * outside.scale + Fraction(1, 2))


def _lines(rule: Rule, lead: LeadRecord, at: datetime) -> Iterator[Line]:
    predicate = rule.predicate
    if isinstance(predicate, OutsideScore):
        yield _outside_line(rule, predicate, lead, at)
    elif isinstance(predicate, RisingPredicate):
        yield from _rising_lines(rule, predicate, lead, at)
    elif isinstance(predicate, KOfPredicate):
        yield from _k_of_lines(rule, predicate, lead, at)
    elif isinstance(predicate, TouchPredicate):
        touches = known_touches(predicate, lead, at, rule.within_days)
        yield from _tier_lines(rule, touches) if rule.tiers else _touch_lines(rule, touches, at)
    else:
        is_held, record = value_holds(predicate, lead, at)
        kind: LineKind = "bant" if isinstance(predicate, BantPredicate) else "attribute"
        if is_held:
            yield _line(rule, kind, rule.points, value=record and record.value, known_at=record and record.known_at)


def _line(rule: Rule, kind: LineKind, points: int, **more: object) -> Line:
    return Line(
        rule_id=rule.id,
        label_ja=rule.label_ja,
        label_en=rule.label_en,
        axis=rule.axis,
        kind=kind,
        points=points,
        **more,  # type: ignore[arg-type]
    )


def _touch_lines(rule: Rule, touches: Sequence[TouchRecord], at: datetime) -> Iterator[Line]:
    for number, touch in enumerate(touches):
        step = None if rule.half_life_days is None else age_days(touch.at, at) // rule.half_life_days
        if step is not None and step >= N_DECAY_STEPS:
            yield _line(rule, "touch", 0, multiplicity=0, touches=(touch,), step=step, effect="decayed")
        elif number >= rule.cap:
            yield _line(rule, "touch", 0, multiplicity=0, touches=(touch,), step=step, effect="rule_cap")
        else:
            yield _line(rule, "touch", decayed(rule.points, step or 0), touches=(touch,), step=step)


def _tier_lines(rule: Rule, touches: Sequence[TouchRecord]) -> Iterator[Line]:
    reached = [tier for tier in rule.tiers if tier.start <= len(touches)]
    if reached:
        tier = reached[-1]
        yield _line(rule, "tiers", tier.points, multiplicity=len(touches), touches=tuple(touches), tier=tier.start)


def _rising_lines(rule: Rule, predicate: RisingPredicate, lead: LeadRecord, at: datetime) -> Iterator[Line]:
    touches = known_touches(predicate.touch, lead, at, predicate.days + predicate.baseline_days)[:MAX_CAP]
    n_late = sum(age_days(touch.at, at) < predicate.days for touch in touches)
    n_early = len(touches) - n_late
    is_faster = Fraction(n_late, predicate.days) >= predicate.times * Fraction(n_early, predicate.baseline_days)
    if n_late >= predicate.at_least and n_early >= 1 and is_faster:
        yield _line(rule, "rising", rule.points, touches=touches, value=f"{n_late}:{n_early}")


def _k_of_lines(rule: Rule, predicate: KOfPredicate, lead: LeadRecord, at: datetime) -> Iterator[Line]:
    held = [condition for condition in predicate.conditions if holds(condition, lead, at)]
    if len(held) < predicate.need:
        return
    touches = [
        touch
        for condition in held
        if isinstance(condition.predicate, TouchPredicate)
        for touch in known_touches(condition.predicate, lead, at, condition.within_days)
    ]
    latest = tuple(sorted(set(touches), key=lambda touch: touch.at, reverse=True))
    yield _line(rule, "k_of", rule.points, touches=latest, value=f"{len(held)}/{len(predicate.conditions)}")


def _outside_line(rule: Rule, outside: OutsideScore, lead: LeadRecord, at: datetime) -> Line:
    known = [record for record in lead.scores if record.scorer == outside.scorer and record.known_at <= at]
    by_axis = [[record for record in known if record.axis == axis] for axis in outside.axes]
    if not all(by_axis):
        return _line(rule, "unscored", outside.low - 1, multiplicity=0)
    latest = [max(records, key=lambda record: record.known_at) for records in by_axis]
    points = outside_points(outside, sum((record.score for record in latest), Decimal(0)))
    value = " + ".join(str(record.score) for record in latest)
    return _line(rule, "score", points, value=value, known_at=max(record.known_at for record in latest))


def _limit(lines: Sequence[Line], limit: Limit, axis: Axis, kind: LineKind) -> list[Line]:
    total = sum(line.points for line in lines)
    low = total if limit.low is None else limit.low
    high = total if limit.high is None else limit.high
    if low <= total <= high:
        return []
    change = (low if total < low else high) - total
    return [
        Line(rule_id=limit.id, label_ja=limit.label_ja, label_en=limit.label_en, axis=axis, kind=kind, points=change)
    ]


def _is_as_asked(predicate: AttributePredicate, record: ValueRecord | None) -> bool:
    if record is None or record.value is None:
        return predicate.is_unknown
    if predicate.is_unknown:
        return False
    if predicate.patterns:
        return _is_like(record.value, predicate.patterns)
    if predicate.values:
        return any(_is_same(record, item) for item in predicate.values) != predicate.is_excluded
    if record.number is None:
        return False
    return (predicate.low is None or record.number >= predicate.low) and (
        predicate.high is None or record.number <= predicate.high
    )


def _is_same(record: ValueRecord, item: str | float | bool) -> bool:
    if isinstance(item, bool):
        return record.value == str(item).lower()
    return record.value == item if isinstance(item, str) else record.number == item


def _is_like(text: str | None, patterns: tuple[str, ...]) -> bool:
    return text is not None and _expression(patterns).fullmatch(text) is not None


@cache
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(glob(pattern) for pattern in patterns), re.DOTALL)
