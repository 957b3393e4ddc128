"""The leads behind a number: whoever asks gets exactly those that were counted.

Every count on a page has a condition here that chooses the same leads by the same
definition, so that the length of the list is the number itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from analysis.conditions import (
    Condition,
    Created,
    Decided,
    Group,
    HandedOver,
    Left,
    Reached,
    Spanned,
    Standing,
    Touched,
)
from analysis.durations import positions
from analysis.funnel import recorded_stages, stage_table
from analysis.journey_funnel import SALES_SOURCES, TELE_SOURCES, Question, known_until
from analysis.journeys import decode, goes_on, reached
from analysis.overview import FOLLOW_HOURS
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

N_SHOWN: Final = 200
"""Nobody reads more on a screen."""

N_EXPORTED: Final = 100_000
"""A spreadsheet can hold these; more is a job for the command line."""

_OUTCOMES: Final = {"immature": (2,), "mature": (3, 4), "won": (4,)}
"""What `sql/decisions.sql` calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadList:
    """The leads behind a number.

    Attributes
    ----------
    rows : DataFrame
        Latest first, at most as many as were asked for: `lead_id`, `pass_no`,
        `reached_at` (when the condition was met, UTC), `company`, `source`,
        `campaign`, `industry`, `region`, `owner`, `created_at`, `stage`
        (furthest by as_of), `amount` (yen of won deals).
    n_leads : int
        How many there are in all: the number that was asked about.
    """

    rows: pd.DataFrame
    n_leads: int


def lead_list(engine: Engine, selection: Selection, condition: Condition, n_rows: int = N_SHOWN) -> LeadList:
    """Return the leads that a number counts.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        The same as that of the number.
    condition : Condition
        What was counted.
    n_rows : int
        How many leads to return at most.

    Raises
    ------
    ValueError
        If there is no such stage.
    """
    members = _members(engine, selection, condition)
    sql = sql_text("lead_list").replace("{members}", sql_text(members.name))
    rows = engine.query(sql, {**members.params, "as_of": selection.as_of, "n_rows": n_rows}, members.tables)
    n_leads = int(rows["n_leads"].iloc[0]) if len(rows) else 0
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=n_leads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members:
    """The statement that chooses the leads, its parameters and its tables."""

    name: str
    params: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def _members(engine: Engine, selection: Selection, condition: Condition) -> _Members:
    period = selection.params("as_of", "starts_at", "ends_at", "sources")
    stages = stage_table(engine)
    match condition:
        case Reached():
            return _journeys(engine, selection, condition, stages)
        case Created():
            return _created(selection, condition, stages)
        case Standing():
            over_days = -1.0 if condition.over_days is None else condition.over_days
            place = {"stage_position": _position(stages, condition.stage), "over_days": over_days}
            return _Members(name="members_stock", params=period | place)
        case Left():
            _position(stages, condition.stage)
            return _Members(name="members_exit", params=period | {"stage": condition.stage, "exit": condition.exit})
        case Spanned():
            start, end = positions(engine, condition.span)
            span = {"start_position": start, "end_position": end, "outcome": condition.outcome}
            return _Members(name="members_span", params=period | span | _group(condition.group))
        case HandedOver():
            state = {"state": condition.state, "follow_hours": FOLLOW_HOURS}
            return _Members(name="members_handoff", params=period | state)
        case Decided():
            return _decided(selection, condition, stages)
        case Touched():
            touch = {"attribute": condition.attribute, "label": condition.label, "place": condition.place}
            won = {"outcome_position": _position(stages, selection.outcome)}
            return _Members(name="members_touch", params=period | touch | won)


def _created(selection: Selection, condition: Created, stages: pd.DataFrame) -> _Members:
    following = condition.not_on_to
    params = {
        **selection.params("as_of", "starts_at", "ends_at", "sources", "mature_at", "horizon_days"),
        **_group(condition.group),
        "is_mature": condition.is_mature,
        "is_in_horizon": condition.is_in_horizon,
        "stage_position": _position(stages, condition.stage),
        "next_position": -1 if following is None else _position(stages, following),
    }
    return _Members(name="members_cohort", params=params)


def _decided(selection: Selection, condition: Decided, stages: pd.DataFrame) -> _Members:
    names = ("as_of", "starts_at", "ends_at", "sources", "mature_at", "horizon_days")
    outcomes = {"outcomes": list(_OUTCOMES[condition.outcome])}
    won = {"outcome_position": _position(stages, selection.outcome)}
    return _Members(name="members_decision", params=selection.params(*names) | outcomes | won)


def _journeys(engine: Engine, selection: Selection, condition: Reached, stages: pd.DataFrame) -> _Members:
    question = condition.question
    numbers = {str(stage): number for number, stage in enumerate(stages["stage"], start=1)}
    start, last = question.start or str(stages["stage"].iloc[0]), question.end or str(stages["stage"].iloc[-1])
    for stage in filter(None, (start, condition.stage, condition.not_on_to)):
        _position(stages, stage)
    params = {
        **selection.params("as_of", "starts_at", "ends_at", "sources"),
        **_group(condition.group),
        "known_until": known_until(selection, question),
        "view": question.view,
        "grain": question.grain,
        "start_code": numbers[start],
        "tele_sources": list(TELE_SOURCES),
        "sales_sources": list(SALES_SOURCES),
    }
    if numbers[condition.stage] < numbers[start]:
        raise ValueError(f"The stage {condition.stage!r} comes before {start!r}, where the funnel starts.")
    used = {start, last, condition.stage, *recorded_stages(engine, selection)["stage"]}
    codes = [number for stage, number in numbers.items() if stage in used and number >= numbers[start]]
    following = numbers[condition.not_on_to] if condition.not_on_to else None
    tables = _arrivals(engine, question, codes, numbers[condition.stage], following)
    return _Members(name="members_journey", params=params, tables=tables)


def _arrivals(
    engine: Engine, question: Question, codes: list[int], stage: int, following: int | None
) -> dict[str, pd.DataFrame]:
    """Return the paths whose last entry reached a stage, and those that went on; see `sql/members_journey.sql`.

    `codes` are the numbers of the stages of the funnel, its start first; `following` is the stage gone on to.
    """
    arrivals: list[tuple[int, bool]] = []
    goers: list[tuple[int, bool]] = []
    place = codes.index(stage)
    paths = list(engine.query(sql_text("paths")).itertuples(index=False, name=None))
    for is_later_pass in (False, True) if question.grain == "pass" else (False,):
        for path_no, *packed in paths:
            entries = decode(packed, is_later_pass=is_later_pass)
            at = reached(entries, codes, question.mode)[place]
            if at is None:
                continue
            # The entry into the first stage that a recycled pass lacks was made with its first one.
            if max(at, int(is_later_pass)) == len(entries) - 1:
                arrivals.append((path_no, is_later_pass))
            if following is not None and goes_on(entries, at, following, question.mode):
                goers.append((path_no, is_later_pass))
    return {"arrivals": _paths(arrivals), "goers": _paths(goers)}


def _paths(rows: list[tuple[int, bool]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["path_no", "is_later_pass"]).astype({"path_no": "int32", "is_later_pass": bool})


def _group(group: Group) -> dict[str, Any]:
    return {"dimension": group.dimension, "labels": list(group.labels), "is_rest": group.is_rest}


def _position(stages: pd.DataFrame, stage: str) -> int:
    known = dict(zip(stages["stage"], stages["position"], strict=True))
    if stage not in known:
        raise ValueError(f"There is no stage {stage!r}; there are {', '.join(known)}.")
    return int(known[stage])
