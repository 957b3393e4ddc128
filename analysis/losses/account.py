"""The account of the losses: what chance took, and what else did, adding up exactly.

The expected losses are those the points promise, had every lead been called in
time; what went beyond is shared out between the causes (`analysis.losses.shares`),
and what the fitted chances do not explain is luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.groups import adjusted
from analysis.intervals import CONFIDENCE, MIN_N, critical_value
from analysis.losses.cases import Cases
from analysis.losses.mixed import fit_mixed
from analysis.losses.shares import HANDLED, Shares, shares_of
from analysis.losses.terms import Terms, terms_of
from analysis.matching import Mask
from analysis.rulesets.columns import Integers
from analysis.tuning.threads import one_thread

CAUSES: Final = ("score", "blind_spot", "late", "no_contact", "department", "rep", "data", "market")
"""Points that did not mean what they say; sources no rule sees; how sales called; another
department than the band of the score names; the person; facts unknown at the handoff; the time of the handoff, whatever the lead."""

MIN_WINS: Final = 20
"""With fewer wins, or fewer losses, no cause can be told from chance."""

MAX_CASES: Final = 60_000
"""More cases than this to learn from add nothing: every k-th is taken."""

MAX_SHOWN: Final = 20_000
"""More high scores than this give no other shares: every k-th stands for the others."""

LIMITS: Final = "@limits"
"""Stands among the rules for limits of groups and axes."""

SEED: Final = 20_260_401


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """High scores that lost, by cause.

    Attributes
    ----------
    n_high, n_won, n_lost : int
        High-score handoffs of the period with a known result, and what became of them.
    n_expected, expected_low, expected_high : float
        Losses that the scores promised, and the range within which chance alone
        would leave them.
    causes : DataFrame
        One row per cause (`CAUSES`): `cause`, `n_lost` (losses beyond the promise; below 0
        where the cause saved deals), `low`, `high` (interval), `is_clear` (the interval leaves
        0 out), `n_leads` (high scores it touches), `n_wins_back` (wins, had this
        cause alone not been), `wins_back_low`, `wins_back_high`.
    n_luck, luck_low, luck_high : float
        What no cause explains, and the range chance would leave around 0.
        `n_expected` + the causes + `n_luck` = `n_lost`.
    rules : DataFrame
        The cause "score" by rule, largest first: `rule_id` (`@limits` for limits of
        groups and axes), `n_lost`, `low`, `high`, `is_clear`, `n_leads`.
    levels : DataFrame
        The other causes by name, such as a source or a person: `cause`, `label`, `n_leads`, `n_lost`, `low`,
        `high`, `is_clear`.
    log_odds_per_point : float
        The promise of one point.
    is_enough : bool
        Whether there are wins and losses enough to tell causes apart; if not, all
        estimates are NaN and the tables empty.
    confidence : float
        Of the intervals.
    """

    n_high: int
    n_won: int
    n_lost: int
    n_expected: float
    expected_low: float
    expected_high: float
    causes: pd.DataFrame
    n_luck: float
    luck_low: float
    luck_high: float
    rules: pd.DataFrame
    levels: pd.DataFrame
    log_odds_per_point: float
    is_enough: bool
    confidence: float


def loss_account(cases: Cases, *, confidence: float = CONFIDENCE, seed: int = SEED) -> Account:
    """Account for the high scores of the period that lost.

    Parameters
    ----------
    cases : Cases
        The handoffs with a known result.
    confidence : float
        Of the intervals; causes, rules and names are each a family whose false
        discoveries are held at 1 - confidence.
    seed : int
        Of the draws behind the intervals.
    """
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    high = np.flatnonzero(cases.is_account)
    n_won = int(is_won[high].sum())
    counts = {"n_high": len(high), "n_won": n_won, "n_lost": len(high) - n_won}
    if min(is_won.sum(), (~is_won).sum()) < MIN_WINS or len(high) < MIN_N:
        return _too_few(counts, confidence)
    chosen = _thinned(np.arange(len(is_won)), MAX_CASES)
    shown = _thinned(high, MAX_SHOWN)
    terms = terms_of(cases, chosen, shown)
    score = cases.table["score"].to_numpy(dtype=np.float64)[shown] - cases.ruleset.base
    with one_thread():
        fit = fit_mixed(terms.design, is_won[chosen])
        shares = shares_of(terms, fit, score, weight=len(high) / len(shown), seed=seed)
    return _account(counts, cases, terms, shares, 1 - len(chosen) / len(is_won), confidence)


def _account(
    counts: dict[str, int], cases: Cases, terms: Terms, shares: Shares, unseen: float, confidence: float
) -> Account:
    z = critical_value(confidence)
    chance_sd = float(np.sqrt(shares.drawn_expected.var(ddof=1) + shares.promise_variance))
    # Chances learned from a part of the cases are off for the rest by their own error; learned from
    # all cases they follow the wins, and what is left is luck alone.
    drawn = shares.drawn_expected + shares.drawn_columns.sum(axis=1)
    luck_sd = float(np.sqrt(shares.fitted_variance + shares.thinning_variance + unseen * drawn.var(ddof=1)))
    # The losses are whole, the shown cases may be a part: what is left is luck either way.
    luck = counts["n_lost"] - shares.expected - float(shares.of_columns.sum())
    return Account(
        **counts,
        n_expected=shares.expected,
        expected_low=shares.expected - z * chance_sd,
        expected_high=shares.expected + z * chance_sd,
        causes=_cause_table(terms, shares, confidence),
        n_luck=luck,
        luck_low=-z * luck_sd,
        luck_high=z * luck_sd,
        rules=_rule_table(cases, terms, shares, confidence),
        levels=_level_table(terms, shares, confidence),
        log_odds_per_point=shares.scale,
        is_enough=True,
        confidence=confidence,
    )


def _cause_table(terms: Terms, shares: Shares, confidence: float) -> pd.DataFrame:
    of_cause = {cause: np.append(terms.of(cause), cause == "score") for cause in CAUSES}
    table = _estimated_sums(shares, list(of_cause.values()), confidence)
    table.insert(0, "cause", list(CAUSES))
    table["n_leads"] = [_n_touched(terms, columns[:-1], shares.weight) for columns in of_cause.values()]
    places = [HANDLED.index(cause) if cause in HANDLED else len(HANDLED) for cause in CAUSES]
    spread = critical_value(confidence) * np.append(shares.drawn_back.std(axis=0, ddof=1), np.nan)[places]
    back = np.append(shares.back, np.nan)[places]
    return table.assign(n_wins_back=back, wins_back_low=back - spread, wins_back_high=back + spread)


def _rule_table(cases: Cases, terms: Terms, shares: Shares, confidence: float) -> pd.DataFrame:
    """Add up the columns of each rule: one for each tier, or step of a half-life."""
    rule_of = {column.id: cases.ruleset.rules[column.rule_no].id for column in cases.ruleset.columns}
    owners = np.array(
        [rule_of[label] if cause == "score" else "" for cause, label in zip(terms.causes, terms.labels, strict=True)]
    )
    members = {rule: np.append(owners == rule, False) for rule in dict.fromkeys(owners[owners != ""])}
    if terms.gap.any():
        members[LIMITS] = np.append(np.zeros(len(owners), dtype=bool), True)
    table = _estimated_sums(shares, list(members.values()), confidence)
    table.insert(0, "rule_id", list(members))
    touched = [_n_touched(terms, columns[:-1], shares.weight) for columns in members.values()]
    if LIMITS in members:
        touched[-1] = round(shares.weight * int((terms.gap != 0).sum()))
    return table.assign(n_leads=touched).sort_values("n_lost", ascending=False, ignore_index=True)


def _level_table(terms: Terms, shares: Shares, confidence: float) -> pd.DataFrame:
    places = [number for number, cause in enumerate(terms.causes) if cause not in ("", "score")]
    chosen = [np.arange(len(terms.causes) + 1) == place for place in places]
    table = _estimated_sums(shares, chosen, confidence)
    table.insert(0, "cause", [terms.causes[place] for place in places])
    table.insert(1, "label", [terms.labels[place] for place in places])
    touched = [_n_touched(terms, columns[:-1], shares.weight) for columns in chosen]
    return table.assign(n_leads=touched).sort_values("n_lost", ascending=False, ignore_index=True)


def _n_touched(terms: Terms, columns: Mask, weight: float) -> int:
    return round(weight * int((terms.accounted[:, columns] != 0).any(axis=1).sum()))


def _estimated_sums(shares: Shares, members: list[Mask], confidence: float) -> pd.DataFrame:
    """Return each sum of columns with its interval, and whether chance is excluded, all of them considered."""
    drawn = [shares.drawn_columns[:, columns].sum(axis=1) for columns in members]
    n_lost = np.array([shares.of_columns[columns].sum() for columns in members], dtype=np.float64)
    spread = np.array([draws.std(ddof=1) for draws in drawn], dtype=np.float64)
    z = critical_value(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = np.where(spread > 0, 2 * norm.sf(np.abs(n_lost) / spread), np.nan)
    return pd.DataFrame(
        {
            "n_lost": n_lost,
            "low": n_lost - z * spread,
            "high": n_lost + z * spread,
            "is_clear": np.nan_to_num(adjusted(chances), nan=1.0) < 1 - confidence,
        }
    )


def _thinned(rows: Integers, most: int) -> Integers:
    """Return at most so many rows, evenly spread over all of them and so over time."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _too_few(counts: dict[str, int], confidence: float) -> Account:
    columns = ["n_lost", "low", "high", "is_clear", "n_leads"]
    empty = pd.DataFrame({name: pd.Series(dtype=bool if name == "is_clear" else np.float64) for name in columns})
    back = {name: pd.Series(dtype=np.float64) for name in ("n_wins_back", "wins_back_low", "wins_back_high")}
    text = pd.Series(dtype=str)
    return Account(
        **counts,
        n_expected=np.nan,
        expected_low=np.nan,
        expected_high=np.nan,
        causes=empty.assign(**back, cause=text),
        n_luck=np.nan,
        luck_low=np.nan,
        luck_high=np.nan,
        rules=empty.assign(rule_id=text),
        levels=empty.assign(cause=text, label=text),
        log_odds_per_point=np.nan,
        is_enough=False,
        confidence=confidence,
    )
