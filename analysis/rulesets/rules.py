"""One rule, one gate, one band: the parts of a ruleset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from analysis.rulesets.predicates import Condition, Predicate, SimplePredicate

Axis: TypeAlias = Literal["fit", "engagement"]
AXES: Final[tuple[Axis, ...]] = ("fit", "engagement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Points for a rule that fired at least `start` times, and less than the next tier asks for."""

    start: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Points for something a lead did, or is.

    Attributes
    ----------
    points : int
        What the rule gives each time; with tiers, what the highest tier gives.
    cap : int
        How often the rule counts at most, the latest touches first; 1 when it
        counts once. With tiers: where the highest begins.
    within_days : int or None
        Only touches less than so many times 24 hours before the decision count; None: all.
    tiers : tuple of Tier
        Ascending; empty when each time counts alike.
    half_life_days : int or None
        Every so many times 24 hours the points of a touch halve; see `columns.decayed`.
    group : str
        Group whose limit the points share; empty for none.
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
    predicate: Predicate
    cap: int = 1
    within_days: int | None = None
    tiers: tuple[Tier, ...] = ()
    half_life_days: int | None = None
    group: str = ""
    is_locked: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The least and the most points that a group of rules, or an axis, gives.

    Attributes
    ----------
    id : str
        The group, or the axis.
    low, high : int or None
        None: no limit on that side.
    """

    id: str
    label_ja: str
    label_en: str
    low: int | None = None
    high: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A reason not to hand a lead over whatever it scored; never points.

    `at_least` and `within_days` are for gates that ask for touches.
    """

    id: str
    label_ja: str
    label_en: str
    predicate: SimplePredicate
    at_least: int = 1
    within_days: int | None = None
    line: int = 0

    @property
    def condition(self) -> Condition:
        """What shuts the gate."""
        return Condition(predicate=self.predicate, at_least=self.at_least, within_days=self.within_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Scores that are treated alike, from `threshold` upwards.

    Attributes
    ----------
    owner : str
        Department that acts; "-" when nobody was named.
    deadline_hours : int or None
        Hours in which it acts; None when none was agreed.
    """

    name_ja: str
    name_en: str
    threshold: int
    owner: str
    action_ja: str
    action_en: str
    deadline_hours: int | None = None

    @property
    def action(self) -> str:
        """What is done with these leads, in English."""
        return self.action_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One grade of an axis: points from `threshold` upwards."""

    grade: str
    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Grades of the grid that are treated alike; see `Band`."""

    grades: tuple[str, ...]
    name_ja: str
    name_en: str
    owner: str
    action_ja: str
    action_en: str
    deadline_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Two axes at once: a grade of fit and one of engagement, such as A1.

    Attributes
    ----------
    fit, engagement : tuple of Level
        Ascending; points below the lowest threshold have the lowest grade.
    cells : tuple of Cell
        Each grade belongs to exactly one.
    """

    fit: tuple[Level, ...]
    engagement: tuple[Level, ...]
    cells: tuple[Cell, ...]

    @property
    def grades(self) -> tuple[str, ...]:
        """All grades, best first: A1, A2, … C3."""
        return tuple(fit.grade + other.grade for fit in self.fit[::-1] for other in self.engagement[::-1])

    def cell_of(self, grade: str) -> Cell:
        """Return the cell to which a grade belongs."""
        return next(cell for cell in self.cells if grade in cell.grades)

    def grade_of(self, fit: int, engagement: int) -> str:
        """Return the grade of these points."""
        return _grade(self.fit, fit) + _grade(self.engagement, engagement)


def _grade(levels: tuple[Level, ...], points: int) -> str:
    reached = [level for level in levels if level.threshold <= points]
    return (reached or levels[:1])[-1].grade
