"""The oracle: what was planted in the synthetic company, and exact counts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import duckdb

from data.contract import TABLES
from data.synthetic.planted import Planted

_COUNTS: Final = """
SELECT
    count(*) FILTER (WHERE handed_off_at <= $mature_until) AS mature_handoffs,
    count(*) FILTER (WHERE handed_off_at > $mature_until) AS immature_handoffs,
    count(*) FILTER (WHERE handed_off_at <= $mature_until AND won_at IS NOT NULL) AS mature_won,
    count(*) FILTER (WHERE handed_off_at > $mature_until AND won_at IS NOT NULL) AS immature_won,
    count(*) FILTER (WHERE response = 'accepted') AS accepted,
    count(*) FILTER (WHERE response = 'rejected') AS rejected,
    count(*) FILTER (WHERE response IS NULL) AS unanswered,
    count(*) FILTER (WHERE pass_no > 1) AS recycled_handoffs
FROM (
    SELECT
        handoffs.handed_off_at AS handed_off_at,
        handoffs.pass_no AS pass_no,
        handoffs.response AS response,
        deals.closed_at AS won_at
    FROM handoffs
    -- A deal carries the number of its pass.
    LEFT JOIN deals ON deals.deal_id = 'D' || substr(handoffs.handoff_id, 2) AND deals.outcome = 'won'
)
"""


def count(connection: duckdb.DuckDBPyConnection, planted: Planted) -> dict[str, int]:
    """Count the history that was just made: rows by table, and the outcomes of handoffs."""
    counts = {name: _first(connection, f"SELECT count(*) FROM {name}")[0] for name in TABLES}
    counts["won"] = _first(connection, "SELECT count(*) FROM deals WHERE outcome = 'won'")[0]
    mature_until = _first(
        connection,
        "SELECT $as_of::TIMESTAMP - to_days($horizon_days::INTEGER)",
        as_of=planted.as_of,
        horizon_days=planted.values["win"]["horizon_days"],
    )[0]
    row = _first(connection, _COUNTS, mature_until=mature_until)
    names = [column[0] for column in connection.description or ()]
    counts |= dict(zip(names, row, strict=True))
    stages = connection.execute("SELECT stage, count(DISTINCT lead_id) FROM stage_events GROUP BY stage ORDER BY stage")
    counts |= {f"leads_in_{stage}": n_leads for stage, n_leads in stages.fetchall()}
    tally = connection.execute("SELECT name, sum(n)::BIGINT FROM tally GROUP BY name ORDER BY name")
    return counts | dict(tally.fetchall())


def truth(planted: Planted, seed: int, counts: dict[str, int]) -> dict[str, Any]:
    """Return what `truth.json` says; docs/synthetic.md explains it."""
    values = planted.values
    return {
        "n_leads": counts["leads"],
        "seed": seed,
        "start_at": planted.start_at.isoformat(),
        "as_of": planted.as_of.isoformat(),
        "horizon_days": values["win"]["horizon_days"],
        "ruleset": {"id": "today", "version": 1, "threshold": values["selection"]["threshold"]},
        "win": _win(values),
        "rules": [_rule(rule, values) for rule in planted.rules],
        "sources": [_source(source) for source in values["source"]],
        "weak_source": min(values["source"], key=lambda source: float(source["effect"]))["code"],
        "late_region": _late_region(values["handling"]),
        "rep": values["rep"],
        "market": values["market"],
        "drift": _drift(planted),
        "accept": _accept(values["accept"]),
        "selection": values["selection"],
        "opt_outs": values["opt_out"],
        "counts": counts,
    }


def _first(connection: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> Any:
    return connection.execute(sql, values).fetchone()


def _win(values: dict[str, Any]) -> dict[str, Any]:
    win, handling = values["win"], values["handling"]
    return {
        "intercept": win["intercept"],
        "log_odds_per_point": win["scale"],
        "late_effect": handling["late_effect"],
        "no_contact_effect": handling["none_effect"],
        "lag_days": {
            "minimum": win["lag_minimum_days"],
            "median": win_lag_days(win, 0.5),
            "p80": win_lag_days(win, 0.8),
            "maximum": win["lag_minimum_days"] + win["lag_maximum_days"],
        },
    }


def win_lag_days(win: Mapping[str, Any], share: float) -> float:
    """Return the days from handoff to win within which `share` of the wins happen.

    A log-logistic duration, cut off at its maximum, after a minimum. Deals close
    in office hours, which adds up to three days.
    """
    median, shape, maximum = (float(win[key]) for key in ("lag_median_days", "lag_shape", "lag_maximum_days"))
    below = share / (1 + (maximum / median) ** -shape)
    days: float = win["lag_minimum_days"] + median * (below / (1 - below)) ** (1 / shape)
    return round(days, 2)


def _rule(rule: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": rule["id"],
        "axis": rule["axis"],
        "points": rule["points"],
        "true_points": rule["true_points"],
        "effect": round(rule["true_points"] * values["win"]["scale"], 6),
        "category": rule["category"],
        "belief_points": rule["belief_points"],
        "belief_effect": round(rule["belief_points"] * values["accept"]["scale"], 6),
    }


def _source(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": source["code"],
        "effect": source["effect"],
        "share": source["share"] / 1000,
        "drift_share": source["drift_share"] / 1000,
        "cost_per_lead": source["cost"],
    }


def _late_region(handling: dict[str, Any]) -> dict[str, Any]:
    return {
        "region": handling["late_region"],
        "late_after_hours": handling["late_after_hours"],
        "p_late": handling["p_late_region"],
        "p_late_elsewhere": handling["p_late"],
        "p_no_contact": handling["p_none"],
    }


def _drift(planted: Planted) -> dict[str, Any]:
    values = planted.values
    titles = [title["code"] for title in values["title"] if title["drift_share"] != title["share"]]
    return {
        "month": values["drift"]["month"],
        "start_at": planted.drift_start_at.isoformat(),
        "end_at": planted.drift_end_at.isoformat(),
        "attributes": ["employees", "capital_yen", "job_title", "seniority", "source"],
        "employees_log_shift": values["drift"]["employees_log_shift"],
        "job_titles": titles,
        "sources_up": [s["code"] for s in values["source"] if s["drift_share"] > s["share"]],
        "sources_down": [s["code"] for s in values["source"] if s["drift_share"] < s["share"]],
    }


def _accept(accept: dict[str, Any]) -> dict[str, Any]:
    return {
        "intercept": accept["intercept"],
        "log_odds_per_belief_point": accept["scale"],
        "from_department": "marketing",
    }
