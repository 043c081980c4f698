"""From two runs on step ends to values at output times, with their error.

One run has twice the steps (and cells) of the other; space and time are of second order, so a
third of what lies between them is the error of the finer one, which is taken off where both have a
step end, and its mean of the neighbours elsewhere. Then follows one interpolation in time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import inner, jit

ABRUPT = 8.0
"""Neighbouring steps (in the root of time) that differ more are not joined by a cubic."""

DIP = 1e-5
"""An interpolated amount further below zero is an overshoot."""

BETWEEN = 0.5
"""Share of the error of an interpolation that is left with twice the nodes where values turn
sharply; where they run smoothly a cubic leaves a sixteenth."""


@inner
def _prepare(x: FloatArray, below: FloatArray) -> bool:
    """Set what is below the weights of a cubic through four nodes; say whether it may be used."""
    a, b, c = x[1] - x[0], x[2] - x[1], x[3] - x[2]
    below[0] = -1.0 / (a * (a + b) * (a + b + c))
    below[1] = 1.0 / (a * b * (b + c))
    below[2] = -1.0 / ((a + b) * b * c)
    below[3] = 1.0 / ((a + b + c) * (b + c) * c)
    return max(a, b, c) < ABRUPT * min(a, b, c)  # type: ignore[no-any-return]


@inner
def _weigh(x: FloatArray, below: FloatArray, z: float, weight: FloatArray) -> None:
    """Set the weights of the nodes at z."""
    a, b, c, d = z - x[0], z - x[1], z - x[2], z - x[3]
    weight[0], weight[1] = b * c * d * below[0], a * c * d * below[1]
    weight[2], weight[3] = a * b * d * below[2], a * b * c * below[3]


@inner
def _weigh_straight(x: FloatArray, i: int, z: float, weight: FloatArray) -> None:
    """Set the weights of the nodes at z, on the straight line from node i to the next."""
    share = (z - x[i]) / (x[i + 1] - x[i]) if x[i + 1] > x[i] else 0.0
    weight[0] = weight[1] = weight[2] = weight[3] = 0.0
    weight[i], weight[i + 1] = 1.0 - share, share


@jit
def correct(steps: FloatArray, fine: FloatArray, coarse: FloatArray) -> tuple[
        FloatArray, NDArray[np.bool_]]:
    """Take the error of the finer run off ``fine``, and say what error is left.

    Parameters
    ----------
    steps : shape (segment, step + 1, design) [s]
        Step ends of the finer run; the coarser one has every other of them.
    fine, coarse : shape (design, segment, step + 1, part)
        Both runs; changed.

    Returns
    -------
    error : shape (design,)
        The largest correction, or error of interpolation, of which the values at every other step
        end tell: what a cubic through the rest makes of them.
    straight : shape (design, segment, step)
        In which steps values are to be joined by straight lines: where steps lengthen abruptly, and
        where a cubic would dip below zero.
    """
    designs, segments, nodes, parts = fine.shape
    error, straight = np.zeros(designs), np.zeros((designs, segments, nodes - 1), np.bool_)
    x, below, weight, root = np.empty(4), np.empty(4), np.empty(4), np.empty(nodes)
    for d in range(designs):
        for s in range(segments):
            for m in range(nodes):
                root[m] = np.sqrt(steps[s, m, d] - steps[s, 0, d])
            for m in range(nodes // 2 + 1):
                for p in range(parts):
                    gap = (fine[d, s, 2 * m, p] - coarse[d, s, m, p]) / 3.0
                    coarse[d, s, m, p] = gap
                    fine[d, s, 2 * m, p] += gap
                    error[d] = max(error[d], abs(gap))
            for m in range(nodes // 2):
                first = 2 * min(max(m - 1, 0), nodes // 2 - 3)
                for i in range(4):
                    x[i] = root[first + 2 * i]
                if _prepare(x, below):
                    _weigh(x, below, root[2 * m + 1], weight)
                else:
                    _weigh_straight(x, m - first // 2, root[2 * m + 1], weight)
                w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
                for p in range(parts):
                    here = fine[d, s, 2 * m + 1, p] + 0.5 * (coarse[d, s, m, p]
                                                              + coarse[d, s, m + 1, p])
                    fine[d, s, 2 * m + 1, p] = here
                    guess = (w0 * fine[d, s, first, p] + w1 * fine[d, s, first + 2, p]
                             + w2 * fine[d, s, first + 4, p] + w3 * fine[d, s, first + 6, p])
                    error[d] = max(error[d], BETWEEN * abs(here - guess))
            for m in range(nodes - 1):
                first = min(max(m - 1, 0), nodes - 4)
                for i in range(4):
                    x[i] = root[first + i]
                straight[d, s, m] = not _prepare(x, below)
                _weigh(x, below, 0.5 * (root[m] + root[m + 1]), weight)
                w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
                for p in range(parts):
                    middle = (w0 * fine[d, s, first, p] + w1 * fine[d, s, first + 1, p]
                              + w2 * fine[d, s, first + 2, p] + w3 * fine[d, s, first + 3, p])
                    straight[d, s, m] |= middle < -DIP
            error[d] += 0.0 * fine[d, s, nodes - 1, 0]  # nan if the result is
    return error, straight


@jit
def interpolate(steps: FloatArray, values: FloatArray, straight: NDArray[np.bool_],
                times: FloatArray) -> FloatArray:
    """Return curves [curve, design, time] from ``values`` [design, segment, step + 1, curve].

    Cubic Lagrange interpolation in the square root of the time since the segment began, in which
    diffusive release starts as a polynomial, or straight lines, see ``correct``. Linear in the
    values, so ledgers still add up.
    """
    segments, nodes, designs = steps.shape
    curves = values.shape[3]
    out = np.empty((curves, designs, times.shape[0]))
    x, below, weight = np.empty(4), np.empty(4), np.empty(4)
    for d in range(designs):
        s, m, ready = 0, 0, -1
        for q in range(times.shape[0]):
            t = times[q, d]
            while s < segments - 1 and t >= steps[s + 1, 0, d]:
                s, m, ready = s + 1, 0, -1
            while m < nodes - 2 and t > steps[s, m + 1, d]:
                m += 1
            first = min(max(m - 1, 0), nodes - 4)
            if ready != m:
                ready = m
                for i in range(4):
                    x[i] = np.sqrt(steps[s, first + i, d] - steps[s, 0, d])
                _prepare(x, below)
            z = np.sqrt(max(t - steps[s, 0, d], 0.0))
            if straight[d, s, m]:
                _weigh_straight(x, m - first, z, weight)
            else:
                _weigh(x, below, z, weight)
            w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
            for p in range(curves):
                out[p, d, q] = (
                    w0 * values[d, s, first, p] + w1 * values[d, s, first + 1, p]
                    + w2 * values[d, s, first + 2, p] + w3 * values[d, s, first + 3, p])
    return out
