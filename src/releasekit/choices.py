"""What a formulation may choose, and how choices, materials and layers are read from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from releasekit.checks import Checks, written
from releasekit.errors import InputError, nearest
from releasekit.facts import Material, load_material
from releasekit.library import find_material
from releasekit.vocabulary import OPTIONS, QUANTITIES

CHOICES = (
    "polymer_concentration", "functionalisation_fraction", "thickness", "radius", "area",
    "packing_fraction", "dose_per_area", "exosome_concentration", "shape", "needle_height",
    "needle_base_radius", "needle_tip_radius", "needle_pitch", "needle_count", "needle_kind",
    "tips", "insertion_depth_fraction", "loaded_height_fraction", "backing_dose_fraction",
    "film_thickness", "fluid_saturation_ratio", "strut_radius",
    "pore_volume_fraction", "pore_diameter", "scaffold_kind", "adsorbed_fraction",
    "embedded_fraction", "filling_fraction", "matrix_concentration",
)
"""Names allowed in ``[carrier_choices]``."""
USE = (
    "duration", "dressing_change_time", "carrier_at_change", "boundary", "fluid_removed_fraction",
    "dose_count", "tissue", "absorption_capacity", "absorbed_exudate_fraction",
    "bath_volume_per_area", "external_film_thickness", "wear_time", "needle_site",
    "needle_bore_radius", "needle_length", "syringe_radius", "plunger_speed", "particle_price",
    "price_per_dose",
    "target_available_particles_per_cm2",
    "target_daily_release_low", "target_daily_release_high",
)
"""Names allowed in ``[use]``."""
MODEL_KINDS = ("structure", "mobility", "binding", "degradation", "connectivity", "porous",
               "adsorption", "gel", "gel_degradation", "erosion")
"""Names allowed in ``[models]``; the laws themselves are known to the carrier."""
PLACES = {"polymer": "polymer", "matrix": "matrix", "exosome": "exosome", "wound": "wound",
          "filling": "polymer"}
"""Names allowed in ``[made_of]`` and the role of the material that each takes; ``filling`` is the
gel in the pores of a scaffold."""
DOSES = ("dose_per_area", "exosome_concentration")
"""Two ways to say the dose, of which a formulation has one."""


def citation(material: Material, target: Path) -> str:
    """Name a material by its key where that finds the same file, else by its path."""
    try:
        if os.path.samefile(find_material(material.key, material.role, near=target), material.path):
            return material.key
    except (InputError, OSError):
        pass
    return Path(os.path.relpath(material.path, target.parent)).as_posix()


def read_material(checks: Checks, role: str, name: Any, near: str,
                  *where: str | int) -> Material | None:
    """Return the material of a role, or say why there is none."""
    if not isinstance(name, str) or not name:
        checks.say(f"must be the name of a material, not {name!r}", *where)
        return None
    try:
        material = load_material(name, role, near or None)
    except InputError as error:
        checks.adopt(error, *where)
        return None
    if material.role != role:
        checks.say(f"{name!r} has the role {material.role}, not {role}", *where)
    return material


def read_models(checks: Checks, table: Mapping[str, Any], *where: str) -> dict[str, str]:
    """Read the names of laws."""
    checks.known(table, MODEL_KINDS, *where)
    return {kind: checks.text(table, kind, *where, required=True)
            for kind in table if kind in MODEL_KINDS}


def read_settings(checks: Checks, section: str, allowed: Sequence[str]) -> dict[str, float | str]:
    """Read a table of quantities and words."""
    found: dict[str, float | str] = {}
    for name, value in checks.table(section).items():
        if name not in allowed:
            home = "[use]" if name in USE else "[carrier_choices]" if name in CHOICES \
                else "[given]" if name in QUANTITIES else ""
            checks.say("does not belong here" if home else "unknown key", section, name,
                       suggestion=f"write it below {home}" if home else nearest(name, allowed))
        elif name in OPTIONS:
            found[name] = checks.option(name, value, section, name)
        else:
            found[name] = checks.quantity(name, value, section, name)
    return found


def texts(values: Mapping[str, float | str]) -> dict[str, str]:
    """Return choices as a file writes them, in shown units."""
    return {name: value if isinstance(value, str) else written(name, value)
            for name, value in values.items()}


@dataclass(frozen=True)
class Layer:
    """One layer of a layered sheet: what it has of its own; the rest is that of the formulation."""

    name: str
    layer_dose_fraction: float
    materials: Mapping[str, Material] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, float | str] = field(default_factory=dict)


def read_layers(checks: Checks, near: str) -> tuple[Layer, ...]:
    """Read the ``[[layer]]`` blocks, from the back of the carrier to its open face."""
    layers = []
    for i, table in enumerate(checks.tables("layer")):
        where = ("layer", i)
        checks.known(table, ("name", "layer_dose_fraction", *PLACES, *MODEL_KINDS, *CHOICES),
                     *where)
        choices = {name: checks.option(name, value, *where, name) if name in OPTIONS
                   else checks.quantity(name, value, *where, name)
                   for name, value in table.items() if name in CHOICES}
        layers.append(Layer(
            checks.text(table, "name", *where, required=True),
            checks.quantity("layer_dose_fraction", table.get("layer_dose_fraction"), *where,
                            "layer_dose_fraction"),
            {place: material for place in PLACES if place in table and (material := read_material(
                checks, PLACES[place], table[place], near, *where, place))},
            {kind: checks.text(table, kind, *where, required=True)
             for kind in MODEL_KINDS if kind in table}, choices))
    if layers and len(layers) != 2:
        checks.say(f"two layers, not {len(layers)}", "layer", suggestion="back first, then the "
                   "layer on the wound")
    if layers and abs(sum(layer.layer_dose_fraction for layer in layers) - 1.0) > 1e-6:
        checks.say("the layer_dose_fraction of all layers must add up to 1", "layer")
    return tuple(layers)


def layer_table(layer: Layer, target: Path) -> dict[str, str]:
    """Return a layer as a file writes it."""
    return {"name": layer.name,
            "layer_dose_fraction": written("layer_dose_fraction", layer.layer_dose_fraction),
            **{place: citation(material, target)
               for place, material in layer.materials.items()},
            **layer.models, **texts(layer.choices)}
