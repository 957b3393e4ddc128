"""`leadcal compare`: why did it change, and where is most to be gained?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

import click
import pandas as pd

from analysis.bottlenecks import RECENT_MONTHS, recent_bottlenecks
from analysis.comparison import Against, Comparison, both_periods, compare, is_partial
from analysis.decomposition import Decomposition
from analysis.journey_funnel import DIMENSIONS
from analysis.selection import Selection
from analysis.target_gap import TargetGap, target_gap
from analysis.targets import Targets
from dashboard import people
from dashboard.commands.options import format_option, selection, selection_options, show_owners_option
from dashboard.commands.output import print_result
from dashboard.commands.targets import first_day, targets_of
from dashboard.periods import bounds
from data.errors import InputError
from data.store import Reader, open_reader
from data.workspace import Workspace

_AGAINST: Final[dict[str, Against | Literal["fiscal"]]] = {
    "previous": "previous",
    "last-year": "last_year",
    "fiscal-year": "fiscal",
}
_USUAL_PERIOD: Final = "12m"


@click.command(name="compare")
@click.option(
    "--against",
    type=click.Choice([*_AGAINST, "target"]),
    default="previous",
    show_default=True,
    help="The period before, the same days a year earlier, the fiscal year before, or what targets.toml asks for.",
)
@click.option(
    "--by",
    "dimension",
    type=click.Choice(DIMENSIONS),
    default="source",
    show_default=True,
    help="Attribute whose mix is a part of the change.",
)
@selection_options
@show_owners_option
@format_option
@click.pass_obj
def compare_command(
    workspace: Workspace, against: str, dimension: str, *, show_owners: bool, output_format: str, **options: Any
) -> None:
    """Show what changed between two periods, what the change is made of, and the bottlenecks.

    Both periods are seen at the same age, the latest twelve months unless --start
    says otherwise. step_change is the change of the rate from the stage before,
    with its 95 % Newcombe interval. The effects of the last stage add up to its
    change. Against targets, months count with what happened in them.

    \b
    leadcal compare
    leadcal compare --against last-year --start 2026-01-01
    leadcal compare --against target --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    if chosen.start is None and against != "target":
        start, _ = bounds(_USUAL_PERIOD, chosen.as_of)
        chosen = replace(chosen, start=start)
    agreed = targets_of(workspace)
    if against == "target":
        _print_gap(reader, target_gap(reader, chosen, agreed.targets), output_format)
    else:
        result = _compared(reader, chosen, against, dimension, agreed)
        if dimension == people.OWNER and not show_owners:
            result = replace(result, groups=people.for_files(result.groups, "group", reader))
        _print_change(reader, result, dimension, output_format)


def _compared(reader: Reader, chosen: Selection, against: str, dimension: str, agreed: Targets) -> Comparison:
    """Return both periods side by side.

    Raises
    ------
    InputError
        If the history does not go back that far.
    """
    first_on = first_day(reader)
    both = both_periods(chosen, _AGAINST[against], first_on, agreed.fiscal_year_start_month)
    if both is None:
        raise InputError(
            f"--against {against}: the history begins on {first_on}, so there is no such period; choose a later --start"
        )
    return compare(reader, *both, dimension=dimension)


def _print_change(reader: Reader, result: Comparison, dimension: str, output_format: str) -> None:
    change = result.decomposition
    causes = ", ".join(f"{_cause(row, dimension)} {row.n_effect:+,}" for row in change.effects.itertuples())
    steps = recent_bottlenecks(reader, result.selection)
    print_result(
        output_format,
        headline=[
            f"{_period(result.selection)} against {_period(result.other)} (snapshot {reader.snapshot}), at the same age.",
            f"{result.steps['stage'].iloc[-1]}: {change.n_before:,} -> {change.n_after:,} ({change.n_change:+,}) = {causes}",
            *_partial(reader, result.other),
            *_bottleneck(steps),
        ],
        facts={
            "snapshot": reader.snapshot,
            "as_of": result.selection.as_of,
            "start": result.selection.start,
            "end": result.selection.end,
            "other_start": result.other.start,
            "other_end": result.other.end,
            "other_as_of": result.other.as_of,
            "sources": result.selection.sources,
            "by": dimension,
            **_facts(change),
        },
        tables={
            "steps": _for_people(result.steps) if output_format == "table" else result.steps,
            "effects": change.effects,
            "groups": result.groups,
            "bottlenecks": steps,
        },
        main_table="steps",
    )


