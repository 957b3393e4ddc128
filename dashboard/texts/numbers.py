"""Numbers as people write them. Japanese counts in 万 and 億, English in K, M and B."""

from __future__ import annotations

import math
from typing import Final

DASH: Final = "–"
"""Stands for a number that is not known."""

_SCALES: Final = {
    "ja": ((1e12, "兆"), (1e8, "億"), (1e4, "万")),
    "en": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")),
}


def is_unknown(value: float | None) -> bool:
    """Whether there is no number to show."""
    return value is None or not math.isfinite(value)


def count(n: float) -> str:
    """Format a whole number with separators; a dash when unknown."""
    return DASH if is_unknown(n) else f"{n:,.0f}"


def percent(rate: float, digits: int = 1) -> str:
    """Format a fraction as a percentage; a dash when unknown."""
    return DASH if is_unknown(rate) else f"{rate * 100:.{digits}f}%"


def points(difference: float, digits: int = 1) -> str:
    """Format a difference of two fractions in percentage points, with its sign."""
    return DASH if is_unknown(difference) else f"{difference * 100:+.{digits}f}"


def interval(low: float, high: float) -> str:
    """Format an interval of fractions as percentages."""
    if is_unknown(low) or is_unknown(high):
        return DASH
    return f"{low * 100:.1f}–{high * 100:.1f}%"


def compact(n: float, language: str) -> str:
    """Format a large number with the unit of the language and one decimal."""
    if is_unknown(n):
        return DASH
    for size, unit in _SCALES[language]:
        # 0.9995 of a unit would be written as 1000 of the unit below.
        if abs(n) >= size * 0.99995:
            return f"{n / size:,.1f}{unit}"
    return f"{n:,.0f}"


def money(yen: float, language: str) -> str:
    """Format an amount in yen in few digits."""
    if is_unknown(yen):
        return DASH
    return f"{compact(yen, language)}円" if language == "ja" else f"¥{compact(yen, language)}"
