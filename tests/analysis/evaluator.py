"""A ruleset evaluated row by row, in plain Python, straight from the definitions; slow and obvious."""

import fnmatch
import math
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from analysis.replay import Decision
from analysis.rulesets import (
    BantPredicate,
    Condition,
    KOfPredicate,
    OptOutPredicate,
    OutsideScore,
    RisingPredicate,
    Rule,
    Ruleset,
    TouchPredicate,
)
from analysis.selection import Selection
from tests.analysis.histories import POSITIONS

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def evaluate(history: Rows, ruleset: Ruleset, selection: Selection, decision: Decision) -> list[Row]:
    """One row per decision or standing lead: lead_id, pass_no, decided_at, by_rule, score, grade, is_gated, group."""
    results = []
    for lead in sorted(history["leads"], key=lambda row: (row["created_at"], row["lead_id"])):
        if lead["created_at"] > selection.as_of:
            continue
        if selection.sources and (lead.get("source") or "") not in selection.sources:
            continue
        own = {name: [row for row in rows if row["lead_id"] == lead["lead_id"]] for name, rows in history.items()}
        for pass_no, decided_at, next_at, is_settled in _moments(own, lead, selection, decision):
            if selection.start and decided_at < datetime.combine(selection.start, datetime.min.time()):
                continue
            if selection.end and decided_at >= datetime.combine(selection.end, datetime.min.time()):
                continue
            by_rule = tuple(_points(own, lead, rule, decided_at) for rule in ruleset.rules)
            axes = {axis: _axis_points(ruleset, axis, by_rule) for axis in ("fit", "engagement")}
            results.append(
                {
                    "lead_id": lead["lead_id"],
                    "pass_no": 1 if pass_no is None else pass_no,
                    "decided_at": decided_at,
                    "by_rule": by_rule,
                    "score": sum(axes.values()),
                    "grade": _grade(ruleset, axes),
                    "is_gated": any(_holds(own, lead, gate.condition, decided_at) for gate in ruleset.gates),
                    "group": "standing"
                    if pass_no is None
                    else _group(own, lead, selection, decided_at, next_at, is_settled),
                }
            )
    return results


def _moments(own: Rows, lead: Row, selection: Selection, decision: Decision) -> list[tuple]:
    as_of = selection.as_of
    if decision.kind == "handoff":
        passes = sorted(own["handoffs"], key=lambda row: (row["handed_off_at"], row["pass_no"], row["handoff_id"]))
        times = [row["handed_off_at"] for row in passes]
        found = [
            (row["pass_no"], row["handed_off_at"], following, False)
            for row, following in zip(passes, [*times, None][1:], strict=True)
            if row["handed_off_at"] <= as_of
        ]
    elif decision.kind == "stage":
        entered = [at for stage, at in _entries(own, lead) if stage == decision.stage and at <= as_of]
        found = [(1, min(entered), None, False)] if entered else []
    else:
        at = lead["created_at"] + timedelta(days=decision.days)
        closed = [deal for deal in own["deals"] if deal["outcome"] != "open" and deal["closed_at"] <= at]
        found = [(1, at, None, bool(closed))] if at <= as_of else []
    if found:
        return found
    touched = [touch["at"] for touch in own["touches"] if touch["at"] <= as_of]
    return [(None, max(touched) if touched else lead["created_at"], None, False)]


def _entries(own: Rows, lead: Row) -> list[tuple[str, datetime]]:
    entries = [("lead", lead["created_at"])]
    entries += [(row["stage"], row["entered_at"]) for row in own["stage_events"]]
    entries += [("opportunity", deal["opened_at"]) for deal in own["deals"] if deal["opened_at"]]
    entries += [("won", deal["closed_at"]) for deal in own["deals"] if deal["outcome"] == "won"]
    return entries


def _group(own: Rows, lead: Row, selection: Selection, decided_at: datetime, next_at: Any, is_settled: bool) -> str:
    goal = POSITIONS[selection.outcome]
    reached = [at for stage, at in _entries(own, lead) if POSITIONS[stage] >= goal and at <= selection.as_of]
    first = min(reached, default=None)
    horizon = timedelta(days=selection.horizon_days)
    if is_settled or (first is not None and first <= decided_at):
        return "already_decided"
    if decided_at + horizon > selection.as_of:
        return "immature"
    is_won = first is not None and first <= decided_at + horizon and (next_at is None or first <= next_at)
    return "won" if is_won else "not_won"


