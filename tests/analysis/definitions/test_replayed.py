"""Definitions looked up by the replay, against one lead after another in plain Python; and nothing later leaks in."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.definitions import BandPart, ConditionPart, GroupPart, NotPart, ScorePart, StagePart
from analysis.definitions.edits import edits
from analysis.definitions.parts import leaves, resolved
from analysis.definitions.replayed import replayed
from analysis.leads import read_lead
from analysis.patterns import GROUPS
from analysis.receipts import receipt
from analysis.replay import lead_scores
from analysis.rulesets import TouchPredicate
from analysis.rulesets.plain import holds
from analysis.selection import Selection
from tests.analysis.histories import POSITIONS, day
from tests.analysis.ruleset_strategies import conditions, histories, outside_rulesets, rulesets
from tests.analysis.test_replay import engine_of

AS_OF = day(60)
QUICK = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))

single = st.one_of(
    st.builds(ConditionPart, condition=conditions),
    st.builds(ConditionPart, condition=conditions),
    st.builds(StagePart, stage=st.sampled_from(list(POSITIONS))),
    st.builds(ScorePart, low=st.integers(-3, 6)),
    st.builds(ScorePart, high=st.integers(-3, 6)),
    st.just(ScorePart(is_threshold=True)),
)


def _groups(inner):
    return st.lists(inner, min_size=2, max_size=3).flatmap(
        lambda parts: st.builds(GroupPart, parts=st.just(tuple(parts)), need=st.integers(1, len(parts)))
    )


parts = st.recursive(single, lambda inner: st.one_of(_groups(inner), st.builds(NotPart, part=inner)), max_leaves=6)


def is_touch_without_a_name(part):
    """Whether a definition asks for any touch at all: a file cannot say that."""
    touches = (
        leaf.condition.predicate
        for leaf in leaves(part)
        if isinstance(leaf, ConditionPart) and isinstance(leaf.condition.predicate, TouchPredicate)
    )
    return any(not (touch.kinds or touch.channels or touch.contents) for touch in touches)


def reached(rows, lead_id, at):
    """Return the furthest stage that a lead had come to, from the rows themselves."""
    found = [row["created_at"] <= at and 0 for row in rows["leads"] if row["lead_id"] == lead_id]
    events = [(row["stage"], row["entered_at"]) for row in rows["stage_events"] if row["lead_id"] == lead_id]
    for deal in rows["deals"]:
        if deal["lead_id"] == lead_id:
            events.append(("opportunity", deal["opened_at"]))
            if deal["outcome"] == "won":
                events.append(("won", deal["closed_at"]))
    found += [POSITIONS[stage] for stage, entered_at in events if stage in POSITIONS and entered_at <= at]
    return max((position for position in found if position is not False), default=-1)


def plainly(part, rows, record, score, lead_id, at):
    """Return whether a definition holds for one lead at one moment."""
    if isinstance(part, GroupPart):
        return sum(plainly(each, rows, record, score, lead_id, at) for each in part.parts) >= part.need
    if isinstance(part, NotPart):
        return not plainly(part.part, rows, record, score, lead_id, at)
    if isinstance(part, ScorePart):
        return (part.low is None or score >= part.low) and (part.high is None or score <= part.high)
    if isinstance(part, StagePart):
        return reached(rows, lead_id, at) >= POSITIONS[part.stage]
    return holds(part.condition, record, at)


@QUICK
@given(
    rows=histories(),
    ruleset=st.one_of(rulesets(), rulesets(), outside_rulesets()),
    asked=st.lists(parts, min_size=4, max_size=8),
)
def test_definitions_hold_where_they_hold_for_one_lead_alone(rows, ruleset, asked):
    engine = engine_of(rows)
    selection = Selection(as_of=AS_OF, horizon_days=10)
    asked = [resolved(part, ruleset) for part in asked]
    found = replayed(engine, ruleset, selection, asked)
    scores = lead_scores(engine, ruleset, selection)
    keys = ["lead_id", "pass_no", "decided_at"]
    assert len(found.decisions) == len(scores)
    assert [GROUPS[number] for number in found.decisions["outcome_no"]] == scores["group"].tolist()
    assert found.decisions[keys].to_numpy().tolist() == scores[keys].to_numpy().tolist()
    held = [found.holds(part)[found.pattern_no] for part in asked]
    for number, row in enumerate(scores.itertuples()):
        at = row.decided_at.to_pydatetime()
        record = read_lead(engine, row.lead_id).record
        score = receipt(engine, ruleset, row.lead_id, at).score
        assert found.values["score"][found.pattern_no][number] == score
        for part, mask in zip(asked, held, strict=True):
            assert mask[number] == plainly(part, rows, record, score, row.lead_id, at), part


@QUICK
@given(rows=histories(), ruleset=rulesets(), asked=parts, other=parts)
def test_every_small_change_can_be_decided_and_holds_as_it_does_alone(rows, ruleset, asked, other):
    engine = engine_of(rows)
    asked, other = resolved(asked, ruleset), resolved(other, ruleset)
    options = edits(asked, other, (-3, 6), tuple(POSITIONS))[:4]
    selection = Selection(as_of=AS_OF, horizon_days=10)
    distinct = [leaf for edit in options for leaf in leaves(edit.part)]
    together = replayed(engine, ruleset, selection, [asked, other, *distinct])
    for edit in options:
        assert edit.part not in (asked, None)
        alone = replayed(engine, ruleset, selection, [edit.part])
        assert (
            together.holds(edit.part)[together.pattern_no].tolist() == alone.holds(edit.part)[alone.pattern_no].tolist()
        )


@QUICK
@given(rows=histories(), ruleset=rulesets(), asked=parts, days=st.integers(0, 16))
def test_what_comes_after_a_decision_changes_nothing(rows, ruleset, asked, days):
    asked = resolved(asked, ruleset)
    before = {(row["lead_id"], row["pass_no"], row["handed_off_at"]) for row in rows["handoffs"]}
    last = max([row["handed_off_at"] for row in rows["handoffs"]], default=day(0))
    later = last + timedelta(days=days + 1)
    added = [row | {"touch_id": f"x{row['touch_id']}", "at": later} for row in rows["touches"]]
    more = dict(rows, touches=[*rows["touches"], *added])
    more["stage_events"] = [*rows["stage_events"], {"lead_id": "a", "stage": "mql", "entered_at": later}]
    more["bant"] = [*rows["bant"], {"lead_id": "a", "item": "needs", "answer": "yes", "learned_at": later}]
    results = []
    for each in (rows, more):
        found = replayed(engine_of(each), ruleset, Selection(as_of=AS_OF), [asked])
        mask = found.holds(asked)[found.pattern_no]
        keys = found.decisions[["lead_id", "pass_no", "decided_at"]].itertuples(index=False)
        results.append({tuple(key): held for key, held in zip(keys, mask, strict=True) if tuple(key) in before})
    assert results[0] == results[1]
    assert len(results[0]) == len(before)


def test_a_band_is_the_scores_from_its_threshold_to_the_next():
    from analysis.rulesets import parse_ruleset
    from tests.analysis.rulesets.test_errors import GOOD

    ruleset = parse_ruleset(GOOD)
    assert resolved(BandPart(names=("Hot",)), ruleset) == ScorePart(low=3)
    lowest = ruleset.bands[0]
    assert resolved(BandPart(names=(lowest.name_ja,)), ruleset).high in (2, None)
    assert resolved(BandPart(names=("Icy",)), ruleset) == ScorePart(low=ruleset.max_score + 1)
    assert resolved(NotPart(part=ScorePart(is_threshold=True)), ruleset) == NotPart(part=ScorePart(low=3))
