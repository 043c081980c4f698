"""End to end, a table of formulations to metrics, against a solve_ivp script of the same design.

Run from the root of the project: ``python benchmarks/path.py``. The script is a good one: all
vesicle sizes (and slices of a needle) in one system, sparse Jacobian, cells graded as in the
package, BDF. Both ways run in one process, in rounds in which each goes first in turn; medians of
processor time, and of time on the clock with two threads (on an idle machine). The script is given
its coefficients; the package starts from formulations and ends at metrics.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.integrate import solve_ivp

import releasekit as rk
from releasekit.carriers.families import FAMILIES
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body
from releasekit.errors import ReleasekitWarning
from releasekit.running import SIZES
from releasekit.simulation import evaluate
from releasekit.transport.grid import mesh

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FAMILY = {"hydrogel": "hydrogel-gelma", "scaffold": "scaffold-pcl-gelma", "ecm": "ecm-adipose",
          "microneedle": "microneedle-swelling"}
METRICS = ("retained_7d_fraction", "available_auc_d", "steady_days_d")
CELLS, OUTPUTS = 32, 150
ACCURACY = "screen"


def problem(family: str) -> rk.Formulation:
    """Return a carrier for a week under one dressing that absorbs nothing: one run, no events."""
    base = rk.load(EXAMPLES / f"{FAMILY[family]}.toml")
    worn = {"wear_time": "7 d"} if base.number("wear_time") else {}
    return base.but(duration="7 d", dressing_change_time="7 d", absorbed_exudate_fraction=0.0,
                    **worn)


def table(base: rk.Formulation, rows: int) -> rk.Designs:
    """Return designs in which one length, size and dose of the exosomes vary."""
    draw = np.random.default_rng(11).random((3, rows))
    length = {"needle_height": 4e-4 * 3.0 ** draw[0]} if base.carrier == "microneedle" else {
        "thickness": 4e-4 * 6.0 ** draw[0]}
    return rk.Designs(base, {**length, "vesicle_diameter_median": 7e-8 * 2.0 ** draw[1],
                             "dose_per_area": 3.1e13 * 10.0 ** draw[2]})


def script_of(body: Body, end: float) -> Callable[[], np.ndarray]:
    """Return a script that finds the retained fraction of one design at the output times.

    Per lane: free exosomes [cell], bound ones [cell], fluid, tissue, trapped ones. The system is
    linear: its matrix is looked up between a few times, since coefficients change slowly.
    """
    lane, count, shape = body.lanes.arrays(), len(body.weights), body.lanes.shape_exponent
    grid, seconds = mesh(shape, CELLS), lane["node_time"][:, 0]
    n = CELLS
    v, g = grid.volume, grid.conductance
    width = 2 * n + 3
    film, tissue, held = 2 * n, 2 * n + 1, 2 * n + 2
    spread = sparse.diags([g, -np.r_[g, 0.0] - np.r_[0.0, g], g], [-1, 0, 1]) / v[:, None]

    def at(t: float, name: str, z: int) -> float:
        return float(np.interp(t, seconds, lane[name][0][:, z]))

    def block(t: float, z: int) -> sparse.spmatrix:
        D, m, stretch = np.exp(at(t, "log_mobility", z)), at(t, "matrix", z), at(t, "stretch", z)
        free = (m - at(t + 1.0, "matrix", z)) / m if m > 1e-9 else 0.0
        on, off = lane["on_rate"][0, z] * m, lane["off_rate"][0, z] + free
        k_i, depth, K = (lane["carrier_inactivation"][z], lane["film_depth"][z],
                         lane["partition"][z])
        out = (shape + 1) / (grid.surface_distance / D
                             + K * lane["film_resistance"][z] * lane["extent"][0, z] * stretch)
        back = out * K * lane["volume_per_area"][z] * stretch ** (shape + 1) / depth
        cross = 1.0 / (lane["tissue_resistance"][z]
                       + 0.5 * lane["tissue_depth"][z] / lane["tissue_mobility"][z])
        one = sparse.identity(n)
        matrix = sparse.lil_matrix((width, width))
        matrix[:n, :n] = D * spread - (on + k_i) * one
        matrix[:n, n:2 * n] = off * one
        matrix[n:2 * n, :n] = on * one
        matrix[n:2 * n, n:2 * n] = -(off + k_i) * one
        matrix[:n, held] = free
        matrix[held, held] = -free - k_i
        matrix[n - 1, n - 1] -= out / v[-1]
        matrix[n - 1, film] += back / v[-1]
        matrix[film, n - 1] += out
        gone = (lane["film_uptake"][z] + lane["film_scavenging"][z] + lane["film_inactivation"][z]
                + lane["washout"][0, z])
        matrix[film, film] = -back - gone - cross / depth
        matrix[film, tissue] = cross / lane["tissue_depth"][z]
        matrix[tissue, film] = cross / depth
        matrix[tissue, tissue] = -cross / lane["tissue_depth"][z] - sum(
            lane[f"tissue_{loss}"][z] for loss in ("uptake", "scavenging", "clearance",
                                                   "inactivation"))
        return matrix

    def jacobian(t: float, _: np.ndarray) -> sparse.csc_matrix:
        return sparse.block_diag([block(t, z) for z in range(count)], format="csc")

    start = np.concatenate([np.r_[np.full(n, lane["free_share"][0, z]),
                                  np.full(n, lane["bound_share"][0, z]), lane["surface_share"][z],
                                  0.0, lane["trapped_share"][0, z]] for z in range(count)])
    times = end * np.linspace(0.0, 1.0, OUTPUTS) ** 2
    marks = np.unique(np.r_[end * np.linspace(0.0, 1.0, 41) ** 2, seconds[seconds < end]])
    known = [jacobian(t, start) for t in marks]
    rows, columns = sum(abs(each) for each in known).nonzero()
    pattern = sparse.csc_matrix((np.arange(len(rows)) + 1.0, (rows, columns)))
    order = pattern.data.astype(int) - 1
    values = np.stack([np.asarray(each[rows, columns]).ravel()[order] for each in known])

    def near(t: float) -> sparse.csc_matrix:
        place = min(int(np.searchsorted(marks, t, side="right")) - 1, len(marks) - 2)
        share = (t - marks[place]) / (marks[place + 1] - marks[place])
        return sparse.csc_matrix(((1.0 - share) * values[place] + share * values[place + 1],
                                  pattern.indices, pattern.indptr), shape=pattern.shape)

    def script() -> np.ndarray:
        path = solve_ivp(lambda t, y: near(t) @ y, (0.0, end), start, "BDF", t_eval=times,
                         jac=lambda t, y: near(t), rtol=1e-3, atol=1e-6)
        share = np.r_[v, v, 1.0, 1.0, 1.0]
        return np.einsum("zst,s,z->t", path.y.reshape(count, width, -1), share, body.weights)

    return script


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the processor time and the time on the clock that some work takes [s]."""
    began = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - began[0], time.perf_counter() - began[1]


