"""Releases over time: curves with bands and measured points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from releasekit.agreement import observed_column
from releasekit.checks import shown as shown_value
from releasekit.dataset import Curve, Dataset
from releasekit.errors import InputError, Problem, nearest
from releasekit.figures.looks import (
    LINE_MARKERS,
    LINE_STYLES,
    MOST_SERIES,
    PARTICLES,
    POINT_MARKERS,
    add_legend,
    canvas,
    series_colours,
    with_numbers,
)
from releasekit.release import DAY, PER_CM2, QUANTILES, Release
from releasekit.wording import TIME_LABEL, counted, label_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

UP_TO_ONE = ("retained_fraction", "released_fraction", "released_active_fraction")
"""Columns whose axis always spans 0 to 1; the others may be too small for that."""


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
        """Return the times of the dressing changes [d]; one that changes nothing is none."""
        every = self.release.designs.get("dressing_change_time")
        at_change = self.release.formulation.word("carrier_at_change", "keep")
        if every is None or not (self.release.at_wound or at_change != "keep"):
            return ()
        end = float(self.release.time[0, -1])
        return tuple(float(t) / DAY for t in np.arange(every[0], end * (1 - 1e-9), every[0]))


def plot_curves(releases: Release | Sequence[Release], data: Dataset | None = None,
                column: str | None = None, *, log: bool = True) -> Figure:
    """Plot one or several releases over time, with bands and measured points.

    Parameters
    ----------
    releases
        One Release or several; each of its designs is a curve. With draws a curve is the median
        and a shaded band from 5 to 95 %.
    data
        Measured release curves, drawn as points with their errors.
    column
        A column of the release table. By default what is retained, or what is released if a
        release has no wound or ``data`` is given. At a wound a second panel shows the available
        particles per cm².
    log
        Whether particles per cm² are on a logarithmic axis: they span many decades.

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
    all_series = series_of([releases] if isinstance(releases, Release) else releases)
    shown = column or _usual_column(all_series, data)
    _check(all_series, data, shown)
    at_wound = [s for s in all_series if s.release.at_wound]
    panels = [shown, PARTICLES] if at_wound and shown != PARTICLES else [shown]
    figure, axes = canvas(2.7 if len(panels) == 1 else 4.7, len(panels))
    handles: list[Artist] = []
    for axis, name in zip(axes, panels, strict=True):
        lines = [_draw_curve(axis, s, name) for s in all_series if name in s.release.columns]
        handles = handles or lines
        axis.set_ylabel(label_of(name).replace(" [", "\n["))
        axis.set_ylim(bottom=0.0)
        if name in UP_TO_ONE:
            axis.set_ylim(0.0, 1.03)
        elif name.endswith("_per_cm2"):
            _scale_particles(axis, at_wound, name, log)
    curves = data.curves if data else ()
    points = _draw_points(axes[0], data, all_series) if data else []
    target = _draw_target(axes[-1], at_wound) if panels[-1] == PARTICLES else []
    axes[-1].set_xlabel(TIME_LABEL)
    ends = [s.table["time_d"].max() for s in all_series]
    ends += [curve.time[curve.measured].max(initial=0.0) / DAY for curve in curves]
    axes[-1].set_xlim(0.0, max(ends))
    add_legend(figure, [*handles, *points, *target, *_draw_changes(axes, all_series),
                        *_band_handle(all_series)])
    return with_numbers(figure, _numbers(all_series, panels, data))


