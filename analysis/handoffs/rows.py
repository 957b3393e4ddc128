"""The handoffs of a period in numbers: one row each, from which every question of the page is counted.

Who handed over, when, how long it took the office to call and to answer: a few small
numbers per handoff, asked for once. What follows are sums over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.funnel import stage_table
from analysis.handoffs.agreement import Agreement
from analysis.handoffs.office import Office, office
from analysis.handoffs.reasons import kind_of
from analysis.matching import Mask
from analysis.overview import compared_periods
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

UNANSWERED, ACCEPTED, REJECTED = 0, 1, 2
"""Values of `answer_no`."""

DIMENSIONS: Final = ("to_department", "from_department", "region", "owner", "source")
"""What handoffs can be told apart by."""

SALES: Final = ("sales", "field_sales")
"""Departments that find leads themselves: their handoffs are no promise of marketing."""

ATTEMPT_DAYS: Final = 30
"""For so long after the handoff sales has time to try again."""

QUALIFIED: Final = "sales_qualified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The handoffs of a period, and those of the period before it.

    Attributes
    ----------
    table : DataFrame
        One row per handoff, in the order of the leads: `decision_no`, `lead_no`, `pass_no`,
        `handed_off_at`, `is_current` (of the period; False: of the one before), `answer_no`,
        `turn_no` (1 for the first handoff of a lead), `earlier_at`, `earlier_answer_no`,
        `earlier_reason` (of the handoff before; a code of `labels["reason"]`),
        `next_handed_off_at` (NaT when it did not come back), a code of `labels` for each of
        `DIMENSIONS` and `reason`; in office hours `contact_hours` (handoff to first contact, NaN
        without one), `contact_seen_hours` (as long as anybody could see it wait for one: to the
        rejection, or to as_of), `open_hours` (to as_of), `answer_hours` (NaN without an answer,
        or one without a time).
    labels : dict of tuples of str
        Names of the codes; '' is unknown.
    kinds : tuple of str
        Kind of fault of each code of `labels["reason"]`; see `reasons.kind_of`.
    is_contact_recorded, is_answer_recorded, is_attempt_recorded : bool
        Whether the history has any first contact, any time of an answer, any call or mail. If
        not, nothing is known about them: nobody failed.
    has_previous : bool
        Whether there is a period before.
    starts_at, ends_at, previous_starts_at : datetime
        The periods, as `analysis.overview.compared_periods`.
    agreement : Agreement
        What was agreed.
    selection : Selection
        What was asked.
    """

    table: pd.DataFrame
    labels: Mapping[str, tuple[str, ...]]
    kinds: tuple[str, ...]
    is_contact_recorded: bool
    is_answer_recorded: bool
    is_attempt_recorded: bool
    has_previous: bool
    starts_at: datetime
    ends_at: datetime
    previous_starts_at: datetime
    agreement: Agreement
    selection: Selection

    @property
    def is_current(self) -> Mask:
        """Which rows are of the period; shape (n,)."""
        return self.table["is_current"].to_numpy(dtype=bool)

    def column(self, name: str) -> NDArray[Any]:
        """Return one column as an array."""
        return self.table[name].to_numpy()

    @property
    def is_own(self) -> Mask:
        """Which leads sales found themselves; shape (n,)."""
        codes = [code for code, label in enumerate(self.labels["from_department"]) if label in SALES]
        return np.asarray(np.isin(self.column("from_department"), codes), dtype=bool)

    def is_kind(self, kind: str) -> Mask:
        """Which handoffs were rejected for a kind of reason; shape (n,)."""
        codes = [code for code, name in enumerate(self.kinds) if name == kind]
        is_kind = np.isin(self.column("reason"), codes) & (self.column("answer_no") == REJECTED)
        return np.asarray(is_kind, dtype=bool)


