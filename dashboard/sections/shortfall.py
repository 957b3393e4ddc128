"""A period against its targets: how far off, and whether by too few leads or by lower rates."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.conditions import Reached
from analysis.decomposition import Decomposition
from analysis.journey_funnel import Question
from analysis.selection import Selection
from analysis.target_gap import TargetGap
from dashboard import drilling, exhibits, loading_funnel, tables_funnel, wording
from dashboard.drilling import Offer
from dashboard.figures.shortfall import shortfall_figure
from dashboard.figures.waterfall import waterfall_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw each stage of the period against its target, and what the gap of the last one is made of."""
    st.subheader(say("shortfall.heading"), anchor=False)
    gap = loading_funnel.target_gap(current, selection, loading_funnel.targets().targets)
    if gap.stages.empty:
        st.markdown(say("shortfall.nothing" if gap.missing.empty else "shortfall.incomplete"))
        _missing(say, gap)
        return
    first_on = pd.Timestamp(gap.selection.start)
    st.markdown(f":small[{say('shortfall.period', period=wording.period(gap.selection, first_on, say))}]")
    st.markdown(f"**{sentence(gap.stages.iloc[-1], say)}**")
    labels = [say("shortfall.row", **_values(row, say)) for row in gap.stages.itertuples()]
    exhibits.chart(
        say,
        shortfall_figure(gap.stages, labels, say),
        tables_funnel.shortfall_table(gap.stages, say),
        key="shortfall",
        alt=sentence(gap.stages.iloc[-1], say),
        pick=drilling.pick("shortfall"),
    )
    if gap.split is not None:
        _split(say, gap, gap.split)
    _missing(say, gap)
    drilling.leads(say, current, "shortfall", offers(gap, say), [say("counting.view.period")])


def sentence(row: pd.Series, say: Speaker) -> str:
    """Say how far a stage is off its target, and whether chance may explain it."""
    if row["n_gap"] == 0:
        return say("shortfall.met", **_values(row, say))
    said = say("shortfall.above" if row["n_gap"] > 0 else "shortfall.below", **_values(row, say))
    if row["is_beyond_chance"]:
        return said
    return say("format.sentences", first=said, second=say("shortfall.chance"))


def offers(gap: TargetGap, say: Speaker) -> list[Offer]:
    """Return who came to each stage in these months."""
    return [
        Offer(
            code=row.stage,
            label=say("shortfall.came", stage=say.word("stages", row.stage)),
            n_leads=row.n_actual,
            condition=Reached(stage=row.stage, question=Question(view="period")),
            selection=gap.selection,
        )
        for row in gap.stages.iloc[::-1].itertuples()
    ]


def _split(say: Speaker, gap: TargetGap, change: Decomposition) -> None:
    """Draw what the gap of the last stage is made of."""
    effects = change.effects[change.effects["n_effect"] != 0].reset_index(drop=True)
    first, last = gap.stages["stage"].iloc[0], gap.stages["stage"].iloc[-1]
    names = [cause(row, first, say) for row in effects.itertuples()]
    codes = [last, *(row.stage or first for row in effects.itertuples()), last]
    ends = [
        say(f"shortfall.{end}", n=say.count(n)) for end, n in (("target", change.n_before), ("actual", change.n_after))
    ]
    st.markdown(f"**{say('shortfall.split_heading', stage=say.word('stages', last))}**")
    exhibits.chart(
        say,
        waterfall_figure(replace(change, effects=effects), names, (ends[0], ends[1]), codes, say),
        tables_funnel.effects_table(effects, names, say, stage=last),
        key="shortfall-split",
        alt=say("shortfall.split_heading", stage=say.word("stages", last)),
        pick=drilling.pick("shortfall", "shortfall-split"),
    )
    st.markdown(f":small[{say('shortfall.note')}]")


def cause(effect: object, first: str, say: Speaker) -> str:
    """Return the name of a part of the gap."""
    if effect.factor == "rate":
        return say("changes.rate", stage=say.word("stages", effect.stage))
    return say("shortfall.volume", stage=say.word("stages", first))


def _missing(say: Speaker, gap: TargetGap) -> None:
    """Say which targets would be needed, and lead to where they are written."""
    for stage, months in gap.missing.groupby("stage", sort=False)["month"]:
        listed = say("format.comma").join(say.month(month) for month in months)
        st.markdown(f":small[{say('shortfall.missing', stage=say.word('stages', stage), months=listed)}]")
    if len(gap.stages) == 1:
        st.markdown(f":small[{say('shortfall.one_stage')}]")
    elif len(gap.stages) > 1 and gap.split is None:
        st.markdown(f":small[{say('shortfall.no_rate')}]")
    if gap.split is None or len(gap.missing):
        st.page_link("app_pages/targets.py", label=say("shortfall.open_targets"), icon=":material/arrow_forward:")


def _values(row: object, say: Speaker) -> dict[str, str]:
    return {
        "stage": say.word("stages", row.stage),
        "actual": say.count(row.n_actual),
        "target": say.count(row.n_target),
        "gap": say.signed(row.n_gap),
        "n": say.count(abs(row.n_gap)),
        "low": say.count(row.n_low),
        "high": say.count(row.n_high),
    }
