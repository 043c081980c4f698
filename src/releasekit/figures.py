"""Figures: release curves with bands, the ledger, the front of a search.

A figure is a matplotlib ``Figure`` that knows nothing of pyplot; the numbers it shows hang on it
as the table ``figure.numbers``. Every series differs by its line style, marker or hatching too,
so that a figure survives a greyscale printer.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from releasekit import files
from releasekit.checks import written
from releasekit.dataset import Dataset
from releasekit.errors import InputError, Problem, nearest
from releasekit.metrics import METRICS
from releasekit.release import DAY, LEDGER, PER_CM2, Release

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

FAMILY_COLOURS = {"hydrogel": "#0072B2", "microneedle": "#D55E00", "scaffold": "#009E73",
                  "ecm": "#CC79A7", "measured": "#E69F00", "free": "#4D4D4D"}
"""Colour of each carrier family, after Okabe and Ito: told apart by the colour blind."""
FAMILY_MARKERS = {"hydrogel": "o", "microneedle": "^", "scaffold": "s", "ecm": "D",
                  "measured": "P", "free": "v"}
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (7, 2, 1, 2)),
                                (0, (10, 3)), (0, (4, 1.5, 1, 1.5, 1, 1.5)))
LINE_MARKERS = ("", "x")
MOST_SERIES = len(LINE_STYLES) * len(LINE_MARKERS)
POINT_MARKERS = "osD^vP*Xhp<>"
WIDTH = 6.5
"""Width of every figure [inch]: a text page."""
SUFFIXES = (".png", ".svg", ".pdf")

TIME_LABEL = "time since application [d]"
PARTICLES = "available_particles_per_cm2"
_SAID = {
    "retained_fraction": "retained, active", "available_fraction": "available, active",
    "released_fraction": "released, active or not",
    "released_active_fraction": "released, active",
    "in_carrier_fraction": "in the carrier", "in_medium_fraction": "in the medium",
    "in_wound_fluid_fraction": "in the wound fluid", "in_tissue_fraction": "in the tissue",
    "taken_up_fraction": "taken up by the cells meant", "scavenged_fraction": "scavenged",
    "washed_out_fraction": "washed out", "cleared_fraction": "cleared by lymph, blood",
    "discarded_fraction": "discarded with a dressing", "inactivated_fraction": "lost activity",
}
_LEDGER_LOOKS = {
    "in_carrier_fraction": ("#0072B2", ""), "in_medium_fraction": ("#56B4E9", "//"),
    "in_wound_fluid_fraction": ("#56B4E9", "//"), "in_tissue_fraction": ("#009E73", ""),
    "taken_up_fraction": ("#F0E442", ".."), "scavenged_fraction": ("#E69F00", ""),
    "washed_out_fraction": ("#FFFFFF", "--"), "cleared_fraction": ("#CC79A7", "xx"),
    "discarded_fraction": ("#FFFFFF", "||"), "inactivated_fraction": ("#BDBDBD", "\\\\"),
}


@dataclass(frozen=True)
class Series:
    """One curve of a figure: its numbers and how it is drawn."""

    label: str
    release: Release
    table: pd.DataFrame
    colour: str
    line_style: Any
    marker: str

    def change_times(self) -> tuple[float, ...]:
        """Return the times of the dressing changes [d]."""
        every = self.release.designs.get("dressing_change_time")
        if every is None:
            return ()
        end = float(self.release.time[0, -1])
        return tuple(float(t) / DAY for t in np.arange(every[0], end * (1 - 1e-9), every[0]))


# curves -------------------------------------------------------------------------------------------
def plot(releases: Release | Sequence[Release], data: Dataset | None = None,
         column: str | None = None, *, log: bool = False) -> Figure:
    """Plot one or several releases over time, with bands and measured points.

    Parameters
    ----------
    releases
        One Release or several; each of its designs is a curve. With draws a curve is the median
        and a shaded band from 5 to 95 %.
    data
        Measured release curves, drawn as points.
    column
        A column of the release table. By default what is retained, or what is released if a
        release has no wound or ``data`` is given. At a wound a second panel shows the available
        particles per cm².
    log
        Whether particles per cm² are on a logarithmic axis.

    Returns
    -------
    Figure
        The plotted table is its attribute ``numbers``.

    Raises
    ------
    InputError
        A column that is not in the releases, a measured curve on a column that is no release,
        nothing to show, or more curves than can be told apart.
    """
    import pandas as pd

    all_series = series_of([releases] if isinstance(releases, Release) else releases)
    shown = column or _usual_column(all_series, data)
    _check(all_series, data, shown)
    panels = [shown]
    if shown != PARTICLES and any(s.release.at_wound for s in all_series):
        panels.append(PARTICLES)
    figure, axes = _canvas(2.7 if len(panels) == 1 else 4.7, len(panels))
    handles: list[Artist] = []
    for panel, (axis, name) in enumerate(zip(axes, panels, strict=True)):
        absolute = name.endswith("_per_cm2")
        lines = [_draw_curve(axis, s, name) for s in all_series if name in s.release.columns]
        handles += [] if panel else lines
        axis.set_ylabel(label_of(name), wrap=True)
        axis.set_ylim(bottom=0.0)
        if absolute:
            _draw_target(axis, all_series, handles)
            _scale_particles(axis, all_series, name, log)
        elif name in ("retained_fraction", "released_fraction", "released_active_fraction"):
            axis.set_ylim(0.0, 1.03)
        if panel == 0 and data:
            handles += _draw_points(axis, data, all_series)
        mark = _draw_changes(axis, all_series)
        handles += [mark] if mark and panel == len(panels) - 1 else []
    axes[-1].set_xlabel(TIME_LABEL)
    axes[-1].set_xlim(0.0, max(s.table["time_d"].max() for s in all_series))
    if any(s.release.draws for s in all_series):
        from matplotlib.patches import Patch

        handles.append(Patch(facecolor="0.8", label="5 to 95 % of the draws (line: median)"))
    _legend(figure, handles)
    wanted = [s.table[["time_d", *(c for c in s.table.columns if any(
        c in (name, *(f"{name}_{q}" for q in ("p05", "p50", "p95"))) for name in panels))]]
        .assign(series=s.label) for s in all_series]
    if data:
        wanted += [pd.DataFrame({
            "series": f"measured: {curve.name}", "time_d": curve.time[curve.measured] / DAY,
            "measured_released_fraction": curve.released_fraction[curve.measured]})
            for curve in data.curves]
    numbers = pd.concat(wanted, ignore_index=True)
    numbers.insert(0, "series", numbers.pop("series"))
    return _with_numbers(figure, numbers)


def series_of(releases: Sequence[Release]) -> list[Series]:
    """Give each design of the releases its label, colour and line style.

    Families keep their colour where several are shown, lighter or darker within a family; within
    one family each curve has a colour of its own. No two have the same line style and marker.
    """
    designs = [(release, index) for release in releases
               for index in range(len(release) // max(release.draws, 1))]
    if not designs:
        raise InputError("there is no release to plot")
    if len(designs) > MOST_SERIES:
        raise InputError(Problem(f"{len(designs)} curves cannot be told apart in one figure",
                                 suggestion=f"plot at most {MOST_SERIES}, e.g. some rows"))
    families = {release.formulation.carrier for release, _ in designs}
    first = FAMILY_COLOURS.get(designs[0][0].formulation.carrier, "#000000")
    palette = [first, *(c for c in FAMILY_COLOURS.values() if c != first)]
    seen: dict[str, int] = {}
    labels: list[str] = []
    found = []
    for place, (release, index) in enumerate(designs):
        family = release.formulation.carrier
        rank = seen[family] = seen.get(family, -1) + 1
        label = _label(release, index)
        same = sum(label == other.split(" (again")[0] for other in labels)
        labels.append(f"{label} (again{f' {same}' if same > 1 else ''})" if same else label)
        colour = palette[place % len(palette)] if len(families) == 1 else _shade(
            FAMILY_COLOURS.get(family, "#000000"), rank)
        round_, style = divmod(place, len(LINE_STYLES))
        one = release.row(index)
        if np.isnan(one.columns["released_fraction"]).all():
            reason = next(iter(one.failed.values()), "a law gave no number")
            raise InputError(f"{labels[-1]}: there is no result to plot ({reason})")
        found.append(Series(labels[-1], one, one.table(), colour, LINE_STYLES[style],
                            LINE_MARKERS[round_]))
    return found


def _label(release: Release, index: int) -> str:
    """Name a design: the formulation, and what sets this row apart if there are several."""
    width = max(release.draws, 1)
    marks = [f"{name.replace('_', ' ')} {written(name, float(f'{column[index * width]:.4g}'))}"
             for name, column in release.designs.columns.items()
             if np.any(column != column[0])]
    band = f", {release.draws} draws" if release.draws else ""
    return ", ".join([release.name, *marks]) + band


def _shade(colour: str, rank: int) -> str:
    """Return the family's colour, darker, lighter, and again."""
    from matplotlib.colors import to_hex, to_rgb

    towards, share = ((0.0, 0.0), (0.0, 0.45), (1.0, 0.4))[rank % 3]
    return to_hex([(1 - share) * part + share * towards for part in to_rgb(colour)])


