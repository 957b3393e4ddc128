"""From definitions to the text of a file that gives them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.definitions.model import Definition
from analysis.definitions.parts import BandPart, ConditionPart, GroupPart, NotPart, Part, ScorePart, StagePart
from analysis.rulesets.files import toml_value
from analysis.rulesets.predicates import AttributePredicate, BantPredicate, Condition, OptOutPredicate, TouchPredicate


def write_definition(definition: Definition) -> str:
    """Return the `[[definition]]` of one definition; `parse_definitions` gives it back."""
    lines = ["[[definition]]", f"term = {_value(definition.term)}", f"by = {_value(definition.by)}"]
    if definition.valid_from is not None:
        lines.append(f"valid_from = {definition.valid_from.isoformat()}")
    lines.append(f"text = {{ ja = {_value(definition.text_ja)}, en = {_value(definition.text_en)} }}")
    if definition.agreed_by:
        lines.append(f"agreed_by = {_value(definition.agreed_by)}")
    if definition.part is not None:
        lines.append(write_part(definition.part).rstrip("\n"))
    return "\n".join(lines) + "\n"


def write_part(part: Part) -> str:
    """Return a condition as the keys of a table, one per line; `parse_part` gives it back."""
    is_not = isinstance(part, NotPart) and isinstance(part.part, GroupPart)
    group = part.part if isinstance(part, NotPart) and is_not else part
    if not isinstance(group, GroupPart):
        return "".join(f"{name} = {_value(value)}\n" for name, value in _keys(part))
    lines = ["not = true"] if is_not else []
    lines += [f"need = {_need(group)}", "of = [", *(f"    {_inline(each)}," for each in group.parts), "]"]
    return "\n".join(lines) + "\n"


def _inline(part: Part) -> str:
    return "{ " + ", ".join(f"{name} = {_value(value)}" for name, value in _keys(part)) + " }"


def _keys(part: Part) -> Iterator[tuple[str, Any]]:
    """Return the keys of one part; a value may be a tuple of parts."""
    if isinstance(part, NotPart):
        if isinstance(part.part, NotPart):
            yield from (("kind", "group"), ("not", True), ("need", "all"), ("of", (part.part,)))
            return
        yield from (*_keys(part.part), ("not", True))
    elif isinstance(part, GroupPart):
        yield from (("need", "all" if part.is_all else "any" if part.need == 1 else part.need), ("of", part.parts))
    elif isinstance(part, ScorePart):
        given = (("min", "threshold" if part.is_threshold else part.low), ("max", part.high))
        yield from (("kind", "score"), *((name, value) for name, value in given if value is not None))
    elif isinstance(part, BandPart):
        yield from (("kind", "band"), ("name", part.names))
    elif isinstance(part, StagePart):
        yield from (("kind", "stage"), ("reached", part.stage))
    else:
        yield from _condition(part)


def _condition(part: ConditionPart) -> Iterator[tuple[str, Any]]:
    condition = part.condition
    predicate = condition.predicate
    if isinstance(predicate, TouchPredicate):
        yield from _touch(predicate, condition)
    elif isinstance(predicate, BantPredicate):
        yield from (("kind", "bant"), ("item", predicate.item), ("answer", predicate.answers))
    elif isinstance(predicate, OptOutPredicate):
        yield from (("kind", "opt_out"), ("channel", predicate.channel))
    else:
        yield from _attribute(predicate)


def _touch(predicate: TouchPredicate, condition: Condition) -> Iterator[tuple[str, Any]]:
    yield "kind", "touch"
    for name, values in (("touch", predicate.kinds), ("channel", predicate.channels), ("content", predicate.contents)):
        if values:
            yield name, values
    if predicate.direction is not None:
        yield "direction", predicate.direction
    if condition.at_least > 1:
        yield "at_least", condition.at_least
    if condition.within_days is not None:
        yield "within_days", condition.within_days


def _attribute(predicate: AttributePredicate) -> Iterator[tuple[str, Any]]:
    yield "kind", "attribute"
    yield "fact" if predicate.is_fact else "field", predicate.field
    given = {
        "min": predicate.low,
        "max": predicate.high,
        "not_in" if predicate.is_excluded else "in": predicate.values or None,
        "like": predicate.patterns or None,
        "is_unknown": predicate.is_unknown or None,
    }
    for name, value in given.items():
        if value is not None:
            # A list even of one: "in" takes nothing else.
            yield name, list(value) if isinstance(value, tuple) else value


def _need(group: GroupPart) -> str:
    return _value("all" if group.is_all else "any" if group.need == 1 else group.need)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return toml_value(value)
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], str):
        return _value(value[0])
    items = (_value(item) if isinstance(item, str | int | float | bool) else _inline(item) for item in value)
    return "[" + ", ".join(items) + "]"
