"""What both departments said: of one case once both have spoken, and of all cases together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.losses.court import Agreement, against_the_account, agreement, excluded_handoffs
from analysis.losses.suspects import FAULTS
from analysis.losses.verdicts import DEPARTMENTS, Department, Verdict
from dashboard import exhibits
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from data.workspace import Workspace


def reveal(say: Speaker, pair: dict[Department, Verdict], row: Any) -> None:
    """Draw both verdicts and what the model suspects."""
    is_same = len({each.verdict for each in pair.values()}) == 1
    st.success(say("court.same"), icon=":material/handshake:") if is_same else st.warning(
        say("court.differ"), icon=":material/forum:"
    )
    lines = [_said(pair[department], say) for department in DEPARTMENTS]
    st.markdown("\n".join(f"- {line}" for line in [*lines, suspicion(row, say)]))


def suspicion(row: Any, say: Speaker) -> str:
    """Say what the model suspects, and by how much."""
    if np.isnan(row["p_fitted"]):
        return say("court.suspicion.unknown")
    shares = [
        say("court.suspicion.share", fault=say(f"court.fault.{fault}"), points=say.points(row[f"share_{fault}"]))
        for fault in FAULTS[:-1]
    ]
    return say(
        "court.suspicion.says",
        fault=say(f"court.fault.{row['suspected']}"),
        promised=say.percent(row["p_promised"], 0),
        fitted=say.percent(row["p_fitted"], 0),
        shares=say("format.comma").join(shares),
    )


def draw(say: Speaker, current: Snapshot, verdicts: tuple[Verdict, ...], suspected: pd.DataFrame) -> None:
    """Draw how far both departments agree, beside the account, and what can be left out of tuning."""
    found = agreement(verdicts)
    st.markdown(f"**{say('court.agreement.heading')}**")
    st.markdown("\n".join(f"- {line}" for line in sentences(found, say)))
    n_excluded = len(excluded_handoffs(Workspace(Path(current.root))))
    st.markdown(say("court.excluded", n=say.count(n_excluded)))
    if found.n_both:
        exhibits.table(say, outcome_table(against_the_account(verdicts, suspected), say), key="court")
        st.markdown(f":small[{say('court.agreement.fine_print')}]")


def sentences(found: Agreement, say: Speaker) -> list[str]:
    """Say how far both departments agree."""
    if not found.n_both:
        return [say("court.agreement.none")]
    counts = {"n": say.count(found.n_both), "same": say.count(found.n_same)}
    if not found.is_enough:
        return [say("court.agreement.few", **counts)]
    lines = [say("court.agreement.share", **counts, share=say.percent(found.share, 0), interval=say.interval(found.low, found.high))]  # fmt: skip
    if found.kappa == found.kappa:
        values = {"kappa": found.kappa, "low": found.kappa_low, "high": found.kappa_high}
        lines.append(say("court.agreement.kappa", **{name: f"{value:.2f}" for name, value in values.items()}))
    return lines


def outcome_table(rows: pd.DataFrame, say: Speaker) -> Twin:
    """Return what was said beside what the account suspected."""
    table = Builder(say, "court.table")
    table.column("fault", [say(f"court.fault.{fault}") for fault in rows["fault"]])
    table.columns(rows, say.count, "n_marketing", "n_sales", "n_agreed", "n_suspected", "n_all_three")
    return table.twin()


def _said(given: Verdict, say: Speaker) -> str:
    text = say(
        "court.said",
        department=say(f"court.department.{given.department}"),
        verdict=say(f"court.fault.{given.verdict}"),
        by=plain(given.by),
        date=say.date(given.given_at),
    )
    if given.first != given.verdict:
        text += say("court.said_first", verdict=say(f"court.fault.{given.first}"))
    return text + (say("court.said_note", note=plain(given.note)) if given.note else "")
