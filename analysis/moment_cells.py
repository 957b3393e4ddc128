"""What was known at moments that were not prepared at import: touches and attribute values, by lead.

The engine gives them lead by lead. Which of them a moment knew is told here, from arrays
by lead: joined in the engine with a million moments, they cost twice as much (docs/adr/0008).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.sqlfiles import sql_text
from data.engine import Engine

Batch: TypeAlias = Mapping[str, NDArray[Any]]

_LAST_LEAD: Final = "SELECT COALESCE(MAX(prep.leads.lead_no), 0) AS lead_no FROM prep.leads"
_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US
_NEVER: Final = -(2**62)


def numbered(moments: pd.DataFrame) -> pd.DataFrame:
    """Number moments from 1 in the order of their leads, and of the turns of a lead; adds `moment_no`."""
    keys = [moments[name].to_numpy() for name in ("turn_no", "lead_no")]
    rows = moments.drop(columns="turn_no").take(np.lexsort(keys)).reset_index(drop=True)
    return rows.assign(moment_no=np.arange(1, len(rows) + 1, dtype=np.int32))


def cells_by_lead(engine: Engine, moments: pd.DataFrame, rules: Mapping[str, pd.DataFrame]) -> Iterator[Batch]:
    """Give `moment_no` and `cell` of all that moments knew.

    Parameters
    ----------
    engine : Engine
        The history.
    moments : DataFrame
        As from `numbered`.
    rules : mapping from str to DataFrame
        As of `analysis.layouts.Cells`.
    """
    of_leads = LeadMoments.of(moments, int(engine.query(_LAST_LEAD)["lead_no"].iloc[0]) + 1)
    touch_rules, value_rules = {"touch_rules": rules["touch"]}, {"value_rules": rules["value"]}
    yield from of_leads.touch_cells(engine.stream(sql_text("lead_touch_cells"), None, touch_rules))
    yield from of_leads.value_cells(engine.stream(sql_text("lead_value_cells"), None, value_rules))
    yield from of_leads.fact_cells(engine.stream(sql_text("fact_cells"), None, value_rules))


@dataclass(frozen=True, slots=True)
class LeadMoments:
    """The moments of each lead.

    Attributes
    ----------
    first, n : arrays of shape (n_leads,)
        Number of the first moment of a lead, 0 without one, and how many it has; the others follow.
    decided_us : array of shape (n_moments + 1,)
        Time of each moment in microseconds; 0 is no moment.
    full_second_us : array of shape (n_moments + 1,)
        The last microsecond of the second of each moment. Ages are whole days between
        whole seconds, as in the prepared tables: what passed until then, divided once.
    """

    first: NDArray[np.int32]
    n: NDArray[np.int32]
    decided_us: NDArray[np.int64]
    full_second_us: NDArray[np.int64]

    @classmethod
    def of(cls, moments: pd.DataFrame, n_leads: int) -> LeadMoments:
        """Arrange moments from `numbered`; leads are numbered from 0 to n_leads - 1."""
        n = np.bincount(moments["lead_no"], minlength=n_leads).astype(np.int32)
        first = np.where(n > 0, np.cumsum(n) - n + 1, 0).astype(np.int32)
        decided_us = np.concatenate([[_NEVER], _us(moments["decided_at"].to_numpy())])
        return cls(first, n, decided_us, decided_us // _SECOND_US * _SECOND_US + _SECOND_US - 1)

    def touch_cells(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Give `moment_no` and `cell` of the touches each moment knew.

        Parameters
        ----------
        batches : iterable of mappings
            As from lead_touch_cells.sql: `lead_no`, `touched_at`, `first_cell`, `oldest_days`.
        """
        for batch, all_moments in self._turns(batches):
            touched_us = _us(batch["touched_at"])
            # Known and unknown touches alternate: places are taken several times as fast as by a mask.
            known = np.flatnonzero(touched_us <= self.decided_us[all_moments])
            moment_no = all_moments[known]
            age_days = (self.full_second_us[moment_no] - touched_us[known]) // _DAY_US
            cell = batch["first_cell"][known] + np.minimum(age_days, batch["oldest_days"][known])
            yield {"moment_no": moment_no, "cell": cell}

    def value_cells(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Give `moment_no` and `cell` of the attribute values that every moment of a lead knew.

        Parameters
        ----------
        batches : iterable of mappings
            As from lead_value_cells.sql: `lead_no`, `cell`.
        """
        for batch, moment_no in self._turns(batches):
            is_moment = moment_no > 0
            yield {"moment_no": moment_no[is_moment], "cell": batch["cell"][is_moment]}

    def fact_cells(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Give `moment_no` and `cell` of the dated attribute values each moment knew.

        Parameters
        ----------
        batches : iterable of mappings
            As from fact_cells.sql: `lead_no`, `cell`, `known_at`, `until_at`.
        """
        for batch, moment_no in self._turns(batches):
            decided_us = self.decided_us[moment_no]
            is_known = (_us(batch["known_at"]) <= decided_us) & (decided_us < _us(batch["until_at"]))
            yield {"moment_no": moment_no[is_known], "cell": batch["cell"][is_known]}

    def _turns(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, NDArray[np.int32]]]:
        """Give the rows of each batch once per moment of their lead, with its number; 0 where the lead has none."""
        for batch in batches:
            # Most leads have one moment: the first turn is for all, which spares a copy of every column.
            yield batch, self.first[batch["lead_no"]]
            n, turn, rows = self.n[batch["lead_no"]], 1, batch
            while (has_turn := n > turn).any():
                rows, n = {name: column[has_turn] for name, column in rows.items()}, n[has_turn]
                yield rows, self.first[rows["lead_no"]] + np.int32(turn)
                turn += 1


def _us(times: NDArray[Any]) -> NDArray[np.int64]:
    return times.astype("datetime64[us]", copy=False).view(np.int64)
