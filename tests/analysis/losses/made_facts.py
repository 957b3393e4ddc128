"""Cases with facts, whose chances are known."""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.losses import Cases
from analysis.losses.facts import FACTS, Facts

from .made_cases import POINTS, ruleset_of

SIZES = {
    "source": 6, "industry": 5, "company_size": 4, "region": 5, "owner": 8, "is_inbound": 3, "seniority": 4,
    "department": 5,
}  # fmt: skip


def made_with_facts(seed: int, n: int, effects=None, *, threshold: int = 4) -> tuple[Cases, Facts]:
    """Return cases whose log-odds are those of the score, and whatever `effects(table, facts)` adds."""
    draw = np.random.default_rng(seed)
    hits = (draw.random((n, len(POINTS))) < 0.45).astype(np.int64)
    score = hits @ np.array(list(POINTS.values()))
    codes = {name: draw.integers(0, SIZES[name], n).astype(np.int16) for name in FACTS}
    labels = {name: ("", *(f"{name}{number}" for number in range(1, SIZES[name]))) for name in FACTS}
    decided = np.datetime64("2025-01-01T00:00:00.000000") + draw.integers(0, 365 * 24, n) * np.timedelta64(1, "h")
    created = decided - draw.integers(1, 24 * 90, n) * np.timedelta64(1, "h")
    table = pd.DataFrame(
        {
            "lead_no": np.arange(n), "lead_id": [f"L{number}" for number in range(n)], "pass_no": 1, "decided_at": decided,
            "score": score, "is_high": score >= threshold, "is_in_period": True, "reason": "",
            "handling": draw.choice(["in_time", "late", "none"], n, p=[0.72, 0.22, 0.06]),
            "wait_hours": draw.exponential(30, n),
        }
    )  # fmt: skip
    facts = Facts(codes=codes, labels=labels, created_at=created)
    log_odds = -2.2 + 0.3 * score + (0 if effects is None else effects(table, facts, hits))
    table["is_won"] = draw.random(n) < expit(log_odds)
    cases = Cases(
        table=table, multiplicity=hits, unknown=np.zeros((n, 1), dtype=bool), fields=("employees",),
        ruleset=ruleset_of(POINTS, threshold), n_immature=0, n_already_decided=0, n_gated=0,
    )  # fmt: skip
    return cases, facts


def is_label(facts: Facts, name: str, label: str) -> np.ndarray:
    return facts.codes[name] == facts.labels[name].index(label)
