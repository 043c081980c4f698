"""Exact release through a resistance (film) and into a stirred bath of finite volume.

Below Fo = 0.05 the Laplace transform is inverted, which needs no roots however short the time;
above, ten roots give 1e-13.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import j0, j1, jn_zeros, spherical_jn

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.laplace import (
    ComplexArray,
    release_talbot,
    surface_response_cylinder,
    surface_response_slab,
    surface_response_sphere,
)
from releasekit.physics.roots import bisect

__all__ = [
    "bath_equilibrium_fraction",
    "bath_roots_slab",
    "bath_roots_sphere",
    "film_roots_cylinder",
    "film_roots_slab",
    "film_roots_sphere",
    "release_bath_slab",
    "release_bath_sphere",
    "release_film_cylinder",
    "release_film_slab",
    "release_film_sphere",
]

_SWITCH = 0.05
_LEAST, _MOST = 1e-12, 1e12  # stand for 0 and infinity in Bi and in the bath ratio

_Response = Callable[[ComplexArray], ComplexArray]


def _column(value: ArrayLike) -> FloatArray:
    """Give Bi or the bath ratio an axis for the roots and keep it finite."""
    return np.clip(floats(value)[0], _LEAST, _MOST)[..., np.newaxis]


def film_roots_slab(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """Return the first roots of b tan b = Bi, along a new last axis.

    >>> film_roots_slab(7.3, 3).round(9)
    array([1.3834975 , 4.19120319, 7.08362545])
    """
    Bi = _column(biot_number)
    low = np.arange(term_count) * np.pi
    return bisect(lambda b: b * np.sin(b) - Bi * np.cos(b), low + 0.0 * Bi, low + np.pi / 2.0)


def film_roots_cylinder(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """Return the first roots of b J1(b) = Bi J0(b), along a new last axis.

    >>> film_roots_cylinder(7.3, 3).round(9)
    array([2.10507748, 4.89671799, 7.80060106])
    """
    Bi = _column(biot_number)
    low = np.concatenate([[0.0], jn_zeros(1, term_count)])[:term_count]
    return bisect(lambda b: b * j1(b) - Bi * j0(b), low + 0.0 * Bi, jn_zeros(0, term_count))


def film_roots_sphere(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """Return the first roots of 1 - b cot b = Bi, along a new last axis.

    >>> film_roots_sphere(7.3, 3).round(9)
    array([2.73236837, 5.5600927 , 8.49224825])
    """
    Bi = _column(biot_number)
    low = np.arange(term_count) * np.pi
    # 1 - b cot b = b j1(b)/j0(b) with spherical Bessel functions: no cancellation at small b
    return bisect(
        lambda b: b * spherical_jn(1, b) - Bi * spherical_jn(0, b), low + 0.0 * Bi, low + np.pi
    )


def bath_roots_slab(bath_ratio: ArrayLike, term_count: int = 10) -> FloatArray:
    """Return the first roots q > 0 of tan q = -α q, along a new last axis.

    >>> bath_roots_slab(2.7, 3).round(9)
    array([1.77635198, 4.78956402, 7.90082477])
    """
    a = _column(bath_ratio)
    high = np.arange(1, term_count + 1) * np.pi
    return bisect(lambda q: np.sin(q) + a * q * np.cos(q), high - np.pi / 2.0 + 0.0 * a, high)


def bath_roots_sphere(bath_ratio: ArrayLike, term_count: int = 10) -> FloatArray:
    """Return the first roots q > 0 of tan q = 3q/(3 + α q²), along a new last axis.

    >>> bath_roots_sphere(2.7, 3).round(9)
    array([3.42940155, 6.44943462, 9.53934567])
    """
    a = _column(bath_ratio)
    low = np.arange(1, term_count + 1) * np.pi
    return bisect(
        lambda q: (3.0 + a * q * q) * np.sin(q) - 3.0 * q * np.cos(q),
        low + 0.0 * a,
        low + np.pi / 2.0,
    )


def _release_film(
    fourier_number: ArrayLike,
    biot_number: ArrayLike,
    shape_exponent: int,
    response: _Response,
    roots: FloatArray,
) -> FloatArray:
    (Fo,), Bi, n, b = floats(fourier_number), _column(biot_number), shape_exponent, roots
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
    (Fo,), a = floats(fourier_number), _column(bath_ratio)[..., 0]

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
    a, q = _column(bath_ratio), bath_roots_slab(bath_ratio)
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
    a, q = _column(bath_ratio), bath_roots_sphere(bath_ratio)
    late = np.maximum(floats(fourier_number)[0], _SWITCH)[..., np.newaxis]
    weight = 6.0 * a * (1.0 + a) / (9.0 + 9.0 * a + (a * q) ** 2)
    held = np.sum(weight * np.exp(-(q**2) * late), axis=-1)
    return _release_bath(fourier_number, bath_ratio, held, surface_response_sphere)
