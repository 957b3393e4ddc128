"""What the bands say, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.calibration import Calibration
from analysis.selection import Selection
from dashboard import sentences
from dashboard.figures.calibration import band_name
from dashboard.figures.score_bands import level_range
from dashboard.notices import plain
from dashboard.texts import Speaker


def caption(outcome: str, which: str, selection: Selection, say: Speaker) -> str:
    """Say what is counted, and where the bands come from."""
    key = outcome if outcome in ("amount", "accepted") else "stage"
    stage = say.word("stages", "won" if outcome == "amount" else outcome)
    counted = say(f"bands.caption.{key}", days=selection.horizon_days, stage=stage)
    return say("format.sentences", first=counted, second=say(f"bands.which_about.{which}"))


def order(result: Calibration, outcome: str, say: Speaker) -> list[str]:
    """Say whether the bands differ in the chosen outcome, and which are in the wrong order."""
    lines = unscored(result, say)
    if outcome == "won":
        return [*lines, *sentences.band_order(result, say)]
    bands = result.bands.set_index("band_no")
    stage = say("bands.outcome.accepted") if outcome == "accepted" else say.word("stages", outcome)
    names = {row.Index: plain(band_name(row, say)) for row in bands.itertuples()}
    wrong = [
        say("bands.inverted", low=names[pair.lower_band_no], high=names[pair.upper_band_no], stage=stage)
        for pair in result.reversals.itertuples()
    ]
    enough = bands[bands["is_enough"] & bands["is_scored"]]
    if wrong or len(enough) < 2:
        return [*lines, *wrong]
    low, high = enough.iloc[0], enough.iloc[-1]
    key = "bands.separate" if high["win_low"] > low["win_high"] else "calibration.overlap"
    return [*lines, say(key, low=names[low.name], high=names[high.name], stage=stage)]


def unscored(result: Calibration, say: Speaker) -> list[str]:
    """Say how many leads another tool left without a score."""
    ranking = result.ranking
    if not ranking.n_unscored:
        return []
    total = ranking.n_unscored + ranking.n_leads
    return [say("bands.unscored", n=say.count(ranking.n_unscored), total=say.count(total))]


def before(selection: Selection, result: Calibration | None, say: Speaker) -> str:
    """Say what the outlines are, or why there are none."""
    if result is not None:
        return say("bands.before_note", n=say.count(result.n_mature))
    return say("bands.before_none" if selection.start is not None else "bands.before_choose")


def amounts_known(amounts: pd.DataFrame, say: Speaker) -> str:
    """Say how many wins have an amount."""
    return say("bands.amounts_known", n=say.count(amounts["n_known"].sum()), n_won=say.count(amounts["n_won"].sum()))


def amounts_in_words(bands: pd.DataFrame, amounts: pd.DataFrame, say: Speaker) -> str:
    """Describe the chart of amounts to those who cannot see it."""
    parts = [
        f"{band_name(band, say)} {say.money(row.amount_mean) if row.is_amount_enough else say('calibration.too_few')}"
        for band, row in zip(bands.itertuples(), amounts.itertuples(), strict=True)
    ]
    return say("bands.amount_alt", parts=say("format.comma").join(parts))


def grid_in_words(cells: pd.DataFrame, say: Speaker) -> str:
    """Describe the grid to those who cannot see it: its best and its worst cell that can be judged."""
    fine = cells[cells["is_enough"] & cells["is_covered"]]
    if fine.empty:
        return say("bands.grid_alt_none", n=len(cells))
    worst, best = fine.loc[fine["win_rate"].idxmin()], fine.loc[fine["win_rate"].idxmax()]
    ends = {
        f"{name}_{axis}": level_range(cell, axis, say)
        for name, cell in (("best", best), ("worst", worst))
        for axis in ("fit", "engagement")
    }
    rates = {"best": say.percent(best["win_rate"]), "worst": say.percent(worst["win_rate"])}
    return say("bands.grid_alt", n=len(cells), **rates, **ends)
