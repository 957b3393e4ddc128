"""Table twins of the funnel and comparison pages."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.cohorts import cohort_states
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def journey_table(steps: pd.DataFrame, say: Speaker) -> Twin:
    """Return the stages of a funnel with both denominators and those who skipped the stage before."""
    table = Builder(say, "funnel.table")
    table.column("stage", [say.word("stages", stage) for stage in steps["stage"]])
    table.column("n_leads", steps["n_leads"], say.count)
    table.column("n_skipped", steps["n_skipped"], say.count)
    table.column("step_rate", steps["step_rate"].mask(steps.index == 0), say.percent)
    table.interval("step_interval", steps["step_low"].mask(steps.index == 0), steps["step_high"].mask(steps.index == 0))
    table.column("total_rate", steps["total_rate"], say.percent)
    table.interval("total_interval", steps["total_low"], steps["total_high"])
    return table.twin()


def months_table(months: pd.DataFrame, stage: str, say: Speaker) -> Twin:
    """Return the months with what they have come to, how old they are, and what they will come to."""
    states = [
        say(f"cohorts.state.{state}", **({"date": _date(wait_until, say)} if state == "immature" else {}))
        for state, wait_until in zip(cohort_states(months), months["mature_on"], strict=True)
    ]
    table = Builder(say, "cohorts.table")
    table.column("month", months["month"], say.month)
    table.column("n_leads", months["n_cohort"], say.count)
    table.column("n_reached", months["n_in_horizon"], say.count, stage=say.word("stages", stage))
    table.column("rate", months["horizon_rate"], say.percent)
    table.interval("interval", months["horizon_low"], months["horizon_high"])
    table.column("mature_share", months["mature_share"], lambda share: say.percent(share, 0))
    table.column("state", states)
    table.column("forecast", months["forecast_rate"], say.percent)
    table.interval("forecast_interval", months["low"], months["high"])
    return table.twin()


def times_table(times: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return how long it takes, by group."""
    table = Builder(say, "times.table")
    table.column("group", names)
    table.column("n_leads", times["n_leads"], say.count)
    table.column("n_reached", times["n_reached"], say.count)
    table.column("n_open", times["n_open"], say.count)
    table.column("n_lost", times["n_lost"], say.count)
    for share in (50, 75, 90):
        table.column(f"p{share}", times[f"lag_p{share}_days"].where(times["is_enough"].astype(bool)), say.count)
    table.column("p50_all", times["p50_days"], say.count)
    table.column("reached_rate", times["reached_rate"], say.percent)
    return table.twin()


def stock_table(stages: pd.DataFrame, say: Speaker) -> Twin:
    """Return the stock of each stage."""
    table = Builder(say, "stock.table")
    table.column("stage", [say.word("stages", stage) for stage in stages["stage"]])
    table.column("n_stock", stages["n_stock"], say.count)
    table.column("p50", stages["p50_days"], say.count)
    table.column("p80", stages["p80_days"], say.count)
    table.column("n_overdue", stages["n_overdue"], say.count)
    table.column("overdue_share", stages["overdue_share"], say.percent)
    table.column("oldest", stages["oldest_days"], say.count)
    return table.twin()


def origins_table(table: pd.DataFrame, say: Speaker) -> Twin:
    """Return the three funnels one below the other."""
    built = Builder(say, "origins_table")
    built.column("origin", [say.word("origins", origin) for origin in table["group"]])
    built.column("stage", [say.word("stages", stage) for stage in table["stage"]])
    built.column("n_leads", table["n_leads"], say.count)
    built.column("step_rate", table["step_rate"], say.percent)
    built.column("total_rate", table["total_rate"], say.percent)
    built.interval("total_interval", table["total_low"], table["total_high"])
    return built.twin()


def exits_table(exits: pd.DataFrame, say: Speaker) -> Twin:
    """Return the exits of a TQL."""
    table = Builder(say, "exits.table")
    table.column("exit", [say(f"exits.{name}") for name in exits["exit"]])
    table.column("n_leads", exits["n_leads"], say.count)
    table.column("share", exits["share"], say.percent)
    table.interval("interval", exits["share_low"], exits["share_high"])
    return table.twin()


def comparison_table(steps: pd.DataFrame, say: Speaker) -> Twin:
    """Return both periods stage by stage with what changed."""
    table = Builder(say, "changes.table")
    table.column("stage", [say.word("stages", stage) for stage in steps["stage"]])
    table.column("n_before", steps["n_before"], say.count)
    table.column("n_after", steps["n_after"], say.count)
    table.column("n_change", steps["n_change"], say.signed)
    table.column("rate_before", steps["step_rate_before"], say.percent)
    table.column("rate_after", steps["step_rate_after"], say.percent)
    table.column("rate_change", steps["step_change"], say.points)
    low, high = (steps[name].where(steps["step_change"].notna()) for name in ("step_low", "step_high"))
    table.interval("rate_interval", low, high, lambda *ends: _points(*ends, say))
    return table.twin()


def effects_table(effects: pd.DataFrame, names: list[str], say: Speaker) -> Twin:
    """Return the causes of a change."""
    table = Builder(say, "changes.table")
    table.column("cause", names)
    table.column("n_effect", effects["n_effect"], say.signed)
    return table.twin()


def bottlenecks_table(table: pd.DataFrame, say: Speaker) -> Twin:
    """Return the steps with what each would gain."""
    built = Builder(say, "bottlenecks.table")
    built.column("stage", [say.word("stages", stage) for stage in table["stage"]])
    built.column("n_previous", table["n_previous"], say.count)
    built.column("rate_now", table["rate_now"], say.percent)
    built.column("best_month", table["best_month"], say.month)
    built.column("best_rate", table["best_rate"], say.percent)
    built.column("n_gained", table["n_gained"], lambda n: f"{n:.1f}")
    built.column("n_low", table["n_low"], lambda n: f"{n:.1f}")
    built.column("n_high", table["n_high"], lambda n: f"{n:.1f}")
    return built.twin()


def _points(low: float, high: float, say: Speaker) -> str:
    return say("changes.range", low=say.points(low), high=say.points(high)) if low == low else say.points(low)


def _date(day: pd.Timestamp, say: Speaker) -> str:
    return say.date(day) if not pd.isna(day) else say("outlook.unknown_date")
