"""Bodies of finite volumes, sealed at one end and open to the film at the other.

In a stage of length a, cell i of volume V_i finds the density y_i of free exosomes and z_i of bound
ones from the densities c_i and b_i::

    V_i (1 + a k_i + a k_on) y_i + (into_i + back_{i-1}) y_i
        = V_i (c_i + a k_off z_i + a s) + into_{i-1} y_{i-1} + back_i y_{i+1}
    (1 + a k_i + a k_off) z_i = b_i + a k_on y_i

where ``into`` is the transfer to the next cell and ``back`` that from it. Without the bound ones::

    V_i own y_i + (into_i + back_{i-1}) y_i
        = V_i (c_i + unbound b_i + a s) + into_{i-1} y_{i-1} + back_i y_{i+1}

    keep = 1/(1 + a (k_off + k_i))          z_i = keep (b_i + bind y_i)
    own = (1 + a k_i)(1 + a k_on keep)      unbound = a k_off keep,  bind = a k_on

Elimination runs from the sealed end to the film; what a cell hands on is the flux ``flow`` into the
next one if that were empty, and ``carry`` by which this falls with the density there.
"""

from __future__ import annotations

import numpy as np

from releasekit.transport import rows as at
from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import CELL, LANES, inner


@inner
def eliminate(cells: FloatArray, lane: FloatArray, volume: FloatArray, conductance: FloatArray,
              first: int, last: int) -> None:
    """Eliminate the cells from ``first`` to before ``last``, outwards.

    INTO and BACK are the exchange with the next cell per conductance.
    """
    for i in range(first, last):
        V, g, cell = volume[i], conductance[i], np.uint64(i) * CELL
        for k in range(LANES):
            diagonal = V * lane[at.OWN + k] + lane[at.CARRY + k]
            over = g * lane[at.INTO + k]
            pivot = 1.0 / (diagonal + over)
            up = g * lane[at.BACK + k] * pivot
            y = (V * (cells[cell + at.C + k] + lane[at.UNBOUND + k] * cells[cell + at.B + k]
                      + lane[at.SEEP + k]) + lane[at.FLOW + k]) * pivot
            cells[cell + at.UP + k] = up
            cells[cell + at.Y + k] = y
            # back - into·up as a product: the difference would lose the digits of the ledger
            lane[at.CARRY + k] = diagonal * up
            lane[at.FLOW + k] = over * y


@inner
def complete(cells: FloatArray, lane: FloatArray, volume: FloatArray, first: int, last: int,
             way: float) -> None:
    """Solve a body from the film inwards, and move its state by ``way`` towards the solution.

    The density outside the body is in NEXT, afterwards that of its first cell; SUM is what it
    holds of free exosomes.
    """
    for k in range(LANES):
        lane[at.SUM + k] = 0.0
    for i in range(last - 1, first - 1, -1):
        _complete_cell(cells, lane, np.uint64(i) * CELL, volume[i], way)


@inner
def _complete_cell(cells: FloatArray, lane: FloatArray, cell: np.uint64, V: float,
                   way: float) -> None:
    # of its own: in a loop that runs backwards over cells the compiler finds no vector code
    for k in range(LANES):
        y = cells[cell + at.Y + k] + cells[cell + at.UP + k] * lane[at.NEXT + k]
        c, b = cells[cell + at.C + k], cells[cell + at.B + k]
        z = lane[at.KEEP + k] * (b + lane[at.BIND + k] * y)
        cells[cell + at.C + k] = c + way * (y - c)
        cells[cell + at.B + k] = b + way * (z - b)
        lane[at.NEXT + k] = y
        lane[at.SUM + k] += V * y
