"""Texts as people write them become values, or say why not."""

from datetime import datetime, timedelta
from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.contract import Kind
from data.japanese import (
    UNKNOWN_WORDS,
    engine_text,
    is_unknown,
    read_as,
    read_boolean,
    read_duration,
    read_moment,
    read_number,
)

FULL_WIDTH = str.maketrans("0123456789,.-/:()", "０１２３４５６７８９，．－／：（）")


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("1,000人", 1000, ""),
        ("1,000", 1000, ""),
        ("１，０００", 1000, ""),
        ("１２３４名", 1234, ""),
        ("約500名", 500, "about"),
        ("およそ 500 名", 500, "about"),
        ("500人程度", 500, "about"),
        ("500億円", 50_000_000_000, ""),
        ("500億", 50_000_000_000, ""),
        ("3千万", 30_000_000, ""),
        ("1千万5百万", 15_000_000, ""),
        ("3百万円", 3_000_000, ""),
        ("5千円", 5000, ""),
        ("1億2,500万", 125_000_000, ""),
        ("1兆2億3万4", 1_000_200_030_004, ""),
        ("12.3万", 123_000, ""),
        ("1.5億円", 150_000_000, ""),
        ("¥1,200", 1200, ""),
        ("￥1,200", 1200, ""),
        ("\\1,200", 1200, ""),
        ("¥-1,200", -1200, ""),
        ("-¥1,200", -1200, ""),
        ("$22,700.00", 22_700, ""),
        ("$1,117.10K", 1_117_100, ""),
        ("$1.2M", 1_200_000, ""),
        ("(1,200)", -1200, ""),
        ("（1,200）", -1200, ""),
        ("△1,200", -1200, ""),
        ("▲1億", -100_000_000, ""),
        ("－5", -5, ""),
        ("−5", -5, ""),
        ("0.0", 0, ""),
        ("25000.0", 25_000, ""),
        ("40 000", 40_000, ""),
        ("1,234,567.89円", Decimal("1234567.89"), ""),
        ("1,000名以上", 1000, "range"),
        ("10+", 10, "range"),
        ("100-299名", 100, "range"),
        ("100～299人", 100, "range"),
        ("100〜299人", 100, "range"),
        ("100人～299人", 100, "range"),
        ("100から299", 100, "range"),
        ("1万〜2万", 10_000, "range"),
        ("約100～200名", 100, "range"),
    ],
)
def test_numbers(text, value, note):
    reading = read_number(text)
    assert (reading.value, reading.note, reading.problem) == (value, note, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("50名未満", "at most"),
        ("100人以下", "at most"),
        ("<100", "at most"),
        ("1,00", "do not part thousands"),
        ("1,2345", "do not part thousands"),
        ("2万3億", "no number"),
        ("2万3万", "no number"),
        ("1億20000万", "no number"),
        ("百", "no number"),
        ("資本金1億", "no number"),
        ("03-1234", "no number"),
        ("03-1234-5678", "no number"),
        ("2024-04", "no number"),
        ("299-100", "no number"),
        ("01-May", "no number"),
        ("50%", "no number"),
        ("10²", "plain digit"),
        ("①", "plain digit"),
        ("¥", "no number"),
        ("((5))", "no number"),
        ("1e5", "no number"),
        ("12.3.4", "no number"),
    ],
)
def test_texts_that_are_no_single_number(text, problem):
    reading = read_number(text)
    assert reading.value is None
    assert problem in reading.problem
    assert reading.fix


def test_whole_numbers():
    assert read_number("12.0", is_whole=True).value == 12
    assert read_number("1.5万人", is_whole=True).value == 15_000
    assert "whole" in read_number("12.5", is_whole=True).problem


@given(st.integers(-(10**15), 10**15), st.sampled_from(["", "円", "人", "名"]), st.booleans())
def test_every_whole_number_comes_back(number, unit, is_wide):
    text = f"{number:,}{unit}"
    assert read_number(text.translate(FULL_WIDTH) if is_wide else text).value == number


@given(st.integers(1, 9999), st.integers(1, 9999), st.integers(1, 9999))
def test_compounds_add_up(oku, man, ones):
    assert read_number(f"{oku}億{man}万{ones}円").value == oku * 10**8 + man * 10**4 + ones


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(["-", "～", "〜", "~", " - ", "から"]))
def test_a_range_yields_its_lower_bound_or_nothing(low, distance, sign):
    assert read_number(f"{low}{sign}{low + distance}名").value == low
    assert read_number(f"{low + distance}{sign}{low}名").value is None


@given(st.text())
def test_no_text_makes_a_reader_fail(text):
    for kind in Kind:
        reading = read_as(text, kind)
        assert reading.problem == "" or reading.fix
        assert reading.value is None or not reading.problem


@pytest.mark.parametrize(
    "text", ["はい", "有", "あり", "○", "◯", "TRUE", "true", "Yes", "1", "１", "済", "済み", " ✓ ", "1.0"]
)
def test_yes(text):
    assert read_boolean(text).value is True


