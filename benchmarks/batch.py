"""A table of designs against one call per design: same numbers, how much faster.

Run from the root of the project: ``python benchmarks/batch.py``. Only ratios are printed: medians
over rounds in which each way goes first in turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import releasekit as rk
from releasekit.errors import ReleasekitWarning

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "hydrogel-gelma.toml"
ROWS = 1000
SAMPLE = 20
ROUNDS = 5
LARGEST_DIFFERENCE = 1e-12


def designs(rows: int = ROWS) -> rk.Designs:
    """Return a table of sheets: thickness, concentration, mesh spread, binding and dose vary."""
    draw = np.random.default_rng(11).random((5, rows))
    return rk.Designs(rk.load(EXAMPLE), {
        "thickness": 4e-4 * 10.0 ** draw[0],
        "polymer_concentration": 43.0 + 100.0 * draw[1],
        "mesh_size_gsd": 1.3 + 1.1 * draw[2],
        "binding_ratio": 0.013 * 10.0 ** (3.0 * draw[3]),
        "dose_per_area": 3.1e13 * 10.0 ** draw[4],
    })


class Cost(NamedTuple):
    """What some work takes: processor time of all threads, and time on the clock [s]."""

    processor: float
    clock: float


def cost(work: Callable[[], object]) -> Cost:
    """Return what some work takes."""
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return Cost(time.process_time() - processor, time.perf_counter() - clock)


def one_by_one(table: rk.Designs, rows: range) -> list[rk.Release]:
    """Simulate some rows with one call each, as formulations of their own."""
    return [rk.simulate(table.row(row), explain=False) for row in rows]


def difference(together: rk.Release, single: rk.Release, row: int) -> float:
    """Return the largest difference of any number of a row, relative where it is above 1."""
    pairs = [(together[name][row], single[name][0]) for name in single.columns]
    pairs += [(together.properties[name][row], value[0])
              for name, value in single.properties.items()]
    return max(float(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1.0))) for a, b in pairs)


def compare(rounds: int = ROUNDS) -> tuple[list[float], list[float], float, int]:
    """Return per round how much more 1,000 calls take than one call with a table.

    Returns
    -------
    processor, clock
        Ratios, one per round: of processor time, and of time on the clock where the table has
        all cores. The cost of 1,000 calls is that of 20 calls times 50.
    largest
        Largest difference of any number between both ways.
    compared
        Rows compared.
    """
    table = designs()
    together = rk.simulate(table, explain=False)  # also compiles, outside the clock
    assert not together.failed
    one_by_one(table, range(2))
    processor, clock, largest = [], [], 0.0
    for turn in range(rounds):
        sample = range(turn, ROWS, ROWS // SAMPLE)
        singles: list[rk.Release] = []

        def calls(sample: range = sample, singles: list[rk.Release] = singles) -> None:
            singles += one_by_one(table, sample)

        ways: list[tuple[str, Callable[[], object]]] = [
            ("calls", calls), ("table", lambda: rk.simulate(table, explain=False))]
        took = {name: cost(work) for name, work in (ways if turn % 2 else ways[::-1])}
        times = ROWS / len(sample)
        processor.append(took["calls"].processor * times / took["table"].processor)
        clock.append(took["calls"].clock * times / took["table"].clock)
        largest = max([largest, *(difference(together, single, row)
                                  for row, single in zip(sample, singles, strict=True))])
    return processor, clock, largest, rounds * SAMPLE


def main() -> int:
    """Print the ratios and whether both ways give the same numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    warnings.simplefilter("ignore", ReleasekitWarning)
    processor, clock, largest, compared = compare(rounds)
    print(f"{ROWS} hydrogel sheets, default accuracy, explain=False, {os.cpu_count()} cores; "
          f"medians of {rounds} rounds")
    print(f"(the cost of {ROWS} calls is that of {SAMPLE} calls, times {ROWS // SAMPLE}; "
          "another sample in every round)")
    for what, ratios in (("processor time", processor), ("time on the clock", clock)):
        print(f"{ROWS} single calls : one call with a table, {what:18}"
              f"{statistics.median(ratios):5.1f} : 1   "
              f"(rounds {min(ratios):.1f} to {max(ratios):.1f})")
    print(f"largest difference of any number, {compared} rows compared: {largest:.1e} "
          f"(allowed: below {LARGEST_DIFFERENCE:g})")
    return int(not largest < LARGEST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
