"""From the text of `definitions.toml` to definitions, or one line that says what is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import Final, cast

from analysis.definitions.model import BY, TERMS, By, Definition, Definitions, DefinitionsError, Term
from analysis.definitions.parts import BandPart, ConditionPart, GroupPart, NotPart, Part, ScorePart, StagePart
from analysis.rulesets.fields import Fields, Source, show
from analysis.rulesets.files import parsed
from analysis.rulesets.parse_rules import read_condition

MAX_DEPTH: Final = 6
"""Deeper than anybody can read."""

MAX_LEAVES: Final = 30
"""More conditions than a meeting can agree on."""

_CONDITIONS: Final = ("touch", "attribute", "bant", "opt_out")
_KINDS: Final = (*_CONDITIONS, "score", "band", "stage", "group")


def parse_definitions(text: str, name: str = "definitions.toml", *, is_published: bool = False) -> Definitions:
    """Read definitions.

    Parameters
    ----------
    text : str
        TOML, as described in `docs/definitions.md`.
    name : str
        File name for errors.
    is_published : bool
        Whether they came with the program: they have an id and belong to nobody.

    Raises
    ------
    DefinitionsError
        If the text is no TOML, or has unknown or missing keys, or wrong values.
    """
    source = parsed(text, name, DefinitionsError, "see docs/definitions.md")
    return Definitions(all=_all(source, is_published))


def parse_part(text: str, name: str = "condition") -> Part | None:
    """Read the condition of one definition alone: the keys `kind`, `need`, `of` and so on; None from no text.

    Raises
    ------
    DefinitionsError
        As for `parse_definitions`.
    """
    source = parsed(text, name, DefinitionsError, "see docs/definitions.md")
    if not source.data:
        return None
    return _part(Fields(source, (), source.data, "the condition"), 0)


def _all(source: Source, is_published: bool) -> tuple[Definition, ...]:
    top = Fields(source, (), source.data, "the file of definitions")
    found: dict[tuple[str, str, date | None], Definition] = {}
    for number, table in enumerate(top.tables("definition")):
        fields = Fields(source, ("definition", number), table, f"definition {number + 1}")
        read = _definition(fields, source.line(("definition", number)), is_published)
        key = (read.term, read.code, read.valid_from)
        if key in found:
            fields.fail(
                "term",
                f"line {found[key].line} defines {read.term} from the same day; give this one another valid_from",
            )
        found[key] = read
    top.finish()
    return tuple(found.values())


def _definition(fields: Fields, line: int, is_published: bool) -> Definition:
    term = cast("Term", fields.choice("term", TERMS))
    identifier = fields.text("id", example='"bant_satisfied"') if is_published else ""
    by = "" if is_published else cast("By", fields.choice("by", BY))
    text_ja, text_en = fields.both_languages("text")
    if not is_published:
        fields.required("valid_from", "2026-04-01")
    valid_from = fields.day("valid_from")
    part = _part(fields, 0) if "kind" in fields or "of" in fields else None
    agreed_by = fields.texts("agreed_by")
    fields.finish()
    return Definition(
        term=term,
        by=cast("By", by),
        text_ja=text_ja,
        text_en=text_en,
        valid_from=valid_from,
        part=part,
        agreed_by=agreed_by,
        id=identifier,
        line=line,
    )


def _part(fields: Fields, depth: int) -> Part:
    """Read one part; the whole definition is one, too, so what is left over is checked by the caller."""
    is_not = fields.flag("not")
    kind = "group" if "of" in fields and "kind" not in fields else fields.choice("kind", _KINDS)
    part: Part
    if kind == "group":
        part = _group(fields, depth)
    elif kind == "score":
        part = _score(fields)
    elif kind == "band":
        part = BandPart(names=_needed_texts(fields, "name", '"Hot"'))
    elif kind == "stage":
        part = StagePart(stage=fields.text("reached", example='"mql"'))
    else:
        part = ConditionPart(condition=read_condition(fields, kind))
    if depth or not fields.path:
        fields.finish()
    return NotPart(part=part) if is_not else part


def _group(fields: Fields, depth: int) -> Part:
    if depth >= MAX_DEPTH:
        fields.fail("of", f"conditions lie more than {MAX_DEPTH} deep; nobody could read that, so make it flatter")
    parts = []
    for number, table in enumerate(fields.tables("of")):
        title = f"condition {number + 1} of {fields.title}"
        parts.append(_part(Fields(fields.source, (*fields.path, "of", number), table, title), depth + 1))
    if not parts:
        fields.fail("of", 'of = [] asks nothing; add a condition such as { kind = "score", min = 10 }')
    if len(parts) > MAX_LEAVES:
        fields.fail("of", f"there are {len(parts)} conditions; write at most {MAX_LEAVES}")
    need = _need(fields, len(parts))
    return parts[0] if len(parts) == 1 else GroupPart(parts=tuple(parts), need=need)


def _need(fields: Fields, n_parts: int) -> int:
    value = fields.required("need", '"all"')
    if value in ("all", "any"):
        return n_parts if value == "all" else 1
    if isinstance(value, str):
        fields.fail("need", f'need = {show(value)} is unknown; write "all", "any" or a number such as 2')
    need = fields.integer("need", example="2", low=1) or 1
    if need > n_parts:
        fields.fail("need", f"need = {need} can never hold: there are {n_parts} conditions; lower it")
    return need


def _score(fields: Fields) -> ScorePart:
    if "min" not in fields and "max" not in fields:
        fields.source.fail(fields.path, f"{fields.title} asks nothing of the score; add min = 10, or max = 9")
    if fields.value("min") == "threshold":
        if "max" in fields:
            fields.fail("max", "max has no place beside the threshold; leave it out, or write min as a number")
        return ScorePart(is_threshold=True)
    low, high = fields.integer("min", example="10"), fields.integer("max", example="20")
    if low is not None and high is not None and low > high:
        fields.fail("min", f"min = {low} is above max = {high}, so no lead can match; swap them")
    return ScorePart(low=low, high=high)


def _needed_texts(fields: Fields, key: str, example: str) -> tuple[str, ...]:
    fields.required(key, example)
    return fields.texts(key)
