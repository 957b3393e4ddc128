"""Tripwires: what was assumed, and the limit at which it has to be talked about again.

```toml
[[tripwire]]
metric = "acceptance_rate"
below = 0.3
months = 2
```

means: when fewer than 30 % of the answered handoffs were accepted in two months running,
review the agreement. Only months are judged that are over, and whose handoffs have had their
time; a month with fewer than 20 of them says nothing, and nothing fires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.intervals import MIN_N, rates, wilson_interval
from analysis.meeting.model import DecisionError
from analysis.rulesets.fields import Fields
from analysis.rulesets.files import file_source
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.vintages import vintage_cells
from data.engine import Engine

FILE_NAME: Final = "tripwires.toml"
CONTACT_HOURS: Final = 72
ANSWER_DAYS: Final = 14
"""After so many days a handoff counts as answered or never."""

RATES: Final = {"acceptance_rate": ("n_accepted", "n_answered"), "contact_rate": ("n_contacted", "n_handoffs")}
COUNTS: Final = {"leads": "n_leads", "handoffs": "n_handoffs"}
METRICS: Final = ("acceptance_rate", "win_rate", "contact_rate", "handoffs", "leads")

State: TypeAlias = Literal["fired", "near", "quiet", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripwire:
    """A limit that was agreed on.

    Attributes
    ----------
    metric : str
        One of `METRICS`: accepted of answered handoffs, won within the horizon,
        contacted within `CONTACT_HOURS` (rates); handoffs, leads (a month).
    limit : float
        A share in [0, 1], or a number.
    is_below : bool
        Whether it fires below the limit, or above it.
    months : int
        In how many months running.
    """

    metric: str
    limit: float
    is_below: bool
    months: int

    @property
    def is_rate(self) -> bool:
        """Whether the limit is a share."""
        return self.metric not in COUNTS


USUAL: Final = (
    Tripwire(metric="acceptance_rate", limit=0.3, is_below=True, months=2),
    Tripwire(metric="contact_rate", limit=0.8, is_below=True, months=2),
)
"""What may be agreed on to begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where a tripwire stands.

    Attributes
    ----------
    tripwire : Tripwire
        Which.
    state : str
        "fired": beyond the limit in as many months as agreed. "near": in the latest, but not
        in all. "quiet": not. "unknown": too few months, or too few handoffs in one of them.
    is_certain : bool
        Fired, and chance does not explain it: the interval of these months together
        lies beyond the limit. Counts are exact.
    months : DataFrame
        The latest judged months, oldest first, as many as agreed: `month`, `n`, `value`, `low`,
        `high` (NaN for counts), `is_enough`, `is_beyond`.
    """

    tripwire: Tripwire
    state: State
    is_certain: bool
    months: pd.DataFrame


def load_tripwires(path: Path) -> tuple[Tripwire, ...]:
    """Read the tripwires that were agreed on; none when there is no file.

    Raises
    ------
    DecisionError
        If something in the file is wrong; names file and line.
    """
    if not path.exists():
        return ()
    source = file_source(path, DecisionError)
    top = Fields(source, (), source.data, "the tripwires")
    found = tuple(_tripwire(source, number, table) for number, table in enumerate(top.tables("tripwire")))
    top.finish()
    return found


def tripwires_text(tripwires: Sequence[Tripwire]) -> str:
    """Return the text of a file with these tripwires; `load_tripwires` gives them back."""
    parts = [
        f'[[tripwire]]\nmetric = "{wire.metric}"\n{"below" if wire.is_below else "above"} = {wire.limit!r}\nmonths = {wire.months}\n'
        for wire in tripwires
    ]
    return "\n".join(parts)


def read_tripwires(engine: Engine, selection: Selection, tripwires: Sequence[Tripwire]) -> tuple[Reading, ...]:
    """Hold tripwires against the months of the history.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        Gives `as_of`, the sources and the horizon of a win; its period is not used.
    tripwires : sequence of Tripwire
        Which.
    """
    is_win = [wire.metric == "win_rate" for wire in tripwires]
    months = _NO_MONTHS if all(is_win) else _months(engine, selection)
    wins = _wins(engine, selection) if any(is_win) else None
    return tuple(reading_of(wire, series_of(wire.metric, months, wins, selection)) for wire in tripwires)


def series_of(metric: str, months: pd.DataFrame, wins: pd.DataFrame | None, selection: Selection) -> pd.DataFrame:
    """Return the judged months of a metric: `month`, `n`, `n_yes` (for counts the number is `n`).

    Months without any handoff count as months of 0: a silence is no gap in the record.
    """
    as_of = selection.as_of
    if metric == "win_rate":
        table, wait = (wins if wins is not None else _NO_WINS), selection.horizon_days
    elif metric in COUNTS:
        table, wait = pd.DataFrame({"month": months["month"], "n": months[COUNTS[metric]], "n_yes": 0}), 0
    else:
        yes, n = RATES[metric]
        wait = ANSWER_DAYS if metric == "acceptance_rate" else -(-CONTACT_HOURS // 24)
        table = pd.DataFrame({"month": months["month"], "n": months[n], "n_yes": months[yes]})
    table = _without_gaps(table)
    ends = table["month"] + pd.offsets.MonthBegin(1)
    return table[ends + timedelta(days=wait) <= pd.Timestamp(as_of)].reset_index(drop=True)


def reading_of(tripwire: Tripwire, series: pd.DataFrame) -> Reading:
    """Judge a tripwire by the months of its metric, as `series_of` returns them."""
    latest = series.tail(tripwire.months).reset_index(drop=True)
    n, n_yes = latest["n"].to_numpy(dtype=np.int64), latest["n_yes"].to_numpy(dtype=np.int64)
    if tripwire.is_rate:
        value, (low, high), is_enough = rates(n_yes, n), wilson_interval(n_yes, n), n >= MIN_N
    else:
        value, is_enough = n.astype(np.float64), np.ones(len(n), dtype=bool)
        low = high = np.full(len(n), np.nan)
    with np.errstate(invalid="ignore"):
        is_beyond = (value < tripwire.limit) if tripwire.is_below else (value > tripwire.limit)
    months = latest[["month", "n"]].assign(
        value=value, low=low, high=high, is_enough=is_enough, is_beyond=is_beyond & is_enough
    )
    state = _state(tripwire, months)
    return Reading(
        tripwire=tripwire, state=state, is_certain=state == "fired" and _is_certain(tripwire, n, n_yes), months=months
    )


def _state(tripwire: Tripwire, months: pd.DataFrame) -> State:
    if len(months) < tripwire.months:
        return "unknown"
    if bool(months["is_beyond"].all()):
        return "fired"
    if not months["is_enough"].iloc[-1]:
        return "unknown"
    return "near" if months["is_beyond"].iloc[-1] else "quiet"


def _is_certain(tripwire: Tripwire, n: np.ndarray[Any, Any], n_yes: np.ndarray[Any, Any]) -> bool:
    if not tripwire.is_rate:
        return True
    low, high = wilson_interval(n_yes.sum(), n.sum())
    return bool(high < tripwire.limit if tripwire.is_below else low > tripwire.limit)


_NO_WINS: Final = pd.DataFrame({"month": pd.Series(dtype="datetime64[us]"), "n": 0, "n_yes": 0})


_NO_MONTHS: Final = pd.DataFrame(
    {
        "month": _NO_WINS["month"],
        **dict.fromkeys(("n_leads", "n_handoffs", "n_answered", "n_accepted", "n_contacted"), 0),
    }
)


def _months(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Count what came in and what became of the handoffs, month by month."""
    params = {**selection.params("as_of", "sources"), "contact_hours": CONTACT_HOURS}
    return engine.query(sql_text("handoff_months"), params)


