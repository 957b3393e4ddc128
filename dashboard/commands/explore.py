"""`leadcal explore`: what would it cost to know how low scorers do?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import pandas as pd

from analysis.exploration import Plan, Wish, explore
from analysis.replay import pattern_table, score_table
from analysis.rulesets import find_ruleset
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from data.errors import InputError
from data.store import Reader, open_reader
from data.workspace import Workspace

_ANSWERS = {
    "known": "What was tried so far already says that they win as often as asked.",
    "nobody": "No leads end up below the threshold, so there is nothing to find out.",
    "too_many": "That would take more than 100,000 leads; ask for less precision.",
}


@click.command(name="explore")
@click.option(
    "--ruleset", "ruleset_name", default="today", show_default=True, help="A released ruleset, or a TOML file."
)
@click.option("--width", type=click.FloatRange(0.1, 40), help="Know their win rate to so many points  [default: 2].")
@click.option("--worth", type=click.FloatRange(0.1, 90), help="Or know whether they win at least so many per cent.")
@click.option(
    "--hours", type=click.FloatRange(0.1, 1000), default=2.0, show_default=True, help="Hours for one handoff."
)
@click.option("--spare-hours", type=click.FloatRange(0.1), help="Hours a month that sales can spare.")
@selection_options
@format_option
@click.pass_obj
def explore_command(
    workspace: Workspace,
    ruleset_name: str,
    width: float | None,
    worth: float | None,
    hours: float,
    spare_hours: float | None,
    output_format: str,
    **options: Any,
) -> None:
    """Find the smallest set of low scorers that sales must try, chosen by lot, to know what they are worth.

    \b
    leadcal explore
    leadcal explore --width 3 --hours 1.5 --spare-hours 40
    leadcal explore --worth 5
    """
    if width is not None and worth is not None:
        raise InputError("--width and --worth ask two questions; give one of them")
    wish = Wish(
        half_width=None if worth is not None else (2.0 if width is None else width) / 100,
        p_wanted=None if worth is None else worth / 100,
        hours_per_handoff=hours,
        max_hours_per_month=None if spare_hours is None else max(spare_hours, hours),
    )
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, ruleset_name)
    scores = score_table(pattern_table(reader, ruleset, chosen), ruleset)
    plan = explore(scores, ruleset.threshold, wish, chosen, chosen.start or _first_day(reader))
    budget = {} if plan.budget is None else asdict(plan.budget)
    facts = {"state": plan.state, "threshold": ruleset.threshold, "as_of": chosen.as_of}
    print_result(
        output_format,
        headline=_headline(plan, ruleset.threshold),
        facts=facts,
        tables={
            "plan": pd.DataFrame(
                [{**asdict(wish), "p_expected": plan.p_expected, "inflow_per_month": plan.inflow_per_month, **budget}]
            )
        },
        main_table="plan",
    )


def _headline(plan: Plan, threshold: int) -> list[str]:
    if plan.budget is None:
        return [_ANSWERS[plan.state]]
    budget = plan.budget
    return [
        (
            f"Hand over {budget.n_sample:,} leads below {threshold} points, chosen by lot: {budget.n_per_month:,} a month for "
            f"{budget.n_months} month(s), {budget.hours:,.0f} hours in all. By {budget.closes_on:%B %Y} the answer is known."
        ),
        f"So far {plan.p_expected:.1%} of those tried have won; about {plan.inflow_per_month:,.0f} leads a month end up below.",
    ]


def _first_day(reader: Reader) -> Any:
    return reader.query("SELECT MIN(created_at) AS first_at FROM prep.leads")["first_at"].iloc[0].date()
