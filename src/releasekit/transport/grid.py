"""Where the solver looks in space: cells graded towards the open face."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from releasekit.transport.problem import FloatArray

GRADING = 3.0
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
