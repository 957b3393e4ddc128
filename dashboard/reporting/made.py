"""Makes a report from a history: asks, composes and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard.reporting import paper, slides
from dashboard.reporting.content import compose
from dashboard.reporting.findings import gather, newest_draft
from dashboard.texts import Speaker
from data.store import Reader

Kind: TypeAlias = Literal["html", "pptx"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report that was made: its bytes, and how many pages it has with its cover."""

    content: bytes
    n_pages: int


def make(
    reader: Reader,
    selection: Selection,
    ruleset: Ruleset | None,
    kind: Kind,
    say: Speaker,
    *,
    company: str = "",
    draft: Ruleset | None = None,
) -> Made:
    """Make a report.

    Parameters
    ----------
    reader : Reader
        The history.
    selection : Selection
        What the report is about.
    ruleset : Ruleset or None
        The points; None makes a report that says nothing of a score.
    kind : {"html", "pptx"}
        To print, or to edit.
    say : Speaker
        Gives the language.
    company : str
        Whose report it is; empty takes the name of the workspace's folder.
    draft : Ruleset, optional
        Points under discussion; left out, the newest draft of the ruleset in the workspace.

    Returns
    -------
    Made
        The same bytes for the same inputs.

    Raises
    ------
    LeadcalError
        If the history has no leads, or the rules ask for what it does not have.
    """
    if draft is None and ruleset is not None:
        draft = newest_draft(reader, ruleset)
    report = compose(gather(reader, selection, ruleset, draft), say, company or reader.workspace.root.resolve().name)
    return Made(content=(paper if kind == "html" else slides).write(report), n_pages=len(report.pages) + 1)


def file_name(selection: Selection, kind: Kind, language: str) -> str:
    """Return the usual name of a report, such as leadcal-2026-03-31-ja.html."""
    return f"leadcal-{selection.as_of.date().isoformat()}-{language}.{kind}"


def media_type(kind: Kind) -> str:
    """Return what kind of file a browser is told it gets."""
    return paper.MEDIA_TYPE if kind == "html" else slides.MEDIA_TYPE
