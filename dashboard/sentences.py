"""What the numbers say, as sentences a meeting can read aloud.

Every sentence is chosen by the numbers, and falls silent where they do not carry it.
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from analysis.calibration import Calibration
from analysis.funnel import Funnel
from analysis.intervals import MIN_N, wilson_interval
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import loading
from dashboard.figures.calibration import band_name, band_range
from dashboard.figures.cohorts import cohort_states
from dashboard.loading import Facts, Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.errors import LeadcalError


def headline(result: Calibration, say: Speaker) -> str:
    """Say in one sentence whether wins come from high scores."""
    ranking = result.ranking
    if ranking.verdict == "too_few":
        return say("calibration.headline_few", n=say.count(ranking.n_leads), n_won=say.count(ranking.n_won))
    # Ten wins are easiest to picture; where that rounds the difference away, a hundred.
    unit = 10 if round(ranking.top_capture * 10) != round(ranking.top_share * 10) else 100
    return say(
        "calibration.headline",
        unit=unit,
        captured=round(ranking.top_capture * unit),
        coin=round(ranking.top_share * unit),
        share=say.percent(ranking.top_share, 0),
    )


def verdict(result: Calibration, say: Speaker) -> str:
    """Say what that means for the score, and about whom it is said."""
    meaning = say(f"calibration.verdict.{result.ranking.verdict}")
    if result.ranking.verdict == "too_few":
        return meaning
    return say("format.sentences", first=meaning, second=say("calibration.scope"))


def facts(result: Calibration, say: Speaker) -> str:
    """Say on how many handoffs this rests."""
    return say("calibration.facts", n=say.count(result.n_mature), n_won=say.count(result.n_won))


def band_order(result: Calibration, say: Speaker) -> list[str]:
    """Say whether the bands differ, and which are in the wrong order."""
    bands = result.bands.set_index("band_no")
    names = {row.Index: plain(band_name(row, say)) for row in bands.itertuples()}
    wrong = [
        say("calibration.inverted", low=names[pair.lower_band_no], high=names[pair.upper_band_no])
        for pair in result.reversals.itertuples()
    ]
    # Leads that nobody scored have a band, but no place in the order.
    enough = bands[bands["is_enough"] & bands["is_scored"]]
    if wrong or len(enough) < 2:
        return wrong
    low, high = enough.iloc[0], enough.iloc[-1]
    key = "separate" if high["win_low"] > low["win_high"] else "overlap"
    return [say(f"calibration.{key}", low=names[low.name], high=names[high.name])]


def coverage(result: Calibration, say: Speaker) -> list[str]:
    """Say in which bands too few leads were worked to judge the band."""
    has_leads = result.bands["n_worked"] + result.bands["n_standing"] > 0
    thin = result.bands[has_leads & ~result.bands["is_covered"]]
    return [
        say("calibration.coverage_low", name=plain(band_name(band, say)), rate=say.percent(band.coverage))
        for band in thin.itertuples()
    ] or [say("calibration.coverage_fine")]


def bands_in_words(result: Calibration, say: Speaker) -> str:
    """Describe the chart of win rates to those who cannot see it."""
    parts = [
        say(
            f"calibration.{'alt_part' if band.is_enough else 'alt_part_few'}",
            name=f"{band_name(band, say)} ({band_range(band, say)})",
            n=say.count(band.n_mature),
            **({"rate": say.percent(band.win_rate)} if band.is_enough else {}),
        )
        for band in result.bands.itertuples()
    ]
    return say("calibration.alt", parts=say("format.comma").join(parts))


def coverage_in_words(result: Calibration, say: Speaker) -> str:
    """Describe the chart of coverage to those who cannot see it."""
    parts = [f"{band_name(band, say)} {say.percent(band.coverage)}" for band in result.bands.itertuples()]
    return say("calibration.coverage_alt", parts=say("format.comma").join(parts))


def funnel_caption(result: Funnel, say: Speaker) -> str:
    """Say what is counted, and against what."""
    return say("funnel.caption", n=say.count(result.n_leads), date=say.date(result.selection.as_of))


def leak(result: Funnel, say: Speaker) -> str:
    """Name the step that loses most, among those with enough leads to say."""
    # A stage nobody records is only implied by the next one, and loses nobody itself.
    recorded = result.steps[result.steps["n_recorded"] > 0]
    steps = recorded.assign(previous=recorded["stage"].shift(), n_from=recorded["n_leads"].shift()).iloc[1:]
    steps = steps[steps["n_from"] >= MIN_N]
    if steps.empty:
        return say("funnel.too_few", n=MIN_N)
    worst = steps.loc[(steps["n_leads"] / steps["n_from"]).idxmin()]
    low, high = wilson_interval(worst["n_leads"], worst["n_from"])
    return say(
        "funnel.leak",
        previous=say.word("stages", worst["previous"]),
        stage=say.word("stages", worst["stage"]),
        n=say.count(worst["n_from"]),
        rate=say.percent(worst["n_leads"] / worst["n_from"]),
        low_high=say.interval(float(low), float(high)),
    )


def funnel_in_words(result: Funnel, say: Speaker) -> str:
    """Describe the chart of stages to those who cannot see it."""
    counts = result.steps["n_leads"]
    return say("funnel.alt", first=say.count(counts.iloc[0]), last=say.count(counts.iloc[-1]))


def maturity(cohorts: pd.DataFrame, selection: Selection, say: Speaker) -> str:
    """Say which months are too young, and from when they can be judged."""
    young = cohorts[~cohorts["is_mature"]]
    if young.empty:
        return say("cohorts.all_mature", days=selection.horizon_days)
    first = young.iloc[0]
    return say(
        "cohorts.immature",
        days=selection.horizon_days,
        first=say.month(first["month"]),
        date=say.date(first["mature_on"]),
    )


def cohorts_in_words(cohorts: pd.DataFrame, stage: str, say: Speaker) -> str:
    """Describe the chart of months to those who cannot see it."""
    n_immature = int((cohort_states(cohorts) == "immature").sum())
    return say("cohorts.alt", stage=say.word("stages", stage), n=len(cohorts), n_immature=n_immature)


def selected(what: str, selection: Selection, offered: Facts, current: Snapshot, say: Speaker) -> str:
    """Say what is shown: `what` of which period and sources, the state of the data and the snapshot."""
    last = offered.data_end.date() if selection.end is None else selection.end - timedelta(days=1)
    names = [plain(say.source(source)) for source in selection.sources]
    chosen = say("freshness.sources", n=len(names), names=say("format.comma").join(names))
    return say(
        "freshness.line",
        period=say(f"freshness.{what}", first=say.month(selection.start or offered.first_on), last=say.month(last)),
        sources=chosen if names else say("filter.sources_all"),
        date=say.date(offered.data_end),
        snapshot=current.number,
    )


def ruleset_label(points: Ruleset, say: Speaker) -> str:
    """Return the name of a ruleset with its version."""
    return say("calibration.ruleset_label", name=getattr(points, f"label_{say.language}"), version=points.version)


def ruleset_name(code: str, path: str, say: Speaker) -> str:
    """Return the name of a ruleset to choose; its code when the file is broken."""
    try:
        return ruleset_label(loading.ruleset(path, loading.stamp_of(path)), say)
    except LeadcalError:
        return code


def basis(result: Calibration, selection: Selection, points: Ruleset, current: Snapshot, say: Speaker) -> pd.DataFrame:
    """List what a calibration rests on, as items and values."""
    values = {
        "ruleset": ruleset_label(points, say),
        "outcome": say.word("stages", selection.outcome),
        "horizon": say("filter.horizon_option", days=selection.horizon_days),
        "as_of": say.date(selection.as_of),
        "snapshot": str(current.number),
        "n_decisions": say.count(result.n_decisions),
        "n_mature": say.count(result.n_mature),
        "n_immature": say.count(result.n_immature),
        "n_already": say.count(result.n_already_decided),
        "n_standing": say.count(result.n_standing),
    }
    return pd.DataFrame(
        {
            say("calibration.basis.item"): [say(f"calibration.basis.{item}") for item in values],
            say("calibration.basis.value"): list(values.values()),
        }
    )
