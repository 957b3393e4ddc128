"""Leads that opted out after the first call, by what they had done and how soon they were called.

A call a few hours after a download may scare away somebody who only wanted to read. Held
against each other are leads of the same score and source that were called sooner and later
than a waiting time; what waiting would have kept is set beside what it would have cost in wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.groups import FALSE_DISCOVERY_RATE, adjusted
from analysis.intervals import MIN_N, rates, wilson_interval
from analysis.losses.cases import Cases
from analysis.losses.response import score_groups
from analysis.matching import Mask, read_touch_types
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from analysis.stratified import Common, rate_difference, strata_of
from data.engine import Engine

DEEDS: Final = ("other", "read", "seminar", "asked")
"""What a lead had done before the handoff, by the most that it did."""

DEED_KINDS: Final = {
    "read": ("white_paper", "download", "ebook", "case_study"),
    "seminar": ("seminar",),
    "asked": ("inquiry", "price_inquiry", "trial_request", "demo_request"),
}
"""Kinds of touches that stand for each; documents, webinars, exhibitions, cards, newsletters and visits are "other"."""

WAITS: Final = (24, 48)
"""Hours to wait before the first call: rules that are tried."""

NEARLY: Final = 0.9
"""A longer wait must keep more than a tenth more leads to be worth it."""

WITHIN_DAYS: Final = 30
"""An opting out later than this after the call is not put down to it."""

LATE_AFTER_HOURS: Final = 96
"""Nobody would wait longer: what is won after later calls shows what neglect costs, not what waiting does."""

N_SCORE_GROUPS: Final = 4
"""Within a deed few leads are left: finer groups would have no like ones to be held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """First calls that can be judged.

    Attributes
    ----------
    table : DataFrame
        One row per handoff of the period: `handoff_id`, `lead_id`, `score`, `source`, `wait_hours`, `is_won`,
        `deed` (one of `DEEDS`), `is_out` (opted out within `WITHIN_DAYS` of the call).
    n_out_before : int
        Leads that had opted out before the call; left out.
    """

    table: pd.DataFrame
    n_out_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOuts:
    """Opting out by deed and by waiting time.

    Attributes
    ----------
    rates : DataFrame
        One row per deed and side of one day: `deed`, `is_early` (called within 24 hours), `n_called`, `n_out`,
        `out_rate`, `out_low`, `out_high`, `n_won`, `win_rate`, `win_low`, `win_high`, `is_enough`.
    rules : DataFrame
        One row per deed and waiting time (`WAITS`): `deed`, `wait_hours`; `n_early`, `n_out_early`,
        `out_rate_early` and `n_later`, `n_out_later`, `out_rate_later` (called before, and from then on);
        `n_kept`, `kept_low`, `kept_high` (leads among the early that waiting would have kept, at equal scores
        and sources); `n_in_time` (called from then to `LATE_AFTER_HOURS`), `n_wins_cost`, `cost_low`, `cost_high`
        (wins lost by waiting, held against these; below 0: gained; NaN with fewer than 20); `chance` (adjusted
        for all rules); `verdict` ("wait", "unclear", "too_few": fewer than 20 on either side).
    n_called, n_out, n_out_before : int
        First calls, opt-outs after them, and leads that were out before.
    """

    rates: pd.DataFrame
    rules: pd.DataFrame
    n_called: int
    n_out: int
    n_out_before: int

    @property
    def best(self) -> pd.DataFrame:
        """The rule to take for each deed that is better called later: the shortest wait that keeps nearly the most."""
        worth = self.rules[self.rules["verdict"] == "wait"]
        most = worth.groupby("deed")["n_kept"].transform("max")
        return worth[worth["n_kept"] >= NEARLY * most].drop_duplicates("deed")


def first_calls(engine: Engine, cases: Cases, selection: Selection) -> Calls:
    """Return the first calls of the period, with what the leads had done and whether they opted out."""
    types = read_touch_types(engine)
    deed_of = {kind: DEEDS.index(deed) for deed, kinds in DEED_KINDS.items() for kind in kinds}
    known = types[types["kind"].isin(list(deed_of)) & (types["direction"] != "outbound").fillna(True)]
    deeds = pd.DataFrame({"type_no": known["type_no"], "deed_no": known["kind"].map(deed_of).astype("int64")})
    found = engine.query(sql_text("early_calls"), selection.params("as_of"), {"touch_deeds": deeds})
    columns = ["handoff_id", "lead_id", "score", "source", "wait_hours", "is_won"]
    table = cases.table.loc[cases.table["is_in_period"] & cases.table["wait_hours"].notna(), columns]
    joined = table.merge(found.drop_duplicates("handoff_id"), on="handoff_id")
    was_out = joined["was_out"].to_numpy(dtype=bool)
    kept = joined[~was_out & (joined["followed_days"] >= WITHIN_DAYS)].reset_index(drop=True)
    return Calls(
        table=kept[columns].assign(
            deed=np.array(DEEDS, dtype=object)[kept["deed_no"].to_numpy(dtype=np.int64)],
            is_out=(kept["opted_out_days"] <= WITHIN_DAYS).to_numpy(dtype=bool, na_value=False),
        ),
        n_out_before=int(was_out.sum()),
    )


