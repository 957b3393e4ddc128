"""What a threshold decides, in people."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.rulesets import Ruleset
from analysis.scored_leads import Scored
from analysis.selection import Selection
from analysis.unknowns import people_of_decision
from dashboard import drilling, exhibits, loading, loading_bands, state, tables_bands
from dashboard.drilling import Offer
from dashboard.loading import Snapshot
from dashboard.tables_bands import PEOPLE
from dashboard.texts import Speaker

_CHOSEN: Final[dict[str, dict[str, Any]]] = {
    "won": {"groups": ("won",)},
    "lost": {"groups": ("not_won",)},
    "waiting": {"groups": ("immature",)},
    "won_anyway": {"groups": ("standing",), "has_reached": True},
    "unknown": {"groups": ("standing",), "has_reached": False},
}


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw what became of the leads on either side of a threshold, and of whom nobody knows."""
    stamp = loading.stamp_of(path)
    points = loading.ruleset(path, stamp)
    result = loading.calibration(current, selection, path, stamp)
    st.subheader(say("bands.people.heading"), anchor=False)
    st.markdown(say("bands.people.caption"))
    threshold = _threshold(result.scores["score"], points.threshold, say)
    people = people_of_decision(result.scores, threshold, loading_bands.won_anyway(current, selection, path, stamp))
    st.markdown(f"**{sentence(people, threshold, say)}**")
    if threshold != points.threshold:
        st.markdown(f":small[{say('bands.people.other', threshold=points.threshold)}]")
    exhibits.table(say, tables_bands.people_table(people, threshold, say), key="people")
    drilling.leads(say, current, "people", offers(people, threshold, points, selection, say), is_clickable=False)


def sentence(people: pd.DataFrame, threshold: int, say: Speaker) -> str:
    """Say what the threshold decided, and what nobody knows."""
    sides = people.set_index("is_above")
    above, below = sides.loc[True], sides.loc[False]
    # Of those too young to judge nobody can say yet what became of them.
    counts = {
        "n_above": above["n_won"] + above["n_lost"],
        "n_won": above["n_won"],
        "n_unknown_above": above["n_unknown"] + above["n_won_anyway"],
        "n_below": below["n_won"] + below["n_lost"],
        "n_missed": below["n_won"],
        "n_unknown": below["n_unknown"],
    }
    return say(
        "bands.people.sentence", threshold=threshold, **{name: say.count(number) for name, number in counts.items()}
    )


def offers(people: pd.DataFrame, threshold: int, points: Ruleset, selection: Selection, say: Speaker) -> list[Offer]:
    """Return each cell of the table."""
    found = []
    for side in people.itertuples():
        span = (threshold, None) if side.is_above else (None, threshold - 1)
        name = say(f"bands.people.{'above' if side.is_above else 'below'}", threshold=threshold)
        for what in PEOPLE:
            label = say("bands.people.leads", side=name, what=say(f"bands.people.{what}"))
            condition = Scored(ruleset=points, score=span, **_CHOSEN[what])
            code = f"{'above' if side.is_above else 'below'}.{what}"
            n_leads = int(getattr(side, f"n_{what}"))
            found.append(Offer(code=code, label=label, n_leads=n_leads, condition=condition, selection=selection))
    return found


def _threshold(scores: pd.Series, today: int, say: Speaker) -> int:
    """Draw the choice of a threshold; today's as long as nobody chose."""
    least, most = min(int(scores.min()), today), max(int(scores.max()), today)
    held = state.held("threshold")
    is_known = held.lstrip("-").isascii() and held.lstrip("-").isdigit() and least <= int(held) <= most
    label = say("bands.people.threshold", threshold=today)
    value = int(held) if is_known else today
    return int(st.number_input(label, least, most, width=300, **state.choose_number("threshold", value)))
