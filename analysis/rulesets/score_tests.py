"""Examples in a ruleset's file, tried without any history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.rulesets.model import Ruleset, ScoreTest
from analysis.rulesets.plain import Line, lines_of, shut_gates
from analysis.rulesets.records import DESCRIBED_AT, described
from analysis.rulesets.rules import AXES


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedScore:
    """What a described lead gets.

    Attributes
    ----------
    lines : tuple of Line
        Its receipt.
    grade : str
        Empty without a grid.
    gates : tuple of str
        Ids of the gates that are shut.
    """

    score: int
    fit: int
    engagement: int
    grade: str
    band_ja: str
    band_en: str
    gates: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTestResult:
    """How one example came out.

    Attributes
    ----------
    is_passed : bool
        Whether everything expected came true.
    failures : tuple of str
        One sentence for each thing that did not.
    scores : tuple of DescribedScore
        Of the higher and the lower lead, or of the single one.
    """

    test: ScoreTest
    is_passed: bool
    failures: tuple[str, ...]
    scores: tuple[DescribedScore, ...]


def score_described(ruleset: Ruleset, lead: Mapping[str, Any]) -> DescribedScore:
    """Score a lead described by its attributes and touches, as in `[[test]]`."""
    record = described(lead)
    lines = lines_of(ruleset, record, DESCRIBED_AT)
    fit, engagement = (sum(line.points for line in lines if line.axis == axis) for axis in AXES)
    band = ruleset.band_of(fit + engagement)
    return DescribedScore(
        score=fit + engagement,
        fit=fit,
        engagement=engagement,
        grade="" if ruleset.grid is None else ruleset.grid.grade_of(fit, engagement),
        band_ja=band.name_ja,
        band_en=band.name_en,
        gates=shut_gates(ruleset, record, DESCRIBED_AT),
        lines=lines,
    )


def run_score_tests(ruleset: Ruleset) -> tuple[ScoreTestResult, ...]:
    """Try every example of a ruleset, in the order of the file; needs no history."""
    return tuple(_run(ruleset, test) for test in ruleset.tests)


def _run(ruleset: Ruleset, test: ScoreTest) -> ScoreTestResult:
    leads = [lead for lead in (test.higher, test.lower, test.lead) if lead is not None]
    scores = tuple(score_described(ruleset, lead) for lead in leads)
    failures = _pair_failures(*scores) if test.lead is None else _failures(test, scores[0])
    return ScoreTestResult(test=test, is_passed=not failures, failures=failures, scores=scores)


def _pair_failures(higher: DescribedScore, lower: DescribedScore) -> tuple[str, ...]:
    failures = []
    if higher.score <= lower.score:
        failures.append(f"the first lead scores {higher.score}, which is not above the {lower.score} of the second")
    if higher.gates:
        failures.append(f"gate {higher.gates[0]} keeps the first lead from being handed over")
    return tuple(failures)


def _failures(test: ScoreTest, found: DescribedScore) -> tuple[str, ...]:
    failures = []
    if test.score is not None and found.score != test.score:
        failures.append(f"the lead scores {found.score}, not {test.score}")
    if test.band is not None and test.band not in (found.band_ja, found.band_en):
        failures.append(f"the lead belongs to band {found.band_en}, not {test.band}")
    if test.grade is not None and found.grade != test.grade:
        failures.append(f"the lead has grade {found.grade or 'none'}, not {test.grade}")
    if test.is_gated is not None and bool(found.gates) != test.is_gated:
        failures.append(f"gates shut: {', '.join(found.gates) or 'none'}")
    return tuple(failures)
