"""`leadcal check`: does the history contradict itself?"""

from __future__ import annotations

import click

from analysis.evidence import CHECKS, evidence, evidence_records
from dashboard.check_words import sentence
from dashboard.commands import language
from dashboard.commands.options import format_option
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="check")
@click.option(
    "--open",
    "code",
    type=click.Choice([check.code for check in CHECKS]),
    help="Show the records that this check found.",
)
@format_option
@click.pass_obj
def check_command(workspace: Workspace, code: str | None, output_format: str) -> int:
    """Look for records that cannot all be true, and say what they harm.

    The exit code is 1 when a check of severity error found something.

    \b
    leadcal check
    leadcal check --open deal_before_lead --format csv
    """
    reader = open_reader(workspace)
    if code:
        records = evidence_records(reader, code)
        print_result(
            output_format, headline=[], facts={"code": code}, tables={"records": records}, main_table="records"
        )
        return 0
    result = evidence(reader)
    shown = result.checks.assign(harms=[", ".join(harms) for harms in result.checks["harms"]])
    n_passed = int(result.checks["is_passed"].sum())
    failed = result.checks[~result.checks["is_passed"]]
    words = language.say()
    print_result(
        output_format,
        headline=[
            f"Snapshot {reader.snapshot}: {n_passed} of {len(shown)} checks found nothing.",
            *(f"{words.word('severity', row['severity'])}: {sentence(row, words)}" for _, row in failed.iterrows()),
        ],
        facts={"snapshot": reader.snapshot, "n_errors": result.n_errors},
        tables={"checks": result.checks if output_format == "json" else shown.drop(columns="is_passed")},
        main_table="checks",
    )
    return 1 if result.n_errors else 0
