"""Agreed limits that the months left stand on the overview, on the page and at the command line."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
import streamlit as st

from dashboard import loading_meeting
from dashboard.cli import main
from dashboard.texts import LANGUAGES, speaker
from tests.dashboard.conftest import make_app, words

FIRED = '[[tripwire]]\nmetric = "acceptance_rate"\nbelow = 0.99\nmonths = 1\n'
QUIET = FIRED.replace("0.99", "0.01")
WRONG = FIRED.replace("0.99", "99")


@pytest.fixture
def agree(place):
    """Write what was agreed; None takes the file away."""

    def write(text):
        path = place.root / "tripwires.toml"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def overview(place, monkeypatch):
    """Open the overview in a new session, at an address."""

    def show(language="en", **address):
        st.cache_data.clear()
        app = make_app(place, monkeypatch)
        app.query_params["lang"] = language
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return show


@pytest.fixture
def leadcal(place, capsys, monkeypatch):
    """Run the command line in English."""
    monkeypatch.setenv("LEADCAL_LANG", "en")

    def run(*arguments):
        code = main(["-w", str(place.root), *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def links(page):
    return [link.proto.query_string for link in page.get("page_link") if link.proto.page == "meeting"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_that_was_left_is_said_with_the_way_to_what_was_agreed(agree, overview, language):
    agree(FIRED)
    page = overview(language, period="6m", source="seminar")
    say = speaker(language)
    metric = say("tripwire.metric.acceptance_rate")
    assert [line.value for line in page.markdown if metric in line.value and line.value.startswith(":material/notif")]
    (query,) = links(page)
    assert parse_qs(query) == {"lang": [language], "tab": ["running"], "period": ["6m"], "source": ["seminar"]}
    again = overview(language, period="all", source="seminar")
    assert [line.value for line in again.markdown if metric in line.value] == [
        line.value for line in page.markdown if metric in line.value
    ]


@pytest.mark.parametrize("text", [QUIET, "", None], ids=["not fired", "nothing in the file", "none agreed"])
def test_limits_that_hold_say_nothing(agree, overview, text):
    agree(text)
    page = overview()
    assert not links(page)
    assert "Review:" not in words(page)
    assert "notifications" not in words(page)


def test_a_file_that_cannot_be_read_is_one_line_and_the_page_is_drawn(agree, overview):
    agree(WRONG)
    page = overview()
    (line,) = [line.value for line in page.markdown if "limits cannot be watched" in line.value]
    assert "tripwires.toml" in line.replace("\\", "")
    assert "\n" not in line
    assert not page.error
    assert len(page.get("plotly_chart")) == 1
    assert len(links(page)) == 1


def test_without_limits_nothing_is_counted(agree, overview, monkeypatch):
    agree(None)

    def fail(*_):
        raise AssertionError("counted")

    monkeypatch.setattr(loading_meeting._tripwires, "sql_text", fail)
    page = overview()
    assert not page.error
    assert not links(page)


def test_the_command_line_says_the_same(agree, leadcal):
    agree(FIRED)
    code, output, _ = leadcal("overview")
    assert code == 0
    assert "tripwire: Review: Accepted by sales (SAL rate) under 99% in one month." in output
    (wire,) = json.loads(leadcal("overview", "--format", "json")[1])["tripwires"]
    assert wire == {"metric": "acceptance_rate", "side": "below", "limit": 0.99, "months": 1}
    agree(QUIET)
    assert "tripwire" not in leadcal("overview")[1]
    assert json.loads(leadcal("overview", "--format", "json")[1])["tripwires"] == []
    agree(WRONG)
    code, output, problems = leadcal("overview")
    assert (code, problems.count("\n")) == (0, 1)
    assert "below = 99" in problems
    assert "First:" in output
