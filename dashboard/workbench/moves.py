"""What the points in the sheet would have done: bands, volume, and the leads that change sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.workbench import Consequences
from dashboard import cards, exhibits, linking, loading, loading_points, sentences
from dashboard.figures.workbench import moved_figure
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.workbench import words

N_SHOWN: Final = 200


def draw(say: Speaker, found: Consequences, ruleset: Ruleset, changes: Mapping[str, int]) -> None:
    """Draw the consequences of the points in the sheet."""
    st.subheader(say("points.consequences"), anchor=False)
    if changes:
        st.markdown(f"**{plain(words.moved(found, say))}**  \n{plain(words.change_list(ruleset, changes, say))}")
    else:
        st.markdown(say("points.nothing_changed"))
    _cards(say, found)
    exhibits.chart(
        say,
        moved_figure(found.mine.bands, found.today.bands, found.mine.base_rate, say),
        bands_table(found, say),
        key="points-bands",
        alt=words.bands(found, say),
    )
    order = sentences.band_order(found.mine, say) if changes else []
    st.markdown("  \n".join(f"**{line}**" for line in order))
    st.markdown(f"**{say('points.swaps')}**")
    exhibits.table(say, swaps_table(found.swaps, say), key="swaps")
    st.markdown(f":small[{say('points.swaps_note', n=say.count(found.n_gated))}]")


def leads(say: Speaker, current: Snapshot, selection: Selection, path: str, changes: Mapping[str, int]) -> None:
    """Draw the leads that change sides, on demand: only this asks the history."""
    if not changes:
        return
    if not st.toggle(say("points.show_leads"), key="points-show-leads"):
        return
    table = loading_points.swapped(current, selection, path, loading.stamp_of(path), tuple(sorted(changes.items())))
    st.dataframe(
        leads_frame(table.head(N_SHOWN), say),
        hide_index=True,
        alt=say("points.leads_alt", n=say.count(len(table))),
        column_config=linking.lead_column(say),
    )
    if len(table) > N_SHOWN:
        st.markdown(f":small[{say('leads.more', shown=say.count(N_SHOWN), n=say.count(len(table)))}]")


def leads_frame(table: pd.DataFrame, say: Speaker) -> pd.DataFrame:
    """Return the leads that change sides as people read them, each with the way to its page."""
    columns = {
        "move": [say(f"points.move.{move}") for move in table["move"]],
        "lead_id": list(table["lead_id"]),
        "date": [say.short_date(moment) for moment in table["decided_at"]],
        "today": list(table["score_today"]),
        "mine": list(table["score_mine"]),
        "group": [say(f"points.group.{group}") for group in table["group"]],
    }
    frame = pd.DataFrame({say(f"points.lead.{name}"): values for name, values in columns.items()})
    frame.insert(2, say("lead_link.heading"), linking.lead_links(table["lead_id"], say))
    return frame


def bands_table(found: Consequences, say: Speaker) -> Twin:
    """Return the bands with the points of the sheet beside today's."""
    mine, today = found.mine.bands, found.today.bands
    table = Builder(say, "points.bands")
    table.column("band", [getattr(band, f"name_{say.language}") for band in mine.itertuples()])
    table.column("n_mature", mine["n_mature"], say.count)
    table.column("win_rate", mine["win_rate"].where(mine["is_enough"]), say.percent)
    table.interval("interval", *(mine[end].where(mine["n_mature"] > 0) for end in ("win_low", "win_high")))
    table.column("n_today", today["n_mature"], say.count)
    table.column("rate_today", today["win_rate"].where(today["is_enough"]), say.percent)
    return table.twin()


def swaps_table(swaps: pd.DataFrame, say: Speaker) -> Twin:
    """Return who changes sides of the threshold, how they fared, and of how many nobody knows.

    On the screen the rate, its interval and n share a column, so that a phone has room.
    """
    shown, exported = Builder(say, "points.swap"), Builder(say, "points.swap")
    for table in (shown, exported):
        table.column("move", [say(f"points.move.{move}") for move in swaps["move"]])
        table.column("n_leads", swaps["n_leads"], say.count)
    shown.column("known", [_rate(row, say) for row in swaps.itertuples()])
    shown.column("n_unknown", swaps["n_unknown"], say.count)
    exported.column("n_mature", swaps["n_mature"])
    exported.column("n_won", swaps["n_won"])
    exported.column("win_rate", swaps["win_rate"])
    exported.interval("interval", swaps["win_low"], swaps["win_high"])
    exported.column("n_immature", swaps["n_immature"])
    exported.column("n_unknown", swaps["n_unknown"])
    return Twin(shown=shown.twin().shown, exported=exported.twin().exported)


def _rate(row: Any, say: Speaker) -> str:
    if not row.is_enough:
        return say("points.swap.few", n=say.count(row.n_mature)) if row.n_mature else "–"
    return say(
        "points.swap.rate",
        rate=say.percent(row.win_rate),
        low_high=say.interval(row.win_low, row.win_high),
        n=say.count(row.n_mature),
    )


def _cards(say: Speaker, found: Consequences) -> None:
    moves = {row.move: row for row in found.swaps.itertuples()}
    before, after = found.n_above(is_mine=False), found.n_above(is_mine=True)
    mine, today = words.captured(found, say)
    with cards.row(4):
        cards.card(
            say("points.card.above", threshold=found.mine.threshold),
            say.count(after),
            say("points.card.today", value=say.count(before)),
        )
        cards.card(say("points.card.in"), say.count(moves["in"].n_leads), words.known(moves["in"], say))
        cards.card(say("points.card.out"), say.count(moves["out"].n_leads), words.known(moves["out"], say))
        cards.card(
            say("points.card.captured"),
            mine,
            say("points.card.captured_today", value=today),
            say("points.card.captured_help"),
        )
