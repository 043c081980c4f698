"""Hindered mobility: a particle between polymer chains, or in a pore wider than itself."""

from __future__ import annotations

import numpy as np
from scipy.special import erf, erfc, xlogy

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "multiscale_axpe", "obstruction_amsden", "pore_drag", "pore_hindrance",
    "pore_hindrance_renkin", "sieving_lustig_peppas", "squeezed_volume_fraction",
    "squeezing_energy",
]

# The printed coefficients cancel to H(1) = 0 only within their digits; nearer to 1 than this the
# lubrication power law (1-λ)^(9/2) takes over.
_TIGHT = 0.95


def sieving_lustig_peppas(
    particle_radius: ArrayLike,
    mesh_size: ArrayLike,
    polymer_volume_fraction: ArrayLike,
    volume_coefficient: ArrayLike = 1.0,
) -> FloatArray:
    """Mobility of a small solute by sieving and free volume; zero above the mesh.

        D/D_0 = (1 - r_s/ξ) exp(-Y φ/(1-φ)),   0 for r_s ≥ ξ

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Hydrodynamic radius of the solute.
    mesh_size : array_like, shape (...) [m]
        Mesh size, a diameter.
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction of the swollen gel, below 1.
    volume_coefficient : array_like, shape (...) [1]
        Volume of a jump over the free volume per solvent molecule.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: r_s < 0.3 ξ; for vesicles only as a comparison with older work, because they do move
        through meshes tighter than themselves.
    Source: Lustig & Peppas 1988; sieving factor also in Amsden Macromolecules 1998;31:8382.

    Examples
    --------
    >>> round(float(sieving_lustig_peppas(3.6e-9, 19e-9, 0.063)), 6)
    0.757822
    """
    r_s, xi, phi, Y = floats(
        particle_radius, mesh_size, polymer_volume_fraction, volume_coefficient)
    return np.maximum(1.0 - r_s / xi, 0.0) * np.exp(-Y * phi / (1.0 - phi))


def obstruction_amsden(
    particle_radius: ArrayLike, fibre_radius: ArrayLike, mesh_size: ArrayLike
) -> FloatArray:
    """Mobility as the chance that a random opening is wider than the particle.

        D/D_0 = exp(-π ((r_s + a)/(ξ + 2a))²)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Hydrodynamic radius of the particle.
    fibre_radius : array_like, shape (...) [m]
        Radius of the chain: PEG 0.51e-9, alginate 0.83e-9, polyacrylamide 0.88e-9.
    mesh_size : array_like, shape (...) [m]
        Mesh size, a diameter.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: homogeneous gels; extrapolated for r_s > ξ/2. No hard cut-off, since openings follow
        a Rayleigh law.
    Source: Amsden Macromolecules 1998;31:8382.

    Examples
    --------
    >>> round(float(obstruction_amsden(43e-9, 0.83e-9, 57e-9)), 6)
    0.173095
    """
    r_s, a, xi = floats(particle_radius, fibre_radius, mesh_size)
    return np.exp(-np.pi * ((r_s + a) / (xi + 2.0 * a)) ** 2)


def multiscale_axpe(
    particle_radius: ArrayLike,
    fibre_radius: ArrayLike,
    mesh_size: ArrayLike,
    polymer_volume_fraction: ArrayLike,
    free_volume_radius: ArrayLike = 2.69e-10,
    water_free_volume_radius: ArrayLike = 2.69e-10,
) -> FloatArray:
    """Mobility from free volume for small solutes, passing over to obstruction for large ones.

        D/D_0 = erf(r_FV/r_s) exp(-(r_s/r_FVW)³ φ/(1-φ))
                + erfc(r_FV/r_s) exp(-π ((r_s + a)/(ξ + 2a))²)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Hydrodynamic radius of the particle.
    fibre_radius : array_like, shape (...) [m]
        Radius of the chain.
    mesh_size : array_like, shape (...) [m]
        Mesh size, a diameter.
    polymer_volume_fraction : array_like, shape (...) [1]
        Polymer volume fraction of the swollen gel, below 1.
    free_volume_radius : array_like, shape (...) [m]
        Mean radius of the free-volume voids of the gel.
    water_free_volume_radius : array_like, shape (...) [m]
        The same of water; in a swollen gel the two are alike.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: any size; for r_s > 15 nm it is `obstruction_amsden` within 2 %.
    Source: Axpe et al. Macromolecules 2019;52:6889, doi 10.1021/acs.macromol.9b00753.

    Examples
    --------
    >>> round(float(multiscale_axpe(1.7e-9, 0.51e-9, 9.3e-9, 0.083)), 6)
    0.712514
    """
    r_s, r_FV, r_FVW, phi = floats(
        particle_radius, free_volume_radius, water_free_volume_radius, polymer_volume_fraction)
    jump = np.exp(-((r_s / r_FVW) ** 3) * phi / (1.0 - phi))
    obstruction = obstruction_amsden(r_s, fibre_radius, mesh_size)
    return erf(r_FV / r_s) * jump + erfc(r_FV / r_s) * obstruction


def _dechadilok_deen(ratio: FloatArray) -> FloatArray:
    return (1.0 + 1.125 * xlogy(ratio, ratio) - 1.56034 * ratio + 0.528155 * ratio**2
            + 1.91521 * ratio**3 - 2.81903 * ratio**4 + 0.270788 * ratio**5
            + 1.10115 * ratio**6 - 0.435933 * ratio**7)


