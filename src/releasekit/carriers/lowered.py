"""What a carrier hands to the solver, and the pieces that all carriers share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.making import LOSS, RECOVERY
from releasekit.physics import mobility, processing, sizes
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

@dataclass(frozen=True)
class Vesicles:
    """Sizes of the exosomes of each row: ``diameter`` [row, size], share of each size."""

    diameter: FloatArray
    weight: FloatArray
    free_diffusivity: FloatArray


@dataclass(frozen=True)
class Body:
    """A part of the carrier that releases by itself: all of a gel, or one slice of a needle.

    Parameters
    ----------
    lanes
        Design after design, each with ``len(weights)`` lanes.
    weights : shape (lane of a design,)
        Share of each lane (vesicle size, slice) in the body; they add up to 1.
    share : shape (row,)
        Share of the dose that is in this body; the shares of all bodies add up to 1.
    in_tissue
        The body lies in the tissue: what the lanes call fluid film is tissue, and their wash-out
        is clearance. It does not exchange with the wound fluid.
    """

    lanes: Lanes
    weights: FloatArray
    share: FloatArray
    in_tissue: bool = False


@dataclass(frozen=True)
class Lowered:
    """A transport problem with what is worth knowing of it.

    ``dose_per_area`` [row] is the active dose at application, ``properties`` derived quantities
    [row] in SI by their vocabulary names, ``notes`` what a user should be told, ``failed`` rows
    that cannot be made and why.
    """

    bodies: tuple[Body, ...]
    dose_per_area: FloatArray
    recovery: FloatArray
    properties: dict[str, FloatArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    failed: dict[int, str] = field(default_factory=dict)


def vesicles(inputs: Inputs, count: int) -> Vesicles:
    """Return Gauss-Legendre sizes in cumulative probability and their mobility in the fluid."""
    diameter, weight = sizes.size_nodes(inputs["vesicle_diameter_median"],
                                        inputs["vesicle_diameter_gsd"], count)
    temperature = inputs["wound_temperature"]
    viscosity = mobility.water_viscosity(temperature)
    free = mobility.stokes_einstein(diameter, temperature[:, None], viscosity[:, None])
    return Vesicles(diameter, weight, free)


def volume_per_area(inputs: Inputs) -> FloatArray:
    """Return carrier volume per wound area: the sheet's thickness, or the packed part of it."""
    if inputs.word("shape", "sheet") == "sheet":
        return inputs["thickness"]
    return np.asarray(inputs["thickness"] * inputs["packing_fraction"])


def dose(inputs: Inputs, layer: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the active dose per area at application and the recovery through all steps.

    The dose is fed as ``dose_per_area`` or as ``exosome_concentration`` of the carrier, whose
    volume per wound area is ``layer`` (that of a sheet or packed layer by default).
    """
    if inputs.designs.get("exosome_concentration") is not None:
        fed = inputs["exosome_concentration"] * (volume_per_area(inputs) if layer is None
                                                 else layer)
    else:
        fed = inputs["dose_per_area"]
    left = recovery(inputs)
    return fed * left, left


def recovery(inputs: Inputs) -> FloatArray:
    """Return the active share left after all steps of making and storing."""
    left = [np.ones(inputs.rows)]
    for step in inputs.formulation.process:
        if step.material is None:
            left.append(np.full(inputs.rows, step.active_recovery_fraction))
        elif step.storage_time is None:
            left.append(inputs.of(step.material, RECOVERY))
        else:
            loss = inputs.of(step.material, LOSS)
            left.append(processing.storage_recovery(step.storage_time, loss))
    return processing.process_recovery(np.stack(left), axis=0)


def lanes_of(per_row: FloatArray, sizes: int) -> FloatArray:
    """Repeat rows (last axis) for every vesicle size, or flatten [..., row, size]."""
    return np.repeat(per_row, sizes, axis=-1)
