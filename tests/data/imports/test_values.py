"""Texts only a person can read, and those nobody can."""

import pytest

from data.contract import Kind
from data.imports.values import parse_leftover


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1,000人", Kind.INTEGER, "1000"),
        ("１２３", Kind.INTEGER, "123"),
        ("500億", Kind.BIGINT, "50000000000"),
        ("1.5億円", Kind.BIGINT, "150000000"),
        ("¥1,200", Kind.DECIMAL, "1200"),
        ("\\1,200", Kind.DECIMAL, "1200"),
        ("$22,700.50", Kind.DECIMAL, "22700.50"),
        ("-5", Kind.INTEGER, "-5"),
        ("1,5", Kind.DECIMAL, None),
        ("1.234.567", Kind.DECIMAL, None),
        ("12.5", Kind.INTEGER, None),
        ("about 5", Kind.INTEGER, None),
        ("令和6年4月1日", Kind.TIMESTAMP, "2024-04-01 00:00:00"),
        ("令和元年5月1日", Kind.TIMESTAMP, "2019-05-01 00:00:00"),
        ("R6.4.1", Kind.DATE, "2024-04-01 00:00:00"),
        ("2024年4月1日 9時5分", Kind.TIMESTAMP, "2024-04-01 09:05:00"),
        ("２０２４/４/１", Kind.TIMESTAMP, "2024-04-01 00:00:00"),
        ("01-02-2018", Kind.TIMESTAMP, None),
        ("4/1/2024", Kind.TIMESTAMP, None),
        ("はい", Kind.BOOLEAN, None),
    ],
)
def test_leftovers(text, kind, expected):
    assert parse_leftover(text, kind) == expected
