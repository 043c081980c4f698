"""A block of designs, marched tile by tile along the path that fits them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from releasekit.transport import chain, modes, receding, wound
from releasekit.transport.basis import reduced_modes
from releasekit.transport.course import course_of, nodes_of
from releasekit.transport.problem import PARTS, FloatArray, Lanes
from releasekit.transport.rows import RECORD, TILE, is_kept

LOG = logging.getLogger("releasekit")


def march(lanes: Lanes, weights: FloatArray, grids: Sequence[FloatArray], cells: Sequence[int],
          count: int = 0) -> list[FloatArray]:
    """March lanes through all segments and average them over the sizes of each design.

    Parameters
    ----------
    lanes
        Design after design, each with ``len(weights)`` sizes.
    weights : shape (size,)
        Share of each vesicle size.
    grids
        Ends of the time steps [s], [segment, step + 1, design] each: one march for every grid.
    cells
        Finite volumes of a layer in each march.
    count
        Modes that stand for the cells, 0 for none.

    Returns
    -------
    list of ndarray, shape (design, segment, step + 1, part)
        Amounts of ``PARTS`` at the ends of the steps, as fractions of one dose.
    """
    sizes, found = len(weights), []
    nodes, actions = nodes_of(lanes, sizes), np.array(lanes.actions)
    given = wound.constants(lanes, chain.tissue_gap(lanes), sizes)
    plan = wound.schedule(lanes, sizes)
    kernel: Any = modes.march if count else chain.march if lanes.front is None else receding.march
    first = (reduced_modes(lanes.shape_exponent, count),) if count else ()
    announce(kernel)
    for steps, fine in zip(grids, cells, strict=True):
        links = chain.chain_of(lanes, 0 if count else fine)
        segments, ends, designs = steps.shape
        values = np.empty((designs, segments, ends, len(PARTS)))
        for tile in range(len(given)):
            here = slice(tile * TILE, min((tile + 1) * TILE, designs))
            course = course_of(nodes, tile, actions, steps[:, :, here])
            record = np.zeros((segments, ends, RECORD))
            kernel(*first, links, actions, weights, given[tile], plan[tile], nodes.body[tile],
                   course, record)
            split = record.reshape(segments, ends, len(PARTS), TILE)
            values[here] = np.moveaxis(split, -1, 0)[:here.stop - here.start]
        found.append(values)
    return found


@cache
def announce(kernel: Any) -> None:
    """Say, once, that a kernel will have to be compiled, unless this machine keeps it."""
    if not is_kept(kernel):
        LOG.info("compiling the solver for this kind of carrier, once per machine (10 to 20 s) ...")
