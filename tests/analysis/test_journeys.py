"""Journeys written as text, counted by hand in each mode and view; random ones against the definition.

Notation: a word is an entry into a stage, `.` lets a day pass, `|` begins the next
pass, `@` is the moment as of which we look (at the end when left out). The lead is
created on the first day, whether or not the journey begins with `lead`.
"""

from datetime import timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.conditions import Reached
from analysis.funnel import funnel, funnel_by_month
from analysis.journey_funnel import DIMENSIONS, ORIGINS, Question, funnel_by_origin, journey_funnel, journey_funnels
from analysis.journeys import MODES, decode, followed, reached
from analysis.lead_list import lead_list
from analysis.selection import Selection
from data.contract import STAGES
from tests.analysis.histories import POSITIONS, day, history

NAMES = [stage.stage for stage in STAGES]


def read(text, lead_id="a", **attributes):
    """The rows of one journey, and the day as of which it is looked at."""
    events, time, pass_no, as_of = [], 0, 1, None
    for word in text.split():
        if word == ".":
            time += 1
        elif word == "|":
            pass_no += 1
        elif word == "@":
            as_of = time
        elif word != "lead":
            events.append({"lead_id": lead_id, "stage": word, "entered_at": day(time), "pass_no": pass_no})
    lead = {"lead_id": lead_id, "created_at": day(0), **attributes}
    return lead, events, day(time if as_of is None else as_of)


EVERY_STAGE = " ".join(NAMES)


def company(*texts):
    """A history of one lead per text, as of the latest end."""
    rows = [read(text, lead_id=str(number)) for number, text in enumerate(texts)]
    lead, events, _ = read(EVERY_STAGE, "old")
    # A lead of another time that went through every stage: all of them are in use.
    old = [{**event, "entered_at": day(-400)} for event in events]
    engine = history(
        leads=[{**lead, "created_at": day(-400)}, *(row[0] for row in rows)],
        stage_events=[*old, *(event for row in rows for event in row[1])],
    )
    return engine, max(row[2] for row in rows)


def recent(as_of, **period):
    return Selection(as_of=as_of, **({"start": day(-1).date()} | period))


def count(engine, selection, **question):
    steps = journey_funnel(engine, selection, Question(**question)).steps
    return {row.stage: row.n_leads for row in steps.itertuples() if row.n_leads}


SHORT = {"lead": "lead", "mql": "mql", "sal": "sal", "sq": "sales_qualified", "opp": "opportunity", "won": "won"}

