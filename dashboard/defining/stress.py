"""Two definitions held against each other: the leads in dispute, their fate, and what would settle it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from analysis.definitions import Definition
from analysis.definitions.compare import agreement, venn
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading, loading_definitions, state
from dashboard.defining.sentences import agreement_sentence, settlement_sentences, venn_sentences
from dashboard.defining.words import definition_name, definition_text, part_text
from dashboard.drilling import Offer
from dashboard.figures.definitions import venn_figure
from dashboard.loading import Snapshot
from dashboard.loading_definitions import Held
from dashboard.notices import plain
from dashboard.tables_definitions import cells_table
from dashboard.texts import Speaker

DRAWN = ("both", "only_a", "only_b")
_USUAL = (("mql.marketing", "mql_owned"), ("mql.sales", "mql_interest"))
"""What is held against each other until somebody chooses: one's own if there is one."""


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the stress test of two definitions."""
    st.subheader(say("definitions.differ.heading"), anchor=False)
    st.markdown(say("definitions.differ.caption"))
    known = loading_definitions.choices(selection)
    names = {code: definition_name(each, say, is_older="@" in code) for code, each in known.items()}
    pair = _choose(say, known, names)
    if pair[0] == pair[1]:
        st.info(say("definitions.differ.same"))
        return
    stamps = (loading.stamp_of(path), loading_definitions.stamp())
    with st.spinner(say("app.loading")):
        every = loading_definitions.held(current, selection, path, *stamps)
    cells = venn(every.found, *(every.parts[code] for code in pair))
    if not cells["n_leads"].sum():
        st.info(say("definitions.differ.nobody"))
        return
    _differences(say, current, selection, every, cells, pair, (names[pair[0]], names[pair[1]]))
    if cells.set_index("cell")["n_leads"][["only_a", "only_b"]].sum():
        _settle(say, current, selection, path, pair, names)


def _choose(say: Speaker, known: dict[str, Definition], names: dict[str, str]) -> tuple[str, str]:
    """Draw the choice of both definitions, each with its wording and its condition."""
    chosen = []
    for column, name, label, usual in zip(
        st.columns(2), ("define_a", "define_b"), ("first", "second"), _USUAL, strict=True
    ):
        code = next(code for code in (state.held(name), *usual) if code in known)
        with column:
            code = st.selectbox(
                say(f"definitions.differ.{label}"), list(known), format_func=names.get, **state.choose(name, code)
            )
            definition = known[code]
            condition = "" if definition.part is None else part_text(definition.part, say)
            st.markdown(f"{plain(definition_text(definition, say))}  \n:small[{plain(condition)}]")
        chosen.append(code)
    return chosen[0], chosen[1]


def _differences(
    say: Speaker,
    current: Snapshot,
    selection: Selection,
    every: Held,
    cells: pd.DataFrame,
    pair: tuple[str, str],
    titles: tuple[str, str],
) -> None:
    named = {cell: say(f"definitions.cell.{cell}", a=titles[0], b=titles[1]) for cell in cells["cell"]}
    lines = venn_sentences(cells, *titles, say)
    # Said first is how many; what that rests on follows.
    st.markdown("\n".join(f"- **{plain(line)}**" if line == lines[0] else f"- {plain(line)}" for line in lines))
    exhibits.chart(
        say,
        venn_figure(loading_definitions.fate_counts(every, pair), {cell: named[cell] for cell in DRAWN}, say),
        cells_table(cells, named, say),
        key="definitions",
        alt=say("definitions.differ.alt", lines=" ".join(lines)),
        pick=drilling.pick("definitions"),
    )
    n_neither = say.count(cells.set_index("cell")["n_leads"]["neither"])
    notes = [
        agreement_sentence(agreement(every.found, *(every.parts[code] for code in pair)), say),
        say("definitions.differ.fine_print", n=n_neither, days=selection.horizon_days),
    ]
    st.markdown(f":small[{plain(' '.join(filter(None, notes)))}]")
    counts = dict(zip(cells["cell"], cells["n_leads"], strict=True))
    find = partial(loading_definitions.cell_leads, current, selection, every, pair)
    offers = [
        Offer(
            code=cell, label=named[cell], n_leads=int(counts[cell]), condition=partial(find, cell), selection=selection
        )
        for cell in ("only_a", "only_b", "both", "neither")
    ]
    drilling.leads(say, current, "definitions", offers)


def _settle(
    say: Speaker, current: Snapshot, selection: Selection, path: str, pair: tuple[str, str], names: dict[str, str]
) -> None:
    """Draw what would settle the difference, changing either definition."""
    st.markdown(f"**{say('definitions.settle.heading')}**  \n{say('definitions.settle.caption')}")
    stamps = (loading.stamp_of(path), loading_definitions.stamp())
    for a, b in (pair, pair[::-1]):
        found = loading_definitions.settled(current, selection, path, *stamps, a, b)
        lines = settlement_sentences(found, names[a], say)
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    st.markdown(f":small[{say('definitions.settle.unseen')}]")
