"""The marketing manager's reading test: with all numbers hidden, the sentences alone are right and sufficient.

What is said of each score stands in `reading_<language>.txt`, to be read by people:

    python -m tests.dashboard.calibrating.test_reading

writes the files anew after the words were changed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.brier import decompose_brier
from analysis.calibration import calibrate
from analysis.gains import capture_at
from analysis.reliability import reliability
from analysis.selection import Selection
from analysis.verdict import Reason, verdict
from analysis.yardstick import Limit, unmeasured
from dashboard import sentences
from dashboard.calibrating import score_words
from dashboard.texts import LANGUAGES, speaker
from tests.dashboard.conftest import Points, score_table

SELECTION = Selection(as_of=datetime(2026, 3, 31))
FOLDER = Path(__file__).parent

# score, n_mature, n_won, n_immature, n_standing; the bands begin at 0, 20 and 40, the threshold is 20
SCORES = {
    "good": score_table(
        (5, 300, 6, 40, 200), (15, 300, 15, 40, 200), (25, 300, 36, 40, 100), (35, 300, 60, 40, 50),
        (45, 200, 80, 40, 10), (55, 100, 60, 20, 0),
    ),
    "bad: helps a little": score_table((5, 600, 60, 40, 100), (25, 600, 85, 40, 100), (45, 600, 110, 40, 100)),
    "bad: a hump": score_table((5, 600, 60, 40, 100), (25, 600, 130, 40, 100), (45, 600, 85, 40, 100)),
    "flat": score_table((5, 800, 80, 40, 100), (25, 800, 82, 40, 100), (45, 800, 79, 40, 100)),
    "reversed": score_table((5, 300, 90, 40, 0), (25, 400, 40, 40, 0), (45, 300, 6, 40, 0)),
    "too small": score_table((5, 30, 1, 20, 10), (25, 30, 3, 30, 10), (45, 20, 5, 10, 10)),
    "no signal yet": score_table((5, 40, 8, 20, 10), (25, 40, 7, 30, 10), (45, 40, 10, 10, 10)),
    "a plateau in the middle": score_table(
        (5, 500, 25, 40, 0), (15, 500, 50, 40, 0), (25, 500, 120, 40, 0), (30, 500, 118, 40, 0),
        (35, 500, 117, 40, 0), (45, 500, 240, 40, 0), (55, 500, 330, 40, 0),
    ),
    "nobody above the threshold was called": score_table(
        (5, 300, 6, 40, 0), (15, 300, 60, 40, 0), (25, 30, 15, 5, 4000), (45, 5, 4, 0, 900)
    ),
}  # fmt: skip

DRIFTS = {
    "good, but the leads have changed": ("rules_moved", ("rule_a", "rule_b"), (True, False), False),
    "good, but leads score higher": ("scores_rose", ("rule_a",), (True,), True),
    "good, but leads score lower": ("scores_fell", (), (), True),
}

LIMITS: tuple[Limit, ...] = ("no_facts", "too_few", "nothing", "ahead", "points", "near", "data", "unclear")
NAMES = (*SCORES, *DRIFTS)
RULES = SimpleNamespace(
    rules=(
        SimpleNamespace(id="rule_a", label_ja="名刺交換", label_en="Business card exchanged"),
        SimpleNamespace(id="rule_b", label_ja="部長以上", label_en="Director or above"),
    )
)


def hidden(text: str) -> str:
    """Return a text without its numbers and months, and without what marks it up."""
    text = re.sub(r"\d+([,.]\d+)*%?|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?= #|\b)", "#", text)
    return re.sub(r"(# ?)+(?=#)|\\", "", text)


def drifted(name) -> list[Reason]:
    """What was found to have moved, as `analysis.judgement` tells it."""
    if name not in DRIFTS:
        return []
    code, rules, is_more, is_lasting = DRIFTS[name]
    days = {"month": date(2026, 1, 1), "known_on": date(2026, 8, 30)}
    values = {**days, "rules": rules, "is_more": is_more, "is_lasting": is_lasting}
    return [Reason(code=code, level="caution", values=values)]


def said(name, say) -> list[str]:
    """Everything the page says of a score in sentences, from the top down."""
    result = calibrate(SCORES["good" if name in DRIFTS else name], Points())
    found = verdict(result, SELECTION, drifted(name))
    capture = capture_at(result.scores, max(round(0.3 * result.ranking.n_leads), 1))
    return [
        sentences.headline(result, say),
        sentences.verdict(result, say),
        score_words.verdict_headline(found, say),
        *(f"- {score_words.reason(reason, result.bands, say, RULES)}" for reason in found.reasons),
        *(f"> {score_words.remedy(remedy, say)}" for remedy in found.remedies),
        *score_words.reliability(reliability(result), say),
        *score_words.ranking(result, capture, say),
    ]


def whole(language) -> str:
    say = speaker(language)
    parts = [f"## {name}\n" + "\n".join(map(hidden, said(name, say))) for name in NAMES]
    parts += [f"## limit: {limit}\n" + "\n".join(map(hidden, limit_lines(limit, say))) for limit in LIMITS]
    return "\n\n".join(parts) + "\n"


def limit_lines(limit: Limit, say) -> list[str]:
    found = unmeasured(limit)
    if limit not in ("no_facts", "too_few"):
        brier = decompose_brier([0.1, 0.5], [10, 50], [100, 100])
        found = replace(found, brier=brier, auc_points=0.7, auc_best=0.75)
    return score_words.yardstick(found, say)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_without_numbers(language):
    assert whole(language) == (FOLDER / f"reading_{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_score_is_told_from_the_others_without_numbers(language):
    say = speaker(language)
    texts = [tuple(map(hidden, said(name, say))) for name in NAMES]
    texts += [tuple(map(hidden, limit_lines(limit, say))) for limit in LIMITS]
    assert len(set(texts)) == len(texts)
    assert not any(re.search(r"\d", line) for text in texts for line in text)


@pytest.mark.parametrize(
    ("name", "state", "shape"),
    [
        ("good", "ready", "rising"),
        ("flat", "caution", "flat"),
        ("reversed", "caution", "falling"),
        ("too small", "cannot_say", "too_few"),
        ("no signal yet", "cannot_say", "flat"),
        ("a plateau in the middle", "ready", "plateau"),
    ],
)
def test_the_sentences_rest_on_the_right_findings(name, state, shape):
    result = calibrate(SCORES[name], Points())
    assert verdict(result, SELECTION).state == state
    assert reliability(result).shape == shape


def test_probabilities_of_the_past_are_judged_in_words():
    say = speaker("en")
    found = replace(unmeasured("near"), auc_points=0.7, auc_best=0.72)
    for p, expected in (([0.1, 0.5], "about right"), ([0.3, 0.7], "were off"), ([0.9, 0.95], "worse")):
        brier = decompose_brier(p, [10, 50], [100, 100])
        assert expected in score_words.yardstick(replace(found, brier=brier), say)[-1]


if __name__ == "__main__":
    for each in LANGUAGES:
        (FOLDER / f"reading_{each}.txt").write_text(whole(each), encoding="utf-8")
