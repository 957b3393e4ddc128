"""What may identify a person is hidden; dates and amounts are not."""

import pytest

from dashboard.masking import mask_contacts, mask_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("taro@example.co.jp", "t•••"),
        ("連絡先 taro@example.co.jp まで", "連絡先 t••• まで"),
        ("03-1234-5678", "0•••"),
        ("+81 90 1234 5678", "+•••"),
        ("2024-04-01 10:30", "2024-04-01 10:30"),
        ("1,200,000", "1,200,000"),
        ("50000000000", "50000000000"),
        ("K-001", "K-001"),
        ("", ""),
    ],
)
def test_contacts(text, shown):
    assert mask_contacts(text) == shown


def test_all_but_the_first_sign():
    assert mask_text("株式会社青空") == "株•••"
    assert mask_text(" ") == " "
