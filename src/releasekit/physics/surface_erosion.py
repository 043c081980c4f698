"""Surface erosion: how a body wears off from its open face."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray


def erosion_time(thickness: ArrayLike, erosion_speed: ArrayLike) -> FloatArray:
    """Time in which a surface that recedes at constant speed uses up the whole body.

        t_e = L / v_e

    Parameters
    ----------
    thickness : array_like, shape (...) [m]
        Thickness of a slab, one face open; or the radius of a cylinder or sphere.
    erosion_speed : array_like, shape (...) [m/s]
        Speed at which the surface recedes.

    Returns
    -------
    ndarray, shape (...) [s]
        Time since application; infinite where nothing erodes.

    Notes
    -----
    Validity: constant speed, cylinder without its ends.
    Source: textbook form.

    Examples
    --------
    >>> round(float(erosion_time(1.7e-3, 4.3e-9)), 1)
    395348.8
    """
    L, v = floats(thickness, erosion_speed)
    with np.errstate(divide="ignore"):
        return L / v


def extent_left_fraction(time: ArrayLike, erosion_time: ArrayLike) -> FloatArray:
    """Share of thickness or radius left of a body whose surface recedes at constant speed.

        R/R_0 = max(1 - t/t_e, 0)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    erosion_time : array_like, shape (...) [s]
        Time to erode the whole body.

    Returns
    -------
    ndarray, shape (...) [1]
        0 from `erosion_time` on.

    Notes
    -----
    Validity: as `erosion_time`.
    Source: textbook form.

    Examples
    --------
    >>> round(float(extent_left_fraction(2.9e5, 8.3e5)), 6)
    0.650602
    """
    t, t_e = floats(time, erosion_time)
    return np.maximum(1.0 - t / t_e, 0.0)


def release_hopfenberg(
    time: ArrayLike, erosion_time: ArrayLike, shape_exponent: ArrayLike
) -> FloatArray:
    """Share released by a surface that recedes at constant speed.

        F = 1 - (1 - t/t_e)^(n+1)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    erosion_time : array_like, shape (...) [s]
        Time to erode the whole body: thickness or radius over erosion speed.
    shape_exponent : array_like, shape (...) [1]
        n: 0 slab, 1 cylinder, 2 sphere.

    Returns
    -------
    ndarray, shape (...) [1]
        1 from `erosion_time` on.

    Notes
    -----
    Validity: uniform load that cannot diffuse, cylinder without its ends, perfect sink.
    Source: Hopfenberg 1976 (textbook form).

    Examples
    --------
    >>> round(float(release_hopfenberg(2.9e5, 8.3e5, 1)), 6)
    0.576717
    """
    t, t_e, n = floats(time, erosion_time, shape_exponent)
    return 1.0 - np.maximum(1.0 - t / t_e, 0.0) ** (n + 1.0)


def mean_release_time_hopfenberg(erosion_time: ArrayLike, shape_exponent: ArrayLike) -> FloatArray:
    """Mean release time of a surface that recedes at constant speed.

        MRT = t_e / (n + 2)

    Parameters
    ----------
    erosion_time : array_like, shape (...) [s]
        Time to erode the whole body.
    shape_exponent : array_like, shape (...) [1]
        n: 0 slab, 1 cylinder, 2 sphere.

    Returns
    -------
    ndarray, shape (...) [s]
        Mean time at which an exosome leaves.

    Notes
    -----
    Validity: as `release_hopfenberg`.
    Source: derived here; checked numerically by the area above `release_hopfenberg`.

    Examples
    --------
    >>> round(float(mean_release_time_hopfenberg(8.3e5, 1)), 1)
    276666.7
    """
    t_e, n = floats(erosion_time, shape_exponent)
    return t_e / (n + 2.0)
