"""How alike two release curves are, and how well a fit does against another.

`f1` and `f2` are defined on percentages, everything else on fractions.
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "aic",
    "aicc",
    "f1",
    "f2",
    "msc",
]

_PERFECT = 1e-300  # stands for a sum of squares of 0 inside a logarithm


def f1(reference: ArrayLike, test: ArrayLike) -> FloatArray:
    """Difference factor of two release curves.

        f1 = 100 Σ |R - T|/Σ R

    Parameters
    ----------
    reference : array_like, shape (...) [%]
        Percent released by the reference, one value per time.
    test : array_like, shape (...) [%]
        Percent released by the test at the same times.

    Returns
    -------
    ndarray, shape (...) [1]
        f1, 0 for identical curves.

    Notes
    -----
    Validity: percentages, not fractions, along the last axis; 0 to 15 is called similar.
    Source: Moore and Flanner 1996; textbook form.

    Examples
    --------
    >>> print(f"{float(f1([19.0, 43.0, 71.0], [23.0, 41.0, 64.0])):.6f}")
    9.774436
    """
    R, T = floats(reference, test)
    return np.asarray(100.0 * np.sum(np.abs(R - T), axis=-1) / np.sum(R, axis=-1), dtype=float)


def f2(reference: ArrayLike, test: ArrayLike) -> FloatArray:
    """Similarity factor of two release curves.

        f2 = 50 log10{100 [1 + Σ (R - T)²/n]^(-1/2)}

    Parameters
    ----------
    reference : array_like, shape (...) [%]
        Percent released by the reference, one value per time.
    test : array_like, shape (...) [%]
        Percent released by the test at the same times.

    Returns
    -------
    ndarray, shape (...) [1]
        f2, 100 for identical curves.

    Notes
    -----
    Validity: percentages, not fractions, along the last axis; 50 to 100 is called similar.
    Source: Moore and Flanner 1996; textbook form.

    Examples
    --------
    >>> print(f"{float(f2([19.0, 43.0, 71.0], [23.0, 41.0, 64.0])):.6f}")
    65.494719
    """
    R, T = floats(reference, test)
    mean_square = np.mean((R - T) ** 2, axis=-1)
    return np.asarray(100.0 - 25.0 * np.log10(1.0 + mean_square), dtype=float)


def aic(
    sum_of_squares: ArrayLike, point_count: ArrayLike, parameter_count: ArrayLike
) -> FloatArray:
    """Akaike information criterion of a least-squares fit.

        AIC = n ln SS + 2 p

    Parameters
    ----------
    sum_of_squares : array_like, shape (...) [1]
        Sum SS of the squared residuals.
    point_count : array_like, shape (...) [1]
        Points n fitted.
    parameter_count : array_like, shape (...) [1]
        Parameters p fitted.

    Returns
    -------
    ndarray, shape (...) [1]
        AIC; lower is better.

    Notes
    -----
    Validity: compare differences between models on the same points only.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> print(f"{float(aic(0.0137, 9, 2)):.6f}")
    -34.613235
    """
    SS, n, p = floats(sum_of_squares, point_count, parameter_count)
    return np.asarray(n * np.log(np.maximum(SS, _PERFECT)) + 2.0 * p, dtype=float)


def aicc(
    sum_of_squares: ArrayLike, point_count: ArrayLike, parameter_count: ArrayLike
) -> FloatArray:
    """Akaike information criterion corrected for few points.

        AICc = AIC + 2 p (p + 1)/(n - p - 1)

    Parameters
    ----------
    sum_of_squares : array_like, shape (...) [1]
        Sum SS of the squared residuals.
    point_count : array_like, shape (...) [1]
        Points n fitted.
    parameter_count : array_like, shape (...) [1]
        Parameters p fitted.

    Returns
    -------
    ndarray, shape (...) [1]
        AICc; lower is better.

    Notes
    -----
    Validity: n > p + 1; infinite otherwise, so that such a fit never wins.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> aicc(0.0137, [9, 3], 2).round(6)
    array([-32.613235,        inf])
    """
    n, p = floats(point_count, parameter_count)
    spare = n - p - 1.0
    penalty = np.where(spare > 0.0, 2.0 * p * (p + 1.0) / np.where(spare > 0.0, spare, 1.0), np.inf)
    return np.asarray(aic(sum_of_squares, n, p) + penalty, dtype=float)


def msc(
    total_squares: ArrayLike,
    sum_of_squares: ArrayLike,
    point_count: ArrayLike,
    parameter_count: ArrayLike,
) -> FloatArray:
    """Model selection criterion of a least-squares fit.

        MSC = ln(SS_tot/SS) - 2 p/n

    Parameters
    ----------
    total_squares : array_like, shape (...) [1]
        Sum SS_tot of the squared distances from the mean.
    sum_of_squares : array_like, shape (...) [1]
        Sum SS of the squared residuals.
    point_count : array_like, shape (...) [1]
        Points n fitted.
    parameter_count : array_like, shape (...) [1]
        Parameters p fitted.

    Returns
    -------
    ndarray, shape (...) [1]
        MSC; higher is better, above 3 is called good.

    Notes
    -----
    Validity: equal weights; does not depend on the scale of the data.
    Source: Zhang et al., AAPS J 2010;12:263, doi 10.1208/s12248-010-9185-1; textbook form.

    Examples
    --------
    >>> print(f"{float(msc(0.73, 0.0137, 9, 2)):.6f}")
    3.531204
    """
    SS_tot, SS, n, p = floats(total_squares, sum_of_squares, point_count, parameter_count)
    ratio = np.maximum(SS_tot, _PERFECT) / np.maximum(SS, _PERFECT)
    return np.asarray(np.log(ratio) - 2.0 * p / n, dtype=float)
