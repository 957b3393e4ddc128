"""The table twin of every chart, shown in words and exported in numbers.

An export opens in a Japanese Excel (UTF-8 with a byte order mark), holds
fractions rather than percent signs, and never holds a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dashboard.figures.calibration import band_name, band_range
from dashboard.figures.cohorts import cohort_states
from dashboard.texts import Speaker

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One table in two forms with the same columns in the same order.

    Attributes
    ----------
    shown : DataFrame
        Text as a person reads it.
    exported : DataFrame
        Numbers as a spreadsheet wants them; an interval becomes two columns.
    """

    shown: pd.DataFrame
    exported: pd.DataFrame


class Builder:
    """Collects columns and formats each both ways."""

    def __init__(self, say: Speaker, prefix: str) -> None:
        self._say, self._prefix = say, prefix
        self._shown: dict[str, list[str]] = {}
        self._exported: dict[str, list[Any]] = {}

    def column(self, name: str, values: Sequence[Any], form: Callable[[Any], str] = str, **label: object) -> None:
        """Add a column; `name` is the key of its heading."""
        heading = self._say(f"{self._prefix}.{name}", **label)
        self._shown[heading] = [form(value) for value in values]
        self._exported[heading] = [_rounded(value) for value in values]

    def columns(self, frame: pd.DataFrame, form: Callable[[Any], str], *names: str) -> Builder:
        """Add columns whose headings have the names they have in the frame, all written in one way."""
        for name in names:
            self.column(name, frame[name], form)
        return self

    def stages(self, frame: pd.DataFrame) -> Builder:
        """Add the names of the stages."""
        self.column("stage", [self._say.word("stages", stage) for stage in frame["stage"]])
        return self

    def interval(
        self,
        name: str,
        low: Sequence[float],
        high: Sequence[float],
        form: Callable[[float, float], str] | None = None,
    ) -> None:
        """Add an interval, of fractions unless `form` says how else to write it."""
        heading = self._say(f"{self._prefix}.{name}")
        form = form or self._say.interval
        self._shown[heading] = [form(*pair) for pair in zip(low, high, strict=True)]
        for end, values in (("low", low), ("high", high)):
            self._exported[f"{heading} ({end})"] = [_rounded(value) for value in values]

    def twin(self) -> Twin:
        """Return the table."""
        return Twin(shown=pd.DataFrame(self._shown), exported=pd.DataFrame(self._exported))


def funnel_table(steps: pd.DataFrame, say: Speaker, beside: str = "n_recorded") -> Twin:
    """Return the stages of a funnel with both denominators; `beside` is what is said beside the leads."""
    table = Builder(say, "funnel.table").stages(steps).columns(steps, say.count, "n_leads", beside)
    table.columns(steps, say.percent, "step_rate").interval("step_interval", steps["step_low"], steps["step_high"])
    table.columns(steps, say.percent, "total_rate").interval("total_interval", steps["total_low"], steps["total_high"])
    return table.twin()


def cohort_table(cohorts: pd.DataFrame, stage: str, say: Speaker) -> Twin:
    """Return the months with their counts and whether they can be judged."""
    states = [
        say(f"cohorts.state.{state}", **({"date": say.date(mature_on)} if state == "immature" else {}))
        for state, mature_on in zip(cohort_states(cohorts), cohorts["mature_on"], strict=True)
    ]
    table = cohort_columns(cohorts, stage, say)
    table.column("state", states)
    return table.twin()


def cohort_columns(cohorts: pd.DataFrame, stage: str, say: Speaker) -> Builder:
    """Return a table that says of each month how many leads came and how many reached a stage in time."""
    table = Builder(say, "cohorts.table")
    table.column("month", cohorts["month"], say.month)
    table.column("n_leads", cohorts["n_cohort"], say.count)
    table.column("n_reached", cohorts["n_in_horizon"], say.count, stage=say.word("stages", stage))
    table.column("rate", cohorts["horizon_rate"], say.percent)
    table.interval("interval", cohorts["horizon_low"], cohorts["horizon_high"])
    return table


def band_table(bands: pd.DataFrame, say: Speaker) -> Twin:
    """Return the score bands with their win rates."""
    table = _bands(bands, say)
    table.column("n_mature", bands["n_mature"], say.count)
    table.column("n_won", bands["n_won"], say.count)
    table.column("win_rate", bands["win_rate"].where(bands["is_enough"]), say.percent)
    table.interval("win_interval", bands["win_low"], bands["win_high"])
    notes = [("" if enough else say("calibration.too_few")) for enough in bands["is_enough"]]
    table.column("note", notes)
    return table.twin()


def coverage_table(bands: pd.DataFrame, say: Speaker) -> Twin:
    """Return the score bands with how many of their leads sales worked."""
    table = _bands(bands, say)
    table.column("n_worked", bands["n_worked"], say.count)
    table.column("n_standing", bands["n_standing"], say.count)
    table.column("coverage", bands["coverage"], say.percent)
    notes = [say(f"calibration.{'coverage_covered' if fine else 'coverage_thin'}") for fine in bands["is_covered"]]
    table.column("note", notes)
    return table.twin()


def people_table(people: pd.DataFrame, threshold: int, say: Speaker) -> Twin:
    """Return what became of the leads on either side of the threshold.

    Parameters
    ----------
    people : DataFrame
        As returned by `analysis.calibration.decision_in_people`.
    """
    outcomes = ("won", "lost", "waiting", "unknown")
    table = Builder(say, "calibration")
    table.column("people.group", [say(f"calibration.people.{name}") for name in outcomes])
    for side, is_above in (("above", True), ("below", False)):
        row = people[people["is_above"] == is_above].iloc[0]
        table.column(side, [row[f"n_{name}"] for name in outcomes], say.count, threshold=threshold)
    return table.twin()


def csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV that Excel opens with the right characters and no formulas."""
    safe = table.rename(columns=without_formula).map(without_formula)
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _bands(bands: pd.DataFrame, say: Speaker) -> Builder:
    table = Builder(say, "calibration.table")
    rows = list(bands.itertuples())
    table.column("band", [band_name(band, say) for band in rows])
    table.column("range", [band_range(band, say) for band in rows])
    return table


def _rounded(value: Any) -> Any:
    """Return a value without digits nobody can read; text and dates stay."""
    return round(value, 6) if isinstance(value, float) else value


def without_formula(value: Any) -> Any:
    """Return text that a spreadsheet takes for text; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
