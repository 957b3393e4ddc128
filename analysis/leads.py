"""What is recorded of one lead, read from a history for receipts, score lines and dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from analysis.rulesets.predicates import OPT_OUT
from analysis.rulesets.records import LeadRecord, ScoreRecord, TouchRecord, ValueRecord
from analysis.sqlfiles import sql_text
from data.engine import Engine
from data.errors import LeadcalError


class UnknownLeadError(LeadcalError):
    """There is no such lead in the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead of a history.

    Attributes
    ----------
    lead_no : int
        Its number among the prepared tables.
    record : LeadRecord
        All its touches, values and scores, later ones included.
    """

    lead_id: str
    lead_no: int
    created_at: datetime
    record: LeadRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What sales can be told about a lead, as data.

    Attributes
    ----------
    touches : DataFrame
        One row per kind of touch, in the order of first occurrence: `kind`, `n`,
        `first_at`, `last_at`.
    answers : dict
        BANT item to "yes" or "no", where it was learned.
    opt_outs : tuple of str
        Channels it opted out of.
    """

    lead_id: str
    at: datetime
    touches: pd.DataFrame
    answers: dict[str, str]
    opt_outs: tuple[str, ...]


def read_lead(engine: Engine, lead_id: str) -> Lead:
    """Read all that is recorded of one lead.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    """
    found = engine.query(sql_text("lead_number"), {"lead_id": lead_id})
    if found.empty:
        raise UnknownLeadError(f'there is no lead "{lead_id}" in this history; check its id')
    lead_no = int(found["lead_no"].iloc[0])
    params = {"lead_no": lead_no}
    record = LeadRecord(
        touches=tuple(_touch(row) for row in _rows(engine, "lead_touches", params)),
        values=tuple(_value(row) for row in _rows(engine, "lead_values", params)),
        scores=tuple(_score(row) for row in _rows(engine, "lead_outside_scores", params)),
    )
    return Lead(lead_id=lead_id, lead_no=lead_no, created_at=_moment(found["created_at"].iloc[0]), record=record)


def dossier(engine: Engine, lead_id: str, at: datetime) -> Dossier:
    """Sum up what was known of a lead at a moment: what it did first, and how often it did what.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    """
    record = read_lead(engine, lead_id).record
    known = [touch for touch in record.touches if touch.at <= at]
    times: dict[str, list[datetime]] = {}
    for touch in known:
        times.setdefault(touch.kind, []).append(touch.at)
    rows = [(kind, len(found), found[0], found[-1]) for kind, found in times.items()]
    believed = [value for value in record.values if value.is_believed(at) and value.value is not None]
    return Dossier(
        lead_id=lead_id,
        at=at,
        touches=pd.DataFrame(rows, columns=["kind", "n", "first_at", "last_at"]),
        answers={
            value.field.removeprefix("@bant_"): str(value.value)
            for value in believed
            if value.field.startswith("@bant_")
        },
        opt_outs=tuple(sorted(str(value.value) for value in believed if value.field == OPT_OUT)),
    )


def _rows(engine: Engine, name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    frame = engine.query(sql_text(name), params).astype(object)
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")
    ]


def _moment(value: Any) -> datetime:
    moment: datetime = pd.Timestamp(value).to_pydatetime()
    return moment


def _touch(row: dict[str, Any]) -> TouchRecord:
    return TouchRecord(
        at=_moment(row["touched_at"]),
        kind=row["kind"],
        channel=row["channel"],
        content=row["content"],
        direction=row["direction"],
    )


def _value(row: dict[str, Any]) -> ValueRecord:
    return ValueRecord(
        field=row["field"],
        value=row["value"],
        number=row["number"],
        known_at=None if row["known_at"] is None else _moment(row["known_at"]),
        until_at=None if row["until_at"] is None else _moment(row["until_at"]),
    )


def _score(row: dict[str, Any]) -> ScoreRecord:
    return ScoreRecord(
        scorer=row["scorer"], axis=row["axis"], score=Decimal(row["score"]), known_at=_moment(row["known_at"])
    )
