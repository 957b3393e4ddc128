"""The work that a new version of a ruleset makes in the tool people have: what to set from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from analysis.replay import ReplayError
from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    KOfPredicate,
    RisingPredicate,
    TouchPredicate,
)
from analysis.rulesets.rules import Band, Cell, Gate, Limit, Rule

Tool: TypeAlias = Literal["hubspot", "marketo", "account_engagement", "generic"]
TOOLS: Final[tuple[Tool, ...]] = ("hubspot", "marketo", "account_engagement", "generic")

Part: TypeAlias = Literal["rule", "limit", "gate", "threshold", "band", "cell"]
Change: TypeAlias = Literal["add", "remove", "points", "counting", "condition", "group", "axis", "set"]
Support: TypeAlias = Literal["built_in", "work_around", "missing", "check"]
Value: TypeAlias = Rule | Limit | Gate | Band | Cell | int | None

FEATURES: Final = (
    "cap",
    "tiers",
    "window",
    "half_life",
    "unknown",
    "bant",
    "rising",
    "k_of",
    "limit",
    "gate",
    "band",
    "cell",
)
"""What a tool may not be able to do as it is; plain points can be set in all of them."""

_SUPPORT: Final[Mapping[Tool, Mapping[str, Support]]] = MappingProxyType(
    {
        "hubspot": {
            **dict.fromkeys(("cap", "tiers", "window", "unknown", "bant", "limit", "band", "cell"), "built_in"),
            **dict.fromkeys(("half_life", "rising", "k_of", "gate"), "work_around"),
        },
        "marketo": {
            **dict.fromkeys(("unknown", "bant", "k_of"), "built_in"),
            **dict.fromkeys(("cap", "tiers", "window", "half_life", "rising", "gate", "band", "cell"), "work_around"),
            "limit": "missing",
        },
        "account_engagement": {
            **dict.fromkeys(("bant", "k_of"), "built_in"),
            **dict.fromkeys(("cap", "tiers", "window", "half_life", "unknown", "gate", "band", "cell"), "work_around"),
            **dict.fromkeys(("rising", "limit"), "missing"),
        },
        "generic": dict.fromkeys(FEATURES, "check"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to set in the tool.

    Attributes
    ----------
    part, id : str
        What it is about; a band by its place from the top, "1" is the highest.
    change : str
        "add", "remove", or what changed of a part that stays. A changed
        threshold, band, limit, gate or cell is "set".
    before, after : Rule, Limit, Gate, Band, Cell, int or None
        The whole part in each version; None where there is none.
    needs : tuple of str
        Which of `FEATURES` the tool must have for what is to be set.
    """

    part: Part
    id: str
    change: Change
    before: Value = None
    after: Value = None
    needs: tuple[str, ...] = ()

    def support(self, tool: Tool) -> dict[str, Support]:
        """Return how a tool can do what this step needs, by feature."""
        return {feature: _SUPPORT[tool][feature] for feature in self.needs}


def change_steps(before: Ruleset | None, after: Ruleset) -> tuple[Step, ...]:
    """List what must be set so that the tool gives the points of `after`.

    Parameters
    ----------
    before : Ruleset or None
        What the tool gives today; None: nothing yet.
    after : Ruleset
        What it shall give.

    Returns
    -------
    tuple of Step
        Removals first, then changes and additions in the order of the file; the
        threshold and the bands last. A rule that changes in several ways has a
        step for each. Labels and locks alone are no work.

    Raises
    ------
    ReplayError
        If a version is the score of another tool.
    """
    for ruleset in (before, after):
        if ruleset is not None and ruleset.kind != "points":
            raise ReplayError(f"the ruleset {ruleset.id} is the score of another tool; it has no points to set")
    steps = [
        *_rules(() if before is None else before.rules, after.rules),
        *_parts("limit", _limits(before), _limits(after)),
        *_parts("gate", {} if before is None else _gates(before), _gates(after)),
        *_threshold(before, after),
        *_parts("band", {} if before is None else _bands(before), _bands(after)),
        *_parts("cell", _cells(before), _cells(after)),
    ]
    return tuple(sorted(steps, key=lambda step: step.change != "remove"))


