"""Writes a mapping as the TOML text that `parse_mapping` reads: how a profile is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType

from data.contract import TABLES
from data.imports.mapping import Cell, Condition, Feed, FileSpec, Join, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def mapping_toml(mapping: Mapping, *, about: str = "") -> str:
    """Return `mapping` as TOML text; `about` becomes comments at its top.

    Reading the text gives the same mapping again, but for line numbers and the name of
    the file. What all cells share stands once, at the top.
    """
    cells = [cell for feed in mapping.feeds for cell in feed.cells.values()]
    shared = Shared.of(cells)
    parts = ["".join(f"# {line}".rstrip() + "\n" for line in about.splitlines())] if about else []
    parts.append("\n".join([f"name = {text(mapping.name)}", *shared.lines()]) + "\n")
    parts += [_file(file) for file in mapping.files.values()]
    ordered = sorted(mapping.feeds, key=lambda feed: list(TABLES).index(feed.table))
    parts += [_feed(feed, shared) for feed in ordered]
    return "\n".join(parts)


def text(value: str) -> str:
    """Return `value` as a TOML string."""
    # JSON strings are TOML strings, except that TOML wants the delete character escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def texts(values: Iterable[str]) -> str:
    """Return `values` as a TOML list of strings."""
    return f"[{', '.join(text(value) for value in values)}]"


def key(name: str) -> str:
    """Return `name` as a TOML key."""
    return name if _BARE.fullmatch(name) else text(name)


def inline(pairs: MappingType[str, str]) -> str:
    """Return an inline table of values that are TOML already."""
    return "{ " + ", ".join(f"{key(name)} = {value}" for name, value in pairs.items()) + " }"


class Shared:
    """What stands at the top of a mapping because all its cells have it."""

    def __init__(self, time_zone: str, dates: tuple[str, ...], unknown: tuple[str, ...]) -> None:
        self.time_zone = time_zone
        self.dates = dates
        self.unknown = unknown

    @classmethod
    def of(cls, cells: list[Cell]) -> Shared:
        """Return what all `cells` share; nothing when they differ."""
        zones = {cell.time_zone for cell in cells}
        dates = {cell.dates for cell in cells}
        unknown = {cell.unknown for cell in cells}
        return cls(
            zones.pop() if len(zones) == 1 else "UTC",
            dates.pop() if len(dates) == 1 else (),
            unknown.pop() if len(unknown) == 1 else (),
        )

    def lines(self) -> list[str]:
        """Return the lines that say so."""
        lines = [f"time_zone = {text(self.time_zone)}"]
        if self.dates:
            lines.append(f"dates = {texts(self.dates)}")
        if self.unknown:
            lines.append(f"unknown = {texts(self.unknown)}")
        return lines


def _file(file: FileSpec) -> str:
    names = texts(file.patterns) if file.other_patterns else text(file.pattern)
    lines = [f"[file.{key(file.alias)}]", f"name = {names}"]
    if file.sheet is not None:
        lines.append(f"sheet = {text(file.sheet)}")
    if file.encoding is not None:
        lines.append(f"encoding = {text(file.encoding)}")
    if file.delimiter is not None:
        lines.append(f"delimiter = {text(file.delimiter)}")
    if file.header_line != 1:
        lines.append(f"header_line = {file.header_line}")
    if file.is_optional:
        lines.append("optional = true")
    return "\n".join(lines) + "\n"


def _feed(feed: Feed, shared: Shared) -> str:
    lines = [f"[[{feed.table}]]", f"from = {text(feed.file)}"]
    if feed.is_first_kept:
        lines.append('keep = "first"')
    if feed.joins:
        lines.append(f"join = [{', '.join(_join(join) for join in feed.joins)}]")
    if feed.conditions:
        lines.append(f"only_where = {inline(dict(map(_condition, feed.conditions)))}")
    lines += [f"{key(name)} = {_cell(cell, shared)}" for name, cell in feed.cells.items()]
    return "\n".join(lines) + "\n"


def _join(join: Join) -> str:
    pairs = {"file": text(join.file), "on": inline({here: text(there) for here, there in join.on})}
    flags = {"must_match": join.must_match, "unique": join.is_unique}
    return inline(pairs | {name: "true" for name, is_set in flags.items() if is_set})


def _condition(condition: Condition) -> tuple[str, str]:
    if condition.kind in ("filled", "empty"):
        return condition.column, text(condition.kind)
    return condition.column, inline({condition.kind: texts(condition.values)})


def _cell(cell: Cell, shared: Shared) -> str:
    pairs = _source(cell) | _details(cell, shared)
    return pairs["column"] if set(pairs) == {"column"} else inline(pairs)


def _source(cell: Cell) -> dict[str, str]:
    pairs = {} if cell.file is None else {"file": text(cell.file)}
    if cell.value is not None:
        return {"value": text(cell.value)}
    if cell.template is not None:
        return {"template": text(cell.template), **pairs}
    if cell.is_id:
        return {"id_of": texts(cell.columns), **pairs}
    if len(cell.columns) == 1:
        return {"column": text(cell.columns[0]), **pairs}
    return {"first_of": texts(cell.columns), **pairs}


def _details(cell: Cell, shared: Shared) -> dict[str, str]:
    pairs = {}
    if cell.part_before is not None:
        pairs["part_before"] = text(cell.part_before)
    if cell.dates != shared.dates:
        pairs["dates"] = texts(cell.dates)
    if cell.time_zone != shared.time_zone:
        pairs["time_zone"] = text(cell.time_zone)
    if cell.unknown != shared.unknown:
        pairs["unknown"] = texts(cell.unknown)
    if cell.values:
        pairs["map"] = inline({old: text(new) for old, new in cell.values.items()})
    if cell.otherwise is not None:
        pairs["others"] = inline({"value": text(cell.otherwise)})
    elif cell.values and cell.others != "reject":
        pairs["others"] = text(cell.others)
    return pairs
