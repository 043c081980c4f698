"""Formulations for tests, made in Python from the shipped materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from releasekit.facts import load_material
from releasekit.formulation import Designs, Formulation, Given
from releasekit.release import Release
from releasekit.simulation import simulate

DAY = 86400.0
HOUR = 3600.0

MODELS = {"structure": "modulus", "mobility": "unified", "binding": "linear",
          "degradation": "none", "connectivity": "step-growth"}
BARE: dict[str, Any] = {
    "surface_located_fraction": 0.0, "irreversible_fraction": 0.0, "macropore_fraction": 0.0,
    "vesicle_diameter_gsd": 1.0, "deformable_fraction": 0.0, "carrier_inactivation_rate": "0 1/s",
}
"""Everything switched off that is not diffusion through the mesh."""
RARE: dict[str, Any] = {  # what the shipped gels leave to be given for the laws that are rarer
    "mesh_size_median": "13 nm", "catalytic_rate": "0.31 1/s",
    "michaelis_concentration": "0.19 mmol/L", "ligand_concentration": "2.7e-3 mmol/L",
    "dissociation_concentration": "4.1e-4 mmol/L", "reference_cleavage_rate": "2.4e-5 1/s",
    "stimulus_concentration": "1.3 mmol/L", "reference_concentration": "10 mmol/L",
    "stimulus_order": 0.51, "water_cleavage_rate": "1.2e-8 1/s", "acid_cleavage_rate": "1e-3 1/s",
    "base_cleavage_rate": "0.13 1/s", "water_pk": 13.6, "drag_coefficient": 0.111,
    "volume_coefficient": 1.1, "free_volume_radius": "0.26 nm",
    "water_free_volume_radius": "0.27 nm", "crosslinks_per_chain": 17.0,
    "enzyme_concentration": "3e-6 mmol/L", "enzyme_activity": "0.02 U/mL"}


def gel(polymer: str = "gelma", exosome: str = "adipose-msc", wound: str = "diabetic-foot-ulcer",
        *, models: Mapping[str, str] | None = None, **changes: Any) -> Formulation:
    """Return a gel sheet of 2.1 mm on a wound for 14 days, with ``Formulation.but(changes)``."""
    base = Formulation(
        "gel", "hydrogel", materials=_materials(polymer=polymer, exosome=exosome, wound=wound),
        models={**MODELS, **(models or {})},
        choices={"shape": "sheet", "polymer_concentration": 75.0, "thickness": 2.1e-3,
                 "area": 4e-4, "dose_per_area": 1.3e14},
        use={"duration": 14 * DAY, "boundary": "wound"})
    return base.but(**changes) if changes else base


def bench(polymer: str = "gelma", *, models: Mapping[str, str] | None = None,
          **changes: Any) -> Formulation:
    """Return a gel in a stirred, often renewed medium at 37 degC."""
    return gel(polymer, wound="in-vitro-assay", models=models,
               **{"boundary": "sink", **changes})


def slab(diffusivity: float, **changes: Any) -> Formulation:
    """Return a sheet on the bench of which only its diffusivity [m^2/s] is known."""
    return bench(**{**BARE, "effective_diffusivity": f"{diffusivity!r} m^2/s",
                    "models": {"binding": "none"}, **changes})


def black_box(carrier: str = "free", exosome: str = "adipose-msc",
              wound: str = "diabetic-foot-ulcer", **changes: Any) -> Formulation:
    """Return free exosomes, or a carrier known by its release curve."""
    base = Formulation(carrier, carrier, materials=_materials(exosome=exosome, wound=wound),
                       choices={"area": 4e-4, "dose_per_area": 1.3e14},
                       use={"duration": 14 * DAY, "boundary": "wound"})
    return base.but(**changes) if changes else base


def measured(days: ArrayLike, released: ArrayLike, **changes: Any) -> Formulation:
    """Return a carrier known by its release curve."""
    return black_box("measured", released_fraction=series("released_fraction", days, released),
                     **changes)


def series(name: str, days: ArrayLike, values: ArrayLike) -> Given:
    """Return a measured series [d, SI]."""
    return Given(name, None, np.asarray(days, dtype=float) * DAY, np.asarray(values, dtype=float))


def table(base: Formulation, **columns: ArrayLike) -> Designs:
    """Return a table of designs; columns are SI."""
    return Designs(base, {name: np.asarray(column, dtype=float)
                          for name, column in columns.items()})


def run(what: Formulation | Designs, **options: Any) -> Release:
    """Simulate without asking what drives the result."""
    return simulate(what, explain=False, **options)


def at(release: Release, column: str, day: float, row: int = 0) -> float:
    """Read one column at a time."""
    return float(np.interp(day * DAY, release.time[row], release[column][row]))


def _materials(**names: str) -> dict[str, Any]:
    return {role: load_material(name, role) for role, name in names.items()}
