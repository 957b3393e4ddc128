"""What columns are called in either language, and how alike two names are."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from rapidfuzz import fuzz

ACCEPT: Final = 70.0
"""Likeness from which a column is suggested; below it is chance."""

ACCEPT_LATIN: Final = 85.0
"""The same for names in Latin letters, which are alike more often by chance."""

_BRACKETS: Final = re.compile(r"[(\[〔【<「『{][^)\]〕】>」』}]*[)\]〕】>」』}]")
_UNITS: Final = re.compile(r"[\s_:,/]+(?:円|名|人|社|件|yen|jpy|usd|%)$")
_DATE_SIGN: Final = re.compile(r"日|時|年月|\b(?:date|time|at|on|day|created|timestamp)\b")
_SCALED_UNIT: Final = re.compile(r"(千|百万|万|億)円|thousands?|millions?|\bin [km]\b|[(（][千万億][)）]")
_SEPARATORS: Final = re.compile(r"[\s_\-./・:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A column of the contract that a column may fill, and under what names.

    Attributes
    ----------
    table, column : str
        The column of the contract.
    words : tuple of str
        What it is called; earlier words win.
    is_date : bool
        True when plans and forecasts must not fill it.
    stage, outcome, kind, direction : str
        Which row of the table the column makes; empty where there is only one.
    """

    table: str
    column: str
    words: tuple[str, ...]
    is_date: bool = False
    stage: str = ""
    outcome: str = ""
    kind: str = ""
    direction: str = ""

    @property
    def name(self) -> str:
        """Name for people, such as ``stage_events.entered_at (mql)``."""
        variant = self.stage or self.outcome or self.kind
        return f"{self.table}.{self.column}" + (f" ({variant})" if variant else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike a column and a target are, and through which word."""

    target: Target
    score: float
    word: str
    rank: int

    @property
    def why(self) -> str:
        """The reason in one line."""
        if self.score == 100:
            return f"is called {self.word!r}"
        return f"is {self.score:.0f} % like {self.word!r}"


@cache
def targets() -> tuple[Target, ...]:
    """Return all targets."""
    found = []
    for raw in _document()["target"]:
        table, column = raw["column"].split(".")
        variants = {name: raw.get(name, "") for name in ("stage", "outcome", "kind", "direction")}
        words = tuple(raw["words"])
        found.append(Target(table=table, column=column, words=words, is_date=raw.get("is_date", False), **variants))
    return tuple(found)


def bare_name(name: str) -> str:
    """Return a column name without width, case, brackets, units and separators: 受注額（円） is 受注額."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    bare = _UNITS.sub("", _BRACKETS.sub("", text).strip())
    return _SEPARATORS.sub("", bare or text)


def likenesses(column: str) -> list[Likeness]:
    """Return the targets that `column` may fill, best first; only those worth suggesting."""
    if not bare_name(column) or _has_word(column, "never") or scaled_unit(column):
        return []
    is_date = _is_dated(column)
    possible = [target for target in targets() if target.is_date == is_date or _is_called(column, target)]
    if is_date and _has_word(column, "never_a_date"):
        possible = []
    found = [_likeness(column, target) for target in possible]
    accept = ACCEPT_LATIN if bare_name(column).isascii() else ACCEPT
    return sorted((one for one in found if one.score >= accept), key=lambda one: (-one.score, one.rank))


def scaled_unit(column: str) -> str:
    """Return the unit in a column name that its numbers must be multiplied by, such as 百万円; empty when none."""
    found = _SCALED_UNIT.search(unicodedata.normalize("NFKC", column).casefold())
    return found[0] if found else ""


def _is_called(column: str, target: Target) -> bool:
    return bare_name(column) in map(bare_name, target.words)


def _likeness(column: str, target: Target) -> Likeness:
    best = Likeness(target=target, score=0.0, word="", rank=0)
    for rank, word in enumerate(target.words):
        score = _score(column, word)
        if score > best.score:
            best = Likeness(target=target, score=score, word=word, rank=rank)
    return best


def _score(column: str, word: str) -> float:
    name, known = bare_name(column), bare_name(word)
    if name == known:
        return 100.0
    alike = float(fuzz.ratio(name, known))
    if name.isascii():
        alike = max(alike, float(fuzz.token_sort_ratio(column.casefold(), word)))
    elif min(len(name), len(known)) > 2:  # a word of two signs is inside many others: 部署 in 部署責任者
        alike = max(alike, float(fuzz.WRatio(name, known)))
    return min(99.0, alike)


def _is_dated(column: str) -> bool:
    return _DATE_SIGN.search(re.sub(r"[_\-]", " ", unicodedata.normalize("NFKC", column).casefold())) is not None


def _has_word(column: str, key: str) -> bool:
    text = unicodedata.normalize("NFKC", column).casefold()
    return any(word in text for word in _document()[key])


@cache
def _document() -> dict[str, list]:  # type: ignore[type-arg]
    return tomllib.loads((files("data.presets") / "synonyms.toml").read_text(encoding="utf-8"))
