"""Reversible binding of exosomes to the matrix."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray


def binding_ratio(
    ligand_concentration: ArrayLike, dissociation_concentration: ArrayLike
) -> FloatArray:
    """Bound over free exosomes where sites are in excess.

        K_b = c_l / K_D

    Parameters
    ----------
    ligand_concentration : array_like, shape (...) [mol/m^3]
        Binding sites in the matrix per volume.
    dissociation_concentration : array_like, shape (...) [mol/m^3]
        Equilibrium dissociation constant.

    Returns
    -------
    ndarray, shape (...) [1]
        Binding ratio at equilibrium.

    Notes
    -----
    Validity: sites far in excess of exosomes; many-legged binding makes K_D an effective number.
    Source: textbook form.

    Examples
    --------
    >>> round(float(binding_ratio(2.7e-3, 4.1e-4)), 6)
    6.585366
    """
    c, K = floats(ligand_concentration, dissociation_concentration)
    return c / K


def free_fraction(binding_ratio: ArrayLike) -> FloatArray:
    """Share of exosomes that is free at equilibrium.

        f = 1 / (1 + K_b)

    Parameters
    ----------
    binding_ratio : array_like, shape (...) [1]
        Bound over free exosomes.

    Returns
    -------
    ndarray, shape (...) [1]
        Free share.

    Notes
    -----
    Validity: linear binding at equilibrium.
    Source: textbook form.

    Examples
    --------
    >>> round(float(free_fraction(6.7)), 6)
    0.12987
    """
    (K,) = floats(binding_ratio)
    return 1.0 / (1.0 + K)


def diffusivity_bound_equilibrium(
    effective_diffusivity: ArrayLike, binding_ratio: ArrayLike
) -> FloatArray:
    """Apparent diffusivity of exosomes that bind and let go quickly.

        D_app = D / (1 + K_b)

    Parameters
    ----------
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity of the free exosomes in the carrier.
    binding_ratio : array_like, shape (...) [1]
        Bound over free exosomes.

    Returns
    -------
    ndarray, shape (...) [m^2/s]
        Diffusivity of free and bound exosomes together.

    Notes
    -----
    Validity: Damköhler ratio far above 1, linear binding.
    Source: textbook form (Crank, diffusion and reaction).

    Examples
    --------
    >>> float(f"{diffusivity_bound_equilibrium(1.7e-12, 6.7):.4g}")
    2.208e-13
    """
    D, K = floats(effective_diffusivity, binding_ratio)
    return D / (1.0 + K)


def on_rate(binding_ratio: ArrayLike, binding_off_rate: ArrayLike) -> FloatArray:
    """Rate of binding that goes with a binding ratio and a rate of letting go.

        k_on' = K_b k_off

    Parameters
    ----------
    binding_ratio : array_like, shape (...) [1]
        Bound over free exosomes at equilibrium.
    binding_off_rate : array_like, shape (...) [1/s]
        Rate at which bound exosomes let go.

    Returns
    -------
    ndarray, shape (...) [1/s]
        Pseudo-first-order `binding_on_rate`.

    Notes
    -----
    Validity: linear binding.
    Source: textbook form (detailed balance).

    Examples
    --------
    >>> float(f"{on_rate(6.7, 2.3e-5):.4g}")
    0.0001541
    """
    K, k_off = floats(binding_ratio, binding_off_rate)
    return K * k_off


def free_concentration_langmuir(
    total_concentration: ArrayLike,
    site_concentration: ArrayLike,
    dissociation_concentration: ArrayLike,
) -> FloatArray:
    """Concentration of the free species where sites can fill up.

        c = { (T - B - K_D) + √[ (T - B - K_D)² + 4 K_D T ] } / 2

    Parameters
    ----------
    total_concentration : array_like, shape (...) [mol/m^3]
        Free and bound species together, T.
    site_concentration : array_like, shape (...) [mol/m^3]
        Binding sites per volume, B.
    dissociation_concentration : array_like, shape (...) [mol/m^3]
        Equilibrium dissociation constant, K_D.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        `free_concentration`.

    Notes
    -----
    Validity: local equilibrium, one site per bound particle.
    Source: textbook form (Langmuir).

    Examples
    --------
    >>> round(float(free_concentration_langmuir(1.3, 4.7, 0.37)), 6)
    0.123538
    """
    T, B, K = floats(total_concentration, site_concentration, dissociation_concentration)
    b = T - B - K
    root = np.sqrt(b * b + 4.0 * K * T)
    # where b < 0 the two terms cancel, so the other root and the product of roots are used
    larger = np.where(root + np.abs(b) > 0.0, root + np.abs(b), 1.0)
    return np.where(b < 0.0, 2.0 * K * T / larger, 0.5 * (b + root))


def site_occupancy(
    free_concentration: ArrayLike, dissociation_concentration: ArrayLike
) -> FloatArray:
    """Share of the binding sites that is taken.

        θ = c / (c + K_D)

    Parameters
    ----------
    free_concentration : array_like, shape (...) [mol/m^3]
        Concentration of the free species, c.
    dissociation_concentration : array_like, shape (...) [mol/m^3]
        Equilibrium dissociation constant.

    Returns
    -------
    ndarray, shape (...) [1]
        Occupied share; sites times it are the bound concentration.

    Notes
    -----
    Validity: local equilibrium, one site per bound particle.
    Source: textbook form (Langmuir).

    Examples
    --------
    >>> round(float(site_occupancy(0.13, 0.37)), 6)
    0.26
    """
    c, K = floats(free_concentration, dissociation_concentration)
    return c / (c + K)


def retardation_langmuir(
    free_concentration: ArrayLike,
    site_concentration: ArrayLike,
    dissociation_concentration: ArrayLike,
) -> FloatArray:
    """Factor by which sites that can fill up slow diffusion down.

        R = d(c + B θ)/dc = 1 + B K_D / (K_D + c)²,   D_app = D / R

    Parameters
    ----------
    free_concentration : array_like, shape (...) [mol/m^3]
        Concentration of the free species, c.
    site_concentration : array_like, shape (...) [mol/m^3]
        Binding sites per volume, B.
    dissociation_concentration : array_like, shape (...) [mol/m^3]
        Equilibrium dissociation constant, K_D.

    Returns
    -------
    ndarray, shape (...) [1]
        1 where no site is left.

    Notes
    -----
    Validity: local equilibrium.
    Source: textbook form (Langmuir).

    Examples
    --------
    >>> round(float(retardation_langmuir(0.13, 4.7, 0.37)), 6)
    7.956
    """
    c, B, K = floats(free_concentration, site_concentration, dissociation_concentration)
    return 1.0 + B * K / (K + c) ** 2


def release_dissociation(time: ArrayLike, binding_off_rate: ArrayLike) -> FloatArray:
    """Share of bound exosomes that has let go, where none binds again.

        F = 1 - exp(-k_off t)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    binding_off_rate : array_like, shape (...) [1/s]
        Rate at which bound exosomes let go.

    Returns
    -------
    ndarray, shape (...) [1]
        Released share of the bound pool.

    Notes
    -----
    Validity: Damköhler ratio far below 1.
    Source: textbook form.

    Examples
    --------
    >>> round(float(release_dissociation(2.6e5, 2.3e-6)), 6)
    0.45009
    """
    t, k_off = floats(time, binding_off_rate)
    return -np.expm1(-k_off * t)


def mean_release_time_binding(
    thickness: ArrayLike,
    effective_diffusivity: ArrayLike,
    binding_ratio: ArrayLike,
    binding_off_rate: ArrayLike,
) -> FloatArray:
    """Mean release time of a slab whose exosomes bind and let go.

        MRT = (1 + K_b) L²/(3D) + K_b / [(1 + K_b) k_off]

    Parameters
    ----------
    thickness : array_like, shape (...) [m]
        Thickness, one face open to a sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity of the free exosomes.
    binding_ratio : array_like, shape (...) [1]
        Bound over free exosomes at equilibrium.
    binding_off_rate : array_like, shape (...) [1/s]
        Rate at which bound exosomes let go.

    Returns
    -------
    ndarray, shape (...) [s]
        Mean time at which an exosome leaves.

    Notes
    -----
    Validity: linear binding, at equilibrium at the start; exact at any Damköhler ratio.
    Source: derived here; checked numerically by integrating the two-field equations.

    Examples
    --------
    >>> round(float(mean_release_time_binding(1.7e-3, 2.3e-12, 6.7, 1.9e-6)) / 86400, 4)
    42.6277
    """
    L, D, K, k_off = floats(thickness, effective_diffusivity, binding_ratio, binding_off_rate)
    return (1.0 + K) * L**2 / (3.0 * D) + K / ((1.0 + K) * k_off)


def damkohler_ratio(
    binding_off_rate: ArrayLike, thickness: ArrayLike, effective_diffusivity: ArrayLike
) -> FloatArray:
    """Letting go against diffusing out.

        Da = k_off L² / D

    Parameters
    ----------
    binding_off_rate : array_like, shape (...) [1/s]
        Rate at which bound exosomes let go.
    thickness : array_like, shape (...) [m]
        Thickness, one face open.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity of the free exosomes.

    Returns
    -------
    ndarray, shape (...) [1]
        Far above 1: slowed diffusion. Far below 1: burst of the free part, then k_off.

    Notes
    -----
    Validity: linear binding.
    Source: textbook form.

    Examples
    --------
    >>> round(float(damkohler_ratio(1.9e-6, 1.7e-3, 2.3e-12)), 6)
    2.387391
    """
    k_off, L, D = floats(binding_off_rate, thickness, effective_diffusivity)
    return k_off * L**2 / D


def sites_left(binding_ratio: ArrayLike, mass_remaining_fraction: ArrayLike) -> FloatArray:
    """Binding ratio of a matrix that has lost part of its mass, and its sites with it.

        K_b(t) = K_b m(t)

    Parameters
    ----------
    binding_ratio : array_like, shape (...) [1]
        Bound over free exosomes in the whole matrix.
    mass_remaining_fraction : array_like, shape (...) [1]
        Mass of the matrix still there, m.

    Returns
    -------
    ndarray, shape (...) [1]
        Binding ratio now; the rate of binding falls with it, that of letting go does not.

    Notes
    -----
    Validity: sites evenly spread over the matrix, in excess of exosomes.
    Source: textbook form.

    Examples
    --------
    >>> round(float(sites_left(6.7, 0.43)), 6)
    2.881
    """
    K, m = floats(binding_ratio, mass_remaining_fraction)
    return K * m
