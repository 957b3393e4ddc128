"""The lead page: from a search or a link to the story of one lead, its names hidden until asked for."""

import json

import pandas as pd
import pytest

from analysis.lead import story
from analysis.leads import Dossier
from analysis.receipts import receipt
from analysis.rulesets import find_ruleset
from dashboard.figures.lead import lead_figure
from dashboard.leadview import tables, words
from dashboard.texts import LANGUAGES, speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page
from tests.dashboard.conftest import words as everything


@pytest.fixture(scope="session")
def firm(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("lead") / "workspace")
    build_company(workspace, n_leads=400, seed=1)
    return workspace


@pytest.fixture(scope="session")
def handed(firm):
    """The story of a lead that was handed over, rejected once, and asked about BANT."""
    reader = open_reader(firm)
    sql = """
        SELECT handoffs.lead_id AS lead_id FROM handoffs INNER JOIN bant ON handoffs.lead_id = bant.lead_id
        GROUP BY handoffs.lead_id HAVING BOOL_OR(response = 'rejected') ORDER BY handoffs.lead_id LIMIT 1
    """
    return story(reader, reader.query(sql)["lead_id"].iloc[0], reader.data_end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_opens_the_story(firm, handed, monkeypatch, language):
    app = open_page("lead", firm, monkeypatch, lang=language, lead_id=handed.lead_id)
    say = speaker(language)
    assert not app.error
    text = everything(app)
    assert handed.lead_id in text
    assert say("lead.timeline") in text
    assert "nan" not in text.lower().replace("nanbu", "")
    assert [metric.label for metric in app.metric] == [say.word("bant_item", item) for item in handed.bant()["item"]]
    chart = app.get("plotly_chart")[0].proto
    assert chart.alt
    spec = json.loads(chart.spec)
    assert spec["data"]
    ruleset = find_ruleset(firm, "today")
    at = handed.handoffs["handed_off_at"].iloc[-1].to_pydatetime()
    found = receipt(open_reader(firm), ruleset, handed.lead_id, at)
    shown = app.table[-1].value
    points = [int(text) for text in shown[say("receipt.table.points")]]
    assert points[-1] == found.score == sum(points[:-1])
    assert app.query_params["lead_id"] == handed.lead_id


def test_every_moment_has_a_receipt_that_adds_up(firm, handed, monkeypatch):
    app = open_page("lead", firm, monkeypatch, lang="en", lead_id=handed.lead_id)
    say = speaker("en")
    key = f"receipt-{handed.lead_id}-en"
    for option in range(len(app.selectbox(key=key).options)):
        app.selectbox(key=key).select_index(option).run()
        points = [int(text) for text in app.table[-1].value[say("receipt.table.points")]]
        assert points[-1] == sum(points[:-1])


def test_names_are_hidden_until_asked_for_and_never_in_the_address(firm, handed, monkeypatch):
    app = open_page("lead", firm, monkeypatch, lang="en", lead_id=handed.lead_id)
    company, owner = handed.profile["company"], handed.profile["owner"]
    everywhere = everything(app) + " ".join(str(table.value) for table in app.table)
    assert company not in everywhere
    assert f"{owner}" not in everywhere
    app.button(key="lead-reveal").click().run()
    assert company in everything(app)
    assert company not in str(dict(app.query_params))
    app.button(key="lead-reveal").click().run()
    assert company not in everything(app)


def test_a_lead_is_found_by_its_company(firm, handed, monkeypatch):
    app = open_page("lead", firm, monkeypatch, lang="en")
    assert speaker("en")("lead.start") in everything(app)
    app.text_input(key="lead-search").set_value(handed.profile["company"][2:6]).run()
    options = app.selectbox(key="lead_id-en").options
    assert any(handed.lead_id in option for option in options)
    assert not any(handed.profile["company"] in option for option in options)
    app.selectbox(key="lead_id-en").set_value(handed.lead_id).run()
    assert speaker("en")("lead.timeline") in everything(app)
    assert handed.profile["company"][2:6] not in str(dict(app.query_params))
    app.text_input(key="lead-search").set_value("no such [lead]").run()
    assert "No lead contains" in app.info[0].value


def test_an_unknown_lead_is_refused_in_a_box(firm, monkeypatch):
    app = open_page("lead", firm, monkeypatch, lang="en", lead_id="<b>nobody</b>")
    assert "there is no lead" in app.error[0].value


def test_a_lead_without_anything_has_a_page(company, monkeypatch):
    app = open_page("lead", company, monkeypatch, lang="en", lead_id="L1")
    assert not app.error
    assert speaker("en")("dossier.nothing").rstrip(".") in everything(app)
    assert speaker("en")("receipt.empty") in everything(app)


def test_an_empty_workspace_says_how_to_fill_it(tmp_path, monkeypatch):
    app = open_page("lead", Workspace(tmp_path / "nothing"), monkeypatch, lang="en")
    assert speaker("en")("empty.workspace") in everything(app)


def made(counts, opt_outs=()):
    rows = [(kind, n, pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")) for kind, n in counts.items()]
    touches = pd.DataFrame(rows, columns=["kind", "n", "first_at", "last_at"])
    return Dossier(lead_id="x", at=pd.Timestamp("2026-03-01"), touches=touches, answers={}, opt_outs=opt_outs)


def test_the_sentence_sales_can_be_convinced_by():
    found = made({"document_request": 1, "newsletter_signup": 1, "call": 3, "seminar": 2, "inquiry": 2})
    assert words.dossier(found, speaker("ja")) == "資料請求に始まり、メルマガ購読中、質問2回、セミナー2回受講"
    assert words.dossier(found, speaker("en")) == (
        "Began with a document request, subscribes to the newsletter, 2 questions, 2 seminars attended."
    )
    assert words.contacts(found, speaker("ja")) == "当社からの連絡：電話3回"


def test_the_sentence_in_odd_cases():
    ja, en = speaker("ja"), speaker("en")
    assert words.dossier(made({}), ja) == ja("dossier.nothing")
    assert words.dossier(made({"call": 2, "newsletter_open": 9}), ja) == ja("dossier.nothing")
    gone = made({"seminar": 3, "newsletter_signup": 1}, ("email",))
    assert words.dossier(gone, ja) == "セミナー受講に始まり、メルマガは配信停止、セミナー3回受講"
    assert words.opt_outs(gone, ja)
    assert words.dossier(made({"Golf {day}": 2}), en) == "Began with Golf {day}, Golf {day}: 2."
    assert words.dossier(made({"newsletter_signup": 1}), ja) == "メルマガ登録に始まり、メルマガ購読中"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_a_row_for_everything_that_happened(handed, language):
    say = speaker(language)
    line = pd.DataFrame({"at": [handed.events["happened_at"].iloc[0]], "score": [3], "cause": ["created"]})
    figure = lead_figure(handed.events, line, 10, lambda row: row.lane, say)
    drawn = sum(len(trace.x) for trace in figure.data[1:])
    lanes = handed.events["lane"]
    assert drawn == (~lanes.isin(["created", "answer"])).sum()
    assert len(tables.event_table(handed, say).shown) == len(handed.events)
    bare = lead_figure(handed.events.head(1), line.iloc[:0], 10, lambda row: row.lane, say)
    assert len(bare.data) == 0
