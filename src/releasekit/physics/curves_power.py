"""Empirical release curves that are powers of time, or of the size of an eroding body.

Fits only: a fitted exponent proves no mechanism. The short names of the field stand here (``k``,
``n``, ``m``, ``k1``, ``k2``). Time may be in any unit; rate constants are then in the matching one.
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "baker_lonsdale",
    "higuchi",
    "hixson_crowell",
    "hopfenberg",
    "korsmeyer_peppas",
    "peppas_sahlin",
    "zero_order",
]


def zero_order(time: ArrayLike, k: ArrayLike) -> FloatArray:
    """Released fraction at a constant rate.

        F = k t

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time]
        Rate k.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: steady erosion or a membrane; unbounded, for F ≤ 1.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> zero_order([3.7, 11.0], 0.013).round(6)
    array([0.0481, 0.143 ])
    """
    t, k = floats(time, k)
    return np.asarray(k * t, dtype=float)


def higuchi(time: ArrayLike, k: ArrayLike) -> FloatArray:
    """Released fraction by the square-root law.

        F = k t^(1/2)

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time^0.5]
        Constant k.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: F < 0.6; unbounded.
    Source: Higuchi 1961; textbook form.

    Examples
    --------
    >>> higuchi([3.7, 11.0], 0.13).round(6)
    array([0.25006 , 0.431161])
    """
    t, k = floats(time, k)
    return np.asarray(k * np.sqrt(t), dtype=float)


def korsmeyer_peppas(time: ArrayLike, k: ArrayLike, n: ArrayLike) -> FloatArray:
    """Released fraction by the power law.

        F = k t^n

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time^n]
        Constant k.
    n : array_like, shape (...) [1]
        Exponent n; 0.50, 0.45, 0.43 for Fickian slab, cylinder, sphere.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: 0.05 < F < 0.6; unbounded. The fitted n shifts by 0.03 with sampling alone.
    Source: Ritger and Peppas 1987, doi 10.1016/0168-3659(87)90034-4.

    Examples
    --------
    >>> korsmeyer_peppas([3.7, 11.0], 0.13, 0.47).round(6)
    array([0.240435, 0.401234])
    """
    t, k, n = floats(time, k, n)
    return np.asarray(k * t**n, dtype=float)


def peppas_sahlin(time: ArrayLike, k1: ArrayLike, k2: ArrayLike, m: ArrayLike = 0.5) -> FloatArray:
    """Released fraction as a diffusive and a relaxing part.

        F = k1 t^m + k2 t^(2 m)

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k1 : array_like, shape (...) [1/time^m]
        Diffusive constant.
    k2 : array_like, shape (...) [1/time^(2m)]
        Relaxation constant.
    m : array_like, shape (...) [1]
        Fickian exponent of the shape.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: F < 0.6; unbounded.
    Source: textbook form.

    Examples
    --------
    >>> peppas_sahlin([3.7, 11.0], 0.11, 0.013, 0.45).round(6)
    array([0.240392, 0.43612 ])
    """
    t, k1, k2, m = floats(time, k1, k2, m)
    return np.asarray(k1 * t**m + k2 * t ** (2.0 * m), dtype=float)


def hopfenberg(time: ArrayLike, k: ArrayLike, n: ArrayLike = 3.0) -> FloatArray:
    """Released fraction of a body that erodes from its surface.

        F = 1 - (1 - k t)^n

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time]
        Erosion speed over the half thickness or radius.
    n : array_like, shape (...) [1]
        1 slab, 2 cylinder, 3 sphere.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: surface erosion at a constant speed, uniform load; 1 once k t = 1.
    Source: Hopfenberg 1976; textbook form.

    Examples
    --------
    >>> hopfenberg([3.7, 11.0, 91.0], 0.013, 2.0).round(6)
    array([0.093886, 0.265551, 1.      ])
    """
    t, k, n = floats(time, k, n)
    return np.asarray(1.0 - np.maximum(1.0 - k * t, 0.0) ** n, dtype=float)


def hixson_crowell(time: ArrayLike, k: ArrayLike) -> FloatArray:
    """Released fraction of dissolving particles by the cube-root law.

        F = 1 - (1 - k t)³

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time]
        Rate at which the diameter is lost.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: particles of one size that dissolve at a constant speed; 1 once k t = 1.
    Source: textbook form.

    Examples
    --------
    >>> hixson_crowell([3.7, 11.0, 191.0], 0.0081).round(6)
    array([0.087242, 0.244191, 1.      ])
    """
    return hopfenberg(time, k, 3.0)


def baker_lonsdale(time: ArrayLike, k: ArrayLike) -> FloatArray:
    """Released fraction of a sphere that holds a dispersed solid.

        (3/2) [1 - (1 - F)^(2/3)] - F = k t

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    k : array_like, shape (...) [1/time]
        Constant k.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: quasi-steady front; 1 once k t = 1/2.
    Source: textbook form.

    Examples
    --------
    >>> baker_lonsdale([3.7, 11.0, 191.0], 0.0031).round(6)
    array([0.246924, 0.406223, 1.      ])
    """
    # with (1 - F)^(1/3) = 1/2 + cos θ the equation is cos 3θ = 4 k t - 1
    t, k = floats(time, k)
    theta = (np.pi + 2.0 * np.arcsin(np.sqrt(np.clip(2.0 * k * t, 0.0, 1.0)))) / 3.0
    return np.asarray(1.0 - (0.5 + np.cos(theta)) ** 3, dtype=float)
