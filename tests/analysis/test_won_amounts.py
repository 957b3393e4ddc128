"""What a won decision brought: the deals of its pass, within the horizon, each counted once."""

import numpy as np
import pytest

from analysis.replay import won_decisions
from analysis.rulesets import parse_ruleset
from analysis.scored_leads import amounts_by_score
from analysis.selection import Selection
from analysis.swaps import version_amounts
from tests.analysis.histories import day
from tests.analysis.test_replay import engine_of

HORIZON = 30
HEAD = 'id = "x"\nversion = 1\nthreshold = 1\n'
BAND = '[[band]]\nname = "all"\nthreshold = -99\n'
OWN = parse_ruleset(
    HEAD + '[[rule]]\nid = "big"\nkind = "attribute"\nfield = "employees"\nmin = 1000\npoints = 3\n' + BAND
)
OTHER = parse_ruleset(f'{HEAD}kind = "score"\nscorer = "crm"\nlow = 0\nhigh = 100\n{BAND}'.replace("-99", "50"))
# Lead, days of the handoffs, deals as (day closed, yen).
LEADS = [
    ("twice", [10, 40], [(5, 1.0), (20, 10.0), (60, 200.0), (75, 4000.0)]),
    ("late", [10], [(15, 7.0), (41, 70.0)]),
    ("two at once", [10], [(12, 3.0), (13, 30.0)]),
    ("unsaid", [10], [(12, None)]),
    ("lost", [10], []),
]
# The first pass of "twice" came after a deal was won, so it was decided already; that of "late" won 7, not 77.
EXPECTED = {("late", 1): 7.0, ("two at once", 1): 33.0, ("unsaid", 1): np.nan}


@pytest.fixture(scope="module")
def engine():
    handoffs = [
        {"handoff_id": f"{lead}-{number}", "lead_id": lead, "handed_off_at": day(at), "pass_no": number}
        for lead, ats, _ in LEADS
        for number, at in enumerate(ats, start=1)
    ]
    deals = [
        {
            "deal_id": f"{lead}-{number}",
            "lead_id": lead,
            "opened_at": day(at - 1),
            "closed_at": day(at),
            "outcome": "won",
            "amount": amount,
        }
        for lead, _, of in LEADS
        for number, (at, amount) in enumerate(of)
    ]
    scores = [
        {"lead_id": lead, "scorer": "crm", "axis": "total", "score": 10.0 * number, "scored_at": day(1)}
        for number, (lead, _, _) in enumerate(LEADS[:3])
    ]
    leads = [{"lead_id": lead, "created_at": day(0), "employees": 100 * len(lead) ** 2} for lead, _, _ in LEADS]
    return engine_of({"leads": leads, "handoffs": handoffs, "deals": deals, "scores": scores})


def test_each_won_decision_has_the_deals_of_its_pass_within_the_horizon(engine):
    rows, multiplicity, _ = won_decisions(engine, OWN, Selection(as_of=day(200), horizon_days=HORIZON))
    found = {(row.lead_id, row.pass_no): row.amount for row in rows.itertuples()}
    assert found == pytest.approx(EXPECTED, nan_ok=True)
    assert multiplicity[:, 0].tolist() == [int(100 * len(lead) ** 2 >= 1000) for lead in rows["lead_id"]]
    changes = version_amounts(engine, OWN, OWN.with_points({"big": 0}), Selection(as_of=day(200), horizon_days=HORIZON))
    assert changes["amount"].tolist() == pytest.approx(rows["amount"].tolist(), nan_ok=True)


def test_the_score_of_another_tool_has_amounts_too(engine):
    selection = Selection(as_of=day(200), horizon_days=HORIZON)
    table = amounts_by_score(engine, OTHER, selection)
    scored = {10: 7.0, 20: 33.0}
    assert table.set_index("score")["total"].loc[list(scored)].to_dict() == scored
    assert table["n_won"].sum() == 3
    assert table["n_known"].sum() == 2
    assert table["total_squares"].sum() == 7.0**2 + 33.0**2
    rows, _, _ = won_decisions(engine, OTHER, selection)
    assert set(zip(rows["lead_id"], rows["pass_no"], strict=True)) == set(EXPECTED)
    whole = amounts_by_score(engine, OWN, selection)
    assert whole[["n_mature", "n_won", "n_known", "total"]].sum().tolist() == [4, 3, 2, 40.0]
