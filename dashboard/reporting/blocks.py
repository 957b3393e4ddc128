"""What a report is made of, whatever it is written as: pages, and the blocks on them.

All text is ready to be shown, in one language and without markup. Charts are numbers
with words beside them, so that each way of writing draws them with its own means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["percent", "count", "points"]
"""How the axis of a chart is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What the numbers say.

    Attributes
    ----------
    lines : tuple of str
        One sentence or two each, the most important first.
    heading : str
        Stands above; empty shows none.
    """

    lines: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Small print: how something was counted."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A key number: what it is, its value, what it is of, and what it was before."""

    label: str
    value: str
    below: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Key numbers side by side."""

    cards: tuple[Number, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells of text.

    Attributes
    ----------
    head : tuple of str
        Names of the columns.
    rows : tuple of tuples of str
        As many cells each as `head`.
    is_number : tuple of bool
        Which columns are set flush right.
    heading : str
        Stands above; empty shows none.
    n_more : int
        Rows that were left out.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_number: tuple[bool, ...]
    heading: str = ""
    n_more: int = 0

    def first(self, n_rows: int) -> Table:
        """Return the table with only its first rows; the others are counted."""
        return replace(self, rows=self.rows[:n_rows], n_more=self.n_more + max(len(self.rows) - n_rows, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every chart has.

    Attributes
    ----------
    title, caption : str
        Above the chart: what it shows, and of how many.
    alt : str
        The picture in words.
    twin : Table
        The same numbers.
    is_twin_printed : bool
        Whether the table stands below the chart on paper; slides hold it in their notes.
    method : str
        How the numbers were computed.
    """

    title: str
    caption: str
    alt: str
    twin: Table
    is_twin_printed: bool = True
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar.

    Attributes
    ----------
    label, text : str
        What it is of, and its number in words.
    value : float or None
        Its length; None draws no bar, `text` says why.
    low, high : float or None
        Ends of its interval.
    rest : float
        A hatched part that continues the bar.
    is_muted : bool
        Not to be read as final: grey and hatched.
    """

    label: str
    text: str
    value: float | None
    low: float | None = None
    high: float | None = None
    rest: float = 0.0
    is_muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars from one line, with intervals.

    Attributes
    ----------
    frame : Frame
        Title, words and table.
    bars : tuple of Bar
        In the order to show; at least one.
    form : str
        How the axis is written.
    is_upright : bool
        Side by side, as time goes, instead of one below the other.
    solid_name, muted_name, rest_name : str
        What full, muted and continued bars are; shown where there are such.
    reference : float or None
        Where a dashed line is drawn.
    reference_name : str
        What it is.
    """

    frame: Frame
    bars: tuple[Bar, ...]
    form: Form
    is_upright: bool = False
    solid_name: str = ""
    muted_name: str = ""
    rest_name: str = ""
    reference: float | None = None
    reference_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of a waterfall: a total that stands on the line, or a change that begins where the last ended."""

    label: str
    text: str
    value: float
    is_total: bool = False
    is_clear: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """From one total to another, step by step."""

    frame: Frame
    steps: tuple[Step, ...]
    total_name: str
    more_name: str
    less_name: str
    unclear_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A place on a curve: steps with their interval, a smooth line, and how many leads stand there."""

    at: float
    step: float
    low: float
    high: float
    smooth: float
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A chance by score."""

    frame: Frame
    points: tuple[CurvePoint, ...]
    step_name: str
    interval_name: str
    smooth_name: str
    at_name: str
    value_name: str
    n_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One rule read in several ways: `values`, each with `low` and `high` (None where nothing can be said)."""

    label: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Values of the same things, by whoever says them."""

    frame: Frame
    names: tuple[str, ...]
    rows: tuple[ReadingRow, ...]
    axis_name: str


Chart: TypeAlias = Bars | Steps | Curve | Readings
Block: TypeAlias = Sentences | Note | Numbers | Table | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, or one slide."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of the page, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Bars | Steps | Curve | Readings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The first page: title, whose report it is, and what it is about."""

    title: str
    company: str
    facts: tuple[tuple[str, str], ...]
    contents: tuple[str, ...]
    contents_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report.

    Attributes
    ----------
    language : str
        Code of its language.
    cover : Cover
        First page.
    pages : tuple of Page
        The others.
    footer : str
        Stands below every page: whose, period, snapshot.
    page_name : str
        How a page is counted, with {page} and {pages}.
    table_name, method_name : str
        Headings in the notes of a slide.
    more_name, more_rows_name : str
        Say that the notes hold more, and that rows were left out, with {n}.
    as_of : datetime
        State of the data; the only date in the file.
    """

    language: str
    cover: Cover
    pages: tuple[Page, ...]
    footer: str
    page_name: str
    table_name: str
    method_name: str
    more_name: str
    more_rows_name: str
    as_of: datetime
