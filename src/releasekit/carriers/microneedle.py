"""Microneedle patches: an array of cones, partly in the tissue, partly in the wound fluid.

The part of each needle that is inserted releases into the tissue, the part near the base into the
wound fluid, and a share of the dose may stay in the backing until the patch is taken away. A
needle is cut into slices across its axis: exosomes leave sideways, diffusion along the axis is
neglected (1.5 % low at first and 6 % long in the mean time for needles four times as high as the
radius of their base). What is released in the tissue does not come back to the fluid. Tissue
around needles is mixed, behind the resistance of a round cell of tissue about each needle. In a
release medium the whole needle lies in that medium. Weak needles are no error: their
``needle_safety_ratio`` says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from releasekit.carriers.needle_patch import Part, Patch, mechanics, parts, patch, slices
from releasekit.carriers.phases import loading_notes
from releasekit.errors import InputError, Problem
from releasekit.physics import needle_array
from releasekit.transport.problem import Action, Lanes

FloatArray = NDArray[np.float64]

SLICES = {"report": (6, 4), "screen": (4, 3)}
"""Slices of the part in the tissue (or of a needle in a medium) and of the part in the fluid."""
REPORT_SIZES = 16
"""From so many vesicle sizes on a run is a report, with fewer a screening."""


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
    ves, needle = vesicles(inputs, sizes), patch(inputs, kind)
    pieces = parts(inputs, needle, kind)
    backing = inputs.get_or("backing_dose_fraction", 0.0)
    per_dose = needle.layer / np.maximum(1.0 - backing, 1e-9)
    if kind in ("dissolving", "coated"):
        receding = coating(inputs) if kind == "coated" else dissolving(inputs, needle.tip_ratio)
        bodies = [_receding_body(inputs, ves, part, receding, kind) for part in pieces]
        properties = {"dissolution_time": receding.dissolution_time}
    else:
        bodies, properties = _matrix_bodies(inputs, ves, needle, pieces, per_dose, kind, ester)
    bodies = [replace(body, share=body.share * (1.0 - backing)) for body in bodies]
    if np.any(backing > 0.0):
        ends = np.stack([np.zeros(inputs.rows), inputs["duration"]])
        stays = black_box(inputs, ves, ends, np.ones((2, inputs.rows)), np.zeros(inputs.rows))
        bodies.append(Body(stays, ves.weight, backing))
    active, recovery = dose(inputs, per_dose)
    properties |= mechanics(inputs, needle) | {
        "needle_volume": needle.volume, "needle_pitch": needle.pitch,
        "exosome_concentration": active / recovery / per_dose}
    notes = loading_notes(inputs, properties["exosome_concentration"])
    if inputs.word("tips") == "separable" and inputs.word("carrier_at_change") == "replace":
        notes += ("tips left in the tissue are counted as discarded when a fresh patch is put on",)
    return Lowered(tuple(_made(body, needle.failed) for body in bodies), active, recovery,
                   properties, notes, needle.failed)


def _check(inputs: Inputs, kind: str, ester: bool) -> None:
    where, law = inputs.formulation.path, inputs.model("degradation", "")
    if kind == "biodegradable" and law and law not in ESTER_LAWS:
        raise InputError(Problem("biodegradable needles lose esters", key="models.degradation",
                                 file=where, suggestion=f"one of {', '.join(ESTER_LAWS)}"))
    if kind == "swellable" and ester:
        raise InputError(Problem("swellable needles are no polyester", key="models.degradation",
                                 file=where, suggestion='needle_kind = "biodegradable"'))


def _receding_body(inputs: Inputs, ves: Vesicles, part: Part, receding: Receding,
                   kind: str) -> Body:
    """Return a part that goes from outside: what has gone is in the fluid or the tissue."""
    left = receding.height_fraction
    if kind == "dissolving":
        left = needle_array.part_remaining(left, part.low, part.high)
    lanes = black_box(inputs, ves, receding.time, left, np.zeros(inputs.rows))
    if part.in_tissue:
        lanes = _in_tissue(inputs, lanes, lanes.film_resistance)
    return Body(lanes, ves.weight, part.share, part.in_tissue)


def _matrix_bodies(inputs: Inputs, ves: Vesicles, needle: Patch, pieces: list[Part],
                   per_dose: FloatArray, kind: str, ester: bool
                   ) -> tuple[list[Body], dict[str, FloatArray]]:
    """Return the parts of needles that hold their load in a matrix, slice by slice."""
    rows, count = ves.diameter.shape
    properties = {}
    lag = np.zeros(rows)
    if kind == "core-shell":
        lag = properties["dissolution_time"] = coating(inputs).dissolution_time
    most, fewer = SLICES["report" if count >= REPORT_SIZES else "screen"]
    whole = len(pieces) == 1
    cuts = [slices(part, most if part.in_tissue or whole else fewer) for part in pieces]
    radius = np.concatenate([place for place, _ in cuts], axis=1) * needle.core_radius[:, None]
    inside = (degrading_polyester if ester else gel)(inputs, ves, radius, lag)
    relative = inputs["vesicle_diameter_median"][:, None] / ves.diameter
    bodies, first = [], 0
    for part, (_, weight) in zip(pieces, cuts, strict=True):
        chosen = slice(first, first + len(weight))
        lanes = _lanes(inputs, ves, radius[:, chosen], inside, chosen, per_dose)
        if part.in_tissue:
            resistance = inputs.call(
                needle_array.tissue_resistance, 3, radius=radius[:, None, chosen],
                needle_pitch=needle.per_area[:, None, None] ** -0.5,
                tissue_diffusivity=(inputs["tissue_diffusivity"][:, None] * relative)[:, :, None])
            lanes = _in_tissue(inputs, lanes, resistance.ravel())
        weights = np.outer(ves.weight, weight).ravel()
        bodies.append(Body(lanes, weights, part.share, part.in_tissue))
        first = chosen.stop
    each, middle = np.arange(rows), np.argmin(np.abs(relative - 1.0), axis=1)
    properties |= inside.properties | {
        "effective_diffusivity": inside.diffusivity[each, middle, 0],
        "free_diffusivity": ves.free_diffusivity[each, middle]}
    return bodies, properties


def _lanes(inputs: Inputs, ves: Vesicles, radius: FloatArray, inside: Matrix, chosen: slice,
           per_dose: FloatArray) -> Lanes:
    """Return lanes (row, vesicle size, slice) that meet the wound fluid."""
    rows, slice_count = radius.shape
    count = ves.diameter.shape[1]
    each = count * slice_count
    opened, stretch = inside.opened[:, chosen], inside.stretch[:, chosen]
    rate = opened / (radius[:, :, None] * stretch) ** 2
    log_mobility = np.log(np.maximum(inside.diffusivity[:, :, None] * rate[:, None], 1e-100))
    beyond: dict[str, Any] = {
        name: np.repeat(value, slice_count, axis=-1) if isinstance(value, np.ndarray) else value
        for name, value in downstream(inputs, ves, np.zeros((rows, count))).items()}

    def lane(per_row: FloatArray) -> FloatArray:
        return lanes_of(per_row, each)

    def slice_lane(per_slice: FloatArray) -> FloatArray:
        return np.repeat(per_slice[:, None], count, axis=1).reshape(rows * each, -1).T

    return Lanes(
        shape_exponent=1, trapped_to_film=False, extent=slice_lane(radius)[0],
        volume_per_area=lane(per_dose), node_time=lane(inside.time.T),
        log_mobility=log_mobility.reshape(rows * each, -1).T, matrix=lane(inside.left.T),
        stretch=slice_lane(stretch), on_rate=lane(inside.on_rate), off_rate=lane(inside.off_rate),
        free_share=lane(inside.free), bound_share=lane(inside.bound),
        trapped_share=lane(inside.trapped), surface_share=lane(inside.surface),
        carrier_inactivation=lane(inputs["carrier_inactivation_rate"]), **beyond)


def _in_tissue(inputs: Inputs, lanes: Lanes, resistance: FloatArray) -> Lanes:
    """Put lanes into the tissue: it takes the place of the wound fluid, and nothing lies behind.

    Separable tips stay when the patch is taken away or discarded.
    """
    none = np.zeros(len(lanes))

    def lane(per_row: FloatArray) -> FloatArray:
        return lanes_of(per_row, len(lanes) // inputs.rows)

    stay = inputs.word("tips") == "separable"
    return replace(
        lanes, film_resistance=resistance, tissue_cells=1,
        film_depth=lane(inputs["tissue_depth"] * inputs["tissue_accessible_fraction"]),
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
