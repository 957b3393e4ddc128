"""What a ruleset is once it was read: rules, gates and bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Axis: TypeAlias = Literal["fit", "engagement"]
AXES: Final[tuple[Axis, ...]] = ("fit", "engagement")

MAX_CAP: Final = 200
"""Largest `cap`: the prepared history ranks the latest 255 touches of each type."""

MAX_WINDOW_DAYS: Final = 3650
"""Longest `within_days`; leave it out for "ever"."""


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
    is_unknown : bool
        Asks for the attribute not being known.
    """

    field: str
    is_fact: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str | int | float | bool, ...] = ()
    is_excluded: bool = False
    is_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPredicate:
    """Asks for a lead that does not want to be mailed ("email"), called ("call"), or either ("any")."""

    channel: Literal["email", "call", "any"]


Predicate: TypeAlias = TouchPredicate | AttributePredicate | OptOutPredicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Points for something a lead did, or is.

    Attributes
    ----------
    cap : int
        How often the rule counts at most; 1 when it counts once.
    within_days : int or None
        Only touches less than so many times 24 hours before the decision count; None: all.
    is_locked : bool
        Agreed not to be tuned.
    line : int
        Line of the file on which the rule begins.
    """

    id: str
    label_ja: str
    label_en: str
    axis: Axis
    points: int
    predicate: TouchPredicate | AttributePredicate
    cap: int = 1
    within_days: int | None = None
    is_locked: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A reason not to hand a lead over whatever it scored; never points."""

    id: str
    label_ja: str
    label_en: str
    predicate: AttributePredicate | OptOutPredicate
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Scores that are treated alike, from `threshold` upwards."""

    name_ja: str
    name_en: str
    threshold: int
    owner: str
    action_ja: str
    action_en: str

    @property
    def action(self) -> str:
        """What is done with these leads, in English."""
        return self.action_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Points, gates and bands that two departments agreed on.

    Attributes
    ----------
    id, version : str, int
        Name and number; a change of a released version is a new version.
    valid_from : date or None
        Day from which it is meant to be used.
    outcome : str
        Stage that counts as success.
    threshold : int
        Score from which a lead is handed over.
    rules, gates : tuples
        In the order of the file.
    bands : tuple of Band
        Ascending; scores below the lowest threshold belong to the lowest band.
    is_released : bool
        The text equals what was released; False for a draft.
    content_hash : str
        SHA-256 of the text.
    path : str
        Where it was read.
    """

    id: str
    version: int
    label_ja: str
    label_en: str
    outcome: str
    threshold: int
    rules: tuple[Rule, ...]
    bands: tuple[Band, ...]
    gates: tuple[Gate, ...] = ()
    valid_from: date | None = None
    is_released: bool = False
    content_hash: str = ""
    path: str = ""

    @property
    def points(self) -> NDArray[np.int64]:
        """Points of each rule, shape (n_rules,)."""
        return np.array([rule.points for rule in self.rules], dtype=np.int64)

    @property
    def min_score(self) -> int:
        """Lowest score the rules allow."""
        return sum(min(rule.points, 0) * rule.cap for rule in self.rules)

    @property
    def max_score(self) -> int:
        """Highest score the rules allow."""
        return sum(max(rule.points, 0) * rule.cap for rule in self.rules)

    def band_of(self, score: int) -> Band:
        """Return the band to which `score` belongs."""
        reached = [band for band in self.bands if band.threshold <= score]
        return reached[-1] if reached else self.bands[0]

    def with_points(self, points: Mapping[str, int]) -> Ruleset:
        """Return the same rules with other points; needs no new replay.

        Parameters
        ----------
        points : mapping of str to int
            New points by rule id; rules that are not named keep theirs.

        Raises
        ------
        KeyError
            If there is no rule of that name.
        """
        unknown = set(points) - {rule.id for rule in self.rules}
        if unknown:
            raise KeyError(f"no rule called {', '.join(sorted(unknown))}")
        rules = tuple(replace(rule, points=int(points.get(rule.id, rule.points))) for rule in self.rules)
        return replace(self, rules=rules, is_released=False)

    def table(self) -> pd.DataFrame:
        """Return the rules as a table: one row per rule, in the order of the file."""
        columns = ("id", "label_ja", "label_en", "axis", "points", "cap", "within_days", "is_locked")
        rows = [{name: getattr(rule, name) for name in columns} for rule in self.rules]
        table = pd.DataFrame(rows, columns=list(columns)).rename(columns={"id": "rule_id"})
        table["within_days"] = table["within_days"].astype("Int64")
        table.insert(0, "rule_no", range(len(table)))
        return table
