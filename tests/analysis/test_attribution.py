from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.attribution import NO_TOUCH, attribution
from analysis.selection import Selection
from tests.analysis.histories import day, history

WINS = st.lists(st.tuples(st.integers(0, 30), st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc")), max_size=5)), min_size=1, max_size=5)  # fmt: skip


def company(wins):
    """One lead per item: the day of its win, and its touches as (day, kind)."""
    engine = history(
        leads=[{"lead_id": str(n), "created_at": day(0)} for n in range(len(wins))],
        deals=[{"deal_id": str(n), "lead_id": str(n), "closed_at": day(won), "outcome": "won"} for n, (won, _) in enumerate(wins)],
        touches=[
            {"touch_id": f"{n}-{k}", "lead_id": str(n), "at": day(at), "kind": kind, "content": None}
            for n, (_, touches) in enumerate(wins)
            for k, (at, kind) in enumerate(touches)
        ],
    )  # fmt: skip
    present = engine.query("SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_name = 'touch_types'")
    if present["n"].iloc[0] == 0:
        script = resources.files("data").joinpath("sql", "prepare_touches.sql").read_text(encoding="utf-8")
        engine.connection.execute(script)
    return engine


def test_shares_by_hand():
    wins = [(10, [(1, "a"), (2, "b"), (10, "c"), (11, "a")]), (10, [(3, "a")]), (10, [(20, "c")])]
    table = attribution(company(wins), Selection(as_of=day(50))).set_index("group")
    assert table.index.tolist() == ["a", "b", "c", NO_TOUCH]
    assert table["n_first"].to_dict() == {"a": 2, "b": 0, "c": 0, NO_TOUCH: 1}
    assert table["n_last"].to_dict() == {"a": 1, "b": 0, "c": 1, NO_TOUCH: 1}
    assert table["all_share"].to_dict() == pytest.approx({"a": 4 / 9, "b": 1 / 9, "c": 1 / 9, NO_TOUCH: 1 / 3})
    assert table["any_share"].to_dict() == pytest.approx({"a": 2 / 3, "b": 1 / 3, "c": 1 / 3, NO_TOUCH: 1 / 3})
    assert table["n_wins"].eq(3).all()
    unknown = attribution(company(wins), Selection(as_of=day(50)), "content")
    assert unknown["group"].tolist() == ["", NO_TOUCH]


@settings(max_examples=20, deadline=None)
@given(WINS, st.integers(0, 40))
def test_random_wins_agree_with_the_definition(wins, as_of):
    known = [(won, sorted(touch for touch in touches if touch[0] <= won)) for won, touches in wins if won <= as_of]
    expected = dict.fromkeys("abc", 0.0) | {NO_TOUCH: 0.0}
    first = dict(expected)
    for _, touches in known:
        first[touches[0][1] if touches else NO_TOUCH] += 1
        for _, kind in touches or [(0, NO_TOUCH)]:
            expected[kind] += 1 / max(len(touches), 1) / len(known)
    table = attribution(company(wins), Selection(as_of=day(as_of))).set_index("group")
    assert table["all_share"].to_dict() == pytest.approx({kind: share for kind, share in expected.items() if share})
    assert {kind: n for kind, n in table["n_first"].items() if n} == {kind: n for kind, n in first.items() if n}
    if len(table):
        assert table[["first_share", "last_share", "all_share"]].sum().tolist() == pytest.approx([1, 1, 1])


def test_questions_without_an_answer_are_refused():
    engine = company([(1, [])])
    with pytest.raises(ValueError, match="colour"):
        attribution(engine, Selection(as_of=day(1)), "colour")
    with pytest.raises(ValueError, match="sold"):
        attribution(engine, Selection(as_of=day(1), outcome="sold"))
    assert attribution(engine, Selection(as_of=day(-1))).empty
