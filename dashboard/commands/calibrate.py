"""`leadcal calibrate`: do high scores win?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import pandas as pd

from analysis.calibration import calibrate
from analysis.replay import pattern_table, score_table
from analysis.rulesets import Ruleset, find_ruleset
from dashboard.commands.band_report import band_report, check_outcome, headline
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.commands.score_report import measure, score_report
from dashboard.texts import speaker
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="calibrate")
@click.option(
    "--ruleset",
    "ruleset_name",
    default="today",
    show_default=True,
    help="A released ruleset (name, or name@version), or a TOML file.",
)
@click.option("--outcome", default="won", show_default=True, help="What the bands count: a stage, accepted or amount.")
@click.option(
    "--bands", type=click.Choice(["today", "proposed"]), default="today", show_default=True, help="Which bands."
)
@click.option("--threshold", type=int, help="Look at another threshold than the ruleset's.")
@click.option("--yardstick", "has_yardstick", is_flag=True, help="Compare with the best model on the same facts.")
@selection_options
@format_option
@click.pass_obj
def calibrate_command(
    workspace: Workspace,
    ruleset_name: str,
    outcome: str,
    bands: str,
    threshold: int | None,
    has_yardstick: bool,
    output_format: str,
    **options: Any,
) -> None:
    """Hold the score at each handoff against what became of the lead.

    Only handoffs old enough to judge count as won or lost (--horizon-days).
    The coverage of a band is the share of its leads that sales really worked:
    what nobody worked is unknown, never "correctly left alone".

    \b
    leadcal calibrate
    leadcal calibrate --ruleset my-draft.toml --horizon-days 120
    leadcal calibrate --outcome opportunity --bands proposed
    leadcal calibrate --threshold 8
    leadcal calibrate --yardstick
    leadcal calibrate --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, ruleset_name)
    check_outcome(reader, outcome)
    result = calibrate(score_table(pattern_table(reader, ruleset, chosen), ruleset), ruleset)
    counts = {
        name: getattr(result, name)
        for name in ("n_decisions", "n_mature", "n_immature", "n_already_decided", "n_standing", "n_won", "base_rate")
    }
    report = band_report(reader, ruleset, chosen, outcome=outcome, which=bands, threshold=threshold)
    measured = measure(reader, ruleset, chosen) if has_yardstick else None
    lines, facts, tables = score_report(reader, result, ruleset, chosen, measured, speaker("en"))
    print_result(
        output_format,
        headline=[*_headline(result, ruleset_name, reader.snapshot, chosen), *lines, *headline(report, outcome)],
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "horizon_days": chosen.horizon_days,
            "ruleset": {"id": ruleset.id, "version": ruleset.version, "threshold": result.threshold},
            "outcome": outcome,
            "threshold": report.threshold,
            **counts,
            "ranking": asdict(result.ranking),
            **facts,
        },
        tables={
            "bands": _own_columns(report.bands, ruleset),
            "people": report.people,
            "bounds": report.bounds,
            "grid": report.grid,
            "scores": result.scores,
            **tables,
        },
        main_table="bands",
    )


def _own_columns(bands: pd.DataFrame, ruleset: Ruleset) -> pd.DataFrame:
    """Leave out whether leads of a band were scored at all: with points of our own all are."""
    return bands if ruleset.outside is not None else bands.drop(columns="is_scored")


def _headline(result: Any, ruleset_name: str, snapshot: int, chosen: Any) -> list[str]:
    ranking = result.ranking
    counts = (
        f"Ruleset {ruleset_name}, as of {chosen.as_of:%Y-%m-%d} (snapshot {snapshot}): {result.n_decisions:,} handoffs; "
        f"{result.n_mature:,} old enough to judge ({chosen.horizon_days} days), {result.n_won:,} of them won."
    )
    lines = [counts]
    if result.n_immature or result.n_already_decided:
        lines.append(
            f"Left out: {result.n_immature:,} too young to judge, {result.n_already_decided:,} already won at the handoff."
        )
    if ranking.n_unscored:
        lines.append(
            f"{ranking.n_unscored:,} of {ranking.n_unscored + ranking.n_leads:,} leads were not scored "
            f"({ranking.n_unscored_won:,} of them won); the ranking power is that of the others."
        )
    if ranking.verdict == "too_few":
        lines.append("Too few wins or losses to say whether the score ranks leads.")
    else:
        lines.append(
            f"Of 10 wins, {10 * ranking.top_capture:.0f} came from the top {ranking.top_share:.0%} of scores; a coin gets "
            f"{10 * ranking.top_share:.0f}. Ranking power: {ranking.verdict} "
            f"(AUC {ranking.auc:.2f}, 95 % interval {ranking.auc_low:.2f} to {ranking.auc_high:.2f})."
        )
    return lines
