"""Where people did not follow the points, and how those leads did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from analysis.handoffs.overrides import held_back, overrides
from analysis.scored_leads import Scored
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading
from dashboard.drilling import Offer
from dashboard.figures.handing import shares_figure
from dashboard.handing.again import wins_label
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.loading import Snapshot
from dashboard.tables_handing import overrides_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw handoffs above and below the threshold, and say how many were held back above it."""
    parts = found(current, selection, path)
    table = overrides(parts.handed, parts.judged, parts.outcomes)
    points = parts.judged.ruleset
    held = held_back(loading.patterns(current, selection, path, loading.stamp_of(path)), points)
    with st.container(border=True):
        st.subheader(say("handing.overrides.heading"), anchor=False)
        st.markdown(f":small[{say('handing.overrides.caption', threshold=say.count(points.threshold))}]")
        st.markdown("\n".join(f"- **{line}**" for line in sentences(table, held, say)))
        labels = [
            wins_label(row, say(f"handing.overrides.{row['side']}"), "handing.overrides", say)
            for _, row in table.iterrows()
        ]
        exhibits.chart(
            say,
            shares_figure(table, ("win_rate", "win_low", "win_high"), labels, table["side"].tolist()),
            overrides_table(table, say),
            key="overrides",
            alt=say("handing.overrides.alt", parts=say("format.comma").join(labels)),
            pick=drilling.pick("overrides"),
        )
        drilling.leads(say, current, "overrides", _offers(parts, held, say))


def sentences(table: pd.DataFrame, held: dict[str, int], say: Speaker) -> list[str]:
    """Say how leads below the threshold did, and what is unknown."""
    row = table[table["side"] == "below"].iloc[0]
    if row["change"] != row["change"]:
        said = [say("handing.overrides.few")]
    else:
        code = "worse" if row["change_high"] < 0 else "better" if row["change_low"] > 0 else "same"
        ends = {name: say.points(row[f"change_{name}"]) for name in ("low", "high")}
        said = [say(f"handing.overrides.{code}", change=say.points(row["change"]), **ends)]
    for name in ("held", "gated"):
        if held[f"n_{name}"]:
            said.append(say(f"handing.overrides.{name}", n=say.count(held[f"n_{name}"])))
    return said


def _offers(parts: Found, held: dict[str, int], say: Speaker) -> list[Offer]:
    handed, judged = parts.handed, parts.judged
    is_scored = handed.is_current & ~np.isnan(judged.score)
    masks = {
        "above": is_scored & ~judged.is_below,
        "below": is_scored & judged.is_below & ~handed.is_own,
        "below_own": is_scored & judged.is_below & handed.is_own,
    }
    offered = [
        offer(side, say(f"handing.overrides.{side}"), mask, parts.current, parts.selection)
        for side, mask in masks.items()
    ]
    condition = Scored(ruleset=judged.ruleset, score=(judged.threshold, None), groups=("standing",))
    n_held = held["n_held"] + held["n_gated"]
    label = say("handing.overrides.held_label")
    return [*offered, Offer(code="held", label=label, n_leads=n_held, condition=condition, selection=parts.selection)]
