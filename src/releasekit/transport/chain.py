"""The general path: a chain of finite volumes from the back of the carrier into the tissue.

The cells of one or two layers of the carrier, the fluid film (one cell) and the tissue exchange
exosomes with their neighbours only, so each stage of a time step is one scalar tridiagonal system.
Time is marched with SDIRK2 (γ = 1 - 1/√2: L-stable, stiffly accurate, second order): two stages of
length a = γ h. In cell i, of volume V_i, of a section (a layer, the film, the tissue) a stage
finds the density y_i of free exosomes and z_i of bound ones from the densities c_i and b_i::

    V_i (1 + a k_i + a k_on) y_i + (into_i + back_{i-1}) y_i
        = V_i (c_i + a k_off z_i + a s) + into_{i-1} y_{i-1} + back_i y_{i+1}
    (1 + a k_i + a k_off) z_i = b_i + a k_on y_i

where ``into`` is the transfer to the next cell and ``back`` that from it. Without the bound ones::

    V_i own y_i + (into_i + back_{i-1}) y_i
        = V_i (c_i + unbound b_i + a s) + into_{i-1} y_{i-1} + back_i y_{i+1}

    keep = 1/(1 + a (k_off + k_i))          z_i = keep (b_i + bind y_i)
    own = (1 + a k_i)(1 + a k_on keep)      unbound = a k_off keep,  bind = a k_on

What leaves a section is integrated with the weights of the stages, so amounts add up to round-off
at any step size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.transport import rows as at
from releasekit.transport.course import GAMMA
from releasekit.transport.problem import FloatArray
from releasekit.transport.rows import LANES, TILE, inner, jit

BEYOND = (1.0 - GAMMA) / GAMMA
"""The second stage starts from the old state moved this far towards the first stage's solution."""


class Chain(NamedTuple):
    """The sections of a chain: one or two layers, the film, the tissue.

    ``ends`` [section] are the cells after the last of each, ``volume`` [cell] shares of a section,
    ``conductance`` [cell] area over distance to the next cell of the section and ``spacing`` that
    distance, ``inner_distance``, ``outer_distance`` and ``surface_distance`` as in ``Mesh``.
    """

    layers: int
    ends: NDArray[np.int64]
    volume: FloatArray
    conductance: FloatArray
    spacing: FloatArray
    inner_distance: float
    outer_distance: float
    surface_distance: float
    shape_exponent: int
    trapped_to_film: bool
    windy: bool


@jit
def march(chain: Chain, present: float, given: FloatArray, course: FloatArray, length: FloatArray,
          freed: FloatArray, lost: FloatArray, cells: FloatArray, ledger: FloatArray,
          record: FloatArray) -> None:
    """March all tiles through one segment.

    Parameters
    ----------
    chain
        The sections.
    present
        1 with a carrier on the wound, 0 without.
    given, course : shapes (tile, ...), (tile, stage, ...)
        What is constant in the segment and what changes.
    length, freed, lost : shape (tile, step, TILE)
        Length a of the stages [s], trapped exosomes freed and inactivated in each step.
    cells, ledger : shape (tile, ...)
        State of the cells, amounts of ``PARTS``; changed.
    record : shape (part of each step end, lane)
        Filled with the ledger at the start and after each step.
    """
    tiles, count = length.shape[:2]
    sections = len(chain.ends)
    section = np.zeros(sections * 11 * TILE)
    content, hand = np.zeros(sections * 2 * TILE), np.zeros(3 * TILE)
    for q in range(sections):
        for k in range(LANES):
            section[np.uint64(q) * at.SECTION + at.KEEP + k] = 1.0
    for tile in range(tiles):
        _note(ledger[tile], tile, 0, record)
        for m in range(count):
            a = length[tile, m]
            for stage in range(2):
                now = course[tile, 2 * m + stage]
                _set_layers(chain, a, given[tile], now, section)
                _set_ends(chain, present, a, given[tile], now, section, hand)
                _set_wound(chain, a, given[tile], now, section)
                _solve(chain, a, given[tile], now, section, cells[tile], hand)
                way = 1.0 if stage else BEYOND
                for q in range(sections):
                    _advance(chain, q, way, section, cells[tile], content)
                weight = (GAMMA if stage else 1.0 - GAMMA) / GAMMA
                _tally(chain, weight, a, given[tile], now, cells[tile], content, ledger[tile])
            _balance(chain, freed[tile, m], lost[tile, m], content, ledger[tile])
            _note(ledger[tile], tile, m + 1, record)


