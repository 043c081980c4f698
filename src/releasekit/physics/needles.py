"""Microneedles: shape, dose, dissolution, diffusion, coating and mechanics."""

from __future__ import annotations

from releasekit.physics.needle_dissolution import (
    array_dose,
    cone_dissolution_time,
    cone_half_angle,
    cone_remaining_fraction,
    cone_volume,
    height_fraction_finite_fluid,
    pyramid_volume,
    stalled_height_fraction,
)
from releasekit.physics.needle_mechanics import (
    bending_stress,
    buckling_force,
    insertion_force,
    needle_safety_ratio,
    tip_deflection,
    yield_force,
)
from releasekit.physics.needle_release import (
    coating_released_fraction,
    depot_concentration,
    mean_release_time_cone,
    release_cone_slender,
)

__all__ = [
    "array_dose",
    "bending_stress",
    "buckling_force",
    "coating_released_fraction",
    "cone_dissolution_time",
    "cone_half_angle",
    "cone_remaining_fraction",
    "cone_volume",
    "depot_concentration",
    "height_fraction_finite_fluid",
    "insertion_force",
    "mean_release_time_cone",
    "needle_safety_ratio",
    "pyramid_volume",
    "release_cone_slender",
    "stalled_height_fraction",
    "tip_deflection",
    "yield_force",
]