def _usual_column(all_series: Sequence[Series], data: Dataset | None) -> str:
    if data:
        return "released_active_fraction" if data.observable == "activity" else "released_fraction"
    at_wound = all(s.release.at_wound for s in all_series)
    return "retained_fraction" if at_wound else "released_fraction"


def _check(all_series: Sequence[Series], data: Dataset | None, column: str) -> None:
    for s in all_series:
        if column not in s.release.columns:
            hint = nearest(column, s.release.columns) or (
                "" if s.release.at_wound else "there is no wound behind this carrier")
            raise InputError(Problem(f"not a column of the release of {s.label}", key=column,
                                     suggestion=hint))
    if data and column not in ("released_fraction", "released_active_fraction"):
        raise InputError(Problem("measured release cannot be shown on this column", key=column,
                                 suggestion="use released_fraction or released_active_fraction"))
    if data and len(data.curves) > len(POINT_MARKERS):
        raise InputError(Problem(f"{len(data.curves)} measured curves cannot be told apart in one "
                                 "figure", file=data.path,
                                 suggestion=f"show at most {len(POINT_MARKERS)}"))


def label_of(column: str) -> str:
    """Return the text of an axis, with its unit.

    >>> label_of("retained_fraction")
    'retained, active [fraction of dose]'
    >>> label_of("available_particles_per_cm2")
    'available particles [1/cm²]'
    """
    if column.endswith("_per_cm2"):
        return f"{column.removesuffix('_per_cm2').replace('_', ' ')} [1/cm²]"
    said = _SAID.get(column) or column.removesuffix("_fraction").replace("_", " ")
    return f"{said} [fraction of dose]"


