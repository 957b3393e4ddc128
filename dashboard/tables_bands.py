"""The table twins of the score bands, the grid, the people and what nobody tried; as `tables`."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.calibration import band_name, band_range
from dashboard.figures.score_bands import level_range
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker

PEOPLE = ("won", "lost", "waiting", "won_anyway", "unknown")
"""What may have become of a lead, by the names of `analysis.unknowns.people_of_decision`."""


def outcome_table(bands: pd.DataFrame, before: pd.DataFrame | None, say: Speaker) -> Twin:
    """Return the bands with the rate of the chosen outcome, and that of the period before."""
    table = _named(bands, say)
    table.column("n_mature", bands["n_mature"], say.count)
    table.column("n_reached", bands["n_won"], say.count)
    table.column("rate", bands["win_rate"].where(bands["is_enough"]), say.percent)
    table.interval("interval", bands["win_low"], bands["win_high"])
    if before is not None:
        table.column("before", before["win_rate"].where(before["is_enough"]), say.percent)
    table.column("note", [_note(band, say) for band in bands.itertuples()])
    return table.twin()


def amount_table(bands: pd.DataFrame, amounts: pd.DataFrame, say: Speaker) -> Twin:
    """Return the bands with the mean amount per handoff."""
    is_enough = amounts["is_amount_enough"]
    table = _named(bands, say)
    table.column("n_mature", amounts["n_mature"], say.count)
    table.column("n_known", amounts["n_known"], say.count)
    table.column("amount", amounts["amount_mean"].where(is_enough), say.money)
    low, high = amounts["amount_low"], amounts["amount_high"]
    table.interval("interval", low, high, lambda first, last: f"{say.money(first)} – {say.money(last)}")
    table.column("note", ["" if fine else say("calibration.too_few") for fine in is_enough])
    return table.twin()


def grid_table(cells: pd.DataFrame, say: Speaker) -> Twin:
    """Return the cells of the grid."""
    rows = list(cells.itertuples())
    table = Builder(say, "bands.table")
    table.column("fit", [level_range(row, "fit", say) for row in rows])
    table.column("engagement", [level_range(row, "engagement", say) for row in rows])
    if cells["grade"].any():
        table.column("grade", cells["grade"])
    table.column("n_mature", cells["n_mature"], say.count)
    table.column("n_reached", cells["n_won"], say.count)
    table.column("rate", cells["win_rate"].where(cells["is_enough"]), say.percent)
    table.interval("interval", cells["win_low"], cells["win_high"])
    table.column("coverage", cells["coverage"], say.percent)
    table.column("note", [_note(row, say) for row in rows])
    return table.twin()


def people_table(people: pd.DataFrame, threshold: int, say: Speaker) -> Twin:
    """Return what became of the leads on either side of a threshold, and what may be said of each.

    Parameters
    ----------
    people : DataFrame
        As returned by `analysis.unknowns.people_of_decision`.
    """
    sides = people.set_index("is_above")
    table = Builder(say, "bands.people")
    table.column("group", [say(f"bands.people.{name}") for name in PEOPLE])
    for side, is_above in (("above", True), ("below", False)):
        table.column(side, [sides.loc[is_above, f"n_{name}"] for name in PEOPLE], say.count, threshold=threshold)
    return table.twin()


def bounds_table(bands: pd.DataFrame, bounds: pd.DataFrame, weighted: pd.DataFrame, say: Speaker) -> Twin:
    """Return for each band what its whole may win, with and without an assumption."""
    table = _named(bands, say)
    table.column("coverage", bands["coverage"], say.percent)
    table.column("tried", bands["win_rate"].where(bands["is_enough"]), say.percent)
    table.interval("bounds_free", bounds["worst_low"], bounds["best_high"])
    is_fine = bounds["is_ordered_possible"]
    table.interval("bounds_ordered", bounds["ordered_low"].where(is_fine), bounds["ordered_high"].where(is_fine))
    is_enough = weighted["is_enough"].astype(bool)
    table.column("weighted", weighted["weighted_rate"].where(is_enough), say.percent)
    low, high = weighted["weighted_low"].where(is_enough), weighted["weighted_high"].where(is_enough)
    table.interval("weighted_interval", low, high)
    return table.twin()


def _named(bands: pd.DataFrame, say: Speaker) -> Builder:
    rows = list(bands.itertuples())
    table = Builder(say, "bands.table")
    table.column("band", [band_name(band, say) for band in rows])
    table.column("range", [band_range(band, say) for band in rows])
    return table


def _note(row: object, say: Speaker) -> str:
    if not row.n_mature:
        return say("calibration.none")
    if not row.is_enough:
        return say("calibration.too_few")
    return "" if row.is_covered else say("calibration.coverage_thin")
