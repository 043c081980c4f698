"""The wound side of every carrier: fluid film, tissue, exudate and dressing changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Vesicles
from releasekit.physics import wound
from releasekit.transport.problem import Action
from releasekit.transport.solve import RESOLVED_TISSUE_CELLS

FloatArray = NDArray[np.float64]

MOST_SEGMENTS = 200


def downstream(inputs: Inputs, vesicles: Vesicles,
               hindrance: FloatArray | None) -> dict[str, Any]:
    """Return the fields of ``Lanes`` beyond the open face of the carrier.

    Parameters
    ----------
    inputs
        The table of designs.
    vesicles
        Sizes and free mobility [row, size].
    hindrance : shape (row, size) [1]
        Mobility in the carrier over free mobility: exudate drags exosomes through it no faster.
        None if there is no carrier: exudate that is absorbed then takes exosomes along like
        exudate that drains.
    """
    rows, count = vesicles.diameter.shape
    boundary = inputs.word("boundary", "wound")
    lane = (rows, count)
    zero, none = np.zeros(lane), np.full(lane, np.inf)
    fields: dict[str, Any] = {
        "partition": _over(inputs.get_or("partition_coefficient", 1.0), count),
        "film_resistance": zero, "film_depth": none, "film_uptake": zero, "film_scavenging": zero,
        "film_inactivation": zero, "tissue_cells": 1, "tissue_resistance": none,
        "tissue_depth": np.ones(lane), "tissue_mobility": np.ones(lane), "tissue_uptake": zero,
        "tissue_scavenging": zero, "tissue_clearance": zero, "tissue_inactivation": zero,
    }
    through, drain = zero[:, 0], zero[:, 0]
    full = np.full(rows, np.inf)
    if boundary == "wound":
        film, tissue = inputs["fluid_film_thickness"], inputs["tissue_depth"]
        flux, absorbed = inputs["exudate_flux"], inputs.get_or("absorbed_exudate_fraction", 0.0)
        if hindrance is None:
            absorbed = zero[:, 0]
        drain, through = wound.exudate_split(flux, absorbed)
        full = wound.absorption_time(flux, absorbed, inputs.get_or("absorption_capacity", np.inf))
        open_share = inputs["tissue_accessible_fraction"]
        # a vesicle's own mobility in tissue follows Stokes-Einstein from that of the median size
        relative = inputs["vesicle_diameter_median"][:, None] / vesicles.diameter
        in_tissue = inputs["tissue_diffusivity"][:, None] * relative
        half_film = 0.5 * film[:, None] / vesicles.free_diffusivity
        fields.update(
            film_resistance=half_film, tissue_resistance=half_film, film_depth=_over(film, count),
            film_uptake=_over(inputs["fluid_uptake_rate"], count),
            film_scavenging=_over(inputs["scavenging_rate"], count),
            film_inactivation=_over(inputs["wound_inactivation_rate"], count),
            # amount over accessible depth is the concentration in the accessible part; the flux
            # is through that part too, so distance over mobility is δ/(ε D_t)
            tissue_depth=_over(tissue * open_share, count),
            tissue_mobility=open_share[:, None] ** 2 * in_tissue,
            tissue_uptake=_over(inputs["tissue_uptake_rate"], count),
            tissue_scavenging=_over(inputs["scavenging_rate"], count),
            tissue_clearance=_over(inputs["clearance_rate"], count),
            tissue_inactivation=_over(inputs["wound_inactivation_rate"], count),
            tissue_cells=1 if inputs.word("tissue", "mixed") == "mixed" else RESOLVED_TISSUE_CELLS,
        )
    elif boundary == "bath":
        fields["film_depth"] = _over(inputs["bath_volume_per_area"], count)
    elif boundary == "film":
        fields["film_resistance"] = (inputs["external_film_thickness"][:, None]
                                     / vesicles.free_diffusivity)
    if boundary != "wound":  # nothing happens in a medium unless rates of the medium are given
        for name, key in (("wound_inactivation_rate", "film_inactivation"),
                          ("fluid_uptake_rate", "film_uptake")):
            if name in inputs.formulation.given:
                fields[key] = _over(inputs[name], count)
    slip = zero if hindrance is None else hindrance
    fields.update(_schedule(inputs, count, through, drain, full, slip))
    return {key: value.reshape(*value.shape[:-2], -1) if isinstance(value, np.ndarray) else value
            for key, value in fields.items()}


def taken_off(wear: FloatArray, period: FloatArray, duration: FloatArray,
              replaced: bool) -> FloatArray:
    """Return when a patch is taken away within each period between dressing changes.

    Parameters
    ----------
    wear, period, duration : shape (row,) [s]
        Wear time of a patch, time between dressing changes, end.
    replaced
        A fresh patch is put on at each dressing change.

    Returns
    -------
    ndarray, shape (period, row) [s]
        Infinite where no patch is taken away within the period.
    """
    count = int(np.ceil(np.max(duration / period) - 1e-9))
    start = np.arange(count)[:, None] * period
    off = (start if replaced else 0.0) + wear
    within = (off >= start) & (off < np.minimum(start + period, duration * (1.0 - 1e-6)))
    return np.where(within, off, np.inf)


def _schedule(inputs: Inputs, count: int, through: FloatArray, drain: FloatArray,
              full: FloatArray, hindrance: FloatArray) -> dict[str, Any]:
    """Return segments between dressing changes; within one a dressing fills up or a patch goes.

    All rows must have the same number of dressing changes and lose their patches in the same
    periods.
    """
    rows = inputs.rows
    duration = inputs["duration"]
    every = inputs.get("dressing_change_time")
    period = duration if every is None else np.minimum(every, duration)
    changes = int(np.ceil(np.max(duration / period) - 1e-9)) - 1
    after = Action[inputs.word("carrier_at_change", "keep").upper()]
    doses = int(np.max(inputs.get_or("dose_count", 1e9)))
    removed = inputs.get_or("fluid_removed_fraction", 0.0)
    fills = bool(np.any(full < period))
    patch = taken_off(inputs.get_or("wear_time", np.inf), period, duration,
                      after == Action.REPLACE)

    starts, actions, wiped, wind, wash = [], [], [], [], []
    film = inputs.get_or("fluid_film_thickness", np.inf)

    def segment(at: FloatArray, action: Action, wipe: FloatArray, filled: FloatArray) -> None:
        starts.append(at)
        actions.append(action)
        wiped.append(wipe)
        wind.append(np.where(at < filled, through, 0.0))
        wash.append(wound.washout_rate(np.where(at < filled, drain, drain + through), film))

    for change in range(changes + 1):
        action = after if change else Action.KEEP
        if action == Action.REPLACE and change >= doses:
            action = Action.DISCARD
        start = np.minimum(change * period, duration * (1.0 - 1e-9 * (changes + 1 - change)))
        end = np.minimum((change + 1) * period, duration)
        filled = np.minimum(start + full, end - 1e-9 * (end - start)) if fills \
            else np.full(rows, np.inf)
        off, untouched = patch[change], np.zeros(rows)
        segment(start, action, removed if change else untouched, filled)
        if np.all(np.isfinite(off)):
            if fills:
                segment(np.minimum(off, filled), Action.KEEP, untouched, filled)
            segment(np.maximum(off, start), Action.DISCARD, untouched, filled)
            filled = np.maximum(off, filled)
        if fills:
            segment(filled, Action.KEEP, untouched, filled)
    shares = {"segment_start": starts, "washout": wash, "film_removed": wiped}
    fields: dict[str, Any] = {name: np.stack([_over(each, count) for each in parts])
                              for name, parts in shares.items()}
    fields["velocity"] = np.stack([each[:, None] * hindrance for each in wind])
    fields["actions"] = tuple(actions)
    return fields


def _over(per_row: FloatArray, count: int) -> FloatArray:
    return np.repeat(per_row[:, None], count, axis=1)
