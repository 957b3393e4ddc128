from datetime import UTC, date, datetime

import pytest

from analysis.selection import Selection

AS_OF = datetime(2026, 3, 31, 12)


def test_defaults_take_everything_known():
    selection = Selection(as_of=AS_OF)
    assert selection.params("as_of", "sources", "horizon_days", "outcome") == {
        "as_of": AS_OF,
        "sources": [],
        "horizon_days": 180,
        "outcome": "won",
    }
    assert selection.starts_at == datetime(1, 1, 1)
    assert selection.ends_at > AS_OF
    assert selection.mature_at == datetime(2025, 10, 2, 12)


def test_a_period_ends_at_the_latest_at_as_of():
    selection = Selection(as_of=AS_OF, start=date(2026, 1, 1), end=date(2026, 3, 1))
    assert (selection.starts_at, selection.ends_at) == (datetime(2026, 1, 1), datetime(2026, 3, 1))
    assert Selection(as_of=AS_OF, end=date(2030, 1, 1)).ends_at == Selection(as_of=AS_OF).ends_at


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"as_of": date(2026, 1, 1)}, "as_of must be a datetime"),
        ({"as_of": datetime(2026, 1, 1, tzinfo=UTC)}, "without a time zone"),
        ({"start": "2026-01-01"}, "start must be a date"),
        ({"end": datetime(2026, 1, 1)}, "end must be a date without a time"),
        ({"start": date(2026, 2, 1), "end": date(2026, 2, 1)}, "period is empty"),
        ({"sources": "referral"}, "sources must be a tuple"),
        ({"sources": (1,)}, "sources must be a tuple"),
        ({"horizon_days": 0}, "horizon_days must be a whole number"),
        ({"horizon_days": 1.5}, "horizon_days must be a whole number"),
        ({"horizon_days": True}, "horizon_days must be a whole number"),
        ({"outcome": ""}, "outcome must name a stage"),
    ],
)
def test_values_without_sense_are_refused(wrong, text):
    with pytest.raises(ValueError, match=text):
        Selection(**{"as_of": AS_OF, **wrong})


def test_as_of_is_required():
    with pytest.raises(TypeError):
        Selection()
