"""The tabs about segments, time and two scores: what they say follows from the numbers, in both languages."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.segments import segments
from analysis.versus import Difference, Versus, compared, joint_cells
from dashboard import sentences_decided
from dashboard.figures.segments import forest_figure
from dashboard.tables_segments import segments_table
from dashboard.texts import LANGUAGES, speaker
from data.synthetic import build_company
from data.workspace import Workspace
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")
TABS = {"segments": "Does the score work everywhere?", "vintages": "Have the leads changed", "versus": "Two scores"}


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("calibrating") / "workspace")
    build_company(workspace, n_leads=3000, seed=1)
    return workspace


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_draws(firm, monkeypatch, tab):
    said = words(
        open_page(
            "calibration", firm, monkeypatch, tab=tab, rival="practice-basic@1", list="segments.source:exhibition"
        )
    )
    assert TABS[tab] in said
    assert SAY("error.defect") not in said
    if tab == "versus":
        assert SAY("versus.leads_heading") in said


def test_a_history_of_few_wins_says_so(company, monkeypatch):
    for tab, heading in TABS.items():
        assert heading in words(open_page("calibration", company, monkeypatch, tab=tab))


def cells(effects):
    """Counts by segment and score, with a segment that wins `effects` times as much."""
    rows = []
    for label, effect, slope in effects:
        for score in range(10):
            won = round(400 * min(effect * (0.05 + slope * score), 0.95))
            rows.append(("source", label, score, 400, won, 3))
    return pd.DataFrame(rows, columns=["dimension", "label", "score", "n_mature", "n_won", "n_immature"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_name_what_stands_out(language):
    say = speaker(language)
    found = segments(cells([("a", 1, 0.02), ("b", 1, 0.02), ("c", 1, 0.02), ("weak", 0.5, 0.02)]))
    said = sentences_decided.segments(found, say)
    assert "weak" in said[0]
    assert len(said) == 2
    calm = sentences_decided.segments(segments(cells([("a", 1, 0.02), ("b", 1, 0.02), ("c", 1, 0.02)])), say)
    assert calm[0] == say("segments.no_claim", n="3")
    wrong = segments(cells([("a", 1, 0.02), ("b", 1, 0.02), ("upside", 5, -0.004)]))
    assert "upside" in sentences_decided.segments(wrong, say)[-1]
    assert wrong.reversals["label"].tolist() == ["upside"]
    assert sentences_decided.segments(segments(cells([]).head(0)), say) == [say("segments.nothing_tested")]


def test_the_figure_and_the_table_show_the_same_segments():
    found = segments(cells([("a", 1, 0.02), ("b", 1, 0.02), ("weak", 0.5, 0.02)]))
    figure = forest_figure(found.segments, "level", found.overall.auc, SAY)
    drawn = {code: x for trace in figure.data for code, x in zip(trace.customdata, trace.x, strict=True)}
    table = segments_table(found.segments, SAY)
    assert drawn == {
        f"source:{label}": ratio
        for label, ratio in zip(found.segments["label"], found.segments["shrunken_ratio"], strict=True)
    }
    assert table.exported["Promised so far"].tolist() == pytest.approx(found.segments["n_expected"].tolist(), rel=1e-3)
    assert {trace.name for trace in figure.data} == {"as promised", "fewer wins than promised"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_scores_in_words(language):
    say = speaker(language)
    rng = np.random.default_rng(0)
    score = rng.integers(0, 20, 3000)
    won = rng.random(3000) < 0.02 + 0.03 * score
    noise = rng.integers(0, 20, 3000)
    found = make_versus(joint_cells(noise, score, won))
    said = sentences_decided.versus(found, "AAA", "BBB", say)[0]
    assert said.index("BBB") < said.index("AAA")
    other = sentences_decided.versus(make_versus(joint_cells(score, noise, won)), "AAA", "BBB", say)[0]
    assert other.index("AAA") < other.index("BBB")
    same = make_versus(joint_cells(score, score, won))
    assert sentences_decided.versus(same, "AAA", "BBB", say)[0] == say("versus.neither", a="AAA", b="BBB")
    few = replace(same, better="too_few")
    assert len(sentences_decided.versus(few, "AAA", "BBB", say)) == 1


def make_versus(table):
    n = int(table["n_mature"].sum())
    unknown = Difference(a=np.nan, b=np.nan, difference=np.nan, low=-1, high=1)
    counts = {"n_decisions": n, "n_both": n, "n_only_a": 0, "n_only_b": 0, "n_none": 0, "n_tested": 0}
    return Versus(brier=unknown, **counts, **compared(table))
