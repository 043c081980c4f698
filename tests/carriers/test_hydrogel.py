"""A gel as a transport problem: structure, mobility, binding, degradation, geometry and dose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from releasekit.carriers.gel_laws import CONNECTIVITIES, DEGRADATIONS, MOBILITIES, STRUCTURES
from releasekit.errors import InputError
from releasekit.formulation import Designs, ProcessStep
from releasekit.physics import degradation, gelation, network, series, swelling
from releasekit.release import Release

from ..builders import BARE, DAY, RARE, at, bench, gel, run, slab, table
from ..builders import series as measured_series

BODY = 310.15


def prop(release: Release, name: str) -> float:
    return float(release.properties[name][0])


# structure ----------------------------------------------------------------------------------------

def test_mesh_from_the_modulus() -> None:
    """Mistake: a Young modulus taken for a shear modulus, or the temperature of another place."""
    release = run(bench())
    assert prop(release, "plateau_modulus") == pytest.approx(2220.0)
    assert prop(release, "mesh_size_median") == pytest.approx(
        network.correlation_length(2220.0, BODY))
    young = run(bench(compressive_modulus="15 kPa"))
    assert prop(young, "plateau_modulus") == pytest.approx(5000.0)
    assert prop(young, "mesh_size_median") == pytest.approx(
        network.correlation_length(5000.0, BODY))


def test_modulus_follows_the_concentration() -> None:
    """Mistake: a table over concentration read at its first point, or in other units."""
    release = run(table(bench(), polymer_concentration=[50.0, 75.0, 100.0]))
    assert release.properties["plateau_modulus"] == pytest.approx([890.0, 2220.0, 4240.0])


def test_mesh_from_the_chemistry() -> None:
    """Mistake: swollen and prepared fractions swapped, chain mass taken for repeats."""
    release = run(bench("peg-hydrolysable", models={"structure": "network"},
                        polymer_concentration="100 mg/mL"))
    prepared, repeats = 100.0 / 1127.0, 10000.0 / 44.05
    chemistry = {"junction_functionality": 4.0, "chain_end_fraction": 0.05, "density": 1127.0,
                 "repeat_molar_mass": 0.04405, "repeat_count": repeats}
    swollen = swelling.swollen_volume_fraction_richbourg(
        preparation_volume_fraction=prepared, interaction_coefficient=0.43,
        solvent_molar_volume=1.81e-5, **chemistry)
    assert prop(release, "polymer_volume_fraction") == pytest.approx(swollen, rel=1e-9)
    assert prop(release, "plateau_modulus") == pytest.approx(swelling.modulus_richbourg(
        preparation_volume_fraction=prepared, polymer_volume_fraction=swollen, temperature=BODY,
        **chemistry), rel=1e-9)
    # denser as prepared, denser when swollen: stiffer and tighter
    dense = run(bench("peg-hydrolysable", models={"structure": "network"},
                      polymer_concentration="150 mg/mL"))
    assert prop(dense, "mesh_size_median") < prop(release, "mesh_size_median")
    assert prop(dense, "plateau_modulus") > prop(release, "plateau_modulus")


def test_swelling_dilutes_the_polymer() -> None:
    """Mistake: the polymer fraction at use is that of the precursor."""
    release = run(bench(swelling_ratio=1.7))
    assert prop(release, "polymer_volume_fraction") == pytest.approx(75.0 / 1350.0 / 1.7)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("mobility", MOBILITIES)
def test_every_structure_with_every_mobility(structure: str, mobility: str) -> None:
    """Mistake: a law asks for what its neighbours know by another name, or moves faster than free.

    PEG is the one gel that has the facts of all routes.
    """
    sheet = bench("peg-hydrolysable", models={"structure": structure, "mobility": mobility},
                  polymer_concentration="100 mg/mL",
                  **{name: RARE[name] for name in (
                      "mesh_size_median", "drag_coefficient", "volume_coefficient",
                      "free_volume_radius", "water_free_volume_radius")})
    release = run(sheet)
    D, free = prop(release, "effective_diffusivity"), prop(release, "free_diffusivity")
    assert 0.0 <= D < free
    assert prop(release, "mesh_size_median") > 1e-9
    assert np.isfinite(release["released_fraction"]).all()


# mobility -----------------------------------------------------------------------------------------

def test_given_diffusivity_turns_the_mesh_off() -> None:
    """Mistake: a measured diffusivity is hindered once more by mesh, pores or swelling laws."""
    release = run(slab(1.7e-12, plateau_modulus="90 kPa", macropore_fraction=0.5), accuracy="fine")
    exact = series.release_slab(1.7e-12 * release.time[0] / 2.1e-3**2)
    assert release["released_fraction"][0] == pytest.approx(exact, abs=3e-4)
    assert "mesh_size_median" not in release.properties


def test_given_diffusivity_is_that_of_the_median_size() -> None:
    """Mistake: one diffusivity for all sizes, or sizes averaged before release."""
    spread = run(slab(1.7e-12, vesicle_diameter_gsd=1.61), accuracy="fine")
    z, weight = np.polynomial.hermite_e.hermegauss(40)
    fourier = 1.7e-12 / 1.61 ** z * spread.time[0][:, None] / 2.1e-3**2
    exact = series.release_slab(fourier) @ weight / np.sqrt(2 * np.pi)
    assert spread["released_fraction"][0] == pytest.approx(exact, abs=5e-4)


def test_measured_diffusivity_over_time() -> None:
    """Mistake: a series read at its first point only, or its time in other units."""
    days, values = np.linspace(0.0, 14.0, 29), np.linspace(0.2e-12, 4.2e-12, 29)
    rising = measured_series("effective_diffusivity", days, values)
    release = run(slab(1e-12).but(effective_diffusivity=rising), accuracy="fine")
    t = release.time[0]
    reached = 0.2e-12 * t + 0.5 * 4e-12 / (14 * DAY) * t**2
    exact = series.release_slab(reached / 2.1e-3**2)
    assert release["released_fraction"][0] == pytest.approx(exact, abs=5e-3)
    assert at(release, "released_fraction", 14) == pytest.approx(exact[-1], abs=2e-3)


def test_deformable_vesicles_move_faster() -> None:
    """Mistake: the facts of the exosome do not reach the mesh."""
    release = run(table(bench(macropore_fraction=0.0), deformable_fraction=[0.0, 0.2]))
    D = release.properties["effective_diffusivity"]
    assert D[1] > 1.2 * D[0]


# binding ------------------------------------------------------------------------------------------

def test_fast_binding_slows_by_one_plus_the_ratio() -> None:
    """Mistake: binding counted twice (slower D and bound share), or the load not at equilibrium."""
    release = run(slab(3.1e-12, models={"binding": "linear"}, binding_ratio=2.3,
                       binding_off_rate="0.05 1/s"), accuracy="fine")
    exact = series.release_slab(3.1e-12 / 3.3 * release.time[0] / 2.1e-3**2)
    assert release["released_fraction"][0] == pytest.approx(exact, abs=5e-4)
    assert release["in_carrier_bound_fraction"][0][0] == pytest.approx(2.3 / 3.3)
    later = slice(0, 60)
    assert release["in_carrier_bound_fraction"][0][later] == pytest.approx(
        2.3 * release["in_carrier_free_fraction"][0][later], rel=1e-2)


def test_slow_binding_is_a_burst_and_a_tail() -> None:
    """Mistake: sites let go at the rate of binding."""
    release = run(slab(7e-12, models={"binding": "linear"}, binding_ratio=2.3,
                       binding_off_rate="3e-7 1/s", thickness="0.2 mm"))
    t = release.time[0]
    tail = 2.3 / 3.3 * np.exp(-3e-7 * t)
    late = t > 2 * DAY
    assert 1.0 - release["released_fraction"][0][late] == pytest.approx(tail[late], rel=0.02)


def test_sites_give_the_ratio() -> None:
    """Mistake: ligand over dissociation constant in different units."""
    names = ("ligand_concentration", "dissociation_concentration")
    sites = run(bench(models={"binding": "sites"}, **{name: RARE[name] for name in names}))
    linear = run(bench(binding_ratio=2.7 / 0.41))
    assert sites["released_fraction"][0] == pytest.approx(linear["released_fraction"][0], abs=1e-9)
    none = run(bench(models={"binding": "none"}))
    assert none["in_carrier_bound_fraction"].max() == 0.0


def test_a_binding_peptide_holds_by_its_affinity() -> None:
    """Mistake: an engineered vesicle binds as a native one, or lets go as quickly."""
    linear: dict[str, Any] = {"models": {"binding": "linear"}}
    engineered = run(slab(7e-12, **linear, binding_ratio=0.7, binding_off_rate="3.9e-6 1/s",
                          affinity_ratio=2.6))
    same = run(slab(7e-12, **linear, binding_ratio=1.82, binding_off_rate="1.5e-6 1/s"))
    assert engineered["released_fraction"][0] == pytest.approx(same["released_fraction"][0],
                                                               abs=1e-12)
    source = gel(exosome="collagen-binding-msc")
    native = gel(exosome="generic-msc")
    assert at(run(source), "retained_fraction", 7) > at(run(native), "retained_fraction", 7) * 1.01


# degradation --------------------------------------------------------------------------------------

def gel_point(*names: str, **choices: Any) -> float:
    sheet = bench("peg-hydrolysable", models={"degradation": " + ".join(names)},
                  polymer_concentration="100 mg/mL", **choices)
    return prop(run(sheet), "gel_point_time")


def test_rates_of_degradation_add_up() -> None:
    """Mistake: of two ways to lose bonds only the first counts, or times are added."""
    rates = {"hydrolysis": {"bond_cleavage_rate": "2.9e-6 1/s"},
             "ionic": {"ion_exchange_rate": "1.7e-6 1/s"},
             "stimulus": {name: RARE[name] for name in (
                 "reference_cleavage_rate", "stimulus_concentration", "reference_concentration",
                 "stimulus_order")}}
    alone = {name: gel_point(name, **choices) for name, choices in rates.items()}
    together = gel_point(*rates, **{k: v for choices in rates.values() for k, v in choices.items()})
    assert 1.0 / together == pytest.approx(sum(1.0 / t for t in alone.values()), rel=1e-9)
    assert alone["hydrolysis"] == pytest.approx(np.log(0.95 * 3.0) / 2.9e-6, rel=1e-9)


@pytest.mark.parametrize("name", DEGRADATIONS)
@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_every_loss_of_bonds_with_every_network(name: str, connectivity: str) -> None:
    """Mistake: a law whose arguments nobody knows, or that gives no number."""
    wanted = {key: value for key, value in RARE.items() if key != "mesh_size_median"}
    release = run(gel(models={"degradation": name, "connectivity": connectivity},
                      ion_exchange_rate="1.3e-6 1/s", **wanted))
    assert 0.0 < prop(release, "gel_point_time") < np.inf
    assert np.isfinite(release["retained_fraction"]).all()
    assert release.ledger_residual < 1e-9


def test_hydrolysis_is_slower_in_a_cool_wound() -> None:
    """Mistake: rates of 37 degC used at the 31.6 degC of a wound bed."""
    choices: dict[str, Any] = {"models": {"degradation": "hydrolysis"},
                               "polymer_concentration": "100 mg/mL"}
    warm = prop(run(bench("peg-hydrolysable", **choices)), "gel_point_time")
    cool = prop(run(gel("peg-hydrolysable", **choices)), "gel_point_time")
    assert cool / warm == pytest.approx(degradation.arrhenius_factor(69.6e3, 304.75, BODY))


def test_gel_point_of_chain_and_step_growth() -> None:
    """Mistake: the gel point of one kind of network used for the other."""
    choices: dict[str, Any] = {"bond_cleavage_rate": "3e-6 1/s", "initial_intact_fraction": 0.9,
                               "crosslinks_per_chain": 17.0}
    for connectivity, critical in (("step-growth", 1 / 3), ("chain-growth", 0.25)):
        release = run(bench(models={"degradation": "hydrolysis", "connectivity": connectivity},
                            **choices))
        assert prop(release, "gel_point_time") == pytest.approx(np.log(0.9 / critical) / 3e-6)


def test_the_matrix_takes_trapped_exosomes_with_it() -> None:
    """Mistake: mass left is not what holds the trapped, or a gain of mass would trap them again."""
    left = measured_series("mass_remaining_fraction", [0.0, 4.0, 6.0, 14.0], [1.0, 0.7, 0.8, 0.3])
    release = run(bench(irreversible_fraction=0.4, surface_located_fraction=0.0,
                        carrier_inactivation_rate="0 1/s", mass_remaining_fraction=left))
    trapped = [at(release, "in_carrier_trapped_fraction", day) for day in (0, 4, 6, 14)]
    assert trapped == pytest.approx([0.4, 0.28, 0.28, 0.12], abs=0.012)


def test_half_of_the_regions_have_gone_at_the_gel_point() -> None:
    """Mistake: a spread of times that moves the median."""
    release = run(bench(models={"degradation": "hydrolysis"}, bond_cleavage_rate="3e-6 1/s",
                        gel_point_spread=0.4, irreversible_fraction=0.4,
                        surface_located_fraction=0.0, carrier_inactivation_rate="0 1/s"))
    days = prop(release, "gel_point_time") / DAY
    for factor in (0.7, 1.0, 1.6):
        share = gelation.sol_share(days * factor, days, 0.4)
        assert at(release, "in_carrier_trapped_fraction", days * factor) == pytest.approx(
            0.4 * (1 - float(share)), abs=0.02)


def test_a_gel_that_never_was_one_is_a_sol() -> None:
    """Mistake: fewer crosslinks than the gel point needs give a negative time and no number."""
    release = run(bench(models={"degradation": "hydrolysis"}, initial_intact_fraction=0.3))
    assert prop(release, "gel_point_time") == 0.0
    assert np.isfinite(release["released_fraction"]).all()
    assert release["in_carrier_bound_fraction"][0, 5:].max() < 1e-3


# geometry and dose --------------------------------------------------------------------------------

@pytest.mark.parametrize(("shape", "exact"), [
    ("rod", series.release_cylinder), ("bead", series.release_sphere)])
def test_rods_and_beads(shape: str, exact: Any) -> None:
    """Mistake: thickness of the layer taken for the radius of what lies in it."""
    release = run(slab(0.7e-12, shape=shape, radius="0.39 mm", packing_fraction=0.6),
                  accuracy="fine")
    assert release["released_fraction"][0] == pytest.approx(
        exact(0.7e-12 * release.time[0] / 0.39e-3**2), abs=5e-4)


def test_packed_beads_fill_a_bath_by_their_volume() -> None:
    """Mistake: a layer of beads counted as a solid sheet."""
    release = run(slab(7e-12, shape="bead", radius="0.2 mm", packing_fraction=0.55, boundary="bath",
                       bath_volume_per_area="0.17 mL/cm^2", thickness="2 mm"))
    gel_volume = 0.55 * 2e-3
    assert at(release, "released_fraction", 14) == pytest.approx(
        0.17e-2 / (0.17e-2 + gel_volume), abs=2e-3)


def test_dose_by_area_or_by_concentration() -> None:
    """Mistake: a concentration without the thickness, or a loss in making that is forgotten."""
    by_area = gel(dose_per_area="3e9 /cm^2")
    by_volume = gel(exosome_concentration="3e9 /mL", thickness="2 mm")
    assert run(by_area).dose_per_area == pytest.approx([3e13])
    assert run(by_volume).dose_per_area == pytest.approx([3e15 * 2e-3])
    assert prop(run(by_area), "exosome_concentration") == pytest.approx(3e13 / 2.1e-3)
    made = replace(by_area, process=(ProcessStep("uv", 0.8), ProcessStep("wash", 0.9)))
    release = run(made)
    assert release.recovery == pytest.approx([0.72])
    assert release.dose_per_area == pytest.approx([0.72 * 3e13])
    assert prop(release, "exosome_concentration") == pytest.approx(3e13 / 2.1e-3)


def test_shares_at_the_start() -> None:
    """Mistake: surface, trapped and bound shares overlap or leave a gap."""
    release = run(gel(surface_located_fraction=0.13, irreversible_fraction=0.21,
                      binding_ratio=1.9))
    start = {name: float(release[name][0, 0]) for name in (
        "in_wound_fluid_fraction", "in_carrier_trapped_fraction", "in_carrier_free_fraction",
        "in_carrier_bound_fraction")}
    inside = 0.87
    assert start == pytest.approx({
        "in_wound_fluid_fraction": 0.13, "in_carrier_trapped_fraction": inside * 0.21,
        "in_carrier_free_fraction": inside * 0.79 / 2.9,
        "in_carrier_bound_fraction": inside * 0.79 * 1.9 / 2.9})


def test_missing_facts_are_named_together() -> None:
    """Mistake: a run stops at the first missing quantity, or goes on with ones."""
    with pytest.raises(InputError) as caught:
        run(gel(models={"degradation": "michaelis-menten", "structure": "given"}))
    keys = {problem.key for problem in caught.value.problems}
    assert {"catalytic_rate", "michaelis_concentration", "mesh_size_median"} <= keys


def test_rows_do_not_know_of_each_other() -> None:
    """Mistake: one row's gel point, dressing or size decides for another."""
    base = gel(models={"degradation": "enzyme"}, **{k: v for k, v in BARE.items()
                                                    if k != "vesicle_diameter_gsd"})
    columns = {"thickness": [3e-4, 2e-3, 5e-3], "enzyme_activity": [1e2, 1e4, 1e6],
               "vesicle_diameter_gsd": [1.0, 1.3, 1.7],
               "absorbed_exudate_fraction": [0.0, 0.5, 0.9]}
    together = run(table(base, **columns))
    for row in range(3):
        single = run(Designs(base, {k: np.array([v[row]]) for k, v in columns.items()}))
        for name in ("released_fraction", "retained_fraction", "washed_out_fraction"):
            assert single[name][0] == pytest.approx(together[name][row], abs=1e-12)


