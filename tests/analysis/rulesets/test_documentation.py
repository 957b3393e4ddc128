"""docs/rulesets.md is executed: every ruleset in it loads, every example gives the score it promises."""

import re
from datetime import datetime

import pytest

from analysis.replay import lead_scores
from analysis.rulesets import parse_ruleset
from analysis.selection import Selection
from tests.analysis.test_replay import engine_of
from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "rulesets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
EXAMPLES = re.findall(r"<!-- example: (-?\d+) -->.*?^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
HEAD = 'id = "doc"\nversion = 1\nthreshold = 0\n'
BAND = '[[band]]\nname = "all"\nthreshold = -99\n'


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
    return {"leads": [lead], "touches": touches, "handoffs": [handoff]}


def test_the_document_has_the_history_and_an_example_of_each_kind():
    assert len(history_of_the_document()["touches"]) == 8
    assert len(EXAMPLES) == 13
    assert len(BLOCKS) == len(EXAMPLES) + 2


@pytest.mark.parametrize(("score", "rule"), EXAMPLES)
def test_each_example_gives_its_score(score, rule):
    ruleset = parse_ruleset(
        f'{HEAD}[[rule]]\nid = "example"\n{rule}\n[[rule]]\nid = "zero"\nkind = "touch"\ntouch = "x"\npoints = 0\n{BAND}'
    )
    scores = lead_scores(engine_of(history_of_the_document()), ruleset, Selection(as_of=datetime(2026, 6, 1)))
    assert scores["score"].tolist() == [int(score)]


def test_the_whole_ruleset_of_the_document_loads():
    ruleset = parse_ruleset(BLOCKS[0])
    assert (ruleset.id, ruleset.threshold, len(ruleset.bands)) == ("example", 5, 2)


def test_the_gates_of_the_document_load():
    rule = '[[rule]]\nid = "a"\nkind = "touch"\ntouch = "x"\npoints = 1\n'
    assert [gate.id for gate in parse_ruleset(HEAD + rule + BLOCKS[-1] + BAND).gates] == ["opted_out", "competitor"]
