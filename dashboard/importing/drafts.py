"""A mapping in the making: which column of a file a person takes for what."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from typing import Final

from dashboard.importing.profiles import exact
from dashboard.importing.uploads import RefusalError
from data.contract import TABLES, Kind
from data.imports.mapping import Cell, Feed, Mapping
from data.presets import FileHeader, Target, mapping_of, targets

NOTHING: Final = "-"
"""Code of a column that is not used: an empty cell of a table that is edited would show as "None"."""

DATE_FORMS: Final[dict[str, tuple[str, ...]]] = {
    "year_first": (),
    "day_first": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    "month_first": ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m-%d-%Y"),
}
"""Ways to write a date, by code."""

TIME_ZONES: Final = (
    "Asia/Tokyo",
    "UTC",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
)

CONSTANTS: Final = ("created_at", "source", "campaign")
"""Columns of `leads` that may be the same text for the whole file."""

NEEDED: Final = ("lead_id", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person has chosen.

    Attributes
    ----------
    header : FileHeader
        The file.
    chosen : mapping of str to str
        Code of the target (`target_code`) by column; columns not used are absent or `NOTHING`.
    constants : mapping of str to str
        Text for the whole file by column of `leads`; empty ones do not count.
    date_form : str
        A code of `DATE_FORMS`.
    time_zone : str
        Zone of dates that name none.
    """

    header: FileHeader
    chosen: MappingType[str, str]
    constants: MappingType[str, str] = field(default_factory=dict)
    date_form: str = "year_first"
    time_zone: str = "Asia/Tokyo"

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that nothing is made of."""
        return tuple(column for column in self.header.columns if column and not is_used(self.chosen.get(column)))

    def mapping(self) -> Mapping:
        """Return the mapping.

        Raises
        ------
        RefusalError
            If two columns fill the same, or something that every lead needs is filled by none.
        """
        taken = self._taken()
        constants = {name: text.strip() for name, text in self.constants.items() if text.strip()}
        filled = {target.column for target in taken if target.table == "leads"}
        for name in NEEDED:
            if name not in filled | constants.keys():
                raise RefusalError(f"needs_{name}")
        constants = {name: text for name, text in constants.items() if name not in filled}
        mapping = mapping_of(self.header, _with_stand_in(taken), time_zone=self.time_zone)
        feeds = [self._finished(feed, constants) for feed in mapping.feeds]
        spec = {alias: replace(spec, pattern=exact(self.header.name)) for alias, spec in mapping.files.items()}
        return replace(mapping, files=spec, feeds=tuple(feeds))

    def _taken(self) -> dict[Target, str]:
        known = {target_code(target): target for target in targets()}
        taken: dict[Target, str] = {}
        for column, code in self.chosen.items():
            if code in known:
                if known[code] in taken:
                    raise RefusalError("twice", first=taken[known[code]], second=column)
                taken[known[code]] = column
        return taken

    def _finished(self, feed: Feed, constants: MappingType[str, str]) -> Feed:
        """Add the form of dates, and to the leads what is the same for all of them."""
        cells = {name: self._with_dates(feed.table, name, cell) for name, cell in feed.cells.items()}
        if feed.table == "leads":
            cells |= {name: Cell(value=text, time_zone=self.time_zone) for name, text in constants.items()}
        return replace(feed, cells=cells)

    def _with_dates(self, table: str, name: str, cell: Cell) -> Cell:
        is_date = TABLES[table].column(name).kind in (Kind.TIMESTAMP, Kind.DATE)
        return replace(cell, dates=DATE_FORMS[self.date_form]) if is_date and cell.columns else cell


def _with_stand_in(taken: MappingType[Target, str]) -> dict[Target, str]:
    """Fill the creation time with the id where a constant will replace it: no mapping is made without."""
    by_code = {target_code(target): target for target in targets()}
    created, lead_id = by_code["leads.created_at"], by_code["leads.lead_id"]
    return {created: taken[lead_id], **taken}


def target_code(target: Target) -> str:
    """Return the stable code of a target: table, column and variant."""
    variant = target.stage or target.outcome or target.kind
    return ".".join(part for part in (target.table, target.column, variant) if part)


def target_codes() -> list[str]:
    """Return the codes of all targets, in the order of the contract."""
    return [target_code(target) for target in targets()]


def is_used(code: str | None) -> bool:
    """Whether a column with this code becomes something."""
    return code not in (None, "", NOTHING)


def is_personal(code: str) -> bool:
    """Whether values of this target may identify a person; what is not used may too."""
    if not is_used(code):
        return True
    table, column = code.split(".")[:2]
    return TABLES[table].column(column).is_personal
