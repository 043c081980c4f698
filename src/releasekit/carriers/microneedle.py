"""Microneedle patches: an array of cones, partly in the tissue, partly in the wound fluid.

The part of each needle that is inserted releases into the tissue, the part near the base into the
wound fluid, and a share of the dose may stay in the backing. A needle is cut into slices across
its axis: exosomes leave sideways, diffusion along the axis is neglected (1.5 % low at first and
6 % late in the mean for needles four times as high as wide at the radius of their base). What is
released in the tissue does not come back to the fluid. Tissue around needles is mixed in depth,
with the resistance of a round cell of tissue about each needle. In a release medium the whole
needle lies in that medium. Weak needles are no error: their ``needle_safety_ratio`` says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.black_box import black_box
from releasekit.carriers.downstream import downstream
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, Vesicles, dose, lanes_of, vesicles
from releasekit.carriers.needle_kinds import (
    ESTER_LAWS,
    Matrix,
    Receding,
    coating,
    degrading_polyester,
    dissolving,
    gel,
)
from releasekit.carriers.phases import loading_notes
from releasekit.errors import InputError, Problem
from releasekit.physics import needle_array, needles
from releasekit.transport.problem import Action, Lanes

FloatArray = NDArray[np.float64]

SLICES = {"screen": (4, 3), "report": (6, 4)}
"""Slices of the part in the tissue (or of a needle in a medium) and of the part in the fluid."""
REPORT_SIZES = 16
"""From so many vesicle sizes on a run is a report, with fewer a screening."""


class Array(NamedTuple):
    """Needles of each row, [row]; ``core_radius`` is that of the base inside a shell."""

    base_radius: FloatArray
    tip_ratio: FloatArray
    core_radius: FloatArray
    pitch: FloatArray
    per_area: FloatArray
    volume: FloatArray
    failed: dict[int, str]


class Part(NamedTuple):
    """A part of every needle between two heights, and the share of the load in it, [row]."""

    low: FloatArray
    high: FloatArray
    share: FloatArray
    in_tissue: bool


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a table of needle patches.

    Parameters
    ----------
    inputs
        The table of designs.
    sizes
        Vesicle sizes per design.

    Raises
    ------
    InputError
        Needles of this kind do not degrade as the model says.
    """
    kind = inputs.word("needle_kind")
    ester = inputs.model("degradation", "none") in ESTER_LAWS or kind == "biodegradable"
    _check(inputs, kind, ester)
    ves = vesicles(inputs, sizes)
    array = _array(inputs, kind)
    backing = _or_zero(inputs, "backing_dose_fraction")
    parts = [part for part in _parts(inputs, array, kind) if np.any(part.share > 0.0)]
    layer = array.per_area * _loaded_volume(inputs, array, kind)
    per_dose = layer / np.maximum(1.0 - backing, 1e-9)
    if kind in ("dissolving", "coated"):
        receding = dissolving(inputs, array.tip_ratio) if kind == "dissolving" else coating(inputs)
        bodies = [_receding_body(inputs, ves, array, part, receding, kind) for part in parts]
        properties = {"dissolution_time": receding.dissolution_time}
    else:
        bodies, properties = _matrix_bodies(inputs, ves, array, parts, per_dose, kind, ester)
    bodies = [replace(body, share=body.share * (1.0 - backing)) for body in bodies]
    if np.any(backing > 0.0):
        ends = np.stack([np.zeros(inputs.rows), inputs["duration"]])
        stays = black_box(inputs, ves, ends, np.ones((2, inputs.rows)), np.zeros(inputs.rows))
        bodies.append(Body(stays, ves.weight, backing))
    active, recovery = dose(inputs, per_dose)
    properties |= _mechanics(inputs, array) | {
        "needle_volume": array.volume, "needle_pitch": array.pitch,
        "exosome_concentration": active / recovery / per_dose}
    notes = loading_notes(inputs, properties["exosome_concentration"])
    if inputs.word("tips") == "separable" and inputs.word("carrier_at_change") == "replace":
        notes += ("tips left in the tissue are counted as discarded when a fresh patch is put on",)
    return Lowered(tuple(_made(body, array.failed) for body in bodies), active, recovery,
                   properties, notes, array.failed)


def _check(inputs: Inputs, kind: str, ester: bool) -> None:
    where, law = inputs.formulation.path, inputs.model("degradation", "")
    if kind == "biodegradable" and law and law not in ESTER_LAWS:
        raise InputError(Problem("biodegradable needles lose esters", key="models.degradation",
                                 file=where, suggestion=f"one of {', '.join(ESTER_LAWS)}"))
    if kind == "swellable" and ester:
        raise InputError(Problem("swellable needles are no polyester", key="models.degradation",
                                 file=where, suggestion='needle_kind = "biodegradable"'))


# geometry ----------------------------------------------------------------------------------------

