"""Text, tables and key numbers on a slide, each within its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from dashboard.reporting import fit
from dashboard.reporting.blocks import Numbers, Table
from dashboard.reporting.slide_charts import colour, set_fonts
from dashboard.reporting.svg import FAINT, INK
from dashboard.theme import PRIMARY

_INSET: Final = 0.1
_POINTS: Final = 72.0
_TABLE_SIZES: Final = (11.0, 10.0, 9.0)
_CELL_INSET: Final = 0.06


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[int, int, int, int]:
        """The same in the unit of the file."""
        left, top, width, height = (int(Inches(side)) for side in (self.left, self.top, self.width, self.height))
        return left, top, width, height


def text_height(lines: Sequence[str], width: float, size: float) -> float:
    """Return the height in inches that paragraphs take in a box of that width."""
    return fit.height(tuple(lines), (width - 2 * _INSET) * _POINTS - size * 1.2, size) / _POINTS + 2 * 0.03


def best_size(lines: Sequence[str], box: Box, sizes: Sequence[float]) -> tuple[float, int]:
    """Return the largest size at which all lines fit; where none does the smallest, and how many lines fit then."""
    for size in sizes:
        if text_height(lines, box.width, size) <= box.height:
            return size, len(lines)
    n_kept = len(lines)
    while n_kept > 1 and text_height(lines[:n_kept], box.width, sizes[-1]) > box.height:
        n_kept -= 1
    return sizes[-1], n_kept


def add_title(slide: Any, text: str, box: Box, size: float = 26.0) -> None:
    """Write the title of a slide; a long one in smaller letters."""
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = box.emu
    size, _ = best_size((text,), box, (size, size * 0.85, size * 0.7, size * 0.55))
    _frame(shape.text_frame)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(shape.text_frame.paragraphs[0], text, size, INK, is_bold=True)


def add_text(
    slide: Any,
    lines: Sequence[str],
    box: Box,
    size: float,
    *,
    is_bold: bool = False,
    has_bullets: bool = False,
    code: str = INK,
    align: Any = PP_ALIGN.LEFT,
) -> Any:
    """Write paragraphs into a box."""
    shape = slide.shapes.add_textbox(*box.emu)
    _frame(shape.text_frame)
    for place, line in enumerate(lines):
        paragraph = shape.text_frame.paragraphs[0] if place == 0 else shape.text_frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.35)
        paragraph.alignment = align
        _write(paragraph, f"• {line}" if has_bullets else line, size, code, is_bold=is_bold)
    return shape


def add_footer(slide: Any, text: str, page: str) -> None:
    """Write whose report it is, and the number of the page."""
    clipped = fit.clipped(text, 10.8 * _POINTS / 9.0 - 3)
    add_text(slide, (clipped,), Box(0.6, 7.08, 10.8, 0.3), 9.0, code=FAINT)
    add_text(slide, (page,), Box(11.533, 7.08, 1.2, 0.3), 9.0, code=FAINT, align=PP_ALIGN.RIGHT)


def add_numbers(slide: Any, numbers: Numbers, box: Box) -> None:
    """Put key numbers into a grid of boxes."""
    n_columns = 4
    n_rows = -(-len(numbers.cards) // n_columns)
    gap = 0.15
    wide, tall = (box.width - gap * (n_columns - 1)) / n_columns, (box.height - gap * (n_rows - 1)) / max(n_rows, 1)
    for place, card in enumerate(numbers.cards):
        row, column = divmod(place, n_columns)
        own = Box(box.left + column * (wide + gap), box.top + row * (tall + gap), wide, tall)
        shape = slide.shapes.add_shape(1, *own.emu)
        shape.fill.background()
        shape.line.color.rgb = colour("#DDE2E8")
        shape.shadow.inherit = False
        _frame(shape.text_frame)
        below = tuple(text for text in (card.below, card.before) if text)
        small = best_size(below, Box(0, 0, wide, tall - 0.62), (9.0, 8.0, 7.0))[0] if below else 9.0
        texts = [(card.label, 10.0, FAINT, False), (card.value, 18.0, INK, True)]
        for number, (text, size, code, is_bold) in enumerate(
            [*texts, *((text, small, FAINT, False) for text in below)]
        ):
            paragraph = shape.text_frame.paragraphs[0] if number == 0 else shape.text_frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            _write(paragraph, text, size, code, is_bold=is_bold)


def add_table(slide: Any, table: Table, box: Box, more_name: str) -> None:
    """Put a table into a box, in letters as large as fit; rows that find no room are counted below it."""
    widths = column_widths(table, box.width)
    size = next((size for size in _TABLE_SIZES if sum(_heights(table, widths, size)) <= box.height), _TABLE_SIZES[-1])
    heights = _heights(table, widths, size)
    n_rows = len(table.rows)
    while n_rows > 1 and sum(heights[: n_rows + 1]) > box.height - (0.3 if n_rows < len(table.rows) else 0.0):
        n_rows -= 1
    n_more = len(table.rows) - n_rows + table.n_more
    kept = Box(box.left, box.top, box.width, sum(heights[: n_rows + 1]))
    frame = slide.shapes.add_table(n_rows + 1, len(table.head), *kept.emu)
    frame.name = table.heading or "table"
    grid = frame.table
    grid.horz_banding = False
    for place, width in enumerate(widths):
        grid.columns[place].width = Inches(width)
    for number, row in enumerate((table.head, *table.rows[:n_rows])):
        grid.rows[number].height = Inches(heights[number])
        for place, cell in enumerate(row):
            _cell(grid.cell(number, place), cell, size, is_head=number == 0, is_number=table.is_number[place])
    if n_more:
        below = Box(box.left, kept.top + kept.height + 0.02, box.width, 0.28)
        add_text(slide, (more_name.format(n=n_more),), below, 9.0, code=FAINT)


def column_widths(table: Table, width: float) -> list[float]:
    """Share a width in inches out over the columns."""
    size = _TABLE_SIZES[0] / _POINTS
    return [own * size for own in fit.columns((table.head, *table.rows), width / size)]


def _heights(table: Table, widths: Sequence[float], size: float) -> list[float]:
    """Return the height of each row, the head first."""
    lines = [
        max(
            fit.n_lines(cell, (width - 2 * _CELL_INSET) * _POINTS + size, size)
            for cell, width in zip(row, widths, strict=True)
        )
        for row in (table.head, *table.rows)
    ]
    return [n * size * fit.LINE / _POINTS + 0.1 for n in lines]


def _cell(cell: Any, text: str, size: float, *, is_head: bool, is_number: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(_CELL_INSET)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.TOP
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour(PRIMARY if is_head else "#FFFFFF")
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    _write(paragraph, text, size, "#FFFFFF" if is_head else INK, is_bold=is_head)


def _frame(frame: Any) -> None:
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(_INSET)
    frame.margin_top = frame.margin_bottom = Inches(0.03)
    frame.vertical_anchor = MSO_ANCHOR.TOP


def _write(paragraph: Any, text: str, size: float, code: str, *, is_bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), is_bold
    run.font.color.rgb = colour(code)
    set_fonts(run.font._element)
