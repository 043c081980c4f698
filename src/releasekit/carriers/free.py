"""The control of every study: free exosomes, dropped into the wound fluid."""

from __future__ import annotations

import numpy as np

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, black_box, vesicles


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of exosomes that are in the wound fluid from the start.

    The dose is ``dose_per_area``; nothing is lost in making.
    """
    ves = vesicles(inputs, sizes)
    rows = inputs.rows
    time = np.stack([np.zeros(rows), inputs["duration"]])
    lanes = black_box(inputs, ves, time, np.ones((2, rows)), np.ones(rows))
    return Lowered((Body(lanes, ves.weight, np.ones(rows)),), inputs["dose_per_area"],
                   np.ones(rows))