def _array(inputs: Inputs, kind: str) -> Array:
    """Return the needles, and which of them cannot be made."""
    base, tip = inputs["needle_base_radius"], inputs["needle_tip_radius"]
    count, pitch = inputs.get("needle_count"), inputs.get("needle_pitch")
    if count is None:
        pitch = inputs["needle_pitch"]
        per_area = pitch**-2.0
    else:
        per_area = count / inputs["area"]
        pitch = per_area**-0.5 if pitch is None else pitch
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
    volume = inputs.call(needles.cone_volume)
    return Array(base, tip_ratio, np.maximum(core, 1e-3 * base), pitch, per_area, volume, failed)


def _parts(inputs: Inputs, array: Array, kind: str) -> list[Part]:
    """Return the part in the tissue and the part in the fluid; in a medium there is one part."""
    tip = array.tip_ratio
    share = needle_array.part_area_share if kind == "coated" else needle_array.part_volume_share
    if inputs.word("boundary", "wound") != "wound":
        return [Part(tip, np.ones(inputs.rows), np.ones(inputs.rows), False)]
    surface = tip + (1.0 - tip) * inputs["insertion_depth_fraction"]
    inside = share(tip, surface, tip)
    return [Part(tip, surface, inside, True),
            Part(surface, np.ones(inputs.rows), 1.0 - inside, False)]


def _loaded_volume(inputs: Inputs, array: Array, kind: str) -> FloatArray:
    """Return the volume of one needle, its core or its coating."""
    if kind == "coated":
        slant = np.hypot(inputs["needle_height"], array.base_radius * (1.0 - array.tip_ratio))
        side = np.pi * array.base_radius * (1.0 + array.tip_ratio) * slant
        return np.asarray(side * inputs["film_thickness"])
    return array.volume * (array.core_radius / array.base_radius) ** 2


# bodies ------------------------------------------------------------------------------------------

def _receding_body(inputs: Inputs, ves: Vesicles, array: Array, part: Part, receding: Receding,
                   kind: str) -> Body:
    """Return a part that goes from outside: what has gone is in the fluid or the tissue."""
    left = receding.height_fraction
    if kind == "dissolving":
        left = needle_array.part_remaining(left, part.low, part.high)
    lanes = black_box(inputs, ves, receding.time, left, np.zeros(inputs.rows))
    if part.in_tissue:
        lanes = _in_tissue(inputs, lanes, lanes.film_resistance)
    return Body(lanes, ves.weight, part.share, part.in_tissue)


def _matrix_bodies(inputs: Inputs, ves: Vesicles, array: Array, parts: list[Part],
                   per_dose: FloatArray, kind: str, ester: bool
                   ) -> tuple[list[Body], dict[str, FloatArray]]:
    """Return the parts of needles that hold their load in a matrix, slice by slice."""
    rows, count = ves.diameter.shape
    properties = {}
    lag = np.zeros(rows)
    if kind == "core-shell":
        lag = properties["dissolution_time"] = coating(inputs).dissolution_time
    most, fewer = SLICES["report" if count >= REPORT_SIZES else "screen"]
    places, weights = [], []
    for part in parts:
        at_wound = inputs.word("boundary", "wound") == "wound"
        place, weight = _slices(part, fewer if at_wound and not part.in_tissue else most)
        places.append(place)
        weights.append(weight)
    radius = np.concatenate(places, axis=1) * array.core_radius[:, None]
    inside = (degrading_polyester if ester else gel)(inputs, ves, radius, lag)
    bodies, first = [], 0
    for part, weight in zip(parts, weights, strict=True):
        chosen = slice(first, first + len(weight))
        lanes = _lanes(inputs, ves, radius[:, chosen], inside, chosen, per_dose)
        if part.in_tissue:
            median = inputs["vesicle_diameter_median"][:, None]
            resistance = inputs.call(
                needle_array.tissue_resistance, 3, radius=radius[:, None, chosen],
                needle_pitch=array.per_area[:, None, None] ** -0.5,
                tissue_diffusivity=(inputs["tissue_diffusivity"][:, None] * median
                                    / ves.diameter)[:, :, None])
            lanes = _in_tissue(inputs, lanes, resistance.ravel())
        bodies.append(Body(lanes, np.outer(ves.weight, weight).ravel(), part.share,
                           part.in_tissue))
        first = chosen.stop
    middle = np.argmin(np.abs(ves.diameter - inputs["vesicle_diameter_median"][:, None]), axis=1)
    each = np.arange(rows)
    properties |= inside.properties | {
        "effective_diffusivity": inside.diffusivity[each, middle, 0],
        "free_diffusivity": ves.free_diffusivity[each, middle]}
    return bodies, properties


def _slices(part: Part, count: int) -> tuple[FloatArray, FloatArray]:
    """Return heights [row, slice] and their shares of the volume of a part.

    Gauss-Legendre in the root of the volume below: four slices are within 1.1e-3 of the released
    fraction, six within 3e-4.
    """
    nodes, weights = np.polynomial.legendre.leggauss(count)
    root = 0.5 * (nodes + 1.0)
    low, high = part.low[:, None] ** 3, part.high[:, None] ** 3
    return np.cbrt(low + (high - low) * root**2), root * weights


