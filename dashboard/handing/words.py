"""Names of groups, reasons and promises of the page Handoff."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.handoffs.reasons import MISSING
from analysis.handoffs.waits import OTHER
from dashboard.texts import Speaker
from dashboard.wording import group_name


def group_names(dimension: str, groups: Sequence[str], say: Speaker) -> list[str]:
    """Return the names of the values of an attribute.

    Parameters
    ----------
    dimension : str
        One of `analysis.handoffs.rows.DIMENSIONS`.
    groups : sequence of str
        The values to name; people by number, as from `dashboard.loading_people.unnamed`, unless names are asked for.
    say : Speaker
        Gives the words.
    """
    names = []
    for group in groups:
        if group == OTHER:
            names.append(say("handing.others"))
        elif not group:
            names.append(say("handing.unknown"))
        else:
            names.append(_name(dimension, group, say))
    return names


def _name(dimension: str, group: str, say: Speaker) -> str:
    if dimension in ("to_department", "from_department"):
        return say.word("lead_department", group)
    return say.source(group) if dimension == "source" else group_name(dimension, group, say)


def kind_name(kind: str, say: Speaker) -> str:
    """Return the name of a kind of reason; '' is a rejection without one."""
    return say(f"handing.kind.{'none' if kind == MISSING else kind}")


def code_name(code: str, say: Speaker) -> str:
    """Return the name of a reason code; one of your own speaks for itself."""
    return say.word("handing.code", code) if code else say("handing.reasons.unnamed")


def hours(value_in_hours: float, say: Speaker) -> str:
    """Return a time in office hours; what was never observed says so."""
    if value_in_hours != value_in_hours or value_in_hours == float("inf"):
        return say("handing.waiting.beyond")
    return f"{value_in_hours:,.1f}"


def hours_between(low: float, high: float, say: Speaker) -> str:
    """Return an interval of times in office hours."""
    return f"{hours(low, say)}–{hours(high, say)}"


def why_unknown(line: pd.Series, *, contact: bool, answer: bool, attempt: bool, facts: bool, say: Speaker) -> str:
    """Say why nothing can be said about a line of the scorecards: what is not recorded, or not agreed."""
    name = str(line["line"])
    reason = "nothing"
    if name in ("contacted", "contacted_in_time"):
        reason = "no_deadline" if contact else "no_contact"
    elif name in ("answered", "answered_in_time"):
        reason = "no_deadline" if answer else "no_answer"
    elif name == "second_attempts":
        reason = "nothing" if attempt and contact else "no_contact" if attempt else "no_attempt"
    elif name == "facts_known" and not facts:
        reason = "no_facts"
    elif name in ("qualified", "won"):
        reason = "no_stage"
    return say(f"handing.cards.why_{reason}")
