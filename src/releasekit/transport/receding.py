"""The receding path: a body whose open face moves inwards, with what is free and bound in it.

An eroding body 0 < r < R(t) is followed in the Landau frame x = r/R(t). With c the amount of free
and b of bound exosomes per normalised volume x^(n+1), and v = -dR/dt::

    c_t = (D/R²) x^-n (x^n c_x)_x - (v/R) x^-n (x^(n+1) c)_x - k_on m c + (k_off + λ) b - k_i c + s
    b_t =                         - (v/R) x^-n (x^(n+1) b)_x + k_on m c - (k_off + λ) b - k_i b

so that a uniform body loses (n+1) v/R of its amount per time, and the cells keep their places.
Both fields drift, so a cell has two unknowns y, z, and a stage of a time step is one block
tridiagonal system, of 2x2 blocks, that ends in the film and tissue of the ``chain``. Drift through
an inner face carries the mean of its two cells, which is energy-stable on the graded mesh. At the
open face, half a cell (of length δ) and the film (of resistance R_f) from the last cell, what is
free passes the half cell by drift and diffusion, exponentially fitted, and what is bound enters
the film on its fragments::

    J = A c_N - (A - v) c_s = v c_s + (c_s/K - C_f)/R_f,   A = (D/δ) B(-v δ/D),   B(p) = p/(e^p - 1)

Within a step R is straight, which makes the erosion of a slab exact at any step size.
"""

from __future__ import annotations

import numpy as np

from releasekit.transport import rows as at
from releasekit.transport.chain import (
    BEYOND,
    Chain,
    _advance,
    _balance,
    _bernoulli,
    _eliminate,
    _note,
    _set_wound,
    _substitute,
    _tally,
)
from releasekit.transport.course import GAMMA, _place
from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import LANES, TILE, inner, jit

SMALLEST = 1e-5
"""A body of this share of its first extent is gone."""

FLAT = 1e5
"""Diffusion times after which the profile of a body is flat, however long a stage is."""


@jit
def set_erosion(node_time: FloatArray, front: FloatArray, matrix: FloatArray, power: int,
                trapped: FloatArray, inactivation: FloatArray, trapped_to_film: bool,
                clock: FloatArray, sizes: int, course: FloatArray, freed: FloatArray,
                lost: FloatArray) -> None:
    """Let a receding face bear on the course of a carrier in one segment, see ``course``.

    Trapped exosomes are a product of matrix left, volume left and share still active; the change
    of each factor times the means of the others is freed inside, shed at the face, or lost.

    Parameters
    ----------
    node_time, front : shape (lane, node) [s], [1]
        As in ``Lanes``, lanes first.
    matrix : shape (lane, layer, node)
        As in ``Lanes``, lanes first; there is one layer.
    power
        n + 1: the volume of the body goes with this power of its extent.
    trapped, inactivation : shape (lane,)
        Share trapped at application, rate of inactivation [1/s].
    trapped_to_film, clock, sizes, course, freed, lost
        As in ``set_course``, which has been there for a carrier without trapped exosomes.
    """
    lanes = len(node_time)
    for slot in range(course.shape[0] * TILE):
        n = min(slot, lanes - 1)
        tile, k, d = slot // TILE, slot % TILE, n // sizes
        row, times, extent, left = np.uint64(k), node_time[n], front[n], matrix[n, 0]
        j, z = _place(times, clock[0, d], 0)
        wide = max(extent[j] + z * (extent[j + 1] - extent[j]), SMALLEST)
        old = left[j] + z * (left[j + 1] - left[j])
        was_active = np.exp(-inactivation[n] * clock[0, d])
        for m in range(clock.shape[0] - 1):
            h = clock[m + 1, d] - clock[m, d]
            j, z = _place(times, clock[m + 1, d], j)
            narrow = max(extent[j] + z * (extent[j + 1] - extent[j]), SMALLEST)
            new = left[j] + z * (left[j + 1] - left[j])
            shed = inside = 0.0
            if trapped[n] > 0.0 and h > 0.0:
                active = np.exp(-inactivation[n] * clock[m + 1, d])
                before, after = wide**power, narrow**power
                mean = 0.5 * trapped[n] * (old + new)
                inside = 0.5 * trapped[n] * (old - new) * (before * was_active + after * active)
                shed = 0.5 * mean * (before - after) * (was_active + active)
                freed[tile, m, k] = inside + shed
                lost[tile, m, k] = 0.5 * mean * (before + after) * (was_active - active)
                was_active = active
                if trapped_to_film:
                    inside, shed = 0.0, inside + shed
            for stage in range(2):
                now = course[tile, 2 * m + stage]
                share = wide + (1.0 if stage else GAMMA) * (narrow - wide)
                now[at.RATE + row] /= share**2
                now[at.EXTENT + row] *= share
                now[at.VOLUME + row] *= share**power
                now[at.DRIFTING + row] = power * (wide - narrow) / (h * share) if h > 0.0 else 0.0
                now[at.SEEPED + row] = inside / h if h > 0.0 else 0.0
                now[at.SHED + row] = shed / h if h > 0.0 else 0.0
            wide, old = narrow, new


