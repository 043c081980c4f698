"""A block of lanes through all segments: a carrier is applied, marched, wiped off, taken away."""

from __future__ import annotations

import numpy as np
from numba import njit

from releasekit.transport import receding
from releasekit.transport import rows as at
from releasekit.transport.chain import Chain, march
from releasekit.transport.course import GAMMA, set_course
from releasekit.transport.grid import GRADING, Mesh, layered_mesh, mesh
from releasekit.transport.problem import PARTS, Action, FloatArray, Lanes
from releasekit.transport.rows import TILE

TISSUE_GRADING = {False: 1.0, True: GRADING}
"""Grading of tissue cells; well-mixed tissue is one cell with its centre in the middle."""


def march_segments(lanes: Lanes, weights: FloatArray, steps: FloatArray, cells: int) -> FloatArray:
    """March lanes through all segments and average them over the sizes of each design.

    Parameters
    ----------
    lanes
        Design after design, each with ``len(weights)`` sizes.
    weights : shape (size,)
        Share of each vesicle size.
    steps : shape (segment, step + 1, design) [s]
        Ends of the time steps.
    cells
        Finite volumes of a layer.

    Returns
    -------
    ndarray, shape (design, segment, step + 1, part)
        Amounts of ``PARTS`` at the ends of the steps, as fractions of one dose.
    """
    sizes, count = len(weights), steps.shape[1] - 1
    block = _Block(lanes, cells)
    lengths = np.repeat(GAMMA * np.diff(steps, axis=1), sizes, axis=2)
    born = steps[0, 0]
    present = 0.0
    out = np.empty((steps.shape[2], len(steps), count + 1, len(PARTS)))
    record = np.empty(((count + 1) * len(PARTS), len(block.lane)))
    nodes = [np.ascontiguousarray(np.moveaxis(each, -1, 0)) for each in (
        lanes.node_time, lanes.log_mobility, lanes.matrix, lanes.stretch)]
    eroding = lanes.front is not None
    course = np.empty((block.tiles, 2 * count,
                       int(at.ERODING) if eroding else lanes.layers * int(at.COURSE)))
    freed, lost = np.empty((2, block.tiles, count, TILE))
    for s, action in enumerate(lanes.actions):
        if s > 0:
            block.wipe(lanes.film_removed[s])
        if action != Action.KEEP:
            block.take_away()
            present = 0.0
        if s == 0 or action == Action.REPLACE:
            block.apply(lanes)
            born, present = steps[s, 0], 1.0
        trapped = present * lanes.trapped_share
        set_course(*nodes, lanes.extent, lanes.volume_per_area, lanes.shape_exponent,
                   lanes.on_rate, lanes.off_rate, 0.0 * trapped if eroding else trapped,
                   lanes.carrier_inactivation, steps[s] - born, sizes, course, freed, lost)
        if lanes.front is not None:
            receding.set_erosion(
                nodes[0], np.ascontiguousarray(lanes.front.T), nodes[2], lanes.shape_exponent + 1,
                trapped[0], lanes.carrier_inactivation, lanes.trapped_to_film, steps[s] - born,
                sizes, course, freed, lost)
        given = np.concatenate([block.constant, block.tiled(np.stack(
            [lanes.washout[s], lanes.velocity[s]]))], axis=1)
        move = receding.march if eroding else march
        move(block.chain, present, given.reshape(block.tiles, -1), course,
              block.tiled(lengths[s]), freed, lost, block.cells.reshape(block.tiles, -1),
              block.ledger.reshape(block.tiles, -1), record)
        average(record, weights, out[:, s])
    return out


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc"})
def average(record: FloatArray, weights: FloatArray, out: FloatArray) -> None:
    """Fill ``out`` [design, step, part] with the weighted mean of ``record`` [step part, lane]."""
    designs, steps, parts = out.shape
    for d in range(designs):
        for m in range(steps):
            for p in range(parts):
                total = 0.0
                for z in range(len(weights)):
                    total += weights[z] * record[m * parts + p, d * len(weights) + z]
                out[d, m, p] = total


