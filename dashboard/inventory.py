"""What is there: records, freshness, completeness, the imports that brought it, and the way back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.sqlfiles import sql_text
from dashboard import cards, data_tables, exhibits, loading, state
from dashboard.figures.completeness import N_SOURCES, completeness_figure
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.errors import BusyError, LeadcalError
from data.store import undo


def key_numbers(current: Snapshot, say: Speaker) -> None:
    """Draw how much there is, of which time, since when, and how many checks it passes."""
    held = loading.holdings(current).set_index("table_name")
    imports = loading.import_history(current)
    checks = loading.evidence(current).checks
    leads = held.loc["leads"]
    period = say(
        "data.period", first=data_tables.day(leads["first_at"], say), last=data_tables.day(leads["last_at"], say)
    )
    last = imports.iloc[0] if len(imports) else None
    with cards.row(4):
        cards.card(say("data.leads"), say.count(leads["n_rows"]), period)
        cards.card(say("data.touches"), say.count(held.loc["touches", "n_rows"]), say("data.touches_of"))
        cards.card(say("data.deals"), say.count(held.loc["deals", "n_rows"]), say("data.deals_of"))
        cards.card(
            say("data.checks"),
            say("data.checks_passed", n=int(checks["is_passed"].sum()), n_all=len(checks)),
            say("data.last_import", date=data_tables.day(last["imported_at"], say)) if last is not None else "",
        )


def holdings(current: Snapshot, say: Speaker) -> None:
    """Draw how much there is of each kind of record."""
    held = loading.holdings(current)
    exhibits.table(say, data_tables.holdings_table(held[held["n_rows"] > 0], say), key="holdings")
    missing = [say.word("tables", name) for name in held.loc[held["n_rows"] == 0, "table_name"]]
    if missing:
        st.markdown(f":small[{say('data.missing', names=say('format.comma').join(missing))}]")


def by_source(current: Snapshot, say: Speaker) -> None:
    """Draw what is known of the leads of each source, and when it last brought one."""
    completeness = loading.completeness(current)
    n_sources = completeness["source"].nunique()
    if n_sources > N_SOURCES:
        st.markdown(f":small[{say('data.most_sources', n=N_SOURCES, n_all=n_sources)}]")
    exhibits.chart(
        say,
        completeness_figure(completeness, say),
        data_tables.completeness_table(completeness, say),
        key="completeness",
        alt=say("data.completeness_alt", sentence=_thinnest(completeness, say)),
        computed=sql_text("completeness"),
    )
    st.markdown(f"**{_thinnest(completeness, say)}**")
    st.markdown(f"#### {say('data.freshness_heading')}")
    exhibits.table(say, data_tables.freshness_table(loading.freshness(current), say), key="freshness")


def _thinnest(completeness: pd.DataFrame, say: Speaker) -> str:
    """Name the attribute that some sources have and others hardly do: there a rule judges the source."""
    shares = completeness[completeness["n_leads"] >= 20].pivot_table(
        index="attribute", columns="source", values="known_rate", sort=False
    )
    if shares.empty:
        return say("data.too_few")
    spread = shares.max(axis="columns") - shares.min(axis="columns")
    name = spread.idxmax()
    if spread[name] < 0.2:
        return say("data.even")
    return say(
        "data.uneven",
        attribute=say.word("attribute", name),
        most=plain(say.source(shares.loc[name].idxmax())),
        most_rate=say.percent(shares.loc[name].max(), 0),
        least=plain(say.source(shares.loc[name].idxmin())),
        least_rate=say.percent(shares.loc[name].min(), 0),
    )


def history(current: Snapshot, say: Speaker) -> None:
    """Draw the imports, and offer to take the last one back."""
    imports = loading.import_history(current)
    if imports.empty:
        st.markdown(say("data.no_imports"))
    else:
        exhibits.table(say, data_tables.history_table(imports, say), key="imports")
    _undo(current, say)


def _undo(current: Snapshot, say: Speaker) -> None:
    error = state.kept("undo_error")
    if error is not None:
        st.warning(
            say("import.busy") if isinstance(error, BusyError) else plain(str(error)), icon=":material/lock_clock:"
        )
    if state.kept("undone") == current.number:
        st.success(say("undo.done", snapshot=current.number), icon=":material/undo:")
    before = loading.previous(current)
    if before is None:
        st.markdown(f":small[{say('undo.nothing')}]")
        return
    with st.popover(say("undo.open"), icon=":material/undo:"):
        st.markdown(_what_undoing_does(current, before, say))
        st.button(say("undo.confirm"), key="undo", type="primary", on_click=_take_back, args=(current,))


def _what_undoing_does(current: Snapshot, before: Snapshot, say: Speaker) -> str:
    now, then = (int(loading.holdings(one)["n_rows"].sum()) for one in (current, before))
    imports = loading.import_history(current)
    is_import = len(imports) > len(loading.import_history(before))
    files = say("format.comma").join(imports.iloc[0]["files"]) if is_import else ""
    what = say("undo.what", files=plain(files)) if files else say("undo.what_unknown")
    difference = say("undo.difference", now=say.count(now), then=say.count(then))
    return f"{what}  \n{difference}  \n{say('undo.kept')}"


def _take_back(seen: Snapshot) -> None:
    """Undo what the person saw, and nothing that somebody else did meanwhile."""
    state.drop("undo_error")
    if loading.current_snapshot() != seen:
        return
    try:
        state.keep("undone", undo(loading.workspace()))
    except LeadcalError as error:
        state.keep("undo_error", error)