@jit
def march(chain: Chain, present: float, given: FloatArray, course: FloatArray, length: FloatArray,
          freed: FloatArray, lost: FloatArray, cells: FloatArray, ledger: FloatArray,
          record: FloatArray) -> None:
    """March all tiles through one segment; the parameters are those of ``chain.march``."""
    tiles, count = length.shape[:2]
    first = chain.ends[0]
    drift = np.zeros(first)  # x^(n+1) at the outer face of each cell
    drift[0] = chain.volume[0]
    for i in range(1, first):
        drift[i] = drift[i - 1] + chain.volume[i]
    section, blocks = np.zeros(3 * 11 * TILE), np.zeros(first * 4 * TILE)
    content, hand, held = np.zeros(3 * 2 * TILE), np.zeros(7 * TILE), np.zeros(TILE)
    for k in range(LANES):
        section[at.SECTION + at.KEEP + k] = section[2 * at.SECTION + at.KEEP + k] = 1.0
    for tile in range(tiles):
        _note(ledger[tile], tile, 0, record)
        for m in range(count):
            a = length[tile, m]
            for stage in range(2):
                now = course[tile, 2 * m + stage]
                _set_body(chain, present, a, given[tile], now, section)
                _set_wound(chain, a, given[tile], now, section)
                for k in range(LANES):
                    section[at.SECTION + at.SEEP + k] = a[k] * now[at.SHED + k]
                    before = ledger[tile, at.FREE + k] + ledger[tile, at.BOUND + k]
                    inside = content[at.CONTENT_FREE + k] + content[at.CONTENT_BOUND + k]
                    held[k] = before + (BEYOND * (inside - before) if stage else 0.0)
                way = 1.0 if stage else BEYOND
                _solve_body(chain, drift, section, cells[tile], blocks, hand)
                _solve_wound(chain, section, cells[tile], hand)
                _substitute_body(first, cells[tile], blocks, hand)
                _advance_body(first, way, chain.volume, cells[tile], blocks, content)
                # what the carrier lost, the film gained: its equation again, without round-off
                for k in range(LANES):
                    inside = content[at.CONTENT_FREE + k] + content[at.CONTENT_BOUND + k]
                    kept = inside * (1.0 + a[k] * given[tile, at.CARRIER_INACTIVATION + k])
                    hand[at.FLOW + k] = held[k] + section[at.SEEP + k] - kept
                    hand[at.CARRY + k] = 0.0
                _solve_wound(chain, section, cells[tile], hand)
                _advance(chain, 1, way, section, cells[tile], content)
                _advance(chain, 2, way, section, cells[tile], content)
                weight = (GAMMA if stage else 1.0 - GAMMA) / GAMMA
                _tally(chain, weight, a, given[tile], now, cells[tile], content, ledger[tile])
            _balance(chain, freed[tile, m], lost[tile, m], content, ledger[tile])
            _note(ledger[tile], tile, m + 1, record)


