"""The funnel in four ways of counting skipped stages, as a cohort or as a period.

Cohort view: journeys that entered the funnel in the period; what they reached
may come later, up to `as_of`. Period view: what happened in the period, whoever
it happened to. The two answer different questions and are never mixed.

A journey enters the funnel with its first entry into the start stage or a later
one; it is a lead's whole history, or one pass of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.funnel import recorded_stages, stage_table
from analysis.intervals import MIN_N, Floats, rates, wilson_interval
from analysis.journeys import MODES, Mode, Reach, count_reached, reach_table
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

View: TypeAlias = Literal["cohort", "period"]
Grain: TypeAlias = Literal["lead", "pass"]
DIMENSIONS: Final = (
    "source",
    "campaign",
    "industry",
    "region",
    "seniority",
    "owner",
    "is_inbound",
    "is_online",
)
"""Attributes of a lead that a question can be split by."""

TELE_SOURCES: Final = (
    "telemarketing",
    "teleprospecting",
    "inside_sales",
    "テレマーケティング",
    "テレマ",
    "インサイドセールス",
)
SALES_SOURCES: Final = ("sales_generated", "sales", "field_sales", "営業", "営業開拓")
"""Sources that name an origin by themselves."""

_COUNTS: Final = ("n_leads", "n_followed", "n_recorded")

ORIGINS: Final = ("marketing", "telemarketing", "sales")
"""Who brought a lead into the funnel; see `funnel_by_origin`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How to count.

    Attributes
    ----------
    mode : {"strict", "ordered", "implied", "open"}
        What counts as reaching a stage; see `analysis.journeys`.
    view : {"cohort", "period"}
        Whether the period chooses journeys by entry, or counts what happened in it.
    grain : {"lead", "pass"}
        Count each lead once, or each of its passes.
    start, end : str or None
        First and last stage; None takes the first and the last of all. Stages
        between that nobody had entered by `as_of` are left out.
    """

    mode: Mode = "implied"
    view: View = "cohort"
    grain: Grain = "lead"
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyFunnel:
    """How far journeys came.

    Attributes
    ----------
    steps : DataFrame
        One row per stage from start to end that is in use: `stage`, `position`; `n_leads`
        (reached it); `n_recorded` (of them, those with a record of the stage
        itself); `n_skipped` (of them, those that did not come from the
        stage before); `n_previous`, `n_followed` (of those, the ones that went
        on to this stage), `step_rate` = n_followed / n_previous, `step_low`,
        `step_high`; `n_first`, `total_rate` = n_leads / n_first, `total_low`,
        `total_high`; `is_enough`. In the period view the rates are ratios of
        two counts of different leads: n_followed is n_leads, rates may exceed 1.
    changes : DataFrame
        One row per pair of modes: `mode`, `other_mode`, `n_changed` (journeys
        that reach different stages), `n_end_changed` (of them, those that
        differ in the last stage).
    n_journeys : int
        Journeys looked at: those that entered in the period, or did anything in it.
    first_meaning : {"entered_start", "reached_start", "entered_funnel", "in_period"}
        What `n_first` counts: journeys with an entry into the start stage;
        with an entry into it or a later one; all journeys of the cohort; or
        entries into the start stage in the period.
    question, selection
        What was asked.
    """

    steps: pd.DataFrame
    changes: pd.DataFrame
    n_journeys: int
    first_meaning: str
    question: Question
    selection: Selection


def journey_funnel(engine: Engine, selection: Selection, question: Question | None = None) -> JourneyFunnel:
    """Count journeys through the stages in one of the four modes.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end`: the period; `sources`: which leads; `as_of`.
    question : Question or None
        How to count; None: implied, cohort, per lead, all stages.

    Raises
    ------
    ValueError
        If there is no such stage, or the end is not after the start.

    Notes
    -----
    Intervals are 95 % Wilson. In the period view numerator and denominator are
    counts of different leads; the interval of their ratio is that of two
    Poisson counts, obtained from Wilson's for the share of one in both [1]_.

    References
    ----------
    .. [1] R. M. Price, D. G. Bonett. "Estimating the ratio of two Poisson
       rates". Computational Statistics & Data Analysis 34(3), 2000.
       doi:10.1016/S0167-9473(99)00100-0
    """
    question = question or Question()
    stages = _numbered(engine, selection, question)
    journeys = _journeys(engine, selection, question, stages, dimension="all")
    reach = reach_table(journeys, _codes(stages), is_period=question.view == "period")
    n_journeys = int(journeys["n"].sum())
    counts = _counted(journeys, "label", stages, question, reach).assign(n_cohort=n_journeys)
    steps = _skeleton(stages).merge(counts.drop(columns="label"), how="left", on="code")
    steps = steps.fillna(dict.fromkeys((*_COUNTS, "n_cohort"), 0))
    return JourneyFunnel(
        steps=_with_rates(steps, question).drop(columns=["code", "n_cohort"]),
        changes=_changes(journeys, reach),
        n_journeys=n_journeys,
        first_meaning=_first_meaning(question),
        question=question,
        selection=selection,
    )


def journey_funnels(
    engine: Engine, selection: Selection, dimension: str, question: Question | None = None
) -> pd.DataFrame:
    """Count journeys through the stages for each value of an attribute, or each month of entry.

    Parameters
    ----------
    engine, selection, question
        As for `journey_funnel`.
    dimension : str
        One of `DIMENSIONS`, "origin", or "month" (cohort view only).

    Returns
    -------
    DataFrame
        One row per group and stage: `group` (text, '' when unknown; a timestamp
        for months), `n_journeys`, then the columns of `JourneyFunnel.steps`.
        Sums over groups equal `journey_funnel`.

    Raises
    ------
    ValueError
        If there is no such dimension, or months are asked of the period view.
    """
    question = question or Question()
    _check_dimension(dimension, question)
    stages = _numbered(engine, selection, question)
    journeys = _journeys(engine, selection, question, stages, dimension=dimension)
    key = "month_start" if dimension == "month" else "label"
    modes = dict.fromkeys((question.mode, _record_mode(question)))
    reach = reach_table(journeys, _codes(stages), is_period=question.view == "period", modes=list(modes))
    counts = _counted(journeys, key, stages, question, reach)
    sizes = journeys.groupby(key)["n"].sum().rename("n_cohort").reset_index()
    table = sizes.merge(_skeleton(stages), how="cross").merge(counts, how="left", on=[key, "code"])
    columns = {key: "group", "n_cohort": "n_journeys"}
    return _with_rates(table, question).rename(columns=columns).drop(columns="code")


def funnel_by_origin(engine: Engine, selection: Selection, question: Question | None = None) -> pd.DataFrame:
    """Count the three funnels by who brought the lead in, side by side.

    Parameters
    ----------
    engine, selection, question
        As for `journey_funnel`.

    Returns
    -------
    DataFrame
        As `journey_funnels`, one group per item of `ORIGINS` with all three
        present, and `end_share`: the share of the origin in all journeys that
        reached the last stage.

    Notes
    -----
    A source in `SALES_SOURCES` or `TELE_SOURCES` names the origin. Otherwise it
    is read from the first recorded stage event after the first stage, known at
    `as_of`: `sales_qualified` or later means the lead came in
    through sales; a stage of the department inside_sales means telemarketing,
    unless the lead is known to be inbound; everything else is marketing, also
    leads without any recorded stage. Deals are no evidence of an origin: every
    lead of a history without stages would otherwise come from sales.
    """
    question = question or Question()
    table = journey_funnels(engine, selection, "origin", question)
    stages = _skeleton(_numbered(engine, selection, question))
    missing = [origin for origin in ORIGINS if origin not in set(table["group"])]
    for origin in missing:
        empty = stages.assign(**dict.fromkeys((*_COUNTS, "n_cohort"), 0))
        part = _with_rates(empty, question).drop(columns="code").rename(columns={"n_cohort": "n_journeys"})
        table = pd.concat([table, part.assign(group=origin)], ignore_index=True)
    last = table["position"] == table["position"].max()
    n_end = table.loc[last].set_index("group")["n_leads"]
    share = n_end / n_end.sum() if n_end.sum() else n_end * np.nan
    order = table["group"].map({origin: number for number, origin in enumerate(ORIGINS)})
    table = table.assign(end_share=table["group"].map(share), order=order)
    return table.sort_values(["order", "position"], ignore_index=True).drop(columns="order")


def _numbered(engine: Engine, selection: Selection, question: Question) -> pd.DataFrame:
    """Return all stages with their number, and whether they are part of the question.

    Stages that nobody has entered are not: nobody could come through them in order.
    """
    stages = stage_table(engine)
    stages = stages.assign(code=np.arange(1, len(stages) + 1))
    names = stages["stage"].tolist()
    start, end = question.start or names[0], question.end or names[-1]
    for name in (start, end):
        if name not in names:
            raise ValueError(f"There is no stage {name!r}; there are {', '.join(names)}.")
    if names.index(start) >= names.index(end):
        raise ValueError(f"The funnel must end after it starts: {end!r} is not after {start!r}.")
    is_between = stages["code"].between(names.index(start) + 1, names.index(end) + 1)
    is_used = stages["stage"].isin([start, end, *recorded_stages(engine, selection)["stage"]])
    return stages.assign(is_asked=is_between & is_used)


def _skeleton(stages: pd.DataFrame) -> pd.DataFrame:
    return stages.loc[stages["is_asked"], ["stage", "position", "code"]]


def _codes(stages: pd.DataFrame) -> list[int]:
    return [int(code) for code in stages.loc[stages["is_asked"], "code"]]


def _journeys(
    engine: Engine, selection: Selection, question: Question, stages: pd.DataFrame, dimension: str
) -> pd.DataFrame:
    params = {
        **selection.params("as_of", "starts_at", "ends_at", "sources"),
        "known_until": known_until(selection, question),
        "start_code": _codes(stages)[0],
        "view": question.view,
        "grain": question.grain,
        "dimension": "all" if dimension == "month" else dimension,
        "is_monthly": dimension == "month",
        "tele_sources": list(TELE_SOURCES),
        "sales_sources": list(SALES_SOURCES),
    }
    return engine.query(sql_text("journeys"), params)


def known_until(selection: Selection, question: Question) -> datetime:
    """Return the first moment that is not looked at: a cohort goes on after its period, up to `as_of`."""
    return selection.ends_at if question.view == "period" else replace(selection, start=None, end=None).ends_at


def _counted(
    journeys: pd.DataFrame, key: str, stages: pd.DataFrame, question: Question, reach: dict[Mode, Reach]
) -> pd.DataFrame:
    """Count who reached each stage, who came from the one before, and of whom there is a record."""
    codes = _codes(stages)
    counts, recorded = (
        count_reached(journeys, key, codes, reach[mode]) for mode in (question.mode, _record_mode(question))
    )
    return counts.assign(n_recorded=recorded["n_leads"])


def _record_mode(question: Question) -> Mode:
    """Only the implied mode counts leads in stages they have no record of."""
    return "open" if question.mode == "implied" else question.mode


def _changes(journeys: pd.DataFrame, reach: dict[Mode, Reach]) -> pd.DataFrame:
    n = journeys["n"].to_numpy(dtype=np.int64)
    rows = []
    for mode, other_mode in combinations(MODES, 2):
        differs = reach[mode][0] != reach[other_mode][0]
        rows.append(
            {
                "mode": mode,
                "other_mode": other_mode,
                "n_changed": int(n[differs.any(axis=1)].sum()),
                "n_end_changed": int(n[differs[:, -1]].sum()),
            }
        )
    return pd.DataFrame(rows)


def _with_rates(steps: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Add both rates to counts in stage order, group after group; see `JourneyFunnel.steps`."""
    counts = steps.astype(dict.fromkeys((*_COUNTS, "n_cohort"), "int64")).reset_index(drop=True)
    is_period = question.view == "period"
    n_leads, is_first = counts["n_leads"], counts["code"] == counts["code"].min()
    n_followed = n_leads.mask(is_first, 0) if is_period else counts["n_followed"]
    n_previous = n_leads.shift(fill_value=0).mask(is_first, 0)
    is_of_cohort = question.mode == "open" and not is_period
    n_first = counts["n_cohort"] if is_of_cohort else n_leads.where(is_first).ffill().astype("int64")
    n_skipped = (n_leads - n_followed).mask(is_first | is_period, 0)
    return counts.assign(
        n_skipped=n_skipped,
        n_previous=n_previous,
        n_followed=n_followed,
        **_rate_columns("step", n_followed, n_previous, is_period=is_period),
        n_first=n_first,
        **_rate_columns("total", n_leads, n_first, is_period=is_period),
        is_enough=n_previous.mask(is_first, n_first) >= MIN_N,
    )


def _rate_columns(name: str, n_successes: pd.Series, n_trials: pd.Series, *, is_period: bool) -> dict[str, Floats]:
    if is_period:
        return ratio_columns(name, n_successes, n_trials)
    low, high = wilson_interval(n_successes, n_trials)
    return {f"{name}_rate": rates(n_successes, n_trials), f"{name}_low": low, f"{name}_high": high}


def ratio_columns(name: str, n_after: pd.Series, n_before: pd.Series) -> dict[str, Floats]:
    """Return `<name>_rate`, `_low`, `_high`: the ratio of two counts of different leads; see `journey_funnel`."""
    # Given the sum of two Poisson counts, one of them is binomial.
    low, high = wilson_interval(n_after, n_after + n_before)
    rate = (n_after / n_before.where(n_before > 0)).to_numpy(dtype=np.float64)
    return {f"{name}_rate": rate, f"{name}_low": _odds(low), f"{name}_high": _odds(high)}


def _odds(share: Floats) -> Floats:
    odds: Floats = np.divide(share, 1 - share, out=np.full(len(share), np.inf), where=share < 1)
    return odds


def _first_meaning(question: Question) -> str:
    if question.view == "period":
        return "in_period"
    if question.mode == "open":
        return "entered_funnel"
    return "reached_start" if question.mode == "implied" else "entered_start"


def _check_dimension(dimension: str, question: Question) -> None:
    known = (*DIMENSIONS, "origin", "month")
    if dimension not in known:
        raise ValueError(f"There is no dimension {dimension!r}; there are {', '.join(known)}.")
    if dimension == "month" and question.view == "period":
        raise ValueError("Months are cohorts by entry; ask the period view for one month at a time.")
