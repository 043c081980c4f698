"""Exact release from a slab that changes while it releases, and from a dispersed solid."""

from __future__ import annotations

import numpy as np
from scipy.special import erf, exprel, log_ndtr, ndtr

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.roots import bisect
from releasekit.physics.sink import release_slab, release_sphere

__all__ = [
    "amount_released_higuchi",
    "amount_released_paul_mcspadden",
    "release_eroding",
    "release_growing_diffusivity",
    "release_swelling",
    "swelling_tanaka_fillmore",
]

_INSTANT = 1e-60  # stands for Fo = 0
_SLOW = 1e-5  # Péclet number below which the images cancel; linear in it from there to 0
_SPENT = 10.0  # D t/(L0 L) beyond which less than 2e-11 is left
_IMAGE_COUNT = 20  # enough for _SPENT


def release_growing_diffusivity(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    growth_rate: ArrayLike,
    thickness: ArrayLike,
) -> FloatArray:
    """Released fraction of a slab in a sink whose diffusivity grows (or falls) exponentially.

        F = F_slab(τ/L²), τ = ∫ D_0 e^(g t) dt = D_0 (e^(g t) - 1)/g

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D_0 at time 0.
    growth_rate : array_like, shape (...) [1/s]
        g; negative where the diffusivity falls.
    thickness : array_like, shape (...) [m]
        Thickness L; back sealed, one face open.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: the diffusivity is the same everywhere in the slab.
    Source: derived here (time rescaling, as in Crank 1975); checked numerically by finite volumes.

    Examples
    --------
    >>> day = 86400.0
    >>> release_growing_diffusivity([day, 9 * day], 3.1e-13, 1.7e-6, 1.3e-3).round(6)
    array([0.147432, 0.610157])
    """
    t, D, g, L = floats(time, effective_diffusivity, growth_rate, thickness)
    return release_slab(D * t * exprel(g * t) / L**2)


def release_swelling(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    growth_rate: ArrayLike,
) -> FloatArray:
    """Released fraction of a slab in a sink that swells uniformly, L = L_0 e^(g t).

        F = F_slab(τ), τ = ∫ D/L² dt = D (1 - e^(-2 g t))/(2 g L_0²)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D.
    thickness : array_like, shape (...) [m]
        Thickness L_0 at time 0; back sealed, one face open.
    growth_rate : array_like, shape (...) [1/s]
        Rate g at which the thickness grows; negative where it shrinks.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction; it ends below 1 where swelling outruns diffusion.

    Notes
    -----
    Validity: every depth is stretched alike (no front), constant diffusivity.
    Source: derived here (material coordinate); checked numerically by finite volumes.

    Examples
    --------
    >>> day = 86400.0
    >>> release_swelling([day, 9 * day], 3.1e-12, 1.3e-3, 1.7e-6).round(6)
    array([0.41812 , 0.764621])
    """
    t, D, L_0, g = floats(time, effective_diffusivity, thickness, growth_rate)
    return release_slab(D * t * exprel(-2.0 * g * t) / L_0**2)


def release_eroding(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    erosion_speed: ArrayLike,
) -> FloatArray:
    """Released fraction of a slab that diffuses into a sink while its open face recedes.

        c_t = D c_xx on 0 < x < L = L_0 - v t, c_x(0) = 0, c(L) = 0, F = 1 - ∫ c dx/L_0;
        with ξ = x/L, τ = D t/(L_0 L):
        c = (L_0/L)^(1/2) exp(v L ξ²/(4D)) ψ(ξ, τ), ψ_τ = ψ_ξξ, ψ(ξ, 0) = exp(-v L_0 ξ²/(4D))

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D.
    thickness : array_like, shape (...) [m]
        Thickness L_0 at time 0; back sealed, one face open.
    erosion_speed : array_like, shape (...) [m/s]
        Speed v at which the open face recedes.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction, by diffusion and by erosion; 1 once the slab is gone.

    Notes
    -----
    Validity: constant v and D, uniform load; within 1e-9.
    Source: derived here; checked numerically by finite volumes on the shrinking domain.

    Examples
    --------
    >>> day = 86400.0
    >>> release_eroding([day, 9 * day], 3.1e-13, 1.3e-3, 9.1e-10).round(6)
    array([0.175009, 0.765785])
    """
    t, D, L_0, v = np.broadcast_arrays(
        *floats(time, effective_diffusivity, thickness, erosion_speed)
    )
    Fo = np.maximum(D * t / L_0**2, _INSTANT)
    gone = v * t / L_0
    spent = (gone >= 1.0) | (Fo > _SPENT * (1.0 - gone))
    gone, Fo = np.where(spent, 0.0, gone), np.where(spent, 1.0, Fo)
    peclet = gone / Fo
    held = _held_eroding(np.maximum(peclet, _SLOW), Fo)
    still = 1.0 - release_slab(Fo)
    held = np.where(peclet < _SLOW, still + (held - still) * peclet / _SLOW, held)
    return np.asarray(np.where(spent, 1.0, np.clip(1.0 - held, 0.0, 1.0)), dtype=float)


