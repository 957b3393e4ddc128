"""Looks an Excel workbook over before it is opened: what it unpacks to, and how large its sheets are.

A reader of workbooks unpacks everything and then makes room for every cell between
the first and the last: a few kilobytes can ask for more memory than any machine
has. Here nothing is kept, and nothing is believed that the file says of itself.
"""

from __future__ import annotations

import codecs
import re
import struct
import xml.parsers.expat
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from data.errors import InputError
from data.imports import limits

MAX_RATIO: Final = 250
"""Text of sheets is packed to a tenth or a thirtieth; above this ratio it is made to do harm."""

_SMALL: Final = 20 * limits.MEGABYTE
"""Below this, a ratio does no harm: an empty sheet of one repeated row packs very well."""

_MAX_PARTS: Final = 5_000
_CHUNK: Final = 1 << 20
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACED: Final = re.compile(rb'<(?:\w+:)?c\s+r="([A-Z]{1,3})([0-9]{1,7})"')
_PLACE: Final = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_TAIL: Final = 200
"""Bytes of a chunk that are looked at again with the next: longer than a cell's opening."""


def require_safe(path: Path) -> None:
    """Refuse a workbook that is none, is protected by a password, or is too large inside.

    Raises
    ------
    InputError
        Says why, and what to do.
    """
    limits.require_size(path, limits.MAX_WORKBOOK_MEGABYTES, "LEADCAL_MAX_WORKBOOK_MEGABYTES")
    with path.open("rb") as file:
        start = file.read(8)
        if start == _COMPOUND:
            _require_open(path, file)
        elif not start.startswith(b"PK"):
            raise InputError(
                f"{path.name}: is no Excel workbook, whatever its name says; open it in Excel and save it as .xlsx or CSV"
            )
        else:
            _require_sound_zip(path, file)


def _require_open(path: Path, file: BinaryIO) -> None:
    """Refuse an .xlsx with a password: it is a compound file with an encrypted package."""
    file.seek(0)
    if _ENCRYPTED in file.read():
        raise InputError(f"{path.name}: is protected by a password; save it without one, or save the sheet as CSV")


def _require_sound_zip(path: Path, file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _require_moderate(path, parts)
            for part in parts:
                _look_through(path, file, part)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, xml.parsers.expat.ExpatError) as error:
        raise InputError(
            f"{path.name}: is a damaged workbook ({error}); open it in Excel and save it again, or save the sheet as CSV"
        ) from error


def _require_moderate(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse a workbook by what its directory says, before anything is unpacked."""
    n_unpacked = sum(part.file_size for part in parts)
    n_packed = sum(part.compress_size for part in parts)
    too_large = n_unpacked > limits.MAX_UNPACKED_MEGABYTES * limits.MEGABYTE or len(parts) > _MAX_PARTS
    if too_large or (n_unpacked > _SMALL and n_unpacked > MAX_RATIO * n_packed):
        raise InputError(
            f"{path.name}: its {len(parts):,} parts unpack from {n_packed / limits.MEGABYTE:,.1f} MB to "
            f"{n_unpacked / limits.MEGABYTE:,.0f} MB, which is refused; save the sheet as CSV"
        )


def _look_through(path: Path, file: BinaryIO, part: zipfile.ZipInfo) -> None:
    """Unpack a part without keeping it: it must not hold more than it says, nor too large a sheet."""
    chunks = _unpacked(file, part)
    start = next(chunks, b"")
    if not start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        for _ in chunks:
            pass
        return
    # Any part may be a sheet, whatever its name: another part says which ones are.
    require_cells(path, _n_cells(chain([start], chunks)) or _n_cells_in_detail(_unpacked(file, part)))


def require_cells(path: Path, n_cells: int) -> None:
    """Refuse a sheet that reaches over more than `limits.MAX_CELLS` cells, with an InputError."""
    if n_cells > limits.MAX_CELLS:
        raise InputError(
            f"{path.name}: a sheet reaches over {n_cells:,} cells, and at most {limits.MAX_CELLS:,} are read; "
            "delete what stands far off, or save the sheet as CSV"
        )


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.flag_bits & 1:
        raise zipfile.BadZipFile(f"{part.filename} is packed in a way that is not read")
    file.seek(part.header_offset + 26)
    n_name, n_extra = struct.unpack("<HH", file.read(4))
    file.seek(n_name + n_extra, 1)
    unpacker = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    n_left, n_out = part.compress_size, 0
    while n_left and (packed := file.read(min(_CHUNK // 16, n_left))):
        n_left -= len(packed)
        while packed:
            chunk = unpacker.decompress(packed, _CHUNK) if unpacker else packed
            packed = unpacker.unconsumed_tail if unpacker else b""
            n_out += len(chunk)
            if n_out > part.file_size:
                raise zipfile.BadZipFile(f"{part.filename} unpacks to more than it says")
            yield chunk


def _n_cells(chunks: Iterator[bytes]) -> int:
    """Return how many cells the sheet reaches over; 0 when some cells do not name their place first."""
    n_cells = n_placed = n_rows = 0
    columns: set[bytes] = set()
    for piece in _whole_tags(chunks):
        placed = _PLACED.findall(piece)
        n_cells, n_placed = n_cells + len(_CELL.findall(piece)), n_placed + len(placed)
        n_rows = max([n_rows, *(int(row) for _, row in placed)])
        columns.update(column for column, _ in placed)
    return max(n_rows * max(map(_column_number, columns), default=0), 1) if n_cells == n_placed else 0


def _whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut the text of `chunks` anew, before the beginning of a tag."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        end = max(len(text) - _TAIL, 0)
        # A tag that is longer than all this is cut: then its cell is looked at in detail.
        cut = max(text.rfind(b"<", 0, end), 0) or end
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


class _Extent:
    """Follows the cells of a sheet whose places are said by rows, or not at all."""

    def __init__(self) -> None:
        self.row = self.column = self.n_rows = self.n_columns = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        place = attributes.get("r", "")
        if kind == "row":
            self.row = int(place) if place.isdecimal() else self.row + 1
            self.column = 0
        elif kind == "c":
            placed = _PLACE.fullmatch(place)
            self.column = _column_number(placed[1].encode()) if placed else self.column + 1
            self.row = int(placed[2]) if placed else self.row
        self.n_rows, self.n_columns = max(self.n_rows, self.row), max(self.n_columns, self.column)


def _n_cells_in_detail(chunks: Iterator[bytes]) -> int:
    extent = _Extent()
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = extent.start
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return extent.n_rows * extent.n_columns
