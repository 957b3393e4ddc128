"""Asks the tuner for better points, within what was agreed, and says what it thinks of changing at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from analysis.rulesets import Ruleset
from analysis.selection import Selection
from analysis.tuning import Recommendation, fit_card, recommend, with_prior
from analysis.tuning.budget import Budget
from analysis.workbench import Bench, limits_for, n_undecided_quarters, named_points
from dashboard import state
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import words
from dashboard.workbench.sheet import Sheet

_KEPT = "points-proposal"
_BELIEFS = (0, 10, 30, 100, 300)
_REPORT_EVERY = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a proposal must respect, beyond the ranges and locks of the rules.

    Attributes
    ----------
    max_changes, max_step : int
        How many rules may change, and by how much each.
    is_volume_kept : bool
        Keep the share of leads above the threshold.
    n_deals : int
        What today's agreement is worth, in won deals.
    """

    max_changes: int
    max_step: int
    is_volume_kept: bool
    n_deals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The latest proposal, and the question it answers.

    Attributes
    ----------
    question : tuple
        Leads and ruleset it was made for.
    points : dict
        Proposed points by rule or tier.
    found : Recommendation
        What later deals say about changing at all.
    n_gap : int
        Quarters until deals are decided.
    distance : float or None
        How far the loss is from what any points could reach; None: proven best.
    """

    question: tuple[Any, ...]
    points: dict[str, int]
    found: Recommendation
    n_gap: int
    distance: float | None


def wish(say: Speaker, n_rules: int) -> Wish:
    """Draw the limits of a proposal."""
    with st.popover(say("points.limits"), icon=":material/tune:"):
        st.markdown(say("points.limits_about"))
        max_changes = st.number_input(
            say("points.max_changes"), 1, n_rules, min(5, n_rules), key="points-max-changes", persist_state="session"
        )
        max_step = st.number_input(say("points.max_step"), 1, 20, 2, key="points-max-step", persist_state="session")
        is_kept = st.toggle(
            say("points.keep_volume"), key="points-keep-volume", persist_state="session", help=say("points.keep_help")
        )
        n_deals = st.select_slider(
            say("points.belief"), _BELIEFS, key="points-belief", persist_state="session", help=say("points.belief_help")
        )
    return Wish(
        max_changes=int(max_changes), max_step=int(max_step), is_volume_kept=bool(is_kept), n_deals=int(n_deals)
    )


def latest(question: tuple[Any, ...]) -> Proposed | None:
    """Return the latest proposal, if it was made for these leads and this ruleset."""
    found = state.kept(_KEPT)
    return found if isinstance(found, Proposed) and found.question == question else None


def propose(
    say: Speaker,
    bench: Bench,
    ruleset: Ruleset,
    selection: Selection,
    sheet: Sheet,
    chosen: Wish,
    question: tuple[Any, ...],
) -> None:
    """Search, telling how far it is, and keep what was found."""
    limits = limits_for(
        ruleset,
        bench.counts,
        {name: (row.low, row.high) for name, row in sheet.rows.items()},
        locked=frozenset(name for name, row in sheet.rows.items() if row.locked),
        max_changes=chosen.max_changes,
        max_step=chosen.max_step,
        is_volume_kept=chosen.is_volume_kept,
    )
    counts = with_prior(bench.counts, limits.today, chosen.n_deals)
    gap = n_undecided_quarters(selection)
    with st.status(say("points.searching"), expanded=False) as status:
        found = recommend(
            counts,
            limits,
            max_changes=chosen.max_changes,
            n_gap=gap,
            with_yardsticks=False,
            budget=Budget(progress=_reporter(status, say)),
        )
        status.update(label=say("points.found"), state="complete")
    distance = _distance(found, bench) if found.outcome == "change" else None
    points = named_points(ruleset, found.points)
    state.keep(_KEPT, Proposed(question=question, points=points, found=found, n_gap=gap, distance=distance))


def show(say: Speaker, proposed: Proposed, bench: Bench, ruleset: Ruleset) -> None:
    """Draw what was found, in words."""
    found = proposed.found
    box = {"change": st.success, "no_change": st.info}.get(found.outcome, st.warning)
    icons = {"change": ":material/lightbulb:", "no_change": ":material/thumb_up:"}
    lines = [
        f"**{plain(words.advice(found, float(bench.counts.n_won.sum()), bench.n_quarters, proposed.n_gap, say))}**"
    ]
    if found.outcome == "change":
        changes = {name: value for name, value in proposed.points.items() if value != ruleset.adjustable[name]}
        lines += [plain(words.change_list(ruleset, changes, say))]
        if proposed.distance is None or proposed.distance < 1:  # 1: nothing is known
            lines += [plain(words.certificate(proposed.distance, found.n_changes, say))]
    box("  \n".join(lines), icon=icons.get(found.outcome, ":material/hourglass:"))


def _distance(found: Recommendation, bench: Bench) -> float | None:
    """Return how far the recommended card is at most from the best of all; None when it is proven best."""
    if found.proposal is None:
        return None
    certificate = found.proposal.certificate
    if certificate.kind == "proven" and bool((found.points == found.proposal.points).all()):
        return None
    bound = found.proposal.loss * (1 - certificate.any_points_gap)
    return max(0.0, 1 - bound / fit_card(bench.counts, found.points).mean_loss)


def _reporter(status: Any, say: Speaker) -> Any:
    n_done = 0

    def report(*_: object) -> None:
        nonlocal n_done
        n_done += 1
        if n_done % _REPORT_EVERY == 0:
            status.update(label=say("points.searching_n", n=say.count(n_done)))

    return report
