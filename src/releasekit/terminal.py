"""What the command line prints: results to stdout, words, warnings and progress to stderr."""

from __future__ import annotations

import contextlib
import os
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from releasekit.errors import InputError, ReleasekitWarning
from releasekit.wording import counted, number, settled

if TYPE_CHECKING:
    from releasekit.release import Release

Progress = Callable[..., None]

PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe; a terminal and $COLUMNS say their own."""
AT_WOUND = ("retained", "available", "released", "taken_up", "scavenged", "washed_out",
            "inactivated")
IN_MEDIUM = ("released", "released_active", "in_carrier", "in_medium", "inactivated")
SHOWN_DRIVERS = 5
PATIENCE = 2.0
"""Seconds after which a person wants to see how far the work has come."""
BLOCKS = "▁▂▃▄▅▆▇█"
SPARKLINE_LENGTH, BAR_WIDTH = 48, 16
SHORT, NAME = 11, 18
"""Length of cells that are never wrapped, and of lines of names, where a terminal is narrow."""


def out() -> Console:
    """Return a console for results; made anew, because stdout may have been exchanged."""
    return _console(sys.stdout)


def err() -> Console:
    """Return a console for words, warnings and progress."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    width = None if stream.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    # brackets in messages are part of them, not markup; no colours are needed either
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


# words --------------------------------------------------------------------------------------------

def say(text: str) -> None:
    """Print a note for the person at the terminal."""
    print(text, file=sys.stderr)


def warn(text: str) -> None:
    """Print a warning."""
    say(f"warning: {text}")


def complain(error: InputError) -> None:
    """Print everything that is wrong with the input."""
    for problem in error.problems:
        say(f"error: {problem}")


def text(words: str) -> None:
    """Print a paragraph of the result, wrapped to the terminal."""
    console = out()
    print(textwrap.fill(words, console.width, subsequent_indent="  ", break_on_hyphens=False,
                        break_long_words=False))


@contextlib.contextmanager
def warnings_told() -> Iterator[None]:
    """Print releasekit's warnings as words, each once, wherever they come from."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if str(message) not in told:
            told.add(str(message))
            warn(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", ReleasekitWarning)
        warnings.showwarning = show
        yield


@contextlib.contextmanager
def progress(what: str, quiet: bool) -> Iterator[Progress | None]:
    """Give a callback (done, in all, so far) for a bar with rate, time left and the best so far.

    ``stage`` in what is so far starts another work under that name.

    None where nobody would see it. The bar appears once the work has taken two seconds.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    # the best so far has what room is left: rate and time do not give way to it
    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    with Bar(TextColumn("{task.description}"), BarColumn(BAR_WIDTH), MofNCompleteColumn(),
             TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
             TextColumn("{task.fields[best]}", table_column=rest), console=err(), expand=True,
             transient=True, disable=True) as bar:
        task = bar.add_task(what, total=None, rate="", best="")
        begun = started = time.monotonic()
        stage = what

        def move(done: int, total: int, so_far: Mapping[str, Any] | None = None) -> None:
            nonlocal started, stage
            now = time.monotonic()
            if (so_far or {}).get("stage", what) != stage:
                stage, started = (so_far or {})["stage"], now
                bar.reset(task, description=stage)
            seconds = now - started
            if bar.disable and now - begun > PATIENCE:
                bar.disable = False
                bar.start()
            bar.update(task, completed=done, total=total,
                       rate=f"{done / seconds:.3g}/s" if seconds > 0 else "",
                       best=", ".join(f"{name} {number(value, 3)}" for name, value in
                                      (so_far or {}).get("best", {}).items()))

        yield move


# tables -------------------------------------------------------------------------------------------

def table(headers: Sequence[str], rows: Iterable[Sequence[str]], title: str = "",
          numbers: bool = False, fixed: int = 1) -> None:
    """Print a table; the first ``fixed`` columns are not wrapped if there is room.

    With ``numbers`` all columns but the first are set flush right. Where a terminal is too narrow
    names are broken at their underscores, and numbers never; columns without room follow below.
    """
    console, body = out(), [list(row) for row in rows]
    columns = list(zip(headers, *body, strict=True))
    narrow = sum(3 + max(map(len, column)) for column in columns) > console.width
    blocks = (_side_by_side(columns, fixed, numbers, console.width) if narrow
              else [list(range(len(columns)))])
    for places in blocks:
        shown = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False,
                      title_style="", header_style="", collapse_padding=narrow)
        for i in places:
            header, *cells = columns[i]
            short = _is_short(cells)
            shown.add_column(broken(header, SHORT) if narrow and short else header,
                             justify="right" if numbers and i else "left", overflow="fold",
                             no_wrap=short if narrow else i < fixed)
        for row in body:
            shown.add_row(*(broken(row[i], NAME) if narrow and i < fixed else row[i]
                            for i in places))
        console.print(shown)
        title = ""


