"""The data contract: which tables there are, what a row is, what each column means.

This is the only place that names types, keys, units and rules of a column. The
store creates its tables from it, imports validate against it, and the
documentation is generated from it. Timestamps are UTC, identifiers are text,
and unknown is NULL, never "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SCHEMA_VERSION: Final = 1
"""Raised when a table changes in a way an older program would misread."""


class Kind(StrEnum):
    """What a value is; the value of the member is the DuckDB type."""

    TEXT = "VARCHAR"
    TIMESTAMP = "TIMESTAMP"
    DATE = "DATE"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    DECIMAL = "DECIMAL(18, 6)"
    BOOLEAN = "BOOLEAN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the contract.

    Attributes
    ----------
    name : str
        Column name.
    kind : Kind
        Type of the value.
    about : str
        What the value means, in one line, with its unit.
    required : bool
        True when a row without it is rejected.
    choices : tuple of str
        The only values allowed; empty means any.
    minimum : int or None
        Smallest value allowed.
    default : str or None
        Value taken when the source has none.
    is_personal : bool
        True when the value may identify a person: masked by default, never logged.
    """

    name: str
    kind: Kind
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    default: str | None = None
    is_personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the contract.

    Attributes
    ----------
    name : str
        Table name.
    about : str
        What one row is.
    columns : tuple of Column
        In the order in which they are stored.
    key : tuple of str
        Columns that identify a row: importing it again updates, never duplicates.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the order in which they are stored."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the funnel: data, not code."""

    stage: str
    position: int
    department: str
    sla_days: int | None


def _text(name: str, about: str, *, required: bool = False, is_personal: bool = False) -> Column:
    return Column(name=name, kind=Kind.TEXT, about=about, required=required, is_personal=is_personal)


def _choice(name: str, about: str, *choices: str, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.TEXT, about=about, required=required, choices=choices)


def _at(name: str, about: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.TIMESTAMP, about=f"{about} (UTC)", required=required)


def _count(name: str, about: str, kind: Kind = Kind.INTEGER) -> Column:
    return Column(name=name, kind=kind, about=about, minimum=0)


def _flag(name: str, about: str) -> Column:
    return Column(name=name, kind=Kind.BOOLEAN, about=about)


_LEAD_ID = _text("lead_id", "The lead", required=True)
_PASS_NO = Column(
    name="pass_no",
    kind=Kind.INTEGER,
    about="1 for the first journey, 2 after the first recycling, ...",
    minimum=1,
    default="1",
    required=True,
)

