"""Table twins of the section on speed and opt-outs."""

from __future__ import annotations

from typing import Any

from analysis.losses.late_cost import LateCost
from analysis.losses.opt_outs import OptOuts
from analysis.losses.response import Response
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH, is_unknown
from dashboard.wording import group_name


def response_table(found: Response, say: Speaker) -> Twin:
    """Return the classes of speed, as they are and evened out."""
    rows = found.classes[found.classes["n_leads"] > 0]
    table = Builder(say, "speed.table")
    table.column("response", [say(f"speed.{found.clock}.{code}") for code in rows["response"]])
    table.columns(rows, say.count, "n_leads", "n_won")
    table.column("win_rate", rows["win_rate"].where(rows["is_enough"]), say.percent)
    table.interval("win_interval", rows["win_low"], rows["win_high"])
    table.column("mean_score", rows["mean_score"], _decimal)
    table.column("even_rate", rows["even_rate"], say.percent)
    table.interval("even_interval", rows["even_low"], rows["even_high"])
    table.column("odds_ratio", rows["odds_ratio"], _decimal)
    table.column("verdict", [say(f"speed.verdict.{verdict}") for verdict in rows["verdict"]])
    return table.twin()


def regions_table(found: LateCost, say: Speaker) -> Twin:
    """Return the regions with their late calls and what these cost."""
    rows = found.regions
    table = Builder(say, "speed.cost_table")
    table.column("region", [group_name("region", region, say) for region in rows["region"]])
    table.columns(rows, say.count, "n_leads", "n_late")
    table.column("late_rate", rows["late_rate"].where(rows["is_enough"]), say.percent)
    table.interval("late_interval", rows["late_low"], rows["late_high"])
    table.column("rest_rate", rows["rest_rate"], say.percent)
    table.column("n_wins_back", rows["n_wins_back"], say.count)
    table.interval("back_interval", rows["back_low"], rows["back_high"], counts_between)
    table.column("is_late", [say(f"speed.cost_table.{'late' if late else 'usual'}") for late in rows["is_late"]])
    return table.twin()


def rates_table(found: OptOuts, say: Speaker) -> Twin:
    """Return opting out by deed, called early and later."""
    rows = found.rates
    table = Builder(say, "speed.out_table")
    table.column("deed", [say(f"speed.deed.{deed}") for deed in rows["deed"]])
    table.column("called", [say(f"speed.out.{'early' if early else 'later'}") for early in rows["is_early"]])
    table.columns(rows, say.count, "n_called", "n_out")
    table.column("out_rate", rows["out_rate"].where(rows["is_enough"]), say.percent)
    table.interval("out_interval", rows["out_low"], rows["out_high"])
    table.columns(rows, say.count, "n_won")
    table.column("win_rate", rows["win_rate"].where(rows["is_enough"]), say.percent)
    table.interval("win_interval", rows["win_low"], rows["win_high"])
    return table.twin()


def rules_table(found: OptOuts, say: Speaker) -> Twin:
    """Return the waiting rules with what they keep and what they cost."""
    rows = found.rules
    table = Builder(say, "speed.rule_table")
    table.column("deed", [say(f"speed.deed.{deed}") for deed in rows["deed"]])
    table.column("wait", [say("speed.hours_long", n=wait) for wait in rows["wait_hours"]])
    for side in ("early", "later"):
        table.column(f"n_{side}", rows[f"n_{side}"], say.count)
        table.column(f"out_rate_{side}", rows[f"out_rate_{side}"], say.percent)
    table.column("n_kept", rows["n_kept"], say.count)
    table.interval("kept_interval", rows["kept_low"], rows["kept_high"], counts_between)
    table.column("n_wins_cost", rows["n_wins_cost"], say.count)
    table.interval("cost_interval", rows["cost_low"], rows["cost_high"], counts_between)
    table.column("verdict", [say(f"speed.rule_verdict.{verdict}") for verdict in rows["verdict"]])
    return table.twin()


def counts_between(low: float, high: float) -> str:
    """Write an interval of counts, with signs where it holds both."""
    if is_unknown(low) or is_unknown(high):
        return DASH
    sign = "+" if low < 0 else ""
    return f"{low:{sign},.0f} – {high:{sign},.0f}"


def _decimal(value: Any) -> str:
    return DASH if is_unknown(value) else f"{value:,.2f}"
