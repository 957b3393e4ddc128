"""Both languages say the same things, and numbers are written as people write them."""

from __future__ import annotations

import ast
import math
import re
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest

import dashboard
from dashboard.texts import LANGUAGES, numbers, speaker
from dashboard.texts.speaker import load_texts

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
MARKUP = re.compile(r":small\[|:material/\w+:")
SHOWING = {
    "write",
    "markdown",
    "title",
    "header",
    "subheader",
    "caption",
    "info",
    "error",
    "warning",
    "success",
    "button",
}
FOLDER = Path(dashboard.__file__).parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys():
    assert load_texts("ja").keys() == load_texts("en").keys()


@pytest.mark.parametrize("key", sorted(load_texts("en")))
def test_both_languages_fill_in_the_same_values(key):
    ja, en = (load_texts(language)[key] for language in ("ja", "en"))
    assert ja.strip()
    assert en.strip()
    if not key.startswith("format."):  # a date has its parts in another order
        assert placeholders(ja) == placeholders(en)


def test_english_has_no_japanese_left_in_it():
    assert not [key for key, text in load_texts("en").items() if JAPANESE.search(text)]


@pytest.mark.parametrize(
    "path", sorted(p for p in FOLDER.rglob("*.py") if p.parent.name != "texts"), ids=lambda p: p.name
)
def test_no_text_is_written_into_code(path):
    code = path.read_text(encoding="utf-8")
    # The language's own name is the same in both languages.
    assert not JAPANESE.search(code.replace('"日本語"', ""))
    assert not [text for text in literals_shown(code) if re.search(r"[A-Za-z]{2,}", MARKUP.sub("", text))]


def literals_shown(code: str) -> list[str]:
    """Text written directly into the calls that show text."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args]
    calls = [call for call in calls if ast.unparse(call.func).startswith("st.")]
    shown = [call.args[0] for call in calls if ast.unparse(call.func).split(".")[-1] in SHOWING]
    parts = [part for text in shown for part in (text.values if isinstance(text, ast.JoinedStr) else [text])]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_a_literal_would_be_found():
    assert literals_shown("st.write('Hello'); st.info(f'**{x}** and')") == ["Hello", "**", "** and"]


@pytest.mark.parametrize(
    ("n", "ja", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (9_999, "9,999", "10.0K"),
        (12_345, "1.2万", "12.3K"),
        (99_999_999, "1.0億", "100.0M"),
        (31_390_000_000, "313.9億", "31.4B"),
        (2.5e12, "2.5兆", "2.5T"),
        (-45_000, "-4.5万", "-45.0K"),
        (math.nan, "–", "–"),
    ],
)
def test_large_numbers_use_the_units_of_the_language(n, ja, en):
    assert numbers.compact(n, "ja") == ja
    assert numbers.compact(n, "en") == en


def test_money_is_yen():
    assert speaker("ja").money(31_390_000_000) == "313.9億円"
    assert speaker("en").money(31_390_000_000) == "¥31.4B"
    assert speaker("ja").money(math.nan) == "–"


def test_percent_and_intervals():
    say = speaker("ja")
    assert say.percent(0.12345) == "12.3%"
    assert say.percent(0.3, 0) == "30%"
    assert say.percent(math.nan) == "–"
    assert say.interval(0.081, 0.17) == "8.1–17.0%"
    assert say.interval(math.nan, 1) == "–"
    assert numbers.points(0.012) == "+1.2"
    assert numbers.points(-0.012) == "-1.2"
    assert say.count(1234567.0) == "1,234,567"


def test_dates():
    assert speaker("ja").date(datetime(2026, 3, 31, 12)) == "2026年3月31日"
    assert speaker("en").date(date(2026, 3, 31)) == "31 Mar 2026"
    assert speaker("ja").month(date(2026, 12, 1)) == "2026年12月"
    assert speaker("en").month(date(2026, 12, 1)) == "Dec 2026"


def test_unknown_code_speaks_for_itself():
    assert speaker("ja").word("sources", "seminar") == "セミナー"
    assert speaker("en").word("sources", "Golf 2026 {x}") == "Golf 2026 {x}"


def test_missing_text_is_a_defect():
    with pytest.raises(KeyError):
        speaker("en")("no.such.text")


def test_languages():
    assert set(LANGUAGES) == {"ja", "en"}
    assert speaker("ja") is speaker("ja")
