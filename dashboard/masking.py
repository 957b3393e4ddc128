"""Hides what may identify a person, where it is shown by default."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "•••"

_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_PHONE: Final = re.compile(r"\+?\d[\d\-() ]{8,}\d")


def mask_text(text: str) -> str:
    """Hide all of a text but its first sign; nothing stays nothing."""
    return f"{text[:1]}{HIDDEN}" if text.strip() else text


def mask_contacts(text: str) -> str:
    """Hide mail addresses and telephone numbers in a text; dates and amounts stay."""
    return _PHONE.sub(_hide_phone, _MAIL.sub(lambda found: mask_text(found[0]), text))


def _hide_phone(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    is_date = re.match(r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}", found[0]) is not None
    is_phone = digits.startswith("0") or found[0].startswith("+")
    return mask_text(found[0]) if is_phone and not is_date else found[0]
