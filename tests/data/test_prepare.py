"""The prepared tables, held against what they are defined to be, row by row."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.journeys import CODE_COLUMNS, decode
from data.contract import STAGES
from data.prepare import layout
from tests.analysis.histories import POSITIONS, day, history

NAMES = [stage.stage for stage in STAGES]


def event(lead_id, stage, days, pass_no=1):
    return {"lead_id": lead_id, "stage": stage, "entered_at": day(days), "pass_no": pass_no}


def standing(engine, as_of, grain="lead"):
    """What is known of each journey: (lead, journey) -> numbers of the stages entered."""
    rows = engine.query(
        f"SELECT * FROM prep.journeys JOIN prep.paths USING (path_no) JOIN prep.leads USING (lead_no) "
        f"WHERE is_of_{grain} AND entered_at <= $as_of AND (until_at IS NULL OR until_at > $as_of)",
        {"as_of": as_of},
    )
    keys = zip(rows["lead_id"], rows["journey_no"], strict=True)
    codes = rows[list(CODE_COLUMNS)].to_numpy().tolist()
    found = {key: [number for number, _ in decode(code)] for key, code in zip(keys, codes, strict=True)}
    assert len(found) == len(rows), "a journey stands in one place"
    return found


@st.composite
def histories(draw):
    n_leads = draw(st.integers(1, 3))
    leads = [{"lead_id": str(number), "created_at": day(draw(st.integers(0, 9)))} for number in range(n_leads)]
    entry = st.tuples(st.integers(0, n_leads - 1), st.sampled_from(NAMES), st.integers(-2, 20), st.integers(1, 3))
    return leads, [event(str(lead), *rest) for lead, *rest in draw(st.lists(entry, max_size=12))]


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(-3, 22), st.sampled_from(["lead", "pass"]))
def test_a_journey_stands_where_its_entries_brought_it(rows, as_of, grain):
    leads, events = rows
    created = {lead["lead_id"]: lead["created_at"] for lead in leads}
    entries = [(lead_id, 1, created_at, 1) for lead_id, created_at in created.items()]
    for row in events:
        journey_no = row["pass_no"] if grain == "pass" else 1
        moment = max(row["entered_at"], created[row["lead_id"]])
        entries.append((row["lead_id"], journey_no, moment, POSITIONS[row["stage"]] + 1))
    expected = {}
    for lead_id, journey_no, moment, number in sorted(entries, key=lambda entry: entry[2:]):
        if moment <= day(as_of):
            expected.setdefault((lead_id, journey_no), []).append(number)
    assert standing(history(leads=leads, stage_events=events), day(as_of), grain) == expected


@settings(max_examples=20, deadline=None)
@given(histories())
def test_moved_at_is_the_first_entry_into_a_later_stage(rows):
    engine = history(leads=rows[0], stage_events=rows[1])
    entries = list(engine.query("SELECT * FROM prep.stage_entries").itertuples())
    for entry in entries:
        later = [
            other.first_entered_at
            for other in entries
            if other.lead_no == entry.lead_no and other.position > entry.position
        ]
        assert entry.moved_at == min(later) if later else entry.moved_at is None or entry.moved_at != entry.moved_at


def test_the_entry_into_a_funnel_is_one_row_per_journey():
    events = [event("a", "sal", 1), event("a", "mql", 2), event("a", "sal", 3), event("a", "won", 3)]
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}], stage_events=events)
    sql = "SELECT entered_at AS entered_at FROM prep.journeys WHERE code >= $start AND highest_before < $start"
    for start, days in ((1, 0), (3, 1), (5, 1), (6, 3), (8, 3)):
        assert engine.query(sql, {"start": start})["entered_at"].tolist() == [day(days)], start


def test_more_than_forty_entries_are_counted_and_forty_kept():
    events = [event("a", "nurturing", days) for days in range(1, 50)]
    engine = history(leads=[{"lead_id": "a", "created_at": day(0)}], stage_events=events)
    assert standing(engine, day(99)) == {("a", 1): [1] + [2] * 39}
    assert engine.query("SELECT MAX(n_entries) AS n FROM prep.journeys")["n"].tolist() == [50]


def test_a_deal_belongs_to_the_pass_that_had_begun():
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(0)}],
        stage_events=[event("a", "mql", 1)],
        handoffs=[{"handoff_id": "h", "lead_id": "a", "pass_no": 2, "handed_off_at": day(5)}],
        deals=[
            {"deal_id": "1", "lead_id": "a", "opened_at": day(3), "closed_at": day(5), "outcome": "won"},
            {"deal_id": "2", "lead_id": "nobody", "opened_at": day(3), "outcome": "open"},
        ],
    )
    assert standing(engine, day(9), "pass") == {("a", 1): [1, 3, 7], ("a", 2): [8]}
    assert engine.query("SELECT lead_no AS lead_no, outcome AS outcome FROM prep.deals").to_numpy().tolist() == [
        [0, "won"]
    ]


@pytest.mark.parametrize(
    ("events", "is_inbound", "origin"),
    [
        ([], None, None),
        ([("lead", 1)], None, None),
        ([("mql", 2), ("tql", 3)], None, "marketing"),
        ([("tql", 2), ("mql", 3)], None, "telemarketing"),
        ([("tql", 2), ("mql", 3)], False, "telemarketing"),
        ([("tql", 2)], True, "marketing"),
        ([("opportunity", 2)], True, "sales"),
        ([("opportunity", 2), ("tql", 2)], None, "telemarketing"),
        ([("sales_qualified", 2), ("mql", 2)], None, "marketing"),
    ],
)
def test_the_origin_is_read_from_the_first_moment(events, is_inbound, origin):
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(0), "is_inbound": is_inbound}],
        stage_events=[event("a", *row) for row in events],
        stages=[{"stage": stage.stage, "position": stage.position, "department": stage.department} for stage in STAGES],
    )
    row = engine.query("SELECT COALESCE(origin, 'unknown') AS origin, origin_at AS origin_at FROM prep.leads").iloc[0]
    assert row["origin"] == (origin or "unknown")
    if origin:
        assert row["origin_at"] == day(2)


def test_labels_name_every_dimension_once_per_lead():
    engine = history(leads=[{"lead_id": "a", "created_at": day(0), "source": "web", "is_online": True}])
    rows = engine.query("SELECT dimension AS dimension, label AS label FROM prep.lead_labels")
    assert dict(zip(rows["dimension"], rows["label"], strict=True)) == {
        "source": "web", "campaign": "", "industry": "", "region": "", "seniority": "", "owner": "",
        "is_inbound": "", "is_online": "true", "origin": "marketing", "all": "all",
    }  # fmt: skip
    assert len(rows) == 10


def test_the_layout_is_told_by_statements_and_not_by_comments(monkeypatch):
    usual = layout()
    texts = {
        "prepare_leads.sql": "SELECT 1;\n",
        "prepare_touches.sql": "",
        "prepare_evidence.sql": "",
        "prepare_meta.sql": "",
    }
    monkeypatch.setattr("data.prepare._read", texts.__getitem__)
    digests = []
    for text in ("SELECT 1;\n", "-- why\nSELECT 1;\n", "SELECT 2;\n"):
        texts["prepare_leads.sql"] = text
        layout.cache_clear()
        digests.append(layout())
    layout.cache_clear()
    monkeypatch.undo()
    assert usual == layout()
    assert digests[0] == digests[1] != digests[2]


def test_no_prepared_table_depends_on_what_comes_later():
    events = [event("a", "mql", 1), event("a", "tql", 2)]
    later = [event("a", "sal", 9, 2), event("a", "won", 9, 2)]
    lead = {"lead_id": "a", "created_at": day(0)}
    before, after = (history(leads=[lead], stage_events=rows) for rows in (events, events + later))
    for grain in ("lead", "pass"):
        assert standing(before, day(8), grain) == standing(after, day(9) - timedelta(seconds=1), grain)
