"""What the score's verdict, ranking, probability and yardstick say, as sentences that hold without their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from analysis.calibration import Calibration
from analysis.gains import Capture
from analysis.intervals import MIN_N
from analysis.reliability import Reliability
from analysis.rulesets import Ruleset
from analysis.verdict import DRIFT_CODES, Reason, Remedy, Verdict
from analysis.yardstick import Yardstick
from dashboard.figures.calibration import band_name
from dashboard.handover.phrases import label
from dashboard.notices import plain
from dashboard.texts import Speaker

MAX_MISFIT: Final = 0.02
"""Mean distance of the smooth curve from what happened that nobody would act on: two percentage points."""

MISFIT_CHANCE: Final = 0.01
OFF_SHARE: Final = 0.25
"""Probabilities are off when errors of level eat more than this part of what telling leads apart gains."""

_ALT_POINTS: Final = 8


def verdict_headline(found: Verdict, say: Speaker) -> str:
    """Say whether a meeting may rely on the score."""
    key = f"score.verdict.{found.state}_{found.signal}"
    return say(key if say.knows(key) else f"score.verdict.{found.state}")


def reason(found: Reason, bands: pd.DataFrame, say: Speaker, ruleset: Ruleset | None = None) -> str:
    """Say one finding; `ruleset` gives the names of rules."""
    if found.code in DRIFT_CODES:
        return _drift(found, ruleset, say)
    names = {row.band_no: plain(band_name(row, say)) for row in bands.itertuples()}
    return say(f"score.reason.{found.code}", **_values(found.values, names, say))


def remedy(found: Remedy, say: Speaker) -> str:
    """Say what would change the verdict."""
    values = {name: say.month(value) if name == "month" else say.count(value) for name, value in found.values.items()}
    return say(f"score.remedy.{found.code}", **values)


def _drift(found: Reason, ruleset: Ruleset | None, say: Speaker) -> str:
    """Say whose leads are different, and by which rules."""
    names = {rule.id: plain(label(rule, say)) for rule in ruleset.rules} if ruleset else {}
    parts = [
        say(f"judgement.{'more' if is_more else 'fewer'}", rule=names.get(rule_id, rule_id))
        for rule_id, is_more in zip(found.values["rules"], found.values["is_more"], strict=True)
    ]
    month = say.month(found.values["month"])
    when = say(f"judgement.{'since' if found.values['is_lasting'] else 'within'}", month=month)
    rules = say("judgement.rules", parts=say("format.comma").join(parts)) if parts else say("judgement.no_rule")
    return say(f"judgement.{found.code}", when=when, rules=rules)


def ranking(result: Calibration, capture: Capture, say: Speaker) -> list[str]:
    """Say what working from the top of the score brings."""
    lines = []
    if result.ranking.n_unscored:
        lines.append(say("score.ranking.unscored", n=say.count(result.ranking.n_unscored)))
    if result.ranking.verdict == "too_few":
        return [say("score.ranking.too_few"), *lines]
    # Ten wins are easiest to picture; where that rounds the difference away, a hundred.
    unit = 10 if round(capture.share * 10) != round(capture.coin * 10) else 100
    brought = say(
        "score.ranking.capture",
        n=say.count(capture.n_capacity),
        unit=unit,
        captured=round(capture.share * unit),
        coin=round(capture.coin * unit),
    )
    key = "better" if capture.share_low > capture.coin else "worse" if capture.share_high < capture.coin else "same"
    return [say("format.sentences", first=brought, second=say(f"score.ranking.{key}")), *lines]


def reliability(found: Reliability, say: Speaker) -> list[str]:
    """Say what the points mean as a chance of winning, and whether the smooth curve may be used."""
    if found.shape == "plateau":
        widest = found.plateaus.loc[found.plateaus["n_mature"].idxmax()]
        ends = {"low": int(widest["score_low"]), "high": int(widest["score_high"])}
        lines = [say("score.reliability.plateau", **ends)]
    else:
        lines = [say(f"score.reliability.{found.shape}")]
    if found.shape not in ("rising", "plateau"):
        return lines
    low, high = _usual_ends(found.curve)
    lines.append(
        say(
            "score.reliability.ends",
            low=int(low["score"]),
            p_low=say.percent(low["p_steps"], 0),
            high=int(high["score"]),
            p_high=say.percent(high["p_steps"], 0),
        )
    )
    is_off = found.misfit_chance <= MISFIT_CHANCE
    key = "fits" if not is_off else "misses" if found.misfit > MAX_MISFIT else "nearly"
    return [*lines, say(f"score.reliability.{key}")]


def reliability_alt(found: Reliability, say: Speaker) -> str:
    """Describe the curve to those who cannot see it."""
    rows = found.curve.iloc[:: max(len(found.curve) // _ALT_POINTS, 1)]
    parts = [
        say("score.reliability.alt_part", score=row.score, rate=say.percent(row.p_steps)) for row in rows.itertuples()
    ]
    return say("score.reliability.alt", parts=say("format.comma").join(parts))


def gains_alt(curve: pd.DataFrame, say: Speaker) -> str:
    """Describe the gains to those who cannot see them."""
    rows = curve.iloc[:: max(len(curve) // _ALT_POINTS, 1)]
    parts = [
        say("score.ranking.alt_part", share=say.percent(row.lead_share, 0), wins=say.percent(row.win_share, 0))
        for row in rows.itertuples()
    ]
    return say("score.ranking.alt", parts=say("format.comma").join(parts))


def yardstick(found: Yardstick, say: Speaker) -> list[str]:
    """Say whether the points or the data are the limit."""
    lines = [say(f"score.yardstick.{found.limit}")]
    if found.brier is None:
        return lines
    lines.append(
        say("score.yardstick.compared", points=round(found.auc_points * 100), best=round(found.auc_best * 100))
    )
    if found.limit == "nothing":
        return lines
    brier = found.brier
    is_off = brier.miscalibration > OFF_SHARE * brier.discrimination
    key = "said_worse" if brier.skill < 0 else "said_off" if is_off else "said_right"
    return [*lines, say(f"score.yardstick.{key}")]


def yardstick_alt(found: Yardstick, quarters: list[str], say: Speaker) -> str:
    """Describe the quarters to those who cannot see them."""
    parts = [
        say(
            "score.yardstick.alt_part",
            quarter=quarter,
            points=say.percent(row.auc_points, 0),
            best=say.percent(row.auc_best, 0),
        )
        for quarter, row in zip(quarters, found.folds.itertuples(), strict=True)
    ]
    return say("score.yardstick.alt", parts=say("format.comma").join(parts))


def quarter_name(start: pd.Timestamp, say: Speaker) -> str:
    """Return the name of a calendar quarter."""
    return say("score.yardstick.quarter", number=start.quarter, year=start.year)


def _values(values: Mapping[str, Any], names: dict[int, str], say: Speaker) -> dict[str, Any]:
    """Write the values of a finding: bands by name, counts with separators, the threshold as it is."""
    words: dict[str, Any] = {"minimum": MIN_N}
    for name, value in values.items():
        if name in ("lower", "upper"):
            words[name] = names[value]
        elif name == "bands":
            words[name] = say("score.or").join(say("score.quoted", name=names[band]) for band in value)
        else:
            words[name] = value if name == "threshold" else say.count(value)
    return words


def _usual_ends(curve: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the scores between which four of five leads lie: the ends themselves are rare."""
    share = curve["n_mature"].cumsum() / curve["n_mature"].sum()
    return curve.loc[(share >= 0.1).idxmax()], curve.loc[(share >= 0.9).idxmax()]
