"""Porous bodies: diffusion through the pore space, adsorption on struts, eroding struts.

The laws named ``porous_*`` return the superficial D_eff/D_0, the one of the flux per total area.
Release times go with D_eff/ε (`pore_diffusivity`), because ε ∂C/∂t = ∇·(D_eff ∇C).
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "pore_diffusivity", "porous_bruggeman", "porous_mackie_meares", "porous_maxwell",
    "porous_tomadakis_sotirchos", "porous_weissberg", "release_dual_reservoir",
    "release_strut_eroding", "retardation_langmuir", "retardation_linear",
    "strut_porosity_eroding",
]


def porous_maxwell(pore_volume_fraction: ArrayLike) -> FloatArray:
    """Superficial diffusivity around spheres that do not touch; for prints with open struts.

        D_eff/D_0 = 2ε / (3 - ε)

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity.

    Returns
    -------
    ndarray, shape (...) [1]
        Superficial diffusivity over that in the fluid.

    Notes
    -----
    Validity: inert obstacles well apart, ε near 1; upper bound for isotropic bodies.
    Source: textbook form (Maxwell).

    Examples
    --------
    >>> round(float(porous_maxwell(0.73)), 6)
    0.643172
    """
    (eps,) = floats(pore_volume_fraction)
    return 2.0 * eps / (3.0 - eps)


def porous_bruggeman(pore_volume_fraction: ArrayLike) -> FloatArray:
    """Superficial diffusivity in a bed of spheres of all sizes.

        D_eff/D_0 = ε^(3/2)

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity.

    Returns
    -------
    ndarray, shape (...) [1]
        Superficial diffusivity over that in the fluid.

    Notes
    -----
    Validity: inert granular bodies.
    Source: textbook form (Bruggeman).

    Examples
    --------
    >>> round(float(porous_bruggeman(0.73)), 6)
    0.623712
    """
    (eps,) = floats(pore_volume_fraction)
    return eps**1.5


def porous_mackie_meares(pore_volume_fraction: ArrayLike) -> FloatArray:
    """Superficial diffusivity on a lattice whose sites polymer blocks.

        D_eff/D_0 = (ε / (2 - ε))²

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity, or water fraction of a gel.

    Returns
    -------
    ndarray, shape (...) [1]
        Superficial diffusivity over that in the fluid.

    Notes
    -----
    Validity: solutes as small as a polymer segment.
    Source: textbook form (Mackie-Meares).

    Examples
    --------
    >>> round(float(porous_mackie_meares(0.73)), 6)
    0.330399
    """
    (eps,) = floats(pore_volume_fraction)
    return (eps / (2.0 - eps)) ** 2


def porous_weissberg(pore_volume_fraction: ArrayLike) -> FloatArray:
    """Superficial diffusivity around overlapping spheres (upper bound).

        D_eff/D_0 = ε / (1 - ½ ln ε)

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity.

    Returns
    -------
    ndarray, shape (...) [1]
        Superficial diffusivity over that in the fluid.

    Notes
    -----
    Validity: random overlapping spheres.
    Source: textbook form (Weissberg).

    Examples
    --------
    >>> round(float(porous_weissberg(0.73)), 6)
    0.630748
    """
    (eps,) = floats(pore_volume_fraction)
    with np.errstate(divide="ignore"):  # ε = 0: 0 over infinity is 0
        return eps / (1.0 - 0.5 * np.log(eps))


def porous_tomadakis_sotirchos(pore_volume_fraction: ArrayLike) -> FloatArray:
    """Superficial diffusivity in a mat of randomly oriented, overlapping fibres.

        D_eff/D_0 = ε ((ε - 0.037) / 0.963)^0.661,   0 for ε < 0.037

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity.

    Returns
    -------
    ndarray, shape (...) [1]
        Superficial diffusivity over that in the fluid.

    Notes
    -----
    Validity: electrospun and similar mats, random in three dimensions.
    Source: textbook form (Tomadakis-Sotirchos).

    Examples
    --------
    >>> round(float(porous_tomadakis_sotirchos(0.73)), 6)
    0.587314
    """
    (eps,) = floats(pore_volume_fraction)
    return eps * (np.maximum(eps - 0.037, 0.0) / 0.963) ** 0.661


def pore_diffusivity(
    effective_diffusivity: ArrayLike, pore_volume_fraction: ArrayLike
) -> FloatArray:
    """Diffusivity that sets the time scale of release from a porous body.

        D_pore = D_eff / ε

    Parameters
    ----------
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Superficial diffusivity: flux per total area over gradient of the pore concentration.
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity, above 0.

    Returns
    -------
    ndarray, shape (...) [m^2/s]
        Free diffusivity over tortuosity.

    Notes
    -----
    Validity: load in the pore fluid, inert struts; the superficial value is too slow by ε.
    Source: textbook form (balance over the pore fluid).

    Examples
    --------
    >>> round(float(pore_diffusivity(3.7e-12, 0.73)) * 1e12, 6)
    5.068493
    """
    D_eff, eps = floats(effective_diffusivity, pore_volume_fraction)
    return D_eff / eps


def retardation_linear(
    pore_volume_fraction: ArrayLike, bulk_density: ArrayLike, adsorption_coefficient: ArrayLike
) -> FloatArray:
    """Factor by which linear adsorption slows diffusion.

        R = 1 + ρ_b K_d / ε

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity, above 0.
    bulk_density : array_like, shape (...) [kg/m^3]
        Solid mass per volume of the body.
    adsorption_coefficient : array_like, shape (...) [m^3/kg]
        Adsorbed per mass of solid over dissolved concentration.

    Returns
    -------
    ndarray, shape (...) [1]
        Retardation factor: the pore diffusivity is divided by it.

    Notes
    -----
    Validity: adsorption in equilibrium and reversible.
    Source: textbook form.

    Examples
    --------
    >>> round(float(retardation_linear(0.73, 310.0, 0.0047)), 6)
    2.99589
    """
    eps, rho_b, K_d = floats(pore_volume_fraction, bulk_density, adsorption_coefficient)
    return 1.0 + rho_b * K_d / eps


def retardation_langmuir(
    pore_volume_fraction: ArrayLike,
    bulk_density: ArrayLike,
    adsorption_capacity: ArrayLike,
    adsorption_affinity: ArrayLike,
    solute_concentration: ArrayLike,
) -> FloatArray:
    """Factor by which saturable adsorption slows diffusion at one concentration.

        R = 1 + ρ_b q_m K_L / (ε (1 + K_L c)²)

    Parameters
    ----------
    pore_volume_fraction : array_like, shape (...) [1]
        Percolating porosity, above 0.
    bulk_density : array_like, shape (...) [kg/m^3]
        Solid mass per volume of the body.
    adsorption_capacity : array_like, shape (...) [1]
        Adsorbed mass per mass of solid at saturation.
    adsorption_affinity : array_like, shape (...) [m^3/kg]
        Langmuir affinity.
    solute_concentration : array_like, shape (...) [kg/m^3]
        Dissolved concentration in the pores.

    Returns
    -------
    ndarray, shape (...) [1]
        Local retardation factor, with the slope of the isotherm.

    Notes
    -----
    Validity: adsorption in equilibrium; one kind of site.
    Source: textbook form.

    Examples
    --------
    >>> round(float(retardation_langmuir(0.73, 310.0, 0.017, 0.83, 1.9)), 6)
    1.902271
    """
    eps, rho_b, q_m, K_L, c = floats(
        pore_volume_fraction, bulk_density, adsorption_capacity, adsorption_affinity,
        solute_concentration)
    return 1.0 + rho_b * q_m * K_L / (eps * (1.0 + K_L * c) ** 2)


def _strut_left(time: ArrayLike, strut_radius: ArrayLike, erosion_speed: ArrayLike) -> FloatArray:
    """Return the share of the cross-section of a strut that erosion has left."""
    t, a_0, v = floats(time, strut_radius, erosion_speed)
    return np.maximum(1.0 - v * t / a_0, 0.0) ** 2


def strut_porosity_eroding(
    time: ArrayLike,
    strut_radius: ArrayLike,
    erosion_speed: ArrayLike,
    pore_volume_fraction: ArrayLike,
) -> FloatArray:
    """Porosity of a scaffold whose struts erode from their surface.

        ε(t) = 1 - (1 - ε_0) (1 - v t/a_0)²

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    strut_radius : array_like, shape (...) [m]
        Radius of a strut at the start.
    erosion_speed : array_like, shape (...) [m/s]
        Speed at which the surface recedes.
    pore_volume_fraction : array_like, shape (...) [1]
        Porosity at the start.

    Returns
    -------
    ndarray, shape (...) [1]
        Porosity; 1 once the struts are gone.

    Notes
    -----
    Validity: round struts, constant speed, the body keeps its outer shape.
    Source: derived here (geometry).

    Examples
    --------
    >>> round(float(strut_porosity_eroding(11 * 86400.0, 73e-6, 2.3e-11, 0.71)), 6)
    0.857673
    """
    (eps_0,) = floats(pore_volume_fraction)
    return 1.0 - (1.0 - eps_0) * _strut_left(time, strut_radius, erosion_speed)


def release_strut_eroding(
    time: ArrayLike, strut_radius: ArrayLike, erosion_speed: ArrayLike
) -> FloatArray:
    """Released share of vesicles embedded in struts that erode from their surface.

        F(t) = 1 - (1 - v t/a_0)²

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    strut_radius : array_like, shape (...) [m]
        Radius of a strut at the start.
    erosion_speed : array_like, shape (...) [m/s]
        Speed at which the surface recedes.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: round struts, even load, no diffusion inside the strut.
    Source: textbook form (Hopfenberg, cylinder).

    Examples
    --------
    >>> round(float(release_strut_eroding(11 * 86400.0, 73e-6, 2.3e-11)), 6)
    0.509217
    """
    return 1.0 - _strut_left(time, strut_radius, erosion_speed)


def release_dual_reservoir(
    time: ArrayLike, adsorbed_fraction: ArrayLike, desorption_rate: ArrayLike,
    erosion_time: ArrayLike,
) -> FloatArray:
    """Released share of a dose partly adsorbed on and partly embedded in eroding struts.

        F(t) = f_ads (1 - exp(-k_des t)) + (1 - f_ads) (1 - (1 - t/t_e)²)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    adsorbed_fraction : array_like, shape (...) [1]
        Share of the dose on the surface of the struts.
    desorption_rate : array_like, shape (...) [1/s]
        First-order desorption.
    erosion_time : array_like, shape (...) [s]
        Time to erode a strut away.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: pores offer no resistance; the adsorbed share does not depend on erosion.
    Source: derived here.

    Examples
    --------
    >>> round(float(release_dual_reservoir(3.3 * 86400.0, 0.37, 1.7e-5, 47 * 86400.0)), 6)
    0.452457
    """
    t, f_ads, k_des, t_e = floats(time, adsorbed_fraction, desorption_rate, erosion_time)
    eroded = 1.0 - np.maximum(1.0 - t / t_e, 0.0) ** 2
    return f_ads * -np.expm1(-k_des * t) + (1.0 - f_ads) * eroded
