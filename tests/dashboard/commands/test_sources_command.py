"""`leadcal sources`, and the ways of counting of `leadcal funnel`, say what the analysis says."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from analysis.journey_funnel import Question, journey_funnel
from analysis.selection import Selection
from analysis.sources import sources
from dashboard.commands.counting import print_journeys, question
from dashboard.commands.sources import sources_command
from data.errors import InputError
from data.store import open_reader


@pytest.fixture
def reader(company):
    return open_reader(company)


def run(company, *arguments):
    result = CliRunner().invoke(sources_command, arguments, obj=company)
    assert result.exit_code == 0, result.output
    return result.output


def test_sources_say_the_same_in_every_format(company, reader):
    expected = sources(reader, Selection(as_of=reader.data_end))
    document = json.loads(run(company, "--format", "json"))
    assert document["by"] == "source"
    assert [group["group"] for group in document["groups"]] == expected["group"].tolist()
    assert [group["n_won"] for group in document["groups"]] == expected["n_won"].tolist()
    assert run(company, "--format", "csv").splitlines()[0].startswith("group,n_groups,n_leads")
    table = run(company)
    assert "1,200 leads by source" in table
    assert "(unknown)" in table


def test_sources_can_be_told_apart_by_another_attribute_and_folded(company):
    document = json.loads(run(company, "--by", "is_inbound", "--format", "json"))
    assert [group["group"] for group in document["groups"]] == [""]
    document = json.loads(run(company, "--min-leads", "301", "--format", "json"))
    assert [group["group"] for group in document["groups"]] == ["(other)"]


@pytest.mark.parametrize("mode", ["strict", "implied"])
def test_the_funnel_in_another_way_of_counting(reader, capsys, mode):
    asked = question(mode=mode, view="period", start_stage="mql", end_stage=None)
    assert asked == Question(mode=mode, view="period", start="mql")
    selection = Selection(as_of=reader.data_end)
    print_journeys(reader, selection, asked, "json")
    document = json.loads(capsys.readouterr().out)
    steps = journey_funnel(reader, selection, asked).steps
    assert [step["n_leads"] for step in document["steps"]] == steps["n_leads"].tolist()
    assert (document["mode"], document["first_meaning"]) == (mode, "in_period")
    print_journeys(reader, selection, asked, "table")
    assert "Leads that would come to other stages" in capsys.readouterr().out


def test_a_stage_that_does_not_exist_is_refused_in_one_line(reader):
    asked = question(mode="open", view="cohort", start_stage="signed", end_stage=None)
    with pytest.raises(InputError, match="no stage 'signed'"):
        print_journeys(reader, Selection(as_of=reader.data_end), asked, "json")
