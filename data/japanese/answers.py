"""Yes and no, and durations, as people write them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from data.japanese.reading import Reading, is_unknown, plain

_TRUE: Final = frozenset(
    ("true", "t", "yes", "y", "1", "1.0", "on", "はい", "有", "有り", "あり", "○", "◯", "〇", "◎", "✓", "✔", "☑", "レ", "済", "済み", "完了", "真", "可", "該当", "希望する")
)  # fmt: skip
_FALSE: Final = frozenset(
    ("false", "f", "no", "n", "0", "0.0", "off", "いいえ", "無", "無し", "なし", "×", "x", "✕", "✖", "☐", "未", "未済", "未完了", "偽", "不可", "非該当", "希望しない")
)  # fmt: skip


def read_boolean(text: str) -> Reading[bool]:
    """Read はい/いいえ, 有/無, ○/×, 済/未, TRUE/FALSE, Yes/No, 1/0; △ and others have no value."""
    word = plain(text).casefold()
    if word in _TRUE:
        return Reading(value=True)
    if word in _FALSE:
        return Reading(value=False)
    if is_unknown(text):
        return Reading(note="unknown")
    return Reading(problem="is neither yes nor no", fix="write yes or no, or say in the mapping which texts mean yes")


_CLOCK_DURATION: Final = re.compile(r"(?P<minus>-?)(?P<hours>\d+):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?")
_WORD_DURATION: Final = re.compile(
    r"(?P<minus>-?)(?:(?P<days>\d+)日)?(?:(?P<hours>\d+)時間)?(?:(?P<minutes>\d+)分)?(?:(?P<seconds>\d+)秒)?"
)


def read_duration(text: str) -> Reading[timedelta]:
    """Read a duration: 125:03:20 (hours, minutes, seconds), 26:05 (hours, minutes), 3時間20分."""
    if is_unknown(text):
        return Reading(note="unknown")
    clean = plain(text).replace(" ", "")
    found = _CLOCK_DURATION.fullmatch(clean) or _WORD_DURATION.fullmatch(clean)
    if found is None:
        return Reading(problem="is no duration", fix="write hours:minutes:seconds, for example 125:03:20")
    parts = {name: int(value) for name, value in found.groupdict().items() if name != "minus" and value}
    value = timedelta(**parts)
    return Reading(value=-value if found["minus"] else value)
