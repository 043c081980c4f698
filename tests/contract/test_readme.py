"""What the README says is what the checks run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .tree import ROOT

BASH = re.compile(r"^```bash\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)\)")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands(text: str) -> list[str]:
    """Return the first two blocks of commands: install and run, install and test."""
    return [block.rstrip("\n") for block in BASH.findall(text)[:2]]


def missing(readme: str, script: str) -> list[str]:
    """Return the lines of the README's two commands that the script does not have as a line."""
    lines = [line.strip() for line in script.splitlines()]
    return [line for block in commands(readme) for line in block.splitlines()
            if line.strip() and line.strip() not in lines]


def test_readme_has_two_commands() -> None:
    """For a README whose commands cannot be found by whoever copies them, or by the next test."""
    path = ROOT / "README.md"
    assert path.is_file(), "README.md is missing"
    blocks = commands(path.read_text("utf-8"))
    assert len(blocks) == 2, "README.md needs two ```bash blocks: install and run, install and test"
    assert all("install" in block for block in blocks)
    assert "releasekit" in blocks[0]
    assert "pytest" in blocks[1]


def test_the_checks_run_the_commands_of_the_readme() -> None:
    """For a command in the README that nobody has run since it was written."""
    script = ROOT / ".ci" / "run"
    assert script.is_file(), ".ci/run is missing"
    absent = missing((ROOT / "README.md").read_text("utf-8"), script.read_text("utf-8"))
    assert not absent, "\n".join([".ci/run does not run these lines of README.md:", *absent])


def test_another_command_is_found() -> None:
    """For a comparison that lets everything pass, e.g. a comment for a command."""
    readme = "```bash\na --b\n\nc\n```\ntext\n```bash\nd\n```\n```bash\nnever run\n```\n"
    assert commands(readme) == ["a --b\n\nc", "d"]
    assert missing(readme, "a --b\n  c\n# d\n") == ["d"]
    assert not missing(readme, "c\nd\na --b\n")


@pytest.mark.parametrize("path", DOCUMENTS,
                         ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS])
def test_links_lead_somewhere(path: Path) -> None:
    """For a document that points to a file which was renamed or never written."""
    dead = [link for link in LINK.findall(path.read_text("utf-8"))
            if not (path.parent / link).exists()]
    assert not dead
