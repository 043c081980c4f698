"""Random gels: whatever the choices, every exosome is somewhere and nothing is negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from releasekit.carriers.gel_laws import (
    BINDINGS,
    CONNECTIVITIES,
    DEGRADATIONS,
    MOBILITIES,
    STRUCTURES,
)
from releasekit.formulation import Designs
from releasekit.release import LEDGER, LEDGER_PARTS, Release
from releasekit.vocabulary import QUANTITIES

from ..builders import DAY, RARE, gel, run

ROWS = 32

POLYMERS = ("gelma", "alginate-ionic", "alginate-fast-relaxing", "alginate-printed",
            "peg-hydrolysable", "chitosan-thermosensitive", "fibrin", "collagen-gel",
            "hyaluronic-methacrylated", "pluronic-f127")
EXOSOMES = ("adipose-msc", "umbilical-msc", "bone-marrow-msc")
WOUNDS = ("diabetic-foot-ulcer", "splinted-mouse", "in-vitro-assay", "acute-wound")

CHEMISTRY: dict[str, Any] = {  # of four-arm PEG, so that every gel can go by every route
    "chain_molar_mass": "10 kDa", "repeat_molar_mass": "44.05 Da", "bonds_per_repeat": 3.0,
    "bond_length": "0.146 nm", "characteristic_ratio": 4.0, "specific_volume": "8.6e-4 m^3/kg",
    "interaction_coefficient": 0.43, "junction_functionality": 4.0, "chain_end_fraction": 0.05,
    "bond_cleavage_rate": "1e-6 1/s", "ion_exchange_rate": "1e-6 1/s",
    "reference_temperature": "37 degC", "activation_energy": "70 kJ/mol",
    "activity_cleavage_rate": "1e-11 m^3/U/s", "plateau_modulus": "2 kPa",
    "surface_located_fraction": 0.1}

# columns, from low to high: over their logarithm where low is above 0, else from 0 on a square
SPANS: dict[str, tuple[float, float]] = {
    "thickness": (5e-5, 1e-2), "polymer_concentration": (10.0, 200.0),
    "plateau_modulus": (1.0, 1e5), "mesh_size_median": (2e-9, 2e-7),
    "mesh_size_gsd": (1.0, 3.0), "swelling_ratio": (0.7, 10.0),
    "relaxation_time": (0.1, 1e7), "obstruction_coefficient": (0.3, 3.0),
    "macropore_fraction": (0.0, 0.95), "pore_diameter": (1e-7, 1e-3), "fibre_radius": (5e-10, 1e-7),
    "vesicle_diameter_median": (3e-8, 2.5e-7), "vesicle_diameter_gsd": (1.0, 2.0),
    "deformable_fraction": (0.0, 0.2), "surface_located_fraction": (0.0, 0.5),
    "irreversible_fraction": (0.0, 0.6), "binding_ratio": (1e-3, 1e3),
    "binding_off_rate": (1e-8, 1e-1), "partition_coefficient": (1e-2, 1e2),
    "carrier_inactivation_rate": (0.0, 2e-5), "bond_cleavage_rate": (1e-9, 1e-3),
    "enzyme_activity": (1e2, 1e6), "ion_exchange_rate": (1e-9, 1e-4),
    "initial_intact_fraction": (0.3, 1.0), "gel_point_spread": (0.05, 1.0),
    "sol_viscosity_ratio": (1.0, 1e4), "crosslinks_per_chain": (2.0, 1e3),
    "radius": (2e-5, 5e-3), "packing_fraction": (0.1, 0.8), "duration": (600.0, 1e7)}
WOUND_SPANS: dict[str, tuple[float, float]] = {
    "exudate_flux": (0.0, 2e-7), "absorbed_exudate_fraction": (0.0, 1.0),
    "absorption_capacity": (1e-4, 5e-2), "fluid_film_thickness": (1e-4, 5e-3),
    "fluid_uptake_rate": (0.0, 1e-3), "tissue_uptake_rate": (0.0, 1e-3),
    "scavenging_rate": (0.0, 1e-3), "clearance_rate": (0.0, 1e-3),
    "wound_inactivation_rate": (0.0, 1e-4), "tissue_diffusivity": (1e-15, 1e-10),
    "tissue_depth": (1e-4, 1e-2), "tissue_accessible_fraction": (0.02, 0.6),
    "fluid_removed_fraction": (0.0, 1.0), "dose_count": (1.0, 4.0)}
MEDIUM_SPANS: dict[str, tuple[float, float]] = {
    "bath_volume_per_area": (1e-4, 1.0), "external_film_thickness": (1e-6, 5e-3)}


@dataclass(frozen=True)
class Family:
    """What the rows of a table share: materials, laws, words, number of dressing changes."""

    materials: tuple[str, str, str]
    models: dict[str, str]
    words: dict[str, str]
    changes: int
    seed: int

    def designs(self, rows: int = ROWS) -> Designs:
        choices: dict[str, Any] = {**self.words, **CHEMISTRY, **RARE}
        base = gel(*self.materials, models=self.models, **choices)
        rng = np.random.default_rng(self.seed)
        at_wound = self.words["boundary"] == "wound"
        columns = {}
        for name, (low, high) in {**SPANS, **(WOUND_SPANS if at_wound else MEDIUM_SPANS)}.items():
            u = rng.random(rows)
            columns[name] = low * (high / low) ** u if low > 0.0 else high * u * u
            u = rng.random(rows)  # the ends of a range are where laws break
            columns[name] = np.where(u < 0.07, low, np.where(u > 0.93, high, columns[name]))
        columns["dressing_change_time"] = np.maximum(
            columns["duration"] / (self.changes + rng.uniform(0.3, 1.0, rows)), 60.0)
        return Designs(base, columns)


def pick(*options: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options)


FAMILIES = st.builds(
    Family,
    materials=st.tuples(pick(*POLYMERS), pick(*EXOSOMES), pick(*WOUNDS)),
    models=st.fixed_dictionaries({
        "structure": pick(*STRUCTURES), "mobility": pick(*MOBILITIES), "binding": pick(*BINDINGS),
        "degradation": st.lists(pick(*DEGRADATIONS), max_size=3, unique=True).map(
            lambda names: " + ".join(names) or "none"),
        "connectivity": pick(*CONNECTIVITIES)}),
    words=st.fixed_dictionaries({
        "shape": pick("sheet", "rod", "bead"), "tissue": pick("mixed", "mixed", "resolved"),
        "boundary": pick("wound", "wound", "sink", "bath", "film"),
        "carrier_at_change": pick("keep", "discard", "replace")}),
    changes=st.integers(0, 3), seed=st.integers(0, 2**31))


def check(release: Release) -> None:
    """Assert what holds of every release."""
    assert not release.failed
    assert release.ledger_residual <= 1e-9
    slack = 3.0 * release.discretisation_error[:, None] + 1e-3
    names = [name for name in (*LEDGER, *LEDGER_PARTS, "released_fraction",
                               "released_active_fraction", "in_medium_fraction")
             if name in release.columns]
    for name in names:
        column = release[name]
        assert np.isfinite(column).all(), name
        assert np.all(column >= -slack), name
        assert np.all(column <= 1.0 + slack), name
    words = release.formulation.word
    active, every = release["released_active_fraction"], release["released_fraction"]
    if words("boundary") in ("sink", "film"):
        # elsewhere exosomes that were inactivated outside can diffuse back in
        assert np.all(active <= every + slack)
    if words("carrier_at_change") != "replace" or release.at_wound:
        applied = release.columns.get("applied_particles_per_cm2", np.ones((len(release), 1)))
        for released in (active, every):  # fractions fall at a new dose
            assert np.all(np.diff(released * applied / applied[:, :1], axis=1) >= -1e-12)
    for name, values in release.properties.items():
        unknown = name == "plateau_modulus" and release.formulation.models["structure"] in (
            "flory-rehner", "fibres", "given")
        assert unknown or not np.isnan(values).any(), name
        low, high = QUANTITIES[name].possible
        assert unknown or np.all((values >= low) & (values <= high)), name
    assert np.all(release.properties["effective_diffusivity"]
                  <= release.properties["free_diffusivity"] * (1 + 1e-12))


COMMON: dict[str, Any] = {  # a table of designs is not worth the time of shrinking
    "deadline": None, "derandomize": True, "phases": [Phase.explicit, Phase.generate],
    "report_multiple_bugs": False, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=14, **COMMON)
@given(FAMILIES)
def test_every_exosome_is_somewhere(family: Family) -> None:
    """Mistake: any crash, nan, leak, negative amount or return of the released, in any corner."""
    check(run(family.designs(), accuracy="screen"))


@pytest.mark.slow
@settings(max_examples=64, **COMMON)
@given(FAMILIES)
def test_two_thousand_formulations(family: Family) -> None:
    """Mistake: as above, in the corners that few formulations reach."""
    check(run(family.designs(), accuracy="default"))


def test_the_check_can_fail() -> None:
    """Mistake: a check of nan or of empty tables that lets everything pass."""
    release = run(gel())
    check(release)
    for name, factor in (("in_carrier_fraction", 1.01), ("released_fraction", -1.0),
                         ("taken_up_fraction", np.nan)):
        columns = {**release.columns, name: release[name] * factor}
        with pytest.raises(AssertionError):
            check(Release(**{**release.__dict__, "columns": columns}))
    assert release.time[0, -1] == 14 * DAY
