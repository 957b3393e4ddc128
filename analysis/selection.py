"""What a person chose to look at: the moment, the period, the sources, the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

DEFAULT_HORIZON_DAYS: Final = 180
"""Half a year: long enough for most B2B deals to close, short enough to learn from last year."""

FIRST_MOMENT: Final = datetime.combine(date.min, time.min)
"""Where a period without a start begins."""

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The part of the history that an analysis is about.

    Attributes
    ----------
    as_of : datetime
        Naive UTC time up to which facts are known; nothing later exists.
    start : date or None
        First day of the period, at midnight UTC. None: from the beginning.
    end : date or None
        First day after the period. None: up to `as_of`.
    sources : tuple of str
        Sources to keep; empty keeps all. The empty string stands for leads
        whose source is unknown.
    horizon_days : int
        Days after the decision in which an outcome counts; at least 1.
    outcome : str
        Stage that counts as success.

    Raises
    ------
    ValueError
        If a value makes no sense; the text says which and why.
    """

    as_of: datetime
    start: date | None = None
    end: date | None = None
    sources: tuple[str, ...] = ()
    horizon_days: int = DEFAULT_HORIZON_DAYS
    outcome: str = "won"

    def __post_init__(self) -> None:
        _check_moment(self.as_of)
        _check_period(self.start, self.end)
        _check_sources(self.sources)
        if isinstance(self.horizon_days, bool) or not isinstance(self.horizon_days, int) or self.horizon_days < 1:
            raise ValueError(f"horizon_days must be a whole number of at least 1, not {self.horizon_days!r}.")
        if not isinstance(self.outcome, str) or not self.outcome:
            raise ValueError(f"outcome must name a stage, for example 'won', not {self.outcome!r}.")

    @property
    def starts_at(self) -> datetime:
        """First moment of the period."""
        return FIRST_MOMENT if self.start is None else datetime.combine(self.start, time.min)

    @property
    def ends_at(self) -> datetime:
        """First moment after the period: never later than just after `as_of`, which itself is still known."""
        after_as_of = self.as_of + _MICROSECOND
        return after_as_of if self.end is None else min(datetime.combine(self.end, time.min), after_as_of)

    @property
    def mature_at(self) -> datetime:
        """Latest moment that has been observed for the whole horizon."""
        return self.as_of - timedelta(days=self.horizon_days)

    def params(self, *names: str) -> dict[str, Any]:
        """Return the values that a statement names with `$`, and only those.

        Parameters
        ----------
        *names : str
            Any of as_of, starts_at, ends_at, mature_at, sources, horizon_days,
            outcome. Engines refuse values that a statement does not use.
        """
        return {name: list(self.sources) if name == "sources" else getattr(self, name) for name in names}


def _check_moment(as_of: datetime) -> None:
    if not isinstance(as_of, datetime):
        raise ValueError(f"as_of must be a datetime, not {as_of!r}.")
    if as_of.tzinfo is not None:
        raise ValueError(f"as_of must be UTC without a time zone, not {as_of.isoformat()}.")


def _check_period(start: date | None, end: date | None) -> None:
    for name, day in (("start", start), ("end", end)):
        if day is not None and (isinstance(day, datetime) or not isinstance(day, date)):
            raise ValueError(f"{name} must be a date without a time, not {day!r}.")
    if start is not None and end is not None and start >= end:
        raise ValueError(f"The period is empty: start {start} must be before end {end}.")


def _check_sources(sources: tuple[str, ...]) -> None:
    # A bare string would silently be taken as one source per letter.
    if not isinstance(sources, tuple) or not all(isinstance(source, str) for source in sources):
        raise ValueError(f"sources must be a tuple of names, not {sources!r}.")
