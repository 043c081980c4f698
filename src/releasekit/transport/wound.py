"""The wound end of all paths: the fluid film, the tissue below it, and the ledger.

A carrier and the tissue are bodies that meet in the film. What a body gives to the film in a stage
is flow - carry · film, whatever is inside; both numbers come out of eliminating it from its far
end towards the film, see ``chain``. With the losses k_f and k_t and a = γ h the stage reads::

    (1 + a k_f) film = fluid + a s + Σ (flow - carry · film)      over carrier and tissue

and the tissue is cells with (1 + a k_t) V_i in place of their own matrix. What leaves is
integrated with the weights of the stages, so amounts add up to round-off at any step size.
"""

from __future__ import annotations

import numpy as np

from releasekit.transport import rows as at
from releasekit.transport.cells import complete, eliminate
from releasekit.transport.course import AT_RELEASE, AT_SITES, GAMMA, GONE
from releasekit.transport.problem import FloatArray, Lanes
from releasekit.transport.rows import LANES, TILE, inner, tiles

TINY = 1e-300
"""Stands for the length of a step that has none; nothing happens in it."""


def constants(lanes: Lanes, tissue_gap: float, sizes: int) -> FloatArray:
    """Return what stays along each lane, [tile, row, size, TILE], in the order of ``rows``.

    ``tissue_gap`` is the way from the film to the first tissue cell, as a share of the depth.
    """
    gap = tissue_gap * lanes.tissue_depth / lanes.tissue_mobility + lanes.tissue_resistance
    assert lanes.layer_partition is not None
    values = [
        lanes.surface_share, lanes.carrier_inactivation, lanes.partition * lanes.film_resistance,
        lanes.partition * lanes.volume_per_area / lanes.film_depth, lanes.layer_partition,
        lanes.film_uptake, lanes.film_scavenging, lanes.film_inactivation,
        1.0 / (gap * lanes.film_depth), 1.0 / (gap * lanes.tissue_depth),
        lanes.tissue_mobility / lanes.tissue_depth**2, lanes.tissue_uptake,
        lanes.tissue_scavenging, lanes.tissue_clearance, lanes.tissue_inactivation]
    for q in range(lanes.layers):
        values += [lanes.on_rate[q], lanes.off_rate[q], lanes.free_share[q], lanes.bound_share[q],
                   lanes.trapped_share[q], lanes.extent[q]]
    return tiles(np.stack(values), sizes)


def schedule(lanes: Lanes, sizes: int) -> FloatArray:
    """Return wash-out, share of fluid removed and exudate drawn in, [tile, row, segment, ...]."""
    return tiles(np.stack([lanes.washout, lanes.film_removed, lanes.velocity]), sizes)


@inner
def begin_size(lane: FloatArray, given: FloatArray, size: int, layers: int) -> None:
    """Put the constants of a size in place; nothing has been applied yet."""
    for i in range(len(lane)):
        lane[i] = 0.0
    for row in range(at.GIVEN_COUNT):
        for k in range(TILE):
            lane[at.RECORD + row * TILE + k] = given[row, size, k]
    for q in range(layers):
        first = np.uint64(q) * at.LAYER + at.ON
        for row in range(at.LAYER_COUNT):
            for k in range(LANES):
                lane[first + np.uint64(row) * LANES + k] = given[
                    at.GIVEN_COUNT + q * at.LAYER_COUNT + row, size, k]
    for k in range(LANES):
        lane[at.TISSUE_LOSS + k] = (lane[at.TISSUE_UPTAKE + k] + lane[at.TISSUE_SCAVENGING + k]
                                    + lane[at.CLEARANCE + k] + lane[at.TISSUE_DECAY + k])


@inner
def begin_segment(lane: FloatArray, plan: FloatArray, s: int, size: int) -> None:
    """Wipe off a share of the fluid, and set what stays in the segment."""
    for k in range(LANES):
        wiped = plan[1, s, size, k] * lane[at.FLUID + k]
        lane[at.FLUID + k] -= wiped
        lane[at.DISCARDED + k] += wiped
        lane[at.WASHOUT + k] = plan[0, s, size, k]
        lane[at.VELOCITY + k] = plan[2, s, size, k]
        lane[at.FILM_LOSS + k] = (plan[0, s, size, k] + lane[at.FILM_UPTAKE + k]
                                  + lane[at.FILM_SCAVENGING + k] + lane[at.FILM_DECAY + k])


@inner
def take_away(lane: FloatArray, layers: int) -> None:
    """Take the carrier away with all that is still in it; its cells are the caller's."""
    for k in range(LANES):
        gone = lane[at.FREE + k] + lane[at.BOUND + k] + lane[at.TRAPPED + k]
        lane[at.DISCARDED + k] += gone
        lane[at.DISCARDED_CARRIER + k] += gone
        lane[at.FREE + k] = lane[at.BOUND + k] = lane[at.TRAPPED + k] = lane[at.PRESENT + k] = 0.0
    for q in range(layers):
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[s + at.CONTENT_FREE + k] = lane[s + at.CONTENT_BOUND + k] = 0.0


