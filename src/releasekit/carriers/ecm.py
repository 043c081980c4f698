"""Decellularised extracellular matrix: a network of fibres that binds, alone or holding a gel.

Fibres hinder the fluid (or gel) between them, macropores such as empty vessels do not; both are
mixed as an effective medium. Exosomes bind to sites on the fibres. Enzymes take fibres and sites
alike: with p(t) the share left, fibre volume and sites are p times those at the start, bound
exosomes leave with their fibres, and what was held for good leaves too.

The vesicles of the matrix itself are a blank to subtract; they are not in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.downstream import downstream
from releasekit.carriers.gel_laws import Laws, bound_ratio, with_macropores
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, Vesicles, dose, lanes_of, vesicles
from releasekit.carriers.phases import (
    Part,
    filling,
    given_diffusivity,
    loading_notes,
    loss_nodes,
    pore_medium,
    solid_left,
    warn_if,
)
from releasekit.physics import binding, fibres
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

FIBRE_LIMIT = 0.1
"""Fibre volume fraction up to which the laws of fibre networks are meant."""
BLANK_LIMIT = 0.1
"""Vesicles of the matrix itself over those loaded, above which a user is told."""


def _phillips(fibre: Inputs, known: dict[str, Any], left: FloatArray) -> FloatArray:
    if "hydraulic_permeability" in fibre:  # κ ~ 1/φ: the leading term of all fibre networks
        permeability = fibre.column("hydraulic_permeability", 3) / left
    else:
        permeability = fibre.call(fibres.permeability_jackson_james, 3, **known)
    return fibre.call(fibres.brinkman_phillips, 3, hydraulic_permeability=permeability, **known)


def _ogston(fibre: Inputs, known: dict[str, Any], left: FloatArray) -> FloatArray:
    return fibre.call(fibres.fibres_ogston, 3, **known)


FIBRE_MOBILITIES: dict[str, tuple[Callable[..., FloatArray], Laws]] = {
    "phillips": (_phillips, (fibres.brinkman_phillips, fibres.permeability_jackson_james)),
    "ogston": (_ogston, (fibres.fibres_ogston,)),
}
"""Mobility between fibres over that in what lies between them: name -> how, and the laws."""
FIBRE_LOSSES = ("hydrolysis", "hydrolysis-ph", "enzyme", "michaelis-menten", "stimulus")
"""The ways of losing a solid that a matrix of fibres may choose from."""


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a table of decellularised matrices: slabs, one face open.

    Facts of the fibres come from the matrix, those of a gel between them from the polymer; the
    gel binds nothing.

    Parameters
    ----------
    inputs
        The table of designs.
    sizes
        Vesicle sizes per design.
    """
    fibre = Part(inputs, "matrix", "exosome", "wound")
    ves = vesicles(fibre, sizes)
    gel = filling(inputs, "polymer")
    left = solid_left(fibre)
    time = loss_nodes(fibre, left, *([gel.left] if gel else []))
    matrix = np.minimum.accumulate(np.clip(left(time), 0.0, 1.0), axis=1)
    fraction = fibre_fraction(fibre)
    relative = _relative(fibre, ves, pore_medium(gel, ves, time), fraction, matrix,
                         time)
    log_mobility = np.log(np.maximum(
        relative * ves.free_diffusivity[:, :, None] / fibre.column("thickness", 3) ** 2, 1e-100))

    ratio, off = bound_ratio(fibre)
    surface, held = fibre["surface_located_fraction"], fibre["irreversible_fraction"]
    inside = 1.0 - surface
    free = inside * (1.0 - held) * binding.free_fraction(ratio)
    beyond = downstream(fibre, ves, relative[..., 0])
    if "partition_coefficient" not in fibre:
        beyond["partition"] = fibre.call(
            fibres.accessible_volume_ogston, 2, particle_radius=0.5 * ves.diameter,
            polymer_volume_fraction=fraction[:, None]).ravel()
    lanes = Lanes(
        shape_exponent=0, trapped_to_film=False, extent=lanes_of(fibre["thickness"], sizes),
        volume_per_area=lanes_of(fibre["thickness"], sizes), node_time=lanes_of(time.T, sizes),
        log_mobility=log_mobility.reshape(inputs.rows * sizes, -1).T,
        matrix=lanes_of(matrix.T, sizes), stretch=np.ones((time.shape[1], inputs.rows * sizes)),
        on_rate=lanes_of(ratio * off, sizes), off_rate=lanes_of(off, sizes),
        free_share=lanes_of(free, sizes),
        bound_share=lanes_of(inside * (1.0 - held) - free, sizes),
        trapped_share=lanes_of(inside * held, sizes), surface_share=lanes_of(surface, sizes),
        carrier_inactivation=lanes_of(fibre["carrier_inactivation_rate"], sizes), **beyond)

    active, recovery = dose(fibre)
    middle = np.argmin(np.abs(ves.diameter - fibre["vesicle_diameter_median"][:, None]), axis=1)
    each = np.arange(inputs.rows)
    free_diffusivity = ves.free_diffusivity[each, middle]
    properties = {
        "effective_diffusivity": relative[each, middle, 0] * free_diffusivity,
        "free_diffusivity": free_diffusivity, "polymer_volume_fraction": fraction,
        "mesh_size_median": fibre_spacing(fibre, fraction), "thickness": fibre["thickness"],
        "exosome_concentration": active / recovery / fibre["thickness"],
    }
    notes = loading_notes(fibre, properties["exosome_concentration"])
    notes += warn_if(fraction > FIBRE_LIMIT,
                     f"fibres take more than {FIBRE_LIMIT:.0%} of the matrix between its "
                     "macropores: beyond what the laws of fibre networks are meant for")
    blank = fibre.limit("endogenous_vesicle_concentration")
    if blank is not None:
        properties["endogenous_vesicle_concentration"] = blank
        notes += warn_if(blank > BLANK_LIMIT * properties["exosome_concentration"],
                         f"the matrix holds vesicles of its own, more than {BLANK_LIMIT:.0%} of "
                         "the load: subtract a blank from any count")
    return Lowered((Body(lanes, ves.weight, np.ones(inputs.rows)),), active, recovery, properties,
                   notes)


