"""Completeness and freshness by source, held against the rows counted one by one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.completeness import ATTRIBUTES, completeness, freshness
from data.contract import TABLES
from tests.analysis.histories import day, history, with_touches


def known(engine, source: str, attribute: str) -> tuple[int, int]:
    row = completeness(engine).set_index(["source", "attribute"]).loc[(source, attribute)]
    return int(row["n_known"]), int(row["n_leads"])


def test_every_attribute_of_a_lead_is_counted():
    assert set(ATTRIBUTES) == set(TABLES["leads"].column_names) - {"lead_id", "created_at", "source"}
    result = completeness(history(leads=[{"lead_id": "a", "created_at": day(0), "source": "web"}]))
    assert tuple(result["attribute"]) == ATTRIBUTES
    assert result["n_known"].sum() == 0


def test_counts_by_source_and_unknown_source_is_one_too():
    engine = history(
        leads=[
            {"lead_id": "a", "created_at": day(0), "source": "web", "industry": "it", "is_inbound": False},
            {"lead_id": "b", "created_at": day(1), "source": "web"},
            {"lead_id": "c", "created_at": day(2), "source": None, "employees": 0},
        ]
    )
    assert known(engine, "web", "industry") == (1, 2)
    assert known(engine, "web", "is_inbound") == (1, 2)  # false is known
    assert known(engine, "", "employees") == (1, 1)  # and so is zero
    assert list(completeness(engine)["source"].unique()) == ["web", ""]


def test_the_latest_fact_counts_and_an_empty_one_withdraws():
    engine = history(
        leads=[
            {"lead_id": "learned", "created_at": day(0), "source": "web"},
            {"lead_id": "withdrawn", "created_at": day(0), "source": "web", "industry": "it"},
            {"lead_id": "again", "created_at": day(0), "source": "web"},
        ],
        lead_facts=[
            {"lead_id": "learned", "field": "industry", "value": "it", "known_at": day(5)},
            {"lead_id": "withdrawn", "field": "industry", "value": None, "known_at": day(5)},
            {"lead_id": "again", "field": "industry", "value": " ", "known_at": day(5)},
            {"lead_id": "again", "field": "industry", "value": "it", "known_at": day(6)},
            {"lead_id": "nobody", "field": "industry", "value": "it", "known_at": day(6)},
        ],
    )
    assert known(engine, "web", "industry") == (2, 3)
    assert known(engine, "web", "region") == (0, 3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["web", "list", None]), st.sampled_from(["it", None]), st.sampled_from([0, 7, None])),
        min_size=1,
        max_size=12,
    )
)
def test_shares_agree_with_pandas(rows):
    leads = [
        {
            "lead_id": str(number),
            "created_at": day(number),
            "source": source,
            "industry": industry,
            "employees": employees,
        }
        for number, (source, industry, employees) in enumerate(rows)
    ]
    result = completeness(history(leads=leads)).set_index(["source", "attribute"])["known_rate"]
    expected = pd.DataFrame(leads).assign(source=lambda frame: frame["source"].fillna("")).groupby("source")
    for source, group in expected:
        assert result[source, "industry"] == pytest.approx(group["industry"].notna().mean())
        assert result[source, "employees"] == pytest.approx(group["employees"].notna().mean())


def test_freshness_names_the_last_lead_and_the_last_touch():
    engine = history(
        leads=[
            {"lead_id": "a", "created_at": day(0), "source": "web"},
            {"lead_id": "b", "created_at": day(10), "source": "web"},
            {"lead_id": "c", "created_at": day(4), "source": "list"},
        ],
        touches=[
            {"touch_id": "1", "lead_id": "a", "at": day(20), "kind": "call"},
            {"touch_id": "2", "lead_id": "ghost", "at": day(30), "kind": "call"},
        ],
    )
    engine.data_end = day(30)
    result = freshness(with_touches(engine)).set_index("source")
    assert result.loc["web", "last_lead_at"] == day(10)
    assert result.loc["web", "first_lead_at"] == day(0)
    assert result.loc["web", "last_touch_at"] == day(20)
    assert result.loc["web", "days_since_lead"] == 20
    assert pd.isna(result.loc["list", "last_touch_at"])


def test_an_empty_history_has_no_sources():
    assert completeness(history()).empty
    assert freshness(with_touches(history())).empty
