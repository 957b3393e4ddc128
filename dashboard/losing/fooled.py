"""Points that fooled us: what losers were given more of, and the leads one rule alone made high."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.losses.fooled import MANY, Fooled, carried_by, of_level, rule_points
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading, loading_losses, tables_losing
from dashboard.drilling import Offer
from dashboard.figures.losing import signed_figure
from dashboard.loading import Snapshot
from dashboard.losing import words
from dashboard.losing.leads import offer
from dashboard.notices import plain
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the points by rule, the leads carried by one rule, and the points from small touches."""
    stamp = loading.stamp_of(path)
    found = loading_losses.fooled(current, selection, path, stamp)
    points = loading.ruleset(path, stamp)
    st.subheader(say("losing.fooled.heading"), anchor=False)
    if found.status != "ok":
        counts = {"high": found.n_high, "lost": found.n_lost, "won": found.n_won}
        st.markdown(say(f"losing.fooled.{found.status}", **{name: say.count(n) for name, n in counts.items()}))
        return
    _rules(found, points, say)
    drilling.leads(say, current, "fooled", _rule_offers(found, points, say, current, selection, path))
    st.divider()
    _alone(found, points, say)
    drilling.leads(say, current, "alone", _alone_offers(found, points, say, current, selection, path))
    st.divider()
    _small(found, points, say)
    drilling.leads(say, current, "small", _small_offers(found, say, current, selection, path))


def sentences(found: Fooled, points: Ruleset, say: Speaker) -> list[str]:
    """Say which rules gave losers more than winners with the same score, or less."""
    lines = []
    for way, rows in (("more", found.rules["same_difference"] > 0), ("less", found.rules["same_difference"] < 0)):
        clear = found.rules[rows & found.rules["is_clear"]]
        order = clear["same_difference"].abs().sort_values(ascending=False).index
        parts = [
            say(
                "losing.fooled.part",
                name=plain(words.rule_label(points, row.rule_id, say)),
                difference=f"{abs(row.same_difference):.2f}",
            )
            for row in clear.loc[order].itertuples()
        ]
        if parts:
            lines.append(say(f"losing.fooled.{way}", parts=say("format.comma").join(parts)))
    return lines or [say("losing.fooled.nothing")]


def _rules(found: Fooled, points: Ruleset, say: Speaker) -> None:
    st.markdown(say("losing.fooled.caption"))
    lines = sentences(found, points, say)
    st.markdown("\n".join(f"- **{line}**" for line in lines))
    rows = found.rules
    names = [words.rule_label(points, rule, say) for rule in rows["rule_id"]]
    labels = [
        say("losing.fooled.row", name=name, difference=f"{row.same_difference:+.2f}")
        for name, row in zip(names, rows.itertuples(), strict=True)
    ]
    exhibits.chart(
        say,
        signed_figure(
            rows["same_difference"].tolist(), list(zip(rows["same_low"], rows["same_high"], strict=True)),
            rows["is_clear"].tolist(), labels, [f"rule.{rule}" for rule in rows["rule_id"]],
        ),
        tables_losing.fooled_table(rows, names, say),
        key="fooled",
        alt=say("losing.fooled.alt", lines=" ".join(lines)),
        pick=drilling.pick("fooled"),
    )  # fmt: skip
    st.markdown(f":small[{say('losing.fooled.fine_print')}]")


def _alone(found: Fooled, points: Ruleset, say: Speaker) -> None:
    st.markdown(f"**{say('losing.alone.heading')}**")
    st.markdown(say("losing.alone.caption", threshold=points.threshold))
    if found.alone.empty:
        st.markdown(say("losing.alone.none"))
        return
    names = [words.rule_label(points, rule, say) for rule in found.alone["rule_id"]]
    _compared(found.alone, names, "alone", say)


def _small(found: Fooled, points: Ruleset, say: Speaker) -> None:
    st.markdown(f"**{say('losing.small.heading')}**")
    if found.small.empty:
        st.markdown(say("losing.small.none"))
        return
    rules = say("format.comma").join(plain(words.rule_label(points, rule, say)) for rule in found.small_rules)
    st.markdown(say("losing.small.caption", rules=rules))
    names = [say(f"losing.small.level.{level}", n=MANY) for level in found.small["level"]]
    _compared(found.small, names, "small", say)


def _compared(rows: pd.DataFrame, names: list[str], exhibit: str, say: Speaker) -> None:
    clear = [
        say(
            f"losing.{exhibit}.{'worse' if row.difference < 0 else 'better'}",
            name=plain(name),
            n=say.count(row.n_leads),
            rate=say.percent(row.win_rate),
            same=say.percent(row.n_expected / row.n_leads),
        )
        for name, row in zip(names, rows.itertuples(), strict=True)
        if row.is_clear
    ] or [say(f"losing.{exhibit}.nothing")]
    st.markdown("\n".join(f"- **{line}**" for line in clear))
    counts = {say("losing.table.n_leads"): "all", say("losing.table.n_won"): "won"}
    exhibits.wide_table(
        say,
        tables_losing.compared_table(rows, names, say),
        key=exhibit,
        alt=" ".join(clear),
        pick=drilling.pick_cell(exhibit, f"{exhibit}-grid", rows.iloc[:, 0].tolist(), counts),
    )


def _rule_offers(
    found: Fooled, points: Ruleset, say: Speaker, current: Snapshot, selection: Selection, path: str
) -> list[Offer]:
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    names, given = rule_points(cases)
    lost = cases.is_account & ~cases.table["is_won"].to_numpy(dtype=bool)
    return [
        offer(
            f"rule.{rule}", say("losing.leads.rule", name=words.rule_label(points, rule, say)),
            lost & (given[:, names.index(rule)] != 0), current, selection, path,
        )
        for rule in found.rules["rule_id"] if rule in names
    ]  # fmt: skip


def _alone_offers(
    found: Fooled, points: Ruleset, say: Speaker, current: Snapshot, selection: Selection, path: str
) -> list[Offer]:
    if found.alone.empty:
        return []
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    carried, won = carried_by(cases), cases.table["is_won"].to_numpy(dtype=bool)
    place = {rule.id: number for number, rule in enumerate(points.rules)}
    return [
        offer(
            f"{rule}.{code}", say(f"losing.alone.{code}", name=words.rule_label(points, rule, say)),
            (carried == place[rule]) & (won | (code == "all")), current, selection, path,
        )
        for rule in found.alone["rule_id"] for code in ("all", "won")
    ]  # fmt: skip


def _small_offers(found: Fooled, say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    if found.small.empty:
        return []
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    won = cases.table["is_won"].to_numpy(dtype=bool)
    return [
        offer(
            f"{level}.{code}", say(f"losing.small.{code}", name=say(f"losing.small.level.{level}", n=MANY)),
            of_level(cases, level) & (won | (code == "all")), current, selection, path,
        )
        for level in found.small["level"] for code in ("all", "won")
    ]  # fmt: skip
