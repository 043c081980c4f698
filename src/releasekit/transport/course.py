"""What carriers go through: mobility, sites, size and front, at the stages of all time steps.

All of it is known beforehand, on the nodes of ``Lanes``. It is tabulated here for a tile of
designs; the march then only reads it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from releasekit.transport.problem import Action, FloatArray, Lanes
from releasekit.transport.rows import TILE, inner, jit, tiles

GAMMA = 1.0 - 1.0 / np.sqrt(2.0)
"""SDIRK2: stages at t + γ h and t + h, each of length γ h."""

GONE = 1e-9
"""A matrix with less than this share left is gone; what is bound then leaves in one step."""

SMALLEST = 1e-5
"""A body of this share of its first extent is gone."""

REPLACE = int(Action.REPLACE)

AT_SITES, AT_RELEASE, AT_DRIFT, AT_LEFT = range(4)
"""Rows of a course: binding sites left, off-rate [1/s] of sites that go, drift [1/s] towards a
receding face, volume left behind it."""


class Course(NamedTuple):
    """The course of a tile of designs.

    ``body`` [layer, row, stage, TILE] is the same for all sizes; ``rate`` [layer, stage, size,
    TILE] is D/R² [1/s]; ``grown`` [layer, stage, size, TILE] the growth of the extent, with one
    size for all where they do not differ; ``active`` [stage, size, TILE] the share still active
    since application, empty where nothing is trapped; ``length`` [segment, step, TILE] the steps
    [s]; ``changing`` and ``trapped`` say whether any matrix vanishes and whether any exosomes are
    trapped in it.
    """

    body: FloatArray
    rate: FloatArray
    grown: FloatArray
    active: FloatArray
    length: FloatArray
    changing: bool
    trapped: bool


class Nodes(NamedTuple):
    """What carriers go through, on nodes, tile by tile.

    ``time`` [tile, node, TILE] and ``body`` [tile, matrix of each layer (and front), node, TILE]
    are those of a design, ``log_mobility`` and ``stretch`` [tile, layer, node, size, TILE] those
    of a lane.
    """

    time: FloatArray
    body: FloatArray
    log_mobility: FloatArray
    stretch: FloatArray
    inactivation: FloatArray
    power: int
    eroding: bool
    trapped: bool


def nodes_of(lanes: Lanes, sizes: int) -> Nodes:
    """Return the nodes of lanes, tile by tile."""
    front = [] if lanes.front is None else [lanes.front[None]]
    body = np.concatenate([lanes.matrix, *front])[..., ::sizes]
    split = lanes.stretch.reshape(*lanes.stretch.shape[:-1], -1, sizes)
    alike = np.array_equal(split, np.broadcast_to(split[..., :1], split.shape))
    return Nodes(
        tiles(lanes.node_time[:, ::sizes], 1)[:, :, 0], tiles(body, 1)[:, :, :, 0],
        tiles(lanes.log_mobility, sizes),
        tiles(split[..., 0], 1) if alike else tiles(lanes.stretch, sizes),
        tiles(lanes.carrier_inactivation, sizes),
        lanes.shape_exponent + 1, lanes.front is not None, bool(np.any(lanes.trapped_share)))


def course_of(nodes: Nodes, tile: int, actions: Any, steps: FloatArray) -> Course:
    """Return the course of a tile over steps [segment, step + 1, design] (up to ``TILE``) [s]."""
    segments, ends, _ = steps.shape
    layers, _, sizes, _ = nodes.log_mobility.shape[1:]
    stages = 2 * segments * (ends - 1)
    logs = np.empty((layers + nodes.trapped, stages, sizes, TILE))
    body, length = np.empty((layers, 4, stages, TILE)), np.empty((segments, ends - 1, TILE))
    grown = np.empty((layers, stages, nodes.stretch.shape[3], TILE))
    tabulate(nodes.time[tile], nodes.body[tile], nodes.log_mobility[tile], nodes.stretch[tile],
             nodes.inactivation[tile], nodes.power, nodes.eroding, actions, steps, body, logs,
             grown, length)
    np.exp(logs, out=logs)
    return Course(body, logs[:layers], grown, logs[layers:].reshape(-1, sizes, TILE), length,
                  bool(np.any(body[:, AT_RELEASE])), nodes.trapped)


@inner
def letting_go(share: float) -> float:
    """Return the rate times step after which the two stages leave this share, and never less.

    Solves R(z) = (1 - (1 - 2γ) z)/(1 + γ z)² = share; z = -ln(share) would leave less than nothing
    where a step takes most of the matrix.
    """
    linear = 1.0 - 2.0 * GAMMA + 2.0 * share * GAMMA
    root = np.sqrt(linear**2 + 4.0 * share * GAMMA**2 * (1.0 - share))
    return 2.0 * (1.0 - share) / (linear + root)  # type: ignore[no-any-return]


@jit
def tabulate(time: FloatArray, given: FloatArray, log_mobility: FloatArray, stretch: FloatArray,
             inactivation: FloatArray, power: int, eroding: bool, actions: Any, steps: FloatArray,
             body: FloatArray, logs: FloatArray, grown: FloatArray, length: FloatArray) -> None:
    """Fill what makes a ``Course``; ``logs`` are the logarithms of rate and activity.

    Within a step the front is straight, which makes the erosion of a slab exact at any step size.
    """
    segments, ends, designs = steps.shape
    layers, _, stages, _ = body.shape
    last = time.shape[0] - 2
    node, place = np.empty((stages, TILE), np.int64), np.empty((stages, TILE))
    clock, shrunk = np.empty((stages, TILE)), np.zeros((stages, TILE))
    for k in range(TILE):
        d = min(k, designs - 1)
        born, wide, i, j = 0.0, 1.0, 0, 0
        for s in range(segments):
            if s == 0 or actions[s] == REPLACE:
                born, j = steps[s, 0, d], 0
                wide = max(given[1, 0, k], SMALLEST) if eroding else 1.0
            for m in range(ends - 1):
                h = steps[s, m + 1, d] - steps[s, m, d]
                length[s, m, k] = h
                for second in range(2):
                    t = steps[s, m, d] + (h if second else GAMMA * h) - born
                    while j < last and t > time[j + 1, k]:
                        j += 1
                    z = (t - time[j, k]) / (time[j + 1, k] - time[j, k])
                    clock[i, k], node[i, k], place[i, k] = t, j, min(max(z, 0.0), 1.0)
                    i += 1
                if eroding:
                    z = place[i - 1, k]
                    narrow = max(given[1, j, k] + z * (given[1, j + 1, k] - given[1, j, k]),
                                 SMALLEST)
                    for at in range(i - 2, i):
                        share = narrow if at == i - 1 else wide + GAMMA * (narrow - wide)
                        shrunk[at, k] = np.log(share)
                        body[0, AT_LEFT, at, k] = share**power
                        body[0, AT_DRIFT, at, k] = (power * (wide - narrow) / (h * share)
                                                    if h > 0.0 else 0.0)
                    wide = narrow
    for q in range(layers):
        for i in range(stages):
            for k in range(TILE):
                j, z = node[i, k], place[i, k]
                low = given[q, j, k]
                body[q, AT_SITES, i, k] = low + z * (given[q, j + 1, k] - low)
            for size in range(stretch.shape[2]):
                for k in range(TILE):
                    j, z = node[i, k], place[i, k]
                    low = stretch[q, j, size, k]
                    grown[q, i, size, k] = low + z * (stretch[q, j + 1, size, k] - low)
                    if eroding:
                        grown[q, i, size, k] *= np.exp(shrunk[i, k])
            for size in range(log_mobility.shape[2]):
                for k in range(TILE):
                    j, z = node[i, k], place[i, k]
                    low = log_mobility[q, j, size, k]
                    logs[q, i, size, k] = (low + z * (log_mobility[q, j + 1, size, k] - low)
                                           - 2.0 * shrunk[i, k])
        for k in range(TILE):
            old, i = given[q, 0, k], 0
            for s in range(segments):
                if actions[s] == REPLACE:
                    old = given[q, 0, k]
                for m in range(ends - 1):
                    new, release = body[q, AT_SITES, i + 1, k], 0.0
                    if length[s, m, k] > 0.0 and (new < old or new <= GONE):
                        # sites that go let go of what they held
                        release = letting_go(new / old if new > GONE else 0.0) / length[s, m, k]
                    body[q, AT_RELEASE, i, k] = body[q, AT_RELEASE, i + 1, k] = release
                    old, i = new, i + 2
    if logs.shape[0] > layers:
        for i in range(stages):
            for size in range(log_mobility.shape[2]):
                for k in range(TILE):
                    logs[layers, i, size, k] = -inactivation[size, k] * clock[i, k]
