"""From lanes to designs: blocks on all cores, two step counts, output times, error estimate."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from releasekit.transport.chain import march
from releasekit.transport.grid import GRADING, Mesh, layered_mesh, mesh, time_steps
from releasekit.transport.problem import PARTS, Action, FloatArray, Lanes
from releasekit.transport.state import LaneArrays

BLOCK = 64
"""Lanes that are marched together; block borders are fixed, so results do not depend on cores."""


@dataclass(frozen=True)
class Accuracy:
    """Cells of the carrier, steps of a segment, and the time error that triggers a refinement."""

    cells: int
    steps: int
    tolerance: float


ACCURACIES = {
    "screen": Accuracy(cells=24, steps=24, tolerance=5e-3),
    "default": Accuracy(cells=32, steps=48, tolerance=8e-4),
    "fine": Accuracy(cells=72, steps=128, tolerance=1e-4),
}

ABRUPT = 8.0
"""Neighbouring steps (in the root of time) that differ more are not joined by a cubic."""

DIP = 1e-5
"""An interpolated amount further below zero is an overshoot."""

RESOLVED_TISSUE_CELLS = 16
TISSUE_GRADING = {False: 1.0, True: GRADING}
"""Grading of tissue cells; well-mixed tissue is one cell with its centre in the middle."""


def solve(
    lanes: Lanes,
    weights: FloatArray,
    end: FloatArray,
    times: FloatArray,
    accuracy: Accuracy,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Solve all lanes and average them over the sizes of each design.

    Parameters
    ----------
    lanes
        Design after design, each with ``len(weights)`` sizes.
    weights : shape (size,)
        Share of each vesicle size.
    end : shape (design,) [s]
        Time at which each design ends.
    times : shape (time, design) [s]
        Output times of each design, rising.
    accuracy
        Cells, steps, tolerance.
    threads
        Cores to use; all by default.
    progress
        Called with the number of designs finished since the last call.

    Returns
    -------
    parts : shape (design, time, part)
        The amounts named in ``PARTS``, as fractions of one dose.
    error : shape (design,)
        Estimated discretisation error of any part: from two step counts in time.
    """
    sizes = len(weights)
    designs = len(lanes) // sizes
    out = np.empty((designs, times.shape[0], len(PARTS)))
    error = np.empty(designs)
    block = max(1, BLOCK // sizes)
    starts = range(0, designs, block)

    def work(first: int) -> int:
        last = min(first + block, designs)
        part = lanes.take(slice(first * sizes, last * sizes))
        out[first:last], error[first:last] = _solve_block(
            part, weights, end[first:last], times[:, first:last], accuracy)
        return last - first

    count = threads or os.cpu_count() or 1
    if count == 1 or designs <= block:
        results = map(work, starts)
        for done in results:
            if progress:
                progress(done)
    else:
        with ThreadPoolExecutor(count) as pool:
            for done in pool.map(work, starts):
                if progress:
                    progress(done)
    return out, error


def _solve_block(lanes: Lanes, weights: FloatArray, end: FloatArray, times: FloatArray,
                 accuracy: Accuracy) -> tuple[FloatArray, FloatArray]:
    coarse = _run(lanes, weights, end, times, accuracy.cells, accuracy.steps // 2)
    fine = _run(lanes, weights, end, times, accuracy.cells, accuracy.steps)
    # SDIRK2 is of second order: extrapolate, and take the difference as the error of `fine`
    best = fine + (fine - coarse) / 3.0
    error = np.abs(fine - coarse).max(axis=(1, 2)) / 3.0
    hard = np.flatnonzero(error > accuracy.tolerance)
    if hard.size:
        sizes = len(weights)
        index = (hard[:, None] * sizes + np.arange(sizes)).ravel()
        finer = _run(lanes.take(index), weights, end[hard], times[:, hard], accuracy.cells,
                     4 * accuracy.steps)
        error[hard] = np.abs(finer - fine[hard]).max(axis=(1, 2)) / 15.0
        best[hard] = finer + (finer - fine[hard]) / 15.0
    return best, error


def _run(lanes: Lanes, weights: FloatArray, end: FloatArray, times: FloatArray, cells: int,
         count: int) -> FloatArray:
    """March once with given cells and steps; return the size average at the output times."""
    sizes = len(weights)
    steps = _steps(lanes, sizes, end, count)
    grid = mesh(lanes.shape_exponent, cells) if lanes.layers == 1 else layered_mesh(cells)
    record = np.empty((steps.shape[0], count + 1, len(PARTS), len(lanes)))
    lane = lanes.arrays()
    march(lanes.shape_exponent, np.array(lanes.actions, dtype=np.int64), lanes.trapped_to_film,
          grid, _from_surface(mesh(0, lanes.tissue_cells, TISSUE_GRADING[lanes.tissue_cells > 1])),
          LaneArrays(*(np.ascontiguousarray(lane[name]) for name in LaneArrays._fields)),
          np.repeat(steps, sizes, axis=2), record)
    shape = (*record.shape[:3], len(end), sizes)
    average = np.einsum("smpkz,z->ksmp", record.reshape(shape), weights)
    out = np.empty((len(end), times.shape[0], len(PARTS)))
    interpolate(steps, np.ascontiguousarray(average), np.ascontiguousarray(times), out)
    return out


def _from_surface(grid: Mesh) -> Mesh:
    """Turn a mesh round: the first cell lies at the open face."""
    return Mesh(grid.volume[::-1].copy(), grid.conductance[::-1].copy(),
                grid.spacing[::-1].copy(), grid.surface_distance)


def _steps(lanes: Lanes, sizes: int, end: FloatArray, count: int) -> FloatArray:
    """Return one time grid per design, made for the lane of middle size."""
    middle = slice(sizes // 2, None, sizes)
    part = lanes.take(middle)
    zero = np.array(part.segment_start)
    for s in range(1, len(lanes.actions)):
        if lanes.actions[s] != Action.REPLACE:
            zero[s] = zero[s - 1]
    grid: FloatArray = time_steps(  # type: ignore[call-arg]
        *(np.ascontiguousarray(each) for each in (
            part.segment_start, end, part.node_time, part.log_mobility[-1], part.matrix[-1],
            zero)), count)
    return grid


@njit(cache=True, nogil=True, error_model="numpy")
def interpolate(steps, values, times, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` [design, time, part] from ``values`` [design, segment, step + 1, part].

    Cubic Lagrange interpolation in the square root of the time since the segment began, in which
    diffusive release starts as a polynomial; straight where steps lengthen abruptly, and where a
    cubic would dip below zero. Linear in the values, so ledgers still add up.
    """
    segments, nodes, designs = steps.shape
    count = out.shape[1]
    x = np.empty(4)
    weight = np.empty(4)
    for d in range(designs):
        s = 0
        m = 0
        for q in range(count):
            t = times[q, d]
            while s < segments - 1 and t >= steps[s + 1, 0, d]:
                s += 1
                m = 0
            while m < nodes - 2 and t > steps[s, m + 1, d]:
                m += 1
            first = min(max(m - 1, 0), nodes - 4)
            origin = steps[s, 0, d]
            z = np.sqrt(max(t - origin, 0.0))
            for i in range(4):
                x[i] = np.sqrt(steps[s, first + i, d] - origin)
            shortest = min(x[1] - x[0], x[2] - x[1], x[3] - x[2])
            longest = max(x[1] - x[0], x[2] - x[1], x[3] - x[2])
            smooth = longest < ABRUPT * shortest
            lowest = 0.0
            if smooth:
                for i in range(4):
                    weight[i] = 1.0
                    for j in range(4):
                        if j != i:
                            weight[i] *= (z - x[j]) / (x[i] - x[j])
                lowest = _combine(weight, values[d, s, first:first + 4], out[d, q])
            if not smooth or lowest < -DIP:
                i = m - first
                share = (z - x[i]) / (x[i + 1] - x[i]) if x[i + 1] > x[i] else 0.0
                weight[:] = 0.0
                weight[i] = 1.0 - share
                weight[i + 1] = share
                _combine(weight, values[d, s, first:first + 4], out[d, q])


@njit(cache=True, nogil=True, error_model="numpy")
def _combine(weight, values, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` [part] with weighted ``values`` [node, part]; return the lowest."""
    lowest = 0.0
    for p in range(out.shape[0]):
        out[p] = 0.0
        for i in range(weight.shape[0]):
            out[p] += weight[i] * values[i, p]
        lowest = min(lowest, out[p])
    return lowest