_TABLES = (
    Table(
        name="leads",
        about="a person or company that may buy",
        key=("lead_id",),
        columns=(
            _LEAD_ID,
            _at("created_at", "When the lead became known", required=True),
            _text("source", "Acquisition tactic that brought the lead"),
            _flag("is_inbound", "The lead came to us (true) or we went to it (false)"),
            _flag("is_online", "Acquired online (true) or offline (false)"),
            _text("campaign", "Campaign that brought the lead"),
            _text("company", "Company name", is_personal=True),
            _text("industry", "Industry"),
            _count("employees", "Employees of the company (persons)"),
            _count("capital_yen", "Paid-in capital (yen)", Kind.BIGINT),
            _text("department", "Department of the person"),
            _text("job_title", "Job title of the person"),
            _text("seniority", "Level of the job title"),
            _text("region", "Region or prefecture"),
            _text("owner", "Salesperson in charge", is_personal=True),
        ),
    ),
    Table(
        name="lead_facts",
        about="one attribute of a lead as it became known",
        key=("lead_id", "field", "known_at"),
        columns=(
            _LEAD_ID,
            _text("field", "Name of the attribute, for example employees", required=True),
            _text("value", "What was learned; empty means it was withdrawn"),
            _at("known_at", "When it became known", required=True),
        ),
    ),
    Table(
        name="touches",
        about="something the lead did, or we did to it",
        key=("touch_id",),
        columns=(
            _text("touch_id", "The touch", required=True),
            _LEAD_ID,
            _at("at", "When it happened", required=True),
            _text("kind", "What happened, for example seminar", required=True),
            _text("channel", "Through which channel"),
            _text("content", "Page, document or mailing concerned"),
            _choice("direction", "Who acted", "inbound", "outbound"),
        ),
    ),
    Table(
        name="stage_events",
        about="a lead enters a stage",
        key=("lead_id", "stage", "entered_at", "pass_no"),
        columns=(
            _LEAD_ID,
            _text("stage", "Stage that was entered; must be one of the stages table", required=True),
            _at("entered_at", "When it was entered", required=True),
            _PASS_NO,
            _text("actor", "Who moved the lead", is_personal=True),
            _text("department", "Department that moved the lead"),
            _text("reason", "Why"),
        ),
    ),
    Table(
        name="handoffs",
        about="one pass of a lead to the next department",
        key=("handoff_id",),
        columns=(
            _text("handoff_id", "The handoff", required=True),
            _LEAD_ID,
            _PASS_NO,
            _at("handed_off_at", "When it was handed over: the decision moment", required=True),
            _text("from_department", "Who handed over"),
            _text("to_department", "Who received"),
            _at("responded_at", "When the receiver answered"),
            _choice("response", "The answer", "accepted", "rejected"),
            _text("reason_code", "Why it was rejected"),
            _at("first_contact_at", "When the lead was first contacted after the handoff"),
        ),
    ),
    Table(
        name="deals",
        about="an opportunity",
        key=("deal_id",),
        columns=(
            _text("deal_id", "The deal", required=True),
            _LEAD_ID,
            _at("opened_at", "When the opportunity was opened"),
            _at("closed_at", "When it was won or lost; empty while open"),
            Column(
                name="outcome",
                kind=Kind.TEXT,
                about="How it ended",
                required=True,
                choices=("won", "lost", "open"),
            ),
            Column(name="amount", kind=Kind.DECIMAL, about="Value (yen, or the company's currency)"),
            _text("lost_reason", "Why it was lost"),
            _choice("closed_by", "Who closed it", "inside_sales", "field_sales"),
        ),
    ),
    Table(
        name="bant",
        about="one answer learned about budget, authority, needs or timeframe",
        key=("lead_id", "item", "learned_at"),
        columns=(
            _LEAD_ID,
            _choice("item", "Which question", "budget", "authority", "needs", "timeframe", required=True),
            _choice("answer", "The answer", "yes", "no", "unknown", required=True),
            _at("learned_at", "When it was learned", required=True),
            _text("note", "In the lead's words", is_personal=True),
        ),
    ),
    Table(
        name="scores",
        about="a score some other tool gave",
        key=("lead_id", "scored_at", "scorer", "axis"),
        columns=(
            _LEAD_ID,
            _at("scored_at", "When it was given", required=True),
            _text("scorer", "Which tool or model", required=True),
            Column(
                name="axis",
                kind=Kind.TEXT,
                about="Which axis, for example fit or engagement",
                required=True,
                default="total",
            ),
            Column(name="score", kind=Kind.DECIMAL, about="The score", required=True),
        ),
    ),
    Table(
        name="opt_outs",
        about="a lead asked not to be mailed or called",
        key=("lead_id", "at", "channel"),
        columns=(
            _LEAD_ID,
            _at("at", "When it was asked", required=True),
            Column(
                name="channel",
                kind=Kind.TEXT,
                about="Mail, call, or all",
                required=True,
                choices=("email", "call", "all"),
                default="all",
            ),
        ),
    ),
    Table(
        name="costs",
        about="what was spent on a source or campaign in a month",
        key=("source", "campaign", "month"),
        columns=(
            _text("source", "Acquisition tactic", required=True),
            Column(name="campaign", kind=Kind.TEXT, about="Campaign; empty text means the whole source", default=""),
            Column(name="month", kind=Kind.DATE, about="First day of the month", required=True),
            Column(name="amount", kind=Kind.DECIMAL, about="Spend (yen)", required=True, minimum=0),
        ),
    ),
)

TABLES: Final[dict[str, Table]] = {table.name: table for table in _TABLES}
"""The tables that imports fill, by name, in an order in which they can be filled."""

PROVENANCE: Final = Table(
    name="imports",
    about="provenance of one import",
    key=("import_id",),
    columns=(
        _text("import_id", "The import", required=True),
        _at("at", "When it was made", required=True),
        _text("by", "Who or what made it"),
        _text("files", "Names of the files, as a JSON list"),
        _count("n_rows", "Rows read", Kind.BIGINT),
        _count("n_imported", "Rows new or changed", Kind.BIGINT),
        _count("n_rejected", "Rows rejected", Kind.BIGINT),
    ),
)
"""Written by the program itself; nobody imports into it."""

STAGES: Final = (
    Stage(stage="lead", position=0, department="marketing", sla_days=None),
    Stage(stage="nurturing", position=1, department="marketing", sla_days=None),
    Stage(stage="mql", position=2, department="marketing", sla_days=None),
    Stage(stage="tql", position=3, department="inside_sales", sla_days=3),
    Stage(stage="sal", position=4, department="sales", sla_days=3),
    Stage(stage="sales_qualified", position=5, department="sales", sla_days=14),
    Stage(stage="opportunity", position=6, department="sales", sla_days=30),
    Stage(stage="won", position=7, department="sales", sla_days=None),
)
"""The stages a new workspace starts with; `stages` in the store is what counts."""
