"""Eigenvalues of diffusion in a body with a film on its surface, or in a bath of finite volume."""

from __future__ import annotations

import numpy as np
from scipy.special import j0, j1, jn_zeros, spherical_jn

from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.roots import bisect, finite_column

__all__ = [
    "bath_roots_slab",
    "bath_roots_sphere",
    "film_roots_cylinder",
    "film_roots_slab",
    "film_roots_sphere",
]


def film_roots_slab(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """First roots of the eigenvalue equation of a slab behind a film.

        b tan b = Bi

    Parameters
    ----------
    biot_number : array_like, shape (...) [1]
        Biot number Bi.
    term_count : int [1]
        Number of roots.

    Returns
    -------
    ndarray, shape (..., term) [1]
        Roots b > 0, rising along a new last axis.

    Notes
    -----
    Validity: Bi from 0 to infinity; kept within 1e-12 to 1e12.
    Source: textbook form; checked numerically against its own equation.

    Examples
    --------
    >>> film_roots_slab(7.3, 3).round(9)
    array([1.3834975 , 4.19120319, 7.08362545])
    """
    Bi = finite_column(biot_number)
    low = np.arange(term_count) * np.pi
    return bisect(lambda b: b * np.sin(b) - Bi * np.cos(b), low + 0.0 * Bi, low + np.pi / 2.0)


def film_roots_cylinder(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """First roots of the eigenvalue equation of a long cylinder behind a film.

        b J1(b) = Bi J0(b)

    Parameters
    ----------
    biot_number : array_like, shape (...) [1]
        Biot number Bi.
    term_count : int [1]
        Number of roots.

    Returns
    -------
    ndarray, shape (..., term) [1]
        Roots b > 0, rising along a new last axis.

    Notes
    -----
    Validity: Bi from 0 to infinity; kept within 1e-12 to 1e12.
    Source: textbook form; checked numerically against its own equation.

    Examples
    --------
    >>> film_roots_cylinder(7.3, 3).round(9)
    array([2.10507748, 4.89671799, 7.80060106])
    """
    Bi = finite_column(biot_number)
    low = np.concatenate([[0.0], jn_zeros(1, term_count)])[:term_count]
    return bisect(lambda b: b * j1(b) - Bi * j0(b), low + 0.0 * Bi, jn_zeros(0, term_count))


def film_roots_sphere(biot_number: ArrayLike, term_count: int = 10) -> FloatArray:
    """First roots of the eigenvalue equation of a sphere behind a film.

        1 - b cot b = Bi

    Parameters
    ----------
    biot_number : array_like, shape (...) [1]
        Biot number Bi.
    term_count : int [1]
        Number of roots.

    Returns
    -------
    ndarray, shape (..., term) [1]
        Roots b > 0, rising along a new last axis.

    Notes
    -----
    Validity: Bi from 0 to infinity; kept within 1e-12 to 1e12.
    Source: textbook form; checked numerically against its own equation.

    Examples
    --------
    >>> film_roots_sphere(7.3, 3).round(9)
    array([2.73236837, 5.5600927 , 8.49224825])
    """
    Bi = finite_column(biot_number)
    low = np.arange(term_count) * np.pi
    # 1 - b cot b = b j1(b)/j0(b) with spherical Bessel functions: no cancellation at small b
    return bisect(
        lambda b: b * spherical_jn(1, b) - Bi * spherical_jn(0, b), low + 0.0 * Bi, low + np.pi
    )


def bath_roots_slab(bath_ratio: ArrayLike, term_count: int = 10) -> FloatArray:
    """First roots of the eigenvalue equation of a slab in a stirred bath.

        tan q = -α q

    Parameters
    ----------
    bath_ratio : array_like, shape (...) [1]
        Bath volume over (partition × gel volume), α.
    term_count : int [1]
        Number of roots.

    Returns
    -------
    ndarray, shape (..., term) [1]
        Roots q > 0, rising along a new last axis.

    Notes
    -----
    Validity: α from 0 to infinity; kept within 1e-12 to 1e12.
    Source: textbook form; checked numerically against its own equation.

    Examples
    --------
    >>> bath_roots_slab(2.7, 3).round(9)
    array([1.77635198, 4.78956402, 7.90082477])
    """
    a = finite_column(bath_ratio)
    high = np.arange(1, term_count + 1) * np.pi
    return bisect(lambda q: np.sin(q) + a * q * np.cos(q), high - np.pi / 2.0 + 0.0 * a, high)


def bath_roots_sphere(bath_ratio: ArrayLike, term_count: int = 10) -> FloatArray:
    """First roots of the eigenvalue equation of a sphere in a stirred bath.

        tan q = 3q/(3 + α q²)

    Parameters
    ----------
    bath_ratio : array_like, shape (...) [1]
        Bath volume over (partition × gel volume), α.
    term_count : int [1]
        Number of roots.

    Returns
    -------
    ndarray, shape (..., term) [1]
        Roots q > 0, rising along a new last axis.

    Notes
    -----
    Validity: α from 0 to infinity; kept within 1e-12 to 1e12.
    Source: textbook form; checked numerically against its own equation.

    Examples
    --------
    >>> bath_roots_sphere(2.7, 3).round(9)
    array([3.42940155, 6.44943462, 9.53934567])
    """
    a = finite_column(bath_ratio)
    low = np.arange(1, term_count + 1) * np.pi
    return bisect(
        lambda q: (3.0 + a * q * q) * np.sin(q) - 3.0 * q * np.cos(q),
        low + 0.0 * a,
        low + np.pi / 2.0,
    )
