"""Low scores that won: what do they share that no rule sees, and what would a rule for it cost?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.intervals import MIN_N
from analysis.losses.facts import RULE
from analysis.losses.near_misses import NearMisses
from analysis.losses.snippets import Condition, rule_text
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading
from dashboard import loading_conditions as searches
from dashboard.loading import Snapshot
from dashboard.losing import leads, returned
from dashboard.losing.conditions import condition_name, decimals
from dashboard.losing.subgroups import chart, claims, condition_codes, condition_names, fine_print
from dashboard.notices import plain
from dashboard.tables_conditions import costs_table
from dashboard.texts import LANGUAGES, Speaker, speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw what low scores that won share, the rules that would have caught them, and who came back."""
    stamp = loading.stamp_of(path)
    found = searches.near_misses(current, selection, path, stamp)
    st.subheader(say("near_misses.heading"), anchor=False)
    st.markdown(say("near_misses.caption"))
    st.markdown(f"**{_opening(found, say)}**")
    st.info(say("near_misses.selected"), icon=":material/info:")
    points = loading.ruleset(path, stamp)
    names = condition_names(found.found, points, say)
    if found.found.is_enough:
        lines = claims(found.found, names, "near_misses", say)
        st.markdown("\n".join(f"- **{plain(line)}**" for line in lines))
        chart(found.found, names, condition_codes(found.found, current), "near_misses", lines, say)
        _rules(found, names, points, say)
        st.markdown(f":small[{fine_print(found.found, 'near_misses', say)}]")
    else:
        st.markdown(say("near_misses.too_few"))
    _open_leads(found, names, say, current, selection, path)
    returned.draw(say, current, selection)


def _opening(found: NearMisses, say: Speaker) -> str:
    if found.n_low < MIN_N:
        return say("near_misses.opening_few", n=say.count(found.n_low), won=say.count(found.n_won))
    return say(
        "near_misses.opening",
        n=say.count(found.n_low),
        won=say.count(found.n_won),
        rate=say.percent(found.won_rate),
        interval=say.interval(found.won_low, found.won_high),
    )


def _rules(found: NearMisses, names: Sequence[str], points: Ruleset, say: Speaker) -> None:
    """Draw the rule for each confirmed condition, with its cost."""
    is_sure = (found.found.table["status"] == "confirmed") & (found.rules["points"] > 0)
    if not is_sure.any():
        return
    st.markdown(f"**{say('near_misses.rules_heading')}**")
    for place in found.rules.index[is_sure]:
        row = found.rules.loc[place]
        st.markdown(
            plain(
                say(
                    "near_misses.rule",
                    name=names[place],
                    points=say.signed(row["points"]),
                    n=say.count(row["n_caught"]),
                    won=say.count(row["n_won"]),
                    extra=decimals(row["n_extra_per_win"], say),
                    low=decimals(row["extra_low"], say),
                    high=decimals(row["extra_high"], say),
                )
            )
            + (f" {say('near_misses.on_top')}" if _is_rule_alone(row["condition"]) else "")
            + (f" {_all(row['all_low'], row['all_high'], say)}" if row["is_all_enough"] else "")
        )
        text = _text(found, int(place), points)
        if text:
            st.code(text, language="toml")
    with st.expander(say("near_misses.costs"), icon=":material/table:"):
        exhibits.table(say, costs_table(found, names, say), key="near-misses-costs")


def _is_rule_alone(condition: Condition) -> bool:
    """Whether a condition asks for nothing but a rule that has points already."""
    return len(condition) == 1 and condition[0][0] == RULE


def _all(low: float, high: float, say: Speaker) -> str:
    return say("near_misses.all", interval=say.interval(low, high))


def _text(found: NearMisses, place: int, points: Ruleset) -> str:
    """Return the rule as text, with labels in both languages."""
    row = found.rules.loc[place]
    labels = {
        language: condition_name(row["condition"], points, speaker(language), is_revealed=False)
        for language in LANGUAGES
    }
    return rule_text(row["condition"], int(row["points"]), points, labels)


def _open_leads(
    found: NearMisses, names: Sequence[str], say: Speaker, current: Snapshot, selection: Selection, path: str
) -> None:
    cases = searches.cases(current, selection, path, loading.stamp_of(path))
    is_low = (~cases.table["is_high"] & cases.table["is_in_period"]).to_numpy(dtype=bool)
    is_won = cases.table["is_won"].to_numpy(dtype=bool)
    offers = [leads.offer("won", say("near_misses.won_leads"), is_low & is_won, current, selection, path)]
    offers += [
        leads.offer(code, name, is_in, current, selection, path)
        for code, name, is_in in zip(condition_codes(found.found, current), names, found.found.members, strict=True)
    ]
    drilling.leads(say, current, "near_misses", offers)
