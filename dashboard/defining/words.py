"""Definitions and their conditions in words."""

from __future__ import annotations

from analysis.definitions import (
    BandPart,
    ConditionPart,
    Definition,
    GroupPart,
    NotPart,
    Part,
    ScorePart,
    StagePart,
)
from dashboard.handover import phrases
from dashboard.texts import Speaker


def definition_name(definition: Definition, say: Speaker, *, is_older: bool = False) -> str:
    """Return what a definition is called: a name of its own if it was published, else term and department."""
    if definition.id:
        return say(f"definitions.published.{definition.id}")
    term, by = say(f"definitions.term.{definition.term}"), say(f"definitions.by.{definition.by}")
    if is_older and definition.valid_from is not None:
        return say("definitions.name_older", term=term, by=by, date=say.date(definition.valid_from))
    return say("definitions.name", term=term, by=by)


def definition_text(definition: Definition, say: Speaker) -> str:
    """Return the wording in the reader's language."""
    return str(getattr(definition, f"text_{say.language}"))


def part_text(part: Part, say: Speaker) -> str:
    """Say what a condition asks of a lead."""
    if isinstance(part, ScorePart):
        return _score(part, say)
    if isinstance(part, BandPart):
        return say("definitions.part.band", names=say("phrase.or").join(part.names))
    if isinstance(part, StagePart):
        return say("definitions.part.stage", stage=say.word("stages", part.stage))
    if isinstance(part, ConditionPart):
        return phrases.condition(part.condition, say)
    if isinstance(part, NotPart):
        return say("definitions.part.not", what=part_text(part.part, say))
    return _group(part, say)


def _score(part: ScorePart, say: Speaker) -> str:
    if part.is_threshold:
        return say("definitions.part.threshold")
    if part.low is not None and part.high is not None:
        return say("definitions.part.between", low=part.low, high=part.high)
    if part.low is not None:
        return say("definitions.part.from", low=part.low)
    return say("definitions.part.to", high=part.high)


def _group(group: GroupPart, say: Speaker) -> str:
    texts = [_inside(each, say) for each in group.parts]
    if group.is_all:
        return say("definitions.part.all", parts=say("phrase.and").join(texts))
    parts = say("definitions.part.semicolon").join(texts)
    if group.need == 1:
        return say("definitions.part.any", parts=parts)
    return say("definitions.part.k_of", need=group.need, parts=parts)


def _inside(part: Part, say: Speaker) -> str:
    text = part_text(part, say)
    return say("definitions.part.nested", what=text) if isinstance(part, GroupPart) else text
