"""The tables of what thresholds, the staircase and a change of points are worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.staircase import Staircase
from analysis.swap_effect import SwapEffect
from analysis.value import ThresholdValue
from dashboard import linking
from dashboard.figures.value import axis_labels
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def threshold_table(found: ThresholdValue, say: Speaker) -> Twin:
    """Return every threshold with what it would bring per month."""
    curve = found.curve
    table = Builder(say, "value.table")
    table.column("threshold", [*curve["threshold"].iloc[:-1], say("value.nobody")])
    table.column("marks", [_marks(found, number, say) for number in range(len(curve))])
    table.column("n_leads", curve["n_leads"], say.count)
    table.column("n_left", curve["n_left"], say.count)
    table.column("wins", curve["wins"], wins)
    table.interval("wins_interval", curve["wins_from"], curve["wins_to"], lambda low, high: f"{wins(low)}–{wins(high)}")
    table.interval("bounds", curve["wins_worst"], curve["wins_best"], lambda low, high: f"{wins(low)}–{wins(high)}")
    table.column("estimated", curve["estimated_share"], say.percent)
    table.column("value", curve["value"], say.money)
    table.interval(
        "value_interval", curve["value_from"], curve["value_to"], lambda low, high: money_range(low, high, say)
    )
    table.column("n_mature", curve["n_mature"], say.count)
    table.column("n_won", curve["n_won"], say.count)
    table.column("n_unknown", curve["n_unknown"], say.count)
    return table.twin()


def staircase_table(found: Staircase, say: Speaker) -> Twin:
    """Return every cell of the grid, the best first."""
    labels = axis_labels(found.cells, say)
    cells = found.cells.iloc[::-1]
    table = Builder(say, "value.stairs.table")
    table.column("fit", [labels["fit"][number].replace("<br>", " ") for number in cells["fit_no"]])
    table.column("engagement", [labels["engagement"][number].replace("<br>", " ") for number in cells["engagement_no"]])
    table.column("handed", [say(f"value.stairs.{'yes' if is_in else 'no'}") for is_in in cells["is_handed_over"]])
    table.column("today", cells["today_share"], lambda share: say.percent(share, 0))
    table.column("n_mature", cells["n_mature"], say.count)
    table.column("n_won", cells["n_won"], say.count)
    table.column("win_rate", cells["win_rate"].where(cells["is_enough"]), say.percent)
    table.interval("interval", *(cells[end].where(cells["n_mature"] > 0) for end in ("win_low", "win_high")))
    table.column("n_unknown", cells["n_unknown"], say.count)
    table.column("n_leads", cells["n_leads"], say.count)
    table.column("value", cells["value"], say.money)
    return table.twin()


def effect_table(found: SwapEffect, say: Speaker) -> Twin:
    """Return who comes in, goes out and stays: outcomes, bounds and amounts; on the screen some share a column."""
    sets = found.sets
    shown, exported = Builder(say, "value.swap"), Builder(say, "value.swap")
    for table in (shown, exported):
        table.column("change", [say(f"value.change.{change}") for change in sets["change"]])
        table.column("n_leads", sets["n_leads"], say.count)
        table.column("n_unknown", sets["n_unknown"], say.count)
    shown.column("known", [_known(row, say) for row in sets.itertuples()])
    shown.column("wins", sets["wins"], say.count)
    shown.interval("bounds", sets["wins_worst"], sets["wins_best"], lambda low, high: f"{low:,.0f}–{high:,.0f}")
    shown.column("amount", [_amount(row, say) for row in sets.itertuples()])
    shown.column("amount_mean", [_mean(row, say) for row in sets.itertuples()])
    for name in ("n_mature", "n_won", "win_rate"):
        exported.column(name, sets[name])
    exported.interval("interval", sets["win_low"], sets["win_high"])
    exported.column("wins", sets["wins"])
    exported.interval("bounds", sets["wins_worst"], sets["wins_best"])
    for name, ends in (("amount", ("amount_from", "amount_to")), ("amount_mean", ("mean_from", "mean_to"))):
        exported.column(name, sets[name])
        exported.interval(f"{name}_interval", *(sets[end] for end in ends))
    exported.column("n_amounts", sets["n_amounts"])
    return Twin(shown=shown.twin().shown, exported=exported.twin().exported)


def leads_frame(leads: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Return named leads as people read them, each with the way to its page."""
    columns: dict[str, list[Any]] = {
        "lead_id": list(leads["lead_id"]),
        "date": [say.short_date(moment) for moment in leads["decided_at"]],
        "score": list(leads["score"]),
        "fit": list(leads["fit"]),
        "engagement": list(leads["engagement"]),
        "group": [say(f"points.group.{group}") for group in leads["group"]],
        "amount": [say.money(amount) for amount in leads["amount"]],
    }
    frame = pd.DataFrame({say(f"value.lead.{name}"): values for name, values in columns.items()})
    frame.insert(1, say("lead_link.heading"), linking.lead_links(leads["lead_id"], say))
    return frame


def swapped_frame(leads: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Return the leads that change sides with what their deals brought."""
    columns: dict[str, list[Any]] = {
        "move": [say(f"points.move.{move}") for move in leads["move"]],
        "lead_id": list(leads["lead_id"]),
        "date": [say.short_date(moment) for moment in leads["decided_at"]],
        "today": list(leads["score_today"]),
        "mine": list(leads["score_mine"]),
        "group": [say(f"points.group.{group}") for group in leads["group"]],
        "amount": [say.money(amount) for amount in leads["amount"]],
    }
    frame = pd.DataFrame({say(f"value.lead.{name}"): values for name, values in columns.items()})
    frame.insert(2, say("lead_link.heading"), linking.lead_links(leads["lead_id"], say))
    return frame


def wins(n: float) -> str:
    """Write expected wins: a decimal while they are few."""
    return f"{n:,.1f}" if abs(n) < 100 else f"{n:,.0f}"


def money_range(low: float, high: float, say: Speaker) -> str:
    """Write an interval of yen."""
    return say("value.money_range", low=say.money(low), high=say.money(high))


def _marks(found: ThresholdValue, number: int, say: Speaker) -> str:
    names = [name for name in ("best", "today", "filling") if getattr(found, name) == number]
    names += ["as_good"] if found.curve["is_as_good"].iloc[number] and number != found.best else []
    return say("format.separator").join(say(f"value.mark.{name}") for name in names)


def _known(row: Any, say: Speaker) -> str:
    if not row.is_enough:
        return say("points.swap.few", n=say.count(row.n_mature)) if row.n_mature else "–"
    values = {"rate": say.percent(row.win_rate), "low_high": say.interval(row.win_low, row.win_high)}
    return say("points.swap.rate", **values, n=say.count(row.n_mature))


def _amount(row: Any, say: Speaker) -> str:
    if not row.n_amounts:
        return "–"
    if pd.isna(row.amount_from):
        return say("value.swap.sum_alone", amount=say.money(row.amount), n=say.count(row.n_amounts))
    between = money_range(row.amount_from, row.amount_to, say)
    return say("value.swap.with_range", amount=say.money(row.amount), between=between)


def _mean(row: Any, say: Speaker) -> str:
    if pd.isna(row.amount_mean):
        return say("value.swap.few_amounts", n=say.count(row.n_amounts)) if row.n_amounts else "–"
    between = money_range(row.mean_from, row.mean_to, say)
    return say("value.swap.with_range", amount=say.money(row.amount_mean), between=between)
