"""Table twins of the funnel and comparison pages."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.cohorts import cohort_states
from dashboard.tables import Builder, Twin, cohort_columns, funnel_table
from dashboard.texts import Speaker


def journey_table(steps: pd.DataFrame, say: Speaker) -> Twin:
    """Return the stages of a funnel with both denominators and those who skipped the stage before."""
    steps = steps.assign(
        **{name: steps[name].mask(steps.index == 0) for name in ("step_rate", "step_low", "step_high")}
    )
    return funnel_table(steps, say, beside="n_skipped")


def months_table(months: pd.DataFrame, stage: str, say: Speaker) -> Twin:
    """Return the months with what they have come to, how old they are, and what they will come to."""
    states = [
        say(f"cohorts.state.{state}", **({"date": _date(wait_until, say)} if state == "immature" else {}))
        for state, wait_until in zip(cohort_states(months), months["mature_on"], strict=True)
    ]
    table = cohort_columns(months, stage, say)
    table.column("mature_share", months["mature_share"], lambda share: say.percent(share, 0))
    table.column("state", states)
    table.column("forecast", months["forecast_rate"], say.percent)
    table.interval("forecast_interval", months["low"], months["high"])
    return table.twin()


def times_table(times: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return how long it takes, by group."""
    is_enough = times["is_enough"].astype(bool)
    lags = {f"p{share}": times[f"lag_p{share}_days"].where(is_enough) for share in (50, 75, 90)}
    times = times.assign(group=names, **lags, p50_all=times["p50_days"])
    counts = ("n_leads", "n_reached", "n_open", "n_lost", *lags, "p50_all")
    return Builder(say, "times.table").columns(times, str, "group").columns(times, say.count, *counts).columns(
        times, say.percent, "reached_rate"
    ).twin()  # fmt: skip


def stock_table(stages: pd.DataFrame, say: Speaker) -> Twin:
    """Return the stock of each stage."""
    stages = stages.rename(columns={"p50_days": "p50", "p80_days": "p80", "oldest_days": "oldest"})
    table = Builder(say, "stock.table").stages(stages).columns(stages, say.count, "n_stock", "p50", "p80", "n_overdue")
    return table.columns(stages, say.percent, "overdue_share").columns(stages, say.count, "oldest").twin()


def origins_table(table: pd.DataFrame, say: Speaker) -> Twin:
    """Return the three funnels one below the other."""
    built = Builder(say, "origins_table")
    built.column("origin", [say.word("origins", origin) for origin in table["group"]])
    built.stages(table).columns(table, say.count, "n_leads").columns(table, say.percent, "step_rate", "total_rate")
    built.interval("total_interval", table["total_low"], table["total_high"])
    return built.twin()


def exits_table(exits: pd.DataFrame, say: Speaker) -> Twin:
    """Return the exits of a TQL."""
    table = Builder(say, "exits.table")
    table.column("exit", [say(f"exits.{name}") for name in exits["exit"]])
    table.columns(exits, say.count, "n_leads").columns(exits, say.percent, "share")
    table.interval("interval", exits["share_low"], exits["share_high"])
    return table.twin()


def comparison_table(steps: pd.DataFrame, say: Speaker) -> Twin:
    """Return both periods stage by stage with what changed."""
    rates = {"step_rate_before": "rate_before", "step_rate_after": "rate_after", "step_change": "rate_change"}
    steps = steps.rename(columns=rates)
    table = Builder(say, "changes.table").stages(steps).columns(steps, say.count, "n_before", "n_after")
    table.columns(steps, say.signed, "n_change").columns(steps, say.percent, "rate_before", "rate_after")
    table.columns(steps, say.points, "rate_change")
    low, high = (steps[name].where(steps["rate_change"].notna()) for name in ("step_low", "step_high"))
    table.interval("rate_interval", low, high, lambda *ends: _points(*ends, say))
    return table.twin()


def effects_table(effects: pd.DataFrame, names: list[str], say: Speaker, stage: str = "won") -> Twin:
    """Return the causes of a change of a stage."""
    table = Builder(say, "changes.table")
    table.column("cause", names)
    heading = "n_effect" if stage == "won" else "n_effect_of"
    table.column(heading, effects["n_effect"], say.signed, stage=say.word("stages", stage))
    return table.twin()


def shortfall_table(stages: pd.DataFrame, say: Speaker) -> Twin:
    """Return the stages of a period against their targets."""
    table = Builder(say, "shortfall.table").stages(stages).columns(stages, say.count, "n_target", "n_actual")
    table.columns(stages, say.signed, "n_gap")
    table.interval("count_interval", stages["n_low"], stages["n_high"], lambda *ends: _counts(*ends, say))
    table.columns(stages, say.percent, "target_rate", "actual_rate")
    table.interval("actual_interval", stages["actual_low"], stages["actual_high"])
    return table.twin()


def bottlenecks_table(table: pd.DataFrame, say: Speaker) -> Twin:
    """Return the steps with what each would gain."""
    built = Builder(say, "bottlenecks.table").stages(table).columns(table, say.count, "n_previous")
    built.columns(table, say.percent, "rate_now").columns(table, say.month, "best_month")
    built.columns(table, say.percent, "best_rate").columns(table, "{:.1f}".format, "n_gained", "n_low", "n_high")
    return built.twin()


def _counts(low: float, high: float, say: Speaker) -> str:
    return say("changes.range", low=say.count(low), high=say.count(high))


def _points(low: float, high: float, say: Speaker) -> str:
    return say("changes.range", low=say.points(low), high=say.points(high)) if low == low else say.points(low)


def _date(day: pd.Timestamp, say: Speaker) -> str:
    return say.date(day) if not pd.isna(day) else say("outlook.unknown_date")
