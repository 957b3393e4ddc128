"""The statements of a replay keep to the SQL that other engines read too."""

import re

import pytest

from analysis.replay import HANDOFF, Decision, replay_sql
from analysis.sqlfiles import sql_text

FILES = [
    "decided_handoff",
    "decided_stage",
    "decided_landmark",
    "moments",
    "moments_prepared",
    "moment_touches_prepared",
    "moment_values",
    "moment_values_prepared",
    "decisions",
    "rule_hits",
    "lead_moments",
    "lead_number",
    "lead_outside_scores",
    "lead_touches",
    "lead_values",
    "outside_decisions",
    "outside_scorers",
    "touch_cells",
    "value_cells",
    "lead_touch_cells",
    "lead_value_cells",
    "fact_cells",
    "outcomes",
    "moment_rows",
    "scored_decisions",
    "won_amounts",
    "won_decisions",
    "taken_decisions",
    "moment_outcomes",
    "segment_words",
]
FORBIDDEN = r"SELECT \*|\bQUANTILE|\bMEDIAN|\bAPPROX|\bLOG\(|\bROUND\(|\bPIVOT\b|\bASOF\b|\bEXCLUDE\b|\bFILTER\b|\bQUALIFY\b|//|::"


def without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("name", FILES)
def test_statements_keep_to_the_portable_subset(name):
    text = without_comments(sql_text(name))
    assert re.findall(FORBIDDEN, text, re.IGNORECASE) == []
    for listed in re.findall(r"\bSELECT\n(.*?)\n\s*FROM\b", text, re.DOTALL):
        columns = re.split(
            r",\n(?!\s*\))", re.sub(r"\([^()]*\)", "()", re.sub(r"CASE.*?\n\s*END", "CASE", listed, flags=re.DOTALL))
        )
        assert all(re.search(r" AS \w+$", column.strip()) for column in columns), listed


@pytest.mark.parametrize("name", FILES)
def test_every_statement_says_what_it_reads_and_returns(name):
    assert re.search(r"^-- Reads:", sql_text(name), re.MULTILINE)
    assert re.search(r"^-- Returns:", sql_text(name), re.MULTILINE)


def test_the_statement_is_the_same_for_every_ruleset():
    assert replay_sql(HANDOFF) == replay_sql()
    assert "prep.moment_touches" in replay_sql()
    assert "prep.touches" in replay_sql(Decision(kind="landmark", days=3), is_prepared=False, result="moment_rows")
