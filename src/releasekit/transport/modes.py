"""The fast path: a handful of reduced modes in place of the cells of a carrier.

Where a carrier is one layer whose mobility changes in time but not in place, where binding rates
are the same everywhere and nothing is dragged along, density of free and bound exosomes is a sum
of modes, c = Σ u_j(t) φ_j(x), that only meet at the open face. With w_j the value of a mode at the
face and F what leaves through it, one stage of length a = γ h of SDIRK2 (see ``chain``) reads::

    p_j u_j + w_j F = right_j,     p_j = own + a λ_j D/R²,     own as in the chain
    F = into Σ w_j u_j - back film

so that with A = Σ w_j right_j/p_j and B = Σ w_j²/p_j the coupling is one equation for F: no chain
of cells to run along. What the carrier hands on to the film (see ``wound``) are
flow = into A/(1 + into B) and carry = back/(1 + into B). The first mode is even (w = 1, λ = 0) and
alone carries the amount, thus the ledger stays exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from releasekit.transport import rows as at
from releasekit.transport import wound
from releasekit.transport.basis import Modes
from releasekit.transport.chain import BEYOND, Chain
from releasekit.transport.course import AT_SITES, REPLACE, Course
from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import LANES, inner, jit

U, BOUND_U, ANSWER, GIVE = at.C, at.B, at.Y, at.UP
"""Of each mode: free and bound density; right/p and 1/p of the stage being solved."""


@jit
def march(modes: Modes, chain: Chain, actions: Any, weights: FloatArray, given: FloatArray,
          plan: FloatArray, first_matrix: FloatArray, course: Course, record: FloatArray) -> None:
    """March a tile of designs through all segments, size after size.

    ``modes`` stand for the carrier, ``chain`` has the cells of the tissue only; the other
    parameters are those of ``chain.march``.
    """
    mode, cells = np.zeros(len(modes.decay) * at.CELL), np.zeros(len(chain.volume) * at.CELL)
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
                wound.apply(lane, first_matrix, chain.layers)
            if s == 0 or actions[s] > 0:
                _load(mode, lane)
            wound.note(lane, weights[size], record, s, 0)
            for m in range(steps):
                wound.begin_step(lane, course.length, s, m, chain.layers)
                if course.changing:
                    wound.let_go(lane, course.body, stage + 1, chain.layers)
                if course.trapped:
                    wound.free_trapped(lane, course.body, course.active, stage + 1, size,
                                       chain.layers)
                for second in range(2):
                    way = 1.0 if second else BEYOND
                    wound.meet_tissue(cells, lane, chain.volume, chain.conductance,
                                      chain.ends[0], chain.ends[1], chain.trapped_to_film)
                    _set(lane, course, stage, size, chain.trapped_to_film)
                    _answer(modes, mode, lane, chain.shape_exponent)
                    wound.solve_wound(cells, lane, chain.volume, chain.ends[0], chain.ends[1], way)
                    _complete(modes, mode, lane, way)
                    stage += 1
                wound.tally(lane)
                wound.note(lane, weights[size], record, s, m + 1)


@inner
def _load(mode: FloatArray, lane: FloatArray) -> None:
    """Hold evenly what the carrier holds: all of it in the first mode."""
    for i in range(len(mode)):
        mode[i] = 0.0
    for k in range(LANES):
        mode[U + k], mode[BOUND_U + k] = lane[at.CONTENT_FREE + k], lane[at.CONTENT_BOUND + k]


@inner
def _set(lane: FloatArray, course: Course, stage: int, size: int, trapped_to_film: bool) -> None:
    """Set binding, inactivation and mobility of a stage."""
    seeping = 0.0 if trapped_to_film else 1.0
    any_size = min(size, course.grown.shape[2] - 1)
    for k in range(LANES):
        a = lane[at.STAGE + k]
        lost = 1.0 + a * lane[at.DECAY + k]
        keep = 1.0 / (lost + a * lane[at.RELEASING + k])
        bind = a * lane[at.ON + k] * course.body[0, AT_SITES, stage, k]
        lane[at.RATE + k] = course.rate[0, stage, size, k]
        lane[at.GROWN + k] = course.grown[0, stage, any_size, k]
        lane[at.LAYER_KEEP + k] = keep
        lane[at.LAYER_BIND + k] = bind
        lane[at.OWN + k] = lost * (1.0 + bind * keep)
        lane[at.UNBOUND + k] = a * lane[at.RELEASING + k] * keep
        lane[at.SEEP + k] = seeping * a * lane[at.FREED + k]
        lane[at.INTO + k] = a * course.rate[0, stage, size, k]


@inner
def _answer(modes: Modes, mode: FloatArray, lane: FloatArray, shape_exponent: int) -> None:
    """Find what the modes would be with a sealed face, and what they hand on to the film."""
    for k in range(LANES):  # the first mode, into which what is freed seeps evenly
        give = 1.0 / lane[at.OWN + k]
        answer = give * (mode[U + k] + lane[at.UNBOUND + k] * mode[BOUND_U + k]
                         + lane[at.SEEP + k])
        mode[ANSWER + k], mode[GIVE + k] = answer, give
        lane[at.FLOW + k], lane[at.CARRY + k] = answer, give
    for j in range(1, len(modes.decay)):
        decay, surface, row = modes.decay[j], modes.surface[j], np.uint64(j) * at.CELL
        for k in range(LANES):
            give = 1.0 / (lane[at.OWN + k] + lane[at.INTO + k] * decay)
            answer = give * (mode[row + U + k] + lane[at.UNBOUND + k] * mode[row + BOUND_U + k])
            mode[row + ANSWER + k], mode[row + GIVE + k] = answer, give
            lane[at.FLOW + k] += surface * answer
            lane[at.CARRY + k] += surface * surface * give
    for k in range(LANES):
        grown = lane[at.GROWN + k]
        swollen = grown
        for _ in range(shape_exponent):
            swollen *= grown
        into = lane[at.PRESENT + k] * lane[at.INTO + k] * (shape_exponent + 1) / (
            modes.surface_distance
            + lane[at.RATE + k] * lane[at.FACE + k] * lane[at.EXTENT + k] * grown)
        share = into / (1.0 + into * lane[at.CARRY + k])
        lane[at.FLOW + k] *= share
        lane[at.CARRY + k] = share * lane[at.RETURN + k] * swollen


@inner
def _complete(modes: Modes, mode: FloatArray, lane: FloatArray, way: float) -> None:
    """Solve the modes, given the film, and move them by ``way`` towards that."""
    for k in range(LANES):
        lane[at.NEXT + k] = lane[at.FLOW + k] - lane[at.CARRY + k] * lane[at.FILM + k]
        lane[at.KEEP + k], lane[at.BIND + k] = lane[at.LAYER_KEEP + k], lane[at.LAYER_BIND + k]
    for j in range(len(modes.decay)):
        _complete_mode(mode, lane, np.uint64(j) * at.CELL, modes.surface[j], way)
    for k in range(LANES):
        lane[at.SUM + k] = mode[ANSWER + k] - mode[GIVE + k] * lane[at.NEXT + k]
    wound.hold(lane, np.uint64(0), way)


@inner
def _complete_mode(mode: FloatArray, lane: FloatArray, row: np.uint64, surface: float,
                   way: float) -> None:
    for k in range(LANES):
        free = mode[row + ANSWER + k] - surface * mode[row + GIVE + k] * lane[at.NEXT + k]
        was, held = mode[row + U + k], mode[row + BOUND_U + k]
        bound = (held + lane[at.BIND + k] * free) * lane[at.KEEP + k]
        mode[row + U + k] = was + way * (free - was)
        mode[row + BOUND_U + k] = held + way * (bound - held)
