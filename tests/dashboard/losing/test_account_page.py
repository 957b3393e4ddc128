"""The account and the points that fooled us on the page: the same numbers as in the analysis, each with its leads."""

from dataclasses import replace

import pytest

from analysis.losses import loss_account, loss_cases
from analysis.losses.fooled import fooled
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard import people
from dashboard.loading import Snapshot
from dashboard.losing import account_leads
from dashboard.losing import words as losing_words
from dashboard.tables_losing import account_table
from dashboard.texts import LANGUAGES, speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("losing") / "workspace")
    build_company(workspace, n_leads=6000, seed=1)
    return workspace


@pytest.fixture(scope="module")
def cases(firm):
    reader = open_reader(firm)
    return loss_cases(reader, find_ruleset(firm, "today"), Selection(as_of=reader.data_end))


def page_of(workspace, monkeypatch, **query):
    app = open_page("whylost", workspace, monkeypatch, **query)
    said = words(app)
    assert speaker(query.get("lang", "en"))("error.defect") not in said
    return said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_account_says_what_the_analysis_found(firm, cases, monkeypatch, language):
    say, account = speaker(language), loss_account(cases)
    said = page_of(firm, monkeypatch, lang=language)
    assert losing_words.opening(account, say) in said
    assert all(line in said for line in losing_words.findings(account, say))
    assert losing_words.wins_back(account, say) in said
    assert say("losing.reasons.heading") in said


def test_a_part_opens_its_leads(firm, cases, monkeypatch):
    late = (
        cases.is_account & (cases.table["handling"] == "late").to_numpy() & ~cases.table["is_won"].to_numpy(dtype=bool)
    )
    said = page_of(firm, monkeypatch, list="account.late")
    assert SAY("leads.heading", label=SAY("losing.leads.late"), n=SAY.count(late.sum())) in said


def test_persons_are_masked(firm, cases, monkeypatch):
    account = loss_account(cases)
    person = account.levels.query("cause == 'rep'").iloc[0]["label"]
    assert losing_words.level_name("rep", person, SAY, is_revealed=False) == f"{person[0]}•••"
    assert losing_words.level_name("rep", person, SAY, is_revealed=True) == person
    assert person not in page_of(firm, monkeypatch)


def test_addresses_hold_the_numbers_of_persons(firm, cases):
    account = loss_account(cases)
    clear = replace(account, levels=account.levels.assign(is_clear=True))
    reader = open_reader(firm)
    known, selection = people.numbers(reader), Selection(as_of=reader.data_end)
    current = Snapshot(root=str(firm.root), number=firm.current_number(), stamp=0)
    path = str(next((firm.root / "rulesets" / "today").glob("*.toml")))
    offers = account_leads.offers(clear, SAY, current, selection, path)
    persons = account.levels.query("cause == 'rep'")["label"]
    assert len(persons) > 3
    assert {offer.code for offer in offers if offer.code.startswith("rep.")} == {
        f"rep.#{known[name]}" for name in persons
    }


def test_points_that_fooled_us_open_their_leads(firm, cases, monkeypatch):
    found = fooled(cases)
    rule = found.rules.iloc[0]
    said = page_of(firm, monkeypatch, tab="fooled", list=f"fooled.rule.{rule['rule_id']}")
    label = SAY("losing.leads.rule", name=losing_words.rule_label(cases.ruleset, rule["rule_id"], SAY))
    assert SAY("leads.heading", label=label, n=SAY.count(rule["n_leads_lost"])) in said
    alone = found.alone.iloc[0]
    said = page_of(firm, monkeypatch, tab="fooled", list=f"alone.{alone['rule_id']}.all")
    label = SAY("losing.alone.all", name=losing_words.rule_label(cases.ruleset, alone["rule_id"], SAY))
    assert SAY("leads.heading", label=label, n=SAY.count(alone["n_leads"])) in said


def test_a_history_of_few_high_scores_says_so(company, monkeypatch):
    said = page_of(company, monkeypatch)
    assert SAY("losing.account.heading") in said
    assert SAY("losing.account.nothing_clear") not in said
    assert SAY("losing.fooled.heading") in page_of(company, monkeypatch, tab="fooled")


def test_the_table_adds_up(cases):
    table = account_table(loss_account(cases), SAY).exported
    losses = table[SAY("losing.table.n_lost")]
    assert losses.iloc[:-1].sum() == pytest.approx(losses.iloc[-1], abs=1e-4)


def test_unclear_causes_are_never_said_to_be_found(cases):
    account = loss_account(cases)
    unclear = account.causes.loc[~account.causes["is_clear"], "cause"]
    lines = " ".join(losing_words.findings(account, SAY))
    assert not [cause for cause in unclear if SAY(f"losing.cause.{cause}.more") in lines]


def test_what_saved_deals_is_said_to_have_saved_them(cases):
    account = loss_account(cases)
    turned = account.causes.assign(**{name: -account.causes[name] for name in ("n_lost", "low", "high")})
    lines = losing_words.findings(replace(account, causes=turned), SAY)
    assert all("fewer losses" in line for line in lines)
    assert any(SAY("losing.cause.late.fewer") in line for line in lines)
    odd = losing_words.unclear(replace(account, n_luck=account.luck_high + 1), SAY)
    assert "No cause explains the rest" in odd
    assert "No cause explains the rest" not in losing_words.unclear(replace(account, n_luck=0.0), SAY)
