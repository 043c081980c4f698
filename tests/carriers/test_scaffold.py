"""A scaffold as a transport problem: pores, where exosomes start, struts that go, a filling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid, solve_ivp

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.phases import LOSSES, loss_nodes
from releasekit.carriers.scaffold import ADSORPTIONS, POROUS
from releasekit.errors import ConditionWarning, InputError
from releasekit.facts import load_material
from releasekit.formulation import Formulation
from releasekit.physics import boundaries, hindrance, laplace, mobility, porous
from releasekit.physics import series as exact
from releasekit.release import Release

from ..builders import DAY, at, bench, run, table
from ..builders import series as measured_series

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.RangeWarning")

BODY = 310.15
D0 = float(mobility.stokes_einstein(87e-9, BODY, mobility.water_viscosity(BODY)))
PLAIN: dict[str, Any] = {
    "vesicle_diameter_median": "87 nm", "vesicle_diameter_gsd": 1.0,
    "surface_located_fraction": 0.0, "irreversible_fraction": 0.0, "partition_coefficient": 1.0,
    "carrier_inactivation_rate": "0 1/s", "pore_diameter": "9 mm", "loading_capacity": "1e18 1/mL",
}
"""One size, nothing loose, nothing held for good, pores far wider than a vesicle."""
NO_PLACES: dict[str, Any] = {"adsorbed_fraction": 0.0, "embedded_fraction": 0.0}
TOLERANCE = 6e-4


def scaffold(polymer: str = "pcl", wound: str = "in-vitro-assay", filling: str = "", *,
             models: dict[str, str] | None = None, **changes: Any) -> Formulation:
    """Return a scaffold of 1.3 mm on the bench for 14 days."""
    names = {"polymer": polymer, "exosome": "adipose-msc", "wound": wound}
    materials = {place: load_material(name, place) for place, name in names.items()}
    if filling:
        materials["filling"] = load_material(filling, "polymer")
    base = Formulation(
        "scaffold", "scaffold", materials=materials,
        models={"porous": "bruggeman", "adsorption": "none", "degradation": "none",
                **(models or {})},
        choices={"thickness": 1.3e-3, "area": 4e-4, "dose_per_area": 1.3e14,
                 "pore_volume_fraction": 0.71, **({"polymer_concentration": 75.0} if filling
                                                  else {})},
        use={"duration": 14 * DAY, "boundary": "sink"})
    return base.but(**changes) if changes else base


def plain(models: dict[str, str] | None = None, **changes: Any) -> Release:
    return run(scaffold(models=models, **{**PLAIN, **NO_PLACES, **changes}))


def off(release: Release, curve: Any) -> float:
    return float(np.abs(release["released_fraction"][0] - curve).max())


# pores -------------------------------------------------------------------------------------------

def test_all_pore_is_free_diffusion() -> None:
    """Mistake: a factor that stays when there are no struts; the twin of 2 % must be seen."""
    release = plain(pore_volume_fraction=1.0)
    curve = exact.release_slab(D0 * release.time[0] / 1.3e-3**2)
    assert off(release, curve) < TOLERANCE
    assert off(plain(pore_volume_fraction=1.0, thickness="1.326 mm"), curve) > 2e-3
    assert off(plain(pore_volume_fraction=0.96), curve) > 2e-3


@pytest.mark.parametrize("name", POROUS)
def test_time_scale_is_that_of_the_pore_fluid(name: str) -> None:
    """Mistake: the superficial diffusivity sets the time scale, too slow by the porosity."""
    release = plain({"porous": name})
    superficial = float(POROUS[name][0](0.71)) * D0
    fourier = release.time[0] / 1.3e-3**2
    assert off(release, exact.release_slab(superficial / 0.71 * fourier)) < TOLERANCE
    assert off(release, exact.release_slab(superficial * fourier)) > 0.05
    assert release.properties["effective_diffusivity"][0] == pytest.approx(superficial, rel=2e-4)


def test_law_of_the_kind_where_none_is_chosen() -> None:
    """Mistake: one default for prints, mats and sponges."""
    laws = {"print": "maxwell", "fibre-mat": "tomadakis-sotirchos", "sponge": "bruggeman"}
    for kind, name in laws.items():
        base = scaffold(**PLAIN, **NO_PLACES, scaffold_kind=kind)
        silent = Formulation(**{**base.__dict__, "models": {"adsorption": "none"}})
        D = run(silent).properties["effective_diffusivity"][0]
        assert pytest.approx(float(POROUS[name][0](0.71)) * D0, rel=2e-4) == D


def test_narrow_pores_drag() -> None:
    """Mistake: the partition at the pore mouth counted inside the pores, radius for diameter."""
    release = plain(pore_diameter="0.29 um")
    D = D0 * float(hindrance.pore_drag(0.3)) * 0.71**0.5
    assert off(release, exact.release_slab(D * release.time[0] / 1.3e-3**2)) < TOLERANCE


def test_bath_fills_only_pores() -> None:
    """Mistake: at equilibrium the whole slab, struts included, counts as volume."""
    release = plain(boundary="bath", bath_volume_per_area="1.7 mm", pore_diameter="0.87 um")
    room = 0.71 * 0.9**2  # pores, less the layer at the wall that the vesicle's centre cannot reach
    D = D0 * float(hindrance.pore_drag(0.1)) * 0.71**0.5
    curve = boundaries.release_bath_slab(D * release.time[0] / 1.3e-3**2, 1.7 / (room * 1.3))
    assert off(release, curve) < TOLERANCE
    assert release["released_fraction"][0, -1] == pytest.approx(1.7 / (1.7 + room * 1.3), abs=2e-3)


def test_film_in_front_of_the_pores() -> None:
    """Mistake: the film resistance met by the amount per volume, not by the pore concentration."""
    release = plain(boundary="film", external_film_thickness="0.41 mm")
    superficial = D0 * 0.71**1.5
    curve = boundaries.release_film_slab(superficial / 0.71 * release.time[0] / 1.3e-3**2,
                                         D0 * 1.3 / (0.41 * superficial))
    assert off(release, curve) < TOLERANCE


def test_given_diffusivity_is_superficial() -> None:
    """Mistake: a given constant or series is ignored, or not divided by the porosity."""
    release = plain(effective_diffusivity="1.9e-12 m^2/s")
    assert off(release, exact.release_slab(
        1.9e-12 / 0.71 * release.time[0] / 1.3e-3**2)) < TOLERANCE
    days, D = np.array([0.0, 3.1, 8.3]), np.array([0.3e-12, 2.3e-12, 1.1e-12])
    moving = plain(effective_diffusivity=measured_series("effective_diffusivity", days, D))
    fine = np.linspace(0.0, 14 * DAY, 40001)
    fourier = cumulative_trapezoid(np.interp(fine, days * DAY, D), fine, initial=0.0)
    curve = exact.release_slab(np.interp(moving.time[0], fine, fourier) / 0.71 / 1.3e-3**2)
    assert off(moving, curve) < 2e-3  # log D is straight between nodes


# where they start --------------------------------------------------------------------------------

def adsorbing(**changes: Any) -> Release:
    return plain({"adsorption": "linear"}, bulk_density="330 mg/mL",
                 adsorption_coefficient="4.7e-3 m^3/kg", **changes)


@pytest.mark.parametrize("rate", [3e-6, 3e-2])
def test_linear_adsorption(rate: float) -> None:
    """Mistake: retardation per total volume, or an equilibrium kept in slow exchange too."""
    ratio = 330.0 * 4.7e-3 / 0.71
    D = D0 * 0.71**0.5
    release = adsorbing(desorption_rate=f"{rate} 1/s")
    curve = laplace.release_slab_binding(release.time[0, 1:], D, 1.3e-3, ratio * rate, rate)
    assert np.abs(release["released_fraction"][0, 1:] - curve).max() < 1e-3
    if rate > 1e-3:  # in equilibrium throughout: slowed by R
        R = float(porous.retardation_linear(0.71, 330.0, 4.7e-3))
        assert off(release, exact.release_slab(D / R * release.time[0] / 1.3e-3**2)) < 2e-3
        worse = adsorbing(desorption_rate=f"{rate} 1/s", pore_volume_fraction=0.724)
        assert np.abs(worse["released_fraction"][0, 1:] - curve).max() > 2e-3


def test_density_of_struts_where_no_bulk_density_is_known() -> None:
    """Mistake: the density of the polymer taken for that of the porous body."""
    known = adsorbing(desorption_rate="1e-4 1/s")
    same = run(scaffold(models={"adsorption": "linear"}, **{
        **PLAIN, **NO_PLACES, "density": f"{330 / 0.29} mg/mL", "desorption_rate": "1e-4 1/s",
        "adsorption_coefficient": "4.7e-3 m^3/kg"}))
    assert np.abs(known["released_fraction"] - same["released_fraction"]).max() < 1e-9


THIN: dict[str, Any] = {"thickness": "3 um", "erosion_speed": "8.3e-11 m/s",
                        "strut_radius": "53 um"}
"""Pores offer no resistance; struts are gone after 7.4 days."""


def dual(adsorbed: float, embedded: float, rate: float, **changes: Any) -> Release:
    return plain({"adsorption": "desorption-limited", "degradation": "surface-erosion"},
                 **{**THIN, "adsorbed_fraction": adsorbed, "embedded_fraction": embedded,
                    "desorption_rate": f"{rate} 1/s", **changes})


def test_dual_reservoir() -> None:
    """Mistake: adsorbed and embedded shares swapped, or struts that thin linearly."""
    release = dual(0.37, 0.63, 4.1e-5)
    time, gone = release.time[0], 53e-6 / 8.3e-11
    curve = porous.release_dual_reservoir(time, 0.37, 4.1e-5, gone)
    left = np.maximum(1.0 - time / gone, 0.0) ** 2
    curve += 0.37 * np.exp(-4.1e-5 * time) * (1.0 - left)  # what sits on a strut that goes lets go
    assert off(release, curve) < 1.5e-3
    assert off(dual(0.37, 0.63, 4.1e-5, erosion_speed="8.47e-11 m/s"), curve) > 3e-3
    assert release["released_fraction"][0, -1] == pytest.approx(1.0, abs=1e-4)


def test_stuck_ones_wait_for_their_strut() -> None:
    """Mistake: irreversibly adsorbed exosomes desorb, or never leave a strut that is gone."""
    never = plain({"adsorption": "desorption-limited"}, thickness="3 um", adsorbed_fraction=0.4,
                  irreversible_fraction=0.3, desorption_rate="1e-3 1/s")
    assert never["released_fraction"][0, -1] == pytest.approx(0.88, abs=1e-4)
    assert never["in_carrier_trapped_fraction"][0, -1] == pytest.approx(0.12, abs=1e-9)
    assert dual(0.4, 0.2, 1e-3, irreversible_fraction=0.3)["released_fraction"][0, -1] \
        == pytest.approx(1.0, abs=1e-4)


def test_loose_ones_are_free_at_once() -> None:
    """Mistake: the surface share diffuses through the pores, or is taken off twice."""
    release = plain({"adsorption": "desorption-limited"}, surface_located_fraction=0.31,
                    adsorbed_fraction=0.69, desorption_rate="0 1/s")
    assert release["released_fraction"][0] == pytest.approx(0.31, abs=1e-9)


def test_shares_beyond_the_dose() -> None:
    """Mistake: drawn shares that add up to 1.4 make more exosomes than were fed."""
    with pytest.warns(ConditionWarning, match="scaled down"):
        release = dual(0.7, 0.4, 1e-3, surface_located_fraction=0.3)
    assert release["released_fraction"][0, 0] == pytest.approx(0.3 / 1.4, abs=1e-9)
    assert release["in_carrier_bound_fraction"][0, 0] == pytest.approx(0.5, abs=1e-9)
    assert release.ledger_residual < 1e-9


def test_dose_beyond_the_capacity() -> None:
    """Mistake: a scaffold that cannot hold the dose says nothing."""
    with pytest.warns(ConditionWarning, match="loading_capacity"):
        plain(loading_capacity="1e10 1/mL")


# struts that go ----------------------------------------------------------------------------------

def test_pores_widen_as_struts_go() -> None:
    """Mistake: porosity frozen, or D grown without the porosity that divides it."""
    release = plain({"degradation": "surface-erosion", "porous": "mackie-meares"},
                    erosion_speed="8.3e-11 m/s", strut_radius="53 um", pore_volume_fraction=0.33)
    fine = np.linspace(0.0, 14 * DAY, 40001)
    porosity = porous.strut_porosity_eroding(fine, 53e-6, 8.3e-11, 0.33)
    D = D0 * porous.porous_mackie_meares(porosity) / porosity
    fourier = cumulative_trapezoid(D, fine, initial=0.0) / 1.3e-3**2
    curve = exact.release_slab(np.interp(release.time[0], fine, fourier))
    assert off(release, curve) < 1e-3
    frozen = plain({"porous": "mackie-meares"}, pore_volume_fraction=0.33)
    assert off(frozen, curve) > 0.05


def struts(name: str, **changes: Any) -> Release:
    return plain({"degradation": name}, **{"thickness": "3 um", "embedded_fraction": 1.0,
                                           **changes})


def test_autocatalytic_struts() -> None:
    """Mistake: acid taken for ester, or no Arrhenius factor; against the rate equation."""
    release = struts("autocatalytic", ester_concentration="21000 mmol/L",
                     acid_concentration="170 mmol/L", second_order_rate="3.1e-10 m^3/mol/s",
                     reference_temperature="25 degC", activation_energy="83 kJ/mol")
    k = 3.1e-10 * np.exp(83e3 / 8.314462618 * (1 / 298.15 - 1 / BODY))
    ester = solve_ivp(lambda t, E: -k * E * (21170.0 - E), (0.0, 14 * DAY), [21000.0],
                      t_eval=release.time[0], rtol=1e-9, atol=1e-6).y[0]
    assert off(release, 1.0 - ester / 21000.0) < 1.5e-3


def test_two_ways_of_going() -> None:
    """Mistake: the second law overwrites the first instead of acting on what it leaves."""
    release = struts("surface-erosion + hydrolysis", strut_radius="53 um",
                     erosion_speed="1.9e-11 m/s", bond_cleavage_rate="1.3e-6 1/s",
                     activation_energy="0 kJ/mol")
    left = (1.0 - 1.9e-11 * release.time[0] / 53e-6) ** 2 * np.exp(-1.3e-6 * release.time[0])
    assert off(release, 1.0 - left) < 1e-3


def test_measured_loss_replaces_the_laws() -> None:
    """Mistake: a measured mass series is ignored, or mass that is regained takes exosomes back."""
    days, mass = np.array([0.0, 2.3, 6.1, 9.7, 14.0]), np.array([0.9, 0.8, 0.41, 0.43, 0.1])
    release = struts("hydrolysis", mass_remaining_fraction=measured_series(
        "mass_remaining_fraction", days, mass))
    left = np.interp(release.time[0], days * DAY, np.minimum.accumulate(mass) / 0.9)
    assert off(release, 1.0 - left) < 0.012  # 32 nodes do not hit the kinks
    assert np.all(np.diff(release["released_fraction"][0]) > -1e-9)


# a gel in the pores ------------------------------------------------------------------------------

IN_GEL: dict[str, Any] = {"deformable_fraction": 0.07, "mesh_size_gsd": 1.7,
                          "macropore_fraction": 0.0, "plateau_modulus": "0.6 kPa",
                          "thickness": "0.4 mm", "obstruction_coefficient": 0.93}


def filled(**changes: Any) -> Release:
    return run(scaffold(filling="gelma", **{**PLAIN, **NO_PLACES, **IN_GEL,
                                            "filling_fraction": 1.0, **changes}))


def test_all_gel_is_a_hydrogel() -> None:
    """Mistake: the mesh of the gel from facts of the struts, or pore walls that still hinder it."""
    sheet = run(bench("gelma", **PLAIN, **IN_GEL, models={"binding": "none"}))
    release = filled(pore_volume_fraction=1.0)
    assert off(release, sheet["released_fraction"][0]) < TOLERANCE
    assert 0.05 < release["released_fraction"][0, -1] < 0.95
    assert release.properties["mesh_size_median"] == pytest.approx(
        sheet.properties["mesh_size_median"])


def test_struts_in_a_gel_obstruct() -> None:
    """Mistake: a filled scaffold as fast as its gel, or slowed by the superficial factor."""
    open_gel, release = filled(pore_volume_fraction=1.0), filled()
    slower = (0.71 ** 0.5)  # bruggeman over porosity
    D = open_gel.properties["effective_diffusivity"][0] * slower
    assert off(release, exact.release_slab(D * release.time[0] / 0.4e-3**2)) < TOLERANCE


def test_partly_filled_pores() -> None:
    """Mistake: the share that is filled and the share that is open swapped."""
    values = [filled(filling_fraction=share).properties["effective_diffusivity"][0]
              for share in (0.0, 0.2, 0.9, 1.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(D0 * 0.71**1.5, rel=2e-4)
    gel = values[-1] / (D0 * 0.71**1.5)
    assert values[1] == pytest.approx(
        float(mobility.effective_medium(1.0, gel, 0.2)) * D0 * 0.71**1.5, rel=1e-3)


def test_lost_gel_opens_the_pores() -> None:
    """Mistake: the gel is lost with the rate of the struts, or not at all."""
    facts = {"sol_viscosity_ratio": 1.0, "activation_energy": "0 kJ/mol"}
    kept = filled(**facts)
    lost = run(scaffold(filling="gelma", models={"gel_degradation": "hydrolysis"}, **{
        **PLAIN, **NO_PLACES, **IN_GEL, **facts, "filling_fraction": 1.0,
        "bond_cleavage_rate": "5e-6 1/s"}))
    early, late = (kept["released_fraction"][0], lost["released_fraction"][0])
    assert late[-1] > early[-1] + 0.2
    gel = kept.properties["effective_diffusivity"][0] / 0.71
    water = D0 * 0.71**0.5
    fine = np.linspace(0.0, 14 * DAY, 40001)
    D = mobility.effective_medium(water, gel, np.exp(-5e-6 * fine))
    fourier = cumulative_trapezoid(D, fine, initial=0.0) / 0.4e-3**2
    assert off(lost, exact.release_slab(np.interp(lost.time[0], fine, fourier))) < 3e-3


# the whole ---------------------------------------------------------------------------------------

def wounded(models: dict[str, str] | None = None, **changes: Any) -> Formulation:
    return scaffold("chitosan-sponge", "diabetic-foot-ulcer", models=models, **{
        "boundary": "wound", "loading_capacity": "1e18 1/mL",
        "dressing_change_time": "3.5 d", "carrier_at_change": "replace", **changes})


RANGES = {"thickness": (1e-4, 8e-3), "pore_volume_fraction": (0.05, 0.99),
          "pore_diameter": (1.5e-7, 1e-3), "strut_radius": (1e-7, 5e-4),
          "surface_located_fraction": (0.0, 1.0), "adsorbed_fraction": (0.0, 1.0),
          "embedded_fraction": (0.0, 1.0), "irreversible_fraction": (0.0, 1.0),
          "desorption_rate": (1e-8, 1e-1), "erosion_speed": (1e-13, 1e-8),
          "bond_cleavage_rate": (1e-9, 1e-4), "adsorption_coefficient": (1e-5, 1.0),
          "vesicle_diameter_median": (3e-8, 2.4e-7), "duration": (0.3 * DAY, 30 * DAY)}
LOGS = {name for name, (low, _) in RANGES.items() if low > 0.0 and name != "pore_volume_fraction"}


def random_rows(rng: np.random.Generator, ranges: dict[str, tuple[float, float]],
                logs: set[str], rows: int) -> dict[str, Any]:
    """Return columns within ranges, evenly or in the logarithm, with both ends among them."""
    share = rng.uniform(size=(rows, len(ranges)))
    share[0], share[1] = 0.0, 1.0
    return {name: low * (high / low) ** z if name in logs else low + (high - low) * z
            for (name, (low, high)), z in zip(ranges.items(), share.T, strict=True)}


def sound(release: Release) -> None:
    """Nothing lost, nothing negative, nothing taken back, no row without a number."""
    assert not release.failed
    assert release.ledger_residual < 1e-9
    slack = 3.0 * release.discretisation_error.max() + 5e-4
    for name, column in release.columns.items():
        assert np.all(np.isfinite(column)), name
        if name.endswith("_fraction"):
            assert column.min() > -slack, name
            assert column.max() < 1.0 + slack, name
    # with a fresh carrier the fraction falls; what has been released never does
    applied = release["applied_particles_per_cm2"] if release.at_wound else 1.0
    released = release["released_fraction"] * applied / np.max(applied)
    assert np.diff(released, axis=1).min() > -1e-9


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), law=st.sampled_from(sorted(POROUS)),
       adsorption=st.sampled_from(sorted(ADSORPTIONS)),
       loss=st.sampled_from(["none", "surface-erosion", "hydrolysis + surface-erosion"]))
def test_any_scaffold_is_sound(seed: int, law: str, adsorption: str, loss: str) -> None:
    """Mistake: nan, fractions outside 0..1, or released exosomes that go back, somewhere."""
    models = {"porous": law, "adsorption": adsorption, "degradation": loss}
    columns = random_rows(np.random.default_rng(seed), RANGES, LOGS, 12)
    sound(run(table(wounded(models), **columns)))


@pytest.mark.parametrize("polymer", ["pcl", "pcl-fibre-mat", "chitosan-sponge", "silk-sponge",
                                     "collagen-sponge", "plga-fibre-mat"])
def test_draws_of_shipped_scaffolds(polymer: str) -> None:
    """Mistake: a drawn fact that breaks a law; bands that do not spread."""
    loss = {"collagen-sponge": "enzyme", "plga-fibre-mat": "autocatalytic"}
    release = run(scaffold(polymer, "diabetic-foot-ulcer", boundary="wound", models={
        "adsorption": "desorption-limited", "degradation": loss.get(polymer, "hydrolysis")}),
        draws=40, seed=3)
    sound(release)
    assert np.ptp(release["released_fraction"][:, 60]) > 0.05


def test_no_row_depends_on_another() -> None:
    """Mistake: nodes or shares of one row leak into the next."""
    columns = random_rows(np.random.default_rng(7), RANGES, LOGS, 5)
    base = wounded({"adsorption": "linear", "degradation": "surface-erosion"})
    together = run(table(base, **columns))
    for row in range(5):
        alone = run(table(base, **{name: column[[row]] for name, column in columns.items()}))
        assert np.array_equal(together["released_fraction"][row], alone["released_fraction"][0])


def test_nodes_share_the_bend_out_and_a_row_without_a_number_spoils_no_other() -> None:
    """Mistake: nodes are counted into the row of a neighbour, or nan stops all rows."""
    rates = np.array([[3.1e-6], [np.nan], [4.7e-5], [0.0]])
    days = Inputs(table(wounded({}), duration=[9 * DAY, 14 * DAY, 11 * DAY, 5 * DAY]))
    nodes = loss_nodes(days, lambda time: np.exp(-rates * time))
    assert np.isnan(nodes[1]).all()
    assert np.isfinite(nodes[[0, 2, 3]]).all()
    assert nodes[:, -1] == pytest.approx([9 * DAY, np.nan, 11 * DAY, 5 * DAY], nan_ok=True,
                                         rel=1e-6)
    for row in (0, 2, 3):
        assert np.all(np.diff(nodes[row]) > 0.0)
    for row in (0, 2):  # straight lines between the nodes are close to the curve
        time = np.linspace(0.0, nodes[row, -1], 2001)
        straight = np.interp(time, nodes[row], np.exp(-rates[row] * nodes[row]))
        assert straight == pytest.approx(np.exp(-rates[row] * time), abs=1.5e-3)


def test_missing_facts_are_named() -> None:
    """Mistake: a KeyError or nan instead of what is missing."""
    with pytest.raises(InputError) as caught:
        run(scaffold("gelma", models={"adsorption": "linear", "degradation": "surface-erosion"}))
    text = str(caught.value)
    for name in ("desorption_rate", "adsorption_coefficient", "strut_radius", "erosion_speed"):
        assert f"{name}: needed" in text


def test_wrong_words_are_named() -> None:
    """Mistake: an unknown law or filling is met by a traceback."""
    with pytest.raises(InputError, match="did you mean bruggeman"):
        run(scaffold(models={"porous": "brugeman"}))
    with pytest.raises(InputError, match="has the role wound, not polymer"):
        scaffold().but(filling="acute-wound")


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_frees_what_it_held(name: str) -> None:
    """Mistake: a law in the table that cannot be called, or that frees nothing."""
    rates: dict[str, Any] = {
        "bond_cleavage_rate": "1e-6 1/s", "activity_cleavage_rate": "1e-9 m^3/U/s",
        "enzyme_activity": "1e-3 U/mL", "catalytic_rate": "0.3 1/s", "enzyme_concentration":
        "2e-6 mmol/L", "michaelis_concentration": "0.2 mmol/L", "substrate_concentration":
        "0.4 mmol/L", "reference_cleavage_rate": "1e-6 1/s", "unstimulated_cleavage_rate":
        "0 1/s", "stimulus_concentration": "1 mmol/L", "reference_concentration": "1 mmol/L",
        "stimulus_order": 0.5, "water_cleavage_rate": "1e-6 1/s", "acid_cleavage_rate": "0 1/s",
        "base_cleavage_rate": "0 1/s", "water_pk": 13.6, "ester_concentration": "19000 mmol/L",
        "acid_concentration": "400 mmol/L", "second_order_rate": "1e-10 m^3/mol/s",
        "strut_radius": "53 um", "erosion_speed": "2e-11 m/s"}
    release = struts(name, **rates)
    assert 0.1 < release["released_fraction"][0, -1] < 0.999
    assert at(release, "released_fraction", 3) < at(release, "released_fraction", 9)


def test_twin_of_every_exact_solution() -> None:
    """Mistake: tolerances so wide that 2 % of mobility is not seen."""
    curve: Callable[..., Any] = exact.release_slab
    release = plain()
    fourier = D0 * 0.71**0.5 * release.time[0] / 1.3e-3**2
    assert off(release, curve(fourier)) < TOLERANCE
    assert off(release, curve(1.02 * fourier)) > 2e-3