def _is_short(cells: Iterable[str]) -> bool:
    return all(len(cell) <= SHORT for cell in cells)


def _side_by_side(columns: Sequence[Sequence[str]], fixed: int, numbers: bool,
                  width: int) -> list[list[int]]:
    """Return which columns stand beside the first ones; the others follow below, beside them again.

    >>> _side_by_side([("", "GelMA sheet"), ("burst", "0.113"), ("AUC", "5.55")], 1, True, 22)
    [[0, 1], [0, 2]]
    """
    # a number needs its room, words can be wrapped
    wide = [2 + max(len(line) for cell in column for line in broken(cell, SHORT).split("\n"))
            if numbers or i < fixed or _is_short(column[1:]) else 2 + SHORT // 2
            for i, column in enumerate(columns)]
    blocks = [list(range(fixed))]
    for i in range(fixed, len(columns)):
        if len(blocks[-1]) > fixed and sum(wide[j] for j in blocks[-1]) + wide[i] > width:
            blocks.append(list(range(fixed)))
        blocks[-1].append(i)
    return blocks


def broken(name: str, width: int) -> str:
    """Return a name in lines, broken where a word ends or after an underscore.

    >>> broken("retained_7d_fraction_p25", 12)
    'retained_7d_\\nfraction_p25'
    """
    lines = textwrap.wrap(name.replace("_", "_ "), width + 1, break_long_words=False,
                          break_on_hyphens=False)
    return "\n".join(line.replace("_ ", "_") for line in lines)


def banded(measured: Mapping[str, Any], name: str, digits: int = 4) -> str:
    """Return a number, with its band from 5 to 95 % where there is one."""
    low, high = measured.get(f"{name}_p05"), measured.get(f"{name}_p95")
    if low is None or high is None or low == high:
        return number(measured.get(name), digits)
    return f"{number(measured.get(name), digits)} ({low:.3g} to {high:.3g})"


def driven_by(release: Release) -> str:
    """Return what drives a release, the strongest first.

    Facts beyond the fifth are left out.
    """
    first = list(release.driven_by.items())[:SHOWN_DRIVERS]
    return ", ".join(f"{fact} {share:.0%}" for fact, share in first) or "no uncertain fact"


def trust(release: Release) -> str:
    """Return the prediction class, and what it rests on if that is given without a spread."""
    exact = ", ".join(release.formulation.taken_as_exact())
    return release.prediction_class + (
        f" (no spread of {exact})" if release.prediction_class == "given" else "")


def facts_sentence(used: Mapping[str, int]) -> str:
    """Count the facts used by how they are known.

    >>> facts_sentence({"assumed": 5, "measured": 18})
    '23 facts used: 18 measured, 5 assumed'
    """
    order = ("measured", "computed", "fitted", "assumed", "given")
    parts = [f"{used[basis]} {basis}" for basis in order if used.get(basis)]
    return f"{counted(sum(used.values()), 'fact')} used: {', '.join(parts) or 'none'}"


# releases -----------------------------------------------------------------------------------------

def print_release(release: Release) -> None:
    """Print the ledger over time, the metrics and how far to trust them."""
    from releasekit.metrics import METRICS, measure
    from releasekit.results import discretisation_error

    said = f"{release.name} ({release.formulation.carrier})"
    text(f"{said}, {counted(release.draws, 'draw')}, seed {release.seed}" if release.draws
         else said)
    _print_sparklines(release)
    _print_ledger(release)
    measured = {name: settled(name, value) for name, value in measure(release).items()}
    table(("metric", "value", "meaning"), [
        (name, banded(measured, name), meaning) for name, (_, meaning) in METRICS.items()
        if measured[name] is not None])
    derived = _derived(release)
    if derived:
        text(f"derived: {', '.join(derived)}")
    text(facts_sentence(release.facts_used))
    text(f"prediction class: {trust(release)}; driven by: {driven_by(release)}")
    error = discretisation_error(release)
    text(f"discretisation error {number(error)}, ledger adds up to within "
         f"{release.ledger_residual:.1g}")
    print()


