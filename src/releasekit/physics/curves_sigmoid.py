"""Empirical release curves that level off at 1 by themselves: exponentials and sigmoids.

Fits only. The short names of the field stand here (``k``, ``a``, ``b``, ``k1``, ``k2``). Time may
be in any unit; rate constants are then in the matching one.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, gamma

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "biexponential",
    "first_order",
    "gompertz",
    "logistic",
    "weibull",
    "weibull_mean_time",
    "weibull_scale_time",
]


def first_order(time: ArrayLike, k: ArrayLike) -> FloatArray:
    """Released fraction at a rate in proportion to what is left.

        F = 1 - exp(-k t)

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
    Validity: reservoir, dissolution.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> first_order([3.7, 11.0], 0.13).round(6)
    array([0.381835, 0.760691])
    """
    t, k = floats(time, k)
    return np.asarray(-np.expm1(-k * t), dtype=float)


def biexponential(time: ArrayLike, burst: ArrayLike, k1: ArrayLike, k2: ArrayLike) -> FloatArray:
    """Released fraction as a burst and a sustained part, each first order.

        F = A [1 - exp(-k1 t)] + (1 - A) [1 - exp(-k2 t)]

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    burst : array_like, shape (...) [1]
        Share A of the burst.
    k1 : array_like, shape (...) [1/time]
        Rate of the burst.
    k2 : array_like, shape (...) [1/time]
        Rate of the rest.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: two pools that do not exchange.
    Source: textbook form.

    Examples
    --------
    >>> biexponential([3.7, 11.0], 0.27, 0.53, 0.019).round(6)
    array([0.281563, 0.406888])
    """
    t, burst, k1, k2 = floats(time, burst, k1, k2)
    return np.asarray(-burst * np.expm1(-k1 * t) - (1.0 - burst) * np.expm1(-k2 * t), dtype=float)


def weibull(time: ArrayLike, a: ArrayLike, b: ArrayLike, lag: ArrayLike = 0.0) -> FloatArray:
    """Released fraction by the Weibull (stretched exponential) curve.

        F = 1 - exp[-(t - lag)^b/a]

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    a : array_like, shape (...) [time^b]
        Scale a.
    b : array_like, shape (...) [1]
        Shape b; below 1 a burst, above 1 a sigmoid.
    lag : array_like, shape (...) [time]
        Time before which nothing is released.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: any curve that ends at 1.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> weibull([3.7, 11.0], 12.3, 0.71, 1.9).round(6)
    array([0.116096, 0.322913])
    """
    t, a, b, lag = floats(time, a, b, lag)
    return np.asarray(-np.expm1(-(np.maximum(t - lag, 0.0) ** b) / a), dtype=float)


def weibull_scale_time(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Time at which a Weibull curve has released 63.2 %.

        t_63 = a^(1/b)

    Parameters
    ----------
    a : array_like, shape (...) [time^b]
        Scale a.
    b : array_like, shape (...) [1]
        Shape b.

    Returns
    -------
    ndarray, shape (...) [time]
        Time from the lag to F = 1 - 1/e.

    Notes
    -----
    Validity: counted from the lag.
    Source: textbook form.

    Examples
    --------
    >>> weibull_scale_time(12.3, [0.71, 1.3]).round(6)
    array([34.282906,  6.892687])
    """
    a, b = floats(a, b)
    return np.asarray(a ** (1.0 / b), dtype=float)


def weibull_mean_time(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Mean release time of a Weibull curve.

        ∫ (1 - F) dt = a^(1/b) Γ(1 + 1/b)

    Parameters
    ----------
    a : array_like, shape (...) [time^b]
        Scale a.
    b : array_like, shape (...) [1]
        Shape b.

    Returns
    -------
    ndarray, shape (...) [time]
        Mean time from the lag.

    Notes
    -----
    Validity: counted from the lag.
    Source: textbook form.

    Examples
    --------
    >>> weibull_mean_time(12.3, [0.71, 1.3]).round(6)
    array([42.821573,  6.365925])
    """
    a, b = floats(a, b)
    return np.asarray(a ** (1.0 / b) * gamma(1.0 + 1.0 / b), dtype=float)


def gompertz(time: ArrayLike, a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Released fraction by the Gompertz curve in log10 of time.

        F = exp[-a exp(-b log10 t)]

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    a : array_like, shape (...) [1]
        Scale a (with the unit of time).
    b : array_like, shape (...) [1]
        Shape b.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: sigmoid curves that rise steeply and level off slowly.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> gompertz([0.0, 3.7, 11.0], 4.7, 2.1).round(6)
    array([0.      , 0.240451, 0.590002])
    """
    t, a, b = floats(time, a, b)
    # exp(700) is still finite; a curve is 0 to double precision long before
    steep = np.exp(np.minimum(-b * np.log10(np.where(t > 0.0, t, 1.0)), 700.0))
    return np.asarray(np.where(t > 0.0, np.exp(-a * steep), 0.0), dtype=float)


def logistic(time: ArrayLike, a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Released fraction by the logistic curve in log10 of time.

        F = exp(a + b log10 t)/[1 + exp(a + b log10 t)]

    Parameters
    ----------
    time : array_like, shape (...) [time]
        Time t.
    a : array_like, shape (...) [1]
        Position a (with the unit of time).
    b : array_like, shape (...) [1]
        Shape b.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: sigmoid curves.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> logistic([0.0, 3.7, 11.0], -4.1, 3.3).round(6)
    array([0.      , 0.097534, 0.339975])
    """
    t, a, b = floats(time, a, b)
    released = expit(a + b * np.log10(np.where(t > 0.0, t, 1.0)))
    return np.asarray(np.where(t > 0.0, released, 0.0), dtype=float)
