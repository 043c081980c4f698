"""What README.md and the guide tell people to type is typed here, and prints what they show."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

import releasekit

from .guide import LONG, PAGES, Block, blocks, clone, cut, follow, outputs, same
from .refresh import COMMAND, GENERATED, PUBLIC
from .tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")
REFRESH = "python -m tests.contract.guide"


def differences(page: str, long: bool = False) -> str:
    """Return where a page does not show what is printed."""
    found = []
    with clone():
        for output, printed in follow(page, long):
            printed = cut(printed, output.shown)
            if not same(printed, output.shown):
                found += [f"{output.source}", *difflib.unified_diff(
                    output.shown, printed, "shown", "printed", lineterm="")]
    return "\n".join(found)


def test_there_is_something_to_run() -> None:
    """For pages whose blocks are no longer found."""
    count = {path.name: sum(len(outputs(block)) + (block.language == "python")
                            for block in blocks(path.read_text("utf-8"))
                            if block.language in ("console", "python")) for path in PAGES}
    assert count["README.md"] >= 3
    assert count["start.md"] >= 8
    assert count["tutorial.md"] >= 8
    assert sum(count.values()) >= 40
    typed = {output.source for block in blocks(README) if block.language == "console"
             for output in outputs(block)}
    assert typed >= LONG


@pytest.mark.parametrize("path", PAGES, ids=[path.name for path in PAGES])
def test_page(path: Path) -> None:
    """For an example that was right once: an option renamed, a file missing, a number moved."""
    wrong = differences(path.read_text("utf-8"))
    assert not wrong, f"{wrong}\nif this is meant: {REFRESH} {path.name}"


@pytest.mark.slow
def test_long_commands() -> None:
    """For the first command of the README printing something else than the README says."""
    wrong = differences(README, long=True)
    assert not wrong, f"{wrong}\nif this is meant: {REFRESH} README.md"


def test_a_wrong_output_is_seen() -> None:
    """For a comparison that lets everything pass."""
    page = "```python\nprint('a', 2.7)\n```\n\n```text\na 2.7\n```\n"
    assert not differences(page)
    assert "+a 2.7" in differences(page.replace("a 2.7\n`", "a 2.8\n`"))
    page = "```console\n$ releasekit --version\nreleasekit 0.0.0\n```\n"
    assert "releasekit --version" in differences(page)


def test_lines_left_out() -> None:
    """For an ellipsis that hides more than it says, or times that are compared."""
    assert cut(list("abcde"), ["a", "...", "e"]) == ["a", "...", "e"]
    assert cut(list("abcde"), ["x", "...", "e"]) == ["a", "...", "e"]
    assert cut(list("abc"), list("abd")) == list("abc")
    assert same(["40 candidates in 3.7 s"], ["40 candidates in 12.9 s"])
    assert not same(["40 candidates in 3.7 s"], ["41 candidates in 3.7 s"])


def test_commands_of_a_block() -> None:
    """For an output that is taken for a command, or put in another place when written anew."""
    found = outputs(Block("", "console", "$ releasekit a\nx\ny\n$ releasekit b\n", 10))
    assert [(one.source, one.shown) for one in found] == [
        ("releasekit a", ["x", "y"]), ("releasekit b", [])]
    assert [(one.start, one.end) for one in found] == [(25, 29), (44, 44)]


@pytest.mark.parametrize("name", ["models.md", "api.md"])
def test_reference_is_up_to_date(name: str) -> None:
    """For a law or function whose docstring says something else than its page."""
    path = ROOT / "docs" / name
    assert path.read_text("utf-8") == GENERATED[path](), f"run: {COMMAND}"


def test_every_public_name_is_explained() -> None:
    """For a public name that the reference leaves out."""
    assert {*PUBLIC} == {*releasekit.__all__} - {"__version__"}
