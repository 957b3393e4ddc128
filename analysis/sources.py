"""Which acquisition tactics are worth it: certainty x volume x speed x cost."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.durations import Span, curve_of, duration_cells
from analysis.funnel import stage_table
from analysis.intervals import MIN_N, newcombe_interval, rates, wilson_interval
from analysis.journey_funnel import DIMENSIONS
from analysis.selection import Selection
from analysis.shrinkage import shrunken_rates
from analysis.sqlfiles import sql_text
from analysis.survival import lag_curve, lag_quantile
from data.engine import Engine

OTHER: Final = "(other)"
"""Name of the group that small groups are folded into."""

_COUNTS: Final = ["n_leads", "n_qualified", "n_won", "n_mature", "n_won_mature", "n_deals", "n_amounts", "amount"]


def sources(engine: Engine, selection: Selection, dimension: str = "source", min_n: int = MIN_N) -> pd.DataFrame:
    """Judge each group of leads by how surely, how much, how fast and how dearly it wins.

    Parameters
    ----------
    engine : Engine
        The history.
    selection : Selection
        `start`, `end` and `sources` choose leads by creation; a win counts in
        the rate within `horizon_days` of creation.
    dimension : str
        One of `journey_funnel.DIMENSIONS`: source, campaign, is_inbound, ...
    min_n : int
        Groups with fewer leads are folded into "(other)".

    Returns
    -------
    DataFrame
        One row per group, best first: `group` ('' when unknown), `n_groups`
        (more than 1 only for "(other)"); `n_leads`, `n_qualified`, `n_won` (so
        far); `n_mature`, `n_won_mature`, `win_rate` with `win_low`, `win_high`
        (of leads a horizon old); `shrunken_rate` with `shrunken_low`,
        `shrunken_high`; `win_days` (median lag of the wins, open leads
        censored); `cost`, `cost_per_lead`, `cost_per_qualified`, `cost_per_win`
        (NaN without costs; only for source and campaign); `n_deals`, `amount`,
        `n_amounts_missing` (won deals without an amount: not zero, unknown);
        `is_enough` (at least 20 mature leads). Groups that are not enough come
        last, whatever their rate; then "(other)".

    Raises
    ------
    ValueError
        If there is no such dimension.
    """
    _check(dimension)
    counts = _counts(engine, selection, dimension, "all").drop(columns="other_label")
    names = _folded(counts, min_n)
    costs = _costs(engine, selection, dimension)
    table = counts.merge(costs, how="left", on="label")
    table = table.assign(group=table["label"].map(names), n_groups=1)
    table = table.groupby("group", as_index=False)[["n_groups", *_COUNTS, "cost"]].sum(min_count=1)
    table = table.astype(dict.fromkeys(_COUNTS[:-1], "int64"))
    table = table.assign(win_days=table["group"].map(_win_days(engine, selection, dimension, names)))
    return _judged(table)


def simpson(
    engine: Engine, selection: Selection, dimension: str = "is_inbound", within: str = "source"
) -> pd.DataFrame:
    """Flag groups whose win rate is better in total but worse within the parts, or the other way round.

    Parameters
    ----------
    engine, selection
        As for `sources`.
    dimension : str
        Groups; each is compared with all other leads.
    within : str
        Parts in which the comparison is repeated.

    Returns
    -------
    DataFrame
        One row per group: `group`; `n_mature`, `n_won_mature`; `difference`
        with `difference_low`, `difference_high` (win rate minus that of all
        others, 95 % Newcombe); `within_difference` with `within_low`,
        `within_high` (the same within the parts, Mantel-Haenszel weights; NaN
        when no part holds both); `n_parts`, `n_parts_against` (parts in which
        the difference has the other sign); `is_reversed` (both intervals
        exclude 0, on opposite sides).
    """
    _check(dimension, within)
    counts = _counts(engine, selection, dimension, within)
    columns = ["group", "n_mature", "n_won_mature", "difference", "difference_low", "difference_high",
               "within_difference", "within_low", "within_high", "n_parts", "n_parts_against", "is_reversed"]  # fmt: skip
    rows = [_reversal(str(label), counts) for label in sorted(counts["label"].unique())]
    return pd.DataFrame(rows, columns=columns)


def _check(*dimensions: str) -> None:
    for dimension in dimensions:
        if dimension not in DIMENSIONS:
            raise ValueError(f"There is no dimension {dimension!r}; there are {', '.join(DIMENSIONS)}.")


def _counts(engine: Engine, selection: Selection, dimension: str, other_dimension: str) -> pd.DataFrame:
    stages = stage_table(engine)
    known = dict(zip(stages["stage"], stages["position"], strict=True))
    if selection.outcome not in known:
        raise ValueError(f"There is no stage {selection.outcome!r}; there are {', '.join(known)}.")
    names = ("as_of", "starts_at", "ends_at", "mature_at", "sources", "horizon_days")
    params = {
        **selection.params(*names),
        "dimension": dimension,
        "other_dimension": other_dimension,
        "outcome_position": known[selection.outcome],
        "qualified_position": known.get("sales_qualified", known[selection.outcome]),
    }
    return engine.query(sql_text("source_counts"), params)


def _costs(engine: Engine, selection: Selection, dimension: str) -> pd.DataFrame:
    params = {**selection.params("starts_at", "ends_at", "sources"), "dimension": dimension}
    return engine.query(sql_text("source_costs"), params)


def _folded(counts: pd.DataFrame, min_n: int) -> dict[str, str]:
    small = set(counts.loc[counts["n_leads"] < min_n, "label"])
    # Folding a single group hides its name and gains nothing.
    return {label: OTHER if label in small and len(small) > 1 else label for label in counts["label"]}


def _win_days(engine: Engine, selection: Selection, dimension: str, names: dict[str, str]) -> dict[str, float]:
    first = str(stage_table(engine)["stage"].iloc[0])
    cells = duration_cells(engine, selection, Span(start=first, end=selection.outcome), dimension=dimension)
    parts = cells.groupby(cells["label"].map(names))
    return {str(group): lag_quantile(lag_curve(curve_of(part)), 0.5) for group, part in parts}


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    low, high = wilson_interval(table["n_won_mature"], table["n_mature"])
    shrunken = shrunken_rates(table["n_won_mature"], table["n_mature"])
    table = table.assign(
        win_rate=rates(table["n_won_mature"], table["n_mature"]),
        win_low=low,
        win_high=high,
        shrunken_rate=shrunken["rate"],
        shrunken_low=shrunken["low"],
        shrunken_high=shrunken["high"],
        cost_per_lead=_per(table["cost"], table["n_leads"]),
        cost_per_qualified=_per(table["cost"], table["n_qualified"]),
        cost_per_win=_per(table["cost"], table["n_won"]),
        n_amounts_missing=table["n_deals"] - table["n_amounts"],
        is_enough=table["n_mature"] >= MIN_N,
        is_other=table["group"] == OTHER,
    )
    order = ["is_other", "is_enough", "shrunken_rate", "group"]
    table = table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    return table.drop(columns=["is_other", "n_amounts"])


def _per(cost: pd.Series, n: pd.Series) -> pd.Series:
    return cost / n.where(n > 0)


def _reversal(label: str, counts: pd.DataFrame) -> dict[str, object]:
    mine, others = counts[counts["label"] == label], counts[counts["label"] != label]
    totals = [int(part[name].sum()) for part in (mine, others) for name in ("n_won_mature", "n_mature")]
    low, high = newcombe_interval(*totals)
    shares = rates(totals[0::2], totals[1::2])
    within, spread, signs = _within(mine, others)
    difference = float(shares[0] - shares[1])
    is_up, is_down = within - 1.96 * spread > 0, within + 1.96 * spread < 0
    return {
        "group": label,
        "n_mature": totals[1],
        "n_won_mature": totals[0],
        "difference": difference,
        "difference_low": float(low),
        "difference_high": float(high),
        "within_difference": within,
        "within_low": within - 1.96 * spread,
        "within_high": within + 1.96 * spread,
        "n_parts": len(signs),
        "n_parts_against": int((signs * np.sign(difference) < 0).sum()),
        "is_reversed": bool((low > 0 and is_down) or (high < 0 and is_up)),
    }


def _within(
    mine: pd.DataFrame, others: pd.DataFrame
) -> tuple[float, float, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Return the Mantel-Haenszel difference within the parts, its standard error, and the parts' signs."""
    columns = ["n_mature", "n_won_mature"]
    parts = [table.groupby("other_label")[columns].sum() for table in (mine, others)]
    pair = parts[0].join(parts[1].rename(columns=lambda name: f"{name}_rest"), how="inner")
    pair = pair[(pair["n_mature"] > 0) & (pair["n_mature_rest"] > 0)].astype("float64")
    n, rest = pair["n_mature"].to_numpy(), pair["n_mature_rest"].to_numpy()
    p, q = pair["n_won_mature"].to_numpy() / n, pair["n_won_mature_rest"].to_numpy() / rest
    if not len(pair):
        return float("nan"), float("nan"), np.zeros(0)
    weights = n * rest / (n + rest)
    variance = weights**2 * (p * (1 - p) / n + q * (1 - q) / rest)
    return float(np.average(p - q, weights=weights)), float(np.sqrt(variance.sum()) / weights.sum()), np.sign(p - q)
