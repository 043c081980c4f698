"""The transport kernels against good SciPy scripts: designs per second, error, ratio.

Run from the root of the project: ``python benchmarks/kernels.py``. The problem is a sheet at a
wound: free and bound exosomes of 8 sizes, a mobility that grows in time, inactivation, a surface
resistance coupled back to the fluid film; 28 days, 150 outputs, an error of about 1e-3 or less. CPU
time of one thread, medians over rounds in which each way goes first in turn. The same sheets with a
face that recedes stand for eroding bodies. Of the whole solver, "march" is the kernels alone, for
both step counts; the rest is time grids, what carriers go through, averages, output times.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.sparse import block_diag, csc_matrix, diags

from releasekit.physics import series, sizes
from releasekit.transport import modes, receding, segments
from releasekit.transport.grid import Mesh, mesh
from releasekit.transport.problem import PARTS, Action, FloatArray, Lanes
from releasekit.transport.solve import ACCURACIES, Accuracy, solve

DAY = 86400.0
END = 28 * DAY
SIZES, OUTPUTS, CELLS = 8, 150, 32
FLUID, TAKEN = PARTS.index("wound_fluid"), PARTS.index("taken_up")
CARRIER = [PARTS.index("free"), PARTS.index("bound")]
TIMES = np.linspace(0.0, END, OUTPUTS)


def population(designs: int, seed: int = 20261122, shape_exponent: int = 0) -> Lanes:
    """Return random sheets at a wound, 8 lanes each."""
    rng = np.random.default_rng(seed)

    def between(low: float, high: float) -> FloatArray:
        return np.repeat(low * (high / low) ** rng.random(designs), SIZES)

    diameter, _ = sizes.size_nodes(np.full(designs, 1.03e-7), np.full(designs, 1.37), SIZES)
    relative = 1.03e-7 / diameter.ravel()
    nodes = np.linspace(0.0, END, 16)[:, None]
    opening = 1.0 / (1.0 + np.exp((between(0.2, 1.2) * END - nodes) / (between(0.03, 0.4) * END)))
    extent, depth = between(3e-4, 3e-3), between(2e-4, 2e-3)
    log_mobility = np.log(between(2e-14, 4e-12) * relative / extent**2)
    off, ratio = between(1e-6, 1e-3), between(0.05, 20.0)
    count = designs * SIZES
    one, zero, flat = np.ones(count), np.zeros(count), np.ones((16, count))
    return Lanes(
        shape_exponent=shape_exponent, actions=(Action.KEEP,), trapped_to_film=False,
        tissue_cells=1, extent=extent, volume_per_area=extent / (shape_exponent + 1),
        node_time=nodes * one, log_mobility=log_mobility + np.log(between(1.0, 100.0)) * opening,
        matrix=flat, stretch=flat, on_rate=ratio * off, off_rate=off,
        free_share=1.0 / (1.0 + ratio), bound_share=ratio / (1.0 + ratio), trapped_share=zero,
        surface_share=zero, partition=one, carrier_inactivation=between(1e-8, 2e-6),
        film_resistance=0.5 * depth / (4.1e-12 * relative), film_depth=depth,
        film_uptake=between(1e-6, 1e-4), film_scavenging=zero, film_inactivation=zero,
        tissue_resistance=np.inf * one, tissue_depth=one, tissue_mobility=one, tissue_uptake=zero,
        tissue_scavenging=zero, tissue_clearance=zero, tissue_inactivation=zero,
        segment_start=np.zeros((1, count)), velocity=np.zeros((1, count)),
        washout=between(3e-6, 1e-4)[None], film_removed=np.zeros((1, count)))


def weights() -> FloatArray:
    """Return the shares of the sizes."""
    return sizes.size_nodes(1e-7, 1.37, SIZES)[1]


# ways to solve it: each returns carrier content, film, uptake [design, time, 3] -----------------

def kernel(lanes: Lanes, accuracy: Accuracy) -> FloatArray:
    """Solve all designs in one batch, on one thread."""
    designs = len(lanes) // SIZES
    parts, _ = solve(lanes, weights(), np.full(designs, END),
                     np.repeat(TIMES[:, None], designs, axis=1), accuracy, threads=1)
    return np.stack([parts[..., CARRIER].sum(axis=2), parts[..., FLUID], parts[..., TAKEN]], axis=2)


MARCHES = ((segments, "march"), (receding, "march"), (modes, "march"))


@contextmanager
def marching(spent: list[float]) -> Iterator[None]:
    """Add up the CPU time of the kernels alone."""
    kept = [getattr(module, name) for module, name in MARCHES]

    def timed(march: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: object) -> None:
            start = time.thread_time()
            march(*arguments)
            spent[0] += time.thread_time() - start
        return run

    for (module, name), march in zip(MARCHES, kept, strict=True):
        setattr(module, name, timed(march))
    try:
        yield
    finally:
        for (module, name), march in zip(MARCHES, kept, strict=True):
            setattr(module, name, march)


def script(lanes: Lanes, method: str) -> FloatArray:
    """Solve design by design with solve_ivp on the same kind of graded mesh.

    BDF takes all sizes at once with a sparse analytic Jacobian; LSODA size after size, banded.
    """
    return np.stack([_script(lanes.take(slice(first, first + SIZES)), method)
                     for first in range(0, len(lanes), SIZES)])


def _script(lanes: Lanes, method: str) -> FloatArray:
    count = SIZES if method == "BDF" else 1
    found = [_integrate(lanes.take(slice(first, first + count)), method)
             for first in range(0, SIZES, count)]
    return np.tensordot(weights(), np.concatenate(found), axes=1)


def _integrate(lanes: Lanes, method: str) -> FloatArray:
    """Return [size, time, 3]; unknowns of a size are c_1, b_1, c_2, ..., film, uptake."""
    grid = mesh(lanes.shape_exponent, CELLS, 2.25)
    n, V = 2 * CELLS + 2, np.repeat(grid.volume, 2)
    fixed, inside, across = (_assemble(lanes, grid.volume, grid.conductance, what)
                             for what in ("fixed", "inside", "across"))
    if lanes.front is not None:
        return _integrate_receding(lanes, grid)
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
        return np.asarray(fixed @ y + rate * (inside @ y) + face * (across @ y))

    def jacobian(t: float, y: FloatArray) -> csc_matrix:
        rate, face = rates(t)
        return csc_matrix(fixed + diags(rate) @ inside + diags(face) @ across)

    how = {"jac": jacobian} if method == "BDF" else {"lband": 2, "uband": 2}
    return _run_script(lanes, V, slope, method, how)


def _run_script(lanes: Lanes, V: FloatArray, slope: Callable[..., FloatArray], method: str,
                how: dict[str, Any]) -> FloatArray:
    n, count = 2 * CELLS + 2, len(lanes)
    start = np.zeros((count, n))
    start[:, 0:2 * CELLS:2] = lanes.free_share[0][:, None]
    start[:, 1:2 * CELLS:2] = lanes.bound_share[0][:, None]
    y = solve_ivp(slope, (0.0, END), start.ravel(), method=method, t_eval=TIMES, rtol=1e-3,
                  atol=1e-6, **how).y.reshape(count, n, OUTPUTS)
    return np.stack([np.einsum("i,kit->kt", V, y[:, :2 * CELLS]), y[:, -2], y[:, -1]], axis=2)


def _assemble(lanes: Lanes, volume: FloatArray, conductance: FloatArray, what: str) -> csc_matrix:
    """Return the part of the right-hand side that is constant, scaled by D/R², or by the face."""
    n = 2 * CELLS + 2
    blocks = []
    for k in range(len(lanes)):
        block = np.zeros((n, n))
        c, b, film = np.arange(0, 2 * CELLS, 2), np.arange(1, 2 * CELLS, 2), n - 2
        if what == "fixed":
            loss = lanes.carrier_inactivation[k]
            block[c, c], block[c, b] = -lanes.on_rate[0, k] - loss, lanes.off_rate[0, k]
            block[b, c], block[b, b] = lanes.on_rate[0, k], -lanes.off_rate[0, k] - loss
            block[film, film] = -lanes.washout[0, k] - lanes.film_uptake[k]
            block[film + 1, film] = lanes.film_uptake[k]
        elif what == "inside":
            for i, g in enumerate(conductance):
                for here, there in ((i, i + 1), (i + 1, i)):
                    block[c[here], c[here]] -= g / volume[here]
                    block[c[here], c[there]] += g / volume[here]
        else:
            extent, last = lanes.extent[0, k], c[-1]
            block[film, last], block[film, film] = 1.0 / extent, -1.0 / lanes.film_depth[k]
            block[last, [last, film]] = -block[film, [last, film]] / volume[-1]
        blocks.append(csc_matrix(block))
    return csc_matrix(block_diag(blocks))


# the same sheets, with a face that recedes --------------------------------------------------------

GONE = 1.2 * END
"""When an eroding sheet would be gone, later than the end: the script divides by what is left."""


def eroding(lanes: Lanes) -> Lanes:
    """Let the face of sheets recede evenly; their mobility stays."""
    one = np.ones((2, len(lanes)))
    return replace(lanes, node_time=np.array([[0.0], [GONE]]) * one,
                   log_mobility=np.repeat(lanes.log_mobility[:, :1], 2, axis=1), matrix=one,
                   stretch=one, front=np.array([[1.0], [0.0]]) * one)


def _integrate_receding(lanes: Lanes, grid: Mesh) -> FloatArray:
    """Return [size, time, 3] by BDF in the Landau frame, unknowns as in ``_integrate``.

    Drift through inner faces carries the mean of two cells; at the open face what is free passes
    half a cell and the film, and all that is bound leaves with the face.
    """
    n, count, last = 2 * CELLS + 2, len(lanes), 2 * CELLS - 2
    V, x = np.repeat(grid.volume, 2), np.cumsum(grid.volume)[:-1]
    fixed, inside = (_assemble(lanes, grid.volume, grid.conductance, what)
                     for what in ("fixed", "inside"))
    drift, out, back = np.zeros((3, n, n))
    for field in (0, 1):
        here = np.arange(field, last, 2)
        for of in (here, here + 2):
            drift[here, of] -= 0.5 * x / grid.volume[:-1]
            drift[here + 2, of] += 0.5 * x / grid.volume[1:]
    for matrix, of in ((drift, last + 1), (out, last), (back, n - 2)):
        matrix[last + (of == last + 1), of] -= 1.0 / grid.volume[-1]
        matrix[n - 2, of] += 1.0
    drifting, leaving, returning = (csc_matrix(block_diag([each] * count))
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
        return np.asarray(fixed @ y + rate * (inside @ y) + speed * (drifting @ y)
                          + into * (leaving @ y) - back * (returning @ y))

    def jacobian(t: float, y: FloatArray) -> csc_matrix:
        rate, speed, into, back = rates(t)
        return csc_matrix(fixed + diags(rate) @ inside + speed * drifting + diags(into) @ leaving
                          - diags(back) @ returning)

    return _run_script(lanes, V, slope, "BDF", {"jac": jacobian})


# the plain slab: a known diffusivity, a perfect sink ----------------------------------------------

SLAB_DIFFUSIVITY, SLAB_EXTENT = 3.7e-13, 1.3e-3


def slab_exact() -> FloatArray:
    """Return the released fraction by Crank's series."""
    return np.asarray(series.release_slab(SLAB_DIFFUSIVITY * TIMES / SLAB_EXTENT**2))


