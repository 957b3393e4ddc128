"""From the contract and a mapping to SQL: one cell's way from raw text to a checked value.

Each cell passes three layers, each a column of a nested SELECT: ``t`` its text, cleaned
(trimmed, unknown is NULL), ``m`` mapped, ``v`` the value; ``r``, the text as it stands
in the file, is for messages. Only names made here and escaped literals enter the SQL; what a cell of a file
says is never anything but data.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from data.contract import Column, Kind
from data.imports.mapping import EXCEL_DATES, Cell
from data.imports.scratch import literal

TRIMMED: Final = " \t\r\n\u00a0\u3000"
"""What is taken off both ends of a cell."""

TRUE_WORDS: Final = ("true", "t", "yes", "y", "1", "1.0", "はい", "有", "あり", "○")
FALSE_WORDS: Final = ("false", "f", "no", "n", "0", "0.0", "いいえ", "無", "なし", "×")

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
"""Dates outside these years are taken for mistakes, such as a year of two digits."""

_DATE: Final = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_CLOCK: Final = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE: Final = r" ?(Z|UTC|[+-]\d{2}(:?\d{2})?)"
_WHOLE: Final = r"[+-]?\d+(\.0*)?"
_DECIMAL: Final = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A way a cell can be wrong: a code, and the condition under which it is."""

    code: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSql:
    """The layers of one cell; `number` tells the cells of a feed apart.

    `raw` and `text` are expressions over the source relation; `lookup` says that a
    relation ``l<number>(text, parsed, is_unknown)`` holds what the engine could not parse:
    its value in a form that casts (moments in UTC), or that it means "not known".
    """

    number: int
    column: Column
    cell: Cell
    raw: str
    text: str
    lookup: bool = False

    @property
    def mapped(self) -> str:
        """Layer ``m``, over ``t``."""
        text = f"t{self.number}"
        mapped = map_values(text, self.cell)
        default = self.column.default
        return f"coalesce({mapped}, {literal(default)})" if default is not None else mapped

    @property
    def value(self) -> str:
        """Layer ``v``, over ``m``."""
        value = parse(f"m{self.number}", self.column, self.cell)
        if not self.lookup:
            return value
        return f"coalesce({value}, {_leftover(f'l{self.number}.parsed', self.column.kind)})"

    def checks(self, choices: tuple[str, ...]) -> list[Check]:
        """Return what to check, over ``t``, ``m`` and ``v``; `choices` are the values allowed."""
        t, m, v = (f"{layer}{self.number}" for layer in "tmv")
        checks = []
        is_rejecting = bool(self.cell.values) and self.cell.others == "reject" and self.cell.otherwise is None
        if is_rejecting:
            checks.append(Check(code="unmapped", condition=f"coalesce({t} NOT IN ({_list(self.cell.values)}), false)"))
        if self.column.required:
            checks.append(Check(code="missing", condition=f"{m} IS NULL"))
        if self.column.kind is not Kind.TEXT:
            checks.append(Check(code="unparsable", condition=f"({m} IS NOT NULL AND {_has_no_value(v, self.column)})"))
        if self.column.minimum is not None:
            checks.append(Check(code="too_small", condition=f"coalesce({v} < {self.column.minimum}, false)"))
        if choices:
            checks.append(Check(code="not_a_choice", condition=f"coalesce({v} NOT IN ({_list(choices)}), false)"))
        return checks


def clean(raw: str) -> str:
    """Trim `raw`; nothing left is NULL.

    Trimming a set of characters is slow, so it runs only where it may matter: a cell
    that is not ASCII, or that begins or ends with white space.
    """
    ends = " OR ".join(f"suffix({raw}, {sign})" for sign in ("' '", "chr(9)", "chr(10)", "chr(13)"))
    is_special = f"strlen({raw}) <> length({raw}) OR {raw} < '!' OR {ends}"
    return f"CASE WHEN {is_special} THEN nullif(trim({raw}, {literal(TRIMMED)}), '') ELSE {raw} END"


def part_before(raw: str, sign: str) -> str:
    """Return what stands before the first `sign`, trimmed; nothing left is NULL.

    Not `clean`: DuckDB 2.0 stops with an internal error where a function of a column
    that is empty throughout is compared with ``<``.
    """
    return f"nullif(trim(split_part({raw}, {literal(sign)}, 1), {literal(TRIMMED)}), '')"


def unknown_as_null(text: str, unknown: Iterable[str]) -> str:
    """Return NULL for the texts that mean "not known", whatever their case and width."""
    words = {word for text in unknown for word in _spellings(text)}
    return f"CASE WHEN lower({text}) IN ({_list(sorted(words))}) THEN NULL ELSE {text} END"


def _spellings(text: str) -> set[str]:
    """Return `text` as it stands, in half width and in full width, all in lower case."""
    narrow = unicodedata.normalize("NFKC", text)
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in narrow)
    return {spelling.strip(TRIMMED).lower() for spelling in (text, narrow, wide)}


def map_values(text: str, cell: Cell) -> str:
    """Replace texts as the mapping says; an empty replacement means "not known"."""
    if not cell.values:
        return text
    cases = " ".join(f"WHEN {literal(old)} THEN nullif({literal(new)}, '')" for old, new in cell.values.items())
    if cell.otherwise is not None:
        others = f"CASE WHEN {text} IS NULL THEN NULL ELSE {literal(cell.otherwise)} END"
    else:
        others = text if cell.others == "keep" else "NULL"
    return f"CASE {text} {cases} ELSE {others} END"


