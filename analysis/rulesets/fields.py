"""Reading one table of a ruleset file strictly, with errors that say where and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from analysis.rulesets.definitions import ID_PATTERN, SHAPES, Shape
from analysis.rulesets.lines import Path
from data.errors import LeadcalError


class RulesetError(LeadcalError):
    """A ruleset cannot be used as it stands. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its name, its content, where its keys stand, and the kind of its errors."""

    name: str
    data: dict[str, Any]
    lines: dict[Path, int]
    error: type[LeadcalError] = RulesetError

    def line(self, path: Path) -> int:
        """Line of `path`, or of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fail(self, path: Path, message: str) -> NoReturn:
        """Raise an error about `path`."""
        raise self.error(f"{self.name}, line {self.line(path)}: {message}")


class Fields:
    """The keys of one table, each read once; `finish` refuses what is left.

    Parameters
    ----------
    source : Source
        The file.
    path : Path
        Where the table stands in it.
    title : str
        What the table is called in errors, for example "rule 'seminar'".
    shape : str
        Which of `definitions.SHAPES` it has; what `get` reads is defined there.
    """

    def __init__(self, source: Source, path: Path, data: Any, title: str, shape: str = "") -> None:
        self.source = source
        self.shape = SHAPES.get(shape, Shape(()))
        self.path = path
        self.title = title
        self._seen: set[str] = set()
        if not isinstance(data, dict):
            source.fail(path, f"{title} must be a table, not {show(data)}; write its keys below a heading")
        self._data: dict[str, Any] = data

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fail(self, key: str, message: str) -> NoReturn:
        """Raise an error about one key."""
        self.source.fail((*self.path, key), f"{message} (in {self.title})")

    def value(self, key: str) -> Any:
        """Return the value of `key` as it is; None when it is absent."""
        self._seen.add(key)
        return self._data.get(key)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a key as its definition asks for it; `default` when it is absent."""
        key = self.shape.key(name)
        if name not in self._data and not key.is_required:
            self._seen.add(name)
            return default
        example = key.example or '"x"'
        if key.is_required:
            example = f'"{key.choices[0]}"' if key.choices and not key.example else key.example or "1"
            self.required(name, example)
        reader = getattr(self, f"_get_{key.kind}", None)
        if reader is not None:
            return reader(name)
        if key.kind == "integer":
            return self.integer(name, example=key.example or "1", low=key.low, high=key.high)
        if key.kind == "choice":
            return self.choice(name, key.choices)
        return self.text(name, example=example)

    def _get_id(self, name: str) -> str:
        value = self.text(name, example='"seminar"')
        if not re.fullmatch(ID_PATTERN, value):
            self.fail(
                name,
                f"{name} = {show(value)} must consist of letters, digits, - and _; write for example {name} = {self.shape.key(name).example or chr(34) + 'x' + chr(34)}",
            )
        return value

    def _get_tables(self, name: str) -> list[Any]:
        return self.tables(name)

    def _get_table(self, name: str) -> Any:
        return self.value(name)

    def _get_both(self, name: str) -> tuple[str, str]:
        return self.both_languages(name)

    def _get_flag(self, name: str) -> bool:
        return self.flag(name)

    def _get_day(self, name: str) -> date | None:
        return self.day(name)

    def _get_texts(self, name: str) -> tuple[str, ...]:
        return self.texts(name)

    def _get_values(self, name: str) -> tuple[str | int | float | bool, ...]:
        return self.values(name)

    def _get_choices(self, name: str) -> tuple[str, ...]:
        choices = self.shape.key(name).choices
        for item in self.texts(name):
            if item not in choices:
                self.fail(name, f"{name} = {show(item)} is unknown; {suggestion(item, choices)}")
        return self.texts(name)

    def _get_number(self, name: str) -> float | None:
        value, low = self.number(name), self.shape.key(name).low
        if value is not None and low is not None and value < low:
            self.fail(name, f"{name} = {value} is too small; write {low} or more")
        return value

    def _get_scalar(self, name: str) -> str | int | float | bool:
        value = self.value(name)
        if not isinstance(value, str | int | float | bool):
            self.fail(name, f"{name} = {show(value)} must be a text, a number, true or false")
        return value

    def _get_need(self, name: str) -> int | str:
        value = self.value(name)
        if value in ("all", "any"):
            return str(value)
        if isinstance(value, str):
            self.fail(name, f'{name} = {show(value)} is unknown; write "all", "any" or a number such as 2')
        return self.integer(name, example="2", low=1) or 1

    def required(self, key: str, example: str) -> Any:
        """Return the value of `key`, which must be there."""
        if key not in self._data:
            self.source.fail(self.path, f"{self.title} has no {key}; add for example {key} = {example}")
        return self.value(key)

    def text(self, key: str, *, example: str = "", default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.required(key, example) if default is None else self.value(key)
        if value is None:
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self.fail(
                key,
                f"{key} = {show(value)} must be a text; write it in quotes, for example {example or chr(34) + 'x' + chr(34)}",
            )
        return value

    def choice(self, key: str, choices: Sequence[str], *, default: str | None = None) -> str:
        """Return one of `choices`."""
        value = self.required(key, f'"{choices[0]}"') if default is None else self.value(key)
        if value is None and default is not None:
            return default
        if value not in choices:
            self.fail(key, f"{key} = {show(value)} is unknown; {suggestion(value, choices)}")
        return str(value)

    def integer(
        self,
        key: str,
        *,
        example: str = "1",
        default: int | None = None,
        low: int | None = None,
        high: int | None = None,
    ) -> int | None:
        """Return a whole number between `low` and `high`; `default` when it is absent."""
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(key, f"{key} = {show(value)} must be a whole number; write for example {key} = {example}")
        if low is not None and value < low:
            self.fail(key, f"{key} = {value} is too small; write {low} or more")
        if high is not None and value > high:
            self.fail(key, f"{key} = {value} is too large; write {high} or less")
        return value

    def number(self, key: str) -> float | None:
        """Return a finite number; None when it is absent."""
        value = self.value(key)
        if value is None:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != value
            or abs(value) == float("inf")
        ):
            self.fail(key, f"{key} = {show(value)} must be a number; write for example {key} = 1000")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is absent."""
        value = self.value(key)
        if value is not None and not isinstance(value, bool):
            self.fail(key, f"{key} = {show(value)} must be true or false, without quotes")
        return bool(value)

    def day(self, key: str) -> date | None:
        """Return a date; None when it is absent."""
        value = self.value(key)
        if value is not None and (isinstance(value, datetime) or not isinstance(value, date)):
            self.fail(
                key, f"{key} = {show(value)} must be a date; write for example {key} = 2026-04-01, without quotes"
            )
        return value

    def both_languages(self, key: str, *, default: str | None = None) -> tuple[str, str]:
        """Return a text in Japanese and English; a plain text stands for both."""
        value = self.value(key)
        if value is None:
            if default is None:
                self.required(key, '{ ja = "…", en = "…" }')
            return default or "", default or ""
        if isinstance(value, str) and value.strip():
            return value, value
        inner = Fields(self.source, (*self.path, key), value, f"{key} of {self.title}")
        texts = inner.text("ja", example='"セミナー"'), inner.text("en", example='"Seminar"')
        inner.finish()
        return texts

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one text or a list of texts as a tuple; empty when the key is absent."""
        value = self.value(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not items:
            self.fail(key, f"{key} = [] matches nothing; name at least one value or leave {key} out")
        for item in items:
            if not isinstance(item, str) or not item:
                self.fail(key, f"{key} = {show(item)} must be a text or a list of texts; write it in quotes")
        return tuple(items)

    def values(self, key: str) -> tuple[str | int | float | bool, ...]:
        """Return a list of texts, numbers or truth values; it must not be empty."""
        value = self.value(key)
        if not isinstance(value, list) or not value:
            self.fail(
                key,
                f'{key} = {show(value)} must be a list with at least one value; write for example {key} = ["maker", "bank"]',
            )
        for item in value:
            if not isinstance(item, str | int | float | bool):
                self.fail(
                    key, f"{key} contains {show(item)}, which is no text, number, true or false; write plain values"
                )
        return tuple(value)

    def tables(self, key: str) -> list[Any]:
        """Return the tables under `[[key]]`; an empty list when there is none."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(key, f"{key} must be a list of tables; write [[{key}]] with two brackets")
        return value

    def finish(self) -> None:
        """Refuse keys that nobody asked for."""
        known = self._seen | {key.name for key in self.shape.keys}
        for key in self._data:
            if key not in self._seen:
                self.fail(key, f"unknown key {key} = {show(self._data[key])}; {suggestion(key, known)}")


def show(value: object) -> str:
    """Return a value as it would stand in the file, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {show(item)}" for key, item in value.items()) + " }"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def suggestion(value: object, choices: Iterable[str]) -> str:
    """Return what the writer probably meant, or else what may be written."""
    known = sorted(choices)
    close = difflib.get_close_matches(str(value), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"choose from {', '.join(known)}"
