"""Receipts: every point of one lead's score, with the touch or fact it came from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd

from analysis.leads import Lead, read_lead
from analysis.replay import HANDOFF, Decision, ReplayError, lead_moments
from analysis.rulesets.model import Ruleset
from analysis.rulesets.plain import Line, lines_of, shut_gates
from analysis.rulesets.rules import AXES, Band
from analysis.selection import Selection
from data.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How one lead came by its score at one moment.

    Attributes
    ----------
    at : datetime
        Touches, facts, answers and scores at or before it count.
    lines : tuple of Line
        Rules in the order of the file, then limits; their points add up to `score`.
    fit, engagement : int
        Points of each axis.
    grade : str
        Such as A1; empty without a grid.
    gates : tuple of str
        Ids of the gates that were shut.
    """

    ruleset_id: str
    version: int
    lead_id: str
    at: datetime
    lines: tuple[Line, ...]
    score: int
    fit: int
    engagement: int
    grade: str
    band: Band
    gates: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return the lines as a table.

        Returns
        -------
        DataFrame
            One row per line: `rule_id`, `label_ja`, `label_en`, `axis`, `kind`,
            `points`, `multiplicity`, `step`, `tier`, `effect`, `value`,
            `known_at`, `n_touches`, `first_at` and `last_at` (of the touches
            behind it), `touch` and `content` (of the latest of them).
        """
        names = [name for name in Line.__dataclass_fields__ if name != "touches"]
        columns = [*names, "n_touches", "first_at", "last_at", "touch", "content"]
        table = pd.DataFrame([_row(line) for line in self.lines], columns=columns)
        times = dict.fromkeys(("known_at", "first_at", "last_at"), "datetime64[us]")
        return table.astype({"step": "Int64", "tier": "Int64", **times})


def receipt(engine: Engine, ruleset: Ruleset, lead_id: str, at: datetime) -> Receipt:
    """Explain the score that a lead had at a moment.

    Parameters
    ----------
    engine : Engine
        The history.
    ruleset : Ruleset
        The points.
    lead_id : str
        The lead.
    at : datetime
        Naive UTC time; nothing later counts.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    """
    return lead_receipt(read_lead(engine, lead_id), ruleset, at)


def decision_receipt(
    engine: Engine,
    ruleset: Ruleset,
    lead_id: str,
    selection: Selection,
    decision: Decision = HANDOFF,
    pass_no: int | None = None,
) -> Receipt:
    """Explain the score that a lead had at a decision; for one never decided, at its last touch.

    Parameters
    ----------
    pass_no : int or None
        Which pass; None: the latest.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    ReplayError
        If it has no such decision in the selection.
    """
    lead = read_lead(engine, lead_id)
    moments = lead_moments(engine, lead.lead_no, selection, decision)
    if pass_no is not None:
        moments = moments[moments["pass_no"] == pass_no]
    if moments.empty:
        which = "decision" if pass_no is None else f"pass {pass_no}"
        raise ReplayError(f'lead "{lead_id}" has no {which} in this selection; choose another period or pass')
    return lead_receipt(lead, ruleset, pd.Timestamp(moments["decided_at"].iloc[-1]).to_pydatetime())


def lead_receipt(lead: Lead, ruleset: Ruleset, at: datetime) -> Receipt:
    """Explain the score of a lead that was read already; see `receipt`."""
    lines = lines_of(ruleset, lead.record, at)
    fit, engagement = (sum(line.points for line in lines if line.axis == axis) for axis in AXES)
    return Receipt(
        ruleset_id=ruleset.id,
        version=ruleset.version,
        lead_id=lead.lead_id,
        at=at,
        lines=lines,
        score=fit + engagement,
        fit=fit,
        engagement=engagement,
        grade="" if ruleset.grid is None else ruleset.grid.grade_of(fit, engagement),
        band=ruleset.band_of(fit + engagement),
        gates=shut_gates(ruleset, lead.record, at),
    )


def _row(line: Line) -> dict[str, object]:
    row: dict[str, object] = {name: value for name, value in asdict(line).items() if name != "touches"}
    row |= {"n_touches": len(line.touches), "first_at": None, "last_at": None, "touch": None, "content": None}
    if line.touches:
        last = line.touches[0]
        row |= {"first_at": line.touches[-1].at, "last_at": last.at, "touch": last.kind, "content": last.content}
    return row
