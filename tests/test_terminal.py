"""What the terminal shows while one waits."""

import io
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from releasekit import pages, terminal
from releasekit.release import DAY
from releasekit.simulation import simulate
from releasekit.studies.study import Objective

from .builders import gel


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
            move(done, 2000, {"best": {"available_auc_d_p10": 0.062831, "retained_7d_fraction": 0.1,
                                       "loaded_dose_per_cm2_p90": 2.1e9}})
    return str(screen.getvalue())


def test_long_work_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a bar without rate or best so far, or one that flashes up for work of a moment."""
    monkeypatch.setenv("COLUMNS", "80")  # where not all of the best so far has room
    assert "120/s" in _worked(monkeypatch)
    assert "available_auc_d_p10" in _worked(monkeypatch)
    assert not _worked(monkeypatch, seconds=1.9)


def test_nobody_is_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a bar in a log file, or in spite of --quiet."""
    assert not _worked(monkeypatch, quiet=True)
    assert not _worked(monkeypatch, screen=io.StringIO())


def test_numbers_are_never_broken(monkeypatch: pytest.MonkeyPatch,
                                  capsys: pytest.CaptureFixture[str]) -> None:
    """For a narrow terminal on which -9.7e-05 stands as -9.7e and, below it, -05."""
    names = ["available_auc_d_p25", "retained_7d_fraction_p25", "loaded_dose_per_cm2_p75"]
    row = ["polymer_concentration_mg_per_mL", "71.63", "1.36e+10", "-9.7e-05", "+0.0035",
           "+6.9e+09"]
    for width in (80, 160):
        monkeypatch.setattr(terminal, "PLAIN_WIDTH", width)
        terminal.table(("choice", "from", "to", *names), [row])
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= width
        assert all(number in shown for number in row[1:])
        # whole names where there is room: who reads a file looks for them
        assert all(name in shown for name in (*names, row[0])) == (width == 160)


def test_columns_without_room_follow_below(monkeypatch: pytest.MonkeyPatch,
                                           capsys: pytest.CaptureFixture[str]) -> None:
    """For a comparison on a narrow terminal in which 1.27e+10 stands as 1.27e+, or is not there."""
    numbers = [f"{1.27 + place}e+10" for place in range(11)]
    names = [f"a long name of quantity {place}" for place in range(11)]
    for width in (60, 80):
        monkeypatch.setattr(terminal, "PLAIN_WIDTH", width)
        terminal.table(("", *names), [["Adipose matrix hydrogel", *numbers]], numbers=True)
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= width
        rows = [line.split() for line in shown.splitlines() if "e+10" in line]
        assert [cell for row in rows for cell in row if "e+10" in cell] == numbers
        assert len(rows) > 1
        assert all("Adipose" in row for row in rows)
        band = "0.142 (0.0637 to 0.1843)"
        terminal.table(("", *names), [["Adipose matrix hydrogel", *[band] * 11]], numbers=True)
        assert capsys.readouterr().out.count("0.1843)") == 11
        terminal.table(("", *names[:3]), [["GelMA sheet", *numbers[:3]]], numbers=True)
        assert capsys.readouterr().out.count("GelMA") == 1


def test_a_target_is_reached_by_the_smallest_distance(capsys: pytest.CaptureFixture[str]) -> None:
    """For a distance that is shown under the name of the metric, or the farthest as the winner."""
    study = SimpleNamespace(base=(), objectives=(Objective("t50_release_d", "reach", 6.5),))
    pages.print_families(cast(Any, SimpleNamespace(study=study, trials=None, families={
        family: {"t50_release_d_distance_p80": value}
        for family, value in (("hydrogel", 0.63), ("ecm", 2.7))})))
    shown = capsys.readouterr().out
    assert "minimise t50_release_d_distance_p80" in shown
    assert "0.63 *" in shown
    assert "2.7 *" not in shown


def test_no_share_is_below_zero(capsys: pytest.CaptureFixture[str]) -> None:
    """For a ledger that reads -0.000, or particles and metrics that round-off made negative."""
    whole = simulate(gel(name="sheet", duration="7.3 d"))
    late = whole.time > 5.1 * DAY
    left = replace(whole, columns={
        name: np.where(late, -3.1e3 if name.endswith("_per_cm2") else -1.7e-7, column)
        for name, column in whole.columns.items()})
    assert left["available_particles_per_cm2"].min() < 0.0
    terminal.print_release(left)
    terminal.print_comparison([left])
    shown = capsys.readouterr().out
    assert "retained_7d_fraction" in shown
    assert not re.search(r"(?<!e)-\d", shown)


def test_one_thing_is_singular() -> None:
    """For "1 facts used"."""
    assert terminal.facts_sentence({"given": 1}) == "1 fact used: 1 given"
    assert terminal.facts_sentence({"given": 1, "assumed": 1}).startswith("2 facts used")
