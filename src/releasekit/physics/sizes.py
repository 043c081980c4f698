"""Lognormal vesicle sizes: quadrature nodes, shares below a diameter and mean diameters."""

from __future__ import annotations

import functools

import numpy as np
from scipy.special import ndtr, ndtri

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = ["fraction_below", "fraction_between", "mean_diameter", "mode_diameter",
           "moment_diameter", "size_nodes", "volume_weighted_median"]


@functools.lru_cache(maxsize=32)
def _scores(count: int) -> tuple[FloatArray, FloatArray]:
    """Return normal scores and weights of Gauss-Legendre nodes in cumulative probability."""
    x, w = np.polynomial.legendre.leggauss(count)
    scores, weights = ndtri(0.5 * (1.0 + x)), 0.5 * w
    scores.flags.writeable = weights.flags.writeable = False  # the cache hands out these arrays
    return scores, weights


def size_nodes(
    vesicle_diameter_median: ArrayLike, vesicle_diameter_gsd: ArrayLike, count: int
) -> tuple[FloatArray, FloatArray]:
    """Diameters and weights with which an average over all vesicles (by number) is taken.

        <F> = Σ_j w_j F(d_j),   d_j = d_50 σ_d^(Φ⁻¹(u_j)),   u_j, w_j Gauss-Legendre on (0, 1)

    Parameters
    ----------
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.
    count : int
        Number of nodes; 16 to report, 8 to screen.

    Returns
    -------
    diameters : ndarray, shape (..., count) [m]
        Rising along the last axis.
    weights : ndarray, shape (count,) [1]
        Positive, sum 1.

    Notes
    -----
    Validity: one lognormal mode, not truncated. Average release, never diffusivity; an average of
        a high power of d converges slowly, because the tails carry it.
    Source: textbook form (Gauss-Legendre quadrature of a cumulative distribution).

    Examples
    --------
    >>> diameters, weights = size_nodes(87e-9, 1.37, 3)
    >>> (diameters * 1e9).round(2).tolist()
    [59.4, 87.0, 127.43]
    >>> bool(abs(weights @ np.log(diameters / 87e-9)) < 1e-12)
    True
    """
    scores, weights = _scores(count)
    median, gsd = floats(vesicle_diameter_median, vesicle_diameter_gsd)
    return median[..., None] * np.exp(np.log(gsd)[..., None] * scores), weights


def fraction_below(
    vesicle_diameter: ArrayLike,
    vesicle_diameter_median: ArrayLike,
    vesicle_diameter_gsd: ArrayLike,
    moment_order: ArrayLike = 0.0,
) -> FloatArray:
    """Share of the vesicles, or of their k-th moment, below a diameter.

        f = Φ( (ln(d / d_50) - k s²) / s ),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        The diameter in question.
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation; 1 gives a step at the median.
    moment_order : array_like, shape (...) [1]
        0 counts vesicles, 2 their membrane area, 3 their volume.

    Returns
    -------
    ndarray, shape (...) [1]
        Share between 0 and 1.

    Notes
    -----
    Validity: one lognormal mode.
    Source: textbook form.

    Examples
    --------
    >>> round(float(fraction_below(73e-9, 104e-9, 1.43)), 6)
    0.161201
    >>> round(float(fraction_below(73e-9, 104e-9, 1.43, moment_order=3)), 6)
    0.019577
    """
    d, median, gsd, k = floats(
        vesicle_diameter, vesicle_diameter_median, vesicle_diameter_gsd, moment_order)
    s = np.log(gsd)
    with np.errstate(divide="ignore"):  # d = 0 is a fair question: nothing lies below it
        distance = np.log(d / median) - k * s**2
    share = ndtr(distance / np.where(s > 0, s, 1.0))
    return np.where(s > 0, share, np.where(d >= median, 1.0, 0.0))


