"""The targets as a sheet: edited in the browser, checked, and written to the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from analysis.targets import Target, Targets, TargetsError
from dashboard import edited, loading_funnel, periods, sending
from dashboard.loading import Facts
from dashboard.texts import Speaker

_ALL = "*"
"""Code of "all sources" in the sheet: an empty cell is one nobody filled in."""


def draw(say: Speaker, chosen: Targets, stages: tuple[str, ...], facts: Facts) -> None:
    """Draw the sheet and save what was changed."""
    nearby = periods.months_between(periods.add_months(facts.data_end, -12), periods.add_months(facts.data_end, 18))
    months = sorted({*nearby, *(target.month for target in chosen.targets)})
    sources = {_ALL: say("filter.sources_all"), **{source: say.source(source) for source in facts.sources if source}}
    sources |= {target.source: say.source(target.source) for target in chosen.targets if target.source}
    sheet, box = _sheet(chosen), sending.outbox("targets")
    keys = {
        "start_month": f"targets-fiscal-{say.language}-{chosen.fiscal_year_start_month}",
        "edits": edited.key(f"targets-sheet-{say.language}", sheet),
    }
    with st.form(f"targets-form-{say.language}", border=False):
        st.selectbox(
            say("targets.fiscal"),
            range(1, 13),
            index=chosen.fiscal_year_start_month - 1,
            format_func=lambda month: say(f"targets.fiscal_months.{month}"),
            width=260,
            key=keys["start_month"],
        )
        st.data_editor(
            sheet,
            num_rows="dynamic",
            hide_index=True,
            key=keys["edits"],
            on_change="ignore",  # hand a cell over when it is left, not a moment later: Save may be clicked by then
            column_config=_columns(say, stages, months, sources),
        )
        st.form_submit_button(
            say("targets.save"), type="primary", icon=":material/save:", **box.button(_save, keys, sheet, say)
        )
    box.refusal(say)


def parsed(sheet: pd.DataFrame, start_month: int, say: Speaker) -> Targets:
    """Return what the sheet says; TargetsError names the row that cannot be."""
    targets: dict[tuple[Any, ...], Target] = {}
    filled = sheet.dropna(how="all", subset=["stage", "month", "leads"])
    for number, row in enumerate(filled.itertuples(index=False), start=1):
        if any(pd.isna(value) for value in (row.stage, row.month, row.leads)) or row.leads < 1:
            raise TargetsError(say("targets.incomplete", row=number))
        source = None if pd.isna(row.source) or row.source == _ALL else str(row.source)
        target = Target(stage=row.stage, month=periods.month_of(row.month), n_leads=int(row.leads), source=source)
        key = (target.stage, target.month, target.source)
        if key in targets:
            raise TargetsError(say("targets.twice", row=number))
        targets[key] = target
    order = sorted(targets.values(), key=lambda target: (target.month, target.stage, target.source or ""))
    return Targets(targets=tuple(order), fiscal_year_start_month=start_month)


def _save(typed: Mapping[str, Any], sheet: pd.DataFrame, say: Speaker) -> sending.Receipt:
    chosen = parsed(edited.apply(sheet, typed["edits"]), typed["start_month"], say)
    loading_funnel.save_targets(chosen)
    return sending.Receipt(toast=say("targets.saved", n=len(chosen.targets)))


def _sheet(chosen: Targets) -> pd.DataFrame:
    rows = [(target.month, target.stage, target.n_leads, target.source or _ALL) for target in chosen.targets]
    sheet = pd.DataFrame(rows, columns=["month", "stage", "leads", "source"])
    sheet = sheet.astype({"stage": "object", "leads": "Int64", "source": "object"})
    return sheet.assign(month=[periods.month_code(month) for month in sheet["month"]])


def _columns(say: Speaker, stages: tuple[str, ...], months: list[date], sources: dict[str, str]) -> dict[str, Any]:
    config = st.column_config
    return {
        "month": config.SelectboxColumn(
            say("pace.table.month"),
            options=[periods.month_code(month) for month in months],
            format_func=lambda code: say.month(periods.month_of(code)),
            required=True,
        ),
        "stage": config.SelectboxColumn(
            say("pace.table.stage"),
            options=list(stages),
            format_func=lambda stage: say.word("stages", stage),
            required=True,
        ),
        "leads": config.NumberColumn(say("pace.table.n_target"), min_value=1, step=1, required=True),
        "source": config.SelectboxColumn(
            say("pace.table.source"), options=list(sources), format_func=sources.get, default=_ALL
        ),
    }
