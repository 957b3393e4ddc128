"""From the text of a ruleset to a `Ruleset`, or one line that says what is wrong with it."""

from __future__ import annotations

import hashlib
import itertools
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar, cast

from analysis.rulesets.fields import Fields, RulesetError, Source, show, suggestion
from analysis.rulesets.lines import key_lines
from analysis.rulesets.model import (
    AXES,
    MAX_CAP,
    MAX_WINDOW_DAYS,
    AttributePredicate,
    Axis,
    Band,
    Gate,
    OptOutPredicate,
    Rule,
    Ruleset,
    TouchPredicate,
)
from data.contract import STAGES, TABLES

ATTRIBUTES: Final = tuple(name for name in TABLES["leads"].column_names if name not in ("lead_id", "created_at"))
"""Columns of `leads` that a rule may ask about."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_RULE_KINDS: Final = ("touch", "attribute")
_GATE_KINDS: Final = ("opt_out", "attribute")


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def line(self) -> int: ...


_Item = TypeVar("_Item", bound=_Named)


def parse_ruleset(text: str, name: str = "ruleset", *, is_released: bool = False) -> Ruleset:
    """Read a ruleset.

    Parameters
    ----------
    text : str
        TOML, as described in `docs/rulesets.md`.
    name : str
        File name for errors.
    is_released : bool
        Whether the text is known to be what was released.

    Raises
    ------
    RulesetError
        If the text is no TOML, has unknown or missing keys or wrong values, or
        a rule, band or threshold that can never be reached.
    """
    source = Source(name, _toml(text, name), key_lines(text))
    top = Fields(source, (), source.data, "the ruleset")
    label_ja, label_en = top.both_languages("label", default=str(source.data.get("id", "")))
    rules = _read_all(top, "rule", _rule)
    gates = _read_all(top, "gate", _gate)
    bands = _bands(top, rules)
    ruleset = Ruleset(
        id=_identifier(top),
        version=_required_integer(top, "version", low=1),
        label_ja=label_ja,
        label_en=label_en,
        valid_from=top.day("valid_from"),
        outcome=top.choice("outcome", [stage.stage for stage in STAGES], default="won"),
        threshold=_threshold(top, bands),
        rules=rules,
        gates=gates,
        bands=bands,
        is_released=is_released,
        content_hash=hash_text(text),
        path=name,
    )
    top.finish()
    _check_reach(source, ruleset)
    return ruleset


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text, the same whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = re.search(r"at line (\d+)", message)
        where = line.group(1) if line else str(text.count("\n") + 1)
        what = re.sub(r"\s*\(at .*\)$", "", message)
        raise RulesetError(f"{name}, line {where}: is not valid TOML ({what}); see docs/rulesets.md") from error


def _read_all(top: Fields, key: str, read: Callable[[Fields, int], _Item]) -> tuple[_Item, ...]:
    items: dict[str, _Item] = {}
    for number, data in enumerate(top.tables(key)):
        fields = Fields(top.source, (key, number), data, f"{key} {number + 1}")
        item = read(fields, top.source.line((key, number)))
        if item.id in items:
            fields.fail(
                "id", f"id = {show(item.id)} is taken by line {items[item.id].line}; give each {key} an id of its own"
            )
        fields.finish()
        items[item.id] = item
    if key == "rule" and not items:
        top.source.fail((), "the ruleset has no rules; add a [[rule]] with id, kind and points")
    return tuple(items.values())


def _identifier(fields: Fields) -> str:
    value = fields.text("id", example='"seminar"')
    if not _ID.fullmatch(value):
        fields.fail(
            "id", f'id = {show(value)} must consist of letters, digits, - and _; write for example id = "seminar"'
        )
    return value


def _named(fields: Fields, what: str) -> tuple[str, str, str]:
    """Return id and labels, and use the id in the errors that follow."""
    identifier = _identifier(fields)
    fields.title = f"{what} {identifier}"
    label_ja, label_en = fields.both_languages("label", default=identifier)
    return identifier, label_ja, label_en


def _required_integer(fields: Fields, key: str, *, low: int | None = None) -> int:
    fields.required(key, "1")
    return cast("int", fields.integer(key, low=low))


def _rule(fields: Fields, line: int) -> Rule:
    identifier, label_ja, label_en = _named(fields, "rule")
    kind = fields.choice("kind", _RULE_KINDS)
    predicate = _touch(fields) if kind == "touch" else _attribute(fields)
    cap, within_days = _repeat(fields) if kind == "touch" else (1, None)
    default_axis = "engagement" if kind == "touch" else "fit"
    return Rule(
        id=identifier,
        label_ja=label_ja,
        label_en=label_en,
        axis=cast("Axis", fields.choice("axis", AXES, default=default_axis)),
        points=_required_integer(fields, "points"),
        predicate=predicate,
        cap=cap,
        within_days=within_days,
        is_locked=fields.flag("locked"),
        line=line,
    )


def _touch(fields: Fields) -> TouchPredicate:
    if not any(key in fields for key in ("touch", "channel", "content")):
        fields.source.fail(
            fields.path,
            f'{fields.title} says nothing about the touch; add touch, channel or content, for example touch = "seminar"',
        )
    direction = fields.choice("direction", ("inbound", "outbound"), default="")
    return TouchPredicate(
        kinds=fields.texts("touch"),
        channels=fields.texts("channel"),
        contents=fields.texts("content"),
        direction=direction or None,
    )


def _repeat(fields: Fields) -> tuple[int, int | None]:
    repeat = fields.choice("repeat", ("once", "each"), default="once")
    if repeat == "each" and "cap" not in fields:
        fields.fail("repeat", 'repeat = "each" needs a cap; add for example cap = 3')
    if repeat == "once" and "cap" in fields:
        fields.fail(
            "cap", f'cap = {show(fields.value("cap"))} has no effect when a rule counts once; add repeat = "each"'
        )
    cap = fields.integer("cap", example="3", default=1, low=1, high=MAX_CAP)
    return cap or 1, fields.integer("within_days", example="90", low=1, high=MAX_WINDOW_DAYS)


def _attribute(fields: Fields) -> AttributePredicate:
    field, is_fact = _attribute_name(fields)
    ways = [key for key in ("in", "not_in", "is_unknown") if key in fields]
    if "min" in fields or "max" in fields:
        ways.append("min/max")
    if len(ways) != 1:
        fields.source.fail(
            (*fields.path, "field"),
            f"{fields.title} asks {' and '.join(ways) or 'nothing'} of {field}; "
            "use exactly one of min/max, in, not_in, or is_unknown = true",
        )
    if ways == ["min/max"]:
        return _range(fields, field, is_fact)
    if ways == ["is_unknown"]:
        if not fields.flag("is_unknown"):
            fields.fail("is_unknown", "is_unknown = false says nothing; use not_in with the values that do not count")
        return AttributePredicate(field=field, is_fact=is_fact, is_unknown=True)
    return AttributePredicate(
        field=field, is_fact=is_fact, values=fields.values(ways[0]), is_excluded=ways == ["not_in"]
    )


def _attribute_name(fields: Fields) -> tuple[str, bool]:
    if "fact" in fields and "field" not in fields:
        name = fields.text("fact", example='"revenue_class"')
        if name in ATTRIBUTES or name.startswith("@"):
            fields.fail(
                "fact", f"fact = {show(name)} is not a field of your own; write field = {show(name.lstrip('@'))}"
            )
        return name, True
    name = fields.text("field", example='"employees"')
    if name not in ATTRIBUTES:
        fields.fail(
            "field",
            f"field = {show(name)} is no attribute of a lead; {suggestion(name, ATTRIBUTES)}, or fact = {show(name)} for a field of your own",
        )
    return name, False


def _range(fields: Fields, field: str, is_fact: bool) -> AttributePredicate:
    low, high = fields.number("min"), fields.number("max")
    if low is not None and high is not None and low > high:
        fields.fail("min", f"min = {show(low)} is above max = {show(high)}, so no lead can match; swap them")
    return AttributePredicate(field=field, is_fact=is_fact, low=low, high=high)


def _gate(fields: Fields, line: int) -> Gate:
    identifier, label_ja, label_en = _named(fields, "gate")
    kind = fields.choice("kind", _GATE_KINDS)
    predicate: AttributePredicate | OptOutPredicate
    if kind == "attribute":
        predicate = _attribute(fields)
    else:
        channel = fields.choice("channel", ("any", "email", "call"), default="any")
        predicate = OptOutPredicate(channel=cast("Any", channel))
    return Gate(id=identifier, label_ja=label_ja, label_en=label_en, predicate=predicate, line=line)


def _bands(top: Fields, rules: Sequence[Rule]) -> tuple[Band, ...]:
    tables = top.tables("band")
    if not tables:
        top.source.fail((), "the ruleset has no bands; add at least one [[band]] with name and threshold")
    given = [data.get("threshold") if isinstance(data, dict) else None for data in tables]
    is_falling = len(tables) > 1 and given[0] is not None and (given[-1] is None or given[0] > given[-1])
    lowest = len(tables) - 1 if is_falling else 0
    bands = [_band(top, number, data, is_lowest=number == lowest) for number, data in enumerate(tables)]
    _check_order(top.source, [band.threshold for band in bands], is_falling=is_falling)
    bands.sort(key=lambda band: band.threshold)
    if bands[0].threshold == _LOWEST:
        # It takes every score below the next band; a number that no score undercuts says so.
        worst = sum(min(rule.points, 0) * rule.cap for rule in rules)
        floor = min([worst, *(band.threshold - 1 for band in bands[1:2])])
        bands[0] = replace(bands[0], threshold=floor)
    return tuple(bands)


def _check_order(source: Source, thresholds: Sequence[int], *, is_falling: bool) -> None:
    for number, (first, second) in enumerate(itertools.pairwise(thresholds), start=1):
        if (first <= second) if is_falling else (first >= second):
            source.fail(
                ("band", number, "threshold"),
                f"threshold = {second} after {first}: bands must rise all the way, or fall all the way; put them in order",
            )


_LOWEST: Final = -(10**9)


def _band(top: Fields, number: int, data: Any, *, is_lowest: bool) -> Band:
    fields = Fields(top.source, ("band", number), data, f"band {number + 1}")
    name_ja, name_en = fields.both_languages("name")
    action_ja, action_en = fields.both_languages("action", default="-")
    if not is_lowest:  # only the lowest band may go without
        fields.required("threshold", "10")
    threshold = fields.integer("threshold", example="10", low=-(10**6), high=10**6)
    band = Band(
        name_ja=name_ja,
        name_en=name_en,
        threshold=_LOWEST if threshold is None else threshold,
        owner=fields.text("owner", example='"marketing"', default="-"),
        action_ja=action_ja,
        action_en=action_en,
    )
    fields.finish()
    return band


def _threshold(top: Fields, bands: Sequence[Band]) -> int:
    # One band says nothing about whom to hand over; otherwise it is the highest.
    threshold = top.integer("threshold", example="10", default=bands[-1].threshold if len(bands) > 1 else None)
    if threshold is None:
        top.source.fail(
            (),
            "the ruleset has no threshold; add for example threshold = 10, the score from which leads are handed over",
        )
    return threshold


def _check_reach(source: Source, ruleset: Ruleset) -> None:
    """Refuse thresholds that no lead can reach: usually a digit too many."""
    best = ruleset.max_score
    if ruleset.threshold > best:
        source.fail(
            ("threshold",),
            f"threshold = {ruleset.threshold} can never be reached: all rules together give at most {best} points; lower it",
        )
    for number, data in enumerate(source.data.get("band", [])):
        threshold = data.get("threshold")
        if threshold is not None and threshold > best:
            source.fail(
                ("band", number, "threshold"),
                f"threshold = {threshold} can never be reached: all rules together give at most {best} points; lower it",
            )
