"""Decellularised matrix as a transport problem: fibres, sites, their loss, and a gel between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid, solve_ivp

from releasekit.carriers.ecm import FIBRE_LOSSES, FIBRE_MOBILITIES
from releasekit.errors import ConditionWarning, InputError
from releasekit.facts import load_material
from releasekit.formulation import Formulation
from releasekit.physics import boundaries, fibres, hindrance, laplace, mobility
from releasekit.physics import series as exact
from releasekit.release import Release

from ..builders import DAY, at, bench, run, table
from .test_scaffold import random_rows, sound

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.RangeWarning")

BODY = 310.15
D0 = float(mobility.stokes_einstein(87e-9, BODY, mobility.water_viscosity(BODY)))
RADIUS = 43.5e-9
PLAIN: dict[str, Any] = {
    "vesicle_diameter_median": "87 nm", "vesicle_diameter_gsd": 1.0,
    "surface_located_fraction": 0.0, "irreversible_fraction": 0.0, "macropore_fraction": 0.0,
    "partition_coefficient": 1.0, "carrier_inactivation_rate": "0 1/s",
    "loading_capacity": "1e18 1/mL", "fibre_radius": "47 nm", "matrix_concentration": "31 mg/mL",
    "hydrated_specific_volume": "1.3e-3 m^3/kg", "thickness": "1.3 mm",
}
PHI = 0.0403
TOLERANCE = 6e-4


def ecm(matrix: str = "cardiac-decm", wound: str = "in-vitro-assay", polymer: str = "", *,
        models: dict[str, str] | None = None, **changes: Any) -> Formulation:
    """Return a decellularised matrix of 1.3 mm on the bench for 14 days."""
    names = {"matrix": matrix, "exosome": "adipose-msc", "wound": wound}
    names |= {"polymer": polymer} if polymer else {}
    base = Formulation(
        "ecm", "ecm", materials={role: load_material(name, role) for role, name in names.items()},
        models={"mobility": "phillips", "binding": "none", "degradation": "none",
                **(models or {})},
        choices={"thickness": 1.3e-3, "area": 4e-4, "dose_per_area": 1.3e14,
                 **({"polymer_concentration": 75.0} if polymer else {})},
        use={"duration": 14 * DAY, "boundary": "sink"})
    return base.but(**changes) if changes else base


def plain(models: dict[str, str] | None = None, polymer: str = "", **changes: Any) -> Release:
    return run(ecm(polymer=polymer, models=models, **{**PLAIN, **changes}))


def off(release: Release, curve: Any) -> float:
    return float(np.abs(release["released_fraction"][0] - curve).max())


def phillips(fraction: Any, permeability: Any = None) -> Any:
    kappa = fibres.permeability_jackson_james(47e-9, fraction) if permeability is None \
        else permeability
    return fibres.brinkman_phillips(RADIUS, 47e-9, fraction, kappa)


# fibres ------------------------------------------------------------------------------------------

def test_without_binding_it_is_a_network_of_fibres() -> None:
    """Mistake: a factor that a hydrogel of the same fibres does not have."""
    shared = {**PLAIN, "vesicle_diameter_gsd": 1.36, "macropore_fraction": 0.0,
              "pore_diameter": "5 um"}
    del shared["matrix_concentration"], shared["hydrated_specific_volume"]
    gel = run(bench("collagen-gel", models={
        "structure": "fibres", "mobility": "phillips", "binding": "none"}, **shared,
        polymer_concentration="31 mg/mL", density=f"{1 / 1.3e-3} mg/mL", swelling_ratio=1.0,
        hydraulic_permeability="3.1e-14 m^2"))
    matrix = plain(vesicle_diameter_gsd=1.36, hydraulic_permeability="3.1e-14 m^2")
    assert np.abs(gel["released_fraction"] - matrix["released_fraction"]).max() < 1e-9
    for name in ("mesh_size_median", "polymer_volume_fraction", "effective_diffusivity"):
        assert matrix.properties[name] == pytest.approx(gel.properties[name], rel=1e-9)


def test_fibres_hinder() -> None:
    """Mistake: dry volume taken for wet, diameter for radius; the twin of 2 % must be seen."""
    release = plain()
    fourier = D0 * release.time[0] / 1.3e-3**2
    curve = exact.release_slab(phillips(PHI) * fourier)
    assert off(release, curve) < TOLERANCE
    assert off(release, exact.release_slab(1.02 * phillips(PHI) * fourier)) > 2e-3
    assert off(plain(hydrated_specific_volume="0.75e-3 m^3/kg"), curve) > 0.02
    ogston = plain({"mobility": "ogston"})
    assert off(ogston, exact.release_slab(
        fibres.fibres_ogston(RADIUS, 47e-9, PHI) * fourier)) < TOLERANCE


def test_no_fibres_no_hindrance() -> None:
    """Mistake: a factor that stays when the matrix is thinned out."""
    release = plain(matrix_concentration="0.001 mg/mL")
    assert release.properties["effective_diffusivity"][0] == pytest.approx(D0, rel=0.01)


def test_macropores_pass() -> None:
    """Mistake: fibre fraction not concentrated by macropores, or phases swapped in the mixture."""
    release = plain(macropore_fraction=0.21, pore_diameter="8.7 um")
    H = float(hindrance.pore_hindrance(0.01))
    D = float(mobility.effective_medium(phillips(PHI / 0.79), H, 0.21)) * D0
    assert release.properties["effective_diffusivity"][0] == pytest.approx(D, rel=1e-9)
    assert release.properties["polymer_volume_fraction"][0] == pytest.approx(PHI / 0.79)
    assert off(release, exact.release_slab(D * release.time[0] / 1.3e-3**2)) < TOLERANCE


def test_fluid_that_fits_between_fibres() -> None:
    """Mistake: at equilibrium with a bath the fibres do not exclude vesicles."""
    base = ecm(**{**PLAIN, "boundary": "bath", "bath_volume_per_area": "1.7 mm"})
    silent = Formulation(**{**base.__dict__, "given": {
        name: item for name, item in base.given.items() if name != "partition_coefficient"}})
    K = float(fibres.accessible_volume_ogston(RADIUS, 47e-9, PHI))
    assert 0.8 < K < 0.9
    release = run(silent)
    curve = boundaries.release_bath_slab(
        phillips(PHI) * D0 * release.time[0] / 1.3e-3**2, 1.7 / (K * 1.3))
    assert off(release, curve) < TOLERANCE
    assert off(run(base), curve) > 0.01


def test_dense_matrix_warns() -> None:
    """Mistake: the laws of fibre networks used at 30 % without a word."""
    with pytest.warns(ConditionWarning, match="fibres take more than 10%"):
        plain(matrix_concentration="250 mg/mL")


# sites -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("law", ["linear", "sites"])
def test_reversible_binding(law: str) -> None:
    """Mistake: bound and free swapped at the start; the twin of 2 % must be seen."""
    how: dict[str, Any] = {"binding_off_rate": "4.3e-6 1/s"}
    how |= {"binding_ratio": 1.7} if law == "linear" else {
        "ligand_concentration": "5.1e-3 mmol/L", "dissociation_concentration": "3e-3 mmol/L"}
    release = plain({"binding": law}, **how)
    D = float(phillips(PHI)) * D0
    curve = laplace.release_slab_binding(release.time[0, 1:], D, 1.3e-3, 1.7 * 4.3e-6, 4.3e-6)
    assert np.abs(release["released_fraction"][0, 1:] - curve).max() < TOLERANCE
    wrong = laplace.release_slab_binding(release.time[0, 1:], D, 1.3e-3, 1.02 * 1.7 * 4.3e-6,
                                         4.3e-6)
    assert np.abs(release["released_fraction"][0, 1:] - wrong).max() > 1.5e-3


LOSS: dict[str, Any] = {"activity_cleavage_rate": "1.9e-9 m^3/U/s", "enzyme_activity":
                        "1.1e-3 U/mL"}
RATE = 1.9e-9 * 1.1e3
"""First-order loss of fibres [1/s]: half in 3.8 days."""


def test_sites_go_with_their_fibres() -> None:
    """Mistake: sites outlive the matrix, or what was held for good stays when it is gone."""
    release = plain({"binding": "linear", "degradation": "enzyme"}, **LOSS, thickness="2 um",
                    binding_ratio=2.3, binding_off_rate="1e-13 1/s", irreversible_fraction=0.17,
                    surface_located_fraction=0.11)
    loose = 0.11 + 0.89 * 0.83 / 3.3
    curve = 1.0 - (1.0 - loose) * np.exp(-RATE * release.time[0])
    curve[0] = 0.11
    assert off(release, curve) < 2e-3
    twin = 1.0 - (1.0 - loose) * np.exp(-1.02 * RATE * release.time[0])
    assert off(release, twin) > 2.5e-3
    assert release["in_carrier_trapped_fraction"][0, -1] == pytest.approx(
        0.89 * 0.17 * np.exp(-RATE * 14 * DAY), abs=1e-3)


def test_mobility_grows_as_fibres_go() -> None:
    """Mistake: hindrance of the fresh matrix for ever, or a measured permeability that stays."""
    for given_permeability in (None, 3.1e-15):
        changes = {} if given_permeability is None else {
            "hydraulic_permeability": f"{given_permeability} m^2"}
        release = plain({"degradation": "enzyme"}, **LOSS, matrix_concentration="75 mg/mL",
                        **changes)
        fine = np.linspace(0.0, 14 * DAY, 20001)
        left = np.exp(-RATE * fine)
        kappa = None if given_permeability is None else given_permeability / left
        D = D0 * phillips(0.0975 * left, kappa)
        fourier = cumulative_trapezoid(D, fine, initial=0.0) / 1.3e-3**2
        curve = exact.release_slab(np.interp(release.time[0], fine, fourier))
        assert off(release, curve) < 1.5e-3
        frozen = exact.release_slab(D[0] * release.time[0] / 1.3e-3**2)
        assert off(release, frozen) > 0.03


def test_saturated_enzyme() -> None:
    """Mistake: first order where substrate is in excess; against the rate equation."""
    release = plain({"binding": "none", "degradation": "michaelis-menten"}, thickness="2 um",
                    irreversible_fraction=1.0, catalytic_rate="3.1e-3 1/s",
                    enzyme_concentration="3e-5 mmol/L", michaelis_concentration="0.013 mmol/L",
                    enzyme_decay_rate="1.1e-6 1/s", chain_molar_mass="293000 g/mol")
    start = 31.0 / 293.0

    def rate(t: float, S: Any) -> Any:
        return -3.1e-3 * 3e-5 * np.exp(-1.1e-6 * t) * S / (0.013 + S)

    left = solve_ivp(rate, (0.0, 14 * DAY), [start], t_eval=release.time[0], rtol=1e-10,
                     atol=1e-12).y[0] / start
    assert 0.2 < left[-1] < 0.7
    assert off(release, 1.0 - left) < 1e-3


def test_its_own_vesicles_are_a_blank() -> None:
    """Mistake: vesicles of the matrix itself counted as dose, or not mentioned at all."""
    few = plain(endogenous_vesicle_concentration="1e8 1/mL")
    assert few.properties["endogenous_vesicle_concentration"][0] == 1e14
    with pytest.warns(ConditionWarning, match="subtract a blank"):
        many = plain(endogenous_vesicle_concentration="1e11 1/mL")
    assert np.array_equal(few["released_fraction"], many["released_fraction"])
    assert many.dose_per_area[0] == 1.3e14


# a gel between the fibres ------------------------------------------------------------------------

IN_GEL: dict[str, Any] = {"deformable_fraction": 0.07, "mesh_size_gsd": 1.7, "plateau_modulus":
                          "0.6 kPa", "thickness": "0.4 mm", "filling_fraction": 1.0}


def test_gel_times_fibres() -> None:
    """Mistake: gel and fibres averaged instead of both hindering, or facts of the two mixed up.

    The gel's file knows a fibre radius, a density and binding too: none of them is the matrix's.
    """
    facts = {name: value for name, value in PLAIN.items() if name != "fibre_radius"}
    gel = run(bench("gelma", models={"binding": "none"}, **{
        **PLAIN, **IN_GEL, "pore_diameter": "5 um"}))
    both = run(ecm(polymer="gelma", **{**facts, **IN_GEL}))
    bare = run(ecm(**{**facts, "thickness": "0.4 mm"}))
    in_gel, in_fibres, in_both = (each.properties["effective_diffusivity"][0] / D0
                                  for each in (gel, bare, both))
    assert bare.properties["polymer_volume_fraction"] == both.properties["polymer_volume_fraction"]
    assert in_both == pytest.approx(in_gel * in_fibres, rel=1e-9)
    assert in_fibres > 10.0 * in_gel
    assert off(both, exact.release_slab(in_both * D0 * both.time[0] / 0.4e-3**2)) < TOLERANCE


def test_partly_filled() -> None:
    """Mistake: filled and open share swapped."""
    shares = [0.0, 0.3, 0.9, 1.0]
    D = [plain(polymer="gelma", **{**IN_GEL, "filling_fraction": share})
         .properties["effective_diffusivity"][0] for share in shares]
    assert sorted(D, reverse=True) == D
    assert D[0] == pytest.approx(float(phillips(PHI)) * D0)
    mixed = mobility.effective_medium(D[0], D[3], 0.3)
    assert D[1] == pytest.approx(float(mixed), rel=1e-6)


def test_gel_needs_no_naming_of_its_law() -> None:
    """Mistake: a gel that is named but forgotten in [models] does nothing."""
    silent = plain(polymer="gelma", **IN_GEL)
    said = plain({"gel": "unified", "structure": "modulus"}, polymer="gelma", **IN_GEL)
    without = plain({"gel": "none"}, polymer="gelma", **IN_GEL)
    assert np.array_equal(silent["released_fraction"], said["released_fraction"])
    assert off(without, silent["released_fraction"][0]) > 0.1


# the whole ---------------------------------------------------------------------------------------

RANGES = {"thickness": (5e-5, 5e-3), "matrix_concentration": (0.1, 600.0),
          "fibre_radius": (1e-9, 1e-6), "macropore_fraction": (0.0, 0.95),
          "pore_diameter": (1e-7, 1e-3), "binding_ratio": (1e-3, 1e3),
          "binding_off_rate": (1e-8, 1e-1), "irreversible_fraction": (0.0, 1.0),
          "surface_located_fraction": (0.0, 1.0), "enzyme_activity": (1.0, 1e8),
          "vesicle_diameter_median": (3e-8, 2.4e-7), "filling_fraction": (0.0, 1.0),
          "plateau_modulus": (1.0, 1e5), "duration": (0.3 * DAY, 30 * DAY)}
LOGS = {"thickness", "matrix_concentration", "fibre_radius", "pore_diameter", "binding_ratio",
        "binding_off_rate", "enzyme_activity", "vesicle_diameter_median", "plateau_modulus",
        "duration"}


def wounded(polymer: str = "", models: dict[str, str] | None = None) -> Formulation:
    return ecm("adipose-decm", "diabetic-foot-ulcer", polymer, models=models, boundary="wound",
               dressing_change_time="3.5 d", carrier_at_change="replace",
               loading_capacity="1e18 1/mL", endogenous_vesicle_concentration="0 1/mL")


@pytest.mark.filterwarnings("ignore::releasekit.errors.ConditionWarning")
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), law=st.sampled_from(sorted(FIBRE_MOBILITIES)),
       binding=st.sampled_from(["none", "linear"]), polymer=st.sampled_from(["", "gelma"]),
       loss=st.sampled_from(["none", "enzyme", "enzyme + hydrolysis", "michaelis-menten"]))
def test_any_matrix_is_sound(seed: int, law: str, binding: str, polymer: str, loss: str) -> None:
    """Mistake: nan, fractions outside 0..1, or released exosomes that go back, somewhere."""
    models = {"mobility": law, "binding": binding, "degradation": loss}
    if polymer and loss != "michaelis-menten":
        models["gel_degradation"] = loss
    columns = random_rows(np.random.default_rng(seed), RANGES, LOGS, 12)
    sound(run(table(wounded(polymer, models), **columns)))


@pytest.mark.filterwarnings("ignore::releasekit.errors.ConditionWarning")
@pytest.mark.parametrize("matrix", ["small-intestinal-submucosa", "acellular-dermal-matrix",
                                    "cardiac-decm", "adipose-decm", "amniotic-membrane"])
def test_draws_of_shipped_matrices(matrix: str) -> None:
    """Mistake: a drawn fact that breaks a law; bands that do not spread."""
    release = run(ecm(matrix, "diabetic-foot-ulcer", boundary="wound", models={
        "binding": "linear", "degradation": "enzyme + hydrolysis"}), draws=40, seed=3)
    sound(release)
    assert np.ptp(release["released_fraction"][:, 60]) > 0.05


@pytest.mark.parametrize("name", FIBRE_LOSSES)
def test_every_loss_frees_what_it_held(name: str) -> None:
    """Mistake: a law in the table that cannot be called, or that frees nothing."""
    rates: dict[str, Any] = {
        "bond_cleavage_rate": "1e-6 1/s", "activity_cleavage_rate": "1e-9 m^3/U/s",
        "enzyme_activity": "1e-3 U/mL", "catalytic_rate": "3e-3 1/s", "enzyme_concentration":
        "2e-5 mmol/L", "michaelis_concentration": "0.0004 mmol/L", "reference_cleavage_rate":
        "1e-6 1/s", "unstimulated_cleavage_rate": "0 1/s", "stimulus_concentration": "1 mmol/L",
        "reference_concentration": "1 mmol/L", "stimulus_order": 0.5, "water_cleavage_rate":
        "1e-6 1/s", "acid_cleavage_rate": "0 1/s", "base_cleavage_rate": "0 1/s", "water_pk": 13.6}
    release = plain({"degradation": name}, **rates, irreversible_fraction=1.0, thickness="2 um")
    assert 0.1 < release["released_fraction"][0, -1] < 0.999
    assert at(release, "released_fraction", 3) < at(release, "released_fraction", 9)


def test_missing_facts_are_named() -> None:
    """Mistake: a fact of the gel passes for one of the matrix that is missing."""
    with pytest.raises(InputError) as caught:
        run(ecm("generic-matrix", polymer="gelma", models={"binding": "sites"}))
    assert "matrix_concentration: needed" in str(caught.value)
    with pytest.raises(InputError, match="an ecm needs a matrix"):
        run(Formulation("x", "ecm", materials={}, choices={"thickness": 1e-3, "dose_per_area":
                                                           1e14}, use={"duration": DAY}))
