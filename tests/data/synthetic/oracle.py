"""Rules counted row by row with pandas, and a logistic regression: independent of the program's own."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.store import Reader

_HANDOFFS = """
SELECT
    h.handoff_id, h.lead_id, h.pass_no, h.handed_off_at, h.from_department, h.response, h.first_contact_at,
    l.source, l.region, d.closed_at AS won_at
FROM handoffs AS h
INNER JOIN leads AS l ON l.lead_id = h.lead_id
LEFT JOIN deals AS d
    ON d.lead_id = h.lead_id AND d.outcome = 'won' AND d.closed_at > h.handed_off_at
    AND d.closed_at <= h.handed_off_at + INTERVAL 180 DAY
    AND NOT EXISTS (
        SELECT 1 FROM handoffs AS later
        WHERE later.lead_id = h.lead_id AND later.handed_off_at > h.handed_off_at AND later.handed_off_at < d.closed_at
    )
ORDER BY h.handoff_id
"""


def read_rules(root: Path) -> list[dict[str, Any]]:
    """Return the rules of today's ruleset as they stand in the file."""
    with (root / "rulesets" / "today" / "1.toml").open("rb") as file:
        return tomllib.load(file)["rule"]


def read_handoffs(history: Reader) -> pd.DataFrame:
    """Return one row per handoff, with when it was won within 180 days."""
    return history.query(_HANDOFFS)


def multiplicities(history: Reader, rules: list[dict[str, Any]], handoffs: pd.DataFrame) -> pd.DataFrame:
    """Count how often each rule held at each handoff, shape (n_handoffs, n_rules)."""
    touches = history.query('SELECT lead_id, "at", kind, content FROM touches')
    pairs = handoffs[["handoff_id", "lead_id", "handed_off_at"]].merge(touches, on="lead_id")
    pairs = pairs[pairs["at"] <= pairs["handed_off_at"]]
    leads = history.query("SELECT * FROM leads").set_index("lead_id")
    facts = history.query("SELECT * FROM lead_facts")
    columns = {
        rule["id"]: _touch_counts(pairs, rule, handoffs)
        if rule["kind"] == "touch"
        else _attribute_hits(leads, facts, rule, handoffs)
        for rule in rules
    }
    return pd.DataFrame(columns)


def logistic_fit(features: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and standard errors, the intercept first (Newton's method)."""
    design = np.column_stack([np.ones(len(features)), features]).astype(float)
    coefficients = np.zeros(design.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-design @ coefficients))
        information = design.T @ (design * (p * (1 - p))[:, None])
        coefficients += np.linalg.solve(information, design.T @ (outcome - p))
    return coefficients, np.sqrt(np.diag(np.linalg.inv(information)))


def _touch_counts(pairs: pd.DataFrame, rule: dict[str, Any], handoffs: pd.DataFrame) -> np.ndarray:
    matching = pairs[pairs["kind"] == rule["touch"]]
    if "content" in rule:
        matching = matching[matching["content"] == rule["content"]]
    age = matching["handed_off_at"] - matching["at"]
    counts = matching[age < pd.Timedelta(days=rule["within_days"])].groupby("handoff_id").size()
    return counts.reindex(handoffs["handoff_id"], fill_value=0).clip(upper=rule.get("cap", 1)).to_numpy()


def _attribute_hits(
    leads: pd.DataFrame, facts: pd.DataFrame, rule: dict[str, Any], handoffs: pd.DataFrame
) -> np.ndarray:
    facts = facts[facts["field"] == rule["field"]]
    known = handoffs.merge(facts, on="lead_id")
    known = known[known["known_at"] <= known["handed_off_at"]].sort_values("known_at")
    latest = known.groupby("handoff_id")["value"].last().reindex(handoffs["handoff_id"]).to_numpy()
    has_facts = handoffs["lead_id"].isin(facts["lead_id"]).to_numpy()
    always = leads.loc[handoffs["lead_id"], rule["field"]].to_numpy()
    value = pd.Series(np.where(has_facts, latest, always))
    if "in" in rule:
        return value.isin(rule["in"]).astype(int).to_numpy()
    number = pd.to_numeric(value)
    return number.between(rule.get("min", -np.inf), rule.get("max", np.inf)).astype(int).to_numpy()
