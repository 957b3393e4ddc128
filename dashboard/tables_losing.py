"""Table twins of the page Why lost: the account, its names, the reasons given, and the points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.losses import Account
from dashboard.tables import Builder, Twin
from dashboard.texts import Speaker
from dashboard.texts.numbers import DASH


def account_table(account: Account, say: Speaker) -> Twin:
    """Return the parts of the account, which add up to the losses."""
    causes = account.causes
    names = [say(f"losing.cause.{cause}.name") for cause in causes["cause"]]
    table = Builder(say, "losing.table")
    table.column("part", [say("losing.expected"), *names, say("losing.luck"), say("losing.lost")])
    table.column("n_lost", [account.n_expected, *causes["n_lost"], account.n_luck, float(account.n_lost)], say.count)
    low = [account.expected_low, *causes["low"], account.luck_low, np.nan]
    high = [account.expected_high, *causes["high"], account.luck_high, np.nan]
    table.interval("interval", low, high, lambda low, high: counts_between(low, high, say))
    said = [say(f"losing.{'clear' if clear else 'not_clear'}") for clear in causes["is_clear"]]
    table.column("said", [DASH, *said, DASH, DASH])
    unknown = [np.nan]
    table.column("n_leads", [account.n_high, *causes["n_leads"], account.n_high, account.n_high], say.count)
    table.column("n_wins_back", [*unknown, *causes["n_wins_back"], *unknown * 2], say.count)
    back = [[*unknown, *causes[f"wins_back_{end}"], *unknown * 2] for end in ("low", "high")]
    table.interval("wins_back", *back, lambda low, high: counts_between(low, high, say))
    return table.twin()


def premises_table(account: Account, say: Speaker) -> pd.DataFrame:
    """Return what each part is held against, and what that takes for granted."""
    parts = ["expected", *account.causes["cause"], "luck"]
    places = {part: f"losing.cause.{part}" for part in parts}
    return pd.DataFrame(
        {
            say("losing.table.part"): [say(f"{places[part]}.name") for part in parts],
            say("losing.table.against"): [say(f"{places[part]}.against") for part in parts],
            say("losing.table.assumes"): [say(f"{places[part]}.assumes") for part in parts],
        }
    )


def named_table(rows: pd.DataFrame, names: Sequence[str], say: Speaker) -> Twin:
    """Return rules, sources, persons and so on with their losses beyond the promise.

    Parameters
    ----------
    rows : DataFrame
        As `Account.rules` or `Account.levels`.
    names : sequence of str
        Of the rows.
    """
    table = Builder(say, "losing.table")
    if "cause" in rows:
        table.column("part", [say(f"losing.cause.{cause}.name") for cause in rows["cause"]])
    table.column("name", list(names))
    table.column("n_lost", rows["n_lost"], say.count)
    table.interval("interval", rows["low"], rows["high"], lambda low, high: counts_between(low, high, say))
    table.column("said", [say(f"losing.{'clear' if clear else 'not_clear'}") for clear in rows["is_clear"]])
    table.column("n_leads", rows["n_leads"], say.count)
    return table.twin()


def reasons_table(rows: pd.DataFrame, say: Speaker) -> Twin:
    """Return the reasons that were given, with their shares now and before."""
    has_before = bool(rows["share_before"].notna().any())
    table = Builder(say, "losing.table")
    table.column("reason", [say.word("lead_reason", code) if code else say("losing.unsaid") for code in rows["reason"]])
    table.column("kind", [say(f"losing.kind.{kind}") for kind in rows["kind"]])
    table.column("n", rows["n_lost"], say.count)
    table.column("share", rows["share"], say.percent)
    table.interval("share_interval", rows["low"], rows["high"])
    if has_before:
        table.column("n_before", rows["n_before"], say.count)
        table.column("share_before", rows["share_before"], say.percent)
        table.column("change", rows["change"], say.points)
        said = [say(f"losing.{'clear' if changed else 'not_clear'}") for changed in rows["is_changed"]]
        table.column("said", said)
    return table.twin()


def attempts_table(rows: pd.DataFrame, say: Speaker) -> Twin:
    """Return how often sales tried to reach winners and losers."""
    table = Builder(say, "losing.table")
    table.column("name", [say(f"losing.{'won' if won else 'lost'}") for won in rows["is_won"]])
    table.columns(rows, say.count, "n_leads", "n_none", "n_one", "n_more")
    table.column("more_rate", rows["more_rate"], say.percent)
    table.interval("share_interval", rows["more_low"], rows["more_high"])
    return table.twin()


def fooled_table(rows: pd.DataFrame, names: Sequence[str], say: Speaker) -> Twin:
    """Return what each rule gave to losers and winners."""
    table = Builder(say, "losing.table")
    table.column("rule", list(names))
    table.columns(rows, _mean, "lost_points", "won_points").columns(rows, _points, "difference")
    table.interval("interval", rows["low"], rows["high"], _points_between)
    table.columns(rows, _points, "same_difference")
    table.interval("same_interval", rows["same_low"], rows["same_high"], _points_between)
    table.column("said", [say(f"losing.{'clear' if clear else 'not_clear'}") for clear in rows["is_clear"]])
    table.columns(rows, say.count, "n_leads")
    return table.twin()


def compared_table(rows: pd.DataFrame, names: Sequence[str], say: Speaker) -> Twin:
    """Return groups of leads beside the others with the same scores."""
    is_enough = rows["chance"].notna()
    table = Builder(say, "losing.table")
    table.column("name", list(names))
    table.columns(rows, say.count, "n_leads", "n_won")
    table.column("win_rate", rows["win_rate"], say.percent)
    table.interval("share_interval", rows["win_low"], rows["win_high"])
    table.column("same_rate", rows["n_expected"] / rows["n_leads"].where(rows["n_leads"] > 0), say.percent)
    table.column("rate_difference", rows["difference"].where(is_enough), say.points)
    said = [
        say(f"losing.{'clear' if clear else 'not_clear'}" if enough else "losing.too_few")
        for clear, enough in zip(rows["is_clear"], is_enough, strict=True)
    ]
    table.column("said", said)
    return table.twin()


def counts_between(low: float, high: float, say: Speaker) -> str:
    """Write an interval of counts; a dash when unknown."""
    if low != low or high != high:
        return DASH
    return say("losing.between", low=say.count(round(low)), high=say.count(round(high)))


def _mean(value: float) -> str:
    return DASH if value != value else f"{value:.2f}"


def _points(value: float) -> str:
    return DASH if value != value else f"{value:+.2f}"


def _points_between(low: float, high: float) -> str:
    return DASH if low != low else f"{low:+.2f} – {high:+.2f}"
