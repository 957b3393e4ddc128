"""Looks a text up by key and fills it in."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from dashboard.texts import numbers

Language = Literal["ja", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_FOLDER = Path(__file__).parent


def _flatten(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Turn nested tables into one table with dotted keys."""
    flat: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= _flatten(value, f"{key}.")
        else:
            flat[key] = value
    return flat


@lru_cache
def load_texts(language: Language) -> dict[str, str]:
    """Read the texts of one language, a file per subject: dotted key -> text with `{placeholders}`."""
    texts: dict[str, str] = {}
    for path in sorted((_FOLDER / language).glob("*.toml")):
        new = _flatten(tomllib.loads(path.read_text(encoding="utf-8")))
        if twice := new.keys() & texts.keys():
            raise ValueError(f"{path.name} gives texts that another file has: {', '.join(sorted(twice))}")
        texts |= new
    return texts


class Speaker:
    """Says things in one language.

    Calling it with a key and values gives the text. A missing key is a defect and
    raises KeyError; `word` is for codes that come from data and may be unknown.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._texts = load_texts(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under `key` with `values` filled in."""
        return self._texts[key].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is a text under `key`."""
        return key in self._texts

    def word(self, group: str, code: str) -> str:
        """Return the word for a code of `group`; an unknown code speaks for itself."""
        return self._texts.get(f"{group}.{code}", code)

    def source(self, code: str) -> str:
        """Return the name of a source; the empty code stands for unknown."""
        return self.word("sources", code or "unknown")

    def count(self, n: float) -> str:
        """Whole number with separators: 12,345."""
        return numbers.count(n)

    def compact(self, n: float) -> str:
        """Large number in few digits: 12.3万, 123.5K."""
        return numbers.compact(n, self.language)

    def money(self, yen: float) -> str:
        """Amount in yen in few digits: 3.1億円, ¥314.0M."""
        return numbers.money(yen, self.language)

    def percent(self, rate: float, digits: int = 1) -> str:
        """Fraction as a percentage: 12.3%; a dash when unknown."""
        return numbers.percent(rate, digits)

    def interval(self, low: float, high: float) -> str:
        """Interval of fractions as percentages: 8.1–17.0%."""
        return numbers.interval(low, high)

    def points(self, difference: float) -> str:
        """Difference of two fractions in percentage points, with its sign: +1.2."""
        return numbers.points(difference)

    def signed(self, n: float) -> str:
        """Whole number with its sign: +12, -3."""
        return numbers.DASH if numbers.is_unknown(n) else f"{n:+,.0f}"

    def days(self, n: float) -> str:
        """Duration: 3.5日, 3.5 days."""
        return numbers.DASH if numbers.is_unknown(n) else self("format.days", n=f"{n:,.1f}")

    def date(self, day: date | datetime) -> str:
        """Calendar day: 2026年3月31日, 31 Mar 2026."""
        return self("format.date", year=day.year, month=day.month, day=day.day, month_name=self._month_name(day))

    def short_date(self, day: date | datetime) -> str:
        """Calendar day for narrow columns, where it must not be broken: 2026/3/31, 31 Mar 2026."""
        return self("format.short_date", year=day.year, month=day.month, day=day.day, month_name=self._month_name(day))

    def month(self, day: date | datetime) -> str:
        """Calendar month: 2026年3月, Mar 2026."""
        return self("format.month", year=day.year, month=day.month, month_name=self._month_name(day))

    def _month_name(self, day: date | datetime) -> str:
        return self("format.month_names").split()[day.month - 1]


@lru_cache
def speaker(language: Language) -> Speaker:
    """Return the speaker of `language`; it has no state, so everyone shares it."""
    return Speaker(language)
