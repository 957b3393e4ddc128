"""`leadcal tune`: what should each rule be worth?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from analysis.economics import economics
from analysis.losses.court import excluded_handoffs
from analysis.rule_fields import fields_by_source, unknown_everywhere
from analysis.rule_verdicts import rule_verdicts, verdicts_by_points
from analysis.rulesets import Ruleset, find_ruleset
from analysis.rulesets.drafts import draft_text
from analysis.selection import Selection
from analysis.swap_effect import SwapEffect, swap_effect
from analysis.swaps import swaps
from analysis.tuning import Certificate, Constraints, Proposal, Recommendation, recommend, tune, with_prior
from analysis.workbench import (
    Bench,
    bench,
    limits_for,
    n_undecided_quarters,
    named_points,
    stability_by_points,
    tunable,
)
from dashboard.commands.effects import effect_facts, effect_lines
from dashboard.commands.options import format_option, selection, selection_options
from dashboard.commands.output import print_result
from dashboard.texts import speaker
from dashboard.workbench import words
from data.errors import InputError
from data.store import open_reader
from data.workspace import Workspace, create_text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    evidence: pd.DataFrame
    stability: pd.DataFrame
    proposal: Proposal
    advice: Recommendation
    effect: SwapEffect


@click.command(name="tune")
@click.option("--ruleset", "ruleset_name", default="today", show_default=True, help="Where to start from.")
@click.option(
    "--max-changes", type=click.IntRange(0), default=5, show_default=True, help="Change at most so many rules."
)
@click.option("--max-step", type=click.IntRange(1), default=2, show_default=True, help="Move a rule at most so far.")
@click.option("--lock", "locked", multiple=True, help="A rule that keeps its points; may be repeated.")
@click.option("--keep-volume", is_flag=True, help="Keep the share of leads at or above the threshold.")
@click.option(
    "--belief", "n_deals", type=click.FloatRange(0), default=0, show_default=True,
    help="What today's agreement is worth, in won deals.",
)  # fmt: skip
@click.option(
    "--without-judged",
    is_flag=True,
    help="Leave out losses that both departments put down to handling, data or the market.",
)
@click.option(
    "--draft", "draft_path", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the proposal as a ruleset to this new file.",
)  # fmt: skip
@selection_options
@format_option
@click.pass_obj
def tune_command(
    workspace: Workspace,
    ruleset_name: str,
    max_changes: int,
    max_step: int,
    locked: tuple[str, ...],
    keep_volume: bool,
    n_deals: float,
    without_judged: bool,
    draft_path: Path | None,
    output_format: str,
    **options: Any,
) -> None:
    """Propose whole points near today's that fit what became of the leads.

    The proposal is the best within the limits; the advice says how many changes
    later deals support, which may be none. Rules keep the sign of their points.

    \b
    leadcal tune
    leadcal tune --max-changes 3 --lock seminar --keep-volume
    leadcal tune --draft next.toml && leadcal calibrate --ruleset next.toml
    """
    reader = open_reader(workspace)
    chosen = selection(reader, **options)
    ruleset = find_ruleset(workspace, ruleset_name)
    _require_tunable(ruleset, locked)
    judged = excluded_handoffs(workspace) if without_judged else frozenset()
    decisions = bench(reader, ruleset, chosen, without=judged)
    if not decisions.counts.n_leads.sum():
        raise InputError("no handoff is old enough to judge; shorten --horizon-days or widen the period")
    limits = limits_for(
        ruleset,
        decisions.counts,
        locked=frozenset(locked),
        max_changes=max_changes,
        max_step=max_step,
        is_volume_kept=keep_volume,
    )
    unknown = unknown_everywhere(fields_by_source(reader, ruleset, chosen))
    n_months = economics(reader, chosen).n_months
    answer = _answer(decisions, ruleset, chosen, limits, n_deals, unknown, n_months)
    points = named_points(ruleset, answer.proposal.points)
    if draft_path is not None:
        _write_draft(draft_path, ruleset, points)
    print_result(
        output_format,
        headline=[*_headline(answer, decisions, ruleset_name, reader.snapshot, chosen, draft_path), *_left_out(judged)],
        facts=_facts(answer, decisions, ruleset, reader.snapshot, chosen) | {"n_left_out": len(judged)},
        tables={"rules": _rules(answer, ruleset, points), "stability": answer.stability.reset_index(names="rule")},
        main_table="rules",
    )


def _answer(
    decisions: Bench,
    ruleset: Ruleset,
    chosen: Selection,
    limits: Constraints,
    n_deals: float,
    unknown: dict[str, str],
    n_months: float,
) -> _Answer:
    counts = with_prior(decisions.counts, limits.today, n_deals)
    advice = recommend(
        counts,
        limits,
        max_changes=limits.max_changes,
        n_gap=n_undecided_quarters(chosen),
        with_yardsticks=False,
    )
    evidence = verdicts_by_points(rule_verdicts(decisions, ruleset, unknown), ruleset)
    proposal = tune(counts, limits)
    mine = ruleset.with_points(named_points(ruleset, proposal.points))
    return _Answer(
        evidence=evidence,
        stability=stability_by_points(decisions.counts, ruleset),
        proposal=proposal,
        advice=advice,
        effect=swap_effect(swaps(decisions.patterns, ruleset, mine).moves, n_months),
    )


def _left_out(judged: frozenset[str]) -> list[str]:
    if not judged:
        return []
    return [f"Left out: {len(judged)} losses that both departments put down to handling, data or the market."]


def _require_tunable(ruleset: Ruleset, locked: tuple[str, ...]) -> None:
    names = tunable(ruleset)
    if not names:
        raise InputError(f"{ruleset.id}: has no points of its own to tune; choose another --ruleset")
    known = set(names) | {rule.id for rule in ruleset.rules}
    for name in locked:
        if name not in known:
            raise InputError(f"--lock {name}: there is no such rule; there are {', '.join(sorted(known))}")


def _write_draft(path: Path, ruleset: Ruleset, points: dict[str, int]) -> None:
    text = draft_text(Path(ruleset.path).read_text(encoding="utf-8"), points, ruleset.version + 1)
    try:
        is_new = create_text(path, text)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    if not is_new:
        raise InputError(f"{path}: exists already; choose another name, drafts never overwrite a file")


def _rules(answer: _Answer, ruleset: Ruleset, points: dict[str, int]) -> pd.DataFrame:
    today = ruleset.adjustable
    advised = named_points(ruleset, answer.advice.points)
    evidence = answer.evidence
    return pd.DataFrame(
        {
            "rule": list(today),
            "today": list(today.values()),
            "proposal": [points.get(name, value) for name, value in today.items()],
            "advice": [advised.get(name, value) for name, value in today.items()],
            "points": evidence["evidence"].to_numpy(),
            # Points, not rates: names that end in _low would be printed as per cent.
            "points_from": evidence["evidence_low"].to_numpy(),
            "points_to": evidence["evidence_high"].to_numpy(),
            "verdict": evidence["verdict"].to_numpy(),
            "n_leads": evidence["n_mature"].to_numpy().astype(np.int64),
            "n_won": evidence["n_won"].to_numpy().astype(np.int64),
            "win_rate": evidence["win_rate"].to_numpy(),
            "other_win_rate": evidence["other_win_rate"].to_numpy(),
            "remarks": [
                _remarks(row, is_opposite=reason == "opposite")
                for row, reason in zip(answer.stability.itertuples(), evidence["reason"], strict=True)
            ],
        }
    )


def _remarks(row: Any, *, is_opposite: bool) -> str:
    """Say what the points alone do not show, naming rules by their ids."""
    opposite = ["effect has the opposite sign"] if is_opposite else []
    return "; ".join([*opposite, *words.remarks(row, {}, speaker("en"))])


def _facts(answer: _Answer, decisions: Bench, ruleset: Ruleset, snapshot: int, chosen: Selection) -> dict[str, Any]:
    proposal, advice = answer.proposal, answer.advice
    return {
        "snapshot": snapshot,
        "as_of": chosen.as_of,
        "horizon_days": chosen.horizon_days,
        "ruleset": {"id": ruleset.id, "version": ruleset.version, "threshold": ruleset.threshold},
        "n_mature": int(decisions.counts.n_leads.sum()),
        "n_won": int(decisions.counts.n_won.sum()),
        "proposal": {
            "n_changed": proposal.n_changed,
            "loss": proposal.loss,
            "today_loss": proposal.today_loss,
            "null_loss": proposal.null_loss,
            "share": proposal.share,
            "today_share": proposal.today_share,
        },
        "effect": effect_facts(answer.effect),
        "certificate": {
            "kind": proposal.certificate.kind,
            "gap": proposal.certificate.gap,
            "any_points_gap": proposal.certificate.any_points_gap,
        },
        "advice": {
            "outcome": advice.outcome,
            "n_changes": advice.n_changes,
            "n_won_needed": advice.n_won_needed,
            "n_windows": advice.backtest.n_windows if advice.backtest else 0,
        },
    }


def _headline(
    answer: _Answer, decisions: Bench, name: str, snapshot: int, chosen: Selection, draft: Path | None
) -> list[str]:
    proposal, certificate = answer.proposal, answer.proposal.certificate
    n_leads, n_won = decisions.counts.n_leads.sum(), decisions.counts.n_won.sum()
    gain = 1 - proposal.loss / proposal.today_loss if proposal.today_loss else 0.0
    lines = [
        (
            f"Ruleset {name}, as of {chosen.as_of:%Y-%m-%d} (snapshot {snapshot}): {n_leads:,.0f} handoffs old enough to "
            f"judge, {n_won:,.0f} won."
        ),
        f"Proposal: {proposal.n_changed} rules changed, fits {gain:.1%} better than today's points.",
        _certificate(certificate),
        *(effect_lines(answer.effect) if proposal.n_changed else []),
        f"Advice: {_advice(answer.advice, float(n_won))}",
    ]
    return [*lines, f"Draft written to {draft}."] if draft is not None else lines


def _certificate(certificate: Certificate) -> str:
    if certificate.kind == "proven":
        return "Proven: no points within the limits fit better."
    if certificate.kind == "unknown":
        return "How much better other points could fit is not known: too many rules share a limit."
    return f"No points at all could fit more than {certificate.any_points_gap:.1%} better than the proposal."


def _advice(advice: Recommendation, n_won: float) -> str:
    if advice.outcome == "change":
        return f"later deals support changing {advice.n_changes} rules (column advice)."
    if advice.outcome == "no_change":
        return "not worth changing; on later deals other points were no better than today's."
    if n_won < advice.n_won_needed:
        return f"not enough to say; {n_won:,.0f} wins, {advice.n_won_needed} needed."
    return "not enough to say; too few quarters, wins or losses to try a change on later deals."
