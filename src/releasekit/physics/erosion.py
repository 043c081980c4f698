"""Fronts of what degrades: how deep an enzyme or reagent reaches."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray


def thiele_ratio(
    thickness: ArrayLike, enzyme_consumption_rate: ArrayLike, enzyme_diffusivity: ArrayLike
) -> FloatArray:
    """Thiele modulus of an enzyme that diffuses into a gel and is used up there.

        φ = L √(k_E / D_E)

    Parameters
    ----------
    thickness : array_like, shape (...) [m]
        Thickness of the gel, one face open.
    enzyme_consumption_rate : array_like, shape (...) [1/s]
        First-order binding or loss of enzyme in the gel.
    enzyme_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity of the enzyme in the gel.

    Returns
    -------
    ndarray, shape (...) [1]
        0 where nothing is used up, infinite where the enzyme is used up and cannot move.

    Notes
    -----
    Validity: first-order loss, uniform gel.
    Source: textbook form.

    Examples
    --------
    >>> round(float(thiele_ratio(1.7e-3, 2.3e-5, 4.1e-11)), 6)
    1.273271
    """
    L, k, D = floats(thickness, enzyme_consumption_rate, enzyme_diffusivity)
    used = k > 0.0
    with np.errstate(divide="ignore"):
        return np.where(used, L * np.sqrt(np.where(used, k, 1.0) / D), 0.0)


def enzyme_profile(
    position: ArrayLike, thickness: ArrayLike, thiele_ratio: ArrayLike
) -> FloatArray:
    """Steady enzyme concentration inside the gel over that at its open face.

        E/E_0 = cosh(φ x/L) / cosh φ

    Parameters
    ----------
    position : array_like, shape (...) [m]
        Distance from the sealed back, x.
    thickness : array_like, shape (...) [m]
        Thickness of the gel, one face open.
    thiele_ratio : array_like, shape (...) [1]
        Thiele modulus of the enzyme.

    Returns
    -------
    ndarray, shape (...) [1]
        1 at the open face.

    Notes
    -----
    Validity: steady state, first-order loss, uniform gel.
    Source: textbook form.

    Examples
    --------
    >>> round(float(enzyme_profile(0.6e-3, 1.7e-3, 2.3)), 6)
    0.267603
    """
    x, L, phi = floats(position, thickness, thiele_ratio)
    s = x / L
    return np.exp(-phi * (1.0 - s)) * (1.0 + np.exp(-2.0 * phi * s)) / (1.0 + np.exp(-2.0 * phi))


def enzyme_effectiveness(thiele_ratio: ArrayLike) -> FloatArray:
    """Mean enzyme concentration inside the gel over that at its open face.

        η = tanh(φ) / φ

    Parameters
    ----------
    thiele_ratio : array_like, shape (...) [1]
        Thiele modulus of the enzyme.

    Returns
    -------
    ndarray, shape (...) [1]
        1 for an enzyme that reaches everywhere.

    Notes
    -----
    Validity: steady state, first-order loss, slab with one open face.
    Source: textbook form.

    Examples
    --------
    >>> round(float(enzyme_effectiveness(2.3)), 6)
    0.426129
    """
    (phi,) = floats(thiele_ratio)
    some = np.where(phi > 0.0, phi, 1.0)
    return np.where(phi > 0.0, np.tanh(some) / some, 1.0)


def thiele_regime(thiele_ratio: ArrayLike) -> NDArray[np.str_]:
    """Regime of enzymatic degradation.

        bulk: φ < 0.3;   surface: φ > 3;   mixed: between

    Parameters
    ----------
    thiele_ratio : array_like, shape (...) [1]
        Thiele modulus of the enzyme.

    Returns
    -------
    ndarray of str, shape (...)
        "bulk" (one rate everywhere), "mixed" (depth must be resolved) or "surface" (a front).

    Notes
    -----
    Validity: rule of thumb; the mean enzyme is 3 % below the surface value at φ = 0.3.
    Source: regimes after Skaalure et al., Adv Healthc Mater 2016, doi 10.1002/adhm.201500728;
    the two limits are a convention of this project.

    Examples
    --------
    >>> thiele_regime([0.17, 1.3, 4.7]).tolist()
    ['bulk', 'mixed', 'surface']
    """
    (phi,) = floats(thiele_ratio)
    return np.where(phi < 0.3, "bulk", np.where(phi > 3.0, "surface", "mixed"))


def stefan_root(stefan_ratio: ArrayLike) -> FloatArray:
    """Root of the Stefan problem of a reagent that is used up at a sharp front.

        √π λ exp(λ²) erf(λ) = St

    Parameters
    ----------
    stefan_ratio : array_like, shape (...) [1]
        Reagent concentration outside over the reagent that the matrix uses up per volume.

    Returns
    -------
    ndarray, shape (...) [1]
        λ; about √(St/2) for small St.

    Notes
    -----
    Validity: planar front, reaction much faster than diffusion, thick body.
    Source: textbook form (Neumann solution).

    Examples
    --------
    >>> round(float(stefan_root(0.37)), 6)
    0.406789
    """
    (St,) = floats(stefan_ratio)
    some = np.where(St > 0.0, St, 1.0)
    # In u = ln λ the logarithm of the equation is convex and rises: Newton falls to the root.
    u = np.log(np.minimum(np.sqrt(some / 2.0), np.sqrt(np.log1p(some))))
    for _ in range(30):
        lam = np.exp(u)
        excess = np.log(math.sqrt(math.pi) * lam * erf(lam) / some) + lam**2
        slope = 1.0 + 2.0 * lam**2 + 2.0 / math.sqrt(math.pi) * lam * np.exp(-(lam**2)) / erf(lam)
        step = excess / slope
        u = u - step
        if np.all(np.abs(step) < 1e-15):
            break
    return np.where(St > 0.0, np.exp(u), 0.0)


def front_depth_stefan(
    time: ArrayLike, enzyme_diffusivity: ArrayLike, stefan_ratio: ArrayLike
) -> FloatArray:
    """Depth of the front of a reagent that is used up as it advances.

        s = 2 λ √(D t),   λ from `stefan_root`

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    enzyme_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity of the reagent behind the front.
    stefan_ratio : array_like, shape (...) [1]
        Reagent concentration outside over the reagent that the matrix uses up per volume.

    Returns
    -------
    ndarray, shape (...) [m]
        Distance of the front from the open face.

    Notes
    -----
    Validity: as `stefan_root`, and the depth below the thickness.
    Source: textbook form (Neumann solution).

    Examples
    --------
    >>> round(float(front_depth_stefan(2.6e5, 3.7e-11, 0.37)) * 1e3, 6)
    2.523403
    """
    t, D = floats(time, enzyme_diffusivity)
    return 2.0 * stefan_root(stefan_ratio) * np.sqrt(D * t)


def shrinking_core_time(mass_remaining_fraction: ArrayLike, erosion_time: ArrayLike) -> FloatArray:
    """Time until a sphere has shrunk to a core, the reagent diffusing through the used shell.

        t/t_e = 1 - 3 m^(2/3) + 2 m

    Parameters
    ----------
    mass_remaining_fraction : array_like, shape (...) [1]
        Core volume over sphere volume, m.
    erosion_time : array_like, shape (...) [s]
        Time to use up the whole sphere.

    Returns
    -------
    ndarray, shape (...) [s]
        Time since application.

    Notes
    -----
    Validity: sphere, reaction much faster than diffusion, shell that stays.
    Source: textbook form (Levenspiel).

    Examples
    --------
    >>> round(float(shrinking_core_time(0.37, 8.3e5)), 1)
    160883.3
    """
    m, t_e = floats(mass_remaining_fraction, erosion_time)
    y = np.cbrt(m)
    return t_e * (1.0 - y) ** 2 * (1.0 + 2.0 * y)


def mass_remaining_shrinking_core(time: ArrayLike, erosion_time: ArrayLike) -> FloatArray:
    """Core left of a sphere, the reagent diffusing through the used shell.

        m = (1/2 + cos α)³,   α = [2π - arccos(2 t/t_e - 1)] / 3

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    erosion_time : array_like, shape (...) [s]
        Time to use up the whole sphere.

    Returns
    -------
    ndarray, shape (...) [1]
        Core volume over sphere volume; 0 from `erosion_time` on.

    Notes
    -----
    Validity: as `shrinking_core_time`.
    Source: derived here as its inverse; checked numerically by the round trip.

    Examples
    --------
    >>> round(float(mass_remaining_shrinking_core(160903.1, 8.3e5)), 4)
    0.37
    """
    t, t_e = floats(time, erosion_time)
    theta = np.minimum(t / t_e, 1.0)
    alpha = (2.0 * math.pi - np.arccos(2.0 * theta - 1.0)) / 3.0
    return np.maximum(0.5 + np.cos(alpha), 0.0) ** 3
