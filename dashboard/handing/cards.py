"""Two mirrored scorecards: the quality sales received, and the follow-up sales gave."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.conditions import HandedOver
from analysis.selection import Selection
from dashboard import cards, drilling, exhibits
from dashboard.drilling import Offer
from dashboard.figures.handing import card_figure
from dashboard.handing import agreed, words
from dashboard.handing.found import Found, found
from dashboard.handing.leads import offer
from dashboard.loading import Snapshot
from dashboard.sections import keys
from dashboard.tables_handing import card_table
from dashboard.texts import Speaker

CARDS = ("quality", "follow_up")
_KEYS = ("handoffs", "acceptance_rate", "first_contact_days")


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the key numbers of the overview about handing over, and both scorecards."""
    parts = found(current, selection, path)
    kpis = parts.kpis[parts.kpis["kpi"].isin(_KEYS)]
    key_offers = keys.offers(kpis, selection, say)
    cards.keys(kpis, selection.horizon_days, say, drilling.buttons("handkeys", key_offers))
    drilling.leads(say, current, "handkeys", key_offers)
    lines = parts.cards
    for name in CARDS:
        own = lines[lines["card"] == name].reset_index(drop=True)
        with st.container(border=True):
            _card(say, parts, name, own)
    agreed.draw(say, parts)


def _card(say: Speaker, parts: Found, name: str, lines: pd.DataFrame) -> None:
    heading = say(f"handing.cards.heading_{name}")
    st.subheader(heading, anchor=False)
    st.markdown(f":small[{say('handing.cards.caption')}]")
    st.markdown(
        "\n".join(f"- **{line}**" for line in sentences(lines, has_previous=parts.handed.has_previous, say=say))
    )
    labels = [label(line, parts, say) for _, line in lines.iterrows()]
    is_known = (lines["n"] > 0).to_numpy()
    unknown = [text for text, known in zip(labels, is_known, strict=True) if not known]
    st.markdown("  \n".join(f":small[{text}]" for text in unknown))
    if not is_known.any():
        return
    shown = lines[is_known].reset_index(drop=True)
    exhibits.chart(
        say,
        card_figure(
            shown,
            [text for text, known in zip(labels, is_known, strict=True) if known],
            [f"{line}.bad" for line in shown["line"]],
            say,
        ),
        card_table(lines, parts.selection.horizon_days, say),
        key=f"card-{name}",
        alt=say("handing.cards.alt", heading=heading, parts=say("format.comma").join(labels)),
        pick=drilling.pick(f"card{name}", f"card-{name}"),
    )
    drilling.leads(say, parts.current, f"card{name}", offers(lines, parts, say))


def sentences(lines: pd.DataFrame, *, has_previous: bool, say: Speaker) -> list[str]:
    """Say which lines changed by more than chance, and which targets are met."""
    said = []
    for line in lines.itertuples():
        name = say(f"handing.line.{line.line}")
        if line.is_changed is not pd.NA and line.is_changed:
            before, now = say.percent(line.rate_before), say.percent(line.rate)
            said.append(say("handing.cards.changed", name=name, before=before, now=now))
        if line.met in ("met", "missed"):
            said.append(say(f"handing.cards.{line.met}", name=name, target=say.percent(line.target)))
    if not has_previous:
        return [*said, say("handing.cards.no_previous")]
    if lines["is_changed"].isna().all():
        return [*said, say("handing.cards.few_before")]
    is_quiet = not lines["is_changed"].fillna(False).any()
    return [*said, say("handing.cards.unchanged")] if is_quiet else said


def label(line: pd.Series, parts: Found, say: Speaker) -> str:
    """Return what stands above a bar: the share and its counts, or why there is none."""
    name = say(f"handing.line.{line['line']}")
    if line["n"] == 0:
        handed = parts.handed
        why = words.why_unknown(
            line, contact=handed.is_contact_recorded, answer=handed.is_answer_recorded,
            attempt=handed.is_attempt_recorded, facts=bool(parts.judged.facts), say=say,
        )  # fmt: skip
        return say("handing.cards.row_none", name=name, why=why)
    if not line["is_enough"]:
        return say("handing.cards.row_few", name=name, n=say.count(line["n"]))
    counts = {"good": say.count(line["n_good"]), "n": say.count(line["n"])}
    return say("handing.cards.row", name=name, rate=say.percent(line["rate"]), **counts)


def offers(lines: pd.DataFrame, parts: Found, say: Speaker) -> list[Offer]:
    """Return the good and the other leads of each line."""
    masks = parts.line_masks
    offered = []
    for line in lines["line"]:
        name = say(f"handing.line.{line}")
        good, bad = say("handing.cards.leads_good", name=name), say("handing.cards.leads_bad", name=name)
        if line == "accepted":
            row = lines[lines["line"] == line].iloc[0]
            for code, text, n, state in (
                ("good", good, row["n_good"], "accepted"), ("bad", bad, row["n"] - row["n_good"], "rejected"),
            ):  # fmt: skip
                offered.append(
                    Offer(
                        code=f"{line}.{code}", label=text, n_leads=int(n), condition=HandedOver(state=state),  # type: ignore[arg-type]
                        selection=parts.selection,
                    )
                )  # fmt: skip
            continue
        is_of, is_good = masks[line]
        for code, text, mask in (("good", good, is_good), ("bad", bad, is_of & ~is_good)):
            offered.append(offer(f"{line}.{code}", text, mask, parts.current, parts.selection))
    return offered
