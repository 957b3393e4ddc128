"""Profiles are kept under their names, never overwritten, and fit next month's export."""

from __future__ import annotations

import pytest

from dashboard.importing import profiles
from dashboard.importing.drafts import Draft
from dashboard.importing.uploads import RefusalError
from data.imports import parse_mapping
from data.presets import FileHeader
from data.workspace import Workspace

HEADER = FileHeader(name="名簿_202604.csv", columns=("管理番号", "受付日", "会社名"))
DRAFT = Draft(
    header=HEADER, chosen={"管理番号": "leads.lead_id", "受付日": "leads.created_at", "会社名": "leads.company"}
)
TWO_FILES = """
name = "two"
[file.contacts]
name = "contacts_2026-04.csv"
[file.deals]
name = "deals_2026-04.csv"
optional = true
[[leads]]
from = "contacts"
lead_id = "ID"
created_at = "Created"
[[deals]]
from = "deals"
lead_id = "Lead"
outcome = { value = "won" }
"""


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def test_saved_and_fitted_to_a_file_of_another_name(workspace):
    path = profiles.save(workspace, "展示会の名簿", DRAFT.mapping())
    assert path == workspace.root / "profiles" / "展示会の名簿.toml"
    assert profiles.names(workspace) == ["展示会の名簿"]
    following = FileHeader(name="[新] list*.csv", columns=("会社名", "備考", "受付日", "管理番号"))
    (found,) = profiles.fitting(workspace, [following]).values()
    assert [spec.pattern for spec in found.files.values()] == ["[[]新] list[*].csv"]
    assert {cell.columns for feed in found.feeds for cell in feed.cells.values()} >= {("管理番号",), ("受付日",)}


def test_does_not_fit_when_a_column_is_missing(workspace):
    profiles.save(workspace, "list", DRAFT.mapping())
    assert profiles.fitting(workspace, [FileHeader(name="a.csv", columns=("管理番号", "会社名"))]) == {}


def test_never_overwritten(workspace):
    profiles.save(workspace, "list", DRAFT.mapping())
    with pytest.raises(RefusalError) as refused:
        profiles.save(workspace, " list ", DRAFT.mapping())
    assert refused.value.code == "profile_exists"


@pytest.mark.parametrize("name", ["", " ", "../escape", "a/b", "a\\b", ".hidden", "x" * 61, "a\nb", "con?"])
def test_names_that_cannot_be_files_are_refused(workspace, name):
    with pytest.raises(RefusalError):
        profiles.save(workspace, name, DRAFT.mapping())
    assert profiles.names(workspace) == []


def test_a_broken_profile_does_not_stop_the_others(workspace):
    profiles.save(workspace, "good", DRAFT.mapping())
    (profiles.folder(workspace) / "broken.toml").write_text("nonsense = [", encoding="utf-8")
    assert list(profiles.fitting(workspace, [HEADER])) == ["good"]


def test_each_file_of_a_profile_is_found_by_its_columns():
    mapping = parse_mapping(TWO_FILES, "two.toml")
    contacts = FileHeader(name="x.csv", columns=("ID", "Created"))
    deals = FileHeader(name="y.csv", columns=("Lead", "Amount"))
    both = profiles.fit(mapping, [deals, contacts])
    assert {alias: spec.pattern for alias, spec in both.files.items()} == {"contacts": "x.csv", "deals": "y.csv"}
    assert profiles.fit(mapping, [deals]) is None
    assert profiles.fit(mapping, [contacts]) is not None  # the deals are optional


def test_names_with_dates_are_saved_without_them(workspace):
    path = profiles.save(workspace, "two", parse_mapping(TWO_FILES, "two.toml"))
    assert "contacts_*.csv" in path.read_text(encoding="utf-8")
