"""Where the kernels keep their numbers: rows of a tile of designs, laid out so that they vectorise.

A tile is ``TILE`` designs of which one vesicle size is marched at a time: ``TILE`` lanes. The
kernels' arrays are flat and hold rows of ``TILE`` numbers; the constants below say where each row
starts. Offsets that the compiler knows, and that are unsigned, let it see that rows do not overlap,
so that loops over lanes become vector instructions. A group of rows (of a cell, a layer)
repeats; its length stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from releasekit.transport.problem import PARTS, FloatArray

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


def is_kept(function: Any) -> bool:
    """Say whether a function has been compiled on this machine, for this version."""
    # numba names what it keeps after the line of the source; its own check is of the content
    name = f"{Path(function.py_func.__code__.co_filename).stem}.{function.__name__}"
    kept = Path(str(function.stats.cache_path))
    return any(kept.glob(f"{name}-{function.py_func.__code__.co_firstlineno}.*.nbi"))


def _rows(count: int, first: np.uint64 | None = None) -> Iterator[np.uint64]:
    start = 0 if first is None else int(first)
    return (np.uint64(start + i * TILE) for i in range(count))


# a cell: free and bound density, the stage's solution, and the share of the next cell's in it
C, B, Y, UP = _rows(4)
CELL = np.uint64(4 * TILE)

# a lane: what is recorded, in the order of PARTS
(FREE, BOUND, TRAPPED, FLUID, TISSUE, TAKEN_UP, SCAVENGED, WASHED, CLEARED, DISCARDED, LOST_CARRIER,
 LOST_FLUID, LOST_TISSUE, DISCARDED_CARRIER, APPLIED) = _rows(len(PARTS))
RECORD = len(PARTS) * TILE

# ... what stays: surface-located share, inactivation, K R_f and K V/d of the open face, partition
# between layers, rates in the film, to the tissue and back, in the tissue
GIVEN, GIVEN_COUNT = np.uint64(RECORD), 15
(SURFACE_SHARE, DECAY, FACE, RETURN, LAYER_PARTITION, FILM_UPTAKE, FILM_SCAVENGING, FILM_DECAY,
 DEEPER, SHALLOWER, TISSUE_RATE, TISSUE_UPTAKE, TISSUE_SCAVENGING, CLEARANCE,
 TISSUE_DECAY) = _rows(GIVEN_COUNT, GIVEN)

# ... what stays in a segment
(WASHOUT, VELOCITY, FILM_LOSS, TISSUE_LOSS, PRESENT) = _rows(5, TISSUE_DECAY + LANES)

# ... of a step: its length and that of a stage, the share still active, integrals over the step
(LENGTH, STAGE, ACTIVE, FILM_SUM, TISSUE_SUM, CARRIER_SUM, BACK_SUM) = _rows(7, PRESENT + LANES)

# ... of a stage: the film, well-mixed tissue; of the body that is being eliminated or completed
# what is the same in all its cells, see ``cells``, and what they hand on
(FILM, FILM_OWN, FILM_RIGHT, MIXED, MIXED_UP, OWN, UNBOUND, SEEP, INTO, BACK, KEEP, BIND, CARRY,
 FLOW, NEXT, SUM, PECLET) = _rows(17, BACK_SUM + LANES)

# ... and of each layer: what stays, what it holds, its matrix, its off-rate and what is freed in a
# step, what it goes through in a stage, its binding then and the exchange at its end
(ON, OFF, FREE_SHARE, BOUND_SHARE, HELD_SHARE, EXTENT) = _rows(6, PECLET + LANES)
(CONTENT_FREE, CONTENT_BOUND, MATRIX, RELEASING, FREED) = _rows(5, EXTENT + LANES)
(RATE, SITES, GROWN, LAYER_KEEP, LAYER_BIND, END_INTO, END_BACK) = _rows(7, FREED + LANES)
LAYER = END_BACK + LANES - ON
LANE = int(ON + np.uint64(2) * LAYER)
"""Length of all rows of a lane."""

LAYER_COUNT = 6
"""Rows of a layer that stay, from ON to EXTENT."""


def tiles(values: FloatArray, sizes: int) -> FloatArray:
    """Turn [..., lane] into [tile, ..., size, TILE]; the last design fills the last tile."""
    *before, lanes = values.shape
    over = -(lanes // sizes) % TILE
    if over:
        values = np.concatenate([values] + over * [values[..., -sizes:]], axis=-1)
    split = values.reshape(*before, -1, TILE, sizes)
    return np.ascontiguousarray(np.swapaxes(np.moveaxis(split, -3, 0), -1, -2))
