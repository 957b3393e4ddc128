"""Where in a TOML file a key stands: the standard reader does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_NAME: Final = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s.=\[\]"'#{},]+)"""
_HEADER: Final = re.compile(rf"^\s*\[(\[)?\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*\]")
_KEY: Final = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_INLINE: Final = re.compile(rf"[{{,]\s*({_NAME})\s*=")

Path = tuple[str | int, ...]


@dataclass
class _Walk:
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def header(self, names: Path, *, is_array: bool, number: int) -> Path:
        path = self._inside_arrays(names[:-1]) + names[-1:]
        if is_array:
            self.counts[path] = self.counts.get(path, -1) + 1
            self.lines.setdefault(path, number)
            path = (*path, self.counts[path])
        self.lines.setdefault(path, number)
        return path

    def _inside_arrays(self, names: Path) -> Path:
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path])
        return path


def toml_lines(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table and key.

    A path holds names, and positions from 0 for arrays of tables: the key
    ``source`` under the second ``[[leads]]`` is ``("leads", 1, "source")``. Keys of
    an inline table follow the key they belong to.
    """
    walk = _Walk()
    here: Path = ()
    last: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = last = walk.header(_names(header[2]), is_array=bool(header[1]), number=number)
            continue
        if key := _KEY.match(line):
            last = here + _names(key[1])
            walk.lines.setdefault(last, number)
        for inline in _INLINE.finditer(line):
            walk.lines.setdefault(last + _names(inline[1]), number)
    return walk.lines


def line_of(lines: dict[Path, int], *path: str | int) -> int:
    """Return the line of `path`, or of the nearest thing around it; 1 when nothing is known."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _names(text: str) -> Path:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, text))
