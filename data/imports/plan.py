"""The SQL of one feed over its file: which cells, which joins, which rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from data.contract import TABLES, Table
from data.errors import InputError
from data.imports.expressions import CellSql, clean, generated_id, made_id, part_before, unknown_as_null
from data.imports.mapping import GENERATED_IDS, Cell, Condition, Feed
from data.imports.masking import masked
from data.imports.scratch import identifier, literal
from data.imports.source import Source

GOOD: Final = 0
BAD: Final = 1
LEFT_OUT: Final = 2
BLANK: Final = 3
"""What became of a row: the column ``_state`` of a parsed feed."""

_TYPED_DATES: Final = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
_HOLE: Final = re.compile(r"\{([^{}]+)\}")


class FeedPlan:
    """One feed over one file, compiled.

    Attributes
    ----------
    number : int
        Position among all plans of the import, from 0.
    feed : Feed
        What it was compiled from.
    source : Source
        The file whose rows it takes.
    others : mapping of str to list of Source
        The files it joins, by alias.
    table : Table
        The table it fills.
    """

    def __init__(
        self,
        number: int,
        feed: Feed,
        source: Source,
        others: Mapping[str, list[Source]],
        stages: tuple[str, ...],
        mapping_name: str,
    ) -> None:
        self.number = number
        self.feed = feed
        self.source = source
        self.others = others
        self.table: Table = TABLES[feed.table]
        self._stages = stages
        self._mapping_name = mapping_name
        self._aliases = {join.file: f"j{number}" for number, join in enumerate(feed.joins)}
        self.cells = tuple(self._cell(number, name, cell) for number, (name, cell) in enumerate(feed.cells.items()))

    @property
    def title(self) -> str:
        """What it does, for whoever waits for it."""
        return f"{self.source.name} -> {self.table.name}"

    @property
    def provided(self) -> tuple[str, ...]:
        """Columns of the table that the feed fills, defaults and made ids included."""
        return tuple(self._outputs())

    @property
    def given(self) -> tuple[str, ...]:
        """Columns of the table that the mapping itself fills."""
        return tuple(cell.column.name for cell in self.cells)

    def choices(self, cell: CellSql) -> tuple[str, ...]:
        """Return the values allowed in a cell; empty means any."""
        if self.table.name == "stage_events" and cell.column.name == "stage":
            return self._stages
        return cell.column.choices

    def label(self, cell: CellSql) -> str:
        """Return how a person calls the place of a cell: the column of the file, or of the table."""
        columns = cell.cell.columns
        return " / ".join(columns) if columns else cell.column.name

    def parsed(self, relation: str, *, has_row: bool, lookups: Iterable[int] = ()) -> str:
        """Return the query that yields the table's columns and ``_state`` for every row of `relation`."""
        row = "_row, " if has_row else ""
        outputs = [f"{expression} AS {identifier(name)}" for name, expression in self._outputs().items()]
        columns = ", ".join([*outputs, f"{self._state()} AS _state"])
        return f"SELECT {row}{columns} FROM ({self._values(relation, has_row=has_row, lookups=set(lookups))})"

    def explained(self, relation: str, lookups: Iterable[int] = ()) -> str:
        """Return the query that yields (_row, cell, code, raw) for every cell that is wrong."""
        inner = self._values(relation, has_row=True, lookups=set(lookups), with_raw=True)
        wrong = [
            f"{{'cell': {cell.number}, 'code': CASE {self._codes(cell)} END, 'raw': r{cell.number}}}"
            for cell in self.cells
            if cell.checks(self.choices(cell))
        ]
        found = f"unnest([{', '.join(wrong)}])" if wrong else "{'cell': 0, 'code': NULL, 'raw': ''}"
        return (
            "SELECT _row, wrong.cell AS cell, wrong.code AS code, wrong.raw AS raw FROM "
            f"(SELECT _row, {found} AS wrong FROM ({inner}) WHERE {self._state()} = {BAD}) "
            "WHERE wrong.code IS NOT NULL"
        )

    def sampled(self, relation: str, lookups: Iterable[int], n_rows: int) -> str:
        """Return the query for the first rows: ``_row``, and for each cell from the file its raw text and its value."""
        inner = self._values(relation, has_row=True, lookups=set(lookups), with_raw=True)
        shown = [
            f"{layer}{cell.number}::VARCHAR" for cell in self.cells if cell.cell.value is None for layer in ("r", "v")
        ]
        return (
            f"SELECT {', '.join(['_row', *shown])} FROM ({inner}) "
            f"WHERE NOT _is_blank AND _is_wanted ORDER BY _row LIMIT {n_rows}"
        )

    def constant_checks(self) -> list[tuple[CellSql, str]]:
        """Return each constant of the mapping with the query that yields the code of what is wrong with it."""
        return [
            (
                cell,
                (
                    f"SELECT CASE {self._codes(cell)} END FROM (SELECT *, {cell.value} AS v{cell.number} FROM "
                    f"(SELECT *, {cell.mapped} AS m{cell.number} FROM (SELECT {cell.text} AS t{cell.number})))"
                ),
            )
            for cell in self.cells
            if cell.cell.value is not None and cell.checks(self.choices(cell))
        ]

    def texts(self, relation: str, cell: CellSql) -> str:
        """Return the query that yields the distinct texts of `cell` that have no value."""
        inner = self._values(relation, has_row=True, lookups=set())
        condition = next(check.condition for check in cell.checks(()) if check.code == "unparsable")
        return f"SELECT DISTINCT m{cell.number} AS text FROM ({inner}) WHERE {condition}"

    def _cell(self, number: int, name: str, cell: Cell) -> CellSql:
        if self.source.is_typed and cell.file is None:
            cell = replace(cell, dates=_with_typed(cell.dates))
        raw, text = self._raw_and_text(name, cell)
        return CellSql(number=number, column=self.table.column(name), cell=cell, raw=raw, text=text)

    def _raw_and_text(self, name: str, cell: Cell) -> tuple[str, str]:
        if cell.value is not None:
            return literal(cell.value), f"nullif({literal(cell.value)}, '')"
        if cell.template is not None:
            return self._template(name, cell), self._template(name, cell)
        found = [self._column(column, cell) for column in cell.columns]
        sign = cell.part_before
        texts = [clean(column) if sign is None else part_before(column, sign) for column in found]
        if cell.unknown:
            texts = [unknown_as_null(text, cell.unknown) for text in texts]
        return _first(found), made_id(texts) if cell.is_id else _first(texts)

    def _template(self, name: str, cell: Cell) -> str:
        parts = []
        for number, part in enumerate(_HOLE.split(cell.template or "")):
            if number % 2:
                parts.append(clean(self._column(part, cell)))
            elif part:
                parts.append(literal(part))
        if not parts:
            raise InputError(
                f"{self._mapping_name} line {cell.line}: the template of {name} is empty; write one or leave {name} out"
            )
        return " || ".join(parts)

    def _column(self, column: str, cell: Cell) -> str:
        if cell.file is None:
            return f"s.c{self._index(self.source, column, cell.line)}"
        sources = self.others[cell.file]
        for source in sources:
            self._index(source, column, cell.line)
        return f"{self._aliases[cell.file]}.{identifier(column)}"

    def _index(self, source: Source, column: str, line: int) -> int:
        index = find_column(source.names, column)
        if index is not None:
            return index
        where = f", which {self._mapping_name} line {line} asks for" if line else ""
        raise InputError(
            f"{source.header_place}: has no column {column!r}{where}; its columns are {masked(', '.join(source.names[:30]))}"
        )

    def _values(self, relation: str, *, has_row: bool, lookups: set[int], with_raw: bool = False) -> str:
        row = "s._row, " if has_row else ""
        raws = [f"{cell.raw} AS r{cell.number}" for cell in self.cells] if with_raw else []
        texts = [f"{cell.text} AS t{cell.number}" for cell in self.cells]
        layer = f"SELECT {row}{', '.join([self._kept(), *raws, *texts])} FROM {relation} AS s {self._joins()}"
        mapped = ", ".join(f"{cell.mapped} AS m{cell.number}" for cell in self.cells)
        layer = f"SELECT *, {mapped} FROM ({layer})"
        cells = [replace(cell, lookup=cell.number in lookups) for cell in self.cells]
        values = ", ".join(f"{cell.value} AS v{cell.number}" for cell in cells)
        joins = " ".join(
            f"LEFT JOIN {self.lookup_name(number)} AS l{number} ON l{number}.text = m{number}" for number in lookups
        )
        known = ", ".join(
            f"CASE WHEN l{number}.is_unknown THEN NULL ELSE m{number} END AS m{number}" for number in lookups
        )
        kept = f"x.* REPLACE ({known})" if lookups else "x.*"
        # A name in an expression is a column of x, not the column that REPLACE makes of it:
        # the text of a placeholder has no value, so v is NULL either way.
        return f"SELECT {kept}, {values} FROM ({layer}) AS x {joins}"

    def _kept(self) -> str:
        blank = ", ".join(f"s.c{number}" for number in range(len(self.source.names)))
        conditions = [self._condition(condition) for condition in self.feed.conditions]
        conditions += [f"j{number}._row IS NOT NULL" for number, join in enumerate(self.feed.joins) if join.must_match]
        return f"coalesce({blank}) IS NULL AS _is_blank, {' AND '.join(conditions) or 'true'} AS _is_wanted"

    def _condition(self, condition: Condition) -> str:
        text = clean(f"s.c{self._index(self.source, condition.column, condition.line)}")
        if condition.kind == "filled":
            return f"{text} IS NOT NULL"
        if condition.kind == "empty":
            return f"{text} IS NULL"
        values = ", ".join(literal(value) for value in condition.values) or "NULL"
        negation = " NOT" if condition.kind == "is_not" else ""
        return f"coalesce({text}, '') {negation} IN ({values})"

    def _state(self) -> str:
        checks = [check.condition for cell in self.cells for check in cell.checks(self.choices(cell))]
        return (
            f"(CASE WHEN _is_blank THEN {BLANK} WHEN NOT _is_wanted THEN {LEFT_OUT} "
            f"WHEN {' OR '.join(checks) or 'false'} THEN {BAD} ELSE {GOOD} END)::TINYINT"
        )

    def _codes(self, cell: CellSql) -> str:
        checks = cell.checks(self.choices(cell))
        return " ".join(f"WHEN {check.condition} THEN {literal(check.code)}" for check in checks)

    def _outputs(self) -> dict[str, str]:
        values = {cell.column.name: f"v{cell.number}" for cell in self.cells}
        for column in self.table.columns:
            if column.name not in values and column.default is not None:
                values[column.name] = f"CAST({literal(column.default)} AS {column.kind.value})"
        name, contents = GENERATED_IDS.get(self.table.name, ("", ()))
        if name and name not in values:
            values = {name: generated_id(values, contents, f"{self.table.name[0]}-"), **values}
        return values

    def _joins(self) -> str:
        return " ".join(
            f"LEFT JOIN {self.joined_name(number)} AS j{number} ON "
            + " AND ".join(
                f"{clean(f's.c{self._index(self.source, here, join.line)}')} = j{number}.{identifier('key ' + there)}"
                for here, there in join.on
            )
            for number, join in enumerate(self.feed.joins)
        )

    def joined(self, number: int) -> str:
        """Return the query for join `number`: keys, the columns the cells ask for, file and row."""
        join = self.feed.joins[number]
        parts = []
        for file_number, source in enumerate(self.others[join.file]):
            keys = [
                f"{clean(f'c{self._index(source, there, join.line)}')} AS {identifier('key ' + there)}"
                for _, there in join.on
            ]
            columns = [
                f"c{self._index(source, column, join.line)} AS {identifier(column)}"
                for column in self.joined_columns(number)
            ]
            select = ", ".join([*keys, *columns, f"{file_number} AS _file", "_row"])
            parts.append(f"SELECT {select} FROM {source.staged()}")
        return " UNION ALL ".join(parts)

    def joined_columns(self, number: int) -> list[str]:
        """Return the columns that the cells take from join `number`."""
        file = self.feed.joins[number].file
        return sorted({column for cell in self.feed.cells.values() if cell.file == file for column in _asked(cell)})

    def joined_name(self, number: int) -> str:
        """Return the name under which join `number` is staged."""
        return f"joined_{self.number}_{number}"

    def lookup_name(self, number: int) -> str:
        """Return the name of the table with the values of cell `number` that Python parsed."""
        return f"lookup_{self.number}_{number}"


