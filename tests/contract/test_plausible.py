"""Related facts of one material agree with one another, so that a slip of a unit is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from releasekit.facts import Fact, Material, Spread, load_material
from releasekit.physics import needles, network
from releasekit.physics.constants import GAS_CONSTANT

from .tree import ROOT

FILES = sorted(path for folder in ("polymers", "matrices")
               for path in (ROOT / "materials" / folder).glob("*.toml"))
BODY, ROOM = 310.15, 298.15
ORDER = 10.0
"""Laws of ideal networks are good for an order of magnitude."""


def nodes(material: Material) -> np.ndarray:
    """Return the concentrations at which the tables of a material are known, or one."""
    known = {x for fact in material.facts.values() if fact.over == "polymer_concentration"
             for x, _ in fact.points}
    return np.array(sorted(known) or [50.0])


def read(material: Material, name: str, at: np.ndarray) -> np.ndarray | None:
    """Return a nominal fact at these concentrations, or None."""
    fact = material.facts.get(name)
    if fact is None:
        return None
    return fact.at(0.0, at if fact.over == "polymer_concentration" else np.ones_like(at))


def doubts(material: Material) -> Iterator[str]:
    """Say which facts of a material do not go together."""
    at = nodes(material)
    density, modulus = read(material, "density", at), read(material, "plateau_modulus", at)
    mesh, strand = (read(material, name, at) for name in ("mesh_size_median", "strand_molar_mass"))
    swelling = read(material, "swelling_ratio", at)
    if density is not None and not np.all((density >= 1000.0) & (density <= 1700.0)):
        yield "density"
    if modulus is not None and mesh is not None:
        blob = network.correlation_length(modulus, BODY)
        if np.any(np.abs(np.log(blob / mesh)) > np.log(ORDER)):
            yield "modulus against mesh"
    if modulus is not None and strand is not None:
        swollen = at / (1.0 if swelling is None else swelling)
        rubber = swollen * GAS_CONSTANT * ROOM / strand
        if np.any(np.abs(np.log(rubber / modulus)) > np.log(ORDER)):
            yield "modulus against strands"
    if density is not None and "plateau_modulus" in material.facts:
        fraction = network.volume_fraction(at, density, 1.0 if swelling is None else swelling)
        if not np.all((fraction > 5e-4) & (fraction < 0.6)):
            yield "swelling against volume fraction"
    yield from _dry(material, at)


def _dry(material: Material, at: np.ndarray) -> Iterator[str]:
    """Needles, scaffolds and matrices."""
    stiff, strong = (read(material, name, at) for name in ("needle_modulus", "needle_strength"))
    if stiff is not None and strong is not None and not np.all(
            (strong < 0.5 * stiff) & (strong > 1e-3 * stiff)):
        yield "needle strength against modulus"
    speed = read(material, "dissolution_speed", at)
    if speed is not None:
        time = needles.cone_dissolution_time(800e-6, 125e-6, speed)
        if not np.all((time > 20.0) & (time < 2 * 86400.0)):
            yield "dissolution time of a needle"
    solid, porosity = read(material, "bulk_density", at), read(material, "pore_volume_fraction", at)
    density = read(material, "density", at)
    if solid is not None and porosity is not None and density is not None and np.any(
            np.abs(np.log(solid / (density * (1.0 - porosity)))) > np.log(2.0)):
        yield "bulk density against porosity"
    matrix, wet = (read(material, name, at) for name in ("matrix_concentration",
                                                         "hydrated_specific_volume"))
    if matrix is not None and wet is not None and np.any(matrix * wet > 0.8):
        yield "wet fibres fill the matrix"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_facts_of_a_material_agree(path: Path) -> None:
    """For kPa written as MPa, a strand for a chain, a swelling ratio by mass."""
    assert list(doubts(load_material(str(path)))) == []


def test_slips_are_found() -> None:
    """For checks that let a wrong unit pass."""
    def fact(name: str, value: float) -> Fact:
        return Fact(name, value, spread=Spread("lognormal", 1.2), material="m")

    def slips(**values: float) -> list[str]:
        return list(doubts(Material("m", "m", "polymer", "", {
            name: fact(name, value) for name, value in values.items()}, {})))

    assert slips(density=1.35e6) == ["density"]
    assert slips(plateau_modulus=2.2e3, mesh_size_median=13e-9, density=1350.0) == []
    assert slips(plateau_modulus=2.2e9, mesh_size_median=13e-9) == ["modulus against mesh"]
    assert slips(plateau_modulus=2.2e3, strand_molar_mass=19.1) == []
    assert slips(plateau_modulus=2.2e3, strand_molar_mass=1.91) == ["modulus against strands"]
    assert slips(plateau_modulus=2.2e3, density=1350.0, swelling_ratio=93.0) == [
        "swelling against volume fraction"]
    assert slips(needle_modulus=2e6, needle_strength=5e7) == ["needle strength against modulus"]
    assert slips(dissolution_speed=4e-4) == ["dissolution time of a needle"]
    assert slips(bulk_density=154.0, pore_volume_fraction=0.986, density=1350.0) == [
        "bulk density against porosity"]
    assert slips(matrix_concentration=250.0, hydrated_specific_volume=1.5e-2) == [
        "wet fibres fill the matrix"]


def test_polyesters_keep_their_order() -> None:
    """For rates of the copolymers mixed up: more lactide, slower."""
    keys = ("plga-needle", "plga-needle-65-35", "plga-needle-75-25", "plga-needle-85-15",
            "pla-needle")
    for name in ("second_order_rate", "half_order_rate"):
        rates = [float(load_material(key, "polymer").facts[name].at()) for key in keys]
        assert rates == sorted(rates, reverse=True)
        assert len(set(rates)) == len(rates)
