"""What a definition asks of a lead: conditions, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """Asks for a score between `low` and `high`, both inclusive; `is_threshold` asks for that of the ruleset."""

    low: int | None = None
    high: int | None = None
    is_threshold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPart:
    """Asks for a score in one of the named bands of the ruleset."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePart:
    """Asks for the lead to have reached a stage, or one after it, no later than the moment."""

    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPart:
    """Asks what a condition of a ruleset asks."""

    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPart:
    """Asks for a part not to hold."""

    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPart:
    """Asks for at least `need` of several parts; all of them, or any, included."""

    parts: tuple[Part, ...]
    need: int

    @property
    def is_all(self) -> bool:
        """Whether all must hold."""
        return self.need == len(self.parts)


Leaf: TypeAlias = ScorePart | BandPart | StagePart | ConditionPart
Part: TypeAlias = Leaf | NotPart | GroupPart
Place: TypeAlias = tuple[int, ...]
"""Where a part stands: which of the parts, and which of its parts, and so on; () is the whole."""


def places(part: Part) -> Iterator[tuple[Place, Part]]:
    """Return every part within a part, itself first, with its place."""
    yield (), part
    inner: tuple[Part, ...] = ()
    if isinstance(part, GroupPart):
        inner = part.parts
    elif isinstance(part, NotPart):
        inner = (part.part,)
    for number, each in enumerate(inner):
        for place, found in places(each):
            yield (number, *place), found


def leaves(part: Part) -> tuple[Leaf, ...]:
    """Return the conditions that a part is made of, in order."""
    return tuple(found for _, found in places(part) if not isinstance(found, NotPart | GroupPart))


def with_part(part: Part, place: Place, new: Part | None) -> Part | None:
    """Return the same with another part at a place; None takes it away.

    A group that loses a part still asks for all if it asked for all before, and
    for no more than it has left otherwise. None when nothing is left.
    """
    if not place:
        return new
    if isinstance(part, NotPart):
        inner = with_part(part.part, place[1:], new)
        return None if inner is None else NotPart(part=inner)
    if not isinstance(part, GroupPart):
        raise ValueError(f"there is no place {place} in {part}")
    changed = with_part(part.parts[place[0]], place[1:], new)
    if changed is not None:
        return replace(part, parts=(*part.parts[: place[0]], changed, *part.parts[place[0] + 1 :]))
    rest = (*part.parts[: place[0]], *part.parts[place[0] + 1 :])
    if len(rest) < 2:
        return rest[0] if rest else None
    return GroupPart(parts=rest, need=len(rest) if part.is_all else min(part.need, len(rest)))


def resolved(part: Part, ruleset: Ruleset) -> Part:
    """Return the same with numbers in place of the threshold and the bands of a ruleset.

    A band that the ruleset does not have holds for no lead.
    """
    if isinstance(part, ScorePart) and part.is_threshold:
        return ScorePart(low=ruleset.threshold)
    if isinstance(part, BandPart):
        return _of_bands(part, ruleset)
    if isinstance(part, NotPart):
        return NotPart(part=resolved(part.part, ruleset))
    if isinstance(part, GroupPart):
        return replace(part, parts=tuple(resolved(each, ruleset) for each in part.parts))
    return part


def _of_bands(part: BandPart, ruleset: Ruleset) -> Part:
    found: list[Part] = []
    for number, band in enumerate(ruleset.bands):
        if band.name_ja in part.names or band.name_en in part.names:
            is_last = number + 1 == len(ruleset.bands)
            high = None if is_last else ruleset.bands[number + 1].threshold - 1
            found.append(ScorePart(low=band.threshold if number else None, high=high))
    if not found:
        return ScorePart(low=ruleset.max_score + 1)
    return found[0] if len(found) == 1 else GroupPart(parts=tuple(found), need=1)
