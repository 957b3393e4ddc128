"""A report says what the pages and the command line say, in both languages, and nothing it should not."""

from __future__ import annotations

import json

import pytest

from analysis.selection import Selection
from dashboard.cli import main
from dashboard.reporting.blocks import Bars, Numbers, Readings, Steps, Table
from dashboard.reporting.content import compose
from dashboard.reporting.findings import gather
from dashboard.reporting.words import points, rows_table, signed, unmarked, whole
from dashboard.texts import speaker
from data.store import open_reader
from tests.dashboard.reporting.conftest import AS_OF, MAIL, PHONE, said, small


@pytest.fixture(scope="module")
def printed(synthetic):
    """What the command line answers, by command."""

    def ask(capsys, *words):
        capsys.readouterr()
        assert main(["-w", str(synthetic.root), *words, "--as-of", AS_OF.isoformat(), "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def chart(report, kind, number=0):
    return [block for page in report.pages for block in page.charts if isinstance(block, kind)][number]


def test_the_report_has_six_to_ten_pages(report):
    assert 6 <= len(report.pages) <= 10
    assert report.cover.contents == tuple(page.title for page in report.pages)


def test_key_numbers_are_those_of_the_overview(report, printed, capsys):
    kpis = {row["kpi"]: row for row in printed(capsys, "overview")["kpis"]}
    say = speaker(report.language)
    cards = {
        card.label: card.value for block in report.pages[0].blocks if isinstance(block, Numbers) for card in block.cards
    }
    assert cards[say("kpi.leads")] == say.count(kpis["leads"]["value"])
    assert cards[say("kpi.win_rate")] == say.percent(kpis["win_rate"]["value"])


def test_stages_are_those_of_the_funnel(report, printed, capsys):
    steps = printed(capsys, "funnel")["steps"]
    bars = chart(report, Bars).bars
    assert [bar.value + bar.rest for bar in bars] == [step["n_leads"] for step in steps]


def test_sources_are_those_of_the_sources_command(report, printed, capsys):
    rows = [row for row in printed(capsys, "sources")["groups"] if row["is_enough"]]
    bars = [bar for bar in chart(report, Bars, 2).bars if bar.value is not None]
    assert [bar.value for bar in bars] == pytest.approx([row["win_rate"] for row in rows[: len(bars)]])


def test_bands_and_ranking_are_those_of_the_calibration(report, printed, capsys):
    answer = printed(capsys, "calibrate")
    bars = chart(report, Bars, 3).bars
    enough = [band for band in answer["bands"][::-1] if band["is_enough"]]
    assert [bar.value for bar in bars if bar.value is not None] == pytest.approx([band["win_rate"] for band in enough])
    say = speaker(report.language)
    assert any(say.count(answer["n_mature"]) in line for line in said(report))


def test_losses_are_those_of_the_account(report, printed, capsys):
    answer = printed(capsys, "why-lost")
    steps = chart(report, Steps).steps
    assert steps[0].value == pytest.approx(answer["n_expected"])
    assert steps[-1].value == answer["n_lost"]
    assert [step.value for step in steps[:-1]] == pytest.approx([row["n_lost"] for row in answer["parts"]])
    # The steps lead from what was expected to what came, and leave nothing out.
    assert sum(step.value for step in steps[:-1]) == pytest.approx(answer["n_lost"])


def test_readings_hold_the_card_beside_sales_and_deals(report, found, today):
    rows = chart(report, Readings).rows
    labels = [getattr(rule, f"label_{report.language}") for rule in today.rules]
    assert {row.label for row in rows} <= set(labels)
    known = found.readings.rules.set_index("rule_id")
    card = {getattr(rule, f"label_{report.language}"): known.loc[rule.id, "points"] for rule in today.rules}
    assert [row.values[0] for row in rows] == [card[row.label] for row in rows]


def test_the_draft_and_the_decision_are_shown(report, found):
    say = speaker(report.language)
    moves = found.draft.moves.set_index("move")["n_leads"]
    assert any(say.count(moves["in"] + moves["stay"]) in line for line in said(report))
    tables = [block for page in report.pages for block in page.blocks if isinstance(block, Table)]
    assert any("today@1" in cell for table in tables for row in table.rows for cell in row)
    assert any(say("report.decision.due") in row for table in tables for row in table.rows)


def test_addresses_and_telephone_numbers_are_masked(report):
    everything = repr(report)
    assert MAIL not in everything
    assert PHONE not in everything
    assert "t•••" in everything


def test_no_markup_is_left_in_any_text(report):
    everything = repr(report).replace("\\n", "")
    for mark in ("**", "<b>", "<br>", ":material", ":small"):
        assert mark not in everything


def test_what_the_departments_mean_is_told_as_it_was_in_force(report):
    say = speaker(report.language)
    (page,) = [page for page in report.pages if page.title == say("report.basis.definitions")]
    (table,) = [block for block in page.blocks if isinstance(block, Table)]
    assert [row[:2] for row in table.rows] == [(say("definitions.term.mql"), say("definitions.by.marketing"))]
    assert table.rows[0][2] == {"en": "Ten points or more", "ja": "10点以上"}[report.language]


def test_a_later_decision_is_not_known_yet(reader, today):
    before = gather(reader, Selection(as_of=AS_OF.replace(year=2025, month=3)), today)
    assert before.decisions == ()


@pytest.mark.parametrize(
    ("language", "funnel", "score", "decisions"),
    [
        (
            "en",
            "Fewer than 20 leads reach the later stages, too few to say where the funnel leaks.",
            "There is no ruleset yet, so there is no score to judge. Put one into the workspace to see it here.",
            (
                "No decision is on record yet. What is decided in the meeting is kept with what it promises, "
                "and is held against what came."
            ),
        ),
        (
            "ja",
            None,
            "点数表がまだないため、検証するスコアがありません。作業フォルダーに点数表を置くと、ここに表示されます。",
            "まだ決定の記録がありません。会議で決めたことは、見込んだ効果とともに残り、後で実際の結果と比べます。",
        ),
    ],
)
def test_a_small_company_gets_sentences_instead_of_empty_charts(tmp_path, language, funnel, score, decisions):
    reader = open_reader(small(tmp_path, 50))
    found = gather(reader, Selection(as_of=reader.data_end), None)
    report = compose(found, speaker(language), "Small Inc.")
    lines = said(report)
    assert score in lines
    assert decisions in lines
    assert funnel is None or funnel in lines or any("50" in line for line in lines)
    # Counts are exact and may be drawn; of rates there is none.
    charts = [block for page in report.pages for block in page.charts]
    assert [
        type(block).__name__ for block in charts if not (isinstance(block, Bars) and block.form == "count")
    ] == [] or all(any(bar.value is not None for bar in block.bars) for block in charts)


def test_numbers_are_written_with_real_minus_signs():
    assert (whole(-0.4), whole(-12.6), signed(0.2), signed(-3.2), points(-0.04), points(-2.1)) == (
        "0", "−13", "0", "−3", "0.0", "−2.1",
    )  # fmt: skip
    assert unmarked(r"**Win** \[a\]<br>b") == "Win [a] b"


def test_columns_of_numbers_are_recognised():
    table = rows_table(("name", "n", "between", "note"), [("a", "1,234", "−3 – 4", "x"), ("b", "–", "1.2–3.4%", "")])
    assert table.is_number == (False, True, True, False)
    assert table.first(1).n_more == 1
