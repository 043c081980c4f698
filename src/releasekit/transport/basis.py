"""The few modes that stand for all cells of a carrier: a rational Krylov basis.

Everything outside a carrier that is loaded evenly sees of it only how the density at its open face
answers to a flux there, H(s) = Σ w_j²/(s + λ_j). Solutions of the finite-volume operator for a
flux at the open face, at a handful of rates s spread over all time scales of diffusion, span a
space in which H is exact at these rates and close to exact between them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.transport.grid import mesh
from releasekit.transport.problem import FloatArray, Lanes

CELLS = 200
SLOWEST, FASTEST = 3.0, 1e6
"""Range of rates in units of D/R²: from the whole body to a skin of a thousandth of it."""


class Modes(NamedTuple):
    """Modes of the unit body with a sealed face, orthonormal over its volume.

    ``decay`` [mode] are their rates in units of D/R², the first is the even one with rate 0;
    ``surface`` [mode] are their values next to the open face, at ``surface_distance`` from it.
    """

    decay: FloatArray
    surface: FloatArray
    surface_distance: float


@cache
def reduced_modes(shape_exponent: int, count: int) -> Modes:
    """Return ``count`` modes of a slab (0), cylinder (1) or sphere (2).

    With V the volumes of graded cells and K their conductances, the space is spanned by 1 and
    (K + s_i V)⁻¹ e, e the flux at the open face; K is diagonalised in it.

    Source: V. Druskin, L. Knizhnerman, M. Zaslavsky, SIAM J. Sci. Comput. 31, 3760 (2009).

    >>> modes = reduced_modes(0, 9)
    >>> modes.decay[1:3].round(2)            # exact: π² and 4 π²
    array([ 9.89, 44.34])
    """
    grid = mesh(shape_exponent, CELLS)
    between = np.zeros((CELLS - 1, CELLS))
    rows = np.arange(CELLS - 1)
    between[rows, rows], between[rows, rows + 1] = -1.0, 1.0
    conductance = between.T @ (grid.conductance[:, None] * between)
    flux = np.zeros(CELLS)
    flux[-1] = 1.0
    answers = [np.linalg.solve(conductance + s * np.diag(grid.volume), flux)
               for s in np.geomspace(SLOWEST, FASTEST, count - 1)]
    root = np.sqrt(grid.volume)
    space = np.linalg.qr(root[:, None] * np.column_stack([np.ones(CELLS), *answers]))[0]
    space[:, 0] = root  # the even mode to the last digit: it alone carries the amount
    slopes = between @ (space / root[:, None])
    decay, mix = np.linalg.eigh(slopes[:, 1:].T @ (grid.conductance[:, None] * slopes[:, 1:]))
    surface = (space[-1, 1:] / root[-1]) @ mix
    return Modes(np.concatenate([[0.0], decay]), np.concatenate([[1.0], surface]),
                 grid.surface_distance)


def separable(lanes: Lanes, sizes: int) -> NDArray[np.bool_]:
    """Return which designs the modes can carry.

    One layer that does not erode and nothing dragged along by exudate: mobility is then even in
    place, and kinetics are linear in all lanes.
    """
    if lanes.layers > 1 or lanes.front is not None:
        return np.zeros(len(lanes) // sizes, dtype=bool)
    return np.asarray(~lanes.velocity.any(axis=0).reshape(-1, sizes).any(axis=1))
