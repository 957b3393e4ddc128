"""A draft is the text it came from with other points: nothing else moves, and nothing is overwritten."""

import difflib
import re
from pathlib import Path

import pytest

from analysis.rulesets import RulesetError, find_ruleset, list_rulesets, load_ruleset, parse_ruleset
from analysis.rulesets.drafts import draft_text, next_version, save_draft
from data.synthetic import build_company
from data.workspace import Workspace

TEXT = """# agreed in April: points = 99
id = "ours"
version = 3   # version = 9
outcome = "won"
threshold = 4

[[rule]]
id = "seminar"
label = { ja = "セミナー", en = "points = 7, version = 8" }
kind = "touch"
touch = "seminar"
points = 3 # not points = 5
[[rule]]
points = -1
id = "small"
label = { ja = "小さい", en = "Small" }
kind = "attribute"
field = "employees"
max = 9
axis = "fit"

[[rule]]
id = "visits"
label = { ja = "訪問", en = "Visits" }
kind = "touch"
touch = "page_visit"
repeat = "tiers"
tiers = [{ from = 1, points = 1 }, { from = 3, points = 2 }, { from = 9, points = 4 }]

[[band]]
name = { ja = "今すぐ", en = "Hot" }
threshold = 4
[[band]]
name = { ja = "そのうち", en = "Cold" }
"""


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if re.match(r"[+-](?![+-]{2} ?$)", line)]


def test_only_points_and_version_change():
    draft = draft_text(TEXT, {"seminar": 5, "small": -3, "visits[3]": 3}, 4)
    assert changed_lines(TEXT, draft) == [
        "-version = 3   # version = 9",
        "+version = 4   # version = 9",
        "-points = 3 # not points = 5",
        "+points = 5 # not points = 5",
        "-points = -1",
        "+points = -3",
        "-tiers = [{ from = 1, points = 1 }, { from = 3, points = 2 }, { from = 9, points = 4 }]",
        "+tiers = [{ from = 1, points = 1 }, { from = 3, points = 3 }, { from = 9, points = 4 }]",
    ]
    wanted = parse_ruleset(TEXT, "t").with_points({"seminar": 5, "small": -3, "visits[3]": 3})
    found = parse_ruleset(draft, "t")
    assert found.adjustable == wanted.adjustable
    assert found.version == 4


def test_points_that_stay_the_same_leave_their_text_alone():
    draft = draft_text(TEXT.replace("points = 3 #", "points = +3 #"), {"seminar": 3}, 4)
    assert "points = +3 #" in draft


def test_every_adjustable_number_of_every_preset_can_be_drafted(tmp_path):
    for file in list_rulesets(Workspace(tmp_path)):
        ruleset = load_ruleset(file.path)
        # One more point everywhere: never a rule without points, which would be an error.
        points = {name: value + (1 if value > 0 else -1) for name, value in ruleset.adjustable.items()}
        text = file.path.read_text(encoding="utf-8")
        assert parse_ruleset(draft_text(text, points, 77), "draft").adjustable == points


def test_an_unknown_rule_is_an_error():
    with pytest.raises(KeyError, match="nobody"):
        draft_text(TEXT, {"nobody": 1}, 4)


def test_points_written_in_another_way_are_refused():
    with pytest.raises(RulesetError, match="points"):
        draft_text(TEXT.replace("points = 3 #", "points = 0x3 #"), {"seminar": 5}, 4)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    company = Workspace(tmp_path / "workspace")
    build_company(company, n_leads=50, seed=1)
    return company


def test_a_draft_is_the_next_version_and_overwrites_nothing(workspace):
    today = find_ruleset(workspace, "today")
    first = save_draft(workspace, today, {"seminar": 4})
    second = save_draft(workspace, today, {"seminar": 5})
    assert [path.name for path in (first, second)] == ["2.toml", "3.toml"]
    assert [load_ruleset(path).adjustable["seminar"] for path in (first, second)] == [4, 5]
    assert not any(load_ruleset(path).is_released for path in (first, second))
    assert find_ruleset(workspace, "today").version == 1  # the release stays in force
    assert next_version(workspace, "today") == 4
    assert next_version(workspace, "new") == 1


def test_a_draft_of_a_shipped_ruleset_goes_into_the_workspace(workspace):
    path = save_draft(workspace, find_ruleset(workspace, "practice-basic"), {"seminar": 4})
    assert path == workspace.rulesets / "practice-basic" / "2.toml"


def test_a_file_that_changed_in_the_meantime_is_refused(workspace):
    draft = load_ruleset(save_draft(workspace, find_ruleset(workspace, "today"), {"seminar": 4}))
    path = Path(draft.path)
    path.write_text(path.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    with pytest.raises(RulesetError, match="meantime"):
        save_draft(workspace, draft, {"seminar": 5})
    path.unlink()
    with pytest.raises(RulesetError, match="cannot be read"):
        save_draft(workspace, draft, {"seminar": 5})
