"""A carrier that no transport law describes: a reservoir in front of the wound fluid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.downstream import downstream
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Vesicles, lanes_of
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

SEALED = -300.0
"""Logarithm of a mobility [1/s] so small that nothing crosses the face of a black box."""


def black_box(inputs: Inputs, ves: Vesicles, time: FloatArray, left: FloatArray,
              surface: FloatArray, sieve: bool = True) -> Lanes:
    """Return lanes of a carrier that no transport law describes: a reservoir before the film.

    Parameters
    ----------
    inputs, ves
        The table of designs and its vesicle sizes.
    time, left : shape (node, row)
        Share of the reservoir that is still in the carrier, over time.
    surface : shape (row,)
        Share of the dose that is in the wound fluid at once.
    sieve
        Absorbed exudate leaves its exosomes behind; without a carrier it takes them along.
    """
    rows, count = ves.diameter.shape
    lanes = rows * count
    one, zero = np.ones(lanes), np.zeros(lanes)
    nodes = np.ones((len(time), lanes))
    beyond = downstream(inputs, ves, np.zeros((rows, count)) if sieve else None)
    return Lanes(
        shape_exponent=0, trapped_to_film=True, extent=one * 1e-3, volume_per_area=one * 1e-3,
        node_time=lanes_of(time, count), log_mobility=nodes * SEALED,
        matrix=lanes_of(left, count), stretch=nodes, on_rate=zero, off_rate=one, free_share=zero,
        bound_share=zero, trapped_share=lanes_of(1.0 - surface, count),
        surface_share=lanes_of(surface, count),
        carrier_inactivation=lanes_of(inputs["carrier_inactivation_rate"], count), **beyond)