# the coefficients of a stage --------------------------------------------------------------------

@inner
def _set_layers(chain: Chain, a: FloatArray, given: FloatArray, now: FloatArray,
                section: FloatArray) -> None:
    """Set binding, inactivation and diffusion in each layer."""
    for q in range(chain.layers):
        s, of = np.uint64(q) * at.SECTION, np.uint64(q) * at.COURSE
        seeping = 0.0 if chain.trapped_to_film else 1.0
        for k in range(LANES):
            lost = a[k] * given[at.CARRIER_INACTIVATION + k]
            off = a[k] * now[of + at.OFF + k]
            on = a[k] * now[of + at.ON + k]
            keep = 1.0 / (1.0 + off + lost)
            section[s + at.KEEP + k] = keep
            section[s + at.OWN + k] = (1.0 + lost) * (1.0 + on * keep)
            section[s + at.UNBOUND + k] = off * keep
            section[s + at.BIND + k] = on
            section[s + at.SEEP + k] = seeping * a[k] * now[of + at.SEEPED + k]
            section[s + at.INTO + k] = a[k] * now[of + at.RATE + k]
            section[s + at.BACK + k] = a[k] * now[of + at.RATE + k]


@inner
def _set_ends(chain: Chain, present: float, a: FloatArray, given: FloatArray, now: FloatArray,
              section: FloatArray, hand: FloatArray) -> None:
    """Set the exchange between two layers and that between the open face and the film.

    Between layers half a cell of each stand in series, at the open face half a cell and the film.
    """
    outer = np.uint64(chain.layers - 1)
    s, of = outer * at.SECTION, outer * at.COURSE
    for k in range(LANES):
        extent = now[of + at.EXTENT + k]
        resistance = (chain.surface_distance / (now[of + at.RATE + k] * extent)
                      + given[at.PARTITION + k] * given[at.FILM_RESISTANCE + k])
        face = a[k] * (chain.shape_exponent + 1.0) / (extent * resistance)
        section[s + at.END_INTO + k] = face
        section[s + at.END_BACK + k] = (present * face * now[of + at.VOLUME + k]
                                        * given[at.PARTITION + k] * given[at.PER_FILM_DEPTH + k])
        hand[at.PECLET + k] = given[at.VELOCITY + k] * resistance
    if chain.windy:
        _blow(s + at.END_INTO, s + at.END_BACK, hand, section)
    if chain.layers == 2:
        for k in range(LANES):
            inner, extent = now[at.EXTENT + k], now[of + at.EXTENT + k]
            K = given[at.LAYER_PARTITION + k]
            resistance = (K * chain.inner_distance / (now[at.RATE + k] * inner)
                          + chain.outer_distance / (now[of + at.RATE + k] * extent))
            section[at.END_INTO + k] = a[k] * K / (resistance * inner)
            section[at.END_BACK + k] = a[k] / (resistance * extent)
            hand[at.PECLET + k] = given[at.VELOCITY + k] * resistance
        if chain.windy:
            _blow(at.END_INTO, at.END_BACK, hand, section)


@inner
def _bernoulli(x: float) -> float:
    """Return x/(exp(x) - 1): the exponentially fitted weight of convection against diffusion."""
    if abs(x) < 1e-8:
        return 1.0 - 0.5 * x
    return x / np.expm1(min(x, 600.0))  # type: ignore[no-any-return]


@inner
def _blow(into: np.uint64, back: np.uint64, hand: FloatArray, section: FloatArray) -> None:
    """Let convection towards the back bear on an exchange; the Péclet number is at hand."""
    for k in range(LANES):
        b = _bernoulli(hand[at.PECLET + k])
        section[into + k] *= b
        section[back + k] *= b + hand[at.PECLET + k]  # B(-p) = B(p) + p


