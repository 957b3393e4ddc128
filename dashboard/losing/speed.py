"""Speed to lead, fairly: winning by the first contact, the price of late calls, and calls that came too soon."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.losses.late_cost import LateCost
from analysis.losses.opt_outs import DEEDS, WITHIN_DAYS, OptOuts
from analysis.losses.response import CLASSES, CLOCKS, Response, classes_of
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from dashboard import choices, drilling, exhibits, loading, loading_losses, loading_response, tables_response
from dashboard.drilling import Offer
from dashboard.figures.response import Mark, marks_figure
from dashboard.loading import Snapshot
from dashboard.losing.leads import offer
from dashboard.tables_response import counts_between
from dashboard.texts import Speaker
from dashboard.wording import group_name


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw winning by speed, what late calls cost, and who opted out after being called."""
    stamp = loading.stamp_of(path)
    st.subheader(say("speed.heading"), anchor=False)
    cases = loading_losses.cases(current, selection, path, stamp)
    if not cases.table["wait_hours"].notna().any():
        st.markdown(say("speed.unrecorded"))
        return
    clock = choices.one("clock", CLOCKS, say, "speed.clock")
    found = loading_response.response(current, selection, path, stamp, clock)
    _response(found, say)
    drilling.leads(say, current, "speed", _class_offers(found, say, current, selection, path))
    st.divider()
    _cost(loading_response.late_cost(current, selection, path, stamp), say)
    drilling.leads(say, current, "late", _region_offers(say, current, selection, path), is_clickable=False)
    st.divider()
    _opt_outs(loading_response.opt_outs(current, selection, path, stamp), say)
    drilling.leads(say, current, "outs", _call_offers(say, current, selection, path))


def sentences(found: Response, say: Speaker) -> list[str]:
    """Say from when on a call comes too late, and how those do that were never called."""
    rows = found.classes.set_index("response")
    lines = [say("speed.no_limit")]
    if found.worse_from:
        row = rows.loc[found.worse_from]
        values = {name: say.percent(row[f"even_{name}"]) for name in ("rate", "low", "high")}
        faster = rows.loc[list(CLASSES[: CLASSES.index(found.worse_from)])]
        known = faster[faster["even_rate"].notna()]
        best = float(np.average(known["even_rate"], weights=known["n_leads"])) if len(known) else float("nan")
        name = say(f"speed.{found.clock}.{found.worse_from}")
        lines = [say("speed.limit", name=name, n=say.count(row["n_leads"]), faster=say.percent(best), **values)]
    never = rows.loc["none"]
    if never["n_leads"]:
        counts = {name: say.count(never[f"n_{name}"]) for name in ("leads", "won", "rejected")}
        lines.append(say("speed.never", **counts))
    return lines


