"""Hydrogels: sheet, rods or beads of a network that hinders, binds, degrades and liquefies.

structure -> mesh size -> mobility of each vesicle size; bonds are lost -> the mesh opens -> past
the gel point regions turn to a viscous sol. Each step is a law of ``releasekit.physics`` chosen
by name; what is *given* replaces what would have been computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.downstream import downstream
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Lowered, Vesicles, dose, vesicles, volume_per_area
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
    swelling,
)
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

SHAPES = {"sheet": 0, "rod": 1, "bead": 2}
WIDEST_MESH = 1e-4
"""A mesh beyond 0.1 mm no longer hinders a vesicle; keeps logarithms finite at the gel point."""


class Network(NamedTuple):
    """The network as made, [row] each."""

    mesh_size_median: FloatArray
    polymer_volume_fraction: FloatArray
    plateau_modulus: FloatArray


class Decay(NamedTuple):
    """The network over time: node times, mesh growth and sol share, [row, node] each."""

    time: FloatArray
    mesh_growth: FloatArray
    sol_share: FloatArray
    gel_point_time: FloatArray


# structure -------------------------------------------------------------------------------------

def _swollen_fraction(inputs: Inputs) -> FloatArray:
    return np.clip(inputs.call(network.volume_fraction), 1e-6, 0.99)


def _from_modulus(inputs: Inputs) -> Network:
    mesh = inputs.call(network.correlation_length, temperature=inputs["wound_temperature"])
    return Network(mesh, _swollen_fraction(inputs), inputs["plateau_modulus"])


def _from_chemistry(inputs: Inputs) -> Network:
    temperature = inputs["wound_temperature"]
    prepared = inputs["polymer_concentration"] / inputs["density"]
    repeats = inputs["chain_molar_mass"] / inputs["repeat_molar_mass"]
    known = {"preparation_volume_fraction": prepared, "repeat_count": repeats,
             "temperature": temperature}
    swollen = inputs.call(swelling.swollen_volume_fraction_richbourg, **known)
    mesh = inputs.call(swelling.mesh_richbourg, polymer_volume_fraction=swollen, **known)
    modulus = inputs.call(swelling.modulus_richbourg, polymer_volume_fraction=swollen, **known)
    return Network(mesh, swollen, modulus)


def _from_swelling(inputs: Inputs) -> Network:
    swollen = _swollen_fraction(inputs)
    prepared = inputs["polymer_concentration"] / inputs["density"]
    strand = inputs.call(swelling.strand_molar_mass_peppas_merrill,
                         preparation_volume_fraction=prepared, polymer_volume_fraction=swollen)
    mesh = inputs.call(network.mesh_canal_peppas, polymer_volume_fraction=swollen,
                       strand_molar_mass=strand)
    return Network(mesh, swollen, np.full(inputs.rows, np.nan))


def _from_fibres(inputs: Inputs) -> Network:
    fraction = _swollen_fraction(inputs)
    density = inputs.call(fibres.fibre_length_density, polymer_volume_fraction=fraction)
    distance = fibres.fibre_mean_distance(density)
    return Network(2.0 * distance, fraction, np.full(inputs.rows, np.nan))


def _from_measurement(inputs: Inputs) -> Network:
    return Network(inputs["mesh_size_median"], _swollen_fraction(inputs),
                   np.full(inputs.rows, np.nan))


STRUCTURES: dict[str, tuple[Callable[[Inputs], Network], tuple[Callable[..., FloatArray], ...]]] = {
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
    return ratio + inputs.call(mobility.constraint_release, 3, vesicle_diameter=d) / free


def _by_radius(law: Callable[..., FloatArray]) -> Callable[..., FloatArray]:
    def ratio(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
        return inputs.call(law, 3, particle_radius=0.5 * d, mesh_size=mesh,
                           polymer_volume_fraction=_swollen_fraction(inputs)[:, None, None])
    return ratio


def _phillips(inputs: Inputs, d: FloatArray, mesh: FloatArray, free: FloatArray) -> FloatArray:
    fraction = _swollen_fraction(inputs)
    known = {"polymer_volume_fraction": fraction[:, None, None], "particle_radius": 0.5 * d}
    if "hydraulic_permeability" not in inputs:
        known["hydraulic_permeability"] = inputs.call(fibres.permeability_jackson_james, 3, **known)
    return inputs.call(fibres.brinkman_phillips, 3, **known)


MOBILITIES: dict[str, tuple[Callable[..., FloatArray], tuple[Callable[..., FloatArray], ...]]] = {
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


DEGRADATIONS: dict[str, tuple[Callable[[Inputs], FloatArray], tuple[Callable[..., FloatArray], ...]]] = {
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
    return inputs.call(chain_growth.gel_point_fraction_chain), gelation.mesh_growth_swelling(density)


CONNECTIVITIES: dict[str, tuple[Callable[..., tuple[FloatArray, FloatArray]],
                                tuple[Callable[..., FloatArray], ...]]] = {
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


def _decay(inputs: Inputs) -> Decay:
    duration = inputs["duration"][:, None]
    if inputs.model("degradation", "none") == "none":
        time = duration * np.array([0.0, 1.0])
        return Decay(time, np.ones_like(time), np.zeros_like(time),
                     np.full(inputs.rows, np.inf))
    connectivity = CONNECTIVITIES[inputs.model("connectivity", "step-growth")][0]
    rate, start = cleavage_rate(inputs), inputs["initial_intact_fraction"]
    critical, _ = connectivity(inputs, np.broadcast_to(start[:, None], (inputs.rows, 1)))
    gel_point = gelation.gel_point_time(rate, start, critical)
    spread = inputs["gel_point_spread"]
    time = _nodes(gel_point, spread, duration[:, 0])
    intact = start[:, None] * degradation.intact_first_order(rate[:, None], time)
    growth = connectivity(inputs, intact)[1]
    sol = gelation.sol_share(time, gel_point[:, None], spread[:, None])
    return Decay(time, growth, sol, gel_point)


def _nodes(gel_point: FloatArray, spread: FloatArray, duration: FloatArray) -> FloatArray:
    """Return 16 times per row: on the way to the gel point, across it, and to the end."""
    towards = np.array([0.2, 0.4, 0.6, 0.75, 0.88])
    across = np.array([-1.5, -0.75, 0.0, 0.75, 1.5, 2.5])
    later = np.array([0.25, 0.5, 0.75, 1.0])
    gel = np.minimum(gel_point, duration)[:, None]
    parts = [np.zeros((len(duration), 1)), gel * towards, gel * np.exp(spread[:, None] * across),
             duration[:, None] * later]
    time = np.sort(np.concatenate(parts, axis=1), axis=1)
    return time + duration[:, None] * 1e-9 * np.arange(time.shape[1])


# the whole ---------------------------------------------------------------------------------------

def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a table of hydrogels.

    Parameters
    ----------
    inputs
        The table of designs.
    sizes
        Vesicle sizes per design.
    """
    ves = vesicles(inputs, sizes)
    decay = _decay(inputs)
    decay, stretch = _with_measured_time(inputs, decay)
    made, diffusivity = _diffusivity(inputs, ves, decay)
    matrix = _matrix(inputs, decay)

    shape = SHAPES[inputs.word("shape", "sheet")]
    layer = volume_per_area(inputs)
    extent = inputs["thickness"] if shape == 0 else inputs["radius"]
    grown = extent[:, None, None] * stretch[:, None, :]
    log_mobility = np.log(np.maximum(diffusivity / grown**2, 1e-100))

    def lane(per_row: FloatArray) -> FloatArray:
        return np.repeat(per_row, sizes, axis=0)

    ratio, off = _binding(inputs)
    surface, held = inputs["surface_located_fraction"], inputs["irreversible_fraction"]
    inside = 1.0 - surface
    free = inside * (1.0 - held) * binding.free_fraction(ratio)
    hindrance = np.minimum(diffusivity[..., 0] / ves.free_diffusivity, 1.0)
    beyond = downstream(inputs, ves, hindrance)
    lanes = Lanes(
        shape_exponent=shape, trapped_to_film=False, extent=lane(extent),
        volume_per_area=lane(layer), node_time=lane(decay.time).T,
        log_mobility=log_mobility.reshape(inputs.rows * sizes, -1).T, matrix=lane(matrix).T,
        stretch=lane(stretch).T, on_rate=lane(ratio * off), off_rate=lane(off),
        free_share=lane(free), bound_share=lane(inside * (1.0 - held) - free),
        trapped_share=lane(inside * held), surface_share=lane(surface),
        carrier_inactivation=lane(inputs["carrier_inactivation_rate"]), **beyond)
    active, recovery = dose(inputs)
    middle = np.argmin(np.abs(ves.diameter - inputs["vesicle_diameter_median"][:, None]), axis=1)
    properties = {
        "effective_diffusivity": diffusivity[np.arange(inputs.rows), middle, 0],
        "free_diffusivity": ves.free_diffusivity[np.arange(inputs.rows), middle],
        "gel_point_time": decay.gel_point_time,
        "thickness": inputs["thickness"],
        "exosome_concentration": active / recovery / layer,
    }
    if made is not None:
        properties.update(made._asdict())
    return Lowered(lanes, ves.weight, active, recovery, properties)


