"""`leadcal handoff`: do both departments keep their word?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import click
import pandas as pd

from analysis.assumptions import load_assumptions
from analysis.economics import economics
from analysis.handoffs.agreement import load_agreement
from analysis.handoffs.breaches import breaches, kept_by
from analysis.handoffs.capacity import Load, load
from analysis.handoffs.judged import Judged, judge
from analysis.handoffs.overrides import held_back, overrides
from analysis.handoffs.recycling import came_back, given_back, passes
from analysis.handoffs.rows import DIMENSIONS, QUALIFIED, Handed, attempts, handed_over, outcomes
from analysis.handoffs.scorecards import scorecards
from analysis.handoffs.volumes import months, reasons, unclear_share
from analysis.handoffs.waits import wait_groups, wait_periods
from analysis.overview import key_table
from analysis.replay import pattern_table
from analysis.routing.library import find_routing
from analysis.rulesets import find_ruleset
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from dashboard import people
from dashboard.commands.options import format_option, selection, selection_options, show_owners_option
from dashboard.commands.output import print_result
from data.store import Reader, open_reader
from data.workspace import Workspace

PARTS: Final = (
    "scorecards", "months", "reasons", "waits", "contact", "answer", "breaches", "kept",
    "passes", "came_back", "given_back", "overrides", "load",
)  # fmt: skip
"""The tables of the command; each is part of the JSON."""

_SHOWN_AS: Final = {"rate": "good_rate", "rate_before": "before_rate", "change": "change_rate", "share": "all_rate"}
"""What is printed as a percentage has a name that says so."""


@click.command(name="handoff")
@click.option("--part", type=click.Choice(PARTS), default="scorecards", show_default=True, help="Which table to print.")
@click.option(
    "--by", type=click.Choice(DIMENSIONS), default="to_department", show_default=True, help="Groups to compare."
)
@click.option("--ruleset", "reference", default="today", show_default=True, help="A ruleset, or a TOML file.")
@selection_options
@show_owners_option
@format_option
@click.pass_obj
def handoff_command(
    workspace: Workspace, part: str, by: str, reference: str, *, show_owners: bool, output_format: str, **options: Any
) -> None:
    """Say what marketing handed over, how sales followed it up, and which promises were broken.

    Deadlines are those of the ruleset's bands, of handoff_rules.toml, of
    handoff_agreement.toml, and of the stages; they count office hours.

    \b
    leadcal handoff --start 2025-04-01
    leadcal handoff --part contact --by region
    leadcal handoff --part breaches --format csv
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, reference)
    found = _found(workspace, reader, chosen, ruleset, by)
    tables = found.tables
    if by == people.OWNER and not show_owners:
        tables = {
            name: people.for_files(table, "group", reader) if "group" in table else table
            for name, table in tables.items()
        }
    if output_format == "table":
        tables = {name: _readable(table) for name, table in tables.items()}
    print_result(
        output_format,
        headline=_headline(found),
        facts={
            "snapshot": reader.snapshot,
            "as_of": chosen.as_of,
            "start": chosen.start,
            "end": chosen.end,
            "horizon_days": chosen.horizon_days,
            "ruleset": {"id": ruleset.id, "version": ruleset.version, "threshold": ruleset.threshold},
            "n_handoffs": int(found.handed.is_current.sum()),
            "is_contact_recorded": found.handed.is_contact_recorded,
            "is_answer_recorded": found.handed.is_answer_recorded,
            "is_attempt_recorded": found.handed.is_attempt_recorded,
            "deadlines": [asdict(deadline) for deadline in found.judged.deadlines],
            "facts_due": list(found.judged.facts),
            **found.held,
            "capacity": found.load.capacity,
            "n_waiting": found.load.n_waiting,
            "opt_outs": {"n": found.n_watched, "n_opted_out": found.n_opted_out},
            "by": by,
        },
        tables=tables,
        main_table=part,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Everything the page shows."""

    handed: Handed
    judged: Judged
    held: dict[str, int]
    load: Load
    n_watched: int
    n_opted_out: int
    tables: dict[str, pd.DataFrame]


def _found(workspace: Workspace, reader: Reader, chosen: Selection, ruleset: Ruleset, by: str) -> _Found:
    handed = handed_over(reader, chosen, load_agreement(workspace.root))
    judged = judge(reader, handed, ruleset, find_routing(workspace))
    won, money = outcomes(reader, handed), economics(reader, chosen)
    loaded = load(handed, load_assumptions(workspace.root / "assumptions.toml"))
    cards = scorecards(
        handed, judged, key_table(reader, chosen), won, outcomes(reader, handed, QUALIFIED), attempts(reader, handed)
    )
    tables = {
        "scorecards": cards,
        "months": months(handed),
        "reasons": reasons(handed).drop(columns="reason"),
        "waits": wait_periods(handed),
        "contact": wait_groups(handed, "contact", by),
        "answer": wait_groups(handed, "answer", by),
        "breaches": breaches(handed, judged),
        "kept": kept_by(handed, judged, by),
        "passes": passes(handed, won),
        "came_back": came_back(handed, won),
        "given_back": given_back(handed, by),
        "overrides": overrides(handed, judged, won),
        "load": loaded.months,
    }
    return _Found(
        handed=handed,
        judged=judged,
        held=held_back(pattern_table(reader, ruleset, chosen), ruleset),
        load=loaded,
        n_watched=money.n_watched,
        n_opted_out=money.n_opted_out,
        tables=tables,
    )


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what rests on too few, and name percentages so that they are printed as such."""
    shown = table.copy()
    if "is_enough" in table:
        rates = [
            name for name in ("rate", "win_rate", "accepted_rate", "rejected_rate", "median", "p80") if name in table
        ]
        shown[rates] = table[rates].where(table["is_enough"].astype(bool))
    return shown.rename(columns=_SHOWN_AS)


def _headline(found: _Found) -> Sequence[str]:
    handed = found.handed
    lines = [
        f"{int(handed.is_current.sum()):,} handoffs{'' if handed.has_previous else '; no period before to compare with'}."
    ]
    lines += [_wait_line(row) for row in found.tables["waits"].itertuples()]
    for row in found.tables["breaches"].itertuples():
        known = f"{row.n:,} of {row.n_due:,} ({row.rate:.1%})" if row.is_known else "cannot be said"
        lines.append(f"{row.side.capitalize()}, {row.breach.replace('_', ' ')}: {known}.")
    if found.held["n_held"]:
        lines.append(
            f"{found.held['n_held']:,} at or above the threshold were held back; how they would have done is unknown."
        )
    unclear = unclear_share(found.tables["reasons"])
    if unclear > 0:
        lines.append(f"{unclear:.1%} of the rejections have no reason, or one that says nothing.")
    changed = found.tables["scorecards"].query("is_changed == True")
    lines += [
        f"{row.line} changed from {row.rate_before:.1%} to {row.rate:.1%}, by more than chance."
        for row in changed.itertuples()
    ]
    if found.n_watched:
        lines.append(
            f"{found.n_opted_out:,} of {found.n_watched:,} leads opted out after the handoff; see why-lost --part speed."
        )
    return lines


def _wait_line(row: Any) -> str:
    name = {"contact": "First contact", "answer": "Answer"}[row.wait]
    if not row.is_recorded:
        return f"{name}: not recorded, so nothing can be said about it."
    if not row.is_enough:
        return f"{name}: too few to say ({row.n_events:,} known)."
    return f"{name}: half within {row.median:.1f} office hours, four of five within {row.p80:.1f} ({row.n:,} handoffs, {row.n_open:,} open)."
