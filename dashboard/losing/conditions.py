"""Conditions in words: "Source: content site × first contact: late"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.losses.facts import HANDLING, MONTH, RULE, TOUCH
from analysis.losses.snippets import Condition
from analysis.rulesets import Ruleset
from dashboard import people
from dashboard.figures.segments import segment_name
from dashboard.losing import words
from dashboard.masking import mask_text
from dashboard.texts import Speaker


def condition_name(condition: Condition, points: Ruleset, say: Speaker, *, is_revealed: bool) -> str:
    """Return a condition in words; people are masked unless revealed."""
    parts = [
        say(
            "condition.fact",
            name=say(f"condition.dimension.{name}"),
            value=_value(name, label, points, say, is_revealed),
        )
        for name, label in condition
    ]
    return say("condition.and").join(parts)


def condition_code(condition: Condition, known: Mapping[str, int]) -> str:
    """Return the stable code of a condition, for addresses: people by their numbers, from `people.numbers`."""
    return "+".join(f"{name}:{people.hidden(name, label, known)}" for name, label in condition)


def _value(name: str, label: str, points: Ruleset, say: Speaker, is_revealed: bool) -> str:
    if name == RULE:
        return words.rule_label(points, label, say)
    if name == TOUCH:
        return say.word("touches", label)
    if name == HANDLING:
        return say(f"condition.handling.{label}")
    if name == MONTH:
        return say.month(pd.Timestamp(label))
    if name == people.OWNER and label and not is_revealed:
        return mask_text(label)
    return segment_name(name, label, say)


def decimals(value: Any, say: Speaker) -> str:
    """Write a count that is an estimate: whole from ten upwards."""
    if pd.isna(value):
        return say("condition.nothing")
    return say.count(round(value)) if abs(value) >= 10 else f"{value:.1f}"
