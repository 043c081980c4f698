"""Exact solutions for the release by diffusion: sink, film, bath, and bodies that change."""

from __future__ import annotations

from releasekit.physics.asymptotes import (
    long_time_slab,
    long_time_sphere,
    short_time_cylinder,
    short_time_slab,
    short_time_sphere,
    short_time_two_layer,
)
from releasekit.physics.boundaries import (
    bath_equilibrium_fraction,
    release_bath_slab,
    release_bath_sphere,
    release_film_cylinder,
    release_film_slab,
    release_film_sphere,
)
from releasekit.physics.eigenvalues import (
    bath_roots_slab,
    bath_roots_sphere,
    film_roots_cylinder,
    film_roots_slab,
    film_roots_sphere,
)
from releasekit.physics.fronts import (
    amount_released_higuchi,
    amount_released_paul_mcspadden,
    release_eroding,
    release_growing_diffusivity,
    release_swelling,
    swelling_tanaka_fillmore,
)
from releasekit.physics.sink import (
    mean_release_time,
    profile_sphere,
    release_cylinder,
    release_disc,
    release_slab,
    release_sphere,
)

__all__ = [
    "amount_released_higuchi",
    "amount_released_paul_mcspadden",
    "bath_equilibrium_fraction",
    "bath_roots_slab",
    "bath_roots_sphere",
    "film_roots_cylinder",
    "film_roots_slab",
    "film_roots_sphere",
    "long_time_slab",
    "long_time_sphere",
    "mean_release_time",
    "profile_sphere",
    "release_bath_slab",
    "release_bath_sphere",
    "release_cylinder",
    "release_disc",
    "release_eroding",
    "release_film_cylinder",
    "release_film_slab",
    "release_film_sphere",
    "release_growing_diffusivity",
    "release_slab",
    "release_sphere",
    "release_swelling",
    "short_time_cylinder",
    "short_time_slab",
    "short_time_sphere",
    "short_time_two_layer",
    "swelling_tanaka_fillmore",
]