def fibre_fraction(fibre: Inputs) -> FloatArray:
    """Return the volume fraction of wet fibres in the matrix between its macropores, [row]."""
    overall = fibre["matrix_concentration"] * fibre["hydrated_specific_volume"]
    between = 1.0 - fibre.get_or("macropore_fraction", 0.0)
    return np.clip(overall / np.maximum(between, 0.05), 1e-6, 0.9)


def fibre_spacing(fibre: Inputs, fraction: FloatArray) -> FloatArray:
    """Return the width of the gaps between fibres at a volume fraction [row] or [row, node]."""
    return 2.0 * fibres.fibre_mean_distance(fibre.call(
        fibres.fibre_length_density, fraction.ndim, polymer_volume_fraction=fraction))


def _relative(fibre: Inputs, ves: Vesicles, medium: FloatArray, fraction: FloatArray,
              matrix: FloatArray, time: FloatArray) -> FloatArray:
    """Return the mobility in the carrier over that in fluid, [row, size, node]."""
    given = given_diffusivity(fibre, ves, time)
    if given is not None:
        return given / ves.free_diffusivity[:, :, None]
    left = np.maximum(matrix, 1e-9)[:, None, :]
    known = {"particle_radius": 0.5 * ves.diameter[:, :, None],
             "polymer_volume_fraction": fraction[:, None, None] * left}
    law = FIBRE_MOBILITIES[fibre.model("mobility", "phillips")][0]
    mixed = with_macropores(fibre, law(fibre, known, left), ves.diameter[:, :, None])
    return np.minimum(medium * mixed, 1.0)
