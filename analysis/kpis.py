"""The key numbers of a period beside those of the period before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.calibration import Calibration
from analysis.intervals import CONFIDENCE, MIN_N, newcombe_interval, rates, wilson_interval
from analysis.times import log_rank, median_waiting

MAX_YOUNG_SHARE: Final = 0.5
"""With more than half too young to judge, a number speaks about the minority."""

_COUNTED: Final = ("leads", "mqls", "handoffs", "outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """One number of one period."""

    value: float = np.nan
    n: int = 0
    low: float = np.nan
    high: float = np.nan
    n_immature: int = 0


_NOTHING: Final = _Measure()


def key_numbers(
    activity: pd.DataFrame,
    cohorts: pd.DataFrame,
    waits: pd.DataFrame,
    calibration: Calibration | None,
    *,
    has_previous: bool,
) -> pd.DataFrame:
    """Put the key numbers of two periods into one table.

    Parameters
    ----------
    activity : DataFrame
        `is_current`, `counted`, `n`: events of each period.
    cohorts : DataFrame
        `is_current`, `n_mature`, `n_won`, `n_immature`: leads created in each period.
    waits : DataFrame
        `is_current`, `time` (days), `n_events`, `n_censored`: handoff to first contact.
    calibration : Calibration or None
        Adds the win rate of handoffs.
    has_previous : bool
        Whether there is a period before; if not, its numbers are NaN, not 0.

    Returns
    -------
    DataFrame
        As `Overview.kpis`.
    """
    now, before = (_Period(activity, cohorts, waits, is_current) for is_current in (True, False))
    rows = [_row(name, "count", "period", now.count(name), before.count(name), None) for name in _COUNTED]
    rows.append(_rate_row("acceptance_rate", "period", now.acceptance(), before.acceptance()))
    rows.append(_rate_row("win_rate", "cohort", now.wins(), before.wins()))
    rows.append(
        _row("first_contact_days", "days", "period", now.contact(), before.contact(), _is_other_wait(now, before))
    )
    if calibration is not None:
        rows.append(_rate_row("handoff_win_rate", "decisions", _handoff_wins(calibration), _NOTHING))
    table = pd.DataFrame(rows).astype({"is_changed": "boolean"})
    if not has_previous:
        table[["previous_value", "previous_low", "previous_high"]] = np.nan
    return table


class _Period:
    """The parts of the counts that belong to one period."""

    def __init__(self, activity: pd.DataFrame, cohorts: pd.DataFrame, waits: pd.DataFrame, is_current: bool) -> None:
        events = activity[activity["is_current"] == is_current]
        self._events = dict(zip(events["counted"], events["n"], strict=True))
        self._cohorts = cohorts[cohorts["is_current"] == is_current]
        self.waits = waits[waits["is_current"] == is_current]

    def n(self, counted: str) -> int:
        return int(self._events.get(counted, 0))

    def count(self, counted: str) -> _Measure:
        return _Measure(value=self.n(counted), n=self.n(counted))

    def acceptance(self) -> _Measure:
        n_answered = self.n("accepted") + self.n("rejected")
        return _rate(self.n("accepted"), n_answered, self.n("handoffs") - n_answered)

    def wins(self) -> _Measure:
        return _rate(*(int(self._cohorts[name].sum()) for name in ("n_won", "n_mature", "n_immature")))

    def contact(self) -> _Measure:
        waiting = median_waiting(self.waits)
        if waiting.n_events == 0:  # no contact was ever recorded: nothing is known, not "never"
            return _Measure(n_immature=waiting.n)
        n_open = waiting.n - waiting.n_events
        return _Measure(value=waiting.median, n=waiting.n_events, low=waiting.low, high=waiting.high, n_immature=n_open)


def _rate(n_successes: int, n_trials: int, n_immature: int) -> _Measure:
    low, high = wilson_interval(n_successes, n_trials)
    value = float(rates(n_successes, n_trials))
    return _Measure(value=value, n=n_trials, low=float(low), high=float(high), n_immature=n_immature)


def _handoff_wins(calibration: Calibration) -> _Measure:
    return _rate(calibration.n_won, calibration.n_mature, calibration.n_immature)


def _rate_row(name: str, view: str, now: _Measure, before: _Measure) -> dict[str, Any]:
    return _row(name, "rate", view, now, before, _is_other_rate(now, before))


def _row(name: str, unit: str, view: str, now: _Measure, before: _Measure, is_changed: bool | None) -> dict[str, Any]:
    previous = {f"previous_{key}": value for key, value in asdict(before).items() if key != "n_immature"}
    return {
        "kpi": name,
        "unit": unit,
        "view": view,
        **asdict(now),
        "is_enough": unit == "count" or now.n >= MIN_N,
        "is_young": now.n_immature > MAX_YOUNG_SHARE * (now.n_immature + now.n),
        **previous,
        "is_changed": is_changed,
    }


def _is_other_rate(now: _Measure, before: _Measure) -> bool | None:
    """Say whether two rates differ by more than chance; None when either has too few."""
    if now.n < MIN_N or before.n < MIN_N:
        return None
    low, high = newcombe_interval(round(now.value * now.n), now.n, round(before.value * before.n), before.n)
    return bool(low > 0 or high < 0)


def _is_other_wait(now: _Period, before: _Period) -> bool | None:
    if now.contact().n < MIN_N or before.contact().n < MIN_N:
        return None
    return log_rank(now.waits, before.waits) < 1 - CONFIDENCE