def features_of(value: Value) -> tuple[str, ...]:
    """Return which of `FEATURES` a tool needs for a part."""
    if isinstance(value, Rule):
        return _rule_features(value)
    names = {Limit: "limit", Gate: "gate", Band: "band", Cell: "cell"}
    return tuple(name for kind, name in names.items() if isinstance(value, kind))


def _rule_features(rule: Rule) -> tuple[str, ...]:
    predicate = rule.predicate
    found = {
        "cap": rule.cap > 1 and not rule.tiers and isinstance(predicate, TouchPredicate),
        "tiers": bool(rule.tiers),
        "window": rule.within_days is not None,
        "half_life": rule.half_life_days is not None,
        "unknown": isinstance(predicate, AttributePredicate) and predicate.is_unknown,
        "bant": isinstance(predicate, BantPredicate),
        "rising": isinstance(predicate, RisingPredicate),
        "k_of": isinstance(predicate, KOfPredicate),
        "limit": bool(rule.group),
    }
    return tuple(name for name in FEATURES if found.get(name))


def _rules(before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Iterator[Step]:
    old, new = {rule.id: rule for rule in before}, {rule.id: rule for rule in after}
    for name, rule in old.items():
        if name not in new:
            yield Step(part="rule", id=name, change="remove", before=rule)
    for name, rule in new.items():
        needs = features_of(rule)
        if name not in old:
            yield Step(part="rule", id=name, change="add", after=rule, needs=needs)
            continue
        for change in _changes(old[name], rule):
            own = needs if change == "counting" else tuple(set(needs) & {"limit"}) if change == "group" else ()
            own = (
                tuple(n for n in needs if n in ("unknown", "bant", "rising", "k_of")) if change == "condition" else own
            )
            yield Step(part="rule", id=name, change=change, before=old[name], after=rule, needs=own)


def _changes(old: Rule, new: Rule) -> Iterator[Change]:
    if old.predicate != new.predicate:
        yield "condition"
    if _counting(old) != _counting(new):
        yield "counting"
    if old.points != new.points or [t.points for t in old.tiers] != [t.points for t in new.tiers]:
        yield "points"
    if old.group != new.group:
        yield "group"
    if old.axis != new.axis:
        yield "axis"


def _counting(rule: Rule) -> tuple[object, ...]:
    return rule.cap, rule.within_days, rule.half_life_days, tuple(tier.start for tier in rule.tiers)


def _parts(part: Part, old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[Step]:
    for name in old:
        if name not in new:
            yield Step(part=part, id=name, change="remove", before=old[name])
    for name, value in new.items():
        if name not in old:
            yield Step(part=part, id=name, change="add", after=value, needs=features_of(value))
        elif _meaning(old[name]) != _meaning(value):
            yield Step(part=part, id=name, change="set", before=old[name], after=value, needs=features_of(value))


def _meaning(value: Value) -> Value:
    """Where a part stands in its file is no part of what it means."""
    return replace(value, line=0) if isinstance(value, Limit | Gate) else value


def _limits(ruleset: Ruleset | None) -> dict[str, Value]:
    return {} if ruleset is None else {limit.id: limit for limit in (*ruleset.groups, *ruleset.axis_limits)}


def _gates(ruleset: Ruleset) -> dict[str, Value]:
    return {gate.id: gate for gate in ruleset.gates}


def _bands(ruleset: Ruleset) -> dict[str, Value]:
    """Return the bands by their place from the top; where the lowest begins says nothing."""
    lowest = ruleset.bands[0]
    bands = (replace(lowest, threshold=0) if len(ruleset.bands) > 1 else lowest, *ruleset.bands[1:])
    return {str(place): band for place, band in enumerate(bands[::-1], start=1)}


def _cells(ruleset: Ruleset | None) -> dict[str, Value]:
    if ruleset is None or ruleset.grid is None:
        return {}
    return {" ".join(cell.grades): cell for cell in ruleset.grid.cells}


def _threshold(before: Ruleset | None, after: Ruleset) -> Iterator[Step]:
    old = None if before is None else before.threshold
    if old != after.threshold:
        yield Step(part="threshold", id="threshold", change="set", before=old, after=after.threshold)
