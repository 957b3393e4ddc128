"""What a person chooses becomes a mapping that the import reads, or a reason why not."""

from __future__ import annotations

import pytest

from dashboard.importing.drafts import DATE_FORMS, NOTHING, Draft, is_personal, target_codes
from dashboard.importing.uploads import RefusalError
from dashboard.texts import LANGUAGES, speaker
from dashboard.texts.speaker import load_texts
from data.imports import import_files
from data.presets import FileHeader
from data.store import open_reader
from data.workspace import Workspace

CHOSEN = {"No": "leads.lead_id", "Date": "leads.created_at", "Won": "deals.closed_at.won", "Note": NOTHING}
HEADER = FileHeader(name="list.csv", columns=tuple(CHOSEN))


def refused(draft: Draft) -> str:
    with pytest.raises(RefusalError) as error:
        draft.mapping()
    return error.value.code


def test_every_target_has_a_name_in_both_languages():
    for language in LANGUAGES:
        assert {f"target.{code}" for code in target_codes()} <= load_texts(language).keys()
        names = [speaker(language)(f"target.{code}") for code in target_codes()]
        assert len(set(names)) == len(names)  # a choice is told by its name
        assert {f"date_form.{code}" for code in DATE_FORMS} <= load_texts(language).keys()


def test_imports_as_chosen(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("No,Date,Won,Note\n1,04/05/2024,,x\n2,05/05/2024,06/07/2024,y\n", encoding="utf-8")
    draft = Draft(
        header=HEADER,
        chosen=CHOSEN,
        constants={"source": "展示会", "campaign": " "},
        date_form="day_first",
        time_zone="UTC",
    )
    workspace = Workspace(tmp_path / "workspace")
    report = import_files(workspace, [file], draft.mapping())
    assert report.is_imported
    reader = open_reader(workspace)
    leads = reader.query("SELECT lead_id, created_at, source, campaign FROM leads ORDER BY lead_id")
    assert leads["created_at"].dt.strftime("%Y-%m-%d").tolist() == ["2024-05-04", "2024-05-05"]
    assert leads["source"].tolist() == ["展示会", "展示会"]
    assert leads["campaign"].isna().all()
    assert reader.query("SELECT outcome FROM deals")["outcome"].tolist() == ["won"]
    assert draft.unused == ("Note",)


def test_one_day_for_the_whole_file(tmp_path):
    file = tmp_path / "badges.csv"
    file.write_text("No,Company\n1,A\n2,B\n", encoding="utf-8")
    header = FileHeader(name="badges.csv", columns=("No", "Company"))
    chosen = {"No": "leads.lead_id", "Company": "leads.company"}
    assert refused(Draft(header=header, chosen=chosen)) == "needs_created_at"
    draft = Draft(header=header, chosen=chosen, constants={"created_at": "2026-05-20"})
    workspace = Workspace(tmp_path / "workspace")
    assert import_files(workspace, [file], draft.mapping()).is_imported
    created = open_reader(workspace).query("SELECT DISTINCT created_at FROM leads")["created_at"]
    assert created.dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2026-05-19 15:00"]  # midnight in Tokyo


def test_a_column_wins_over_a_constant():
    mapping = Draft(header=HEADER, chosen=CHOSEN, constants={"created_at": "2020-01-01"}).mapping()
    leads = next(feed for feed in mapping.feeds if feed.table == "leads")
    assert leads.cells["created_at"].columns == ("Date",)


def test_what_is_missing_or_double_is_said():
    assert refused(Draft(header=HEADER, chosen={"Date": "leads.created_at"})) == "needs_lead_id"
    assert refused(Draft(header=HEADER, chosen={**CHOSEN, "Note": "leads.lead_id"})) == "twice"


def test_only_what_is_known_to_be_harmless_is_shown():
    assert is_personal("leads.company")
    assert is_personal(NOTHING)
    assert not is_personal("leads.employees")
    assert not is_personal("deals.closed_at.won")
