"""What a carrier goes through: its mobility, sites, size and trapped exosomes over time.

All of it is known beforehand, on the nodes of ``Lanes``. It is evaluated here at the stages of the
steps, one segment at a time; the march then only reads it.
"""

from __future__ import annotations

import numpy as np

from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import (
    COURSE,
    EXTENT,
    OFF,
    ON,
    RATE,
    SEEPED,
    TILE,
    VOLUME,
    inner,
    jit,
)

GAMMA = 1.0 - 1.0 / np.sqrt(2.0)
"""SDIRK2: stages at t + γ h and t + h, each of length γ h."""

GONE = 1e-9
"""A matrix with less than this share left is gone; what is bound then leaves in one step."""


@inner
def _place(node_time: FloatArray, time: float, j: int) -> tuple[int, float]:
    """Return the interval of nodes around a time, looking from ``j`` on, and the place in it."""
    while j < node_time.shape[0] - 2 and time > node_time[j + 1]:
        j += 1
    z = (time - node_time[j]) / (node_time[j + 1] - node_time[j])
    return j, min(max(z, 0.0), 1.0)


@inner
def _letting_go(share: float) -> float:
    """Return the rate times step after which the two stages leave this share, and never less.

    Solves R(z) = (1 - (1 - 2γ) z)/(1 + γ z)² = share; z = -ln(share) would leave less than nothing
    where a step takes most of the matrix.
    """
    linear = 1.0 - 2.0 * GAMMA + 2.0 * share * GAMMA
    root = np.sqrt(linear**2 + 4.0 * share * GAMMA**2 * (1.0 - share))
    return 2.0 * (1.0 - share) / (linear + root)  # type: ignore[no-any-return]


@jit
def set_course(node_time: FloatArray, log_mobility: FloatArray, matrix: FloatArray,
               stretch: FloatArray, extent: FloatArray, volume: FloatArray, shape_exponent: int,
               on_rate: FloatArray, off_rate: FloatArray, trapped: FloatArray,
               inactivation: FloatArray, clock: FloatArray, sizes: int, course: FloatArray,
               freed: FloatArray, lost: FloatArray) -> None:
    """Evaluate what changes in the carrier during the steps of one segment.

    Parameters
    ----------
    node_time : shape (lane, node) [s]
        As in ``Lanes``, lanes first.
    log_mobility, matrix, stretch : shape (lane, layer, node)
        As in ``Lanes``, lanes first.
    extent, volume, shape_exponent, on_rate, off_rate, trapped, inactivation
        As in ``Lanes``: [layer, lane] and [lane]; ``volume`` is that per area, ``trapped`` the
        share at application.
    clock : shape (step + 1, design) [s]
        Ends of the steps, since the carrier was applied.
    sizes
        Lanes of a design.
    course : shape (tile, stage, ...)
        Filled: rows of each layer.
    freed, lost : shape (tile, step, TILE)
        Filled: trapped exosomes that the vanishing matrix frees during a step, exactly for the
        product m(t) exp(-k_i t), and those that are inactivated meanwhile.
    """
    layers, lanes = extent.shape
    freed[:] = 0.0
    lost[:] = 0.0
    for slot in range(course.shape[0] * TILE):
        n = min(slot, lanes - 1)  # a tile that is not full repeats the last lane
        tile, k, d = slot // TILE, slot % TILE, n // sizes
        times = node_time[n]
        for q in range(layers):
            mobility, left, size = log_mobility[n, q], matrix[n, q], stretch[n, q]
            half = 0.5 * trapped[q, n]
            at = np.uint64(q) * COURSE + np.uint64(k)
            j, z = _place(times, clock[0, d], 0)
            old = left[j] + z * (left[j + 1] - left[j])
            was_active = np.exp(-inactivation[n] * clock[0, d]) if half > 0.0 else 1.0
            for m in range(clock.shape[0] - 1):
                h = clock[m + 1, d] - clock[m, d]
                new = old
                first, second = course[tile, 2 * m], course[tile, 2 * m + 1]
                for now, t in ((first, clock[m, d] + GAMMA * h), (second, clock[m + 1, d])):
                    j, z = _place(times, t, j)
                    new = left[j] + z * (left[j + 1] - left[j])
                    now[at + RATE] = np.exp(mobility[j] + z * (mobility[j + 1] - mobility[j]))
                    now[at + ON] = on_rate[q, n] * new
                    grown = size[j] + z * (size[j + 1] - size[j])
                    now[at + EXTENT] = extent[q, n] * grown
                    now[at + VOLUME] = volume[n] * grown
                    for _ in range(shape_exponent):
                        now[at + VOLUME] *= grown
                off, seep = off_rate[q, n], 0.0
                if h > 0.0 and new <= GONE:
                    off = _letting_go(0.0) / h
                elif h > 0.0 and new < old:
                    off += _letting_go(new / old) / h  # sites that go let go of what they held
                if half > 0.0:
                    active = np.exp(-inactivation[n] * clock[m + 1, d])
                    gone = half * (was_active + active) * (old - new)
                    freed[tile, m, k] += gone
                    lost[tile, m, k] += half * (old + new) * (was_active - active)
                    seep = gone / h if h > 0.0 else 0.0
                    was_active = active
                for now in (first, second):
                    now[at + OFF] = off
                    now[at + SEEPED] = seep
                old = new
