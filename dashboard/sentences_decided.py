"""What segments, time and two scores say, as sentences a meeting can read aloud."""

from __future__ import annotations

import pandas as pd

from analysis.drift import Drift
from analysis.ranking import MIN_WON
from analysis.segments import Segments
from analysis.versus import Versus
from analysis.vintages import Vintages
from dashboard.figures.segments import segment_name
from dashboard.notices import plain
from dashboard.tables_segments import quarter_name
from dashboard.texts import Speaker

_N_NAMED = 6


def segments(found: Segments, say: Speaker) -> list[str]:
    """Say which segments win more or less than promised, where the score works, and where it is reversed."""
    if not found.n_tested:
        return [say("segments.nothing_tested")]
    lines = [_levels(found.claims, level, say) for level in ("less", "more")]
    lines = [line for line in lines if line] or [say("segments.no_claim", n=say.count(found.n_tested))]
    orders = found.segments["order"].value_counts()
    n_judged = int(len(found.segments) - orders.get("too_few", 0))
    if n_judged:
        lines.append(say("segments.works", works=say.count(orders.get("works", 0)), n=say.count(n_judged)))
    names = [_name(row, say) for row in found.reversals.itertuples()]
    if names:
        lines.append(say("segments.reversed", names=say("format.comma").join(names)))
    return lines


def drifted(found: Drift, names: dict[str, str], basis: str, say: Speaker) -> list[str]:
    """Say which rules moved in which month, or that none did."""
    months = found.months
    if not found.scores["chance"].notna().any():
        return [say("over_time.drift_few")]
    if not months:
        return [say("over_time.no_drift", n=say.count(len(found.scores)))]
    if len(months) > len(found.scores) / 3:
        listed = say("format.comma").join(say.month(month) for month in months[:_N_NAMED])
        return [say(f"over_time.many_{basis}", n=say.count(len(months)), months=listed)]
    return [_month_line(found, month, names, say) for month in months]


def vintages(found: Vintages, say: Speaker) -> list[str]:
    """Say whether wins come in faster or slower in some months."""
    tested = found.months[found.months["chance"].notna()]
    if tested.empty:
        return [say("over_time.vintage_few")]
    odd = tested[tested["is_different"]]
    if odd.empty:
        return [say("over_time.vintage_alike", n=say.count(len(tested)))]
    parts = []
    for is_faster, key in ((True, "vintage_faster"), (False, "vintage_slower")):
        names = [say.month(month) for month in odd.loc[odd["is_faster"] == is_faster, "month"]]
        if names:
            parts.append(say(f"over_time.{key}", months=say("format.comma").join(names)))
    return parts


def quarters(found: pd.DataFrame, say: Speaker) -> list[str]:
    """Say how well the past foretold the quarters."""
    if found.empty:
        return [say("over_time.quarters_few")]
    n_better = int((found["brier"] < found["base_brier"]).sum())
    lines = [say("over_time.skill", better=say.count(n_better), n=say.count(len(found)))]
    enough = found[found["n_won"] >= MIN_WON]
    if enough.empty:
        return lines
    last = enough.iloc[-1]
    side = "high" if last["ratio_high"] < 1 else "low" if last["ratio_low"] > 1 else "right"
    values = {"won": say.count(last["n_won"]), "predicted": say.count(last["n_predicted"])}
    return [*lines, say(f"over_time.last_{side}", quarter=quarter_name(last["quarter"], say), **values)]


def versus(found: Versus, name_a: str, name_b: str, say: Speaker) -> list[str]:
    """Say whether one score ranks better, on whom this is said, and what it means for the calls."""
    a, b = plain(name_a), plain(name_b)
    if found.better == "too_few":
        return [say("versus.too_few", n=say.count(found.n_both), won=say.count(found.n_won))]
    difference, low, high = found.auc.difference, found.auc.low, found.auc.high
    if found.better == "neither":
        lines = [say("versus.neither", a=a, b=b)]
    else:
        winner, loser = (b, a) if found.better == "b" else (a, b)
        ends = sorted((abs(low), abs(high)))
        values = {"x": _hundredths(abs(difference)), "low": _hundredths(ends[0]), "high": _hundredths(ends[1])}
        lines = [say("versus.better", winner=winner, loser=loser, **values)]
    captured = {"captured_a": _ten(found.capture.a), "captured_b": _ten(found.capture.b)}
    lines.append(say("versus.captured", a=a, b=b, **captured))
    if found.n_tested:
        verdict = "neither" if not found.brier.is_sure else "b" if found.brier.difference < 0 else "a"
        lines.append(say(f"versus.brier_{verdict}", a=a, b=b, n=say.count(found.n_tested)))
    return lines


def scored(found: Versus, name_a: str, name_b: str, say: Speaker) -> str:
    """Say how many decisions the comparison leaves out, and why."""
    values = {"only_a": say.count(found.n_only_a), "only_b": say.count(found.n_only_b), "none": say.count(found.n_none)}
    both = say("versus.scored", n=say.count(found.n_both), won=say.count(found.n_won))
    if found.n_both == found.n_decisions:
        return both
    return say("format.sentences", first=both, second=say("versus.left_out", a=name_a, b=name_b, **values))


def _levels(claims: pd.DataFrame, level: str, say: Speaker) -> str:
    own = claims[claims["level"] == level]
    if own.empty:
        return ""
    parts = [
        say(
            "segments.claim",
            name=_name(row, say),
            won=say.count(row.n_so_far),
            expected=say.count(row.n_expected),
        )
        for row in own.head(_N_NAMED).itertuples()
    ]
    return say(f"segments.{level}", parts=say("format.comma").join(parts))


def _name(row: object, say: Speaker) -> str:
    name = segment_name(row.dimension, row.label, say)
    return plain(say("segments.named", dimension=say(f"segments.dimension.{row.dimension}"), name=name))


def _month_line(found: Drift, month: pd.Timestamp, names: dict[str, str], say: Speaker) -> str:
    rules = found.moved[found.moved["month"] == month]
    parts = [
        say(
            "over_time.rule_moved",
            rule=plain(names.get(row.rule_id, row.rule_id)),
            now=say.percent(row.hit_rate, 0),
            before=say.percent(row.rest_rate, 0),
        )
        for row in rules.head(_N_NAMED).itertuples()
    ]
    if not parts:
        return say("over_time.score_moved", month=say.month(month))
    return say("over_time.month_moved", month=say.month(month), parts=say("format.comma").join(parts))


def _hundredths(value: float) -> str:
    return f"{100 * value:.1f}"


def _ten(value: float) -> str:
    return "–" if pd.isna(value) else f"{10 * value:.1f}"
