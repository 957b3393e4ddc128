"""Why did it change: two periods side by side, the causes, and where most is to be gained."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.comparison import Comparison, earlier, fiscal_year_to_date
from analysis.decomposition import Decomposition
from analysis.lead_list import Reached
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading_funnel, tables_funnel, wording
from dashboard.drilling import Offer
from dashboard.figures.rows import rows_figure
from dashboard.figures.waterfall import waterfall_figure
from dashboard.loading import Facts, Snapshot
from dashboard.texts import Speaker


def periods(selection: Selection, against: str, facts: Facts) -> tuple[Selection, Selection] | None:
    """Return the two periods to compare; None when the history does not go back that far."""
    if against == "fiscal":
        selection = fiscal_year_to_date(selection, loading_funnel.targets().fiscal_year_start_month)
    if selection.start is None:
        return None
    other = earlier(selection, "previous" if against == "previous" else "last_year")
    return None if other.end is None or other.end <= facts.first_on else (selection, other)


def draw(say: Speaker, current: Snapshot, selection: Selection, other: Selection, first_on: pd.Timestamp) -> None:
    """Draw the change of the last stage and its causes."""
    st.subheader(say("changes.heading"), anchor=False)
    dimension = choices.segment(choices.SEGMENTS, say)
    result = loading_funnel.compare(current, selection, other, dimension)
    st.markdown(f":small[{_both(result, first_on, say)}]")
    effects = result.decomposition.effects
    effects = effects[effects["n_effect"] != 0].reset_index(drop=True)
    change = replace(result.decomposition, effects=effects)
    names = [cause(row, dimension, say) for row in effects.itertuples()]
    st.markdown(f"**{sentence(change, names, say)}**")
    exhibits.chart(
        say,
        waterfall_figure(effects, change.n_before, change.n_after, names, say),
        tables_funnel.effects_table(effects, names, say),
        key="changes",
        alt=sentence(change, names, say),
        pick=drilling.pick("changes"),
    )
    st.markdown(f":small[{say('changes.note')}]")
    drilling.leads(say, current, "changes", offers(result, say))


def stages(say: Speaker, result: Comparison) -> None:
    """Draw both periods stage by stage."""
    st.subheader(say("changes.stages_heading"), anchor=False)
    st.markdown(say("changes.stages_caption"))
    exhibits.table(say, tables_funnel.comparison_table(result.steps, say), key="comparison")
    st.markdown(f"**{_beyond_chance(result.steps, say)}**")


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
    """Return the last stage and every other, before and after."""
    found = []
    for row in result.steps.iloc[::-1].itertuples():
        for side, selection, n in (("after", result.selection, row.n_after), ("before", result.other, row.n_before)):
            is_last = row.Index == len(result.steps) - 1
            what = say("leads.reached", stage=say.word("stages", row.stage))
            found.append(
                Offer(
                    code=side if is_last else f"{row.stage}.{side}",
                    label=say("leads.of_group", group=say(f"changes.{side}_word"), what=what),
                    n_leads=n,
                    condition=Reached(stage=row.stage),
                    selection=selection,
                )
            )
    return found


def bottlenecks(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw which step would gain most at its own best rate."""
    st.subheader(say("bottlenecks.heading"), anchor=False)
    months = loading_funnel.RECENT_MONTHS
    st.markdown(say("bottlenecks.caption", months=months, days=selection.horizon_days))
    table = loading_funnel.bottlenecks(current, selection)
    table = table[table["is_enough"].astype(bool)].reset_index(drop=True)
    if table.empty or table["n_gained"].max() <= 0:
        st.markdown(say("bottlenecks.none"))
        return
    labels = [_gain(row, say) for row in table.itertuples()]
    exhibits.chart(
        say,
        rows_figure(
            table["n_gained"].tolist(), labels, [""] * len(table), (table["n_low"].tolist(), table["n_high"].tolist())
        ),
        tables_funnel.bottlenecks_table(table, say),
        key="bottlenecks",
        alt=bottleneck(table, say),
    )
    st.markdown(f"**{bottleneck(table, say)}**")


def bottleneck(table: pd.DataFrame, say: Speaker) -> str:
    """Say which step would gain most, and how sure that is."""
    best = table.iloc[0]
    return say(
        "bottlenecks.sentence" if best["n_low"] > 0 else "bottlenecks.unsure",
        stage=say.word("stages", best["stage"]),
        rate=say.percent(best["rate_now"]),
        best=say.percent(best["best_rate"]),
        month=say.month(best["best_month"]),
        n=f"{best['n_gained']:.0f}",
        low=f"{best['n_low']:.0f}",
        high=f"{best['n_high']:.0f}",
        months=loading_funnel.RECENT_MONTHS,
    )


def _gain(row: object, say: Speaker) -> str:
    return say(
        "bottlenecks.row",
        stage=say.word("stages", row.stage),
        n=f"{row.n_gained:.1f}",
        rate=say.percent(row.rate_now),
        best=say.percent(row.best_rate),
    )


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
