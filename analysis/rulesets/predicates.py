"""What a rule or a gate asks of a lead, once it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

MAX_CAP: Final = 200
"""Largest count a rule can ask for: the prepared history ranks the latest 255 touches of each type."""

MAX_WINDOW_DAYS: Final = 3650
"""Longest window; leave it out for "ever"."""

BANT_ITEMS: Final = ("budget", "authority", "needs", "timeframe")
BANT_ANSWERS: Final = ("yes", "no", "unknown")

OPT_OUT: Final = "@opt_out"
"""Name under which opt-outs lie among the attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchPredicate:
    """Which touches a rule counts; an empty tuple or None accepts all.

    Attributes
    ----------
    kinds, channels, contents : tuple of str
        Patterns, any of which must match; `*` stands for any characters.
    direction : str or None
        "inbound" or "outbound".
    """

    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    direction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePredicate:
    """Which value of an attribute a rule asks for; an unknown value matches only `is_unknown`.

    Attributes
    ----------
    field : str
        Column of `leads`, or with `is_fact` a field of `lead_facts` of your own.
    low, high : float or None
        Smallest and largest number, both inclusive.
    values : tuple
        Allowed values, or with `is_excluded` the values that are not allowed.
    patterns : tuple of str
        Texts, any of which must match; `*` stands for any characters.
    is_unknown : bool
        Asks for the attribute not being known.
    """

    field: str
    is_fact: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str | int | float | bool, ...] = ()
    is_excluded: bool = False
    patterns: tuple[str, ...] = ()
    is_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BantPredicate:
    """Asks for an answer to one question of BANT; a question nobody asked is "unknown".

    Attributes
    ----------
    item : str
        One of `BANT_ITEMS`.
    answers : tuple of str
        Any of `BANT_ANSWERS`.
    """

    item: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPredicate:
    """Asks for a lead that does not want to be mailed ("email"), called ("call"), or either ("any")."""

    channel: Literal["email", "call", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingPredicate:
    """Asks whether touches came more often lately than before, by the lead's own measure.

    With `n` touches younger than `days`, and `m` of the `baseline_days` before
    that, it holds when `n >= at_least`, `m >= 1` and
    `n / days >= times * m / baseline_days`. Of each lead the latest `MAX_CAP`
    matching touches are looked at.
    """

    touch: TouchPredicate
    days: int
    baseline_days: int
    times: Fraction
    at_least: int = 2


ValuePredicate: TypeAlias = AttributePredicate | BantPredicate | OptOutPredicate
SimplePredicate: TypeAlias = TouchPredicate | ValuePredicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A predicate that holds or does not: touches must occur `at_least` so often `within_days`."""

    predicate: SimplePredicate
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KOfPredicate:
    """Asks for at least `need` of several conditions."""

    conditions: tuple[Condition, ...]
    need: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideScore:
    """The score that another tool gave, as whole points.

    Attributes
    ----------
    scorer : str
        As in the table `scores`.
    axes : tuple of str
        Which of its axes; of several the sum, and only of leads that have them all.
    scale : int
        Points per unit; the score (of several axes, their sum) is multiplied by it
        and rounded, halves upwards.
    low, high : int
        Range of the points; a lead without a score stands one point below.
    """

    scorer: str
    axes: tuple[str, ...]
    scale: int
    low: int
    high: int


Predicate: TypeAlias = SimplePredicate | RisingPredicate | KOfPredicate | OutsideScore


def field_of(predicate: ValuePredicate) -> str:
    """Return the name under which the values of a predicate lie in the dictionary of attributes."""
    if isinstance(predicate, OptOutPredicate):
        return OPT_OUT
    return f"@bant_{predicate.item}" if isinstance(predicate, BantPredicate) else predicate.field


def glob(pattern: str) -> str:
    """Return a pattern in which only `*` is special as a regular expression."""
    return ".*".join(re.escape(piece) for piece in pattern.split("*"))
