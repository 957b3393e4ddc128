"""What the points are worth: the threshold by capacity and value, the staircase, and what a change would bring."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from analysis.assumptions import Assumptions
from analysis.economics import NoMarginError
from analysis.selection import Selection
from analysis.staircase import Staircase
from analysis.value import ThresholdValue, n_handoffs
from dashboard import cards, exhibits, linking, loading_points, loading_value, notices, tables_value
from dashboard.figures.value import axis_labels, inflow_figure, staircase_figure, value_figure
from dashboard.loading import Snapshot
from dashboard.loading_value import Bounds, Changes
from dashboard.texts import Speaker
from dashboard.workbench import assume, value_words
from dashboard.workbench.desk import Desk

N_SHOWN: Final = 200


def draw(say: Speaker, current: Snapshot, selection: Selection, desk: Desk) -> None:
    """Draw the value part of the points page.

    Parameters
    ----------
    say : Speaker
        Gives the words.
    current, selection : Snapshot, Selection
        What the page is about.
    desk : Desk
        The points in force and those of the sheet.
    """
    with st.spinner(say("app.loading")):
        found = loading_value.economics(current, selection)
    with st.container(border=True):
        pace = n_handoffs(desk.bench.patterns) / found.n_months
        assumptions = assume.draw(say, found, pace)
    changes = tuple(sorted(desk.changes.items()))
    try:
        value = loading_value.threshold(current, selection, desk.path, desk.stamp, changes, assumptions)
    except NoMarginError as error:
        notices.refused(say, error, "value.no_margin")
        return
    if not value.is_enough:
        total = value.row(0)
        st.info(say("value.too_few", n=say.count(total["n_mature"]), n_won=say.count(total["n_won"])))
        return
    with st.container(border=True):
        _threshold(say, desk, value, changes, assumptions)
    with st.container(border=True):
        stairs = loading_value.staircase(current, selection, desk.path, desk.stamp, changes, assumptions)
        _staircase(say, desk, stairs, changes)
    with st.container(border=True):
        _effect(say, desk, changes)


def _threshold(say: Speaker, desk: Desk, found: ThresholdValue, changes: Changes, assumptions: Assumptions) -> None:
    st.subheader(say("value.heading"), anchor=False)
    st.markdown(f"**{value_words.best(found, say)}** {value_words.flat(found, say)}")
    st.markdown(f"{value_words.against_today(found, say)} {value_words.capacity(found, say)}")
    _cards(say, found)
    place = (desk.current, desk.selection, desk.path, desk.stamp)
    ghost = loading_value.threshold(*place, (), assumptions) if changes else None
    exhibits.picture(value_figure(found, ghost, say), key="value", alt=value_words.curve(found, say))
    st.markdown(f"**{say('value.inflow')}**")
    exhibits.chart(
        say,
        inflow_figure(found, say),
        tables_value.threshold_table(found, say),
        key="value-inflow",
        alt=value_words.capacity(found, say),
    )
    for note in (value_words.unknown(found, say), value_words.terms(found, say), say("value.how")):
        st.markdown(f":small[{note}]")
    _choose_threshold(say, desk, found, changes)


def _cards(say: Speaker, found: ThresholdValue) -> None:
    best, today, filling = (found.row(number) for number in (found.best, found.today, found.filling))
    with cards.row(4):
        cards.card(
            say("value.card.best"), _number(found, found.best, say),
            say("value.card.per_month", value=say.money(best["value"])),
        )  # fmt: skip
        cards.card(
            say("value.card.filling"), _number(found, found.filling, say),
            say("value.card.leads", n=say.count(filling["n_leads"])), say("value.card.filling_help"),
        )  # fmt: skip
        cards.card(
            say("value.card.wins"), tables_value.wins(best["wins"]),
            say("value.card.between", low=tables_value.wins(best["wins_from"]), high=tables_value.wins(best["wins_to"])),
            say("value.card.wins_help"),
        )  # fmt: skip
        cards.card(
            say("value.card.today"), _number(found, found.today, say),
            say("value.card.per_month", value=say.money(today["value"])),
        )  # fmt: skip


def _number(found: ThresholdValue, number: int, say: Speaker) -> str:
    is_nobody = number == len(found.curve) - 1
    return say("value.nobody") if is_nobody else str(int(found.row(number)["threshold"]))


def _choose_threshold(say: Speaker, desk: Desk, found: ThresholdValue, changes: Changes) -> None:
    """Offer the leads that a threshold adds to the next higher one."""
    scores = [int(score) for score in found.curve["threshold"].iloc[:-1]]
    counts = found.curve[["n_mature", "n_immature", "n_unknown"]].sum(axis=1).diff(-1)
    names = dict(zip(scores, counts, strict=False))
    chosen = st.selectbox(
        say("value.lead.choose"),
        scores,
        index=None,
        format_func=lambda score: say("value.lead.option", score=score, n=say.count(names[score])),
        placeholder=say("value.lead.placeholder"),
        key=f"value-score-{say.language}",
    )
    if chosen is not None:
        _leads(say, desk, changes, (("score", chosen, chosen + 1),), "value-leads")


def _staircase(say: Speaker, desk: Desk, found: Staircase, changes: Changes) -> None:
    st.subheader(say("value.stairs.heading"), anchor=False)
    st.markdown(say("value.stairs.caption"))
    st.markdown(f"**{value_words.stairs_gain(found, say)}**")
    st.markdown("\n".join(f"- {line}" for line in value_words.stairs(found, say)))
    exhibits.chart(
        say,
        staircase_figure(found, say),
        tables_value.staircase_table(found, say),
        key="value-stairs",
        alt=say("value.stairs.alt", text=" ".join(value_words.stairs(found, say))),
    )
    st.markdown(f":small[{say('value.stairs.note' if found.has_grid else 'value.stairs.note_cut')}]")
    labels = axis_labels(found.cells, say)
    rows = list(found.cells.iloc[::-1].itertuples())
    chosen = st.selectbox(
        say("value.stairs.choose"),
        range(len(rows)),
        index=None,
        format_func=lambda number: _cell_name(rows[number], labels, say),
        placeholder=say("value.lead.placeholder"),
        key=f"value-cell-{say.language}",
    )
    if chosen is not None:
        _leads(say, desk, changes, _bounds(rows[chosen], found.cells), "value-cell-leads")


def _cell_name(row: object, labels: dict[str, list[str]], say: Speaker) -> str:
    n = say.count(row.n_mature + row.n_immature + row.n_unknown)
    names = {axis: labels[axis][getattr(row, f"{axis}_no")].replace("<br>", " ") for axis in labels}
    return say("value.stairs.option", **names, n=n)


def _bounds(row: object, cells: pd.DataFrame) -> Bounds:
    """Return the points of a cell on both axes."""
    bounds = []
    for axis in ("fit", "engagement"):
        levels = cells.drop_duplicates(f"{axis}_no").set_index(f"{axis}_no")[f"{axis}_from"]
        number = getattr(row, f"{axis}_no")
        low = None if number == 0 else int(levels[number])
        high = int(levels[number + 1]) if number + 1 in levels.index else None
        bounds.append((axis, low, high))
    return tuple(bounds)


def _leads(say: Speaker, desk: Desk, changes: Changes, bounds: Bounds, key: str) -> None:
    """Draw named leads; only this asks the history."""
    table = loading_value.leads_within(desk.current, desk.selection, desk.path, desk.stamp, changes, bounds)
    _list(say, table, tables_value.leads_frame(table.head(N_SHOWN), say), key)


def _list(say: Speaker, table: pd.DataFrame, shown: pd.DataFrame, key: str) -> None:
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        alt=say("value.lead.alt", n=say.count(len(table))),
        column_config=linking.lead_column(say),
    )
    if len(table) > N_SHOWN:
        st.markdown(f":small[{say('leads.more', shown=say.count(N_SHOWN), n=say.count(len(table)))}]")


def _effect(say: Speaker, desk: Desk, changes: Changes) -> None:
    st.subheader(say("value.effect_heading"), anchor=False)
    if not changes:
        st.markdown(say("value.effect_none"))
        return
    with st.spinner(say("app.loading")):
        found = loading_value.effect(desk.current, desk.selection, desk.path, desk.stamp, changes)
    first, *others = value_words.effect(found, say)
    st.markdown(f"**{first}** {' '.join(others)}")
    exhibits.table(say, tables_value.effect_table(found, say), key="value-swaps")
    st.markdown(f":small[{say('value.effect_note')}]")
    if st.toggle(say("points.show_leads"), key="value-show-leads"):
        leads = loading_points.swapped(desk.current, desk.selection, desk.path, desk.stamp, changes)
        brought = loading_value.amounts(desk.current, desk.selection, desk.path, desk.stamp)
        leads = leads.merge(brought, on=["lead_id", "pass_no"], how="left")
        _list(say, leads, tables_value.swapped_frame(leads.head(N_SHOWN), say), "value-swapped")
