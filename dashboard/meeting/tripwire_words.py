"""Tripwires in words: what was agreed, and where it stands."""

from __future__ import annotations

from typing import Any

from analysis.meeting.tripwires import CONTACT_HOURS, Reading, Tripwire
from dashboard.texts import Speaker


def agreed(wire: Tripwire, say: Speaker, horizon_days: int) -> str:
    """Say what was agreed."""
    limit = say.percent(wire.limit, 0) if wire.is_rate else say.count(wire.limit)
    side = "below" if wire.is_below else "above"
    return say(
        f"tripwire.{side}",
        metric=say(f"tripwire.metric.{wire.metric}", days=horizon_days, hours=CONTACT_HOURS),
        limit=limit,
        months=say("tripwire.one_month") if wire.months == 1 else say("tripwire.n_months", n=wire.months),
    )


def sentence(reading: Reading, say: Speaker, horizon_days: int) -> str:
    """Say where a tripwire stands, with the months it was judged by."""
    months = say("format.comma").join(_month(row, reading, say) for row in reading.months.itertuples())
    key: str = reading.state
    if reading.state == "fired":
        key = "fired_count" if not reading.tripwire.is_rate else "fired_certain" if reading.is_certain else "fired"
    return say(
        f"tripwire.state.{key}",
        what=agreed(reading.tripwire, say, horizon_days),
        months=months or say("tripwire.no_months"),
    )


def _month(row: Any, reading: Reading, say: Speaker) -> str:
    if not row.is_enough:
        return say("tripwire.month_few", month=say.month(row.month), n=say.count(row.n))
    if not reading.tripwire.is_rate:
        return say("tripwire.month_count", month=say.month(row.month), n=say.count(row.n))
    return say(
        "tripwire.month_rate",
        month=say.month(row.month),
        rate=say.percent(row.value),
        low_high=say.interval(row.low, row.high),
        n=say.count(row.n),
    )
