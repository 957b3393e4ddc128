"""Two mirrored scorecards: the quality sales received, and the follow-up sales gave."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.handoffs.agreement import FOLLOW_UP, QUALITY
from analysis.handoffs.breaches import DUE, IN_TIME, LATE, states
from analysis.handoffs.judged import Judged
from analysis.handoffs.reasons import MISSING
from analysis.handoffs.rows import ATTEMPT_DAYS, REJECTED, Handed
from analysis.intervals import MIN_N, Floats, newcombe_interval, rates, wilson_interval
from analysis.matching import Mask
from analysis.patterns import GROUPS

_MATURE: Final = (GROUPS.index("not_won"), GROUPS.index("won"))
_WON: Final = GROUPS.index("won")


def scorecards(
    handed: Handed,
    judged: Judged,
    kpis: pd.DataFrame,
    outcome_no: NDArray[np.int8],
    qualified_no: NDArray[np.int8],
    n_attempts: NDArray[np.int32],
) -> pd.DataFrame:
    """Put both scorecards side by side with the period before.

    Parameters
    ----------
    handed, judged
        From `rows.handed_over` and `judged.judge`.
    kpis : DataFrame
        From `analysis.overview.key_table`: the share accepted is that of the overview.
    outcome_no, qualified_no : arrays of shape (n,)
        From `rows.outcomes`, for the outcome and for `rows.QUALIFIED`.
    n_attempts : array of shape (n,)
        From `rows.attempts`.

    Returns
    -------
    DataFrame
        One row per line of `agreement.QUALITY` and `FOLLOW_UP`: `card` ("quality" or
        "follow_up"), `line`, `n_good`, `n`, `rate` with `low`, `high` (95 % Wilson), `is_enough`;
        `n_good_before`, `n_before`, `rate_before`; `change` with `change_low`, `change_high`
        (Newcombe), `chance` (Fisher's exact test, adjusted for the number of lines; NaN where
        either has fewer than 20), `is_changed` (NA there); `target` (NaN where none was agreed),
        `met` ("met" or "missed" where the interval leaves no doubt, "open", or '' without target).
    """
    masks = _masks(handed, judged, outcome_no, qualified_no, n_attempts)
    rows = [("quality", "accepted", *_accepted(kpis))]
    for line, (is_of, is_good) in masks.items():
        counts = [
            int((is_of & part & side).sum())
            for side in (handed.is_current, ~handed.is_current)
            for part in (is_good, is_of)
        ]
        rows.append(("quality" if line in QUALITY else "follow_up", line, *counts))
    table = pd.DataFrame(rows, columns=["card", "line", "n_good", "n", "n_good_before", "n_before"])
    order = [*QUALITY, *FOLLOW_UP]
    table = table.sort_values("line", key=lambda lines: lines.map(order.index), ignore_index=True)
    return _with_targets(_with_change(table), handed)


def line_masks(
    handed: Handed,
    judged: Judged,
    outcome_no: NDArray[np.int8],
    qualified_no: NDArray[np.int8],
    n_attempts: NDArray[np.int32],
) -> dict[str, tuple[Mask, Mask]]:
    """Return of each line but "accepted" which handoffs of the period it is of, and which of them are good."""
    masks = _masks(handed, judged, outcome_no, qualified_no, n_attempts)
    return {
        line: (is_of & handed.is_current, is_of & is_good & handed.is_current)
        for line, (is_of, is_good) in masks.items()
    }


def _masks(
    handed: Handed,
    judged: Judged,
    outcome_no: NDArray[np.int8],
    qualified_no: NDArray[np.int8],
    n_attempts: NDArray[np.int32],
) -> dict[str, tuple[Mask, Mask]]:
    is_promised = ~handed.is_own
    contact, answer = states(handed, judged, "contact"), states(handed, judged, "answer")
    is_rejected = handed.column("answer_no") == REJECTED
    has_facts = np.full(len(is_promised), bool(judged.facts))
    return {
        "facts_known": (is_promised & has_facts, ~judged.is_incomplete),
        "at_threshold": (is_promised & ~np.isnan(judged.score), ~judged.is_below),
        "qualified": (np.isin(qualified_no, _MATURE), qualified_no == _WON),
        "won": (np.isin(outcome_no, _MATURE), outcome_no == _WON),
        "contacted_in_time": (np.isin(contact, DUE), contact == IN_TIME),
        "contacted": (np.isin(contact, DUE), np.isin(contact, (IN_TIME, LATE))),
        "answered_in_time": (np.isin(answer, DUE), answer == IN_TIME),
        "answered": (np.isin(answer, DUE), np.isin(answer, (IN_TIME, LATE))),
        "reasons_given": (is_rejected, ~handed.is_kind(MISSING)),
        "second_attempts": (_could_try_again(handed), n_attempts > 0),
    }


def _could_try_again(handed: Handed) -> Mask:
    """Contacted, and handed over long enough ago; nobody when calls and mails are not recorded."""
    latest = np.datetime64(handed.selection.as_of, "us") - np.timedelta64(ATTEMPT_DAYS, "D")
    is_old = handed.column("handed_off_at").astype("datetime64[us]") <= latest
    is_contacted = ~np.isnan(handed.column("contact_hours"))
    return np.asarray(is_old & is_contacted & handed.is_attempt_recorded, dtype=bool)


def _accepted(kpis: pd.DataFrame) -> list[int]:
    row = kpis.set_index("kpi").loc[["acceptance_rate"], ["value", "n", "previous_value", "previous_n"]]
    value, n, value_before, n_before = row.fillna(0).to_numpy(dtype=np.float64)[0]
    return [round(value * n), int(n), round(value_before * n_before), int(n_before)]


def _with_change(table: pd.DataFrame) -> pd.DataFrame:
    good, n, good_before, n_before = (
        table[name].astype(float) for name in ("n_good", "n", "n_good_before", "n_before")
    )
    low, high = wilson_interval(good, n)
    change_low, change_high = newcombe_interval(good, n, good_before, n_before)
    is_known = (n >= MIN_N) & (n_before >= MIN_N)
    chance = adjusted(_chances(table, is_known.to_numpy()))
    rate, rate_before = rates(good, n), rates(good_before, n_before)
    is_changed = pd.Series(chance < FALSE_DISCOVERY_RATE, dtype="boolean").where(is_known)
    return table.assign(
        rate=rate,
        low=low,
        high=high,
        is_enough=n >= MIN_N,
        rate_before=rate_before,
        change=pd.Series(rate - rate_before).where(is_known),
        change_low=pd.Series(change_low).where(is_known),
        change_high=pd.Series(change_high).where(is_known),
        chance=chance,
        is_changed=is_changed,
    )


def _chances(table: pd.DataFrame, is_known: Mask) -> Floats:
    columns = ["n_good", "n", "n_good_before", "n_before"]
    return np.array(
        [
            fisher_exact([[good, n - good], [before, n_before - before]]).pvalue if known else np.nan
            for (good, n, before, n_before), known in zip(table[columns].to_numpy(), is_known, strict=True)
        ]
    )


def _with_targets(table: pd.DataFrame, handed: Handed) -> pd.DataFrame:
    target = table["line"].map(dict(handed.agreement.targets)).astype(float)
    met = np.select(
        [target.isna() | ~table["is_enough"], table["low"] >= target, table["high"] < target],
        ["", "met", "missed"],
        "open",
    )
    return table.assign(target=target, met=met)
