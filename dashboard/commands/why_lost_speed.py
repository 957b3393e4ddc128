"""`leadcal why-lost --part speed`: does it pay to call sooner, what do late calls cost, and who was called too soon?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.losses import loss_cases
from analysis.losses.late_cost import LateCost, late_cost
from analysis.losses.opt_outs import OptOuts, first_calls, opt_outs
from analysis.losses.response import CLOCKS, LIMITS, Clock, Response, response
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from data.store import Reader

_SHOWN: Final = [
    "hours", "n_leads", "n_won", "win_rate", "win_low", "win_high", "even_rate", "even_low", "even_high", "odds_ratio",
    "verdict",
]  # fmt: skip


def report(reader: Reader, ruleset: Ruleset, selection: Selection) -> dict[str, Any]:
    """Return winning by speed, the price of late calls, and the waiting rules, for `output.print_result`."""
    cases = loss_cases(reader, ruleset, selection)
    by_clock = {clock: response(cases, clock) for clock in CLOCKS}
    cost = late_cost(cases)
    outs = opt_outs(first_calls(reader, cases, selection))
    return {
        "headline": headline(by_clock["hours"], cost, outs),
        "facts": {
            "n_leads": by_clock["hours"].n_leads,
            "n_won": by_clock["hours"].n_won,
            "n_late": cost.n_late,
            "n_wins_back": cost.n_wins_back,
            "wins_back_from": cost.back_low,
            "wins_back_to": cost.back_high,
            "n_called": outs.n_called,
            "n_opted_out": outs.n_out,
            "n_out_before_call": outs.n_out_before,
        },
        "tables": {
            "speed": _named(by_clock["hours"])[_SHOWN],
            "business_hours": _named(by_clock["business"])[_SHOWN],
            "regions": cost.regions.rename(columns={"back_low": "wins_back_from", "back_high": "wins_back_to"}),
            "opt_outs": outs.rates,
            "waiting_rules": outs.rules.rename(
                columns={"kept_low": "kept_from", "kept_high": "kept_to", "cost_low": "cost_from", "cost_high": "cost_to"}
            ),
        },
        "main_table": "speed",
    }  # fmt: skip


def headline(found: Response, cost: LateCost, outs: OptOuts) -> list[str]:
    """Say in a line each what speed, late calls and early calls do."""
    lines = [f"{found.n_leads:,} handoffs with a known result, {found.n_won:,} won."]
    if not found.is_recorded:
        return [*lines, "No first contact is recorded: nothing can be said about speed."]
    lines.append(_speed(found))
    if cost.n_wins_back == cost.n_wins_back:
        interval = f"95 %: {cost.back_low:+,.0f} to {cost.back_high:+,.0f}"
        lines.append(f"{cost.n_late:,} late calls cost about {cost.n_wins_back:,.0f} wins ({interval}).")
    late = cost.regions[cost.regions["is_late"]]
    lines += [
        f"Late: {row.region or '(unknown)'}, {row.late_rate:.0%} of its calls, elsewhere {row.rest_rate:.0%}; about {row.n_wins_back:,.0f} wins ({row.back_low:+,.0f} to {row.back_high:+,.0f})."
        for row in late.itertuples()
    ]
    lines += [
        f"Wait {row.wait_hours} hours before calling ({row.deed}): {row.out_rate_early:.1%} of {row.n_early:,} called sooner opted out, "
        f"{row.out_rate_later:.1%} of {row.n_later:,} later; keeps about {row.n_kept:,.0f} leads ({row.kept_low:+,.0f} to {row.kept_high:+,.0f}), "
        f"costs {row.n_wins_cost:,.0f} wins ({row.cost_low:+,.0f} to {row.cost_high:+,.0f})."
        for row in outs.best.itertuples()
    ]
    return lines if len(outs.best) else [*lines, "No waiting rule keeps more leads, beyond chance."]


def _speed(found: Response) -> str:
    if not found.worse_from:
        return "No class of speed wins less than those called sooner at equal score and source, beyond chance."
    row = found.classes.set_index("response").loc[found.worse_from]
    return (
        f"Called after {_hours(found.worse_from, found.clock)} hours: {row['even_rate']:.1%} would win at equal score and source, "
        f"fewer than of those called sooner (odds x{row['odds_ratio']:.2f}, {row['odds_low']:.2f} to {row['odds_high']:.2f})."
    )


def _named(found: Response) -> pd.DataFrame:
    table = found.classes.copy()
    table.insert(0, "hours", [_hours(code, found.clock) for code in table["response"]])
    return table


def _hours(code: str, clock: Clock) -> str:
    """Return a class of speed as hours, such as "4-24"."""
    if code == "none":
        return "never"
    ends = LIMITS[clock]
    if code == "later":
        return f"{ends[-1]:g}+"
    number = int(code.removeprefix("class_"))
    return f"{0 if number == 1 else ends[number - 2]:g}-{ends[number - 1]:g}"
