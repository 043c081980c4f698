"""Where the solver looks: cells graded towards the open face, steps dense where things happen."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import jit

GRADING = 3.0
"""Exponent of the power map of cells towards the open face."""


SAMPLES = 128
"""Places, even in the fourth root of time, at which the monitor of the time steps is evaluated."""


class Mesh(NamedTuple):
    """Cells of the unit body 0 < x < 1 with the open face at x = 1, or of two such layers.

    ``volume`` [cell] are shares of the layer, ``conductance`` [face between cells] is area over
    distance, ``spacing`` the distance itself, ``surface_distance`` that of the last centre to the
    open face. With two layers the first ``inner`` cells are those at the back, and
    ``inner_distance`` and ``outer_distance`` lead from the centres next to the interface to it.
    """

    volume: FloatArray
    conductance: FloatArray
    spacing: FloatArray
    surface_distance: float
    inner: int = 0
    inner_distance: float = 0.0
    outer_distance: float = 0.0


@cache
def mesh(shape_exponent: int, cells: int, grading: float = GRADING) -> Mesh:
    """Return graded cells for a slab (0), cylinder (1) or sphere (2).

    >>> mesh(2, 4).volume.sum().round(15)
    np.float64(1.0)
    """
    n = shape_exponent
    faces = 1.0 - (1.0 - np.arange(cells + 1) / cells) ** grading
    volume = np.diff(faces ** (n + 1))
    centres = 1.0 - (1.0 - (np.arange(cells) + 0.5) / cells) ** grading
    spacing = np.diff(centres)
    conductance = (n + 1) * faces[1:-1] ** n / spacing
    return Mesh(volume, conductance, spacing, float(1.0 - centres[-1]))


@cache
def layered_mesh(cells: int) -> Mesh:
    """Return a sheet of two layers: the inner graded to the interface, the outer to both ends.

    >>> layered_mesh(6).volume.sum().round(15)
    np.float64(2.0)
    """
    inner = mesh(0, cells)
    half = 0.5 * mesh(0, cells // 2).volume
    volume = np.concatenate([half[::-1], half])
    # centres as in the inner layer: images of the middle of the cell under the same map
    left = 0.5 * (1.0 - (np.arange(cells // 2) + 0.5) / (cells // 2)) ** GRADING
    centres = np.concatenate([np.sort(left), 1.0 - np.sort(left)[::-1]])
    spacing = np.concatenate([inner.spacing, [1.0], np.diff(centres)])
    return Mesh(np.concatenate([inner.volume, volume]), 1.0 / spacing, spacing,
                float(1.0 - centres[-1]), cells, inner.surface_distance, float(centres[0]))


@jit
def time_steps(segment_start: FloatArray, end: FloatArray, clock_zero: FloatArray,
               node_time: FloatArray, log_mobility: FloatArray, matrix: FloatArray,
               turnover: FloatArray, stop: FloatArray, count: int) -> FloatArray:
    """Return step ends [segment, step + 1, design], dense at each start and where a mesh opens.

    The steps share out evenly the monitor
    1.25 (t/T)^(1/4) + t/(2T) + (τ/(1 + τ))^(1/3) + 0.7 (1 - exp(-κ/3)) + (1 - m) + ln(1/m)/7
    of each segment, with τ(t) = ∫ D/R² dt, κ(t) the turnovers of the fluid film and m(t) the
    matrix left (not below 1e-3): a late opening of the mesh, the end of the matrix and the film
    get steps of their own. Where a receding face stops, the film turns over once more.

    Parameters
    ----------
    segment_start, clock_zero, turnover, stop : shape (segment, design) [s], [s], [1/s], [s]
        Start of each segment, when the carrier on the wound then was applied, rate at which the
        film loses what it holds, when a receding face stops (infinite where it does not).
    end : shape (design,) [s]
        End of the last segment.
    node_time, log_mobility, matrix : shape (node, design)
        As in ``Lanes``.
    count
        Steps of a segment.
    """
    segments, designs = segment_start.shape
    nodes = node_time.shape[0]
    steps = np.empty((segments, count + 1, designs))
    monitor = np.empty(SAMPLES + 1)
    for s in range(segments):
        for k in range(designs):
            a = segment_start[s, k]
            b = segment_start[s + 1, k] if s + 1 < segments else end[k]
            span = max(b - a, 0.0)
            tau = rate = last = 0.0
            j = 0
            for i in range(SAMPLES + 1):
                x = i / SAMPLES
                t = span * x * x * x * x
                clock = a + t - clock_zero[s, k]
                while j < nodes - 2 and clock > node_time[j + 1, k]:
                    j += 1
                z = (clock - node_time[j, k]) / (node_time[j + 1, k] - node_time[j, k])
                z = min(max(z, 0.0), 1.0)
                now = np.exp(log_mobility[j, k] + z * (log_mobility[j + 1, k] - log_mobility[j, k]))
                tau += 0.5 * (now + rate) * (t - last)
                rate, last = now, t
                kappa = turnover[s, k] * t
                anew = turnover[s, k] * (a + t - stop[s, k])
                left = max(matrix[j, k] + z * (matrix[j + 1, k] - matrix[j, k]), 1e-3)
                monitor[i] = (1.25 * x + 0.5 * x**4 + np.cbrt(tau / (1.0 + tau))
                              + 0.7 * (1.0 - np.exp(-kappa / 3.0)) + (1.0 - left)
                              - np.log(left) / 7.0)
                if anew > 0.0:
                    monitor[i] += 0.7 * (1.0 - np.exp(-anew / 3.0))
            i = 0
            for m in range(count + 1):
                goal = monitor[0] + (monitor[SAMPLES] - monitor[0]) * m / count
                while i < SAMPLES - 1 and monitor[i + 1] < goal:
                    i += 1
                rise = monitor[i + 1] - monitor[i]
                part = (goal - monitor[i]) / rise if rise > 0.0 else 0.0
                # between samples time runs as the fourth power, so invert there too
                x = (i + min(max(part, 0.0), 1.0)) / SAMPLES
                steps[s, m, k] = a + span * x * x * x * x
            steps[s, 0, k] = a
            steps[s, count, k] = b
    return steps
