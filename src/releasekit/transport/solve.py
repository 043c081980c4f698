"""From lanes to designs: blocks on all cores, two step counts, refinement where it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from releasekit.transport.basis import separable
from releasekit.transport.march import march
from releasekit.transport.problem import PARTS, FloatArray, Lanes, check_sizes
from releasekit.transport.reading import correct, interpolate
from releasekit.transport.rows import TILE
from releasekit.transport.steps import time_steps

BLOCK = 2 * TILE
"""Designs that are marched together; block borders are fixed, so results do not depend on cores."""


EACH_PART = tuple((name,) for name in PARTS)


@dataclass(frozen=True)
class Accuracy:
    """Cells of a layer, steps of a segment, and the error that triggers a refinement.

    ``modes`` stand for the cells wherever they can; with 0 of them the chain carries all designs.
    ``finer`` is how many times the steps are taken, in turn, while the error is above the
    tolerance; cells, which matter less, are doubled then.
    """

    cells: int
    steps: int
    tolerance: float
    modes: int = 0
    finer: tuple[int, ...] = (2, 8)


ACCURACIES = {
    "screen": Accuracy(cells=8, steps=20, tolerance=1e-2, modes=7, finer=(2,)),
    "default": Accuracy(cells=16, steps=32, tolerance=8e-4, modes=8),
    "fine": Accuracy(cells=40, steps=128, tolerance=2e-4, modes=12),
}

RESOLVED_TISSUE_CELLS = 16


def solve(
    lanes: Lanes,
    weights: FloatArray,
    end: FloatArray,
    times: FloatArray,
    accuracy: Accuracy,
    sums: Sequence[tuple[str, ...]] = EACH_PART,
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
    sums
        Names of ``PARTS`` that are to be added up, for each curve wanted.
    threads
        Cores to use; all by default.
    progress
        Called with the number of designs finished since the last call.

    Returns
    -------
    curves : shape (curve, design, time)
        The sums, as fractions of one dose.
    error : shape (design,)
        Estimated discretisation error of any part, see ``reading``; it does not depend on ``sums``.
    """
    sizes = len(weights)
    check_sizes(lanes, sizes)
    out, error = np.empty((len(sums), len(end), times.shape[0])), np.empty(len(end))
    adding = None if sums is EACH_PART else np.array(
        [[float(part in names) for names in sums] for part in PARTS])
    modal = separable(lanes, sizes) if accuracy.modes else np.zeros(len(end), dtype=bool)

    def tasks(chosen: NDArray[np.bool_], finer: int) -> list[tuple[NDArray[np.intp], Accuracy]]:
        fast = replace(accuracy, cells=min(finer, 2) * accuracy.cells,
                       steps=finer * accuracy.steps)
        return [(block, level) for which, level in (
                    (chosen & modal, fast), (chosen & ~modal, replace(fast, modes=0)))
                for block in _blocks(np.flatnonzero(which))]

    def work(task: tuple[NDArray[np.intp], Accuracy]) -> int:
        designs, level = task
        part = lanes.take((designs[:, None] * sizes + np.arange(sizes)).ravel())
        out[:, designs], error[designs] = _solve_block(part, weights, end[designs],
                                                       times[:, designs], level, adding)
        return len(designs)

    count = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        def all_of(todo: list[tuple[NDArray[np.intp], Accuracy]]) -> Iterable[int]:
            return map(work, todo) if count == 1 or len(todo) == 1 else pool.map(work, todo)

        for done in all_of(tasks(np.ones(len(end), dtype=bool), 1)):
            if progress:
                progress(done)
        for finer in accuracy.finer:
            for _ in all_of(tasks(error > accuracy.tolerance, finer)):
                pass
    return out, error


def _blocks(designs: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [designs[first:first + BLOCK] for first in range(0, len(designs), BLOCK)]


def _solve_block(lanes: Lanes, weights: FloatArray, end: FloatArray, times: FloatArray,
                 accuracy: Accuracy, adding: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    steps = time_steps(lanes, len(weights), end, accuracy.steps)
    fine, coarse = march(lanes, weights, (steps, np.ascontiguousarray(steps[:, ::2])),
                         (accuracy.cells, accuracy.cells // 2), accuracy.modes)
    error, straight = correct(steps, fine, coarse)
    curves = fine if adding is None else fine @ adding
    return interpolate(steps, curves, straight, np.ascontiguousarray(times)), error
