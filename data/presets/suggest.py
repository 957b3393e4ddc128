"""Suggests a mapping for a file that no preset knows; a person confirms it and saves it as a profile."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace
from typing import Final

from data.contract import TABLES
from data.errors import InputError
from data.imports.mapping import Cell, Condition, Feed, FileSpec, Mapping
from data.japanese import UNKNOWN_WORDS
from data.presets.headers import FileHeader, is_mail
from data.presets.mapping_text import mapping_toml
from data.presets.synonyms import Likeness, Target, likenesses, scaled_unit

_FILE: Final = "list"
_MARGIN: Final = 3.0
"""Two targets nearer to each other than this are a doubt, and a person decides."""
_NEEDED: Final = ("lead_id", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSuggestion:
    """What a column may be.

    Attributes
    ----------
    column : str
        The column, as it stands in the file.
    suggestions : tuple of Likeness
        What it may fill, best first; empty when it is like nothing.
    taken : Likeness or None
        The one that the mapping uses; None when it uses none, or two are equally likely.
    note : str
        What a person should know about it.
    """

    column: str
    suggestions: tuple[Likeness, ...]
    taken: Likeness | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A mapping to confirm.

    Attributes
    ----------
    columns : tuple of ColumnSuggestion
        Every column of the file, in its order.
    missing : tuple of str
        Columns of `leads` that nothing fills and without which nothing can be imported.
    mapping : Mapping or None
        Ready for `import_files`; None while something is missing.
    toml : str
        The mapping as text, with the reasons as comments. With something missing it is a
        beginning: the comments say what to add.
    """

    columns: tuple[ColumnSuggestion, ...]
    missing: tuple[str, ...]
    mapping: Mapping | None
    toml: str

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that nothing is made of."""
        return tuple(column.column for column in self.columns if column.taken is None)


def suggest(header: FileHeader, *, time_zone: str = "Asia/Tokyo") -> Suggestion:
    """Suggest what the columns of a file are: one row per lead, dates in columns.

    A column is taken for what it is most like, by the words of both languages, from a
    likeness of 70 of 100 on; no two columns for the same. It is a suggestion, not knowledge.

    Parameters
    ----------
    header : FileHeader
        Name and columns of the file.
    time_zone : str
        Zone of its dates.
    """
    columns = _columns(header)
    taken = {one.taken.target: one.column for one in columns if one.taken is not None}
    filled = {target.column for target in taken if target.table == "leads"}
    missing = tuple(name for name in _NEEDED if name not in filled)
    mapping = None if missing else mapping_of(header, taken, time_zone=time_zone)
    return Suggestion(columns=columns, missing=missing, mapping=mapping, toml=_toml(header, columns, missing, mapping))


def suggested_mapping_toml(header: FileHeader, *, time_zone: str = "Asia/Tokyo") -> str:
    """Return the suggested mapping of a file as TOML text that can be saved as a profile."""
    return suggest(header, time_zone=time_zone).toml


def _columns(header: FileHeader) -> tuple[ColumnSuggestion, ...]:
    found = {column: likenesses(column) for column in dict.fromkeys(header.columns) if column}
    offers = sorted(
        ((likeness, column) for column, many in found.items() if not _is_doubtful(many) for likeness in many),
        key=lambda offer: (-offer[0].score, offer[0].rank),
    )
    taken: dict[str, Likeness] = {}
    targets: set[Target] = set()
    for likeness, column in offers:
        if column not in taken and likeness.target not in targets:
            taken[column] = likeness
            targets.add(likeness.target)
    return tuple(
        ColumnSuggestion(column=column, suggestions=tuple(many[:3]), taken=taken.get(column), note=_note(column, many))
        for column, many in found.items()
    )


def _is_doubtful(many: list[Likeness]) -> bool:
    return len(many) > 1 and many[0].score < 100 and many[0].score - many[1].score < _MARGIN


def _note(column: str, many: list[Likeness]) -> str:
    if unit := scaled_unit(column):
        return f"counts in {unit}: write plain numbers first"
    if _is_doubtful(many):
        return f"may be {many[0].target.name} or {many[1].target.name}"
    return ""


def mapping_of(header: FileHeader, taken: MappingType[Target, str], *, time_zone: str = "Asia/Tokyo") -> Mapping:
    """Return the mapping of a file whose columns are known: one row per lead.

    Parameters
    ----------
    header : FileHeader
        The file.
    taken : mapping of Target to str
        Which column fills what; `leads.lead_id` and `leads.created_at` must be there.
    time_zone : str
        Zone of its dates.

    Raises
    ------
    InputError
        If one of the two is missing.
    """
    filled = {target.column for target in taken if target.table == "leads"}
    for name in _NEEDED:
        if name not in filled:
            raise InputError(f"{header.name}: no column fills leads.{name}; choose one")
    feeds = [_leads(taken)]
    lead_id = feeds[0].cells["lead_id"]
    feeds += [
        _event(target, column, lead_id)
        for target, column in taken.items()
        if target.table in ("touches", "stage_events")
    ]
    feeds += _handoffs(taken, lead_id) + _deals(taken, lead_id)
    order = list(TABLES)
    return Mapping(
        path=header.name,
        name=header.name,
        files={_FILE: FileSpec(alias=_FILE)},
        feeds=tuple(sorted((_completed(feed, time_zone) for feed in feeds), key=lambda feed: order.index(feed.table))),
    )


def _leads(taken: MappingType[Target, str]) -> Feed:
    found = {target.column: column for target, column in taken.items() if target.table == "leads"}
    cells = {name: Cell(columns=(found[name],)) for name in TABLES["leads"].column_names if name in found}
    if is_mail(found.get("lead_id", "")):
        cells["lead_id"] = replace(cells["lead_id"], is_id=True)
    return Feed(table="leads", file=_FILE, cells=cells)


def _event(target: Target, column: str, lead_id: Cell) -> Feed:
    constants = {"stage": target.stage, "kind": target.kind, "direction": target.direction}
    cells = {"lead_id": lead_id, target.column: Cell(columns=(column,))}
    cells |= {name: Cell(value=value) for name, value in constants.items() if value}
    return _feed(target.table, cells, Condition(column=column, kind="filled"))


def _handoffs(taken: MappingType[Target, str], lead_id: Cell) -> list[Feed]:
    found = {target.column: column for target, column in taken.items() if target.table == "handoffs"}
    if "handed_off_at" not in found:
        return []
    cells = {"lead_id": lead_id, **{name: Cell(columns=(column,)) for name, column in found.items()}}
    return [_feed("handoffs", cells, Condition(column=found["handed_off_at"], kind="filled"))]


def _deals(taken: MappingType[Target, str], lead_id: Cell) -> list[Feed]:
    """Return one feed for won, lost and open deals each, as far as columns tell them apart."""
    dates = {target.outcome: column for target, column in taken.items() if target.outcome}
    others = {
        target.column: column for target, column in taken.items() if target.table == "deals" and not target.outcome
    }
    opened = next((column for target, column in taken.items() if target.stage == "opportunity"), None)
    base = {"deal_id": lead_id, "lead_id": lead_id}
    base |= {"opened_at": Cell(columns=(opened,))} if opened else {}
    base |= {"amount": Cell(columns=(others["amount"],))} if "amount" in others else {}
    reason = {"lost_reason": Cell(columns=(others["lost_reason"],))} if "lost_reason" in others else {}
    feeds: list[Feed] = []
    closed: list[Condition] = []
    for outcome, more in (("won", {}), ("lost", reason)):
        if outcome in dates:
            cells = {**base, "closed_at": Cell(columns=(dates[outcome],)), "outcome": Cell(value=outcome), **more}
            feeds.append(_feed("deals", cells, *closed, Condition(column=dates[outcome], kind="filled")))
            closed.append(Condition(column=dates[outcome], kind="empty"))
    if reason:
        condition = Condition(column=others["lost_reason"], kind="filled")
        feeds.append(_feed("deals", {**base, "outcome": Cell(value="lost"), **reason}, *closed, condition))
        closed.append(Condition(column=others["lost_reason"], kind="empty"))
    if opened and closed:
        condition = Condition(column=opened, kind="filled")
        feeds.append(_feed("deals", {**base, "outcome": Cell(value="open")}, *closed, condition))
    return feeds


def _feed(table: str, cells: MappingType[str, Cell], *conditions: Condition) -> Feed:
    ordered = {name: cells[name] for name in TABLES[table].column_names if name in cells}
    return Feed(table=table, file=_FILE, cells=ordered, conditions=conditions)


def _completed(feed: Feed, time_zone: str) -> Feed:
    cells = {name: replace(cell, time_zone=time_zone, unknown=UNKNOWN_WORDS) for name, cell in feed.cells.items()}
    return replace(feed, cells=cells)


def _toml(
    header: FileHeader, columns: tuple[ColumnSuggestion, ...], missing: tuple[str, ...], mapping: Mapping | None
) -> str:
    lines = [f"Suggested for {header.name} by the names of its columns: check it before you import.", ""]
    lines += [f"{one.column} -> {one.taken.target.name}: {one.taken.why}" for one in columns if one.taken]
    lines += [f"{one.column}: {one.note}" for one in columns if one.note and one.taken is None]
    if unused := [one.column for one in columns if one.taken is None]:
        lines += ["", f"Not used: {', '.join(unused)}"]
    lines += [f"MISSING: say which column is leads.{name}; without it nothing can be imported" for name in missing]
    about = "\n".join(" ".join(line.split()) for line in lines)
    if mapping is not None:
        return mapping_toml(mapping, about=about)
    partial = {one.taken.target: one.column for one in columns if one.taken}
    beginning = Mapping(
        path=header.name, name=header.name, files={_FILE: FileSpec(alias=_FILE)}, feeds=(_leads(partial),)
    )
    return mapping_toml(beginning, about=about)
