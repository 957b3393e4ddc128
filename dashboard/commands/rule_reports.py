"""`leadcal ruleset health|card|sheet|sql`: what the rules are worth, and how they get into other tools."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import pandas as pd

from analysis.handover import TOOLS, Tool
from analysis.rule_health import RuleHealth, rule_health
from analysis.rulesets import Ruleset, find_ruleset
from analysis.score_sql import Moments, score_sql
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.handover.card import card
from dashboard.handover.phrases import label
from dashboard.handover.sheet import headed, heading, markdown, sheet
from dashboard.handover.verdicts import reason
from dashboard.texts import LANGUAGES, Speaker, speaker
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace, replace_text

Command = TypeVar("Command", bound=Callable[..., Any])

_SHOWN: Final = (
    "rule_id", "points", "suggested", "n_worked", "n_standing", "points_share", "win_rate", "other_win_rate",
    "capped_rate", "n_blind_sources", "last_fired_at",
)  # fmt: skip


def language_option(command: Command) -> Command:
    """Add the option `--language`."""
    return click.option(
        "--language",
        "words",
        type=click.Choice(LANGUAGES),
        help="Language of the texts [default: LEADCAL_LANG, or that of the terminal].",
    )(command)


def _output_option(command: Command) -> Command:
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--output", "-o", type=path, help="File to write instead of the terminal.")(command)


@click.command(name="health")
@click.argument("reference", default="today")
@selection_options
@format_option
@click.pass_obj
def health_command(workspace: Workspace, reference: str, output_format: str, **options: Any) -> None:
    """Say of each rule whom it hits, what it gives, and whether it earns its place.

    A verdict rests on the effect of a rule beside all others, not on the win
    rate alone, and asks for a change only where chance is excluded.

    \b
    leadcal ruleset health
    leadcal ruleset health today@2 --start 2025-10-01 --format csv
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = _with_rules(find_ruleset(workspace, reference), "report")
    health = rule_health(reader, ruleset, chosen)
    say = language.say()
    rules = health.rules.assign(why=[reason(row, ruleset, say) for _, row in health.rules.iterrows()])
    print_result(
        output_format,
        headline=_health_lines(health, ruleset, rules, say),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "horizon_days": chosen.horizon_days,
            "ruleset": {"id": ruleset.id, "version": ruleset.version},
            **{name: getattr(health, name) for name in ("n_worked", "n_standing", "n_mature", "n_won")},
        },
        tables={
            "rules": _shown(rules, say) if output_format == "table" else _flat(rules, output_format),
            "overlaps": health.overlaps,
            "fields": health.fields,
        },
        main_table="rules",
    )


def _health_lines(health: RuleHealth, ruleset: Ruleset, rules: pd.DataFrame, say: Speaker) -> list[str]:
    names = {rule.id: label(rule, say) for rule in ruleset.rules}
    counts = {name: say.count(getattr(health, f"n_{name}")) for name in ("worked", "standing", "mature", "won")}
    lines = [say("rule_health.summary", name=f"{ruleset.id}@{ruleset.version}", **counts)]
    for _, row in rules[rules["verdict"] != "keep"].iterrows():
        lines.append(f"{say.word('rule_verdict', row['verdict'])}: {names[row['rule_id']]} – {row['why']}")
    return lines


def _shown(rules: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    fired = rules["last_fired_at"].dt.strftime("%Y-%m-%d").fillna("-")
    table = rules.assign(last_fired_at=fired)[list(_SHOWN)]
    table.insert(3, "verdict", [say.word("rule_verdict", verdict) for verdict in rules["verdict"]])
    return table


def _flat(rules: pd.DataFrame, output_format: str) -> pd.DataFrame:
    return rules if output_format == "json" else rules.drop(columns="values")


@click.command(name="card")
@click.argument("reference", default="today")
@language_option
@_output_option
@click.pass_obj
def card_command(workspace: Workspace, reference: str, words: Any, output: Path | None) -> None:
    """Write the points on one page of HTML that prints on A4.

    \b
    leadcal ruleset card today@2 --language ja -o card.html
    """
    _write(card(find_ruleset(workspace, reference), _speaker(words)), output)


@click.command(name="sheet")
@click.option("--from", "before", help="What the tool gives today; left out: nothing yet.")
@click.option("--to", "after", default="today", show_default=True, help="What it shall give.")
@click.option("--tool", type=click.Choice(TOOLS), default="generic", show_default=True, help="Which tool is set.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "markdown", "csv", "json"]),
    default="table",
    show_default=True,
    help="table and markdown for people, csv and json for programs.",
)
@language_option
@_output_option
@click.pass_obj
def sheet_command(
    workspace: Workspace,
    before: str | None,
    after: str,
    tool: Tool,
    output_format: str,
    words: Any,
    output: Path | None,
) -> None:
    """List what to set in a marketing tool so that it gives these points.

    \b
    leadcal ruleset sheet --from today@1 --to draft.toml --tool hubspot
    leadcal ruleset sheet --to today@2 --tool marketo --format markdown -o sheet.md
    """
    old = None if before is None else _with_rules(find_ruleset(workspace, before), "sheet")
    new, say = _with_rules(find_ruleset(workspace, after), "sheet"), _speaker(words)
    if output_format == "markdown":
        _write(markdown(old, new, tool, say), output)
        return
    table = sheet(old, new, tool, say)
    if output is not None:
        if output_format != "csv":
            raise InputError(f"--output {output}: only markdown and csv are written to a file; add --format csv")
        from dashboard.tables import csv  # loads the figures, which takes a second

        _write(csv(headed(table, say)).decode("utf-8"), output)
        return
    print_result(
        output_format,
        headline=[heading(old, new, tool, say), *([say("sheet.nothing")] if table.empty else [])],
        facts={"tool": tool, "from": before, "to": after},
        tables={"steps": headed(table, say) if output_format == "table" else table},
        main_table="steps",
    )


@click.command(name="sql")
@click.argument("reference", default="today")
@click.option(
    "--moments",
    type=click.Choice(["handoffs", "leads"]),
    default="handoffs",
    show_default=True,
    help="The score at each handoff, or of every lead at one moment.",
)
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="That moment (UTC); left out: when the statement runs. Only for --moments leads.",
)
@_output_option
@click.pass_obj
def sql_command(
    workspace: Workspace, reference: str, moments: Moments, as_of: datetime | None, output: Path | None
) -> None:
    """Write the score as one SQL statement for a warehouse that holds the tables of the contract.

    \b
    leadcal ruleset sql today@2 -o score.sql
    """
    if as_of is not None and moments == "handoffs":
        raise InputError("--as-of has no effect on handoffs, which have their own moments; add --moments leads")
    _write(score_sql(_with_rules(find_ruleset(workspace, reference), "sql"), moments, as_of), output)


def _with_rules(ruleset: Ruleset, purpose: str) -> Ruleset:
    """Return a ruleset that has rules; refuse the score of another tool in the reader's language."""
    if ruleset.kind == "score":
        raise InputError(language.say()(f"outside.{purpose}", name=f"{ruleset.id}@{ruleset.version}"))
    return ruleset


def _speaker(words: Any) -> Speaker:
    return language.say() if words is None else speaker(words)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        replace_text(output, text)
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror}); choose another place") from error
    click.echo(f"Wrote {output}.")
