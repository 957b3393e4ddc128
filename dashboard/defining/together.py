"""All definitions side by side: how well does any pair agree?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.definitions import Definition
from analysis.definitions.compare import matrix
from analysis.selection import Selection
from dashboard import exhibits, loading, loading_definitions
from dashboard.defining.sentences import kappa_text
from dashboard.defining.words import definition_name
from dashboard.figures.definitions import matrix_figure
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables_definitions import pairs_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the agreement of every pair of definitions."""
    st.subheader(say("definitions.together.heading"), anchor=False)
    st.markdown(say("definitions.together.caption"))
    known = loading_definitions.choices(selection)
    names = {code: definition_name(each, say, is_older="@" in code) for code, each in known.items()}
    with st.spinner(say("app.loading")):
        every = loading_definitions.held(current, selection, path, loading.stamp_of(path), loading_definitions.stamp())
    pairs = matrix(every.found, list(every.parts.items()))
    if pairs.empty:
        st.info(say("definitions.together.few"))
        return
    lines = pair_sentences(pairs, known, names, say)
    if not lines:
        st.info(say("definitions.together.none"))
        exhibits.table(say, pairs_table(pairs, names, say), key="definition-pairs")
        return
    st.markdown("\n".join(f"- **{plain(line)}**" for line in lines))
    exhibits.chart(
        say,
        matrix_figure(pairs, list(every.parts), names, say),
        pairs_table(pairs, names, say),
        key="definition-pairs",
        alt=say("definitions.together.alt", lines=" ".join(lines)),
    )


def pair_sentences(pairs: pd.DataFrame, known: dict[str, Definition], names: dict[str, str], say: Speaker) -> list[str]:
    """Say which two definitions are closest, and which of the same term are farthest apart."""
    told = pairs[pairs["kappa"].notna()]
    if told.empty:
        return []
    best = told.loc[told["kappa"].idxmax()]
    closest = {"a": names[best["a"]], "b": names[best["b"]], "kappa": kappa_text(best["kappa"])}
    lines = [say("definitions.together.nearest", **closest)]
    same = told[[known[a].term == known[b].term for a, b in zip(told["a"], told["b"], strict=True)]]
    if not same.empty:
        worst = same.loc[same["kappa"].idxmin()]
        n = worst["n_a"] + worst["n_b"] - 2 * worst["n_both"]
        values = {"a": names[worst["a"]], "b": names[worst["b"]], "kappa": kappa_text(worst["kappa"])}
        lines.append(say("definitions.together.farthest", **values, n=say.count(n), total=say.count(worst["n_leads"])))
    return lines
