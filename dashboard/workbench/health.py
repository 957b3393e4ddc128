"""Does each rule earn its place? The verdicts, what they rest on, and one rule looked at closely."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analysis.intervals import MIN_N
from analysis.rule_health import RuleHealth
from analysis.rulesets import Ruleset
from dashboard import cards, choices, exhibits, loading_points
from dashboard.figures.rule_health import worth_figure
from dashboard.handover.phrases import asked, counting
from dashboard.handover.verdicts import reason
from dashboard.notices import plain
from dashboard.texts import Speaker
from dashboard.workbench import rule_tables
from dashboard.workbench.desk import Desk

_ICONS = {
    "keep": ":material/check_circle:",
    "raise": ":material/arrow_upward:",
    "lower": ":material/arrow_downward:",
    "drop": ":material/delete:",
    "not_enough": ":material/hourglass:",
}


def draw(say: Speaker, desk: Desk) -> None:
    """Draw the verdicts about today's rules."""
    with st.spinner(say("app.loading")):
        health = loading_points.health(desk.current, desk.selection, desk.path, desk.stamp)
    with st.container(border=True):
        _verdicts(say, health, desk.ruleset)
    with st.container(border=True):
        _use(say, health, desk.ruleset)
    with st.container(border=True):
        _closely(say, health, desk.ruleset)


def _verdicts(say: Speaker, health: RuleHealth, ruleset: Ruleset) -> None:
    st.subheader(say("health.heading"), anchor=False)
    counts = {name: say.count(getattr(health, f"n_{name}")) for name in ("worked", "standing", "mature", "won")}
    st.markdown(plain(say("rule_health.summary", name=f"{ruleset.id}@{ruleset.version}", **counts)))
    labels = rule_tables.names(ruleset, say)
    moved = health.rules[~health.rules["verdict"].isin(["keep", "not_enough"])]
    for _, row in moved.iterrows():
        st.markdown(_verdict_line(row, labels, ruleset, say))
    n_kept, n_open = (int((health.rules["verdict"] == verdict).sum()) for verdict in ("keep", "not_enough"))
    rest = [say("health.rest", n_kept=n_kept)] if n_kept else []
    rest += [say("health.open", n_open=n_open)] if n_open else []
    st.markdown(" ".join(rest))
    exhibits.chart(
        say,
        worth_figure(health.rules, list(labels.values()), say),
        rule_tables.verdict_table(health, ruleset, say),
        key="rule-verdicts",
        alt=say("health.alt", n=len(health.rules), n_moved=len(moved)),
    )
    st.markdown(f":small[{say('health.note')}]")


def _use(say: Speaker, health: RuleHealth, ruleset: Ruleset) -> None:
    st.subheader(say("health.use"), anchor=False)
    st.markdown(say("health.use_caption"))
    twin = rule_tables.use_table(health, ruleset, say)
    st.dataframe(
        twin.shown,
        hide_index=True,
        height="content",
        alt=say("health.use_alt", n=len(twin.shown)),
        column_config={twin.shown.columns[0]: st.column_config.TextColumn(pinned=True, width=170)},
    )
    exhibits.download(say, twin, "rule-use")


def _closely(say: Speaker, health: RuleHealth, ruleset: Ruleset) -> None:
    labels = rule_tables.names(ruleset, say)
    st.subheader(say("health.closely"), anchor=False)
    chosen = choices.named("rule", labels, say("health.choose"), say("health.choose_none"))
    if chosen is None:
        return
    row = health.rules.set_index("rule_id", drop=False).loc[chosen]
    rule = next(rule for rule in ruleset.rules if rule.id == chosen)
    st.markdown(_verdict_line(row, labels, ruleset, say))
    st.markdown(plain(say("health.asks", what=asked(rule.predicate, say), counting=counting(rule, say))))
    _cards(say, row)
    st.markdown(f"**{say('health.overlap.heading')}**")
    exhibits.table(say, rule_tables.overlap_table(health, chosen, ruleset, say), key="rule-overlap")
    fields = rule_tables.field_table(health, chosen, say)
    st.markdown(f"**{say('health.fields.heading')}**")
    if fields.shown.empty:
        st.markdown(say("health.fields.none"))
    else:
        exhibits.table(say, fields, key="rule-fields")


def _cards(say: Speaker, row: pd.Series) -> None:
    with cards.row(4):
        n_hit = row["n_worked"] + row["n_standing"]
        cards.card(
            say("health.card.hit"), say.count(n_hit), say("health.card.of_all", rate=say.percent(row["hit_rate"]))
        )
        cards.card(say("health.card.with"), *_rate(say, row["n_mature"], row["win_rate"], row))
        cards.card(say("health.card.without"), *_rate(say, row["n_other"], row["other_win_rate"]))
        at = row["last_fired_at"]
        fired = "–" if pd.isna(at) else say.short_date(at)
        cards.card(say("health.card.fired"), fired, say("health.card.capped", rate=say.percent(row["capped_rate"])))


def _rate(say: Speaker, n: int, rate: float, row: pd.Series | None = None) -> tuple[str, str]:
    below: Any = say("health.card.n", n=say.count(n))
    if n < MIN_N:
        return say("overview.too_few"), below
    if row is not None:
        below = say("health.card.interval", n=say.count(n), low_high=say.interval(row["win_low"], row["win_high"]))
    return say.percent(rate), below


def _verdict_line(row: pd.Series, labels: dict[str, str], ruleset: Ruleset, say: Speaker) -> str:
    return say(
        "health.line",
        icon=_ICONS[row["verdict"]],
        rule=plain(labels[row["rule_id"]]),
        verdict=say(f"rule_verdict.{row['verdict']}"),
        why=plain(reason(row, ruleset, say)),
    )
