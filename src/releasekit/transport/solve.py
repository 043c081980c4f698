"""From lanes to designs: blocks on all cores, two step counts, output times, error estimate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from releasekit.transport.basis import separable
from releasekit.transport.march import march
from releasekit.transport.problem import PARTS, FloatArray, Lanes
from releasekit.transport.reading import correct, interpolate
from releasekit.transport.rows import TILE
from releasekit.transport.steps import time_steps

BLOCK = 2 * TILE
"""Designs that are marched together; block borders are fixed, so results do not depend on cores."""


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
        return [(part, level) for which, level in (
                    (chosen & modal, fast), (chosen & ~modal, replace(fast, modes=0)))
                for part in _blocks(np.flatnonzero(which))]

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


def _blocks(designs: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [designs[first:first + BLOCK] for first in range(0, len(designs), BLOCK)]


def _designs(lanes: Lanes, designs: NDArray[np.intp], sizes: int) -> Lanes:
    if designs[-1] - designs[0] + 1 == len(designs):
        return lanes.take(slice(designs[0] * sizes, (designs[-1] + 1) * sizes))  # no copy
    return lanes.take((designs[:, None] * sizes + np.arange(sizes)).ravel())


def _solve_block(lanes: Lanes, weights: FloatArray, end: FloatArray, times: FloatArray,
                 accuracy: Accuracy) -> tuple[FloatArray, FloatArray]:
    steps = time_steps(lanes, len(weights), end, accuracy.steps)
    fine, coarse = (march(lanes, weights, steps[:, ::every], accuracy.cells // every,
                          accuracy.modes) for every in (1, 2))
    error = correct(steps, fine, coarse)
    return interpolate(steps, fine, np.ascontiguousarray(times)), error
