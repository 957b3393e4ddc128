"""Every mapping in docs/mapping.md works, on a file made of the columns it names, and its table is true."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from data.contract import TABLES
from data.imports import import_files, parse_mapping
from data.imports.plan import columns_used
from data.imports.recognise import _needed
from tests.data.imports.workbooks import write_xlsx

DOCUMENT = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", DOCUMENT, flags=re.DOTALL)


def a_row(mapping, alias):
    """Return column -> a cell that the mapping takes, for every column it reads of a file."""
    row = {}
    for feed in mapping.feeds:
        row |= {column: "1" for file, column in columns_used(feed) if file == alias}
    for feed in mapping.feeds:
        for name, cell in feed.cells.items():
            if (cell.file or feed.file) != alias:
                continue
            text = next(iter(cell.values), None)
            if TABLES[feed.table].column(name).kind.name in ("TIMESTAMP", "DATE"):
                text = datetime(2024, 4, 1).strftime(cell.dates[0] if cell.dates else "%Y-%m-%d")
            row |= dict.fromkeys(cell.columns, text) if text else {}
        if feed.file == alias:
            row |= {condition.column: condition.values[0] for condition in feed.conditions if condition.kind == "is"}
    return row


@pytest.mark.parametrize("text", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_works(text, workspace, tmp_path):
    mapping = parse_mapping(text, "mapping.md")
    paths = []
    for alias, spec in mapping.files.items():
        row = a_row(mapping, alias)
        path = tmp_path / (spec.pattern.replace("*", "-1") if spec.pattern != "*" else f"{alias}.csv")
        rows = [[]] * (spec.header_line - 1) + [list(row), list(row.values())]
        if path.suffix == ".xlsx":
            write_xlsx(path, {spec.sheet: rows})
        else:
            lines = [(spec.delimiter or ",").join(cells) + "\n" for cells in rows]
            path.write_text("".join(lines), encoding=spec.encoding or "utf-8")
        paths.append(path)
    report = import_files(workspace, paths, mapping)
    assert report.failures["text"].tolist() == []
    assert report.is_imported
    assert (report.tables["n_new"] >= 1).all()


def test_the_table_of_needed_columns_is_true():
    rows = re.findall(r"^\| `\[\[(\w+)\]\]` \| (.*?) \| (.*?) \|$", DOCUMENT, flags=re.MULTILINE)
    documented = {table: set(re.findall(r"`(\w+)`", needed)) for table, _, needed in rows}
    assert documented == {name: set(_needed(table)) for name, table in TABLES.items()}
