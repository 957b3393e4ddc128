"""Who takes care of which lead: the handoff rules, who is nobody's, and who is claimed twice."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from analysis.intervals import MIN_N
from analysis.routing import FILE_NAME, HandoffRules, RoutingCoverage, list_routing_presets
from analysis.routing.library import DEFAULT_PRESET
from analysis.selection import Selection
from dashboard import choices, exhibits, loading_rules, state
from dashboard.figures.rows import rows_figure
from dashboard.handover.phrases import department, label
from dashboard.handover.verdicts import coverage_sentences, gap_condition, overlap_sentence, routing_sentence
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.workbench import lead_rows

OPEN: Final = ("none", "several", "conflict")
"""Ways to match the handoff rules whose leads somebody should look at."""


def draw(say: Speaker, current: Snapshot, selection: Selection) -> None:
    """Draw what the handoff rules make of the leads."""
    reference, stamp = _reference(say), loading_rules.stamp()
    rules = loading_rules.rules(current, reference, stamp)
    with st.spinner(say("app.loading")):
        found = loading_rules.coverage(current, selection, reference, stamp)
    with st.container(border=True):
        _counts(say, found, rules)
        _leads(say, current, selection, reference, found, rules)
    with st.container(border=True):
        _rules(say, found, rules)


def _reference(say: Speaker) -> str:
    """Return which rules are shown: the workspace's own, or a preset that was chosen."""
    if loading_rules.stamp():
        return ""
    names = {name: say(f"handoff.preset.{name}") for name in list_routing_presets()}
    code = state.held("rules") if state.held("rules") in names else DEFAULT_PRESET
    chosen: str = st.selectbox(say("handoff.choose"), list(names), format_func=names.get, **state.choose("rules", code))
    st.markdown(f":small[{plain(say('routing.shipped', file=FILE_NAME, name=chosen))}]")
    return chosen


def _counts(say: Speaker, found: RoutingCoverage, rules: HandoffRules) -> None:
    st.subheader(say("handoff.heading"), anchor=False)
    if not found.n_leads:
        st.markdown(say("handoff.nobody"))
        return
    first, *others = coverage_sentences(found, rules, say)
    st.markdown(f"**{plain(first)}**")
    matches = found.matches
    exhibits.chart(
        say,
        rows_figure(
            list(matches["n_leads"]), [_match(row, say) for row in matches.itertuples()], list(matches["match"])
        ),
        match_table(found, say),
        key="routing",
        alt=plain(first),
    )
    if found.gaps:
        st.markdown(f"**{say('handoff.gaps')}**  \n{say('handoff.gaps_about')}")
    st.markdown("\n".join(f"- {plain(line)}" for line in others))


def _leads(
    say: Speaker,
    current: Snapshot,
    selection: Selection,
    reference: str,
    found: RoutingCoverage,
    rules: HandoffRules,
) -> None:
    """Draw the leads behind a number, once it was chosen."""
    counts = found.matches.set_index("match")["n_leads"]
    offers = {f"routing.{name}": (say(f"routing.match.{name}"), int(counts[name])) for name in OPEN if counts[name]}
    for number, gap in enumerate(found.gaps):
        offers[f"routing.gap{number}"] = (say("handoff.gap", what=gap_condition(gap, say)), gap.n_unmatched)
    if not offers:
        return
    names = {code: say("leads.option", label=name, n=say.count(n)) for code, (name, n) in offers.items()}
    code = choices.named("list", names, say("leads.choose"), say("leads.placeholder_plain"))
    if code is None:
        return
    leads = loading_rules.leads(current, selection, reference, loading_rules.stamp(), code.removeprefix("routing."))
    st.markdown(f"**{say('leads.heading', label=plain(offers[code][0]), n=say.count(len(leads)))}**")
    lead_rows.draw(say, leads, _columns(leads, rules, say), "routing")


def _columns(leads: pd.DataFrame, rules: HandoffRules, say: Speaker) -> dict[str, list[str]]:
    labels, comma = {rule.id: label(rule, say) for rule in rules.rules}, say("format.comma")
    return {
        say("points.lead.lead_id"): list(leads["lead_id"]),
        say("points.lead.date"): [say.short_date(moment) for moment in leads["decided_at"]],
        say("points.lead.group"): [say(f"handoff.group.{group}") for group in leads["group"]],
        say("handoff.table.rules"): [comma.join(labels[rule] for rule in each) or "–" for each in leads["rule_ids"]],
        say("handoff.table.owners"): [comma.join(department(o, say) for o in each) or "–" for each in leads["owners"]],
    }


def _rules(say: Speaker, found: RoutingCoverage, rules: HandoffRules) -> None:
    st.subheader(say("handoff.rules"), anchor=False)
    st.markdown("\n".join(f"1. {plain(routing_sentence(rule, say))}" for rule in rules.rules))
    exhibits.table(say, rule_table(found, say), key="routing-rules")
    if len(found.overlaps):
        st.markdown(f"**{say('handoff.overlaps')}**")
        lines = [overlap_sentence(row, rules, say) for _, row in found.overlaps.iterrows()]
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def match_table(found: RoutingCoverage, say: Speaker) -> Twin:
    """Return how many leads match no rule, one, or several, and how those that were handed over fared."""
    rows = found.matches
    table = Builder(say, "handoff.table")
    table.column("match", [say(f"routing.match.{match}") for match in rows["match"]])
    table.column("n_leads", rows["n_leads"], say.count)
    table.column("lead_share", rows["lead_share"], say.percent)
    return _with_rates(table, rows, say)


def rule_table(found: RoutingCoverage, say: Speaker) -> Twin:
    """Return whom each handoff rule takes, and how they fared."""
    rows = found.rules
    table = Builder(say, "handoff.table")
    table.column("rule", list(rows[f"label_{say.language}"]))
    table.column("owner", [department(owner, say) for owner in rows["owner"]])
    table.column("n_leads", rows["n_leads"], say.count)
    table.column("n_only", rows["n_only"], say.count)
    return _with_rates(table, rows, say)


def _with_rates(table: Builder, rows: pd.DataFrame, say: Speaker) -> Twin:
    is_enough = rows["n_mature"] >= MIN_N
    table.column("n_mature", rows["n_mature"], say.count)
    table.column("win_rate", rows["win_rate"].where(is_enough), say.percent)
    table.interval("interval", *(rows[f"win_{end}"].where(rows["n_mature"] > 0) for end in ("low", "high")))
    return table.twin()


def _match(row: Any, say: Speaker) -> str:
    return say(
        "handoff.bar",
        match=say(f"routing.match.{row.match}"),
        n=say.count(row.n_leads),
        share=say.percent(row.lead_share),
    )
