"""The guide as a reader would follow it: files written, commands typed, Python run, in order.

A page is README.md or one below docs/. What counts in it:

- a ``toml`` or ``csv`` block after "... `NAME`:" is a file of that name that the reader writes;
- a ``console`` block has commands after ``$ ``, each with what it prints;
- a ``python`` block is run; a ``text`` block right after it is what it prints.

``...`` on a line of its own stands for lines left out; seconds may differ. All pages start in a
folder with the examples, as in a fresh clone. ``python -m tests.contract.guide`` runs the pages and
writes what is printed now into them.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any
from unittest import mock

from typer.testing import CliRunner

from releasekit.cli import app
from releasekit.errors import ReleasekitWarning

from .refresh import GENERATED
from .tree import ROOT

PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
         if path not in GENERATED
         and re.search("^```(console|python)$", path.read_text("utf-8"), re.M)]
LONG = {"releasekit optimise examples/diabetic-foot-ulcer.toml"}
"""Commands that take more than some seconds."""
WIDTH = "100"
CUT = "..."
BLOCK = re.compile(r"(?:`([\w-]+\.(?:toml|csv))`:\n\n)?^```(\w+)\n(.*?)^```$", re.M | re.S)
SECONDS = re.compile(r"\d+\.\d s\b")


@dataclass(frozen=True)
class Output:
    """What a page says that a command or a block of Python prints, and where it says so."""

    source: str
    shown: list[str]
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; ``text`` starts at the character ``start`` of the page."""

    file: str
    language: str
    text: str
    start: int


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    return [Block(found[1] or "", found[2], found[3], found.start(3))
            for found in BLOCK.finditer(page)]


def outputs(block: Block) -> list[Output]:
    """Return the commands of a console block with their outputs."""
    starts = [found.start() for found in re.finditer(r"^\$ ", block.text, re.M)]
    found = []
    for start, end in pairwise([*starts, len(block.text)]):
        command, _, shown = block.text[start:end].partition("\n")
        found.append(Output(command.removeprefix("$ "), shown.splitlines(),
                            block.start + start + len(command) + 1, block.start + end))
    return found


def follow(page: str, long: bool = False) -> Iterator[tuple[Output, list[str]]]:
    """Do what a page says, in the working folder; yield what it shows and what was printed.

    The long commands are left out, or with ``long`` all else.
    """
    space: dict[str, Any] = {}
    found = blocks(page)
    for block, after in zip_longest(found, found[1:]):
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for output in outputs(block):
                if (output.source in LONG) == long:
                    fails = any(line.startswith("error:") for line in output.shown)
                    yield output, typed(output.source, 2 if fails else 0)
        elif block.language == "python" and not long:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, "page", "exec"), space)
            between = page[block.start + len(block.text) + 3:after.start] if after else ""
            if after and after.language == "text" and not between.split("```text")[0].strip():
                yield (Output(block.text, after.text.splitlines(), after.start,
                              after.start + len(after.text)), tidy(printed.getvalue()))


def typed(command: str, exit_code: int) -> list[str]:
    """Return what a command prints, on stdout and stderr as they come."""
    program, *words = shlex.split(command)
    assert program == "releasekit", command
    result = CliRunner().invoke(app, words)
    if result.exit_code != exit_code:
        raise AssertionError(f"{command}\n{result.output}") from result.exception
    return tidy(result.output)


def tidy(printed: str) -> list[str]:
    """Return lines without blanks at their ends, and without what only a first run says."""
    lines = [line.rstrip() for line in printed.splitlines() if not line.startswith("compiling")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def cut(printed: list[str], shown: list[str]) -> list[str]:
    """Return what was printed with as many lines left out as the page leaves out."""
    if CUT not in shown:
        return printed
    head = shown.index(CUT)
    tail = len(shown) - head - 1
    return [*printed[:head], CUT, *printed[len(printed) - tail:]]


def same(printed: list[str], shown: list[str]) -> bool:
    """Say whether two outputs agree in all but the time they took."""
    left, right = (SECONDS.sub("s", "\n".join(lines)).strip() for lines in (printed, shown))
    return left == right


@contextlib.contextmanager
def clone() -> Iterator[None]:
    """Work in a folder that looks like a fresh clone, as far as the commands can tell."""
    with (tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder),
          mock.patch.dict("os.environ", {"COLUMNS": WIDTH}), warnings.catch_warnings()):
        warnings.simplefilter("ignore", ReleasekitWarning)
        shutil.copytree(ROOT / "examples", "examples")
        yield


def main(names: list[str]) -> None:
    """Write what is printed now into the pages named, or into all; long commands where named."""
    for path in PAGES:
        if names and path.name not in names:
            continue
        page = path.read_text("utf-8")
        with clone():
            found = list(follow(page)) + (list(follow(page, long=True)) if names else [])
        for output, printed in sorted(found, key=lambda pair: -pair[0].start):
            printed = cut(printed, output.shown)
            if not same(printed, output.shown):
                text = "".join(f"{line}\n" for line in printed)
                page = page[:output.start] + text + page[output.end:]
                print(f"{path.name}: {output.source.splitlines()[0]}")
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
