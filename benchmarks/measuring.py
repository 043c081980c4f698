"""How the benchmarks compare ways to do the same: rounds of processor time, errors per design."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Work = Callable[[int], int]
"""Does the work of a round, whose number it is given, and returns how many designs that were."""


def in_rounds(ways: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Return processor seconds per design of each way, one per round; each goes first in turn."""
    names = list(ways)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            start = time.process_time()
            designs = ways[name](turn)
            taken[name].append((time.process_time() - start) / designs)
    return taken


def errors(curves: FloatArray, truth: FloatArray) -> FloatArray:
    """Return the largest deviation of each design, over all but the first axis."""
    return np.asarray(np.abs(curves - truth).reshape(len(curves), -1).max(axis=1))


QUANTILES = {"p50": 0.5, "p95": 0.95, "max": 1.0}


def compare(taken: Mapping[str, list[float]], wrong: Mapping[str, FloatArray], unit: str,
            quantiles: Mapping[str, float] = QUANTILES) -> None:
    """Print what a design costs each way, how often that is in one of them, and the errors.

    The ratio is the median over rounds, since a busy machine slows all ways of a round alike.
    """
    print(f"{'':34}{'us/design':>11}{unit + ' / it':>13}   error:"
          + "".join(f"{name:>9}" for name in quantiles))
    for name, costs in taken.items():
        ratio = statistics.median(a / b for a, b in zip(taken[unit], costs, strict=True))
        print(f"{name:34}{1e6 * statistics.median(costs):11.0f}{ratio:13.3g}{'':9}"
              + "".join(f"{error:9.1e}" for error in
                        np.quantile(wrong[name], list(quantiles.values()))), flush=True)
