"""The page of the three readings of each rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from analysis.meeting.alignment import Alignment
from analysis.rulesets import Ruleset
from dashboard.reporting import words
from dashboard.reporting.blocks import Frame, Page, ReadingRow, Readings, Sentences
from dashboard.reporting.findings import Findings
from dashboard.texts import Speaker
from dashboard.workbench.words import rule_name

MOST_RULES: Final = 10
_MOST_NAMED: Final = 4
_READERS: Final = ("marketing", "sales", "deals")


def readings(found: Findings, say: Speaker) -> Page:
    """Return the page that holds the departments' beliefs against the deals."""
    title, known = say("report.page.readings"), found.readings
    if known is None or found.score is None:
        key = "report.readings.no_rules" if found.score is not None else "report.no_points"
        return Page(title=title, blocks=(Sentences(lines=(say(key),)),))
    if not (known.sales.is_enough or known.deals.is_enough):
        return Page(title=title, blocks=(Sentences(lines=(say("report.readings.too_few"),)),))
    names = _names(found.score.ruleset, known, say)
    lines = reading_lines(known, names, say)
    return Page(title=title, blocks=(Sentences(lines=tuple(lines)), _chart(known, names, say)))


def reading_lines(known: Alignment, names: Mapping[str, str], say: Speaker) -> list[str]:
    """Return where the readings differ, in sentences."""
    lead = say(
        "report.readings.lead",
        n_sales=say.count(known.sales.n),
        n_accepted=say.count(known.sales.n_yes),
        n_deals=say.count(known.deals.n),
        n_won=say.count(known.deals.n_yes),
    )
    lines = [
        _differing(known.rules, column, ends, part, names, say)
        for column, ends, part in (
            ("marketing_differs", ("points", "deals_points"), "part_marketing"),
            ("sales_differ", ("sales_points", "deals_points"), "part_sales"),
        )
    ]
    found = [line for line in lines if line]
    return [lead, *(found or [say("report.readings.agree")])]


def _differing(
    rules: pd.DataFrame, column: str, ends: tuple[str, str], part: str, names: Mapping[str, str], say: Speaker
) -> str:
    rows = rules[rules[column].astype(bool)]
    if rows.empty:
        return ""
    order = (rows[ends[0]] - rows[ends[1]]).abs().sort_values(ascending=False).index
    parts = [
        say(
            f"report.readings.{part}",
            rule=names[row.column_id],
            deals=words.points(row.deals_points),
            **({"points": str(row.points)} if part == "part_marketing" else {"sales": words.points(row.sales_points)}),
        )
        for row in rows.loc[order].head(_MOST_NAMED).itertuples()
    ]
    if len(rows) > _MOST_NAMED:
        parts.append(say("report.readings.more", n=len(rows) - _MOST_NAMED))
    return say(f"report.readings.{column}", rules=words.listed(parts, say))


def _names(ruleset: Ruleset, known: Alignment, say: Speaker) -> dict[str, str]:
    """Return the name of each column: that of its rule, with what tells tiers and half-lives apart."""
    ids = known.rules["rule_id"]
    shared = set(ids[ids.duplicated()])
    return {
        row.column_id: rule_name(ruleset, row.column_id, say)
        if row.rule_id not in shared or _is_tier(ruleset, row.rule_id)
        else f"{rule_name(ruleset, row.rule_id, say)} {row.column_id.removeprefix(row.rule_id)}"
        for row in known.rules.itertuples()
    }


def _is_tier(ruleset: Ruleset, rule_id: str) -> bool:
    return bool(next(rule for rule in ruleset.rules if rule.id == rule_id).tiers)


def _chart(known: Alignment, names: Mapping[str, str], say: Speaker) -> Readings:
    shown = _shown(known.rules)
    parts = [
        say(
            "report.readings.alt_part",
            rule=names[row.column_id],
            points=row.points,
            sales=words.points(row.sales_points),
            deals=words.points(row.deals_points),
        )
        for row in shown.itertuples()
    ]
    frame = Frame(
        title=say("report.chart.readings"),
        caption=say(
            "report.chart.readings_caption", n_sales=say.count(known.sales.n), n_deals=say.count(known.deals.n)
        ),
        alt=say("report.readings.alt", n=len(shown), parts=words.listed(parts, say)),
        twin=words.rows_table(_head(say), [_cells(row, names, say) for row in shown.itertuples()]),
    )
    return Readings(
        frame=frame,
        names=tuple(say(f"report.readings.{name}") for name in _READERS),
        rows=tuple(_row(row, names) for row in shown.itertuples()),
        axis_name=say("report.readings.axis"),
    )


def _shown(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rules that differ, then the others by how far apart the readings are; in the order of the card."""
    far = (rules[["sales_points", "deals_points"]].sub(rules["points"], axis=0)).abs().max(axis=1).fillna(0)
    differs = rules["marketing_differs"].astype(bool) | rules["sales_differ"].astype(bool)
    order = (far + 1000 * differs).sort_values(ascending=False, kind="stable").index[:MOST_RULES]
    return rules.loc[sorted(order)]


def _row(row: Any, names: Mapping[str, str]) -> ReadingRow:
    return ReadingRow(
        label=names[row.column_id],
        values=(float(row.points), words.known(row.sales_points), words.known(row.deals_points)),
        low=(None, words.known(row.sales_low), words.known(row.deals_low)),
        high=(None, words.known(row.sales_high), words.known(row.deals_high)),
    )


def _head(say: Speaker) -> tuple[str, ...]:
    interval = say("report.readings.interval")
    names = [say(f"report.readings.{name}") for name in ("rule", *_READERS, "note")]
    return (names[0], names[1], names[2], interval, names[3], interval, names[4])


def _cells(row: Any, names: Mapping[str, str], say: Speaker) -> tuple[str, ...]:
    kinds = {(True, False): "marketing", (False, True): "sales", (True, True): "both"}
    kind = kinds.get((bool(row.marketing_differs), bool(row.sales_differ)))
    return (
        names[row.column_id],
        str(row.points).replace("-", "−"),
        words.points(row.sales_points),
        f"{words.points(row.sales_low)} – {words.points(row.sales_high)}",
        words.points(row.deals_points),
        f"{words.points(row.deals_low)} – {words.points(row.deals_high)}",
        say(f"report.readings.differs_{kind}") if kind else "",
    )
