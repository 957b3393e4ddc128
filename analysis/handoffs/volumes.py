"""How many leads are handed over, how sales answers, and why they are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.handoffs.reasons import KINDS, MISSING, UNKNOWN
from analysis.handoffs.rows import ACCEPTED, REJECTED, UNANSWERED, Handed
from analysis.intervals import MIN_N, rates, wilson_interval

_ORDER = (*KINDS, UNKNOWN, MISSING)


def months(handed: Handed) -> pd.DataFrame:
    """Count the handoffs of each month of the period by their answer.

    Returns
    -------
    DataFrame
        One row per month (UTC), ascending: `month`, `n_handoffs`, `n_accepted`, `n_rejected`,
        `n_unanswered`; `accepted_rate` of the answered with `accepted_low`, `accepted_high` (95 %
        Wilson), `is_enough` (at least 20 answered).
    """
    current = handed.table[handed.is_current]
    month = current["handed_off_at"].to_numpy(dtype="datetime64[M]")
    counted = pd.crosstab(month, current["answer_no"].to_numpy()) if len(current) else pd.DataFrame()
    counted = counted.reindex(columns=[ACCEPTED, REJECTED, UNANSWERED], fill_value=0)
    accepted, rejected, unanswered = (counted[name].to_numpy(dtype=np.int64) for name in counted.columns)
    n_answered = accepted + rejected
    low, high = wilson_interval(accepted, n_answered)
    return pd.DataFrame(
        {
            "month": pd.DatetimeIndex(counted.index).as_unit("us"),
            "n_handoffs": n_answered + unanswered,
            "n_accepted": accepted,
            "n_rejected": rejected,
            "n_unanswered": unanswered,
            "accepted_rate": rates(accepted, n_answered),
            "accepted_low": low,
            "accepted_high": high,
            "is_enough": n_answered >= MIN_N,
        }
    )


def reasons(handed: Handed) -> pd.DataFrame:
    """Count the rejections of the period by kind of fault and by code.

    Returns
    -------
    DataFrame
        One row per code, by kind (in the order of `reasons.KINDS`, then codes nobody has put into
        one, then none given) and number: `kind`, `code` ('' where none was given), `reason` (its
        place in `labels`), `n`, `n_kind`, `n_rejected`; `share` of all rejections with `share_low`,
        `share_high`.
    """
    is_rejected = handed.is_current & (handed.column("answer_no") == REJECTED)
    counts = np.bincount(handed.column("reason")[is_rejected], minlength=len(handed.kinds))
    table = pd.DataFrame({"kind": handed.kinds, "code": handed.labels["reason"], "reason": np.arange(len(counts))})
    table = table.assign(n=counts)[counts > 0]
    table["n_kind"] = table.groupby("kind")["n"].transform("sum")
    table["n_rejected"] = int(counts.sum())
    low, high = wilson_interval(table["n"], table["n_rejected"])
    table = table.assign(share=rates(table["n"], table["n_rejected"]), share_low=low, share_high=high)
    place = table["kind"].map(_ORDER.index)
    return table.assign(place=place).sort_values(["place", "n", "code"], ascending=[True, False, True]).drop(
        columns="place"
    ).reset_index(drop=True)  # fmt: skip


def unclear_share(found: pd.DataFrame) -> float:
    """Return the share of rejections whose reason says nothing: none given, "other", or a code nobody knows.

    Parameters
    ----------
    found : DataFrame
        As returned by `reasons`.
    """
    is_unclear = found["kind"].isin(("other", UNKNOWN, MISSING))
    return float(found.loc[is_unclear, "share"].sum()) if len(found) else float("nan")