def series_of(releases: Sequence[Release]) -> list[Series]:
    """Give each design of the releases its label, colour and line style.

    Families keep their colour where several are shown, lighter or darker within a family; within
    one family each curve has a colour of its own. No two have the same line style and marker,
    unless there are more than a dozen: then no two of one family.
    """
    designs = [(release, index) for release in releases
               for index in range(len(release) // max(release.draws, 1))]
    if not designs:
        raise InputError("there is no release to plot")
    families = [release.formulation.carrier for release, _ in designs]
    most = max(families.count(family) for family in families)
    if most > MOST_SERIES:
        raise InputError(Problem(f"{most} curves of one family cannot be told apart in one figure",
                                 suggestion=f"plot at most {MOST_SERIES}, e.g. some rows"))
    labels = _labels(designs)
    colours = series_colours(families)
    found = []
    for place, (release, index) in enumerate(designs):
        family, one = families[place], release.row(index)
        if np.isnan(one["released_fraction"]).all():
            reason = next(iter(one.failed.values()), "a law gave no number")
            raise InputError(f"{labels[place]}: there is no result to plot ({reason})")
        rank = place if len(designs) <= MOST_SERIES else families[:place].count(family)
        again, style = divmod(rank, len(LINE_STYLES))
        found.append(Series(labels[place], one, one.table(), colours[place], LINE_STYLES[style],
                            LINE_MARKERS[again]))
    return found


def _labels(designs: Sequence[tuple[Release, int]]) -> list[str]:
    """Return a label for each curve that no other has: two of one name are numbered."""
    plain = [design_label(release, index) + (
        f", median of {counted(release.draws, 'draw')}" if release.draws else "")
        for release, index in designs]
    return [label if (before := plain[:place].count(label)) == 0 else f"{label} ({before + 1})"
            for place, label in enumerate(plain)]


def design_label(release: Release, index: int) -> str:
    """Name a design: the formulation, and what sets this row apart if there are several."""
    row = index * max(release.draws, 1)
    marks = [f"{name.replace('_', ' ')} {shown_value(name, float(column[row]))}"
             for name, column in release.designs.columns.items()
             if np.any(column != column[0])]
    return ", ".join([release.name, *marks])


def _usual_column(all_series: Sequence[Series], data: Dataset | None) -> str:
    if data:
        return observed_column(data)
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
        time, value, error = points_of(curve)
        points = axis.errorbar(time, value, error, linestyle="", marker=marker, markersize=5.5,
                               markerfacecolor="white", markeredgewidth=1.2, zorder=4, capsize=2,
                               color=colours.get(curve.name, "black"), clip_on=False,
                               label=f"measured: {curve.name}{what}")
        handles.append(points)  # type: ignore[arg-type]
        over = value if error is None else value + np.nan_to_num(error)
        highest = max(highest, 1.04 * float(over.max(initial=0.0)))
    axis.set_ylim(top=highest)
    return handles


def points_of(curve: Curve) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return days, released fractions and their errors, if known, where there is a measurement."""
    error = None if curve.released_error is None else curve.released_error[curve.measured]
    return curve.time[curve.measured] / DAY, curve.released_fraction[curve.measured], error


def _draw_target(axis: Axes, all_series: Sequence[Series]) -> list[Artist]:
    targets = {float(target[0]) * PER_CM2 for s in all_series if (
        target := s.release.designs.get("target_available_particles_per_cm2")) is not None}
    return [axis.axhline(target, color="0.35", linewidth=0.8, label=(
        f"target, {f'{target:.2g}'.replace('e+0', 'e').replace('e+', 'e')} per cm²"))
        for target in sorted(targets)]


def _scale_particles(axis: Axes, all_series: Sequence[Series], column: str, log: bool) -> None:
    if not log:
        axis.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=True)
        axis.yaxis.get_offset_text().set_fontsize(8)
        return
    values = np.concatenate([s.table.filter(like=column).to_numpy()[1:].ravel()
                             for s in all_series])
    positive = values[values > 0]
    if positive.size:  # a few decades say all; the tail of a band would add many empty ones
        top = float(positive.max())
        axis.set_yscale("log")
        axis.set_ylim(max(0.7 * float(positive.min()), 1e-6 * top), 2 * top)


def _draw_changes(axes: Sequence[Axes], all_series: Sequence[Series]) -> list[Artist]:
    """Mark dressing changes, in the colour of their curve where schedules differ."""
    from matplotlib.lines import Line2D

    schedules = {s.change_times() for s in all_series}
    differ = len(schedules) > 1
    for s in all_series if differ else all_series[:1]:
        for time in s.change_times():
            for axis in axes:
                axis.axvline(time, linestyle=":", linewidth=0.9, zorder=0,
                             color=s.colour if differ else "0.35")
    if schedules == {()}:
        return []
    return [Line2D([], [], linestyle=":", linewidth=0.9, color="0.35", label=(
        "dressing change" + (" (colour of its curve)" if differ else "")))]


def _band_handle(all_series: Sequence[Series]) -> list[Artist]:
    from matplotlib.patches import Patch

    if not any(s.release.draws for s in all_series):
        return []
    return [Patch(facecolor="0.8", label="5 to 95 % of the draws")]


def _numbers(all_series: Sequence[Series], columns: Sequence[str],
             data: Dataset | None) -> pd.DataFrame:
    """Return what is plotted as one long table: a row per curve and time."""
    import pandas as pd

    wanted = ["time_d", *(f"{name}{end}" for name in columns
                          for end in ("", *(f"_{label}" for label in QUANTILES)))]
    parts = [s.table.filter(items=wanted).assign(series=s.label) for s in all_series]
    if data:
        parts += [measured_numbers(curve) for curve in data.curves]
    numbers = pd.concat(parts, ignore_index=True)
    numbers.insert(0, "series", numbers.pop("series"))
    return numbers


def measured_numbers(curve: Curve) -> pd.DataFrame:
    """Return the measured points of a curve as a table."""
    import pandas as pd

    time, value, error = points_of(curve)
    spread = {} if error is None else {"measured_error": error}
    return pd.DataFrame({"time_d": time, "measured_released_fraction": value, **spread,
                         "series": f"measured: {curve.name}"})