def _draw_curve(axis: Axes, s: Series, column: str) -> Artist:
    time = s.table["time_d"].to_numpy()
    middle = column
    if s.release.draws:
        middle = f"{column}_p50"
        low, high = (s.table[f"{column}_{q}"].to_numpy() for q in ("p05", "p95"))
        axis.fill_between(time, low, high, color=s.colour, alpha=0.18, linewidth=0)
        for edge in (low, high):  # shades of overlapping bands look alike in grey, edges do not
            axis.plot(time, edge, color=s.colour, linestyle=s.line_style, linewidth=0.6)
    (line,) = axis.plot(time, s.table[middle].to_numpy(), label=s.label, color=s.colour,
                        linestyle=s.line_style, linewidth=1.7, marker=s.marker, markersize=5,
                        markevery=(4, 12))
    return line


def _draw_points(axis: Axes, data: Dataset, all_series: Sequence[Series]) -> list[Artist]:
    """Draw measured points, in the colour of the curve that has their name."""
    colours = {s.release.name: s.colour for s in all_series}
    handles: list[Artist] = []
    highest = axis.get_ylim()[1]
    what = f" ({data.observable})" if data.observable else ""
    for marker, curve in zip(POINT_MARKERS, data.curves, strict=False):
        time, value = curve.time[curve.measured] / DAY, curve.released_fraction[curve.measured]
        (points,) = axis.plot(time, value, linestyle="", marker=marker, markersize=5.5,
                              markerfacecolor="white", markeredgewidth=1.2, zorder=4,
                              markeredgecolor=colours.get(curve.name, "black"), clip_on=False,
                              label=f"measured: {curve.name}{what}")
        handles.append(points)
        highest = max(highest, 1.04 * float(value.max(initial=0.0)))
    axis.set_ylim(top=highest)
    return handles


