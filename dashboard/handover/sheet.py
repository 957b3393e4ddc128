"""The change sheet: what to set from what to what, as a table and as a Markdown checklist."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.handover import Step, Tool, Value, change_steps
from analysis.rulesets import Band, Cell, Gate, Limit, Rule, Ruleset
from dashboard.handover.phrases import action, asked, condition, counting, deadline, department, label, limit
from dashboard.texts import Speaker

COLUMNS: Final = ("step", "what", "name", "change", "before", "after", "where", "note")


def sheet(before: Ruleset | None, after: Ruleset, tool: Tool, say: Speaker) -> pd.DataFrame:
    """Write what must be set in a tool as a table.

    Returns
    -------
    DataFrame
        One row per step, with the columns `COLUMNS`; all texts but `step`.

    Raises
    ------
    ReplayError
        If a version is the score of another tool.
    """
    steps = change_steps(before, after)
    rows = [[number, *_row(step, before, after, tool, say)] for number, step in enumerate(steps, start=1)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def heading(before: Ruleset | None, after: Ruleset, tool: Tool, say: Speaker) -> str:
    """Return the title of the sheet."""
    names = {"after": _version(after), "tool": say(f"sheet.tool.{tool}")}
    return say("sheet.heading", **names) if before is None else say(
        "sheet.heading_change", before=_version(before), **names
    )  # fmt: skip


def markdown(before: Ruleset | None, after: Ruleset, tool: Tool, say: Speaker) -> str:
    """Write the sheet as a Markdown checklist that fits a wiki page or a ticket."""
    table = sheet(before, after, tool, say)
    lines = [f"# {_cell(heading(before, after, tool, say))}", ""]
    if table.empty:
        return "\n".join([*lines, say("sheet.nothing"), ""])
    names = [say("sheet.done"), *(say(f"sheet.column.{name}") for name in COLUMNS)]
    lines += [_line(names), _line(["---"] * len(names))]
    lines += [_line(["[ ]", *map(str, row)]) for row in table.itertuples(index=False)]
    return "\n".join([*lines, "", say("sheet.hint"), ""])


def headed(table: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Return a sheet with the column names of the reader's language."""
    return table.rename(columns={name: say(f"sheet.column.{name}") for name in COLUMNS})


def _row(step: Step, before: Ruleset | None, after: Ruleset, tool: Tool, say: Speaker) -> list[str]:
    part = step.after if step.after is not None else step.before
    where = f"{step.part}_{part.axis}" if isinstance(part, Rule) else step.part
    return [
        say(f"sheet.part.{step.part}"),
        say("sheet.threshold") if step.part == "threshold" else _name(part, say),
        say(f"sheet.change.{step.change}"),
        _text(step, step.before, before, say),
        _text(step, step.after, after, say),
        say(f"sheet.where.{tool}.{where}"),
        _note(step, tool, say),
    ]


def _name(part: Value, say: Speaker) -> str:
    return say("format.separator").join(part.grades) if isinstance(part, Cell) else label(part, say)


def _note(step: Step, tool: Tool, say: Speaker) -> str:
    notes = [
        say(f"sheet.support.{support}", feature=say(f"sheet.feature.{feature}"))
        for feature, support in step.support(tool).items()
        if support != "built_in"
    ]
    return "; ".join(notes) if say.language == "en" else say("format.separator").join(notes)


def _text(step: Step, value: Value, ruleset: Ruleset | None, say: Speaker) -> str:
    if value is None or ruleset is None:
        return say("sheet.no_points")
    if isinstance(value, Rule):
        return _rule(step.change, value, ruleset, say)
    if isinstance(value, Limit):
        return limit(value, say)
    if isinstance(value, Gate):
        return condition(value.condition, say)
    if isinstance(value, int):
        return say("card.from", low=value)
    acted = {
        "owner": department(value.owner, say),
        "action": action(value, say),
        "deadline": deadline(value.deadline_hours, say),
    }
    if isinstance(value, Band):
        lowest = value.name_en == ruleset.bands[0].name_en and len(ruleset.bands) > 1
        if lowest:
            low = say("card.below", high=ruleset.bands[1].threshold)
            return f"{low}: {acted['owner']}, {acted['action']}{acted['deadline']}"
        return say("sheet.band", threshold=value.threshold, **acted)
    return say("sheet.cell", grades=say("format.separator").join(value.grades), **acted)


def _rule(change: str, rule: Rule, ruleset: Ruleset, say: Speaker) -> str:
    if change == "points":
        return _points(rule, say)
    if change == "counting":
        return counting(rule, say)
    if change == "condition":
        return asked(rule.predicate, say)
    if change == "axis":
        return say("sheet.axis", axis=say(f"card.{rule.axis}"))
    if change == "group":
        group = next((group for group in ruleset.groups if group.id == rule.group), None)
        return say("sheet.no_group") if group is None else say("sheet.group", group=label(group, say))
    return say(
        "sheet.whole_rule", points=_points(rule, say), what=asked(rule.predicate, say), counting=counting(rule, say)
    )


def _points(rule: Rule, say: Speaker) -> str:
    """Write points in words: a sign at the start of a cell would be a formula to a spreadsheet."""
    given = [tier.points for tier in rule.tiers] or [rule.points]
    return " / ".join(
        say("sheet.points", points=each) if each >= 0 else say("sheet.minus", points=-each) for each in given
    )


def _version(ruleset: Ruleset) -> str:
    return f"{ruleset.id}@{ruleset.version}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(_cell(text) for text in cells) + " |"


def _cell(text: str) -> str:
    """Keep a text in its cell, and from being read as markup."""
    flat = " ".join(text.split())
    for character in "\\|<>`*_":
        flat = flat.replace(character, f"\\{character}")
    return flat
