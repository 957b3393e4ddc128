"""The pages about the funnel and the sources."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.funnel import Funnel
from dashboard import alerts, sentences, tables, tables_sources, wording
from dashboard.figures.cohorts import cohort_states
from dashboard.reporting import words
from dashboard.reporting.blocks import Bar, Bars, Block, Frame, Note, Page, Sentences
from dashboard.reporting.findings import Findings
from dashboard.sections import sourcing
from dashboard.texts import Speaker

MOST_MONTHS: Final = 24
MOST_SOURCES: Final = 10
_SOURCE_COLUMNS: Final = (0, 1, 2, 3, 4, 6, 7)


def funnel(found: Findings, say: Speaker) -> Page:
    """Return the page of the stages and the months."""
    blocks: list[Block] = []
    if found.funnel.n_leads:
        lines = (_leak(found, say), say("funnel.caveat"), sentences.maturity(found.months, found.selection, say))
        blocks = [Sentences(lines=tuple(map(words.unmarked, lines))), _stages(found.funnel, say)]
        blocks += _months(found, say)
    return Page(title=say("report.page.funnel"), blocks=tuple(blocks) or (too_few(say),))


def _leak(found: Findings, say: Speaker) -> str:
    """Name the biggest loss as the findings do: among the leads old enough, where there are such."""
    own = [alert for alert in found.overview.alerts if alert.code == "biggest_leak"]
    return alerts.sentence(own[0], say) if own else sentences.leak(found.funnel, say)


def too_few(say: Speaker) -> Sentences:
    """Return what stands where there is nothing to show."""
    return Sentences(lines=(say("report.too_few"),))


def _stages(result: Funnel, say: Speaker) -> Bars:
    bars = []
    for step in result.steps.itertuples():
        recorded = min(step.n_recorded, step.n_leads)
        bars.append(
            Bar(
                label=say.word("stages", step.stage),
                text=_stage_text(step, say),
                value=float(recorded),
                rest=float(step.n_leads - recorded),
            )
        )
    frame = Frame(
        title=say("report.chart.funnel"),
        caption=say("report.chart.funnel_caption", n=say.count(result.n_leads)),
        alt=sentences.funnel_in_words(result, say),
        twin=words.table(tables.funnel_table(result.steps, say)),
        is_twin_printed=False,
        method=words.unmarked(sentences.funnel_caption(result, say)),
    )
    return Bars(
        frame=frame, bars=tuple(bars), form="count", solid_name=say("funnel.recorded"), rest_name=say("funnel.implied")
    )


def _stage_text(step: Any, say: Speaker) -> str:
    if step.position == 0:
        return say.count(step.n_leads)
    before = say("funnel.step", rate=say.percent(step.step_rate)) if step.is_enough else say("overview.too_few")
    total = say("funnel.total", rate=say.percent(step.total_rate)) if step.is_enough else ""
    if not total:
        return f"{say.count(step.n_leads)} ({before})"
    return say("report.chart.funnel_text", n=say.count(step.n_leads), step=before, total=total)


def _months(found: Findings, say: Speaker) -> list[Block]:
    shown = found.months.tail(MOST_MONTHS).reset_index(drop=True)
    states = cohort_states(shown)
    if not (states != "too_few").any():
        return [Note(text=say("report.too_few"))]
    outcome, days = say.word("stages", found.selection.outcome), found.selection.horizon_days
    twin = tables.cohort_table(shown.iloc[::-1], found.selection.outcome, say)
    frame = Frame(
        title=say("report.chart.months", stage=outcome, days=days),
        caption=say("report.chart.months_caption", n=say.count(shown["n_cohort"].sum()), months=len(shown)),
        alt=sentences.cohorts_in_words(shown, found.selection.outcome, say),
        twin=words.table(twin),
        method=say("cohorts.caption", days=days),
    )
    bars = tuple(_month(row, state, say) for row, state in zip(shown.itertuples(), states, strict=True))
    return [
        Bars(
            frame=frame,
            bars=bars,
            form="percent",
            is_upright=True,
            solid_name=say("cohorts.mature_trace"),
            muted_name=say("cohorts.immature_trace"),
        )
    ]


def _month(row: Any, state: str, say: Speaker) -> Bar:
    label = say.month(row.month)
    if state == "too_few":
        return Bar(label=label, text=say("overview.too_few"), value=None)
    return Bar(
        label=label,
        text=say.percent(row.horizon_rate),
        value=float(row.horizon_rate),
        low=float(row.horizon_low),
        high=float(row.horizon_high),
        is_muted=state == "immature",
    )


def sources(found: Findings, say: Speaker) -> Page:
    """Return the page of the sources."""
    title = say("report.page.sources")
    table = found.sources
    if table.empty or not table["is_enough"].astype(bool).any():
        return Page(title=title, blocks=(too_few(say),))
    names = [
        wording.group_name("source", group, say, n) for group, n in zip(table["group"], table["n_groups"], strict=True)
    ]
    lines = (words.unmarked(sourcing.sentence(table, names, say)), say("sourcing.note"))
    return Page(title=title, blocks=(Sentences(lines=lines), _source_bars(table, names, found, say)))


def _source_bars(table: pd.DataFrame, names: list[str], found: Findings, say: Speaker) -> Bars:
    days, n = found.selection.horizon_days, int(table["n_mature"].sum())
    twin = tables_sources.sources_table(table, names, say)
    columns = _SOURCE_COLUMNS if table["cost"].notna().any() else _SOURCE_COLUMNS[:-1]
    frame = Frame(
        title=say("report.chart.sources", days=days),
        caption=say("report.chart.sources_caption", n=say.count(n)),
        alt=words.unmarked(sourcing.sentence(table, names, say)),
        twin=words.table(twin, columns=columns),
        method=say("sourcing.caption", days=days),
    )
    rows = list(zip(table.itertuples(), names, strict=True))[:MOST_SOURCES]
    return Bars(frame=frame, bars=tuple(_source(row, name, say) for row, name in rows), form="percent")


def _source(row: Any, name: str, say: Speaker) -> Bar:
    is_enough = bool(row.is_enough)
    text = words.rate(row.win_rate, row.win_low, row.win_high, row.n_mature, say, is_enough=is_enough)
    return Bar(
        label=name,
        text=text,
        value=float(row.win_rate) if is_enough else None,
        low=float(row.win_low) if is_enough else None,
        high=float(row.win_high) if is_enough else None,
    )
