"""A report as slides to edit: PowerPoint's own charts and tables, and the numbers in the notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from pptx import Presentation
from pptx.util import Emu, Inches

from dashboard.reporting import fit, packed
from dashboard.reporting import slide_charts as native
from dashboard.reporting.blocks import Block, Chart, Cover, Note, Numbers, Page, Report, Sentences, Table
from dashboard.reporting.slide_parts import Box, add_footer, add_numbers, add_table, add_text, add_title, best_size
from dashboard.theme import PRIMARY

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

WIDTH: Final = 13.333
HEIGHT: Final = 7.5
_LEFT: Final = 0.6
_ROOM: Final = WIDTH - 2 * _LEFT
_TOP: Final = 1.3
_BOTTOM: Final = 6.95
_SIZES: Final = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.5)
_TITLE_ONLY: Final = 5


def write(report: Report) -> bytes:
    """Return a report as the bytes of a PPTX file; the same report gives the same bytes."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    n_pages = len(report.pages) + 1
    _cover(deck, report, n_pages)
    for place, page in enumerate(report.pages, start=2):
        slide = _slide(deck, page.title)
        left_out = _fill(slide, page, report)
        add_footer(slide, report.footer, report.page_name.format(page=place, pages=n_pages))
        slide.notes_slide.notes_text_frame.text = _notes(page, left_out, report)
    _properties(deck, report)
    file = io.BytesIO()
    deck.save(file)
    return packed.same_every_time(file.getvalue(), report.as_of)


def _properties(deck: Any, report: Report) -> None:
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = report.cover.title, "leadcal", "leadcal"
    core.language, core.subject = report.language, report.footer
    moment = report.as_of.replace(microsecond=0)
    core.created = core.modified = moment
    core.revision = 1


