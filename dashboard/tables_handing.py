"""The table twins of the page Handoff; as `tables`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.handoffs.capacity import Load
from dashboard.handing.words import code_name, hours, hours_between, kind_name
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH


def card_table(lines: pd.DataFrame, horizon_days: int, say: Speaker) -> Twin:
    """Return one scorecard; `lines` as from `analysis.handoffs.scorecards.scorecards`."""
    table = Builder(say, "handing.cards.table")
    table.column("line", [say(f"handing.line.{line}") for line in lines["line"]])
    table.column("of", [say(f"handing.line_of.{line}", days=horizon_days) for line in lines["line"]])
    table.columns(lines, say.count, "n_good", "n")
    table.column("rate", lines["rate"].where(lines["is_enough"]), say.percent)
    table.interval("interval", lines["low"].where(lines["n"] > 0), lines["high"].where(lines["n"] > 0))
    table.column("before", lines["rate_before"], say.percent)
    table.column("change", lines["change"] * 1, say.points)
    table.interval("change_interval", lines["change_low"], lines["change_high"], lambda *ends: _points(*ends, say))
    changed = ["unknown" if flag is pd.NA else "yes" if flag else "no" for flag in lines["is_changed"]]
    table.column("is_changed", [say(f"handing.cards.table.{name}") for name in changed])
    table.column("target", lines["target"], say.percent)
    table.column("met", [say(f"handing.cards.table.state_{met}") if met else "" for met in lines["met"]])
    return table.twin()


def months_table(months: pd.DataFrame, say: Speaker) -> Twin:
    """Return the handoffs of each month by their answer."""
    table = Builder(say, "handing.answers.table")
    table.column("month", months["month"], say.month)
    table.columns(months, say.count, "n_handoffs", "n_accepted", "n_rejected", "n_unanswered")
    table.column("rate", months["accepted_rate"].where(months["is_enough"]), say.percent)
    has_any = months["accepted_rate"].notna()
    table.interval("interval", months["accepted_low"].where(has_any), months["accepted_high"].where(has_any))
    return table.twin()


def reasons_table(reasons: pd.DataFrame, say: Speaker) -> Twin:
    """Return the rejections by kind and code."""
    table = Builder(say, "handing.reasons.table")
    table.column("kind", [kind_name(kind, say) for kind in reasons["kind"]])
    table.column("code", [code_name(code, say) for code in reasons["code"]])
    table.columns(reasons, say.count, "n").columns(reasons, say.percent, "share")
    table.interval("interval", reasons["share_low"], reasons["share_high"])
    return table.twin()


def waits_table(waits: pd.DataFrame, names: Sequence[str], say: Speaker) -> Twin:
    """Return how long each group waited; `names` in the order of the rows."""
    table = Builder(say, "handing.waiting.table")
    table.column("group", names)
    table.columns(waits, say.count, "n", "n_events", "n_open")
    table.column("median", waits["median"].where(waits["is_enough"]), lambda value: hours(value, say))
    table.interval("interval", waits["low"], waits["high"], lambda *ends: hours_between(*ends, say))
    table.column("p80", waits["p80"].where(waits["is_enough"]), lambda value: hours(value, say))
    table.column("is_late", [say(f"handing.cards.table.{'yes' if late else 'no'}") for late in waits["is_late"]])
    return table.twin()


def breaches_table(breaches: pd.DataFrame, say: Speaker) -> Twin:
    """Return the broken promises of both sides."""
    table = Builder(say, "handing.promises.table")
    table.column("side", [say(f"handing.promises.{side}") for side in breaches["side"]])
    table.column("breach", [say(f"handing.promises.{name}") for name in breaches["breach"]])
    known = breaches["is_known"]
    table.column("n_due", breaches["n_due"].where(known), say.count)
    table.column("n", breaches["n"].where(known), say.count)
    table.column("rate", breaches["rate"].where(breaches["is_enough"]), say.percent)
    table.interval("interval", breaches["low"].where(known), breaches["high"].where(known))
    return table.twin()


def kept_table(kept: pd.DataFrame, wait: str, names: Sequence[str], say: Speaker) -> Twin:
    """Return the deadlines that each group kept."""
    table = Builder(say, "handing.promises.table")
    table.column("group", names)
    table.column("n_due", kept[f"n_{wait}_due"], say.count)
    table.column("n_kept", kept[f"n_{wait}_kept"], say.count)
    table.column("kept_rate", kept[f"{wait}_rate"].where(kept[f"is_{wait}_enough"]), say.percent)
    table.interval("interval", *(kept[f"{wait}_{end}"].where(kept[f"n_{wait}_due"] > 0) for end in ("low", "high")))
    return table.twin()


def passes_table(passes: pd.DataFrame, say: Speaker) -> Twin:
    """Return first and repeated handoffs."""
    table = Builder(say, "handing.again.table")
    table.column("turn", [say(f"handing.again.{turn}") for turn in passes["turn"]])
    return _with_wins(table, passes, say).twin()


def back_table(came_back: pd.DataFrame, say: Speaker) -> Twin:
    """Return why repeated handoffs had been given back, and how they did."""
    table = Builder(say, "handing.again.table")
    table.column("kind", [kind_name(kind, say) for kind in came_back["kind"]])
    _with_wins(table, came_back, say).column("median_days", came_back["median_days"], say.count)
    return table.twin()


def given_table(given: pd.DataFrame, names: Sequence[str], say: Speaker) -> Twin:
    """Return who gives leads back."""
    table = Builder(say, "handing.again.table")
    table.column("group", names)
    table.columns(given, say.count, "n_handoffs", "n_rejected")
    table.column("rejected_rate", given["rejected_rate"].where(given["is_enough"]), say.percent)
    table.columns(given, say.count, "n_back")
    table.column("back_rate", given["back_rate"].where(given["is_back_enough"]), say.percent)
    return table.columns(given, say.count, "n_no_reason").twin()


def overrides_table(overrides: pd.DataFrame, say: Speaker) -> Twin:
    """Return handoffs above and below the threshold."""
    table = Builder(say, "handing.overrides.table")
    table.column("side", [say(f"handing.overrides.{side}") for side in overrides["side"]])
    table.columns(overrides, say.count, "n_handoffs").columns(overrides, say.percent, "share")
    table.columns(overrides, say.count, "n_mature", "n_won")
    table.column("win_rate", overrides["win_rate"].where(overrides["is_enough"]), say.percent)
    has_any = overrides["n_mature"] > 0
    table.interval("interval", overrides["win_low"].where(has_any), overrides["win_high"].where(has_any))
    table.column("change", overrides["change"], say.points)
    table.interval(
        "change_interval", overrides["change_low"], overrides["change_high"], lambda *ends: _points(*ends, say)
    )
    return table.twin()


def load_table(found: Load, say: Speaker) -> Twin:
    """Return the handoffs of each month beside what sales can take on."""
    table = Builder(say, "handing.load.table")
    table.column("month", found.months["month"], say.month)
    table.columns(found.months, say.count, "n_handoffs")
    table.column("capacity", [found.capacity] * len(found.months), say.count)
    is_known = found.months["is_whole"] & (found.capacity == found.capacity)
    over = [
        "" if not known else "yes" if is_over else "no"
        for known, is_over in zip(is_known, found.months["is_over"], strict=True)
    ]
    table.column("is_over", [say(f"handing.cards.table.{name}") if name else DASH for name in over])
    return table.twin()


def _with_wins(table: Builder, rows: pd.DataFrame, say: Speaker) -> Builder:
    table.columns(rows, say.count, "n_handoffs", "n_mature", "n_won")
    table.column("win_rate", rows["win_rate"].where(rows["is_enough"]), say.percent)
    has_any = rows["n_mature"] > 0
    table.interval("interval", rows["win_low"].where(has_any), rows["win_high"].where(has_any))
    return table


def _points(low: float, high: float, say: Speaker) -> str:
    return DASH if low != low else f"{say.points(low)} – {say.points(high)}"
