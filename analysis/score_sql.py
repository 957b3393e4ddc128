"""A ruleset as one SQL statement, for a warehouse that holds the tables of the contract.

The replay keeps what varies out of its statements. A statement that is handed
over is the opposite: it must stand on its own, so that somebody else can run it
and read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from analysis.counters import Questions
from analysis.replay import ReplayError
from analysis.rulesets.columns import Need, columns_of, need_of
from analysis.rulesets.definitions import ATTRIBUTES
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    KOfPredicate,
    OptOutPredicate,
    RisingPredicate,
    TouchPredicate,
    ValuePredicate,
)
from analysis.rulesets.rules import AXES, Level, Limit, Rule

Moments: TypeAlias = Literal["handoffs", "leads"]

_DAY: Final = 86_400
_OPT_OUTS: Final = {"any": ("email", "call", "all"), "email": ("email", "all"), "call": ("call", "all")}


def score_sql(ruleset: Ruleset, moments: Moments = "handoffs", as_of: datetime | None = None) -> str:
    """Write the score of a ruleset as one SELECT statement on the tables of the contract.

    Parameters
    ----------
    ruleset : Ruleset
        Points of ours, not the score of another tool.
    moments : str
        "handoffs": each handoff, as calibration scores it. "leads": every lead at
        one moment.
    as_of : datetime, optional
        That moment (UTC); left out, the moment at which the statement runs.

    Returns
    -------
    str
        Standard SQL but for `DATE_DIFF('second', a, b)` and `TRY_CAST`, which some
        engines call otherwise; named in its first lines. One row per handoff (or
        lead): `moment_id` (handoff_id or lead_id), `lead_id`, `pass_no`,
        `decided_at`, `fit`, `engagement`, `score`, `grade` (empty without a
        grid), `band` (its English name), `is_gated` (0 or 1).

    Raises
    ------
    ReplayError
        If the ruleset is the score of another tool.
    """
    if ruleset.kind != "points":
        raise ReplayError(f"the ruleset {ruleset.id} is the score of another tool; there is nothing to compute")
    questions = Questions.of(ruleset)
    parts = {
        "moments": _moments(moments, as_of),
        **_touch_counts(questions.needs),
        **_attributes(questions.needs),
        **_answers(questions.needs),
        **_opt_outs(questions.needs),
        "counts": _counts(questions.needs),
        "points": _points(ruleset, questions),
        "axes": _axes(ruleset),
        "totals": _totals(ruleset),
    }
    body = ",\n\n".join(f"{name} AS (\n{_indented(text)}\n)" for name, text in parts.items())
    return f"{_heading(ruleset, moments)}WITH {body}\n\n{_result(ruleset)}\n"


def _heading(ruleset: Ruleset, moments: Moments) -> str:
    state = "released" if ruleset.is_released else "draft"
    about = "at each handoff" if moments == "handoffs" else "of every lead at one moment"
    return (
        f"-- The score {about}: {_comment(ruleset.id)}@{ruleset.version} ({state}), sha256 {ruleset.content_hash[:16]}\n"
        "-- Reads the tables of the leadcal contract; timestamps are UTC. Written for DuckDB. Elsewhere look at\n"
        "-- DATE_DIFF('second', from, to) and TRY_CAST, which may have other names.\n"
    )


def _moments(moments: Moments, as_of: datetime | None) -> str:
    if moments == "handoffs":
        return (
            "SELECT\n    handoffs.handoff_id AS moment_id,\n    handoffs.lead_id AS lead_id,\n"
            "    handoffs.pass_no AS pass_no,\n    handoffs.handed_off_at AS decided_at\nFROM handoffs\n"
            "INNER JOIN leads ON handoffs.lead_id = leads.lead_id"
        )
    at = "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'" if as_of is None else f"TIMESTAMP '{as_of.isoformat(sep=' ')}'"
    return (
        f"SELECT\n    leads.lead_id AS moment_id,\n    leads.lead_id AS lead_id,\n    1 AS pass_no,\n"
        f"    {at} AS decided_at\nFROM leads\nWHERE leads.created_at <= {at}"
    )


def _touch_counts(needs: Sequence[Need]) -> dict[str, str]:
    columns = [
        f"    COUNT(CASE WHEN {_touch(need.predicate, need.within_days)} THEN 1 END) AS n_{number}"
        for number, need in enumerate(needs)
        if isinstance(need.predicate, TouchPredicate)
    ]
    if not columns:
        return {}
    return {
        "touch_counts": "SELECT\n    moments.moment_id AS moment_id,\n"
        + ",\n".join(columns)
        + '\nFROM moments\nINNER JOIN touches ON moments.lead_id = touches.lead_id AND touches."at" <= moments.decided_at\n'
        "GROUP BY moments.moment_id"
    }


def _touch(predicate: TouchPredicate, within_days: int | None) -> str:
    conditions = [
        _like(f"touches.{column}", patterns)
        for column, patterns in (
            ("kind", predicate.kinds),
            ("channel", predicate.channels),
            ("content", predicate.contents),
        )
        if patterns
    ]
    if predicate.direction is not None:
        conditions.append(f"touches.direction = {_quoted(predicate.direction)}")
    if within_days is not None:
        conditions.append(f"DATE_DIFF('second', touches.\"at\", moments.decided_at) < {within_days * _DAY}")
    return " AND ".join(conditions) or "TRUE"


def _like(column: str, patterns: Sequence[str]) -> str:
    exact = [pattern for pattern in patterns if "*" not in pattern]
    parts = [f"{column} IN ({', '.join(map(_quoted, exact))})"] if exact else []
    for pattern in (each for each in patterns if "*" in each):
        escaped = pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%")
        parts.append(f"{column} LIKE {_quoted(escaped)} ESCAPE '!'")
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _attributes(needs: Sequence[Need]) -> dict[str, str]:
    """Give each attribute as it was believed: the latest dated fact, or else the column."""
    fields = _fields(needs)
    if not fields:
        return {}
    names = ", ".join(map(_quoted, fields))
    ranked = (
        "SELECT\n    moments.moment_id AS moment_id,\n    lead_facts.field AS field,\n    lead_facts.value AS value,\n"
        "    ROW_NUMBER() OVER (\n        PARTITION BY moments.moment_id, lead_facts.field ORDER BY lead_facts.known_at DESC NULLS LAST\n"
        "    ) AS age_rank\nFROM moments\nINNER JOIN lead_facts\n    ON moments.lead_id = lead_facts.lead_id\n"
        f"    AND lead_facts.known_at <= moments.decided_at\n    AND lead_facts.field IN ({names})"
    )
    latest = _pivot("ranked_facts.moment_id", "moment_id", [
        (f"MAX(CASE WHEN ranked_facts.field = {_quoted(field)} THEN {_fact_text(field)} END)", field) for field in fields
    ], "ranked_facts\nWHERE ranked_facts.age_rank = 1")  # fmt: skip
    dated = _pivot("lead_facts.lead_id", "lead_id", [
        (f"MAX(CASE WHEN lead_facts.field = {_quoted(field)} THEN 1 END)", field) for field in fields
    ], f"lead_facts\nWHERE lead_facts.field IN ({names})")  # fmt: skip
    columns = ",\n".join(f"    {_believed(field)} AS {_name(field)}" for field in fields)
    believed = (
        f"-- A field with dated facts is unknown before the first of them.\nSELECT\n    moments.moment_id AS moment_id,\n{columns}\n"
        "FROM moments\nINNER JOIN leads ON moments.lead_id = leads.lead_id\n"
        "LEFT JOIN latest_facts ON moments.moment_id = latest_facts.moment_id\n"
        "LEFT JOIN dated_facts ON moments.lead_id = dated_facts.lead_id"
    )
    return {"ranked_facts": ranked, "latest_facts": latest, "dated_facts": dated, "attributes": believed}


def _fields(needs: Sequence[Need]) -> list[str]:
    asked = [need.predicate.field for need in needs if isinstance(need.predicate, AttributePredicate)]
    return list(dict.fromkeys(asked))


def _fact_text(field: str) -> str:
    text = "NULLIF(ranked_facts.value, '')"
    return f"LOWER({text})" if field.startswith("is_") else text


def _believed(field: str) -> str:
    column = f"CAST(leads.{_name(field)} AS VARCHAR)" if field in ATTRIBUTES else "CAST(NULL AS VARCHAR)"
    return f"CASE WHEN dated_facts.{_name(field)} = 1 THEN latest_facts.{_name(field)} ELSE {column} END"


def _pivot(key: str, key_name: str, columns: Iterable[tuple[str, str]], source: str) -> str:
    listed = ",\n".join(f"    {expression} AS {_name(name)}" for expression, name in columns)
    return f"SELECT\n    {key} AS {key_name},\n{listed}\nFROM {source}\nGROUP BY {key}"


def _answers(needs: Sequence[Need]) -> dict[str, str]:
    items = list(dict.fromkeys(need.predicate.item for need in needs if isinstance(need.predicate, BantPredicate)))
    if not items:
        return {}
    ranked = (
        "SELECT\n    moments.moment_id AS moment_id,\n    bant.item AS item,\n    bant.answer AS answer,\n"
        "    ROW_NUMBER() OVER (\n        PARTITION BY moments.moment_id, bant.item ORDER BY bant.learned_at DESC NULLS LAST\n"
        "    ) AS age_rank\nFROM moments\nINNER JOIN bant ON moments.lead_id = bant.lead_id AND bant.learned_at <= moments.decided_at"
    )
    latest = _pivot("ranked_answers.moment_id", "moment_id", [
        (f"MAX(CASE WHEN ranked_answers.item = {_quoted(item)} THEN ranked_answers.answer END)", item) for item in items
    ], "ranked_answers\nWHERE ranked_answers.age_rank = 1")  # fmt: skip
    return {"ranked_answers": ranked, "answers": latest}


def _opt_outs(needs: Sequence[Need]) -> dict[str, str]:
    asked = list(dict.fromkeys(n.predicate.channel for n in needs if isinstance(n.predicate, OptOutPredicate)))
    if not asked:
        return {}
    columns = [
        (f"MAX(CASE WHEN opt_outs.channel IN ({', '.join(map(_quoted, _OPT_OUTS[channel]))}) THEN 1 ELSE 0 END)", channel)
        for channel in asked
    ]  # fmt: skip
    source = (
        'moments\nINNER JOIN opt_outs ON moments.lead_id = opt_outs.lead_id AND opt_outs."at" <= moments.decided_at'
    )
    return {"opted_out": _pivot("moments.moment_id", "moment_id", columns, source)}


def _counts(needs: Sequence[Need]) -> str:
    columns = ",\n".join(f"    {_count(need, number)} AS n_{number}" for number, need in enumerate(needs))
    kinds = [type(need.predicate) for need in needs]
    joined = [
        name
        for name, kind in (
            ("touch_counts", TouchPredicate),
            ("attributes", AttributePredicate),
            ("answers", BantPredicate),
            ("opted_out", OptOutPredicate),
        )
        if kind in kinds
    ]
    joins = "".join(f"\nLEFT JOIN {name} ON moments.moment_id = {name}.moment_id" for name in joined)
    return f"SELECT\n    moments.moment_id AS moment_id,\n{columns}\nFROM moments{joins}"


def _count(need: Need, number: int) -> str:
    if isinstance(need.predicate, TouchPredicate):
        return f"LEAST(COALESCE(touch_counts.n_{number}, 0), {need.cap})"
    return f"CASE WHEN {_value(need.predicate)} THEN 1 ELSE 0 END"


def _value(predicate: ValuePredicate) -> str:
    if isinstance(predicate, OptOutPredicate):
        return f"opted_out.{_name(predicate.channel)} = 1"
    if isinstance(predicate, BantPredicate):
        answers = ", ".join(map(_quoted, predicate.answers))
        return f"COALESCE(answers.{_name(predicate.item)}, 'unknown') IN ({answers})"
    value = f"attributes.{_name(predicate.field)}"
    number = f"TRY_CAST({value} AS DOUBLE)"
    if predicate.is_unknown:
        return f"{value} IS NULL"
    if predicate.patterns:
        return _like(value, predicate.patterns)
    if predicate.values:
        is_in = _one_of(value, number, predicate.values)
        return f"{value} IS NOT NULL AND NOT {is_in}" if predicate.is_excluded else is_in
    ends = [
        f"{number} {sign} {end!r}" for sign, end in ((">=", predicate.low), ("<=", predicate.high)) if end is not None
    ]
    return " AND ".join(ends)


def _one_of(value: str, number: str, wanted: Sequence[str | int | float | bool]) -> str:
    texts = [str(item).lower() if isinstance(item, bool) else item for item in wanted if isinstance(item, str | bool)]
    numbers = [repr(item) for item in wanted if not isinstance(item, str | bool)]
    parts = [f"COALESCE({value} IN ({', '.join(map(_quoted, texts))}), FALSE)"] if texts else []
    parts += [f"COALESCE({number} IN ({', '.join(numbers)}), FALSE)"] if numbers else []
    return f"({' OR '.join(parts)})"


def _points(ruleset: Ruleset, questions: Questions) -> str:
    rules = ",\n".join(
        f"    -- {_comment(rule.label_en)}\n    {_rule(rule, number, [f'counts.n_{need}' for need in needs])} AS rule_{number}"
        for number, (rule, needs) in enumerate(zip(ruleset.rules, questions.of_rules, strict=True))
    )
    gates = [f"counts.n_{need} >= {questions.needs[need].cap}" for need in questions.of_gates]
    gated = f"CASE WHEN {' OR '.join(gates)} THEN 1 ELSE 0 END" if gates else "0"
    return f"SELECT\n    counts.moment_id AS moment_id,\n{rules},\n    {gated} AS is_gated\nFROM counts"


def _rule(rule: Rule, rule_no: int, counts: Sequence[str]) -> str:
    predicate = rule.predicate
    if isinstance(predicate, KOfPredicate):
        held = [
            f"CASE WHEN {count} >= {need_of(condition).cap} THEN 1 ELSE 0 END"
            for count, condition in zip(counts, predicate.conditions, strict=True)
        ]
        return f"CASE WHEN {' + '.join(held)} >= {predicate.need} THEN {rule.points} ELSE 0 END"
    if isinstance(predicate, RisingPredicate):
        return f"CASE WHEN {_rising(predicate, *counts)} THEN {rule.points} ELSE 0 END"
    if rule.tiers:
        tiers = " ".join(f"WHEN {counts[0]} >= {tier.start} THEN {tier.points}" for tier in rule.tiers[::-1])
        return f"CASE {tiers} ELSE 0 END"
    if rule.half_life_days is not None:
        worth = [column.points for column in columns_of(rule, rule_no)]
        before = ["0", *counts[:-1]]
        steps = zip(counts, before, worth, strict=True)
        return " + ".join(f"({points}) * ({count} - {earlier})" for count, earlier, points in steps)
    return f"({rule.points}) * {counts[0]}"


def _rising(predicate: RisingPredicate, late: str, both: str) -> str:
    early = f"({both} - {late})"
    times = predicate.times
    return (
        f"{late} >= {predicate.at_least} AND {early} >= 1 AND {late} * {predicate.baseline_days * times.denominator} "
        f">= {early} * {predicate.days * times.numerator}"
    )


def _axes(ruleset: Ruleset) -> str:
    limits = {limit.id: limit for limit in ruleset.axis_limits}
    columns = []
    for axis in AXES:
        own = [(number, rule) for number, rule in enumerate(ruleset.rules) if rule.axis == axis]
        parts = [f"points.rule_{number}" for number, rule in own if not rule.group]
        for group in ruleset.groups:
            members = [f"points.rule_{number}" for number, rule in own if rule.group == group.id]
            parts += [_limited(" + ".join(members), group)] if members else []
        total = " + ".join(parts) or "0"
        columns.append(f"    {_limited(total, limits[axis]) if axis in limits else total} AS {axis}")
    listed = ",\n".join(columns)
    return f"SELECT\n    points.moment_id AS moment_id,\n{listed},\n    points.is_gated AS is_gated\nFROM points"


def _limited(expression: str, limit: Limit) -> str:
    low = expression if limit.low is None else f"GREATEST({expression}, {limit.low})"
    return low if limit.high is None else f"LEAST({low}, {limit.high})"


def _totals(ruleset: Ruleset) -> str:
    grade = "''"
    if ruleset.grid is not None:
        grade = f"{_levels('axes.fit', ruleset.grid.fit)} || {_levels('axes.engagement', ruleset.grid.engagement)}"
    return (
        "SELECT\n    axes.moment_id AS moment_id,\n    axes.fit AS fit,\n    axes.engagement AS engagement,\n"
        f"    axes.fit + axes.engagement AS score,\n    {grade} AS grade,\n    axes.is_gated AS is_gated\nFROM axes"
    )


def _levels(points: str, levels: Sequence[Level]) -> str:
    cases = " ".join(f"WHEN {points} >= {level.threshold} THEN {_quoted(level.grade)}" for level in levels[:0:-1])
    return f"CASE {cases} ELSE {_quoted(levels[0].grade)} END" if cases else _quoted(levels[0].grade)


def _result(ruleset: Ruleset) -> str:
    bands = " ".join(
        f"WHEN totals.score >= {band.threshold} THEN {_quoted(band.name_en)}" for band in ruleset.bands[:0:-1]
    )
    lowest = _quoted(ruleset.bands[0].name_en)
    band = f"CASE {bands} ELSE {lowest} END" if bands else lowest
    own = ("fit", "engagement", "score", "grade")
    columns = [f"    moments.{name} AS {name}" for name in ("moment_id", "lead_id", "pass_no", "decided_at")]
    columns += [
        *(f"    totals.{name} AS {name}" for name in own),
        f"    {band} AS band",
        "    totals.is_gated AS is_gated",
    ]
    listed = ",\n".join(columns)
    return (
        f"SELECT\n{listed}\nFROM moments\nINNER JOIN totals ON moments.moment_id = totals.moment_id\n"
        "ORDER BY moments.decided_at NULLS LAST, moments.moment_id NULLS LAST"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _comment(text: str) -> str:
    return " ".join(text.split())


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))
