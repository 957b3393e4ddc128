"""Errors that are shown to a person as one line.

Every error a user can cause is a `LeadcalError`: the command line prints its
text and exits with 2, a page shows it in a box. The text says what is wrong,
where, and what to do. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations


class LeadcalError(Exception):
    """Something a person can put right. `str()` is one line."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class WorkspaceError(LeadcalError):
    """The workspace is missing, empty, damaged, locked, or from a newer program."""


class BusyError(WorkspaceError):
    """Another process is writing to the workspace just now."""


class InputError(LeadcalError):
    """A file handed to us cannot be used."""
