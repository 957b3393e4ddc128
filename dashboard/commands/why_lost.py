"""`leadcal why-lost`: why did high scores fail to close?"""

from __future__ import annotations

import importlib
from typing import Any, Final

import click

from analysis.rulesets import find_ruleset
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.store import open_reader
from data.workspace import Workspace

PARTS: Final = {
    "account": "why_lost_account",
    "points": "why_lost_points",
    "groups": "why_lost_groups",
    "near-misses": "why_lost_near_misses",
    "twins": "why_lost_twins",
    "speed": "why_lost_speed",
    "court": "why_lost_court",
}
"""Each part and the module of this folder whose `report(reader, ruleset, selection)` returns it; twins takes a lead, too, and
account whether people are named.

What `report` returns are the arguments of `output.print_result`, without the format:
`headline`, `facts`, `tables` and `main_table`.
"""


@click.command(name="why-lost")
@click.option("--part", type=click.Choice(list(PARTS)), default="account", show_default=True, help="What to look at.")
@click.option("--ruleset", "reference", default="today", show_default=True, help="A ruleset, or a TOML file.")
@click.option("--lead", default="", help="The lost lead whose twins are wanted; only for twins [default: the latest].")
@selection_options
@click.option("--show-owners", is_flag=True, help="Name people instead of numbering them; only for account.")
@format_option
@click.pass_obj
def why_lost_command(
    workspace: Workspace,
    part: str,
    reference: str,
    lead: str,
    *,
    show_owners: bool,
    output_format: str,
    **options: Any,
) -> None:
    """Say what took the high scores that lost: chance, the points, the calls, the data, or the market.

    \b
    leadcal why-lost
    leadcal why-lost --start 2025-04-01 --format json
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, reference)
    asked: dict[str, dict[str, Any]] = {"twins": {"lead": lead}, "account": {"show_owners": show_owners}}
    result = importlib.import_module(f"dashboard.commands.{PARTS[part]}").report(
        reader, ruleset, chosen, **asked.get(part, {})
    )
    facts = {
        "snapshot": reader.snapshot,
        "as_of": chosen.as_of,
        "horizon_days": chosen.horizon_days,
        "ruleset": {"id": ruleset.id, "version": ruleset.version},
        "part": part,
    }
    print_result(output_format, **{**result, "facts": {**facts, **result["facts"]}})
