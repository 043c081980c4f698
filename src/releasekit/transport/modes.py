"""The fast path: a handful of reduced modes in place of the cells of a carrier.

Where a carrier is one layer whose mobility changes in time but not in place, where binding rates
are the same everywhere and nothing is dragged along, density of free and bound exosomes is a sum
of modes, c = Σ u_j(t) φ_j(x), that only meet at the open face. With w_j the value of a mode at the
face and F what leaves through it, one stage of length a = γ h of SDIRK2 (see ``chain``) reads::

    p_j u_j + w_j F = right_j,     p_j = own + a λ_j D/R²,     own as in the chain
    F = into Σ w_j u_j - back film

so that with A = Σ w_j right_j/p_j and B = Σ w_j²/p_j the coupling is one equation for F: no chain
of cells to run along. The first mode is even (w = 1, λ = 0) and alone carries the amount, thus the
ledger stays exact. Film and tissue follow as in the chain.

Designs are the innermost axis, ``TILE`` of them together, one vesicle size after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from releasekit.transport.basis import Modes, reduced_modes
from releasekit.transport.chain import BEYOND
from releasekit.transport.course import GAMMA, GONE, _letting_go
from releasekit.transport.problem import PARTS, FloatArray, Lanes
from releasekit.transport.rows import TILE, inner, jit

TINY = 1e-300
"""Stands for the length of a step that has none; nothing happens in it."""

MOST_MODES = 16


def _rows(first: int, count: int, length: int) -> range:
    """Return where rows of a flat array begin: with constant distances loops become vectors."""
    return range(first * length, (first + count) * length, length)


DENSITY, BINDING, ANSWER, GIVE = _rows(0, 4, MOST_MODES * TILE)
"""Of each mode: free and bound density; right/p and 1/p of the stage being solved."""

(FREE, BOUND, TRAPPED, FLUID, TISSUE, TAKEN_UP, SCAVENGED, WASHED, CLEARED, DISCARDED, LOST_CARRIER,
 LOST_FLUID, LOST_TISSUE, DISCARDED_CARRIER, APPLIED) = _rows(0, 15, TILE)
"""Of each lane, what is recorded: see problem.PARTS."""

(ON, OFF, FREE_SHARE, BOUND_SHARE, HELD_SHARE, SURFACE_SHARE, DECAY, FACE, RETURN, FILM_UPTAKE,
 FILM_SCAVENGING, FILM_DECAY, DEEPER, SHALLOWER, TISSUE_UPTAKE, TISSUE_SCAVENGING, CLEARANCE,
 TISSUE_DECAY) = _rows(15, 18, TILE)
"""Of each lane, what stays: see ``_constants``."""

(WASHOUT, PRESENT, LENGTH, STAGE, RATE, SITES, GROWN, MATRIX, ACTIVE, SEEP, RELEASING, OWN, MOBILE,
 UNBOUND, BIND, KEEP, A, B, FLUX, FILM_SUM, TISSUE_SUM, CARRIER_SUM) = _rows(33, 22, TILE)
"""Of each lane, what changes: the carrier, the coefficients of a stage, integrals of a step."""

RECORD, CONSTANT, LANE = ON, WASHOUT - ON, CARRIER_SUM + TILE
"""Lengths of what is recorded, of what stays, and of all."""


def _constants(lanes: Lanes) -> FloatArray:
    """Return what stays the same along each lane, [row, lane], in the order of the rows above."""
    gap = 0.5 * lanes.tissue_depth / lanes.tissue_mobility + lanes.tissue_resistance
    return np.stack([
        lanes.on_rate[0], lanes.off_rate[0], lanes.free_share[0], lanes.bound_share[0],
        lanes.trapped_share[0], lanes.surface_share, lanes.carrier_inactivation,
        lanes.partition * lanes.film_resistance * lanes.extent[0],
        lanes.partition * lanes.volume_per_area / lanes.film_depth,
        lanes.film_uptake, lanes.film_scavenging, lanes.film_inactivation,
        1.0 / (gap * lanes.film_depth), 1.0 / (gap * lanes.tissue_depth),
        lanes.tissue_uptake, lanes.tissue_scavenging, lanes.tissue_clearance,
        lanes.tissue_inactivation])


def march_modes(lanes: Lanes, weights: FloatArray, grids: Sequence[FloatArray],
                count: int) -> list[FloatArray]:
    """March lanes through all segments and average them over the sizes of each design.

    Parameters
    ----------
    lanes
        Design after design, each with ``len(weights)`` sizes.
    weights : shape (size,)
        Share of each vesicle size.
    grids
        Ends of the time steps [s], [segment, step + 1, design] each: one march for every grid.
    count
        Modes of the carrier.

    Returns
    -------
    list of ndarray, shape (design, segment, step + 1, part)
        Amounts of ``PARTS`` at the ends of the steps, as fractions of one dose.
    """
    sizes, designs = len(weights), len(lanes) // len(weights)
    modes, actions = reduced_modes(lanes.shape_exponent, count), np.array(lanes.actions)
    constant = _tiles(_constants(lanes), sizes)
    schedule = _tiles(np.stack([lanes.washout, lanes.film_removed]), sizes)
    over_time = _tiles(np.concatenate([lanes.log_mobility, lanes.matrix, lanes.stretch]), sizes)
    lost = _tiles(lanes.carrier_inactivation, sizes)
    node_time = np.ascontiguousarray(lanes.node_time[:, ::sizes])
    changing = bool(np.any(lanes.trapped_share)
                    or np.any(over_time[:, 1:] != over_time[:, 1:, :1]))
    found = [np.empty((designs, *steps.shape[:2], len(PARTS))) for steps in grids]
    for tile in range(len(constant)):
        here = slice(tile * TILE, min((tile + 1) * TILE, designs))
        for steps, values in zip(grids, found, strict=True):
            segments, ends, _ = steps.shape
            course = np.empty((4 if changing else 1, 2 * segments * (ends - 1), sizes, TILE))
            length = np.empty((segments, ends, TILE))
            _tabulate(node_time[:, here], over_time[tile], lost[tile], actions,
                      steps[:, :, here], course, length)
            np.exp(course[:2], out=course[:2])
            record = np.zeros((segments, ends, RECORD))
            march(lanes.shape_exponent, actions, lanes.trapped_to_film, modes, weights,
                  constant[tile], schedule[tile], over_time[tile], course, length, record)
            split = record.reshape(segments, ends, len(PARTS), TILE)
            values[here] = np.moveaxis(split, -1, 0)[:here.stop - here.start]
    return found


def _tiles(values: FloatArray, sizes: int) -> FloatArray:
    """Turn [..., lane] into [tile, ..., size, TILE]; the last design fills the last tile."""
    designs = values.shape[-1] // sizes
    design = np.minimum(np.arange(-(-designs // TILE) * TILE), designs - 1).reshape(-1, 1, TILE)
    split = values[..., design * sizes + np.arange(sizes)[:, None]]
    return np.ascontiguousarray(np.moveaxis(split, -3, 0))


@jit
def _tabulate(node_time: FloatArray, over_time: FloatArray, inactivation: FloatArray, actions: Any,
              steps: FloatArray, course: FloatArray, length: FloatArray) -> None:
    """Fill ``course`` [row, stage, size, TILE] with what the carrier goes through.

    Its rows are the logarithms of mobility and of activity since application, the matrix that is
    left, and the stretch; only the first if nothing else changes.
    """
    segments, ends, designs = steps.shape
    rows, stages, sizes, _ = course.shape
    clock, place = np.empty((stages, TILE)), np.empty((stages, TILE))
    node = np.empty((stages, TILE), dtype=np.int64)
    for k in range(TILE):
        d = min(k, designs - 1)
        born, i, j = 0.0, 0, 0
        for s in range(segments):
            if s == 0 or actions[s] == 2:
                born, j = steps[s, 0, d], 0
            for m in range(ends - 1):
                h = steps[s, m + 1, d] - steps[s, m, d]
                length[s, m, k] = h
                for second in range(2):
                    clock[i, k] = steps[s, m, d] + (h if second else GAMMA * h) - born
                    while j < node_time.shape[0] - 2 and clock[i, k] > node_time[j + 1, d]:
                        j += 1
                    z = (clock[i, k] - node_time[j, d]) / (node_time[j + 1, d] - node_time[j, d])
                    node[i, k], place[i, k] = j, min(max(z, 0.0), 1.0)
                    i += 1
    for i in range(stages):
        for size in range(sizes):
            for k in range(TILE):
                j, z = node[i, k], place[i, k]
                low = over_time[0, j, size, k]
                course[0, i, size, k] = low + z * (over_time[0, j + 1, size, k] - low)
            if rows > 1:
                for k in range(TILE):
                    j, z = node[i, k], place[i, k]
                    course[1, i, size, k] = -inactivation[size, k] * clock[i, k]
                    low = over_time[1, j, size, k]
                    course[2, i, size, k] = low + z * (over_time[1, j + 1, size, k] - low)
                    low = over_time[2, j, size, k]
                    course[3, i, size, k] = low + z * (over_time[2, j + 1, size, k] - low)


@jit
def march(shape_exponent: int, actions: Any, trapped_to_film: bool, modes: Modes,
          weights: FloatArray, constant: FloatArray, schedule: FloatArray, over_time: FloatArray,
          course: FloatArray, length: FloatArray, record: FloatArray) -> None:
    """March ``TILE`` designs, size after size, and add up ``record`` [segment, step + 1, ...].

    ``constant``, ``schedule`` [wash-out or share removed, segment], ``over_time`` [quantity, node]
    and ``course`` [row, stage] end with [size, TILE]; ``length`` [segment, step, TILE] are the
    steps. A row of ``record`` holds ``PARTS``, each for ``TILE`` designs.
    """
    segments, ends, _ = length.shape
    changing = course.shape[0] > 1
    mode = np.zeros(4 * MOST_MODES * TILE)
    lane = np.zeros(LANE)
    for size in range(len(weights)):
        for i in range(RECORD):
            lane[i] = 0.0
        for i in range(CONSTANT):
            lane[ON + i] = constant[i // TILE, size, i % TILE]
        for k in range(TILE):
            lane[SITES + k], lane[GROWN + k] = over_time[1, 0, size, k], over_time[2, 0, size, k]
        stage = 0
        for s in range(segments):
            for k in range(TILE):
                lane[WASHOUT + k] = schedule[0, s, size, k]
                wiped = schedule[1, s, size, k] * lane[FLUID + k]
                lane[FLUID + k] -= wiped
                lane[DISCARDED + k] += wiped
            if actions[s] > 0:
                _take_away(mode, lane)
            if s == 0 or actions[s] == 2:
                _apply(mode, lane, over_time[1, 0, size])
            _note(lane, mode, weights[size], record[s, 0])
            for m in range(ends - 1):
                _begin_step(lane, length[s, m])
                if changing:
                    _free_trapped(lane, course[:, stage + 1, size])
                for second in range(2):
                    for k in range(TILE):
                        lane[RATE + k] = course[0, stage, size, k]
                    if changing:
                        for k in range(TILE):
                            lane[SITES + k] = course[2, stage, size, k]
                            lane[GROWN + k] = course[3, stage, size, k]
                    _solve(mode, lane, modes, shape_exponent, trapped_to_film,
                           1.0 if second else BEYOND)
                    stage += 1
                _tally(lane)
                _note(lane, mode, weights[size], record[s, m + 1])


@inner
def _apply(mode: FloatArray, lane: FloatArray, matrix: FloatArray) -> None:
    """Put a fresh carrier on the wound; its surface-located exosomes are in the fluid at once."""
    mode[:] = 0.0
    for k in range(TILE):
        mode[DENSITY + k] = lane[FREE_SHARE + k]
        mode[BINDING + k] = lane[BOUND_SHARE + k]
        lane[TRAPPED + k] = lane[HELD_SHARE + k]
        lane[FLUID + k] += lane[SURFACE_SHARE + k]
        lane[APPLIED + k] += 1.0
        lane[PRESENT + k] = 1.0
        lane[ACTIVE + k] = 1.0
        lane[MATRIX + k] = matrix[k]


@inner
def _take_away(mode: FloatArray, lane: FloatArray) -> None:
    """Take the carrier away with all that is still in it."""
    for k in range(TILE):
        gone = mode[DENSITY + k] + mode[BINDING + k] + lane[TRAPPED + k]
        lane[DISCARDED + k] += gone
        lane[DISCARDED_CARRIER + k] += gone
        lane[TRAPPED + k] = 0.0
        lane[PRESENT + k] = 0.0
    mode[:] = 0.0


@inner
def _begin_step(lane: FloatArray, length: FloatArray) -> None:
    for k in range(TILE):
        lane[LENGTH + k] = length[k]
        lane[STAGE + k] = GAMMA * length[k]
        lane[RELEASING + k] = lane[OFF + k]
        lane[SEEP + k] = 0.0
        lane[FILM_SUM + k] = 0.0
        lane[TISSUE_SUM + k] = 0.0
        lane[CARRIER_SUM + k] = 0.0


@inner
def _free_trapped(lane: FloatArray, course: FloatArray) -> None:
    """Free what the vanishing matrix m(t) held, exactly for the product m(t) exp(-k_i t)."""
    for k in range(TILE):
        old, active_old, h = lane[MATRIX + k], lane[ACTIVE + k], max(lane[LENGTH + k], TINY)
        active_new, new = course[1, k], course[2, k]
        share = 0.5 * lane[HELD_SHARE + k] * lane[PRESENT + k]
        freed = share * (active_old + active_new) * (old - new)
        lost = share * (old + new) * (active_old - active_new)
        lane[TRAPPED + k] -= freed + lost
        lane[LOST_CARRIER + k] += lost
        lane[MATRIX + k] = new
        lane[ACTIVE + k] = active_new
        lane[SEEP + k] = freed / h
        # sites that go let go of what they held
        left = new / old if new > GONE else 0.0
        lane[RELEASING + k] = ((lane[OFF + k] if new > GONE else 0.0) + _letting_go(left) / h)


@inner
def _solve(mode: FloatArray, lane: FloatArray, modes: Modes, shape_exponent: int,
           trapped_to_film: bool, carry: float) -> None:
    """Solve one stage and move the state on: to the next right-hand side, or to the step's end."""
    for k in range(TILE):
        a = lane[STAGE + k]
        decay = 1.0 + a * lane[DECAY + k]
        keep = 1.0 / (decay + a * lane[RELEASING + k])
        bind = a * lane[ON + k] * lane[SITES + k]
        lane[KEEP + k] = keep
        lane[BIND + k] = bind
        lane[OWN + k] = decay * (1.0 + bind * keep)
        lane[UNBOUND + k] = a * lane[RELEASING + k] * keep
        lane[MOBILE + k] = a * lane[RATE + k]
        lane[A + k] = 0.0
        lane[B + k] = 0.0
    for j in range(len(modes.decay)):
        decay, surface, row = modes.decay[j], modes.surface[j], j * TILE
        for k in range(TILE):
            give = 1.0 / (lane[OWN + k] + lane[MOBILE + k] * decay)
            answer = give * (mode[DENSITY + row + k]
                             + lane[UNBOUND + k] * mode[BINDING + row + k])
            lane[A + k] += surface * answer
            lane[B + k] += surface * surface * give
            mode[ANSWER + row + k] = answer
            mode[GIVE + row + k] = give
    for k in range(TILE):
        a = lane[STAGE + k]
        seep = a * lane[SEEP + k]
        inside = 0.0 if trapped_to_film else mode[GIVE + k] * seep  # evenly: the first mode
        mode[ANSWER + k] += inside
        swollen = lane[GROWN + k]
        if shape_exponent > 0:
            swollen *= lane[GROWN + k]
        if shape_exponent > 1:
            swollen *= lane[GROWN + k]
        into = (lane[PRESENT + k] * lane[MOBILE + k] * (shape_exponent + 1.0)
                / (modes.surface_distance + lane[RATE + k] * lane[FACE + k] * lane[GROWN + k]))
        back = into * lane[RETURN + k] * swollen
        deeper, shallower = a * lane[DEEPER + k], a * lane[SHALLOWER + k]
        kept = 1.0 + a * (lane[TISSUE_UPTAKE + k] + lane[TISSUE_SCAVENGING + k]
                          + lane[CLEARANCE + k] + lane[TISSUE_DECAY + k])
        below = 1.0 / (kept + shallower)
        own = 1.0 + deeper * kept * below + a * (
            lane[WASHOUT + k] + lane[FILM_UPTAKE + k] + lane[FILM_SCAVENGING + k]
            + lane[FILM_DECAY + k])
        right = lane[FLUID + k] + shallower * below * lane[TISSUE + k]
        if trapped_to_film:
            right += seep
        flux = ((into * (lane[A + k] + inside) * own - back * right)
                / (own * (1.0 + into * lane[B + k]) + back))
        film = (right + flux) / own
        tissue = below * (lane[TISSUE + k] + deeper * film)
        lane[FLUX + k] = flux
        lane[FILM_SUM + k] += carry * a * film
        lane[TISSUE_SUM + k] += carry * a * tissue
        lane[FLUID + k] += carry * (film - lane[FLUID + k])
        lane[TISSUE + k] += carry * (tissue - lane[TISSUE + k])
    for j in range(len(modes.decay)):
        surface, row = modes.surface[j], j * TILE
        for k in range(TILE):
            free = mode[ANSWER + row + k] - surface * mode[GIVE + row + k] * lane[FLUX + k]
            bound = (mode[BINDING + row + k] + lane[BIND + k] * free) * lane[KEEP + k]
            mode[ANSWER + row + k] = free + bound
            mode[DENSITY + row + k] += carry * (free - mode[DENSITY + row + k])
            mode[BINDING + row + k] += carry * (bound - mode[BINDING + row + k])
    for k in range(TILE):
        lane[CARRIER_SUM + k] += carry * lane[STAGE + k] * mode[ANSWER + k]