def _draw_target(axis: Axes, all_series: Sequence[Series], handles: list[Artist]) -> None:
    targets = {float(t[0]) * PER_CM2 for s in all_series if (
        t := s.release.designs.get("target_available_particles_per_cm2")) is not None}
    for target in sorted(targets):
        line = axis.axhline(target, color="0.35", linewidth=0.8, linestyle=(0, (12, 4)),
                            label=f"target {target:.2g} per cm²")
        handles.append(line)


def _scale_particles(axis: Axes, all_series: Sequence[Series], column: str, log: bool) -> None:
    if not log:
        axis.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=True)
        return
    values = np.concatenate([s.table.filter(like=column).to_numpy()[1:].ravel()
                             for s in all_series if s.release.at_wound])
    positive = values[values > 0]
    if positive.size:  # five decades say all; the first instants would add many empty ones
        top = float(positive.max())
        axis.set_yscale("log")
        axis.set_ylim(max(float(positive.min()), 1e-5 * top), 2 * top)


def _draw_changes(axis: Axes, all_series: Sequence[Series]) -> Artist | None:
    """Mark dressing changes, in the colour of their curve where schedules differ."""
    schedules = {s.change_times() for s in all_series}
    mark: Artist | None = None
    for s in all_series if len(schedules) > 1 else all_series[:1]:
        for time in s.change_times():
            mark = axis.axvline(time, linestyle=":", linewidth=0.9, zorder=0, label=(
                "dressing change"), color=s.colour if len(schedules) > 1 else "0.35")
    return mark


# the ledger ---------------------------------------------------------------------------------------
def plot_ledger(release: Release, index: int = 0) -> Figure:
    """Plot where every exosome is: the nine ledger fractions, stacked, over time.

    Parameters
    ----------
    release
        A Release; with draws the mean over the draws is shown, because means still add up to 1.
    index
        Which of its designs.
    """
    import pandas as pd
    from matplotlib.patches import Patch

    s = series_of([release.row(index)])[0]
    names = [name for name in LEDGER if name in s.release.columns]
    if not s.release.at_wound:
        names = ["in_carrier_fraction", "in_medium_fraction", *names[1:]]
    time = s.release.time[0] / DAY
    parts = {name: np.nanmean(s.release[name], axis=0) for name in names}
    figure, (axis,) = _canvas(3.4, 1)
    handles: list[Artist] = []
    floor = np.zeros_like(time)
    kept = ("in_carrier_fraction", "in_wound_fluid_fraction", "in_tissue_fraction")
    for name in names:
        colour, hatch = _LEDGER_LOOKS[name]
        top = floor + parts[name]
        axis.fill_between(time, floor, top, facecolor=colour, hatch=hatch, edgecolor="0.2",
                          linewidth=0.4)
        handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor="0.2", linewidth=0.4,
                             label=f"{_SAID[name]}, {100 * parts[name][-1]:.3g} %"))
        if name == kept[-1] and s.release.at_wound:
            (line,) = axis.plot(time, top, color="black", linewidth=2.0,
                                label="below: retained, active")
        floor = top
    if s.release.at_wound:
        handles.append(line)
    axis.set_xlim(0.0, time[-1])
    axis.set_ylim(0.0, 1.0)
    axis.set_xlabel(TIME_LABEL)
    axis.set_ylabel("where every exosome is [fraction of dose]")
    axis.set_title(textwrap.fill(s.label + (" (mean)" if s.release.draws else ""), 70))
    for change in s.change_times():
        axis.axvline(change, linestyle=":", linewidth=1.2, color="black")
    stack = [*handles[len(names):], *handles[len(names) - 1::-1]]
    figure.legend(handles=stack, loc="outside right upper", frameon=False, handleheight=1.4,
                  title=f"share on day {time[-1]:.3g}", alignment="left")
    return _with_numbers(figure, pd.DataFrame({"time_d": time, **parts}))


