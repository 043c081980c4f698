"""The general path: finite volumes in one or two layers of a carrier, the film and the tissue.

Cells exchange exosomes with their neighbours only, so each stage of a time step is one scalar
tridiagonal system from the back of the carrier through the film into the tissue, see ``cells`` and
``wound``. Time is marched with SDIRK2 (γ = 1 - 1/√2: L-stable, stiffly accurate, second order).
Between cells diffusion acts over the distance of their centres; at the open face half a cell and
the film stand in series, between layers half a cell of each. Exudate drawn through the carrier
enters by exponential fitting.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.transport import rows as at
from releasekit.transport import wound
from releasekit.transport.cells import complete, eliminate
from releasekit.transport.course import AT_SITES, GAMMA, REPLACE, Course
from releasekit.transport.grid import GRADING, layered_mesh, mesh
from releasekit.transport.problem import FloatArray, Lanes
from releasekit.transport.rows import LANES, inner, jit

BEYOND = (1.0 - GAMMA) / GAMMA
"""The second stage starts from the old state moved this far towards the first stage's solution."""

TISSUE_GRADING = {False: 1.0, True: GRADING}
"""Grading of tissue cells; well-mixed tissue is one cell with its centre in the middle."""


class Chain(NamedTuple):
    """The bodies of a chain: one or two layers, then the tissue, each from its far end.

    ``ends`` [body] are the cells after the last of each, ``volume`` [cell] shares of a body,
    ``conductance`` [cell] area over distance to the next cell and ``spacing`` that distance (1 for
    the last of a body), ``inner_distance``, ``outer_distance`` and ``surface_distance`` as in
    ``Mesh``.
    """

    layers: int
    ends: NDArray[np.int64]
    volume: FloatArray
    conductance: FloatArray
    spacing: FloatArray
    inner_distance: float
    outer_distance: float
    surface_distance: float
    shape_exponent: int
    trapped_to_film: bool
    windy: bool


def tissue_gap(lanes: Lanes) -> float:
    """Return the way from the film to the centre of the first tissue cell, as a share."""
    return mesh(0, lanes.tissue_cells, TISSUE_GRADING[lanes.tissue_cells > 1]).surface_distance


def chain_of(lanes: Lanes, cells: int) -> Chain:
    """Return the cells of carrier (``cells`` of a layer; a layer without any for 0) and tissue."""
    tissue = mesh(0, lanes.tissue_cells, TISSUE_GRADING[lanes.tissue_cells > 1])
    if not cells:
        one = np.concatenate([tissue.conductance, [1.0]])
        return Chain(1, np.array([0, lanes.tissue_cells]), tissue.volume, one, one, 0.0, 0.0, 0.0,
                     lanes.shape_exponent, lanes.trapped_to_film, False)
    carrier = mesh(lanes.shape_exponent, cells) if lanes.layers == 1 else layered_mesh(cells)
    conductance = np.concatenate([carrier.conductance, [1.0], tissue.conductance, [1.0]])
    if lanes.layers == 2:
        conductance[carrier.inner - 1] = 1.0
    ends = [*([carrier.inner] if lanes.layers == 2 else []), len(carrier.volume),
            len(carrier.volume) + lanes.tissue_cells]
    return Chain(lanes.layers, np.array(ends), np.concatenate([carrier.volume, tissue.volume]),
                 conductance, np.concatenate([carrier.spacing, [1.0]]), carrier.inner_distance,
                 carrier.outer_distance, carrier.surface_distance, lanes.shape_exponent,
                 lanes.trapped_to_film, bool(np.any(lanes.velocity > 0.0)))


