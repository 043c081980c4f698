"""A carrier known by its measured release curve: a black box in front of the wound."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from releasekit.carriers.black_box import black_box
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, dose, vesicles
from releasekit.errors import InputError, Problem

NODES = 64


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a carrier that releases as its measured curve says.

    The curve is ``released_fraction`` under ``[given]``. It is made monotone (what has left stays
    out), kept within 0..1, interpolated without overshoot and held after its last point: what was
    not seen to leave is taken to stay. Inactivation inside the carrier still acts, so the curve
    should count particles, not activity.

    Raises
    ------
    InputError
        No measured series of ``released_fraction`` is given.
    """
    series = inputs.series("released_fraction")
    if series is None:
        raise InputError(Problem(
            "a measured carrier needs a release curve", key="given.released_fraction",
            file=inputs.formulation.path,
            suggestion='{ data = "bench.csv", time = "time_d", column = "released_pct" }'))
    times, released = series
    if times[0] > 0.0:
        times, released = np.insert(times, 0, 0.0), np.insert(released, 0, 0.0)
    released = np.maximum.accumulate(np.clip(released, 0.0, 1.0))
    at_once = released[0]
    rows = inputs.rows
    between = np.linspace(times[:-1], times[1:], 2 + NODES // len(times), endpoint=False)
    nodes = np.append(between.T.ravel(), times[-1])  # alike in every gap, narrow ones too
    left = 1.0 - PchipInterpolator(times, released)(nodes)
    left = np.minimum.accumulate(left / left[0]) if left[0] > 0.0 else np.ones_like(left)
    nodes, left = np.append(nodes, 1e6 * nodes[-1]), np.append(left, left[-1])
    ves = vesicles(inputs, sizes)
    lanes = black_box(inputs, ves, np.repeat(nodes[:, None], rows, 1),
                      np.repeat(left[:, None], rows, 1), np.full(rows, at_once))
    active, recovery = dose(inputs)
    return Lowered((Body(lanes, ves.weight, np.ones(rows)),), active, recovery)