@pytest.mark.parametrize("text", ["いいえ", "無", "なし", "×", "✕", "FALSE", "No", "0", "未", "0.0", "ｎｏ"])
def test_no(text):
    assert read_boolean(text).value is False


@pytest.mark.parametrize("text", ["△", "たぶん", "2", "上場"])
def test_neither_yes_nor_no(text):
    assert read_boolean(text).value is None
    assert "neither" in read_boolean(text).problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("令和6年4月1日", "2024-04-01"),
        ("令和６年４月１日", "2024-04-01"),
        ("令和 6年 4月 1日", "2024-04-01"),
        ("㋿6年4月1日", "2024-04-01"),
        ("R6.4.1", "2024-04-01"),
        ("r6/4/1", "2024-04-01"),
        ("R6年4月1日", "2024-04-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("昭和64年1月7日", "1989-01-07"),
        ("S63.12.31", "1988-12-31"),
        ("大正元年7月30日", "1912-07-30"),
        ("2024/4/1", "2024-04-01"),
        ("2024-04-01", "2024-04-01"),
        ("2024.4.1", "2024-04-01"),
        ("2024. 4. 1", "2024-04-01"),
        ("2024年4月1日", "2024-04-01"),
        ("2024年4月1日(月)", "2024-04-01"),
        ("2024年4月1日（月・祝）", "2024-04-01"),
        ("２０２４年４月１日", "2024-04-01"),
        ("20240401", "2024-04-01"),
        ("2024年4月1日 10時30分", "2024-04-01 10:30"),
        ("2024年4月1日10時", "2024-04-01 10:00"),
        ("2024年4月1日 10時30分5秒", "2024-04-01 10:30:05"),
        ("2024年4月1日 午後3時30分", "2024-04-01 15:30"),
        ("2024年4月1日 午前0時5分", "2024-04-01 00:05"),
        ("2024/4/1 9:05", "2024-04-01 09:05"),
        ("2024/4/1 09:05:06", "2024-04-01 09:05:06"),
        ("2024/4/1 3:04 PM", "2024-04-01 15:04"),
        ("2024/4/1 12:30 AM", "2024-04-01 00:30"),
        ("2024/4/1 24:00", "2024-04-02 00:00"),
        ("2024-04-01T10:00:00+09:00", "2024-04-01 01:00"),
        ("2024-04-01T10:00:00.250+0900", "2024-04-01 01:00:00.250"),
        ("2024-04-01 10:00:00 UTC", "2024-04-01 10:00"),
        ("2024-04-01 10:00 JST", "2024-04-01 01:00"),
        ("15 Apr, 2021 00:03:00", "2021-04-15 00:03"),
        ("15-Apr-2021", "2021-04-15"),
        ("April 15, 2021", "2021-04-15"),
        ("Sep 1 2021", "2021-09-01"),
    ],
)
def test_dates(text, value):
    assert read_moment(text).value == datetime.fromisoformat(value)


@pytest.mark.parametrize(
    ("text", "problem", "fix"),
    [
        ("4/1/2024", "day or with the month", "%d/%m/%Y"),
        ("13/1/2024", "begin with the day", "%d/%m/%Y"),
        ("1/13/2024", "begin with the month", "%m/%d/%Y"),
        ("1-13-2024 10:00", "begin with the month", "%m-%d-%Y"),
        ("1/2/24", "two digits", "2024-04-01"),
        ("45383", "day number of Excel", "Excel"),
        ("10時30分", "without a date", "2024-04-01"),
        ("2024/2/30", "does not exist", "2024-04-01"),
        ("2024/13/1", "does not exist", "2024-04-01"),
        ("2024/4/1 25:00", "does not exist", "2024-04-01"),
        ("2024年4月1日 午後12時", "does not exist", "2024-04-01"),
        ("令和1年4月1日", "does not exist", "2024-04-01"),
        ("令和0年6月1日", "does not exist", "2024-04-01"),
        ("2024-4/1", "no date", "2024-04-01"),
        ("2024-04", "no date", "2024-04-01"),
        ("01-May", "no date", "2024-04-01"),
        ("①年1月1日", "no date", "2024-04-01"),
    ],
)
def test_dates_are_never_guessed(text, problem, fix):
    reading = read_moment(text)
    assert reading.value is None
    assert problem in reading.problem
    assert fix in reading.fix


def test_formats_decide_what_comes_first():
    assert read_moment("1/2/2024", formats=["%m/%d/%Y"]).value == datetime(2024, 1, 2)
    assert read_moment("1/2/2024", formats=["%d/%m/%Y"]).value == datetime(2024, 2, 1)
    assert read_moment("１/２/2024", formats=["%m/%d/%Y %H:%M", "%m/%d/%Y"]).value == datetime(2024, 1, 2)
    assert "%m/%d/%Y" in read_moment("2024-01-02", formats=["%m/%d/%Y"]).problem


