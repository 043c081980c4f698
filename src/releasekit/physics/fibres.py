"""Networks of stiff fibres: collagen, fibrin, dECM, agarose, electrospun mats."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "accessible_volume_ogston", "brinkman_phillips", "drag_brinkman", "fibre_distance_scale",
    "fibre_length_density", "fibre_mean_clearance", "fibre_mean_distance", "fibres_ogston",
    "permeability_jackson_james", "steric_phillips",
]


def fibre_length_density(
    polymer_volume_fraction: ArrayLike, fibre_radius: ArrayLike
) -> FloatArray:
    """Fibre length per volume.

        ρ_L = φ / (π a²)

    Parameters
    ----------
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.

    Returns
    -------
    ndarray, shape (...) [1/m^2]
        Length per volume.

    Notes
    -----
    Validity: straight cylinders that do not overlap, φ < 0.1.
    Source: textbook form (geometry).

    Examples
    --------
    >>> round(float(fibre_length_density(0.0037, 43e-9)) * 1e-12, 6)
    0.636964
    """
    phi, a = floats(polymer_volume_fraction, fibre_radius)
    return phi / (np.pi * a**2)


def fibre_distance_scale(fibre_length_density: ArrayLike) -> FloatArray:
    """Scale of the Rayleigh law that the distance to the nearest fibre axis follows.

        σ = (2π ρ_L)^(-1/2)

    Parameters
    ----------
    fibre_length_density : array_like, shape (...) [1/m^2]
        Fibre length per volume.

    Returns
    -------
    ndarray, shape (...) [m]
        Most probable distance.

    Notes
    -----
    Validity: random, isotropic, straight fibres that are long against their distance.
    Source: Metzner, Krauss & Fabry 2011 arXiv:1110.1803.

    Examples
    --------
    >>> round(float(fibre_distance_scale(6.37e11)) * 1e6, 6)
    0.499851
    """
    (rho_L,) = floats(fibre_length_density)
    return 1.0 / np.sqrt(2.0 * np.pi * rho_L)


def fibre_mean_distance(fibre_length_density: ArrayLike) -> FloatArray:
    """Mean distance of a random point to the nearest fibre axis.

        <r> = 1 / (2 ρ_L^(1/2))

    Parameters
    ----------
    fibre_length_density : array_like, shape (...) [1/m^2]
        Fibre length per volume.

    Returns
    -------
    ndarray, shape (...) [m]
        Mean distance.

    Notes
    -----
    Validity: random, isotropic, straight fibres that are long against their distance.
    Source: Metzner, Krauss & Fabry 2011 arXiv:1110.1803 (Rayleigh law); mean derived here.

    Examples
    --------
    >>> round(float(fibre_mean_distance(6.37e11)) * 1e6, 6)
    0.62647
    """
    (rho_L,) = floats(fibre_length_density)
    return 0.5 / np.sqrt(rho_L)


def fibre_mean_clearance(
    fibre_length_density: ArrayLike, fibre_radius: ArrayLike
) -> FloatArray:
    """Mean distance of a random point in the void to the nearest fibre surface.

        <h> = exp(π ρ_L a²) erfc(a (π ρ_L)^(1/2)) / (2 ρ_L^(1/2))

    Parameters
    ----------
    fibre_length_density : array_like, shape (...) [1/m^2]
        Fibre length per volume.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.

    Returns
    -------
    ndarray, shape (...) [m]
        Mean clearance.

    Notes
    -----
    Validity: random, isotropic, straight fibres, φ < 0.1.
    Source: derived here from the Rayleigh law; checked numerically by quadrature.

    Examples
    --------
    >>> round(float(fibre_mean_clearance(6.37e11, 43e-9)) * 1e6, 6)
    0.585686
    """
    rho_L, a = floats(fibre_length_density, fibre_radius)
    return erfcx(a * np.sqrt(np.pi * rho_L)) * 0.5 / np.sqrt(rho_L)


def accessible_volume_ogston(
    particle_radius: ArrayLike, fibre_radius: ArrayLike, polymer_volume_fraction: ArrayLike
) -> FloatArray:
    """Share of the volume in which the centre of a sphere fits between fibres.

        K = exp(-φ (1 + r_s/a)²)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius of the sphere.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.

    Returns
    -------
    ndarray, shape (...) [1]
        Accessible share.

    Notes
    -----
    Validity: random, isotropic, straight fibres, φ < 0.1; no attraction.
    Source: Ogston 1958.

    Examples
    --------
    >>> round(float(accessible_volume_ogston(61e-9, 43e-9, 0.0037)), 6)
    0.978589
    """
    r_s, a, phi = floats(particle_radius, fibre_radius, polymer_volume_fraction)
    return np.exp(-phi * (1.0 + r_s / a) ** 2)


def fibres_ogston(
    particle_radius: ArrayLike, fibre_radius: ArrayLike, polymer_volume_fraction: ArrayLike
) -> FloatArray:
    """Mobility of a sphere among random fibres, by jumps that fibres reject.

        D/D_0 = exp(-φ^(1/2) (r_s + a)/a)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius of the sphere.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: fibrous gels; meaningless for vesicles in a gel of thin chains.
    Source: Ogston, Preston & Wells 1973.

    Examples
    --------
    >>> round(float(fibres_ogston(61e-9, 43e-9, 0.0037)), 6)
    0.863192
    """
    r_s, a, phi = floats(particle_radius, fibre_radius, polymer_volume_fraction)
    return np.exp(-np.sqrt(phi) * (r_s + a) / a)


def permeability_jackson_james(
    fibre_radius: ArrayLike, polymer_volume_fraction: ArrayLike
) -> FloatArray:
    """Hydraulic permeability of random fibres; a measured one is better.

        κ = 3 a² / (20 φ) (-ln φ - 0.931)

    Parameters
    ----------
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.

    Returns
    -------
    ndarray, shape (...) [m^2]
        Darcy permeability; 0 above φ = 0.394, where the form has no meaning.

    Notes
    -----
    Validity: φ < 0.2.
    Source: Jackson-James correlation, textbook form.

    Examples
    --------
    >>> round(float(permeability_jackson_james(43e-9, 0.0037)) * 1e13, 6)
    3.499424
    """
    a, phi = floats(fibre_radius, polymer_volume_fraction)
    return 0.15 * a**2 / phi * np.maximum(-np.log(phi) - 0.931, 0.0)


def drag_brinkman(
    particle_radius: ArrayLike,
    hydraulic_permeability: ArrayLike,
    drag_coefficient: ArrayLike = 1.0 / 9.0,
) -> FloatArray:
    """Mobility that the drag of a Brinkman medium leaves to a sphere.

        F = 1 / (1 + b + c b²),   b = r_s / κ^(1/2)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius of the sphere.
    hydraulic_permeability : array_like, shape (...) [m^2]
        Darcy permeability of the network.
    drag_coefficient : array_like, shape (...) [1]
        1/9 for a sphere that moves through the medium at rest; 1/3, often printed, adds the
        pressure gradient of a flow past a fixed sphere. Above b = 3 the choice is worth up to 3.

    Returns
    -------
    ndarray, shape (...) [1]
        Mobility over that in the fluid.

    Notes
    -----
    Validity: fibres much thinner than their distance; κ of the same network.
    Source: Phillips et al. 1989 (form); 1/9 derived here.

    Examples
    --------
    >>> round(float(drag_brinkman(61e-9, 3.4994e-13)), 6)
    0.905552
    """
    r_s, kappa, c = floats(particle_radius, hydraulic_permeability, drag_coefficient)
    return kappa / (kappa + r_s * np.sqrt(kappa) + c * r_s**2)  # stays finite at κ = 0


def steric_phillips(
    particle_radius: ArrayLike, fibre_radius: ArrayLike, polymer_volume_fraction: ArrayLike
) -> FloatArray:
    """Mobility that detours around fibres leave to a sphere.

        S = exp(-0.84 f^1.09),   f = φ (1 + r_s/a)²

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius of the sphere.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.

    Returns
    -------
    ndarray, shape (...) [1]
        Steric factor.

    Notes
    -----
    Validity: random straight fibres, φ < 0.1.
    Source: Johnson et al. Biophys J 1996 (variables); coefficients textbook form.

    Examples
    --------
    >>> round(float(steric_phillips(61e-9, 43e-9, 0.0037)), 6)
    0.987206
    """
    r_s, a, phi = floats(particle_radius, fibre_radius, polymer_volume_fraction)
    return np.exp(-0.84 * (phi * (1.0 + r_s / a) ** 2) ** 1.09)


def brinkman_phillips(
    particle_radius: ArrayLike,
    fibre_radius: ArrayLike,
    polymer_volume_fraction: ArrayLike,
    hydraulic_permeability: ArrayLike,
    drag_coefficient: ArrayLike = 1.0 / 9.0,
) -> FloatArray:
    """Mobility of a sphere in a fibrous network: drag times detours.

        D/D_0 = F(r_s/κ^(1/2)) S(φ (1 + r_s/a)²)

    Parameters
    ----------
    particle_radius : array_like, shape (...) [m]
        Radius of the sphere.
    fibre_radius : array_like, shape (...) [m]
        Radius of a fibre.
    polymer_volume_fraction : array_like, shape (...) [1]
        Volume fraction of the hydrated fibres.
    hydraulic_permeability : array_like, shape (...) [m^2]
        Darcy permeability, measured or from `permeability_jackson_james`.
    drag_coefficient : array_like, shape (...) [1]
        See `drag_brinkman`.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: φ < 0.1; with the Jackson-James permeability it is up to 2 times too low in dense
        agarose.
    Source: Johnson et al. Biophys J 1996 (form), Phillips et al. 1989.

    Examples
    --------
    >>> round(float(brinkman_phillips(61e-9, 43e-9, 0.0037, 3.4994e-13)), 6)
    0.893966
    """
    drag = drag_brinkman(particle_radius, hydraulic_permeability, drag_coefficient)
    return drag * steric_phillips(particle_radius, fibre_radius, polymer_volume_fraction)
