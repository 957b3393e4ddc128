"""Examples in a ruleset's file, tried without any history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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
class Failure:
    """What did not come true of an example; `str()` says it in English.

    Attributes
    ----------
    code : str
        One of `FAILURES`.
    values : dict
        The numbers and names of its sentence.
    """

    code: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return FAILURES[self.code].format(**self.values)


FAILURES: Final = {
    "order": "the first lead scores {score}, which is not above the {other} of the second",
    "gated": "gate {gate} keeps the first lead from being handed over",
    "score": "the lead scores {score}, not {expected}",
    "band": "the lead belongs to band {band_en}, not {expected}",
    "grade": "the lead has grade {grade}, not {expected}",
    "gates": "gates shut: {gates}",
}
"""Sentences by code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTestResult:
    """How one example came out.

    Attributes
    ----------
    is_passed : bool
        Whether everything expected came true.
    failures : tuple of Failure
        One for each thing that did not.
    scores : tuple of DescribedScore
        Of the higher and the lower lead, or of the single one.
    """

    test: ScoreTest
    is_passed: bool
    failures: tuple[Failure, ...]
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


def _pair_failures(higher: DescribedScore, lower: DescribedScore) -> tuple[Failure, ...]:
    failures = []
    if higher.score <= lower.score:
        failures.append(Failure(code="order", values={"score": higher.score, "other": lower.score}))
    if higher.gates:
        failures.append(Failure(code="gated", values={"gate": higher.gates[0]}))
    return tuple(failures)


def _failures(test: ScoreTest, found: DescribedScore) -> tuple[Failure, ...]:
    failures = []
    if test.score is not None and found.score != test.score:
        failures.append(Failure(code="score", values={"score": found.score, "expected": test.score}))
    if test.band is not None and test.band not in (found.band_ja, found.band_en):
        names = {"band_ja": found.band_ja, "band_en": found.band_en}
        failures.append(Failure(code="band", values={**names, "expected": test.band}))
    if test.grade is not None and found.grade != test.grade:
        failures.append(Failure(code="grade", values={"grade": found.grade or "none", "expected": test.grade}))
    if test.is_gated is not None and bool(found.gates) != test.is_gated:
        failures.append(Failure(code="gates", values={"gates": ", ".join(found.gates) or "none"}))
    return tuple(failures)
