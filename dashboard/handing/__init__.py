"""The sections of the page Handoff, each with `draw(say, current, selection, path)`."""
