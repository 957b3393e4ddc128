"""The table twins of the score's probability, ranking and yardstick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pandas as pd

from analysis.gains import Capture, Separation
from analysis.ranking import Ranking
from analysis.reliability import Reliability
from analysis.yardstick import Yardstick
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH, is_unknown

_Row: TypeAlias = tuple[str, float, float, float]
"""Code, value, and the ends of its interval; NaN where there is none."""

_UNKNOWN = float("nan")


def curve_table(found: Reliability, say: Speaker) -> Twin:
    """Return the chance of winning by score."""
    curve = found.curve
    table = Builder(say, "score.reliability.table")
    table.column("score", curve["score"])
    table.column("n_mature", curve["n_mature"], say.count)
    table.column("n_won", curve["n_won"], say.count)
    table.column("win_rate", curve["win_rate"], say.percent)
    table.column("p_steps", curve["p_steps"], say.percent)
    table.interval("p_interval", curve["p_low"], curve["p_high"])
    table.column("p_smooth", curve["p_smooth"], say.percent)
    table.interval("band", curve["consistent_low"], curve["consistent_high"])
    return table.twin()


def gains_table(curve: pd.DataFrame, say: Speaker) -> Twin:
    """Return what each cut of the score takes."""
    table = Builder(say, "score.ranking.table")
    table.column("score", curve["score"])
    table.column("n_leads", curve["n_leads"], say.count)
    table.column("n_won", curve["n_won"], say.count)
    table.column("lead_share", curve["lead_share"], say.percent)
    table.column("win_share", curve["win_share"], say.percent)
    table.interval("win_interval", curve["win_share_low"], curve["win_share_high"])
    table.column("lift", curve["lift"], _two_digits)
    table.column("win_rate", curve["win_rate"], say.percent)
    return table.twin()


def ranking_numbers(ranking: Ranking, apart: Separation, capture: Capture, say: Speaker) -> Twin:
    """Return the measures of ranking power with their intervals and meaning."""
    share = capture.coin or _UNKNOWN
    gini = [2 * value - 1 for value in (ranking.auc, ranking.auc_low, ranking.auc_high)]
    rows: list[_Row] = [
        ("auc", ranking.auc, ranking.auc_low, ranking.auc_high),
        ("gini", gini[0], gini[1], gini[2]),
        ("ks", apart.ks, apart.ks_low, apart.ks_high),
        ("capture", capture.share, capture.share_low, capture.share_high),
        ("lift", capture.lift, capture.share_low / share, capture.share_high / share),
    ]
    return _numbers(rows, "score.ranking.number", say, score=DASH if apart.ks_score is None else apart.ks_score)


def folds_table(found: Yardstick, quarters: Sequence[str], say: Speaker) -> Twin:
    """Return how the points and the models did in each quarter."""
    folds = found.folds
    table = Builder(say, "score.yardstick.table")
    table.column("quarter", list(quarters))
    table.column("n_leads", folds["n_leads"], say.count)
    table.column("n_won", folds["n_won"], say.count)
    for name in ("auc_points", "auc_logistic", "auc_boosting"):
        table.column(name, folds[name], _three_digits)
    table.column("best", [say(f"score.yardstick.model.{name}") for name in folds["best"]])
    table.column("difference", folds["difference"], _three_digits)
    return table.twin()


def yardstick_numbers(found: Yardstick, say: Speaker) -> Twin:
    """Return the yardstick's areas and the parts of the Brier score."""
    rows: list[_Row] = [
        ("points", found.auc_points, found.points_low, found.points_high),
        ("best", found.auc_best, found.best_low, found.best_high),
        ("difference", found.difference, found.difference_low, found.difference_high),
    ]
    if found.brier is not None:
        brier = found.brier
        rows += [
            ("brier", brier.score, _UNKNOWN, _UNKNOWN),
            ("miscalibration", brier.miscalibration, _UNKNOWN, _UNKNOWN),
            ("discrimination", brier.discrimination, _UNKNOWN, _UNKNOWN),
            ("uncertainty", brier.uncertainty, _UNKNOWN, _UNKNOWN),
        ]
    return _numbers(rows, "score.yardstick.number", say)


def _numbers(rows: Sequence[_Row], prefix: str, say: Speaker, **values: object) -> Twin:
    codes, numbers, low, high = zip(*rows, strict=True)
    table = Builder(say, prefix)
    table.column("name", [say(f"{prefix}.{code}") for code in codes])
    table.column("value", numbers, _three_digits)
    table.interval("interval", low, high, _interval)
    table.column("meaning", [say(f"{prefix}.{code}_about", **(values if code == "ks" else {})) for code in codes])
    return table.twin()


def _interval(low: float, high: float) -> str:
    return DASH if is_unknown(low) or is_unknown(high) else f"{low:.3f} – {high:.3f}"


def _two_digits(value: float) -> str:
    return DASH if is_unknown(value) else f"{value:.2f}"


def _three_digits(value: float) -> str:
    return DASH if is_unknown(value) else f"{value:.3f}"
