"""The leads behind the key numbers of the overview."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.journey_funnel import Question
from analysis.lead_list import Condition, Created, Reached
from analysis.selection import Selection
from dashboard.drilling import Offer
from dashboard.texts import Speaker

_CONDITIONS: Final[dict[str, Condition]] = {
    "leads": Created(stage="lead"),
    "mqls": Reached(stage="mql", question=Question(mode="open", view="period")),
    "outcomes": Reached(stage="won", question=Question(view="period")),
}
"""Key numbers that count leads; the others count handoffs or are rates."""


def offers(kpis: pd.DataFrame, selection: Selection, say: Speaker) -> list[Offer]:
    """Return the key numbers whose leads can be seen."""
    values = kpis.set_index("kpi")["value"]
    return [
        Offer(
            code=f"kpi.{kpi}",
            label=say(f"kpi.{kpi}"),
            n_leads=int(values[kpi]),
            condition=condition,
            selection=selection,
        )
        for kpi, condition in _CONDITIONS.items()
    ]
