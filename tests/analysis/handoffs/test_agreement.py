"""The file of what was agreed: what it may say, and one line about what it may not."""

import pytest

from analysis.handoffs.agreement import Agreement, AgreementError, load_agreement, parse_agreement

TEXT = """
country = "US"
contact_hours = 24
feedback_hours = 72.5
facts = ["employees", "industry", "employees"]

[targets]
accepted = 0.7

[reasons]
"予算なし" = "fit"
"""


def test_reads_what_was_agreed():
    assert parse_agreement(TEXT) == Agreement(
        country="US", contact_hours=24, feedback_hours=72.5, facts=("employees", "industry"),
        targets={"accepted": 0.7}, reasons={"予算なし": "fit"},
    )  # fmt: skip


def test_without_a_file_nothing_was_agreed(tmp_path):
    assert load_agreement(tmp_path) == Agreement()


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("\ncontact_hour = 3", 2, "contact_hours"),
        ("contact_hours = 0", 1, "above 0"),
        ("contact_hours = true", 1, "number of hours"),
        ("contact_hours = inf", 1, "number of hours"),
        ("feedback_hours = nan", 1, "number of hours"),
        ('country = "Atlantis"', 1, "Atlantis"),
        ('facts = "employees"', 1, "list"),
        ("[targets]\naccepted = 70", 2, "between 0 and 1"),
        ("[targets]\nhappiness = 0.7", 2, "contacted_in_time"),
        ('[targets]\naccepted = "most"', 2, "between 0 and 1"),
        ('[reasons]\nx = "y"', 2, "not_contacted"),
        ("targets = 3", 1, "[targets]"),
        ("x = = 3", 1, "TOML"),
    ],
)
def test_an_error_is_one_line_that_says_where(text, line, part):
    with pytest.raises(AgreementError) as caught:
        parse_agreement(text, "handoff_agreement.toml")
    message = str(caught.value)
    assert part in message
    assert message.startswith("handoff_agreement.toml")
    assert "\n" not in message
    assert f"line {line}" in message


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "handoff_agreement.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(AgreementError, match="UTF-8"):
        load_agreement(tmp_path)
