"""A ruleset evaluated row by row, in plain Python, straight from the definitions; slow and obvious."""

import fnmatch
from datetime import datetime, timedelta
from typing import Any

from analysis.replay import Decision
from analysis.rulesets import AttributePredicate, OptOutPredicate, Rule, Ruleset, TouchPredicate
from analysis.selection import Selection
from tests.analysis.histories import POSITIONS

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def evaluate(history: Rows, ruleset: Ruleset, selection: Selection, decision: Decision) -> list[Row]:
    """One row per decision or standing lead: lead_id, pass_no, decided_at, counts, score, is_gated, group."""
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
            counts = tuple(_count(own, lead, rule, decided_at) for rule in ruleset.rules)
            results.append(
                {
                    "lead_id": lead["lead_id"],
                    "pass_no": 1 if pass_no is None else pass_no,
                    "decided_at": decided_at,
                    "counts": counts,
                    "score": sum(n * rule.points for n, rule in zip(counts, ruleset.rules, strict=True)),
                    "is_gated": any(_matches(own, lead, gate.predicate, decided_at) for gate in ruleset.gates),
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


def _count(own: Rows, lead: Row, rule: Rule, decided_at: datetime) -> int:
    if not isinstance(rule.predicate, TouchPredicate):
        return int(_matches(own, lead, rule.predicate, decided_at))
    n = 0
    for touch in own["touches"]:
        is_known = touch["at"] <= decided_at
        is_recent = rule.within_days is None or decided_at - touch["at"] < timedelta(days=rule.within_days)
        n += is_known and is_recent and _is_touch(touch, rule.predicate)
    return min(n, rule.cap)


def _is_touch(touch: Row, predicate: TouchPredicate) -> bool:
    wanted = {"kind": predicate.kinds, "channel": predicate.channels, "content": predicate.contents}
    for name, patterns in wanted.items():
        text = touch.get(name)
        if patterns and (text is None or not any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)):
            return False
    return predicate.direction is None or touch.get("direction") == predicate.direction


def _matches(own: Rows, lead: Row, predicate: AttributePredicate | OptOutPredicate, decided_at: datetime) -> bool:
    if isinstance(predicate, OptOutPredicate):
        channels = {"email", "call", "all"} if predicate.channel == "any" else {predicate.channel, "all"}
        return any(row["at"] <= decided_at and row["channel"] in channels for row in own["opt_outs"])
    value = _value(own, lead, predicate.field, decided_at)
    if predicate.is_unknown:
        return value is None
    if value is None:
        return False
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
