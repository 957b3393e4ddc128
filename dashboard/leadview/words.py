"""What is known of a lead, as sentences sales can be convinced by."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.lead import Story
from analysis.leads import Dossier
from analysis.receipts import Receipt
from dashboard import wording
from dashboard.texts import Speaker

OURS: Final = ("call", "email", "direct_mail")
"""Touches that we made; they are told apart from what the lead did."""

_SILENT: Final = ("newsletter_open",)
"""Too many to mean anything, and counted by pictures that mail programs fetch on their own."""

_ORDER: Final = (
    "trial_request", "price_inquiry", "inquiry", "document_request", "seminar", "webinar", "exhibition",
    "business_card", "white_paper", "newsletter_click", "page_visit",
)  # fmt: skip


def dossier(found: Dossier, say: Speaker) -> str:
    """Sum a lead up in one sentence: how it began, and what it has done since, the most telling first."""
    counts = dict(zip(found.touches["kind"], found.touches["n"], strict=True))
    own = [kind for kind in counts if kind not in OURS and kind not in _SILENT]
    if not own:
        return say("dossier.nothing")
    first = own[0]
    parts = [
        say(
            "dossier.start",
            kind=say.word("dossier.begin", first)
            if say.knows(f"dossier.begin.{first}")
            else say.word("touches", first),
        )
    ]
    parts += _newsletter(counts, found.opt_outs, say)
    ordered = sorted(own, key=lambda kind: _ORDER.index(kind) if kind in _ORDER else len(_ORDER))
    told = [kind for kind in ordered if kind != "newsletter_signup" and (kind != first or counts[kind] > 1)]
    parts += [_times(kind, counts[kind], say) for kind in told]
    return say("dossier.sentence", parts=say("dossier.comma").join(parts))


def contacts(found: Dossier, say: Speaker) -> str:
    """Say what we did; empty when we did nothing."""
    counts = dict(zip(found.touches["kind"], found.touches["n"], strict=True))
    parts = [_times(kind, counts[kind], say) for kind in OURS if kind in counts]
    return say("dossier.ours", parts=say("dossier.comma").join(parts)) if parts else ""


def opt_outs(found: Dossier, say: Speaker) -> str:
    """Warn of what the lead does not want; empty when it has not said anything."""
    if not found.opt_outs:
        return ""
    names = say("format.comma").join(say.word("opt_out", channel) for channel in found.opt_outs)
    return say("dossier.opted_out", channels=names)


def profile(lead: Story, name: str, say: Speaker) -> str:
    """Return one attribute of a lead as people read it; a dash when unknown."""
    value = lead.profile[name]
    if value is None:
        return "–"
    if name == "employees":
        return say("lead.employees", n=say.count(value))
    if name == "capital_yen":
        return say.money(value)
    if name in ("is_inbound", "is_online"):
        return say.word(name, str(value).lower())
    return say.word("stages", str(value)) if name == "stage" else wording.value(name, str(value), say)


def event(row: Any, say: Speaker) -> str:
    """Say what happened, in a few words."""
    words = {
        "created": lambda: say("lead.event.created", source=say.source(row.kind)),
        "touch": lambda: say.word("touches", row.kind),
        "bant": lambda: say("lead.event.bant", item=say.word("bant_item", row.kind), answer=_answer(row.detail, say)),
        "stage": lambda: say("lead.event.stage", stage=say.word("stages", row.kind)),
        "handoff": lambda: say("lead.event.handoff", department=department(row.kind, say)),
        "contact": lambda: say("lead.event.contact"),
        "answer": lambda: say(f"lead.event.{row.kind or 'answered'}"),
        "deal": lambda: say(f"lead.event.deal_{row.kind}", amount=_amount(row.amount, say)),
        "opt_out": lambda: say("lead.event.opt_out", channel=say.word("opt_out", row.kind)),
    }
    return words[row.lane]()


def detail(row: Any, say: Speaker) -> str:
    """Return what else is recorded of an event; empty when nothing is."""
    if row.lane == "bant" or not row.detail:
        return ""
    return say.word("lead_reason", row.detail)


def department(code: str, say: Speaker) -> str:
    """Return the name of a department."""
    return say.word("lead_department", code) if code else say("sources.unknown")


def handoff(row: Any, say: Speaker) -> str:
    """Name a handoff with what came of it."""
    answer = say(f"lead.event.{row.response}") if row.response else say("lead.event.waiting")
    reason = say("lead.because", reason=say.word("lead_reason", row.reason)) if row.reason else ""
    return say(
        "lead.handoff",
        n=row.pass_no,
        date=say.date(row.handed_off_at),
        department=department(row.to_department, say),
        answer=f"{answer}{reason}",
    )


def score(found: Receipt, threshold: int, say: Speaker) -> str:
    """Say the score, its parts and its band."""
    side = "above" if found.score >= threshold else "below"
    return say(
        "receipt.score",
        score=found.score,
        fit=found.fit,
        engagement=found.engagement,
        band=getattr(found.band, f"name_{say.language}"),
        threshold=say(f"receipt.{side}", threshold=threshold),
    )


def bant_answer(answer: str, learned_at: Any, say: Speaker) -> str:
    """Return what is known of an item: its answer, or that nobody knows."""
    if pd.isna(learned_at):
        return say("bant_answer.unasked")
    return _answer(answer, say)


def _answer(code: str | None, say: Speaker) -> str:
    return say.word("bant_answer", code or "unknown")


def _amount(yen: float, say: Speaker) -> str:
    return "" if pd.isna(yen) else say("lead.amount", amount=say.money(yen))


def _newsletter(counts: dict[str, int], channels: tuple[str, ...], say: Speaker) -> list[str]:
    if "newsletter_signup" not in counts:
        return []
    return [say("dossier.unsubscribed" if {"email", "any"} & set(channels) else "dossier.subscribed")]


def _times(kind: str, n: int, say: Speaker) -> str:
    form = "one" if n == 1 else "many"
    if say.knows(f"dossier.{form}.{kind}"):
        return say(f"dossier.{form}.{kind}", n=say.count(n))
    return say("dossier.other", kind=say.word("touches", kind), n=say.count(n))
