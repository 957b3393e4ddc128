"""What a number counted, so that its leads can be asked for: see `analysis.lead_list`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from analysis.durations import Span
from analysis.journey_funnel import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Which leads, by an attribute.

    Attributes
    ----------
    dimension : str
        One of `journey_funnel.DIMENSIONS`, "origin", or "all".
    labels : tuple of str
        Values of the attribute, '' for unknown; empty: every value.
    is_rest : bool
        Leads with any other value, as in a group of small ones.
    """

    dimension: str = "all"
    labels: tuple[str, ...] = ()
    is_rest: bool = False


EVERYBODY = Group()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Journeys that reached a stage, as `journey_funnel.JourneyFunnel.steps` counts them.

    Attributes
    ----------
    stage : str
        Stage that was reached.
    not_on_to : str or None
        Only those that did not go on to this stage (n_previous - n_followed of
        its step); cohort view only.
    question : Question
        How reaching is counted.
    group : Group
        Which leads.
    """

    stage: str
    not_on_to: str | None = None
    question: Question = field(default_factory=Question)
    group: Group = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Leads created in the period that came to a stage or further, as sources, months and bottlenecks count them.

    Attributes
    ----------
    stage : str
        Stage to come to; the first one asks for all.
    not_on_to : str or None
        Only those that did not come to this stage or further.
    is_mature, is_in_horizon : bool
        Only leads created a horizon ago; only what happened within a horizon of
        their creation.
    group : Group
        Which leads.
    """

    stage: str
    not_on_to: str | None = None
    is_mature: bool = False
    is_in_horizon: bool = False
    group: Group = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The stock of a stage, as `ageing.Ageing.stages` counts it; with `over_days`, only leads there for longer."""

    stage: str
    over_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Leads that left a stage by one of its exits, as `exits.stage_exits` counts them."""

    stage: str
    exit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanned:
    """Leads between two stages, as `durations.time_to_convert` counts them.

    Attributes
    ----------
    span : Span
        From which stage to which; entry into the first lies in the period.
    outcome : {"all", "reached", "lost", "open"}
        What became of them: moved on, lost on the way, or still waiting.
    group : Group
        Which leads.
    """

    span: Span
    outcome: Literal["all", "reached", "lost", "open"] = "all"
    group: Group = EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Handoffs of the period, one row each, as the key numbers of `overview.overview` count them.

    Attributes
    ----------
    state : str
        "all"; "accepted", "rejected", "answered" (either) or "unanswered";
        "contacted" (within `overview.FOLLOW_HOURS`) or "waiting".
    """

    state: Literal["all", "accepted", "rejected", "answered", "unanswered", "contacted", "waiting"] = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Handoffs of the period by what came of them, as `calibration.calibrate` counts them.

    Attributes
    ----------
    outcome : {"mature", "won", "immature"}
        Old enough to judge; of them, won within the horizon; too young.
    """

    outcome: Literal["mature", "won", "immature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Won leads by a touch before the win, as `attribution.attribution` counts them.

    Attributes
    ----------
    attribute : str
        One of `attribution.ATTRIBUTES`.
    label : str
        Its value, '' for unknown.
    place : {"any", "first", "last", "none"}
        Where the touch stands among those before the win; "none" asks for wins
        without any.
    """

    attribute: str
    label: str = ""
    place: Literal["any", "first", "last", "none"] = "any"


Condition: TypeAlias = Reached | Created | Standing | Left | Spanned | HandedOver | Decided | Touched
