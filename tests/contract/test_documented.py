"""What README.md tells people to type is typed here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from releasekit.cli import app

from .tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)
SHELL = [line for block in re.findall(r"^```console\n(.*?)^```$", README, re.M | re.S)
         for line in block.splitlines()]
LONG = "releasekit optimise"
"""The first command of the README; the checks run it as it stands."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that looks like a fresh clone, as far as the commands can tell."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_something_to_run() -> None:
    """For a README whose blocks are no longer found."""
    assert len(PYTHON) == 1
    assert len(SHELL) >= 8


@pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")
def test_python_of_the_readme(folder: Path) -> None:
    """For an example that was right once."""
    exec(compile(PYTHON[0], "README.md", "exec"), {})
    assert (folder / "sheet.svg").stat().st_size > 1000


@pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")
@pytest.mark.parametrize("line", SHELL)
def test_commands_of_the_readme(line: str, folder: Path) -> None:
    """For an option that was renamed, or a command that needs what is not there."""
    for command in line.split("&&"):
        program, *words = shlex.split(command)
        assert program == "releasekit"
        if command.strip().startswith(LONG):
            words += ["--budget", "60"]
        words = [found for word in words for found in (
            sorted(map(str, Path().glob(word))) if "*" in word else [word])]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
