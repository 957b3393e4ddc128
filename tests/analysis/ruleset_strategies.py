"""Random histories and rulesets, small enough to be read when a test fails."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st

from analysis.rulesets import (
    AttributePredicate,
    Band,
    BantPredicate,
    Cell,
    Condition,
    Gate,
    Grid,
    KOfPredicate,
    Level,
    Limit,
    OptOutPredicate,
    OutsideScore,
    RisingPredicate,
    Rule,
    Ruleset,
    Tier,
    TouchPredicate,
)
from tests.analysis.histories import POSITIONS, day

KINDS = ["seminar", "webinar", "page_visit"]
CONTENTS = ["/pricing", "/pricing/plans", "/blog", None]
SOURCES = ["web", "seminar", None]
LEADS = ["a", "b", "c", "d", "e"]
"""Several leads share one engine: building it costs more than asking it."""

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


items, answers = st.sampled_from(["budget", "needs"]), st.sampled_from(["yes", "no", "unknown"])
axes, outside = st.sampled_from(["total", "fit"]), st.sampled_from([0.0, 0.5, 1.5, 3.25, 10.0, 99.0])
_BANT = ("lead_id", "item", "learned_at")


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
                40,
                min_size=12,
                lead_id=lead_ids,
                at=moments,
                kind=st.sampled_from(KINDS),
                content=st.sampled_from(CONTENTS),
                channel=st.sampled_from([None, "web"]),
                direction=st.sampled_from([None, "inbound", "outbound"]),
            )
        ),
        "lead_facts": draw(_rows(9, lead_id=lead_ids, known_at=moments, fact=facts)),
        "handoffs": draw(_rows(8, lead_id=lead_ids, handed_off_at=moments, pass_no=st.integers(1, 2))),
        "stage_events": draw(_rows(7, lead_id=lead_ids, stage=st.sampled_from(list(POSITIONS)), entered_at=moments)),
        "deals": draw(
            _rows(5, lead_id=lead_ids, opened_at=moments, closed_at=moments, outcome=st.sampled_from(["won", "lost"]))
        ),
        "opt_outs": draw(_rows(4, lead_id=lead_ids, at=moments, channel=st.sampled_from(["email", "call", "all"]))),
    }
    rows["touches"] = _numbered(rows["touches"], "touch_id")
    rows["handoffs"] = _numbered(rows["handoffs"], "handoff_id")
    rows["deals"] = _numbered(rows["deals"], "deal_id")
    rows["lead_facts"] = [
        {"lead_id": row["lead_id"], "known_at": row["known_at"], "field": row["fact"][0], "value": row["fact"][1]}
        for row in rows["lead_facts"]
    ]
    rows["lead_facts"] = _distinct(rows["lead_facts"], "lead_id", "field", "known_at")
    rows["bant"] = _distinct(draw(_rows(8, lead_id=lead_ids, item=items, answer=answers, learned_at=moments)), *_BANT)
    scored = _rows(8, min_size=2, lead_id=lead_ids, scored_at=moments, scorer=st.just("crm"), axis=axes, score=outside)
    rows["scores"] = draw(scored)
    # Somebody is always scored on the axes that rulesets ask for.
    rows["scores"][0] |= {"axis": "total"}
    rows["scores"][1] |= {"axis": "fit"}
    rows["scores"] = _distinct(rows["scores"], "lead_id", "scored_at", "axis")
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


bant_predicates = st.builds(
    BantPredicate,
    item=st.sampled_from(["budget", "needs", "authority"]),
    answers=st.sampled_from([("yes",), ("no",), ("unknown",), ("yes", "unknown"), ("yes", "no"), ("no", "unknown")]),
)
opt_outs = st.builds(OptOutPredicate, channel=st.sampled_from(["any", "email", "call"]))
like = st.builds(AttributePredicate, field=st.just("source"), patterns=st.sampled_from([("we*",), ("*a*", "x")]))
windows = st.sampled_from([None, 1, 5])
conditions = st.one_of(
    st.builds(Condition, predicate=touch_predicates, at_least=st.integers(1, 3), within_days=windows),
    st.builds(Condition, predicate=st.one_of(attribute_predicates, bant_predicates, opt_outs)),
)
rising = st.builds(
    RisingPredicate,
    touch=touch_predicates,
    days=st.sampled_from([2, 5]),
    baseline_days=st.sampled_from([3, 10]),
    times=st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(11, 10)]),
    at_least=st.integers(1, 2),
)
points = st.sampled_from([1, 2, 3, 5, -3, 100, -7])


@st.composite
def touch_rules(draw):
    """Once, several times, in tiers or halving."""
    given = {"predicate": draw(touch_predicates), "points": draw(points), "within_days": draw(windows)}
    way = draw(st.sampled_from(["each", "each", "tiers", "half_life"]))
    if way == "tiers":
        starts = sorted(draw(st.sets(st.integers(1, 5), min_size=1, max_size=3)))
        tiers = tuple(Tier(start=start, points=draw(points)) for start in starts)
        return given | {"tiers": tiers, "cap": starts[-1], "points": tiers[-1].points}
    half_life = draw(st.integers(1, 3)) if way == "half_life" else None
    return given | {"cap": draw(st.integers(1, 3)), "half_life_days": half_life}


@st.composite
def k_of_rules(draw):
    """Some of several conditions."""
    chosen = tuple(draw(st.lists(conditions, min_size=1, max_size=3)))
    need = draw(st.integers(1, len(chosen)))
    return {"predicate": KOfPredicate(conditions=chosen, need=need), "points": draw(points)}


rules = st.one_of(
    touch_rules(),
    touch_rules(),
    st.fixed_dictionaries({"predicate": attribute_predicates, "points": points}),
    st.fixed_dictionaries({"predicate": st.one_of(bant_predicates, like, rising), "points": points}),
    k_of_rules(),
)


def _limits(draw, ids):
    bounds = st.sampled_from([(None, 4), (-2, None), (-1, 2), (3, 5)])
    return tuple(
        Limit(id=name, label_ja="", label_en="", low=low, high=high) for name in ids for low, high in [draw(bounds)]
    )


def _grid(draw):
    first, second = draw(st.integers(-3, 5)), draw(st.integers(-3, 5))
    cell = Cell(grades=("A1", "A2", "B1", "B2"), name_ja="", name_en="", owner="", action_ja="", action_en="")
    fit = (Level(grade="B", threshold=-(10**9)), Level(grade="A", threshold=first))
    engagement = (Level(grade="2", threshold=-(10**9)), Level(grade="1", threshold=second))
    return Grid(fit=fit, engagement=engagement, cells=(cell,))


@st.composite
def rulesets(draw):
    """Between three and six rules of all kinds, with gates, limits and a grid now and then."""
    chosen = []
    for number in range(draw(st.integers(3, 6))):
        axis, group = draw(st.sampled_from([("engagement", ""), ("engagement", "web"), ("fit", "")]))
        named = {"id": f"rule{number}", "label_ja": "", "label_en": "", "axis": axis, "group": group}
        chosen.append(Rule(**named, **draw(rules)))
    gates = draw(st.lists(conditions, max_size=2))
    return _ruleset(
        rules=tuple(chosen),
        gates=_gates(gates),
        groups=_limits(draw, ["web"]),
        axis_limits=_limits(draw, draw(st.sampled_from([(), (), ("fit",), ("fit", "engagement")]))),
        grid=_grid(draw) if draw(st.booleans()) else None,
    )


@st.composite
def outside_rulesets(draw):
    """The score of another tool, as whole points."""
    axes = draw(st.sampled_from([("total",), ("total", "fit"), ("fit", "total")]))
    outside = OutsideScore(scorer="crm", axes=axes, scale=draw(st.sampled_from([1, 3, 10])), low=-5, high=2000)
    rule = Rule(id="score", label_ja="", label_en="", axis="engagement", points=1, predicate=outside, cap=2005)
    return _ruleset(rules=(rule,), gates=_gates(draw(st.lists(conditions, max_size=2))))


def _gates(found):
    return tuple(
        Gate(
            id=f"gate{number}",
            label_ja="",
            label_en="",
            predicate=gate.predicate,
            at_least=gate.at_least,
            within_days=gate.within_days,
        )
        for number, gate in enumerate(found)
    )


def _ruleset(**parts):
    return Ruleset(
        id="random",
        version=1,
        label_ja="",
        label_en="",
        outcome="won",
        threshold=1,
        bands=(Band(name_ja="", name_en="", threshold=0, owner="", action_ja="", action_en=""),),
        **parts,
    )
