"""Dates and times as people write them: 令和6年4月1日, R6.4.1, 2024年4月1日 10時30分, 15 Apr, 2021.

Day-first and month-first dates are read only when their format is given: 4/1/2024
means two things, and a whole column of them may hide it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.japanese.reading import Reading, has_odd_digits, is_unknown, plain

_ERAS: Final = {
    "令和": (2018, (5, 1)), "平成": (1988, (1, 8)), "昭和": (1925, (12, 25)), "大正": (1911, (7, 30)),
    "R": (2018, (5, 1)), "H": (1988, (1, 8)), "S": (1925, (12, 25)),
}  # fmt: skip
"""Year before the first of an era, and the month and day on which its first year began."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD: Final = (
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY: Final = re.compile(r"\s*\([日月火水木金土](?:曜日?)?(?:[・,]?祝)?\)")
_CLOCK: Final = (
    r"(?P<half>午前|午後)?(?P<hour>\d{1,2})(?::|時)(?:(?P<minute>\d{1,2})分?)?(?::?(?P<second>\d{1,2})(?:\.(?P<part>\d+))?秒?)?"
    r"\s*(?P<noon>[ap]\.?m\.?)?"
)
_ZONE: Final = r"\s*(?P<zone>z|utc|gmt|jst|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_TIME: Final = rf"(?:[\sT]*{_CLOCK}{_ZONE})?"
_DAY: Final = r"(?P<day>\d{1,2})"
_MONTH: Final = r"(?P<month>\d{1,2})"
_PATTERNS: Final = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日",
        rf"(?P<year>\d{{4}})(?P<sign>[-/.])\s?{_MONTH}(?P=sign)\s?{_DAY}",
        r"(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        rf"(?P<era>令和|平成|昭和|大正)\s*(?P<year>元|\d{{1,2}})\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日",
        rf"(?P<era>令和|平成|昭和|大正|[RHS])\s*(?P<year>元|\d{{1,2}})(?P<sign>[-/.]){_MONTH}(?P=sign){_DAY}",
        rf"(?P<era>[RHS])(?P<year>元|\d{{1,2}})年{_MONTH}月{_DAY}日",
        rf"{_DAY}[\s-]{_MONTH_WORD},?[\s-](?P<year>\d{{4}}),?",
        rf"{_MONTH_WORD}\s{_DAY}(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}}),?",
    )
)
_MONTHS_ALONE: Final = (
    re.compile(rf"(?P<year>\d{{4}})(?:年{_MONTH}月|[-/](?P<other>\d{{1,2}}))"),
    re.compile(rf"(?P<era>令和|平成|昭和|大正)(?P<year>元|\d{{1,2}})年{_MONTH}月"),
)
_WITHOUT_ORDER: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:\D.*)?")
_FIRST_SERIAL: Final = 61
"""1 March 1900; earlier serials are wrong by the day that Excel believes 29 February 1900 to be."""
_LAST_SERIAL: Final = 109_574  # 31 December 2199
_WRITE: Final = "write it as 2024-04-01 or 2024-04-01 10:30"


def read_moment(
    text: str,
    *,
    formats: Sequence[str] = (),
    is_serial: bool = False,
    may_be_month: bool = False,
    time_zone: str = "UTC",
) -> Reading[datetime]:
    """Read a date, with or without a time of day, as a moment in UTC.

    Parameters
    ----------
    text : str
        The text. 24:00 is the end of its day, as timetables write it.
    formats : sequence of str
        Formats of `datetime.strptime`, tried in turn; when given, nothing else is read.
    is_serial : bool
        True when the column holds Excel's day numbers (45383 is 2024-04-01).
    may_be_month : bool
        True when 2024年4月 is enough; it is the first day then.
    time_zone : str
        Zone of moments that name none.
    """
    if is_unknown(text):
        return Reading(note="unknown")
    clean = _WEEKDAY.sub("", plain(text))
    try:
        found = _found(clean, formats, is_serial=is_serial, may_be_month=may_be_month)
    except (ValueError, OverflowError):
        return Reading(problem="is a day or a time that does not exist", fix=_WRITE)
    if found is None or has_odd_digits(text):
        return _refusal(clean, formats)
    return Reading(value=_to_utc(found, time_zone))


def _found(text: str, formats: Sequence[str], *, is_serial: bool, may_be_month: bool) -> datetime | None:
    if formats:
        return _by_format(text, formats)
    if is_serial:
        return _serial(text)
    return (_month_alone(text) if may_be_month else None) or _written(text)


