"""What people wrote down as the reason, beside the account: counts by code, now and before."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from analysis.comparison import earlier
from analysis.groups import FALSE_DISCOVERY_RATE, MAX_RELATIVE_RATE, adjusted
from analysis.intervals import MIN_N, Floats, newcombe_interval, rates, wilson_interval
from analysis.losses.cases import Cases
from analysis.matching import Mask
from analysis.selection import Selection

ReasonKind = Literal["score", "handling", "data", "market", "unsaid", "other"]

_KINDS: Final[dict[str, ReasonKind]] = {
    "": "unsaid",
    "no_need": "score",
    "not_contacted": "handling",
    "late_response": "handling",
    "competitor": "market",
    "budget": "market",
    "timing": "market",
    "no_decision": "market",
}
_PREFIXES: Final[dict[str, ReasonKind]] = {
    "fit_": "score",
    "intent_": "score",
    "data_": "data",
    "timing_": "market",
    "late_": "handling",
}


def reason_kind(code: str) -> ReasonKind:
    """Return what a reason speaks of; "other" for words of one's own."""
    if code in _KINDS:
        return _KINDS[code]
    return next((kind for prefix, kind in _PREFIXES.items() if code.startswith(prefix)), "other")


def reasons(cases: Cases, selection: Selection) -> pd.DataFrame:
    """Count the reasons of the high scores that lost, in the period and in the period before it.

    Parameters
    ----------
    cases : Cases
        The handoffs with a known result.
    selection : Selection
        That of the cases. Without a `start` there is no time before.

    Returns
    -------
    DataFrame
        One row per reason, most first: `reason` (empty when nobody said), `kind`, `n_lost`, `share` with `low`,
        `high` (95 % Wilson), `n_before`, `share_before` (NaN without a time before), `change`
        with `change_low`, `change_high` (Newcombe), `is_changed` (by more than chance, false discoveries held at 5 %, and by a fifth at least).
    """
    is_lost = ~cases.table["is_won"].to_numpy(dtype=bool)
    now = cases.is_account & is_lost
    before = is_before(cases, selection) & is_lost
    code = cases.table["reason"]
    n_lost = code[now].value_counts().rename("n_lost")
    n_before = code[before].value_counts().rename("n_before")
    table = pd.concat([n_lost, n_before], axis=1).fillna(0).astype(np.int64).rename_axis("reason").reset_index()
    n_now, n_then = int(now.sum()), int(before.sum())
    low, high = wilson_interval(table["n_lost"], np.full(len(table), n_now))
    change_low, change_high = newcombe_interval(
        table["n_lost"], np.full(len(table), n_now), table["n_before"], np.full(len(table), n_then)
    )
    share, share_before = rates(table["n_lost"], n_now), rates(table["n_before"], n_then)
    counted = table.assign(
        kind=[reason_kind(code) for code in table["reason"]],
        share=share,
        low=low,
        high=high,
        share_before=share_before,
        change=share - share_before,
        change_low=change_low,
        change_high=change_high,
        is_changed=_is_changed(table, n_now, n_then) & _is_relevant(share, share_before),
    )
    sorted_rows: pd.DataFrame = counted.sort_values(["n_lost", "reason"], ascending=[False, True], ignore_index=True)
    return sorted_rows


def is_before(cases: Cases, selection: Selection) -> Mask:
    """Return which high scores were handed over in the period before; none without a `start`."""
    if selection.start is None:
        return np.zeros(len(cases.table), dtype=bool)
    before = earlier(selection, "previous")
    decided = cases.table["decided_at"]
    chosen: Mask = (
        cases.table["is_high"] & decided.between(before.starts_at, before.ends_at, inclusive="left")
    ).to_numpy(dtype=bool)
    return chosen


def _is_changed(table: pd.DataFrame, n_now: int, n_then: int) -> Mask:
    if min(n_now, n_then) < MIN_N:
        return np.zeros(len(table), dtype=bool)
    pairs = zip(table["n_lost"].tolist(), table["n_before"].tolist(), strict=True)
    chances = [fisher_exact([[now, n_now - now], [then, n_then - then]]).pvalue for now, then in pairs]
    changed: Mask = adjusted(np.array(chances, dtype=np.float64)) < FALSE_DISCOVERY_RATE
    return changed


def _is_relevant(share: Floats, share_before: Floats) -> Mask:
    low, high = np.minimum(share, share_before), np.maximum(share, share_before)
    relevant: Mask = low <= MAX_RELATIVE_RATE * high
    return relevant
