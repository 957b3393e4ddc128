"""`leadcal ruleset`: the point weights of this workspace."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from analysis.rulesets import Ruleset, find_ruleset, list_rulesets, parse_ruleset, release
from dashboard.commands.adoption import replay_command
from dashboard.commands.options import format_option
from dashboard.commands.output import print_result
from dashboard.commands.rule_reports import card_command, health_command, sheet_command, sql_command
from dashboard.commands.ruleset_versions import diff_command, retire_command, test_command
from data.errors import InputError
from data.workspace import Workspace


@click.group(name="ruleset")
def ruleset_command() -> None:
    """List, show, check, examine, release and hand over rulesets (the points)."""


_COMMANDS = (
    health_command,
    test_command,
    diff_command,
    replay_command,
    card_command,
    sheet_command,
    sql_command,
    retire_command,
)
for _command in _COMMANDS:
    ruleset_command.add_command(_command)


@ruleset_command.command(name="list")
@format_option
@click.pass_obj
def list_command(workspace: Workspace, output_format: str) -> None:
    """List the rulesets of this workspace and those that come with leadcal."""
    files = list_rulesets(workspace)
    table = pd.DataFrame(
        {
            "ruleset": [f"{file.name}@{file.version}" for file in files],
            "state": [file.state for file in files],
            "from": ["leadcal" if file.is_shipped else "workspace" for file in files],
            "file": [str(file.path) if not file.is_shipped else "" for file in files],
        }
    )
    print_result(output_format, headline=[], facts={}, tables={"rulesets": table}, main_table="rulesets")


@ruleset_command.command(name="show")
@click.argument("reference", default="today")
@format_option
@click.pass_obj
def show_command(workspace: Workspace, reference: str, output_format: str) -> None:
    """Show the rules and points of a ruleset (name, name@version, or a TOML file)."""
    ruleset = find_ruleset(workspace, reference)
    print_result(
        output_format,
        headline=[f"{ruleset.id}@{ruleset.version}: handed over from {ruleset.threshold} points."],
        facts={"id": ruleset.id, "version": ruleset.version, "threshold": ruleset.threshold},
        tables={"rules": _rules(ruleset)},
        main_table="rules",
    )


@ruleset_command.command(name="check")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def check_command(path: Path) -> None:
    """Say whether a ruleset file can be used, and if not, where it is wrong."""
    ruleset = parse_ruleset(_text(path), str(path))
    click.echo(
        f"{path}: {len(ruleset.rules)} rules, {len(ruleset.bands)} bands, handed over from {ruleset.threshold} points."
    )


@ruleset_command.command(name="release")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def release_command(workspace: Workspace, path: Path) -> None:
    """Make a ruleset file a released version of this workspace; it never changes afterwards."""
    parse_ruleset(_text(path), str(path))  # so that an error names the file that was given
    ruleset = release(workspace, _text(path))
    click.echo(f"Released {ruleset.id}@{ruleset.version}.")


def _rules(ruleset: Ruleset) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rule": [rule.id for rule in ruleset.rules],
            "axis": [rule.axis for rule in ruleset.rules],
            "points": [rule.points for rule in ruleset.rules],
            "label_en": [rule.label_en for rule in ruleset.rules],
            "label_ja": [rule.label_ja for rule in ruleset.rules],
        }
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a TOML file in UTF-8") from error