def slabs(count: int) -> Lanes:
    """Return equal slabs in a perfect sink, one lane each."""
    lanes = population(-(-count // SIZES)).take(slice(0, count))
    zero, one = np.zeros(count), np.ones(count)
    rate = np.log(SLAB_DIFFUSIVITY / SLAB_EXTENT**2) * np.ones((1, 16, count))
    return replace(lanes, extent=SLAB_EXTENT * one[None], volume_per_area=SLAB_EXTENT * one,
                   log_mobility=rate, on_rate=zero[None], free_share=one[None],
                   bound_share=zero[None], carrier_inactivation=zero, film_resistance=zero,
                   film_depth=np.inf * one, film_uptake=zero, washout=zero[None])


def slab_kernel(count: int, accuracy: Accuracy) -> FloatArray:
    """Return the released fraction of equal slabs, solved in one batch."""
    parts, _ = solve(slabs(count), np.ones(1), np.full(count, END),
                     np.repeat(TIMES[:, None], count, axis=1), accuracy, threads=1)
    return np.asarray(parts[0, :, FLUID])


def slab_lsoda(cells: int = 100) -> FloatArray:
    """Return the released fraction by LSODA on an even mesh, banded."""
    g = SLAB_DIFFUSIVITY / SLAB_EXTENT**2 * cells**2

    def slope(t: float, y: FloatArray) -> FloatArray:
        flux = np.empty(cells + 1)
        flux[0], flux[1:-1], flux[-1] = 0.0, g * (y[:-1] - y[1:]), 2.0 * g * y[-1]
        return flux[:-1] - flux[1:]

    found = solve_ivp(slope, (0.0, END), np.ones(cells), method="LSODA", t_eval=TIMES, rtol=1e-4,
                      atol=1e-7, lband=1, uband=1)
    return 1.0 - found.y.mean(axis=0)


def slab_pybamm() -> FloatArray:
    """Return the released fraction by PyBaMM, 100 finite volumes."""
    import pybamm  # type: ignore[import-not-found]

    model = pybamm.BaseModel()
    c = pybamm.Variable("c", domain="slab")
    x = pybamm.SpatialVariable("x", domain=["slab"], coord_sys="cartesian")
    model.rhs = {c: pybamm.div(SLAB_DIFFUSIVITY * pybamm.grad(c))}
    model.boundary_conditions = {c: {"left": (pybamm.Scalar(0), "Neumann"),
                                     "right": (pybamm.Scalar(0), "Dirichlet")}}
    model.initial_conditions = {c: pybamm.Scalar(1)}
    model.variables = {"held": pybamm.Integral(c, x) / SLAB_EXTENT}
    geometry = {"slab": {x: {"min": pybamm.Scalar(0), "max": pybamm.Scalar(SLAB_EXTENT)}}}
    grid = pybamm.Mesh(geometry, {"slab": pybamm.Uniform1DSubMesh}, {x: 100})
    pybamm.Discretisation(grid, {"slab": pybamm.FiniteVolume()}).process_model(model)
    found = pybamm.CasadiSolver().solve(model, TIMES)
    return 1.0 - np.asarray(found["held"](TIMES))


def slab_pypde() -> FloatArray:
    """Return the released fraction by py-pde, 100 cells, implicit steps chosen by SciPy."""
    import pde  # type: ignore[import-not-found]

    grid = pde.CartesianGrid([(0.0, 1.0)], 100)
    held: list[float] = []
    storage = pde.trackers.CallbackTracker(lambda state: held.append(float(state.average)),
                                           interrupts=float(TIMES[1]))
    equation = pde.DiffusionPDE(SLAB_DIFFUSIVITY / SLAB_EXTENT**2,
                                bc={"x-": {"derivative": 0}, "x+": {"value": 0}})
    equation.solve(pde.ScalarField(grid, 1.0), t_range=END, solver="scipy", method="BDF",
                   tracker=[storage])
    return 1.0 - np.array(held[:OUTPUTS])


def slab_fipy() -> FloatArray:
    """Return the released fraction by FiPy, 100 cells, 600 implicit steps dense at the start."""
    import fipy  # type: ignore[import-not-found]

    grid = fipy.Grid1D(nx=100, Lx=SLAB_EXTENT)
    c = fipy.CellVariable(mesh=grid, value=1.0)
    c.constrain(0.0, grid.facesRight)
    equation = fipy.TransientTerm() == fipy.DiffusionTerm(coeff=SLAB_DIFFUSIVITY)
    ends = END * np.linspace(0.0, 1.0, 601) ** 2
    held = [1.0]
    for step in np.diff(ends):
        equation.solve(var=c, dt=step)
        held.append(float(c.value.mean()))
    return 1.0 - np.interp(TIMES, ends, held)


# measuring ----------------------------------------------------------------------------------------

def rounds_of(ways: dict[str, tuple[int, Callable[[], object]]], rounds: int
              ) -> dict[str, list[float]]:
    """Return CPU seconds per design of each way, one per round, each way going first in turn."""
    names, taken = list(ways), {name: [] for name in ways}  # type: dict[str, list[float]]
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            designs, work = ways[name]
            start = time.thread_time()
            work()
            taken[name].append((time.thread_time() - start) / designs)
    return taken


def report(taken: dict[str, list[float]], errors: dict[str, float], unit: str) -> None:
    """Print designs per second, error and the ratio to one of the ways."""
    print(f"{'':28}{'designs/s':>12}{'us/design':>12}{'ratio to ' + unit:>16}{'largest error':>16}")
    for name, costs in taken.items():
        ratio = statistics.median(a / b for a, b in zip(taken[unit], costs, strict=True))
        cost = statistics.median(costs)
        print(f"{name:28}{1 / cost:12.1f}{1e6 * cost:12.1f}{ratio:16.1f}{errors[name]:16.1e}")


def sheets(rounds: int, lanes: Callable[[Lanes], Lanes], levels: dict[str, Accuracy],
           methods: tuple[str, ...]) -> None:
    """Compare the kernels with scripts on sheets at a wound."""
    few, many = lanes(population(4)), lanes(population(512))
    finest = Accuracy(cells=96, steps=768, tolerance=1.0)
    reference, first = kernel(few, finest), many.take(slice(0, len(few)))
    truth = kernel(first, finest)
    designs, spent = len(many) // SIZES, [0.0]
    alone: dict[str, list[float]] = {name: [] for name in levels}
    errors: dict[str, float] = {}
    ways: dict[str, tuple[int, Callable[[], object]]] = {}
    for name, level in levels.items():
        errors[name] = float(np.abs(kernel(first, level) - truth).max())  # also compiles

        def solver(name: str = name, level: Accuracy = level) -> None:
            spent[0] = 0.0
            kernel(many, level)
            alone[name].append(spent[0] / designs)

        ways[name] = designs, solver
    for method in methods:
        ways[method] = (len(few) // SIZES, lambda method=method: script(few, method))  # type: ignore[misc]
        errors[method] = float(np.abs(script(few, method) - reference).max())
    with marching(spent):
        taken = rounds_of(ways, rounds)
    report({**taken, **{f"{name}, march": costs for name, costs in alone.items()}},
           {**errors, **{f"{name}, march": errors[name] for name in alone}}, "BDF")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def plain_slab(rounds: int) -> None:
    """Compare the chain with LSODA and with other packages on the plain slab."""
    exact, chain = slab_exact(), replace(ACCURACIES["default"], modes=0)
    count = 512
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "chain": (count, lambda: slab_kernel(count, chain)), "LSODA": (1, slab_lsoda)}
    errors = {"chain": float(np.abs(slab_kernel(count, chain) - exact).max()),
              "LSODA": float(np.abs(slab_lsoda() - exact).max())}
    for name, way in (("PyBaMM", slab_pybamm), ("py-pde", slab_pypde), ("FiPy", slab_fipy)):
        try:
            errors[name] = float(np.abs(way() - exact).max())
        except ImportError:
            print(f"{name} is not installed: not compared")
        else:
            ways[name] = (1, way)
    report(rounds_of(ways, rounds), errors, "LSODA")


def growth() -> None:
    """Print how the cost of a design in the chain grows with designs, cells and steps."""
    chain = replace(ACCURACIES["default"], modes=0)

    def cost(lanes: Lanes, accuracy: Accuracy) -> float:
        kernel(lanes, accuracy)
        spent = []
        for _ in range(5):
            start = time.thread_time()
            kernel(lanes, accuracy)
            spent.append(time.thread_time() - start)
        return statistics.median(spent) * SIZES / len(lanes)

    base = cost(population(256), chain)
    for designs in (1, 10, 100, 1000):
        print(f"{designs:6} designs   {cost(population(designs), chain) / base:6.2f} per design")
    for cells in (10, 20, 40, 80):
        level = replace(chain, cells=cells, tolerance=1.0)
        print(f"{cells:6} cells     {cost(population(256), level) / base:6.2f}")
    for steps in (24, 48, 96, 192):
        level = replace(chain, steps=steps, tolerance=1.0)
        print(f"{steps:6} steps     {cost(population(256), level) / base:6.2f}")


def main() -> int:
    """Print all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print("sheet at a wound, 8 sizes, 28 days, 150 outputs")
    default, chain = ACCURACIES["default"], replace(ACCURACIES["default"], modes=0)
    sheets(rounds, lambda lanes: lanes, {"modes (chosen)": default, "chain": chain},
           ("BDF", "LSODA"))
    print("\nthe same with a face that recedes, mobility constant")
    sheets(rounds, eroding, {"receding": default}, ("BDF",))
    print("\nplain slab in a perfect sink, 150 outputs")
    plain_slab(rounds)
    print("\ncost of a design in the chain, relative to 256 designs at default accuracy")
    growth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