def opt_outs(calls: Calls) -> OptOuts:
    """Count opting out by deed, and try the waiting rules."""
    table = calls.table
    return OptOuts(
        rates=_rates(table),
        rules=_rules(table),
        n_called=len(table),
        n_out=int(table["is_out"].sum()),
        n_out_before=calls.n_out_before,
    )


def _rates(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for deed in DEEDS[::-1]:
        for is_early in (True, False):
            chosen = table[(table["deed"] == deed) & ((table["wait_hours"] < 24) == is_early)]
            rows.append((deed, is_early, len(chosen), int(chosen["is_out"].sum()), int(chosen["is_won"].sum())))
    found = pd.DataFrame(rows, columns=["deed", "is_early", "n_called", "n_out", "n_won"])
    for name, hits in (("out", "n_out"), ("win", "n_won")):
        low, high = wilson_interval(found[hits], found["n_called"])
        found = found.assign(
            **{f"{name}_rate": rates(found[hits], found["n_called"]), f"{name}_low": low, f"{name}_high": high}
        )
    return found.assign(is_enough=found["n_called"] >= MIN_N)


def _rules(table: pd.DataFrame) -> pd.DataFrame:
    rows = [_rule(table[table["deed"] == deed], deed, wait) for deed in DEEDS[::-1] for wait in WAITS]
    found = pd.DataFrame(rows)
    chance = adjusted(found["chance"].to_numpy(dtype=np.float64))
    is_clear = (chance < FALSE_DISCOVERY_RATE) & (found["kept_low"] > 0)
    verdict = np.where(found["is_enough"], np.where(is_clear, "wait", "unclear"), "too_few")
    return found.drop(columns="is_enough").assign(chance=chance, verdict=verdict)


def _rule(table: pd.DataFrame, deed: str, wait: float) -> dict[str, object]:
    is_early, is_out = (table["wait_hours"] < wait).to_numpy(dtype=bool), table["is_out"].to_numpy(dtype=bool)
    in_time = table[table["wait_hours"] < LATE_AFTER_HOURS]
    is_early_of_these = (in_time["wait_hours"] < wait).to_numpy(dtype=bool)
    out = _difference(table, is_early, is_out)
    won = _difference(in_time, is_early_of_these, in_time["is_won"].to_numpy(dtype=bool))
    n_early = int(is_early.sum())
    return {
        "deed": deed,
        "wait_hours": wait,
        **_side("early", is_early, is_out),
        **_side("later", ~is_early, is_out),
        "n_kept": n_early * out.value,
        "kept_low": n_early * out.low,
        "kept_high": n_early * out.high,
        "n_in_time": int((~is_early_of_these).sum()),
        "n_wins_cost": n_early * won.value,
        "cost_low": n_early * won.low,
        "cost_high": n_early * won.high,
        "chance": out.chance,
        "is_enough": min(n_early, int((~is_early).sum())) >= MIN_N,
    }


def _side(name: str, is_side: Mask, is_out: Mask) -> dict[str, object]:
    n, n_out = int(is_side.sum()), int((is_side & is_out).sum())
    return {f"n_{name}": n, f"n_out_{name}": n_out, f"out_rate_{name}": float(rates(n_out, n))}


def _difference(table: pd.DataFrame, is_early: Mask, is_hit: Mask) -> Common:
    """Return by how much the early exceed the later, among leads of like score and the same source."""
    if min(is_early.sum(), (~is_early).sum()) < MIN_N:
        return Common(value=np.nan, low=np.nan, high=np.nan, chance=np.nan)
    keys = pd.DataFrame({"score": score_groups(table["score"], N_SCORE_GROUPS), "source": table["source"].to_numpy()})
    return rate_difference(strata_of(keys, is_early, is_hit))
