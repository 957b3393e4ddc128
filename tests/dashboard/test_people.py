"""Salespeople are numbered on pages and in files until somebody asks for their names."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from dashboard import people, wording
from dashboard.cli import main
from dashboard.texts import speaker
from data.store import open_reader
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("people") / "workspace")
    build_company(workspace, n_leads=1500, seed=3)
    return workspace


@pytest.fixture(scope="module")
def names(firm) -> list[str]:
    engine = open_reader(firm)
    found = engine.query('SELECT DISTINCT prep.leads."owner" AS name FROM prep.leads')["name"].dropna()
    assert len(found) > 3
    return sorted(found)


def test_a_person_has_one_number(firm, names):
    known = people.numbers(open_reader(firm))
    assert known == {name: number for number, name in enumerate(names, start=1)}
    assert people.hidden("owner", names[1], known) == "#2"
    assert people.hidden("source", names[1], known) == names[1]
    assert people.hidden("owner", "", known) == ""
    assert wording.group_name("owner", "#2", speaker("en")) == "Person 2"
    assert wording.group_name("owner", names[1], speaker("ja")) == names[1]
    table = people.for_files(pd.DataFrame({"group": [names[0], "(other)"]}), "group", open_reader(firm))
    assert table["group"].tolist() == ["person 1", "(other)"]


@pytest.mark.parametrize(
    "asked",
    [
        ("segments",),
        ("sources", "--by", "owner"),
        ("compare", "--by", "owner", "--start", "2025-06-01"),
        ("why-lost", "--part", "account"),
    ],
)
def test_commands_number_people(firm, names, capsys, asked):
    assert main(["-w", str(firm.root), *asked, "--format", "json"]) == 0
    said = capsys.readouterr().out
    assert not [name for name in names if name in json.dumps(json.loads(said), ensure_ascii=False)]
    assert "person 1" in said
    assert main(["-w", str(firm.root), *asked, "--format", "json", "--show-owners"]) == 0
    named = json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False)
    assert any(name in named for name in names)


@pytest.mark.parametrize(
    "place",
    [
        ("calibration", {"tab": "segments"}),
        ("sources", {"by": "owner"}),
        ("funnel", {"tab": "times", "by": "owner"}),
        ("compare", {"by": "owner"}),
    ],
)
def test_pages_number_people_until_they_are_asked_for(firm, names, monkeypatch, place):
    page, query = place
    drawn = open_page(page, firm, monkeypatch, **query)
    assert not _named(drawn, names)
    next(button for button in drawn.button if button.key == "people-reveal").click().run()
    assert not drawn.exception
    assert _named(drawn, names)


def _named(drawn, names: list[str]) -> set[str]:
    """Which names stand in what the page sent: texts, tables and figures."""
    sent = b"".join(element.proto.SerializeToString() for element in drawn.main if element.proto is not None)
    return {name for name in names if name.encode() in sent or name.encode("unicode_escape") in sent}
