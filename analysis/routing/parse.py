"""From the text of `handoff_rules.toml` to handoff rules, or one line that says what is wrong with it."""

from __future__ import annotations

from typing import Any, Final, cast

from analysis.routing.model import Asked, HandoffRules, RoutingRule
from analysis.rulesets.definitions import SHAPES, Shape
from analysis.rulesets.fields import Fields, Source, show
from analysis.rulesets.files import parsed
from analysis.rulesets.parse_rules import read_gate, read_rule
from analysis.rulesets.predicates import KOfPredicate
from data.errors import LeadcalError

MAX_RULES: Final = 60
"""More than a meeting can hold in mind, and than one question can answer."""

_ACTION: Final = ("owner", "action", "deadline_hours")
_KINDS: Final = ("touch", "attribute", "bant", "opt_out", "rising", "k_of")
_SCORED: Final = ("points", "axis", "group", "locked", "repeat", "cap", "tiers", "half_life_days")
_SHAPE: Final = Shape(tuple(key for key in SHAPES["band"].keys if key.name in _ACTION))


class RoutingError(LeadcalError):
    """Handoff rules cannot be used as they stand. `str()` is one line that says where and what to do."""


def parse_routing(text: str, name: str = "handoff_rules.toml", *, is_shipped: bool = False) -> HandoffRules:
    """Read handoff rules.

    Parameters
    ----------
    text : str
        TOML, as described in `docs/routing.md`.
    name : str
        File name for errors.
    is_shipped : bool
        Whether they came with the program.

    Raises
    ------
    RoutingError
        If the text is no TOML, or has unknown or missing keys, or wrong values.
    """
    source = parsed(text, name, RoutingError, "see docs/routing.md")
    return HandoffRules(rules=_rules(source), path=name, is_shipped=is_shipped)


def _rules(source: Source) -> tuple[RoutingRule, ...]:
    top = Fields(source, (), source.data, "the file")
    rules: dict[str, RoutingRule] = {}
    for number, data in enumerate(top.tables("rule")):
        rule = _rule(source, number, data)
        if rule.id in rules:
            source.fail(
                ("rule", number, "id"),
                f'id = "{rule.id}" is taken by line {rules[rule.id].line}; give each rule an id of its own',
            )
        rules[rule.id] = rule
    top.finish()
    if not rules:
        source.fail((), "there are no rules; add a [[rule]] with id, kind, owner and action")
    if len(rules) > MAX_RULES:
        source.fail(("rule", MAX_RULES), f"there are {len(rules)} rules; write at most {MAX_RULES}")
    return tuple(rules.values())


def _rule(source: Source, number: int, data: Any) -> RoutingRule:
    path = ("rule", number)
    title = f"rule {data['id']}" if isinstance(data, dict) and isinstance(data.get("id"), str) else f"rule {number + 1}"
    whole = Fields(source, path, data, title)
    for key in _SCORED:
        if key in data:
            whole.fail(key, f"{key} = {show(data[key])} belongs to points, not to handoff rules; remove it")
    acted = Fields(source, path, {key: data[key] for key in _ACTION if key in data}, title)
    acted.shape = _SHAPE
    acted.required("owner", '"inside_sales"')
    acted.required("action", '{ ja = "…", en = "…" }')
    action_ja, action_en = acted.get("action")
    line = source.line(path)
    identifier, label_ja, label_en, predicate = _asked(source, number, data, title, line)
    return RoutingRule(
        id=identifier,
        label_ja=label_ja,
        label_en=label_en,
        predicate=predicate,
        owner=acted.get("owner"),
        action_ja=action_ja,
        action_en=action_en,
        deadline_hours=acted.get("deadline_hours"),
        line=line,
    )


def _asked(source: Source, number: int, data: dict[str, Any], title: str, line: int) -> tuple[str, str, str, Asked]:
    """Read who is meant, as a gate or as a rule with a point: they know every predicate there is."""
    asked = {key: value for key, value in data.items() if key not in _ACTION}
    kind = Fields(source, ("rule", number), asked, title).choice("kind", _KINDS)
    if kind in ("rising", "k_of"):
        fields = Fields(source, ("rule", number), {**asked, "points": 1, "axis": "engagement"}, title)
        rule = read_rule(fields, line, {})
        fields.finish()
        return rule.id, rule.label_ja, rule.label_en, cast("Asked", rule.predicate)
    fields = Fields(source, ("rule", number), asked, title)
    try:
        gate = read_gate(fields, line)
        fields.finish()
    except RoutingError as error:
        raise RoutingError(str(error).replace("gate ", "rule ")) from error
    return gate.id, gate.label_ja, gate.label_en, KOfPredicate(conditions=(gate.condition,), need=1)
