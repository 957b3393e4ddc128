"""One lead: how to find it, what is recorded of it, and everything that happened, on one axis of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from analysis.leads import UnknownLeadError
from analysis.sqlfiles import sql_text
from data.engine import Engine

LANES: Final = ("created", "touch", "bant", "stage", "handoff", "contact", "answer", "deal", "opt_out")
"""What an event can be."""

BANT_ITEMS: Final = ("budget", "authority", "needs", "timeframe")

N_FOUND: Final = 50
"""Whoever gets more answers than this should ask more closely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is recorded of one lead up to a moment.

    Attributes
    ----------
    lead_id : str
        The lead.
    as_of : datetime
        Nothing later is in it.
    profile : dict
        `created_at`, `stage` (the furthest) and the columns of `leads`; None
        stands for unknown. `company` and `owner` are personal.
    events : DataFrame
        In the order of time: `happened_at`, `lane` (one of `LANES`), `kind`
        (of touch, stage, answer, item, outcome, channel), `detail` (content,
        reason, BANT answer), `party` (department, or direction of a touch),
        `pass_no`, `amount` (yen).
    """

    lead_id: str
    as_of: datetime
    profile: dict[str, Any]
    events: pd.DataFrame

    def lane(self, *names: str) -> pd.DataFrame:
        """Return the events of some lanes."""
        return self.events[self.events["lane"].isin(names)].reset_index(drop=True)

    @property
    def handoffs(self) -> pd.DataFrame:
        """Handoffs in the order of time: `pass_no`, `handed_off_at`, `to_department`, `response`, `reason`."""
        handed = self.lane("handoff")
        answers = self.lane("answer").drop_duplicates("pass_no", keep="last").set_index("pass_no")
        response = [answers["kind"].get(pass_no, "") for pass_no in handed["pass_no"]]
        reason = [answers["detail"].get(pass_no, "") or "" for pass_no in handed["pass_no"]]
        return pd.DataFrame(
            {
                "pass_no": handed["pass_no"],
                "handed_off_at": handed["happened_at"],
                "to_department": handed["kind"],
                "response": response,
                "reason": reason,
            }
        )

    def bant(self, at: datetime | None = None) -> pd.DataFrame:
        """Return what was known of budget, authority, needs and timeframe at a moment, by default at the end.

        Returns
        -------
        DataFrame
            One row per item of `BANT_ITEMS`: `item`, `answer` ("yes", "no" or
            "unknown"), `learned_at` (NaT while nobody asked).
        """
        known = self.lane("bant")
        known = known[known["happened_at"] <= (self.as_of if at is None else at)]
        last = known.drop_duplicates("kind", keep="last").set_index("kind")
        return pd.DataFrame(
            {
                "item": list(BANT_ITEMS),
                "answer": [last["detail"].get(item, "unknown") for item in BANT_ITEMS],
                "learned_at": pd.to_datetime([last["happened_at"].get(item, pd.NaT) for item in BANT_ITEMS]),
            }
        )


def story(engine: Engine, lead_id: str, as_of: datetime) -> Story:
    """Read everything that happened with one lead up to a moment.

    Raises
    ------
    UnknownLeadError
        If there is no such lead.
    """
    params = {"lead_id": lead_id, "as_of": as_of}
    found = engine.query(sql_text("lead_profile"), params).astype(object)
    if found.empty:
        raise UnknownLeadError(f'there is no lead "{lead_id}" in this history; check its id')
    profile = {str(name): None if pd.isna(value) else value for name, value in found.iloc[0].items()}
    events = engine.query(sql_text("lead_events"), params)
    texts = ["kind", "detail", "party"]
    events[texts] = events[texts].astype(object).where(events[texts].notna(), None)
    return Story(
        lead_id=lead_id, as_of=as_of, profile=profile, events=events.astype({"pass_no": "Int64", "amount": "float64"})
    )


def find_leads(engine: Engine, wanted: str, n_rows: int = N_FOUND) -> pd.DataFrame:
    """Find leads by a part of their id or of their company's name.

    Returns
    -------
    DataFrame
        An exact id first, then the latest: `lead_id`, `company` (personal),
        `source`, `created_at`, `n_found` (in all). Empty when nothing was asked.
    """
    found = engine.query(sql_text("lead_search"), {"wanted": wanted.strip(), "n_rows": n_rows})
    return found if wanted.strip() else found.iloc[:0]


def recent_handoffs(engine: Engine, as_of: datetime, n_rows: int = 10) -> pd.DataFrame:
    """Return the leads that were handed over last: `lead_id`, `company`, `source`, `created_at`, `handed_off_at`."""
    return engine.query(sql_text("lead_recent_handoffs"), {"as_of": as_of, "n_rows": n_rows})
