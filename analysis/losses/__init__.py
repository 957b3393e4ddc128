"""Why did high scores fail to close? Chance, handling, score, data, market."""

from __future__ import annotations

from analysis.losses.account import Account, loss_account
from analysis.losses.cases import LATE_AFTER_HOURS, Cases, loss_cases

__all__ = ["LATE_AFTER_HOURS", "Account", "Cases", "loss_account", "loss_cases"]
