"""Where the kernel keeps its numbers: rows of a tile of lanes, laid out so that they vectorise.

A tile is ``TILE`` lanes that are marched together. The kernel's arrays are flat and hold rows of
``TILE`` numbers; the constants below say where each row starts. Offsets that the compiler knows,
and that are unsigned, let it see that rows do not overlap, so that loops over lanes become vector
instructions. A group of rows (of a cell, a section ...) repeats; its length stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit

from releasekit.transport.problem import PARTS

TILE = 32
LANES = np.uint64(TILE)


def jit(function: Any) -> Any:
    """Compile a function once per machine; it then runs without the interpreter's lock."""
    return njit(cache=True, nogil=True, error_model="numpy")(function)


def inner(function: Any) -> Any:
    """Compile a function that only compiled functions call: quicker, it needs no way in."""
    options: Any = njit
    return options(cache=True, nogil=True, error_model="numpy", no_cpython_wrapper=True,
                   no_cfunc_wrapper=True)(function)


def _rows(count: int) -> Iterator[np.uint64]:
    return (np.uint64(i * TILE) for i in range(count))


# a cell: free and bound density, the stage's solution, and the share of the next cell's in it
C, B, Y, UP = _rows(4)
CELL = np.uint64(4 * TILE)

# a section (layer, film or tissue) in one stage, see ``chain``; the exchange between its cells,
# that of one face with convection, and that at its end
OWN, UNBOUND, BIND, KEEP, SEEP, INTO, BACK, FACE_INTO, FACE_BACK, END_INTO, END_BACK = _rows(11)
SECTION = np.uint64(11 * TILE)

# an eroding body in one stage, see ``receding``: these in place of their namesakes in a section
OWN_FREE, LET_GO, OWN_BOUND, DRIFT = OWN, UNBOUND, KEEP, BACK

# a cell of an eroding body in one stage: the bound solution, and the shares in it (free, bound) and
# in the free one (bound) of those of the next cell; UP is that of free in free
Z, FREE_BOUND, BOUND_FREE, BOUND_BOUND = _rows(4)
BLOCK = np.uint64(4 * TILE)

# what a section holds
CONTENT_FREE, CONTENT_BOUND = _rows(2)
CONTENT = np.uint64(2 * TILE)

# what the elimination hands on from cell to cell; the Péclet number of a face
CARRY, FLOW, PECLET = _rows(3)
# and in an eroding body for what is bound, and from free to bound and back
CARRY_BOUND, FLOW_BOUND, FREE_LINK, BOUND_LINK = tuple(_rows(7))[3:]

# a layer in one stage of one step: see ``course``
RATE, ON, OFF, SEEPED, EXTENT, VOLUME = _rows(6)
COURSE = np.uint64(6 * TILE)

# an eroding layer has besides: its drift, and trapped exosomes shed at its face
DRIFTING, SHED = COURSE, COURSE + LANES
ERODING = np.uint64(8 * TILE)

# a lane in a segment: see ``chain``
(PARTITION, CARRIER_INACTIVATION, FILM_RESISTANCE, PER_FILM_DEPTH, FILM_UPTAKE, FILM_SCAVENGING,
 FILM_INACTIVATION, TO_TISSUE, FROM_TISSUE, TISSUE_RATE, TISSUE_UPTAKE, TISSUE_SCAVENGING,
 TISSUE_CLEARANCE, TISSUE_INACTIVATION, LAYER_PARTITION, WASHOUT, VELOCITY) = _rows(17)

# a record
(FREE, BOUND, TRAPPED, FLUID, TISSUE, TAKEN_UP, SCAVENGED, WASHED, CLEARED, DISCARDED, LOST_CARRIER,
 LOST_FLUID, LOST_TISSUE, DISCARDED_CARRIER, APPLIED) = _rows(len(PARTS))
RECORD = len(PARTS)
