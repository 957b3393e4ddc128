import numpy as np
import pytest

from analysis.exits import EXITS, stage_exits
from analysis.selection import Selection
from data.contract import STAGES
from tests.analysis.histories import day, history

ROWS = {
    # lead: (stages after tql, deal: outcome, closed_by)
    "passed": (["sal"], None),
    "passed and won": (["sal", "opportunity", "won"], ("won", "field_sales")),
    "inside": (["opportunity"], ("won", "inside_sales")),
    "inside opportunity": ([], ("lost", "inside_sales")),
    "open": ([], ("open", "inside_sales")),
    "elsewhere": (["won"], None),
    "waiting": ([], None),
}


def company():
    leads, events, deals = [], [], []
    for lead_id, (stages, deal) in ROWS.items():
        leads.append({"lead_id": lead_id, "created_at": day(0)})
        events += [
            {"lead_id": lead_id, "stage": stage, "entered_at": day(number)}
            for number, stage in enumerate(["tql", *stages], 1)
        ]
        if deal:
            closed_at = None if deal[0] == "open" else day(9)
            row = {"deal_id": lead_id, "lead_id": lead_id, "opened_at": day(5), "closed_at": closed_at}
            deals.append({**row, "outcome": deal[0], "closed_by": deal[1]})
    stages = [{"stage": s.stage, "position": s.position, "department": s.department} for s in STAGES]
    return history(leads=leads, stage_events=events, deals=deals, stages=stages)


def counted(as_of, **selection):
    table = stage_exits(company(), Selection(as_of=as_of, **selection))
    assert tuple(table["exit"]) == EXITS
    return table["n_leads"].tolist()


def test_both_exits_by_hand():
    assert counted(day(20)) == [2, 1, 1, 1, 2]
    assert counted(day(6)) == [3, 0, 0, 1, 3]  # deals are not closed yet
    assert counted(day(1)) == [0, 0, 0, 0, 7]


def test_shares_have_intervals():
    table = stage_exits(company(), Selection(as_of=day(20)))
    assert table["share"].sum() == pytest.approx(1)
    assert (table["share_low"] <= table["share"]).all()
    nobody = stage_exits(company(), Selection(as_of=day(20)), stage="nothing")
    assert nobody["n_stage"].eq(0).all()
    assert np.isnan(nobody["share"]).all()
    assert counted(day(20), start=day(3).date()) == [0, 0, 0, 0, 0]
