"""The tabs on conditions, near misses and twins: what they say follows from the numbers, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.losses.subgroups import subgroups
from analysis.rulesets import find_ruleset
from dashboard.figures.conditions import conditions_figure
from dashboard.losing.conditions import condition_code, condition_name, decimals
from dashboard.losing.subgroups import claims, fine_print
from dashboard.tables_conditions import conditions_table
from dashboard.texts import LANGUAGES, speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.analysis.losses.made_facts import is_label, made_with_facts
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")
TABS = {"groups": "subgroups.heading", "near_misses": "near_misses.heading", "twins": "twins.heading"}


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("searches") / "workspace")
    build_company(workspace, n_leads=2_000)
    return workspace


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("tiny") / "workspace")
    build_company(workspace, n_leads=50)
    return workspace


def weak_owner(_table, facts, _hits):
    return -1.5 * is_label(facts, "owner", "owner1")


@pytest.fixture(scope="module")
def found():
    return subgroups(*made_with_facts(3, 8_000, weak_owner))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_tab_draws(firm, monkeypatch, tab, language):
    said = words(open_page("whylost", firm, monkeypatch, tab=tab, lang=language))
    say = speaker(language)
    assert say(TABS[tab]) in said
    assert say("error.defect") not in said


@pytest.mark.parametrize("tab", TABS)
def test_a_tiny_history_says_that_it_is_too_small(tiny, monkeypatch, tab):
    said = words(open_page("whylost", tiny, monkeypatch, tab=tab))
    assert SAY(TABS[tab]) in said
    assert SAY("error.defect") not in said
    if tab == "groups":
        assert "Too few results to search" in said


def test_the_leads_behind_low_scores_that_won(firm, monkeypatch):
    said = words(open_page("whylost", firm, monkeypatch, tab="near_misses", list="near_misses.won"))
    assert SAY("near_misses.won_leads") in said


def test_the_lead_in_the_address_is_shown_with_its_twins(firm, monkeypatch):
    app = open_page("whylost", firm, monkeypatch, tab="twins")
    options = next(box for box in app.selectbox if box.key.startswith("lead-")).options
    lead_id = options[5].split(" ")[0]
    app = open_page("whylost", firm, monkeypatch, tab="twins", lead=lead_id)
    said = words(app)
    assert f"{lead_id} (lost)" in said
    unknown = words(open_page("whylost", firm, monkeypatch, tab="twins", lead="nobody"))
    assert SAY("twins.unknown", lead="nobody") in unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_conditions_are_said_in_words(firm, language):
    say, points = speaker(language), find_ruleset(firm, "today")
    condition = (("rule", "business_card"), ("owner", "山田"), ("company_size", "1-99"), ("seniority", ""))
    condition += (("handling", "late"), ("created_month", "2025-06"), ("touch", "seminar"))
    hidden = condition_name(condition, points, say, is_revealed=False)
    assert "山田" not in hidden
    assert "山田" in condition_name(condition, points, say, is_revealed=True)
    rule = next(rule for rule in points.rules if rule.id == "business_card")
    assert getattr(rule, f"label_{language}") in hidden
    assert say.month(pd.Timestamp("2025-06-01")) in hidden
    assert condition_code(condition, {"山田": 7}).startswith("rule:business_card+owner:#7+company_size:1-99")


def test_claims_name_what_is_confirmed_with_its_interval(found):
    names = [condition_code(condition, {}) for condition in found.table["condition"]]
    lines = claims(found, names, "subgroups", SAY)
    assert len(lines) == len(found.confirmed)
    row = found.confirmed.iloc[0]
    assert lines[0].startswith("owner:owner1")
    assert f"{row['n_won']:,} of {row['n']:,} won" in lines[0]
    assert f"{found.n_looked_at:,} conditions" in fine_print(found, "subgroups", SAY)


def test_without_claims_it_says_so(found):
    quiet = subgroups(*made_with_facts(1_000, 3_000))
    assert quiet.confirmed.empty
    names = [condition_code(condition, {}) for condition in quiet.table["condition"]]
    assert claims(quiet, names, "subgroups", SAY) == [SAY("subgroups.none", n=SAY.count(quiet.n_looked_at))]


def test_the_table_holds_every_condition_that_was_tested(found):
    names = [condition_code(condition, {}) for condition in found.table["condition"]]
    table = conditions_table(found, names, SAY)
    assert table.shown.iloc[:, 0].tolist() == names
    assert table.exported[SAY("condition.table.n")].tolist() == found.table["n"].tolist()
    assert list(table.shown.columns)[:2] == [SAY("condition.table.name"), SAY("condition.table.status")]


def test_the_picture_has_a_bar_for_each_and_hatches_what_is_small():
    figure = conditions_figure(
        [30.0, 4.0], ([20.0, 1.0], [40.0, 7.0]), ["Source: a very long name of a source × Region: somewhere far away", "B"],
        ["a", "b"], [True, False], "Wins",
    )  # fmt: skip
    assert [bar.customdata[0] for bar in figure.data] == ["a", "b"]
    assert [bar.marker.pattern.shape for bar in figure.data] == [None, "/"]
    assert figure.layout.annotations[0].text.count("<br>") == 1
    assert figure.layout.xaxis.range[1] >= 40


def test_long_japanese_names_break_into_two_lines():
    label = "加点項目：コンサルティング・広告代理店 × 施策：比較・情報サイト × 部署：情報システム部 120件"
    figure = conditions_figure([1.0], ([0.5], [2.0]), [label], ["a"], [True], "件")
    lines = figure.layout.annotations[0].text.split("<br>")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 24


def test_estimates_are_whole_from_ten_upwards():
    assert [decimals(value, SAY) for value in (9.96, 10.4, -3.21, np.nan, 12_345.6)] == [
        "10.0",
        "10",
        "-3.2",
        "–",
        "12,346",
    ]