@jit
def march(chain: Chain, actions: Any, weights: FloatArray, given: FloatArray, plan: FloatArray,
          first_matrix: FloatArray, course: Course, record: FloatArray) -> None:
    """March a tile of designs through all segments, size after size.

    Parameters
    ----------
    chain
        The cells.
    actions
        What happens at the start of each segment.
    weights : shape (size,)
        Share of each vesicle size.
    given, plan : shapes (row, size, TILE), (row, segment, size, TILE)
        What stays along each lane, and in each segment.
    first_matrix : shape (layer, node, TILE)
        The matrix of a fresh carrier on its first node.
    course
        What changes.
    record : shape (segment, step + 1, part of each design)
        Amounts of ``PARTS``, averaged over the sizes, are added to it.
    """
    layers = chain.layers
    tissue = chain.ends[layers - 1]
    cells, lane = np.zeros(chain.ends[layers] * at.CELL), np.zeros(at.LANE)
    segments, steps, _ = course.length.shape
    for size in range(len(weights)):
        for i in range(len(cells)):
            cells[i] = 0.0
        wound.begin_size(lane, given, size, layers)
        stage = 0
        for s in range(segments):
            wound.begin_segment(lane, plan, s, size)
            if actions[s] > 0:
                wound.take_away(lane, layers)
            if s == 0 or actions[s] == REPLACE:
                wound.apply(lane, first_matrix, layers)
            if s == 0 or actions[s] > 0:
                for q in range(layers):
                    wound.load(cells, lane, chain.ends[q - 1] if q > 0 else 0, chain.ends[q],
                               np.uint64(q) * at.LAYER)
            wound.note(lane, weights[size], record, s, 0)
            for m in range(steps):
                wound.begin_step(lane, course.length, s, m, layers)
                if course.changing:
                    wound.let_go(lane, course.body, stage + 1, layers)
                if course.trapped:
                    wound.free_trapped(lane, course.body, course.active, stage + 1, size, layers)
                for second in range(2):
                    way = 1.0 if second else BEYOND
                    _go_through(chain, lane, course, stage, size)
                    _set_faces(chain, lane)
                    wound.meet_tissue(cells, lane, chain.volume, chain.conductance, tissue,
                                      chain.ends[layers], chain.trapped_to_film)
                    _eliminate_layers(chain, cells, lane)
                    wound.solve_wound(cells, lane, chain.volume, tissue, chain.ends[layers], way)
                    _complete_layers(chain, cells, lane, way)
                    stage += 1
                wound.tally(lane)
                wound.note(lane, weights[size], record, s, m + 1)


@inner
def _go_through(chain: Chain, lane: FloatArray, course: Course, stage: int, size: int) -> None:
    """Set what the layers go through in a stage."""
    any_size = min(size, course.grown.shape[2] - 1)
    for q in range(chain.layers):
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[s + at.RATE + k] = course.rate[q, stage, size, k]
            lane[s + at.SITES + k] = course.body[q, AT_SITES, stage, k]
            lane[s + at.GROWN + k] = course.grown[q, stage, any_size, k]


@inner
def _set_faces(chain: Chain, lane: FloatArray) -> None:
    """Set the exchange between the open face and the film, and that between two layers."""
    power = chain.shape_exponent + 1
    s = np.uint64(chain.layers - 1) * at.LAYER
    for k in range(LANES):
        grown = lane[s + at.GROWN + k]
        extent = lane[s + at.EXTENT + k] * grown
        resistance = (chain.surface_distance / (lane[s + at.RATE + k] * extent)
                      + lane[at.FACE + k])
        face = lane[at.STAGE + k] * power / (extent * resistance)
        swollen = grown
        for _ in range(chain.shape_exponent):
            swollen *= grown
        lane[s + at.END_INTO + k] = face
        lane[s + at.END_BACK + k] = lane[at.PRESENT + k] * face * swollen * lane[at.RETURN + k]
        lane[at.PECLET + k] = lane[at.VELOCITY + k] * resistance
    if chain.windy:
        blow(lane, s + at.END_INTO, s + at.END_BACK)
    if chain.layers == 2:
        for k in range(LANES):
            inner, outer = (lane[at.EXTENT + k] * lane[at.GROWN + k],
                            lane[s + at.EXTENT + k] * lane[s + at.GROWN + k])
            K = lane[at.LAYER_PARTITION + k]
            resistance = (K * chain.inner_distance / (lane[at.RATE + k] * inner)
                          + chain.outer_distance / (lane[s + at.RATE + k] * outer))
            lane[at.END_INTO + k] = lane[at.STAGE + k] * K / (resistance * inner)
            lane[at.END_BACK + k] = lane[at.STAGE + k] / (resistance * outer)
            lane[at.PECLET + k] = lane[at.VELOCITY + k] * resistance
        if chain.windy:
            blow(lane, at.END_INTO, at.END_BACK)


