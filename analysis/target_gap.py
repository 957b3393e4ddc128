"""A period against its targets: how far off each stage is, and whether by too few leads or by lower rates.

Targets say how many leads should come to a stage in a month, so they are held
against what happened in those months, whoever it happened to (the period view).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.decomposition import Decomposition, decompose
from analysis.funnel import stage_table
from analysis.intervals import CONFIDENCE, Floats
from analysis.journey_funnel import ratio_columns
from analysis.pace import pace
from analysis.selection import Selection
from analysis.targets import Target
from data.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGap:
    """The stages of a period against what was agreed.

    Attributes
    ----------
    stages : DataFrame
        One row per stage with a target in every month looked at, in order:
        `stage`, `position`; `n_target` (asked for by today, in whole leads: a
        month that is not over counts with its working days so far), `n_actual`,
        `n_gap` (actual minus target); `n_low`, `n_high` (95 % interval of what
        such a count could have come to by chance, from the actual one);
        `is_beyond_chance` (the target lies outside). Of the row before, which is
        of other leads: `target_rate`, `actual_rate` with `actual_low`,
        `actual_high`; NaN in the first row.
    split : Decomposition or None
        The gap of the last of these stages, split into the volume of the first
        and the rates from stage to stage; None with fewer than two stages, or
        when one has nothing to be a rate of.
    missing : DataFrame
        `stage`, `month`: where a stage that has targets has none, so that it is
        left out.
    selection : Selection
        The months looked at, as a selection: from the first to the last month of
        the period for which there is any target. Its `start` is None when there
        is no such month.
    """

    stages: pd.DataFrame
    split: Decomposition | None
    missing: pd.DataFrame
    selection: Selection


def target_gap(engine: Engine, selection: Selection, targets: tuple[Target, ...]) -> TargetGap:
    """Hold the months of a period against their targets.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        Months that begin in its period are looked at, as a whole, up to `as_of`.
        Without sources the targets of all leads count; with some, the targets of
        these sources, each of which must have one.
    targets : tuple of Target
        What was agreed.
    """
    sources = selection.sources or (None,)
    asked = [target for target in targets if target.source in sources and _is_within(target.month, selection)]
    months = _months(asked)
    stages = stage_table(engine)
    kept, missing = _complete(asked, months, len(sources), stages["stage"].tolist())
    counted = pace(engine, selection, tuple(target for target in asked if target.stage in kept))
    table = counted.groupby("stage", as_index=False)[["n_needed", "n_actual"]].sum()
    table = stages.merge(table, on="stage").sort_values("position", ignore_index=True)
    chosen = _as_selection(selection, months)
    return TargetGap(stages=_with_rates(table), split=_split(table), missing=missing, selection=chosen)


def _is_within(month: date, selection: Selection) -> bool:
    """Say whether a month begins in the period and has begun."""
    begins_at = pd.Timestamp(month).to_pydatetime()
    return selection.starts_at <= begins_at < selection.ends_at


def _months(targets: list[Target]) -> list[date]:
    """Return every month from the first to the last with a target."""
    if not targets:
        return []
    known = [target.month for target in targets]
    return [month.date() for month in pd.date_range(min(known), max(known), freq="MS")]


def _as_selection(selection: Selection, months: list[date]) -> Selection:
    if not months:
        return replace(selection, start=None)
    return replace(selection, start=months[0], end=(pd.Timestamp(months[-1]) + pd.offsets.MonthBegin(1)).date())


def _complete(
    targets: list[Target], months: list[date], n_sources: int, order: list[str]
) -> tuple[set[str], pd.DataFrame]:
    """Return the stages with a target in every month, and where the others have none."""
    known = pd.Series([(target.stage, target.month) for target in targets], dtype=object).value_counts()
    stages = sorted({target.stage for target in targets}, key=order.index)
    gaps = [(stage, month) for stage in stages for month in months if known.get((stage, month), 0) < n_sources]
    missing = pd.DataFrame(gaps, columns=["stage", "month"]).astype({"month": "datetime64[ns]"})
    return set(stages) - set(missing["stage"]), missing


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    n_target = table["n_needed"].round().astype("int64")
    n_actual = table["n_actual"].astype("int64")
    low, high = count_interval(np.asarray(n_actual, dtype=np.float64))
    is_first = table.index == 0
    n_before = n_actual.shift(fill_value=0)
    rated = pd.DataFrame(ratio_columns("actual", n_actual.mask(is_first, 0), n_before))
    rated.loc[is_first] = np.nan
    return table[["stage", "position"]].assign(
        n_target=n_target,
        n_actual=n_actual,
        n_gap=n_actual - n_target,
        n_low=low,
        n_high=high,
        is_beyond_chance=(n_target < low) | (n_target > high),
        target_rate=n_target / n_target.shift().where(lambda n: n > 0),
        **{str(name): rated[name] for name in rated},
    )


def count_interval(n: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Return the exact interval of the mean of Poisson counts (Garwood, Biometrika 28, 1936)."""
    tail = (1 - confidence) / 2
    low = np.where(n > 0, chi2.ppf(tail, 2 * np.maximum(n, 1)) / 2, 0.0)
    high: Floats = chi2.ppf(1 - tail, 2 * (n + 1)) / 2
    return low, high


def _split(table: pd.DataFrame) -> Decomposition | None:
    """Split the gap of the last stage as if the stages of a month were one funnel, which the targets take them for."""
    if len(table) < 2:
        return None
    counts = [table[name].round().astype("int64") for name in ("n_needed", "n_actual")]
    if any((part.iloc[:-1] == 0).any() for part in counts):
        return None
    before, after = (pd.DataFrame([part.tolist()], index=["all"], columns=table["stage"]) for part in counts)
    return decompose(before, after, may_grow=True)
