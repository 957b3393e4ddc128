"""On which line of a TOML text each key stands, which the standard parser does not tell.

The text has been parsed by `tomllib` already, so this reads it leniently: it only
needs to keep count of lines through strings, comments, arrays and inline tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r]+|\#[^\n]*)"
    r"|(?P<newline>\n)"
    r'|(?P<text>"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<mark>\[|\]|\{|\}|=|,|\.)"
    r"|(?P<word>[^\s\[\]{}=,.\"'#]+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def key_lines(text: str) -> dict[Path, int]:
    """Return the line of every table and key, by its path; lines count from 1.

    Parameters
    ----------
    text : str
        A valid TOML document.

    Returns
    -------
    dict
        For example `("rule", 2, "points")` is the key `points` of the third `[[rule]]`;
        `("rule", 2)` is where that table begins.
    """
    return _Scanner(list(_tokens(text))).scan()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "", match.group(), line)
        line += match.group().count("\n")


class _Scanner:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.n_tables: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self.at < len(self.tokens):
            if self._peek() == "[":
                table = self._header()
            elif self._peek() == "\n":
                self.at += 1
            else:
                self._statement(table)
        return self.lines

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _header(self) -> Path:
        line = self._take().line
        is_array = self._peek() == "["
        if is_array:
            self.at += 1
        table = self._absolute(self._key(), is_array=is_array)
        while self.at < len(self.tokens) and self._peek() != "\n":
            self.at += 1
        self.lines.setdefault(table, line)
        return table

    def _absolute(self, key: Path, *, is_array: bool) -> Path:
        """Return the path of a header, with the numbers of the arrays of tables on the way."""
        path: Path = ()
        for part in key[:-1]:
            path += (part,)
            if path in self.n_tables:
                path += (self.n_tables[path] - 1,)
        path += key[-1:]
        if is_array:
            self.n_tables[path] = self.n_tables.get(path, 0) + 1
            path += (self.n_tables[path] - 1,)
        return path

    def _key(self) -> Path:
        parts: list[str | int] = []
        while self.at < len(self.tokens) and self._peek() not in ("=", "]"):
            token = self._take()
            if token.kind == "text":
                parts.append(str(ast.literal_eval(token.text)) if token.text[0] == '"' else token.text[1:-1])
            elif token.kind == "word":
                parts.append(token.text)
        return tuple(parts)

    def _statement(self, table: Path) -> None:
        line = self.tokens[self.at].line
        key = self._key()
        self.at += 1
        for depth in range(1, len(key) + 1):
            self.lines.setdefault(table + key[:depth], line)
        self._value(table + key)

    def _value(self, path: Path) -> None:
        opening = self._peek()
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.tokens) and self._peek() not in ("\n", ",", "]", "}"):
                self.at += 1

    def _array(self, path: Path) -> None:
        self.at += 1
        n_items = 0
        while self.at < len(self.tokens) and self._peek() != "]":
            if self._peek() in ("\n", ","):
                self.at += 1
                continue
            self.lines.setdefault((*path, n_items), self.tokens[self.at].line)
            self._value((*path, n_items))
            n_items += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self.at < len(self.tokens) and self._peek() != "}":
            if self._peek() in ("\n", ","):
                self.at += 1
            else:
                self._statement(path)
        self.at += 1
