"""What the workbench found, as sentences for a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.intervals import MIN_N
from analysis.rulesets import Ruleset
from analysis.rulesets.score_tests import Failure, ScoreTestResult
from analysis.tuning import Recommendation, TuningError
from analysis.workbench import Consequences
from dashboard.texts import Speaker
from data.errors import LeadcalError


def rule_name(ruleset: Ruleset, name: str, say: Speaker) -> str:
    """Return the label of a rule; for a tier with the number of times it begins at."""
    rule = next(rule for rule in ruleset.rules if rule.id == name.partition("[")[0])
    label = str(getattr(rule, f"label_{say.language}"))
    if not rule.tiers:
        return label
    return say("points.tier", label=label, n=name.removeprefix(f"{rule.id}[").removesuffix("]"))


def evidence(row: Any, say: Speaker) -> str:
    """Say what the data say a rule is worth; a dash where they say nothing."""
    if row.verdict == "not_enough":
        return "–"
    low, high = round(row.evidence_low), round(row.evidence_high)
    return str(low) if low == high else say("points.evidence", low=low, high=high)


def short_verdict(verdict: str, say: Speaker) -> str:
    """Return the verdict as it fits into the grid."""
    return say("points.few" if verdict == "not_enough" else f"rule_verdict.{verdict}")


def remarks(row: Any, names: Mapping[str, str], say: Speaker) -> list[str]:
    """Say what the points of a rule alone do not show.

    Parameters
    ----------
    row : named tuple
        Of `analysis.workbench.stability_by_points`.
    names : mapping
        What other rules are called, by column of the rules.
    say : Speaker
        Gives the words.
    """
    others = dict.fromkeys(names.get(other, other) for other in row.alike)
    others.pop(names.get(row.Index, row.Index), None)
    said = {
        say("remark.flips", n=row.n_flips, n_all=row.n_periods): row.n_flips > 0,
        say("remark.moving"): row.is_effect_moving,
        say("remark.calendar"): row.is_calendar,
        say("remark.alike", rules=say("format.comma").join(others)): bool(others),
    }
    return [text for text, is_true in said.items() if is_true]


def counts(row: Any, say: Speaker) -> str:
    """Say on how many leads that rests."""
    return say("points.evidence_counts", n=say.count(row.n_mature), n_won=say.count(row.n_won))


def change_list(ruleset: Ruleset, changes: Mapping[str, int], say: Speaker) -> str:
    """Name the changes: rule, today's points, new points."""
    today = ruleset.adjustable
    parts = [
        say("points.change", rule=rule_name(ruleset, name, say), today=today[name], mine=value)
        for name, value in changes.items()
    ]
    return say("format.comma").join(parts)


def advice(found: Recommendation, n_won: float, n_quarters: int, gap: int, say: Speaker) -> str:
    """Say whether to change anything, and why."""
    if found.outcome == "change":
        n_windows = found.backtest.n_windows if found.backtest else 0
        return say("points.advice.change", n=found.n_changes, n_windows=n_windows)
    if found.outcome == "no_change":
        return say("points.advice.no_change")
    if n_won < found.n_won_needed:
        return say("points.advice.few_won", n_won=say.count(n_won), n_needed=say.count(found.n_won_needed))
    if found.backtest is None:
        return say("points.advice.few_lost", n_needed=say.count(found.n_won_needed))
    return say("points.advice.few_quarters", n=n_quarters, n_gap=gap)


def certificate(distance: float | None, n_changes: int, say: Speaker) -> str:
    """Say how far a better card could be; None: there is none."""
    if distance is None:
        return say("points.proven", n=n_changes)
    return say("points.bounded", gap=say.percent(distance))


def moved(found: Consequences, say: Speaker) -> str:
    """Say in one sentence what the other points would do at the threshold."""
    swaps = found.swaps.set_index("move")
    before, after = found.n_above(is_mine=False), found.n_above(is_mine=True)
    return say(
        "points.moved",
        threshold=found.mine.threshold,
        before=say.count(before),
        after=say.count(after),
        change=say.signed(after - before),
        n_in=say.count(swaps.loc["in", "n_leads"]),
        n_out=say.count(swaps.loc["out", "n_leads"]),
    )


def known(row: Any, say: Speaker) -> str:
    """Say how the leads of a move fared, as far as anybody knows."""
    if not row.n_leads:
        return say("points.nobody")
    unknown = say("points.unknown", n=say.count(row.n_unknown))
    if row.n_mature < MIN_N:
        return say("points.known_few", n=say.count(row.n_mature), unknown=unknown)
    return say("points.known", rate=say.percent(row.win_rate), n=say.count(row.n_mature), unknown=unknown)


def captured(found: Consequences, say: Speaker) -> tuple[str, str]:
    """Return how many of ten wins come from the top of the scores: with these points, and today."""
    texts = []
    for calibration in (found.mine, found.today):
        ranking = calibration.ranking
        few = ranking.verdict == "too_few"
        texts.append(say("overview.too_few") if few else f"{ranking.top_capture * 10:.1f}")
    return texts[0], texts[1]


def bands(found: Consequences, say: Speaker) -> str:
    """Describe the picture of the bands to those who cannot see it."""
    parts = [
        say(
            "points.alt_part",
            name=getattr(mine, f"name_{say.language}"),
            mine=say.percent(mine.win_rate if mine.is_enough else float("nan")),
            today=say.percent(before.win_rate if before.is_enough else float("nan")),
        )
        for mine, before in zip(found.mine.bands.itertuples(), found.today.bands.itertuples(), strict=True)
    ]
    return say("points.alt", parts=say("format.comma").join(parts))


def score_test(result: ScoreTestResult, ruleset: Ruleset, say: Speaker) -> str:
    """Say how an example came out, with the scores of its leads, and what was wrong."""
    label = getattr(result.test, f"label_{say.language}")
    scores = say("format.comma").join(str(found.score) for found in result.scores)
    text = say(f"points.test.{'passed' if result.is_passed else 'failed'}", label=label, scores=scores)
    for failure in result.failures:
        text = say("format.sentences", first=text, second=_failure(failure, ruleset, say))
    return text


def _failure(failure: Failure, ruleset: Ruleset, say: Speaker) -> str:
    values = dict(failure.values)
    labels = {gate.id: str(getattr(gate, f"label_{say.language}")) for gate in ruleset.gates}
    if "gate" in values:
        values["gate"] = labels[values["gate"]]
    if "gates" in values:
        shut = [labels[name] for name in values["gates"].split(", ") if name in labels]
        return say("score_failure.gates" if shut else "score_failure.no_gate", gates=say("format.comma").join(shut))
    if "band_ja" in values:
        values["band"] = values[f"band_{say.language}"]
    return say(f"score_failure.{failure.code}", **values)


def impossible(error: LeadcalError, ruleset: Ruleset, say: Speaker) -> str:
    """Say in the reader's language why nothing can be proposed."""
    if not isinstance(error, TuningError):
        return str(error)
    values = dict(error.values)
    if "rule" in values and str(values["rule"]) in ruleset.adjustable:
        values["rule"] = rule_name(ruleset, str(values["rule"]), say)
    return say(f"tuning_error.{error.code}", **values)