# start mql, end sales_qualified (tql in between): journey, then the stages reached in each mode.
BY_HAND = [
    # text                                        strict            ordered               implied                open
    ("lead", "", "", "", ""),
    ("lead mql . tql . sal . sales_qualified", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq"),
    ("lead mql . sales_qualified won", "mql", "mql sq", "mql tql sal sq", "mql sq"),
    ("lead . sales_qualified . won", "", "", "mql tql sal sq", "sq"),
    ("lead . won", "", "", "mql tql sal sq", ""),
    # Ties in time are in the order of the stages, however they were written down.
    ("lead sales_qualified sal tql mql", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq"),
    # Backwards is not in order.
    ("lead . sal . mql", "mql", "mql", "mql tql sal", "mql sal"),
    ("lead . sal . mql . tql . sal", "mql tql sal", "mql tql sal", "mql tql sal", "mql tql sal"),
    # Entered again: the second entry may complete the order.
    ("lead . tql . mql . sal . tql . sal", "mql tql sal", "mql tql sal", "mql tql sal", "mql tql sal"),
    ("lead . tql . mql . sal . tql", "mql tql", "mql tql sal", "mql tql sal", "mql tql sal"),
    # Recycled: a lead goes through the stages in two passes.
    ("lead . mql . tql | . sal . sales_qualified", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq", "mql tql sal sq"),
    # The future does not exist yet.
    ("lead . mql @ . tql", "mql", "mql", "mql", "mql"),
    ("lead . mql . @ tql . sal", "mql tql", "mql tql", "mql tql", "mql tql"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "strict", "ordered", "implied", "open_"), BY_HAND)
def test_journeys_by_hand_in_four_modes(text, strict, ordered, implied, open_):
    engine, as_of = company(text)
    for mode, expected in zip(MODES, (strict, ordered, implied, open_), strict=True):
        found = count(engine, recent(as_of), mode=mode, start="mql", end="sales_qualified")
        assert list(found) == [SHORT.get(word, word) for word in expected.split()], mode


# Start lead, grain pass: when each pass (counted from 1) reached sal, in days; by hand.
MOMENTS = [
    # text                                                    strict       ordered      implied      open
    ("lead . nurturing mql . tql . sal", {1: 3}, {1: 3}, {1: 3}, {1: 3}),
    # Backwards first: stage by stage, only the second entry counts.
    ("lead . sal . nurturing . mql . tql . sal", {1: 5}, {1: 1}, {1: 1}, {1: 1}),
    # Left out, and implied by a later stage.
    ("lead . mql . won", {}, {}, {1: 2}, {}),
    # Ties are in the order of the stages.
    ("lead . sal tql mql nurturing", {1: 1}, {1: 1}, {1: 1}, {1: 1}),
    # A recycled pass begins as a lead with its first entry.
    ("lead . nurturing | . nurturing mql . tql . . sal . sal", {2: 5}, {2: 5}, {2: 5}, {2: 5}),
    ("lead . sal | . sal . sal", {}, {1: 1, 2: 2}, {1: 1, 2: 2}, {1: 1, 2: 2}),
    # More than forty entries: what comes after is not looked at.
    (f"lead {'. nurturing mql ' * 20} . tql . sal", {}, {}, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "strict", "ordered", "implied", "open_"), MOMENTS)
def test_the_list_of_a_stage_has_the_moment_at_which_each_pass_reached_it(text, strict, ordered, implied, open_):
    engine, as_of = company(text)
    for mode, expected in zip(MODES, (strict, ordered, implied, open_), strict=True):
        condition = Reached(stage="sal", question=Question(mode=mode, grain="pass"))
        rows = lead_list(engine, recent(as_of), condition).rows
        assert dict(zip(rows["pass_no"], rows["reached_at"], strict=True)) == {
            pass_no: day(on) for pass_no, on in expected.items()
        }, mode


@pytest.mark.parametrize(
    ("text", "modes_that_go_on"),
    [
        ("lead . mql . tql . sal", set(MODES)),
        ("lead . mql . sal . tql", {"strict", "ordered", "open", "implied"}),
        ("lead . mql . sal", {"implied"}),
        # Before it is not after it, but a later stage implies both at once.
        ("lead . tql . mql", {"implied"}),
    ],
)
def test_who_is_listed_as_not_going_on(text, modes_that_go_on):
    engine, as_of = company(text)
    for mode in MODES:
        condition = Reached(stage="mql", not_on_to="tql", question=Question(mode=mode, start="mql"))
        assert lead_list(engine, recent(as_of), condition).n_leads == (mode not in modes_that_go_on), mode


def test_a_stage_before_the_start_of_the_funnel_has_no_list():
    engine, as_of = company("lead . mql")
    with pytest.raises(ValueError, match="comes before"):
        lead_list(engine, recent(as_of), Reached(stage="lead", question=Question(start="mql")))


def test_many_journeys_by_hand():
    engine, as_of = company(
        "lead . mql . sal . sales_qualified . won",
        "lead . mql . sales_qualified . won",
        "lead . sales_qualified",
        "lead . mql",
        "lead",
    )
    question = {"start": "mql", "end": "won"}
    selection = recent(as_of)
    ordered = journey_funnel(engine, selection, Question(mode="ordered", **question))
    steps = ordered.steps.set_index("stage")
    assert steps["n_leads"].to_dict() == {
        "mql": 3, "tql": 0, "sal": 1, "sales_qualified": 2, "opportunity": 0, "won": 2,
    }  # fmt: skip
    assert steps.loc["sales_qualified", ["n_previous", "n_followed", "n_skipped"]].tolist() == [1, 1, 1]
    assert steps.loc["sales_qualified", "step_rate"] == 1.0
    assert steps.loc["won", "total_rate"] == pytest.approx(2 / 3)
    assert ordered.first_meaning == "entered_start"
    assert ordered.n_journeys == 4  # the fifth never came to mql or further
    opened = journey_funnel(engine, selection, Question(mode="open", **question))
    assert opened.steps["n_first"].eq(4).all()
    assert opened.steps.set_index("stage").loc["mql", "total_rate"] == 0.75
    changes = ordered.changes.set_index(["mode", "other_mode"])
    assert changes.loc[("strict", "ordered")].tolist() == [2, 2]
    assert changes.loc[("ordered", "open")].tolist() == [1, 0]
    assert changes.loc[("ordered", "implied")].tolist() == [3, 0]


def test_the_period_view_counts_what_happened_in_the_period():
    engine, as_of = company("lead . mql . . sal . . won", "lead . . . mql . sal . won", "lead . . . sal")
    period = Selection(as_of=as_of, start=day(3).date(), end=day(5).date())
    expected = {
        "strict": {"mql": 1},
        "ordered": {"mql": 1, "sal": 2},
        "implied": {"nurturing": 2, "mql": 2, "tql": 3, "sal": 3},
        "open": {"mql": 1, "sal": 3},
    }
    assert count(engine, period, mode="implied", view="period") == expected["implied"]
    assert count(engine, period, mode="open", view="period") == expected["open"]
    for mode in ("strict", "ordered"):
        assert count(engine, period, mode=mode, view="period", start="mql") == expected[mode]


def test_rates_of_the_period_view_are_ratios_of_counts():
    engine, as_of = company("lead . mql . . sal", "lead . mql . . sal", "lead . . . mql")
    result = journey_funnel(
        engine,
        Selection(as_of=as_of, start=day(3).date()),
        Question(mode="open", view="period", start="mql", end="sal"),
    )
    sal = result.steps.set_index("stage").loc["sal"]
    assert (sal["n_leads"], sal["n_first"], sal["total_rate"]) == (2, 1, 2.0)
    assert sal["total_low"] < 2.0 < sal["total_high"]
    assert result.first_meaning == "in_period"


def test_the_cohort_is_chosen_by_entry_at_the_start():
    engine, as_of = company("lead . mql . . . won", "lead . . . mql . won", "lead . . . won")
    late = Selection(as_of=as_of, start=day(2).date())
    assert count(engine, late, start="mql", mode="open") == {"mql": 1, "won": 2}
    assert count(engine, late) == {}  # all leads were created before
    early = recent(as_of, end=day(2).date())
    assert count(engine, early, start="mql", mode="open") == {"mql": 1, "won": 1}  # won after the period


def test_passes_are_journeys_of_their_own():
    engine, as_of = company("lead . mql . sal | . . mql . won", "lead . mql")
    selection = recent(as_of)
    per_pass = journey_funnel(engine, selection, Question(grain="pass", mode="open"))
    assert per_pass.n_journeys == 3
    assert per_pass.steps.set_index("stage")["n_leads"].to_dict() | {} == {
        "lead": 3, "nurturing": 0, "mql": 3, "tql": 0, "sal": 1, "sales_qualified": 0, "opportunity": 0, "won": 1,
    }  # fmt: skip
    assert count(engine, selection, mode="open")["lead"] == 2
    assert count(engine, selection, mode="strict", grain="pass") == {"lead": 3}


def test_a_deal_belongs_to_the_pass_in_which_it_was_opened():
    engine = history(
        leads=[{"lead_id": "a", "created_at": day(0)}],
        stage_events=[
            {"lead_id": "a", "stage": "mql", "entered_at": day(1)},
            {"lead_id": "a", "stage": "mql", "entered_at": day(9), "pass_no": 2},
        ],
        deals=[
            {"deal_id": "1", "lead_id": "a", "opened_at": day(3), "closed_at": day(4), "outcome": "lost"},
            {"deal_id": "2", "lead_id": "a", "opened_at": day(9), "closed_at": day(12), "outcome": "won"},
        ],
    )
    per_pass = Question(grain="pass", mode="ordered", start="mql")
    assert count(engine, Selection(as_of=day(20)), mode="ordered", grain="pass", start="mql") == {
        "mql": 2, "opportunity": 2, "won": 1,
    }  # fmt: skip
    second = journey_funnel(engine, Selection(as_of=day(20), start=day(5).date()), per_pass)
    assert second.steps.set_index("stage")["n_leads"].to_dict()["won"] == 1
    assert second.n_journeys == 1


def test_three_funnels_by_origin():
    rows = [
        read("lead . mql . sal . won", "m"),
        read("lead", "x"),
        read("lead . tql . sal", "t", is_inbound=False),
        read("lead . tql . sal", "i", is_inbound=True),
        read("lead . sales_qualified . won", "s"),
        read("lead . opportunity mql", "tie"),
        read("lead . mql", "named", source="telemarketing"),
        read("lead", "named too", source="sales_generated"),
    ]
    engine = history(
        leads=[row[0] for row in rows],
        stage_events=[event for row in rows for event in row[1]],
        stages=[{"stage": stage.stage, "position": stage.position, "department": stage.department} for stage in STAGES],
    )
    table = funnel_by_origin(engine, Selection(as_of=day(9)))
    assert tuple(table["group"].unique()) == ORIGINS
    sizes = table.drop_duplicates("group").set_index("group")
    assert sizes["n_journeys"].to_dict() == {"marketing": 4, "telemarketing": 2, "sales": 2}
    assert sizes["end_share"].to_dict() == {"marketing": 0.5, "telemarketing": 0.0, "sales": 0.5}
    nobody = funnel_by_origin(engine, Selection(as_of=day(-9)))
    assert nobody["n_leads"].eq(0).all()
    assert nobody["stage"].tolist() == ["lead", "won"] * 3
    assert nobody["end_share"].isna().all()


def test_groups_add_up_to_the_whole():
    engine = history(
        leads=[
            {"lead_id": str(n), "created_at": day(40 * n), "source": ["seminar", None][n % 2], "is_inbound": n == 1}
            for n in range(4)
        ],
        stage_events=[{"lead_id": str(n), "stage": "mql", "entered_at": day(200)} for n in range(3)],
    )
    selection = Selection(as_of=day(300))
    whole = journey_funnel(engine, selection, Question(mode="ordered")).steps["n_leads"].tolist()
    for dimension in (*DIMENSIONS, "month", "origin"):
        parts = journey_funnels(engine, selection, dimension, Question(mode="ordered"))
        assert parts.groupby("position")["n_leads"].sum().tolist() == whole, dimension
    assert set(journey_funnels(engine, selection, "source")["group"]) == {"seminar", ""}
    assert set(journey_funnels(engine, selection, "is_inbound")["group"]) == {"true", "false"}


def test_columns_are_those_that_are_documented():
    engine, as_of = company("lead . mql")
    columns = (
        "stage position n_leads n_followed n_recorded n_skipped n_previous step_rate step_low step_high "
        "n_first total_rate total_low total_high is_enough"
    )
    assert " ".join(journey_funnel(engine, Selection(as_of=as_of)).steps.columns) == columns
    grouped = journey_funnels(engine, Selection(as_of=as_of), "source")
    assert " ".join(grouped.columns) == f"group n_journeys {columns}"
    assert journey_funnels(engine, Selection(as_of=day(-500)), "source").empty


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ({"start": "mql", "end": "mql"}, "source"),
        ({"start": "won", "end": "lead"}, "source"),
        ({"start": "nothing"}, "source"),
        ({}, "shoe_size"),
        ({"view": "period"}, "month"),
    ],
)
def test_questions_without_an_answer_are_refused(question, dimension):
    engine, as_of = company("lead")
    with pytest.raises(ValueError, match=r"\.$"):
        journey_funnels(engine, Selection(as_of=as_of), dimension, Question(**question))


def pack(numbers):
    parts = (numbers[0:10], numbers[10:20], numbers[20:30], numbers[30:40])
    return [sum((2 * number) << (6 * place) for place, number in enumerate(part)) for part in parts]


@given(st.lists(st.integers(1, 31), max_size=40))
def test_packing_is_undone(numbers):
    assert [number for number, _ in decode(pack(numbers))] == numbers


# The definition, row by row: is there a chain of entries that do not go back in time?


def chains(entries, stages):
    """All ways to pick one entry per stage in order of time; entries are (time, stage)."""
    if not stages:
        return [[]]
    return [
        [*chain, entry]
        for chain in chains(entries, stages[:-1])
        for entry in entries
        if entry[1] == stages[-1] and (not chain or entry[0] >= chain[-1][0])
    ]


def moment(entries, stages):
    return min((chain[-1][0] for chain in chains(entries, stages)), default=None)


def defined(entries, stage, stages, mode):
    """When a journey reached a stage, by the words of the definition; None when it did not."""
    if mode == "strict":
        return moment(entries, stages[: stages.index(stage) + 1])
    if mode == "ordered":
        return moment(entries, sorted({stages[0], stage}))
    if mode == "open":
        return moment(entries, [stage])
    return min((time for time, number in entries if number >= stage), default=None)


@st.composite
def journeys(draw):
    leads, events = [], []
    for number in range(draw(st.integers(1, 4))):
        leads.append({"lead_id": str(number), "created_at": day(draw(st.integers(0, 40)))})
        times = st.tuples(st.sampled_from(NAMES[1:]), st.integers(-2, 60), st.integers(1, 2))
        for stage, time, pass_no in draw(st.lists(times, max_size=7)):
            events.append({"lead_id": str(number), "stage": stage, "entered_at": day(time), "pass_no": pass_no})
    return leads, events


def entries_of(lead, events, as_of, grain):
    """Entries per journey of one lead: (time, stage number), never before the lead existed."""
    passes = {1: [(lead["created_at"], 0)]}
    for event in events:
        if event["lead_id"] != lead["lead_id"] or event["entered_at"] > as_of:
            continue
        number = event["pass_no"] if grain == "pass" else 1
        time = max(event["entered_at"], lead["created_at"])
        passes.setdefault(number, []).append((time, POSITIONS[event["stage"]]))
    for number, entries in passes.items():
        if number > 1:
            entries.append((min(entries)[0], 0))
    return passes.values()


@settings(max_examples=60, deadline=None)
@given(
    journeys(),
    st.sampled_from(MODES),
    st.sampled_from(["cohort", "period"]),
    st.sampled_from(["lead", "pass"]),
    st.integers(0, 5),
    st.integers(1, 3),
    st.integers(-5, 70),
    st.none() | st.integers(0, 40),
    st.integers(1, 40),
)
def test_random_journeys_agree_with_the_definition(rows, mode, view, grain, start, length, as_of, first, n_days):
    leads, events = rows
    end = min(start + length, len(NAMES) - 1)
    selection = Selection(
        as_of=day(as_of),
        start=None if first is None else day(first).date(),
        end=day((first or 0) + n_days).date(),
    )
    question = Question(mode=mode, view=view, grain=grain, start=NAMES[start], end=NAMES[end])
    used = {start, end, *(POSITIONS[event["stage"]] for event in events if event["entered_at"] <= day(as_of))}
    stages = sorted(stage for stage in used if start <= stage <= end)
    counts, n_followed = [0] * len(stages), [0] * len(stages)
    for lead in leads:
        if lead["created_at"] > day(as_of):
            continue
        for entries in entries_of(lead, events, day(as_of), grain):
            entered = min((time for time, number in entries if number >= start), default=None)
            if view == "cohort" and (entered is None or not selection.starts_at <= entered < selection.ends_at):
                continue
            for stage in stages:
                at = defined(entries, stage, stages, mode)
                if at is None or (view == "period" and not selection.starts_at <= at < selection.ends_at):
                    continue
                counts[stages.index(stage)] += 1
                before = defined(entries, stages[stages.index(stage) - 1], stages, mode) if stage > start else None
                later = [time for time, number in entries if number == stage or (mode == "implied" and number > stage)]
                n_followed[stages.index(stage)] += before is not None and any(time >= before for time in later)

    steps = journey_funnel(history(leads=leads, stage_events=events), selection, question).steps

    assert steps["n_leads"].tolist() == counts
    if view == "cohort":
        assert steps["n_followed"].tolist() == n_followed


@settings(max_examples=12, deadline=None)
@given(journeys(), st.integers(-5, 70), st.integers(0, 40))
def test_all_views_of_the_cohort_agree(rows, as_of, first):
    engine = history(leads=rows[0], stage_events=rows[1])
    selection = Selection(as_of=day(as_of), start=day(first).date())
    simple, rich = funnel(engine, selection), journey_funnel(engine, selection)
    shared = ["stage", "position", "n_leads", "n_previous", "step_rate", "total_rate", "total_low", "total_high"]
    pd.testing.assert_frame_equal(simple.steps[shared], rich.steps[shared], check_dtype=False)
    recorded = journey_funnel(engine, selection, Question(mode="open"))
    assert recorded.steps["n_leads"].tolist() == simple.steps["n_recorded"].tolist()
    months = funnel_by_month(engine, selection)
    months = months[months["n_cohort"] > 0]
    by_month = journey_funnels(engine, selection, "month")
    assert by_month["n_leads"].tolist() == months["n_leads"].tolist()
    assert by_month["group"].tolist() == months["month"].tolist()


@settings(max_examples=12, deadline=None)
@given(journeys(), st.integers(0, 60), st.sampled_from(MODES), st.sampled_from(["lead", "pass"]))
def test_later_events_change_nothing(rows, as_of, mode, grain):
    leads, events = rows
    later = [
        {"lead_id": lead["lead_id"], "stage": stage, "entered_at": day(as_of) + timedelta(seconds=1), "pass_no": 2}
        for lead in leads
        for stage in ("mql", "won")
    ]
    selection, question = Selection(as_of=day(as_of)), Question(mode=mode, grain=grain)
    before = journey_funnel(history(leads=leads, stage_events=events), selection, question)
    after = journey_funnel(history(leads=leads, stage_events=events + later), selection, question)
    pd.testing.assert_frame_equal(before.steps, after.steps)


@given(st.lists(st.tuples(st.integers(1, 5), st.just(False)), max_size=8))
def test_stricter_modes_reach_less_and_later(entries):
    found = [
        [len(entries) if at is None else at for at in reached(entries, range(1, 6), mode)]
        for mode in ("strict", "ordered", "open", "implied")
    ]
    for strict, loose in pairwise(found):
        assert all(a >= b for a, b in zip(strict, loose, strict=True))
    assert followed(entries, reached(entries, range(1, 6), "strict"), range(1, 6))[0] is False
