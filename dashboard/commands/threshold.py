"""`leadcal threshold`: from how many points should sales take over?"""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from analysis.assumptions import Assumptions, load_assumptions
from analysis.economics import economics
from analysis.replay import pattern_table
from analysis.rulesets import Ruleset, find_ruleset
from analysis.selection import Selection
from analysis.staircase import Staircase, staircase
from analysis.value import ThresholdValue, threshold_value
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace

_SHOWN = {
    "threshold": "threshold",
    "note": "note",
    "n_leads": "leads_month",
    "n_left": "left_waiting",
    "wins": "wins_month",
    "wins_from": "wins_from",
    "wins_to": "wins_to",
    "value": "value_yen",
    "value_from": "value_from",
    "value_to": "value_to",
    "n_unknown": "never_worked",
}
"""Columns that are read at a terminal, by their names in the result."""


@click.command(name="threshold")
@click.option("--ruleset", "ruleset_name", default="today", show_default=True, help="Whose points.")
@click.option("--reps", "n_reps", type=int, help="People who take over leads.")
@click.option("--per-rep-per-week", "handoffs_per_rep_per_week", type=float, help="Leads each can take on in a week.")
@click.option("--cost-per-handoff", "cost_per_handoff_yen", type=float, help="Yen of work on one lead.")
@click.option("--margin-share", type=float, help="Share of a won amount that is left, 0 to 1.")
@click.option("--margin-per-win", "margin_per_win_yen", type=float, help="Yen a win leaves, instead of a share.")
@click.option("--opt-out-cost", "opt_out_cost_yen", type=float, help="Yen lost when a lead wants no more contact.")
@click.option("--opt-out-rate", type=float, help="How often that happens after a handoff, 0 to 1.")
@click.option("--staircase", "is_staircase", is_flag=True, help="Print the grid of fit and engagement instead.")
@selection_options
@format_option
@click.pass_obj
def threshold_command(
    workspace: Workspace,
    ruleset_name: str,
    n_reps: int | None,
    handoffs_per_rep_per_week: float | None,
    cost_per_handoff_yen: float | None,
    margin_share: float | None,
    margin_per_win_yen: float | None,
    opt_out_cost_yen: float | None,
    opt_out_rate: float | None,
    is_staircase: bool,
    output_format: str,
    **options: Any,
) -> None:
    """From how many points should sales take over? By value and by capacity.

    Options go before assumptions.toml of the workspace, and that before what the
    history says. Yen and leads are per month.

    \b
    leadcal threshold
    leadcal threshold --reps 5 --per-rep-per-week 12 --cost-per-handoff 25000
    leadcal threshold --staircase --format json
    """
    assumptions = load_assumptions(workspace.root / "assumptions.toml").with_values(
        n_reps=n_reps,
        handoffs_per_rep_per_week=handoffs_per_rep_per_week,
        cost_per_handoff_yen=cost_per_handoff_yen,
        margin_share=margin_share,
        margin_per_win_yen=margin_per_win_yen,
        opt_out_cost_yen=opt_out_cost_yen,
        opt_out_rate=opt_out_rate,
    )
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, ruleset_name)
    patterns, found = pattern_table(reader, ruleset, chosen), economics(reader, chosen)
    value = threshold_value(patterns, ruleset, assumptions, found)
    stairs = staircase(patterns, ruleset, assumptions, found)
    if not value.is_enough:
        total = value.row(0)
        raise InputError(
            f"too few to say: {total['n_mature']} handoffs with an outcome, {total['n_won']} won; "
            "20 outcomes with 5 won and 5 lost are needed; shorten --horizon-days or widen the period"
        )
    print_result(
        output_format,
        headline=_headline(value, stairs, ruleset, reader.snapshot, chosen),
        facts=_facts(value, stairs, assumptions, ruleset, reader.snapshot, chosen),
        tables={"thresholds": _thresholds(value, output_format), "staircase": _stairs(stairs, output_format)},
        main_table="staircase" if is_staircase else "thresholds",
    )


