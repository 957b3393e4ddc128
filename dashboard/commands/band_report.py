"""The part of `leadcal calibrate` about bands, people and what nobody tried."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.calibration import Calibration, calibrate
from analysis.patterns import PatternTable, score_table
from analysis.propensity import propensities, weighted_rates
from analysis.replay import pattern_table
from analysis.rulesets import Ruleset
from analysis.score_bands import Banding, amounts_of_bands, proposed_bands, score_grid
from analysis.scored_leads import accepted_by_score, amounts_by_score, with_outcome, won_anyway
from analysis.selection import Selection
from analysis.unknowns import people_of_decision, selection_bounds
from data.errors import InputError
from data.store import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class BandReport:
    """Bands for an outcome, and what is said of those nobody tried.

    Attributes
    ----------
    calibration : Calibration
        Of the chosen outcome, in the chosen bands.
    bands, people, bounds, grid : DataFrame
        As of `calibration` (with the amounts, if asked for), `people_of_decision`,
        `selection_bounds` with `weighted_rates`, and `score_grid`.
    threshold : int
        That of `people`.
    """

    calibration: Calibration
    bands: pd.DataFrame
    people: pd.DataFrame
    bounds: pd.DataFrame
    grid: pd.DataFrame
    threshold: int


def band_report(
    reader: Reader, ruleset: Ruleset, selection: Selection, *, outcome: str, which: str, threshold: int | None
) -> BandReport:
    """Count an outcome by band.

    Raises
    ------
    ReplayError
        If there is no such stage, or the outcome has no amount.
    """
    patterns = pattern_table(reader, ruleset, with_outcome(selection, outcome))
    by_score = score_table(patterns, ruleset)
    scores = accepted_by_score(reader, ruleset, selection) if outcome == "accepted" else by_score
    bands = ruleset.bands if which == "today" else proposed_bands(scores)
    result = calibrate(scores, Banding(bands=bands, threshold=ruleset.threshold))
    chosen = ruleset.threshold if threshold is None else threshold
    anyway = won_anyway(reader, ruleset, with_outcome(selection, outcome))
    return BandReport(
        calibration=result,
        bands=_with_amounts(reader, ruleset, selection, result) if outcome == "amount" else result.bands,
        people=people_of_decision(by_score, chosen, anyway),
        bounds=_bounds(result, patterns, ruleset, bands),
        grid=score_grid(patterns, ruleset),
        threshold=chosen,
    )


def headline(report: BandReport, outcome: str) -> list[str]:
    """Say what the bands count, and what the threshold decided, in people."""
    above, below = (report.people[report.people["is_above"] == side].iloc[0] for side in (True, False))
    tried = [row["n_won"] + row["n_lost"] + row["n_waiting"] for row in (above, below)]
    sides = (
        f"From {report.threshold} points on sales tried {tried[0]:,} leads and got {above['n_won']:,} there; below, "
        f"{tried[1]:,} and {below['n_won']:,}. Never tried: {above['n_unknown']:,} and {below['n_unknown']:,}, of whom "
        "nobody knows."
    )
    return [f"The bands count: {outcome}.", sides] if outcome != "won" else [sides]


def check_outcome(reader: Reader, outcome: str) -> None:
    """Refuse an outcome that is neither a stage of the history nor one of the others.

    Raises
    ------
    InputError
        If so.
    """
    stages = list(reader.query("SELECT stage AS stage FROM stages ORDER BY position")["stage"])
    if outcome not in (*stages, "accepted", "amount"):
        raise InputError(f"--outcome {outcome}: choose accepted, amount or a stage: {', '.join(stages)}")


def _with_amounts(reader: Reader, ruleset: Ruleset, selection: Selection, result: Calibration) -> pd.DataFrame:
    amounts = amounts_of_bands(amounts_by_score(reader, ruleset, selection), result.bands)
    names = {"amount_mean": "amount", "amount_low": "amount_least", "amount_high": "amount_most"}
    yen = amounts[list(names)].where(amounts["is_amount_enough"]).round().astype("Int64").rename(columns=names)
    return result.bands.join(amounts["n_known"]).join(yen)


def _bounds(result: Calibration, patterns: PatternTable, ruleset: Ruleset, bands: object) -> pd.DataFrame:
    named = result.bands[["band_no", "name_ja", "name_en", "n_worked", "n_standing"]]
    weighted = weighted_rates(patterns, ruleset, bands, propensities(patterns, ruleset))
    return named.join(selection_bounds(result.bands)).merge(weighted.drop(columns=["n_mature", "n_won"]), on="band_no")
