"""What stands out in an overview: codes and values, no words. The words live in the dashboard."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

from analysis.calibration import MIN_COVERAGE, Calibration
from analysis.funnel import Funnel
from analysis.intervals import MIN_N
from analysis.ranking import MIN_LOST, MIN_WON

Severity: TypeAlias = Literal["critical", "warning", "info"]

MAX_PER_CODE: Final = 3
"""More groups than this under one heading are a table, not an alert."""

_SEVERITIES: Final = ("critical", "warning", "info")

# In order of urgency: of two alerts of one severity the earlier comes first.
_ACTIONS: Final = {
    "no_leads": "import_history",
    "score_reversed": "review_points",
    "score_no_signal": "review_points",
    "band_reversed": "review_bands",
    "late_first_contact": "call_sooner",
    "source_worse": "review_source",
    "worse_than_before": "find_cause",
    "biggest_leak": "look_at_leak",
    "low_coverage": "try_low_scores",
    "score_too_few": "wait",
    "period_young": "wait",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that stands out.

    Attributes
    ----------
    code : str
        What it is: no_leads, score_reversed, score_no_signal, band_reversed,
        late_first_contact, source_worse, worse_than_before, biggest_leak,
        low_coverage, score_too_few, period_young.
    severity : str
        "critical": decisions are being taken on it and are wrong; "warning":
        costs wins; "info": worth knowing.
    values : dict
        The numbers and names that a sentence about it needs; see the function
        that makes it.
    """

    code: str
    severity: Severity
    values: dict[str, Any]


def all_alerts(
    *,
    kpis: pd.DataFrame,
    sources: pd.DataFrame,
    regions: pd.DataFrame,
    funnel: Funnel | None,
    calibration: Calibration | None,
) -> tuple[Alert, ...]:
    """Collect what stands out, the gravest first.

    Parameters
    ----------
    kpis, sources, regions : DataFrame
        As in `Overview`.
    funnel : Funnel or None
        Funnel of the leads of the period that are old enough.
    calibration : Calibration or None
        Calibration of the ruleset in use.
    """
    by_kpi = kpis.set_index("kpi")
    if by_kpi.loc[["leads", "handoffs", "outcomes"], "value"].sum() == 0:
        return (Alert(code="no_leads", severity="info", values={}),)
    found = [
        *(_score(calibration) if calibration else ()),
        *_late_regions(regions),
        *_worse_sources(sources),
        *_worse_numbers(kpis),
        *(_leak(funnel) if funnel else ()),
        *(_uncovered(calibration) if calibration else ()),
        *_young(kpis),
    ]
    order = list(_ACTIONS)
    return tuple(sorted(found, key=lambda alert: (_SEVERITIES.index(alert.severity), order.index(alert.code))))


def next_action(alerts: tuple[Alert, ...]) -> str:
    """Return the code of what to do first.

    Parameters
    ----------
    alerts : tuple of Alert
        The gravest first.

    Returns
    -------
    str
        One of import_history, review_points, review_bands, call_sooner,
        review_source, find_cause, look_at_leak, try_low_scores, wait; carry_on
        when nothing stands out.
    """
    return _ACTIONS[alerts[0].code] if alerts else "carry_on"


def _score(calibration: Calibration) -> Iterator[Alert]:
    """Values: n, n_won, auc, auc_low, auc_high, top_share, top_capture; bands: names, rates and n of both."""
    ranking = calibration.ranking
    names = ("n_won", "auc", "auc_low", "auc_high", "top_share", "top_capture")
    values = {"n": ranking.n_leads} | {name: _plain(getattr(ranking, name)) for name in names}
    if ranking.verdict == "reversed":
        yield Alert(code="score_reversed", severity="critical", values=values)
    elif ranking.verdict == "none":
        yield Alert(code="score_no_signal", severity="warning", values=values)
    elif ranking.verdict == "too_few":
        needed = {"min_won": MIN_WON, "min_lost": MIN_LOST, "n_lost": ranking.n_leads - ranking.n_won}
        yield Alert(code="score_too_few", severity="info", values=values | needed)
    bands = calibration.bands.set_index("band_no")
    for pair in calibration.reversals.to_dict("records"):
        sides = {side: bands.loc[int(pair[f"{side}_band_no"])] for side in ("lower", "upper")}
        yield Alert(
            code="band_reversed",
            severity="warning",
            values={
                f"{side}_{name}": _plain(band[name])
                for side, band in sides.items()
                for name in ("name_ja", "name_en", "win_rate", "n_mature")
            },
        )


