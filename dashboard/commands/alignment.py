"""`leadcal alignment`: where does each department's belief differ from the deals?"""

from __future__ import annotations

from typing import Any

import click

from analysis.losses import loss_cases
from analysis.meeting.alignment import READINGS, alignment
from analysis.rulesets import find_ruleset
from dashboard.commands import language
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.defining.alignment_words import alignment_sentences, basis_sentence, rule_names
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace

_READ = ("n", "n_yes", "log_odds_per_point", "is_enough")


@click.command(name="alignment")
@click.option("--ruleset", "reference", default="today", show_default=True, help="Whose points marketing gives.")
@selection_options
@format_option
@click.pass_obj
def alignment_command(workspace: Workspace, reference: str, output_format: str, **options: Any) -> None:
    """Read every rule three times: marketing's points, what sales' answers imply, what closed deals support.

    \b
    leadcal alignment
    leadcal alignment --format csv
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset, say = find_ruleset(workspace, reference), language.say()
    if ruleset.outside is not None:
        raise InputError(
            f'"{reference}" is the score of another tool, whose rules cannot be read; name one with points'
        )
    found = alignment(loss_cases(reader, ruleset, chosen))
    names = rule_names(found, ruleset, say)
    lines = [*alignment_sentences(found, names, say), basis_sentence(found, say)]
    facts = {
        "snapshot": reader.snapshot,
        "as_of": chosen.as_of,
        "horizon_days": chosen.horizon_days,
        "ruleset": {"id": ruleset.id, "version": ruleset.version},
        "sales": {name: getattr(found.sales, name) for name in _READ},
        "deals": {name: getattr(found.deals, name) for name in _READ},
        "sentences": lines,
    }
    ends = {
        f"{reading}_{old}": f"{reading}_{new}" for reading in READINGS for old, new in (("low", "from"), ("high", "to"))
    }
    rules = found.rules.rename(columns={"points": "marketing_points", **ends}).drop(columns="rule_id")
    print_result(output_format, headline=lines, facts=facts, tables={"rules": rules}, main_table="rules")
