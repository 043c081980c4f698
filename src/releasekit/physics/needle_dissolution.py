"""Microneedles: their shape and dose, and how they dissolve."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "array_dose",
    "cone_dissolution_time",
    "cone_half_angle",
    "cone_remaining_fraction",
    "cone_volume",
    "height_fraction_finite_fluid",
    "pyramid_volume",
    "stalled_height_fraction",
]


def cone_half_angle(needle_height: ArrayLike, needle_base_radius: ArrayLike) -> FloatArray:
    """Angle between the axis and the side of a cone.

        tan θ = R/H

    Parameters
    ----------
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_radius : array_like, shape (...) [m]
        Radius R of the base.

    Returns
    -------
    ndarray, shape (...) [rad]
        Half-angle θ.

    Notes
    -----
    Validity: any sharp cone.
    Source: textbook form.

    Examples
    --------
    >>> print(f"{float(cone_half_angle(7.3e-4, 1.7e-4)):.9f}")
    0.228798845
    """
    H, R = floats(needle_height, needle_base_radius)
    return np.asarray(np.arctan2(R, H), dtype=float)


def cone_volume(
    needle_height: ArrayLike, needle_base_radius: ArrayLike, needle_tip_radius: ArrayLike = 0.0
) -> FloatArray:
    """Volume of a conical needle, blunt or sharp.

        V = π H (R² + R r + r²)/3

    Parameters
    ----------
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_radius : array_like, shape (...) [m]
        Radius R of the base.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r of the tip.

    Returns
    -------
    ndarray, shape (...) [m^3]
        Volume of one needle.

    Notes
    -----
    Validity: straight sides, flat tip.
    Source: textbook form.

    Examples
    --------
    >>> print(f"{float(cone_volume(7.3e-4, 1.7e-4, 1.1e-5)):.6e}")
    2.361476e-11
    """
    H, R, r = floats(needle_height, needle_base_radius, needle_tip_radius)
    return np.asarray(np.pi * H * (R * R + R * r + r * r) / 3.0, dtype=float)


def pyramid_volume(needle_height: ArrayLike, needle_base_width: ArrayLike) -> FloatArray:
    """Volume of a needle that is a pyramid on a square base.

        V = w² H/3

    Parameters
    ----------
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_width : array_like, shape (...) [m]
        Side w of the square base.

    Returns
    -------
    ndarray, shape (...) [m^3]
        Volume of one needle.

    Notes
    -----
    Validity: sharp tip. It dissolves like a cone of base radius w/2.
    Source: textbook form.

    Examples
    --------
    >>> print(f"{float(pyramid_volume(7.3e-4, 2.9e-4)):.6e}")
    2.046433e-11
    """
    H, w = floats(needle_height, needle_base_width)
    return np.asarray(w * w * H / 3.0, dtype=float)


def cone_dissolution_time(
    needle_height: ArrayLike, needle_base_radius: ArrayLike, dissolution_speed: ArrayLike
) -> FloatArray:
    """Time in which a cone dissolves that recedes along the normal of its side.

        t_d = H R/[v (H² + R²)^(1/2)]

    Parameters
    ----------
    needle_height : array_like, shape (...) [m]
        Height H at the start.
    needle_base_radius : array_like, shape (...) [m]
        Radius R of the base at the start.
    dissolution_speed : array_like, shape (...) [m/s]
        Normal speed v of the side.

    Returns
    -------
    ndarray, shape (...) [s]
        Time until nothing is left.

    Notes
    -----
    Validity: v uniform and constant (fluid in excess), base sealed by the patch.
    Source: derived here; checked numerically by the volume lost per side area and time.

    Examples
    --------
    >>> print(f"{float(cone_dissolution_time(7.3e-4, 1.7e-4, 2.3e-6)):.6f}")
    71.986835
    """
    H, R, v = floats(needle_height, needle_base_radius, dissolution_speed)
    return np.asarray(H * R / (v * np.hypot(H, R)), dtype=float)


def cone_remaining_fraction(
    time: ArrayLike,
    needle_height: ArrayLike,
    needle_base_radius: ArrayLike,
    dissolution_speed: ArrayLike,
) -> FloatArray:
    """Share of the volume of a dissolving cone that is left; 1 minus it has been released.

        V/V_0 = (1 - t/t_d)³

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the tissue.
    needle_height : array_like, shape (...) [m]
        Height at the start.
    needle_base_radius : array_like, shape (...) [m]
        Radius of the base at the start.
    dissolution_speed : array_like, shape (...) [m/s]
        Normal speed of the side.

    Returns
    -------
    ndarray, shape (...) [1]
        Volume over volume at the start, 0 after the dissolution time.

    Notes
    -----
    Validity: as `cone_dissolution_time`; the cone stays similar to itself.
    Source: derived here; problem class of Kim, Ita and Simon 2015.

    Examples
    --------
    >>> cone_remaining_fraction([17.0, 53.0, 91.0], 7.3e-4, 1.7e-4, 2.3e-6).round(9)
    array([0.44567362, 0.01834841, 0.        ])
    """
    t_d = cone_dissolution_time(needle_height, needle_base_radius, dissolution_speed)
    return np.asarray(np.clip(1.0 - floats(time)[0] / t_d, 0.0, 1.0) ** 3, dtype=float)


def height_fraction_finite_fluid(
    time: ArrayLike, dissolution_rate: ArrayLike, fluid_saturation_ratio: ArrayLike
) -> FloatArray:
    """Height left of a needle that dissolves into little fluid, which saturates.

        dy/dt = -a [1 - b (1 - y³)], y(0) = 1

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the tissue.
    dissolution_rate : array_like, shape (...) [1/s]
        a: relative rate at which height is lost in fresh fluid.
    fluid_saturation_ratio : array_like, shape (...) [1]
        b: mass of the needle over what the fluid around it can dissolve.

    Returns
    -------
    ndarray, shape (...) [1]
        y: height over height at the start; released is 1 - y³.

    Notes
    -----
    Validity: fluid well mixed and not renewed. b = 0: 1 - a t; b = 1: (1 + 2 a t)^(-1/2);
    b > 1 stalls at (1 - 1/b)^(1/3). All rows are integrated as one system, within 1e-10.
    Source: derived here; checked numerically by the closed forms.

    Examples
    --------
    >>> height_fraction_finite_fluid([13.0, 90.0], 0.017, [0.37, 2.3]).round(9)
    array([0.80098778, 0.82691349])
    """
    t, a, b = np.broadcast_arrays(*floats(time, dissolution_rate, fluid_saturation_ratio))
    # near its stall a needle relaxes at the rate 3 a b y²; after 40 of these it has arrived
    arrival = 40.0 / np.maximum(3.0 * b * stalled_height_fraction(b) ** 2, 1e-12)
    span = np.minimum(a * t, np.where(b > 1.0, arrival, np.inf)).ravel()

    def slope(_: float, y: FloatArray) -> FloatArray:
        return np.asarray(-span * (1.0 - b.ravel() * (1.0 - np.maximum(y, 0.0) ** 3)), dtype=float)

    path = solve_ivp(
        slope, (0.0, 1.0), np.ones_like(span), "DOP853", t_eval=[1.0], rtol=1e-12, atol=1e-12
    )
    return np.asarray(np.clip(path.y[:, -1], 0.0, 1.0).reshape(b.shape), dtype=float)


def stalled_height_fraction(fluid_saturation_ratio: ArrayLike) -> FloatArray:
    """Height at which a needle stops dissolving because the fluid is saturated.

        y_∞ = (1 - 1/b)^(1/3) for b > 1, else 0

    Parameters
    ----------
    fluid_saturation_ratio : array_like, shape (...) [1]
        b: mass of the needle over what the fluid around it can dissolve.

    Returns
    -------
    ndarray, shape (...) [1]
        Final height over height at the start.

    Notes
    -----
    Validity: fluid not renewed.
    Source: derived here; steady state of `height_fraction_finite_fluid`.

    Examples
    --------
    >>> stalled_height_fraction([0.4, 2.3]).round(9)
    array([0.        , 0.82680896])
    """
    (b,) = floats(fluid_saturation_ratio)
    return np.asarray(np.cbrt(1.0 - 1.0 / np.maximum(b, 1.0)), dtype=float)


def array_dose(
    needle_count: ArrayLike, needle_volume: ArrayLike, exosome_concentration: ArrayLike
) -> FloatArray:
    """Exosomes in all needles of an array.

        dose = n V c

    Parameters
    ----------
    needle_count : array_like, shape (...) [1]
        Needles n.
    needle_volume : array_like, shape (...) [m^3]
        Volume V of one needle.
    exosome_concentration : array_like, shape (...) [1/m^3]
        Exosomes c per volume.

    Returns
    -------
    ndarray, shape (...) [1]
        Number of exosomes.

    Notes
    -----
    Validity: needles filled evenly, nothing in the base plate.
    Source: textbook form.

    Examples
    --------
    >>> print(f"{float(array_dose(121, 2.3e-11, 4.1e16)):.4e}")
    1.1410e+08
    """
    n, V, c = floats(needle_count, needle_volume, exosome_concentration)
    return np.asarray(n * V * c, dtype=float)