class _Block:
    """The state of a block of lanes, tile by tile: cells [tile, cell, row, TILE] and ledger."""

    def __init__(self, lanes: Lanes, cells: int) -> None:
        count = len(lanes)
        self.tiles = -(-count // TILE)
        # a tile that is not full repeats the last lane
        self.lane = np.minimum(np.arange(self.tiles * TILE), count - 1)
        tissue = mesh(0, lanes.tissue_cells, TISSUE_GRADING[lanes.tissue_cells > 1])
        self.chain = _chain(lanes, cells, tissue)
        self.constant = self.tiled(_constant(lanes, tissue))
        self.layer_cells = np.diff(self.chain.ends, prepend=0)[:lanes.layers]
        self.cells = np.zeros((self.tiles, self.chain.ends[-1], 4, TILE))
        self.ledger = np.zeros((self.tiles, len(PARTS), TILE))

    def tiled(self, values: FloatArray) -> FloatArray:
        """Return [row, lane] as [tile, row, TILE]."""
        split = values[:, self.lane].reshape(len(values), self.tiles, TILE)
        return np.ascontiguousarray(split.transpose(1, 0, 2))

    @property
    def carrier(self) -> tuple[FloatArray, FloatArray]:
        """Free and bound density in the carrier, [tile, cell, TILE]."""
        inside = self.cells[:, :self.chain.ends[self.chain.layers - 1]]
        return inside[:, :, 0], inside[:, :, 1]

    @property
    def film(self) -> FloatArray:
        """What is in the fluid film, [tile, TILE]."""
        return self.cells[:, self.chain.ends[self.chain.layers - 1], 0]

    def part(self, name: str) -> FloatArray:
        """Return one row of the ledger, [tile, TILE]."""
        return self.ledger[:, PARTS.index(name)]

    def apply(self, lanes: Lanes) -> None:
        """Put a fresh carrier on the wound; what is on its surface is in the fluid at once."""
        free, bound = self.carrier
        free[:] = np.repeat(self.tiled(lanes.free_share), self.layer_cells, axis=1)
        bound[:] = np.repeat(self.tiled(lanes.bound_share), self.layer_cells, axis=1)
        self.film[:] += self.tiled(lanes.surface_share[None])[:, 0]
        self.part("trapped")[:] = self.tiled(lanes.trapped_share).sum(axis=1)
        self.part("applied")[:] += 1.0
        self._balance()

    def wipe(self, removed: FloatArray) -> None:
        """Wipe off a share of the wound fluid."""
        share = self.tiled(removed[None])[:, 0]
        self.part("discarded")[:] += share * self.film
        self.film[:] *= 1.0 - share
        self._balance()

    def take_away(self) -> None:
        """Take the carrier away with all that is still in it."""
        for name in ("free", "bound", "trapped"):
            self.part("discarded")[:] += self.part(name)
            self.part("discarded_with_carrier")[:] += self.part(name)
            self.part(name)[:] = 0.0
        for densities in self.carrier:
            densities[:] = 0.0

    def _balance(self) -> None:
        volume = self.chain.volume[:self.layer_cells.sum()]
        for name, density in zip(("free", "bound"), self.carrier, strict=True):
            self.part(name)[:] = np.einsum("i,tik->tk", volume, density)
        self.part("wound_fluid")[:] = self.film


def _chain(lanes: Lanes, cells: int, tissue: Mesh) -> Chain:
    """Return the sections: one or two layers, the film (one cell), the tissue from the film on."""
    carrier = mesh(lanes.shape_exponent, cells) if lanes.layers == 1 else layered_mesh(cells)
    one = np.ones(1)
    inner = [carrier.inner] if lanes.layers == 2 else []
    ends = np.array([*inner, len(carrier.volume), 1, len(tissue.volume)])
    ends[-2:] = len(carrier.volume) + np.cumsum(ends[-2:])
    # at the end of a section, the exchange is not that between two of its cells
    conductance = np.concatenate([carrier.conductance, one, one, tissue.conductance[::-1], one])
    if lanes.layers == 2:
        conductance[carrier.inner - 1] = 1.0
    return Chain(lanes.layers, ends, np.concatenate([carrier.volume, one, tissue.volume[::-1]]),
                 conductance, carrier.spacing, carrier.inner_distance, carrier.outer_distance,
                 carrier.surface_distance, lanes.shape_exponent, lanes.trapped_to_film,
                 bool(np.any(lanes.velocity > 0.0)))


def _constant(lanes: Lanes, tissue: Mesh) -> FloatArray:
    """Return what does not change of each lane, in the order of ``rows``."""
    resistance = (lanes.tissue_resistance
                  + tissue.surface_distance * lanes.tissue_depth / lanes.tissue_mobility)
    assert lanes.layer_partition is not None
    return np.stack([
        lanes.partition, lanes.carrier_inactivation, lanes.film_resistance, 1.0 / lanes.film_depth,
        lanes.film_uptake, lanes.film_scavenging, lanes.film_inactivation,
        1.0 / (resistance * lanes.film_depth), 1.0 / (resistance * lanes.tissue_depth),
        lanes.tissue_mobility / lanes.tissue_depth**2, lanes.tissue_uptake,
        lanes.tissue_scavenging, lanes.tissue_clearance, lanes.tissue_inactivation,
        lanes.layer_partition])