def _lanes(inputs: Inputs, ves: Vesicles, radius: FloatArray, inside: Matrix, chosen: slice,
           per_dose: FloatArray) -> Lanes:
    """Return lanes (row, vesicle size, slice) that meet the wound fluid."""
    rows, slices = radius.shape
    count = ves.diameter.shape[1]
    each, nodes = count * slices, inside.time.shape[1]
    opened, stretch = inside.opened[:, None, chosen], inside.stretch[:, None, chosen]
    size = radius[:, None, :, None] * stretch
    log_mobility = np.log(np.maximum(
        inside.diffusivity[:, :, None] * np.maximum(opened, 1e-9) / size**2, 1e-100))
    beyond = {
        name: value if not isinstance(value, np.ndarray) else np.repeat(value, slices, axis=-1)
        for name, value in downstream(inputs, ves, np.zeros((rows, count))).items()}

    def lane(per_row: FloatArray) -> FloatArray:
        return lanes_of(per_row, each)

    def slice_lane(per_slice: FloatArray) -> FloatArray:
        shape = (rows, count, *per_slice.shape[1:])
        return np.broadcast_to(per_slice[:, None], shape).reshape(rows * each, -1).T

    return Lanes(
        shape_exponent=1, trapped_to_film=False, extent=slice_lane(radius[:, :, None])[0],
        volume_per_area=lane(per_dose), node_time=lane(inside.time.T),
        log_mobility=log_mobility.reshape(rows * each, nodes).T, matrix=lane(inside.left.T),
        stretch=slice_lane(stretch[:, 0]), on_rate=lane(inside.on_rate),
        off_rate=lane(inside.off_rate), free_share=lane(inside.free),
        bound_share=lane(inside.bound), trapped_share=lane(inside.trapped),
        surface_share=lane(inside.surface),
        carrier_inactivation=lane(inputs["carrier_inactivation_rate"]), **beyond)


def _in_tissue(inputs: Inputs, lanes: Lanes, resistance: FloatArray) -> Lanes:
    """Put lanes into the tissue: it takes the place of the wound fluid, and nothing lies behind.

    Separable tips stay when the patch is taken away or discarded.
    """
    none = np.zeros(len(lanes))
    depth = inputs["tissue_depth"] * inputs["tissue_accessible_fraction"]

    def lane(per_row: FloatArray) -> FloatArray:
        return lanes_of(per_row, len(lanes) // inputs.rows)

    stay = inputs.word("tips") == "separable"
    return replace(
        lanes, film_resistance=resistance, film_depth=lane(depth), tissue_cells=1,
        film_uptake=lane(inputs["tissue_uptake_rate"]),
        film_scavenging=lane(inputs["scavenging_rate"]),
        film_inactivation=lane(inputs["wound_inactivation_rate"]), tissue_uptake=none,
        tissue_scavenging=none, tissue_clearance=none, tissue_inactivation=none,
        tissue_resistance=none + np.inf, velocity=0.0 * lanes.velocity,
        washout=0.0 * lanes.washout + lane(inputs["clearance_rate"]),
        film_removed=0.0 * lanes.film_removed,
        actions=tuple(Action.KEEP if stay and action == Action.DISCARD else action
                      for action in lanes.actions))


def _made(body: Body, failed: dict[int, str]) -> Body:
    """Leave out the rows that cannot be made."""
    if not failed:
        return body
    good = np.ones(len(body.share))
    good[list(failed)] = np.nan
    lanes = body.lanes
    return replace(body, lanes=replace(
        lanes, extent=lanes.extent * lanes_of(good, len(lanes) // len(good))))


# mechanics ---------------------------------------------------------------------------------------

def _mechanics(inputs: Inputs, array: Array) -> dict[str, FloatArray]:
    """Return the forces on a dry needle; an open wound bed has no stratum corneum to pierce."""
    skin = inputs["skin_strength" if inputs.word("needle_site") == "skin" else
                  "wound_bed_strength"]
    buckling = inputs.call(needles.buckling_force,
                           needle_tip_radius=array.tip_ratio * array.base_radius)
    yielding = inputs.call(needles.yield_force)
    crowd = inputs.call(needle_array.crowding_ratio, needle_pitch=array.pitch)
    insertion = inputs.call(needles.insertion_force, skin_strength=skin) * crowd
    found = {"buckling_force": buckling, "yield_force": yielding, "insertion_force": insertion,
             "needle_safety_ratio": np.asarray(
                 needles.needle_safety_ratio(buckling, yielding, insertion))}
    if "area" in inputs:
        found["array_insertion_force"] = insertion * array.per_area * inputs["area"]
    return found


def _or_zero(inputs: Inputs, name: str) -> FloatArray:
    value = inputs.get(name)
    return np.zeros(inputs.rows) if value is None else value
