"""Where marketing, sales and the deals read a rule differently, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.meeting.alignment import MIN_EACH, Alignment, Reading
from analysis.rulesets import Ruleset
from dashboard.handover.phrases import label
from dashboard.texts import Speaker


def rule_names(found: Alignment, ruleset: Ruleset, say: Speaker) -> dict[str, str]:
    """Return the name of each column: that of its rule, with the tier where there are several."""
    rules = {rule.id: rule for rule in ruleset.rules}
    names = {}
    for column_id, rule_id in zip(found.rules["column_id"], found.rules["rule_id"], strict=True):
        names[column_id] = label(rules[rule_id], say) + column_id.removeprefix(rule_id)
    return names


def alignment_sentences(found: Alignment, names: dict[str, str], say: Speaker) -> list[str]:
    """Say where beliefs differ from the deals, the largest difference first; then what else differs or stays unread."""
    told = [_told(row, names) for row in _rows(found)]
    told = sorted((each for each in told if each is not None), key=lambda each: -each[0])
    lines = [say(f"alignment.{key}", **values) for _, key, values in told if key != "departments"]
    others = [say("alignment.departments_rule", **values) for _, key, values in told if key == "departments"]
    if others:
        lines.append(say("alignment.departments", rules=say("format.comma").join(others)))
    if not lines and found.sales.is_enough and found.deals.is_enough:
        lines = [say("alignment.at_one")]
    return [*lines, *_unread(found, say)]


def basis_sentence(found: Alignment, say: Speaker) -> str:
    """Say on how many answers and results the readings rest."""
    return say(
        "alignment.basis",
        answers=say.count(found.sales.n),
        accepted=say.count(found.sales.n_yes),
        cases=say.count(found.deals.n),
        won=say.count(found.deals.n_yes),
    )


def _rows(found: Alignment) -> list[Any]:
    return [row for _, row in found.rules.iterrows()]


def _unread(found: Alignment, say: Speaker) -> list[str]:
    lines = []
    for name, reading in (("sales", found.sales), ("deals", found.deals)):
        if not reading.is_enough:
            kind = "flat" if _is_flat(reading) else "no"
            values = {"n": say.count(reading.n), "yes": say.count(reading.n_yes), "least": MIN_EACH}
            lines.append(say(f"alignment.{kind}_{name}", **({} if kind == "flat" else values)))
    return lines


def _is_flat(reading: Reading) -> bool:
    """Whether there were answers enough, and yet nothing to read."""
    return min(reading.n_yes, reading.n - reading.n_yes) >= MIN_EACH


def _told(row: Any, names: dict[str, str]) -> tuple[float, str, dict[str, str]] | None:
    """Return how far apart the readings of one rule are, which sentence says so, and its values; None when they are not."""
    points, sales, deals = (float(row[name]) for name in ("points", "sales_points", "deals_points"))
    key = _key(row, points, sales, deals)
    if not key:
        return None
    values = {"rule": names[row["column_id"]], "points": f"{points:.0f}", "sales": _point(sales)}
    if key != "departments":
        values["deals"] = _point(deals)
    return float(np.nanmax([abs(points - deals), abs(sales - deals), abs(points - sales)])), key, values


def _key(row: Any, points: float, sales: float, deals: float) -> str:
    if row["marketing_differs"] and row["sales_differ"]:
        if (points > deals) != (sales > deals):
            return "between"
        return "both_over" if points > deals else "both_under"
    if row["sales_differ"]:
        return _belief(row, sales, deals)
    if row["marketing_differs"]:
        return "marketing_over" if points > deals else "marketing_under"
    return "departments" if row["departments_differ"] else ""


def _belief(row: Any, sales: float, deals: float) -> str:
    """Return how sales differ from the deals: belief and doubt are words for a rule that one of both sees nothing in."""
    if sales > deals:
        return "believe" if sales > 0 and deals < sales / 2 else "sales_over"
    return "doubt" if row["sales_low"] <= 0 < row["deals_low"] else "sales_under"


def _point(value: float) -> str:
    # Adding zero turns a rounded "-0.0" into "0.0".
    return "–" if pd.isna(value) else f"{round(value, 1) + 0.0:.1f}"
