"""Which meeting comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from analysis.meeting.agenda import Meeting


def next_meeting(meetings: Sequence[Meeting], today: date) -> Meeting | None:
    """Return the meeting that comes next, today's included; None when none is prepared."""
    coming = [meeting for meeting in meetings if meeting.held_on >= today]
    return min(coming, key=lambda meeting: meeting.held_on, default=None)
