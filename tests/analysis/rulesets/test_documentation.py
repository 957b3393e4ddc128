"""docs/rulesets.md is executed: every ruleset in it loads, every example gives the score it promises."""

import re
from datetime import datetime

import pytest

from analysis.receipts import decision_receipt
from analysis.replay import lead_scores
from analysis.rulesets import parse_ruleset, run_score_tests
from analysis.rulesets.definitions import SHAPES
from analysis.selection import Selection
from tests.analysis.test_replay import engine_of
from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "rulesets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
EXAMPLES = re.findall(r"<!-- example: (-?\d+) -->.*?^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
WHOLE = re.findall(r"<!-- score: (-?\d+) ?(\w*) -->.*?^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
HEAD = 'id = "doc"\nversion = 1\nthreshold = 0\n'
BAND = '[[band]]\nname = "all"\nthreshold = -99\n'
RULE = '[[rule]]\nid = "a"\nkind = "attribute"\nfield = "employees"\nmin = 1000\npoints = 3\n'
AS_OF = datetime(2026, 6, 1)


def history_of_the_document():
    rows = re.findall(r"^\| (\w+) \| (\S*) ?\| (\d{4}-\S+ \d\d:\d\d) \|$", TEXT, re.MULTILINE)
    touches = [
        {
            "touch_id": str(number),
            "lead_id": "a",
            "kind": kind,
            "content": content or None,
            "at": datetime.fromisoformat(at),
        }
        for number, (kind, content, at) in enumerate(rows)
    ]
    lead = {"lead_id": "a", "created_at": datetime(2024, 5, 1), "employees": 1200, "industry": "manufacturing"}
    handoff = {"handoff_id": "h", "lead_id": "a", "handed_off_at": datetime(2025, 6, 1, 12), "pass_no": 1}
    answers = [("budget", "yes", datetime(2025, 5, 20)), ("needs", "no", datetime(2025, 6, 2))]
    bant = [{"lead_id": "a", "item": item, "answer": answer, "learned_at": at} for item, answer, at in answers]
    score = {"lead_id": "a", "scorer": "crm", "axis": "total", "score": 61.5, "scored_at": datetime(2025, 5, 15)}
    return {"leads": [lead], "touches": touches, "handoffs": [handoff], "bant": bant, "scores": [score]}


@pytest.fixture(scope="module")
def engine():
    return engine_of(history_of_the_document())


def test_the_document_has_the_history_and_an_example_of_each_kind():
    assert len(history_of_the_document()["touches"]) == 8
    kinds = {kind for _, rule in EXAMPLES for kind in re.findall(r'^kind = "(\w+)"', rule, re.MULTILINE)}
    assert kinds == {name.removeprefix("rule_") for name in SHAPES if name.startswith("rule_")} - {"tiers"}
    assert (len(EXAMPLES), len(WHOLE)) == (24, 3)
    assert len(BLOCKS) == len(EXAMPLES) + len(WHOLE) + 4


@pytest.mark.parametrize(("score", "rule"), EXAMPLES)
def test_each_example_gives_its_score(engine, score, rule):
    ruleset = parse_ruleset(
        f'{HEAD}[[rule]]\nid = "example"\n{rule}\n[[rule]]\nid = "zero"\nkind = "touch"\ntouch = "x"\npoints = 0\n{BAND}'
    )
    scores = lead_scores(engine, ruleset, Selection(as_of=AS_OF))
    assert scores["score"].tolist() == [int(score)]
    explained = decision_receipt(engine, ruleset, "a", Selection(as_of=AS_OF))
    assert sum(line.points for line in explained.lines) == explained.score == int(score)


@pytest.mark.parametrize(("score", "grade", "text"), WHOLE)
def test_each_whole_ruleset_gives_its_score(engine, score, grade, text):
    ruleset = parse_ruleset(text)
    scores = lead_scores(engine, ruleset, Selection(as_of=AS_OF))
    assert scores[["score", "grade"]].to_numpy().tolist() == [[int(score), grade]]
    assert decision_receipt(engine, ruleset, "a", Selection(as_of=AS_OF)).score == int(score)


def test_the_whole_ruleset_of_the_document_loads():
    ruleset = parse_ruleset(BLOCKS[0])
    assert (ruleset.id, ruleset.threshold, len(ruleset.bands)) == ("example", 5, 2)


def test_the_gates_of_the_document_load():
    (gates,) = (block for block in BLOCKS if block.startswith("[[gate]]"))
    found = [gate.id for gate in parse_ruleset(HEAD + RULE + gates + BAND).gates]
    assert found == ["opted_out", "competitor", "no_budget", "job_seeker"]


def test_the_tests_of_the_document_come_true():
    (tests,) = (block for block in BLOCKS if block.startswith("[[test]]"))
    gate = '[[gate]]\nid = "opted_out"\nkind = "opt_out"\n'
    results = run_score_tests(parse_ruleset(HEAD + RULE + gate + tests + BAND))
    assert [result.failures for result in results] == [(), ()]


def test_the_score_in_parts_of_the_document_loads():
    (text,) = (block for block in BLOCKS if "axis = [" in block)
    ruleset = parse_ruleset(text)
    assert ruleset.outside.axes == ("engagement", "fit")
    assert (ruleset.min_score, ruleset.max_score) == (17, 38)
    assert [band.name_en for band in ruleset.bands] == ["Not scored", "Low", "Medium", "High"]
