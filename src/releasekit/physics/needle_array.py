"""Needles of a patch: parts inside and outside the tissue, crowding, resistance of the tissue."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = ["crowding_ratio", "part_area_share", "part_remaining", "part_volume_share",
           "tissue_resistance"]


def part_volume_share(
    part_low_fraction: ArrayLike, part_high_fraction: ArrayLike, size_ratio: ArrayLike = 0.0
) -> FloatArray:
    """Share of the volume of a truncated cone that lies between two heights.

        share = (z_2³ - z_1³)/(1 - m³)

    Parameters
    ----------
    part_low_fraction : array_like, shape (...) [1]
        Distance z_1 of the lower end from the point of the completed cone, over that of the base.
    part_high_fraction : array_like, shape (...) [1]
        The same of the upper end, z_2.
    size_ratio : array_like, shape (...) [1]
        Tip radius over base radius, m.

    Returns
    -------
    ndarray, shape (...) [1]
        Volume of the part over that of the needle.

    Notes
    -----
    Validity: straight sides; a sharp needle inserted to the share f of its height has f³ inside.
    Source: textbook form.

    Examples
    --------
    >>> part_volume_share([0.07, 0.63], [0.63, 1.0], 0.07).round(9)
    array([0.24978968, 0.75021032])
    """
    low, high, m = floats(part_low_fraction, part_high_fraction, size_ratio)
    return np.asarray((high**3 - low**3) / (1.0 - m**3), dtype=float)


def part_area_share(
    part_low_fraction: ArrayLike, part_high_fraction: ArrayLike, size_ratio: ArrayLike = 0.0
) -> FloatArray:
    """Share of the side of a truncated cone that lies between two heights.

        share = (z_2² - z_1²)/(1 - m²)

    Parameters
    ----------
    part_low_fraction : array_like, shape (...) [1]
        Distance z_1 of the lower end from the point of the completed cone, over that of the base.
    part_high_fraction : array_like, shape (...) [1]
        The same of the upper end, z_2.
    size_ratio : array_like, shape (...) [1]
        Tip radius over base radius, m.

    Returns
    -------
    ndarray, shape (...) [1]
        Side area of the part over that of the needle.

    Notes
    -----
    Validity: straight sides; the flat tip is not counted.
    Source: textbook form.

    Examples
    --------
    >>> part_area_share([0.07, 0.63], [0.63, 1.0], 0.07).round(9)
    array([0.39393026, 0.60606974])
    """
    low, high, m = floats(part_low_fraction, part_high_fraction, size_ratio)
    return np.asarray((high**2 - low**2) / (1.0 - m**2), dtype=float)


def part_remaining(
    height_fraction: ArrayLike, part_low_fraction: ArrayLike, part_high_fraction: ArrayLike
) -> FloatArray:
    """Share of the volume of a part of a needle that is left while its side recedes.

        V/V_0 = [(z_2 - s)³ - (z_1 - s)³]/(z_2³ - z_1³),  s = 1 - y, negative brackets count as 0

    Parameters
    ----------
    height_fraction : array_like, shape (...) [1]
        Height left of the completed cone over that at the start, y.
    part_low_fraction : array_like, shape (...) [1]
        Distance z_1 of the lower end from the point of the completed cone, over that of the base.
    part_high_fraction : array_like, shape (...) [1]
        The same of the upper end, z_2.

    Returns
    -------
    ndarray, shape (...) [1]
        Volume over volume at the start; y³ for the whole of a sharp needle.

    Notes
    -----
    Validity: the side recedes evenly; the flat tip does not. A part without volume is gone.
    Source: derived here; checked numerically by integrating the receding radius.

    Examples
    --------
    >>> part_remaining([1.0, 0.77, 0.3], 0.07, 0.63).round(9)
    array([1.        , 0.25630346, 0.        ])
    """
    y, low, high = floats(height_fraction, part_low_fraction, part_high_fraction)
    s = 1.0 - y
    left = np.maximum(high - s, 0.0) ** 3 - np.maximum(low - s, 0.0) ** 3
    whole = high**3 - low**3
    return np.asarray(np.where(whole > 0.0, left / np.where(whole > 0.0, whole, 1.0), 0.0))


def crowding_ratio(
    needle_pitch: ArrayLike,
    needle_base_radius: ArrayLike,
    crowding_length: ArrayLike,
    crowding_exponent: ArrayLike,
) -> FloatArray:
    """Insertion force of a needle among others over that of a needle alone (bed of nails).

        F/F_1 = max[1, (g_c/g)^n],  g = p - 2 r_b

    Parameters
    ----------
    needle_pitch : array_like, shape (...) [m]
        Distance p between needle axes.
    needle_base_radius : array_like, shape (...) [m]
        Radius r_b at the base.
    crowding_length : array_like, shape (...) [m]
        Gap g_c below which needles share the load.
    crowding_exponent : array_like, shape (...) [1]
        Power n.

    Returns
    -------
    ndarray, shape (...) [1]
        1 for needles far apart; limited to the value at a gap of 1 um.

    Notes
    -----
    Validity: order of magnitude; a threshold of 150 um is published, the power is a fit.
    Source: threshold J Pharm Sci 2013;102:1209, doi 10.1002/jps.23439; form chosen here.

    Examples
    --------
    >>> crowding_ratio([7.3e-4, 3.7e-4], 1.7e-4, 1.5e-4, 0.21).round(6)
    array([1.      , 1.402115])
    """
    p, r_b, g_c, n = floats(needle_pitch, needle_base_radius, crowding_length, crowding_exponent)
    gap = np.maximum(p - 2.0 * r_b, 1e-6)
    return np.asarray(np.maximum(g_c / gap, 1.0) ** n, dtype=float)


def tissue_resistance(
    radius: ArrayLike,
    needle_pitch: ArrayLike,
    tissue_diffusivity: ArrayLike,
    tissue_accessible_fraction: ArrayLike,
) -> FloatArray:
    """Resistance between the side of a needle and the mean of the tissue around it.

        Λ = r/(ε D) [R⁴ ln(R/r)/(R² - r²)² - (3 R² - r²)/(4 (R² - r²))],  π R² = p²

    Parameters
    ----------
    radius : array_like, shape (...) [m]
        Radius r of the needle where it is looked at.
    needle_pitch : array_like, shape (...) [m]
        Distance p between needle axes on a square grid.
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D in the tissue.
    tissue_accessible_fraction : array_like, shape (...) [1]
        Share ε of the tissue open to vesicles.

    Returns
    -------
    ndarray, shape (...) [s/m]
        Concentration difference in the open part of the tissue over flux through the side.

    Notes
    -----
    Validity: steady profile while the tissue fills evenly, later than R²/D; each needle in a
    round cell. (R - r)/(3 ε D) for a thin cell.
    Source: derived here; checked numerically by a boundary-value solution.

    Examples
    --------
    >>> print(f"{float(tissue_resistance(7.3e-5, 5.3e-4, 1.9e-13, 0.13)):.5e}")
    2.40208e+09
    """
    r, p, D, epsilon = floats(radius, needle_pitch, tissue_diffusivity, tissue_accessible_fraction)
    R = np.maximum(p / np.sqrt(np.pi), r)
    x = np.minimum(r / R, 0.98)  # the closed form loses its digits in a thin cell
    open_share = 1.0 - x * x
    wide = -np.log(x) / open_share**2 - (3.0 - x * x) / (4.0 * open_share)
    thin = (R / r - 1.0) / 3.0
    return np.asarray(r / (epsilon * D) * np.where(r / R < 0.98, wide, thin), dtype=float)
