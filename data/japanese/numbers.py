"""Numbers as people write them: 1,000人, 500億円, 3千万, ¥1,200, $1,117.10K, (1,200)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from data.japanese.reading import Note, Reading, has_odd_digits, is_unknown, plain

_SCALES: Final = {"": 1, "十": 10, "百": 10**2, "千": 10**3, "万": 10**4, "億": 10**8, "兆": 10**12}
_LATIN_SCALES: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?|\.\d+"
_PART: Final = rf"(?:{_DIGITS})[千百十]?(?:兆|億|万)?"
_PARTS: Final = re.compile(rf"(?P<number>{_DIGITS})(?P<small>[千百十]?)(?P<big>兆|億|万|)")
_COUNTED: Final = r"(?:円|人|名|名様|社|件|点|個|回|ページ|pt|ポイント|ドル|USD|JPY|EUR|yen|people|persons?|employees)?"
_AMOUNT: Final = re.compile(
    rf"(?P<minus>[-+△▲]?)\s*(?P<mark>[¥\\$€£]?)\s*(?P<minus2>-?)(?P<parts>(?:{_PART})+)(?P<latin>[KkMB]?)\s*{_COUNTED}"
)
_ABOUT: Final = re.compile(r"^(?:約|およそ|おおよそ|概ね|ca\.?|approx\.?|~)\s*|\s*(?:くらい|ぐらい|程度|前後|弱|強)$")
_AT_LEAST: Final = re.compile(r"\s*(?:以上|\+|or more|~)$")
_AT_MOST: Final = re.compile(r"(?:未満|以下|以内)$|^[<≦≤]|^(?:under|less than|up to) ")
_RANGE: Final = re.compile(r"\s*(?:~|-|から|to)\s*")
_DASHES: Final = re.compile(r"[‐‑‒–—―−〜～]")


def read_number(text: str, *, is_whole: bool = False) -> Reading[Decimal]:
    """Read a number with its unit: 1,000人, 約500名, 3千万, 1億2,500万, ¥1,200, $1,117.10K, (1,200).

    A range (100～299人) or a least value (1,000名以上) yields its lower bound, noted as
    "range", because that much is certain. An upper bound alone (50名未満) has no value.

    Parameters
    ----------
    text : str
        The text.
    is_whole : bool
        True when 12.5 is a mistake; 12.0 is 12.
    """
    if is_unknown(text):
        return Reading(note="unknown")
    if has_odd_digits(text):
        return Reading(problem="holds ①, ² or another sign that is no plain digit", fix="write plain digits")
    clean = _DASHES.sub(lambda sign: "~" if sign[0] in "〜～" else "-", plain(text))
    stripped, n_about = _ABOUT.subn("", clean)
    if _AT_MOST.search(stripped):
        return Reading(problem="only says what it is at most", fix="write the number, or the smallest it can be")
    least, n_least = _AT_LEAST.subn("", stripped)
    value, note = _amount(least), "about" if n_about else ""
    if n_least and value is not None:
        note = "range"
    if value is None:
        value, note = _lower_bound(stripped), "range"
    return _number_reading(value, note, clean, is_whole=is_whole)


def _number_reading(value: Decimal | None, note: str, text: str, *, is_whole: bool) -> Reading[Decimal]:
    if value is None:
        if re.search(r"\d,\d", text):
            return Reading(problem="has commas that do not part thousands", fix="write 1,200 or 1200")
        return Reading(problem="is no number", fix="write digits, for example 1200 or 1,200人")
    if is_whole and value != value.to_integral_value():
        return Reading(problem="is no whole number", fix=f"write {value.to_integral_value()}")
    whole = value.to_integral_value()
    kept: Note = "about" if note == "about" else "range" if note == "range" else ""
    return Reading(value=whole if whole == value else value, note=kept)


def _lower_bound(text: str) -> Decimal | None:
    parts = _RANGE.split(text)
    if len(parts) != 2 or re.match(r"0\d", parts[0]):  # 03-1234 is a telephone
        return None
    low, high = _amount(parts[0]), _amount(parts[1])
    return low if low is not None and high is not None and low < high else None


def _amount(text: str) -> Decimal | None:
    is_negative = False
    if found := re.fullmatch(r"\((.+)\)", text):  # the accountant's minus
        is_negative, text = True, found[1]
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        return None
    total = _sum_of_parts(amount["parts"])
    if total is None:
        return None
    total *= _LATIN_SCALES[amount["latin"].lower()]
    if amount["minus"] in ("-", "△", "▲") or amount["minus2"]:
        is_negative = not is_negative
    return -total if is_negative else total


def _sum_of_parts(text: str) -> Decimal | None:
    """Add 1億2,500万 up; None when the units do not fall, as in 2万3億."""
    total, last = Decimal(0), None
    for part in _PARTS.finditer(text):
        scale = _SCALES[part["small"]] * _SCALES[part["big"]]
        if last is not None and scale >= last:
            return None
        number = Decimal(re.sub(r"[, ]", "", part["number"]))
        if last is not None and number * scale >= last:
            return None
        total, last = total + number * scale, scale
    return total
