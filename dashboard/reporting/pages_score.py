"""The pages about the score: does it tell the truth, and what took the high scores that lost?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.losses import Account
from analysis.reliability import Reliability
from dashboard import sentences, tables, tables_score
from dashboard.calibrating import score_words
from dashboard.figures.calibration import band_name, band_range
from dashboard.reporting import words
from dashboard.reporting.blocks import Bar, Bars, Block, Curve, CurvePoint, Frame, Note, Page, Sentences, Step, Steps
from dashboard.reporting.findings import Findings, Score
from dashboard.reporting.levels import is_cut
from dashboard.reporting.pages_funnel import too_few
from dashboard.texts import Speaker

_LEVELS = ("stop", "caution")


def score(found: Findings, say: Speaker) -> Page:
    """Return the page that says whether the score tells the truth."""
    title, known = say("report.page.score"), found.score
    if known is None:
        return Page(title=title, blocks=(Sentences(lines=(say("report.no_points"),)),))
    if not known.calibration.n_mature:
        return Page(title=title, blocks=(too_few(say),))
    blocks: list[Block] = [Sentences(lines=tuple(map(words.unmarked, _lines(known, say))))]
    if known.calibration.bands["is_enough"].any():
        blocks.append(_bands(known, found, say))
    if known.reliability.shape != "too_few":
        blocks.append(_curve(known.reliability, known, say))
    return Page(title=title, blocks=tuple(blocks))


def verdict_lines(known: Score, say: Speaker) -> list[str]:
    """Return whether wins come from high scores, and whether a meeting may rely on that."""
    result = known.calibration
    first = words.joined([sentences.headline(result, say), sentences.verdict(result, say)], say)
    return [first, score_words.verdict_headline(known.verdict, say)]


def _lines(known: Score, say: Speaker) -> list[str]:
    result = known.calibration
    reasons = [
        score_words.reason(reason, result.bands, say, known.ruleset)
        for reason in known.verdict.reasons
        if reason.level in _LEVELS
    ]
    ranking = score_words.ranking(result, known.capture, say)
    return [
        sentences.facts(result, say),
        *verdict_lines(known, say)[1:],
        *reasons,
        *ranking,
        words.joined(score_words.reliability(known.reliability, say), say),
    ]


def _bands(known: Score, found: Findings, say: Speaker) -> Bars:
    result, days = known.calibration, found.selection.horizon_days
    frame = Frame(
        title=say("report.chart.bands", days=days),
        caption=say("report.chart.bands_caption", n=say.count(result.n_mature)),
        alt=words.unmarked(sentences.bands_in_words(result, say)),
        twin=words.table(tables.band_table(result.bands, say)),
        method=words.unmarked(say("calibration.caption", days=days)),
    )
    return Bars(
        frame=frame,
        bars=tuple(_band(band, say) for band in result.bands.iloc[::-1].itertuples()),
        form="percent",
        solid_name=say("calibration.enough_trace"),
        muted_name=say("calibration.thin_trace"),
        reference=words.known(result.base_rate),
        reference_name=say("calibration.all_handoffs", rate=say.percent(result.base_rate)),
    )


def _band(band: Any, say: Speaker) -> Bar:
    is_enough = bool(band.is_enough)
    return Bar(
        label=say("report.chart.band_label", name=band_name(band, say), range=band_range(band, say)),
        text=words.rate(band.win_rate, band.win_low, band.win_high, band.n_mature, say, is_enough=is_enough),
        value=float(band.win_rate) if is_enough else None,
        low=float(band.win_low) if is_enough else None,
        high=float(band.win_high) if is_enough else None,
        is_muted=not band.is_covered,
    )


def _curve(curve: Reliability, known: Score, say: Speaker) -> Curve:
    n_of = dict(zip(curve.mass["score"], curve.mass["n_worked"], strict=True))
    result = known.calibration
    frame = Frame(
        title=say("report.chart.curve"),
        caption=say("report.chart.curve_caption", n=say.count(result.n_mature), n_won=say.count(result.n_won)),
        alt=score_words.reliability_alt(curve, say),
        twin=words.table(tables_score.curve_table(curve, say)),
        is_twin_printed=False,
    )
    points = tuple(
        CurvePoint(
            at=float(row.score),
            step=float(row.p_steps),
            low=float(row.p_low),
            high=float(row.p_high),
            smooth=float(row.p_smooth),
            n=float(n_of.get(row.score, row.n_mature)),
        )
        for row in curve.curve.itertuples()
    )
    return Curve(
        frame=frame,
        points=points,
        step_name=say("score.reliability.steps"),
        interval_name=say("score.reliability.interval"),
        smooth_name=say("score.reliability.smooth"),
        at_name=say("score.reliability.axis_score"),
        value_name=say("score.reliability.axis_rate"),
        n_name=say("report.chart.most_leads", n=say.count(max(point.n for point in points))),
    )


def losses(found: Findings, say: Speaker) -> Page:
    """Return the page that accounts for the high scores that lost."""
    title, account = say("report.page.losses"), found.account
    if account is None:
        key = "report.losses.no_rules" if found.score is not None else "report.no_points"
        return Page(title=title, blocks=(Sentences(lines=(say(key),)),))
    lines = account_lines(account, say)
    if not account.is_enough:
        return Page(title=title, blocks=(Sentences(lines=tuple(lines)),))
    return Page(
        title=title,
        blocks=(Sentences(lines=tuple(lines)), _waterfall(account, say), Note(text=say("report.losses.per_person"))),
    )


def account_lines(account: Account, say: Speaker) -> list[str]:
    """Return the account of the losses in sentences."""
    if not account.is_enough:
        return [say("report.losses.too_few", n=say.count(account.n_high), n_won=say.count(account.n_won))]
    lead = say(
        "report.losses.lead",
        n=say.count(account.n_high),
        n_lost=say.count(account.n_lost),
        expected=say.count(account.n_expected),
        low=say.count(max(account.expected_low, 0)),
        high=say.count(min(account.expected_high, account.n_high)),
    )
    clear = account.causes[account.causes["is_clear"].astype(bool)].sort_values("n_lost", ascending=False)
    unclear = account.causes[~account.causes["is_clear"].astype(bool)]
    names = [say(f"losing.cause.{cause}.name") for cause in unclear["cause"]]
    rest = [say("report.losses.unclear", causes=words.listed(names, say))] if names else []
    return [lead, *(_cause(row, say) for row in clear.itertuples()), *rest]


def _cause(row: Any, say: Speaker) -> str:
    is_more = row.n_lost > 0
    ends = (row.low, row.high) if is_more else (-row.high, -row.low)
    text = say(
        f"report.losses.{'clear' if is_more else 'saved'}",
        cause=say(f"losing.cause.{row.cause}.name"),
        n=words.whole(abs(row.n_lost)),
        low=words.whole(ends[0]),
        high=words.whole(ends[1]),
    )
    if not is_more or words.known(row.n_wins_back) is None or row.wins_back_low <= 0:
        return text
    back = say(
        "report.losses.back",
        n=words.whole(row.n_wins_back),
        low=words.whole(row.wins_back_low),
        high=words.whole(row.wins_back_high),
    )
    return words.joined([text, back], say)


def _waterfall(account: Account, say: Speaker) -> Steps:
    causes = [
        Step(
            label=say(f"losing.cause.{row.cause}.name"),
            text=f"{words.signed(row.n_lost)} ({words.whole(row.low)} – {words.whole(row.high)})",
            value=float(row.n_lost),
            is_clear=bool(row.is_clear),
        )
        for row in account.causes.itertuples()
    ]
    luck = Step(
        label=say("losing.cause.luck.name"),
        text=words.signed(account.n_luck),
        value=float(account.n_luck),
        is_clear=False,
    )
    ends = [
        Step(label=say(f"report.losses.{name}"), text=say.count(value), value=float(value), is_total=True)
        for name, value in (("expected", account.n_expected), ("lost", account.n_lost))
    ]
    steps = (ends[0], *causes, luck, ends[1])
    parts = [say("report.losses.alt_part", cause=step.label, n=words.signed(step.value)) for step in (*causes, luck)]
    frame = Frame(
        title=say("report.chart.losses"),
        caption=say("report.chart.losses_caption", n=say.count(account.n_high)),
        alt=say(
            "report.losses.alt",
            expected=say.count(account.n_expected),
            n_lost=say.count(account.n_lost),
            parts=words.listed(parts, say),
        ),
        twin=words.rows_table(_loss_head(say), _loss_rows(account, say)),
    )
    chart = Steps(
        frame=frame,
        steps=steps,
        total_name=say("report.losses.total"),
        more_name=say("report.losses.more"),
        less_name=say("report.losses.less"),
        unclear_name=say("report.losses.unclear_name"),
    )
    if not is_cut(chart):
        return chart
    caption = say("format.separator").join((frame.caption, say("report.chart.cut")))
    return replace(chart, frame=replace(frame, caption=caption))


def _loss_head(say: Speaker) -> tuple[str, ...]:
    return tuple(say(f"report.losses.{name}") for name in ("cause", "n_lost", "interval", "n_leads", "says"))


def _loss_rows(account: Account, say: Speaker) -> list[tuple[str, ...]]:
    return [
        (
            say(f"losing.cause.{row.cause}.name"),
            words.signed(row.n_lost),
            f"{words.whole(row.low)} – {words.whole(row.high)}",
            say.count(row.n_leads),
            say(f"report.losses.{'is_clear' if row.is_clear else 'is_unclear'}"),
        )
        for row in account.causes.itertuples()
    ]
