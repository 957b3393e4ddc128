"""A report as one page for the browser: needs no network, no scripts, and prints to A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final

from dashboard.reporting import charts, fit
from dashboard.reporting.blocks import Block, Chart, Cover, Note, Number, Numbers, Page, Report, Sentences, Table
from dashboard.theme import PRIMARY

MEDIA_TYPE: Final = "text/html"

_FONTS: Final = (
    '"Hiragino Sans","Hiragino Kaku Gothic ProN","Yu Gothic","Yu Gothic UI",Meiryo,"Noto Sans JP","Noto Sans CJK JP"'
)
_LATIN: Final = '"Segoe UI","Helvetica Neue",Arial'

_STYLE: Final = """
@page{size:A4;margin:0}
*{box-sizing:border-box}
html{background:#E9EDF2;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;color:#1F2933;font-family:@FONTS@;font-size:10.5pt;line-height:1.55}
.page{background:#FFF;width:210mm;min-height:297mm;margin:6mm auto;padding:13mm 14mm 9mm;display:flex;
flex-direction:column;box-shadow:0 1px 6px rgba(0,0,0,.15)}
.page>footer{margin-top:auto;padding-top:4mm;display:flex;justify-content:space-between;gap:6mm;
font-size:8pt;color:#5A6572}
.page>footer span:last-child{white-space:nowrap}
h1{font-size:26pt;line-height:1.3;margin:0 0 4mm}
h2{font-size:17pt;line-height:1.35;margin:0 0 4mm;padding-bottom:2mm;border-bottom:2px solid @PRIMARY@}
h3{font-size:11pt;line-height:1.4;margin:0}
ul{margin:0 0 4mm;padding-left:1.2em}
li{margin-bottom:1.4mm;overflow-wrap:anywhere}
figure{margin:0 0 4mm;break-inside:avoid}
figcaption p{margin:0 0 1.5mm;font-size:8.5pt;color:#5A6572}
svg{display:block;width:100%;height:auto;font-family:inherit}
.wide{overflow-x:auto;margin:0 0 4mm}
table{border-collapse:collapse;width:100%;font-size:8.5pt;line-height:1.4}
th{text-align:left;font-weight:600;color:#5A6572;border-bottom:1px solid #8A94A0;padding:1mm 2mm 1mm 0;
vertical-align:bottom}
td{border-bottom:1px solid #DDE2E8;padding:1mm 2mm 1mm 0;vertical-align:top;overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap;padding-right:4mm}
.short{white-space:nowrap}
th.number{white-space:normal}
.more,.note{margin:0 0 4mm;font-size:8.5pt;color:#5A6572}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(40mm,1fr));gap:3mm;margin:2mm 0 4mm}
.numbers div{border:1px solid #DDE2E8;border-radius:2mm;padding:2.5mm 3mm}
.numbers dt{font-size:8.5pt;color:#5A6572}
.numbers dd{margin:0}
.numbers .value{font-size:17pt;font-weight:600;line-height:1.35}
.numbers .below{font-size:8pt;line-height:1.45;color:#5A6572}
.cover{justify-content:flex-start;border-top:9mm solid @PRIMARY@;padding-top:38mm}
.cover .company{font-size:15pt;color:#5A6572;margin:0 0 14mm}
.cover dl{display:grid;grid-template-columns:max-content 1fr;gap:2mm 8mm;margin:0 0 16mm}
.cover dt{color:#5A6572}
.cover dd{margin:0;overflow-wrap:anywhere}
.cover ol{margin:2mm 0 0;padding-left:1.4em}
a{color:inherit;text-decoration:none}
a:hover,a:focus{text-decoration:underline}
@media print{html{background:#FFF}.page{margin:0;box-shadow:none;min-height:296.5mm;break-after:page}
.page:last-child{break-after:auto}}
@media screen and (max-width:820px){.page{width:auto;min-height:0;padding:6vw 5vw}.cover{padding-top:14vw}
.page>footer{flex-wrap:wrap}h1{font-size:20pt}.wide table{min-width:560px}figure{overflow-x:auto}
figure svg{min-width:560px}}
"""


def write(report: Report) -> bytes:
    """Return a report as the bytes of an HTML file; the same report gives the same bytes."""
    fonts = f"{_FONTS},{_LATIN},sans-serif" if report.language == "ja" else f"{_LATIN},{_FONTS},sans-serif"
    style = _STYLE.replace("@FONTS@", fonts).replace("@PRIMARY@", PRIMARY).strip()
    n_pages = len(report.pages) + 1
    sheets = [_cover(report.cover, _footer(report, 1, n_pages))]
    sheets += [_page(fitted(page), place, report, n_pages) for place, page in enumerate(report.pages, start=2)]
    title = escape(f"{report.cover.title} - {report.cover.company}")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    text = (
        f'<!DOCTYPE html>\n<html lang="{report.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(sheets)
        + "\n</main>\n</body>\n</html>\n"
    )
    return text.encode("utf-8")


def _cover(cover: Cover, footer: str) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in cover.facts)
    contents = "".join(
        f'<li><a href="#page-{place}">{escape(title)}</a></li>' for place, title in enumerate(cover.contents, start=2)
    )
    return (
        f'<section class="page cover" id="page-1">\n<h1>{escape(cover.title)}</h1>\n'
        f'<p class="company">{escape(cover.company)}</p>\n<dl>{facts}</dl>\n'
        f"<h3>{escape(cover.contents_name)}</h3>\n<ol>{contents}</ol>\n{footer}\n</section>"
    )


def _page(page: Page, place: int, report: Report, n_pages: int) -> str:
    more = report.more_rows_name
    parts = [_block(block, f"c{place}-{number}", more) for number, block in enumerate(page.blocks, start=1)]
    body, footer = "\n".join(parts), _footer(report, place, n_pages)
    return f'<section class="page" id="page-{place}">\n<h2>{escape(page.title)}</h2>\n{body}\n{footer}\n</section>'


def _footer(report: Report, place: int, n_pages: int) -> str:
    where = report.page_name.format(page=place, pages=n_pages)
    return f"<footer><span>{escape(report.footer)}</span><span>{escape(where)}</span></footer>"


def _block(block: Block, name: str, more: str) -> str:
    if isinstance(block, Sentences):
        return _heading(block.heading) + _list(block.lines)
    if isinstance(block, Note):
        return f'<p class="note">{escape(block.text)}</p>'
    if isinstance(block, Numbers):
        return f'<dl class="numbers">{"".join(map(_number, block.cards))}</dl>'
    if isinstance(block, Table):
        return _heading(block.heading) + _table(block, more)
    return _chart(block, name, more)


def _heading(text: str) -> str:
    return f"<h3>{escape(text)}</h3>\n" if text else ""


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _number(card: Number) -> str:
    below = "".join(f'<dd class="below">{escape(text)}</dd>' for text in (card.below, card.before) if text)
    return f'<div><dt>{escape(card.label)}</dt><dd class="value">{escape(card.value)}</dd>{below}</div>'


def _table(table: Table, more_name: str) -> str:
    kinds = [
        ' class="number"' if is_number else ' class="short"' if max(map(fit.width, cells)) <= _SHORT else ""
        for is_number, *cells in zip(table.is_number, table.head, *table.rows, strict=True)
    ]
    head = "".join(f'<th scope="col"{kind}>{escape(cell)}</th>' for cell, kind in zip(table.head, kinds, strict=True))
    rows = "".join(
        f"<tr>{''.join(f'<td{kind}>{escape(cell)}</td>' for cell, kind in zip(row, kinds, strict=True))}</tr>"
        for row in table.rows
    )
    more = f'<p class="more">{escape(more_name.format(n=table.n_more))}</p>' if table.n_more else ""
    widths = fit.columns((table.head, *table.rows), _ROOM / (8.5 * _PIXELS_PER_POINT))
    shares = [100.0 * own / sum(widths) for own in widths]
    columns = "".join(f'<col style="width:{share:.1f}%">' for share in shares)
    return f'<div class="wide"><table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}</div>'


def _chart(chart: Chart, name: str, more: str) -> str:
    frame = chart.frame
    twin = _table(frame.twin, more) if frame.is_twin_printed else ""
    return (
        f"<figure><figcaption><h3>{escape(frame.title)}</h3><p>{escape(frame.caption)}</p></figcaption>"
        f"{charts.draw(chart, name)}</figure>{twin}"
    )


def fitted(page: Page) -> Page:
    """Return a page whose tables are short enough for one sheet; the longest gives up rows first."""
    while used(page) > _FULL:
        tables = [(len(_printed(block).rows), place) for place, block in enumerate(page.blocks) if _printed(block).rows]
        n_rows, place = max(tables, default=(0, 0))
        if n_rows <= _LEAST_ROWS:
            return page  # sentences only: they go on to the next sheet rather than be lost
        block = _shortened(page.blocks[place], n_rows - 1)
        page = replace(page, blocks=(*page.blocks[:place], block, *page.blocks[place + 1 :]))
    return page


def _printed(block: Block) -> Table:
    """Return the table of a block that stands on paper; an empty one where there is none."""
    if isinstance(block, Table):
        return block
    if isinstance(block, Sentences | Note | Numbers) or not block.frame.is_twin_printed:
        return Table(head=(), rows=(), is_number=())
    return block.frame.twin


def _shortened(block: Block, n_rows: int) -> Block:
    if isinstance(block, Table):
        return block.first(n_rows)
    if isinstance(block, Sentences | Note | Numbers):
        return block
    return replace(block, frame=replace(block.frame, twin=block.frame.twin.first(n_rows)))


_SHORT: Final = 9.0
_FULL: Final = 0.99
_LEAST_ROWS: Final = 3
_PIXELS_PER_POINT: Final = 96 / 72
_PAGE: Final = 297 * 96 / 25.4
_ROOM: Final = 182 * 96 / 25.4


def used(page: Page) -> float:
    """Estimate which part of a sheet of paper a page takes; above 1 it would go on to the next sheet."""
    heights = [_height(block, f"c-{number}") for number, block in enumerate(page.blocks)]
    return (22 * 96 / 25.4 + 60 + 40 + sum(heights)) / _PAGE


def _height(block: Block, name: str) -> float:
    point, gap = _PIXELS_PER_POINT, 15.0
    if isinstance(block, Sentences):
        heading = 22.0 if block.heading else 0.0
        return heading + sum(fit.n_lines(line, _ROOM - 16, 10.5 * point) * 21.7 + 5.3 for line in block.lines) + gap
    if isinstance(block, Note):
        return fit.n_lines(block.text, _ROOM, 8.5 * point) * 17.6 + gap
    if isinstance(block, Numbers):
        return -(-len(block.cards) // 4) * 125.0 + gap
    if isinstance(block, Table):
        return (22.0 if block.heading else 0.0) + _table_height(block)
    drawn = charts.draw(block, name)
    tall = float(drawn.partition('viewBox="0 0 ')[2].partition('"')[0].split()[1])
    return tall + 46 + gap + (_table_height(block.frame.twin) if block.frame.is_twin_printed else 0.0)


def _table_height(table: Table) -> float:
    """Estimate the height of a table."""
    size = 8.5 * _PIXELS_PER_POINT
    rows = (table.head, *table.rows)
    room = [(own - fit.PADDING) * size for own in fit.columns(rows, _ROOM / size)]
    # A column is as wide as its widest word at least, so a line holds a little more than is reckoned.
    lines = [
        max(fit.n_lines(cell, space + 1.5 * size, size) for cell, space in zip(row, room, strict=True)) for row in rows
    ]
    return sum(lines) * 15.9 + len(rows) * 8.6 + (36.0 if table.n_more else 15.0)
