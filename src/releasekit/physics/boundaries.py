"""Exact release through a resistance (film) and into a stirred bath of finite volume.

Below Fo = 0.05 the Laplace transform is inverted, which needs no roots however short the time;
above, ten roots give 1e-13.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.eigenvalues import (
    bath_roots_slab,
    bath_roots_sphere,
    film_roots_cylinder,
    film_roots_slab,
    film_roots_sphere,
)
from releasekit.physics.laplace import (
    ComplexArray,
    release_talbot,
    surface_response_cylinder,
    surface_response_slab,
    surface_response_sphere,
)
from releasekit.physics.roots import finite_column

__all__ = [
    "bath_equilibrium_fraction",
    "release_bath_slab",
    "release_bath_sphere",
    "release_film_cylinder",
    "release_film_slab",
    "release_film_sphere",
]

_SWITCH = 0.05

_Response = Callable[[ComplexArray], ComplexArray]


def _release_film(
    fourier_number: ArrayLike,
    biot_number: ArrayLike,
    shape_exponent: int,
    response: _Response,
    roots: FloatArray,
) -> FloatArray:
    (Fo,), Bi, n, b = floats(fourier_number), finite_column(biot_number), shape_exponent, roots
    weight = 2.0 * (n + 1) * Bi**2 / (b**2 * (b**2 + Bi**2 + (1 - n) * Bi))
    late = np.maximum(Fo, _SWITCH)[..., np.newaxis]
    held = np.sum(weight * np.exp(-(b**2) * late), axis=-1)

    def transform(s: ComplexArray) -> ComplexArray:
        G = response(np.sqrt(s))
        return np.asarray(G / (s * (1.0 + s * G / ((n + 1) * Bi[..., 0]))), dtype=complex)

    early = release_talbot(transform, np.minimum(Fo, _SWITCH))
    return np.asarray(np.where(Fo < _SWITCH, early, 1.0 - held), dtype=float)


def release_film_slab(fourier_number: ArrayLike, biot_number: ArrayLike) -> FloatArray:
    """Released fraction of a slab with one face behind a resistance, e.g. a stagnant film.

        F = 1 - Σ 2 Bi²/[b² (b² + Bi² + Bi)] exp(-b² Fo), b tan b = Bi

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/L².
    biot_number : array_like, shape (...) [1]
        Bi = k L/D, k the film's diffusivity over its thickness and the partition coefficient.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: perfect sink beyond the film, no storage in it.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_film_slab([0.0137, 0.41, 2.3], 7.3).round(9)
    array([0.05959181, 0.59350744, 0.98908825])
    """
    return _release_film(
        fourier_number, biot_number, 0, surface_response_slab, film_roots_slab(biot_number)
    )


def release_film_cylinder(fourier_number: ArrayLike, biot_number: ArrayLike) -> FloatArray:
    """Released fraction of a long cylinder behind a resistance.

        F = 1 - Σ 4 Bi²/[b² (b² + Bi²)] exp(-b² Fo), b J1(b) = Bi J0(b)

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².
    biot_number : array_like, shape (...) [1]
        Bi = k R/D.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: perfect sink beyond the film, no storage in it, ends sealed or far.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_film_cylinder([0.0137, 0.41, 2.3], 7.3).round(9)
    array([0.11697285, 0.86454245, 0.99996878])
    """
    return _release_film(
        fourier_number, biot_number, 1, surface_response_cylinder, film_roots_cylinder(biot_number)
    )


def release_film_sphere(fourier_number: ArrayLike, biot_number: ArrayLike) -> FloatArray:
    """Released fraction of a sphere behind a resistance.

        F = 1 - Σ 6 Bi²/[b² (b² + Bi² - Bi)] exp(-b² Fo), 1 - b cot b = Bi

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².
    biot_number : array_like, shape (...) [1]
        Bi = k R/D.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: perfect sink beyond the film, no storage in it.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_film_sphere([0.0137, 0.41, 2.3], 7.3).round(9)
    array([0.1721081 , 0.96247197, 0.99999997])
    """
    return _release_film(
        fourier_number, biot_number, 2, surface_response_sphere, film_roots_sphere(biot_number)
    )


def bath_equilibrium_fraction(bath_ratio: ArrayLike) -> FloatArray:
    """Share of the load that a finite bath has taken up in the end.

        F∞ = α/(1 + α)

    Parameters
    ----------
    bath_ratio : array_like, shape (...) [1]
        α = bath volume/(partition coefficient × carrier volume).

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction at equilibrium.

    Notes
    -----
    Validity: bath empty at the start and never renewed.
    Source: mass balance; textbook form.

    Examples
    --------
    >>> print(f"{float(bath_equilibrium_fraction(2.7)):.9f}")
    0.729729730
    """
    (a,) = floats(bath_ratio)
    return np.asarray(a / (1.0 + a), dtype=float)


def _release_bath(
    fourier_number: ArrayLike, bath_ratio: ArrayLike, held: FloatArray, response: _Response
) -> FloatArray:
    (Fo,), a = floats(fourier_number), finite_column(bath_ratio)[..., 0]

    def transform(s: ComplexArray) -> ComplexArray:
        G = response(np.sqrt(s))
        return np.asarray(G / (s * (1.0 + G / a)), dtype=complex)

    early = release_talbot(transform, np.minimum(Fo, _SWITCH))
    late = bath_equilibrium_fraction(a) * (1.0 - held)
    return np.asarray(np.where(Fo < _SWITCH, early, late), dtype=float)


def release_bath_slab(fourier_number: ArrayLike, bath_ratio: ArrayLike) -> FloatArray:
    """Released fraction of a slab with one face in a stirred bath of finite volume.

        F = α/(1+α) {1 - Σ 2α(1+α)/(1 + α + α² q²) exp(-q² Fo)}, tan q = -α q

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/L².
    bath_ratio : array_like, shape (...) [1]
        α = bath volume/(partition coefficient × carrier volume).

    Returns
    -------
    ndarray, shape (...) [1]
        Released share of the whole load; divide by `bath_equilibrium_fraction` for M_t/M_∞.

    Notes
    -----
    Validity: bath well stirred, empty at the start and never renewed or sampled.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_bath_slab([0.0137, 0.41, 2.3], 2.7).round(9)
    array([0.12716014, 0.57998231, 0.72934486])
    """
    a, q = finite_column(bath_ratio), bath_roots_slab(bath_ratio)
    late = np.maximum(floats(fourier_number)[0], _SWITCH)[..., np.newaxis]
    weight = 2.0 * a * (1.0 + a) / (1.0 + a + (a * q) ** 2)
    held = np.sum(weight * np.exp(-(q**2) * late), axis=-1)
    return _release_bath(fourier_number, bath_ratio, held, surface_response_slab)


def release_bath_sphere(fourier_number: ArrayLike, bath_ratio: ArrayLike) -> FloatArray:
    """Released fraction of spheres in a stirred bath of finite volume.

        F = α/(1+α) {1 - Σ 6α(1+α)/(9 + 9α + α² q²) exp(-q² Fo)}, tan q = 3q/(3 + α q²)

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².
    bath_ratio : array_like, shape (...) [1]
        α = bath volume/(partition coefficient × volume of all spheres).

    Returns
    -------
    ndarray, shape (...) [1]
        Released share of the whole load; divide by `bath_equilibrium_fraction` for M_t/M_∞.

    Notes
    -----
    Validity: bath well stirred, empty at the start and never renewed or sampled.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> release_bath_sphere([0.0137, 0.21, 2.3], 2.7).round(9)
    array([0.32041191, 0.69862077, 0.72972973])
    """
    a, q = finite_column(bath_ratio), bath_roots_sphere(bath_ratio)
    late = np.maximum(floats(fourier_number)[0], _SWITCH)[..., np.newaxis]
    weight = 6.0 * a * (1.0 + a) / (9.0 + 9.0 * a + (a * q) ** 2)
    held = np.sum(weight * np.exp(-(q**2) * late), axis=-1)
    return _release_bath(fourier_number, bath_ratio, held, surface_response_sphere)
