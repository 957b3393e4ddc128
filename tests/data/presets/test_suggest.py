"""Suggestions for files that no preset knows: by words of both languages, with the reason, never by force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.contract import TABLES
from data.errors import InputError
from data.imports import import_files, parse_mapping
from data.presets import FileHeader, mapping_of, suggest, suggested_mapping_toml, targets
from data.presets.synonyms import bare_name, likenesses, scaled_unit
from data.store import open_reader
from data.workspace import Workspace
from tests.data.presets.mappings import without_lines


def header(*columns):
    return FileHeader(name="list.csv", columns=columns)


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("会社名", "leads.company"),
        ("企業名（正式）", "leads.company"),
        ("法人名", "leads.company"),
        ("ｶｲｼｬ名", None),
        ("従業員数(人)", "leads.employees"),
        ("社員数", "leads.employees"),
        ("資本金", "leads.capital_yen"),
        ("役職名", "leads.job_title"),
        ("流入経路", "leads.source"),
        ("リードソース", "leads.source"),
        ("ﾘｰﾄﾞｿｰｽ", "leads.source"),
        ("受注日", "deals.closed_at (won)"),
        ("失注日", "deals.closed_at (lost)"),
        ("受注額（円）", "deals.amount"),
        ("失注理由", "deals.lost_reason"),
        ("商談化日", "stage_events.entered_at (opportunity)"),
        ("SQL化した日", "stage_events.entered_at (sales_qualified)"),
        ("トスアップ日", "handoffs.handed_off_at"),
        ("資料請求日時", "touches.at (document_request)"),
        ("来場日時", "touches.at (exhibition)"),
        ("ご担当者名", "leads.owner"),
        ("Company Name", "leads.company"),
        ("company_name", "leads.company"),
        ("Created", "leads.created_at"),
        ("Lead Created Date", "leads.created_at"),
        ("Won Date", "deals.closed_at (won)"),
        ("Number of Employees", "leads.employees"),
        ("備考", None),
        ("メモ", None),
        ("電話番号", None),
        ("次回アクション日", None),
        ("受注予定日", None),
        ("完了予定日", None),
        ("Close Date", None),
        ("Last Modified Date", None),
        ("First Name", None),
        ("Rating", None),
        ("会社名（カナ）", None),
        ("資本金（百万円）", None),
        ("", None),
    ],
)
def test_what_a_column_is_most_like(column, target):
    found = likenesses(column)
    assert (found[0].target.name if found else None) == target


def test_why_and_how_much():
    (same,) = likenesses("企業名")
    assert (same.score, same.why) == (100, "is called '企業名'")
    near = likenesses("来場日時")[0]
    assert 70 <= near.score < 100
    assert near.why == f"is {near.score:.0f} % like '来場日'"


def test_names_without_brackets_units_and_width():
    assert bare_name("受注額（円）") == bare_name("受注額 円") == "受注額"
    assert bare_name("担当者名") == "担当者名"
    assert bare_name("（株）") == "(株)"
    assert scaled_unit("資本金（百万円）") == "百万円"
    assert scaled_unit("資本金（円）") == ""


def test_every_target_is_a_column_of_the_contract():
    for target in targets():
        assert target.column in TABLES[target.table].column_names
        assert target.words


def test_every_word_leads_to_its_target_or_to_a_column_called_the_same():
    for target in targets():
        for word in target.words:
            best = [found.target for found in likenesses(word) if found.score == 100]
            assert target in best, word


LIST = header("番号", "管理番号", "企業名", "取引先名", "従業員数（人）", "資本金（百万円）", "獲得日", "流入経路", "商談化日", "受注日", "受注額", "失注理由", "アポ日", "備考")  # fmt: skip


def test_no_two_columns_fill_the_same():
    suggestion = suggest(LIST)
    taken = {one.column: one.taken.target.name for one in suggestion.columns if one.taken}
    assert taken == {
        "管理番号": "leads.lead_id",
        "企業名": "leads.company",
        "従業員数（人）": "leads.employees",
        "獲得日": "leads.created_at",
        "流入経路": "leads.source",
        "商談化日": "stage_events.entered_at (opportunity)",
        "受注日": "deals.closed_at (won)",
        "受注額": "deals.amount",
        "失注理由": "deals.lost_reason",
    }
    assert suggestion.unused == ("番号", "取引先名", "資本金（百万円）", "アポ日", "備考")


def test_doubts_are_left_to_a_person():
    notes = {one.column: one.note for one in suggest(LIST).columns if one.note}
    assert notes == {
        "資本金（百万円）": "counts in 百万円: write plain numbers first",
        "アポ日": "may be stage_events.entered_at (tql) or stage_events.entered_at (sales_qualified)",
    }


def test_the_text_can_be_saved_as_a_profile():
    suggestion = suggest(LIST)
    assert suggestion.mapping is not None
    again = parse_mapping(suggestion.toml, "saved.toml")
    assert without_lines(again) == without_lines(suggestion.mapping)
    assert suggested_mapping_toml(LIST) == suggestion.toml
    assert "# Not used: 番号, 取引先名, 資本金（百万円）, アポ日, 備考" in suggestion.toml
    assert "# 企業名 -> leads.company: is called '企業名'" in suggestion.toml


def test_what_is_missing_is_said():
    suggestion = suggest(header("企業名", "役職", "メモ"))
    assert suggestion.missing == ("lead_id", "created_at")
    assert suggestion.mapping is None
    assert "MISSING: say which column is leads.lead_id" in suggestion.toml


def test_a_person_may_choose_otherwise():
    by_name = {target.name: target for target in targets()}
    chosen = {by_name["leads.lead_id"]: "番号", by_name["leads.created_at"]: "獲得日"}
    assert [feed.table for feed in mapping_of(LIST, chosen).feeds] == ["leads"]
    with pytest.raises(InputError, match=r"list.csv: no column fills leads.created_at; choose one"):
        mapping_of(LIST, {by_name["leads.lead_id"]: "番号"})


def test_a_suggested_mapping_imports(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "メール,企業名,従業員数（人）,獲得日,資料請求日,トスアップ日,商談化日,受注日,受注額,失注日,失注理由\n"
        'a@example.jp,森製作所,"1,200人",令和6年4月1日,2024/3/30,2024/4/2,2024/5/1,2024/6/1,¥50万,,\n'
        "b@example.jp,堀商事,約80名,2024/4/2,,2024/4/3,2024/5/2,,,2024/6/2,予算なし\n"
        "c@example.jp,谷工業,-,2024/4/3,,,2024/5/3,,,,\n"
        "d@example.jp,関食品,未入力,2024/4/4,,,,,,,未定\n",
        encoding="utf-8",
    )
    columns = tuple(path.read_text(encoding="utf-8").splitlines()[0].split(","))
    mapping = suggest(FileHeader(name=path.name, columns=columns)).mapping
    workspace = Workspace(tmp_path / "workspace")
    report = import_files(workspace, [path], mapping)
    assert report.is_imported, list(report.failures["text"])
    reader = open_reader(workspace)
    deals = reader.query("SELECT outcome, count(*) AS n FROM deals GROUP BY outcome ORDER BY outcome")
    assert dict(zip(deals["outcome"], deals["n"], strict=True)) == {"lost": 2, "open": 1, "won": 1}
    leads = reader.query("SELECT lead_id, employees FROM leads ORDER BY created_at")
    assert leads["employees"].tolist()[:2] == [1200, 80]
    assert not leads["lead_id"].str.contains("@").any()
    assert reader.query("SELECT kind FROM touches")["kind"].tolist() == ["document_request"]
    assert len(reader.query("SELECT * FROM handoffs")) == 2


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_header_row_gets_an_answer_for_every_column(columns):
    suggestion = suggest(header(*columns))
    assert [one.column for one in suggestion.columns] == [column for column in dict.fromkeys(columns) if column]
    assert (suggestion.mapping is None) == bool(suggestion.missing)
