"""What goes on inside a carrier: concentration over depth, and a mesh that opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from releasekit.figures.curves import series_of
from releasekit.figures.looks import (
    FAMILY_COLOURS,
    LINE_STYLES,
    add_legend,
    canvas,
    with_numbers,
)
from releasekit.inside import opening, profiles
from releasekit.release import DAY, Release
from releasekit.wording import TIME_LABEL

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

SHOWN = (0.0, 1 / 56, 1 / 14, 3 / 14, 1 / 2, 1.0)
"""When profiles are shown, as shares of the simulated time."""
NINETY = 1.6449
"""Normal scores between which 90 % lie."""


def plot_profiles(release: Release, days: Sequence[float] | None = None) -> Figure:
    """Plot the concentration of active exosomes inside the carrier at several times.

    Parameters
    ----------
    release
        One design; facts are at their nominal values.
    days
        When; six times by default, at most as many.

    Raises
    ------
    InputError
        Nothing diffuses inside the carrier.
    """
    import pandas as pd
    from matplotlib.colors import to_rgb

    s = series_of([release.row(0)])[0]
    end = float(release.time[0, -1]) / DAY
    at = np.asarray(days if days is not None else np.array(SHOWN) * end, dtype=float)
    found = profiles(release, at)
    figure, (axis,) = canvas(3.2, 1)
    base = np.array(to_rgb(FAMILY_COLOURS.get(release.formulation.carrier, "#000000")))
    handles: list[Artist] = []
    for i, (time, style) in enumerate(zip(found.time, LINE_STYLES, strict=False)):
        shade = 0.75 * (1.0 - i / max(len(at) - 1, 1))
        # two layers differ where they meet: no line between them
        x, y = (np.insert(each[i], found.inner, np.nan) if found.inner else each[i]
                for each in (found.distance, found.concentration))
        handles += axis.plot(x * 1e3, y * 1e-6, color=tuple((1.0 - shade) * base + shade),
                             linestyle=style, linewidth=1.8, label=f"day {time / DAY:.3g}")
    axis.set_xlim(0.0, float(found.distance.max()) * 1e3)
    axis.set_ylim(bottom=0.0)
    axis.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=True)
    axis.set_xlabel("distance from the open face [mm]")
    axis.set_ylabel("active exosomes\nin the carrier [1/mL]")
    axis.set_title(s.label, fontsize=9)
    add_legend(figure, handles)
    cells = found.distance.shape[1]
    return with_numbers(figure, pd.DataFrame({
        "time_d": np.repeat(found.time / DAY, cells),
        "distance_mm": (found.distance * 1e3).ravel(),
        "active_exosomes_per_ml": (found.concentration * 1e-6).ravel()}))


def plot_mesh(release: Release) -> Figure:
    """Plot the mesh beside the sizes of the exosomes over time: when does the door open?

    Of a matrix the gaps between its fibres take the place of the mesh, of a scaffold its pores;
    if these hold a gel, its mesh.

    Parameters
    ----------
    release
        One design; facts are at their nominal values.

    Raises
    ------
    InputError
        The carrier has nothing that exosomes have to pass, or the mobility in its gel is given.
    """
    import pandas as pd

    found = opening(release)
    time = found.time / DAY
    figure, (upper, lower) = canvas(4.4, 2)
    colour = FAMILY_COLOURS.get(release.formulation.carrier, "#000000")
    spread = found.mesh_size_gsd**NINETY
    mesh = found.mesh_size * 1e9
    if spread > 1.0:
        upper.fill_between(time, mesh / spread, mesh * spread, color=colour, alpha=0.2,
                           linewidth=0, label=f"5 to 95 % of the {found.way}")
    upper.plot(time, mesh, color=colour, linewidth=1.8, label=f"width of the {found.way}, median")
    size, wide = found.vesicle_diameter * 1e9, found.vesicle_diameter_gsd**NINETY
    upper.axhspan(size / wide, size * wide, facecolor="none", hatch="///", edgecolor="0.6",
                  linewidth=0.0, label="5 to 95 % of the exosomes")
    upper.axhline(size, color="0.25", linestyle="--", linewidth=1.4,
                  label="diameter of the exosomes, median")
    upper.set_yscale("log")
    low = min(float((mesh / spread).min()), size / wide)
    upper.set_ylim(0.6 * low, max(30.0 * size, 2.0 * float(mesh[0]) * spread))
    upper.set_ylabel("size [nm]")
    lower.plot(time, found.relative_mobility, color=colour, linewidth=1.8)
    lower.set_yscale("log")
    lower.set_ylim(min(0.5 * float(found.relative_mobility.min()), 0.03), 1.5)
    lower.set_ylabel("mobility of the median\nexosome [share of free]")
    lower.set_xlabel(TIME_LABEL)
    lower.set_xlim(0.0, time[-1])
    upper.set_title(release.name, fontsize=9)
    handles = [*upper.get_legend_handles_labels()[0]]
    wider = np.flatnonzero(mesh >= size)
    if wider.size and wider[0]:
        for axis in (upper, lower):
            line = axis.axvline(time[wider[0]], color="0.25", linestyle=":", linewidth=1.2)
        line.set_label(f"as wide as the median exosome, day {time[wider[0]]:.3g}")
        handles.append(line)
    add_legend(figure, handles)
    return with_numbers(figure, pd.DataFrame({
        "time_d": time, "mesh_size_nm": mesh, "mesh_size_p05_nm": mesh / spread,
        "mesh_size_p95_nm": mesh * spread, "vesicle_diameter_nm": size,
        "relative_mobility": found.relative_mobility}))
