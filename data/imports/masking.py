"""Hides what may identify a person in whatever is shown, printed or kept of an import."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

HIDDEN: Final = "***"

_MAIL: Final = re.compile(r"[^\s@<>,;:'\"]+[@＠](?=[^\s@<>,;'\"]*\w)")
_PHONE: Final = re.compile(r"(?<![\w.-])(?:\+|[（(]?[0０])[\d\-−‐－ー ()（）]{7,}\d(?![\w.])")
_PERSONAL: Final = re.compile(
    r"e-?mail|メール|phone|mobile|fax|電話|携帯|first.?name|last.?name|full.?name|contact.?name|lead.?name|"
    r"氏名|お?名前|担当者|姓|苗字|フリガナ|ふりがな|^(?:lead|contact)$"
)
_ID: Final = re.compile(r"\bid\b|番号|日時?$|date|time|opt|同意|可否|status|bounce")


def is_personal_name(column: str) -> bool:
    """True when the name of a column says that it holds mail addresses, telephone numbers or names of people."""
    name = unicodedata.normalize("NFKC", column).casefold()
    is_number = re.search("電話番号|携帯番号", name) is not None
    return _PERSONAL.search(name) is not None and (is_number or _ID.search(name) is None)


def masked(text: str | None, *, is_personal: bool = False) -> str | None:
    """Hide mail addresses and telephone numbers in `text`, or all of it but the first sign.

    ``taro@example.co.jp`` becomes ``t***@example.co.jp``: the domain tells whose export it is.
    """
    if not text:
        return text
    found = _MAIL.sub(lambda mail: f"{mail[0][0]}{HIDDEN}{mail[0][-1]}", text)
    if is_personal and found == text:
        return f"{text.strip()[:1]}{HIDDEN}" if text.strip() else text
    return _PHONE.sub(_without_digits, found)


def _without_digits(found: re.Match[str]) -> str:
    n_digits = sum(sign.isdigit() for sign in found[0])
    return f"{found[0][:3]}{HIDDEN}" if 10 <= n_digits <= 15 else found[0]