@inner
def apply(lane: FloatArray, given: FloatArray, layers: int) -> None:
    """Put a fresh carrier on the wound; what is on its surface is in the fluid at once."""
    for k in range(LANES):
        lane[at.FLUID + k] += lane[at.SURFACE_SHARE + k]
        lane[at.APPLIED + k] += 1.0
        lane[at.PRESENT + k] = lane[at.ACTIVE + k] = 1.0
    for q in range(layers):
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[s + at.CONTENT_FREE + k] = lane[s + at.FREE_SHARE + k]
            lane[s + at.CONTENT_BOUND + k] = lane[s + at.BOUND_SHARE + k]
            lane[s + at.MATRIX + k] = given[q, 0, k]
            lane[at.FREE + k] += lane[s + at.FREE_SHARE + k]
            lane[at.BOUND + k] += lane[s + at.BOUND_SHARE + k]
            lane[at.TRAPPED + k] += lane[s + at.HELD_SHARE + k]


@inner
def load(cells: FloatArray, lane: FloatArray, first: int, last: int, s: np.uint64) -> None:
    """Spread evenly over the cells of a layer what it holds."""
    for i in range(first, last):
        cell = np.uint64(i) * at.CELL
        for k in range(LANES):
            cells[cell + at.C + k] = lane[s + at.CONTENT_FREE + k]
            cells[cell + at.B + k] = lane[s + at.CONTENT_BOUND + k]


@inner
def begin_step(lane: FloatArray, length: FloatArray, s: int, m: int, layers: int) -> None:
    """Set the length of a step; nothing has moved in it yet."""
    for k in range(LANES):
        lane[at.LENGTH + k] = length[s, m, k]
        lane[at.STAGE + k] = GAMMA * length[s, m, k]
    for k in range(LANES):
        lane[at.FILM_SUM + k] = lane[at.TISSUE_SUM + k] = 0.0
        lane[at.CARRIER_SUM + k] = lane[at.BACK_SUM + k] = 0.0
    for q in range(layers):
        s_q = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[s_q + at.RELEASING + k] = lane[s_q + at.OFF + k]
            lane[s_q + at.FREED + k] = 0.0


@inner
def let_go(lane: FloatArray, body: FloatArray, stage: int, layers: int) -> None:
    """Let sites that go let go of what they bound; ``stage`` is one of the step."""
    for q in range(layers):
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            lane[s + at.RELEASING + k] = (
                (lane[s + at.OFF + k] if body[q, AT_SITES, stage, k] > GONE else 0.0)
                + body[q, AT_RELEASE, stage, k])


@inner
def free_trapped(lane: FloatArray, body: FloatArray, active: FloatArray, stage: int, size: int,
                 layers: int) -> None:
    """Free what the vanishing matrix m(t) held, exactly for the product m(t) exp(-k_i t).

    ``stage`` is the last of the step.
    """
    for q in range(layers):
        s = np.uint64(q) * at.LAYER
        for k in range(LANES):
            old, new = lane[s + at.MATRIX + k], body[q, AT_SITES, stage, k]
            was, still = lane[at.ACTIVE + k], active[stage, size, k]
            half = 0.5 * lane[s + at.HELD_SHARE + k] * lane[at.PRESENT + k]
            freed, lost = half * (was + still) * (old - new), half * (old + new) * (was - still)
            lane[at.TRAPPED + k] -= freed + lost
            lane[at.LOST_CARRIER + k] += lost
            lane[s + at.FREED + k] = freed / max(lane[at.LENGTH + k], TINY)
            lane[s + at.MATRIX + k] = new
    for k in range(LANES):
        lane[at.ACTIVE + k] = active[stage, size, k]


