"""Exact release from a uniformly loaded slab, cylinder, sphere or disc into a perfect sink.

All are functions of the Fourier number Fo = D t/L², with L the thickness of a slab with one open
face (half the thickness if both are open) or the radius. A diffusivity that changes in time is
covered too: put the integral of D dt in place of D t.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erfc, jn_zeros

from releasekit.physics.arrays import floats
from releasekit.physics.asymptotes import short_time_cylinder
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "mean_release_time",
    "profile_sphere",
    "release_cylinder",
    "release_disc",
    "release_slab",
    "release_sphere",
]

# Fo at which the short-time form hands over to the eigen-series; there both are exact to 1e-13
# with the few terms kept below (two images and six roots).
_SLAB_SWITCH, _CYLINDER_SWITCH, _SPHERE_SWITCH = 0.15, 0.02, 0.1
_IMAGE_COUNT, _ROOT_COUNT, _CYLINDER_ROOT_COUNT = 2, 6, 14
_INSTANT = 1e-300  # stands for Fo = 0 where an image sits at n/√Fo


def _ierfc(x: FloatArray) -> FloatArray:
    """Integral of erfc from x to infinity."""
    return np.asarray(np.exp(-x * x) / np.sqrt(np.pi) - x * erfc(x), dtype=float)


def release_slab(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a slab with one face in a perfect sink and the back sealed.

        F = 1 - Σ_{n≥0} 8/((2n+1)² π²) exp(-(2n+1)² π² Fo/4)
          = 2 (Fo/π)^(1/2) [1 + 2 π^(1/2) Σ_{n≥1} (-1)^n ierfc(n/Fo^(1/2))]

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/L², L the thickness (half of it if both faces are open).

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: uniform load and diffusivity, constant thickness; exact to 1e-12.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_slab([0.0137, 0.41, 2.3]).round(9)
    array([0.1320734 , 0.70524734, 0.99721927])
    """
    (Fo,) = floats(fourier_number)
    early = np.clip(Fo, _INSTANT, _SLAB_SWITCH)
    images = np.ones_like(early)
    for n in range(1, _IMAGE_COUNT + 1):
        images = images + 2.0 * np.sqrt(np.pi) * (-1.0) ** n * _ierfc(n / np.sqrt(early))
    late = np.maximum(Fo, _SLAB_SWITCH)
    held = np.zeros_like(late)
    for n in range(_ROOT_COUNT):
        eigenvalue = ((n + 0.5) * np.pi) ** 2
        held = held + 2.0 / eigenvalue * np.exp(-eigenvalue * late)
    released = np.where(Fo < _SLAB_SWITCH, 2.0 * np.sqrt(early / np.pi) * images, 1.0 - held)
    return np.asarray(released, dtype=float)


