"""A sheet with its edits is what Streamlit's own editor returns."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.elements.lib.column_config_utils import ColumnDataKind
from streamlit.elements.widgets.data_editor import _apply_dataframe_edits

from dashboard import edited, state

SHEET = pd.DataFrame(
    {"month": ["2026-04", "2026-05", "2026-06"], "leads": [500, None, 7], "limit": [0.3, 1.5, 2.0], "months": [2, 3, 4]}
).astype({"month": "object", "leads": "Int64"})
KINDS = {
    "_index": ColumnDataKind.INTEGER,
    "month": ColumnDataKind.STRING,
    "leads": ColumnDataKind.INTEGER,
    "limit": ColumnDataKind.FLOAT,
    "months": ColumnDataKind.INTEGER,
}
CELLS = some.fixed_dictionaries(
    {},
    optional={
        "month": some.one_of(some.none(), some.sampled_from(["2026-01", "2027-12"])),
        "leads": some.one_of(some.none(), some.integers(1, 10**6)),
        "limit": some.one_of(some.none(), some.floats(0, 100)),
    },
)
FULL = some.fixed_dictionaries(
    {
        "month": some.just("2026-09"),
        "leads": some.integers(1, 9),
        "limit": some.floats(0, 9),
        "months": some.integers(1, 9),
    }
)


@given(
    rows=some.dictionaries(some.integers(0, 2), CELLS),
    added=some.lists(FULL, max_size=3),
    deleted=some.sets(some.integers(0, 2)),
)
def test_it_agrees_with_streamlit(rows, added, deleted):
    edits = {"edited_rows": rows, "added_rows": added, "deleted_rows": sorted(deleted)}
    usual = _apply_dataframe_edits(SHEET.copy(), edits, KINDS).reset_index(drop=True)
    found = edited.apply(SHEET, edits)
    assert list(found.columns) == list(SHEET.columns)
    for name in SHEET.columns:
        left, right = (column[name].astype("object").where(column[name].notna(), None) for column in (found, usual))
        assert list(left) == list(right)
    assert dict(found.dtypes) == dict(SHEET.dtypes)


def test_what_the_editor_of_an_added_row_leaves_out_is_missing():
    added = [{"_index": 9, "month": "2026-09", "leads": 4.0}]
    found = edited.apply(SHEET, {"edited_rows": {}, "added_rows": added, "deleted_rows": []}).iloc[-1]
    assert (found["month"], found["leads"]) == ("2026-09", 4)
    assert pd.isna(found["limit"])
    assert pd.isna(found["months"])


@pytest.mark.parametrize("edits", [None, {"edited_rows": {}, "added_rows": [], "deleted_rows": []}])
def test_without_edits_the_sheet_is_as_it_was(edits):
    pd.testing.assert_frame_equal(edited.apply(SHEET, edits), SHEET)


def test_another_sheet_gets_an_editor_of_its_own(monkeypatch):
    kept = {}
    monkeypatch.setattr(state, "kept", kept.get)
    monkeypatch.setattr(state, "keep", kept.__setitem__)
    assert [edited.key("a", SHEET), edited.key("a", SHEET.copy()), edited.key("b", SHEET)] == ["a", "a", "b"]
    assert edited.key("a", SHEET.head(2)) == "a-1"
    assert edited.key("a", SHEET.head(2)) == "a-1"
    assert edited.key("a", SHEET) == "a-2"
