"""Office files are ZIP archives that note when they were packed: the same content shall give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Final

_PACKED_ON: Final = (1980, 1, 1, 0, 0, 0)
_WORKBOOK: Final = ".xlsx"
_CORE: Final = "docProps/core.xml"
_MOMENT: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def same_every_time(archive: bytes, as_of: datetime) -> bytes:
    """Pack an Office file anew, with no time in it but `as_of`; workbooks within it too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _PACKED_ON)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever the machine
            new.writestr(entry, _same(name, old.read(name), as_of))
    return packed.getvalue()


def _same(name: str, content: bytes, as_of: datetime) -> bytes:
    if name.endswith(_WORKBOOK):
        return same_every_time(content, as_of)
    if name == _CORE:
        moment = as_of.replace(microsecond=0).isoformat().encode() + b"Z"
        return _MOMENT.sub(rb"\g<1>" + moment + rb"\g<2>", content)
    return content
