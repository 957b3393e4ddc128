"""Every preset is whole: it loads, says why it leaves columns alone, and reads its own full header."""

import pytest

from data.errors import InputError
from data.imports import parse_mapping
from data.presets import FileHeader, fit, mapping_toml, preset, presets
from data.presets.catalogue import NOT_IN_CONTRACT
from data.presets.recognise import THRESHOLD
from tests.data.presets.mappings import full_headers, without_lines

PRESETS = [pytest.param(found, id=found.preset_id) for found in presets()]


def test_which_presets_there_are():
    assert [found.preset_id for found in presets()] == [
        "account_engagement",
        "business_card_ja",
        "event_ja",
        "exhibition_ja",
        "hubspot",
        "hubspot_ja",
        "marketo",
        "odoo",
        "sales_list_ja",
        "salesforce",
        "salesforce_ja",
        "salesforce_report",
        "x_education",
        "zoho",
    ]


def test_a_preset_that_does_not_exist():
    with pytest.raises(InputError, match="there is no preset 'sap'; use one of account_engagement, "):
        preset("sap")


@pytest.mark.parametrize("found", PRESETS)
def test_files_of_the_mapping_and_of_its_description_are_the_same(found):
    assert set(found.files) == set(found.mapping.files)
    assert {feed.file for feed in found.mapping.feeds} <= set(found.files)
    assert {(table, file) for table, file, _ in found.replaced} <= {(f.table, f.file) for f in found.mapping.feeds}


@pytest.mark.parametrize("found", PRESETS)
def test_with_all_columns_nothing_is_left_out(found):
    fitted = fit(found, full_headers(found))
    assert fitted.left_out == ()
    assert {feed.table for feed in fitted.mapping.feeds} == {feed.table for feed in found.mapping.feeds}


@pytest.mark.parametrize("found", PRESETS)
def test_a_preset_is_a_mapping_file_like_any_other(found):
    assert without_lines(parse_mapping(mapping_toml(found.mapping), "again")) == without_lines(found.mapping)


@pytest.mark.parametrize("found", PRESETS)
def test_a_fitted_preset_can_be_saved_and_read_again(found):
    fitted = fit(found, full_headers(found), time_zone="Asia/Tokyo").mapping
    assert {cell.time_zone for feed in fitted.feeds for cell in feed.cells.values()} == {"Asia/Tokyo"}
    assert without_lines(parse_mapping(mapping_toml(fitted), "saved")) == without_lines(fitted)


@pytest.mark.parametrize("found", PRESETS)
def test_no_column_has_two_meanings_in_one_file(found):
    for headers in full_headers(found).values():
        columns = headers[0].columns
        for column in columns:
            spellings = {name for name in columns if headers[0].find(column, {}) == name}
            assert spellings == {column}


@pytest.mark.parametrize("found", PRESETS)
def test_labels_and_reasons_are_there(found):
    assert found.label_ja
    assert found.label_en
    assert all(file.label_ja and file.label_en and file.required for file in found.files.values())
    assert all(0 < file.distinctive <= file.ceiling <= 1 for file in found.files.values())
    assert any(file.ceiling >= THRESHOLD for file in found.files.values())
    assert all(found.ignored.values())
    assert found.why_ignored("a column nobody knows") == NOT_IN_CONTRACT


def test_reasons_go_by_name_and_by_pattern():
    hubspot = preset("hubspot")
    assert "the stage of today" in hubspot.why_ignored("Lifecycle Stage")
    assert "entered" in hubspot.why_ignored('Date exited "Lead (Lifecycle Stage Pipeline)"')


def test_headers_are_found_in_any_width_case_and_spacing():
    header = FileHeader(name="x.csv", columns=("CREATEDDATE", "ﾘｰﾄﾞ ID", "従業員数（人）", "Id"))
    assert header.find("Created_Date") == "CREATEDDATE"
    assert header.find("リードID") == "ﾘｰﾄﾞ ID"
    assert header.find("従業員数(人)") == "従業員数（人）"
    assert header.find("従業員数") is None
    assert header.find("社員数", {"社員数": ("従業員数(人)",)}) == "従業員数（人）"
    assert header.find("id") == "Id"
