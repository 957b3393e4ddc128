"""The items of the agenda in words."""

from __future__ import annotations

from analysis.meeting.agenda import OWN, Item
from dashboard.notices import plain
from dashboard.texts import Speaker


def title(item: Item, say: Speaker) -> str:
    """Return what an item is about."""
    return plain(item.title) if item.kind == OWN else say(f"agenda.item.{item.kind}")
