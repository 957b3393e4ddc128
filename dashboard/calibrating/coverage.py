"""How much of each band sales worked, and what therefore cannot be known."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.calibration import MIN_COVERAGE, Calibration
from analysis.selection import Selection
from analysis.unknowns import blind_bands, selection_bounds
from dashboard import exhibits, loading, loading_bands, sentences, tables, tables_bands
from dashboard.figures.calibration import band_name, coverage_figure
from dashboard.figures.score_bands import bounds_figure
from dashboard.loading import Snapshot
from dashboard.notices import plain
from dashboard.texts import Speaker


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the share of each band that sales worked, and the bounds of what the whole band wins."""
    stamp = loading.stamp_of(path)
    result = loading.calibration(current, selection, path, stamp)
    minimum = say.percent(MIN_COVERAGE, 0)
    st.subheader(say("calibration.coverage_heading"), anchor=False)
    st.markdown(say("calibration.coverage_caption", minimum=minimum))
    exhibits.chart(
        say,
        coverage_figure(result.bands, say),
        tables.coverage_table(result.bands, say),
        key="coverage",
        alt=sentences.coverage_in_words(result, say),
    )
    st.markdown("  \n".join(f"**{line}**" for line in sentences.coverage(result, say)))
    if not result.bands["is_covered"].all():
        st.markdown(f":small[{say('bands.coverage.grey_reason', minimum=minimum)}]")
    if result.n_standing:
        _bounds(say, result, loading_bands.weighted(current, selection, path, stamp))


def _bounds(say: Speaker, result: Calibration, weighted: pd.DataFrame) -> None:
    bands, bounds = result.bands, selection_bounds(result.bands)
    st.divider()
    st.markdown(f"**{say('bands.coverage.bounds_heading')}**")
    st.markdown(say("bands.coverage.bounds_caption"))
    exhibits.chart(
        say,
        bounds_figure(bands, bounds, weighted, say),
        tables_bands.bounds_table(bands, bounds, weighted, say),
        key="bounds",
        alt=_in_words(bands, bounds, say),
    )
    st.markdown("  \n".join(unknown(result, bounds, weighted, say)))


def unknown(result: Calibration, bounds: pd.DataFrame, weighted: pd.DataFrame, say: Speaker) -> list[str]:
    """Say of each band that sales hardly tried what can be said of all of it."""
    lines = []
    for band in blind_bands(result.bands).itertuples():
        ends, estimate = bounds.loc[band.Index], weighted.loc[band.Index]
        lines.append(
            say(
                "bands.coverage.sentence",
                name=plain(band_name(band, say)),
                coverage=say.percent(band.coverage),
                low=say.percent(ends["worst_low"]),
                high=say.percent(ends["best_high"]),
            )
        )
        lines += [_ordered(ends, say), _estimate(estimate, say)]
    return lines


def _ordered(ends: pd.Series, say: Speaker) -> str:
    if not ends["is_ordered_possible"]:
        return say("bands.coverage.impossible")
    low, high = say.percent(ends["ordered_low"]), say.percent(ends["ordered_high"])
    return say("bands.coverage.ordered", low=low, high=high)


def _estimate(estimate: pd.Series, say: Speaker) -> str:
    if not estimate["is_enough"]:
        return say("bands.coverage.weighted_few")
    return say(
        "bands.coverage.weighted",
        rate=say.percent(estimate["weighted_rate"]),
        low_high=say.interval(estimate["weighted_low"], estimate["weighted_high"]),
        tried=say.percent(estimate["tried_rate"]),
    )


def _in_words(bands: pd.DataFrame, bounds: pd.DataFrame, say: Speaker) -> str:
    parts = [
        say("bands.coverage.alt_part", name=band_name(band, say), low_high=say.interval(ends.worst_low, ends.best_high))
        for band, ends in zip(bands.itertuples(), bounds.itertuples(), strict=True)
    ]
    return say("bands.coverage.alt", parts=say("format.comma").join(parts))
