"""Helpers of the preset tests: mappings without line numbers, headers with all columns of a preset."""

import re
from dataclasses import replace

from data.presets import FileHeader


def without_lines(mapping):
    """Return `mapping` as it compares: without places in its file, feeds in the order of their tables."""
    feeds = [
        replace(
            feed,
            line=0,
            cells={name: replace(cell, line=0) for name, cell in feed.cells.items()},
            joins=tuple(replace(join, line=0) for join in feed.joins),
            conditions=tuple(replace(condition, line=0) for condition in feed.conditions),
        )
        for feed in mapping.feeds
    ]
    files = {alias: replace(file, line=0) for alias, file in mapping.files.items()}
    return replace(mapping, path="", files=files, feeds=tuple(feeds))


def full_headers(preset):
    """Return one header for each file of `preset`, with every column it knows."""
    columns = {alias: dict.fromkeys((*file.required, *file.typical)) for alias, file in preset.files.items()}
    for feed in preset.mapping.feeds:
        for cell in feed.cells.values():
            holes = re.findall(r"\{([^{}]+)\}", cell.template or "")
            columns[cell.file or feed.file] |= dict.fromkeys((*cell.columns, *holes))
        columns[feed.file] |= dict.fromkeys(condition.column for condition in feed.conditions)
        for join in feed.joins:
            columns[feed.file] |= dict.fromkeys(here for here, _ in join.on)
            columns[join.file] |= dict.fromkeys(there for _, there in join.on)
    return {alias: [FileHeader(name=f"{alias}.csv", columns=tuple(names))] for alias, names in columns.items()}
