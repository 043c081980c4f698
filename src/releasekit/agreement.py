"""How near releases come to measured curves: residuals, and what sums them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from releasekit.dataset import Curve, Dataset
from releasekit.errors import InputError, Problem
from releasekit.release import DAY, Release

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]


def observed_column(data: Dataset) -> str:
    """Return the column of a release that was measured: an activity counts the active only."""
    return "released_active_fraction" if data.observable == "activity" else "released_fraction"


def modelled(release: Release, curve: Curve, column: str) -> FloatArray:
    """Return a column of a release at the times of the measured points; nan beyond its end.

    With draws it is the median.

    Parameters
    ----------
    release
        One design.
    curve
        A measured curve.
    column
        What was measured, see ``observed_column``.
    """
    time = curve.time[curve.measured]
    values = np.nanmedian(release[column], axis=0)
    found = np.interp(np.sqrt(time), np.sqrt(release.time[0]), values)
    return np.where(time <= release.time[0, -1] * (1.0 + 1e-9), found, np.nan)


def residuals(releases: Sequence[Release], data: Dataset) -> pd.DataFrame:
    """Return measured minus modelled, a row per measured point and release.

    Parameters
    ----------
    releases
        Single designs.
    data
        Measured curves; each is compared with the release of its name, or with all releases if
        none has it.

    Returns
    -------
    DataFrame
        Columns curve, name, time_d, measured, modelled, residual.
    """
    import pandas as pd

    column = observed_column(data)
    parts = []
    for curve in data.curves:
        for release in [r for r in releases if r.name == curve.name] or releases:
            model = modelled(release, curve, column)
            measured = curve.released_fraction[curve.measured]
            parts.append(pd.DataFrame({
                "curve": curve.name, "name": release.name,
                "time_d": curve.time[curve.measured] / DAY, "measured": measured,
                "modelled": model, "residual": measured - model}))
    return pd.concat(parts, ignore_index=True)


def goodness(found: pd.DataFrame) -> pd.DataFrame:
    """Sum residuals up, a row per curve and release.

    bias = mean(e), mean_abs_error = mean|e|, rmse = sqrt(mean(e^2)), with e measured minus
    modelled; ``points`` counts those within the simulated time.

    Raises
    ------
    InputError
        No measured point lies within the simulated time.

    Examples
    --------
    >>> import pandas as pd
    >>> goodness(pd.DataFrame({"curve": "a", "name": "b", "residual": [0.03, -0.01]})).round(4)
      curve name  points  bias  mean_abs_error    rmse  largest_abs_error
    0     a    b       2  0.01            0.02  0.0224               0.03
    """
    here = found.dropna(subset="residual")
    if here.empty:
        raise InputError(Problem("no measured point lies within the simulated time",
                                 suggestion="simulate longer: --set duration=..."))
    groups = here["residual"].groupby([here["curve"], here["name"]], sort=False)
    return groups.agg(
        points="size", bias="mean", mean_abs_error=lambda e: e.abs().mean(),
        rmse=lambda e: float(np.sqrt((e**2).mean())),
        largest_abs_error=lambda e: e.abs().max()).reset_index()