def _print_sparklines(release: Release) -> None:
    import numpy as np

    table_ = release.table()
    days = table_["time_d"].to_numpy()
    at = np.linspace(0.0, days[-1], SPARKLINE_LENGTH)
    for name in ("retained", "released"):
        column = f"{name}_fraction{'_p50' if release.draws else ''}"
        if column in table_:
            curve = np.interp(at, days, table_[column].to_numpy())
            print(f"  {name} {sparkline(curve)} 0 to {days[-1]:.3g} d")


def sparkline(curve: Iterable[float]) -> str:
    """Return a curve between 0 and 1 as a line of blocks; a gap where there is no number.

    >>> sparkline([0.0, 0.31, 0.77, 1.0])
    '▁▃▇█'
    """
    return "".join(" " if value != value else BLOCKS[min(int(8 * max(value, 0.0)), 7)]
                   for value in curve)


def _derived(release: Release) -> list[str]:
    """Return the derived quantities in their shown units; medians over the draws."""
    import numpy as np

    from releasekit.units import from_si
    from releasekit.vocabulary import QUANTITIES

    found = []
    for name, values in release.properties.items():
        known = values[np.isfinite(values)]
        if known.size and name in QUANTITIES:
            q = QUANTITIES[name]
            said = number(from_si(float(np.median(known)), q.unit, q.shown))
            found.append(f"{name} {said} {q.shown}".removesuffix(" 1"))
    return found


def _print_ledger(release: Release) -> None:
    import numpy as np

    frame = release.table()
    days = frame["time_d"].to_numpy()
    wanted = days[-1] * np.array([0.0, 1 / 56, 1 / 14, 1 / 7, 2 / 7, 1 / 2, 3 / 4, 1.0])

    def column(name: str) -> list[float]:
        # in the square root of time, in which release is nearly straight
        values = np.interp(np.sqrt(wanted), np.sqrt(days), frame[name].to_numpy())
        return [settled(name, float(value)) for value in values]

    names = AT_WOUND if release.at_wound else IN_MEDIUM
    columns = {name: f"{name}_fraction" for name in names}
    if release.at_wound:
        columns["available per cm²"] = "available_particles_per_cm2"
    if release.draws:
        columns = {name: full for name, full in columns.items()
                   if name in ("retained", "available", "released", "available per cm²")}
    cells = [[f"{day:.3g}" for day in wanted]]
    for full in columns.values():
        digits = ".3f" if full.endswith("_fraction") else ".2e"
        if release.draws:
            low, middle, high = (column(f"{full}_{q}") for q in ("p05", "p50", "p95"))
            cells.append([f"{m:{digits}} ({lo:{digits}} to {hi:{digits}})" for lo, m, hi in
                          zip(low, middle, high, strict=True)])
        else:
            cells.append([f"{value:{digits}}" for value in column(full)])
    title = "share of the active exosomes applied" + (
        ", median (5 to 95 %)" if release.draws else "")
    table(("time d", *(name.replace("_", " ") for name in columns)),
          zip(*cells, strict=True), title, numbers=True)


COMPARED = {
    "released_24h_fraction": "burst 24 h", "retained_7d_fraction": "retained 7 d",
    "retained_auc_d": "retained AUC d", "available_auc_d": "available AUC d",
    "local_delivery_fraction": "taken up", "gain_over_free": "gain over free",
    "steady_days_d": "steady days", "available_7d_per_cm2": "available 7 d per cm²",
    "delivered_per_cm2": "delivered per cm²", "loaded_dose_per_cm2": "active dose per cm²",
}
"""Columns of a comparison; all metrics are in ``--json`` and ``--out``."""


def print_comparison(releases: Sequence[Release]) -> None:
    """Print what matters of several releases, a row each, and what decides them."""
    from releasekit.metrics import measure
    from releasekit.results import labels, particles

    found = [{name: settled(name, value)
              for name, value in {**measure(release), **particles(release)}.items()}
             for release in releases]
    names = [name for name in COMPARED if any(each.get(name) is not None for each in found)]
    rows = [[label, release.formulation.carrier, *(banded(each, name, 3) for name in names)]
            for label, release, each in zip(labels(releases), releases, found, strict=True)]
    table(("", "carrier", *(COMPARED[name] for name in names)), rows, numbers=True)
    for label, release in zip(labels(releases), releases, strict=True):
        text(f"{label}: {trust(release)}, driven by {driven_by(release)}")
