"""Reading rules and gates: what each kind of predicate may say."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, cast

from analysis.rulesets.definitions import ATTRIBUTES, SHAPES
from analysis.rulesets.fields import Fields, show, suggestion
from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    Condition,
    KOfPredicate,
    OptOutPredicate,
    RisingPredicate,
    SimplePredicate,
    TouchPredicate,
)
from analysis.rulesets.rules import AXES, Axis, Gate, Limit, Rule, Tier

_RULE_KINDS: Final = ("touch", "attribute", "bant", "rising", "k_of")
_GATE_KINDS: Final = ("opt_out", "attribute", "bant", "touch")
_DEFAULT_AXES: Final = {"touch": "engagement", "rising": "engagement", "attribute": "fit", "bant": "fit"}
_BASELINES: Final = 3


def named(fields: Fields, what: str) -> tuple[str, str, str]:
    """Return id and labels, and use the id in the errors that follow."""
    identifier = fields.get("id")
    fields.title = f"{what} {identifier}"
    label_ja, label_en = fields.both_languages("label", default=identifier)
    return identifier, label_ja, label_en


def read_rule(fields: Fields, line: int, groups: Mapping[str, Limit]) -> Rule:
    """Read one `[[rule]]`."""
    fields.shape = SHAPES["rule_touch"]
    identifier, label_ja, label_en = named(fields, "rule")
    kind = fields.choice("kind", _RULE_KINDS)
    is_tiered = kind == "touch" and fields.choice("repeat", ("once", "each", "tiers"), default="once") == "tiers"
    fields.shape = SHAPES["rule_tiers" if is_tiered else f"rule_{kind}"]
    given = _tiered(fields) if is_tiered else _plain(fields, kind)
    return Rule(
        id=identifier,
        label_ja=label_ja,
        label_en=label_en,
        axis=_axis(fields, kind),
        group=_group(fields, groups),
        is_locked=fields.flag("locked"),
        line=line,
        **given,
    )


def read_gate(fields: Fields, line: int) -> Gate:
    """Read one `[[gate]]`."""
    fields.shape = SHAPES["gate_opt_out"]
    identifier, label_ja, label_en = named(fields, "gate")
    kind = fields.choice("kind", _GATE_KINDS)
    fields.shape = SHAPES[f"gate_{kind}"]
    condition = _condition(fields, kind)
    return Gate(
        id=identifier,
        label_ja=label_ja,
        label_en=label_en,
        predicate=condition.predicate,
        at_least=condition.at_least,
        within_days=condition.within_days,
        line=line,
    )


def read_condition(fields: Fields, kind: str) -> Condition:
    """Read what one of the kinds "touch", "attribute", "bant" and "opt_out" asks, as in `[[rule.of]]`."""
    fields.shape = SHAPES[f"of_{kind}"]
    return _condition(fields, kind)


def _axis(fields: Fields, kind: str) -> Axis:
    if kind not in _DEFAULT_AXES and "axis" not in fields:
        fields.required("axis", '"fit"')
    return cast("Axis", fields.choice("axis", AXES, default=_DEFAULT_AXES.get(kind)))


def _group(fields: Fields, groups: Mapping[str, Limit]) -> str:
    group = str(fields.get("group", ""))
    if group and group not in groups:
        fields.fail(
            "group",
            f"group = {show(group)} is not defined; {suggestion(group, groups) if groups else 'add a [[group]] with that id'}",
        )
    return group


def _plain(fields: Fields, kind: str) -> dict[str, Any]:
    points = fields.get("points")
    if kind == "touch":
        return {"points": points, "predicate": _touch(fields), **_repeat(fields)}
    if kind == "rising":
        return {"points": points, "predicate": _rising(fields)}
    if kind == "k_of":
        return {"points": points, "predicate": _k_of(fields)}
    return {"points": points, "predicate": _condition(fields, kind).predicate}


def _touch(fields: Fields) -> TouchPredicate:
    if not any(key in fields for key in ("touch", "channel", "content")):
        fields.source.fail(
            fields.path,
            f'{fields.title} says nothing about the touch; add touch, channel or content, for example touch = "seminar"',
        )
    return TouchPredicate(
        kinds=fields.get("touch", ()),
        channels=fields.get("channel", ()),
        contents=fields.get("content", ()),
        direction=fields.get("direction"),
    )


def _repeat(fields: Fields) -> dict[str, Any]:
    repeat = fields.choice("repeat", ("once", "each", "tiers"), default="once")
    if repeat == "each" and "cap" not in fields:
        fields.fail("repeat", 'repeat = "each" needs a cap; add for example cap = 3')
    if repeat == "once" and "cap" in fields:
        fields.fail(
            "cap", f'cap = {show(fields.value("cap"))} has no effect when a rule counts once; add repeat = "each"'
        )
    if "tiers" in fields:
        fields.fail("tiers", 'tiers have no effect without repeat = "tiers"; add it')
    half_life, within = fields.get("half_life_days"), fields.get("within_days")
    if half_life is not None and within is not None and within <= half_life:
        fields.fail(
            "half_life_days",
            f"half_life_days = {half_life} never halves anything within_days = {within}; make it shorter, or leave it out",
        )
    return {"cap": fields.get("cap", 1), "within_days": within, "half_life_days": half_life}


def _tiered(fields: Fields) -> dict[str, Any]:
    for key, instead in (("points", "write points in each tier"), ("cap", "the last tier is the cap"),
                         ("half_life_days", 'only repeat = "once" and "each" can halve')):  # fmt: skip
        if key in fields:
            fields.fail(key, f"{key} has no effect with tiers; {instead}, and remove it")
    tiers = tuple(_tier(fields, number, data) for number, data in enumerate(fields.get("tiers")))
    if not tiers:
        fields.fail("tiers", "tiers = [] gives nothing; write for example tiers = [{ from = 1, points = 1 }]")
    for number, (first, second) in enumerate(itertools.pairwise(tiers), start=1):
        if second.start <= first.start:
            fields.source.fail(
                (*fields.path, "tiers", number),
                f"from = {second.start} after {first.start}: tiers must rise; put them in order (in {fields.title})",
            )
    return {
        "points": tiers[-1].points,
        "predicate": _touch(fields),
        "cap": tiers[-1].start,
        "within_days": fields.get("within_days"),
        "tiers": tiers,
    }


def _tier(fields: Fields, number: int, data: Any) -> Tier:
    inner = Fields(fields.source, (*fields.path, "tiers", number), data, f"tier {number + 1} of {fields.title}", "tier")
    tier = Tier(start=inner.get("from"), points=inner.get("points"))
    inner.finish()
    return tier


def _rising(fields: Fields) -> RisingPredicate:
    days = fields.get("days")
    return RisingPredicate(
        touch=_touch(fields),
        days=days,
        baseline_days=fields.get("baseline_days", _BASELINES * days),
        # As it stands in the file: 1.1 is eleven tenths, not the nearest binary number.
        times=Fraction(str(fields.get("times", 2))),
        at_least=fields.get("at_least", 2),
    )


def _k_of(fields: Fields) -> KOfPredicate:
    kinds = ("touch", "attribute", "bant", "opt_out")
    conditions = []
    for number, data in enumerate(fields.get("of")):
        inner = Fields(fields.source, (*fields.path, "of", number), data, f"condition {number + 1} of {fields.title}")
        kind = inner.choice("kind", kinds)
        inner.shape = SHAPES[f"of_{kind}"]
        conditions.append(_condition(inner, kind))
        inner.finish()
    if not conditions:
        fields.fail("of", 'of = [] asks nothing; add a [[rule.of]] with kind = "touch" or "attribute"')
    need = fields.get("need")
    wanted = {"all": len(conditions), "any": 1}.get(need, need)
    if wanted > len(conditions):
        fields.fail("need", f"need = {need} can never hold: there are {len(conditions)} conditions; lower it")
    return KOfPredicate(conditions=tuple(conditions), need=wanted)


def _condition(fields: Fields, kind: str) -> Condition:
    if kind == "touch":
        return Condition(
            predicate=_touch(fields), at_least=fields.get("at_least", 1), within_days=fields.get("within_days")
        )
    predicate: SimplePredicate
    if kind == "attribute":
        predicate = _attribute(fields)
    elif kind == "bant":
        predicate = BantPredicate(item=fields.get("item"), answers=fields.get("answer"))
    else:
        predicate = OptOutPredicate(channel=fields.get("channel", "any"))
    return Condition(predicate=predicate)


def _attribute(fields: Fields) -> AttributePredicate:
    field, is_fact = _attribute_name(fields)
    ways = [key for key in ("in", "not_in", "like", "is_unknown") if key in fields]
    if "min" in fields or "max" in fields:
        ways.append("min/max")
    if len(ways) != 1:
        fields.source.fail(
            (*fields.path, "field"),
            f"{fields.title} asks {' and '.join(ways) or 'nothing'} of {field}; "
            "use exactly one of min/max, in, not_in, like, or is_unknown = true",
        )
    if ways == ["min/max"]:
        return _range(fields, field, is_fact)
    if ways == ["like"]:
        return AttributePredicate(field=field, is_fact=is_fact, patterns=fields.get("like"))
    if ways == ["is_unknown"]:
        if not fields.flag("is_unknown"):
            fields.fail("is_unknown", "is_unknown = false says nothing; use not_in with the values that do not count")
        return AttributePredicate(field=field, is_fact=is_fact, is_unknown=True)
    return AttributePredicate(
        field=field, is_fact=is_fact, values=fields.values(ways[0]), is_excluded=ways == ["not_in"]
    )


def _attribute_name(fields: Fields) -> tuple[str, bool]:
    if "fact" in fields and "field" not in fields:
        name = str(fields.get("fact"))
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
    low, high = fields.get("min"), fields.get("max")
    if low is not None and high is not None and low > high:
        fields.fail("min", f"min = {show(low)} is above max = {show(high)}, so no lead can match; swap them")
    return AttributePredicate(field=field, is_fact=is_fact, low=low, high=high)
