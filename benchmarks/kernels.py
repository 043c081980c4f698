"""The transport kernels against SciPy scripts and other packages, and how their cost grows.

Run from the root of the project: ``python benchmarks/kernels.py``. Processor time of one thread
(unless said otherwise) for the whole solver: time grids, both step counts, error estimate, averages
over sizes, all amounts at all output times. Each comparison is made in rounds of one process, in
which each way goes first in turn; scripts solve another part of the same random designs in every
round, so that errors of all ways are those of the same designs.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import peers
from measuring import Work, compare, errors, in_rounds
from sheets import SIZES, TIMES, Script, eroding, population, solved

from releasekit.transport.problem import Lanes
from releasekit.transport.solve import ACCURACIES, Accuracy

ROUNDS = 8
MANY, FEW = 512, 64
"""Designs in a batch of the package; those of them that scripts solve and errors are read from."""
FINEST = Accuracy(cells=96, steps=768, tolerance=1.0)
"""The converged reference: the chain, or the receding face."""
CHECK = Script("BDF", cells=200, rtol=1e-7)
"""What the reference itself is checked against, on two designs."""

SCREEN, DEFAULT = ACCURACIES["screen"], ACCURACIES["default"]
CHAIN = replace(DEFAULT, modes=0)
BDF, COARSE_BDF = Script("BDF", cells=32, rtol=1e-3), Script("BDF", cells=16, rtol=1e-2)


# against scripts ----------------------------------------------------------------------------------

def against_scripts(lanes: Lanes, levels: dict[str, Accuracy], scripts: dict[str, Script],
                    rounds: int) -> None:
    """Compare levels of accuracy with scripts, of which the one named BDF is the unit."""
    few = lanes.take(slice(0, FEW * SIZES))
    truth, _ = solved(few, FINEST)
    apart = errors(CHECK.curves(few.take(slice(0, 2 * SIZES))), truth[:2]).max()
    print(f"reference: {FINEST.cells} cells, {FINEST.steps} steps; {apart:.0e} from BDF with "
          f"{CHECK.cells} cells, rtol {CHECK.rtol:.0e}, on 2 designs")
    wrong = {name: errors(solved(few, level)[0], truth) for name, level in levels.items()}
    found = {name: np.full_like(truth, np.nan) for name in scripts}

    def batch(level: Accuracy) -> Work:
        def work(turn: int) -> int:
            solved(lanes, level)
            return MANY
        return work

    def part(name: str) -> Work:
        def work(turn: int) -> int:
            share = range(turn, FEW, rounds)
            chosen = few.take((np.array(share)[:, None] * SIZES + np.arange(SIZES)).ravel())
            found[name][share] = scripts[name].curves(chosen)
            return len(share)
        return work

    taken = in_rounds({**{name: batch(level) for name, level in levels.items()},
                       **{name: part(name) for name in scripts}}, rounds)
    compare(taken, {**wrong, **{name: errors(found[name], truth) for name in scripts}}, "BDF")


# how cost grows -----------------------------------------------------------------------------------

AT_ONCE = 4096
"""Designs that are drawn and solved together, so that memory stays bounded."""


class Batch(NamedTuple):
    """Designs to solve, and how."""

    designs: int = 1000
    sizes: int = SIZES
    accuracy: Accuracy = DEFAULT
    threads: int = 1


class Cost(NamedTuple):
    """Seconds per design, of processors and on the clock, and the most memory held [MiB]."""

    processor: float
    clock: float
    peak: float


def cost(batch: Batch) -> Cost:
    """Solve designs, at least 1,000 in all: small batches again and again."""
    solved(population(1, count=batch.sizes), batch.accuracy, batch.sizes)  # loads what is compiled
    processor = clock = 0.0
    times = max(1, 1000 // batch.designs)
    for first in [*range(0, batch.designs, AT_ONCE)] * times:
        lanes = population(min(AT_ONCE, batch.designs - first), seed=first, count=batch.sizes)
        start = time.process_time(), time.perf_counter()
        solved(lanes, batch.accuracy, batch.sizes, batch.threads)
        processor += time.process_time() - start[0]
        clock += time.perf_counter() - start[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(processor / times / batch.designs, clock / times / batch.designs, peak)


def growth(largest: int) -> None:
    """Print what a design costs, each row in a process of its own so that its memory is its own."""
    both, cores = (DEFAULT, CHAIN), os.cpu_count() or 1
    rows: list[tuple[str, list[int], tuple[Accuracy, ...], Callable[[int, Accuracy], Batch]]] = [
        ("designs", [10 ** power for power in range(1, 7) if 10 ** power <= largest], both,
         lambda n, way: Batch(designs=n, accuracy=way)),
        ("sizes", [4, 8, 16, 32], both, lambda n, way: Batch(sizes=n, accuracy=way)),
        ("threads", [n for n in (1, 2, 4, 8) if n <= cores], both,
         lambda n, way: Batch(threads=n, accuracy=way)),
        ("modes", [5, 9, 16], (DEFAULT,),
         lambda n, way: Batch(accuracy=replace(way, modes=n, tolerance=1.0))),
        ("cells", [10, 20, 40, 80], (CHAIN,),
         lambda n, way: Batch(accuracy=replace(way, cells=n, tolerance=1.0))),
        ("steps", [24, 48, 96, 192], both,
         lambda n, way: Batch(accuracy=replace(way, steps=n, tolerance=1.0))),
    ]
    print(f"{'':16}{'way':>8}{'us/design':>11}{'ratio':>8}{'clock ratio':>14}{'peak':>10}")
    with ProcessPoolExecutor(1, get_context("forkserver"), max_tasks_per_child=1) as apart:
        unit = {way: apart.submit(cost, Batch(accuracy=way)).result() for way in both}
        for what, numbers, ways, batch in rows:
            for way in ways:
                for number in numbers:
                    found = apart.submit(cost, batch(number, way)).result()
                    print(f"{number:8} {what:7}{'modes' if way.modes else 'chain':>8}"
                          f"{1e6 * found.processor:11.0f}"
                          f"{found.processor / unit[way].processor:8.2f}"
                          f"{found.clock / unit[way].clock:14.2f}{found.peak:6.0f} MiB", flush=True)


def main() -> int:
    """Print all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--largest", type=int, default=10_000, help="designs, up to 1000000")
    options = parser.parse_args()
    print(f"sheets at a wound: {SIZES} sizes, 28 days, {len(TIMES)} outputs")
    lanes = population(MANY)
    against_scripts(
        lanes, {"modes (chosen), default": DEFAULT, "modes (chosen), screen": SCREEN,
                "chain, default": CHAIN, "chain, screen": replace(SCREEN, modes=0)},
        {"BDF": BDF, "BDF, 16 cells, rtol 1e-2": COARSE_BDF,
         "LSODA, banded": Script("LSODA", cells=32, rtol=1e-3)}, options.rounds)
    print("\nthe same with a face that recedes, mobility constant")
    against_scripts(eroding(lanes), {"receding, default": DEFAULT, "receding, screen": SCREEN},
                    {"BDF": BDF, "BDF, 16 cells, rtol 1e-2": COARSE_BDF}, options.rounds)
    print()
    peers.plain_slab(options.rounds)
    print(f"\nwhat a design costs, {Batch().designs} designs of {SIZES} sizes at default accuracy "
          "unless said otherwise")
    growth(options.largest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