def handed_over(engine: Engine, selection: Selection, agreement: Agreement) -> Handed:
    """Ask the history for the handoffs of a period and of the one before it.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start` and `end` choose when leads were handed over.
    agreement : Agreement
        Whose holidays count, and what reasons mean.
    """
    period = compared_periods(selection)
    params = {**period, **selection.params("as_of", "sources")}
    labels = engine.query(sql_text("handed_labels"), selection.params("as_of"))
    table = engine.query(sql_text("handed_rows"), params, {"labels": labels})
    recorded = engine.query(sql_text("handed_recorded"), selection.params("as_of")).iloc[0]
    names = {str(name): tuple(part["label"]) for name, part in labels.groupby("dimension")}
    return Handed(
        table=_with_hours(table, selection, agreement),
        labels=names,
        kinds=tuple(kind_of(code, agreement.reasons) for code in names["reason"]),
        is_contact_recorded=bool(recorded["has_contacts"]),
        is_answer_recorded=bool(recorded["has_answers"]),
        is_attempt_recorded=bool(recorded["has_attempts"]),
        has_previous=period["previous_starts_at"] < period["starts_at"],
        agreement=agreement,
        selection=selection,
        **period,
    )


def _with_hours(table: pd.DataFrame, selection: Selection, agreement: Agreement) -> pd.DataFrame:
    handed, contacted, answered = (
        table[name].to_numpy(dtype="datetime64[us]") for name in ("handed_off_at", "contacted_at", "answered_at")
    )
    as_of = np.array([selection.as_of], dtype="datetime64[us]")
    clock: Office = office([handed, contacted, answered, as_of], agreement.country)
    is_rejected = (table["answer_no"] == REJECTED).to_numpy() & ~np.isnat(answered)
    # What came before the handoff took no time.
    hours = {
        "contact_hours": np.maximum(clock.hours(handed, contacted), 0),
        "answer_hours": np.maximum(clock.hours(handed, answered), 0),
        "open_hours": clock.hours(handed, as_of),
        "contact_seen_hours": np.maximum(clock.hours(handed, np.where(is_rejected, answered, as_of)), 0),
    }
    return table.drop(columns=["contacted_at", "answered_at"]).assign(**hours)


def outcomes(engine: Engine, handed: Handed, stage: str | None = None) -> NDArray[np.int8]:
    """Return what became of each handoff, as a place in `analysis.patterns.GROUPS`; shape (n,).

    -1 where nothing can be said: of leads created later, or when the history has no such stage.

    Parameters
    ----------
    engine : Engine
        The history.
    handed : Handed
        From `handed_over`.
    stage : str or None
        What counts as success; None: the outcome of the selection.
    """
    stages = stage_table(engine).set_index("stage")["position"]
    wanted = handed.selection.outcome if stage is None else stage
    if wanted not in stages.index:
        return np.full(len(handed.table), -1, dtype=np.int8)
    params = {
        **handed.selection.params("as_of", "sources", "mature_at", "horizon_days"),
        "starts_at": handed.previous_starts_at,
        "ends_at": handed.ends_at,
        "outcome_position": int(stages[wanted]),
    }
    found = engine.query(sql_text("handed_outcomes"), params)
    return _aligned(handed.table, found, "outcome_no", -1).astype(np.int8)


def attempts(engine: Engine, handed: Handed) -> NDArray[np.int32]:
    """Return how often sales called or wrote after the first contact, within `ATTEMPT_DAYS`; shape (n,)."""
    params = {
        **handed.selection.params("as_of"),
        "previous_starts_at": handed.previous_starts_at,
        "ends_at": handed.ends_at,
        "attempt_days": ATTEMPT_DAYS,
    }
    found = engine.query(sql_text("handed_attempts"), params)
    return _aligned(handed.table, found, "n_attempts", 0).astype(np.int32)


def _aligned(table: pd.DataFrame, found: pd.DataFrame, column: str, otherwise: int) -> NDArray[np.int64]:
    """Put the values of other rows, in the order of `decision_no`, beside those of the table."""
    known = found["decision_no"].to_numpy(dtype=np.int64)
    wanted = table["decision_no"].to_numpy(dtype=np.int64)
    if not len(known):
        return np.full(len(wanted), otherwise, dtype=np.int64)
    place = np.clip(np.searchsorted(known, wanted), 0, len(known) - 1)
    return np.where(known[place] == wanted, found[column].to_numpy(dtype=np.int64)[place], otherwise)
