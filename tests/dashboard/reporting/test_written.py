"""A report as a file: the same bytes each time, nothing from the network, nothing beyond its page."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from pptx import Presentation
from pptx.util import Emu

from dashboard.reporting import fit, paper, slides
from dashboard.reporting.blocks import Sentences, Table
from dashboard.reporting.packed import same_every_time
from dashboard.reporting.slide_parts import text_height
from dashboard.reporting.svg import tick_text, ticks

VOID = {"meta", "br", "col", "link", "input"}
SELF_CLOSED = {"rect", "line", "circle", "polyline", "polygon"}


class Balance(HTMLParser):
    """Notes tags that are not closed, or closed in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def html(report):
    return paper.write(report).decode("utf-8")


@pytest.fixture(scope="module")
def deck(report):
    return Presentation(io.BytesIO(slides.write(report)))


def test_the_html_is_well_formed_and_every_id_is_its_own(html, report):
    found = Balance()
    found.feed(html)
    assert (found.open, found.wrong) == ([], [])
    assert len(found.ids) == len(set(found.ids))
    assert found.seen.count("section") == len(report.pages) + 1
    assert f'<html lang="{report.language}">' in html


def test_the_html_asks_nothing_of_the_network(html):
    assert "<script" not in html
    assert not re.findall(r"(?:src|href)=\"(?!#)", html)
    assert re.findall(r"https?://[^\"\s<]+", html.replace("http://www.w3.org/2000/svg", "")) == []
    assert "url(http" not in html


def test_every_chart_says_what_it_shows_and_its_n(html, report):
    charts = [chart for page in report.pages for chart in page.charts]
    assert html.count("<svg") == html.count("<desc") == len(charts) >= 6
    assert all(chart.frame.alt and re.search(r"\d", chart.frame.caption) for chart in charts)
    assert all(chart.frame.twin.rows for chart in charts)


def test_every_page_fits_on_its_sheet(report):
    assert [page.title for page in report.pages if paper.used(paper.fitted(page)) > 1] == []


def test_a_table_that_is_too_long_gives_up_rows_and_says_so(report):
    long = Table(head=("a", "b"), rows=tuple((str(row), "x") for row in range(200)), is_number=(True, False))
    page = replace(report.pages[0], blocks=(long,))
    (kept,) = paper.fitted(page).blocks
    assert kept.n_more == 200 - len(kept.rows) > 0
    more = report.more_rows_name.format(n=kept.n_more)
    assert more in paper.write(replace(report, pages=(page,))).decode("utf-8")


def test_the_same_report_gives_the_same_bytes(report):
    assert paper.write(report) == paper.write(report)
    assert slides.write(report) == slides.write(report)


def test_no_time_but_that_of_the_data_is_in_the_slides(report):
    def moments(archive):
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for entry in opened.infolist():
                assert entry.date_time == (1980, 1, 1, 0, 0, 0)
                if entry.filename.endswith(".xlsx"):
                    yield from moments(opened.read(entry))
                if entry.filename == "docProps/core.xml":
                    yield from re.findall(rb"dcterms:[a-z]+[^>]*>([^<]+)<", opened.read(entry))

    found = list(moments(slides.write(report)))
    assert len(found) > 2
    assert set(found) == {report.as_of.isoformat().encode() + b"Z"}


def test_packing_again_changes_nothing(report):
    content = slides.write(report)
    assert same_every_time(content, report.as_of) == content


def test_the_slides_are_wide_and_hold_charts_that_can_be_edited(deck, report):
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)
    assert len(deck.slides) == len(report.pages) + 1
    charts = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == sum(len(page.charts) for page in report.pages)
    for shape in charts:
        assert shape.chart.part.chart_workbook.xlsx_part is not None
        assert shape._element.nvGraphicFramePr.cNvPr.get("descr")


def test_nothing_lies_outside_of_its_slide(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + Emu(1000), shape.name
            assert shape.top + shape.height <= deck.slide_height, shape.name


def test_no_text_is_larger_than_its_box(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            runs = (
                [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]
                if shape.has_text_frame
                else []
            )
            if not runs or len({run.font.size for run in runs}) > 1:
                continue
            lines = [paragraph.text for paragraph in shape.text_frame.paragraphs]
            tall = text_height(lines, Emu(shape.width).inches, runs[0].font.size.pt)
            assert tall <= Emu(shape.height).inches + 0.07, (shape.name, lines)


def test_every_run_names_a_font_for_both_scripts(deck):
    for slide in deck.slides:
        xml = slide._element.xml
        assert xml.count("<a:latin") == xml.count("<a:ea") > 0


def test_the_notes_hold_the_numbers_of_the_charts(deck, report):
    for slide, page in zip(list(deck.slides)[1:], report.pages, strict=True):
        notes = slide.notes_slide.notes_text_frame.text
        for chart in page.charts:
            assert " | ".join(chart.frame.twin.rows[0]) in notes


def test_sentences_that_find_no_room_go_to_the_notes(report):
    lines = tuple(f"{number}: " + "word " * 60 for number in range(40))
    page = replace(report.pages[0], blocks=(Sentences(lines=lines),))
    deck = Presentation(io.BytesIO(slides.write(replace(report, pages=(page,)))))
    slide = deck.slides[1]
    shown = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    notes = slide.notes_slide.notes_text_frame.text
    assert all((line.strip() in shown) or (line.strip() in notes) for line in lines)
    assert lines[-1].strip() in notes


def test_room_is_reckoned_by_script():
    assert fit.width("受注") == 2.0
    assert fit.width("ab") < fit.width("受注")
    assert fit.clipped("受注率の推移", 4) == "受注率…"
    assert fit.n_lines("受注" * 20, 100, 10) == 5
    assert sum(fit.columns((("a", "long " * 20), ("b", "c")), 50.0)) == pytest.approx(50.0)


def test_ticks_are_round_and_within():
    assert ticks(0, 0.153) == [0, 0.05, 0.1, 0.15]
    assert ticks(-3, 8) == [-2, 0, 2, 4, 6, 8] or all(-3 <= value <= 8 for value in ticks(-3, 8))
    assert [tick_text(value, "percent", 0.05) for value in (0, 0.05)] == ["0%", "5%"]
    assert tick_text(0.005, "percent", 0.005) == "0.5%"
