from datetime import date

import pytest

from analysis.rulesets import (
    RulesetError,
    diff_rulesets,
    find_ruleset,
    list_rulesets,
    parse_ruleset,
    release,
    retire,
    timeline,
    versions_in_force,
)
from data.workspace import Workspace
from tests.analysis.rulesets.test_errors import GOOD


def version(number, valid_from="", text=GOOD):
    more = f"\nvalid_from = {valid_from}" if valid_from else ""
    return text.replace("version = 1", f"version = {number}{more}")


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    for text in (version(1), version(2, "2026-04-01"), version(3, "2026-07-01")):
        release(workspace, text)
    return workspace


def test_a_version_holds_until_the_next_begins(workspace):
    found = [(item.ruleset.version, item.start, item.end) for item in versions_in_force(workspace, "today")]
    april, july = date(2026, 4, 1), date(2026, 7, 1)
    assert found == [(1, None, april), (2, april, july), (3, july, None)]


def test_a_retired_version_ends_and_is_no_longer_found_by_name(workspace):
    retire(workspace, "today", 3, date(2026, 9, 1), "sales did not follow it")
    assert versions_in_force(workspace, "today")[-1].end == date(2026, 9, 1)
    assert find_ruleset(workspace, "today").version == 2
    assert find_ruleset(workspace, "today@3").version == 3
    states = {file.version: file.state for file in list_rulesets(workspace) if not file.is_shipped}
    assert states == {1: "released", 2: "released", 3: "retired"}
    with pytest.raises(RulesetError, match="was retired already"):
        retire(workspace, "today", 3, date(2026, 9, 2))
    with pytest.raises(RulesetError, match="is no release of this workspace"):
        retire(workspace, "today", 4, date(2026, 9, 2))


def test_a_retirement_without_a_date_is_refused(workspace):
    path = workspace.rulesets / "today" / "1.retired"
    path.write_text("soon\n")
    with pytest.raises(RulesetError) as caught:
        list_rulesets(workspace)
    assert str(caught.value) == f'{path}, line 1: "soon" is no date; write for example 2026-04-01'


def test_of_two_that_begin_together_the_higher_holds_and_a_stillborn_one_never_does():
    first, second = (parse_ruleset(version(number, "2026-04-01")) for number in (1, 2))
    third = parse_ruleset(version(3, "2026-06-01"))
    found = timeline([(second, None), (first, None), (third, date(2026, 6, 1))])
    assert [(item.ruleset.version, item.end) for item in found] == [(2, date(2026, 6, 1))]


def test_a_ruleset_nobody_released_has_no_history(tmp_path):
    with pytest.raises(RulesetError, match='there is no released ruleset called "other"'):
        versions_in_force(Workspace(tmp_path), "other")


def test_versions_differ_in_parts_and_aspects():
    after = GOOD.replace("points = 3", "points = 4\nwithin_days = 90").replace("min = 1000", "min = 500")
    after = after.replace("threshold = 3\n\n[[rule]]", "threshold = 4\n\n[[rule]]")
    after = after.replace('[[gate]]\nid = "opted_out"', '[[gate]]\nid = "no_mail"').replace(
        'name = "Cold"', 'name = "Cold"\nowner = "marketing"'
    )
    after += '[[rule]]\nid = "new"\nkind = "bant"\nitem = "needs"\nanswer = "yes"\npoints = 1\n'
    table = diff_rulesets(parse_ruleset(GOOD), parse_ruleset(after))
    short = table[["part", "id", "change", "aspect"]].to_numpy().tolist()
    assert short == [
        ["rule", "seminar", "changed", "points"],
        ["rule", "seminar", "changed", "within_days"],
        ["rule", "large", "changed", "predicate"],
        ["rule", "new", "added", ""],
        ["gate", "opted_out", "removed", ""],
        ["gate", "no_mail", "added", ""],
        ["band", "2", "changed", "owner"],
        ["ruleset", "today", "changed", "threshold"],
    ]
    assert table.loc[0, ["before", "after"]].tolist() == ["3", "4"]
    assert table.loc[2, ["before", "after"]].tolist() == ["field=employees low=1000", "field=employees low=500"]
    assert diff_rulesets(parse_ruleset(GOOD), parse_ruleset(GOOD.replace("version = 1", "version = 2"))).empty
