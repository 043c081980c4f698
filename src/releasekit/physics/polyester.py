"""Mass that a degrading polyester keeps: chains are cut until fragments dissolve."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = ["mass_remaining_polyester", "molar_mass_polyester"]


def mass_remaining_polyester(
    ester_concentration: ArrayLike,
    acid_concentration: ArrayLike,
    soluble_repeat_count: ArrayLike,
) -> FloatArray:
    """Mass share of chains that are too long to dissolve.

        m = p^n [1 + n (1 - p)],  p = E/(E + A)

    Parameters
    ----------
    ester_concentration : array_like, shape (...) [mol/m^3]
        Ester bonds per volume that are still there, E.
    acid_concentration : array_like, shape (...) [mol/m^3]
        Acid end groups per volume by now, A: one per chain.
    soluble_repeat_count : array_like, shape (...) [1]
        Repeating units n up to which a fragment dissolves.

    Returns
    -------
    ndarray, shape (...) [1]
        Mass of the solid over all mass.

    Notes
    -----
    Validity: chains cut at random (most probable distribution), fragments leave at once, units
    of equal mass.
    Source: derived here from the Flory distribution; checked numerically by its sum.

    Examples
    --------
    >>> mass_remaining_polyester([1.9e4, 1.6e4, 1.2e4], [43.0, 3043.0, 7043.0], 10.0).round(6)
    array([0.999723, 0.45549 , 0.046389])
    """
    E, A, n = floats(ester_concentration, acid_concentration, soluble_repeat_count)
    p = E / (E + A)
    return np.asarray(p**n * (1.0 + n * (1.0 - p)), dtype=float)


def molar_mass_polyester(
    ester_concentration: ArrayLike, acid_concentration: ArrayLike, repeat_molar_mass: ArrayLike
) -> FloatArray:
    """Number-average molar mass of the chains of a polyester.

        M_n = M_r (E + A)/A

    Parameters
    ----------
    ester_concentration : array_like, shape (...) [mol/m^3]
        Ester bonds per volume, E.
    acid_concentration : array_like, shape (...) [mol/m^3]
        Acid end groups per volume, A: one per chain.
    repeat_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass of a repeating unit, M_r.

    Returns
    -------
    ndarray, shape (...) [kg/mol]
        Molar mass, dissolved fragments included.

    Notes
    -----
    Validity: linear chains with one acid end each.
    Source: textbook form (end-group count).

    Examples
    --------
    >>> molar_mass_polyester([1.9e4, 1.6e4], [43.0, 3043.0], 0.065).round(6)
    array([28.78593 ,  0.406768])
    """
    E, A, M_r = floats(ester_concentration, acid_concentration, repeat_molar_mass)
    return np.asarray(M_r * (E + A) / A, dtype=float)
