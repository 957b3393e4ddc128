"""Cases made from known chances, and what the account of them must be."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.losses import Cases
from analysis.rulesets import Ruleset
from analysis.rulesets.predicates import TouchPredicate
from analysis.rulesets.rules import Band, Rule

POINTS = {"inquiry": 3, "seminar": 2, "webinar": 1, "white_paper": 2, "visit": 1, "small": -2}


def ruleset_of(points: dict[str, int], threshold: int = 4) -> Ruleset:
    rules = tuple(
        Rule(
            id=name,
            label_ja=name,
            label_en=name,
            axis="engagement",
            points=worth,
            predicate=TouchPredicate(kinds=(name,)),
        )
        for name, worth in points.items()
    )
    bands = tuple(
        Band(name_ja="", name_en="", threshold=start, owner=owner, action_ja="", action_en="")
        for start, owner in ((0, "inside_sales"), (threshold, "field_sales"))
    )
    return Ruleset(
        id="made", version=1, label_ja="", label_en="", outcome="won", threshold=threshold, rules=rules, bands=bands
    )


@dataclass(frozen=True)
class Truth:
    """Log-odds of everything that matters."""

    intercept: float = -2.2
    per_point: float = 0.3
    wrong: tuple[tuple[str, float], ...] = ()
    late: float = 0.0
    none: float = 0.0
    department: float = 0.0
    unknown: float = 0.0
    source: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    owner: tuple[float, ...] = (0.0,) * 8
    quarter: tuple[float, ...] = (0.0,) * 6


@dataclass(frozen=True)
class Made:
    cases: Cases
    log_odds: np.ndarray
    parts: dict[str, np.ndarray]
    promised: np.ndarray

    def losses(self, *causes: str) -> float:
        """Losses beyond the promise by the straight way, for each case on its own."""
        high = self.cases.is_account
        beyond = sum(self.parts[cause] for cause in causes)[high]
        distance = (self.log_odds - self.promised)[high]
        slope = np.where(
            np.abs(distance) > 1e-9,
            (expit(self.log_odds) - expit(self.promised))[high] / np.where(distance == 0, 1, distance),
            (expit(self.promised) * (1 - expit(self.promised)))[high],
        )
        return float(-(beyond * slope).sum())


def made_cases(seed: int, n: int, truth: Truth) -> Made:
    """Return cases in which everything is drawn independently, and their true shares."""
    draw = np.random.default_rng(seed)
    hits = (draw.random((n, len(POINTS))) < 0.45).astype(np.int64)
    handling = draw.choice(["in_time", "late", "none"], n, p=[0.7, 0.22, 0.08])
    unknown = draw.random(n) < 0.3
    places = {name: draw.integers(0, len(getattr(truth, name)), n) for name in ("source", "owner", "quarter")}
    score = hits @ np.array(list(POINTS.values()))
    wrong = dict(truth.wrong)
    parts = {
        "score": hits @ np.array([wrong.get(name, 0.0) for name in POINTS]),
        "late": np.where(handling == "late", truth.late, 0.0),
        "no_contact": np.where(handling == "none", truth.none, 0.0),
        "data": np.where(unknown, truth.unknown, 0.0),
    }
    # High scores belong to field sales.
    department = draw.choice(["field_sales", "inside_sales"], n, p=[0.75, 0.25])
    is_other = (department == "inside_sales") == (score >= 4)
    parts["department"] = np.where(is_other, truth.department, 0.0)
    means = 0.0
    for name, cause in (("source", "blind_spot"), ("owner", "rep"), ("quarter", "market")):
        effects = np.array(getattr(truth, name))
        means += effects.mean()
        parts[cause] = (effects - effects.mean())[places[name]]
    promised = truth.intercept + means + truth.per_point * score
    log_odds = promised + sum(parts.values())
    table = pd.DataFrame(
        {
            "lead_id": [f"L{number}" for number in range(n)],
            "pass_no": 1,
            "decided_at": pd.Timestamp("2025-01-01"),
            "score": score,
            "is_high": score >= 4,
            "is_in_period": True,
            "is_won": draw.random(n) < expit(log_odds),
            "handling": handling,
            "to_department": department,
            **{name: [f"{name}{place}" for place in places[name]] for name in places},
        }
    )
    cases = Cases(
        table=table, multiplicity=hits, unknown=unknown[:, None], fields=("employees",), ruleset=ruleset_of(POINTS),
        n_immature=0, n_already_decided=0, n_gated=0,
    )  # fmt: skip
    return Made(cases=cases, log_odds=log_odds, parts=parts, promised=promised)
