"""Two definitions held against each other: where they differ, and what became of those leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from analysis.definitions.parts import Part
from analysis.definitions.replayed import ANSWERS, Replayed
from analysis.intervals import CONFIDENCE, MIN_N, critical_value, rates, wilson_interval
from analysis.matching import Mask
from analysis.patterns import GROUPS
from analysis.rulesets.columns import Integers

CELLS: Final = ("both", "only_a", "only_b", "neither")
"""The parts of the Venn diagram."""

_ACCEPTED, _REJECTED = ANSWERS.index("accepted"), ANSWERS.index("rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well two definitions agree.

    Attributes
    ----------
    n, n_agree : int
        Leads, and those that both take or both leave out.
    agreement_rate, kappa : float
        Share of agreement; the same beyond what chance alone gives, 1 for always and 0 for no
        more than chance. NaN when one of both takes all or none.
    low, high : float
        Interval of `kappa`.
    """

    n: int
    n_agree: int
    agreement_rate: float
    kappa: float
    low: float
    high: float


def cell_masks(found: Replayed, a: Part, b: Part) -> dict[str, Mask]:
    """Return which patterns lie in each of `CELLS`."""
    in_a, in_b = found.holds(a), found.holds(b)
    return {"both": in_a & in_b, "only_a": in_a & ~in_b, "only_b": ~in_a & in_b, "neither": ~in_a & ~in_b}


def venn(found: Replayed, a: Part, b: Part, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Count the leads that both, one or none of two definitions take, and what became of them.

    Returns
    -------
    DataFrame
        One row per `CELLS`: `cell`, `n_leads` (lead passes), `n_standing` (never worked: nobody
        knows), `n_already_decided`, `n_immature`, `n_answered`, `n_accepted`, `accepted_rate`, `accepted_low`,
        `accepted_high`, `is_answered_enough`, `n_mature`, `n_won`, `win_rate`, `win_low`,
        `win_high`, `is_enough` (at least `MIN_N` mature).
        The four counts of what cannot be judged and `n_mature` add up to `n_leads`.
    """
    masks = cell_masks(found, a, b)
    rows = [{"cell": cell, **_fates(found.counts[masks[cell]])} for cell in CELLS]
    table = pd.DataFrame(rows)
    for name, n_yes, n in (("accepted", "n_accepted", "n_answered"), ("win", "n_won", "n_mature")):
        table[f"{name}_rate"] = rates(table[n_yes], table[n])
        table[f"{name}_low"], table[f"{name}_high"] = wilson_interval(table[n_yes], table[n], confidence)
    table["is_answered_enough"] = table["n_answered"] >= MIN_N
    table["is_enough"] = table["n_mature"] >= MIN_N
    return table


def agreement(found: Replayed, a: Part, b: Part, confidence: float = CONFIDENCE) -> Agreement:
    """Return how well two definitions agree, over all leads."""
    masks = cell_masks(found, a, b)
    totals = found.counts.sum(axis=(1, 2))
    return _agreement([int(totals[masks[cell]].sum()) for cell in CELLS], confidence)


def matrix(found: Replayed, definitions: Sequence[tuple[str, Part]], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Hold all definitions against each other.

    Parameters
    ----------
    found : Replayed
        What they ask.
    definitions : sequence of (str, Part)
        Code and condition of each.

    Returns
    -------
    DataFrame
        One row per pair: `a`, `b` (codes), `n_a`, `n_b` (leads that each takes), `n_both`, `n_leads`,
        `agreement_rate`, `kappa`, `kappa_low`, `kappa_high`.
    """
    totals = found.counts.sum(axis=(1, 2))
    masks = {code: found.holds(part) for code, part in definitions}
    sizes = {code: int(totals[mask].sum()) for code, mask in masks.items()}
    n_leads, rows = int(totals.sum()), []
    for a, b in combinations(masks, 2):
        n_both = int(totals[masks[a] & masks[b]].sum())
        only_a, only_b = sizes[a] - n_both, sizes[b] - n_both
        held = _agreement([n_both, only_a, only_b, n_leads - n_both - only_a - only_b], confidence)
        rows.append((a, b, sizes[a], sizes[b], n_both, n_leads, held.agreement_rate, held.kappa, held.low, held.high))
    columns = ["a", "b", "n_a", "n_b", "n_both", "n_leads", "agreement_rate", "kappa", "kappa_low", "kappa_high"]
    return pd.DataFrame(rows, columns=columns)


def _fates(counts: Integers) -> dict[str, int]:
    by_group = dict(zip(GROUPS, counts.sum(axis=(0, 2)).tolist(), strict=True))
    by_answer = counts.sum(axis=(0, 1))
    return {
        "n_leads": int(counts.sum()),
        "n_standing": by_group["standing"],
        "n_already_decided": by_group["already_decided"],
        "n_immature": by_group["immature"],
        "n_answered": int(by_answer[_ACCEPTED] + by_answer[_REJECTED]),
        "n_accepted": int(by_answer[_ACCEPTED]),
        "n_mature": by_group["won"] + by_group["not_won"],
        "n_won": by_group["won"],
    }


def _agreement(cells: Sequence[int], confidence: float) -> Agreement:
    """Return Cohen's kappa of the four cells, with the large-sample variance of Fleiss, Cohen and Everitt (1969)."""
    n = sum(cells)
    n_agree = cells[0] + cells[3]
    rate = n_agree / n if n else np.nan
    nothing = Agreement(n=n, n_agree=n_agree, agreement_rate=rate, kappa=np.nan, low=np.nan, high=np.nan)
    if not n:
        return nothing
    p = np.array([[cells[0], cells[1]], [cells[2], cells[3]]], dtype=np.float64) / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    expected = float(rows @ columns)
    if min(*rows, *columns) <= 0:
        return nothing
    kappa = (rate - expected) / (1 - expected)
    on = sum(p[i, i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(2))
    off = (1 - kappa) ** 2 * sum(p[i, 1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in range(2))
    variance = (on + off - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = critical_value(confidence) * np.sqrt(max(variance, 0.0))
    return Agreement(
        n=n,
        n_agree=n_agree,
        agreement_rate=rate,
        kappa=float(kappa),
        low=float(max(kappa - half, -1.0)),
        high=float(min(kappa + half, 1.0)),
    )
