"""Compare a period with another one of the same age: the one before, last year, the fiscal year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.decomposition import Decomposition, decompose, pivot_counts
from analysis.intervals import newcombe_interval
from analysis.journey_funnel import Question, journey_funnels
from analysis.selection import Selection
from data.engine import Engine

Against: TypeAlias = Literal["previous", "last_year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two periods side by side, and why they differ.

    Attributes
    ----------
    steps : DataFrame
        One row per stage: `stage`, `position`, `n_before`, `n_after`,
        `n_change`; `step_rate_before`, `step_rate_after`, `step_change` with
        `step_low`, `step_high` (95 % Newcombe interval of the difference), and
        the same for `total_`; NaN for the first stage's step.
    groups : DataFrame
        The mix: one row per value of the attribute, most leads now first:
        `group` ('' when unknown), `n_before`, `n_after` (leads of the first
        stage), `share_before`, `share_after`.
    decomposition : Decomposition
        The change of the last stage.
    selection, other : Selection
        The period, and the one it is compared with.
    """

    steps: pd.DataFrame
    groups: pd.DataFrame
    decomposition: Decomposition
    selection: Selection
    other: Selection


def compare(
    engine: Engine, selection: Selection, other: Selection, *, dimension: str = "source", end: str | None = None
) -> Comparison:
    """Compare two periods in the implied mode, cohort view, and split the difference.

    Parameters
    ----------
    engine : Engine
        The history.
    selection, other : Selection
        The period and the one before it in meaning; see `earlier`.
    dimension : str
        Attribute whose mix is a part of the difference.
    end : str or None
        Last stage; None takes the last of all.
    """
    question = Question(end=end)
    after, before = (journey_funnels(engine, part, dimension, question) for part in (selection, other))
    known = pd.concat([before, after])[["stage", "position"]].drop_duplicates().sort_values("position")
    stages, positions = known["stage"].tolist(), known["position"].tolist()
    if not stages:
        raise ValueError("Neither period has any lead; choose a longer one.")
    # A stage that was not in use yet was passed by everybody who came further.
    tables = [pivot_counts(table).reindex(columns=stages).bfill(axis=1) for table in (before, after)]
    tables = [table.astype("int64") for table in tables]
    return Comparison(
        steps=_steps(tables[0].sum(), tables[1].sum(), positions),
        groups=_groups(*(table.iloc[:, 0] for table in tables)),
        decomposition=decompose(*tables),
        selection=selection,
        other=other,
    )


def earlier(selection: Selection, against: Against) -> Selection:
    """Return the period to compare with, seen at the same age.

    Parameters
    ----------
    selection : Selection
        Must have a `start`; its end is `end` or the day of `as_of`.
    against : {"previous", "last_year"}
        The period of the same length just before, or the same days a year
        earlier (29 February becomes the 28th). Whole months are compared with
        whole months.

    Returns
    -------
    Selection
        `as_of` lies as long after the period as it does in `selection`: leads
        of both periods had equally long to convert.

    Raises
    ------
    ValueError
        If the selection has no start.
    """
    if selection.start is None:
        raise ValueError("A period without a start has none before it; choose a start.")
    end = selection.end or (selection.as_of + timedelta(days=1)).date()
    if against == "last_year":
        start, last = _months_back(selection.start, 12), _months_back(end, 12)
    elif selection.start.day == end.day == 1:
        months = (end.year - selection.start.year) * 12 + end.month - selection.start.month
        start, last = _months_back(selection.start, months), selection.start
    else:
        start, last = selection.start - (end - selection.start), selection.start
    return replace(selection, start=start, end=last, as_of=_midnight(last) + (selection.as_of - _midnight(end)))


def both_periods(
    selection: Selection, against: Against | Literal["fiscal"], first_on: date, start_month: int = 4
) -> tuple[Selection, Selection] | None:
    """Return the period and the one to compare it with; None when the history does not go back that far.

    Parameters
    ----------
    selection : Selection
        The period; of the fiscal year so far only the moment is taken.
    against : {"previous", "last_year", "fiscal"}
        As for `earlier`; "fiscal" compares the fiscal year so far with the one before.
    first_on : date
        Day of the oldest lead.
    start_month : int
        Month in which the fiscal year begins.
    """
    if against == "fiscal":
        selection = fiscal_year_to_date(selection, start_month)
    if selection.start is None:
        return None
    other = earlier(selection, "previous" if against == "previous" else "last_year")
    return None if other.end is None or other.end <= first_on else (selection, other)


def is_partial(other: Selection, first_on: date) -> bool:
    """Say whether the history begins within a period: its counts are not those of a whole one.

    `first_on` is the day of the oldest lead.
    """
    return other.start is not None and other.start < first_on


def fiscal_year(day: date, start_month: int) -> tuple[date, date]:
    """Return the first day of the fiscal year that `day` is in, and of the next one.

    Parameters
    ----------
    day : date
        Any day.
    start_month : int
        Month in which the fiscal year begins, 1 to 12; 4 in most Japanese companies.

    Raises
    ------
    ValueError
        If `start_month` is no month.
    """
    if start_month not in range(1, 13):
        raise ValueError(f"The fiscal year must begin in a month from 1 to 12, not {start_month!r}.")
    year = day.year if day.month >= start_month else day.year - 1
    return date(year, start_month, 1), date(year + 1, start_month, 1)


def fiscal_year_to_date(selection: Selection, start_month: int) -> Selection:
    """Return the selection of the fiscal year so far, as of the selection's moment."""
    start, _ = fiscal_year(selection.as_of.date(), start_month)
    return replace(selection, start=start, end=(selection.as_of + timedelta(days=1)).date())


def _groups(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Put the sizes of the groups of both periods side by side."""
    table = pd.DataFrame({"n_before": before, "n_after": after}).fillna(0).astype("int64")
    table = table.rename_axis("group").reset_index()
    shares = {
        f"share_{side}": table[f"n_{side}"] / (table[f"n_{side}"].sum() or np.nan) for side in ("before", "after")
    }
    return table.assign(**shares).sort_values(
        ["n_after", "n_before", "group"], ascending=[False, False, True], ignore_index=True
    )


def _steps(before: pd.Series, after: pd.Series, positions: list[int]) -> pd.DataFrame:
    table = pd.DataFrame({"stage": before.index, "position": positions})
    n_before, n_after = (counts.reset_index(drop=True).astype("int64") for counts in (before, after))
    table = table.assign(n_before=n_before, n_after=n_after, n_change=n_after - n_before)
    for name, bases in (
        ("step", [counts.shift(fill_value=0) for counts in (n_before, n_after)]),
        ("total", [pd.Series(counts.iloc[0], index=counts.index) for counts in (n_before, n_after)]),
    ):
        # The first step comes from nowhere: no denominator, no rate.
        successes = [counts.where(base > 0, 0) for counts, base in zip((n_before, n_after), bases, strict=True)]
        low, high = newcombe_interval(successes[1], bases[1], successes[0], bases[0])
        shares = [part / base.where(base > 0) for part, base in zip(successes, bases, strict=True)]
        change = shares[1] - shares[0]
        table = table.assign(
            **{f"{name}_rate_before": shares[0], f"{name}_rate_after": shares[1], f"{name}_change": change}
        )
        table = table.assign(**{f"{name}_low": low, f"{name}_high": high})
    return table


def _months_back(day: date, months: int) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
