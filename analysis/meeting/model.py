"""What a decision of the meeting is, its promise, and its review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from data.errors import LeadcalError

Verdict: TypeAlias = Literal["kept", "better", "broken", "unclear", "too_early"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


class DecisionError(LeadcalError):
    """A decision cannot be read or written. `str()` is one line that says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What other points should bring, on the same leads.

    Attributes
    ----------
    outcome : str
        Stage that counts as success.
    horizon_days : int
        Days after the handoff in which it counts.
    rate_before, rate_after : float
        Share that reaches it among leads at or above the threshold, with the points
        before and after.
    gain, low, high : float
        `rate_after` - `rate_before`, and its 95 % interval.
    """

    outcome: str
    horizon_days: int
    rate_before: float
    rate_after: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the meeting decided.

    Attributes
    ----------
    id : str
        Name of the file without its ending; empty before it is written.
    title, why : str
        In the words of the meeting.
    decided_on, in_force_from, review_on : date
        Day of the meeting, first day on which it holds, and day on which it is reviewed.
    marketing, sales : tuple of str
        Who agreed, from each department; at least one each.
    ruleset_before, ruleset_after : str
        As `name@version`; both empty when the points stay as they are.
    snapshot : int
        State of the history that was looked at; it is kept.
    as_of : datetime
        End of the data (UTC) that was looked at.
    evidence : str
        Address of the page that convinced the meeting.
    promise : Promise or None
        What it should bring.
    """

    title: str
    why: str
    decided_on: date
    in_force_from: date
    review_on: date
    marketing: tuple[str, ...]
    sales: tuple[str, ...]
    snapshot: int
    as_of: datetime
    ruleset_before: str = ""
    ruleset_after: str = ""
    evidence: str = ""
    promise: Promise | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What became of a promise.

    Attributes
    ----------
    decision_id : str
        Which decision.
    reviewed_on : date
        Day of the meeting.
    verdict : str
        One of `VERDICTS`.
    snapshot : int
        State of the history that was looked at.
    gain, low, high : float
        As found; see `Promise`.
    note : str
        What the meeting said about it.
    """

    decision_id: str
    reviewed_on: date
    verdict: Verdict
    snapshot: int
    gain: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A decision with what happened to it: its review, or the day on which it was taken back."""

    decision: Decision
    review: Review | None = None
    withdrawn_on: date | None = None

    def is_due(self, today: date) -> bool:
        """Whether its review is due on `today` and was not held yet."""
        is_open = self.review is None and self.withdrawn_on is None and self.decision.promise is not None
        return is_open and self.decision.review_on <= today
