"""Do higher scores win more often? Band by band, for any outcome, and by fit and engagement."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.calibration import Calibration
from analysis.replay import replay_sql
from analysis.rulesets import Ruleset
from analysis.score_bands import amounts_of_bands
from analysis.scored_leads import Scored, with_outcome
from analysis.selection import Selection
from dashboard import choices, drilling, exhibits, loading, loading_bands, sentences, tables_bands
from dashboard.calibrating import band_words
from dashboard.drilling import Offer
from dashboard.figures.calibration import band_name
from dashboard.figures.score_bands import amount_figure, grid_figure, level_range, outcome_figure
from dashboard.loading import Snapshot
from dashboard.texts import Speaker

WORKED = ("immature", "not_won", "won")
MATURE = ("not_won", "won")


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the rate of the chosen outcome in each band, and the grid."""
    stamp = loading.stamp_of(path)
    st.subheader(say("bands.heading"), anchor=False)
    with st.container(horizontal=True):
        outcome = choices.one("outcome", loading_bands.outcomes(current, selection), say, "bands.outcome")
        which = choices.one("bands", ("today", "proposed"), say, "bands.which")
    st.markdown(band_words.caption(outcome, which, selection, say))
    result = loading_bands.banded(current, selection, path, stamp, outcome, which)
    if outcome == "amount":
        _amounts(say, current, selection, path, result)
    else:
        before = loading_bands.banded(current, selection, path, stamp, outcome, which, is_before=True)
        _rates(say, result, before, outcome, selection)
    points = loading.ruleset(path, stamp)
    chosen = with_outcome(selection, outcome)
    drilling.leads(say, current, "bands", _offers(result.bands, points, chosen, outcome, say))
    _grid(say, current, chosen, path, points)


def _rates(say: Speaker, result: Calibration, before: Calibration | None, outcome: str, selection: Selection) -> None:
    earlier = None if before is None else before.bands
    exhibits.chart(
        say,
        outcome_figure(result.bands, earlier, result.base_rate, say),
        tables_bands.outcome_table(result.bands, earlier, say),
        key="bands",
        alt=sentences.bands_in_words(result, say),
        computed=replay_sql(),
        pick=drilling.pick("bands"),
    )
    lines = [f"**{line}**" for line in band_words.order(result, outcome, say)]
    st.markdown("  \n".join([*lines, f":small[{band_words.before(selection, before, say)}]"]))


def _amounts(say: Speaker, current: Snapshot, selection: Selection, path: str, result: Calibration) -> None:
    by_score = loading_bands.amounts(current, selection, path, loading.stamp_of(path))
    found = amounts_of_bands(by_score, result.bands)
    exhibits.chart(
        say,
        amount_figure(result.bands, found, say),
        tables_bands.amount_table(result.bands, found, say),
        key="bands",
        alt=band_words.amounts_in_words(result.bands, found, say),
        pick=drilling.pick("bands"),
    )
    st.markdown(f":small[{band_words.amounts_known(found, say)}]")


def _grid(say: Speaker, current: Snapshot, selection: Selection, path: str, points: Ruleset) -> None:
    cells = loading_bands.grid(current, selection, path, loading.stamp_of(path))
    if cells["fit_no"].nunique() < 2 or cells["engagement_no"].nunique() < 2:
        return
    st.divider()
    st.markdown(f"**{say('bands.grid_heading')}**")
    levels = say("bands.grid_own" if points.grid else "bands.grid_thirds")
    stage = say.word("stages", selection.outcome)
    st.markdown(say("format.sentences", first=say("bands.grid_caption", stage=stage), second=levels))
    exhibits.chart(
        say,
        grid_figure(cells, say),
        tables_bands.grid_table(cells, say),
        key="grid",
        alt=band_words.grid_in_words(cells, say),
        pick=drilling.pick("grid"),
    )
    drilling.leads(say, current, "grid", _cell_offers(cells, points, selection, say))


def _offers(bands: pd.DataFrame, points: Ruleset, selection: Selection, outcome: str, say: Speaker) -> list[Offer]:
    """Return the numbers of the bands; what sales answered is counted differently, so only the handoffs are offered."""
    parts = {"worked": WORKED, "standing": ("standing",)}
    if outcome != "accepted":
        parts = {"mature": MATURE, "won": ("won",), "standing": ("standing",)}
    found = []
    for band in bands.itertuples():
        span = tuple(None if pd.isna(end) else int(end) for end in (band.score_low, band.score_high))
        for code, groups in parts.items():
            n_leads = {"worked": band.n_worked, "mature": band.n_mature, "won": band.n_won, "standing": band.n_standing}
            label = say(f"bands.leads.{code}", band=band_name(band, say), stage=say.word("stages", selection.outcome))
            condition = Scored(ruleset=points, score=span, groups=groups)
            offer = Offer(
                code=f"b{band.band_no}.{code}", label=label, n_leads=int(n_leads[code]), condition=condition,
                selection=selection,
            )  # fmt: skip
            found.append(offer)
    return found


def _cell_offers(cells: pd.DataFrame, points: Ruleset, selection: Selection, say: Speaker) -> list[Offer]:
    found = []
    for cell in cells.itertuples():
        spans = {
            axis: tuple(
                None if pd.isna(end) else int(end)
                for end in (getattr(cell, f"{axis}_low"), getattr(cell, f"{axis}_high"))
            )
            for axis in ("fit", "engagement")
        }
        place = {axis: level_range(cell, axis, say) for axis in spans}
        for code, groups, n_leads in (("mature", MATURE, cell.n_mature), ("won", ("won",), cell.n_won)):
            band = say("bands.leads.cell", **place)
            label = say(f"bands.leads.{code}", band=band, stage=say.word("stages", selection.outcome))
            condition = Scored(ruleset=points, groups=groups, **spans)
            offer = Offer(
                code=f"g{cell.fit_no}x{cell.engagement_no}.{code}", label=label, n_leads=int(n_leads),
                condition=condition, selection=selection,
            )  # fmt: skip
            found.append(offer)
    return found
