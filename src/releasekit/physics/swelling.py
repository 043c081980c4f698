"""Swelling equilibrium of neutral networks and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import GAS_CONSTANT, ArrayLike, FloatArray
from releasekit.physics.roots import bisect

__all__ = [
    "mesh_radius_richbourg", "mesh_richbourg", "modulus_richbourg",
    "strand_molar_mass_peppas_merrill", "swollen_volume_fraction_peppas_merrill",
    "swollen_volume_fraction_richbourg",
]

# Ends of the search in ln φ: no network left, no water left.
_LOG_DILUTE, _LOG_DRY = np.log(1e-9), np.log1p(-1e-12)


def _mixing(phi: FloatArray, chi: FloatArray) -> FloatArray:
    """Return the osmotic drive of mixing, -[ln(1-φ) + φ + χ φ²]."""
    return -(np.log1p(-phi) + phi + chi * phi**2)


def _swollen(elastic: Callable[[FloatArray], FloatArray], chi: FloatArray) -> FloatArray:
    """Solve _mixing(φ) = φ^(1/3) elastic(φ), with ``elastic`` constant or falling in φ.

    The mixing term over φ^(1/3) rises wherever it is positive, so that there is one root.
    """

    def excess(log_phi: FloatArray) -> FloatArray:
        phi = np.exp(log_phi)
        return _mixing(phi, chi) - np.cbrt(phi) * elastic(phi)

    return np.exp(bisect(excess, _LOG_DILUTE, _LOG_DRY))


def strand_molar_mass_peppas_merrill(
    chain_molar_mass: ArrayLike,
    specific_volume: ArrayLike,
    solvent_molar_volume: ArrayLike,
    interaction_coefficient: ArrayLike,
    preparation_volume_fraction: ArrayLike,
    polymer_volume_fraction: ArrayLike,
) -> FloatArray:
    """Molar mass between crosslinks from the equilibrium swelling of a gel made in solution.

        1/M_c = 2/M_n - (v/V_1) [ln(1-φ) + φ + χφ²] / (φ_0 [(φ/φ_0)^(1/3) - φ/(2φ_0)])

    Parameters
    ----------
    chain_molar_mass : array_like, shape (...) [kg/mol]
        Number-average molar mass of the chains before crosslinking.
    specific_volume : array_like, shape (...) [m^3/kg]
        Partial specific volume of the polymer.
    solvent_molar_volume : array_like, shape (...) [m^3/mol]
        Molar volume of the solvent (water 18.0e-6).
    interaction_coefficient : array_like, shape (...) [1]
        Flory-Huggins interaction of polymer and solvent.
    preparation_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction as prepared.
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction at swelling equilibrium.

    Returns
    -------
    ndarray, shape (...) [kg/mol]
        Molar mass of a strand.

    Notes
    -----
    Validity: neutral, Gaussian, at equilibrium, φ < 0.3; not for physical or charged gels.
    Source: Peppas & Merrill 1976-77.

    Examples
    --------
    >>> M_c = strand_molar_mass_peppas_merrill(12.3, 8.9e-4, 1.8e-5, 0.43, 0.11, 0.052)
    >>> round(float(M_c), 5)
    2.77934
    """
    M_n, v, V_1, chi, phi_0, phi = floats(
        chain_molar_mass, specific_volume, solvent_molar_volume, interaction_coefficient,
        preparation_volume_fraction, polymer_volume_fraction)
    elastic = phi_0 * (np.cbrt(phi / phi_0) - phi / (2.0 * phi_0))
    return 1.0 / (2.0 / M_n + v / V_1 * _mixing(phi, chi) / elastic)


def swollen_volume_fraction_peppas_merrill(
    chain_molar_mass: ArrayLike,
    strand_molar_mass: ArrayLike,
    specific_volume: ArrayLike,
    solvent_molar_volume: ArrayLike,
    interaction_coefficient: ArrayLike,
    preparation_volume_fraction: ArrayLike,
) -> FloatArray:
    """Polymer volume fraction at swelling equilibrium of a gel made in solution.

        -[ln(1-φ) + φ + χφ²] = (V_1/v) (1/M_c - 2/M_n) φ_0 [(φ/φ_0)^(1/3) - φ/(2φ_0)]

    Parameters
    ----------
    chain_molar_mass : array_like, shape (...) [kg/mol]
        Number-average molar mass of the chains before crosslinking.
    strand_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass between crosslinks, below half of the chain's.
    specific_volume : array_like, shape (...) [m^3/kg]
        Partial specific volume of the polymer.
    solvent_molar_volume : array_like, shape (...) [m^3/mol]
        Molar volume of the solvent.
    interaction_coefficient : array_like, shape (...) [1]
        Flory-Huggins interaction of polymer and solvent.
    preparation_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction as prepared.

    Returns
    -------
    ndarray, shape (...) [1]
        Polymer volume fraction; about 1e-9 where no network is left to hold it together.

    Notes
    -----
    Validity: neutral, Gaussian, at equilibrium, φ < 0.3; not for physical or charged gels.
    Source: Peppas & Merrill 1976-77, solved for φ.

    Examples
    --------
    >>> phi = swollen_volume_fraction_peppas_merrill(12.3, 2.77934, 8.9e-4, 1.8e-5, 0.43, 0.11)
    >>> round(float(phi), 6)
    0.052
    """
    M_n, M_c, v, V_1, chi, phi_0 = floats(
        chain_molar_mass, strand_molar_mass, specific_volume, solvent_molar_volume,
        interaction_coefficient, preparation_volume_fraction)
    strength = V_1 / v * (1.0 / M_c - 2.0 / M_n)

    def elastic(phi: FloatArray) -> FloatArray:
        return strength * (phi_0 ** (2 / 3) - 0.5 * phi ** (2 / 3))

    return _swollen(elastic, chi)


def swollen_volume_fraction_richbourg(
    preparation_volume_fraction: ArrayLike,
    junction_functionality: ArrayLike,
    chain_end_fraction: ArrayLike,
    repeat_count: ArrayLike,
    density: ArrayLike,
    repeat_molar_mass: ArrayLike,
    solvent_molar_volume: ArrayLike,
    interaction_coefficient: ArrayLike,
) -> FloatArray:
    """Polymer volume fraction at swelling equilibrium in the swollen polymer network model.

        -[ln(1-φ) + φ + χφ²] / φ^(1/3) = (1-2/f)(1-γ) (V_1 ρ / (M_r N_j)) φ_0^(2/3)

    Parameters
    ----------
    preparation_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction as prepared.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction.
    chain_end_fraction : array_like, shape (...) [1]
        Share of chains lost to ends and loops.
    repeat_count : array_like, shape (...) [1]
        Repeating units between junctions.
    density : array_like, shape (...) [kg/m^3]
        Density of the dry polymer.
    repeat_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass of the repeating unit.
    solvent_molar_volume : array_like, shape (...) [m^3/mol]
        Molar volume of the solvent.
    interaction_coefficient : array_like, shape (...) [1]
        Flory-Huggins interaction of polymer and solvent.

    Returns
    -------
    ndarray, shape (...) [1]
        Polymer volume fraction; about 1e-9 where no active strand is left.

    Notes
    -----
    Validity: neutral synthetic networks of phantom type, φ_0 < 0.5; not for GelMA or gelatin.
    Source: Richbourg et al. Sci Adv 2021;7:eabe3245.

    Examples
    --------
    >>> phi = swollen_volume_fraction_richbourg(
    ...     0.087, 4, 0.06, 113.0, 1120.0, 0.04405, 1.8e-5, 0.426)
    >>> round(float(phi), 7)
    0.0379947
    """
    phi_0, f, gamma, N_j, rho, M_r, V_1, chi = floats(
        preparation_volume_fraction, junction_functionality, chain_end_fraction, repeat_count,
        density, repeat_molar_mass, solvent_molar_volume, interaction_coefficient)
    strength = (1.0 - 2.0 / f) * (1.0 - gamma) * V_1 * rho / (M_r * N_j) * phi_0 ** (2 / 3)
    return _swollen(lambda phi: strength, chi)


def modulus_richbourg(
    preparation_volume_fraction: ArrayLike,
    polymer_volume_fraction: ArrayLike,
    junction_functionality: ArrayLike,
    chain_end_fraction: ArrayLike,
    repeat_count: ArrayLike,
    density: ArrayLike,
    repeat_molar_mass: ArrayLike,
    temperature: ArrayLike,
) -> FloatArray:
    """Shear modulus in the swollen polymer network model.

        G = R T (1-2/f)(1-γ) (ρ / (M_r N_j)) φ_0^(2/3) φ^(1/3)

    Parameters
    ----------
    preparation_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction as prepared.
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction of the swollen gel.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction.
    chain_end_fraction : array_like, shape (...) [1]
        Share of chains lost to ends and loops.
    repeat_count : array_like, shape (...) [1]
        Repeating units between junctions.
    density : array_like, shape (...) [kg/m^3]
        Density of the dry polymer.
    repeat_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass of the repeating unit.
    temperature : array_like, shape (...) [K]
        Absolute temperature.

    Returns
    -------
    ndarray, shape (...) [Pa]
        Shear modulus.

    Notes
    -----
    Validity: neutral synthetic networks of phantom type, φ_0 < 0.5; not for GelMA or gelatin.
    Source: Richbourg et al. Sci Adv 2021;7:eabe3245.

    Examples
    --------
    >>> G = modulus_richbourg(0.087, 0.0379947, 4, 0.06, 113.0, 1120.0, 0.04405, 304.75)
    >>> round(float(G), 2)
    17687.1
    """
    phi_0, phi, f, gamma, N_j, rho, M_r, T = floats(
        preparation_volume_fraction, polymer_volume_fraction, junction_functionality,
        chain_end_fraction, repeat_count, density, repeat_molar_mass, temperature)
    active = (1.0 - 2.0 / f) * (1.0 - gamma) * rho / (M_r * N_j)
    return GAS_CONSTANT * T * active * np.cbrt(phi_0**2 * phi)


def mesh_richbourg(
    polymer_volume_fraction: ArrayLike,
    junction_functionality: ArrayLike,
    bond_length: ArrayLike,
    characteristic_ratio: ArrayLike,
    bonds_per_repeat: ArrayLike,
    repeat_count: ArrayLike,
) -> FloatArray:
    """Mesh size in the swollen polymer network model.

        ξ = φ^(-1/3) [(1-2/f) l² C_n λ N_j]^(1/2)

    Parameters
    ----------
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction of the swollen gel.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction.
    bond_length : array_like, shape (...) [m]
        Length of a backbone bond.
    characteristic_ratio : array_like, shape (...) [1]
        Characteristic ratio of a long chain.
    bonds_per_repeat : array_like, shape (...) [1]
        Backbone bonds per repeating unit.
    repeat_count : array_like, shape (...) [1]
        Repeating units between junctions.

    Returns
    -------
    ndarray, shape (...) [m]
        Mesh size, the distance between neighbouring junctions.

    Notes
    -----
    Validity: neutral synthetic networks of phantom type, φ_0 < 0.5; not for GelMA or gelatin.
    Source: Richbourg et al. Sci Adv 2021;7:eabe3245.

    Examples
    --------
    >>> round(float(mesh_richbourg(0.0379947, 4, 1.46e-10, 4.0, 3.0, 113.0)) * 1e9, 4)
    11.3082
    """
    phi, f, length, C_n, bonds, N_j = floats(
        polymer_volume_fraction, junction_functionality, bond_length, characteristic_ratio,
        bonds_per_repeat, repeat_count)
    return length * np.sqrt((1.0 - 2.0 / f) * C_n * bonds * N_j) / np.cbrt(phi)


def mesh_radius_richbourg(
    mesh_size: ArrayLike, junction_functionality: ArrayLike
) -> FloatArray:
    """Radius of the opening between junctions, for the three geometries that are tabulated.

        r_m = ξ √6/3 (f = 4),   ξ/2 (f = 6),   ξ √2/4 (f = 8)

    Parameters
    ----------
    mesh_size : array_like, shape (...) [m]
        Mesh size of the same model.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction: 4, 6 or 8.

    Returns
    -------
    ndarray, shape (...) [m]
        Mesh radius.

    Raises
    ------
    ValueError
        A functionality without a known geometry.

    Notes
    -----
    Validity: regular networks of functionality 4, 6 or 8.
    Source: Richbourg et al. Sci Adv 2021;7:eabe3245.

    Examples
    --------
    >>> round(float(mesh_radius_richbourg(11.3e-9, 6)) * 1e9, 3)
    5.65
    """
    mesh, f = floats(mesh_size, junction_functionality)
    known = [f == 4, f == 6, f == 8]
    if not np.all(np.any(known, axis=0)):
        raise ValueError("the mesh radius is known for junction_functionality 4, 6 and 8 only")
    factor = np.select(known, [np.sqrt(6.0) / 3.0, 0.5, np.sqrt(2.0) / 4.0])
    return np.asarray(mesh * factor, dtype=float)
