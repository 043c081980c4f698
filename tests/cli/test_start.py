"""How the program starts: quickly, and as a process of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from releasekit import __version__, terminal
from releasekit.transport import march

Run = Callable[..., Result]
HEAVY = ("numpy", "scipy", "pandas", "numba", "matplotlib", "pint", "pymoo", "tomlkit")
MAIN = "from releasekit.cli import main; main()"


def python(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], text=True,
                          capture_output=True, env={**os.environ, **environment}, timeout=120)


def test_help_loads_nothing_heavy() -> None:
    """Mistake: an import at the top of a module makes --help take a second."""
    code = ("import sys\nsys.argv = ['releasekit', '--help']\ntry:\n    "
            f"{MAIN}\nexcept SystemExit:\n    pass\n"
            f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)")
    result = python(code)
    assert result.stderr.strip() == "[]"
    assert "simulate" in result.stdout


def test_as_a_process(sheet: Path) -> None:
    """Mistake: exit codes or messages get lost between the command and the process."""
    sheet.write_text(sheet.read_text().replace("thickness", "thiknes"))
    result = python(MAIN, "simulate", sheet, "--json")
    assert (result.returncode, result.stdout) == (2, "")
    assert "did you mean thickness?" in result.stderr
    assert "Traceback" not in result.stderr


def test_version(run: Run) -> None:
    """Mistake: --version asks for a command, or prints another version."""
    assert run("--version").stdout == f"releasekit {__version__}\n"


def test_compiling_is_said_once_where_it_happens(run: Run, sheet: Path, tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: seconds of silence at the first run of a kernel, or a note at every run."""
    ask = ("from releasekit.transport import chain, rows; print(rows.is_kept(chain.march))")
    assert python(ask, NUMBA_CACHE_DIR=str(tmp_path)).stdout.strip() == "False"
    quick = ("simulate", sheet, "--accuracy", "screen")
    run(*quick)
    march.announce.cache_clear()
    assert "compiling" not in run(*quick).stderr  # it has just been compiled
    monkeypatch.setattr(march, "is_kept", lambda kernel: False)
    march.announce.cache_clear()
    assert run(*quick).stderr.count("compiling the solver") == 1
    march.announce.cache_clear()
    assert "compiling" not in run(*quick, "--quiet").stderr


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_only_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a bar for short work, in a log file, or in spite of --quiet."""
    screen = FakeTerminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with terminal.progress("searching", quiet=False) as move:
        assert move is not None
        move(3, 7, {})
    assert "searching" not in screen.getvalue()
    monkeypatch.setattr(terminal, "PATIENCE", 0.0)
    with terminal.progress("searching", quiet=False) as move:
        assert move is not None
        move(3, 7, {})
    assert "searching" in screen.getvalue()
    with terminal.progress("searching", quiet=True) as move:
        assert move is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.progress("searching", quiet=False) as move:
        assert move is None
