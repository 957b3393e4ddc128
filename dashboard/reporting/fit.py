"""How much room text takes, without a font at hand: so that nothing overflows its box.

Widths are those of usual sans-serif fonts, taken a little too large.
"""

from __future__ import annotations

import math
import unicodedata
from typing import Final

WIDE: Final = 1.0
NARROW: Final = 0.56
LINE: Final = 1.35
"""Height of a line, in heights of its letters."""

_THIN: Final = frozenset("iljtfrI.,:;'|!()[] -")
_BROAD: Final = frozenset("mwMWQO@%—")


def width(text: str) -> float:
    """Return the width of a text in heights of its letters; Japanese letters are square."""
    return sum(_letter(letter) for letter in text)


def n_lines(text: str, room: float, size: float) -> int:
    """Return how many lines a text takes in `room`, written in letters of `size` (the same unit)."""
    # A line breaks before it is full: by half a letter in Japanese, by half a word elsewhere.
    usable = max(room / size - 2.0, 1.0)
    return sum(max(math.ceil(width(line) / usable), 1) for line in text.split("\n"))


def height(lines: tuple[str, ...], room: float, size: float, gap: float = 0.35) -> float:
    """Return the height of paragraphs, in the unit of `size`; `gap` is the space after each, in lines."""
    return sum((n_lines(line, room, size) + gap) * size * LINE for line in lines)


def clipped(text: str, room: float) -> str:
    """Return as much of a text as `room` (in heights of its letters) holds, with a sign where it was cut."""
    if width(text) <= room:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > room - 1:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def _letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return WIDE
    if letter in _THIN:
        return 0.36
    return 0.9 if letter in _BROAD else NARROW + (0.1 if letter.isupper() else 0.0)
