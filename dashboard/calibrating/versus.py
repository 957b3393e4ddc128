"""Two scores side by side, on the same decisions."""

from __future__ import annotations

import streamlit as st

from analysis.selection import Selection
from analysis.versus import Versus
from dashboard import choices, exhibits, linking, loading, notices, sentences, sentences_decided
from dashboard import loading_decided as decided
from dashboard.figures.versus import corners_figure
from dashboard.loading import Snapshot
from dashboard.tables_segments import corners_table, disagreement_table, versus_table
from dashboard.texts import Speaker
from data.errors import LeadcalError


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the choice of the other score, and the comparison."""
    st.subheader(say("versus.heading"), anchor=False)
    st.markdown(say("versus.caption"))
    paths = loading.ruleset_paths()
    names = {code: sentences.ruleset_name(code, place, say) for code, place in paths.items()}
    others = {code: name for code, name in names.items() if paths[code] != path}
    chosen = choices.named("rival", others, say("versus.choose"), say("versus.placeholder")) if others else None
    if chosen is None:
        st.markdown(say("versus.nobody" if not others else "versus.pick"))
        return
    own = next((names[code] for code, place in paths.items() if place == path), path)
    rival, stamps = paths[chosen], (loading.stamp_of(path), loading.stamp_of(paths[chosen]))
    try:
        found = decided.versus(current, selection, path, stamps[0], rival, stamps[1])
    except LeadcalError as error:
        notices.refused(say, error)
        return
    _compare(say, found, own, names[chosen])
    if found.n_both:
        rows = decided.disagreement(current, selection, path, stamps[0], rival, stamps[1])
        _disagreement(say, rows, own, names[chosen])


def _compare(say: Speaker, found: Versus, own: str, other: str) -> None:
    lines = sentences_decided.versus(found, own, other, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    st.markdown(f":small[{notices.plain(sentences_decided.scored(found, own, other, say))}]")
    if found.better == "too_few":
        return
    exhibits.table(say, versus_table(found, own, other, say), key="versus")
    st.markdown(f":small[{say('versus.fine_print')}]")
    st.markdown(f"**{say('versus.corners_heading')}**")
    exhibits.chart(
        say,
        corners_figure(found.corners, notices.plain(own), notices.plain(other), say),
        corners_table(found.corners, own, other, say),
        key="corners",
        alt=say("versus.corners_alt", lines=" ".join(lines)),
    )


def _disagreement(say: Speaker, rows: object, own: str, other: str) -> None:
    st.markdown(f"**{say('versus.leads_heading')}**  \n{say('versus.leads_caption')}")
    twin = disagreement_table(rows, own, other, say)
    shown = twin.shown.copy()
    shown.insert(1, say("lead_link.heading"), linking.lead_links(rows["lead_id"], say))
    st.dataframe(
        shown, hide_index=True, height=320, alt=say("versus.leads_alt", n=say.count(len(rows))),
        column_config=linking.lead_column(say),
    )  # fmt: skip
    exhibits.download(say, twin, key="disagreement")
