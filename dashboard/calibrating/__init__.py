"""The sections of the Calibration page, each with `draw(say, current, selection, path)`."""
