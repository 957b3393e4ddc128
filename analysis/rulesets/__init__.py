"""Rulesets: the points two departments agreed on, as plain files."""

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import RulesetFile, find_ruleset, list_rulesets, load_ruleset, release, retire
from analysis.rulesets.model import Ruleset, ScoreTest
from analysis.rulesets.parse import parse_ruleset
from analysis.rulesets.predicates import (
    AttributePredicate,
    BantPredicate,
    Condition,
    KOfPredicate,
    OptOutPredicate,
    OutsideScore,
    RisingPredicate,
    TouchPredicate,
)
from analysis.rulesets.rules import Band, Cell, Gate, Grid, Level, Limit, Rule, Tier
from analysis.rulesets.score_tests import ScoreTestResult, run_score_tests, score_described
from analysis.rulesets.versions import InForce, diff_rulesets, timeline, versions_in_force

__all__ = [
    "AttributePredicate",
    "Band",
    "BantPredicate",
    "Cell",
    "Condition",
    "Gate",
    "Grid",
    "InForce",
    "KOfPredicate",
    "Level",
    "Limit",
    "OptOutPredicate",
    "OutsideScore",
    "RisingPredicate",
    "Rule",
    "Ruleset",
    "RulesetError",
    "RulesetFile",
    "ScoreTest",
    "ScoreTestResult",
    "Tier",
    "TouchPredicate",
    "diff_rulesets",
    "find_ruleset",
    "list_rulesets",
    "load_ruleset",
    "parse_ruleset",
    "release",
    "retire",
    "run_score_tests",
    "score_described",
    "timeline",
    "versions_in_force",
]
