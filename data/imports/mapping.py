"""What a mapping says: which column of which file becomes which column of the contract.

A mapping is data. `mapping_file` reads it from TOML, `recognise` makes one for
files that are in the contract's own columns already, and the pipeline knows no
other way to fill a table: a preset is a mapping file like any user's.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Final, Literal

OtherValues = Literal["reject", "keep", "unknown"]
ConditionKind = Literal["filled", "empty", "is", "is_not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How one column of a table gets its value.

    Attributes
    ----------
    columns : tuple of str
        Source columns; the first that is not empty counts.
    file : str or None
        Alias of the joined file that holds them; None means the file of the feed.
    value : str or None
        A constant.
    template : str or None
        Text with source columns in braces; empty when one of them is empty.
    is_id : bool
        True when the value is an id made from `columns`, so that a mail address is
        never an id itself; empty when all of them are.
    part_before : str or None
        Only the text before the first of these counts: ``123`` of ``123;456``.
    dates : tuple of str
        Date formats, tried in turn; empty means year first only. ``excel`` stands for
        the day numbers of Excel.
    time_zone : str
        Zone of dates that name none.
    values : mapping of str to str
        Texts to replace; empty means none are.
    others : str
        What becomes of a text that `values` does not name.
    otherwise : str or None
        The text that all others become; wins over `others`.
    unknown : tuple of str
        Texts that mean "not known", whatever their case and width.
    line : int
        Line of the mapping file that says so; 0 when there is none.
    """

    columns: tuple[str, ...] = ()
    file: str | None = None
    value: str | None = None
    template: str | None = None
    is_id: bool = False
    part_before: str | None = None
    dates: tuple[str, ...] = ()
    time_zone: str = "UTC"
    values: MappingType[str, str] = field(default_factory=dict)
    others: OtherValues = "reject"
    otherwise: str | None = None
    unknown: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Another file looked up by key.

    Attributes
    ----------
    file : str
        Alias of the other file.
    on : tuple of (str, str)
        Pairs of a column of the feed's file and one of the other.
    must_match : bool
        True when rows without a partner are left out.
    is_unique : bool
        True when a key that occurs more than once in the other file matches nothing.
    """

    file: str
    on: tuple[tuple[str, str], ...]
    must_match: bool = False
    is_unique: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Which rows a feed takes: those whose `column` is as `kind` and `values` say."""

    column: str
    kind: ConditionKind
    values: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One table filled from one file.

    `is_first_kept` says that of several rows with one key the first comes in and the
    others are no failure.
    """

    table: str
    file: str
    cells: MappingType[str, Cell]
    joins: tuple[Join, ...] = ()
    conditions: tuple[Condition, ...] = ()
    is_first_kept: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """A file the mapping reads.

    Attributes
    ----------
    alias : str
        How the feeds call it.
    pattern : str
        Its name, with ``*`` for any text.
    other_patterns : tuple of str
        Further names that it may have.
    sheet : str or None
        Sheet of a workbook; None means the first that has a header.
    encoding, delimiter : str or None
        None means: find out, and report it.
    header_line : int
        Line that holds the column names, counted from 1.
    is_optional : bool
        True when the import may go without it.
    """

    alias: str
    pattern: str = "*"
    other_patterns: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int = 1
    is_optional: bool = False
    line: int = 0

    @property
    def patterns(self) -> tuple[str, ...]:
        """All names that it may have."""
        return (self.pattern, *self.other_patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole mapping; `path` is the name of its file in messages."""

    path: str
    name: str
    files: MappingType[str, FileSpec]
    feeds: tuple[Feed, ...]
    is_contract: bool = False
    """True when nobody wrote it: the files are in the contract's own columns."""


EXCEL_DATES: Final = "excel"
"""Among the formats of dates: the day number of Excel, 45383 for 2024-04-01."""

GENERATED_IDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "touches": ("touch_id", ("lead_id", "at", "kind", "channel", "content", "direction")),
    "handoffs": ("handoff_id", ("lead_id", "pass_no", "handed_off_at", "from_department", "to_department")),
    "deals": ("deal_id", ("lead_id", "opened_at")),
}
"""Tables whose id is made from the contents when the source has none, and from which columns.

What may still change about a handoff or a deal (its answer, its outcome) is left
out, so that a later export of the same handoff updates it.
"""