def test_serials_only_when_said():
    assert read_moment("45383", is_serial=True).value == datetime(2024, 4, 1)
    assert read_moment("45383.4375", is_serial=True).value == datetime(2024, 4, 1, 10, 30)
    assert read_moment("60", is_serial=True).value is None
    assert read_moment("2024/4/1", is_serial=True).value is None


def test_moments_without_a_zone_are_in_the_zone_of_the_mapping():
    assert read_moment("2024/4/1", time_zone="Asia/Tokyo").value == datetime(2024, 3, 31, 15)
    assert read_moment("2024-04-01T00:00Z", time_zone="Asia/Tokyo").value == datetime(2024, 4, 1)


def test_months_where_a_month_is_asked_for():
    assert read_as("2024年4月", Kind.DATE, "Asia/Tokyo").value == datetime(2024, 4, 1)
    assert read_as("令和6年4月", Kind.DATE).value == datetime(2024, 4, 1)
    assert read_as("2024/4", Kind.DATE).value == datetime(2024, 4, 1)
    assert read_as("2024年4月", Kind.TIMESTAMP).value is None


DATES = st.datetimes(datetime(1927, 1, 1), datetime(2199, 12, 31))


def in_japanese_years(at):
    for era, before, start in (("令和", 2018, datetime(2019, 5, 1)), ("平成", 1988, datetime(1989, 1, 8))):
        if at >= start:
            return f"{era}{at.year - before if at.year - before > 1 else '元'}年{at.month}月{at.day}日"
    return f"昭和{at.year - 1925}年{at.month}月{at.day}日"


@given(DATES, st.booleans())
def test_every_day_comes_back_from_the_ways_to_write_it(at, is_wide):
    day = datetime(at.year, at.month, at.day)
    written = [f"{at.year}/{at.month}/{at.day}", f"{at:%Y年%m月%d日}", f"{at:%Y%m%d}", f"{at:%d %b, %Y}"]
    if at.year < 2100:  # two digits for the year of an era
        written.append(in_japanese_years(at))
    for text in written:
        assert read_moment(text.translate(FULL_WIDTH) if is_wide else text).value == day, text


@given(DATES)
def test_every_minute_comes_back(at):
    minute = at.replace(second=0, microsecond=0)
    for text in (f"{at:%Y-%m-%d %H:%M}", f"{at:%Y年%m月%d日 %H時%M分}", f"{at:%Y/%m/%d %I:%M %p}"):
        assert read_moment(text).value == minute, text


@given(st.integers(61, 109_574))
def test_serials_count_days(serial):
    assert read_moment(str(serial), is_serial=True).value == datetime(1899, 12, 30) + timedelta(days=serial)


@pytest.mark.parametrize("text", [*UNKNOWN_WORDS, "", "　", " Select ", "ｎ／ａ"])
def test_placeholders_mean_unknown(text):
    assert is_unknown(text)
    for reading in (read_number(text), read_moment(text), read_duration(text), read_boolean(text)):
        assert (reading.value, reading.note, reading.problem) == (None, "unknown", "")


@pytest.mark.parametrize("text", ["なし", "0", "unknown", "その他", "NA", "Selected"])
def test_answers_are_no_placeholders(text):
    assert not is_unknown(text)


def test_placeholders_are_found_in_any_width_and_case():
    assert all(is_unknown(normalize("NFKC", word).upper()) for word in UNKNOWN_WORDS)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("125:03:20", 450_200),
        ("0:00:00", 0),
        ("26:05", 93_900),
        ("3時間20分", 12_000),
        ("2日", 172_800),
        ("-1:00:00", -3600),
    ],
)
def test_durations(text, seconds):
    assert read_duration(text).value == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["0:75", "1.5", "abc"])
def test_texts_that_are_no_duration(text):
    assert read_duration(text).value is None
    assert read_duration(text).fix


@given(st.integers(0, 10**8))
def test_every_duration_comes_back(seconds):
    text = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    assert read_duration(text).value == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1,000人", Kind.INTEGER, "1000"),
        ("500億", Kind.BIGINT, "50000000000"),
        ("12.5", Kind.INTEGER, None),
        ("￥1,200.50", Kind.DECIMAL, "1200.50"),
        ("済", Kind.BOOLEAN, "true"),
        ("×", Kind.BOOLEAN, "false"),
        ("令和6年4月1日", Kind.TIMESTAMP, "2024-03-31 15:00:00"),
        ("令和6年4月1日", Kind.DATE, "2024-04-01 00:00:00"),
        ("名古屋", Kind.TEXT, "名古屋"),
        ("Select", Kind.TEXT, None),
        ("Select", Kind.INTEGER, None),
        ("たぶん", Kind.TIMESTAMP, None),
    ],
)
def test_what_the_engine_is_given(text, kind, expected):
    assert engine_text(text, kind, "Asia/Tokyo") == expected
