"""Structure of polymer networks: volume fraction, modulus, strands and mesh size.

Swelling equilibria stand in ``swelling.py``, fibrous networks in ``fibres.py``; their structural
laws can also be reached from here.
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import (
    AVOGADRO,
    BOLTZMANN,
    GAS_CONSTANT,
    ArrayLike,
    FloatArray,
)
from releasekit.physics.fibres import (
    accessible_volume_ogston,
    fibre_distance_scale,
    fibre_length_density,
    fibre_mean_clearance,
    fibre_mean_distance,
)
from releasekit.physics.swelling import (
    mesh_radius_richbourg,
    mesh_richbourg,
    modulus_richbourg,
    strand_molar_mass_peppas_merrill,
    swollen_volume_fraction_peppas_merrill,
    swollen_volume_fraction_richbourg,
)

__all__ = [
    "accessible_volume_ogston", "correlation_length", "fibre_distance_scale",
    "fibre_length_density", "fibre_mean_clearance", "fibre_mean_distance", "mesh_canal_peppas",
    "mesh_modulus_ratio", "mesh_radius_richbourg", "mesh_richbourg", "modulus_richbourg",
    "strand_concentration_affine", "strand_concentration_phantom",
    "strand_molar_mass_peppas_merrill", "strand_spacing", "swollen_modulus",
    "swollen_volume_fraction_peppas_merrill", "swollen_volume_fraction_richbourg",
    "volume_fraction",
]


def volume_fraction(
    polymer_concentration: ArrayLike, density: ArrayLike, swelling_ratio: ArrayLike = 1.0
) -> FloatArray:
    """Polymer volume fraction of the swollen gel.

        φ = c_p / (ρ Q)

    Parameters
    ----------
    polymer_concentration : array_like, shape (...) [kg/m^3]
        Polymer mass per volume of the precursor as prepared.
    density : array_like, shape (...) [kg/m^3]
        Density of the dry polymer.
    swelling_ratio : array_like, shape (...) [1]
        Swollen volume over volume as prepared.

    Returns
    -------
    ndarray, shape (...) [1]
        Polymer volume per gel volume.

    Notes
    -----
    Validity: volumes of polymer and water add; no polymer is lost as sol.
    Source: textbook form (mass balance).

    Examples
    --------
    >>> round(float(volume_fraction(75.0, 1340.0, 1.27)), 6)
    0.044071
    """
    c, rho, Q = floats(polymer_concentration, density, swelling_ratio)
    return c / (rho * Q)


def correlation_length(plateau_modulus: ArrayLike, temperature: ArrayLike) -> FloatArray:
    """Mesh size of a flexible network from its storage modulus (blob size).

        ξ = (k_B T / G)^(1/3)

    Parameters
    ----------
    plateau_modulus : array_like, shape (...) [Pa]
        Storage modulus on the plateau; 0 gives an infinite mesh.
    temperature : array_like, shape (...) [K]
        Absolute temperature.

    Returns
    -------
    ndarray, shape (...) [m]
        Mesh size, a diameter.

    Notes
    -----
    Validity: flexible chains (GelMA, alginate, hyaluronan, PEG), within a factor of 2; not for
        fibrous gels (agarose, collagen), whose modulus comes from bending.
    Source: textbook form (de Gennes scaling).

    Examples
    --------
    >>> round(float(correlation_length(2.7e3, 304.75)) * 1e9, 3)
    11.594
    """
    G, T = floats(plateau_modulus, temperature)
    with np.errstate(divide="ignore"):
        return np.cbrt(BOLTZMANN * T / G)


def mesh_modulus_ratio(modulus_ratio: ArrayLike) -> FloatArray:
    """Growth of the mesh while a network loses stiffness.

        ξ / ξ_0 = (G / G_0)^(-1/3)

    Parameters
    ----------
    modulus_ratio : array_like, shape (...) [1]
        Modulus now over modulus at the start; 0 gives an infinite mesh.

    Returns
    -------
    ndarray, shape (...) [1]
        Mesh size now over mesh size at the start.

    Notes
    -----
    Validity: as `correlation_length`; diverges at the gel point.
    Source: textbook form (de Gennes scaling at constant temperature).

    Examples
    --------
    >>> round(float(mesh_modulus_ratio(0.0902)), 4)
    2.2298
    """
    (ratio,) = floats(modulus_ratio)
    with np.errstate(divide="ignore"):
        return np.cbrt(1.0 / ratio)


def mesh_canal_peppas(
    polymer_volume_fraction: ArrayLike,
    bond_length: ArrayLike,
    characteristic_ratio: ArrayLike,
    bonds_per_repeat: ArrayLike,
    strand_molar_mass: ArrayLike,
    repeat_molar_mass: ArrayLike,
) -> FloatArray:
    """Mesh size from the end-to-end distance of a strand in the swollen gel.

        ξ = φ^(-1/3) l (C_n λ M_c / M_r)^(1/2)

    Parameters
    ----------
    polymer_volume_fraction : array_like, shape (...) [1]
        Of the swollen gel.
    bond_length : array_like, shape (...) [m]
        Length of a backbone bond.
    characteristic_ratio : array_like, shape (...) [1]
        Characteristic ratio of the chain.
    bonds_per_repeat : array_like, shape (...) [1]
        Backbone bonds per repeating unit: 2 for vinyl chains, 3 for PEG.
    strand_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass between crosslinks.
    repeat_molar_mass : array_like, shape (...) [kg/mol]
        Molar mass of the repeating unit.

    Returns
    -------
    ndarray, shape (...) [m]
        Mesh size.

    Notes
    -----
    Validity: Gaussian strands, affine isotropic swelling, φ < 0.3.
    Source: Canal & Peppas 1989.

    Examples
    --------
    >>> mesh = mesh_canal_peppas(0.043, 1.46e-10, 4.1, 3.0, 3.35, 0.04405)
    >>> round(float(mesh) * 1e9, 4)
    12.7457
    """
    phi, length, C_n, bonds, M_c, M_r = floats(
        polymer_volume_fraction, bond_length, characteristic_ratio, bonds_per_repeat,
        strand_molar_mass, repeat_molar_mass)
    return length * np.sqrt(C_n * bonds * M_c / M_r) / np.cbrt(phi)


def strand_concentration_affine(
    plateau_modulus: ArrayLike, temperature: ArrayLike
) -> FloatArray:
    """Elastically active strands of an affine network.

        ν = G / (R T)

    Parameters
    ----------
    plateau_modulus : array_like, shape (...) [Pa]
        Storage modulus on the plateau.
    temperature : array_like, shape (...) [K]
        Absolute temperature.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        Strands per gel volume.

    Notes
    -----
    Validity: small strain, no entanglements, junctions that move with the gel.
    Source: textbook form (rubber elasticity).

    Examples
    --------
    >>> round(float(strand_concentration_affine(2.7e3, 304.75)), 6)
    1.06558
    """
    G, T = floats(plateau_modulus, temperature)
    return G / (GAS_CONSTANT * T)


def strand_concentration_phantom(
    plateau_modulus: ArrayLike, temperature: ArrayLike, junction_functionality: ArrayLike
) -> FloatArray:
    """Elastically active strands of a phantom network, whose junctions fluctuate.

        ν = G / (R T (1 - 2/f))

    Parameters
    ----------
    plateau_modulus : array_like, shape (...) [Pa]
        Storage modulus on the plateau.
    temperature : array_like, shape (...) [K]
        Absolute temperature.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, above 2.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        Strands per gel volume.

    Notes
    -----
    Validity: small strain, no entanglements.
    Source: textbook form (rubber elasticity).

    Examples
    --------
    >>> round(float(strand_concentration_phantom(2.7e3, 304.75, 4)), 5)
    2.13116
    """
    (f,) = floats(junction_functionality)
    return strand_concentration_affine(plateau_modulus, temperature) / (1.0 - 2.0 / f)


def strand_spacing(strand_concentration: ArrayLike) -> FloatArray:
    """Mean distance between elastically active strands.

        ξ = (ν N_A)^(-1/3)

    Parameters
    ----------
    strand_concentration : array_like, shape (...) [mol/m^3]
        Strands per gel volume.

    Returns
    -------
    ndarray, shape (...) [m]
        Edge of the cube that holds one strand; with the affine ν it equals `correlation_length`.

    Notes
    -----
    Validity: strands spread evenly over the gel.
    Source: textbook form.

    Examples
    --------
    >>> round(float(strand_spacing(1.06558)) * 1e9, 3)
    11.594
    """
    (nu,) = floats(strand_concentration)
    return 1.0 / np.cbrt(AVOGADRO * nu)


def swollen_modulus(
    plateau_modulus: ArrayLike,
    preparation_volume_fraction: ArrayLike,
    polymer_volume_fraction: ArrayLike,
) -> FloatArray:
    """Modulus of a gel after it has swollen from the state in which it was made.

        G_s = G (φ / φ_0)^(1/3)

    Parameters
    ----------
    plateau_modulus : array_like, shape (...) [Pa]
        Modulus as prepared.
    preparation_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction as prepared.
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction of the swollen gel.

    Returns
    -------
    ndarray, shape (...) [Pa]
        Modulus of the swollen gel.

    Notes
    -----
    Validity: Gaussian strands, none broken; no finite stretch.
    Source: textbook form (rubber elasticity).

    Examples
    --------
    >>> round(float(swollen_modulus(2.7e3, 0.056, 0.0441)), 2)
    2493.33
    """
    G, phi_0, phi = floats(
        plateau_modulus, preparation_volume_fraction, polymer_volume_fraction)
    return G * np.cbrt(phi / phi_0)
