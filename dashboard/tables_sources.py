"""Table twins of the sources and targets pages."""

from __future__ import annotations

import pandas as pd

from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def sources_table(table: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return the groups with what a decision rests on, then their costs and what the rates are shares of."""
    table = table.assign(group=names, win_rate=table["win_rate"].where(table["is_enough"].astype(bool)))
    built = Builder(say, "sourcing.table").columns(table, str, "group").columns(table, say.count, "n_leads", "n_won")
    built.columns(table, say.percent, "win_rate").interval("win_interval", table["win_low"], table["win_high"])
    built.columns(table, say.percent, "shrunken_rate").columns(table, say.count, "win_days")
    built.columns(table, say.money, "cost_per_win", "amount").columns(table, say.count, "n_qualified")
    built.columns(table, say.money, "cost_per_lead", "cost_per_qualified", "cost")
    return built.columns(table, say.count, "n_mature", "n_won_mature", "n_amounts_missing").twin()


def touches_table(table: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return the touches with their shares of the wins."""
    built = Builder(say, "touching.table").columns(table.assign(group=names), str, "group")
    for way in ("first", "last"):
        built.columns(table, say.percent, f"{way}_share")
        built.interval(f"{way}_interval", table[f"{way}_low"], table[f"{way}_high"])
    return built.columns(table, say.percent, "all_share").columns(table, say.count, "n_any").twin()


def pace_table(pace: pd.DataFrame, say: Speaker) -> Twin:
    """Return the targets with where they stand."""
    pace = pace.assign(n_gap=pace["n_gap"].round())
    built = Builder(say, "pace.table").columns(pace, say.month, "month").stages(pace)
    built.column("source", [say.source(source) if source else say("filter.sources_all") for source in pace["source"]])
    built.columns(pace, say.count, "n_target", "n_actual", "n_needed").columns(pace, say.signed, "n_gap")
    return built.columns(pace, say.count, "n_expected", "n_low", "n_high").twin()


def plan_table(plan: pd.DataFrame, say: Speaker) -> Twin:
    """Return what each stage needs for the wins wanted."""
    built = Builder(say, "plan.table").stages(plan).columns(plan, say.count, "n_needed")
    built.interval("n_interval", plan["n_low"], plan["n_high"], lambda low, high: f"{say.count(low)}–{say.count(high)}")
    is_last = plan["position"] == plan["position"].max()  # needs itself, for certain
    built.columns(plan, say.percent, "rate_to_end")
    built.interval("rate_interval", plan["rate_low"].mask(is_last), plan["rate_high"].mask(is_last))
    return built.twin()