def _diffusivity(inputs: Inputs, ves: Vesicles,
                 decay: Decay) -> tuple[Network | None, FloatArray]:
    """Return the network as made and the mobility [row, size, node]."""
    free = ves.free_diffusivity[:, :, None]
    d = ves.diameter[:, :, None]
    made = None
    median = inputs["vesicle_diameter_median"][:, None, None]
    series = inputs.series("effective_diffusivity")
    if series is not None:
        gel = np.interp(decay.time, *series)[:, None, :] * median / d
    elif inputs.get("effective_diffusivity") is not None:
        # as measured for the median size; other sizes follow Stokes-Einstein
        gel = inputs.column("effective_diffusivity", 3) * median / d
    else:
        made = STRUCTURES[inputs.model("structure", "modulus")][0](inputs)
        mesh = np.minimum(made.mesh_size_median[:, None] * decay.mesh_growth, WIDEST_MESH)
        law = MOBILITIES[inputs.model("mobility", "unified")][0]
        in_mesh = free * np.minimum(law(inputs, d, mesh[:, None, :], free), 1.0)
        pore = inputs.column("pore_diameter", 3)
        in_pores = free * hindrance.pore_hindrance(d / pore)
        gel = mobility.effective_medium(in_mesh, in_pores, inputs.column("macropore_fraction", 3))
    gel = np.broadcast_to(gel, (*d.shape[:2], decay.time.shape[1]))
    if not np.any(decay.sol_share > 0.0):
        return made, np.minimum(gel, free)
    sol = free / inputs.column("sol_viscosity_ratio", 3)
    mixed = mobility.effective_medium(gel, np.maximum(sol, gel), decay.sol_share[:, None, :])
    return made, np.minimum(mixed, free)


