"""`leadcal decide` and `leadcal decisions`: what the meeting decided, and whether it kept its promise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from analysis.meeting.deciding import decide
from analysis.meeting.decisions import read_records, withdraw, write_review
from analysis.meeting.ledger import Gain, Outlook, outlook, promise_of, promised
from analysis.meeting.model import Decision, DecisionError, Promise, Record, Review
from analysis.rulesets import RulesetError, find_ruleset
from analysis.selection import Selection
from dashboard.commands.options import format_option
from dashboard.commands.output import print_result
from data.store import Reader, open_reader
from data.workspace import Workspace

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="decide")
@click.option("--title", required=True, help="What is decided.")
@click.option("--why", required=True, help="The reason.")
@click.option("--marketing", multiple=True, required=True, help="Who agreed from marketing; may be repeated.")
@click.option("--sales", multiple=True, required=True, help="Who agreed from sales; may be repeated.")
@click.option("--before", default="", help="Points in force (name@version), when points change.")
@click.option("--after", default="", help="New points (name@version); a draft is released in the same step.")
@click.option("--on", "decided_on", type=_DATE, help="Day of the decision [default: the end of the data].")
@click.option("--in-force-from", type=_DATE, required=True, help="First day on which it holds.")
@click.option("--review-on", type=_DATE, required=True, help="Day on which the promise is judged.")
@click.option("--outcome", default="won", show_default=True, help="Stage by which the promise is judged.")
@click.option(
    "--horizon-days", type=click.IntRange(1, 3650), default=180, show_default=True, help="Days in which it counts."
)
@click.option("--evidence", default="", help="Address of the page that convinced the meeting.")
@click.option("--dry-run", is_flag=True, help="Only show what it would promise; nothing is released or stored.")
@format_option
@click.pass_obj
def decide_command(workspace: Workspace, output_format: str, dry_run: bool, **given: Any) -> None:
    """Store a decision with what it promises; a decision on points releases them.

    \b
    leadcal decide --title "Raise price inquiry" --why "It wins more often" \\
        --marketing Sato --sales Suzuki --before today@1 --after today@2 \\
        --in-force-from 2026-05-01 --review-on 2026-12-01 --dry-run
    """
    reader = open_reader(workspace)
    selection = _selection(reader, given.pop("outcome"), given.pop("horizon_days"))
    gain = _gain(workspace, reader, selection, given["before"], given["after"])
    promise = promise_of(gain, selection) if gain else None
    decision = _decision(given, reader, selection, promise)
    headline = [_offer(gain, selection)]
    if dry_run:
        headline.append("Nothing was released or stored (--dry-run).")
    else:
        decision = decide(workspace, decision)
        headline.append(f"Stored {workspace.decisions / decision.id}.toml.")
        headline += [f"Released {decision.ruleset_after}."] if decision.ruleset_after else []
    _print_one(output_format, headline, decision, gain)


@click.group(name="decisions", invoke_without_command=True)
@format_option
@click.pass_context
def decisions_command(ctx: click.Context, output_format: str) -> None:
    """List the decisions with what they promised and what came, or review and withdraw them.

    \b
    leadcal decisions
    leadcal decisions review 2026-04-17-raise-price-inquiry --note "As hoped."
    leadcal decisions withdraw 2026-04-17-raise-price-inquiry
    """
    if ctx.invoked_subcommand is not None:
        return
    workspace: Workspace = ctx.obj
    reader = open_reader(workspace)
    records, problems = read_records(workspace)
    found = [(record, _outlook(workspace, reader, record)) for record in records]
    for problem in problems:
        click.echo(f"leadcal: {problem}", err=True)
    table = pd.DataFrame([_row(record, seen) for record, seen in found], columns=_COLUMNS)
    print_result(
        output_format,
        headline=[
            f"{len(records):,} decisions, as of {reader.data_end:%Y-%m-%d}.",
            "New and old points are compared on the same leads since the new ones are in force; changes in percentage points.",
        ],
        facts={"snapshot": reader.snapshot, "as_of": reader.data_end},
        tables={"decisions": _for_people(table) if output_format == "table" else table},
        main_table="decisions",
    )


@decisions_command.command(name="review")
@click.argument("decision_id")
@click.option("--note", default="", help="What the meeting says about it.")
@click.option("--on", "reviewed_on", type=_DATE, help="Day of the review [default: the end of the data].")
@click.pass_obj
def review_command(workspace: Workspace, decision_id: str, note: str, reviewed_on: datetime | None) -> int:
    """Store how a promise fared as it stands; the exit code is 1 when it was broken."""
    reader = open_reader(workspace)
    record = _record(workspace, decision_id)
    seen = _outlook(workspace, reader, record)
    if seen is None:
        raise DecisionError(f'"{decision_id}" has no promise that can be compared; there is nothing to review')
    if seen.verdict == "too_early":
        raise DecisionError(
            f'"{decision_id}" cannot be judged yet: its first result comes on {seen.mature_on}; review it later'
        )
    day = reviewed_on.date() if reviewed_on else _end(reader).date()
    found = seen.found
    review = Review(
        decision_id=decision_id, reviewed_on=day, verdict=seen.verdict, snapshot=reader.snapshot, gain=found.gain,
        low=found.low, high=found.high, note=note,
    )  # fmt: skip
    if not write_review(workspace, review):
        raise DecisionError(f'"{decision_id}" was reviewed already; see {decision_id}.review.toml')
    click.echo(f"{decision_id}: {seen.verdict}, {_points(found.gain, found.low, found.high)}.")
    return 1 if seen.verdict == "broken" else 0


@decisions_command.command(name="withdraw")
@click.argument("decision_id")
@click.option("--note", default="", help="Why.")
@click.option("--on", "withdrawn_on", type=_DATE, help="Day [default: the end of the data].")
@click.pass_obj
def withdraw_command(workspace: Workspace, decision_id: str, note: str, withdrawn_on: datetime | None) -> None:
    """Take a decision back; its file stays. Points it released are retired with `leadcal ruleset retire`."""
    day = withdrawn_on.date() if withdrawn_on else _end(open_reader(workspace)).date()
    if not withdraw(workspace, decision_id, day, note):
        raise DecisionError(f'"{decision_id}" was taken back already; its file stays')
    click.echo(f"{decision_id} is taken back from {day}.")


def _selection(reader: Reader, outcome: str, horizon_days: int) -> Selection:
    return Selection(as_of=_end(reader), outcome=outcome, horizon_days=horizon_days)


def _end(reader: Reader) -> datetime:
    if reader.data_end is None:
        raise DecisionError(f"{reader.workspace.root}: the history holds no events; import leads first")
    return reader.data_end


def _gain(workspace: Workspace, reader: Reader, selection: Selection, before: str, after: str) -> Gain | None:
    if not after:
        return None
    return promised(reader, find_ruleset(workspace, before), find_ruleset(workspace, after), selection)


def _decision(given: dict[str, Any], reader: Reader, selection: Selection, promise: Promise | None) -> Decision:
    return Decision(
        title=given["title"], why=given["why"], marketing=given["marketing"], sales=given["sales"],
        decided_on=(given["decided_on"] or selection.as_of).date(), in_force_from=given["in_force_from"].date(),
        review_on=given["review_on"].date(), snapshot=reader.snapshot, as_of=selection.as_of,
        ruleset_before=given["before"], ruleset_after=given["after"], evidence=given["evidence"], promise=promise,
    )  # fmt: skip


def _offer(gain: Gain | None, selection: Selection) -> str:
    if gain is None:
        return "No points change, so nothing is promised."
    if not gain.is_enough:
        return f"Too few leads have a result ({min(gain.n_before, gain.n_after):,}); nothing is promised."
    return (
        f"{selection.outcome} within {selection.horizon_days} days: {gain.rate_before:.1%} of {gain.n_before:,} leads above "
        f"the threshold with the points before, {gain.rate_after:.1%} of {gain.n_after:,} with those after, "
        f"{_points(gain.gain, gain.low, gain.high)}."
    )


def _points(gain: float, low: float, high: float) -> str:
    return f"{100 * gain:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


def _print_one(output_format: str, headline: list[str], decision: Decision, gain: Gain | None) -> None:
    table = pd.DataFrame([_row(Record(decision=decision), None)], columns=_COLUMNS)
    facts = {
        "id": decision.id,
        "title": decision.title,
        "n_before": gain.n_before if gain else None,
        "n_after": gain.n_after if gain else None,
    }
    if output_format == "table":
        for line in headline:
            click.echo(line)
        return
    print_result(output_format, headline=headline, facts=facts, tables={"decisions": table}, main_table="decisions")


def _outlook(workspace: Workspace, reader: Reader, record: Record) -> Outlook | None:
    decision = record.decision
    if decision.promise is None:
        return None
    try:
        before, after = (find_ruleset(workspace, code) for code in (decision.ruleset_before, decision.ruleset_after))
    except RulesetError:
        return None
    return outlook(reader, decision, before, after, Selection(as_of=_end(reader)))


def _record(workspace: Workspace, decision_id: str) -> Record:
    for record in read_records(workspace)[0]:
        if record.decision.id == decision_id:
            return record
    raise DecisionError(f'there is no decision "{decision_id}" in {workspace.decisions}; see `leadcal decisions`')


_COLUMNS = [
    "id", "decided_on", "in_force_from", "review_on", "before", "after", "outcome", "horizon_days",
    "promised_gain", "promised_low", "promised_high", "found_gain", "found_low", "found_high",
    "n_before", "n_after", "verdict", "mature_on", "state",
]  # fmt: skip


def _row(record: Record, seen: Outlook | None) -> list[Any]:
    decision, promise = record.decision, record.decision.promise
    found: Any = record.review or (seen.found if seen else None)
    promised_values = (promise.gain, promise.low, promise.high) if promise else (None,) * 3
    verdict = record.review.verdict if record.review else seen.verdict if seen else None
    state = "withdrawn" if record.withdrawn_on else "reviewed" if record.review else "open"
    return [
        decision.id, decision.decided_on, decision.in_force_from, decision.review_on, decision.ruleset_before,
        decision.ruleset_after, promise.outcome if promise else None, promise.horizon_days if promise else None,
        *promised_values, *((found.gain, found.low, found.high) if found else (None,) * 3),
        seen.found.n_before if seen else None, seen.found.n_after if seen else None, verdict,
        seen.mature_on if seen else None, state,
    ]  # fmt: skip


def _for_people(table: pd.DataFrame) -> pd.DataFrame:
    def change(kind: str) -> list[str]:
        rows = table[[f"{kind}_gain", f"{kind}_low", f"{kind}_high"]].itertuples(index=False)
        return ["-" if row[0] is None or pd.isna(row[0]) else _points(*row) for row in rows]

    shown = table[["id", "before", "after"]].assign(
        promised=change("promised"), found=change("found"), verdict=table["verdict"].fillna("-"),
        judged_from=table["mature_on"].fillna("-"), state=table["state"],
    )  # fmt: skip
    return shown.replace("", "-")
