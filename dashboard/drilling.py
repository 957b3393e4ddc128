"""From a number to its leads: one rule for every bar and cell.

Under an exhibit stands the choice of its numbers. A click on a bar makes the same
choice; the list below is as long as the number, says what it filters by, and takes
this along into every download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from analysis.conditions import Condition
from analysis.lead_list import N_EXPORTED, N_SHOWN, LeadList
from analysis.scored_leads import Scored
from analysis.selection import Selection
from dashboard import lead_tables, linking, loading_bands, loading_funnel, revealing, state
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A number whose leads can be seen.

    Attributes
    ----------
    code : str
        Stable name within the exhibit.
    label : str
        What was counted, in words, without the count.
    n_leads : int
        The number.
    condition : Condition, Scored or callable
        Chooses its leads; a callable takes how many to return at most and returns them.
    selection : Selection
        The selection the number belongs to.
    """

    code: str
    label: str
    n_leads: int
    condition: Condition | Scored | Callable[[int], LeadList]
    selection: Selection


def pick(exhibit: str, key: str | None = None) -> Callable[[], None]:
    """Return what a click on the chart of an exhibit does: choose the number whose code the point carries.

    `key` is that of the chart, where an exhibit has several.
    """

    def take() -> None:
        event: Any = state.widget(key or exhibit) or {}
        points = event.get("selection", {}).get("points", [])
        code = _code(points[0].get("customdata")) if points else ""
        if code:
            state.choose_now("list", f"{exhibit}.{code}")

    return take


def pick_cell(exhibit: str, key: str, codes: Sequence[str], counts: dict[str, str]) -> Callable[[], None]:
    """Return what a click on a cell of a table does; `codes` per row, and which heading is which count."""

    def take() -> None:
        event: Any = state.widget(key) or {}
        cells = event.get("selection", {}).get("cells", [])
        row, heading = cells[0] if cells else (0, "")
        if heading in counts and row < len(codes):
            state.choose_now("list", f"{exhibit}.{codes[row]}.{counts[heading]}")

    return take


def buttons(exhibit: str, offers: Sequence[Offer]) -> dict[str, Callable[[], None]]:
    """Return what a button beside each number does; by the code of the number, those without leads left out."""
    return {
        offer.code: partial(state.choose_now, "list", f"{exhibit}.{offer.code}") for offer in offers if offer.n_leads
    }


def leads(
    say: Speaker,
    current: Snapshot,
    exhibit: str,
    offers: Sequence[Offer],
    filters: Sequence[str] = (),
    *,
    is_clickable: bool = True,
) -> None:
    """Draw the choice of the numbers of an exhibit, and the leads behind the one that was chosen.

    Parameters
    ----------
    say : Speaker
        Gives the words.
    current : Snapshot
        The history.
    exhibit : str
        Name of the exhibit; unique on its page.
    offers : sequence of Offer
        The numbers that can be opened.
    filters : sequence of str
        What else narrows the numbers, in words: how they are counted, say.
    is_clickable : bool
        Whether a click on the exhibit chooses too.
    """
    known = {f"{exhibit}.{offer.code}": offer for offer in offers if offer.n_leads}
    if not known:
        return
    placeholder = say("leads.placeholder" if is_clickable else "leads.placeholder_plain")
    held = state.held("list") if state.held("list") in known else ""
    code = st.selectbox(
        say("leads.choose"),
        ["", *known],
        format_func=lambda option: _label(known[option], say) if option else placeholder,
        help=say("leads.choose_help"),
        **state.choose("list", held, key=exhibit),
    )
    if code:
        _draw(say, current, exhibit, known[code], filters)


def _draw(say: Speaker, current: Snapshot, exhibit: str, offer: Offer, filters: Sequence[str]) -> None:
    found = _found(current, offer, N_SHOWN)
    lines = lead_tables.filter_lines(offer.label, offer.selection, found.n_leads, filters, current, say)
    with st.container(border=True, key=f"leads-{exhibit}"):
        st.markdown(f"**{say('leads.heading', label=plain(offer.label), n=say.count(found.n_leads))}**")
        st.markdown("  \n".join(f":small[{plain(line)}]" for line in lines[1:]))
        is_revealed = revealing.button(say, exhibit)
        twin = lead_tables.leads_table(found.rows, say, is_revealed=is_revealed)
        shown = twin.shown.copy()
        shown.insert(1, say("lead_link.heading"), linking.lead_links(found.rows["lead_id"], say))
        st.dataframe(
            shown,
            hide_index=True,
            height="auto",
            alt=say("leads.alt", n=say.count(found.n_leads)),
            column_config=linking.lead_column(say),
        )
        if found.n_leads > len(found.rows):
            st.markdown(f":small[{say('leads.more', shown=say.count(len(found.rows)), n=say.count(found.n_leads))}]")
        _downloads(say, current, exhibit, offer, lines, is_revealed)


def _downloads(
    say: Speaker, current: Snapshot, exhibit: str, offer: Offer, lines: Sequence[str], is_revealed: bool
) -> None:
    kinds = {
        "csv": (lead_tables.csv, "text/csv"),
        "xlsx": (lead_tables.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }
    with st.container(horizontal=True):
        for kind, (write, mime) in kinds.items():
            # Written when it is asked for: a hundred thousand rows nobody wants are not.
            st.download_button(
                say(f"leads.{kind}"),
                lambda write=write: write(lines, _everything(current, offer), say, is_revealed=is_revealed),
                file_name=f"leadcal-leads-{exhibit}.{kind}",
                mime=mime,
                key=f"{exhibit}-leads-{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def _everything(current: Snapshot, offer: Offer) -> LeadList:
    return _found(current, offer, N_EXPORTED)


def _found(current: Snapshot, offer: Offer, n_rows: int) -> LeadList:
    if isinstance(offer.condition, Scored):
        return loading_bands.scored_list(current, offer.selection, offer.condition, n_rows)
    if callable(offer.condition):
        return offer.condition(n_rows)
    return loading_funnel.lead_list(current, offer.selection, offer.condition, n_rows)


def _label(offer: Offer, say: Speaker) -> str:
    return say("leads.option", label=offer.label, n=say.count(offer.n_leads))


def _code(customdata: Any) -> str:
    value = customdata[0] if isinstance(customdata, list | tuple) and customdata else customdata
    return value if isinstance(value, str) else ""
