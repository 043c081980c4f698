"""Every shipped material of a carrier releases something, or says what it lacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from releasekit.catalogue import examine, materials
from releasekit.facts import Material, load_material
from releasekit.formulation import Formulation

from ..builders import DAY, run

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")

CARRIERS = materials(("polymer", "matrix"))
GEL = {"binding": "linear", "connectivity": "chain-growth", "degradation": "hydrolysis"}
NEEDLE = {"needle_height": 8e-4, "needle_base_radius": 1.3e-4, "needle_tip_radius": 1.1e-5,
          "needle_pitch": 5.1e-4, "polymer_concentration": 1000.0}
BY_FAMILY = (
    ("hydrogel", {**GEL, "structure": "modulus"}, {"thickness": 1.1e-3}),
    ("hydrogel", {**GEL, "structure": "modulus", "connectivity": "step-growth"},
     {"thickness": 1.1e-3}),
    ("hydrogel", {**GEL, "structure": "given"}, {"thickness": 1.1e-3}),
    ("hydrogel", {**GEL, "structure": "fibres", "mobility": "phillips"}, {"thickness": 1.1e-3}),
    ("microneedle", {"degradation": "autocatalytic-half"},
     {**NEEDLE, "needle_kind": "biodegradable"}),
    ("microneedle", {}, {**NEEDLE, "needle_kind": "dissolving"}),
    ("microneedle", GEL, {**NEEDLE, "needle_kind": "swellable"}),
    ("scaffold", {"adsorption": "desorption-limited", "degradation": "hydrolysis"},
     {"thickness": 1.1e-3}),
    ("scaffold", {"adsorption": "desorption-limited", "degradation": "autocatalytic"},
     {"thickness": 1.1e-3}),
    ("ecm", {"binding": "linear", "degradation": "hydrolysis"}, {"thickness": 1.1e-3}),
)
"""One plain way of using a material in each family and, for needles and gels, of each kind."""
SCREENING = 2e-3
"""How far a released fraction may be off at the accuracy of a screening."""


def ways(material: Material) -> Iterator[Formulation]:
    """Return a formulation of this material in each family that could take it."""
    concentration = next((fact.points[len(fact.points) // 2][0] for fact in material.facts.values()
                          if fact.over == "polymer_concentration"), 50.0)
    for carrier, models, choices in BY_FAMILY:
        if (material.role == "matrix") == (carrier == "ecm"):
            yield Formulation(
                material.name, carrier, models=models, materials={
                    material.role: material, "exosome": load_material("generic-msc", "exosome"),
                    "wound": load_material("in-vitro-assay", "wound")},
                choices={"polymer_concentration": concentration, "dose_per_area": 1.3e14,
                         "area": 4e-4, **choices},
                use={"duration": 14 * DAY, "boundary": "sink"})


@pytest.mark.parametrize("material", CARRIERS, ids=[each.key for each in CARRIERS])
def test_every_shipped_material_releases_something_or_says_why_not(material: Material) -> None:
    """For a file that is valid and yet complete for no carrier, or complete and yet shut."""
    lacking: dict[str, list[str]] = {}
    for way in ways(material):
        problems = examine(way).problems
        if not problems:
            break
        lacking.setdefault(way.carrier, []).extend(problem.key for problem in problems)
    else:  # priors that other files extend lack what these add, and each lack is named
        assert material.key.startswith("generic-"), lacking
        assert all(lacking.values())
        return
    release = run(way, accuracy="screen")
    assert not release.failed
    assert 1e-4 < release["released_fraction"][0, -1] <= 1.0 + SCREENING
