"""The leads behind the key numbers of the overview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from analysis.conditions import Condition, Created, Decided, HandedOver, Reached
from analysis.journey_funnel import Question
from analysis.selection import Selection
from dashboard.drilling import Offer
from dashboard.texts import Speaker


def _n_counted(kpi: pd.Series) -> int:
    return 0 if pd.isna(kpi["value"]) else round(kpi["value"] * kpi["n"])


_COUNTS: Final[dict[str, Callable[[str], Condition]]] = {
    "leads": lambda _: Created(stage="lead"),
    "mqls": lambda _: Reached(stage="mql", question=Question(mode="open", view="period")),
    "handoffs": lambda _: HandedOver(),
    "outcomes": lambda outcome: Reached(stage=outcome, question=Question(view="period")),
}

_PARTS: Final[dict[str, tuple[tuple[str, Callable[[pd.Series], int], Callable[[str], Condition]], ...]]] = {
    "acceptance_rate": (
        ("", _n_counted, lambda _: HandedOver(state="accepted")),
        ("_of", lambda kpi: kpi["n"], lambda _: HandedOver(state="answered")),
        ("_not", lambda kpi: kpi["n"] - _n_counted(kpi), lambda _: HandedOver(state="rejected")),
        ("_open", lambda kpi: kpi["n_immature"], lambda _: HandedOver(state="unanswered")),
    ),
    "win_rate": (
        ("", _n_counted, lambda outcome: Created(stage=outcome, is_mature=True, is_in_horizon=True)),
        ("_of", lambda kpi: kpi["n"], lambda _: Created(stage="lead", is_mature=True)),
    ),
    "first_contact_days": (
        ("", lambda kpi: kpi["n"], lambda _: HandedOver(state="contacted")),
        ("_open", lambda kpi: kpi["n_immature"], lambda _: HandedOver(state="waiting")),
    ),
    "handoff_win_rate": (
        ("", _n_counted, lambda _: Decided(outcome="won")),
        ("_of", lambda kpi: kpi["n"], lambda _: Decided(outcome="mature")),
        ("_open", lambda kpi: kpi["n_immature"], lambda _: Decided(outcome="immature")),
    ),
}
"""What a rate or a median is made of: the counted, what they are a share of, and the rest."""


def offers(kpis: pd.DataFrame, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the key numbers, and for rates both counts, in the order of the cards; codes begin with the key number."""
    found = []
    for _, kpi in kpis.iterrows():
        name = kpi["kpi"]
        parts = _PARTS.get(name, ())
        if name in _COUNTS:
            found.append(_offer(name, say(f"kpi.{name}"), int(kpi["value"]), _COUNTS[name], selection))
        for part, count, condition in parts:
            found.append(_offer(f"{name}{part}", say(f"keys.{name}{part}"), int(count(kpi)), condition, selection))
    return found


def _offer(code: str, label: str, n_leads: int, condition: Callable[[str], Condition], selection: Selection) -> Offer:
    return Offer(code=code, label=label, n_leads=n_leads, condition=condition(selection.outcome), selection=selection)