@inner
def _set_wound(chain: Chain, a: FloatArray, given: FloatArray, now: FloatArray,
               section: FloatArray) -> None:
    """Set the losses of film and tissue, and the exchange between them."""
    film = np.uint64(chain.layers) * at.SECTION
    tissue = film + at.SECTION
    seeping = 1.0 if chain.trapped_to_film else 0.0
    for k in range(LANES):
        section[film + at.OWN + k] = 1.0 + a[k] * (
            given[at.WASHOUT + k] + given[at.FILM_UPTAKE + k] + given[at.FILM_SCAVENGING + k]
            + given[at.FILM_INACTIVATION + k])
        section[film + at.SEEP + k] = seeping * a[k] * now[at.SEEPED + k]
        section[film + at.END_INTO + k] = a[k] * given[at.TO_TISSUE + k]
        section[film + at.END_BACK + k] = a[k] * given[at.FROM_TISSUE + k]
        section[tissue + at.OWN + k] = 1.0 + a[k] * (
            given[at.TISSUE_UPTAKE + k] + given[at.TISSUE_SCAVENGING + k]
            + given[at.TISSUE_CLEARANCE + k] + given[at.TISSUE_INACTIVATION + k])
        section[tissue + at.INTO + k] = a[k] * given[at.TISSUE_RATE + k]
        section[tissue + at.BACK + k] = a[k] * given[at.TISSUE_RATE + k]


# one stage ---------------------------------------------------------------------------------------

@inner
def _solve(chain: Chain, a: FloatArray, given: FloatArray, now: FloatArray, section: FloatArray,
           cells: FloatArray, hand: FloatArray) -> None:
    """Solve the chain: eliminate from the back of the carrier to the tissue, then substitute."""
    for k in range(LANES):
        hand[at.FLOW + k] = 0.0
        # convected out through the back
        hand[at.CARRY + k] = a[k] * given[at.VELOCITY + k] / now[at.EXTENT + k]
    first = 0
    for q in range(len(chain.ends)):
        s, last = np.uint64(q) * at.SECTION, chain.ends[q] - 1
        if chain.windy and q < chain.layers:
            for i in range(first, last):
                _set_windy_face(chain.spacing[i], given, now, np.uint64(q) * at.COURSE, s, section,
                                hand)
                _eliminate(chain, i, i + 1, s, s + at.FACE_INTO, s + at.FACE_BACK, section, cells,
                           hand)
        else:
            _eliminate(chain, first, last, s, s + at.INTO, s + at.BACK, section, cells, hand)
        _eliminate(chain, last, last + 1, s, s + at.END_INTO, s + at.END_BACK, section, cells,
                   hand)
        first = last + 1
    _substitute(0, first, cells)


@inner
def _substitute(first: int, count: int, cells: FloatArray) -> None:
    """Complete the solution, from the last cell but one to the first."""
    for i in range(count - 2, first - 1, -1):
        cell = np.uint64(i) * at.CELL
        for k in range(LANES):
            cells[cell + at.Y + k] += cells[cell + at.UP + k] * cells[cell + at.CELL + at.Y + k]


@inner
def _set_windy_face(spacing: float, given: FloatArray, now: FloatArray, of: np.uint64,
                    s: np.uint64, section: FloatArray, hand: FloatArray) -> None:
    """Set the exchange between two cells of a layer with convection."""
    for k in range(LANES):
        hand[at.PECLET + k] = given[at.VELOCITY + k] * spacing / (
            now[of + at.EXTENT + k] * now[of + at.RATE + k])
        section[s + at.FACE_INTO + k] = section[s + at.INTO + k]
        section[s + at.FACE_BACK + k] = section[s + at.BACK + k]
    _blow(s + at.FACE_INTO, s + at.FACE_BACK, hand, section)


@inner
def _eliminate(chain: Chain, first: int, end: int, s: np.uint64, into: np.uint64, back: np.uint64,
               section: FloatArray, cells: FloatArray, hand: FloatArray) -> None:
    """Eliminate some cells of a section, from the back outwards."""
    for i in range(first, end):
        V, g, cell = chain.volume[i], chain.conductance[i], np.uint64(i) * at.CELL
        for k in range(LANES):
            diagonal = V * section[s + at.OWN + k] + hand[at.CARRY + k]
            pivot = 1.0 / (diagonal + g * section[into + k])
            up = g * section[back + k] * pivot
            y = (V * (cells[cell + at.C + k] + section[s + at.UNBOUND + k] * cells[cell + at.B + k]
                      + section[s + at.SEEP + k]) + hand[at.FLOW + k]) * pivot
            cells[cell + at.UP + k] = up
            cells[cell + at.Y + k] = y
            # back - into·up as a product: the difference would lose the digits of the ledger
            hand[at.CARRY + k] = diagonal * up
            hand[at.FLOW + k] = g * section[into + k] * y