@inner
def _set_body(chain: Chain, present: float, a: FloatArray, given: FloatArray, now: FloatArray,
              section: FloatArray) -> None:
    """Set kinetics, diffusion and drift in the body, and the exchange with the film."""
    power = chain.shape_exponent + 1.0
    for k in range(LANES):
        lost = a[k] * given[at.CARRIER_INACTIVATION + k]
        section[at.OWN_FREE + k] = 1.0 + lost + a[k] * now[at.ON + k]
        section[at.OWN_BOUND + k] = 1.0 + lost + a[k] * now[at.OFF + k]
        section[at.LET_GO + k] = a[k] * now[at.OFF + k]
        section[at.BIND + k] = a[k] * now[at.ON + k]
        section[at.SEEP + k] = a[k] * now[at.SEEPED + k]
        section[at.INTO + k] = min(a[k] * now[at.RATE + k], FLAT)
        section[at.DRIFT + k] = a[k] * now[at.DRIFTING + k]
        # per time: half a cell with drift in it, and the film in series
        half = power * now[at.RATE + k] / chain.surface_distance
        drift = now[at.DRIFTING + k]
        A = half * _bernoulli(-drift / half)
        film = (given[at.PARTITION + k] * given[at.FILM_RESISTANCE + k]
                * now[at.EXTENT + k] / power)
        face = a[k] * A / (1.0 + A * film)
        section[at.END_INTO + k] = face * (1.0 + drift * film) - a[k] * drift
        section[at.END_BACK + k] = (present * face * (1.0 - drift / A) * now[at.VOLUME + k]
                                    * given[at.PARTITION + k] * given[at.PER_FILM_DEPTH + k])


@inner
def _solve_body(chain: Chain, drift: FloatArray, section: FloatArray, cells: FloatArray,
                blocks: FloatArray, hand: FloatArray) -> None:
    """Eliminate the body from its back to the film."""
    for k in range(len(hand)):
        hand[k] = 0.0
    last = chain.ends[0] - 1
    for i in range(last):
        q = 0.5 * drift[i]
        _eliminate_block(i, chain.volume[i], chain.conductance[i], q, q, at.INTO, at.INTO, section,
                         cells, blocks, hand)
    _eliminate_block(last, chain.volume[last], 1.0, 1.0, 0.0, at.END_INTO, at.END_BACK, section,
                     cells, blocks, hand)
    for k in range(LANES):  # fragments enter the film, none come back
        hand[at.FLOW + k] += hand[at.FLOW_BOUND + k]
        hand[at.CARRY + k] -= hand[at.BOUND_LINK + k]


@inner
def _eliminate_block(i: int, V: float, g: float, q: float, q_back: float, into: np.uint64,
                     back: np.uint64, section: FloatArray, cells: FloatArray, blocks: FloatArray,
                     hand: FloatArray) -> None:
    """Eliminate what is behind a cell from its two equations.

    Its outer face has conductance ``g``; ``q`` and ``q_back`` are the shares of the drift that go
    with the densities of the cell and of the next one.
    """
    cell, block = np.uint64(i) * at.CELL, np.uint64(i) * at.BLOCK
    for k in range(LANES):
        e = section[at.DRIFT + k]
        out_free, out_bound = g * section[into + k] + q * e, q * e
        back_free, back_bound = g * section[back + k] - q_back * e, -q_back * e
        own_free = V * section[at.OWN_FREE + k] + out_free + hand[at.CARRY + k]
        own_bound = V * section[at.OWN_BOUND + k] + out_bound + hand[at.CARRY_BOUND + k]
        let_go = V * section[at.LET_GO + k] + hand[at.FREE_LINK + k]
        bind = V * section[at.BIND + k] + hand[at.BOUND_LINK + k]
        scale = 1.0 / (own_free * own_bound - let_go * bind)
        free = V * (cells[cell + at.C + k] + section[at.SEEP + k]) + hand[at.FLOW + k]
        bound = V * cells[cell + at.B + k] + hand[at.FLOW_BOUND + k]
        y, z = scale * (own_bound * free + let_go * bound), scale * (own_free * bound + bind * free)
        free_free, free_bound = scale * own_bound * back_free, scale * let_go * back_bound
        bound_free, bound_bound = scale * bind * back_free, scale * own_free * back_bound
        cells[cell + at.Y + k], blocks[block + at.Z + k] = y, z
        cells[cell + at.UP + k] = free_free
        blocks[block + at.FREE_BOUND + k] = free_bound
        blocks[block + at.BOUND_FREE + k] = bound_free
        blocks[block + at.BOUND_BOUND + k] = bound_bound
        hand[at.FLOW + k], hand[at.FLOW_BOUND + k] = out_free * y, out_bound * z
        hand[at.CARRY + k] = back_free - out_free * free_free
        hand[at.CARRY_BOUND + k] = back_bound - out_bound * bound_bound
        hand[at.FREE_LINK + k], hand[at.BOUND_LINK + k] = (out_free * free_bound,
                                                           out_bound * bound_free)


