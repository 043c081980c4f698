"""The control of every study: free exosomes, dropped into the wound fluid."""

from __future__ import annotations

import numpy as np

from releasekit.carriers.black_box import black_box
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, recovery, vesicles


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of exosomes that are in the wound fluid from the start.

    The dose is what the steps of making and storing leave of ``dose_per_area``.
    """
    ves = vesicles(inputs, sizes)
    rows = inputs.rows
    time = np.stack([np.zeros(rows), inputs["duration"]])
    lanes = black_box(inputs, ves, time, np.ones((2, rows)), np.ones(rows), sieve=False)
    # as the control of a gel that is fed as a concentration there is no such dose, nor need of it
    fed = inputs.get("dose_per_area")
    left = recovery(inputs)
    return Lowered((Body(lanes, ves.weight, np.ones(rows)),),
                   np.full(rows, np.nan) if fed is None else fed * left, left)
