"""What a report is about, asked once: the same analyses as on the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from analysis.calibration import Calibration, calibrate
from analysis.decided import decided
from analysis.definitions import FILE_NAME, load_definitions
from analysis.definitions.model import Definition, DefinitionsError
from analysis.funnel import Funnel, funnel, funnel_by_month
from analysis.gains import Capture, capture_at
from analysis.judgement import judgement
from analysis.losses import Account, loss_account, loss_cases
from analysis.meeting.alignment import Alignment, alignment
from analysis.meeting.decisions import read_records
from analysis.meeting.ledger import Gain, Outlook, outlook, promised
from analysis.meeting.model import Record
from analysis.overview import Overview, overview
from analysis.ranking import TOP_SHARE
from analysis.reliability import Reliability, reliability
from analysis.replay import pattern_table, score_table
from analysis.rulesets import Ruleset, RulesetError, find_ruleset, list_rulesets, load_ruleset
from analysis.selection import Selection
from analysis.sources import sources
from analysis.swaps import version_swaps
from analysis.verdict import Verdict
from analysis.workbench import move_table
from data.errors import InputError
from data.store import Reader

_MOVE_OF: Final = {"swapped_in": "in", "swapped_out": "out", "stays_in": "stay", "stays_out": "below"}

_FIRST_SQL: Final = "SELECT MIN(created_at) AS first_at FROM prep.leads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What is known of the points: all of one calibration."""

    ruleset: Ruleset
    calibration: Calibration
    verdict: Verdict
    reliability: Reliability
    capture: Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Points under discussion: who changes sides of the threshold, and what they would have brought.

    Attributes
    ----------
    ruleset : Ruleset
        The draft.
    moves : DataFrame
        One row per move at the threshold, as `analysis.workbench.Consequences.swaps`.
    gain : Gain
        As `analysis.meeting.ledger.promised`.
    """

    ruleset: Ruleset
    moves: pd.DataFrame
    gain: Gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A decision with what happened to it, and its promise as it stands now (None where nothing was promised)."""

    record: Record
    outlook: Outlook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything a report shows.

    Attributes
    ----------
    snapshot : int
        State of the history.
    selection : Selection
        What was asked.
    first_on : date
        Day on which the oldest lead was created.
    overview : Overview
        Key numbers and what stands out.
    funnel : Funnel
        Of the leads of the period.
    months : DataFrame
        Of `analysis.funnel.funnel_by_month`, the rows of the outcome.
    sources : DataFrame
        As `analysis.sources.sources`.
    score : Score or None
        None without a ruleset.
    account : Account or None
        None without rules of ours.
    readings : Alignment or None
        As `account`.
    draft : Draft or None
        None when no points are under discussion.
    decisions : tuple of Held
        Newest first; withdrawn ones too.
    broken : tuple of str
        Decisions that cannot be read, and why.
    definitions : tuple of Definition
        What each department means by the terms at the end of the data; empty where nobody wrote it down.
    """

    snapshot: int
    selection: Selection
    first_on: date
    overview: Overview
    funnel: Funnel
    months: pd.DataFrame
    sources: pd.DataFrame
    score: Score | None
    account: Account | None
    readings: Alignment | None
    draft: Draft | None
    decisions: tuple[Held, ...]
    broken: tuple[str, ...]
    definitions: tuple[Definition, ...]


def gather(reader: Reader, selection: Selection, ruleset: Ruleset | None, draft: Ruleset | None = None) -> Findings:
    """Ask the history for everything a report shows.

    Parameters
    ----------
    reader : Reader
        The history; its workspace holds the decisions.
    selection : Selection
        Which leads, and as of when.
    ruleset : Ruleset or None
        The points; None leaves out what is said of a score.
    draft : Ruleset, optional
        Points to hold against them.

    Raises
    ------
    InputError
        If the history has no leads.
    ReplayError
        If the rules ask for what the history does not have.
    """
    first_at = reader.query(_FIRST_SQL)["first_at"].iloc[0]
    if pd.isna(first_at):
        raise InputError(f"{reader.workspace.root}: the history holds no leads; import leads first")
    score = None if ruleset is None else score_of(reader, selection, ruleset)
    months = funnel_by_month(reader, selection)
    account, readings = _of_cases(reader, selection, ruleset)
    decisions, broken = _decisions(reader, selection)
    return Findings(
        snapshot=reader.snapshot,
        selection=selection,
        first_on=first_at.date(),
        overview=overview(reader, selection, None if score is None else score.calibration),
        funnel=funnel(reader, selection),
        months=months[months["stage"] == selection.outcome].reset_index(drop=True),
        sources=sources(reader, selection),
        score=score,
        account=account,
        readings=readings,
        draft=_draft(reader, selection, ruleset, draft),
        decisions=decisions,
        broken=broken,
        definitions=_definitions(reader, selection),
    )


def score_of(reader: Reader, selection: Selection, ruleset: Ruleset) -> Score:
    """Hold the points against what became of the handoffs."""
    result = calibrate(score_table(pattern_table(reader, ruleset, selection), ruleset), ruleset)
    return Score(
        ruleset=ruleset,
        calibration=result,
        verdict=judgement(result, decided(reader, ruleset, selection, dimensions=()), ruleset, selection),
        reliability=reliability(result),
        capture=capture_at(result.scores, max(round(TOP_SHARE * result.ranking.n_leads), 1)),
    )


def newest_draft(reader: Reader, ruleset: Ruleset) -> Ruleset | None:
    """Return the newest draft of a ruleset in the workspace; None when there is none that can be read."""
    drafts = [
        file
        for file in list_rulesets(reader.workspace)
        if file.name == ruleset.id and not file.is_shipped and file.state == "draft" and file.version > ruleset.version
    ]
    try:
        return load_ruleset(max(drafts, key=lambda file: file.version).path) if drafts else None
    except RulesetError:
        return None  # it is being worked on; a report is no place to complain about it


def _of_cases(reader: Reader, selection: Selection, ruleset: Ruleset | None) -> tuple[Account | None, Alignment | None]:
    """Account for the losses and read the rules; the score of another tool has no rules to read."""
    if ruleset is None or ruleset.kind == "score":
        return None, None
    cases = loss_cases(reader, ruleset, selection)
    return loss_account(cases), alignment(cases)


def _draft(reader: Reader, selection: Selection, ruleset: Ruleset | None, draft: Ruleset | None) -> Draft | None:
    if ruleset is None or draft is None or "score" in (ruleset.kind, draft.kind):
        return None
    counts = version_swaps(reader, ruleset, draft, selection).threshold
    counts = counts.assign(move=counts["change"].map(_MOVE_OF)).set_index("move").drop(columns="change")
    return Draft(ruleset=draft, moves=move_table(counts), gain=promised(reader, ruleset, draft, selection))


def _definitions(reader: Reader, selection: Selection) -> tuple[Definition, ...]:
    """Return the definitions in force; none from a file that is being put right."""
    try:
        return load_definitions(reader.workspace.root / FILE_NAME).current(selection.as_of.date())
    except DefinitionsError:
        return ()


def _decisions(reader: Reader, selection: Selection) -> tuple[tuple[Held, ...], tuple[str, ...]]:
    records, broken = read_records(reader.workspace)
    # What was decided after the moment that is looked at does not exist yet.
    known = [record for record in records if record.decision.decided_on <= selection.as_of.date()]
    newest = sorted(known, key=lambda record: (record.decision.decided_on, record.decision.id), reverse=True)
    return tuple(Held(record=record, outlook=_outlook(reader, record, selection)) for record in newest), broken


def _outlook(reader: Reader, record: Record, selection: Selection) -> Outlook | None:
    decision = record.decision
    if decision.promise is None or not decision.ruleset_before or record.withdrawn_on is not None:
        return None
    try:
        pair = [find_ruleset(reader.workspace, name) for name in (decision.ruleset_before, decision.ruleset_after)]
    except RulesetError:
        return None  # its points are gone; the promise stands as it was written
    return outlook(reader, decision, pair[0], pair[1], replace(selection, start=None, end=None))
