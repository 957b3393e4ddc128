"""The sections of the page Why lost, each with `draw(say, current, selection, path)`."""
