"""Which deadline holds for which handoff, and who agreed on it.

The first contact: the shorter of what the band of the lead and the company's own
handoff rules say; or else `contact_hours` of the agreement; or else the days of the
receiving department's stage. The answer: `feedback_hours` of the agreement, or else
the days of that stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.handoffs.office import office_deadline
from analysis.handoffs.rows import Handed
from analysis.intervals import Floats
from analysis.matching import Mask
from analysis.routing.model import HandoffRules
from analysis.rulesets.model import Ruleset
from analysis.sqlfiles import sql_text
from data.engine import Engine

ACCEPTED_STAGE: Final = "sal"
"""Where sales answers: its days hold for departments without a stage of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One agreed deadline.

    Attributes
    ----------
    wait : {"contact", "answer"}
        What it is for.
    origin : {"band", "rule", "agreement", "stage"}
        Who says so.
    name_ja, name_en : str
        Name of the band or the rule, code of the stage; empty for the agreement.
    hours : float
        As it was agreed.
    office_hours : float
        See `office.office_deadline`.
    """

    wait: Literal["contact", "answer"]
    origin: Literal["band", "rule", "agreement", "stage"]
    name_ja: str = ""
    name_en: str = ""
    hours: float
    office_hours: float


def limits(
    engine: Engine, handed: Handed, ruleset: Ruleset, routing: HandoffRules, score: Floats, holds: Mask
) -> tuple[dict[str, Floats], tuple[Deadline, ...]]:
    """Return the office hours that each handoff left, and where they come from.

    Parameters
    ----------
    engine, handed, ruleset, routing
        As for `judged.judge`.
    score : array of shape (n,)
        Points at the handoff; NaN where there were none.
    holds : boolean array of shape (n, n_rules)
        Which of the company's own handoff rules hold.
    """
    of_stage, stage_deadlines = _of_stages(engine, handed)
    agreed = {"contact": handed.agreement.contact_hours, "answer": handed.agreement.feedback_hours}
    found, deadlines = {}, []
    for wait, hours in agreed.items():
        own = np.full(len(score), np.nan)
        if wait == "contact":
            of_band, band_deadlines = _of_bands(ruleset, score)
            of_rule, rule_deadlines = _of_rules(handed, routing, holds)
            own = np.fmin(of_band, of_rule)
            deadlines += [*band_deadlines, *rule_deadlines]
        otherwise = of_stage if hours is None else np.full(len(score), office_deadline(hours))
        found[wait] = np.where(np.isnan(own), otherwise, own)
        deadlines += [_deadline(wait, "agreement", hours)] if hours else [replaced(d, wait) for d in stage_deadlines]
    return found, tuple(deadlines)


def replaced(deadline: Deadline, wait: str) -> Deadline:
    """Return the same deadline for another wait."""
    return _deadline(wait, deadline.origin, deadline.hours, deadline.name_ja, deadline.name_en)


def _deadline(wait: str, origin: str, hours: float, name_ja: str = "", name_en: str = "") -> Deadline:
    return Deadline(
        wait=wait, origin=origin, name_ja=name_ja, name_en=name_en, hours=hours, office_hours=office_deadline(hours),  # type: ignore[arg-type]
    )  # fmt: skip


def _of_bands(ruleset: Ruleset, score: Floats) -> tuple[Floats, list[Deadline]]:
    found = np.full(len(score), np.nan)
    for lowest in ruleset.bands:
        # Bands ascend, so a higher one takes over what reaches it; below the lowest it is the lowest.
        is_in = score >= lowest.threshold if lowest is not ruleset.bands[0] else ~np.isnan(score)
        found[is_in] = np.nan if lowest.deadline_hours is None else office_deadline(lowest.deadline_hours)
    bands = [band for band in ruleset.bands if band.deadline_hours is not None]
    return found, [
        _deadline("contact", "band", float(band.deadline_hours or 0), band.name_ja, band.name_en) for band in bands
    ]


def _of_rules(handed: Handed, routing: HandoffRules, holds: Mask) -> tuple[Floats, list[Deadline]]:
    """Return the shortest deadline of the rules that hold and whose department is the receiver."""
    found = np.full(len(holds), np.nan)
    receivers = np.array(handed.labels["to_department"], dtype=object)[handed.column("to_department")]
    own = [] if routing.is_shipped else list(enumerate(routing.rules))
    timed = [(number, rule) for number, rule in own if rule.deadline_hours is not None]
    for number, rule in timed:
        hours = office_deadline(float(rule.deadline_hours or 0))
        is_meant = holds[:, number] & np.isin(receivers, [rule.owner, ""])
        found = np.where(is_meant, np.fmin(found, hours), found)
    return found, [
        _deadline("contact", "rule", float(rule.deadline_hours or 0), rule.label_ja, rule.label_en) for _, rule in timed
    ]


def _of_stages(engine: Engine, handed: Handed) -> tuple[Floats, list[Deadline]]:
    stages = engine.query(sql_text("stage_deadlines"))
    accepted = stages[stages["stage"] == ACCEPTED_STAGE]
    hours, used = [], []
    for department in handed.labels["to_department"]:
        own = stages[stages["department"] == department]
        row = own.iloc[0] if len(own) else accepted.iloc[0] if len(accepted) else None
        hours.append(np.nan if row is None else office_deadline(24 * float(row["sla_days"])))
        used += [] if row is None or not department else [(str(row["stage"]), 24 * float(row["sla_days"]))]
    deadlines = [_deadline("contact", "stage", days, stage, stage) for stage, days in dict.fromkeys(used)]
    return np.array(hours)[handed.column("to_department")], deadlines