def _held_eroding(P: FloatArray, Fo: FloatArray) -> FloatArray:
    """Share left in a slab that recedes at Péclet number P = v L_0/D, as a sum over images.

    The transform turns the images of the fixed slab into Gaussians about source points u,
    weighted by exp[P k (u - k)]; integrated over the slab 0 < x < l and over the sources
    2k - 1 < u < 2k + 1, image k holds

        ∫ e^(P k (u - k)) [N((l - u)/s) - N((-l - u)/s)] du, s² = 2 Fo, l = 1 - P Fo,

    N the normal distribution function. Integrated by parts; no exponent below is positive.
    """
    lead, s = 1.0 - P * Fo, np.sqrt(2.0 * Fo)
    # k = 0: the load diffuses freely from -1 < u < 1 into |x| < l, half of it counts
    total = s * (_spread((lead + 1.0) / s) - _spread((lead - 1.0) / s)) - 1.0
    for k in range(1, _IMAGE_COUNT + 1):
        a, share = P * k, np.zeros_like(P)
        for edge, sign in ((lead, 1.0), (-lead, -1.0)):
            level = np.exp(-a * (lead * k - edge))
            for u, end in ((2.0 * k + 1.0, 1.0), (2.0 * k - 1.0, -1.0)):
                first = np.exp(a * (u - k) + log_ndtr((edge - u) / s))
                second = level * ndtr((u - edge - a * s * s) / s)
                share = share + sign * end * (first + second)
        total = total + (-1.0) ** k * share / a
    return np.asarray(total, dtype=float)


def _spread(x: FloatArray) -> FloatArray:
    """Integral of the normal distribution function, ∫ N dx from -∞ to x."""
    return np.asarray(x * ndtr(x) + np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi), dtype=float)


def swelling_tanaka_fillmore(
    time: ArrayLike, cooperative_diffusivity: ArrayLike, radius: ArrayLike
) -> FloatArray:
    """Share of the swelling of a spherical gel that is still to come.

        (R_∞ - R)/(R_∞ - R_0) = (6/π²) Σ n^-2 exp(-n² t/τ), τ = R_∞²/(π² D_c)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the swelling medium.
    cooperative_diffusivity : array_like, shape (...) [m^2/s]
        Cooperative diffusivity D_c of the network, 1e-11 to 1e-10 m²/s.
    radius : array_like, shape (...) [m]
        Radius R_∞ of the swollen gel.

    Returns
    -------
    ndarray, shape (...) [1]
        1 at the start, 0 at swelling equilibrium.

    Notes
    -----
    Validity: shear modulus small against the osmotic modulus, moderate swelling.
    Source: Tanaka and Fillmore, J Chem Phys 1979;70:1214.

    Examples
    --------
    >>> swelling_tanaka_fillmore([600.0, 7200.0], 1.7e-11, 1.3e-3).round(6)
    array([0.75512 , 0.306267])
    """
    t, D_c, R = floats(time, cooperative_diffusivity, radius)
    return np.asarray(1.0 - release_sphere(D_c * t / R**2), dtype=float)


def amount_released_higuchi(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    solid_concentration: ArrayLike,
    solubility_concentration: ArrayLike,
) -> FloatArray:
    """Amount released per area from a dispersed solid, steady-state approximation.

        Q = [D C_s (2 A - C_s) t]^(1/2)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in a perfect sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D of what has dissolved.
    solid_concentration : array_like, shape (...) [kg/m^3]
        Load A, dissolved and solid, per volume.
    solubility_concentration : array_like, shape (...) [kg/m^3]
        Solubility C_s in the carrier.

    Returns
    -------
    ndarray, shape (...) [kg/m^2]
        Amount per area Q.

    Notes
    -----
    Validity: A > C_s, before the front reaches the back; 7 % low at A/C_s = 1.5, 0.4 % at 20.
    Exosomes are never a dispersed solid: a fit only.
    Source: Higuchi 1961; textbook form.

    Examples
    --------
    >>> print(f"{float(amount_released_higuchi(7200.0, 2.3e-10, 41.0, 7.3)):.7f}")
    0.0300505
    """
    t, D, A, C_s = floats(
        time, effective_diffusivity, solid_concentration, solubility_concentration
    )
    return np.asarray(np.sqrt(D * C_s * (2.0 * A - C_s) * t), dtype=float)


def amount_released_paul_mcspadden(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    solid_concentration: ArrayLike,
    solubility_concentration: ArrayLike,
) -> FloatArray:
    """Amount released per area from a dispersed solid, exact for the moving front.

        Q = 2 C_s (D t/π)^(1/2)/erf(x), π^(1/2) x e^(x²) erf(x) = C_s/(A - C_s)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in a perfect sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D of what has dissolved.
    solid_concentration : array_like, shape (...) [kg/m^3]
        Load A, dissolved and solid, per volume.
    solubility_concentration : array_like, shape (...) [kg/m^3]
        Solubility C_s in the carrier.

    Returns
    -------
    ndarray, shape (...) [kg/m^2]
        Amount per area Q.

    Notes
    -----
    Validity: A ≥ C_s (at A = C_s the square-root law), before the front reaches the back.
    Source: Paul and McSpadden 1976; textbook form.

    Examples
    --------
    >>> print(f"{float(amount_released_paul_mcspadden(7200.0, 2.3e-10, 41.0, 7.3)):.7f}")
    0.0305297
    """
    t, D, A, C_s = floats(
        time, effective_diffusivity, solid_concentration, solubility_concentration
    )
    # the least excess keeps a root where there is no solid; it lies where erf(x) is 1
    excess = np.maximum(A - C_s, 1e-250 * C_s)
    x = bisect(
        lambda x: excess * np.sqrt(np.pi) * x * erf(x) - C_s * np.exp(-x * x), 0.0 * excess, 26.0
    )
    return np.asarray(2.0 * C_s * np.sqrt(D * t / np.pi) / erf(x), dtype=float)