def parse(text: str, column: Column, cell: Cell) -> str:
    """Return the value of `text`, NULL where it has none of the column's kind."""
    match column.kind:
        case Kind.TEXT:
            return f"lower({text})" if column.choices or column.name == "stage" else text
        case Kind.TIMESTAMP:
            return _timestamp(text, cell.dates, cell.time_zone)
        case Kind.DATE:
            return f"date_trunc('month', {_date(text, cell.dates)})::DATE"
        case Kind.INTEGER | Kind.BIGINT:
            whole = f"split_part({text}, '.', 1)"
            return f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN {_as_kind(whole, column.kind)} END"
        case Kind.DECIMAL:
            return f"CASE WHEN regexp_full_match({text}, '{_DECIMAL}') THEN {_as_kind(text, column.kind)} END"
        case Kind.BOOLEAN:
            return (
                f"CASE WHEN lower({text}) IN ({_list(TRUE_WORDS)}) THEN true "
                f"WHEN lower({text}) IN ({_list(FALSE_WORDS)}) THEN false END"
            )


def made_id(texts: Iterable[str]) -> str:
    """Return an id made from `texts`, which may identify a person; NULL when all of them are.

    The same person has the same id whatever the file, the case of a mail address, and
    the table it goes to.
    """
    known = list(texts)
    parts = ", ".join(f"coalesce(lower({text}), chr(30))" for text in known)
    made = f"'id-' || {_half_md5(parts)}"
    return f"CASE WHEN coalesce({', '.join(known)}) IS NOT NULL THEN {made} END"


def generated_id(values: Mapping[str, str], columns: Iterable[str], prefix: str) -> str:
    """Return an id made from `columns`: the same contents always give the same id.

    MD5 because it is the same on every machine and version; half of it, so that a
    hundred million ids collide with a chance of 3 in 10,000 and still stay short.
    """
    parts = ", ".join(f"coalesce({values[name]}::VARCHAR, chr(30))" for name in columns if name in values)
    return f"{literal(prefix)} || {_half_md5(parts)}"


def _half_md5(parts: str) -> str:
    return f"lpad(to_hex(md5_number_lower(concat_ws(chr(31), {parts}))), 16, '0')"


def _timestamp(text: str, formats: tuple[str, ...], zone: str) -> str:
    if not formats:
        naive = _to_utc(f"try_cast({text} AS TIMESTAMP)", zone)
        # A cast to TIMESTAMP drops an offset silently; a cast to TIMESTAMPTZ applies it.
        zoned = f"timezone('UTC', try_cast({text} AS TIMESTAMPTZ))"
        # 2024-12-31 and 2024-12-31 18:00:00 are told by their length, which is far faster than the pattern.
        is_common = f"strlen({text}) = 10 OR (strlen({text}) = 19 AND substr({text}, 17, 1) = ':')"
        return (
            f"CASE WHEN {is_common} OR regexp_full_match({text}, '{_DATE}({_CLOCK})?') THEN {naive} "
            f"WHEN regexp_full_match({text}, '{_DATE}{_CLOCK}{_ZONE}') THEN {zoned} END"
        )
    plain = [form for form in formats if "%z" not in form and "%Z" not in form and form != EXCEL_DATES]
    zoned_formats = [form for form in formats if form not in plain and form != EXCEL_DATES]
    parts = [_to_utc(_serial(text), zone)] if EXCEL_DATES in formats else []
    if plain:
        parts.append(_to_utc(f"try_strptime({text}, [{_list(plain)}])", zone))
    if zoned_formats:
        parts.append(f"timezone('UTC', try_strptime({text}, [{_list(zoned_formats)}])::TIMESTAMPTZ)")
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _serial(text: str) -> str:
    """Return the moment that a day number of Excel stands for, to the second.

    Before day 61 Excel counts a 29 February 1900 that never was.
    """
    days = f"try_cast({text} AS DOUBLE)"
    moment = f"TIMESTAMP '1899-12-30' + to_seconds(round({days} * 86400)::BIGINT)"
    is_serial = f"regexp_full_match({text}, '\\d{{2,6}}(\\.\\d+)?') AND {days} >= 61 AND {days} < 109575"
    return f"CASE WHEN {is_serial} THEN {moment} END"


def _date(text: str, formats: tuple[str, ...]) -> str:
    if formats:
        return _timestamp(text, formats, "UTC")
    return (
        f"CASE WHEN regexp_full_match({text}, '{_DATE}({_CLOCK})?') THEN try_cast({text} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '\\d{{4}}[-/]\\d{{1,2}}') "
        f"THEN try_strptime(replace({text}, '/', '-'), '%Y-%m') END"
    )


def _to_utc(timestamp: str, zone: str) -> str:
    return timestamp if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {timestamp}))"


def _has_no_value(value: str, column: Column) -> str:
    if column.kind not in (Kind.TIMESTAMP, Kind.DATE):
        return f"{value} IS NULL"
    return f"coalesce({value} < DATE '{FIRST_YEAR}-01-01' OR {value} >= DATE '{LAST_YEAR}-01-01', true)"


def _leftover(text: str, kind: Kind) -> str:
    if kind is Kind.DATE:
        return f"date_trunc('month', {_as_kind(text, kind)})::DATE"
    return _as_kind(text, kind)


def _as_kind(text: str, kind: Kind) -> str:
    return f"try_cast({text} AS {kind.value})"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)