@inner
def _tally(lane: FloatArray) -> None:
    """Add what this step moved out of carrier, film and tissue."""
    for k in range(TILE):
        film, tissue = lane[FILM_SUM + k], lane[TISSUE_SUM + k]
        lane[LOST_CARRIER + k] += lane[DECAY + k] * lane[CARRIER_SUM + k]
        lane[TAKEN_UP + k] += lane[FILM_UPTAKE + k] * film + lane[TISSUE_UPTAKE + k] * tissue
        lane[SCAVENGED + k] += (lane[FILM_SCAVENGING + k] * film
                                + lane[TISSUE_SCAVENGING + k] * tissue)
        lane[WASHED + k] += lane[WASHOUT + k] * film
        lane[CLEARED + k] += lane[CLEARANCE + k] * tissue
        lane[LOST_FLUID + k] += lane[FILM_DECAY + k] * film
        lane[LOST_TISSUE + k] += lane[TISSUE_DECAY + k] * tissue


@inner
def _note(lane: FloatArray, mode: FloatArray, weight: float, record: FloatArray) -> None:
    """Add the share of this size to the average of its designs."""
    for k in range(TILE):
        lane[FREE + k] = mode[DENSITY + k]
        lane[BOUND + k] = mode[BINDING + k]
    for row in range(RECORD):
        record[row] += weight * lane[row]
