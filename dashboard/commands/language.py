"""In which language the command line speaks its sentences."""

from __future__ import annotations

import os

from dashboard.texts import Speaker, speaker


def say() -> Speaker:
    """Return the words of LEADCAL_LANG, else of the terminal's locale: Japanese or English."""
    wanted = next(
        (os.environ[name] for name in ("LEADCAL_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return speaker("ja" if wanted.lower().startswith("ja") else "en")