def _print_gap(reader: Reader, gap: TargetGap, output_format: str) -> None:
    missing = [f"Left out: {row.stage} has no target for {row.month:%Y-%m}." for row in gap.missing.itertuples()]
    headline = [
        f"{_period(gap.selection)} against its targets (snapshot {reader.snapshot}), what happened in these months."
    ]
    if gap.stages.empty:
        headline = ["No stage has a target for every month of this period; write them into targets.toml."]
    if gap.split is not None:
        first = gap.stages["stage"].iloc[0]
        parts = gap.split.effects[gap.split.effects["factor"] != "mix"]
        named = [f"rate to {row.stage}" if row.stage else f"number of {first}" for row in parts.itertuples()]
        causes = ", ".join(f"{name} {n:+,}" for name, n in zip(named, parts["n_effect"], strict=True))
        headline.append(f"{gap.stages['stage'].iloc[-1]}: {gap.split.n_change:+,} = {causes}")
    print_result(
        output_format,
        headline=[*headline, *missing],
        facts={
            "snapshot": reader.snapshot,
            "as_of": gap.selection.as_of,
            "start": gap.selection.start,
            "end": gap.selection.end,
            "sources": gap.selection.sources,
            **({} if gap.split is None else _facts(gap.split)),
        },
        tables={
            "stages": _whole(gap.stages) if output_format == "table" else gap.stages,
            "effects": pd.DataFrame() if gap.split is None else gap.split.effects,
            "missing": gap.missing,
        },
        main_table="stages",
    )


def _whole(stages: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads; the ends of an interval of a count are whole leads."""
    bounds = {
        name: [f"{n:,.0f}" for n in stages[column]]
        for name, column in (("n_at_least", "n_low"), ("n_at_most", "n_high"))
    }
    shown = stages.assign(**bounds).rename(columns={"actual_low": "actual_rate_low", "actual_high": "actual_rate_high"})
    columns = ["stage", "n_target", "n_actual", "n_gap", *bounds, "is_beyond_chance", "target_rate", "actual_rate"]
    return shown[[*columns, "actual_rate_low", "actual_rate_high"]]


def _partial(reader: Reader, other: Selection) -> list[str]:
    """Warn of an earlier period that the history does not cover."""
    first_on = first_day(reader)
    if not is_partial(other, first_on):
        return []
    return [
        f"Careful: the history begins on {first_on}, so the counts of the earlier period are too low to compare with."
    ]


def _facts(change: Decomposition) -> dict[str, int]:
    return {"n_before": change.n_before, "n_after": change.n_after, "n_change": change.n_change}


def _cause(effect: Any, dimension: str) -> str:
    return {"rate": f"rate to {effect.stage}", "mix": f"mix of {dimension}"}.get(effect.factor, "number of leads")


def _bottleneck(steps: pd.DataFrame) -> list[str]:
    """Say where most is to be gained, when that can be told."""
    judged = steps[steps["is_enough"].astype(bool) & (steps["n_gained"] > 0)]
    if judged.empty:
        return []
    best = judged.iloc[0]
    line = (
        f"Most to gain on the way to {best['stage']}: {best['rate_now']:.1%} in the latest {RECENT_MONTHS} mature months, "
        f"{best['best_rate']:.1%} in {best['best_month']:%Y-%m}; {best['n_gained']:.1f} more wins "
        f"({best['n_low']:.1f} to {best['n_high']:.1f})."
    )
    return [line]


def _period(part: Selection) -> str:
    last: date = part.as_of.date() if part.end is None else (pd.Timestamp(part.end) - pd.Timedelta(days=1)).date()
    return f"{part.start} to {min(last, part.as_of.date())}"


def _for_people(steps: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a person reads."""
    columns = ["stage", "n_before", "n_after", "n_change", "step_rate_before", "step_rate_after", "step_change"]
    shown = steps[[*columns, "step_low", "step_high"]].rename(
        columns={"step_rate_before": "before_rate", "step_rate_after": "after_rate", "step_change": "change_rate"}
    )
    shown.loc[0, ["step_low", "step_high"]] = float("nan")
    return shown
