"""Names of groups of leads, and how leads were counted, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.journey_funnel import JourneyFunnel, Question
from analysis.selection import Selection
from analysis.sources import OTHER
from dashboard import people
from dashboard.texts import Speaker

_WORDS = {"source": "sources", "region": "regions", "origin": "origins", "kind": "touches"}
_VALUES = ("industry", "seniority", "department", "job_title", "campaign", "channel", "content")


def value(field: str, code: str, say: Speaker) -> str:
    """Return the word for a value of an attribute or of a touch; a value of your own speaks for itself."""
    if field in _VALUES:
        return say.word(f"value.{field}", code)
    return say.word(_WORDS[field], code) if field in _WORDS else code


def any_value(code: str, say: Speaker) -> str:
    """Return the word for a value whose attribute is not at hand; one of your own speaks for itself."""
    words = (value(field, code, say) for field in (*_VALUES, "region", "source"))
    return next((word for word in words if word != code), code)


def group_name(dimension: str, group: Any, say: Speaker, n_groups: int = 1) -> str:
    """Return the name of a group of leads; the empty one is unknown."""
    if isinstance(group, pd.Timestamp):
        return say.month(group)
    if group == OTHER:
        return say("sourcing.other", n=n_groups)
    if group in ("", None):
        return say("sources.unknown")
    if dimension in ("is_inbound", "is_online"):
        return say.word(dimension, str(group).lower())
    if dimension == people.OWNER and str(group).startswith("#"):
        return say("handing.person", n=str(group)[1:])
    return value(dimension, str(group), say)


def counting(question: Question, say: Speaker) -> str:
    """Say in one line how leads were counted."""
    parts = [say(f"counting.view.{question.view}"), say(f"counting.mode.{question.mode}")]
    parts += [say("counting.grain.pass")] if question.grain == "pass" else []
    return say("counting.line", parts=say("format.comma").join(parts))


def denominators(result: JourneyFunnel, say: Speaker) -> str:
    """Say what both percentages are shares of."""
    steps = result.steps
    last = say.word("stages", steps["stage"].iloc[-1])
    first = say.word("stages", steps["stage"].iloc[0])
    before = say.word("stages", steps["stage"].iloc[-2])
    values = {"first": first, "last": last, "before": before, "n": say.count(steps["n_first"].iloc[-1])}
    values |= {"n_before": say.count(steps["n_previous"].iloc[-1])}
    return say(f"counting.denominator.{result.first_meaning}", **values)


def changes(result: JourneyFunnel, say: Speaker) -> str:
    """Say how many leads would come to other stages in each of the other modes."""
    mode, rows = result.question.mode, []
    for row in result.changes.itertuples():
        if mode in (row.mode, row.other_mode):
            other = row.other_mode if row.mode == mode else row.mode
            rows.append(say("counting.change", mode=say(f"counting.mode.{other}"), n=say.count(row.n_changed)))
    return say("counting.changes", parts=say("format.separator").join(rows))


def period(selection: Selection, first: pd.Timestamp, say: Speaker) -> str:
    """Return a period as its first and last day."""
    start = selection.start or first
    end = selection.as_of if selection.end is None else pd.Timestamp(selection.end) - pd.Timedelta(days=1)
    return say("leads.from_to", first=say.date(start), last=say.date(min(pd.Timestamp(end), selection.as_of)))
