"""Colours and settings every chart shares.

The colours are middle tones: each has a contrast of at least 3 against the light
and the dark background, so a figure needs no knowledge of the theme in use. Text,
grid lines and backgrounds are left to Streamlit, which follows the theme at once.
Colour never carries a meaning alone: what it says is also a hatch, a label or a word.
"""

from __future__ import annotations

from typing import Any, Final

SERIES: Final = (
    "#2F7DC4",
    "#D2691E",
    "#1C8C74",
    "#B0589A",
    "#8A7A1F",
    "#7A6BD1",
    "#C2504A",
    "#4D8F3A",
    "#7D8590",
    "#1E8FA3",
)
"""The colours of `chartCategoricalColors` in `.streamlit/config.toml`, in the same order."""

PRIMARY: Final = SERIES[0]
CONTRAST: Final = SERIES[1]
MUTED: Final = SERIES[8]
"""What cannot be judged: always together with a hatch and a word."""

TEXT_ON_LIGHT: Final = "#66707C"
"""Text of charts in the light theme, where Streamlit's own has a contrast of only 3.7.

Readable on dark too, because the theme may be reported wrongly until the next run.
"""

WHISKER_ON_LIGHT: Final = "#3A4450"
WHISKER_ON_DARK: Final = "#B9C1CB"
"""Lines of intervals, which lie half on a bar and half on the background."""

BACKGROUNDS: Final = ("#FFFFFF", "#12161D")
"""Light and dark background of the page, as in the configuration."""

HATCH: Final = {"shape": "/", "size": 7, "solidity": 0.35, "fillmode": "replace"}
"""Pattern of a bar that must not be read as a final number."""

PLOTLY_CONFIG: Final[dict[str, Any]] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "displayModeBar": False,
    "scrollZoom": False,
    "responsive": True,
}
"""Settings of every chart; the first two keep Plotly from offering an upload."""
