"""How much room text takes, without a font at hand: so that nothing overflows its box.

Widths are those of usual sans-serif fonts, taken a little too large.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Final

WIDE: Final = 1.0
NARROW: Final = 0.56
LINE: Final = 1.35
"""Height of a line, in heights of its letters."""

UNBROKEN: Final = 7.0
"""Width of a cell up to which it is not broken: that of a date."""

LONG: Final = 60.0
"""A cell that is longer than this asks for no more room: it has several lines anyway."""

PADDING: Final = 1.4
"""Room beside the text of a cell."""

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


def columns(rows: Sequence[tuple[str, ...]], room: float) -> list[float]:
    """Share the width of a table out over its columns: short cells stay on one line, long ones share what is left.

    Parameters
    ----------
    rows : sequence of tuples of str
        The cells, the head included.
    room : float
        Width in heights of a letter.

    Returns
    -------
    list of float
        Width of each column; they add up to `room`.
    """
    longest = [max(width(cell) for cell in cells) for cells in zip(*rows, strict=True)]
    least = [min(long, UNBROKEN) + PADDING for long in longest]
    rest = room - sum(least)
    if rest < 0:
        return [room * own / sum(least) for own in least]
    more = [max(min(long, LONG) - UNBROKEN, 0.0) for long in longest]
    if not any(more):
        more = longest
    return [own + rest * part / sum(more) for own, part in zip(least, more, strict=True)]


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
