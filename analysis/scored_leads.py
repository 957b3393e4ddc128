"""Decisions one by one, by their score: the leads behind a band, and what only single leads can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from analysis.decided import Decided, decided_with_patterns, won_amounts
from analysis.lead_list import N_SHOWN, LeadList
from analysis.patterns import PatternTable
from analysis.replay import GROUPS, ReplayError, lead_scores, score_table
from analysis.rulesets.model import Ruleset
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

Range: TypeAlias = tuple[int | None, int | None]

ANY: Final[Range] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Decisions by score, as `analysis.calibration.calibrate` and `decision_in_people` count them.

    Attributes
    ----------
    ruleset : Ruleset
        The points.
    score, fit, engagement : pair of int or None
        Lowest and highest points, inclusive; None where open.
    groups : tuple of str
        Some of `analysis.replay.GROUPS`; empty: all.
    has_reached : bool or None
        Of leads never handed over, only those that did (or did not) reach the
        outcome all the same.
    """

    ruleset: Ruleset
    score: Range = ANY
    fit: Range = ANY
    engagement: Range = ANY
    groups: tuple[str, ...] = ()
    has_reached: bool | None = None

    def __post_init__(self) -> None:
        unknown = set(self.groups) - set(GROUPS)
        if unknown:
            raise ValueError(f"groups must be among {', '.join(GROUPS)}, not {', '.join(sorted(unknown))}.")


def scored_list(engine: Engine, selection: Selection, condition: Scored, n_rows: int = N_SHOWN) -> LeadList:
    """Return the leads that a number by score counts; as `analysis.lead_list.lead_list`.

    Raises
    ------
    ReplayError
        As for `analysis.replay.pattern_table`.
    """
    scores = lead_scores(engine, condition.ruleset, selection)
    is_in = np.ones(len(scores), dtype=bool)
    for name in ("score", "fit", "engagement"):
        is_in &= _is_within(scores[name], getattr(condition, name))
    if condition.groups:
        is_in &= scores["group"].isin(condition.groups).to_numpy()
    if condition.has_reached is not None:
        has_reached = scores["lead_id"].isin(_reached_untried(engine, selection)).to_numpy()
        is_in &= has_reached == condition.has_reached
    chosen = scores.loc[is_in, ["lead_id", "pass_no", "decided_at"]]
    sql = sql_text("lead_list").replace("{members}", sql_text("members_scored"))
    rows = engine.query(sql, {"as_of": selection.as_of, "n_rows": n_rows}, {"scored": chosen})
    return LeadList(rows=rows.drop(columns="n_leads"), n_leads=len(chosen))


def won_anyway(engine: Engine, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Count by score the leads that reached the outcome though nobody handed them over.

    Returns
    -------
    DataFrame
        `score`, `n_won_anyway`; no rows where there are none.
    """
    found = _reached_untried(engine, selection)
    if not found:
        return pd.DataFrame({"score": pd.Series(dtype="int64"), "n_won_anyway": pd.Series(dtype="int64")})
    scores = lead_scores(engine, ruleset, selection)
    scores = scores[(scores["group"] == "standing") & scores["lead_id"].isin(found)]
    return scores.groupby("score").size().rename("n_won_anyway").reset_index()


def amounts_by_score(
    engine: Engine, ruleset: Ruleset, selection: Selection, replayed: tuple[PatternTable, Decided] | None = None
) -> pd.DataFrame:
    """Sum up by score what the won decisions brought.

    Parameters
    ----------
    engine, ruleset, selection
        Whose decisions.
    replayed : pair of PatternTable and Decided, optional
        As from `analysis.decided.decided_with_patterns`, where they are known already.

    Returns
    -------
    DataFrame
        One row per score, ascending: `score`, `n_mature`, `n_won`, `n_known`
        (won decisions whose amount is known), `total`, `total_squares` (yen).

    Raises
    ------
    ReplayError
        If the outcome of the selection is not winning: other stages have no amount.
    """
    if selection.outcome != "won":
        raise ReplayError(f'amounts belong to won deals, not to the stage "{selection.outcome}"; choose won')
    patterns, decisions = replayed or decided_with_patterns(engine, ruleset, selection)
    table = score_table(patterns, ruleset)[["score", "n_mature", "n_won"]]
    known = won_amounts(engine, ruleset, selection).dropna(subset=["amount"])
    place = np.searchsorted(decisions.moment_no, known["moment_no"].to_numpy(dtype=np.int32))
    known = known.assign(score=decisions.scores(ruleset)[place].astype(np.int64), square=known["amount"] ** 2)
    by_score = known.groupby("score")
    sums = by_score.agg(n_known=("amount", "size"), total=("amount", "sum"), total_squares=("square", "sum"))
    table = table[table["n_mature"] > 0].merge(sums.reset_index(), on="score", how="left")
    return table.fillna({"n_known": 0, "total": 0.0, "total_squares": 0.0}).astype({"n_known": "int64"})


def with_outcome(selection: Selection, outcome: str) -> Selection:
    """Return the selection for an outcome: a stage, or "amount" and "accepted", which are asked of the wins and handoffs."""
    return selection if outcome in ("amount", "accepted") else replace(selection, outcome=outcome)


def accepted_by_score(engine: Engine, ruleset: Ruleset, selection: Selection) -> pd.DataFrame:
    """Count by score what sales answered to the handoffs.

    Returns
    -------
    DataFrame
        As a score table, for `analysis.calibration.calibrate`: `n_mature` are
        the handoffs with an answer, `n_won` those accepted, `n_immature` those
        without an answer yet; `n_already_decided` is 0.
    """
    scores = lead_scores(engine, ruleset, selection)
    answers = engine.query(sql_text("answers"), selection.params("as_of"))
    keys = ["lead_id", "pass_no", "decided_at"]
    answer = scores[keys].merge(answers.drop_duplicates(keys), how="left", on=keys)["response"]
    is_standing = (scores["group"] == "standing").to_numpy()
    is_answered = answer.notna().to_numpy() & ~is_standing
    table = pd.DataFrame(
        {
            "score": scores["score"].to_numpy(),
            "n_mature": is_answered,
            "n_won": (answer == "accepted").to_numpy() & is_answered,
            "n_immature": ~is_answered & ~is_standing,
            "n_already_decided": 0,
            "n_standing": is_standing,
        }
    )
    return table.groupby("score", as_index=False).sum()


def _is_within(points: pd.Series, span: Range) -> np.ndarray:
    low, high = span
    values = points.to_numpy()
    is_in = np.ones(len(values), dtype=bool)
    if low is not None:
        is_in &= values >= low
    if high is not None:
        is_in &= values <= high
    return is_in


def _reached_untried(engine: Engine, selection: Selection) -> set[str]:
    stages = engine.query(sql_text("stages")).set_index("stage")["position"]
    if selection.outcome not in stages.index:
        raise ReplayError(f'there is no stage "{selection.outcome}" in this history')
    params = {"as_of": selection.as_of, "outcome_position": int(stages[selection.outcome])}
    return set(engine.query(sql_text("reached_untried"), params)["lead_id"])
