"""The sections about bands, people and the untried: every number opens its leads, every sentence is true."""

import json
from dataclasses import asdict
from datetime import date

import pandas as pd
import pytest

from analysis import latest_drift
from analysis.calibration import calibrate
from analysis.exploration import Wish, explore
from analysis.propensity import propensities, weighted_rates
from analysis.replay import lead_scores, pattern_table
from analysis.rulesets import find_ruleset
from analysis.score_bands import Banding, ProposedBand
from analysis.scored_leads import Scored, accepted_by_score, amounts_by_score, scored_list, won_anyway
from analysis.selection import Selection
from analysis.unknowns import people_of_decision, selection_bounds
from analysis.verdict import DRIFT_CODES
from dashboard import loading, loading_bands, loading_score
from dashboard.calibrating import band_words
from dashboard.calibrating import bands as band_section
from dashboard.calibrating import coverage as coverage_section
from dashboard.calibrating import exploration as exploration_section
from dashboard.calibrating import people as people_section
from dashboard.cli import main
from dashboard.figures.calibration import band_range
from dashboard.reporting.findings import score_of
from dashboard.texts import LANGUAGES, speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import make_app, words

TABS = ("score", "people", "segments", "vintages", "versus")


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("sections") / "workspace")
    build_company(workspace, n_leads=3000, seed=1)
    return workspace


@pytest.fixture(scope="module")
def engine(firm):
    return open_reader(firm)


@pytest.fixture(scope="module")
def points(firm):
    return find_ruleset(firm, "today")


@pytest.fixture(scope="module")
def selection(engine):
    return Selection(as_of=engine.data_end)


@pytest.fixture(scope="module")
def scores(engine, points, selection):
    return lead_scores(engine, points, selection)


@pytest.fixture
def current(firm, monkeypatch):
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(firm.root))
    return loading.current_snapshot()


@pytest.fixture
def path(firm, current):
    return loading.ruleset_paths()["today@1"]


def handed(engine):
    columns = "lead_id, pass_no, handed_off_at AS decided_at, response"
    return engine.query(f"SELECT {columns} FROM handoffs")


def test_acceptance_is_that_of_the_handoffs(engine, points, selection, scores):
    found = accepted_by_score(engine, points, selection).set_index("score")
    rows = scores.merge(handed(engine), on=["lead_id", "pass_no", "decided_at"])
    expected = rows.assign(is_accepted=rows["response"] == "accepted", is_answered=rows["response"].notna())
    expected = expected.groupby("score")[["is_answered", "is_accepted"]].sum()
    assert found.loc[expected.index, "n_mature"].tolist() == expected["is_answered"].tolist()
    assert found.loc[expected.index, "n_won"].tolist() == expected["is_accepted"].tolist()
    assert found["n_standing"].sum() == (scores["group"] == "standing").sum()


def test_amounts_are_those_of_the_deals(engine, points, selection, scores):
    found = amounts_by_score(engine, points, selection)
    won = scores[scores["group"] == "won"]
    deals = engine.query("SELECT lead_id, closed_at, CAST(amount AS DOUBLE) AS amount FROM deals WHERE outcome = 'won'")
    joined = won.merge(deals, on="lead_id")
    in_time = joined["closed_at"] <= joined["decided_at"] + pd.Timedelta(days=180)
    joined = joined[in_time & (joined["closed_at"] > joined["decided_at"])]
    assert found["n_won"].sum() == len(won)
    assert found["total"].sum() == pytest.approx(joined["amount"].sum())


def test_a_list_is_as_long_as_its_number(engine, points, selection, scores):
    chosen = scores[(scores["score"].between(5, 9)) & (scores["group"] == "won")]
    found = scored_list(engine, selection, Scored(ruleset=points, score=(5, 9), groups=("won",)))
    assert found.n_leads == len(chosen) == len(found.rows)
    assert set(found.rows["lead_id"]) == set(chosen["lead_id"])
    with pytest.raises(ValueError, match="groups must be among"):
        Scored(ruleset=points, groups=("lost",))


def test_every_number_of_the_bands_the_grid_and_the_people_opens_its_leads(engine, points, selection, current, path):
    say, stamp = speaker("en"), loading.stamp_of(path)
    result = loading_bands.banded(current, selection, path, stamp, "won", "today")
    cells = loading_bands.grid(current, selection, path, stamp)
    people = people_of_decision(result.scores, 8, won_anyway(engine, points, selection))
    offers = [
        *band_section._offers(result.bands, points, selection, "won", say),
        *band_section._cell_offers(cells, points, selection, say)[:4],
        *people_section.offers(people, 8, points, selection, say),
    ]
    assert len({offer.code for offer in offers}) == len(offers)
    for offer in offers:
        assert scored_list(engine, selection, offer.condition, 1).n_leads == offer.n_leads, offer.label