@inner
def _advance(chain: Chain, q: int, way: float, section: FloatArray, cells: FloatArray,
             content: FloatArray) -> None:
    """Move the state of a section by ``way`` towards the stage's solution; sum what that holds."""
    s, held = np.uint64(q) * at.SECTION, np.uint64(q) * at.CONTENT
    for k in range(LANES):
        content[held + at.CONTENT_FREE + k] = 0.0
        content[held + at.CONTENT_BOUND + k] = 0.0
    for i in range(chain.ends[q - 1] if q > 0 else 0, chain.ends[q]):
        V, cell = chain.volume[i], np.uint64(i) * at.CELL
        for k in range(LANES):
            c, b, y = cells[cell + at.C + k], cells[cell + at.B + k], cells[cell + at.Y + k]
            z = section[s + at.KEEP + k] * (b + section[s + at.BIND + k] * y)
            cells[cell + at.C + k] = c + way * (y - c)
            cells[cell + at.B + k] = b + way * (z - b)
            content[held + at.CONTENT_FREE + k] += V * y
            content[held + at.CONTENT_BOUND + k] += V * z


# the ledger --------------------------------------------------------------------------------------

@inner
def _tally(chain: Chain, weight: float, a: FloatArray, given: FloatArray, now: FloatArray,
           cells: FloatArray, content: FloatArray, ledger: FloatArray) -> None:
    """Add what moved out of carrier, film and tissue in this stage, of a weight in the step."""
    film = np.uint64(chain.layers) * at.CONTENT
    tissue = film + at.CONTENT
    for k in range(LANES):
        h, fluid, deep = weight * a[k], content[film + k], content[tissue + k]
        inside = content[at.CONTENT_FREE + k] + content[at.CONTENT_BOUND + k]
        ledger[at.LOST_CARRIER + k] += h * given[at.CARRIER_INACTIVATION + k] * inside
        ledger[at.TAKEN_UP + k] += h * (given[at.FILM_UPTAKE + k] * fluid
                                        + given[at.TISSUE_UPTAKE + k] * deep)
        ledger[at.SCAVENGED + k] += h * (given[at.FILM_SCAVENGING + k] * fluid
                                         + given[at.TISSUE_SCAVENGING + k] * deep)
        ledger[at.WASHED + k] += h * (given[at.WASHOUT + k] * fluid + given[at.VELOCITY + k]
                                      * cells[at.Y + k] / now[at.EXTENT + k])
        ledger[at.CLEARED + k] += h * given[at.TISSUE_CLEARANCE + k] * deep
        ledger[at.LOST_FLUID + k] += h * given[at.FILM_INACTIVATION + k] * fluid
        ledger[at.LOST_TISSUE + k] += h * given[at.TISSUE_INACTIVATION + k] * deep
    if chain.layers == 2:
        for k in range(LANES):
            inside = (content[at.CONTENT + at.CONTENT_FREE + k]
                      + content[at.CONTENT + at.CONTENT_BOUND + k])
            ledger[at.LOST_CARRIER + k] += (weight * a[k] * given[at.CARRIER_INACTIVATION + k]
                                            * inside)


@inner
def _balance(chain: Chain, freed: FloatArray, lost: FloatArray, content: FloatArray,
             ledger: FloatArray) -> None:
    """Write what carrier, film and tissue hold after a step."""
    film = np.uint64(chain.layers) * at.CONTENT
    for k in range(LANES):
        ledger[at.FREE + k] = content[at.CONTENT_FREE + k]
        ledger[at.BOUND + k] = content[at.CONTENT_BOUND + k]
        ledger[at.TRAPPED + k] -= freed[k] + lost[k]
        ledger[at.LOST_CARRIER + k] += lost[k]
        ledger[at.FLUID + k] = content[film + k]
        ledger[at.TISSUE + k] = content[film + at.CONTENT + k]
    if chain.layers == 2:
        for k in range(LANES):
            ledger[at.FREE + k] += content[at.CONTENT + at.CONTENT_FREE + k]
            ledger[at.BOUND + k] += content[at.CONTENT + at.CONTENT_BOUND + k]


@inner
def _note(ledger: FloatArray, tile: int, m: int, record: FloatArray) -> None:
    """Copy the ledger of a tile into the record of all lanes."""
    for p in range(at.RECORD):
        for k in range(TILE):
            record[m * at.RECORD + p, tile * TILE + k] = ledger[p * TILE + k]
