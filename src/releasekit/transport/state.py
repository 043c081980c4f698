"""What the kernel carries: the arrays of the lanes, their state, the coefficients of a stage."""

from __future__ import annotations

from typing import NamedTuple

from releasekit.transport.problem import FloatArray

# rows of a record, see problem.PARTS
(FREE, BOUND, TRAPPED, FLUID, TISSUE, TAKEN_UP, SCAVENGED, WASHED, CLEARED, DISCARDED, LOST_CARRIER,
 LOST_FLUID, LOST_TISSUE, DISCARDED_CARRIER, APPLIED) = range(15)


class LaneArrays(NamedTuple):
    """The arrays of ``Lanes`` that the kernel reads."""

    extent: FloatArray
    volume_per_area: FloatArray
    node_time: FloatArray
    log_mobility: FloatArray
    matrix: FloatArray
    stretch: FloatArray
    on_rate: FloatArray
    off_rate: FloatArray
    free_share: FloatArray
    bound_share: FloatArray
    trapped_share: FloatArray
    surface_share: FloatArray
    partition: FloatArray
    carrier_inactivation: FloatArray
    film_resistance: FloatArray
    film_depth: FloatArray
    film_uptake: FloatArray
    film_scavenging: FloatArray
    film_inactivation: FloatArray
    tissue_resistance: FloatArray
    tissue_depth: FloatArray
    tissue_mobility: FloatArray
    tissue_uptake: FloatArray
    tissue_scavenging: FloatArray
    tissue_clearance: FloatArray
    tissue_inactivation: FloatArray
    velocity: FloatArray
    washout: FloatArray
    film_removed: FloatArray
    layer_partition: FloatArray


class State(NamedTuple):
    """What a block of lanes holds: free and bound ``c``, ``b`` [cell, lane], film and tissue
    ``outer`` [compartment, lane], trapped ``held`` [layer, lane], what left ``sums`` [part, lane].
    """

    c: FloatArray
    b: FloatArray
    outer: FloatArray
    held: FloatArray
    sums: FloatArray


class Stage(NamedTuple):
    """Coefficients of one stage of one step, [layer, lane]; the outer face's are [lane]."""

    a: FloatArray  # γ h, [lane]
    rate: FloatArray  # D/R²
    on: FloatArray
    off: FloatArray
    extent: FloatArray
    seep: FloatArray  # trapped exosomes freed per time
    volume_per_area: FloatArray
    open_area: FloatArray  # per wound area, 0 once the carrier is taken away