def against_script(family: str, rows: int, rounds: int) -> None:
    """Print how many designs per second, against the script, and how far apart both are."""
    base = problem(family)
    designs = table(base, rows)
    one = rk.Designs(base, {name: column[:1] for name, column in designs.columns.items()})
    bodies = FAMILIES[base.carrier].lower(Inputs(one), SIZES[ACCURACY]).bodies
    end = base.number("duration") or np.nan
    scripts = [(body.share[0], script_of(body, end)) for body in bodies]

    def script() -> np.ndarray:
        return np.sum([share * solved() for share, solved in scripts], axis=0)

    def package(threads: int) -> None:
        evaluate(designs, METRICS, accuracy=ACCURACY, threads=threads)

    release = rk.simulate(one, accuracy=ACCURACY, explain=False)  # also compiles
    curve = np.interp(end * np.linspace(0.0, 1.0, OUTPUTS) ** 2, release.time[0],
                      release["retained_fraction"][0])
    apart = float(np.abs(script() - curve).max())
    ways: dict[str, Callable[[], float]] = {
        "script": lambda: timed(script)[0],
        "core": lambda: timed(lambda: package(1))[0] / rows,
        "clock": lambda: timed(lambda: package(2))[1] / rows}
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name in (*list(ways)[turn % 3:], *list(ways)[:turn % 3]):
            took[name].append(ways[name]())
    for name, said in (("core", "per core"), ("clock", "two cores")):
        ratios = [b / a for a, b in zip(took[name], took["script"], strict=True)]
        print(f"{family:12}{said:10}{1.0 / statistics.median(took[name]):8.0f} designs/s, "
              f"{statistics.median(ratios):5.0f} times the script (rounds {min(ratios):.0f} to "
              f"{max(ratios):.0f}); curves {apart:.1e} apart", flush=True)


def growth(sizes: list[int]) -> None:
    """Print what a design costs as tables grow, and the most memory held so far."""
    for rows in sizes:
        designs = table(problem("hydrogel"), rows)
        processor, clock = timed(
            lambda designs=designs: evaluate(designs, METRICS, accuracy=ACCURACY))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{rows:9} hydrogels {1e6 * processor / rows:10.0f} us of processor time each, "
              f"{1e6 * clock / rows:10.0f} us on the clock, peak {peak:.0f} MiB", flush=True)


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--largest", type=int, default=100_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ReleasekitWarning)
    print(f"{options.rows} designs, {SIZES[ACCURACY]} sizes, accuracy {ACCURACY}; medians of "
          f"{options.rounds} rounds")
    for family in FAMILY:
        against_script(family, options.rows, options.rounds)
    growth([10 ** power for power in range(1, 7) if 10 ** power <= options.largest])


if __name__ == "__main__":
    sys.exit(main())