def find_column(names: tuple[str, ...], column: str) -> int | None:
    """Return the position of `column`: exactly so, or else the only one that differs in case and spaces."""
    if column in names:
        return names.index(column)
    alike = [number for number, name in enumerate(names) if normal_name(name) == normal_name(column)]
    return alike[0] if len(alike) == 1 else None


def normal_name(name: str) -> str:
    """Return a column name without regard to case, spaces and underscores."""
    return re.sub(r"[\s_]+", "_", name.strip().casefold())


def columns_used(feed: Feed) -> set[tuple[str, str]]:
    """Return the (file alias, column) pairs that a feed reads."""
    used = {(cell.file or feed.file, column) for cell in feed.cells.values() for column in _asked(cell)}
    used |= {(feed.file, condition.column) for condition in feed.conditions}
    for join in feed.joins:
        used |= {(feed.file, here) for here, _ in join.on} | {(join.file, there) for _, there in join.on}
    return used


def _asked(cell: Cell) -> tuple[str, ...]:
    return cell.columns or tuple(_HOLE.findall(cell.template or ""))


def _with_typed(dates: tuple[str, ...]) -> tuple[str, ...]:
    """Return `dates` and the forms in which real dates of a workbook or of Parquet come.

    A mapping says how texts are to be read; a date that is one needs no saying.
    """
    is_clear = bool(dates) and not any(form.startswith("%Y-%d") for form in dates)
    return (*dates, *_TYPED_DATES) if is_clear else dates


def _first(expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"
