"""Table twins of the sources and targets pages."""

from __future__ import annotations

import pandas as pd

from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def sources_table(table: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return the groups with what a decision rests on, then their costs and what the rates are shares of."""
    built = Builder(say, "sourcing.table")
    built.column("group", names)
    built.column("n_leads", table["n_leads"], say.count)
    built.column("n_won", table["n_won"], say.count)
    built.column("win_rate", table["win_rate"].where(table["is_enough"].astype(bool)), say.percent)
    built.interval("win_interval", table["win_low"], table["win_high"])
    built.column("shrunken_rate", table["shrunken_rate"], say.percent)
    built.column("win_days", table["win_days"], say.count)
    built.column("cost_per_win", table["cost_per_win"], say.money)
    built.column("amount", table["amount"], say.money)
    built.column("n_qualified", table["n_qualified"], say.count)
    built.column("cost_per_lead", table["cost_per_lead"], say.money)
    built.column("cost_per_qualified", table["cost_per_qualified"], say.money)
    built.column("cost", table["cost"], say.money)
    built.column("n_mature", table["n_mature"], say.count)
    built.column("n_won_mature", table["n_won_mature"], say.count)
    built.column("n_amounts_missing", table["n_amounts_missing"], say.count)
    return built.twin()


def touches_table(table: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return the touches with their shares of the wins."""
    built = Builder(say, "touching.table")
    built.column("group", names)
    built.column("first_share", table["first_share"], say.percent)
    built.interval("first_interval", table["first_low"], table["first_high"])
    built.column("last_share", table["last_share"], say.percent)
    built.interval("last_interval", table["last_low"], table["last_high"])
    built.column("all_share", table["all_share"], say.percent)
    built.column("n_any", table["n_any"], say.count)
    return built.twin()


def pace_table(pace: pd.DataFrame, say: Speaker) -> Twin:
    """Return the targets with where they stand."""
    built = Builder(say, "pace.table")
    built.column("month", pace["month"], say.month)
    built.column("stage", [say.word("stages", stage) for stage in pace["stage"]])
    built.column("source", [say.source(source) if source else say("filter.sources_all") for source in pace["source"]])
    built.column("n_target", pace["n_target"], say.count)
    built.column("n_actual", pace["n_actual"], say.count)
    built.column("n_needed", pace["n_needed"], say.count)
    built.column("n_gap", pace["n_gap"].round(), say.signed)
    built.column("n_expected", pace["n_expected"], say.count)
    built.column("n_low", pace["n_low"], say.count)
    built.column("n_high", pace["n_high"], say.count)
    return built.twin()


def plan_table(plan: pd.DataFrame, say: Speaker) -> Twin:
    """Return what each stage needs for the wins wanted."""
    built = Builder(say, "plan.table")
    built.column("stage", [say.word("stages", stage) for stage in plan["stage"]])
    built.column("n_needed", plan["n_needed"], say.count)
    built.column("n_low", plan["n_low"], say.count)
    built.column("n_high", plan["n_high"], say.count)
    built.column("rate_to_end", plan["rate_to_end"], say.percent)
    is_last = plan["position"] == plan["position"].max()  # needs itself, for certain
    built.interval("rate_interval", plan["rate_low"].mask(is_last), plan["rate_high"].mask(is_last))
    return built.twin()
