"""Who is at work here, for the record of an import."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """Return the name of the machine's user; empty when it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user on this machine
        return ""
