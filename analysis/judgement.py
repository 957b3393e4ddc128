"""What may be said of a score, from all that is known: the one verdict of pages, command line and report."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import Final

import pandas as pd

from analysis.calibration import Calibration
from analysis.decided import Decided
from analysis.drift import LANDMARK_DAYS, SCORE
from analysis.latest_drift import LatestDrift, latest_drift
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from analysis.verdict import Reason, Verdict, verdict

N_NAMED: Final = 3
"""Rules that are named, those that moved most first."""


def judgement(result: Calibration, decisions: Decided, ruleset: Ruleset, selection: Selection) -> Verdict:
    """Judge a score by its calibration, and by whether the latest leads are still like those it rests on.

    Parameters
    ----------
    result : Calibration
        Of the ruleset.
    decisions : Decided
        The decisions of the same selection, replayed for the ruleset.
    ruleset : Ruleset
        The points.
    selection : Selection
        What both were computed for.

    Raises
    ------
    ValueError
        If the decisions were replayed for other rules.

    Notes
    -----
    Where nothing can be said of the score at all, nothing is said of drift.
    """
    found = verdict(result, selection)
    if found.state == "cannot_say":
        return found
    reason = drift_reason(latest_drift(decisions, ruleset, selection), selection)
    return found if reason is None else verdict(result, selection, [reason])


def drift_reason(found: LatestDrift, selection: Selection) -> Reason | None:
    """Return the drift of the latest months as a reason against relying on a score; None when nothing moved.

    Notes
    -----
    `values` holds `month` (the first that is different), `is_lasting`, `rules`
    with `is_more` (the rules that moved most, and whether they give more points
    than before), and `known_on`: from then on the outcomes of the leads of that
    month are known. Code "scores_rose" or "scores_fell" when the score as a whole
    moved up or down, else "rules_moved": so, too, where another tool gave hardly any
    of these leads a score.
    """
    moved = found.moved
    if not moved:
        return None
    rules = [each for each in moved if each.rule_id != SCORE][:N_NAMED]
    code, first = "rules_moved", min(moved, key=lambda each: each.month)
    whole = moved[0]
    if whole.rule_id == SCORE and whole.points != whole.points_before and isfinite(whole.points - whole.points_before):
        code = "scores_rose" if whole.points > whole.points_before else "scores_fell"
    known_at = first.month + pd.DateOffset(months=1) + timedelta(days=LANDMARK_DAYS + selection.horizon_days)
    values = {
        "month": first.month.date(),
        "is_lasting": first.is_lasting,
        "rules": tuple(each.rule_id for each in rules),
        "is_more": tuple(each.points > each.points_before for each in rules),
        "known_on": known_at.date(),
    }
    return Reason(code=code, level="caution", values=values)
