"""Sentences, the change sheet and the card: complete in both languages, and nothing breaks out of them."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from analysis.handover import FEATURES, TOOLS
from analysis.routing import find_routing, list_routing_presets
from analysis.rulesets import find_ruleset, parse_ruleset
from dashboard.handover.card import card
from dashboard.handover.phrases import asked, counting
from dashboard.handover.sheet import COLUMNS, heading, markdown, sheet
from dashboard.handover.verdicts import routing_sentence
from dashboard.tables import csv
from dashboard.texts import LANGUAGES, speaker
from data.workspace import Workspace
from tests.analysis.ruleset_strategies import outside_rulesets, rulesets
from tests.conftest import PROJECT

NOWHERE = Workspace(PROJECT / "nowhere")
EVIL = '<script>alert("x")</script> & \'"'
WHOLE = """
id = "whole"
version = 3
valid_from = 2026-04-01
threshold = 5
label = { ja = "全部", en = "Whole" }

[[rule]]
id = "tiers"
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 4, points = 3 }]
group = "web"

[[rule]]
id = "halving"
label = "EVIL"
kind = "touch"
channel = ["web", "mail"]
content = "*a*"
direction = "inbound"
repeat = "each"
cap = 2
points = 4
half_life_days = 30
group = "web"

[[rule]]
id = "bant"
kind = "bant"
item = "budget"
answer = ["yes", "unknown"]
points = 2
locked = true

[[rule]]
id = "rising"
kind = "rising"
touch = "page_visit"
days = 30
points = 2

[[rule]]
id = "some"
axis = "fit"
kind = "k_of"
need = 2
points = -3
[[rule.of]]
kind = "attribute"
field = "capital_yen"
min = 50_000_000_000
[[rule.of]]
kind = "attribute"
field = "is_inbound"
in = [true]
[[rule.of]]
kind = "touch"
touch = "seminar"
at_least = 2
within_days = 90

[[gate]]
id = "rival"
kind = "attribute"
field = "company"
like = "*EVIL*"

[[group]]
id = "web"
max_points = 5

[axis.fit]
min_points = -2
max_points = 8

[[band]]
name = "Hot"
threshold = 5
owner = "EVIL"
action = "EVIL"
deadline_hours = 24

[[band]]
name = "Cold"

[grid]
fit = [{ grade = "A", threshold = 3 }, { grade = "B" }]
engagement = [{ grade = "1", threshold = 3 }, { grade = "2" }]
[[grid.cell]]
grades = ["A1", "A2", "B1", "B2"]
name = "All"
owner = "marketing"
"""
RULESET = parse_ruleset(WHOLE.replace('"EVIL"', "'''" + EVIL + "'''").replace('"*EVIL*"', "'''*" + EVIL + "*'''"))


def text_of(html):
    """The text a reader sees, and the elements of the page."""

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.texts, self.tags = [], []

        def handle_starttag(self, tag, attrs):
            self.tags.append((tag, dict(attrs)))

        def handle_data(self, data):
            self.texts.append(data)

    reader = Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.texts).split()), reader.tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_everything_and_asks_nothing_of_the_network(language):
    say = speaker(language)
    html = card(RULESET, say)
    text, tags = text_of(html)
    for expected in (
        say("card.version", version=3),
        say("card.draft"),
        say.date(RULESET.valid_from),
        RULESET.content_hash,
        say("card.threshold_points", points=5),
        "+1/+3",
        "-3",
        say("card.hours", hours=24),
        say("card.locked"),
        "whole@3",
        EVIL,
    ):
        assert " ".join(expected.split()) in text, expected
    assert {tag for tag, _ in tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "div", "h1", "h2", "b", "span", "strong", "main",
        "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "small", "p", "ul", "li", "footer",
    }  # fmt: skip
    assert not any(name in attributes for _, attributes in tags for name in ("src", "href", "onload", "onerror"))
    assert "default-src 'none'" in html
    assert re.findall(r"https?://|url\(|@import", html) == []
    assert dict(tags)["html"]["lang"] == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reference", ["practice-basic", "practice-fit"])
def test_the_card_of_every_preset_is_written(language, reference):
    ruleset = find_ruleset(NOWHERE, reference)
    text, _ = text_of(card(ruleset, speaker(language)))
    assert speaker(language)("card.released") in text
    for rule in ruleset.rules:
        assert getattr(rule, f"label_{language}") in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_sheet_is_complete_for_every_tool(language, tool):
    say = speaker(language)
    table = sheet(None, RULESET, tool, say)
    assert tuple(table.columns) == COLUMNS
    assert table["where"].str.len().min() > 0
    assert (table["before"] == say("sheet.no_points")).all()
    assert len(table) == 5 + 2 + 1 + 1 + 2 + 1
    for feature in FEATURES:
        assert say(f"sheet.feature.{feature}")
    other = parse_ruleset(WHOLE.replace("points = 4", "points = -4").replace("half_life_days = 30", "within_days = 9"))
    changed = sheet(other, RULESET, tool, say)
    assert changed["before"].str.contains(say("sheet.minus", points=4)).any()
    assert "whole@3" in heading(other, RULESET, tool, say)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_checklist_keeps_every_text_in_its_cell(language):
    text = markdown(None, RULESET, "marketo", speaker(language))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 12
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}
    assert "<script" not in text.replace("\\<script", "")
    assert speaker(language)("sheet.nothing") in markdown(RULESET, RULESET, "generic", speaker(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_points_survive_a_spreadsheet(language):
    content = csv(sheet(None, RULESET, "generic", speaker(language))).decode("utf-8-sig")
    assert not re.search(r'(^|,)"?\'?[=+\-@]', content, re.MULTILINE)


@pytest.mark.parametrize("preset", list_routing_presets())
def test_handoff_rules_are_sentences(preset):
    rules = find_routing(NOWHERE, preset).rules
    ja = [routing_sentence(rule, speaker("ja")) for rule in rules]
    en = [routing_sentence(rule, speaker("en")) for rule in rules]
    assert ja[1] == "従業員数が99以下：マーケティングが担当し、「メルマガを定期的に送る」。"
    assert en[1] == "Employees 99 or less: Marketing – Send the newsletter regularly."
    assert all("24" in sentence for sentence in (ja[0], en[0]))
    joined = {"practice-all": " and ", "practice-any": "any of", "practice-two-of-three": "at least 2 of"}
    assert joined[preset] in en[0]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruleset=rulesets())
def test_every_rule_there_can_be_has_words(ruleset):
    for language in LANGUAGES:
        say = speaker(language)
        for rule in ruleset.rules:
            assert asked(rule.predicate, say).strip()
            assert counting(rule, say).strip()
        assert card(ruleset, say).endswith("</html>\n")
        assert len(sheet(None, ruleset, "hubspot", say))


@settings(max_examples=3, deadline=None)
@given(ruleset=outside_rulesets())
def test_the_score_of_another_tool_has_a_card_too(ruleset):
    assert "crm" in card(ruleset, speaker("en"))
