"""From lanes to designs: blocks on all cores, two step counts, output times, error estimate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from releasekit.transport.basis import separable
from releasekit.transport.grid import time_steps
from releasekit.transport.modes import march_modes
from releasekit.transport.problem import PARTS, Action, FloatArray, Lanes
from releasekit.transport.segments import march_segments

BLOCK = 256
"""Lanes that are marched together; block borders are fixed, so results do not depend on cores."""

DESIGNS = 64
"""Designs on the fast path that are marched together."""


@dataclass(frozen=True)
class Accuracy:
    """Cells of a layer, steps of a segment, and the error that triggers a refinement.

    ``modes`` stand for the cells wherever they can; with 0 of them the chain carries all designs.
    """

    cells: int
    steps: int
    tolerance: float
    modes: int = 0


ACCURACIES = {
    "screen": Accuracy(cells=12, steps=24, tolerance=5e-3, modes=7),
    "default": Accuracy(cells=20, steps=48, tolerance=8e-4, modes=9),
    "fine": Accuracy(cells=48, steps=128, tolerance=1e-4, modes=12),
}

REFINEMENTS = (2, 4, 8)
"""How many times the cells and steps are taken, in turn, while the error is above the tolerance."""

ABRUPT = 8.0
"""Neighbouring steps (in the root of time) that differ more are not joined by a cubic."""

DIP = 1e-5
"""An interpolated amount further below zero is an overshoot."""

RESOLVED_TISSUE_CELLS = 16

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
        Estimated discretisation error of any part, from half the cells and steps.
    """
    sizes = len(weights)
    out = np.empty((len(end), times.shape[0], len(PARTS)))
    error = np.empty(len(end))
    modal = separable(lanes, sizes) if accuracy.modes else np.zeros(len(end), dtype=bool)

    def tasks(chosen: NDArray[np.bool_], finer: int) -> list[tuple[NDArray[np.intp], Accuracy]]:
        fast = replace(accuracy, cells=finer * accuracy.cells, steps=finer * accuracy.steps)
        return [(part, level) for which, level, block in (
                    (chosen & modal, fast, DESIGNS),
                    (chosen & ~modal, replace(fast, modes=0), max(1, BLOCK // sizes)))
                for part in _blocks(np.flatnonzero(which), block)]

    def work(task: tuple[NDArray[np.intp], Accuracy]) -> int:
        part, level = task
        out[part], error[part] = _solve_block(
            _designs(lanes, part, sizes), weights, end[part], times[:, part], level)
        return len(part)

    count = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        def all_of(todo: list[tuple[NDArray[np.intp], Accuracy]]) -> Iterable[int]:
            return map(work, todo) if count == 1 or len(todo) == 1 else pool.map(work, todo)

        for done in all_of(tasks(np.ones(len(end), dtype=bool), 1)):
            if progress:
                progress(done)
        for finer in REFINEMENTS:
            for _ in all_of(tasks(error > accuracy.tolerance, finer)):
                pass
    return out, error


def _blocks(designs: NDArray[np.intp], length: int) -> list[NDArray[np.intp]]:
    return [designs[first:first + length] for first in range(0, len(designs), length)]


def _designs(lanes: Lanes, designs: NDArray[np.intp], sizes: int) -> Lanes:
    if designs[-1] - designs[0] + 1 == len(designs):
        return lanes.take(slice(designs[0] * sizes, (designs[-1] + 1) * sizes))  # no copy
    return lanes.take((designs[:, None] * sizes + np.arange(sizes)).ravel())


def _solve_block(lanes: Lanes, weights: FloatArray, end: FloatArray, times: FloatArray,
                 accuracy: Accuracy) -> tuple[FloatArray, FloatArray]:
    times = np.ascontiguousarray(times)
    steps = _steps(lanes, len(weights), end, accuracy.steps)
    grids = [steps, np.ascontiguousarray(steps[:, ::2])]  # the same, two steps run together
    fine, coarse = (interpolate(grid, found, times) for grid, found in
                    zip(grids, _march(lanes, weights, grids, accuracy), strict=True))
    best, error = _extrapolate(fine, coarse)
    return best, error


@njit(cache=True, nogil=True, error_model="numpy")
def _extrapolate(fine, coarse):  # type: ignore[no-untyped-def]
    """Return the Richardson value of two runs [design, time, part], and the error of ``fine``.

    ``fine`` has twice the steps (and cells) of ``coarse``; space and time are of second order.
    """
    best, error = np.empty_like(fine), np.empty(len(fine))
    worst = np.empty(fine.shape[2])
    for d in range(len(fine)):
        worst[:] = 0.0
        for t in range(fine.shape[1]):
            for p in range(fine.shape[2]):
                gap = (fine[d, t, p] - coarse[d, t, p]) / 3.0
                best[d, t, p] = fine[d, t, p] + gap
                worst[p] = max(worst[p], abs(gap))
        error[d] = worst.max() + 0.0 * best[d, -1].sum()  # nan if the result is
    return best, error


def _march(lanes: Lanes, weights: FloatArray, grids: Sequence[FloatArray],
           accuracy: Accuracy) -> list[FloatArray]:
    """March over each grid; return size averages [design, segment, step + 1, part].

    The chain has cells in proportion to the steps, so that both are refined together.
    """
    if accuracy.modes:
        return march_modes(lanes, weights, grids, accuracy.modes)
    return [march_segments(lanes, weights, steps,
                           accuracy.cells * (steps.shape[1] - 1) // accuracy.steps)
            for steps in grids]


def _steps(lanes: Lanes, sizes: int, end: FloatArray, count: int) -> FloatArray:
    """Return one time grid per design, made for the lane of middle size."""
    part = lanes.take(slice(sizes // 2, None, sizes))
    born = np.array(part.segment_start)
    for s in range(1, len(lanes.actions)):
        if lanes.actions[s] != Action.REPLACE:
            born[s] = born[s - 1]
    turnover = (part.washout + part.film_uptake + part.film_scavenging + part.film_inactivation
                + 1.0 / (part.tissue_resistance * part.film_depth))
    stop = np.full(born.shape, np.inf)
    if part.front is not None:
        stop = born + np.where(part.front <= part.front[-1], part.node_time, np.inf).min(axis=0)
    grid: FloatArray = time_steps(
        part.segment_start, end, born, np.ascontiguousarray(part.node_time),
        np.ascontiguousarray(part.log_mobility[-1]),
        np.ascontiguousarray(part.matrix[-1] * part.volume_left()), turnover, stop, count)
    return _meeting(grid, stop)


def _meeting(steps: FloatArray, stop: FloatArray) -> FloatArray:
    """Stretch steps [segment, step + 1, design] so that one of them ends where a face stops.

    It is one of those that also end there when two run together.
    """
    first, last = steps[:, :1], steps[:, -1:]
    there = np.where((stop > first[:, 0]) & (stop < last[:, 0]), stop, np.nan)[:, None]
    if np.isnan(there).all():
        return steps
    distance = np.abs(np.nan_to_num(steps[:, 2:-2:2] - there))
    turn = np.take_along_axis(steps, 2 + 2 * distance.argmin(axis=1, keepdims=True), axis=1)
    before = first + (steps - first) * ((there - first) / (turn - first))
    after = last - (last - steps) * ((last - there) / (last - turn))
    return np.where(np.isnan(there), steps, np.where(steps <= turn, before, after))


@njit(cache=True, nogil=True, error_model="numpy")
def interpolate(steps, values, times):  # type: ignore[no-untyped-def]
    """Return values [design, time, part] from ``values`` [design, segment, step + 1, part].

    Cubic Lagrange interpolation in the square root of the time since the segment began, in which
    diffusive release starts as a polynomial; straight where steps lengthen abruptly, and where a
    cubic would dip below zero. Linear in the values, so ledgers still add up.
    """
    segments, nodes, designs = steps.shape
    parts = values.shape[3]
    out = np.empty((designs, times.shape[0], parts))
    x, below, weight = np.empty(4), np.empty(4), np.empty(4)
    for d in range(designs):
        s, m, first = 0, 0, -1
        for q in range(times.shape[0]):
            t = times[q, d]
            while s < segments - 1 and t >= steps[s + 1, 0, d]:
                s, m, first = s + 1, 0, -1
            while m < nodes - 2 and t > steps[s, m + 1, d]:
                m += 1
            origin = steps[s, 0, d]
            if first != min(max(m - 1, 0), nodes - 4):
                first = min(max(m - 1, 0), nodes - 4)
                for i in range(4):
                    x[i] = np.sqrt(steps[s, first + i, d] - origin)
                shortest = min(x[1] - x[0], x[2] - x[1], x[3] - x[2])
                longest = max(x[1] - x[0], x[2] - x[1], x[3] - x[2])
                smooth = longest < ABRUPT * shortest
                for i in range(4):
                    below[i] = 1.0
                    for j in range(4):
                        if j != i:
                            below[i] *= x[i] - x[j]
            z = np.sqrt(max(t - origin, 0.0))
            near, found = values[d, s, first:first + 4], out[d, q]
            dips = False
            if smooth:
                for i in range(4):
                    weight[i] = 1.0 / below[i]
                    for j in range(4):
                        if j != i:
                            weight[i] *= z - x[j]
                for p in range(parts):
                    found[p] = (weight[0] * near[0, p] + weight[1] * near[1, p]
                                + weight[2] * near[2, p] + weight[3] * near[3, p])
                for p in range(parts):
                    dips |= found[p] < -DIP
            if dips or not smooth:
                i = m - first
                share = (z - x[i]) / (x[i + 1] - x[i]) if x[i + 1] > x[i] else 0.0
                for p in range(parts):
                    found[p] = near[i, p] + share * (near[i + 1, p] - near[i, p])
    return out
