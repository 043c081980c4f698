"""Scaffolds: a slab of struts or fibres with connected pores, in fluid or filled with a gel.

Exosomes start in four places: loose on the outside (free at once), in the pore fluid, adsorbed on
the struts, and embedded in them. They leave through the pores: D_pore = D_medium · f(ε)/ε with one
of the porous laws for the superficial f. Where struts go, with m(t) the share left, porosity
grows as ε = 1 - (1 - ε_0) m, the struts free what they hold, and adsorbed exosomes lose hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.downstream import downstream
from releasekit.carriers.gel_laws import Laws
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, Vesicles, dose, lanes_of, vesicles
from releasekit.carriers.phases import (
    filling,
    given_diffusivity,
    loading_notes,
    loss_nodes,
    pore_medium,
    solid_left,
    warn_if,
)
from releasekit.physics import hindrance, porous
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

POROUS: dict[str, tuple[Callable[..., FloatArray], Laws]] = {
    "maxwell": (porous.porous_maxwell, (porous.porous_maxwell,)),
    "bruggeman": (porous.porous_bruggeman, (porous.porous_bruggeman,)),
    "mackie-meares": (porous.porous_mackie_meares, (porous.porous_mackie_meares,)),
    "weissberg": (porous.porous_weissberg, (porous.porous_weissberg,)),
    "tomadakis-sotirchos": (porous.porous_tomadakis_sotirchos,
                            (porous.porous_tomadakis_sotirchos,)),
}
"""Superficial diffusivity of a porous body over that in its pores: name -> law."""
POROUS_OF_KIND = {"print": "maxwell", "fibre-mat": "tomadakis-sotirchos", "sponge": "bruggeman"}
"""The law that suits a kind of scaffold where none is chosen."""

ADSORPTIONS: dict[str, Laws] = {
    "none": (), "linear": (porous.retardation_linear,), "desorption-limited": (),
}
"""How exosomes stick to struts: linear, in equilibrium at the start and exchanging with
``desorption_rate``; or ``adsorbed_fraction`` of the dose that lets go once and for all."""

TIGHTEST = 1e-6
"""Lowest partition between pores and fluid, for vesicles that do not fit."""


class Places(NamedTuple):
    """Where the exosomes start, shares of the dose, and how the adsorbed ones exchange, [row]."""

    surface: FloatArray
    free: FloatArray
    adsorbed: FloatArray
    held: FloatArray
    on_rate: FloatArray
    off_rate: FloatArray
    crowded: NDArray[np.bool_]


def _places(inputs: Inputs, porosity: FloatArray) -> Places:
    """Share the dose out; shares that add up to more than the dose are scaled down together.

    ``irreversible_fraction`` is the part of the adsorbed exosomes that stays until its strut goes.
    """
    law = inputs.model("adsorption", "desorption-limited")
    none, surface = np.zeros(inputs.rows), inputs["surface_located_fraction"]
    embedded = inputs.get_or("embedded_fraction", 0.0)
    adsorbed = inputs["adsorbed_fraction"] if law == "desorption-limited" else none
    total = surface + embedded + adsorbed
    surface, embedded, adsorbed = (
        share / np.maximum(total, 1.0) for share in (surface, embedded, adsorbed))
    free = np.maximum(1.0 - surface - embedded - adsorbed, 0.0)
    on, off = none, np.ones(inputs.rows)
    if law != "none":
        off = inputs["desorption_rate"]
    if law == "linear":
        solid = inputs["bulk_density"] if "bulk_density" in inputs \
            else inputs["density"] * (1.0 - porosity)
        ratio = inputs.call(porous.retardation_linear, pore_volume_fraction=porosity,
                            bulk_density=solid) - 1.0
        on, adsorbed = ratio * off, free * ratio / (1.0 + ratio)
        free = free - adsorbed
    stuck = none if law == "none" else inputs["irreversible_fraction"] * adsorbed
    return Places(surface, free, adsorbed - stuck, embedded + stuck, on, off, total > 1.0 + 1e-9)


def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a table of scaffolds: slabs, one face open.

    The partition between pores and wound fluid is that of the scaffold as made; a gel in the
    pores binds nothing.

    Parameters
    ----------
    inputs
        The table of designs.
    sizes
        Vesicle sizes per design.
    """
    ves = vesicles(inputs, sizes)
    gel = filling(inputs, "filling")
    left = solid_left(inputs)
    time = loss_nodes(inputs, left, *([gel.left] if gel else []))
    matrix = np.minimum.accumulate(np.clip(left(time), 0.0, 1.0), axis=1)
    porosity = np.clip(inputs["pore_volume_fraction"], 1e-3, 1.0)
    open_now = 1.0 - (1.0 - porosity[:, None]) * matrix

    size_ratio = ves.diameter / inputs.column("pore_diameter", 2)
    wall = hindrance.pore_drag(size_ratio)  # the load is in the pores already: drag only
    medium = pore_medium(gel, ves, time) * wall[:, :, None]
    superficial = _superficial(inputs, ves, medium, open_now, time)
    pore = porous.pore_diffusivity(superficial, open_now[:, None, :])
    log_mobility = np.log(np.maximum(pore / inputs.column("thickness", 3) ** 2, 1e-100))

    start = _places(inputs, porosity)
    # superficial exudate flux over porosity is its speed; a gel holds vesicles back in it
    beyond = downstream(inputs, ves, medium[..., 0] / porosity[:, None])
    entry = (porosity[:, None] * np.maximum(1.0 - size_ratio, 0.0) ** 2).ravel()
    beyond["partition"] = np.maximum(beyond["partition"] * entry, TIGHTEST)
    lanes = Lanes(
        shape_exponent=0, trapped_to_film=False, extent=lanes_of(inputs["thickness"], sizes),
        volume_per_area=lanes_of(inputs["thickness"], sizes), node_time=lanes_of(time.T, sizes),
        log_mobility=log_mobility.reshape(inputs.rows * sizes, -1).T,
        matrix=lanes_of(matrix.T, sizes), stretch=np.ones((time.shape[1], inputs.rows * sizes)),
        on_rate=lanes_of(start.on_rate, sizes), off_rate=lanes_of(start.off_rate, sizes),
        free_share=lanes_of(start.free, sizes), bound_share=lanes_of(start.adsorbed, sizes),
        trapped_share=lanes_of(start.held, sizes), surface_share=lanes_of(start.surface, sizes),
        carrier_inactivation=lanes_of(inputs["carrier_inactivation_rate"], sizes), **beyond)

    active, recovery = dose(inputs)
    middle = np.argmin(np.abs(ves.diameter - inputs["vesicle_diameter_median"][:, None]), axis=1)
    each = np.arange(inputs.rows)
    properties = {
        "effective_diffusivity": superficial[each, middle, 0],
        "free_diffusivity": ves.free_diffusivity[each, middle],
        "pore_volume_fraction": porosity, "thickness": inputs["thickness"],
        "exosome_concentration": active / recovery / inputs["thickness"],
    }
    if gel:
        properties["mesh_size_median"] = gel.made.mesh_size_median
    notes = (*loading_notes(inputs, properties["exosome_concentration"]), *warn_if(
        start.crowded, "surface_located, embedded and adsorbed shares add up to more than the "
        "dose: scaled down"))
    return Lowered((Body(lanes, ves.weight, np.ones(inputs.rows)),), active, recovery, properties,
                   notes)


def _superficial(inputs: Inputs, ves: Vesicles, medium: FloatArray, porosity: FloatArray,
                 time: FloatArray) -> FloatArray:
    """Return the superficial diffusivity [row, size, node]: given, or by the porous law from the
    medium in the pores."""
    given = given_diffusivity(inputs, ves, time)
    if given is not None:
        return given
    kind = inputs.word("scaffold_kind", "sponge")
    law = POROUS[inputs.model("porous", POROUS_OF_KIND[kind])][0]
    return ves.free_diffusivity[:, :, None] * medium * law(porosity)[:, None, :]
