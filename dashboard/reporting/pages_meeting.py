"""The pages about what the meeting decides: points under discussion, decisions, and what all this rests on."""

from __future__ import annotations

from typing import Any, Final

from analysis.intervals import MIN_N
from analysis.meeting.model import Decision
from dashboard import sentences
from dashboard.loading import Snapshot
from dashboard.reporting import words
from dashboard.reporting.blocks import Bar, Bars, Block, Frame, Note, Page, Sentences
from dashboard.reporting.findings import Draft, Findings, Held
from dashboard.texts import Speaker
from dashboard.workbench.moves import swaps_table

MOST_DECISIONS: Final = 8
_MOST_SAID: Final = 4
_COLUMNS: Final = ("decided_on", "title", "points", "promised", "found", "review_on", "state")


def draft(found: Findings, say: Speaker) -> Page | None:
    """Return the page of the points under discussion; None when there are none."""
    known = found.draft
    if known is None:
        return None
    blocks: list[Block] = [Sentences(lines=tuple(_draft_lines(known, say)))]
    if known.moves["is_enough"].any():
        blocks.append(_moves(known, say))
    return Page(title=say("report.page.draft"), blocks=tuple(blocks))


def _draft_lines(known: Draft, say: Speaker) -> list[str]:
    n_of = known.moves.set_index("move")["n_leads"]
    gain = known.gain
    name = sentences.ruleset_label(known.ruleset, say)
    lead = say(
        "report.draft.lead",
        name=name,
        before=say.count(n_of["out"] + n_of["stay"]),
        after=say.count(n_of["in"] + n_of["stay"]),
        n_in=say.count(n_of["in"]),
        n_out=say.count(n_of["out"]),
    )
    if gain.is_enough:
        effect = say(
            "report.draft.gain",
            before=say.percent(gain.rate_before),
            n_before=say.count(gain.n_before),
            after=say.percent(gain.rate_after),
            n_after=say.count(gain.n_after),
            gain=say.points(gain.gain),
            low=say.points(gain.low),
            high=say.points(gain.high),
        )
    else:
        effect = say("report.draft.few", n=say.count(min(gain.n_before, gain.n_after)))
    n_unknown = int(known.moves.set_index("move").loc["in", "n_unknown"])
    unknown = [say("report.draft.unknown", n=say.count(n_unknown))] if n_unknown else []
    return [lead, effect, *unknown]


def _moves(known: Draft, say: Speaker) -> Bars:
    bars = tuple(_move(row, say) for row in known.moves.itertuples())
    n, n_mature = known.moves["n_leads"].sum(), known.moves["n_mature"].sum()
    frame = Frame(
        title=say("report.chart.moves"),
        caption=say("report.chart.moves_caption", n=say.count(n), n_mature=say.count(n_mature)),
        alt=say("report.draft.alt", parts=words.listed([f"{bar.label} {bar.text}" for bar in bars], say)),
        twin=words.table(swaps_table(known.moves, say)),
    )
    return Bars(frame=frame, bars=bars, form="percent")


def _move(row: Any, say: Speaker) -> Bar:
    is_enough = bool(row.is_enough)
    return Bar(
        label=say(f"points.move.{row.move}"),
        text=words.rate(row.win_rate, row.win_low, row.win_high, row.n_mature, say, is_enough=is_enough),
        value=float(row.win_rate) if is_enough else None,
        low=float(row.win_low) if is_enough else None,
        high=float(row.win_high) if is_enough else None,
    )


def decisions(found: Findings, say: Speaker) -> Page:
    """Return the page of the decisions and their promises."""
    title = say("report.page.decisions")
    today = found.selection.as_of.date()
    broken = [_broken(found.broken, say)] if found.broken else []
    if not found.decisions:
        return Page(title=title, blocks=(Sentences(lines=(say("report.decision.none"), *broken)),))
    due = [held.record for held in found.decisions if held.record.is_due(today)]
    count = say(
        "report.decision.count", n=say.count(len(found.decisions)), n_due=say.count(len(due)), date=say.date(today)
    )
    lines = [count]
    if due:
        titles = words.listed([words.masked(record.decision.title) for record in due[:_MOST_SAID]], say)
        lines.append(say("report.decision.promise_due", titles=titles))
    said = [line for held in found.decisions if (line := _promise(held, say))][:_MOST_SAID]
    rows = [_row(held, found, say) for held in found.decisions]
    head = tuple(say(f"report.decision.{name}") for name in _COLUMNS)
    table = words.rows_table(head, rows, most=MOST_DECISIONS)
    return Page(
        title=title,
        blocks=(Sentences(lines=(*lines, *said, *broken)), table, Note(text=say("report.decision.note"))),
    )


def _broken(problems: tuple[str, ...], say: Speaker) -> str:
    """Name the files, not where they lie: a path says more of a machine than of a decision."""
    names = [problem.partition(".toml")[0].replace("\\", "/").rpartition("/")[2] for problem in problems]
    return say("report.decision.broken", n=say.count(len(names)), names=words.listed(names, say))


