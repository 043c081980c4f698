"""A quick start: what is heavy is imported by the command that needs it, not by the program."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "numba", "matplotlib", "pint", "scipy", "pymoo")

HELP = """
import sys
from releasekit.cli import main
sys.argv = ["releasekit", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
SHOW = "import sys; print('LOADED', *{name.partition('.')[0] for name in sys.modules})"


def loaded(code: str) -> set[str]:
    """Return the packages that a fresh interpreter has loaded after running some code."""
    done = subprocess.run([sys.executable, "-c", f"{code}\n{SHOW}"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("LOADED")
    return set(last.split()[1:])


@pytest.mark.parametrize("code", ["import releasekit", HELP], ids=["import", "help"])
def test_start_is_quick(code: str) -> None:
    """For a heavy import at the top of a module that is loaded at once."""
    packages = loaded(code)
    assert "releasekit" in packages
    assert not packages & set(HEAVY)


def test_a_heavy_import_is_found() -> None:
    """For a check that looks at the wrong interpreter."""
    assert "scipy" in loaded("import releasekit\nimport scipy.special")