def test_a_win_without_a_handoff_is_no_longer_unknown(engine, points, selection, scores):
    """Nobody in the company wins untried, so another stage stands in: marketing's own comes without a handoff."""
    early = Selection(as_of=selection.as_of, outcome="mql")
    reached = set(engine.query("SELECT DISTINCT lead_id FROM stage_events WHERE stage = 'mql'")["lead_id"])
    standing = scores[scores["group"] == "standing"]
    expected = standing[standing["lead_id"].isin(reached)].groupby("score").size()
    found = won_anyway(engine, points, early).set_index("score")["n_won_anyway"]
    assert found.sum() >= expected.sum() > 0
    both = [Scored(ruleset=points, groups=("standing",), has_reached=flag) for flag in (True, False)]
    counts = [scored_list(engine, early, condition, 1).n_leads for condition in both]
    assert counts == [found.sum(), len(standing) - found.sum()]
    assert won_anyway(engine, points, selection).empty


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_drawn_without_a_fault(firm, monkeypatch, tab, language):
    page = make_app(firm, monkeypatch)
    page.query_params["lang"], page.query_params["tab"] = language, tab
    page.run()
    page.switch_page("app_pages/calibration.py").run()
    assert not page.exception
    assert not page.error
    assert "nan" not in words(page)
    assert page.subheader


@pytest.mark.parametrize("outcome", ["amount", "accepted", "opportunity"])
def test_other_outcomes_and_proposed_bands_are_drawn(firm, monkeypatch, outcome):
    page = make_app(firm, monkeypatch)
    for name, code in {"lang": "en", "outcome": outcome, "bands": "proposed", "period": "12m"}.items():
        page.query_params[name] = code
    page.run()
    page.switch_page("app_pages/calibration.py").run()
    assert not page.exception
    text = words(page)
    assert "each with at least 5 % of the handoffs" in text
    assert {"amount": "on average", "accepted": "that sales accepted", "opportunity": '"Opportunity"'}[outcome] in text


def test_a_chosen_threshold_counts_people_on_its_sides(firm, monkeypatch, scores):
    page = make_app(firm, monkeypatch)
    for name, code in {"lang": "en", "tab": "people", "threshold": "7"}.items():
        page.query_params[name] = code
    page.run()
    page.switch_page("app_pages/calibration.py").run()
    text = words(page)
    n_unknown = int(((scores["group"] == "standing") & (scores["score"] < 7)).sum())
    assert "with 7 points or more" in text
    known = scores[(scores["score"] >= 7) & scores["group"].isin(["won", "not_won"])]
    n_won = int((known["group"] == "won").sum())
    assert f"Of the {len(known):,} leads with 7 points or more whose result is known, {n_won:,} were won" in text
    assert f"of the {n_unknown:,} that were never tried nobody knows" in text
    assert "today it is 10" in text


SCORES = pd.DataFrame({"score": [0, 9], "n_mature": [300, 900], "n_won": [3, 200], "n_standing": [3000, 10]}).assign(
    n_immature=0, n_already_decided=0
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_costs_is_said_for_every_state(language, selection):
    say = speaker(language)
    wishes = {
        "bands.explore.result": Wish(half_width=0.02),
        "bands.explore.no_need": Wish(p_wanted=0.005),
        "bands.explore.too_many": Wish(p_wanted=0.0121),
        "bands.explore.slow": Wish(half_width=0.005, max_hours_per_month=2),
    }
    for key, wish in wishes.items():
        plan = explore(SCORES, 4, wish, selection, date(2025, 4, 1))
        answer = exploration_section.words(plan, wish, 4, say)[0]
        beginning = say._texts[key].split("{")[0][:12]
        assert answer.startswith(beginning), key
    plan = explore(SCORES, -4, Wish(half_width=0.02), selection, date(2025, 4, 1))
    assert exploration_section.words(plan, Wish(half_width=0.02), -4, say) == [say("bands.explore.nobody")]


def test_of_thin_bands_the_bounds_are_said(engine, points, selection, current, path):
    result = loading.calibration(current, selection, path, loading.stamp_of(path))
    table = pattern_table(engine, points, selection)
    weighted = weighted_rates(table, points, points.bands, propensities(table, points))
    lines = coverage_section.unknown(result, selection_bounds(result.bands), weighted, speaker("en"))
    n_thin = int((~result.bands["is_covered"]).sum())
    assert len(lines) == 3 * n_thin > 0
    assert "the counts say no more" in lines[0]


def test_leads_without_a_score_have_no_place_in_the_order():
    scores = pd.DataFrame(
        {"score": [-1, 0, 5], "n_mature": 400, "n_won": [10, 40, 200], "is_scored": [False, True, True]}
    )
    scores = scores.assign(n_immature=0, n_already_decided=0, n_standing=0)
    bands = [
        ProposedBand(name_ja=name, name_en=name, threshold=low) for name, low in (("None", -1), ("Low", 0), ("High", 5))
    ]
    result = calibrate(scores, Banding(bands=bands, threshold=5))
    first, second = band_words.order(result, "won", speaker("en"))
    assert first.startswith("400 of 1,200 leads were not scored")
    assert second.startswith("High leads win clearly more often than Low leads")
    assert band_range(result.bands.iloc[1].replace({4: 0}), speaker("en")) == "0 points"


def test_the_page_the_command_and_the_report_give_one_verdict(
    engine, points, current, selection, path, firm, capsys, monkeypatch
):
    """With so few leads every change counts as drift here, so that it is a part of what is compared."""
    monkeypatch.setattr(latest_drift, "FALSE_DISCOVERY_RATE", 1.1)
    monkeypatch.setattr(latest_drift, "MODERATE_PSI", 0.0)
    page = loading_score.verdict(current, selection, path, loading.stamp_of(path))
    assert any(reason.code in DRIFT_CODES for reason in page.reasons)
    assert page == score_of(engine, selection, points).verdict
    assert main(["-w", str(firm.root), "calibrate", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)["verdict"]
    assert said == json.loads(json.dumps(asdict(page), default=str))
