import hashlib
from pathlib import Path

import pytest

from analysis.rulesets import RulesetError, find_ruleset, list_rulesets, load_ruleset, release
from analysis.rulesets.library import _PRESETS
from data.workspace import Workspace
from tests.analysis.rulesets.test_errors import GOOD
from tests.conftest import PROJECT


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def refusal(action, *arguments) -> str:
    with pytest.raises(RulesetError) as caught:
        action(*arguments)
    return str(caught.value)


def test_a_release_is_the_text_and_its_hash(workspace):
    ruleset = release(workspace, GOOD)
    path = workspace.rulesets / "today" / "1.toml"
    assert path.read_text(encoding="utf-8") == GOOD
    assert path.with_suffix(".sha256").read_text() == f"{hashlib.sha256(GOOD.encode()).hexdigest()}  1.toml\n"
    assert ruleset.is_released
    assert find_ruleset(workspace, "today") == ruleset


def test_a_released_version_can_neither_be_released_again_nor_overwritten(workspace):
    release(workspace, GOOD)
    path = workspace.rulesets / "today" / "1.toml"
    expected = f"{path}: was released already and never changes; raise the version to 2"
    assert refusal(release, workspace, GOOD) == expected
    assert refusal(release, workspace, GOOD.replace("points = 3", "points = 4")) == expected


def test_a_released_file_that_was_changed_is_refused(workspace):
    release(workspace, GOOD)
    path = workspace.rulesets / "today" / "1.toml"
    path.write_text(GOOD.replace("points = 3", "points = 4"), encoding="utf-8")
    assert refusal(find_ruleset, workspace, "today") == (
        f"{path}: was changed after its release (its text no longer matches 1.sha256); "
        "restore it, and put the change into the next version"
    )


def test_line_ends_do_not_matter_to_the_hash(workspace):
    release(workspace, GOOD)
    path = workspace.rulesets / "today" / "1.toml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert find_ruleset(workspace, "today").is_released


def test_a_draft_in_place_is_released_as_it_stands(workspace):
    path = workspace.rulesets / "today" / "1.toml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, encoding="utf-8")
    assert not find_ruleset(workspace, "today").is_released
    assert refusal(release, workspace, GOOD + "\n") == (
        f"{path}: exists already with other content; release that file, or raise the version"
    )
    assert release(workspace, GOOD).is_released


def test_the_newest_release_is_found_before_newer_drafts(workspace):
    release(workspace, GOOD)
    release(workspace, GOOD.replace("version = 1", "version = 2"))
    draft = workspace.rulesets / "today" / "10.toml"
    draft.write_text(GOOD.replace("version = 1", "version = 10"), encoding="utf-8")
    assert find_ruleset(workspace, "today").version == 2
    assert find_ruleset(workspace, "today@1").version == 1
    assert find_ruleset(workspace, "today@10").version == 10
    assert find_ruleset(workspace, str(draft)).version == 10
    own = [(file.name, file.version, file.is_released) for file in list_rulesets(workspace) if not file.is_shipped]
    assert own == [("today", 1, True), ("today", 2, True), ("today", 10, False)]


def test_what_cannot_be_found_is_said_with_what_can(workspace):
    release(workspace, GOOD)
    folder = workspace.rulesets
    assert (
        refusal(find_ruleset, workspace, "tody") == f'{folder}: there is no ruleset called "tody"; did you mean today?'
    )
    assert refusal(find_ruleset, workspace, "today@7") == f'{folder}: "today" has no version 7; choose from today@1'
    assert refusal(find_ruleset, workspace, "a b").startswith('"a b" names no ruleset; write a name (today)')
    assert refusal(find_ruleset, workspace, "no.toml") == "no.toml: there is no such file; check the path"


def test_a_file_in_the_wrong_place_is_refused(workspace):
    path = workspace.rulesets / "other" / "1.toml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, encoding="utf-8")
    assert refusal(find_ruleset, workspace, "other") == (
        f'{path}: calls itself "today" version 1; its place says "other" version 1: correct id and version, or move the file'
    )


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "1.toml"
    path.write_bytes("セミナー".encode("cp932"))
    assert refusal(load_ruleset, path) == f"{path}: is not UTF-8 text; save it as UTF-8"


PRESETS = sorted(_PRESETS.glob("*/*.toml"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: f"{path.parent.name}@{path.stem}")
def test_every_preset_is_a_release_and_can_be_found_by_name(path: Path, workspace):
    ruleset = find_ruleset(workspace, f"{path.parent.name}@{path.stem}")
    assert ruleset.is_released
    assert all(rule.label_ja and rule.label_en for rule in ruleset.rules)
    assert all(band.name_ja != band.name_en for band in ruleset.bands)


def test_the_basic_preset_gives_the_points_of_practice(workspace):
    points = {rule.id: rule.points for rule in find_ruleset(workspace, "practice-basic").rules}
    assert points == {"newsletter_signup": 1, "inquiry": 2, "seminar": 3}


def test_the_example_for_olist_is_a_valid_ruleset():
    ruleset = load_ruleset(PROJECT / "docs" / "examples" / "olist" / "ruleset.toml")
    assert {rule.predicate.field for rule in ruleset.rules} == {"source"}


def test_a_draft_made_from_a_shipped_ruleset_leaves_the_release_to_be_found(workspace):
    shipped = find_ruleset(workspace, "practice-basic@1")
    draft = workspace.rulesets / "practice-basic" / "2.toml"
    draft.parent.mkdir(parents=True)
    text = Path(shipped.path).read_text(encoding="utf-8")
    draft.write_text(text.replace("version = 1", "version = 2"), encoding="utf-8")
    assert find_ruleset(workspace, "practice-basic@1").is_released
    assert find_ruleset(workspace, "practice-basic").version == 1
    assert not find_ruleset(workspace, "practice-basic@2").is_released
