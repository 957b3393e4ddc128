"""Writes small Excel workbooks by hand: the tests need no writer of workbooks."""

import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy/mm/dd hh:mm:ss"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="21"/></cellXfs></styleSheet>'
)


def cell_xml(place, value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        return f'<c r="{place}" s="2"><v>{(value - datetime(1899, 12, 30)).total_seconds() / 86400!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, time):
        return f'<c r="{place}" s="3"><v>{(value.hour * 60 + value.minute) / 1440!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if value.startswith("#"):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    if value.startswith("="):
        return f'<c r="{place}" t="str"><f>{escape(value[1:])}</f><v>kept</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet_xml(rows):
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(cell_xml(f"{column_name(i)}{number}", value) for i, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>' if cells else "")
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def column_name(number):
    name = ""
    while number >= 0:
        name, number = chr(65 + number % 26) + name, number // 26 - 1
    return name


def write_xlsx(path: Path, sheets, hidden=()) -> Path:
    """Write sheets of cells; a text stands for the XML of a whole sheet."""
    names = list(sheets)
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{i}.xml") for i in range(len(names))), ("styles", "styles.xml")]
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{i + 1}" r:id="r{i}"{" state=" + quoteattr("hidden") if name in hidden else ""}/>'
            for i, name in enumerate(names)
        )
        + "</sheets></workbook>",
        "xl/styles.xml": _STYLES,
    }
    for i, rows in enumerate(sheets.values()):
        parts[f"xl/worksheets/sheet{i}.xml"] = rows if isinstance(rows, str) else sheet_xml(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return path


def _relations(targets):
    items = "".join(
        f'<Relationship Id="r{i}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{items}</Relationships>'
    )


def write_xls(path: Path, rows) -> Path:
    """Write one sheet in the binary format of Excel 97 (texts and numbers only)."""
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, str):
                sheet += _record(0x204, struct.pack("<HHHHB", i, j, 0, len(value), 1) + value.encode("utf-16-le"))
            elif value is not None:
                sheet += _record(0x203, struct.pack("<HHHd", i, j, 0, value))
    sheet += _record(0x0A, b"")
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    name = b"Sheet1"
    n_start = len(start) + 4 + 8 + len(name) + 4
    stream = start + _record(0x85, struct.pack("<IBBBB", n_start, 0, 0, len(name), 0) + name) + _record(0x0A, b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compound_file("Workbook", stream + sheet))
    return path


def compound_file(name, stream):
    """Return a compound file with one stream of at least 4096 bytes."""
    stream = stream.ljust(4096, b"\0")
    n_sectors = -(-len(stream) // 512)
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, 2 + n_sectors), end]
    header = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * 432

    def entry(text, kind, child, first, size):
        raw = text.encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBIII16xI16xII4x", len(raw) + 2 if raw else 0, kind, 1, free, free, child, 0, first, size)
        )[:128]

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream)) + entry("", 0, free, 0, 0) * 2
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return header + fat + folder + stream.ljust(n_sectors * 512, b"\0")


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body
