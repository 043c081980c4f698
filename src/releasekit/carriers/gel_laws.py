"""The laws a gel may choose from: structure, mobility, degradation, connectivity, binding.

Each table says name -> (how to get it from the inputs, the laws of ``releasekit.physics`` that are
called). Carriers look the chosen name up; ``releasekit list models`` prints the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.physics import (
    binding,
    chain_growth,
    closures,
    degradation,
    erosion,
    fibres,
    gelation,
    hindrance,
    linkers,
    mobility,
    network,
    surface_erosion,
    swelling,
)

FloatArray = NDArray[np.float64]
Laws = tuple[Callable[..., FloatArray], ...]


class Network(NamedTuple):
    """The network as made, [row] each."""

    mesh_size_median: FloatArray
    polymer_volume_fraction: FloatArray
    plateau_modulus: FloatArray


# structure -------------------------------------------------------------------------------------

def swollen_fraction(inputs: Inputs) -> FloatArray:
    """Return the polymer volume fraction of the gel at use, [row]: known, or from its make."""
    known = inputs.get("polymer_volume_fraction")
    return np.clip(inputs.call(network.volume_fraction) if known is None else known, 1e-6, 0.99)


def _from_modulus(inputs: Inputs) -> Network:
    mesh = inputs.call(network.correlation_length, temperature=inputs["wound_temperature"])
    return Network(mesh, swollen_fraction(inputs), inputs["plateau_modulus"])


def _from_chemistry(inputs: Inputs) -> Network:
    temperature = inputs["wound_temperature"]
    prepared = inputs["polymer_concentration"] / inputs["density"]
    repeats = inputs["chain_molar_mass"] / inputs["repeat_molar_mass"]
    known: dict[str, Any] = {"preparation_volume_fraction": prepared, "repeat_count": repeats,
             "temperature": temperature}
    swollen = inputs.call(swelling.swollen_volume_fraction_richbourg, **known)
    mesh = inputs.call(swelling.mesh_richbourg, polymer_volume_fraction=swollen, **known)
    modulus = inputs.call(swelling.modulus_richbourg, polymer_volume_fraction=swollen, **known)
    return Network(mesh, swollen, modulus)


def _from_swelling(inputs: Inputs) -> Network:
    inputs["swelling_ratio"]  # the law has a default, this route lives by the measured number
    swollen = swollen_fraction(inputs)
    prepared = inputs["polymer_concentration"] / inputs["density"]
    strand = inputs.call(swelling.strand_molar_mass_peppas_merrill,
                         preparation_volume_fraction=prepared, polymer_volume_fraction=swollen)
    mesh = inputs.call(network.mesh_canal_peppas, polymer_volume_fraction=swollen,
                       strand_molar_mass=strand)
    return Network(mesh, swollen, np.full(inputs.rows, np.nan))


def _from_fibres(inputs: Inputs) -> Network:
    fraction = swollen_fraction(inputs)
    density = inputs.call(fibres.fibre_length_density, polymer_volume_fraction=fraction)
    distance = fibres.fibre_mean_distance(density)
    return Network(2.0 * distance, fraction, np.full(inputs.rows, np.nan))


def _from_measurement(inputs: Inputs) -> Network:
    return Network(inputs["mesh_size_median"], swollen_fraction(inputs),
                   np.full(inputs.rows, np.nan))


STRUCTURES: dict[str, tuple[Callable[[Inputs], Network], Laws]] = {
    "modulus": (_from_modulus, (network.correlation_length,)),
    "network": (_from_chemistry, (swelling.swollen_volume_fraction_richbourg,
                                  swelling.mesh_richbourg, swelling.modulus_richbourg)),
    "flory-rehner": (_from_swelling, (swelling.strand_molar_mass_peppas_merrill,
                                      network.mesh_canal_peppas)),
    "fibres": (_from_fibres, (fibres.fibre_mean_distance,)),
    "given": (_from_measurement, ()),
}
"""Routes to the mesh size: name -> how, and the laws it calls."""


# mobility --------------------------------------------------------------------------------------

def _unified(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
    return _relaxing(inputs, closures.closure_spread, d, mesh, free)


def _percolating(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
    return _relaxing(inputs, closures.closure_percolating, d, mesh, free)


def _relaxing(inputs: Inputs, law: Callable[..., FloatArray], d: FloatArray, mesh: FloatArray,
              free: FloatArray) -> FloatArray:
    ratio = inputs.call(law, 3, vesicle_diameter=d, mesh_size_median=mesh)
    if "relaxation_time" not in inputs:  # junctions that do not let go
        return ratio
    return ratio + inputs.call(mobility.constraint_release, 3, vesicle_diameter=d) / free


def _by_radius(law: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    def ratio(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
        return inputs.call(law, 3, particle_radius=0.5 * d, mesh_size=mesh,
                           polymer_volume_fraction=swollen_fraction(inputs)[:, None, None])
    return ratio


def _phillips(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
    fraction = swollen_fraction(inputs)
    known: dict[str, Any] = {"polymer_volume_fraction": fraction[:, None, None],
                             "particle_radius": 0.5 * d}
    if "hydraulic_permeability" not in inputs:
        known["hydraulic_permeability"] = inputs.call(fibres.permeability_jackson_james, 3, **known)
    return inputs.call(fibres.brinkman_phillips, 3, **known)


MOBILITIES: dict[str, tuple[Callable[..., FloatArray], Laws]] = {
    "unified": (_unified, (closures.closure_spread, mobility.constraint_release)),
    "percolating": (_percolating, (closures.closure_percolating, mobility.constraint_release)),
    "obstruction": (_by_radius(hindrance.obstruction_amsden), (hindrance.obstruction_amsden,)),
    "multiscale": (_by_radius(hindrance.multiscale_axpe), (hindrance.multiscale_axpe,)),
    "lustig-peppas": (_by_radius(hindrance.sieving_lustig_peppas),
                      (hindrance.sieving_lustig_peppas,)),
    "ogston": (_by_radius(fibres.fibres_ogston), (fibres.fibres_ogston,)),
    "phillips": (_phillips, (fibres.brinkman_phillips, fibres.permeability_jackson_james)),
}
"""Mobility in the mesh over free mobility: name -> how, and the laws it calls."""


def with_macropores(inputs: Inputs, between: FloatArray, vesicle_diameter: FloatArray,
                    free: FloatArray | float = 1.0) -> FloatArray:
    """Return the mobility [row, size, node] of a carrier with its macropores, if it has any.

    ``between`` is the mobility between the macropores, ``free`` that in fluid.
    """
    if "macropore_fraction" not in inputs:
        return between
    size_ratio = vesicle_diameter / inputs.column("pore_diameter", 3)
    return mobility.effective_medium(between, free * hindrance.pore_hindrance(size_ratio),
                                     inputs.column("macropore_fraction", 3))


# degradation -----------------------------------------------------------------------------------

def _hydrolysis(inputs: Inputs) -> FloatArray:
    return inputs["bond_cleavage_rate"] * inputs.call(
        degradation.arrhenius_factor, temperature=inputs["wound_temperature"])


def _hydrolysis_ph(inputs: Inputs) -> FloatArray:
    rate = inputs.call(degradation.hydrolysis_rate_ph, ph=inputs["wound_ph"])
    return rate * inputs.call(degradation.arrhenius_factor,
                              temperature=inputs["wound_temperature"])


def _enzyme(inputs: Inputs) -> FloatArray:
    rate = inputs.call(degradation.enzyme_rate_activity)
    if "enzyme_diffusivity" in inputs and "enzyme_consumption_rate" in inputs:
        # an enzyme that is used up on its way in cleaves less on average
        rate = rate * erosion.enzyme_effectiveness(inputs.call(erosion.thiele_ratio))
    return rate


def _michaelis_menten(inputs: Inputs) -> FloatArray:
    return inputs.call(degradation.enzyme_rate_low_substrate)


def _ionic(inputs: Inputs) -> FloatArray:
    return inputs["ion_exchange_rate"]


def _stimulus(inputs: Inputs) -> FloatArray:
    return inputs.call(linkers.stimulus_rate_power)


DEGRADATIONS: dict[str, tuple[Callable[[Inputs], FloatArray], Laws]] = {
    "hydrolysis": (_hydrolysis, (degradation.arrhenius_factor,)),
    "hydrolysis-ph": (_hydrolysis_ph, (degradation.hydrolysis_rate_ph,
                                       degradation.arrhenius_factor)),
    "enzyme": (_enzyme, (degradation.enzyme_rate_activity, erosion.enzyme_effectiveness)),
    "michaelis-menten": (_michaelis_menten, (degradation.enzyme_rate_low_substrate,)),
    "ionic": (_ionic, (degradation.intact_ion_exchange,)),
    "stimulus": (_stimulus, (linkers.stimulus_rate_power,)),
}
"""First-order loss of crosslinks: name -> rate, and the laws it calls. Names may be added up."""


def _step_growth(inputs: Inputs, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    start = inputs.column("initial_intact_fraction", 2)
    growth = inputs.call(gelation.mesh_growth_modulus, 2, intact_fraction=p,
                         initial_intact_fraction=start)
    return inputs.call(gelation.gel_point_fraction), growth


def _chain_growth(inputs: Inputs, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    start = inputs.column("initial_intact_fraction", 2)
    density = chain_growth.crosslink_density_ratio_chain(p / start)
    critical = inputs.call(chain_growth.gel_point_fraction_chain)
    return critical, gelation.mesh_growth_swelling(density)


CONNECTIVITIES: dict[str, tuple[Callable[..., tuple[FloatArray, FloatArray]],
                                Laws]] = {
    "step-growth": (_step_growth, (gelation.gel_point_fraction, gelation.mesh_growth_modulus)),
    "chain-growth": (_chain_growth, (chain_growth.gel_point_fraction_chain,
                                     gelation.mesh_growth_swelling)),
}
"""What losing bonds does to the network: name -> gel point and mesh growth, and the laws."""


def cleavage_rate(inputs: Inputs) -> FloatArray:
    """Return the first-order loss of crosslinks [row] [1/s]; ``a + b`` in a model adds rates."""
    names = inputs.model("degradation", "none").replace(" ", "").split("+")
    rate = np.zeros(inputs.rows)
    for name in names:
        if name != "none":
            rate = rate + DEGRADATIONS[name][0](inputs)
    return rate


EROSIONS: dict[str, Laws] = {
    "none": (), "surface": (surface_erosion.erosion_time, surface_erosion.extent_left_fraction),
}
"""How a body wears off from its open face: name -> the laws."""


# binding -----------------------------------------------------------------------------------------

def bound_ratio(inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    """Return bound over free at equilibrium and the rate of letting go, [row]."""
    law = inputs.model("binding", "linear")
    if law == "none":
        return np.zeros(inputs.rows), np.ones(inputs.rows)
    native = inputs.call(binding.binding_ratio) if law == "sites" else inputs["binding_ratio"]
    gain = inputs.get_or("affinity_ratio", 1.0)  # tighter binding lets go more slowly
    return native * gain, inputs["binding_off_rate"] / gain


BINDINGS: dict[str, Laws] = {
    "none": (), "linear": (binding.free_fraction,), "sites": (binding.binding_ratio,),
}
