"""Why did it change: two periods side by side, the causes, and where most is to be gained."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.comparison import Comparison, both_periods, is_partial
from analysis.conditions import Condition, Group, Reached
from analysis.decomposition import Decomposition
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading_funnel, loading_people, tables_funnel, wording
from dashboard.drilling import Offer
from dashboard.figures.waterfall import waterfall_figure
from dashboard.loading import Facts, Snapshot
from dashboard.texts import Speaker

_MOST_GROUPS = 8


def periods(selection: Selection, against: str, facts: Facts) -> tuple[Selection, Selection] | None:
    """Return the two periods to compare; None when the history does not go back that far."""
    start_month = loading_funnel.targets().fiscal_year_start_month
    return both_periods(selection, against, facts.first_on, start_month)


def draw(say: Speaker, current: Snapshot, selection: Selection, other: Selection, first_on: pd.Timestamp) -> None:
    """Draw the change of the last stage and its causes."""
    st.subheader(say("changes.heading"), anchor=False)
    dimension = choices.segment(choices.SEGMENTS, say)
    result = loading_funnel.compare(current, selection, other, dimension)
    st.markdown(f":small[{_both(result, first_on, say)}]")
    if is_partial(other, first_on):
        st.warning(say("changes.partial", date=say.date(first_on)), icon=":material/event_busy:")
    effects = result.decomposition.effects
    effects = effects[effects["n_effect"] != 0].reset_index(drop=True)
    change = replace(result.decomposition, effects=effects)
    names = [cause(row, dimension, say) for row in effects.itertuples()]
    st.markdown(f"**{sentence(change, names, say)}**")
    ends = say("changes.before", n=say.count(change.n_before)), say("changes.after", n=say.count(change.n_after))
    mixed = mix_offers(current, result, dimension, say)
    codes = ["before", *(_code(row, result, mixed) for row in effects.itertuples()), "after"]
    exhibits.chart(
        say,
        waterfall_figure(change, names, ends, codes, say),
        tables_funnel.effects_table(effects, names, say),
        key="changes",
        alt=sentence(change, names, say),
        pick=drilling.pick("changes"),
    )
    st.markdown(f":small[{say('changes.note')}]")
    drilling.leads(say, current, "changes", offers(result, say) + mixed)


def stages(say: Speaker, current: Snapshot, result: Comparison) -> None:
    """Draw both periods stage by stage."""
    st.subheader(say("changes.stages_heading"), anchor=False)
    st.markdown(say("changes.stages_caption"))
    exhibits.table(say, tables_funnel.comparison_table(result.steps, say), key="comparison")
    st.markdown(f"**{_beyond_chance(result.steps, say)}**")
    drilling.leads(say, current, "comparison", offers(result, say), is_clickable=False)


def sentence(change: Decomposition, names: list[str], say: Speaker) -> str:
    """Say how the last stage changed and what each cause contributed; the parts add up."""
    values = {"before": say.count(change.n_before), "after": say.count(change.n_after)}
    effects = change.effects.assign(name=names).sort_values("n_effect", key=abs, ascending=False)
    if effects.empty:
        return say("changes.same", **values)
    parts = [say("changes.part", name=row.name, n=say.signed(row.n_effect)) for row in effects.itertuples(index=False)]
    values |= {"n": say.count(abs(change.n_change)), "parts": say("format.comma").join(parts)}
    return say(f"changes.{_direction(change.n_change)}", **values)


def _direction(n_change: int) -> str:
    if n_change == 0:
        return "offset"
    return "more" if n_change > 0 else "fewer"


def cause(effect: object, dimension: str, say: Speaker) -> str:
    """Return the name of a cause."""
    if effect.factor == "rate":
        return say("changes.rate", stage=say.word("stages", effect.stage))
    if effect.factor == "mix":
        return say("changes.mix", segment=say(f"segment.{dimension}"))
    return say("changes.volume")


def offers(result: Comparison, say: Speaker) -> list[Offer]:
    """Return the last stage and every other, now and before: what the rates are shares of."""
    found = []
    for row in result.steps.iloc[::-1].itertuples():
        what, is_last = say("leads.reached", stage=say.word("stages", row.stage)), row.Index == len(result.steps) - 1
        found += _sides("" if is_last else f"{row.stage}.", what, row, result, Reached(stage=row.stage), say)
    return found


def mix_offers(current: Snapshot, result: Comparison, dimension: str, say: Speaker) -> list[Offer]:
    """Return the groups whose share changed most, now and before."""
    groups = result.groups.assign(change=(result.groups["share_after"] - result.groups["share_before"]).abs())
    first = str(result.steps["stage"].iloc[0])
    found = []
    largest = groups.nlargest(_MOST_GROUPS, "change")
    shown = loading_people.unnamed(current, dimension, largest["group"])
    codes = loading_people.coded(current, dimension, largest["group"])
    for row, name, code in zip(largest.itertuples(), shown, codes, strict=True):
        what = wording.group_name(dimension, name, say)
        group = Group(dimension=dimension, labels=(row.group,))
        found += _sides(f"mix.{code}.", what, row, result, Reached(stage=first, group=group), say)
    return found


def _sides(code: str, what: str, row: object, result: Comparison, condition: Condition, say: Speaker) -> list[Offer]:
    """Return one number of both periods."""
    sides = (("after", result.selection, row.n_after), ("before", result.other, row.n_before))
    return [
        Offer(
            code=f"{code}{side}",
            label=say("leads.of_group", group=say(f"changes.{side}_word"), what=what),
            n_leads=n,
            condition=condition,
            selection=selection,
        )
        for side, selection, n in sides
    ]


def _code(effect: object, result: Comparison, mixed: list[Offer]) -> str:
    """Return the number that a click on a cause opens: what it is counted from, now."""
    if effect.factor == "mix":
        return mixed[0].code
    if effect.factor == "volume":
        return f"{result.steps['stage'].iloc[0]}.after"
    return "after" if effect.stage == result.steps["stage"].iloc[-1] else f"{effect.stage}.after"


def _both(result: Comparison, first_on: pd.Timestamp, say: Speaker) -> str:
    now, before = (wording.period(part, first_on, say) for part in (result.selection, result.other))
    return say("changes.periods", now=now, before=before, date=say.date(result.other.as_of))


def _beyond_chance(steps: pd.DataFrame, say: Speaker) -> str:
    """Name the steps whose rate changed by more than chance explains."""
    rated = steps[steps["step_change"].notna()]
    changed = rated[(rated["step_low"] > 0) | (rated["step_high"] < 0)]
    if changed.empty:
        return say("changes.chance")
    names = [
        say(
            "changes.part",
            name=say.word("stages", row.stage),
            n=say("overview.points", points=say.points(row.step_change)),
        )
        for row in changed.itertuples()
    ]
    return say("changes.beyond", names=say("format.comma").join(names))
