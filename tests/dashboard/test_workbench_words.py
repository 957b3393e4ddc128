"""Why nothing can be proposed, and why an example fails, in the reader's language."""

import pytest

from analysis.rulesets import parse_ruleset, run_score_tests
from analysis.tuning import TuningError
from dashboard.texts import LANGUAGES, speaker
from dashboard.workbench import words
from data.errors import LeadcalError
from tests.analysis.rulesets.test_errors import GOOD
from tests.analysis.rulesets.test_score_tests import TESTS

CASES = {
    "range": {"rule": "large", "today": 3, "low": 50, "high": 4},
    "changes": {"n": 4, "n_allowed": 2},
    "volume": {},
    "tiers": {},
    "rules": {"n": 3},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CASES)
def test_every_reason_against_a_proposal_has_a_sentence(language, code):
    text = words.impossible(TuningError("plain", code, **CASES[code]), parse_ruleset(GOOD), speaker(language))
    assert "{" not in text
    assert text != "plain"
    assert all(str(value) in text for name, value in CASES[code].items() if name != "rule")
    assert words.impossible(LeadcalError("other"), parse_ruleset(GOOD), speaker(language)) == "other"


def failing():
    text = GOOD + TESTS.replace("score = 2", "score = 3").replace('band = "Cold"', 'band = "Hot"\ngrade = "A1"')
    text = text.replace("employees = 60", "employees = 5000, touches = [{ touch = 'seminar', days_ago = 900 }]")
    text = text.replace("employees = 1200,", 'employees = 1200, opt_out = ["call"],').replace('opt_out = "email"', "")
    return parse_ruleset(text.replace("1000,", "1000"))


def test_every_failure_is_said_in_the_language_of_the_reader():
    ruleset = failing()
    first, second = run_score_tests(ruleset)
    ja = [words.score_test(result, ruleset, speaker("ja")) for result in (first, second)]
    assert "1件目は5点で、2件目の5点を上回っていません。" in ja[0]
    assert "3点のはずが、2点です。" in ja[1]
    assert "引き渡しを止める条件に当てはまりません。" in ja[1]
    en = words.score_test(second, ruleset, speaker("en"))
    assert "The lead scores 2, not 3." in en
    assert "Nothing keeps it from being handed over." in en
