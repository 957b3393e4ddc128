"""What the departments agreed on about handing over, folded away."""

from __future__ import annotations

import streamlit as st

from analysis.handoffs.deadlines import Deadline
from dashboard import exhibits
from dashboard.handing.found import Found
from dashboard.notices import plain
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker


def draw(say: Speaker, parts: Found) -> None:
    """Draw the deadlines, where they come from, and the facts that are due."""
    judged, agreement = parts.judged, parts.handed.agreement
    with st.expander(say("handing.agreed.heading"), icon=":material/handshake:"):
        st.markdown(say("handing.hours_head", country=agreement.country))
        if judged.deadlines:
            exhibits.table(say, deadlines_table(judged.deadlines, say), key="agreed")
        else:
            st.markdown(say("handing.agreed.none"))
        names = say("format.comma").join(plain(fact_name(fact, say)) for fact in judged.facts)
        st.markdown(say("handing.agreed.facts", facts=names) if names else say("handing.agreed.facts_none"))
        st.markdown(f":small[{say('handing.agreed.how')}]")


def deadlines_table(deadlines: tuple[Deadline, ...], say: Speaker) -> Twin:
    """Return the deadlines with their origin."""
    table = Builder(say, "handing.agreed")
    table.column("for", [say(f"handing.wait.{one.wait}") for one in deadlines])
    table.column("origin", [_origin(one, say) for one in deadlines])
    table.column("deadline", [one.hours for one in deadlines], lambda hours: say("handing.hours", n=f"{hours:g}"))
    table.column("office", [one.office_hours for one in deadlines], lambda hours: say("handing.hours", n=f"{hours:g}"))
    return table.twin()


def fact_name(fact: str, say: Speaker) -> str:
    """Return the name of an attribute; one of your own speaks for itself."""
    return say.word("attribute", fact)


def _origin(one: Deadline, say: Speaker) -> str:
    if one.origin == "stage":
        return say("handing.agreed.stage", name=say.word("stages", one.name_en))
    return say(f"handing.agreed.{one.origin}", name=getattr(one, f"name_{say.language}"))
