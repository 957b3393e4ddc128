"""Three readings of every rule: where does each department's belief differ from the deals?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from analysis.losses.cases import Cases
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading, loading_definitions, loading_losses, state
from dashboard.defining.alignment_words import alignment_sentences, basis_sentence, rule_names
from dashboard.figures.alignment import alignment_figure
from dashboard.loading import Snapshot
from dashboard.losing.leads import offer
from dashboard.notices import plain
from dashboard.tables_definitions import alignment_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the readings side by side, what they say, and the leads behind a rule."""
    st.subheader(say("alignment.heading"), anchor=False)
    st.markdown(say("alignment.caption"))
    ruleset = loading.ruleset(path, loading.stamp_of(path))
    if ruleset.outside is not None:
        st.info(say("alignment.outside"))
        return
    found = loading_definitions.alignment(current, selection, path, loading.stamp_of(path))
    names = rule_names(found, ruleset, say)
    lines = alignment_sentences(found, names, say)
    st.markdown("\n".join(f"- **{plain(line)}**" for line in lines))
    st.markdown(f":small[{plain(basis_sentence(found, say))}]")
    if not (found.sales.is_enough or found.deals.is_enough):
        return
    exhibits.chart(
        say,
        alignment_figure(found.rules, names, say),
        alignment_table(found, names, say),
        key="alignment",
        alt=say("alignment.alt", lines=" ".join(lines)),
    )
    st.markdown(f":small[{say('alignment.fine_print', n=say.count(len(found.rules)))}]")
    _leads(say, current, selection, path, names)


def _leads(say: Speaker, current: Snapshot, selection: Selection, path: str, names: Mapping[str, str]) -> None:
    """Draw the choice of a rule, and the leads with it that sales accepted, rejected, or that won."""
    column = choices.named("rule", dict(names), say("alignment.choose"), say("alignment.placeholder"))
    if column is None:
        return
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    masks = rule_masks(cases, column)
    offers = [
        offer(kind, say(f"alignment.{kind}", rule=names[column]), mask, current, selection, path)
        for kind, mask in masks.items()
    ]
    if not state.held("list"):
        st.markdown(f":small[{say('leads.choose_help')}]")
    drilling.leads(say, current, "alignment", offers, is_clickable=False)


def rule_masks(cases: Cases, column_id: str) -> dict[str, np.ndarray]:
    """Return which cases with a rule sales accepted or rejected, as for sales' reading, and which won."""
    place = [column.id for column in cases.ruleset.columns].index(column_id)
    has_rule = cases.multiplicity[:, place] > 0
    table = cases.table
    is_handed = (table["from_department"] != "sales").to_numpy(dtype=bool)
    answers = {kind: (table["response"] == kind).to_numpy(dtype=bool) for kind in ("accepted", "rejected")}
    masks = {kind: has_rule & is_handed & mask for kind, mask in answers.items()}
    return masks | {"won": has_rule & table["is_won"].to_numpy(dtype=bool)}
