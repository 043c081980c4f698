"""Where each key stands in a TOML text: asked only when there is a problem to report."""

from __future__ import annotations

import functools
import re

Key = str | int

_TOKEN = re.compile(
    r'''(?P<skip>[ \t\r]+|\#[^\n]*)|(?P<newline>\n)
    |(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<mark>[\[\]{}=,.])|(?P<word>[^\s\[\]{}=,."'\#]+)''', re.S | re.X)


class _LineFinder:
    """Walks through TOML that is known to be well formed and notes the line of each key."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            if match.lastgroup != "skip":
                self.tokens.append((str(match.lastgroup), match.group(), line))
            line += match.group().count("\n")
        self.tokens.append(("end", "", line))
        self.at = 0
        self.lines: dict[tuple[Key, ...], int] = {}
        self.last_index: dict[tuple[Key, ...], int] = {}
        table: tuple[Key, ...] = ()
        while self.kind != "end":
            if self.word == "[":
                table = self.header()
            elif self.kind in ("word", "string"):
                self.entry(table)
            else:
                self.at += 1

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def word(self) -> str:
        """The mark under the cursor; empty for anything else."""
        kind, text, _ = self.tokens[self.at]
        return text if kind == "mark" else ""

    def note(self, path: tuple[Key, ...], line: int) -> None:
        self.lines.setdefault(path, line)

    def keys(self) -> list[str]:
        found = []
        while self.kind in ("word", "string") or self.word == ".":
            if self.word != ".":
                found.append(self.tokens[self.at][1].strip("\"'"))
            self.at += 1
        return found

    def header(self) -> tuple[Key, ...]:
        line = self.tokens[self.at][2]
        self.at += 1
        repeated = self.word == "["
        self.at += repeated
        path: tuple[Key, ...] = ()
        names = self.keys()
        for position, name in enumerate(names, 1):
            path += (name,)
            self.note(path, line)
            if repeated and position == len(names):
                self.last_index[path] = self.last_index.get(path, -1) + 1
            if path in self.last_index:
                path += (self.last_index[path],)
                self.note(path, line)
        while self.kind not in ("newline", "end"):
            self.at += 1
        return path

    def entry(self, table: tuple[Key, ...]) -> None:
        line, path = self.tokens[self.at][2], table
        for name in self.keys():
            path += (name,)
            self.note(path, line)
        self.at += self.word == "="
        self.value(path)

    def value(self, path: tuple[Key, ...]) -> None:
        opening, index = self.word, 0
        if opening not in ("{", "["):
            while self.kind not in ("newline", "end") and self.word not in (",", "]", "}"):
                self.at += 1
            return
        self.at += 1
        while self.kind != "end" and self.word not in ("}", "]"):
            if self.kind == "newline" or self.word == ",":
                self.at += 1
            elif opening == "{":
                self.entry(path)
            else:
                self.note((*path, index), self.tokens[self.at][2])
                self.value((*path, index))
                index += 1
        self.at += self.kind != "end"


@functools.lru_cache(maxsize=32)
def key_lines(text: str) -> dict[tuple[Key, ...], int]:
    """Return the line of every key path of a TOML text that is known to be well formed.

    >>> key_lines("[a]\\nb = { c = 1 }\\n[[d]]\\ne = 2")["d", 0, "e"]
    4
    """
    return _LineFinder(text).lines