def _points(own: Rows, lead: Row, rule: Rule, decided_at: datetime) -> int:
    predicate = rule.predicate
    if isinstance(predicate, OutsideScore):
        return _outside(own, predicate, decided_at)
    if isinstance(predicate, KOfPredicate):
        n = sum(_holds(own, lead, condition, decided_at) for condition in predicate.conditions)
        return rule.points * (n >= predicate.need)
    if isinstance(predicate, RisingPredicate):
        return rule.points * _is_rising(own, predicate, decided_at)
    if not isinstance(predicate, TouchPredicate):
        return rule.points * _matches(own, lead, predicate, decided_at)
    ages = _ages(own, predicate, decided_at, rule.within_days)
    if rule.tiers:
        return sum([tier.points for tier in rule.tiers if tier.start <= len(ages)][-1:])
    if rule.half_life_days is None:
        return rule.points * min(len(ages), rule.cap)
    steps = [age // timedelta(days=rule.half_life_days) for age in ages[: rule.cap]]
    return sum(math.trunc(Fraction(rule.points, 2**step)) for step in steps if step < 6)


def _ages(own: Rows, predicate: TouchPredicate, decided_at: datetime, within_days: int | None) -> list[timedelta]:
    """Ages of the matching touches that were known, youngest first."""
    known = [touch for touch in own["touches"] if touch["at"] <= decided_at and _is_touch(touch, predicate)]
    ages = sorted(decided_at - touch["at"] for touch in known)
    return [age for age in ages if within_days is None or age < timedelta(days=within_days)]


def _is_rising(own: Rows, predicate: RisingPredicate, decided_at: datetime) -> bool:
    ages = _ages(own, predicate.touch, decided_at, predicate.days + predicate.baseline_days)[:200]
    n_late = sum(age < timedelta(days=predicate.days) for age in ages)
    n_early = len(ages) - n_late
    rate = Fraction(n_early, predicate.baseline_days)
    return n_late >= predicate.at_least and n_early > 0 and Fraction(n_late, predicate.days) >= predicate.times * rate


def _holds(own: Rows, lead: Row, condition: Condition, decided_at: datetime) -> bool:
    if isinstance(condition.predicate, TouchPredicate):
        return len(_ages(own, condition.predicate, decided_at, condition.within_days)) >= condition.at_least
    return _matches(own, lead, condition.predicate, decided_at)


def _outside(own: Rows, predicate: OutsideScore, decided_at: datetime) -> int:
    total = Fraction(0)
    for axis in predicate.axes:
        known = [
            row
            for row in own["scores"]
            if row["scored_at"] <= decided_at and (row["scorer"], row["axis"]) == (predicate.scorer, axis)
        ]
        if not known:
            return predicate.low - 1
        total += Fraction(max(known, key=lambda row: row["scored_at"])["score"])
    return math.floor(total * predicate.scale + Fraction(1, 2))


def _axis_points(ruleset: Ruleset, axis: str, by_rule: tuple[int, ...]) -> int:
    groups: dict[str, int] = {}
    for rule, points in zip(ruleset.rules, by_rule, strict=True):
        if rule.axis == axis:
            groups[rule.group] = groups.get(rule.group, 0) + points
    for limit in ruleset.groups:
        if limit.id in groups:
            groups[limit.id] = _limited(groups[limit.id], limit)
    total = sum(groups.values())
    for limit in ruleset.axis_limits:
        total = _limited(total, limit) if limit.id == axis else total
    return total


def _limited(points: int, limit: Any) -> int:
    if limit.high is not None and points > limit.high:
        return limit.high
    return limit.low if limit.low is not None and points < limit.low else points


def _grade(ruleset: Ruleset, axes: dict[str, int]) -> str:
    if ruleset.grid is None:
        return ""
    grade = ""
    for axis in ("fit", "engagement"):
        levels = getattr(ruleset.grid, axis)
        grade += ([level.grade for level in levels[1:] if axes[axis] >= level.threshold] or [levels[0].grade])[-1]
    return grade


def _is_touch(touch: Row, predicate: TouchPredicate) -> bool:
    wanted = {"kind": predicate.kinds, "channel": predicate.channels, "content": predicate.contents}
    for name, patterns in wanted.items():
        text = touch.get(name)
        if patterns and (text is None or not any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)):
            return False
    return predicate.direction is None or touch.get("direction") == predicate.direction


def _matches(own: Rows, lead: Row, predicate: Any, decided_at: datetime) -> bool:
    if isinstance(predicate, BantPredicate):
        learned = [row for row in own["bant"] if row["item"] == predicate.item and row["learned_at"] <= decided_at]
        answer = max(learned, key=lambda row: row["learned_at"])["answer"] if learned else "unknown"
        return answer in predicate.answers
    if isinstance(predicate, OptOutPredicate):
        channels = {"email", "call", "all"} if predicate.channel == "any" else {predicate.channel, "all"}
        return any(row["at"] <= decided_at and row["channel"] in channels for row in own["opt_outs"])
    value = _value(own, lead, predicate.field, decided_at)
    if predicate.is_unknown:
        return value is None
    if value is None:
        return False
    if predicate.patterns:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return any(fnmatch.fnmatchcase(text, pattern) for pattern in predicate.patterns)
    if predicate.values:
        return any(_same(value, item) for item in predicate.values) != predicate.is_excluded
    number = _number(value)
    if number is None:
        return False
    return (predicate.low is None or number >= predicate.low) and (predicate.high is None or number <= predicate.high)


def _value(own: Rows, lead: Row, field: str, decided_at: datetime) -> Any:
    facts = [fact for fact in own["lead_facts"] if fact["field"] == field]
    if not facts:
        return lead.get(field)
    known = [fact for fact in facts if fact["known_at"] <= decided_at]
    return max(known, key=lambda fact: fact["known_at"])["value"] if known else None


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except ValueError:
        return None


def _same(value: Any, item: Any) -> bool:
    if isinstance(item, bool):
        return str(value).lower() == str(item).lower()
    if isinstance(item, int | float):
        return _number(value) == item
    return str(value) == item
