"""Twins: for a high score that lost, the winners most like it at the handoff, and what differed.

Likeness is that of Gower [1]_: the mean of four distances between 0 and 1, of what is known, of
what was done, of the score and of the time the lead had been known. Nothing after
the handoff makes two leads alike; how they were called is among what may differ.

References
----------
.. [1] J. C. Gower. "A general coefficient of similarity and some of its properties".
   Biometrics 27(4), 1971. doi:10.2307/2528823
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decided import OTHER
from analysis.intervals import Floats
from analysis.losses.cases import Cases
from analysis.losses.facts import FACTS, Facts, touch_counts
from data.engine import Engine

N_TWINS: Final = 3

MAX_WINNERS: Final = 50_000
"""More winners than this give no nearer ones that matter: the latest are taken."""

UNKNOWN_DISTANCE: Final = 0.5
"""Between a known value and an unknown one, which may be the same or not."""

_DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Winners:
    """The winners that a lost case may be compared with.

    Attributes
    ----------
    rows : array of shape (n_winners,)
        Their rows among the cases.
    touches : DataFrame
        One row per winner and one column per kind of touch: how often by the handoff.
    """

    rows: NDArray[np.intp]
    touches: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """A lost case and the winners most like it.

    Attributes
    ----------
    cases : DataFrame
        The lost case first, then its twins, the nearest first: `lead_id`, `pass_no`,
        `decided_at`, `score`, `handling`, `wait_hours`, `reason`, `is_won`, `age_days` (since
        the lead was created) and `distance` (0 alike to 1; 0 for the case itself).
    aspects : DataFrame
        One row per thing that may differ: `group` ("fact", "touch", "score", "age",
        "handling", "wait"), `name`, `values` (one per row of `cases`: label, or number), `n_differ` (twins
        that differ from the lost case).
    n_winners : int
        Winners that were looked at.
    """

    cases: pd.DataFrame
    aspects: pd.DataFrame
    n_winners: int

    @property
    def differences(self) -> pd.DataFrame:
        """What at least one twin had otherwise."""
        return self.aspects[self.aspects["n_differ"] > 0].reset_index(drop=True)


def winners(engine: Engine, cases: Cases) -> Winners:
    """Return the winners among the cases, and what they had done by their handoff."""
    rows = np.flatnonzero(cases.table["is_won"].to_numpy(dtype=bool))
    if len(rows) > MAX_WINNERS:
        latest = np.argsort(cases.table["decided_at"].to_numpy()[rows], kind="stable")[-MAX_WINNERS:]
        rows = np.sort(rows[latest])
    return Winners(rows=rows, touches=touch_counts(engine, cases, rows) if len(rows) else pd.DataFrame())


def lost_cases(cases: Cases) -> NDArray[np.intp]:
    """Return the rows of the high scores of the period that lost, the latest first."""
    rows = np.flatnonzero(cases.is_account & ~cases.table["is_won"].to_numpy(dtype=bool))
    return np.asarray(rows[np.argsort(cases.table["decided_at"].to_numpy()[rows], kind="stable")[::-1]])


def twins(engine: Engine, cases: Cases, facts: Facts, known: Winners, row: int, n_twins: int = N_TWINS) -> Twins:
    """Find the winners most like a case.

    Parameters
    ----------
    engine : Engine
        The history.
    cases, facts
        The handoffs, and what was believed of them.
    known : Winners
        Of the same cases.
    row : int
        Row of the lost case.
    n_twins : int
        How many winners to return; another handoff of the same lead is none.
    """
    own = touch_counts(engine, cases, np.array([row]))
    touches = pd.concat([own, known.touches]).fillna(0).astype("int64")
    rows = np.concatenate([[row], known.rows]).astype(np.int64)
    distance = distances(cases, facts, touches, rows)
    is_other = (cases.table["lead_no"].to_numpy()[rows] != cases.table["lead_no"].iloc[row])[1:]
    order = np.argsort(np.where(is_other, distance, np.inf), kind="stable")[: min(n_twins, int(is_other.sum()))]
    places = np.concatenate([[0], order + 1]).astype(np.int64)
    shown = cases.table.iloc[rows[places]][
        ["lead_id", "pass_no", "decided_at", "score", "handling", "wait_hours", "reason", "is_won"]
    ].reset_index(drop=True)
    shown = shown.assign(age_days=_ages(cases, facts, rows[places]), distance=[0.0, *distance[order]])
    aspects = _aspects(shown, facts, touches.iloc[places], rows[places])
    return Twins(cases=shown, aspects=aspects, n_winners=len(known.rows))


def distances(cases: Cases, facts: Facts, touches: pd.DataFrame, rows: NDArray[np.int64]) -> Floats:
    """Return how unlike each case of `rows` after the first is to the first; shape (n_rows - 1,), 0 to 1.

    `touches` has one row for each of `rows`.
    """
    score = cases.table["score"].to_numpy(dtype=np.float64)[rows]
    age = np.log1p(_ages(cases, facts, rows))
    done = np.log1p(touches.to_numpy(dtype=np.float64))
    parts = [_fact_distance(facts, rows), _scaled(done).mean(axis=1) if done.shape[1] else np.zeros(len(rows) - 1)]
    parts += [_scaled(values[:, None])[:, 0] for values in (score, age)]
    return np.asarray(np.mean(parts, axis=0), dtype=np.float64)


def _fact_distance(facts: Facts, rows: NDArray[np.int64]) -> Floats:
    parts = []
    for name in FACTS:
        codes = facts.codes[name][rows]
        is_unknown = codes == 0
        differs = (codes[1:] != codes[0]).astype(np.float64)
        parts.append(np.where(is_unknown[1:] != is_unknown[0], UNKNOWN_DISTANCE, differs))
    return np.asarray(np.mean(parts, axis=0), dtype=np.float64)


def _scaled(values: Floats) -> Floats:
    """Return how far each row after the first is from the first, over the range of each column."""
    span = np.ptp(values, axis=0)
    return np.asarray(np.abs(values[1:] - values[0]) / np.where(span > 0, span, 1.0), dtype=np.float64)


def _ages(cases: Cases, facts: Facts, rows: NDArray[np.int64]) -> Floats:
    decided = cases.table["decided_at"].to_numpy(dtype="datetime64[us]")[rows]
    days = (decided - facts.created_at[rows]) / _DAY
    return np.maximum(np.asarray(days, dtype=np.float64), 0.0)


def _aspects(shown: pd.DataFrame, facts: Facts, touches: pd.DataFrame, rows: NDArray[np.int64]) -> pd.DataFrame:
    found: list[tuple[str, str, list[Any]]] = [
        ("handling", "handling", list(shown["handling"])),
        ("wait", "wait_hours", list(shown["wait_hours"])),
        ("score", "score", list(shown["score"])),
        ("age", "age_days", [round(float(days)) for days in shown["age_days"]]),
    ]
    for name in FACTS:
        labels = [facts.labels[name][code] for code in facts.codes[name][rows]]
        found.append(("fact", name, ["…" if label == OTHER else label for label in labels]))
    most = touches.max()
    ordered = most[most > 0].sort_values(ascending=False, kind="stable").index
    found += [("touch", str(kind), touches[kind].tolist()) for kind in ordered]
    n_differ = [sum(not _same(values[0], value) for value in values[1:]) for _, _, values in found]
    table = pd.DataFrame(found, columns=["group", "name", "values"])
    return table.assign(n_differ=n_differ)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (pd.isna(one) and pd.isna(other)))