def _matrix(inputs: Inputs, decay: Decay) -> FloatArray:
    """Return the share of matrix and binding sites left, [row, node]; it never grows."""
    series = inputs.series("mass_remaining_fraction")
    left = 1.0 - decay.sol_share
    if series is not None:
        left = np.interp(decay.time, *series) / series[1][0]
    return np.minimum.accumulate(np.clip(left, 0.0, 1.0), axis=1)


def _with_measured_time(inputs: Inputs, decay: Decay) -> tuple[Decay, FloatArray]:
    """Let measured series of modulus and swelling replace what was computed.

    The mesh follows a measured modulus as G^(-1/3) and a measured swelling as Q^(1/3); swelling
    widens the carrier alike in all directions.
    """
    names = ("plateau_modulus", "swelling_ratio", "mass_remaining_fraction",
             "effective_diffusivity")
    series = {name: found for name in names if (found := inputs.series(name)) is not None}
    if not series:
        return decay, np.ones_like(decay.time)
    ends = [times[-1] for times, _ in series.values()]
    last = np.minimum(max(ends), inputs["duration"])[:, None]
    extra = last * np.linspace(0.0, 1.0, 13) ** 1.5
    time = np.concatenate([extra, inputs["duration"][:, None] * (1 + 1e-9) * np.ones((1, 1))], 1)
    if np.any(np.isfinite(decay.gel_point_time)):
        time = np.sort(np.concatenate([time[:, 1:], decay.time], axis=1), axis=1)
    time = time + inputs["duration"][:, None] * 1e-9 * np.arange(time.shape[1])
    growth = _at(time, decay.time, decay.mesh_growth)
    sol = _at(time, decay.time, decay.sol_share)
    if "plateau_modulus" in series:
        modulus = np.interp(time, *series["plateau_modulus"])
        growth = (modulus / inputs["plateau_modulus"][:, None]) ** (-1.0 / 3.0)
    stretch = np.ones_like(time)
    if "swelling_ratio" in series:
        swollen = np.interp(time, *series["swelling_ratio"])
        stretch = np.cbrt(swollen / swollen[:, :1])
        growth = growth * stretch
    return Decay(time, growth, sol, decay.gel_point_time), stretch


def _at(time: FloatArray, known: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate each row on its own nodes."""
    index = np.clip((time[:, :, None] > known[:, None, 1:]).sum(axis=2), 0, known.shape[1] - 2)
    rows = np.arange(len(time))[:, None]
    t0, t1 = known[rows, index], known[rows, index + 1]
    share = np.clip((time - t0) / (t1 - t0), 0.0, 1.0)
    v0, v1 = (np.minimum(values[rows, index + i], 1e9) for i in (0, 1))
    return np.asarray((1.0 - share) * v0 + share * v1)


def _binding(inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    """Return bound over free at equilibrium and the rate of letting go, [row]."""
    law = inputs.model("binding", "linear")
    if law == "none":
        return np.zeros(inputs.rows), np.ones(inputs.rows)
    if law == "sites":
        return inputs.call(binding.binding_ratio), inputs["binding_off_rate"]
    return inputs["binding_ratio"], inputs["binding_off_rate"]


BINDINGS: dict[str, tuple[Callable[..., FloatArray], ...]] = {
    "none": (), "linear": (binding.free_fraction,), "sites": (binding.binding_ratio,),
}
