"""Fits a preset to the files at hand: only what they really have is asked of them."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.contract import TABLES
from data.imports.mapping import GENERATED_IDS, Cell, Condition, Feed, FileSpec, Join, Mapping
from data.presets.catalogue import Preset
from data.presets.headers import FileHeader, Names, is_mail

Files = MappingType[str, Sequence[FileHeader]]
"""The files at hand, by the alias they have in the preset."""

_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A table that a preset would fill and cannot, and why."""

    table: str
    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedColumn:
    """A column that nothing is made of, and why."""

    file: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A preset fitted to files.

    Attributes
    ----------
    mapping : Mapping
        Ready for `import_files`; it names the files and columns as they are.
    left_out : tuple of LeftOut
        What the preset knows and these files cannot give.
    unused : tuple of UnusedColumn
        Columns that nothing is made of, in the order of the files.
    """

    mapping: Mapping
    left_out: tuple[LeftOut, ...]
    unused: tuple[UnusedColumn, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that the mapping fills, in the order of the contract."""
        filled = {feed.table for feed in self.mapping.feeds}
        return tuple(table for table in TABLES if table in filled)


def fit(preset: Preset, files: Files, *, time_zone: str | None = None) -> Fitted:
    """Return the mapping of `preset` for `files`.

    A column that a file does not have is left out of the mapping; a table that needs
    it is left out with the reason. Nothing is made up in its place.

    Parameters
    ----------
    preset : Preset
        The preset.
    files : mapping of str to sequence of FileHeader
        The files at hand, by alias. Several files of one alias are read alike.
    time_zone : str or None
        Zone of dates that name none; None leaves what the preset says.
    """
    aliases = _aliases(files)
    fitted = [
        _Fitting(preset.names, aliases, header).feed(feed, alias)
        for feed in preset.mapping.feeds
        for alias, (known, header) in aliases.items()
        if known == feed.file
    ]
    feeds = _not_replaced(preset, [feed for feed in fitted if isinstance(feed, Feed)])
    left_out = [feed for feed in fitted if isinstance(feed, LeftOut)]
    if time_zone is not None:
        feeds = [_in_zone(feed, time_zone) for feed in feeds]
    mapping = replace(
        preset.mapping,
        files={alias: _spec(preset, alias, known, header) for alias, (known, header) in aliases.items()},
        feeds=tuple(feeds),
    )
    return Fitted(mapping=mapping, left_out=tuple(left_out), unused=_unused(preset, mapping, aliases))


def _aliases(files: Files) -> dict[str, tuple[str, FileHeader]]:
    """Return (alias in the preset, header) by an alias of its own for each file."""
    found = {}
    for alias, headers in files.items():
        for number, header in enumerate(headers, start=1):
            found[alias if number == 1 else f"{alias}_{number}"] = (alias, header)
    return found


def _not_replaced(preset: Preset, feeds: list[Feed]) -> list[Feed]:
    there = {(feed.table, feed.file) for feed in feeds}
    gone = {(table, file) for table, file, by in preset.replaced if (table, by) in there}
    return [feed for feed in feeds if (feed.table, feed.file) not in gone]


