"""Facts of exosomes, wounds and steps of making that must hang together, whatever their source."""

from __future__ import annotations

import math

import numpy as np
import pytest

from releasekit.catalogue import materials
from releasekit.facts import Material, load_material

DAY = 86400.0
EXOSOMES, WOUNDS, STEPS = (materials([role]) for role in ("exosome", "wound", "process"))


def value(material: Material | str, name: str, role: str | None = None) -> float:
    found = load_material(material, role) if isinstance(material, str) else material
    number = found.facts[name].value
    assert number is not None
    return number


def names(found: list[Material]) -> list[str]:
    return [material.key for material in found]


def test_the_library_has_what_it_promises() -> None:
    """Mistake: a source of exosomes, a kind of wound or a step of making is lost."""
    assert {"adipose-msc", "bone-marrow-msc", "umbilical-msc", "ipsc-msc", "platelet",
            "generic-msc", "collagen-binding-msc"} <= set(names(EXOSOMES))
    assert {"diabetic-foot-ulcer", "diabetic-foot-ulcer-high-protease", "acute-wound",
            "splinted-mouse", "in-vitro-assay", "venous-leg-ulcer",
            "partial-thickness-burn"} <= set(names(WOUNDS))
    assert {"photocrosslinking", "solvent-casting", "heating", "acid", "extrusion-printing",
            "drying", "freeze-drying", "freeze-drying-trehalose", "sterile-filtration",
            "storage-refrigerated", "storage-frozen", "storage-deep-frozen",
            "storage-dry"} <= set(names(STEPS))


@pytest.mark.parametrize("exosome", EXOSOMES, ids=names(EXOSOMES))
def test_a_microgram_is_not_more_than_its_vesicles_weigh(exosome: Material) -> None:
    """Mistake: more particles per mass of protein than could hold any, or per mg for per ug."""
    radius = 0.5 * value(exosome, "vesicle_diameter_median")
    # a membrane with as much protein as lipid: about 1 g/mL of protein in a shell of 5 nm
    protein = 1e3 * 4.0 / 3.0 * math.pi * (radius**3 - (radius - 5e-9) ** 3)
    assert value(exosome, "particles_per_mass") * protein < 3.0
    assert value(exosome, "particles_per_mass") * protein > 1e-6


@pytest.mark.parametrize("exosome", EXOSOMES, ids=names(EXOSOMES))
def test_most_vesicles_are_small(exosome: Material) -> None:
    """Mistake: a median or its spread that is not that of small vesicles (30 to 200 nm)."""
    median = math.log(value(exosome, "vesicle_diameter_median"))
    spread = math.log(value(exosome, "vesicle_diameter_gsd"))
    low, high = (np.array([math.log(30e-9), math.log(200e-9)]) - median) / spread
    within = 0.5 * (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)))
    assert within > 0.85
    assert value(exosome, "wound_inactivation_rate") > value(exosome, "carrier_inactivation_rate")


@pytest.mark.parametrize("wound", WOUNDS, ids=names(WOUNDS))
def test_a_wound_is_a_wound(wound: Material) -> None:
    """Mistake: Fahrenheit for Celsius, grams per hour for per day, an exponent lost."""
    assert 30.0 <= value(wound, "wound_temperature") - 273.15 <= 37.0
    assert 6.0 < value(wound, "wound_ph") < 8.6
    assert value(wound, "exudate_flux") * DAY * 100.0 <= 1.3  # mL/cm2/d; more only under suction
    assert value(wound, "tissue_diffusivity") < 5.8e-11  # a vesicle is slower than albumin
    assert value(wound, "tissue_accessible_fraction") <= 0.422  # less is open to it than to albumin


def test_wounds_stand_in_the_order_that_was_measured() -> None:
    """Mistake: facts of one wound in the file of another."""
    acute, chronic, venous, ulcer = (
        load_material(name, "wound") for name in
        ("acute-wound", "generic-wound", "venous-leg-ulcer", "diabetic-foot-ulcer"))
    assert value(acute, "wound_ph") < value(chronic, "wound_ph") < value(ulcer, "wound_ph") < \
        value(venous, "wound_ph")
    ratio = value(chronic, "enzyme_concentration") / value(acute, "enzyme_concentration")
    assert ratio == pytest.approx(22.8 / 0.76, rel=0.02)
    assert value(ulcer, "enzyme_activity") < value("diabetic-foot-ulcer-high-protease",
                                                   "enzyme_activity", "wound")


def test_evaporation_kept_in_by_a_film_is_the_exudate_of_fresh_wounds() -> None:
    """Mistake: a slip in the conversion of g/m2/h, or a share taken for what is left of it."""
    def fluid(evaporation: float) -> float:  # [g/m2/h] -> [m/s], 73 % kept in
        return 0.73 * evaporation * 1e-6 / 3600.0

    assert value("partial-thickness-burn", "exudate_flux", "wound") == pytest.approx(
        fluid(178.1), rel=0.02)
    assert value("acute-wound", "exudate_flux", "wound") == pytest.approx(
        math.sqrt(fluid(176.0) * fluid(73.2)), rel=0.02)


def test_steps_stand_in_the_order_that_is_known() -> None:
    """Mistake: a rate of one kind of storage, or a recovery of one step, in the file of another."""
    def left(name: str) -> float:
        return value(name, "active_recovery_fraction", "process")

    def lost(name: str) -> float:
        return value(f"storage-{name}", "inactivation_rate", "process")

    assert left("melt-extrusion") < left("solvent-casting") < left("freeze-drying") < \
        left("freeze-drying-trehalose") < left("mixing")
    assert lost("refrigerated") > lost("frozen") > lost("deep-frozen") > lost("dry")
    # activity is kept for four to six weeks frozen
    assert math.exp(-lost("frozen") * 35 * DAY) > 0.75
