"""Where do high scores fail more than they should?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.losses.subgroups import Subgroups
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading, loading_people, revealing
from dashboard import loading_conditions as searches
from dashboard.figures.conditions import conditions_figure
from dashboard.loading import Snapshot
from dashboard.losing import leads, words
from dashboard.losing.conditions import condition_code, condition_name, decimals
from dashboard.notices import plain
from dashboard.tables_conditions import conditions_table
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the conditions under which high scores fail, confirmed on cases the search has not seen."""
    stamp = loading.stamp_of(path)
    found = searches.subgroups(current, selection, path, stamp)
    st.subheader(say("subgroups.heading"), anchor=False)
    st.markdown(say("subgroups.caption"))
    if not found.is_enough:
        st.markdown(f"**{say('subgroups.too_few', n=say.count(found.n_cases))}**")
        return
    points = loading.ruleset(path, stamp)
    names = condition_names(found, points, say)
    lines = claims(found, names, "subgroups", say)
    st.markdown("\n".join(f"- **{plain(line)}**" for line in lines))
    codes = condition_codes(found, current)
    chart(found, names, codes, "subgroups", lines, say)
    offers = [
        leads.offer(code, name, is_in, current, selection, path)
        for code, name, is_in in zip(codes, names, found.members, strict=True)
    ]
    drilling.leads(say, current, "subgroups", offers)
    st.markdown(f":small[{fine_print(found, 'subgroups', say)}]")


def condition_names(found: Subgroups, points: Ruleset, say: Speaker) -> list[str]:
    """Return all conditions in words; people are masked unless revealed."""
    shown = revealing.is_revealed()
    return [condition_name(condition, points, say, is_revealed=shown) for condition in found.table["condition"]]


def condition_codes(found: Subgroups, current: Snapshot) -> list[str]:
    """Return the code of each condition, for addresses and for clicks on its bar."""
    known = loading_people.numbers(current)
    return [condition_code(condition, known) for condition in found.table["condition"]]


def claims(found: Subgroups, names: Sequence[str], prefix: str, say: Speaker) -> list[str]:
    """Say each confirmed condition, or that there is none."""
    rows = found.table[found.table["status"] == "confirmed"]
    if rows.empty:
        return [say(f"{prefix}.none", n=say.count(found.n_looked_at))]
    return [
        say(
            f"{prefix}.claim",
            name=names[place],
            won=say.count(row.n_won),
            n=say.count(row.n),
            expected=decimals(row.n_expected, say),
            stake=decimals(row.n_at_stake, say),
            between=words.between(row.at_stake_low, row.at_stake_high, say),
        )
        for place, row in zip(rows.index, rows.itertuples(), strict=True)
    ]


def chart(
    found: Subgroups, names: Sequence[str], codes: Sequence[str], prefix: str, lines: Sequence[str], say: Speaker
) -> None:
    """Draw what is at stake in each condition that holds; all that were tested are in the table."""
    table = conditions_table(found, names, say)
    rows = found.table[found.table["status"] != "unclear"]
    if rows.empty:
        if len(table.shown):
            with st.expander(say("condition.tried"), icon=":material/table:"):
                exhibits.table(say, table, key=prefix)
        return
    labels = [
        say("condition.row", name=names[place], n=decimals(row.n_at_stake, say))
        for place, row in zip(rows.index, rows.itertuples(), strict=True)
    ]
    exhibits.chart(
        say,
        conditions_figure(
            rows["n_at_stake"].tolist(),
            (rows["at_stake_low"].tolist(), rows["at_stake_high"].tolist()),
            labels,
            [codes[place] for place in rows.index],
            (rows["status"] == "confirmed").tolist(),
            say(f"{prefix}.unit"),
        ),
        table,
        key=prefix,
        alt=say(f"{prefix}.alt", lines=" ".join(lines)),
        pick=drilling.pick(prefix),
    )


def fine_print(found: Subgroups, prefix: str, say: Speaker) -> str:
    """Say how it was searched, and how chance was kept out."""
    return say(
        f"{prefix}.fine_print",
        n=say.count(found.n_cases),
        looked=say.count(found.n_looked_at),
        tested=say.count(found.n_tested),
        date=say.date(found.split_at) if found.split_at is not None else "",
    )
