"""What `leadcal calibrate` says of a score beyond its bands: verdict, probability, ranking, yardstick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from analysis.brier import decompose_brier
from analysis.calibration import Calibration
from analysis.decided import decided
from analysis.gains import capture_at, gains_curve, separation
from analysis.judgement import judgement
from analysis.ranking import TOP_SHARE
from analysis.reliability import Reliability, reliability
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.verdict import Verdict
from analysis.workbench import n_undecided_quarters
from analysis.yardstick import Yardstick, counts_by_quarter, quarter_start, rolling_folds, unmeasured, yardstick
from dashboard.calibrating import score_words
from dashboard.texts import Speaker
from data.store import Reader


def score_report(
    reader: Reader, result: Calibration, ruleset: Ruleset, chosen: Selection, measured: Yardstick | None, say: Speaker
) -> tuple[list[str], dict[str, Any], dict[str, pd.DataFrame]]:
    """Return the lines, the facts and the tables of a score.

    Parameters
    ----------
    reader : Reader
        The history.
    result : Calibration
        Of the ruleset.
    ruleset : Ruleset
        The points.
    chosen : Selection
        What it was computed for.
    measured : Yardstick or None
        Where it was asked for.
    say : Speaker
        Gives the words.
    """
    decisions = decided(reader, ruleset, chosen, dimensions=())
    found, curve = judgement(result, decisions, ruleset, chosen), reliability(result)
    capture = capture_at(result.scores, max(round(TOP_SHARE * result.ranking.n_leads), 1))
    facts: dict[str, Any] = {
        "verdict": asdict(found),
        "probability": _probability(curve),
        "separation": asdict(separation(result.scores)),
        "capture": asdict(capture),
    }
    tables = {"probabilities": curve.curve, "plateaus": curve.plateaus, "gains": gains_curve(result.scores)}
    if measured is not None:
        facts["yardstick"] = {name: value for name, value in asdict(measured).items() if name != "folds"}
        tables["quarters"] = measured.folds
    reasons = [score_words.reason(reason, result.bands, say, ruleset) for reason in found.reasons]
    return _lines(found, reasons, curve, measured, say), facts, tables


def measure(reader: Reader, ruleset: Ruleset, chosen: Selection) -> Yardstick:
    """Hold the points against the best model on the same facts; see `analysis.yardstick`."""
    if ruleset.outside is not None:
        return unmeasured("no_facts")
    decisions = decided(reader, ruleset, chosen, dimensions=())
    if not decisions.is_mature.any():
        return unmeasured("too_few")
    counts = counts_by_quarter(decisions)
    found = yardstick(counts, rolling_folds(counts, n_undecided_quarters(chosen)), ruleset)
    # The number of a quarter means nothing outside; its first day does.
    found.folds["period"] = [quarter_start(decisions, int(period)).date() for period in found.folds["period"]]
    return found


def _probability(found: Reliability) -> Mapping[str, Any]:
    """Return the smooth curve, and the Brier score it has on the leads it was fitted to."""
    if found.smooth is None:
        return {"shape": found.shape}
    fitted = decompose_brier(found.curve["p_smooth"], found.curve["n_won"], found.curve["n_mature"])
    return {
        "shape": found.shape,
        **asdict(found.smooth),
        "misfit": found.misfit,
        "misfit_chance": found.misfit_chance,
        "brier_in_sample": asdict(fitted),
    }


def _lines(
    found: Verdict, reasons: list[str], curve: Reliability, measured: Yardstick | None, say: Speaker
) -> list[str]:
    remedies = [f"  -> {score_words.remedy(remedy, say)}" for remedy in found.remedies]
    lines = [score_words.verdict_headline(found, say), *(f"  {reason}" for reason in reasons), *remedies]
    lines += [" ".join(score_words.reliability(curve, say))]
    return lines if measured is None else [*lines, " ".join(score_words.yardstick(measured, say))]
