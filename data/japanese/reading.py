"""What a text turned out to say, and the placeholders that say nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

Value = TypeVar("Value")
Note = Literal["", "about", "range", "unknown"]

UNKNOWN_WORDS: Final = (
    "-", "--", "---", "―", "ー", "—", "–", "‐", "−", "－", "*", "?", "？",
    "Select", "select", "SELECT", "--None--", "--なし--", "-なし-",
    "選択してください", "(選択してください)", "（選択してください）", "選択して下さい", "未選択", "未設定", "未入力", "未回答",
    "不明", "不詳", "N/A", "n/a", "#N/A", "null", "NULL", "Null", "None", "none", "NaN", "nan", "undefined",
    "(空白)", "（空白）", "(blank)", "(none)", "(No value)", "(値なし)", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!",
)  # fmt: skip
"""Texts that mean "nobody said". A preset lists those of its system; `unknown` stays a value
where a system means by it that somebody looked and could not tell."""

_UNKNOWN: Final = frozenset(unicodedata.normalize("NFKC", word).casefold() for word in UNKNOWN_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[Value]):
    """What a text says.

    Attributes
    ----------
    value : object or None
        The value; None when the text has none.
    problem : str
        Why it has none; empty when it has one or means "not known".
    fix : str
        What would make it readable.
    note : str
        "about" for 約500, "range" for a lower bound taken from 100～299 or 1,000以上,
        "unknown" for a placeholder.
    """

    value: Value | None = None
    problem: str = ""
    fix: str = ""
    note: Note = ""

    @property
    def is_read(self) -> bool:
        """True when the text says something: a value, or that it is not known."""
        return not self.problem


def plain(text: str) -> str:
    """Return `text` with half-width letters, digits and signs, and without spaces around it."""
    return unicodedata.normalize("NFKC", text).strip()


def is_unknown(text: str) -> bool:
    """True for an empty text and for placeholders such as 選択してください."""
    return not text.strip() or plain(text).casefold() in _UNKNOWN


def has_odd_digits(text: str) -> bool:
    """True for ①, ² and ½: NFKC would turn 10² into 102."""
    return any(unicodedata.category(sign) == "No" for sign in text)