@inner
def bernoulli(x: float) -> float:
    """Return x/(exp(x) - 1): the exponentially fitted weight of convection against diffusion."""
    if abs(x) < 1e-8:
        return 1.0 - 0.5 * x
    return x / np.expm1(min(x, 600.0))  # type: ignore[no-any-return]


@inner
def blow(lane: FloatArray, into: np.uint64, back: np.uint64) -> None:
    """Let convection towards the back bear on an exchange; the Péclet number is at hand."""
    for k in range(LANES):
        b = bernoulli(lane[at.PECLET + k])
        lane[into + k] *= b
        lane[back + k] *= b + lane[at.PECLET + k]  # B(-p) = B(p) + p


@inner
def _eliminate_layers(chain: Chain, cells: FloatArray, lane: FloatArray) -> None:
    """Eliminate the carrier from its back to the film."""
    first = 0
    if chain.windy:  # convected out through the back
        for k in range(LANES):
            lane[at.CARRY + k] = lane[at.STAGE + k] * lane[at.VELOCITY + k] / (
                lane[at.EXTENT + k] * lane[at.GROWN + k])
    for q in range(chain.layers):
        s, last = np.uint64(q) * at.LAYER, chain.ends[q] - 1
        _set_cells(lane, s, 0.0 if chain.trapped_to_film else 1.0)
        if chain.windy:
            for i in range(first, last):
                for k in range(LANES):
                    lane[at.PECLET + k] = lane[at.VELOCITY + k] * chain.spacing[i] / (
                        lane[s + at.EXTENT + k] * lane[s + at.GROWN + k] * lane[s + at.RATE + k])
                    lane[at.INTO + k] = lane[at.BACK + k] = (lane[at.STAGE + k]
                                                             * lane[s + at.RATE + k])
                blow(lane, at.INTO, at.BACK)
                eliminate(cells, lane, chain.volume, chain.conductance, i, i + 1)
        else:
            eliminate(cells, lane, chain.volume, chain.conductance, first, last)
        for k in range(LANES):
            lane[at.INTO + k] = lane[s + at.END_INTO + k]
            lane[at.BACK + k] = lane[s + at.END_BACK + k]
        eliminate(cells, lane, chain.volume, chain.conductance, last, last + 1)
        first = last + 1


@inner
def _set_cells(lane: FloatArray, s: np.uint64, seeping: float) -> None:
    """Set binding, inactivation and diffusion in the cells of the layer whose rows begin at s."""
    for k in range(LANES):
        a = lane[at.STAGE + k]
        lost = a * lane[at.DECAY + k]
        off = a * lane[s + at.RELEASING + k]
        on = a * lane[s + at.ON + k] * lane[s + at.SITES + k]
        keep = 1.0 / (1.0 + off + lost)
        lane[at.OWN + k] = (1.0 + lost) * (1.0 + on * keep)
        lane[at.UNBOUND + k] = off * keep
        lane[at.SEEP + k] = seeping * a * lane[s + at.FREED + k]
        lane[at.INTO + k] = lane[at.BACK + k] = a * lane[s + at.RATE + k]
        lane[s + at.LAYER_KEEP + k] = keep
        lane[s + at.LAYER_BIND + k] = on


@inner
def _complete_layers(chain: Chain, cells: FloatArray, lane: FloatArray, way: float) -> None:
    """Solve the carrier from the film to its back, and what that adds up to."""
    for p in range(chain.layers):
        q = chain.layers - 1 - p
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[at.KEEP + k], lane[at.BIND + k] = (lane[s + at.LAYER_KEEP + k],
                                                    lane[s + at.LAYER_BIND + k])
        complete(cells, lane, chain.volume, chain.ends[q - 1] if q > 0 else 0, chain.ends[q], way)
        wound.hold(lane, s, way)
    if chain.windy:
        for k in range(LANES):
            lane[at.BACK_SUM + k] += (way * lane[at.STAGE + k] * lane[at.VELOCITY + k]
                                      * lane[at.NEXT + k]
                                      / (lane[at.EXTENT + k] * lane[at.GROWN + k]))