def pore_hindrance(size_ratio: ArrayLike) -> FloatArray:
    """Hindrance of a sphere in a cylindrical pore, partitioning included.

        H(λ) = 1 + (9/8) λ ln λ - 1.56034 λ + 0.528155 λ² + 1.91521 λ³ - 2.81903 λ⁴
               + 0.270788 λ⁵ + 1.10115 λ⁶ - 0.435933 λ⁷,   H ~ (1-λ)^(9/2) for λ > 0.95

    Parameters
    ----------
    size_ratio : array_like, shape (...) [1]
        Particle radius over pore radius; 1 and above gives 0.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusive permeability over that of the open cross-section.

    Notes
    -----
    Validity: rigid pores and particles without attraction, λ ≤ 0.95; beyond, a lubrication power
        law that is continuous with it.
    Source: Dechadilok & Deen Ind Eng Chem Res 2006;45:6953; tail derived here.

    Examples
    --------
    >>> pore_hindrance([0.0, 0.137, 0.71, 1.3]).round(6)
    array([1.      , 0.493732, 0.004215, 0.      ])
    """
    (ratio,) = floats(size_ratio)
    tail = (np.clip(1.0 - ratio, 0.0, 1.0 - _TIGHT) / (1.0 - _TIGHT)) ** 4.5
    return _dechadilok_deen(np.minimum(ratio, _TIGHT)) * tail


def pore_drag(size_ratio: ArrayLike) -> FloatArray:
    """Hindrance in a cylindrical pore without the partitioning at its mouth.

        K_d(λ) = H(λ) / (1-λ)²

    Parameters
    ----------
    size_ratio : array_like, shape (...) [1]
        Particle radius over pore radius; 1 and above gives 0.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity inside the pore over that in the fluid.

    Notes
    -----
    Validity: as `pore_hindrance`; for a load that already is inside the pores.
    Source: Dechadilok & Deen Ind Eng Chem Res 2006;45:6953; tail derived here.

    Examples
    --------
    >>> pore_drag([0.0, 0.137, 0.71, 1.3]).round(6)
    array([1.      , 0.662933, 0.050114, 0.      ])
    """
    (ratio,) = floats(size_ratio)
    wide = np.minimum(ratio, _TIGHT)
    tail = (np.clip(1.0 - ratio, 0.0, 1.0 - _TIGHT) / (1.0 - _TIGHT)) ** 2.5
    return _dechadilok_deen(wide) / (1.0 - wide) ** 2 * tail


def pore_hindrance_renkin(size_ratio: ArrayLike) -> FloatArray:
    """Hindrance of a sphere in a cylindrical pore in the older centre-line form.

        H(λ) = (1-λ)² (1 - 2.104 λ + 2.09 λ³ - 0.95 λ⁵)

    Parameters
    ----------
    size_ratio : array_like, shape (...) [1]
        Particle radius over pore radius; 1 and above gives 0.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusive permeability over that of the open cross-section.

    Notes
    -----
    Validity: λ < 0.4.
    Source: Renkin 1954.

    Examples
    --------
    >>> pore_hindrance_renkin([0.0, 0.137, 1.3]).round(6)
    array([1.      , 0.534059, 0.      ])
    """
    (ratio,) = floats(size_ratio)
    ratio = np.minimum(ratio, 1.0)
    return (1.0 - ratio) ** 2 * (1.0 - 2.104 * ratio + 2.09 * ratio**3 - 0.95 * ratio**5)


def squeezing_energy(
    membrane_bending_energy: ArrayLike, particle_radius: ArrayLike, pore_radius: ArrayLike
) -> FloatArray:
    """Bending energy to draw a vesicle out into a pore narrower than itself.

        ΔE = 2π κ_c ((R/r_p)² - 1),   0 for r_p ≥ R

    Parameters
    ----------
    membrane_bending_energy : array_like, shape (...) [J]
        Bending modulus κ_c of the membrane.
    particle_radius : array_like, shape (...) [m]
        Radius R of the round vesicle.
    pore_radius : array_like, shape (...) [m]
        Radius of the pore.

    Returns
    -------
    ndarray, shape (...) [J]
        Energy of the capped cylinder of equal area above that of the sphere.

    Notes
    -----
    Validity: fluid bilayer of constant area; water may leave (see `squeezed_volume_fraction`).
        Tens of k_B T at R/r_p = 1.1: a vesicle narrows by a few percent, it does not pass freely.
    Source: Helfrich energy of a spherocylinder, derived here; that water must leave agrees with
        Lenzini et al. Nat Nanotechnol 2020;15:217, doi 10.1038/s41565-020-0636-2.

    Examples
    --------
    >>> kT = 1.380649e-23 * 304.75
    >>> round(float(squeezing_energy(23.0 * kT, 53e-9, 49e-9) / kT), 4)
    24.557
    """
    kappa_c, R, r_p = floats(membrane_bending_energy, particle_radius, pore_radius)
    return 2.0 * np.pi * kappa_c * np.maximum((R / r_p) ** 2 - 1.0, 0.0)


def squeezed_volume_fraction(particle_radius: ArrayLike, pore_radius: ArrayLike) -> FloatArray:
    """Volume of a vesicle drawn into a pore at constant membrane area, over that of the sphere.

        V/V_0 = (3/2) (r_p/R) - (1/2) (r_p/R)³,   1 for r_p ≥ R

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius R of the round vesicle.
    pore_radius : array_like, shape (...) [m]
        Radius of the pore.

    Returns
    -------
    ndarray, shape (...) [1]
        Volume left; the rest is water that had to leave.

    Notes
    -----
    Validity: capped cylinder, area kept.
    Source: derived here from the geometry; checked numerically by an explicit spherocylinder.

    Examples
    --------
    >>> round(float(squeezed_volume_fraction(53e-9, 49e-9)), 6)
    0.991671
    """
    R, r_p = floats(particle_radius, pore_radius)
    narrow = np.minimum(r_p / R, 1.0)
    return 1.5 * narrow - 0.5 * narrow**3
