"""Why handoffs are rejected, on two levels: the kind of fault, and the code that was written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

KINDS: Final = ("fit", "intent", "timing", "data", "not_contacted", "other")
"""Not the right company or person; no intent; not now; wrong data; sales did not reach them; anything else."""

MISSING: Final = ""
"""Kind of a rejection without a reason."""

UNKNOWN: Final = "unknown"
"""Kind of a code that nobody has put into one yet: shown as it is."""

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "not_contacted": (
        "not_contacted", "no_contact", "not_reached", "unreachable", "no_answer", "no_response",
        "not responding", "ringing", "switched off", "busy", "attempted", "未接触", "未架電", "不通", "連絡不通", "連絡がつかない", "不在",
    ),
    "data": (
        "data", "wrong_contact", "wrong_number", "wrong number", "invalid", "duplicate", "junk", "spam", "bounce",
        "データ", "重複", "連絡先誤り", "誤登録", "番号違い", "宛先不明",
    ),
    "timing": (
        "timing", "time", "later", "not_now", "postponed", "future", "nurtur", "next_year",
        "時期", "先送り", "延期", "来期", "時期尚早",
    ),
    "intent": (
        "intent", "interest", "no_need", "no_project", "research", "information", "student", "need", "will revert",
        "興味", "情報収集", "ニーズ", "必要性", "検討予定なし", "案件なし",
    ),
    "fit": (
        "fit", "too_small", "not_a_buyer", "budget", "authority", "competitor", "industry", "region", "segment",
        "対象外", "規模", "予算", "決裁", "競合", "業種", "エリア外", "個人",
    ),
    "other": ("other", "misc", "その他"),
}  # fmt: skip
"""What a code that nobody mapped is recognised by; the first kind that matches."""


def kind_of(code: str, agreed: Mapping[str, str]) -> str:
    """Return the kind of fault behind a reason code.

    Parameters
    ----------
    code : str
        As it was written down; empty when nothing was.
    agreed : mapping of str to str
        Kinds by code, from the workspace's agreement; goes before what a code sounds like.

    Returns
    -------
    str
        One of `KINDS`; `MISSING` for no code; `UNKNOWN` when nothing is known about it.
    """
    text = code.strip()
    if not text:
        return MISSING
    if text in agreed:
        return agreed[text]
    plain = text.casefold()
    for kind in KINDS:
        # A code that names its kind, such as fit_too_small, needs no guessing.
        if re.match(rf"{kind}(?![a-z])", plain):
            return kind
    return next((kind for kind, words in _WORDS.items() if any(_has(plain, word) for word in words)), UNKNOWN)


def _has(text: str, word: str) -> bool:
    """Whether a word stands in a text; ASCII words only where a word begins."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word).replace('_', '[ _-]')}", text) is not None
