"""The colours of the configuration are those of the figures, and can be seen."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import dashboard
from dashboard.theme import BACKGROUNDS, PLOTLY_CONFIG, SERIES

CONFIG = tomllib.loads((Path(dashboard.__file__).parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_configuration_has_exactly_the_ten_colours_of_the_figures():
    assert tuple(CONFIG["theme"]["chartCategoricalColors"]) == SERIES
    assert len(set(SERIES)) == 10


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("colour", SERIES)
def test_every_colour_is_visible_in_both_themes(colour, background):
    assert contrast(colour, background) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_readable(mode):
    theme = CONFIG["theme"][mode]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(theme["textColor"], theme[background]) >= 7
        assert contrast(theme["grayTextColor"], theme[background]) >= 4.5
        assert contrast(theme["linkColor"], theme[background]) >= 4.5


def test_backgrounds_are_those_of_the_configuration():
    assert tuple(CONFIG["theme"][mode]["backgroundColor"] for mode in ("light", "dark")) == BACKGROUNDS


def test_server_is_private_and_silent():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert "enableAgentApi" not in CONFIG["server"]


def test_charts_never_offer_an_upload():
    assert PLOTLY_CONFIG["showSendToCloud"] is False
    assert PLOTLY_CONFIG["displaylogo"] is False
