"""`leadcal calibrate`: do high scores win?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from analysis.calibration import calibrate
from analysis.replay import pattern_table, score_table
from analysis.rulesets import find_ruleset
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
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
@selection_options
@format_option
@click.pass_obj
def calibrate_command(workspace: Workspace, ruleset_name: str, output_format: str, **options: Any) -> None:
    """Hold the score at each handoff against what became of the lead.

    Only handoffs old enough to judge count as won or lost (--horizon-days).
    The coverage of a band is the share of its leads that sales really worked:
    what nobody worked is unknown, never "correctly left alone".

    \b
    leadcal calibrate
    leadcal calibrate --ruleset my-draft.toml --horizon-days 120
    leadcal calibrate --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, ruleset_name)
    result = calibrate(score_table(pattern_table(reader, ruleset, chosen), ruleset), ruleset)
    counts = {
        name: getattr(result, name)
        for name in ("n_decisions", "n_mature", "n_immature", "n_already_decided", "n_standing", "n_won", "base_rate")
    }
    print_result(
        output_format,
        headline=_headline(result, ruleset_name, reader.snapshot, chosen),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "horizon_days": chosen.horizon_days,
            "ruleset": {"id": ruleset.id, "version": ruleset.version, "threshold": result.threshold},
            **counts,
            "ranking": asdict(result.ranking),
        },
        tables={"bands": result.bands, "scores": result.scores},
        main_table="bands",
    )


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
