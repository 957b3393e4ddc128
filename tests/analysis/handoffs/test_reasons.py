"""From a reason code to the kind of fault."""

import pytest

from analysis.handoffs.reasons import KINDS, MISSING, UNKNOWN, kind_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("fit_too_small", "fit"),
        ("fit_not_a_buyer", "fit"),
        ("intent_research_only", "intent"),
        ("intent_no_project", "intent"),
        ("timing_later", "timing"),
        ("data_wrong_contact", "data"),
        ("not_contacted", "not_contacted"),
        ("other", "other"),
        ("時期尚早", "timing"),
        ("連絡不通", "not_contacted"),
        ("予算なし", "fit"),
        ("情報収集のみ", "intent"),
        ("データ不備", "data"),
        ("その他", "other"),
        ("Not Interested", "intent"),
        ("Wrong Number", "data"),
        ("No Budget", "fit"),
        ("", MISSING),
        ("  ", MISSING),
        ("Z-17", UNKNOWN),
        ("profit_warning", UNKNOWN),
    ],
)
def test_what_codes_sound_like(code, kind):
    assert kind_of(code, {}) == kind


def test_what_was_agreed_goes_first():
    assert kind_of("Z-17", {"Z-17": "data"}) == "data"
    assert kind_of("fit_too_small", {"fit_too_small": "timing"}) == "timing"


def test_each_kind_is_a_code_of_its_own():
    assert [kind_of(kind, {}) for kind in KINDS] == list(KINDS)