@inner
def _solve_wound(chain: Chain, section: FloatArray, cells: FloatArray, hand: FloatArray) -> None:
    """Solve film and tissue, with what enters the film and what it gives back at hand."""
    first = chain.ends[0]
    for q in range(1, 3):
        s, last = np.uint64(q) * at.SECTION, chain.ends[q] - 1
        _eliminate(chain, first, last, s, s + at.INTO, s + at.BACK, section, cells, hand)
        _eliminate(chain, last, last + 1, s, s + at.END_INTO, s + at.END_BACK, section, cells,
                   hand)
        first = last + 1
    _substitute(chain.ends[0], first, cells)


@inner
def _substitute_body(count: int, cells: FloatArray, blocks: FloatArray, hand: FloatArray) -> None:
    """Complete the solution, from the film to the back."""
    for k in range(LANES):
        hand[at.FLOW + k] = cells[np.uint64(count) * at.CELL + at.Y + k]
        hand[at.FLOW_BOUND + k] = 0.0
    for i in range(count - 1, -1, -1):
        _substitute_block(i, cells, blocks, hand)


@inner
def _substitute_block(i: int, cells: FloatArray, blocks: FloatArray, hand: FloatArray) -> None:
    """Complete the solution of a cell; that of the next one is at hand."""
    cell, block = np.uint64(i) * at.CELL, np.uint64(i) * at.BLOCK
    for k in range(LANES):
        y, z = hand[at.FLOW + k], hand[at.FLOW_BOUND + k]
        free = (cells[cell + at.Y + k] + cells[cell + at.UP + k] * y
                + blocks[block + at.FREE_BOUND + k] * z)
        bound = (blocks[block + at.Z + k] + blocks[block + at.BOUND_FREE + k] * y
                 + blocks[block + at.BOUND_BOUND + k] * z)
        cells[cell + at.Y + k], blocks[block + at.Z + k] = free, bound
        hand[at.FLOW + k], hand[at.FLOW_BOUND + k] = free, bound


@inner
def _advance_body(count: int, way: float, volume: FloatArray, cells: FloatArray,
                  blocks: FloatArray, content: FloatArray) -> None:
    """Move the state of the body by ``way`` towards the stage's solution; sum what that holds."""
    for k in range(LANES):
        content[at.CONTENT_FREE + k] = 0.0
        content[at.CONTENT_BOUND + k] = 0.0
    for i in range(count):
        V, cell, block = volume[i], np.uint64(i) * at.CELL, np.uint64(i) * at.BLOCK
        for k in range(LANES):
            c, b = cells[cell + at.C + k], cells[cell + at.B + k]
            y, z = cells[cell + at.Y + k], blocks[block + at.Z + k]
            cells[cell + at.C + k] = c + way * (y - c)
            cells[cell + at.B + k] = b + way * (z - b)
            content[at.CONTENT_FREE + k] += V * y
            content[at.CONTENT_BOUND + k] += V * z
