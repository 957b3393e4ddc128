"""Values of attributes in the reader's language; values of one's own speak for themselves."""

import pytest

from analysis.rulesets import find_ruleset, parse_ruleset
from dashboard.handover.phrases import asked
from dashboard.texts import LANGUAGES, speaker
from dashboard.wording import any_value, group_name, value
from data.store import open_reader
from data.workspace import Workspace
from tests.conftest import PROJECT


def test_known_values_have_words_and_others_speak_for_themselves():
    ja = speaker("ja")
    assert value("industry", "manufacturing", ja) == "製造業"
    assert value("industry", "宇宙開発", ja) == "宇宙開発"
    assert value("department", "営業部", speaker("en")) == "Sales department"
    assert any_value("manufacturing", ja) == "製造業"
    assert any_value("1200", ja) == "1200"
    assert group_name("seniority", "director", ja) == "部長クラス"
    assert group_name("owner", "manufacturing", ja) == "manufacturing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_the_synthetic_company_has_a_word(firm, language):
    reader, say = open_reader(firm), speaker(language)
    for field in ("industry", "seniority", "department", "job_title", "campaign"):
        codes = reader.query(f"SELECT DISTINCT {field} AS code FROM leads WHERE {field} IS NOT NULL")["code"]
        assert [code for code in codes if not say.knows(f"value.{field}.{code}")] == []


def test_rules_name_values_in_words():
    today = find_ruleset(Workspace(PROJECT / "nowhere"), str(PROJECT / "data" / "synthetic" / "today.toml"))
    rule = next(rule for rule in today.rules if rule.id == "industry_manufacturing")
    assert asked(rule.predicate, speaker("ja")) == "業種が製造業"
    own = parse_ruleset(
        'id = "x"\nversion = 1\nthreshold = 1\n[[rule]]\nid = "a"\nkind = "attribute"\nfield = "industry"\n'
        'in = ["宇宙"]\npoints = 1\n[[band]]\nname = "all"\n'
    )
    assert asked(own.rules[0].predicate, speaker("ja")) == "業種が「宇宙」"