def test_a_known_volume_fraction_is_not_computed() -> None:
    """Mistake: the fraction from the precursor beats the one that was measured in the gel."""
    made = run(bench(duration="1 h"), accuracy="screen").properties["polymer_volume_fraction"]
    known = run(bench(duration="1 h", polymer_volume_fraction=0.0137), accuracy="screen")
    assert made[0] == pytest.approx(75.0 / 1350.0)
    assert known.properties["polymer_volume_fraction"][0] == 0.0137


# erosion ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("shape", "extent", "power"), [
    ("sheet", {"thickness": "1.7 mm"}, 1), ("rod", {"radius": "0.9 mm"}, 2)])
def test_face_that_wears_off(shape: str, extent: dict[str, str], power: int) -> None:
    """Mistake: the thickness of the layer for the radius of a rod, or a face that stays."""
    still = slab(1e-22, shape=shape, erosion_speed="2.9 nm/s", models={
        "binding": "none", "erosion": "surface"}, packing_fraction="0.6", **extent)
    release = run(still)
    size = float(next(iter(extent.values())).split()[0]) * 1e-3
    for day in (0.7, 2.3, 11.0):
        left = max(1.0 - 2.9e-9 * day * DAY / size, 0.0) ** power
        assert at(release, "released_fraction", day) == pytest.approx(1.0 - left, abs=2e-3)


def test_erosion_through_which_nothing_is_drawn() -> None:
    """Mistake: exudate drawn through a gel that shrinks is quietly left out."""
    with pytest.raises(InputError, match="exudate drawn through a gel that erodes"):
        run(gel(models={"erosion": "surface"}, erosion_speed="2.9 nm/s",
                absorbed_exudate_fraction="0.4"))
