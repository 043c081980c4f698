"""Where the solver looks: cells graded towards the open face, steps dense where things happen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from releasekit.transport.problem import FloatArray

GRADING = 2.25
"""Exponent of the power map of cells towards the open face."""


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


@njit(cache=True, nogil=True, error_model="numpy")
def time_steps(segment_start, end, node_time, log_mobility, matrix, clock_zero, counts):  # type: ignore[no-untyped-def]
    """Return step ends [segment, step + 1, design], dense at each start and where a mesh opens.

    The steps share out evenly the monitor
    1.25 (t/T)^(1/4) + t/(2T) + (τ/(1 + τ))^(1/3) + (1 - m) + ln(1/m)/7 of each segment, with
    τ(t) = ∫ D/R² dt and m(t) the matrix left (not below 1e-3): a late opening of the mesh and the
    end of the matrix get steps of their own.
    """
    fine = 128
    segments, designs = segment_start.shape
    nodes = node_time.shape[0]
    steps = np.empty((segments, counts + 1, designs))
    t = np.empty(fine + 1)
    w = np.empty(fine + 1)
    for s in range(segments):
        for k in range(designs):
            a = segment_start[s, k]
            b = segment_start[s + 1, k] if s + 1 < segments else end[k]
            span = max(b - a, 0.0)
            tau = 0.0
            j = 0
            rate = 0.0
            for i in range(fine + 1):
                x = i / fine
                t[i] = a + span * x * x * x * x
                clock = t[i] - clock_zero[s, k]
                while j < nodes - 2 and clock > node_time[j + 1, k]:
                    j += 1
                width = node_time[j + 1, k] - node_time[j, k]
                z = (clock - node_time[j, k]) / width if width > 0 else 0.0
                z = min(max(z, 0.0), 1.0)
                now = np.exp(log_mobility[j, k] + z * (log_mobility[j + 1, k] - log_mobility[j, k]))
                if i > 0:
                    tau += 0.5 * (now + rate) * (t[i] - t[i - 1])
                rate = now
                left = max(matrix[j, k] + z * (matrix[j + 1, k] - matrix[j, k]), 1e-3)
                w[i] = (1.25 * x + 0.5 * x**4 + np.cbrt(tau / (1.0 + tau))
                        + (1.0 - left) - np.log(left) / 7.0)
            i = 0
            for m in range(counts + 1):
                goal = w[fine] * m / counts
                while i < fine - 1 and w[i + 1] < goal:
                    i += 1
                part = (goal - w[i]) / (w[i + 1] - w[i]) if w[i + 1] > w[i] else 0.0
                # between fine points time runs as the fourth power, so invert there too
                x = (i + min(max(part, 0.0), 1.0)) / fine
                steps[s, m, k] = a + span * x * x * x * x
            steps[s, 0, k] = a
            steps[s, counts, k] = b
    return steps
