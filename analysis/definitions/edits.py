"""The small changes of a definition that a meeting can agree on, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from analysis.definitions.parts import (
    ConditionPart,
    GroupPart,
    Leaf,
    NotPart,
    Part,
    Place,
    ScorePart,
    StagePart,
    leaves,
    places,
    with_part,
)
from analysis.rulesets.predicates import AttributePredicate, TouchPredicate

EditKind: TypeAlias = Literal["drop", "change", "require", "allow"]

WINDOWS: Final = (7, 14, 30, 60, 90, 180, 365)
"""Days that people agree on."""

_MAX_SCORES: Final = 200
_STEPS: Final = (1.0, 2.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a definition.

    Attributes
    ----------
    kind : str
        "drop": a condition less. "change": another number or stage in one. "require": one more
        condition that must hold, too. "allow": one more that is enough by itself.
    part : Part
        The definition after the change.
    old, new : Part or None
        What went, and what came in its place.
    """

    kind: EditKind
    part: Part
    old: Part | None = None
    new: Part | None = None


def edits(part: Part, other: Part, scores: tuple[int, int], stages: tuple[str, ...]) -> tuple[Edit, ...]:
    """Return every small change of a definition.

    Parameters
    ----------
    part : Part
        The definition, as from `parts.resolved`.
    other : Part
        The one it is held against: its conditions can be taken over.
    scores : (int, int)
        Lowest and highest score there is.
    stages : tuple of str
        Stages in their order.

    Returns
    -------
    tuple of Edit
        Without repetitions, and without those that leave nothing or change nothing.
    """
    found: dict[str, Edit] = {}
    for edit in (*_changed(part, scores, stages), *_dropped(part), *_added(part, other)):
        if edit.part != part:
            found.setdefault(repr(edit.part), edit)
    return tuple(found.values())


def _changed(part: Part, scores: tuple[int, int], stages: tuple[str, ...]) -> Iterator[Edit]:
    for place, found in places(part):
        for new in _alternatives(found, scores, stages):
            changed = with_part(part, place, new)
            if changed is not None:
                yield Edit(kind="change", part=changed, old=found, new=new)


def _dropped(part: Part) -> Iterator[Edit]:
    for place, found in places(part):
        changed = with_part(part, place, None) if place and not _is_negated(part, place) else None
        if changed is not None:
            yield Edit(kind="drop", part=changed, old=found)


def _added(part: Part, other: Part) -> Iterator[Edit]:
    own = {repr(leaf) for leaf in leaves(part)}
    for found in _conditions(other):
        if repr(found) not in own:
            yield Edit(kind="require", part=_joined(part, found, "all"), new=found)
            yield Edit(kind="allow", part=_joined(part, found, "any"), new=found)


def _conditions(part: Part) -> Iterator[Part]:
    """Return the single conditions of a definition, negated where they are negated there; never all of it."""
    if isinstance(part, GroupPart):
        for each in part.parts:
            yield from _conditions(each)
    elif not isinstance(part, NotPart) or not isinstance(part.part, GroupPart | NotPart):
        yield part


def _joined(part: Part, new: Part, how: Literal["all", "any"]) -> Part:
    is_open = isinstance(part, GroupPart) and (part.is_all if how == "all" else part.need == 1)
    parts = (*part.parts, new) if is_open and isinstance(part, GroupPart) else (part, new)
    return GroupPart(parts=parts, need=len(parts) if how == "all" else 1)


def _is_negated(part: Part, place: Place) -> bool:
    """Whether a part is what a negation is about: without it the negation would go, too."""
    around = dict(places(part))[place[:-1]]
    return isinstance(around, NotPart)


def _alternatives(part: Part, scores: tuple[int, int], stages: tuple[str, ...]) -> Iterator[Part]:
    if isinstance(part, GroupPart):
        needs = {part.need - 1, part.need + 1, 1, len(part.parts)} - {part.need}
        yield from (replace(part, need=need) for need in sorted(needs) if 1 <= need <= len(part.parts))
    elif isinstance(part, ScorePart):
        yield from _scores(part, scores)
    elif isinstance(part, StagePart):
        yield from _stages(part, stages)
    elif isinstance(part, ConditionPart):
        yield from _conditions_like(part)


def _scores(part: ScorePart, scores: tuple[int, int]) -> Iterator[Leaf]:
    low, high = scores
    if part.low is not None:
        tops = range(max(low, part.low - _MAX_SCORES), min(part.high or high, high, part.low + _MAX_SCORES) + 1)
        yield from (replace(part, low=score) for score in tops if score != part.low)
    if part.high is not None:
        first = max(low if part.low is None else part.low, part.high - _MAX_SCORES)
        yield from (replace(part, high=score) for score in range(first, high + 1) if score != part.high)


def _stages(part: StagePart, stages: tuple[str, ...]) -> Iterator[Leaf]:
    if part.stage in stages:
        place = stages.index(part.stage)
        yield from (StagePart(stage=stages[n]) for n in (place - 1, place + 1) if 0 <= n < len(stages))


def _conditions_like(part: ConditionPart) -> Iterator[Leaf]:
    condition = part.condition
    predicate = condition.predicate
    if isinstance(predicate, TouchPredicate):
        for n in (condition.at_least - 1, condition.at_least + 1):
            if n >= 1:
                yield ConditionPart(condition=replace(condition, at_least=n))
        for days in _windows(condition.within_days):
            yield ConditionPart(condition=replace(condition, within_days=days))
    elif isinstance(predicate, AttributePredicate):
        for end in ("low", "high"):
            value = getattr(predicate, end)
            for other in () if value is None else _round_numbers(value):
                changed = replace(predicate, low=other) if end == "low" else replace(predicate, high=other)
                if changed.low is None or changed.high is None or changed.low <= changed.high:
                    yield ConditionPart(condition=replace(condition, predicate=changed))


def _windows(days: int | None) -> Iterator[int | None]:
    """Return the next shorter and the next longer usual window, and no window at all."""
    shorter = [window for window in WINDOWS if days is None or window < days]
    longer = [window for window in WINDOWS if days is not None and window > days]
    yield from (*shorter[-1:], *longer[:1])
    if days is not None:
        yield None


def _round_numbers(value: float) -> Iterator[float]:
    """Return the next round number below and above; 99 stands for "fewer than 100"."""
    if value <= 0:
        return
    offset = 1 if float(value + 1).is_integer() and (value + 1) in _ladder(value + 1) else 0
    ladder = _ladder(value + offset)
    below = [step for step in ladder if step < value + offset]
    above = [step for step in ladder if step > value + offset]
    yield from (step - offset for step in (*below[-1:], *above[:1]) if step - offset > 0)


def _ladder(value: float) -> list[float]:
    digits = len(str(int(abs(value))))
    return [step * 10.0**power for power in range(max(digits - 2, 0), digits + 2) for step in _STEPS]