def _headline(
    found: ThresholdValue, stairs: Staircase, ruleset: Ruleset, snapshot: int, chosen: Selection
) -> list[str]:
    best, filling, today = (found.row(number) for number in (found.best, found.filling, found.today))
    low, high = found.flat
    terms, pace = found.terms, "" if found.terms.is_capacity_given else " (the pace so far)"
    flat = f"{low} to {high} is as good within chance" if low < high else "no other is as good beyond chance"
    return [
        (
            f"Ruleset {ruleset.id}@{ruleset.version}, as of {chosen.as_of:%Y-%m-%d} (snapshot {snapshot}); "
            f"a win leaves {terms.margin:,.0f} yen, a handoff costs {terms.cost:,.0f} yen."
        ),
        f"Best threshold: {_points(found, found.best)}, {_yen(best)} a month; {flat}.",
        (
            f"Today's {int(today['threshold'])}: {_yen(today)} a month; the best brings {found.gain:,.0f} more "
            f"({found.gain_from:,.0f} to {found.gain_to:,.0f})."
        ),
        (
            f"Capacity {terms.capacity:,.0f} leads a month{pace}: {_points(found, found.filling)} fills it "
            f"with {filling['n_leads']:,.0f}."
        ),
        (
            f"{best['n_unknown']:,} leads at or above the best threshold were never worked; all lost: "
            f"{best['value_worst']:,.0f} yen a month, all won: {best['value_best']:,.0f}."
        ),
        (
            f"Staircase on fit and engagement: {stairs.gain_from:+,.0f} to {stairs.gain_to:+,.0f} yen a month "
            "against today's threshold."
        ),
    ]


def _points(found: ThresholdValue, number: int) -> str:
    if number == len(found.curve) - 1:
        return "nobody"
    return f"{int(found.row(number)['threshold'])} points"


def _yen(row: pd.Series) -> str:
    return f"{row['value']:,.0f} yen ({row['value_from']:,.0f} to {row['value_to']:,.0f})"


def _thresholds(found: ThresholdValue, output_format: str) -> pd.DataFrame:
    """Return the curve: all of it for programs, the columns people read for a terminal."""
    curve = found.curve.copy()
    marks = [[name for name in ("best", "today", "filling") if getattr(found, name) == n] for n in range(len(curve))]
    curve.insert(1, "note", [" ".join(names) for names in marks])
    if output_format != "table":
        return curve
    shown = curve[list(_SHOWN)].rename(columns=_SHOWN)
    whole = ["leads_month", "left_waiting", "value_yen", "value_from", "value_to"]
    return shown.assign(**{name: shown[name].round().astype("int64") for name in whole})


def _stairs(found: Staircase, output_format: str) -> pd.DataFrame:
    cells = found.cells.iloc[::-1].reset_index(drop=True)
    if output_format != "table":
        return cells
    names = ["fit", "fit_from", "engagement", "engagement_from", "is_handed_over", "today_share", "n_mature", "n_won"]
    shown = cells[[*names, "win_rate", "win_low", "win_high", "n_unknown"]].drop(
        columns=[] if found.has_grid else ["fit", "engagement"]
    )
    return shown.assign(
        leads_month=cells["n_leads"].round().astype("int64"), value_yen=cells["value"].round().astype("int64")
    )


def _facts(
    found: ThresholdValue,
    stairs: Staircase,
    assumptions: Assumptions,
    ruleset: Ruleset,
    snapshot: int,
    chosen: Selection,
) -> dict[str, Any]:
    thresholds = [*found.curve["threshold"].iloc[:-1].tolist(), None]
    return {
        "snapshot": snapshot,
        "as_of": chosen.as_of,
        "horizon_days": chosen.horizon_days,
        "ruleset": {"id": ruleset.id, "version": ruleset.version, "threshold": ruleset.threshold},
        "assumptions": {name: getattr(assumptions, name) for name in Assumptions.__dataclass_fields__},
        "terms": {name: getattr(found.terms, name) for name in ("capacity", "cost", "margin", "opt_out_rate")},
        "best_threshold": thresholds[found.best],
        "as_good_from": found.flat[0],
        "as_good_to": found.flat[1],
        "filling_threshold": thresholds[found.filling],
        "gain": found.gain,
        "gain_from": found.gain_from,
        "gain_to": found.gain_to,
        "n_gated": found.n_gated,
        "staircase_cuts": list(stairs.cuts),
        "staircase_gain": stairs.gain,
        "staircase_gain_from": stairs.gain_from,
        "staircase_gain_to": stairs.gain_to,
    }
