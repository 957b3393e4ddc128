"""Random histories and rulesets, small enough to be read when a test fails."""

from datetime import timedelta

from hypothesis import strategies as st

from analysis.rulesets import AttributePredicate, Band, Gate, OptOutPredicate, Rule, Ruleset, TouchPredicate
from tests.analysis.histories import POSITIONS, day

KINDS = ["seminar", "webinar", "page_visit"]
CONTENTS = ["/pricing", "/pricing/plans", "/blog", None]
SOURCES = ["web", "seminar", None]
LEADS = ["a", "b"]

# Few distinct moments, so that ties and exact ends of windows are common.
moments = st.builds(
    lambda days, hours: day(days) + timedelta(hours=hours), st.integers(0, 16), st.sampled_from([0, 0, 0, 12, 23.75])
)
lead_ids = st.sampled_from(LEADS)


def _rows(max_size, min_size=0, **columns):
    return st.lists(st.fixed_dictionaries(columns), min_size=min_size, max_size=max_size)


def _numbered(rows, key):
    return [row | {key: f"{key}{number}"} for number, row in enumerate(rows)]


def _distinct(rows, *keys):
    return list({tuple(row[key] for key in keys): row for row in rows}.values())


@st.composite
def histories(draw):
    """Rows per table."""
    attributes = {
        "source": st.sampled_from(SOURCES),
        "employees": st.sampled_from([None, 10, 99, 100, 1000]),
        "is_inbound": st.sampled_from([None, True, False]),
        "created_at": moments,
    }
    facts = st.one_of(
        st.tuples(st.just("employees"), st.sampled_from([None, "50", "1000", "many"])),
        st.tuples(st.just("is_inbound"), st.sampled_from(["true", "false"])),
        st.tuples(st.just("revenue_class"), st.sampled_from([None, "A", "B"])),
    )
    rows = {
        "leads": [{"lead_id": lead_id} | draw(st.fixed_dictionaries(attributes)) for lead_id in LEADS],
        "touches": draw(
            _rows(
                12,
                min_size=4,
                lead_id=lead_ids,
                at=moments,
                kind=st.sampled_from(KINDS),
                content=st.sampled_from(CONTENTS),
                channel=st.sampled_from([None, "web"]),
                direction=st.sampled_from([None, "inbound", "outbound"]),
            )
        ),
        "lead_facts": draw(_rows(5, lead_id=lead_ids, known_at=moments, fact=facts)),
        "handoffs": draw(_rows(4, lead_id=lead_ids, handed_off_at=moments, pass_no=st.integers(1, 2))),
        "stage_events": draw(_rows(4, lead_id=lead_ids, stage=st.sampled_from(list(POSITIONS)), entered_at=moments)),
        "deals": draw(
            _rows(3, lead_id=lead_ids, opened_at=moments, closed_at=moments, outcome=st.sampled_from(["won", "lost"]))
        ),
        "opt_outs": draw(_rows(2, lead_id=lead_ids, at=moments, channel=st.sampled_from(["email", "call", "all"]))),
    }
    rows["touches"] = _numbered(rows["touches"], "touch_id")
    rows["handoffs"] = _numbered(rows["handoffs"], "handoff_id")
    rows["deals"] = _numbered(rows["deals"], "deal_id")
    rows["lead_facts"] = [
        {"lead_id": row["lead_id"], "known_at": row["known_at"], "field": row["fact"][0], "value": row["fact"][1]}
        for row in rows["lead_facts"]
    ]
    rows["lead_facts"] = _distinct(rows["lead_facts"], "lead_id", "field", "known_at")
    return rows


touch_predicates = st.builds(
    TouchPredicate,
    kinds=st.sampled_from([(), (), ("seminar",), ("*inar",), ("seminar", "page_visit"), ("nothing",)]),
    contents=st.sampled_from([(), (), ("/pricing",), ("/pricing*",), ("*", "x")]),
    channels=st.sampled_from([(), (), (), ("web",)]),
    direction=st.sampled_from([None, None, None, "inbound"]),
)
attribute_predicates = st.one_of(
    st.builds(
        AttributePredicate,
        field=st.just("employees"),
        low=st.sampled_from([None, 100]),
        high=st.sampled_from([None, 99, 1000]),
    ).filter(lambda predicate: (predicate.low, predicate.high) not in ((None, None), (100, 99))),
    st.builds(
        AttributePredicate, field=st.sampled_from(["employees", "source", "is_inbound"]), is_unknown=st.just(True)
    ),
    st.builds(
        AttributePredicate,
        field=st.sampled_from(["revenue_class", "never_filled"]),
        is_fact=st.just(True),
        is_unknown=st.just(True),
    ),
    st.builds(
        AttributePredicate,
        field=st.just("revenue_class"),
        is_fact=st.just(True),
        values=st.just(("A",)),
        is_excluded=st.booleans(),
    ),
    st.builds(AttributePredicate, field=st.just("employees"), values=st.just((10, 1000)), is_excluded=st.booleans()),
    st.builds(AttributePredicate, field=st.just("source"), values=st.just(("web",)), is_excluded=st.booleans()),
    st.builds(AttributePredicate, field=st.just("is_inbound"), values=st.just((True,)), is_excluded=st.booleans()),
)


@st.composite
def rulesets(draw):
    """Between three and six rules, and a gate now and then."""
    rules = []
    for number in range(draw(st.integers(3, 6))):
        points = draw(st.sampled_from([1, 2, 3, 5, -3, 100]))
        named = {"id": f"rule{number}", "label_ja": "", "label_en": "", "points": points}
        if draw(st.booleans()):
            cap, within_days = draw(st.integers(1, 3)), draw(st.sampled_from([None, 1, 5]))
            predicate = draw(touch_predicates)
            rules.append(Rule(**named, axis="engagement", predicate=predicate, cap=cap, within_days=within_days))
        else:
            rules.append(Rule(**named, axis="fit", predicate=draw(attribute_predicates)))
    opt_outs = st.builds(OptOutPredicate, channel=st.sampled_from(["any", "email", "call"]))
    gates = draw(st.lists(st.one_of(opt_outs, attribute_predicates), max_size=2))
    return Ruleset(
        id="random",
        version=1,
        label_ja="",
        label_en="",
        outcome="won",
        threshold=1,
        rules=tuple(rules),
        gates=tuple(Gate(id=f"gate{n}", label_ja="", label_en="", predicate=gate) for n, gate in enumerate(gates)),
        bands=(Band(name_ja="", name_en="", threshold=0, owner="", action_ja="", action_en=""),),
    )
