"""What the terminal shows while one waits."""

import io
from typing import Any

import pytest

from releasekit import terminal


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _worked(monkeypatch: pytest.MonkeyPatch, quiet: bool = False, seconds: float = 9.0,
            screen: Any = None) -> str:
    """Return what is written while work of some seconds goes on."""
    screen = screen or Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    clock = iter([100.0, *(100.0 + seconds * part for part in (0.3, 0.9))])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    with terminal.progress("searching", quiet) as move:
        for done in (310, 970) if move else ():
            move(done, 2000, {"best": {"available_auc_d_p10": 0.062831}})
    return str(screen.getvalue())


def test_long_work_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a bar without rate or best so far, or one that flashes up for work of a moment."""
    assert "120/s" in _worked(monkeypatch)
    assert "available_auc_d_p10" in _worked(monkeypatch)
    assert not _worked(monkeypatch, seconds=1.9)


def test_nobody_is_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a bar in a log file, or in spite of --quiet."""
    assert not _worked(monkeypatch, quiet=True)
    assert not _worked(monkeypatch, screen=io.StringIO())
