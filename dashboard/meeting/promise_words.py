"""A promise, and what came of it, in sentences."""

from __future__ import annotations

from datetime import date

from analysis.intervals import MIN_N
from analysis.meeting.ledger import Gain, Outlook
from analysis.meeting.measures import Measure
from analysis.meeting.model import Promise, Record
from dashboard.texts import Speaker


def measure(found: Measure | Promise, say: Speaker) -> str:
    """Name what a promise is judged by."""
    return say("decide.measure", stage=say.word("stages", found.outcome), days=found.horizon_days)


def offered(gain: Gain, chosen: Measure, say: Speaker) -> str:
    """Say what other points would have brought, before it is promised."""
    if not gain.is_enough:
        return say("decide.too_few", n=say.count(min(gain.n_before, gain.n_after)), least=MIN_N)
    values = {
        "measure": measure(chosen, say),
        "before": say.percent(gain.rate_before),
        "after": say.percent(gain.rate_after),
        "n_before": say.count(gain.n_before),
        "n_after": say.count(gain.n_after),
        "gain": say.points(gain.gain),
        "low": say.points(gain.low),
        "high": say.points(gain.high),
    }
    key = "more" if gain.low > 0 else "less" if gain.high < 0 else "either"
    return say("format.sentences", first=say("decide.offer", **values), second=say(f"decide.offer_{key}"))


def change(gain: float, low: float, high: float, say: Speaker) -> str:
    """Write a gain with its interval, in percentage points."""
    return say("ledger.change", gain=say.points(gain), low=say.points(low), high=say.points(high))


def promised(promise: Promise | None, say: Speaker) -> str:
    """Write what was promised."""
    if promise is None:
        return say("ledger.no_promise")
    return say(
        "ledger.promise",
        change=change(promise.gain, promise.low, promise.high, say),
        measure=measure(promise, say),
    )


def actual(record: Record, outlook: Outlook | None, say: Speaker) -> str:
    """Write what came: as reviewed, else as it looks now."""
    if record.review is not None:
        return change(record.review.gain, record.review.low, record.review.high, say)
    if outlook is None or outlook.verdict == "too_early":
        return say("ledger.nothing_yet")
    return say(
        "ledger.actual",
        change=change(outlook.found.gain, outlook.found.low, outlook.found.high, say),
        n=say.count(outlook.found.n_after),
    )


def verdict(record: Record, outlook: Outlook | None, say: Speaker) -> str:
    """Say whether a promise was kept, and when that can be said."""
    if record.withdrawn_on is not None:
        return say("ledger.withdrawn", date=say.short_date(record.withdrawn_on))
    if record.review is not None:
        word = say(f"ledger.verdict.{record.review.verdict}")
        return say("ledger.reviewed", verdict=word, date=say.short_date(record.review.reviewed_on))
    if record.decision.promise is None:
        return say("ledger.no_verdict")
    if outlook is None:
        return say("ledger.lost")
    if outlook.verdict == "too_early":
        n = min(outlook.found.n_before, outlook.found.n_after)
        if n:
            return say("ledger.few", n=say.count(n), least=MIN_N)
        return say("ledger.early", date=say.short_date(outlook.mature_on))
    return say("ledger.so_far", verdict=say(f"ledger.verdict.{outlook.verdict}"))


def about(record: Record, outlook: Outlook, say: Speaker) -> str:
    """Say in a sentence how a promise fared and how that was compared."""
    found = outlook.found
    return say(
        f"ledger.about.{outlook.verdict}",
        date=say.date(outlook.mature_on),
        review=say.date(record.decision.review_on),
        before=say.percent(found.rate_before),
        after=say.percent(found.rate_after),
        n_before=say.count(found.n_before),
        n_after=say.count(found.n_after),
    )


def due(record: Record, today: date, say: Speaker) -> str:
    """Say when the review is due."""
    key = "due_now" if record.is_due(today) else "due_on"
    return say(f"ledger.{key}", date=say.date(record.decision.review_on))