def _month_alone(text: str) -> datetime | None:
    for pattern in _MONTHS_ALONE:
        if found := pattern.fullmatch(text.replace(" ", "")):
            parts = found.groupdict()
            month = parts["month"] or parts.get("other")
            return datetime(_year({**parts, "month": month, "day": "31"}), int(month or 0), 1)
    return None


def _written(text: str) -> datetime | None:
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            return _with_clock(datetime(_year(parts), _month(parts), int(parts["day"])), parts)
    return None


def _year(parts: dict[str, str | None]) -> int:
    year, era = parts["year"] or "", parts.get("era")
    if era is None:
        return int(year)
    before, (month, day) = _ERAS[era.upper()]
    number = 1 if year == "元" else int(year)
    if number < 1 or (number == 1 and (_month(parts), int(parts["day"] or 0)) < (month, day)):
        raise ValueError(f"{era} had not begun")
    return before + number


def _month(parts: dict[str, str | None]) -> int:
    if word := parts.get("word"):
        return _MONTHS.index(word[:3].lower()) + 1
    return int(parts["month"] or 0)


def _with_clock(day: datetime, parts: dict[str, str | None]) -> datetime:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    noon = (parts["noon"] or "")[:1].lower()
    if (noon and hour > 12) or (parts["half"] and hour > 11):
        raise ValueError("午後12時 is noon to some and midnight to others")
    if noon:
        hour = hour % 12 + (12 if noon == "p" else 0)
    elif parts["half"] == "午後":
        hour += 12
    microsecond = int((parts["part"] or "0")[:6].ljust(6, "0"))
    if hour == 24 and not (minute or second or microsecond):
        return _in_zone(day + timedelta(days=1), parts["zone"])
    return _in_zone(day.replace(hour=hour, minute=minute, second=second, microsecond=microsecond), parts["zone"])


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    match (zone or "").lower():
        case "":
            return moment
        case "z" | "utc" | "gmt":
            return moment.replace(tzinfo=UTC)
        case "jst":
            return moment.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
        case offset:
            return datetime.fromisoformat(f"{moment.isoformat()}{offset}")


def _by_format(text: str, formats: Sequence[str]) -> datetime | None:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes after
        except ValueError:
            continue
    return None


def _serial(text: str) -> datetime | None:
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    days = float(text)
    if not _FIRST_SERIAL <= days < _LAST_SERIAL + 1:
        raise ValueError("no such serial")
    seconds = round(days % 1 * 86_400)  # Excel counts days in floating point: to the second is what it shows
    return datetime(1899, 12, 30) + timedelta(days=int(days), seconds=seconds)


def _to_utc(moment: datetime, time_zone: str) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(time_zone))
    return moment.astimezone(UTC).replace(tzinfo=None)


def _refusal(text: str, formats: Sequence[str]) -> Reading[datetime]:
    if formats:
        return Reading(problem=f"is not of the form {' or '.join(formats)}", fix="add its form to dates in the mapping")
    if found := _WITHOUT_ORDER.fullmatch(text):
        return _order_unknown(int(found[1]), found[2], int(found[3]), found[4])
    if re.fullmatch(r"\d{4,6}(\.\d+)?", text):
        return Reading(problem="may be a day number of Excel", fix=f"show the column as a date in Excel, or {_WRITE}")
    if re.fullmatch(_CLOCK, text, re.IGNORECASE):
        return Reading(problem="is a time without a date", fix=_WRITE)
    return Reading(problem="is no date", fix=_WRITE)


def _order_unknown(first: int, sign: str, second: int, year: str) -> Reading[datetime]:
    if len(year) == 2:
        return Reading(problem="has a year of two digits", fix=_WRITE)
    day_first, month_first = (f"{pair}{sign}%Y" for pair in (f"%d{sign}%m", f"%m{sign}%d"))
    if first > 12 >= second:
        return Reading(problem="seems to begin with the day", fix=f'say so in the mapping: dates = ["{day_first}"]')
    if second > 12 >= first:
        return Reading(problem="seems to begin with the month", fix=f'say so in the mapping: dates = ["{month_first}"]')
    return Reading(
        problem="may begin with the day or with the month",
        fix=f'say which in the mapping: dates = ["{day_first}"] or ["{month_first}"]',
    )
