"""Rulesets: the points two departments agreed on, as plain files."""

from analysis.rulesets.fields import RulesetError
from analysis.rulesets.library import RulesetFile, find_ruleset, list_rulesets, load_ruleset, release
from analysis.rulesets.model import (
    AttributePredicate,
    Band,
    Gate,
    OptOutPredicate,
    Rule,
    Ruleset,
    TouchPredicate,
)
from analysis.rulesets.parse import parse_ruleset

__all__ = [
    "AttributePredicate",
    "Band",
    "Gate",
    "OptOutPredicate",
    "Rule",
    "Ruleset",
    "RulesetError",
    "RulesetFile",
    "TouchPredicate",
    "find_ruleset",
    "list_rulesets",
    "load_ruleset",
    "parse_ruleset",
    "release",
]
