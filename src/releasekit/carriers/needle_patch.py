"""A patch of needles: its geometry, what part of each needle lies where, whether it gets in.

Heights z in a needle are counted from the point of its completed cone, as shares of the distance
to the base: the radius at z is z times that at the base, and the tip is at its radius over that
of the base.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.physics import needle_array, needles

FloatArray = NDArray[np.float64]


class Patch(NamedTuple):
    """Needles of each row, [row].

    ``core_radius`` is that of the base inside a shell, ``top`` the height up to which a needle is
    loaded, ``layer`` the volume of needle (core, coating) that holds exosomes per wound area.
    """

    tip_ratio: FloatArray
    core_radius: FloatArray
    top: FloatArray
    pitch: FloatArray
    per_area: FloatArray
    volume: FloatArray
    layer: FloatArray
    failed: dict[int, str]


class Part(NamedTuple):
    """A part of every needle between two heights, and the share of the load in it, [row]."""

    low: FloatArray
    high: FloatArray
    share: FloatArray
    in_tissue: bool


def patch(inputs: Inputs, kind: str) -> Patch:
    """Return the needles of each row, and why some of them cannot be made.

    ``needle_count`` on ``area``, or else ``needle_pitch`` on a square grid, says how many there
    are.
    """
    base, tip = inputs["needle_base_radius"], inputs["needle_tip_radius"]
    count, given = inputs.get("needle_count"), inputs.get("needle_pitch")
    if count is None:
        pitch = inputs["needle_pitch"]
        per_area = pitch**-2.0
    else:
        per_area = count / inputs["area"]
        pitch = per_area**-0.5 if given is None else given
    core = base - inputs["film_thickness"] if kind == "core-shell" else base
    reasons = {
        "needle_tip_radius: not below needle_base_radius": tip >= base,
        "needle_pitch: needles overlap at their base": pitch < 2.0 * base * (1.0 - 1e-9),
        "needle_count: more needles than fit on the area": per_area * pitch**2 > 1.0 + 1e-9,
        "film_thickness: no core is left inside the shell": core <= 0.0}
    failed: dict[int, str] = {}
    for reason, rows in reasons.items():
        for row in np.flatnonzero(rows):
            failed[int(row)] = "; ".join(filter(None, (failed.get(int(row)), reason)))
    tip_ratio = np.minimum(tip / base, 0.999)
    core = np.maximum(core, 1e-3 * base)
    loaded = inputs.get("loaded_height_fraction")
    top = np.ones(inputs.rows) if loaded is None else tip_ratio + (1.0 - tip_ratio) * loaded
    volume = inputs.call(needles.cone_volume)
    if kind == "coated":
        slant = np.hypot(inputs["needle_height"], base * (1.0 - tip_ratio))
        holds = np.pi * base * (1.0 + tip_ratio) * slant * inputs["film_thickness"]
    else:
        holds = volume * (core / base) ** 2
    holds = holds * _share(kind)(tip_ratio, top, tip_ratio)
    return Patch(tip_ratio, core, top, pitch, per_area, volume, per_area * holds, failed)


def parts(inputs: Inputs, needle: Patch, kind: str) -> list[Part]:
    """Return the loaded part in the tissue and that in the wound fluid.

    In a release medium the needle lies in the medium as a whole.
    """
    share, tip, top = _share(kind), needle.tip_ratio, needle.top
    if inputs.word("boundary", "wound") != "wound":
        return [Part(tip, top, np.ones(inputs.rows), False)]
    surface = np.minimum(tip + (1.0 - tip) * inputs["insertion_depth_fraction"], top)
    inside = np.clip(share(tip, surface, tip) / share(tip, top, tip), 0.0, 1.0)
    both = [Part(tip, surface, inside, True), Part(surface, top, 1.0 - inside, False)]
    return [part for part in both if np.any(part.share > 0.0)]


def slices(part: Part, count: int) -> tuple[FloatArray, FloatArray]:
    """Return heights [row, slice] and the shares of the slices in the volume of a part.

    Gauss-Legendre in the root of the volume below: of the released fraction of a whole needle,
    four slices are within 1.1e-3, six within 3e-4.
    """
    nodes, weights = np.polynomial.legendre.leggauss(count)
    # a slice of middle width first: among all lanes it is the one the time steps are made for
    root, weights = (np.roll(each, -(count // 2)) for each in (0.5 * (nodes + 1.0), weights))
    low, high = part.low[:, None] ** 3, part.high[:, None] ** 3
    return np.cbrt(low + (high - low) * root**2), root * weights


def mechanics(inputs: Inputs, needle: Patch) -> dict[str, FloatArray]:
    """Return the forces on a dry needle; an open wound bed has no stratum corneum to pierce."""
    skin = inputs["skin_strength" if inputs.word("needle_site") == "skin" else
                  "wound_bed_strength"]
    tip = needle.tip_ratio * inputs["needle_base_radius"]
    buckling = inputs.call(needles.buckling_force, needle_tip_radius=tip)
    yielding = inputs.call(needles.yield_force)
    crowding = inputs.call(needle_array.crowding_ratio, needle_pitch=needle.pitch)
    insertion = inputs.call(needles.insertion_force, skin_strength=skin) * crowding
    found = {"buckling_force": buckling, "yield_force": yielding, "insertion_force": insertion,
             "needle_safety_ratio": needles.needle_safety_ratio(buckling, yielding, insertion)}
    if "area" in inputs:
        found["array_insertion_force"] = insertion * needle.per_area * inputs["area"]
    return found


def _share(kind: str):  # type: ignore[no-untyped-def]
    """Return the law that says which share of the load lies between two heights."""
    return needle_array.part_area_share if kind == "coated" else needle_array.part_volume_share