def _response(found: Response, say: Speaker) -> None:
    st.markdown(say("speed.caption"))
    lines = sentences(found, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    st.markdown(f":small[{say('speed.confounding')}]")
    rows = [row for row in found.classes.itertuples() if row.n_leads]
    labels = [
        say("speed.row", name=say(f"speed.{found.clock}.{row.response}"), n=say.count(row.n_leads), won=say.count(row.n_won))
        + ("" if row.is_enough else say("speed.row_few"))
        for row in rows
    ]  # fmt: skip
    exhibits.chart(
        say,
        marks_figure(labels, [mark for number, row in enumerate(rows) for mark in _marks(number, row, found, say)]),
        tables_response.response_table(found, say),
        key="speed",
        alt=say("speed.alt", lines=" ".join(lines)),
        pick=drilling.pick("speed"),
    )


def _marks(number: int, row: Any, found: Response, say: Speaker) -> list[Mark]:
    name = say(f"speed.{found.clock}.{row.response}")
    looks = {"win": "beside", "even": "alarm" if row.verdict == "less" else "main"}
    ends = {kind: tuple(getattr(row, f"{kind}_{end}") for end in ("rate", "low", "high")) for kind in looks}
    return [
        Mark(
            row=number, look=look, name=say(f"speed.mark.{'less' if look == 'alarm' else kind}"),
            rate=ends[kind][0] if row.is_enough else float("nan"), low=ends[kind][1], high=ends[kind][2],
            text=say("speed.hover", name=name, what=say(f"speed.mark.{kind}"), rate=say.percent(ends[kind][0]),
                     interval=say.interval(*ends[kind][1:]), n=say.count(row.n_leads)),
            code=row.response,
        )
        for kind, look in looks.items()
    ]  # fmt: skip


def cost_sentence(found: LateCost, say: Speaker) -> str:
    """Say what late calls cost, and where."""
    if np.isnan(found.n_wins_back):
        return say("speed.cost.unknown", n=say.count(found.n_late))
    values = {"n": say.count(found.n_late), "between": counts_between(found.back_low, found.back_high)}
    if found.back_low <= 0:
        return say("speed.cost.nothing", **values)
    text = say("speed.cost.all", wins=say.count(found.n_wins_back), **values)
    late = found.regions[found.regions["is_late"]]
    parts = [
        say(
            "speed.cost.region",
            region=group_name("region", row.region, say),
            rate=say.percent(row.late_rate, 0),
            rest=say.percent(row.rest_rate, 0),
            wins=say.count(row.n_wins_back),
            between=counts_between(row.back_low, row.back_high),
        )
        for row in late.itertuples()
    ]
    return "\n".join([f"- **{line}**" for line in (text, *parts)])


def _cost(found: LateCost, say: Speaker) -> None:
    st.markdown(f"**{say('speed.cost.heading')}**")
    st.markdown(cost_sentence(found, say))
    st.markdown(f":small[{say('speed.cost.caption')}]")
    exhibits.table(say, tables_response.regions_table(found, say), key="late")


def advice(found: OptOuts, say: Speaker) -> list[str]:
    """Say who should be called later, what that keeps and what it costs; or that nobody should."""
    lines = []
    for row in found.best.itertuples():
        values = {
            "deed": say(f"speed.deed_whom.{row.deed}"),
            "wait": say("speed.hours_long", n=row.wait_hours),
            "n": say.count(row.n_early),
            "early": say.percent(row.out_rate_early),
            "n_later": say.count(row.n_later),
            "later": say.percent(row.out_rate_later),
            "kept": say.count(row.n_kept),
            "between": counts_between(row.kept_low, row.kept_high),
        }
        lines.append(say("speed.out.rule", **values))
        price = "unknown" if np.isnan(row.n_wins_cost) else "clear" if row.cost_low > 0 else "unclear"
        cost = {"wins": say.count(row.n_wins_cost), "between": counts_between(row.cost_low, row.cost_high)}
        lines.append(say(f"speed.out.price_{price}", n=say.count(row.n_in_time), **cost))
    return lines or [say("speed.out.no_rule")]


def _opt_outs(found: OptOuts, say: Speaker) -> None:
    st.markdown(f"**{say('speed.out.heading')}**")
    st.markdown(say("speed.out.caption", days=WITHIN_DAYS, n=say.count(found.n_called), n_out=say.count(found.n_out)))
    if not found.n_out:
        st.markdown(say("speed.out.none"))
        return
    lines = advice(found, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    rates = found.rates
    deeds = [deed for deed in DEEDS[::-1] if rates.loc[rates["deed"] == deed, "n_called"].sum()]
    exhibits.chart(
        say,
        marks_figure(
            [_deed_label(rates[rates["deed"] == deed], deed, say) for deed in deeds],
            [_out_mark(deeds.index(row.deed), row, say) for row in rates.itertuples() if row.deed in deeds],
        ),
        tables_response.rates_table(found, say),
        key="outs",
        alt=say("speed.alt", lines=" ".join(lines)),
        pick=drilling.pick("outs"),
        computed=sql_text("early_calls"),
    )
    with st.expander(say("speed.out.rules"), icon=":material/rule:"):
        st.markdown(f":small[{say('speed.out.rules_about')}]")
        exhibits.table(say, tables_response.rules_table(found, say), key="waiting")


def _deed_label(rows: pd.DataFrame, deed: str, say: Speaker) -> str:
    n_early, n_later = (say.count(rows.loc[rows["is_early"] == early, "n_called"].sum()) for early in (True, False))
    return say("speed.out.row", deed=say(f"speed.deed.{deed}"), n_early=n_early, n_later=n_later)


def _out_mark(number: int, row: Any, say: Speaker) -> Mark:
    side = "early" if row.is_early else "later"
    return Mark(
        row=number, look="alarm" if row.is_early else "beside", name=say(f"speed.out.{side}"),
        rate=row.out_rate if row.is_enough else float("nan"), low=row.out_low, high=row.out_high,
        text=say("speed.hover", name=say(f"speed.deed.{row.deed}"), what=say(f"speed.out.{side}"), rate=say.percent(row.out_rate),
                 interval=say.interval(row.out_low, row.out_high), n=say.count(row.n_called)),
        code=f"{row.deed}.{side}",
    )  # fmt: skip


def _class_offers(found: Response, say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    table = loading_losses.cases(current, selection, path, loading.stamp_of(path)).table
    place = classes_of(table, found.clock)
    in_period = table["is_in_period"].to_numpy(dtype=bool)
    return [
        offer(code, say(f"speed.{found.clock}.{code}"), in_period & (place == number), current, selection, path)
        for number, code in enumerate(CLASSES)
    ]


def _region_offers(say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    table = loading_losses.cases(current, selection, path, loading.stamp_of(path)).table
    is_late = (table["is_in_period"] & (table["handling"] == "late")).to_numpy(dtype=bool)
    regions = table["region"].to_numpy(dtype=object)
    names = loading_response.late_cost(current, selection, path, loading.stamp_of(path)).regions["region"]
    return [
        offer(f"r.{region}", say("speed.cost.leads", region=group_name("region", region, say)), is_late & (regions == region),
              current, selection, path)
        for region in names
    ]  # fmt: skip


def _call_offers(say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    stamp = loading.stamp_of(path)
    table, called = loading_losses.cases(current, selection, path, stamp).table, loading_response.calls(
        current, selection, path, stamp
    ).table  # fmt: skip
    offers = []
    for deed in DEEDS[::-1]:
        for side in ("early", "later"):
            is_side = (called["wait_hours"] < 24) == (side == "early")
            ids = called.loc[(called["deed"] == deed) & is_side & called["is_out"], "handoff_id"]
            label = say("speed.out.leads", deed=say(f"speed.deed.{deed}"), side=say(f"speed.out.{side}"))
            is_chosen = table["handoff_id"].isin(set(ids)).to_numpy(dtype=bool)
            offers.append(offer(f"{deed}.{side}", label, is_chosen, current, selection, path))
    return offers
