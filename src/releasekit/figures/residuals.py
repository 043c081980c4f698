"""Measured curves over modelled ones, and what is left between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from releasekit.agreement import goodness, observed_column, residuals
from releasekit.dataset import Dataset
from releasekit.errors import InputError
from releasekit.figures.curves import points_of, series_of
from releasekit.figures.looks import (
    POINT_MARKERS,
    add_legend,
    canvas,
    with_numbers,
)
from releasekit.release import Release
from releasekit.wording import TIME_LABEL, label_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure


def plot_residuals(releases: Release | Sequence[Release], data: Dataset | None = None) -> Figure:
    """Plot measured points over the modelled release, and below what is left between them.

    Parameters
    ----------
    releases
        One Release or several, each of a single design (with or without draws).
    data
        Measured curves; each is compared with the release of its name, or with all.

    Raises
    ------
    InputError
        No measured curves are given, or none lies within the simulated time.
    """
    if data is None:
        raise InputError("residuals need measured curves: name their file")
    all_series = series_of([releases] if isinstance(releases, Release) else releases)
    column = observed_column(data)
    found = residuals([s.release for s in all_series], data)
    summed = goodness(found).set_index(["curve", "name"])["rmse"]
    figure, (upper, lower) = canvas(4.4, 2)
    handles: list[Artist] = []
    for s in all_series:
        middle = np.nanmedian(s.release[column], axis=0)
        time = s.table["time_d"].to_numpy()
        if s.release.draws:
            low, high = (s.table[f"{column}_{q}"].to_numpy() for q in ("p05", "p95"))
            upper.fill_between(time, low, high, color=s.colour, alpha=0.18, linewidth=0)
        handles += upper.plot(time, middle, color=s.colour, linestyle=s.line_style,
                              linewidth=1.7, label=s.label)
    for marker, curve in zip(POINT_MARKERS, data.curves, strict=False):
        time, value, error = points_of(curve)
        handles.append(upper.errorbar(  # type: ignore[arg-type]
            time, value, error, linestyle="", marker=marker, markersize=5.5, color="black",
            markerfacecolor="white", capsize=2, zorder=4, label=f"measured: {curve.name}"))
        for s in all_series:
            rows = found[(found["curve"] == curve.name) & (found["name"] == s.release.name)]
            if (curve.name, s.release.name) in summed.index:
                rmse = summed[curve.name, s.release.name]
                lower.plot(rows["time_d"], rows["residual"], color=s.colour, marker=marker,
                           linestyle=s.line_style, linewidth=0.8, markersize=4.5,
                           markerfacecolor="white")
                last = rows.dropna().iloc[-1]
                lower.annotate(f"{rmse:.3f}", (last["time_d"], last["residual"]), xytext=(6, 0),
                               textcoords="offset points", fontsize=8, color=s.colour,
                               va="center", annotation_clip=False)
    upper.set_ylim(0.0, 1.03)
    upper.set_ylabel(label_of(column).replace(" [", "\n["))
    lower.axhline(0.0, color="0.35", linewidth=0.8)
    lower.margins(y=0.15)
    lower.set_ylabel("measured - modelled\n[fraction of dose]")
    lower.set_title("numbers: root mean square of the residuals", fontsize=8, loc="right")
    lower.set_xlabel(TIME_LABEL)
    lower.set_xlim(left=0.0)
    add_legend(figure, handles)
    return with_numbers(figure, found)
