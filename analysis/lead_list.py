"""The leads behind a number: whoever asks gets exactly those that were counted.

Every count on a page has a condition here that chooses the same leads by the same
definition, so that the length of the list is the number itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import pandas as pd

from analysis.funnel import recorded_stages, stage_table
from analysis.journey_funnel import SALES_SOURCES, TELE_SOURCES, Question
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

N_SHOWN: Final = 200
"""Nobody reads more on a screen."""

N_EXPORTED: Final = 100_000
"""A spreadsheet can hold these; more is a job for the command line."""


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


EVERYBODY: Final = Group()


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
    """Leads created in the period that came to a stage or further, as sources and months count them.

    Attributes
    ----------
    stage : str
        Stage to come to; the first one asks for all.
    is_mature, is_in_horizon : bool
        Only leads created a horizon ago; only those that came there within a
        horizon of their creation.
    group : Group
        Which leads.
    """

    stage: str
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


Condition: TypeAlias = Reached | Created | Standing | Left


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
    name, params, tables = _members(engine, selection, condition)
    sql = sql_text("lead_list").replace("{members}", sql_text(name))
    rows = engine.query(sql, {**params, "as_of": selection.as_of, "n_rows": n_rows}, tables)
    n_leads = int(rows["n_leads"].iloc[0]) if len(rows) else 0
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=n_leads)


def _members(
    engine: Engine, selection: Selection, condition: Condition
) -> tuple[str, dict[str, Any], dict[str, pd.DataFrame]]:
    """Return the statement that chooses the leads, its parameters and its tables."""
    period = selection.params("as_of", "starts_at", "ends_at", "sources")
    stages = stage_table(engine)
    stages = stages.assign(code=range(1, len(stages) + 1)).set_index("stage")
    position = int(_row(stages, condition.stage)["position"])
    if isinstance(condition, Reached):
        return "members_journey", *_journeys(engine, selection, condition, stages)
    if isinstance(condition, Created):
        flags = {"is_mature": condition.is_mature, "is_in_horizon": condition.is_in_horizon}
        horizon = selection.params("mature_at", "horizon_days")
        params = {**period, **horizon, **flags, **_group(condition.group), "stage_position": position}
        return "members_cohort", params, {}
    if isinstance(condition, Standing):
        over_days = -1.0 if condition.over_days is None else condition.over_days
        return "members_stock", {**period, "stage_position": position, "over_days": over_days}, {}
    return "members_exit", {**period, "stage": condition.stage, "exit": condition.exit}, {}


def _journeys(
    engine: Engine, selection: Selection, condition: Reached, stages: pd.DataFrame
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    question = condition.question
    start = question.start or str(stages.index[0])
    params = {
        **selection.params("as_of", "starts_at", "ends_at", "sources"),
        **_group(condition.group),
        "mode": question.mode,
        "view": question.view,
        "grain": question.grain,
        "start_code": int(_row(stages, start)["code"]),
        "stage_code": int(_row(stages, condition.stage)["code"]),
        "next_code": int(_row(stages, condition.not_on_to)["code"]) if condition.not_on_to else 0,
        "tele_sources": list(TELE_SOURCES),
        "sales_sources": list(SALES_SOURCES),
    }
    used = {start, question.end or str(stages.index[-1]), *recorded_stages(engine, selection)["stage"]}
    codes = [int(code) for stage, code in stages["code"].items() if stage in used]
    steps = pd.DataFrame({"code": codes[:-1], "next_code": codes[1:]}, dtype="int64")
    return params, {"steps": steps}


def _group(group: Group) -> dict[str, Any]:
    return {"dimension": group.dimension, "labels": list(group.labels), "is_rest": group.is_rest}


def _row(stages: pd.DataFrame, stage: str) -> pd.Series:
    if stage not in stages.index:
        raise ValueError(f"There is no stage {stage!r}; there are {', '.join(stages.index)}.")
    row: pd.Series = stages.loc[[stage]].iloc[0]
    return row