def _promise(held: Held, say: Speaker) -> str:
    """Say what a decision promised and what came; nothing where nothing was promised."""
    decision, outlook = held.record.decision, held.outlook
    promise = decision.promise
    if promise is None or outlook is None:
        return ""
    values = {
        "title": words.masked(decision.title),
        "promised": say.points(promise.gain),
        "low": say.points(promise.low),
        "high": say.points(promise.high),
    }
    if outlook.verdict == "too_early":
        return say("report.decision.outcome_early", date=say.date(outlook.mature_on), **values)
    gain = outlook.found
    return say(
        "report.decision.outcome",
        found=say.points(gain.gain),
        found_low=say.points(gain.low),
        found_high=say.points(gain.high),
        n=say.count(gain.n_after),
        verdict=say(f"report.verdict.{outlook.verdict}"),
        **values,
    )


def _row(held: Held, found: Findings, say: Speaker) -> tuple[str, ...]:
    decision = held.record.decision
    who = words.listed([words.masked(name) for name in (*decision.marketing, *decision.sales)], say)
    return (
        say.short_date(decision.decided_on),
        say("report.decision.title_cell", title=words.masked(decision.title), who=who),
        _points(decision, say),
        _promised(decision, say),
        _found(held, say),
        say.short_date(decision.review_on),
        _state(held, found, say),
    )


def _points(decision: Decision, say: Speaker) -> str:
    if not decision.ruleset_after:
        return say("report.decision.no_points")
    return say("report.decision.points_cell", before=decision.ruleset_before, after=decision.ruleset_after)


def _promised(decision: Decision, say: Speaker) -> str:
    promise = decision.promise
    if promise is None:
        return say("report.decision.no_promise")
    ends = {"low": say.points(promise.low), "high": say.points(promise.high)}
    return say("report.decision.gain_cell", gain=say.points(promise.gain), **ends)


def _found(held: Held, say: Speaker) -> str:
    """Return what came: as the review put it down, else as it stands now."""
    review, outlook = held.record.review, held.outlook
    if review is not None:
        ends = {"low": say.points(review.low), "high": say.points(review.high)}
        return say("report.decision.gain_cell", gain=say.points(review.gain), **ends)
    if outlook is None or outlook.verdict == "too_early":
        return say("report.verdict.too_early") if outlook is not None else "–"
    gain = outlook.found
    ends = {"low": say.points(gain.low), "high": say.points(gain.high)}
    return say("report.decision.found_cell", gain=say.points(gain.gain), n=say.count(gain.n_after), **ends)


def _state(held: Held, found: Findings, say: Speaker) -> str:
    record, today = held.record, found.selection.as_of.date()
    if record.withdrawn_on is not None:
        return say("report.decision.withdrawn", date=say.short_date(record.withdrawn_on))
    if record.review is not None:
        return say("report.decision.reviewed", verdict=say(f"report.verdict.{record.review.verdict}"))
    if record.is_due(today):
        return say("report.decision.due")
    if record.decision.in_force_from > today:
        return say("report.decision.planned", date=say.short_date(record.decision.in_force_from))
    return say("report.decision.open")


def definitions(found: Findings, say: Speaker) -> Page | None:
    """Return the page of what each department means by the terms; None where nobody wrote it down."""
    if not found.definitions:
        return None
    head = tuple(say(f"report.basis.{name}") for name in ("term", "who", "wording", "since"))
    rows = [
        (
            say(f"definitions.term.{own.term}"),
            say(f"definitions.by.{own.by}"),
            words.masked(own.text_ja if say.language == "ja" else own.text_en),
            say.short_date(own.valid_from) if own.valid_from else say("report.basis.always"),
        )
        for own in found.definitions
    ]
    lead = Sentences(lines=(say("report.basis.definitions_lead"),))
    return Page(title=say("report.basis.definitions"), blocks=(lead, words.rows_table(head, rows)))


def basis(found: Findings, say: Speaker) -> Page:
    """Return the page that says what was looked at, and how it was counted."""
    chosen = found.selection
    items = [
        (say("report.basis.period"), words.period(found, say)),
        (say("report.basis.sources"), words.sources(found, say)),
        (say("report.basis.leads"), say.count(found.funnel.n_leads)),
    ]
    if found.score is not None:
        current = Snapshot(root="", number=found.snapshot, stamp=0)
        rest = sentences.basis(found.score.calibration, chosen, found.score.ruleset, current, say)
        items += [(str(item), words.unmarked(str(value))) for item, value in rest.itertuples(index=False)]
    head = (say("report.basis.item"), say("report.basis.value"))
    table = words.rows_table(head, items, heading=say("report.basis.heading"))
    days = chosen.horizon_days
    counted = Sentences(
        heading=say("report.basis.counted"),
        lines=(
            say("report.basis.interval", n=MIN_N),
            say("report.basis.mature", days=days),
            say("report.basis.unknown"),
            say("report.basis.many"),
            say("report.basis.same"),
        ),
    )
    return Page(title=say("report.page.basis"), blocks=(table, counted))
