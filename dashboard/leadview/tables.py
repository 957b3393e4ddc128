"""The receipt and the events of a lead as tables; each has a twin for spreadsheets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.lead import Story
from analysis.receipts import Receipt
from analysis.rulesets.plain import Line
from dashboard.leadview import words
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.wording import any_value, value


def receipt_table(found: Receipt, say: Speaker) -> Twin:
    """Return the lines of a receipt; the last one is the sum.

    On the screen the reasons share a column, so that a phone has room for the rules.
    """
    lines, total = found.lines, say("receipt.total")
    labels, points = [*(_label(line, say) for line in lines), total], [*(line.points for line in lines), found.score]
    shown = Builder(say, "receipt.table")
    shown.column("rule", labels)
    shown.column("points", points)
    shown.column("why", [*(_reason(line, say) for line in lines), ""])
    exported = Builder(say, "receipt.table")
    exported.column("rule", labels)
    exported.column("axis", [*(say.word("axis", line.axis) for line in lines), ""])
    exported.column("why", [*(_why(line, say) for line in lines), ""])
    exported.column("date", [*(_date(line, say) for line in lines), ""])
    exported.column("multiplicity", [*(line.multiplicity for line in lines), None])
    exported.column("points", points)
    return Twin(shown=shown.twin().shown, exported=exported.twin().exported)


def event_table(story: Story, say: Speaker) -> Twin:
    """Return everything that happened with a lead, latest first."""
    rows = list(story.events.iloc[::-1].itertuples())
    table = Builder(say, "lead.table")
    table.column("date", [say.short_date(row.happened_at) for row in rows])
    table.column("what", [words.event(row, say) for row in rows])
    table.column("detail", [words.detail(row, say) for row in rows])
    table.column("party", [_party(row, say) for row in rows])
    table.column("pass_no", [None if pd.isna(row.pass_no) else int(row.pass_no) for row in rows], _or_nothing)
    return table.twin()


def profile_table(story: Story, say: Speaker) -> pd.DataFrame:
    """List what is recorded of a lead itself, without what may name a person."""
    names = ("source", "campaign", "is_inbound", "is_online", "industry", "employees", "capital_yen", "region")
    names += ("department", "job_title", "seniority")
    labels = [say.word("lead_field", name) if name == "source" else say(f"attribute.{name}") for name in names]
    values = [words.profile(story, name, say) for name in names]
    return pd.DataFrame({say("lead.item"): labels, say("lead.value"): values})


def _label(line: Line, say: Speaker) -> str:
    label = str(getattr(line, f"label_{say.language}"))
    if line.kind in ("group_limit", "axis_limit"):
        return say("receipt.limit", label=label or line.rule_id)
    return label


def _why(line: Line, say: Speaker) -> str:
    parts = []
    if line.kind == "unscored":
        parts.append(say("receipt.unscored"))
    if line.tier is not None:
        parts.append(say("receipt.tier", n=line.tier))
    if line.step:
        parts.append(say("receipt.step", n=line.step))
    if line.effect:
        parts.append(say(f"receipt.{line.effect}"))
    if line.value is not None:
        parts.append(say("receipt.value", value=any_value(line.value, say)))
    elif line.touches and not line.effect and line.touches[0].content:
        parts.append(value("content", str(line.touches[0].content), say))
    return say("format.separator").join(parts)


def _date(line: Line, say: Speaker) -> str:
    if line.touches:
        last, first = line.touches[0].at, line.touches[-1].at
        if last.date() == first.date():
            return say.short_date(last)
        return say("receipt.between", first=say.short_date(first), last=say.short_date(last))
    if line.kind in ("attribute", "bant"):
        return say.short_date(line.known_at) if line.known_at else say("receipt.always")
    return ""


def _reason(line: Line, say: Speaker) -> str:
    times = say("receipt.times", n=line.multiplicity) if line.multiplicity > 1 else ""
    return say("format.separator").join(part for part in (_date(line, say), _why(line, say), times) if part)


def _party(row: Any, say: Speaker) -> str:
    if not row.party:
        return ""
    group = "lead_direction" if row.lane == "touch" else "lead_department"
    return say.word(group, row.party)


def _or_nothing(value: Any) -> str:
    return "" if value is None else str(value)