def fraction_between(
    vesicle_diameter_low: ArrayLike,
    vesicle_diameter_high: ArrayLike,
    vesicle_diameter_median: ArrayLike,
    vesicle_diameter_gsd: ArrayLike,
) -> FloatArray:
    """Share of the vesicles (by number) between two diameters.

        f = Φ(ln(d_hi / d_50) / s) - Φ(ln(d_lo / d_50) / s),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter_low : array_like, shape (...) [m]
        Lower edge.
    vesicle_diameter_high : array_like, shape (...) [m]
        Upper edge.
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.

    Returns
    -------
    ndarray, shape (...) [1]
        Share between 0 and 1.

    Notes
    -----
    Validity: one lognormal mode.
    Source: textbook form.

    Examples
    --------
    >>> round(float(fraction_between(30e-9, 150e-9, 93e-9, 1.52)), 6)
    0.869763
    """
    median, gsd = vesicle_diameter_median, vesicle_diameter_gsd
    above = fraction_below(vesicle_diameter_high, median, gsd)
    return above - fraction_below(vesicle_diameter_low, median, gsd)


def moment_diameter(
    vesicle_diameter_median: ArrayLike,
    vesicle_diameter_gsd: ArrayLike,
    moment_order: ArrayLike,
    lower_moment_order: ArrayLike,
) -> FloatArray:
    """Mean diameter D[k, q] formed from two moments.

        D[k, q] = (<d^k> / <d^q>)^(1/(k-q)) = d_50 exp((k + q) s² / 2),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.
    moment_order : array_like, shape (...) [1]
        k, e.g. 6 for the mean that light scattering weighs.
    lower_moment_order : array_like, shape (...) [1]
        q, e.g. 5.

    Returns
    -------
    ndarray, shape (...) [m]
        Mean diameter; equal orders give the geometric mean of that weighting.

    Notes
    -----
    Validity: one lognormal mode.
    Source: textbook form (moments of the lognormal distribution).

    Examples
    --------
    >>> round(float(moment_diameter(93e-9, 1.52, 3, 2)) * 1e9, 3)
    144.156
    """
    median, gsd, k, q = floats(
        vesicle_diameter_median, vesicle_diameter_gsd, moment_order, lower_moment_order)
    return np.asarray(median * np.exp(0.5 * (k + q) * np.log(gsd) ** 2), dtype=float)


def mean_diameter(
    vesicle_diameter_median: ArrayLike, vesicle_diameter_gsd: ArrayLike
) -> FloatArray:
    """Arithmetic mean diameter by number.

        <d> = d_50 exp(s² / 2),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.

    Returns
    -------
    ndarray, shape (...) [m]
        Mean diameter.

    Notes
    -----
    Validity: one lognormal mode.
    Source: textbook form.

    Examples
    --------
    >>> round(float(mean_diameter(93e-9, 1.52)) * 1e9, 3)
    101.52
    """
    return moment_diameter(vesicle_diameter_median, vesicle_diameter_gsd, 1.0, 0.0)


def mode_diameter(
    vesicle_diameter_median: ArrayLike, vesicle_diameter_gsd: ArrayLike
) -> FloatArray:
    """Most frequent diameter by number: the peak that particle tracking shows.

        d_mode = d_50 exp(-s²),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.

    Returns
    -------
    ndarray, shape (...) [m]
        Mode.

    Notes
    -----
    Validity: one lognormal mode, histogram over linear diameter.
    Source: textbook form.

    Examples
    --------
    >>> round(float(mode_diameter(93e-9, 1.52)) * 1e9, 3)
    78.045
    """
    return moment_diameter(vesicle_diameter_median, vesicle_diameter_gsd, -1.0, -1.0)


def volume_weighted_median(
    vesicle_diameter_median: ArrayLike, vesicle_diameter_gsd: ArrayLike
) -> FloatArray:
    """Diameter below which half of the vesicle volume lies.

        d_50,V = d_50 exp(3 s²),   s = ln σ_d

    Parameters
    ----------
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation.

    Returns
    -------
    ndarray, shape (...) [m]
        Volume median.

    Notes
    -----
    Validity: one lognormal mode; a dose counted as cargo volume or protein goes with this size.
    Source: textbook form (Hatch-Choate relation).

    Examples
    --------
    >>> round(float(volume_weighted_median(93e-9, 1.52)) * 1e9, 3)
    157.363
    """
    return moment_diameter(vesicle_diameter_median, vesicle_diameter_gsd, 3.0, 3.0)
