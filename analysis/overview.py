"""The overview: the key numbers of a period, beside the period before, and what stands out.

Counts of events and the acceptance rate are of the period (what happened in
it); the win rate is of the cohort (leads created in it). They are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from analysis.alerts import Alert, all_alerts, next_action
from analysis.calibration import Calibration
from analysis.funnel import Funnel, funnel, stage_table
from analysis.groups import against_the_rest, waits_against_the_rest
from analysis.kpis import key_numbers
from analysis.selection import FIRST_MOMENT, Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

FOLLOW_HOURS: Final = 90 * 24
"""A handoff not contacted for a quarter is taken as not contacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How the funnel is doing, in numbers.

    Attributes
    ----------
    kpis : DataFrame
        One row per key number, in the order to show: `kpi` (leads, mqls,
        handoffs, outcomes, acceptance_rate, win_rate, first_contact_days, and
        handoff_win_rate when there is a calibration), `unit` (count, rate or
        days), `view` (period, cohort, or decisions); `value`, `n` (what it is
        computed from), `low`, `high` (95 % interval; NaN for counts, which are
        exact); `is_enough` (n at least 20; always true for counts);
        `n_immature` (left out or unfinished because too young), `is_young`
        (more than half are); `previous_value`, `previous_n`, `previous_low`,
        `previous_high` (the period before, of the same length; NaN without
        one); `is_changed` (the difference to the period before excludes chance;
        NA for counts and where either has too few).
    sources : DataFrame
        One row per source (empty text: unknown) of the leads created in the
        period, as `groups.against_the_rest` returns it with `group` = source.
    regions : DataFrame
        One row per region of the handoffs of the period, as
        `groups.waits_against_the_rest` returns it with `group` = region; in days.
    alerts : tuple of Alert
        What stands out, the gravest first.
    next_action : str
        Code of what to do first; see `alerts.next_action`.
    starts_at, ends_at : datetime
        The period, as far as it is observed: from the first moment to just after the last.
    previous_starts_at : datetime or None
        First moment of the period before; None when the selection has no start.
    selection : Selection
        What was asked.
    """

    kpis: pd.DataFrame
    sources: pd.DataFrame
    regions: pd.DataFrame
    alerts: tuple[Alert, ...]
    next_action: str
    starts_at: datetime
    ends_at: datetime
    previous_starts_at: datetime | None
    selection: Selection


def overview(engine: Engine, selection: Selection, calibration: Calibration | None = None) -> Overview:
    """Summarise a period for the person who answers for the funnel.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start` and `end` choose the period; without a start there is no period
        before it to compare with. A period that is not over is compared with
        one as long as what has passed of it.
    calibration : Calibration or None
        Adds the win rate of handoffs and what is wrong with the score.

    Raises
    ------
    ValueError
        If `selection.outcome` is no stage.
    """
    _check_outcome(engine, selection)
    period = compared_periods(selection)
    has_previous = period["previous_starts_at"] < period["starts_at"]
    activity, cohorts, waits = _counts(engine, selection, period)
    kpis = key_numbers(activity, cohorts, waits, calibration, has_previous=has_previous)
    sources = against_the_rest(cohorts[cohorts["is_current"]].rename(columns={"source": "group"}))
    regions = waits_against_the_rest(waits[waits["is_current"]].rename(columns={"region": "group"}))
    alerts = all_alerts(
        kpis=kpis, sources=sources, regions=regions, funnel=_mature_funnel(engine, selection), calibration=calibration
    )
    return Overview(
        kpis=kpis,
        sources=sources,
        regions=regions,
        alerts=alerts,
        next_action=next_action(alerts),
        starts_at=period["starts_at"],
        ends_at=period["ends_at"],
        previous_starts_at=period["previous_starts_at"] if has_previous else None,
        selection=selection,
    )


def key_table(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Return the key numbers alone, as `Overview.kpis` without a calibration; errors as for `overview`."""
    _check_outcome(engine, selection)
    period = compared_periods(selection)
    has_previous = period["previous_starts_at"] < period["starts_at"]
    return key_numbers(*_counts(engine, selection, period), None, has_previous=has_previous)


def _counts(
    engine: Engine, selection: Selection, period: dict[str, datetime]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what happened, what became of the leads, and how long handoffs waited (in days)."""

    def ask(name: str, *names: str, **more: Any) -> pd.DataFrame:
        return engine.query(sql_text(name), {**period, **selection.params(*names), **more})

    activity = ask("overview_activity", "as_of", "sources", "outcome")
    cohorts = ask("overview_sources", "mature_at", "horizon_days", "sources", "outcome")
    waits = ask("overview_contact", "as_of", "sources", follow_hours=FOLLOW_HOURS)
    return activity, cohorts, waits.assign(time=waits["n_hours"] / 24)


def _check_outcome(engine: Engine, selection: Selection) -> None:
    stages = stage_table(engine)["stage"].tolist()
    if selection.outcome not in stages:
        raise ValueError(f"outcome {selection.outcome!r} is no stage; the stages are {', '.join(stages)}.")


def compared_periods(selection: Selection) -> dict[str, datetime]:
    """Return `starts_at` and `ends_at` of the period, and `previous_starts_at` of the one before it.

    The one before ends where the period starts; it is empty (both starts are the same) when there is none.
    """
    starts_at, ends_at = selection.starts_at, selection.ends_at
    length = max(min(ends_at, selection.as_of) - starts_at, timedelta(0))
    previous = starts_at if selection.start is None or length > starts_at - FIRST_MOMENT else starts_at - length
    return {"starts_at": starts_at, "ends_at": ends_at, "previous_starts_at": previous}


def _mature_funnel(engine: Engine, selection: Selection) -> Funnel | None:
    """Return the funnel of the leads of the period that are old enough; None when no day is."""
    end = selection.mature_at.date() if selection.end is None else min(selection.end, selection.mature_at.date())
    if selection.start is not None and selection.start >= end:
        return None
    return funnel(engine, replace(selection, end=end))
