"""`leadcal lead`: what happened with this one, and how did it come by its score?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from analysis.lead import Story, story
from analysis.leads import dossier
from analysis.receipts import Receipt, receipt
from analysis.rulesets import find_ruleset
from dashboard.commands.language import say as speaker_of_terminal
from dashboard.commands.options import format_option
from dashboard.commands.output import print_result
from dashboard.leadview import words
from dashboard.masking import mask_text
from data.contract import TABLES
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace


@click.command(name="lead")
@click.argument("lead_id")
@click.option("--ruleset", "ruleset_name", default="today", show_default=True, help="Whose points.")
@click.option("--pass", "pass_no", type=click.IntRange(1), help="Which handoff, 1 for the first [default: the latest].")
@click.option("--events", "with_events", is_flag=True, help="Show what happened instead of the receipt.")
@click.option("--reveal", is_flag=True, help="Show company and owner instead of masking them.")
@format_option
@click.pass_obj
def lead_command(
    workspace: Workspace,
    lead_id: str,
    ruleset_name: str,
    pass_no: int | None,
    with_events: bool,
    reveal: bool,
    output_format: str,
) -> None:
    """Show one lead: the sentence that sums it up, and its score at a handoff to the last point.

    Without any handoff the score at the end of the data is shown.

    \b
    leadcal lead L0000017
    leadcal lead L0000017 --pass 1 --format json
    leadcal lead L0000017 --events
    """
    reader = open_reader(workspace)
    if reader.data_end is None:
        raise InputError(f"{workspace.root}: the history holds no events; import leads first")
    found = story(reader, lead_id, reader.data_end)
    at = _moment(found, pass_no)
    points = find_ruleset(workspace, ruleset_name)
    explained = receipt(reader, points, lead_id, at)
    speak = speaker_of_terminal()
    sentence = words.dossier(dossier(reader, lead_id, at), speak)
    print_result(
        output_format,
        headline=[
            (
                f"{lead_id}, company {_name(found, 'company', reveal)}, owner {_name(found, 'owner', reveal)}, "
                f"stage {found.profile['stage']}, at {at:%Y-%m-%d %H:%M} UTC (snapshot {reader.snapshot}):"
            ),
            sentence,
            (
                f"Score {explained.score} = fit {explained.fit} + engagement {explained.engagement}, "
                f"band {explained.band.name_en}; handed over from {points.threshold}."
            ),
            *([f"Gates shut: {', '.join(explained.gates)}."] if explained.gates else []),
        ],
        facts=_facts(found, explained, sentence, reader.snapshot, reveal=reveal),
        tables={
            "receipt": _receipt_table(explained),
            "bant": found.bant(at),
            "events": found.events.drop(columns=["amount"]),
        },
        main_table="events" if with_events else "receipt",
    )


def _moment(found: Story, pass_no: int | None) -> datetime:
    handoffs = found.handoffs
    if pass_no is not None:
        handoffs = handoffs[handoffs["pass_no"] == pass_no]
        if handoffs.empty:
            raise InputError(f"--pass {pass_no}: the lead has {len(found.handoffs)} handoffs; choose one of them")
    if handoffs.empty:
        return found.as_of
    moment: datetime = pd.Timestamp(handoffs["handed_off_at"].iloc[-1]).to_pydatetime()
    return moment


def _receipt_table(explained: Receipt) -> pd.DataFrame:
    columns = ["rule_id", "label_en", "axis", "points", "multiplicity", "effect", "value", "last_at", "content"]
    table = explained.table()[columns]
    return table.astype(object).where(table.notna(), None)


def _facts(found: Story, explained: Receipt, sentence: str, snapshot: int, *, reveal: bool) -> dict[str, Any]:
    personal = {column.name for column in TABLES["leads"].columns if column.is_personal}
    profile = {name: _name(found, name, reveal) if name in personal else value for name, value in found.profile.items()}
    return {
        "snapshot": snapshot,
        "lead": profile,
        "at": explained.at,
        "dossier": sentence,
        "score": explained.score,
        "fit": explained.fit,
        "engagement": explained.engagement,
        "band": explained.band.name_en,
        "gates": list(explained.gates),
        "ruleset": {"id": explained.ruleset_id, "version": explained.version},
    }


def _name(found: Story, field: str, reveal: bool) -> str:
    text = str(found.profile[field] or "")
    return text if reveal else mask_text(text)