def release_cylinder(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a long cylinder in a perfect sink.

        F = 1 - Σ_n (4/a_n²) exp(-a_n² Fo), J0(a_n) = 0

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: uniform load and diffusivity, ends sealed or far; exact to 1e-11 at any Fo (the
    short-time series is used below Fo = 0.02, where it needs no roots).
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_cylinder([0.0137, 0.41, 2.3]).round(9)
    array([0.25011877, 0.93541409, 0.99999884])
    """
    (Fo,) = floats(fourier_number)
    late = np.maximum(Fo, _CYLINDER_SWITCH)
    held = np.zeros_like(late)
    for eigenvalue in jn_zeros(0, _CYLINDER_ROOT_COUNT) ** 2:
        held = held + 4.0 / eigenvalue * np.exp(-eigenvalue * late)
    early = short_time_cylinder(np.minimum(Fo, _CYLINDER_SWITCH), term_count=20)
    return np.asarray(np.where(Fo < _CYLINDER_SWITCH, early, 1.0 - held), dtype=float)


def release_sphere(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a sphere in a perfect sink.

        F = 1 - (6/π²) Σ_{n≥1} n^-2 exp(-n² π² Fo)
          = 6 (Fo/π)^(1/2) [1 + 2 π^(1/2) Σ_{n≥1} ierfc(n/Fo^(1/2))] - 3 Fo

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: uniform load and diffusivity; exact to 1e-12.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_sphere([0.0137, 0.41, 2.3]).round(9)
    array([0.35512019, 0.98937172, 1.        ])
    """
    (Fo,) = floats(fourier_number)
    early = np.clip(Fo, _INSTANT, _SPHERE_SWITCH)
    images = np.ones_like(early)
    for n in range(1, _IMAGE_COUNT + 1):
        images = images + 2.0 * np.sqrt(np.pi) * _ierfc(n / np.sqrt(early))
    late = np.maximum(Fo, _SPHERE_SWITCH)
    held = np.zeros_like(late)
    for n in range(1, _ROOT_COUNT + 1):
        eigenvalue = (n * np.pi) ** 2
        held = held + 6.0 / eigenvalue * np.exp(-eigenvalue * late)
    short = 6.0 * np.sqrt(early / np.pi) * images - 3.0 * early
    return np.asarray(np.where(Fo < _SPHERE_SWITCH, short, 1.0 - held), dtype=float)


def release_disc(
    time: ArrayLike, effective_diffusivity: ArrayLike, radius: ArrayLike, thickness: ArrayLike
) -> FloatArray:
    """Released fraction of a free disc, all faces in a perfect sink (product rule).

        F = 1 - [1 - F_cylinder(D t/R²)] [1 - F_slab(4 D t/L²)]

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D.
    radius : array_like, shape (...) [m]
        Radius R.
    thickness : array_like, shape (...) [m]
        Full thickness L; both faces are open, so diffusion has half of it to go.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: uniform load and diffusivity; for a sealed back give twice the thickness.
    Source: textbook form (Newman's product rule); checked numerically by the Fourier-Bessel sum.

    Examples
    --------
    >>> print(f"{float(release_disc(86400.0, 2.3e-12, 4.1e-3, 1.7e-3)):.9f}")
    0.684570677
    """
    t, D, R, L = floats(time, effective_diffusivity, radius, thickness)
    held = (1.0 - release_cylinder(D * t / R**2)) * (1.0 - release_slab(4.0 * D * t / L**2))
    return np.asarray(1.0 - held, dtype=float)


def profile_sphere(relative_position: ArrayLike, fourier_number: ArrayLike) -> FloatArray:
    """Concentration left inside a sphere in a perfect sink, over its start value.

        c/c0 = -2 Σ_{n≥1} (-1)^n sin(nπρ)/(nπρ) exp(-n² π² Fo)
             = 1 - (1/ρ) Σ_{n≥0} [erfc((2n+1-ρ)/(2 Fo^(1/2))) - erfc((2n+1+ρ)/(2 Fo^(1/2)))]

    Parameters
    ----------
    relative_position : array_like, shape (...) [1]
        ρ = r/R: 0 in the centre, 1 at the surface.
    fourier_number : array_like, shape (...) [1]
        D t/R².

    Returns
    -------
    ndarray, shape (...) [1]
        c/c0; for uptake, 1 - c/c0 is how far the concentration has risen to its surface value.

    Notes
    -----
    Validity: uniform load and diffusivity; exact to 1e-10.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> profile_sphere([0.0, 0.37, 0.91], 0.0613).round(9)
    array([0.92281371, 0.80571519, 0.12401163])
    """
    rho, Fo = np.broadcast_arrays(*floats(relative_position, fourier_number))
    near = np.maximum(rho, 1e-5)  # the image form is 0/0 in the centre
    reach = 2.0 * np.sqrt(np.clip(Fo, _INSTANT, _SPHERE_SWITCH))
    late = np.maximum(Fo, _SPHERE_SWITCH)
    gone, held = np.zeros_like(near), np.zeros_like(late)
    for n in range(_IMAGE_COUNT):
        gone = gone + (erfc((2 * n + 1 - near) / reach) - erfc((2 * n + 1 + near) / reach)) / near
    for n in range(1, _ROOT_COUNT + 1):
        held = held - 2.0 * (-1.0) ** n * np.sinc(n * rho) * np.exp(-((n * np.pi) ** 2) * late)
    return np.asarray(np.where(Fo < _SPHERE_SWITCH, 1.0 - gone, held), dtype=float)


def mean_release_time(
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    shape_exponent: ArrayLike = 0.0,
    biot_number: ArrayLike = np.inf,
) -> FloatArray:
    """Mean time a particle stays in a slab, cylinder or sphere, sink or film outside.

        ∫ (1 - F) dt = (L²/D) [1/((n+1)(n+3)) + 1/((n+1) Bi)]

    Parameters
    ----------
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D.
    thickness : array_like, shape (...) [m]
        Thickness of a slab with one open face, or radius.
    shape_exponent : array_like, shape (...) [1]
        n: 0 slab, 1 cylinder, 2 sphere.
    biot_number : array_like, shape (...) [1]
        Bi = k L/D of the film outside; infinite: perfect sink.

    Returns
    -------
    ndarray, shape (...) [s]
        Mean release time.

    Notes
    -----
    Validity: everything is released in the end; the film adds volume/(k area).
    Source: Kalosakas, Processes 2023;11:3431, doi 10.3390/pr11123431 (sink); the film derived
    here; checked numerically by integrating the series.

    Examples
    --------
    >>> mean_release_time(2.3e-12, 1.7e-3, [0, 1, 2], 7.3).round(0)
    array([590967., 243128., 141144.])
    """
    D, L, n, Bi = floats(effective_diffusivity, thickness, shape_exponent, biot_number)
    return np.asarray(L**2 / D / (n + 1.0) * (1.0 / (n + 3.0) + 1.0 / Bi), dtype=float)