def _uncovered(calibration: Calibration) -> Iterator[Alert]:
    """Values: name_ja, name_en, coverage, n_worked, n_standing, min_coverage."""
    bands = calibration.bands
    is_blind = ~bands["is_covered"] & (bands["n_worked"] + bands["n_standing"] >= MIN_N)
    for band in bands[is_blind].to_dict("records"):
        names = ("name_ja", "name_en", "coverage", "n_worked", "n_standing")
        values = {name: _plain(band[name]) for name in names} | {"min_coverage": MIN_COVERAGE}
        yield Alert(code="low_coverage", severity="info", values=values)


def _worse_sources(sources: pd.DataFrame) -> Iterator[Alert]:
    """Values: source, n, win_rate, win_low, win_high, rest_rate, n_missing; the costliest first."""
    worst = sources[sources["is_worse"]].nlargest(MAX_PER_CODE, "n_missing")
    for row in worst.to_dict("records"):
        names = ("win_rate", "win_low", "win_high", "rest_rate", "n_missing")
        values = {"source": row["group"], "n": row["n_mature"]} | {name: row[name] for name in names}
        yield Alert(code="source_worse", severity="warning", values=values)


def _late_regions(regions: pd.DataFrame) -> Iterator[Alert]:
    """Values: region, n, median_days, low, high (None: not within the time observed), rest_median_days."""
    latest = regions[regions["is_late"]].sort_values("median", ascending=False, na_position="first")
    for row in latest.head(MAX_PER_CODE).to_dict("records"):
        names = {"n": "n", "median": "median_days", "low": "low", "high": "high", "rest_median": "rest_median_days"}
        values = {"region": row["group"]} | {name: _plain(row[column]) for column, name in names.items()}
        yield Alert(code="late_first_contact", severity="warning", values=values)


def _worse_numbers(kpis: pd.DataFrame) -> Iterator[Alert]:
    """Values: kpi, unit, value, n, previous_value, previous_n."""
    for row in kpis[kpis["is_changed"].fillna(value=False)].to_dict("records"):
        is_lower = row["value"] < row["previous_value"]
        # Fewer days to the first contact are better; of everything else, more is.
        if is_lower != (row["unit"] == "days"):
            names = ("kpi", "unit", "value", "n", "previous_value", "previous_n")
            yield Alert(
                code="worse_than_before", severity="warning", values={name: _plain(row[name]) for name in names}
            )


def _leak(funnel: Funnel) -> Iterator[Alert]:
    """Values: from_stage, to_stage, n_previous, n_leads, step_rate.

    Only stages that are recorded at all count: what is merely implied does not leak.
    """
    steps = funnel.steps[funnel.steps["n_recorded"] > 0]
    steps = steps.assign(n_previous=steps["n_leads"].shift(), from_stage=steps["stage"].shift()).iloc[1:]
    steps = steps[steps["n_previous"] >= MIN_N]
    steps = steps.assign(step_rate=steps["n_leads"] / steps["n_previous"])
    for step in steps.nsmallest(1, "step_rate").to_dict("records"):
        values = {"from_stage": step["from_stage"], "to_stage": step["stage"], "step_rate": step["step_rate"]}
        values |= {name: int(step[name]) for name in ("n_previous", "n_leads")}
        yield Alert(code="biggest_leak", severity="info", values=values)


def _young(kpis: pd.DataFrame) -> Iterator[Alert]:
    """Values: n_immature, n (mature)."""
    young = kpis[(kpis["kpi"] == "win_rate") & kpis["is_young"]]
    for row in young.to_dict("records"):
        yield Alert(code="period_young", severity="info", values={name: row[name] for name in ("n_immature", "n")})


def _plain(value: Any) -> Any:
    """Return a value that JSON knows: no numpy types, and None for what is unknown or without end."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
