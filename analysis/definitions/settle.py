"""The smallest change that would settle a difference of definitions: which, and how many leads it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from analysis.definitions.edits import Edit, edits
from analysis.definitions.parts import Part, leaves
from analysis.definitions.replayed import Replayed, replayed
from analysis.intervals import CONFIDENCE
from analysis.matching import Mask
from analysis.patterns import GROUPS
from analysis.replay import HANDOFF, Decision
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.sqlfiles import sql_text
from data.engine import Engine

MIN_EACH: Final = 20
"""With fewer won or not won leads nothing is said about which definition separates them better."""

_WON, _NOT_WON = GROUPS.index("won"), GROUPS.index("not_won")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one change would do.

    Attributes
    ----------
    edit : Edit
        The change.
    n_disputed : int
        Leads on which the definitions still differ afterwards.
    n_moved : int
        Leads that the changed definition takes and did not take before, or the other way round.
    balance : float
        Mean of the share of won leads it takes and the share of not won leads it leaves out, in
        [0, 1]; 0.5 says nothing about winning. NaN with too few.
    """

    edit: Edit
    n_disputed: int
    n_moved: int
    balance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a difference of two definitions could be settled by changing the first.

    Attributes
    ----------
    n_disputed : int
        Leads on which they differ today.
    n_edits : int
        Changes that were tried.
    settled : Settled or None
        The one that leaves the fewest disputed; of equals the one that moves the fewest leads. Never
        one that agrees by meaning nobody or everybody: of the leads that both mean, and of those that
        neither means, at least half must stay so, and it must mean, and leave out, at least `MIN_EACH`
        leads or as few as before. None when no change leaves fewer than today.
    separating : Settled or None
        The one after which the definition tells won from not won leads best. None unless it is
        better than today's by more than chance, all changes that were tried considered.
    balance, balance_other : float
        As in `Settled`, of both definitions today.
    n_won, n_not_won : int
        Judged leads behind the balances.
    """

    n_disputed: int
    n_edits: int
    settled: Settled | None
    separating: Settled | None
    balance: float
    balance_other: float
    n_won: int
    n_not_won: int


def tried(
    engine: Engine, ruleset: Ruleset, selection: Selection, a: Part, b: Part, decision: Decision = HANDOFF
) -> tuple[Replayed, tuple[Edit, ...]]:
    """Look up what all small changes of `a` ask, with `b`; parameters as for `replayed`, parts resolved."""
    stages = engine.query(sql_text("stages")).sort_values("position")["stage"]
    options = edits(a, b, (ruleset.min_score, ruleset.max_score), tuple(str(stage) for stage in stages))
    # Different scores need no new question, and a changed touch count none but a higher cap.
    distinct = {repr(leaf): leaf for edit in options for leaf in leaves(edit.part)}
    return replayed(engine, ruleset, selection, [a, b, *distinct.values()], decision), options


def settlement(
    found: Replayed, a: Part, b: Part, options: Sequence[Edit], confidence: float = CONFIDENCE
) -> Settlement:
    """Choose among the changes of `a`.

    Parameters
    ----------
    found : Replayed
        What `a`, `b` and all changes ask; from `tried`.
    a, b : Part
        The definition that may change, and the other one.
    options : sequence of Edit
        From `tried`.
    confidence : float
        For the claim that a change tells won from not won leads better.
    """
    totals = found.counts.sum(axis=(1, 2))
    won, lost = (found.counts[:, group, :].sum(axis=1) for group in (_WON, _NOT_WON))
    in_a, in_b = found.holds(a), found.holds(b)
    n_disputed = int(totals[in_a != in_b].sum())
    agreed = np.array([totals[in_a & in_b].sum(), totals[~in_a & ~in_b].sum()])
    least = np.clip([totals[in_a].sum(), totals[~in_a].sum()], 1, MIN_EACH)
    results, chances, is_fair = [], [], []
    for edit in options:
        held = found.holds(edit.part)
        results.append(
            Settled(
                edit=edit,
                n_disputed=int(totals[held != in_b].sum()),
                n_moved=int(totals[held != in_a].sum()),
                balance=_balance(held, won, lost),
            )
        )
        chances.append(_chance(in_a, held, won, lost))
        kept = np.array([totals[held & in_b].sum(), totals[~held & ~in_b].sum()])
        sides = np.array([totals[held].sum(), totals[~held].sum()])
        is_fair.append(bool((sides >= least).all() and (2 * kept >= agreed).all()))
    return Settlement(
        n_disputed=n_disputed,
        n_edits=len(results),
        settled=_settled([each for each, fair in zip(results, is_fair, strict=True) if fair], n_disputed),
        separating=_separating(results, chances, confidence),
        balance=_balance(in_a, won, lost),
        balance_other=_balance(in_b, won, lost),
        n_won=int(won.sum()),
        n_not_won=int(lost.sum()),
    )


def _settled(results: Sequence[Settled], n_disputed: int) -> Settled | None:
    best = min(results, key=lambda each: (each.n_disputed, each.n_moved), default=None)
    return best if best is not None and best.n_disputed < n_disputed else None


def _separating(results: Sequence[Settled], chances: Sequence[float], confidence: float) -> Settled | None:
    # Bonferroni: the best of many changes looks good by chance.
    sure = [
        each for each, chance in zip(results, chances, strict=True) if chance * max(len(results), 1) < 1 - confidence
    ]
    return max(sure, key=lambda each: (each.balance, -each.n_moved), default=None)


def _balance(held: Mask, won: np.ndarray, lost: np.ndarray) -> float:
    n_won, n_lost = int(won.sum()), int(lost.sum())
    if min(n_won, n_lost) < MIN_EACH:
        return float("nan")
    return float((won[held].sum() / n_won + 1 - lost[held].sum() / n_lost) / 2)


def _chance(before: Mask, after: Mask, won: np.ndarray, lost: np.ndarray) -> float:
    """Return the chance that a change tells won from lost leads so much better though it does not, one-sided.

    Paired: only leads that the change moves matter, by a normal approximation to the
    difference of two balances; 1 with too few leads, or too few that move.
    """
    n_won, n_lost = int(won.sum()), int(lost.sum())
    if min(n_won, n_lost) < MIN_EACH:
        return 1.0
    step = after.astype(np.int64) - before.astype(np.int64)
    if int(((won + lost) * (step != 0)).sum()) < MIN_EACH:
        return 1.0
    means, variance = [], 0.0
    for counts, n in ((won, n_won), (lost, n_lost)):
        mean = float((counts * step).sum() / n)
        means.append(mean)
        variance += (float((counts * step**2).sum() / n) - mean**2) / n
    gain = means[0] - means[1]
    if variance <= 0:
        return 1.0
    return float(norm.sf(gain / np.sqrt(variance)))
