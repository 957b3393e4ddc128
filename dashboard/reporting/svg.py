"""Elements of a drawing, as text: what the charts on paper are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from dashboard.reporting import fit
from dashboard.reporting.blocks import Form
from dashboard.theme import MUTED, PRIMARY

WIDTH: Final = 688.0
"""Width of every chart: that of the page between its margins."""

SIZE: Final = 11.0
SMALL: Final = 9.5
INK: Final = "#1F2933"
FAINT: Final = "#5A6572"
GRID: Final = "#DDE2E8"

Point = tuple[float, float]


class Drawing:
    """Collects the elements of one chart.

    Parameters
    ----------
    name : str
        Tells the chart from the others of the document.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._parts: list[str] = []

    def text(
        self, at: Point, words: str, *, anchor: str = "start", size: float = SIZE, colour: str = INK, bold: bool = False
    ) -> None:
        """Write one line of text; `at` is on its base line."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{number(at[0])}" y="{number(at[1])}" text-anchor="{anchor}" font-size="{number(size)}" '
            f'fill="{colour}"{weight}>{escape(words)}</text>'
        )

    def box(self, at: Point, width: float, height: float, colour: str, *, is_hatched: bool = False) -> None:
        """Fill a rectangle, or hatch it."""
        fill = f"url(#{self._hatch(colour)})" if is_hatched else colour
        edge = f' stroke="{colour}" stroke-width="1"' if is_hatched else ""
        self._parts.append(
            f'<rect x="{number(at[0])}" y="{number(at[1])}" width="{number(max(width, 0.0))}" '
            f'height="{number(max(height, 0.0))}" fill="{fill}"{edge}/>'
        )

    def line(self, start: Point, end: Point, colour: str, *, width: float = 1.0, dash: str = "") -> None:
        """Draw a straight line."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" y2="{number(end[1])}" '
            f'stroke="{colour}" stroke-width="{number(width)}"{dashes}/>'
        )

    def path(self, points: Sequence[Point], colour: str, *, width: float = 2.0, dash: str = "") -> None:
        """Draw a line through points."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{_places(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{number(width)}" stroke-linejoin="round"{dashes}/>'
        )

    def area(self, points: Sequence[Point], colour: str, strength: float) -> None:
        """Fill the inside of points, so that what is below shows through."""
        self._parts.append(f'<polygon points="{_places(points)}" fill="{colour}" fill-opacity="{number(strength)}"/>')

    def mark(self, at: Point, shape: str, colour: str) -> None:
        """Draw a point as a "circle", "square" or "diamond": told apart without colours."""
        x, y = at
        if shape == "circle":
            self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="4" fill="{colour}"/>')
            return
        reach = 3.6 if shape == "square" else 4.8
        corners = {
            "square": [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)],
            "diamond": [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)],
        }
        self._parts.append(f'<polygon points="{_places(corners[shape])}" fill="{colour}"/>')

    def cross(self, at: Point) -> None:
        """Mark a place where nothing can be said."""
        x, y = at
        self.line((x - 3, y - 3), (x + 3, y + 3), FAINT, width=1.4)
        self.line((x - 3, y + 3), (x + 3, y - 3), FAINT, width=1.4)

    def whisker(self, low: Point, high: Point, colour: str = INK) -> None:
        """Draw an interval: a line with a stroke across each end."""
        self.line(low, high, colour, width=1.3)
        is_flat = low[1] == high[1]
        for x, y in (low, high):
            ends = ((x, y - 3), (x, y + 3)) if is_flat else ((x - 3, y), (x + 3, y))
            self.line(*ends, colour, width=1.3)

    def done(self, height: float, title: str, about: str) -> str:
        """Return the drawing with its description."""
        label = f'aria-labelledby="{self.name}-title {self.name}-about"'
        hatches = "".join(self._pattern(colour) for colour in (MUTED, PRIMARY, *_EXTRA))
        body = "".join(self._parts)
        used = hatches if f"url(#{self.name}-" in body else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(WIDTH)} {number(height)}" role="img" {label}>'
            f'<title id="{self.name}-title">{escape(title)}</title><desc id="{self.name}-about">{escape(about)}</desc>'
            f"{f'<defs>{used}</defs>' if used else ''}{body}</svg>"
        )

    def _hatch(self, colour: str) -> str:
        return f"{self.name}-{colour.removeprefix('#')}"

    def _pattern(self, colour: str) -> str:
        return (
            f'<pattern id="{self._hatch(colour)}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#FFFFFF"/>'
            f'<rect width="2" height="6" fill="{colour}"/></pattern>'
        )


_EXTRA: Final = ("#D2691E",)


def number(value: float) -> str:
    """Write a coordinate in few digits."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers between two ends, at most about so many."""
    span = max(high - low, 1e-9)
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-12)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def tick_text(value: float, form: Form, step: float) -> str:
    """Write a number at an axis."""
    if form == "percent":
        digits = 0 if step >= 0.01 - 1e-12 and abs(step * 100 - round(step * 100)) < 1e-9 else 1
        return f"{value * 100:.{digits}f}%"
    return f"{value:,.0f}" if step >= 1 else f"{value:,.1f}"


def step_of(places: Sequence[float]) -> float:
    """Return the distance of the numbers at an axis."""
    return places[1] - places[0] if len(places) > 1 else 1.0


def column(texts: Sequence[str], least: float, most: float, size: float = SIZE) -> float:
    """Return the width that a column of texts needs, between two bounds."""
    return min(max([least, *(fit.width(text) * size + 10 for text in texts)]), most)


def _places(points: Sequence[Point]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
