"""Random sheets at a wound, solved by the package and by SciPy scripts.

Free and bound exosomes of some sizes, a mobility that grows in time, inactivation, a surface
resistance coupled back to the fluid film; 28 days, 150 outputs of what is in the carrier, what is
in the film, what has been taken up. The same sheets with a face that recedes stand for eroding
bodies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import block_diag, csc_matrix, diags

from releasekit.physics import sizes
from releasekit.transport.grid import Mesh, mesh
from releasekit.transport.problem import Action, Lanes
from releasekit.transport.solve import Accuracy, solve

FloatArray = NDArray[np.float64]

END = 28 * 86400.0
GONE = 1.2 * END
"""When an eroding sheet would be gone, later than the end: the script divides by what is left."""
TIMES = np.linspace(0.0, END, 150)
SIZES = 8
GSD = 1.37
WANTED = (("free", "bound"), ("wound_fluid",), ("taken_up",))


def population(designs: int, seed: int = 20261122, count: int = SIZES) -> Lanes:
    """Return random sheets at a wound, one lane for each of ``count`` sizes."""
    rng = np.random.default_rng(seed)

    def between(low: float, high: float) -> FloatArray:
        return np.repeat(low * (high / low) ** rng.random(designs), count)

    diameter, _ = sizes.size_nodes(np.full(designs, 1.03e-7), np.full(designs, GSD), count)
    relative = 1.03e-7 / diameter.ravel()
    nodes = np.linspace(0.0, END, 16)[:, None]
    opening = 1.0 / (1.0 + np.exp((between(0.2, 1.2) * END - nodes) / (between(0.03, 0.4) * END)))
    extent, depth = between(3e-4, 3e-3), between(2e-4, 2e-3)
    log_mobility = np.log(between(2e-14, 4e-12) * relative / extent**2)
    off, ratio = between(1e-6, 1e-3), between(0.05, 20.0)
    lanes = designs * count
    one, zero, flat = np.ones(lanes), np.zeros(lanes), np.ones((16, lanes))
    return Lanes(
        shape_exponent=0, actions=(Action.KEEP,), trapped_to_film=False, tissue_cells=1,
        extent=extent, volume_per_area=extent, node_time=nodes * one,
        log_mobility=log_mobility + np.log(between(1.0, 100.0)) * opening,
        matrix=flat, stretch=flat, on_rate=ratio * off, off_rate=off,
        free_share=1.0 / (1.0 + ratio), bound_share=ratio / (1.0 + ratio), trapped_share=zero,
        surface_share=zero, partition=one, carrier_inactivation=between(1e-8, 2e-6),
        film_resistance=0.5 * depth / (4.1e-12 * relative), film_depth=depth,
        film_uptake=between(1e-6, 1e-4), film_scavenging=zero, film_inactivation=zero,
        tissue_resistance=np.inf * one, tissue_depth=one, tissue_mobility=one, tissue_uptake=zero,
        tissue_scavenging=zero, tissue_clearance=zero, tissue_inactivation=zero,
        segment_start=np.zeros((1, lanes)), velocity=np.zeros((1, lanes)),
        washout=between(3e-6, 1e-4)[None], film_removed=np.zeros((1, lanes)))


def eroding(lanes: Lanes) -> Lanes:
    """Let the face of sheets recede evenly; their mobility stays."""
    one = np.ones((2, len(lanes)))
    return replace(lanes, node_time=np.array([[0.0], [GONE]]) * one,
                   log_mobility=np.repeat(lanes.log_mobility[:, :1], 2, axis=1), matrix=one,
                   stretch=one, front=np.array([[1.0], [0.0]]) * one)


def weights(count: int = SIZES) -> FloatArray:
    """Return the shares of the sizes."""
    return sizes.size_nodes(1.03e-7, GSD, count)[1]


def solved(lanes: Lanes, accuracy: Accuracy, count: int = SIZES, threads: int = 1
           ) -> tuple[FloatArray, FloatArray]:
    """Solve all designs in one batch.

    Returns
    -------
    curves : shape (design, time, 3)
        What is in the carrier, in the film, taken up.
    error : shape (design,)
        What the solver says of its error.
    """
    designs = len(lanes) // count
    curves, error = solve(lanes, weights(count), np.full(designs, END),
                          np.repeat(TIMES[:, None], designs, axis=1), accuracy, WANTED, threads)
    return np.moveaxis(curves, 0, -1), error


class Script(NamedTuple):
    """A good way to call solve_ivp, design by design, on a mesh that is graded as in the package.

    BDF takes all sizes at once with a sparse analytic Jacobian; LSODA size after size, banded.
    """

    method: Literal["BDF", "LSODA"]
    cells: int
    rtol: float
    grading: float = 2.25

    def curves(self, lanes: Lanes) -> FloatArray:
        """Return what is in the carrier, in the film, taken up: [design, time, 3]."""
        together = SIZES if self.method == "BDF" else 1
        found = [self._integrate(lanes.take(slice(first, first + together)))
                 for first in range(0, len(lanes), together)]
        by_size = np.concatenate(found).reshape(-1, SIZES, len(TIMES), 3)
        return np.asarray(np.einsum("z,dztk->dtk", weights(), by_size))

    def _integrate(self, lanes: Lanes) -> FloatArray:
        """Return [size, time, 3]; unknowns of a size are c_1, b_1, c_2, ..., film, uptake."""
        grid = mesh(0, self.cells, self.grading)
        n, count = 2 * self.cells + 2, len(lanes)
        slope, jacobian = (_fixed if lanes.front is None else _receding)(lanes, grid)
        start = np.zeros((count, n))
        start[:, 0:-2:2] = lanes.free_share[0][:, None]
        start[:, 1:-2:2] = lanes.bound_share[0][:, None]
        how: dict[str, Any] = ({"jac": jacobian} if self.method == "BDF"
                               else {"lband": 2, "uband": 2})
        found = solve_ivp(slope, (0.0, END), start.ravel(), method=self.method, t_eval=TIMES,
                          rtol=self.rtol, atol=1e-3 * self.rtol, **how)
        y = found.y.reshape(count, n, len(TIMES))
        held = np.einsum("i,kit->kt", np.repeat(grid.volume, 2), y[:, :-2])
        return np.stack([held, y[:, -2], y[:, -1]], axis=2)


Slope = Callable[[float, FloatArray], FloatArray]
Jacobian = Callable[[float, FloatArray], csc_matrix]


def _fixed(lanes: Lanes, grid: Mesh) -> tuple[Slope, Jacobian]:
    """Return right-hand side and Jacobian of sheets whose face stays."""
    n, last = 2 * len(grid.volume) + 2, 2 * len(grid.volume) - 2
    kinetics, inside = _kinetics(lanes, grid), _diffusion(lanes, grid)
    blocks = []
    for extent, depth in zip(lanes.extent[0], lanes.film_depth, strict=True):
        block = np.zeros((n, n))
        block[n - 2, last], block[n - 2, n - 2] = 1.0 / extent, -1.0 / depth
        block[last, [last, n - 2]] = -block[n - 2, [last, n - 2]] / grid.volume[-1]
        blocks.append(csc_matrix(block))
    across = csc_matrix(block_diag(blocks))
    node, log_mobility = lanes.node_time[:, 0], lanes.log_mobility[0]
    resistance = lanes.partition * lanes.film_resistance

    def rates(t: float) -> tuple[FloatArray, FloatArray]:
        j = min(int(np.searchsorted(node, t, side="right")) - 1, len(node) - 2)
        z = (t - node[j]) / (node[j + 1] - node[j])
        rate = np.exp(log_mobility[j] + z * (log_mobility[j + 1] - log_mobility[j]))
        face = 1.0 / (grid.surface_distance / (rate * lanes.extent[0]) + resistance)
        return np.repeat(rate, n), np.repeat(face, n)

    def slope(t: float, y: FloatArray) -> FloatArray:
        rate, face = rates(t)
        return np.asarray(kinetics @ y + rate * (inside @ y) + face * (across @ y))

    def jacobian(t: float, y: FloatArray) -> csc_matrix:
        rate, face = rates(t)
        return csc_matrix(kinetics + diags(rate) @ inside + diags(face) @ across)

    return slope, jacobian


def _receding(lanes: Lanes, grid: Mesh) -> tuple[Slope, Jacobian]:
    """Return right-hand side and Jacobian of eroding sheets, in the Landau frame.

    Drift through inner faces carries the mean of two cells; at the open face what is free passes
    half a cell and the film, and all that is bound leaves with the face.
    """
    n, last = 2 * len(grid.volume) + 2, 2 * len(grid.volume) - 2
    x = np.cumsum(grid.volume)[:-1]
    kinetics, inside = _kinetics(lanes, grid), _diffusion(lanes, grid)
    drift, out, back = np.zeros((3, n, n))
    for field in (0, 1):
        here = np.arange(field, last, 2)
        for of in (here, here + 2):
            drift[here, of] -= 0.5 * x / grid.volume[:-1]
            drift[here + 2, of] += 0.5 * x / grid.volume[1:]
    for matrix, source, face in ((drift, last + 1, last + 1), (out, last, last),
                                 (back, n - 2, last)):
        matrix[face, source] -= 1.0 / grid.volume[-1]
        matrix[n - 2, source] += 1.0
    drifting, leaving, returning = (csc_matrix(block_diag([each] * len(lanes)))
                                    for each in (drift, out, back))
    mobility = np.exp(lanes.log_mobility[0, 0])

    def rates(t: float) -> tuple[FloatArray, float, FloatArray, FloatArray]:
        share = 1.0 - t / GONE
        rate, speed = mobility / share**2, 1.0 / (GONE * share)
        A = speed / -np.expm1(-speed * grid.surface_distance / rate)
        film = lanes.partition * lanes.film_resistance * lanes.extent[0] * share
        into = A / (1.0 + A * film)
        back = into * (1.0 - speed / A) * lanes.partition * lanes.extent[0] * share
        return (np.repeat(rate, n), speed, np.repeat(into * (1.0 + speed * film), n),
                np.repeat(back / lanes.film_depth, n))

    def slope(t: float, y: FloatArray) -> FloatArray:
        rate, speed, into, back = rates(t)
        return np.asarray(kinetics @ y + rate * (inside @ y) + speed * (drifting @ y)
                          + into * (leaving @ y) - back * (returning @ y))

    def jacobian(t: float, y: FloatArray) -> csc_matrix:
        rate, speed, into, back = rates(t)
        return csc_matrix(kinetics + diags(rate) @ inside + speed * drifting
                          + diags(into) @ leaving - diags(back) @ returning)

    return slope, jacobian


def _kinetics(lanes: Lanes, grid: Mesh) -> csc_matrix:
    """Return binding and losses."""
    n = 2 * len(grid.volume) + 2
    c, film = np.arange(0, n - 2, 2), n - 2
    b = c + 1
    blocks = []
    for k, loss in enumerate(lanes.carrier_inactivation):
        on, off, block = lanes.on_rate[0, k], lanes.off_rate[0, k], np.zeros((n, n))
        block[c, c], block[c, b] = -on - loss, off
        block[b, c], block[b, b] = on, -off - loss
        block[film, film] = -lanes.washout[0, k] - lanes.film_uptake[k]
        block[film + 1, film] = lanes.film_uptake[k]
        blocks.append(csc_matrix(block))
    return csc_matrix(block_diag(blocks))


def _diffusion(lanes: Lanes, grid: Mesh) -> csc_matrix:
    """Return diffusion of free exosomes between cells, to be scaled by D/R²."""
    n = 2 * len(grid.volume) + 2
    block = np.zeros((n, n))
    for i, g in enumerate(grid.conductance):
        for here, there in ((i, i + 1), (i + 1, i)):
            block[2 * here, 2 * here] -= g / grid.volume[here]
            block[2 * here, 2 * there] += g / grid.volume[here]
    return csc_matrix(block_diag([csc_matrix(block)] * len(lanes)))