@inner
def meet_tissue(cells: FloatArray, lane: FloatArray, volume: FloatArray, conductance: FloatArray,
                first: int, last: int, trapped_to_film: bool) -> None:
    """Eliminate the tissue, and set up the film as it is without a carrier."""
    if last - first > 1:
        for k in range(LANES):
            a = lane[at.STAGE + k]
            lane[at.OWN + k] = 1.0 + a * lane[at.TISSUE_LOSS + k]
            lane[at.INTO + k] = lane[at.BACK + k] = a * lane[at.TISSUE_RATE + k]
            lane[at.UNBOUND + k] = lane[at.SEEP + k] = lane[at.CARRY + k] = lane[at.FLOW + k] = 0.0
        eliminate(cells, lane, volume, conductance, first, last - 1)
        for k in range(LANES):
            lane[at.INTO + k] = lane[at.STAGE + k] * lane[at.SHALLOWER + k]
            lane[at.BACK + k] = lane[at.STAGE + k] * lane[at.DEEPER + k]
        eliminate(cells, lane, volume, conductance, last - 1, last)
    else:  # the same of one well-mixed cell
        for k in range(LANES):
            a = lane[at.STAGE + k]
            own, over = 1.0 + a * lane[at.TISSUE_LOSS + k], a * lane[at.SHALLOWER + k]
            pivot = 1.0 / (own + over)
            lane[at.MIXED + k] = lane[at.TISSUE + k] * pivot
            lane[at.MIXED_UP + k] = a * lane[at.DEEPER + k] * pivot
            lane[at.FLOW + k] = over * lane[at.MIXED + k]
            lane[at.CARRY + k] = own * lane[at.MIXED_UP + k]
    seeping = 1.0 if trapped_to_film else 0.0
    for k in range(LANES):
        a = lane[at.STAGE + k]
        freed = lane[at.FREED + k] + lane[at.LAYER + at.FREED + k]
        lane[at.FILM_OWN + k] = 1.0 + a * lane[at.FILM_LOSS + k] + lane[at.CARRY + k]
        lane[at.FILM_RIGHT + k] = lane[at.FLUID + k] + lane[at.FLOW + k] + seeping * a * freed
        lane[at.CARRY + k] = lane[at.FLOW + k] = 0.0


@inner
def solve_wound(cells: FloatArray, lane: FloatArray, volume: FloatArray, first: int, last: int,
                way: float) -> None:
    """Solve film and tissue with what the carrier hands on; move both by ``way`` towards that."""
    for k in range(LANES):
        film = ((lane[at.FILM_RIGHT + k] + lane[at.FLOW + k])
                / (lane[at.FILM_OWN + k] + lane[at.CARRY + k]))
        lane[at.FILM + k] = film
        lane[at.FILM_SUM + k] += way * lane[at.STAGE + k] * film
        lane[at.FLUID + k] += way * (film - lane[at.FLUID + k])
        lane[at.SUM + k] = lane[at.MIXED + k] + lane[at.MIXED_UP + k] * film
    if last - first > 1:
        for k in range(LANES):
            lane[at.NEXT + k] = lane[at.FILM + k]
            lane[at.KEEP + k] = lane[at.BIND + k] = 0.0
        complete(cells, lane, volume, first, last, way)
    for k in range(LANES):
        lane[at.TISSUE_SUM + k] += way * lane[at.STAGE + k] * lane[at.SUM + k]
        lane[at.TISSUE + k] += way * (lane[at.SUM + k] - lane[at.TISSUE + k])
        lane[at.NEXT + k] = lane[at.FILM + k]


@inner
def hold(lane: FloatArray, s: np.uint64, way: float) -> None:
    """Move what a layer holds by ``way`` towards the free exosomes in SUM and the bound ones.

    KEEP and BIND are those of the layer.
    """
    for k in range(LANES):
        free, was = lane[at.SUM + k], lane[s + at.CONTENT_BOUND + k]
        bound = lane[at.KEEP + k] * (was + lane[at.BIND + k] * free)
        lane[at.CARRIER_SUM + k] += way * lane[at.STAGE + k] * (free + bound)
        lane[s + at.CONTENT_FREE + k] += way * (free - lane[s + at.CONTENT_FREE + k])
        lane[s + at.CONTENT_BOUND + k] += way * (bound - was)


@inner
def tally(lane: FloatArray) -> None:
    """Add what a step moved out of carrier, film and tissue."""
    for k in range(LANES):
        lane[at.FREE + k] = lane[at.CONTENT_FREE + k] + lane[at.LAYER + at.CONTENT_FREE + k]
        lane[at.BOUND + k] = lane[at.CONTENT_BOUND + k] + lane[at.LAYER + at.CONTENT_BOUND + k]
        film, tissue = lane[at.FILM_SUM + k], lane[at.TISSUE_SUM + k]
        lane[at.LOST_CARRIER + k] += lane[at.DECAY + k] * lane[at.CARRIER_SUM + k]
        lane[at.TAKEN_UP + k] += (lane[at.FILM_UPTAKE + k] * film
                                  + lane[at.TISSUE_UPTAKE + k] * tissue)
        lane[at.SCAVENGED + k] += (lane[at.FILM_SCAVENGING + k] * film
                                   + lane[at.TISSUE_SCAVENGING + k] * tissue)
        lane[at.WASHED + k] += lane[at.WASHOUT + k] * film + lane[at.BACK_SUM + k]
        lane[at.CLEARED + k] += lane[at.CLEARANCE + k] * tissue
        lane[at.LOST_FLUID + k] += lane[at.FILM_DECAY + k] * film
        lane[at.LOST_TISSUE + k] += lane[at.TISSUE_DECAY + k] * tissue


@inner
def note(lane: FloatArray, weight: float, record: FloatArray, s: int, m: int) -> None:
    """Add the share of this size to the average of its designs."""
    for row in range(at.RECORD):
        record[s, m, row] += weight * lane[row]
