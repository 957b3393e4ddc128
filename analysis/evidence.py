"""Evidence checks: does the history contradict itself, and what would that harm?

A check finds records that cannot all be true, or that have no support. It does
not mend them: it counts them, opens them, and says which analyses they harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import pandas as pd

from analysis.sqlfiles import sql_text
from data.engine import Engine

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One kind of contradiction.

    Attributes
    ----------
    code : str
        Stable name; also the name of the file in `analysis/sql` after `evidence_`.
    severity : {"error", "warning"}
        An error makes some numbers wrong; a warning makes them doubtful.
    table : str
        Table whose rows are examined: the denominator of the share.
    harms : tuple of str
        Analyses that suffer: funnel, time, sources, calibration, handoff.
    """

    code: str
    severity: Severity
    table: str
    harms: tuple[str, ...]


def _check(code: str, severity: Severity, table: str, *harms: str) -> Check:
    return Check(code=code, severity=severity, table=table, harms=harms)


CHECKS: Final = (
    _check("unknown_leads", "error", "leads", "funnel", "calibration", "handoff"),
    _check("won_without_date", "error", "deals", "funnel", "time", "calibration"),
    _check("deal_before_lead", "error", "deals", "funnel", "time", "calibration"),
    _check("handoff_before_creation", "error", "handoffs", "time", "calibration"),
    _check("closed_before_opened", "error", "deals", "time"),
    _check("answer_before_handoff", "error", "handoffs", "handoff"),
    _check("won_without_deal", "warning", "stage_events", "sources", "calibration"),
    _check("won_without_handoff", "warning", "deals", "calibration"),
    _check("stages_out_of_order", "warning", "leads", "funnel", "time"),
    _check("mql_without_touch", "warning", "stage_events", "calibration"),
    _check("possible_duplicates", "warning", "leads", "funnel", "sources"),
    _check("created_in_one_batch", "warning", "leads", "time"),
    _check("stale_tables", "warning", "leads", "funnel", "calibration"),
)
"""All checks, worst first."""

_BY_CODE: Final[Mapping[str, Check]] = MappingProxyType({check.code: check for check in CHECKS})
_NEEDS_DATA_END: Final = frozenset({"stale_tables"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the checks found in one snapshot.

    Attributes
    ----------
    checks : DataFrame
        One row per check, in the order of `CHECKS`: `code`, `severity`,
        `n_found` (records), `n_examined` (rows of `table`), `table`, `harms`
        (tuple of analyses), `is_passed`.
    """

    checks: pd.DataFrame

    @property
    def n_errors(self) -> int:
        """Checks of severity error that found something."""
        return int(((self.checks["severity"] == "error") & ~self.checks["is_passed"]).sum())


def evidence(engine: Engine) -> Evidence:
    """Run all checks on the snapshot of `engine`.

    Parameters
    ----------
    engine : Engine
        Where the history is.
    """
    rows = []
    for check in CHECKS:
        n_found = _count(engine, _statement(check.code), _params(engine, check.code))
        rows.append(
            {
                "code": check.code,
                "severity": check.severity,
                "n_found": n_found,
                "n_examined": _count(engine, f"SELECT 1 AS one FROM {check.table}", {}),
                "table": check.table,
                "harms": check.harms,
                "is_passed": n_found == 0,
            }
        )
    return Evidence(checks=pd.DataFrame(rows))


def evidence_records(engine: Engine, code: str, limit: int = 1000) -> pd.DataFrame:
    """Return the records that a check found.

    Parameters
    ----------
    engine : Engine
        Where the history is.
    code : str
        Which check; one of the codes in `CHECKS`.
    limit : int
        Most rows to return.

    Returns
    -------
    DataFrame
        `table_name`, `record_id`, `lead_id`, `happened_at` (UTC, what is
        suspicious) and `other_at` (UTC, what it contradicts, or NaT).

    Raises
    ------
    KeyError
        If there is no such check.
    """
    check = _BY_CODE[code]
    statement = (
        "SELECT table_name AS table_name, record_id AS record_id, lead_id AS lead_id, happened_at AS happened_at, "
        f"other_at AS other_at FROM ({_statement(check.code)}) AS found "
        "ORDER BY happened_at NULLS LAST, lead_id NULLS LAST, record_id NULLS LAST LIMIT $limit"
    )
    return engine.query(statement, {**_params(engine, code), "limit": limit})


def _statement(code: str) -> str:
    return sql_text(f"evidence_{code}")


def _params(engine: Engine, code: str) -> dict[str, Any]:
    return {"data_end": engine.data_end} if code in _NEEDS_DATA_END else {}


def _count(engine: Engine, statement: str, params: Mapping[str, Any]) -> int:
    return int(engine.query(f"SELECT COUNT(*) AS n FROM ({statement}) AS found", params)["n"][0])