def _wins(engine: Engine, selection: Selection) -> pd.DataFrame:
    """Count the handoffs of each month, and those won within the horizon."""
    cells = vintage_cells(
        engine, Selection(as_of=selection.as_of, sources=selection.sources, outcome=selection.outcome)
    )
    is_won = (cells["outcome"] == "reached") & (cells["days"] <= selection.horizon_days)
    table = pd.DataFrame({"month": cells["started_on"], "n": cells["n"], "n_yes": cells["n"].where(is_won, 0)})
    return table.groupby("month", as_index=False).sum()


def _without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    every = pd.date_range(table["month"].min(), table["month"].max(), freq="MS", name="month")
    return table.set_index("month").reindex(every, fill_value=0).reset_index()


def _tripwire(source: Any, number: int, table: Any) -> Tripwire:
    fields = Fields(source, ("tripwire", number), table, f"tripwire {number + 1}")
    metric = fields.choice("metric", METRICS)
    sides = [side for side in ("below", "above") if side in fields]
    if len(sides) != 1:
        source.fail(
            ("tripwire", number), f"tripwire {number + 1} needs either below or above; write for example below = 0.3"
        )
    limit = fields.number(sides[0])
    is_share = metric not in COUNTS
    if limit is None or limit < 0 or (is_share and limit > 1):
        what = "a share between 0 and 1, such as 0.3" if is_share else "a number of 0 or more"
        fields.fail(sides[0], f"{sides[0]} = {limit} is no limit for {metric}; write {what}")
    wire = Tripwire(
        metric=metric,
        limit=float(limit or 0),
        is_below=sides[0] == "below",
        months=fields.integer("months", default=2, low=1, high=12) or 2,
    )
    fields.finish()
    return wire
