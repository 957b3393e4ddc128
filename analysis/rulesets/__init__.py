"""Rulesets: the points two departments agreed on, as plain files."""

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import RulesetFile, find_ruleset, list_rulesets, load_ruleset, release
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

__all__ = [
    "AttributePredicate",
    "Band",
    "BantPredicate",
    "Cell",
    "Condition",
    "Gate",
    "Grid",
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
    "Tier",
    "TouchPredicate",
    "find_ruleset",
    "list_rulesets",
    "load_ruleset",
    "parse_ruleset",
    "release",
]
