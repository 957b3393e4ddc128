"""What people wrote down as the reason, and how often sales tried: beside the account, not part of it."""

from __future__ import annotations

import streamlit as st

from analysis.losses.handling import ATTEMPT_DAYS
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading, loading_losses, tables_losing
from dashboard.drilling import Offer
from dashboard.loading import Snapshot
from dashboard.losing.leads import offer
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the reasons by code, now and before, and the attempts."""
    stamp = loading.stamp_of(path)
    rows = loading_losses.reasons(current, selection, path, stamp)
    st.subheader(say("losing.reasons.heading"), anchor=False)
    n_lost = int(rows["n_lost"].sum())
    n_unsaid = int(rows.loc[rows["reason"] == "", "n_lost"].sum())
    if not n_lost or n_unsaid == n_lost:
        st.markdown(say("losing.reasons.none"))
    else:
        st.markdown(say("losing.reasons.caption"))
        changed = rows[rows["is_changed"]]
        names = [say.word("lead_reason", code) if code else say("losing.unsaid") for code in changed["reason"]]
        said = "changed" if names else "unchanged"
        if rows["share_before"].notna().any():
            st.markdown(f"**{say(f'losing.reasons.{said}', names=say('format.comma').join(names))}**")
        st.markdown(say("losing.reasons.said", n=say.count(n_lost - n_unsaid), lost=say.count(n_lost)))
        codes = rows["reason"].tolist()
        exhibits.wide_table(
            say,
            tables_losing.reasons_table(rows, say),
            key="reasons",
            alt=say("losing.reasons.caption"),
            pick=drilling.pick_cell("reasons", "reasons-grid", codes, {say("losing.table.n"): "lost"}),
        )
        drilling.leads(say, current, "reasons", _offers(codes, say, current, selection, path))
    _attempts(say, current, selection, path)


def _offers(codes: list[str], say: Speaker, current: Snapshot, selection: Selection, path: str) -> list[Offer]:
    cases = loading_losses.cases(current, selection, path, loading.stamp_of(path))
    lost = cases.is_account & ~cases.table["is_won"].to_numpy(dtype=bool)
    reason = cases.table["reason"].to_numpy(dtype=object)
    names = {code: say.word("lead_reason", code) if code else say("losing.unsaid") for code in codes}
    return [
        offer(
            f"{code}.lost",
            say("losing.reasons.leads", name=names[code]),
            lost & (reason == code),
            current,
            selection,
            path,
        )
        for code in codes
    ]


def _attempts(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw how often sales tried, when somebody opens it: that asks all touches."""
    box = st.expander(
        say("losing.attempts.heading"), icon=":material/phone_forwarded:", key="attempts-box", on_change="rerun"
    )
    with box:
        if not box.open:
            return
        rows = loading_losses.attempts(current, selection, path, loading.stamp_of(path))
        if rows.empty:
            st.markdown(say("losing.attempts.none"))
            return
        st.markdown(say("losing.attempts.caption", days=ATTEMPT_DAYS))
        twin = tables_losing.attempts_table(rows, say)
        st.dataframe(twin.shown, hide_index=True, height="content", alt=say("losing.attempts.heading"))
        exhibits.download(say, twin, "attempts")
