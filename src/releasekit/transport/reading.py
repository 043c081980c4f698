"""From two runs on step ends to values at output times, with their error.

One run has twice the steps (and cells) of the other; space and time are of second order, so a
third of what lies between them is the error of the finer one, which is taken off where both have a
step end, and its mean of the neighbours elsewhere. Then follows one interpolation in time.
"""

from __future__ import annotations

import numpy as np

from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import inner, jit

ABRUPT = 8.0
"""Neighbouring steps (in the root of time) that differ more are not joined by a cubic."""

DIP = 1e-5
"""An interpolated amount further below zero is an overshoot."""

BETWEEN = 0.25
"""Share of the error of an interpolation that is left with twice the nodes: a cubic leaves a
sixteenth where values run smoothly, and half where they turn sharply."""


@inner
def _weigh(x: FloatArray, z: float, weight: FloatArray) -> bool:
    """Set the weights of a cubic through four nodes at z; say whether it may be used."""
    a, b, c = x[1] - x[0], x[2] - x[1], x[3] - x[2]
    for i in range(4):
        w = 1.0
        for j in range(4):
            if j != i:
                w *= (z - x[j]) / (x[i] - x[j])
        weight[i] = w
    return max(a, b, c) < ABRUPT * min(a, b, c)  # type: ignore[no-any-return]


@jit
def correct(steps: FloatArray, fine: FloatArray, coarse: FloatArray) -> FloatArray:
    """Take the error of the finer run off ``fine``, and return what error is left [design].

    Parameters
    ----------
    steps : shape (segment, step + 1, design) [s]
        Step ends of the finer run; the coarser one has every other of them.
    fine, coarse : shape (design, segment, step + 1, part)
        Both runs.

    Notes
    -----
    The error is the largest correction, or that of interpolation, of which the values at every
    other step end tell: what a cubic through the rest makes of them.
    """
    designs, segments, nodes, parts = fine.shape
    error = np.zeros(designs)
    x, weight = np.empty(4), np.empty(4)
    for d in range(designs):
        for s in range(segments):
            for m in range(nodes // 2 + 1):
                for p in range(parts):
                    gap = (fine[d, s, 2 * m, p] - coarse[d, s, m, p]) / 3.0
                    coarse[d, s, m, p] = gap
                    fine[d, s, 2 * m, p] += gap
                    error[d] = max(error[d], abs(gap))
            for m in range(nodes // 2):
                first = 2 * min(max(m - 1, 0), nodes // 2 - 3)
                for i in range(4):
                    x[i] = np.sqrt(steps[s, first + 2 * i, d] - steps[s, 0, d])
                smooth = _weigh(x, np.sqrt(steps[s, 2 * m + 1, d] - steps[s, 0, d]), weight)
                for p in range(parts):
                    here = fine[d, s, 2 * m + 1, p] + 0.5 * (coarse[d, s, m, p]
                                                              + coarse[d, s, m + 1, p])
                    fine[d, s, 2 * m + 1, p] = here
                    if smooth:
                        for i in range(4):
                            here -= weight[i] * fine[d, s, first + 2 * i, p]
                        error[d] = max(error[d], BETWEEN * abs(here))
            error[d] += 0.0 * fine[d, s, nodes - 1, 0]  # nan if the result is
    return error


@jit
def interpolate(steps: FloatArray, values: FloatArray, times: FloatArray) -> FloatArray:
    """Return values [design, time, part] from ``values`` [design, segment, step + 1, part].

    Cubic Lagrange interpolation in the square root of the time since the segment began, in which
    diffusive release starts as a polynomial; straight where steps lengthen abruptly, and where a
    cubic would dip below zero. Linear in the values, so ledgers still add up.
    """
    segments, nodes, designs = steps.shape
    parts = values.shape[3]
    out = np.empty((designs, times.shape[0], parts))
    x, weight = np.empty(4), np.empty(4)
    for d in range(designs):
        s, m, first = 0, 0, -1
        for q in range(times.shape[0]):
            t = times[q, d]
            while s < segments - 1 and t >= steps[s + 1, 0, d]:
                s, m, first = s + 1, 0, -1
            while m < nodes - 2 and t > steps[s, m + 1, d]:
                m += 1
            if first != min(max(m - 1, 0), nodes - 4):
                first = min(max(m - 1, 0), nodes - 4)
                for i in range(4):
                    x[i] = np.sqrt(steps[s, first + i, d] - steps[s, 0, d])
            z = np.sqrt(max(t - steps[s, 0, d], 0.0))
            dips = not _weigh(x, z, weight)
            for p in range(parts):
                value = (weight[0] * values[d, s, first, p] + weight[1] * values[d, s, first + 1, p]
                         + weight[2] * values[d, s, first + 2, p]
                         + weight[3] * values[d, s, first + 3, p])
                out[d, q, p] = value
                dips |= value < -DIP
            if dips:
                i = m - first
                share = (z - x[i]) / (x[i + 1] - x[i]) if x[i + 1] > x[i] else 0.0
                for p in range(parts):
                    low = values[d, s, m, p]
                    out[d, q, p] = low + share * (values[d, s, m + 1, p] - low)
    return out