def _slide(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    add_title(slide, title, Box(_LEFT, 0.35, _ROOM, 0.75))
    return slide


def _cover(deck: Any, report: Report, n_pages: int) -> None:
    cover: Cover = report.cover
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    band = slide.shapes.add_shape(1, Emu(0), Emu(0), Inches(WIDTH), Inches(0.35))
    band.fill.solid()
    band.fill.fore_color.rgb = native.colour(PRIMARY)
    band.line.fill.background()
    band.name = "band"
    add_title(slide, cover.title, Box(_LEFT, 1.0, _ROOM, 0.9), size=34.0)
    add_text(slide, (cover.company,), Box(_LEFT, 1.95, _ROOM, 0.55), 18.0)
    half = _ROOM / 2
    facts = tuple(f"{name}: {value}" for name, value in cover.facts)
    box = Box(_LEFT, 3.0, half - 0.3, 3.8)
    add_text(slide, facts, box, best_size(facts, box, _SIZES[2:])[0])
    contents = tuple(f"{place}. {title}" for place, title in enumerate(cover.contents, start=1))
    box = Box(_LEFT + half + 0.3, 3.0, half - 0.3, 3.8)
    lines = (cover.contents_name, *contents)
    add_text(slide, lines, box, best_size(lines, box, _SIZES[2:])[0])
    add_footer(slide, report.footer, report.page_name.format(page=1, pages=n_pages))


def _fill(slide: Any, page: Page, report: Report) -> tuple[str, ...]:
    """Put the blocks of a page on a slide; returns the sentences that found no room."""
    charts = page.charts
    texts = [block for block in page.blocks if isinstance(block, Sentences)]
    lines = tuple(line for block in texts for line in block.lines)
    notes = tuple(block.text for block in page.blocks if isinstance(block, Note))
    if not charts:
        return _stacked(slide, page.blocks, report)
    if len(charts) == 1:
        column = 4.3
        left_out = _sentences(slide, lines, notes, Box(_LEFT, _TOP, column, _BOTTOM - _TOP), report)
        _chart(slide, charts[0], Box(_LEFT + column + 0.3, _TOP, _ROOM - column - 0.3, _BOTTOM - _TOP))
        return left_out
    tall = 1.75
    left_out = _sentences(slide, lines, notes, Box(_LEFT, _TOP - 0.1, _ROOM, tall), report)
    wide = (_ROOM - 0.3 * (len(charts) - 1)) / len(charts)
    for place, chart in enumerate(charts):
        box = Box(_LEFT + place * (wide + 0.3), _TOP + tall, wide, _BOTTOM - _TOP - tall)
        _chart(slide, chart, box)
    return left_out


def _sentences(slide: Any, lines: tuple[str, ...], notes: tuple[str, ...], box: Box, report: Report) -> tuple[str, ...]:
    """Write sentences as large as they fit; what does not fit at all goes to the notes, and that is said."""
    small = sum(fit.height((text,), box.width * 72 - 15, 10.0) for text in notes) / 72
    room = Box(box.left, box.top, box.width, box.height - small - (0.15 if notes else 0.0))
    size, n_kept = best_size(lines, room, _SIZES)
    kept = lines[:n_kept]
    if n_kept < len(lines):
        kept = (*lines[: n_kept - 1], report.more_name.format(n=len(lines) - n_kept + 1))
        n_kept -= 1
    add_text(slide, kept, room, size, has_bullets=True)
    if notes:
        add_text(slide, notes, Box(box.left, box.top + box.height - small - 0.15, box.width, small + 0.15), 10.0)
    return lines[n_kept:]


def _chart(slide: Any, chart: Chart, box: Box) -> None:
    frame = chart.frame
    caption = frame.caption
    if getattr(chart, "reference", None) is not None:
        caption = f"{caption} · {getattr(chart, 'reference_name', '')}"
    head = Box(box.left, box.top, box.width, 0.75)
    title_size = best_size((frame.title,), Box(box.left, box.top, box.width, 0.34), (14.0, 13.0, 12.0, 11.0, 10.0))[0]
    title = Box(head.left, head.top, head.width, 0.34)
    add_text(slide, (fit.clipped(frame.title, (box.width * 72 - 22) / title_size),), title, title_size, is_bold=True)
    below = Box(head.left, head.top + 0.34, head.width, 0.42)
    size, _ = best_size((caption,), below, (10.0, 9.0, 8.0))
    add_text(slide, (fit.clipped(caption, 2 * (box.width * 72 - 30) / size),), below, size)
    native.add(slide.shapes, chart, Box(box.left, box.top + 0.78, box.width, box.height - 0.78).emu)


def _stacked(slide: Any, blocks: Sequence[Block], report: Report) -> tuple[str, ...]:
    """Put blocks without charts one below the other, or a table beside its sentences."""
    texts = tuple(block for block in blocks if isinstance(block, Sentences))
    lines = tuple(line for block in texts for line in block.lines)
    notes = tuple(block.text for block in blocks if isinstance(block, Note))
    others = [block for block in blocks if isinstance(block, Numbers | Table)]
    if not others:
        return _sentences(slide, lines, notes, Box(_LEFT, _TOP, _ROOM, _BOTTOM - _TOP), report)
    first = others[0]
    if isinstance(first, Table) and len(first.head) == 2:
        half = (_ROOM - 0.5) / 2
        add_table(slide, first, Box(_LEFT, _TOP, half, _BOTTOM - _TOP), report.more_rows_name)
        return _sentences(slide, lines, notes, Box(_LEFT + half + 0.5, _TOP, half, _BOTTOM - _TOP), report)
    tall = 3.0 if isinstance(first, Numbers) else 2.2
    left_out = _sentences(slide, lines, notes, Box(_LEFT, _TOP, _ROOM, tall), report)
    rest = Box(_LEFT, _TOP + tall + 0.15, _ROOM, _BOTTOM - _TOP - tall - 0.15)
    if isinstance(first, Numbers):
        add_numbers(slide, first, rest)
    else:
        add_table(slide, first, rest, report.more_rows_name)
    return left_out


def _notes(page: Page, left_out: Sequence[str], report: Report) -> str:
    """Return the notes of a slide: what found no room on it, and the numbers of its charts."""
    parts = list(left_out)
    for chart in page.charts:
        frame = chart.frame
        parts += [frame.title, frame.caption, frame.alt, f"{report.table_name}:", *_rows(frame.twin, report)]
        if frame.method:
            parts += [f"{report.method_name}: {frame.method}"]
    for block in page.blocks:
        if isinstance(block, Table):
            parts += [f"{report.table_name}:", *_rows(block, report)]
    return "\n".join(parts)


def _rows(table: Table, report: Report) -> list[str]:
    rows = [" | ".join(row) for row in (table.head, *table.rows)]
    return [*rows, report.more_rows_name.format(n=table.n_more)] if table.n_more else rows
