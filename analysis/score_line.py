"""The score of one lead along time: at each touch, fact, answer and step of decay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from analysis.counters import Questions
from analysis.leads import Lead, read_lead
from analysis.rulesets.columns import Integers, Need
from analysis.rulesets.model import Ruleset
from analysis.rulesets.plain import matches_touch, outside_points, value_holds
from analysis.rulesets.predicates import OPT_OUT, OutsideScore, TouchPredicate
from analysis.rulesets.records import LeadRecord
from analysis.rulesets.scoring import axis_points, grades_of
from data.engine import Engine

CAUSES: Final = ("created", "touch", "fact", "answer", "opt_out", "score", "decay")
"""Why a score may have changed, in the order in which one is named when several come together."""

_DAY_SECONDS: Final = 86400
_EPOCH: Final = datetime(1970, 1, 1)
_Moments: TypeAlias = dict[datetime, str]


def score_line(engine: Engine, ruleset: Ruleset, lead_id: str, until: datetime) -> pd.DataFrame:
    """Follow the score of one lead from its creation on.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        The points.
    lead_id : str
        The lead.
    until : datetime
        Naive UTC time at which the line ends; nothing later counts.

    Returns
    -------
    DataFrame
        One row per moment, ascending: `at`, `cause` (one of `CAUSES`; "decay" is
        the end of a window or a step of a half-life), `score`, `fit`,
        `engagement`, `grade`, `is_gated`. Moments of decay that change nothing
        are left out. The score holds until the next row.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    """
    lead = read_lead(engine, lead_id)
    questions = Questions.of(ruleset)
    causes = _causes(lead, questions, until)
    moments = sorted(causes)
    counts = _counts(questions.needs, lead.record, moments)
    if ruleset.outside is None:
        multiplicity = questions.multiplicity(counts)
    else:
        multiplicity = _outside(ruleset.outside, lead.record, moments)
    line = _line(ruleset, multiplicity, moments, [causes[moment] for moment in moments])
    line["is_gated"] = pd.Series(questions.gated(counts).any(axis=1), dtype="bool")
    shown = ["fit", "engagement", "is_gated"]
    is_changed = (line[shown] != line[shown].shift()).any(axis=1)
    return line[is_changed | (line["cause"] != "decay")].reset_index(drop=True)


def _line(ruleset: Ruleset, multiplicity: Integers, moments: list[datetime], causes: list[str]) -> pd.DataFrame:
    points = axis_points(ruleset, multiplicity)
    return pd.DataFrame(
        {
            "at": pd.Series(moments, dtype="datetime64[us]"),
            "cause": causes,
            "score": points.sum(axis=1),
            "fit": points[:, 0],
            "engagement": points[:, 1],
            "grade": grades_of(ruleset, points),
        }
    )


def _causes(lead: Lead, questions: Questions, until: datetime) -> _Moments:
    """Return every moment at which the score may change, and why."""
    found: _Moments = {}
    for moment, cause in _events(lead, questions):
        if lead.created_at <= moment <= until or cause == "created":
            known = found.get(moment, CAUSES[-1])
            found[moment] = min(known, cause, key=CAUSES.index)
    return found


def _events(lead: Lead, questions: Questions) -> Iterator[tuple[datetime, str]]:
    yield lead.created_at, "created"
    windows = {need.within_days for need in questions.needs if need.within_days is not None}
    for touch in lead.record.touches:
        yield touch.at, "touch"
        for days in windows:
            yield touch.at.replace(microsecond=0) + timedelta(days=days), "decay"
    for value in lead.record.values:
        cause = "opt_out" if value.field == OPT_OUT else "answer" if value.field.startswith("@") else "fact"
        for moment in (value.known_at, value.until_at):
            if moment is not None:
                yield moment, cause
    for score in lead.record.scores:
        yield score.known_at, "score"


def _counts(needs: tuple[Need, ...], record: LeadRecord, moments: list[datetime]) -> Integers:
    counts = np.zeros((len(moments), len(needs)), dtype=np.int64)
    for number, need in enumerate(needs):
        if isinstance(need.predicate, TouchPredicate):
            counts[:, number] = _touch_counts(need, need.predicate, record, moments)
        else:
            counts[:, number] = [value_holds(need.predicate, record, moment)[0] for moment in moments]
    return counts


def _touch_counts(need: Need, predicate: TouchPredicate, record: LeadRecord, moments: list[datetime]) -> Integers:
    times = [touch.at for touch in record.touches if matches_touch(predicate, touch)]
    known = np.searchsorted(_microseconds(times), _microseconds(moments), side="right")
    if need.within_days is None:
        return _capped(known, need.cap)
    # Ages are counted in whole seconds, as the replay counts them.
    gone_at = _microseconds(moments) // 10**6 - need.within_days * _DAY_SECONDS
    gone = np.searchsorted(_microseconds(times) // 10**6, gone_at, side="right")
    return _capped(known - gone, need.cap)


def _capped(counts: Integers, cap: int) -> Integers:
    capped: Integers = np.minimum(counts, cap)
    return capped


def _microseconds(moments: list[datetime]) -> Integers:
    return np.array([(moment - _EPOCH) // timedelta(microseconds=1) for moment in moments], dtype=np.int64)


def _outside(outside: OutsideScore, record: LeadRecord, moments: list[datetime]) -> Integers:
    places, values = [], []
    for axis in outside.axes:
        own = [score for score in record.scores if (score.scorer, score.axis) == (outside.scorer, axis)]
        known_at = _microseconds([score.known_at for score in own])
        places.append(np.searchsorted(known_at, _microseconds(moments), side="right"))
        values.append([score.score for score in own])
    is_scored = np.all(np.array(places) > 0, axis=0)
    points = [
        outside_points(
            outside, sum((own[place[number] - 1] for own, place in zip(values, places, strict=True)), Decimal(0))
        )
        if is_scored[number]
        else outside.low
        for number in range(len(moments))
    ]
    return np.column_stack([(~is_scored).astype(np.int64), np.array(points, dtype=np.int64) - outside.low])
