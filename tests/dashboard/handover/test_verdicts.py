"""Every reason and every gap has a sentence in both languages."""

from typing import get_args

import pandas as pd
import pytest

from analysis.routing import Gap, find_routing, parse_routing, routing_coverage
from analysis.routing.cells import Cell
from analysis.rule_verdicts import Reason, Verdict
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from dashboard.handover.verdicts import coverage_sentences, gap_sentence, reason
from dashboard.texts import LANGUAGES, speaker
from data.workspace import Workspace
from tests.analysis.histories import day
from tests.analysis.rulesets.test_errors import GOOD
from tests.analysis.test_replay import engine_of

VALUES = {
    **{key: {"points": 3, "evidence": 1.25, "low": -0.5, "high": 3.0, "chance": 0.01, "n_mature": 1234} for key in ("confirmed", "possible", "within_chance", "worth_more", "worth_less", "no_effect", "opposite")},
    "never_fires": {"n_leads": 1234},
    "field_unknown": {"field": "@bant_budget", "n_leads": 10},
    "few_hits": {"n_mature": 3, "n_needed": 20},
    "few_wins": {"n_expected": 1.234, "n_needed": 5},
    "goes_with": {"other": parse_ruleset(GOOD).rules[0].id, "share": 0.84},
    "no_scale": {},
    "wide": {"low": -1.0, "high": 9.0, "points": 3},
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", get_args(Reason))
def test_every_reason_has_a_sentence(language, code):
    row = pd.Series({"reason": code, "values": VALUES[code]})
    text = reason(row, parse_ruleset(GOOD), speaker(language))
    assert text
    assert "{" not in text
    assert "@bant" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_and_match_has_a_word(language):
    say = speaker(language)
    assert all(say.knows(f"rule_verdict.{verdict}") for verdict in get_args(Verdict))
    assert all(say.knows(f"routing.match.{match}") for match in ("none", "one", "several", "conflict"))


def test_a_gap_is_a_sentence_with_its_numbers():
    gap = Gap(
        cells=(Cell(field="employees", kind="range", low=100, high=999), Cell(field="source", kind="values", values=("exhibition",))),
        n_leads=2000, n_unmatched=1500, n_further=1500, n_mature=100, n_won=7, open_rules=("rising",),
    )  # fmt: skip
    rules = find_routing_anywhere()
    assert gap_sentence(gap, rules, speaker("en")) == (
        "Employees from 100 to 999 and Source is Exhibition: 1,500 of 2,000 match no rule (75%); of those handed over "
        "nevertheless 7 of 100 won. Only this can still give them an owner: “Visits more often than before”."
    )
    assert "従業員数が100〜999、かつ獲得施策が展示会：2,000件のうち1,500件" in gap_sentence(gap, rules, speaker("ja"))


def find_routing_anywhere():
    from tests.conftest import PROJECT

    return find_routing(Workspace(PROJECT / "nowhere"), "practice-all")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_counts_names_and_praises(language):
    say = speaker(language)
    leads = [{"lead_id": f"l{n}", "created_at": day(0), "source": "web", "employees": n} for n in range(60)]
    engine = engine_of({"leads": leads})
    text = '[[rule]]\nid = "a"\nkind = "attribute"\nfield = "employees"\nmin = 0\nowner = "marketing"\naction = "x"\n'
    rules = parse_routing(text)
    coverage = routing_coverage(engine, rules, Selection(as_of=day(9)))
    assert coverage_sentences(coverage, rules, say)[-1] == say("routing.nobody_missing")
    both = parse_routing(text + text.replace('"a"', '"b"').replace("marketing", "field_sales"))
    lines = coverage_sentences(routing_coverage(engine, both, Selection(as_of=day(9))), both, say)
    assert say.word("lead_department", "field_sales") in lines[-1]
