"""What the sections of the page Handoff share: the cached handoffs and their measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.handoffs.judged import Judged
from analysis.handoffs.rows import QUALIFIED, Handed
from analysis.handoffs.scorecards import line_masks, scorecards
from analysis.matching import Mask
from analysis.selection import Selection
from dashboard import loading, loading_handing
from dashboard.loading import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The way to the cached parts of one selection; each is worked out when it is first asked for."""

    current: Snapshot
    selection: Selection
    path: str
    changed: int

    @property
    def handed(self) -> Handed:
        """The handoffs."""
        return loading_handing.handed(self.current, self.selection, self.changed)

    @property
    def judged(self) -> Judged:
        """What they are measured by."""
        stamp = loading.stamp_of(self.path)
        return loading_handing.judged(self.current, self.selection, self.changed, self.path, stamp)

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """What became of them."""
        return loading_handing.outcomes(self.current, self.selection, self.changed)

    @property
    def kpis(self) -> pd.DataFrame:
        """The key numbers of the overview."""
        return loading_handing.key_table(self.current, self.selection)

    @property
    def cards(self) -> pd.DataFrame:
        """Both scorecards."""
        return scorecards(self.handed, self.judged, self.kpis, *self._numbers)

    @property
    def line_masks(self) -> dict[str, tuple[Mask, Mask]]:
        """Which handoffs each line is of, and which are good."""
        return line_masks(self.handed, self.judged, *self._numbers)

    @property
    def _numbers(self) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int32]]:
        qualified = loading_handing.outcomes(self.current, self.selection, self.changed, QUALIFIED)
        return self.outcomes, qualified, loading_handing.attempts(self.current, self.selection, self.changed)


def found(current: Snapshot, selection: Selection, path: str) -> Found:
    """Return the way to the parts of a selection."""
    return Found(current=current, selection=selection, path=path, changed=loading_handing.agreed(current))
