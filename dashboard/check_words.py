"""What an evidence check found, in words; for the page and for the command line."""

from __future__ import annotations

import pandas as pd

from dashboard.texts import Speaker


def sentence(check: pd.Series, say: Speaker) -> str:
    """Say what a check found, of how many, and which analyses that harms.

    Parameters
    ----------
    check : Series
        A row of `analysis.evidence.Evidence.checks`.
    """
    found = say(
        f"check.{check['code']}.found", n=say.count(check["n_found"]), n_examined=say.count(check["n_examined"])
    )
    return say("format.sentences", first=found, second=harm(tuple(check["harms"]), say))


def harm(harms: tuple[str, ...], say: Speaker) -> str:
    """Say which analyses suffer."""
    return say("check_harm", names=say("format.comma").join(say.word("harm", name) for name in harms))
