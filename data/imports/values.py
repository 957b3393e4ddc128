"""Texts the engine cannot parse and a person can: full-width digits, 1,000人, 500億, 令和6年4月1日.

Only the distinct texts that failed come here, so speed does not matter. A text that
could mean two things yields None: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from data.contract import Kind

_GROUPED: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS: Final = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "億": 10**8, "兆": 10**12}
_NUMBER: Final = re.compile(
    rf"(?P<sign>[+-]?)[¥\\$€]?(?P<number>{_GROUPED})(?P<unit>千|百万|万|億|兆)?(?:円|人|名|社|件|点|ドル)?"
)
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}
_CLOCK: Final = r"(?:\s*(?P<hour>\d{1,2})(?::|時)(?P<minute>\d{1,2})(?:(?::|分)(?P<second>\d{1,2})?秒?|分)?)?"
_DATES: Final = (
    re.compile(rf"(?P<year>\d{{4}})\s*[年/.-]\s*(?P<month>\d{{1,2}})\s*[月/.-]\s*(?P<day>\d{{1,2}})日?{_CLOCK}"),
    re.compile(
        r"(?P<era>令和|平成|昭和|R|H|S)(?P<year>元|\d{1,2})[年.](?P<month>\d{1,2})[月.](?P<day>\d{1,2})日?" + _CLOCK
    ),
)


def parse_leftover(text: str, kind: Kind) -> str | None:
    """Return `text` in the form the engine reads, or None when it has no single meaning."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if kind in (Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL):
        return _number(plain, kind)
    if kind in (Kind.TIMESTAMP, Kind.DATE):
        return _date(plain)
    return None


def _number(text: str, kind: Kind) -> str | None:
    found = _NUMBER.fullmatch(text.replace(" ", "").replace("￥", "¥"))
    if found is None:
        return None
    value = Decimal(found["number"].replace(",", "")) * _UNITS[found["unit"] or ""]
    if kind is not Kind.DECIMAL and value != value.to_integral_value():
        return None
    number = value if kind is Kind.DECIMAL else value.to_integral_value()
    return ("-" if found["sign"] == "-" else "") + format(number, "f")


def _date(text: str) -> str | None:
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            year = _year(parts.get("era"), parts["year"])
            clock = f"{int(parts['hour'] or 0):02d}:{int(parts['minute'] or 0):02d}:{int(parts['second'] or 0):02d}"
            return f"{year:04d}-{int(parts['month']):02d}-{int(parts['day']):02d} {clock}"
    return None


def _year(era: str | None, year: str) -> int:
    number = 1 if year == "元" else int(year)
    return _ERAS[era] + number if era else number
