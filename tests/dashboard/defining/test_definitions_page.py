"""The page on definitions: a conflict is found, a definition is written, the planted beliefs are said."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.definitions import FILE_NAME, DefinitionsError, load_definitions, parse_part, preset_definitions
from analysis.definitions.compare import matrix, venn
from analysis.definitions.edits import Edit
from analysis.definitions.parts import resolved
from analysis.definitions.replayed import replayed
from analysis.losses import loss_cases
from analysis.meeting.alignment import Alignment, Reading, alignment
from analysis.rulesets import find_ruleset
from analysis.selection import Selection
from dashboard.cli import main
from dashboard.defining.alignment import rule_masks
from dashboard.defining.alignment_words import alignment_sentences, basis_sentence, rule_names
from dashboard.defining.editing import written
from dashboard.defining.sentences import edit_text, venn_sentences
from dashboard.defining.words import part_text
from dashboard.figures.alignment import alignment_figure
from dashboard.figures.definitions import matrix_figure
from dashboard.tables_definitions import alignment_table, cells_table
from dashboard.texts import speaker
from data.store import open_reader
from tests.dashboard.conftest import open_page, words

SAY = speaker("en")


@pytest.fixture(scope="module")
def engine(company):
    return open_reader(company)


@pytest.fixture(scope="module")
def ruleset(company):
    return find_ruleset(company, "today")


@pytest.fixture(scope="module")
def cases(engine, ruleset):
    return loss_cases(engine, ruleset, Selection(as_of=engine.data_end))


@pytest.fixture(scope="module")
def read(cases):
    return alignment(cases)


@pytest.mark.parametrize(
    ("tab", "language"),
    [
        ("differ", "ja"),
        ("words", "en"),
        ("together", "ja"),
        ("alignment", "ja"),
        ("alignment", "en"),
        ("routing", "en"),
    ],
)
def test_every_part_is_drawn(company, monkeypatch, tab, language):
    app = open_page("definitions", company, monkeypatch, lang=language, tab=tab)
    assert app.title[0].value == speaker(language)("pages.definitions.question")
    assert not app.error


def test_the_page_says_on_how_many_leads_two_definitions_differ(company, engine, ruleset, monkeypatch):
    parts = {each.code: resolved(each.part, ruleset) for each in preset_definitions()}
    a, b = parts["mql_threshold"], parts["mql_bant"]
    cells = venn(replayed(engine, ruleset, Selection(as_of=engine.data_end), [a, b]), a, b)
    lines = venn_sentences(cells, "MQL: score at the threshold", "MQL: BANT satisfied", SAY)
    shown = words(
        open_page("definitions", company, monkeypatch, lang="en", define_a="mql_threshold", define_b="mql_bant")
    )
    assert lines[0] in shown.replace("\\", "")
    n = cells.set_index("cell")["n_leads"][["only_a", "only_b"]].sum()
    assert lines[0].startswith(f"The two differ on {n:,} of {cells['n_leads'].sum():,} leads")


def test_a_definition_is_not_held_against_itself(company, monkeypatch):
    app = open_page("definitions", company, monkeypatch, lang="en", define_a="mql_bant", define_b="mql_bant")
    assert [box.value for box in app.info] == [SAY("definitions.differ.same")]


def test_a_definition_written_on_the_page_is_in_force_at_once(company, monkeypatch):
    app = open_page("definitions", company, monkeypatch, lang="en", tab="words")
    assert [box.value for box in app.info] == [SAY("definitions.none")]
    app.selectbox(key="definition-by-en").select("sales")
    app.selectbox(key="definition-start-en").select("mql_bant").run()
    app.text_area(key="definition-condition-mql_bant-en").set_value('kind = "score"\nmin = 12').run()
    assert "score of 12 or more" in words(app)
    app.text_input(key="definition-agreed-en").set_value("Sato, Ito").run()
    app.button(key="definition-save").click().run()
    path = company.root / FILE_NAME
    try:
        (saved,) = load_definitions(path).all
        assert (saved.code, saved.agreed_by) == ("mql.sales", ("Sato", "Ito"))
        assert saved.part == parse_part('kind = "score"\nmin = 12')
        assert "score of 12 or more" in " ".join(app.table[0].value.astype(str).to_numpy().ravel())
        differ = open_page("definitions", company, monkeypatch, lang="en")
        assert differ.selectbox(key="define_b-en").value == "mql.sales"
    finally:
        path.unlink(missing_ok=True)


def test_a_condition_that_cannot_be_is_refused_with_its_line(company, monkeypatch):
    app = open_page("definitions", company, monkeypatch, lang="en", tab="words")
    app.text_area(key="definition-condition--en").set_value('need = "all"\nof = [\n { kind = "scores" }\n]').run()
    assert "line 3" in app.error[0].value
    app.button(key="definition-save").click().run()
    assert not (company.root / FILE_NAME).exists()


def test_the_form_asks_for_a_wording():
    chosen = {"term": "mql", "by": "sales", "valid_from": date(2026, 1, 1)}
    with pytest.raises(DefinitionsError, match="The wording is empty"):
        written(SAY, chosen, " ", "", "")
    assert written(SAY, chosen, "x", "", "Sato、 Ito，").agreed_by == ("Sato", "Ito")


def test_a_damaged_file_is_an_error_that_says_what_to_do(company, monkeypatch):
    path = company.root / FILE_NAME
    path.write_text("[[definition]\n", encoding="utf-8")
    try:
        app = open_page("definitions", company, monkeypatch, lang="en")
        assert "line 1" in app.error[0].value
    finally:
        path.unlink()


CONDITION = """not = true
need = 2
of = [
    { kind = "score", min = 3, max = 9 },
    { kind = "score", max = 9 },
    { kind = "band", name = ["Hot", "Warm"] },
    { kind = "stage", reached = "mql", not = true },
    { need = "any", of = [{ kind = "opt_out" }, { kind = "touch", touch = "seminar", at_least = 2 }] },
]
"""


def test_conditions_in_words():
    assert part_text(parse_part(CONDITION), SAY) == (
        "not (at least 2 of: score from 3 to 9; score of 9 or less; score in the band Hot or Warm; "
        "not (reached MQL or a later stage); (any of: opted out (mail or calls); Seminar, 2 times or more))"
    )
    assert "スコアが3〜9点" in part_text(parse_part(CONDITION), speaker("ja"))


def test_a_change_in_words():
    three, two = (parse_part(f"need = {n}\nof = [" + '{ kind = "score", min = 1 },' * 4 + "]") for n in (3, 2))
    assert edit_text(Edit(kind="change", part=two, old=three, new=two), "A", SAY) == (
        "If “A” asked for 2 of its 4 conditions instead of 3"
    )


# Answers and deals of the synthetic company.


def test_the_planted_beliefs_are_said(company, cases, read, ruleset):
    lines = alignment_sentences(read, rule_names(read, ruleset, SAY), SAY)
    truth = json.loads(company.truth.read_text(encoding="utf-8"))
    planted = {rule["id"] for rule in truth["rules"] if rule["true_points"] != rule["points"]}
    assert {"price_inquiry", "industry_consulting"} <= planted
    assert any("“Price inquiry”" in line and "more" in line for line in lines)
    assert any("“Consulting or advertising agency”" in line and "less" in line for line in lines)
    assert basis_sentence(read, SAY).startswith(
        f"Sales' reading rests on {read.sales.n:,} answers ({read.sales.n_yes:,} accepted)"
    )
    assert read.deals.n == len(cases.table)


def reading(n=200, n_yes=100):
    empty = np.array([], dtype=float)
    return Reading(n=n, n_yes=n_yes, log_odds_per_point=0.3, is_enough=n > 0, points=empty, low=empty, high=empty)


def row(column_id, points, sales, deals, *, width=0.5, **differs):
    differs = {
        f"{name}": differs.get(name, False) for name in ("marketing_differs", "sales_differ", "departments_differ")
    }
    ends = {
        f"{name}_{end}": value + sign * width
        for name, value in (("sales", sales), ("deals", deals))
        for end, sign in (("low", -1), ("high", 1))
    }
    return {
        "column_id": column_id, "rule_id": column_id, "points": points, "sales_points": sales, "deals_points": deals,
        **ends, **differs,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (row("card", 2, 4, 1, sales_differ=True), "Sales believe in “card” (4.0), the deals do not (1.0)."),
        (row("card", 3, 0.2, 3, sales_differ=True), "Sales do not believe in “card” (0.2), the deals do (3.0)."),
        (row("card", 3, 4, 3, sales_differ=True), "Sales' answers put “card” higher (4.0) than the deals support (3.0)."),
        (row("card", 3, 2, 3, sales_differ=True), "Sales' answers put “card” lower (2.0) than the deals support (3.0)."),
        (row("card", 5, 4, 1, sales_differ=True, marketing_differs=True),
         "Marketing (5) and sales (4.0) both give “card” more than the deals support (1.0)."),
        (row("card", 1, 2, 5, sales_differ=True, marketing_differs=True),
         "Marketing (1) and sales (2.0) both give “card” less than the deals support (5.0)."),
        (row("card", 5, -1, 2, sales_differ=True, marketing_differs=True),
         "“card” is worth 5 to marketing and -1.0 to sales; what the deals support lies between (2.0)."),
        (row("card", 5, 2, 2, marketing_differs=True), "Marketing gives “card” 5, the deals support less (2.0)."),
        (row("card", 1, 2, 3, marketing_differs=True), "Marketing gives “card” 1, the deals support more (3.0)."),
        (row("card", 1, 3, 2, departments_differ=True),
         "Marketing and sales also disagree about “card” (marketing 1, sales 3.0); the deals do not say who is right."),
        (row("card", 1, 1, 1), "No reading differs from another by more than chance."),
    ],
)  # fmt: skip
def test_what_is_said_of_one_rule(given, sentence):
    found = Alignment(sales=reading(), deals=reading(), rules=pd.DataFrame([given]))
    assert alignment_sentences(found, {"card": "card"}, SAY) == [sentence]


def test_the_largest_difference_is_said_first():
    rows = [row("small", 2, 2, 1, marketing_differs=True), row("large", 9, 2, 1, marketing_differs=True)]
    found = Alignment(sales=reading(), deals=reading(), rules=pd.DataFrame(rows))
    assert [line.split("“")[1][:5] for line in alignment_sentences(found, {"small": "small", "large": "large"}, SAY)] == [
        "large", "small",
    ]  # fmt: skip


def test_too_few_answers_are_said_and_nothing_is_claimed(cases, ruleset):
    silent = cases.table.assign(response=None)
    found = alignment(type(cases)(**{name: getattr(cases, name) for name in cases.__slots__} | {"table": silent}))
    lines = alignment_sentences(found, rule_names(found, ruleset, SAY), SAY)
    assert (
        lines[-1]
        == "Too few answers of sales to read what they believe: 0 answers, 0 accepted; at least 20 of each kind are needed."
    )
    assert not any("Sales believe" in line or "both give" in line for line in lines)
    figure = alignment_figure(found.rules, rule_names(found, ruleset, SAY), SAY)
    assert [trace.name for trace in figure.data] == ["Marketing gives", "Deals support"]


def test_the_figure_and_its_table_show_the_same(read, ruleset):
    names = rule_names(read, ruleset, SAY)
    figure, twin = alignment_figure(read.rules, names, SAY), alignment_table(read, names, SAY)
    deals = next(trace for trace in figure.data if trace.name == "Deals support")
    assert [f"{round(x, 1) + 0.0:.1f}" for x in deals.x] == twin.shown["Deals"].tolist()
    assert len(twin.exported) == len(read.rules)
    low, high = figure.layout.xaxis.range
    assert low < min(deals.x)
    assert max(deals.x) < high


def test_the_leads_of_a_rule_are_those_of_the_readings(cases):
    masks = rule_masks(cases, "price_inquiry")
    place = [column.id for column in cases.ruleset.columns].index("price_inquiry")
    has_rule = cases.multiplicity[:, place] > 0
    table = cases.table[has_rule & (cases.table["from_department"] != "sales").to_numpy()]
    assert masks["accepted"].sum() == (table["response"] == "accepted").sum() > 0
    assert masks["rejected"].sum() == (table["response"] == "rejected").sum() > 0
    assert masks["won"].sum() == cases.table["is_won"][has_rule].sum()


def test_figure_and_table_of_the_pairs(engine, ruleset):
    parts = {each.code: resolved(each.part, ruleset) for each in preset_definitions()}
    found = replayed(engine, ruleset, Selection(as_of=engine.data_end), list(parts.values()))
    pairs = matrix(found, list(parts.items()))
    figure = matrix_figure(pairs, list(parts), {code: code for code in parts}, SAY)
    z = np.array(figure.data[0].z, dtype=float)
    assert np.isfinite(z).sum() == len(pairs)
    assert z[1, 0] == pairs.iloc[0]["kappa"]
    cells = venn(found, parts["mql_bant"], parts["mql_threshold"])
    table = cells_table(cells, {cell: cell for cell in cells["cell"]}, SAY)
    few = ~cells["is_enough"].to_numpy()
    assert few.any()
    assert (table.shown["Win rate"].to_numpy()[few] == "–").all()


@pytest.mark.parametrize("part", ["differ", "words", "together"])
@pytest.mark.parametrize("output_format", ["csv", "json"])
def test_the_command_gives_every_part_to_programs(company, part, output_format, monkeypatch, capsys):
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    assert main(["definitions", "--part", part, "--format", output_format]) == 0
    printed = capsys.readouterr().out
    if output_format == "json":
        document = json.loads(printed)
        assert document["part"] == part
        assert document["snapshot"] == 1
    else:
        assert len(printed.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["definitions", "--first", "mql_bnt"], 'there is no definition "mql_bnt"; did you mean mql_bant?'),
        (["definitions", "--first", "lead.sales"], 'the definition "lead.sales" has no condition yet'),
    ],
)
def test_wrong_codes_are_one_line(company, arguments, message, monkeypatch, capsys):
    path = company.root / FILE_NAME
    path.write_text(
        '[[definition]]\nterm = "lead"\nby = "sales"\nvalid_from = 2025-01-01\ntext = "anybody"\n', encoding="utf-8"
    )
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    try:
        assert main(arguments) != 0
    finally:
        path.unlink()
    shown = capsys.readouterr().err
    assert message in shown
    assert len(shown.strip().splitlines()) == 1


def test_alignment_for_programs(company, read, monkeypatch, capsys):
    monkeypatch.setenv("LEADCAL_WORKSPACE", str(company.root))
    assert main(["alignment", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sales"]["n"] == read.sales.n
    assert [rule["deals_points"] for rule in document["rules"]] == pytest.approx(read.rules["deals_points"].tolist())
