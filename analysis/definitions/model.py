"""Definitions of the terms of the funnel: who means what, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from analysis.definitions.parts import Part
from data.errors import LeadcalError

Term: TypeAlias = Literal["lead", "mql", "tql", "sal", "sql", "good_lead"]
TERMS: Final[tuple[Term, ...]] = get_args(Term)

By: TypeAlias = Literal["marketing", "sales", "agreed"]
BY: Final[tuple[By, ...]] = get_args(By)


class DefinitionsError(LeadcalError):
    """Definitions cannot be used as they stand. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What somebody means by a term, from a day on.

    Attributes
    ----------
    term : str
        One of `TERMS`.
    by : str
        One of `BY`; empty for those that were published.
    valid_from : date or None
        First day on which it holds; None: from the beginning.
    text_ja, text_en : str
        The wording.
    part : Part or None
        The condition; None as long as there is only a wording.
    agreed_by : tuple of str
        Who agreed.
    id : str
        Name of a published one; empty otherwise.
    line : int
        Line of the file on which it begins.
    """

    term: Term
    by: By | Literal[""]
    text_ja: str
    text_en: str
    valid_from: date | None = None
    part: Part | None = None
    agreed_by: tuple[str, ...] = ()
    id: str = ""
    line: int = 0

    @property
    def code(self) -> str:
        """Stable name: that of a published one, else term and department, such as "mql.sales"."""
        return self.id or f"{self.term}.{self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of a company, in the order of its file."""

    all: tuple[Definition, ...] = ()

    def versions(self, term: str, by: str) -> tuple[Definition, ...]:
        """Return what a department meant by a term, the latest first."""
        own = [each for each in self.all if (each.term, each.by) == (term, by)]
        return tuple(sorted(own, key=lambda each: each.valid_from or date.min, reverse=True))

    def in_force(self, term: str, by: str, on: date) -> Definition | None:
        """Return what a department means by a term on a day; None when nobody wrote it down."""
        begun = [each for each in self.versions(term, by) if (each.valid_from or date.min) <= on]
        return begun[0] if begun else None

    def current(self, on: date) -> tuple[Definition, ...]:
        """Return what is in force on a day, in the order of `TERMS` and `BY`."""
        found = (self.in_force(term, by, on) for term in TERMS for by in BY)
        return tuple(each for each in found if each is not None)
