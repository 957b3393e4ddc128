"""What a handoff rule is once it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from analysis.rulesets.model import Ruleset
from analysis.rulesets.predicates import KOfPredicate, RisingPredicate
from analysis.rulesets.rules import Axis, Band, Rule

Asked: TypeAlias = KOfPredicate | RisingPredicate

_EVERYTHING: Final = Band(name_ja="-", name_en="-", threshold=0, owner="-", action_ja="-", action_en="-")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Whoever is like this is taken care of by that department, in that way, by then.

    Attributes
    ----------
    predicate : KOfPredicate or RisingPredicate
        Who is meant. A single condition is one of one.
    owner : str
        Department that acts.
    action_ja, action_en : str
        What it does.
    deadline_hours : int or None
        Hours in which it does so; None when none was agreed.
    line : int
        Line of the file on which the rule begins.
    """

    id: str
    label_ja: str
    label_en: str
    predicate: Asked
    owner: str
    action_ja: str
    action_en: str
    deadline_hours: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRules:
    """The agreement who takes care of which lead.

    Attributes
    ----------
    rules : tuple of RoutingRule
        In the order of the file; the order does not decide anything.
    path : str
        Where they were read.
    is_shipped : bool
        They came with the program; the company has not written its own.
    """

    rules: tuple[RoutingRule, ...]
    path: str = ""
    is_shipped: bool = False

    @property
    def owners(self) -> tuple[str, ...]:
        """Departments that act, each once, in the order of the file."""
        return tuple(dict.fromkeys(rule.owner for rule in self.rules))


def yes_or_no(predicates: Sequence[tuple[str, Asked, Axis, int]]) -> Ruleset:
    """Put conditions to a replay as a ruleset: rules that hold or not, so that one statement answers them all.

    Parameters
    ----------
    predicates : sequence of tuples
        Id, what is asked, axis, and points for a rule that holds.
    """
    rules = tuple(
        Rule(id=name, label_ja=name, label_en=name, axis=axis, points=points, predicate=predicate)
        for name, predicate, axis, points in predicates
    )
    return Ruleset(
        id="routing",
        version=1,
        label_ja="routing",
        label_en="routing",
        outcome="won",
        threshold=0,
        rules=rules,
        bands=(_EVERYTHING,),
    )
