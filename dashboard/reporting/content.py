"""The content of a report: what each page says and shows, in one language, whatever it is written as."""

from __future__ import annotations

from typing import Any, Final

from dashboard import alerts, sentences
from dashboard.reporting import pages_funnel, pages_meeting, pages_readings, pages_score, words
from dashboard.reporting.blocks import Block, Cover, Number, Numbers, Page, Report, Sentences
from dashboard.reporting.findings import Findings
from dashboard.texts import Speaker
from dashboard.texts.numbers import is_unknown

MOST_ALERTS: Final = 3


def compose(found: Findings, say: Speaker, company: str) -> Report:
    """Put a report together.

    Parameters
    ----------
    found : Findings
        What was found.
    say : Speaker
        Gives the language.
    company : str
        Whose report it is.

    Returns
    -------
    Report
        The same for the same findings: it holds no date but that of the data.
    """
    pages = [
        _findings(found, say),
        pages_funnel.funnel(found, say),
        pages_funnel.sources(found, say),
        pages_score.score(found, say),
        pages_score.losses(found, say),
        pages_readings.readings(found, say),
        pages_meeting.draft(found, say),
        pages_meeting.decisions(found, say),
        pages_meeting.definitions(found, say),
        pages_meeting.basis(found, say),
    ]
    kept = tuple(page for page in pages if page is not None)
    return Report(
        language=say.language,
        cover=_cover(found, kept, company, say),
        pages=kept,
        footer=say("report.footer", company=company, period=words.period(found, say), snapshot=found.snapshot),
        page_name=say("report.page_number", page="{page}", pages="{pages}"),
        table_name=say("report.table"),
        method_name=say("report.method"),
        more_name=say("report.more_notes", n="{n}"),
        more_rows_name=say("report.more_rows", n="{n}"),
        as_of=found.selection.as_of,
    )


def _cover(found: Findings, pages: tuple[Page, ...], company: str, say: Speaker) -> Cover:
    facts = [
        ("period", words.period(found, say)),
        ("as_of", say.date(found.selection.as_of)),
        ("snapshot", str(found.snapshot)),
        ("sources", words.sources(found, say)),
        ("horizon", say("filter.horizon_option", days=found.selection.horizon_days)),
    ]
    if found.score is not None:
        facts.append(("ruleset", words.unmarked(sentences.ruleset_label(found.score.ruleset, say))))
    return Cover(
        title=say("report.title"),
        company=company,
        facts=tuple((say(f"report.cover.{name}"), value) for name, value in facts),
        contents=tuple(page.title for page in pages),
        contents_name=say("report.contents"),
    )


def _findings(found: Findings, say: Speaker) -> Page:
    """Return the page that says everything in a few sentences, with the key numbers."""
    shown = found.overview.alerts[:MOST_ALERTS]
    # What is wrong with the score is said by its verdict.
    lines = [alerts.sentence(alert, say) for alert in shown if not alert.code.startswith("score_")]
    lines = lines or [say("overview.no_alerts")]
    if found.score is not None and found.score.calibration.n_mature:
        lines.append(words.joined(pages_score.verdict_lines(found.score, say), say))
    if found.account is not None and found.account.is_enough:
        lines.append(" ".join(pages_score.account_lines(found.account, say)[:1]))
    lines.append(say("report.findings.next", action=say(f"action.{found.overview.next_action}")))
    blocks: list[Block] = [Sentences(lines=tuple(map(words.unmarked, lines)))]
    kpis = found.overview.kpis[found.overview.kpis["n"].gt(0) | found.overview.kpis["unit"].eq("count")]
    days = found.selection.horizon_days
    blocks.append(Numbers(cards=tuple(_number(kpi, days, say) for _, kpi in kpis.iterrows())))
    return Page(title=say("report.page.findings"), blocks=tuple(blocks))


def _number(kpi: Any, days: int, say: Speaker) -> Number:
    is_said = bool(kpi["is_enough"]) and not is_unknown(kpi["value"])
    value = alerts.kpi_value(kpi["unit"], kpi["value"], say) if is_said else say("overview.too_few")
    below = say(f"kpi_of.{kpi['kpi']}", n=say.count(kpi["n"]), days=days)
    if is_said and kpi["unit"] == "rate":
        between = say("cards.interval", low_high=say.interval(kpi["low"], kpi["high"]))
        below = say("format.separator").join((below, between))
    young = say("overview.young", n=say.count(kpi["n_immature"])) if kpi["is_young"] else ""
    return Number(
        label=say(f"kpi.{kpi['kpi']}"),
        value=value,
        below=words.unmarked(words.joined([below, young], say)),
        before=alerts.kpi_previous(kpi, say),
    )
