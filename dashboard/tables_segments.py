"""Table twins of the sections about segments, time and two scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.drift import Drift
from analysis.versus import Difference, Versus
from dashboard.figures.segments import segment_name
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH


def segments_table(segments: pd.DataFrame, say: Speaker) -> Twin:
    """Return every segment with both measures."""
    table = Builder(say, "segments.table")
    table.column("dimension", [say(f"segments.dimension.{name}") for name in segments["dimension"]])
    pairs = zip(segments["dimension"], segments["label"], strict=True)
    table.column("segment", [segment_name(dimension, label, say) for dimension, label in pairs])
    table.column("n_mature", segments["n_mature"], say.count)
    table.column("n_won", segments["n_won"], say.count)
    table.column("n_so_far", segments["n_so_far"], say.count)
    table.column("n_expected", segments["n_expected"], _decimal(1))
    table.column("ratio", segments["ratio"], _decimal(2))
    table.interval("ratio_interval", segments["ratio_low"], segments["ratio_high"], _span(2))
    table.column("shrunken", segments["shrunken_ratio"], _decimal(2))
    table.column("chance", segments["chance"], _decimal(3))
    table.column("level", [say(f"segments.level.{verdict}") for verdict in segments["level"]])
    table.column("auc", segments["auc"], _decimal(2))
    table.interval("auc_interval", segments["auc_low"], segments["auc_high"], _span(2))
    table.column("order", [say(f"segments.order.{verdict}") for verdict in segments["order"]])
    return table.twin()


def drift_table(drift: Drift, names: dict[str, str], say: Speaker) -> Twin:
    """Return the months in which the score or a rule moved; all months of the score."""
    scores = drift.scores.assign(rule_id="", before=drift.scores["rest_score"], now=drift.scores["mean_score"])
    rules = drift.moved.assign(before=drift.moved["rest_rate"], now=drift.moved["hit_rate"])
    rows = pd.concat([scores, rules], ignore_index=True).sort_values("month", kind="stable")
    table = Builder(say, "over_time.drift_table")
    table.column("month", [say.month(month) for month in rows["month"]])
    table.column("what", [names.get(name, name) if name else say("over_time.score") for name in rows["rule_id"]])
    table.column("n_leads", rows["n_leads"], say.count)
    forms = [say.percent if name else _decimal(1) for name in rows["rule_id"]]
    for column in ("now", "before"):
        table.column(column, [form(value) for form, value in zip(forms, rows[column], strict=True)])
    table.column("psi", rows["psi"], _decimal(3))
    table.column("noise", rows["noise"], _decimal(3))
    table.column("chance", rows["chance"], _decimal(3))
    table.column("moved", [say(f"over_time.moved.{'yes' if moved else 'no'}") for moved in rows["is_moved"]])
    return table.twin()


def vintage_table(at_ages: pd.DataFrame, say: Speaker) -> Twin:
    """Return the share won at each age, for the months that have come to it."""
    table = Builder(say, "over_time.vintage_table")
    table.column("month", [say.month(month) for month in at_ages["month"]])
    table.column("days", at_ages["days"], say.count)
    table.column("n_handoffs", at_ages["n_handoffs"], say.count)
    table.column("n_won", at_ages["n_won"], say.count)
    table.column("won_rate", at_ages["won_rate"], say.percent)
    table.interval("won_interval", at_ages["won_low"], at_ages["won_high"])
    return table.twin()


def quarters_table(quarters: pd.DataFrame, say: Speaker) -> Twin:
    """Return what the past foretold of each quarter."""
    table = Builder(say, "over_time.quarters_table")
    table.column("quarter", [quarter_name(quarter, say) for quarter in quarters["quarter"]])
    table.column("n_train", quarters["n_train"], say.count)
    table.column("n_leads", quarters["n_leads"], say.count)
    table.column("n_predicted", quarters["n_predicted"], _decimal(1))
    table.column("n_won", quarters["n_won"], say.count)
    table.interval("ratio", quarters["ratio_low"], quarters["ratio_high"], _span(2))
    table.column("brier", quarters["brier"], _decimal(4))
    table.column("base_brier", quarters["base_brier"], _decimal(4))
    table.column("log_loss", quarters["log_loss"], _decimal(4))
    table.column("base_log_loss", quarters["base_log_loss"], _decimal(4))
    table.column("auc", quarters["auc"], _decimal(2))
    table.interval("auc_interval", quarters["auc_low"], quarters["auc_high"], _span(2))
    return table.twin()


def versus_table(found: Versus, name_a: str, name_b: str, say: Speaker) -> Twin:
    """Return each measure of both scores with the paired difference."""
    measures = {"auc": found.auc, "capture": found.capture, "brier": found.brier}
    digits = {"auc": 3, "capture": 3, "brier": 4}
    table = Builder(say, "versus.table")
    table.column("measure", [say(f"versus.measure.{name}") for name in measures])
    for side, name in (("a", name_a), ("b", name_b)):
        table.column("of", [_text(getattr(each, side), digits[key]) for key, each in measures.items()], which=name)
    table.column("difference", [_text(each.difference, digits[key], "+") for key, each in measures.items()])
    table.column("interval", [_interval(each, digits[key]) for key, each in measures.items()])
    return table.twin()


def corners_table(corners: pd.DataFrame, name_a: str, name_b: str, say: Speaker) -> Twin:
    """Return how often leads win that both, one or neither score puts at the top."""
    table = Builder(say, "versus.corners_table")
    table.column("corner", [say(f"versus.corner.{corner}", a=name_a, b=name_b) for corner in corners["corner"]])
    table.column("n_mature", corners["n_mature"], say.count)
    table.column("n_won", corners["n_won"], say.count)
    table.column("win_rate", corners["win_rate"].where(corners["is_enough"]), say.percent)
    table.interval("win_interval", corners["win_low"], corners["win_high"])
    return table.twin()


def disagreement_table(rows: pd.DataFrame, name_a: str, name_b: str, say: Speaker) -> Twin:
    """Return the leads on which two scores disagree most."""
    table = Builder(say, "versus.leads_table")
    table.column("lead_id", rows["lead_id"])
    table.column("decided_at", [f"{moment:%Y-%m-%d}" for moment in rows["decided_at"]])
    for side, name in (("a", name_a), ("b", name_b)):
        table.column("score", rows[f"score_{side}"], say.count, which=name)
        table.column("place", rows[f"place_{side}"], lambda share: say.percent(share, 0), which=name)
    table.column("group", [say(f"versus.group.{group}") for group in rows["group"]])
    return table.twin()


def quarter_name(quarter: pd.Timestamp, say: Speaker) -> str:
    """Return a quarter in words: its first and last month."""
    return say("over_time.quarter", first=say.month(quarter), last=say.month(quarter + pd.DateOffset(months=2)))


def _decimal(digits: int) -> Callable[[Any], str]:
    return lambda value: _text(value, digits)


def _span(digits: int) -> Callable[[float, float], str]:
    return lambda low, high: DASH if pd.isna(low) else f"{low:.{digits}f}–{high:.{digits}f}"


def _interval(each: Difference, digits: int) -> str:
    return DASH if pd.isna(each.difference) else f"{each.low:+.{digits}f} – {each.high:+.{digits}f}"


def _text(value: Any, digits: int, sign: str = "") -> str:
    return DASH if pd.isna(value) else f"{value:{sign},.{digits}f}"
