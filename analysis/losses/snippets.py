"""A condition as a rule that the ruleset language can say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from analysis.decided import ATTRIBUTES, SIZES
from analysis.losses.facts import RULE, TOUCH
from analysis.rulesets import Ruleset
from analysis.rulesets.predicates import AttributePredicate, TouchPredicate

Condition = tuple[tuple[str, str], ...]

_FACT_AXIS: Final = "fit"


def rule_text(condition: Condition, points: int, ruleset: Ruleset, labels: Mapping[str, str] | None = None) -> str:
    """Return a condition as the text of a rule, to be copied into a ruleset.

    Parameters
    ----------
    condition : tuple of (str, str)
        Names of dimensions and labels, as in `analysis.losses.subgroups.Subgroups`.
    points : int
        What it is worth; for a single rule of the ruleset, what it is worth beyond its own points.
    ruleset : Ruleset
        Where the rules of the condition are found.
    labels : mapping, optional
        What people read, by language ("ja", "en"); codes when left out.

    Returns
    -------
    str
        Empty when the language cannot say it, such as "handled late", which nobody knows at the handoff.
    """
    asked = [_asked(name, label, ruleset) for name, label in condition]
    if not asked or any(not lines for lines in asked):
        return ""
    words = [f"{name} {label or 'unknown'}" for name, label in condition]
    identifier = re.sub(r"[^a-z0-9]+", "_", " ".join(words).lower()).strip("_") or "new_rule"
    axis = "engagement" if all('kind = "touch"' in lines for lines in asked) else _FACT_AXIS
    head = [
        "[[rule]]",
        f"id = {_text(f'{identifier}_found')}",
        f"label = {_label(labels or {'en': ' + '.join(words)})}",
        f'axis = "{axis}"',
    ]
    if len(asked) == 1:
        return "\n".join([*head, *asked[0], f"points = {points}"]) + "\n"
    parts = [line for lines in asked for line in ("", "[[rule.of]]", *lines)]
    return "\n".join([*head, 'kind = "k_of"', 'need = "all"', f"points = {points}", *parts]) + "\n"


def _label(labels: Mapping[str, str]) -> str:
    if len(labels) == 1:
        return _text(next(iter(labels.values())))
    return f"{{ {', '.join(f'{language} = {_text(text)}' for language, text in labels.items())} }}"


def _asked(name: str, label: str, ruleset: Ruleset) -> list[str]:
    """Return the lines that ask for one fact; none when the language cannot."""
    if name == TOUCH:
        return ['kind = "touch"', f"touch = {_text(label)}"]
    if name == RULE:
        return _of_rule(label, ruleset)
    if name not in ATTRIBUTES:
        return []
    lines = ['kind = "attribute"', f"field = {_text(ATTRIBUTES[name])}"]
    if not label:
        return [*lines, "is_unknown = true"]
    if name == "company_size":
        return [*lines, *_size(label)]
    return [*lines, f"in = [{label if name == 'is_inbound' else _text(label)}]"]


def _size(label: str) -> list[str]:
    names = [name for _, name in SIZES]
    place = names.index(label)
    low = [f"min = {int(SIZES[place - 1][0])}"] if place else ["min = 1"]
    high = [f"max = {int(SIZES[place][0]) - 1}"] if place < len(SIZES) - 1 else []
    return [*low, *high]


def _of_rule(rule_id: str, ruleset: Ruleset) -> list[str]:
    rule = next(each for each in ruleset.rules if each.id == rule_id)
    predicate = rule.predicate
    within = [f"within_days = {rule.within_days}"] if rule.within_days is not None else []
    if isinstance(predicate, TouchPredicate):
        lists = (("touch", predicate.kinds), ("channel", predicate.channels), ("content", predicate.contents))
        asked = [f"{key} = {_list(values)}" for key, values in lists if values]
        direction = [f"direction = {_text(predicate.direction)}"] if predicate.direction else []
        return ['kind = "touch"', *asked, *direction, *within]
    if isinstance(predicate, AttributePredicate):
        return _of_attribute(predicate)
    return []


def _of_attribute(predicate: AttributePredicate) -> list[str]:
    lines = ['kind = "attribute"', f"{'fact' if predicate.is_fact else 'field'} = {_text(predicate.field)}"]
    if predicate.is_unknown:
        return [*lines, "is_unknown = true"]
    ends = (("min", predicate.low), ("max", predicate.high))
    lines += [
        f"{key} = {value:g}" if value % 1 else f"{key} = {int(value)}" for key, value in ends if value is not None
    ]
    lines += [f"{'not_in' if predicate.is_excluded else 'in'} = {_list(predicate.values)}"] if predicate.values else []
    return lines + ([f"like = {_list(predicate.patterns)}"] if predicate.patterns else [])


def _list(values: Sequence[str | int | float | bool]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _text(value: str | float | bool) -> str:
    # JSON's texts, numbers and truth values are TOML's, too.
    return json.dumps(value, ensure_ascii=False)