# a search -----------------------------------------------------------------------------------------
def plot_pareto(trials: pd.DataFrame, objectives: Mapping[str, str],
                picks: Mapping[str, int] | None = None) -> Figure:
    """Plot the trials of a search, its front and the formulations picked from it.

    Parameters
    ----------
    trials
        One row per trial: ``trial``, ``status`` (``ok`` if feasible), ``carrier`` and a column
        per objective.
    objectives
        Two to four columns -> ``maximise`` or ``minimise``. The first is on the vertical axis,
        each other one on the horizontal axis of its own panel; the front is of all together.
    picks
        Name -> trial, to be labelled.

    Raises
    ------
    InputError
        An objective that is not a column, or no feasible trial.
    """
    from matplotlib.lines import Line2D

    names = list(objectives)
    wrong = [Problem("not a column of the trials", key=name,
                     suggestion=nearest(name, map(str, trials.columns)))
             for name in names if name not in trials.columns]
    if wrong or not 2 <= len(names) <= 4:
        raise InputError(wrong or f"two to four objectives can be shown, not {len(names)}")
    good = trials[(trials["status"] == "ok") & trials[names].notna().all(axis=1)]
    if good.empty:
        raise InputError("no trial is feasible, so there is no front to show")
    sign = np.array([-1.0 if objectives[name] == "maximise" else 1.0 for name in names])
    front = good[on_front(good[names].to_numpy(dtype=float) * sign)].sort_values(names[0])
    chosen = [(chr(ord("A") + i), name, good[good["trial"] == trial])
              for i, (name, trial) in enumerate((picks or {}).items())]
    figure, axes = _canvas(3.3, 1, len(names) - 1)
    for axis, name in zip(axes, names[1:], strict=True):
        axis.plot(good[name], good[names[0]], ".", markersize=3, color="0.72", zorder=1)
        for family, rows in front.groupby("carrier"):
            axis.plot(rows[name], rows[names[0]], linestyle="", markersize=5.5, zorder=3,
                      marker=FAMILY_MARKERS.get(str(family), "*"), markeredgecolor="black",
                      color=FAMILY_COLOURS.get(str(family), "#000000"), markeredgewidth=0.5)
        if len(names) == 2:
            axis.plot(front[name], front[names[0]], color="0.4", linewidth=0.8, zorder=2)
        for letter, _, row in chosen:
            axis.annotate(letter, (float(row[name].iloc[0]), float(row[names[0]].iloc[0])))
        axis.set_xlabel(_objective(name, objectives[name]))
    axes[0].set_ylabel(_objective(names[0], objectives[names[0]]))
    handles: list[Artist] = [Line2D([], [], linestyle="", marker=".", color="0.72",
                                    label=f"feasible trials ({len(good)})")]
    _legend(figure, handles)
    return _with_numbers(figure, good)
