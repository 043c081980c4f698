"""The receding path: a body whose open face moves inwards, with what is free and bound in it.

An eroding body 0 < r < R(t) is followed in the Landau frame x = r/R(t). With c the amount of free
and b of bound exosomes per normalised volume x^(n+1), and v = -dR/dt::

    c_t = (D/R²) x^-n (x^n c_x)_x - (v/R) x^-n (x^(n+1) c)_x - k_on m c + (k_off + λ) b - k_i c + s
    b_t =                         - (v/R) x^-n (x^(n+1) b)_x + k_on m c - (k_off + λ) b - k_i b

so that a uniform body loses (n+1) v/R of its amount per time, and the cells keep their places.
Both fields drift, so a cell has two unknowns y, z, and a stage of a time step is one block
tridiagonal system, of 2x2 blocks, that ends in the film, see ``wound``. Drift through
an inner face carries the mean of its two cells, which is energy-stable on the graded mesh. At the
open face, half a cell (of length δ) and the film (of resistance R_f) from the last cell, what is
free passes the half cell by drift and diffusion, exponentially fitted, and what is bound enters
the film on its fragments::

    J = A c_N - (A - v) c_s = v c_s + (c_s/K - C_f)/R_f,   A = (D/δ) B(-v δ/D),   B(p) = p/(e^p - 1)

Within a step R is straight, which makes the erosion of a slab exact at any step size.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from releasekit.transport import rows as at
from releasekit.transport import wound
from releasekit.transport.chain import BEYOND, Chain, bernoulli
from releasekit.transport.course import AT_DRIFT, AT_LEFT, AT_SITES, REPLACE, Course
from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import LANES, inner, jit

FLAT = 1e5
"""Diffusion times after which the profile of a body is flat, however long a stage is."""

# rows of the cells of a body in one stage that stand in place of their namesakes
OWN_FREE, LET_GO, OWN_BOUND, DRIFT = at.OWN, at.UNBOUND, at.KEEP, at.BACK
# those of a second layer, which there is not: what is shed at the face in a step, drift [1/s] and
# volume left; what the elimination hands on of the bound, and from free to bound and back
(SHED, DRIFTING, LEFT, CARRY_BOUND, FLOW_BOUND, FREE_LINK, BOUND_LINK, NEXT_BOUND,
 SUM_BOUND) = (at.LAYER + row for row in (
     at.ON, at.OFF, at.FREE_SHARE, at.BOUND_SHARE, at.HELD_SHARE, at.EXTENT, at.RATE, at.SITES,
     at.GROWN))
# a cell in one stage: the bound solution, and the shares in it (free, bound) and in the free one
# (bound) of those of the next cell; UP is that of free in free
Z, FREE_BOUND, BOUND_FREE, BOUND_BOUND = at.C, at.B, at.Y, at.UP


@jit
def march(chain: Chain, actions: Any, weights: FloatArray, given: FloatArray, plan: FloatArray,
          first_body: FloatArray, course: Course, record: FloatArray) -> None:
    """March a tile of designs through all segments; the parameters are those of ``chain.march``.

    The rows of ``first_body`` are matrix and front of a fresh carrier.
    """
    end, tissue = chain.ends[0], chain.ends[1]
    drift = np.zeros(end)  # x^(n+1) at the outer face of each cell
    drift[0] = chain.volume[0]
    for i in range(1, end):
        drift[i] = drift[i - 1] + chain.volume[i]
    cells, blocks = np.zeros(tissue * at.CELL), np.zeros(end * at.CELL)
    lane = np.zeros(at.LANE)
    segments, steps, _ = course.length.shape
    for size in range(len(weights)):
        for i in range(len(cells)):
            cells[i] = 0.0
        wound.begin_size(lane, given, size, chain.layers)
        stage = 0
        for s in range(segments):
            wound.begin_segment(lane, plan, s, size)
            if actions[s] > 0:
                wound.take_away(lane, chain.layers)
            if s == 0 or actions[s] == REPLACE:
                wound.apply(lane, first_body, chain.layers)
                for k in range(LANES):
                    lane[LEFT + k] = first_body[1, 0, k] ** (chain.shape_exponent + 1)
            if s == 0 or actions[s] > 0:
                wound.load(cells, lane, 0, end, np.uint64(0))
            wound.note(lane, weights[size], record, s, 0)
            for m in range(steps):
                wound.begin_step(lane, course.length, s, m, chain.layers)
                wound.let_go(lane, course.body, stage + 1, chain.layers)
                for k in range(LANES):
                    lane[SHED + k] = 0.0
                if course.trapped:
                    _shed(chain.trapped_to_film, lane, course.body, course.active, stage + 1, size)
                for second in range(2):
                    way = 1.0 if second else BEYOND
                    wound.meet_tissue(cells, lane, chain.volume, chain.conductance, end, tissue,
                                      False)
                    _set_body(chain, lane, course, stage, size)
                    for k in range(LANES):
                        lane[at.FILM_RIGHT + k] += lane[at.STAGE + k] * lane[SHED + k]
                    _eliminate_body(chain, drift, cells, blocks, lane)
                    for k in range(LANES):
                        lane[at.NEXT + k] = ((lane[at.FILM_RIGHT + k] + lane[at.FLOW + k])
                                             / (lane[at.FILM_OWN + k] + lane[at.CARRY + k]))
                    _complete_body(end, way, chain.volume, cells, blocks, lane)
                    wound.solve_wound(cells, lane, chain.volume, end, tissue, way)
                    stage += 1
                wound.tally(lane)
                wound.note(lane, weights[size], record, s, m + 1)


@inner
def _shed(trapped_to_film: bool, lane: FloatArray, body: FloatArray, active: FloatArray,
          stage: int, size: int) -> None:
    """Free trapped exosomes in a step, of which ``stage`` is the last.

    They are a product of matrix left, volume left and share still active; the change of each
    factor times the means of the others is freed inside, shed at the face, or lost.
    """
    for k in range(LANES):
        old, new = lane[at.MATRIX + k], body[0, AT_SITES, stage, k]
        before, after = lane[LEFT + k], body[0, AT_LEFT, stage, k]
        was, still = lane[at.ACTIVE + k], active[stage, size, k]
        half = 0.5 * lane[at.HELD_SHARE + k] * lane[at.PRESENT + k]
        mean = 0.5 * half * (old + new)
        inside = half * (old - new) * (before * was + after * still)
        shed = mean * (before - after) * (was + still)
        lost = mean * (before + after) * (was - still)
        lane[at.TRAPPED + k] -= inside + shed + lost
        lane[at.LOST_CARRIER + k] += lost
        per_time = 1.0 / max(lane[at.LENGTH + k], wound.TINY)
        lane[at.FREED + k] = 0.0 if trapped_to_film else inside * per_time
        lane[SHED + k] = (inside + shed if trapped_to_film else shed) * per_time
        lane[at.MATRIX + k], lane[LEFT + k], lane[at.ACTIVE + k] = new, after, still


@inner
def _set_body(chain: Chain, lane: FloatArray, course: Course, stage: int, size: int) -> None:
    """Set kinetics, diffusion and drift in the body, and the exchange with the film."""
    power = chain.shape_exponent + 1.0
    any_size = min(size, course.grown.shape[2] - 1)
    for k in range(LANES):
        lane[at.RATE + k] = course.rate[0, stage, size, k]
        lane[at.SITES + k] = course.body[0, AT_SITES, stage, k]
        lane[at.GROWN + k] = course.grown[0, stage, any_size, k]
        lane[DRIFTING + k] = course.body[0, AT_DRIFT, stage, k]
    for k in range(LANES):
        a, grown = lane[at.STAGE + k], lane[at.GROWN + k]
        lost = a * lane[at.DECAY + k]
        on, off = a * lane[at.ON + k] * lane[at.SITES + k], a * lane[at.RELEASING + k]
        lane[OWN_FREE + k] = 1.0 + lost + on
        lane[OWN_BOUND + k] = 1.0 + lost + off
        lane[LET_GO + k] = off
        lane[at.BIND + k] = on
        lane[at.SEEP + k] = a * lane[at.FREED + k]
        lane[at.INTO + k] = min(a * lane[at.RATE + k], FLAT)
        drift = lane[DRIFTING + k]
        lane[DRIFT + k] = a * drift
        # per time: half a cell with drift in it, and the film in series
        half = power * lane[at.RATE + k] / chain.surface_distance
        A = half * bernoulli(-drift / half)
        film = lane[at.FACE + k] * lane[at.EXTENT + k] * grown / power
        face = a * A / (1.0 + A * film)
        swollen = grown
        for _ in range(chain.shape_exponent):
            swollen *= grown
        lane[at.END_INTO + k] = face * (1.0 + drift * film) - a * drift
        lane[at.END_BACK + k] = (lane[at.PRESENT + k] * face * (1.0 - drift / A) * swollen
                                 * lane[at.RETURN + k])


@inner
def _eliminate_body(chain: Chain, drift: FloatArray, cells: FloatArray, blocks: FloatArray,
                    lane: FloatArray) -> None:
    """Eliminate the body from its back to the film."""
    for k in range(LANES):
        lane[CARRY_BOUND + k] = lane[FLOW_BOUND + k] = 0.0
        lane[FREE_LINK + k] = lane[BOUND_LINK + k] = 0.0
    last = chain.ends[0] - 1
    for i in range(last):
        q = 0.5 * drift[i]
        _eliminate_block(i, chain.volume[i], chain.conductance[i], q, q, at.INTO, at.INTO, cells,
                         blocks, lane)
    _eliminate_block(last, chain.volume[last], 1.0, 1.0, 0.0, at.END_INTO, at.END_BACK, cells,
                     blocks, lane)
    for k in range(LANES):  # fragments enter the film, none come back
        lane[at.FLOW + k] += lane[FLOW_BOUND + k]
        lane[at.CARRY + k] -= lane[BOUND_LINK + k]


@inner
def _eliminate_block(i: int, V: float, g: float, q: float, q_back: float, into: np.uint64,
                     back: np.uint64, cells: FloatArray, blocks: FloatArray,
                     lane: FloatArray) -> None:
    """Eliminate what is behind a cell from its two equations.

    Its outer face has conductance ``g``; ``q`` and ``q_back`` are the shares of the drift that go
    with the densities of the cell and of the next one.
    """
    cell = np.uint64(i) * at.CELL
    for k in range(LANES):
        e = lane[DRIFT + k]
        out_free, out_bound = g * lane[into + k] + q * e, q * e
        back_free, back_bound = g * lane[back + k] - q_back * e, -q_back * e
        own_free = V * lane[OWN_FREE + k] + out_free + lane[at.CARRY + k]
        own_bound = V * lane[OWN_BOUND + k] + out_bound + lane[CARRY_BOUND + k]
        let_go = V * lane[LET_GO + k] + lane[FREE_LINK + k]
        bind = V * lane[at.BIND + k] + lane[BOUND_LINK + k]
        scale = 1.0 / (own_free * own_bound - let_go * bind)
        free = V * (cells[cell + at.C + k] + lane[at.SEEP + k]) + lane[at.FLOW + k]
        bound = V * cells[cell + at.B + k] + lane[FLOW_BOUND + k]
        y, z = scale * (own_bound * free + let_go * bound), scale * (own_free * bound + bind * free)
        free_free, free_bound = scale * own_bound * back_free, scale * let_go * back_bound
        bound_free, bound_bound = scale * bind * back_free, scale * own_free * back_bound
        cells[cell + at.Y + k], cells[cell + at.UP + k] = y, free_free
        blocks[cell + Z + k], blocks[cell + FREE_BOUND + k] = z, free_bound
        blocks[cell + BOUND_FREE + k], blocks[cell + BOUND_BOUND + k] = bound_free, bound_bound
        lane[at.FLOW + k], lane[FLOW_BOUND + k] = out_free * y, out_bound * z
        lane[at.CARRY + k] = back_free - out_free * free_free
        lane[CARRY_BOUND + k] = back_bound - out_bound * bound_bound
        lane[FREE_LINK + k], lane[BOUND_LINK + k] = out_free * free_bound, out_bound * bound_free


@inner
def _complete_body(count: int, way: float, volume: FloatArray, cells: FloatArray,
                   blocks: FloatArray, lane: FloatArray) -> None:
    """Solve the body from the film inwards, and move it by ``way`` towards the solution.

    What it hands on is then what it lost: the film's equation again, without round-off.
    """
    for k in range(LANES):
        lane[NEXT_BOUND + k] = lane[at.SUM + k] = lane[SUM_BOUND + k] = 0.0
    for i in range(count - 1, -1, -1):
        _complete_block(np.uint64(i) * at.CELL, volume[i], way, cells, blocks, lane)
    for k in range(LANES):
        free, bound, a = lane[at.SUM + k], lane[SUM_BOUND + k], lane[at.STAGE + k]
        was_free, was_bound = lane[at.CONTENT_FREE + k], lane[at.CONTENT_BOUND + k]
        lane[at.FLOW + k] = (was_free + was_bound + lane[at.SEEP + k]
                             - (free + bound) * (1.0 + a * lane[at.DECAY + k]))
        lane[at.CARRY + k] = 0.0
        lane[at.CARRIER_SUM + k] += way * a * (free + bound)
        lane[at.CONTENT_FREE + k] = was_free + way * (free - was_free)
        lane[at.CONTENT_BOUND + k] = was_bound + way * (bound - was_bound)


@inner
def _complete_block(cell: np.uint64, V: float, way: float, cells: FloatArray, blocks: FloatArray,
                    lane: FloatArray) -> None:
    """Complete the solution of a cell; that of the next one is at hand."""
    for k in range(LANES):
        y, z = lane[at.NEXT + k], lane[NEXT_BOUND + k]
        free = (cells[cell + at.Y + k] + cells[cell + at.UP + k] * y
                + blocks[cell + FREE_BOUND + k] * z)
        bound = (blocks[cell + Z + k] + blocks[cell + BOUND_FREE + k] * y
                 + blocks[cell + BOUND_BOUND + k] * z)
        c, b = cells[cell + at.C + k], cells[cell + at.B + k]
        cells[cell + at.C + k], cells[cell + at.B + k] = c + way * (free - c), b + way * (bound - b)
        lane[at.NEXT + k], lane[NEXT_BOUND + k] = free, bound
        lane[at.SUM + k] += V * free
        lane[SUM_BOUND + k] += V * bound