class _Fitting:
    """One feed over one file."""

    def __init__(self, names: Names, aliases: MappingType[str, tuple[str, FileHeader]], header: FileHeader) -> None:
        self.names = names
        self.aliases = aliases
        self.header = header

    def feed(self, feed: Feed, alias: str) -> Feed | LeftOut:
        joins = tuple(join for join in map(self.join, feed.joins) if join is not None)
        joined = {join.file for join in joins}
        cells = {name: self.cell(cell, joined) for name, cell in feed.cells.items()}
        if reason := self.missing(feed, cells) or self.impossible(feed.conditions):
            return LeftOut(table=feed.table, file=self.header.name, reason=reason)
        anonymous = {name: _without_mail(name, cell) for name, cell in cells.items() if cell is not None}
        kept = {name: cell for name, cell in anonymous.items() if cell is not None}
        asked = {cell.file for cell in kept.values()}
        return replace(
            feed,
            file=alias,
            cells=kept,
            joins=tuple(join for join in joins if join.file in asked),
            conditions=tuple(filter(None, map(self.condition, feed.conditions))),
        )

    def missing(self, feed: Feed, cells: MappingType[str, Cell | None]) -> str:
        generated = GENERATED_IDS.get(feed.table, ("", ()))[0]
        for column in TABLES[feed.table].columns:
            needs = column.required and column.default is None and column.name != generated
            if needs and cells.get(column.name) is None:
                return self.reason(feed, column.name)
        return ""

    def reason(self, feed: Feed, name: str) -> str:
        cell = feed.cells[name]
        if cell.file is None:
            wanted = " / ".join(cell.columns or _HOLE.findall(cell.template or ""))
            return f"{name} needs a column {wanted}"
        if cell.file not in self.aliases:
            return f"{name} needs the file of {cell.file} beside it"
        if f"{cell.file}_2" in self.aliases:
            return f"{name} needs one file of {cell.file}, not several"
        other = self.aliases[cell.file][1]
        pairs = [pair for join in feed.joins if join.file == cell.file for pair in join.on]
        if here := [here for here, _ in pairs if self.header.find(here, self.names) is None]:
            return f"{name} needs a column {here[0]}"
        wanted_there = [there for _, there in pairs] + list(cell.columns)
        missing = next((there for there in wanted_there if other.find(there, self.names) is None), "")
        return f"{name} needs a column {missing} in the file of {cell.file}"

    def impossible(self, conditions: Sequence[Condition]) -> str:
        for condition in conditions:
            is_there = self.header.find(condition.column, self.names) is not None
            allows_empty = "" in condition.values
            if not is_there and (condition.kind == "filled" or (condition.kind == "is" and not allows_empty)):
                return f"needs a column {condition.column}"
            if not is_there and condition.kind == "is_not" and allows_empty:
                return f"needs a column {condition.column}"
        return ""

    def condition(self, condition: Condition) -> Condition | None:
        """Return it over the file's own name; None where the column is not there, and so is empty."""
        column = self.header.find(condition.column, self.names)
        return None if column is None else replace(condition, column=column)

    def join(self, join: Join) -> Join | None:
        other = self.aliases.get(join.file)
        if other is None or f"{join.file}_2" in self.aliases:
            return None
        pairs = [(self.header.find(here, self.names), other[1].find(there, self.names)) for here, there in join.on]
        found = tuple((here, there) for here, there in pairs if here is not None and there is not None)
        return replace(join, on=found) if len(found) == len(pairs) else None

    def cell(self, cell: Cell, joined: set[str]) -> Cell | None:
        if cell.value is not None:
            return cell
        if cell.file is not None and cell.file not in joined:
            return None
        header = self.header if cell.file is None else self.aliases[cell.file][1]
        if cell.template is not None:
            holes = {hole: header.find(hole, self.names) for hole in _HOLE.findall(cell.template)}
            if None in holes.values():
                return None
            return replace(cell, template=_HOLE.sub(lambda hole: f"{{{holes[hole[1]]}}}", cell.template))
        found = dict.fromkeys(filter(None, (header.find(column, self.names) for column in cell.columns)))
        return replace(cell, columns=tuple(found)) if found else None


def _without_mail(name: str, cell: Cell) -> Cell | None:
    """Make an id of a mail address; None for a longer id with one in it, which is then made from the contents."""
    if not name.endswith("_id"):
        return cell
    if any(is_mail(hole) for hole in _HOLE.findall(cell.template or "")):
        return None
    return replace(cell, is_id=True) if any(map(is_mail, cell.columns)) else cell


def _spec(preset: Preset, alias: str, known: str, header: FileHeader) -> FileSpec:
    # The name itself, not a pattern: brackets and stars in it mean nothing.
    pattern = re.sub(r"([*?\[])", r"[\1]", header.name)
    return replace(preset.mapping.files[known], alias=alias, pattern=pattern, is_optional=False)


def _in_zone(feed: Feed, time_zone: str) -> Feed:
    return replace(feed, cells={name: replace(cell, time_zone=time_zone) for name, cell in feed.cells.items()})


def _unused(
    preset: Preset, mapping: Mapping, aliases: MappingType[str, tuple[str, FileHeader]]
) -> tuple[UnusedColumn, ...]:
    used = {alias: set[str]() for alias in aliases}
    for feed in mapping.feeds:
        for cell in feed.cells.values():
            used[cell.file or feed.file] |= {*cell.columns, *_HOLE.findall(cell.template or "")}
        used[feed.file] |= {condition.column for condition in feed.conditions}
        for join in feed.joins:
            used[feed.file] |= {here for here, _ in join.on}
            used[join.file] |= {there for _, there in join.on}
    return tuple(
        UnusedColumn(file=header.name, column=column, reason=preset.why_ignored(column))
        for alias, (_, header) in aliases.items()
        for column in header.columns
        if column and column not in used[alias]
    )
