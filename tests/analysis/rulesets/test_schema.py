"""The schema that editors use says the same as the parser, as far as a schema can."""

import tomllib
from datetime import date

import jsonschema
import pytest

from analysis.rulesets.schema import ruleset_schema, schema_text
from tests.analysis.rulesets.test_documentation import BLOCKS
from tests.analysis.rulesets.test_errors import CASES, GOOD
from tests.analysis.rulesets.test_library import PRESETS
from tests.conftest import PROJECT

VALIDATOR = jsonschema.Draft202012Validator(ruleset_schema())
# What only the parser can tell: one key against another, or a date that is no text in TOML.
BEYOND = (
    "is not valid TOML", "can never be reached", "is taken by line", "needs a cap", "has no effect", "is above max",
    "is_unknown = false", "must rise", "bands must", "has no threshold", "must be a date", "is not a field of your own",
    "can never hold", "never halves", "is not defined", "grades must fall", "does not have", "two cells", "no cell",
    "no rule belongs", "two axes", "must be below", "a band begins", "is for one lead", "expects nothing",
    "needs either", "is above max_points",
)  # fmt: skip


def is_valid(text):
    data = tomllib.loads(text)
    data = {key: value.isoformat() if isinstance(value, date) else value for key, value in data.items()}
    return not list(VALIDATOR.iter_errors(data))


def test_the_schema_in_the_documentation_is_the_one_of_the_parser():
    jsonschema.Draft202012Validator.check_schema(ruleset_schema())
    assert (PROJECT / "docs" / "ruleset.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: f"{path.parent.name}@{path.stem}")
def test_it_accepts_every_preset(path):
    assert is_valid(path.read_text(encoding="utf-8"))


def test_it_accepts_the_whole_rulesets_of_the_document():
    whole = [block for block in BLOCKS if block.startswith("id = ") and "version" in block]
    assert len(whole) >= 2
    assert all(is_valid(block) for block in whole)


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_it_refuses_what_a_schema_can_tell(old, new, expected):
    assert is_valid(GOOD)
    if not any(words in expected for words in BEYOND):
        assert not is_valid(GOOD.replace(old, new, 1))
