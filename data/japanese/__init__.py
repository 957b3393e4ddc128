"""What a person writes into a cell, as a value: 1,000人, 500億円, 令和6年4月1日, はい, 選択してください.

Only for texts that the engine cannot cast; the pipeline calls it on the distinct
ones, so speed does not matter. Nothing is guessed: a text that could mean two
things has no value, and the reason says what would settle it. Full-width and
half-width forms are the same (Unicode NFKC), and spaces at both ends do not count.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from data.contract import Kind
from data.japanese.answers import read_boolean, read_duration
from data.japanese.dates import read_moment
from data.japanese.numbers import read_number
from data.japanese.reading import UNKNOWN_WORDS, Note, Reading, is_unknown, plain

__all__ = [
    "UNKNOWN_WORDS",
    "Note",
    "Reading",
    "engine_text",
    "is_unknown",
    "plain",
    "read_as",
    "read_boolean",
    "read_duration",
    "read_moment",
    "read_number",
]


def engine_text(text: str, kind: Kind, time_zone: str = "UTC") -> str | None:
    """Return `text` as the engine casts it, or None when it has no single meaning.

    Parameters
    ----------
    text : str
        A text that a plain cast refused.
    kind : Kind
        What it should be.
    time_zone : str
        Zone of moments that name none.

    Returns
    -------
    str or None
        Digits, ``true`` or ``false``, or a moment in UTC such as ``2024-04-01 00:00:00``.
    """
    value = read_as(text, kind, time_zone).value
    match value:
        case None:
            return text if kind is Kind.TEXT and not is_unknown(text) else None
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ")


def read_as(text: str, kind: Kind, time_zone: str = "UTC") -> Reading[Decimal] | Reading[bool] | Reading[datetime]:
    """Return what `text` says when it should be of `kind`; `problem` and `fix` tell why it has no value."""
    match kind:
        case Kind.TIMESTAMP:
            return read_moment(text, time_zone=time_zone)
        case Kind.DATE:
            return read_moment(text, may_be_month=True)  # a day of the calendar is not moved to another zone
        case Kind.BOOLEAN:
            return read_boolean(text)
        case Kind.TEXT:
            return Reading(note="unknown" if is_unknown(text) else "")
        case _:
            return read_number(text, is_whole=kind is not Kind.DECIMAL)
