"""Loss of bonds: how fast crosslinks break by water, enzyme or ions, and how many are left."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import exprel, wrightomega

from releasekit.physics.arrays import floats
from releasekit.physics.constants import GAS_CONSTANT, ArrayLike, FloatArray


def intact_first_order(bond_cleavage_rate: ArrayLike, time: ArrayLike) -> FloatArray:
    """Share of bonds still intact after first-order cleavage.

        p = exp(-k t)

    Parameters
    ----------
    bond_cleavage_rate : array_like, shape (...) [1/s]
        First-order loss of crosslinks.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [1]
        Bonds left over bonds at the start.

    Notes
    -----
    Validity: water or enzyme in excess, the same everywhere in the body, constant rate.
    Source: textbook form.

    Examples
    --------
    >>> round(float(intact_first_order(2.3e-6, 3.7 * 86400)), 6)
    0.479379
    """
    k, t = floats(bond_cleavage_rate, time)
    return np.exp(-k * t)


def half_life(bond_cleavage_rate: ArrayLike) -> FloatArray:
    """Half-life of a first-order loss; infinite where the rate is zero.

        t_1/2 = ln 2 / k

    Parameters
    ----------
    bond_cleavage_rate : array_like, shape (...) [1/s]
        First-order rate.

    Returns
    -------
    ndarray, shape (...) [s]
        Time to half of the start value.

    Notes
    -----
    Validity: first-order loss. The same map turns a half-life into its rate.
    Source: textbook form.

    Examples
    --------
    >>> round(float(half_life(2.3e-6)) / 86400, 4)
    3.4881
    """
    (k,) = floats(bond_cleavage_rate)
    with np.errstate(divide="ignore"):
        return math.log(2.0) / k


def arrhenius_factor(
    activation_energy: ArrayLike, reference_temperature: ArrayLike, temperature: ArrayLike
) -> FloatArray:
    """Factor by which a rate grows from the reference temperature to another.

        k(T) / k(T_ref) = exp[ (E_a/R) (1/T_ref - 1/T) ]

    Parameters
    ----------
    activation_energy : array_like, shape (...) [J/mol]
        Arrhenius activation energy.
    reference_temperature : array_like, shape (...) [K]
        Temperature at which the rate was obtained.
    temperature : array_like, shape (...) [K]
        Temperature at which it is wanted.

    Returns
    -------
    ndarray, shape (...) [1]
        Multiply the rate at the reference temperature by it.

    Notes
    -----
    Validity: one mechanism over the whole span, no melting or denaturation between.
    Source: textbook form.

    Examples
    --------
    >>> round(float(arrhenius_factor(73e3, 310.15, 304.75)), 5)
    0.60555
    """
    E, T_ref, T = floats(activation_energy, reference_temperature, temperature)
    return np.exp(E / GAS_CONSTANT * (1.0 / T_ref - 1.0 / T))


def hydrolysis_rate_ph(
    ph: ArrayLike,
    water_cleavage_rate: ArrayLike,
    acid_cleavage_rate: ArrayLike,
    base_cleavage_rate: ArrayLike,
    water_pk: ArrayLike,
) -> FloatArray:
    """Rate of hydrolysis as a function of the pH.

        k = k_w0 + k_H 10^(-pH) + k_OH 10^(pH - pK_w)

    Parameters
    ----------
    ph : array_like, shape (...) [1]
        pH inside the body.
    water_cleavage_rate : array_like, shape (...) [1/s]
        Part that does not depend on pH.
    acid_cleavage_rate : array_like, shape (...) [1/s]
        Acid-catalysed rate at pH 0.
    base_cleavage_rate : array_like, shape (...) [1/s]
        Base-catalysed rate at pH = pK_w.
    water_pk : array_like, shape (...) [1]
        Negative decadic logarithm of the ionic product of water at this temperature.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order bond cleavage rate.

    Notes
    -----
    Validity: buffered fluid, no local build-up of acid.
    Source: textbook form.

    Examples
    --------
    >>> float(f"{hydrolysis_rate_ph(7.9, 1.2e-8, 1e-3, 0.13, 13.6):.5g}")
    2.714e-07
    """
    pH, k_w, k_H, k_OH, pK = floats(
        ph, water_cleavage_rate, acid_cleavage_rate, base_cleavage_rate, water_pk
    )
    return k_w + k_H * 10.0**-pH + k_OH * 10.0 ** (pH - pK)


def michaelis_menten(
    substrate_concentration: ArrayLike,
    michaelis_concentration: ArrayLike,
    maximum_cleavage_flux: ArrayLike,
    enzyme_decay_rate: ArrayLike,
    time: ArrayLike,
) -> FloatArray:
    """Substrate left after cleavage by an enzyme that itself loses activity.

        dS/dt = -V_max e^(-k_d t) S / (K_m + S),
        S(t) = K_m W[ (S/K_m) exp((S - V_max τ)/K_m) ],   τ = (1 - e^(-k_d t)) / k_d

    Parameters
    ----------
    substrate_concentration : array_like, shape (...) [mol/m^3]
        Cleavable bonds per volume at the start.
    michaelis_concentration : array_like, shape (...) [mol/m^3]
        Michaelis constant.
    maximum_cleavage_flux : array_like, shape (...) [mol/m^3/s]
        k_cat times the enzyme concentration at the start.
    enzyme_decay_rate : array_like, shape (...) [1/s]
        First-order loss of enzyme activity; 0 for a stable enzyme.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        Cleavable bonds left per volume.

    Notes
    -----
    Validity: enzyme the same everywhere in the gel (Thiele ratio below 0.3), quasi-steady complex.
    Source: Lambert-W form, Goličnik, Biochem Eng J 2011;53:234; decay by the change of time above.

    Examples
    --------
    >>> round(float(michaelis_menten(2.1, 0.47, 1.3e-5, 4.1e-6, 1.7e5)), 6)
    0.90445
    """
    S, K, V, k_d, t = floats(
        substrate_concentration, michaelis_concentration, maximum_cleavage_flux,
        enzyme_decay_rate, time,
    )  # fmt: skip
    tau = t * exprel(-k_d * t)
    # W(e^z) = ω(z): the argument of W itself overflows where S is far above K_m
    with np.errstate(divide="ignore"):
        z = np.log(S / K) + (S - V * tau) / K
    return K * wrightomega(z)


def enzyme_rate_low_substrate(
    catalytic_rate: ArrayLike, enzyme_concentration: ArrayLike, michaelis_concentration: ArrayLike
) -> FloatArray:
    """First-order cleavage rate where substrate is scarce.

        k = k_cat E / K_m

    Parameters
    ----------
    catalytic_rate : array_like, shape (...) [1/s]
        Turnover number.
    enzyme_concentration : array_like, shape (...) [mol/m^3]
        Molar enzyme concentration.
    michaelis_concentration : array_like, shape (...) [mol/m^3]
        Michaelis constant.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order bond cleavage rate.

    Notes
    -----
    Validity: substrate below about a tenth of K_m, stable enzyme.
    Source: textbook form, limit of `michaelis_menten`.

    Examples
    --------
    >>> float(f"{enzyme_rate_low_substrate(0.31, 2.7e-6, 0.19):.5g}")
    4.4053e-06
    """
    k_cat, E, K = floats(catalytic_rate, enzyme_concentration, michaelis_concentration)
    return k_cat * E / K


def enzyme_rate_activity(
    activity_cleavage_rate: ArrayLike, enzyme_activity: ArrayLike
) -> FloatArray:
    """First-order cleavage rate from an enzyme activity.

        k = k_U E_U

    Parameters
    ----------
    activity_cleavage_rate : array_like, shape (...) [m^3/U/s]
        Cleavage rate per activity.
    enzyme_activity : array_like, shape (...) [U/m^3]
        Enzyme activity in the fluid.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order bond cleavage rate.

    Notes
    -----
    Validity: the unit of activity is that of the assay (substrate, temperature) of the coefficient.
    Source: textbook form.

    Examples
    --------
    >>> float(f"{enzyme_rate_activity(1.9e-12, 2.5e6):.3g}")
    4.75e-06
    """
    k_U, E_U = floats(activity_cleavage_rate, enzyme_activity)
    return k_U * E_U


def intact_ion_exchange(ion_exchange_rate: ArrayLike, time: ArrayLike) -> FloatArray:
    """Share of ionic crosslinks left while calcium is exchanged for sodium.

        p = exp(-k_x t)

    Parameters
    ----------
    ion_exchange_rate : array_like, shape (...) [1/s]
        First-order loss of ionic crosslinks in this medium.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [1]
        Ionic crosslinks left over those at the start.

    Notes
    -----
    Validity: sodium in excess, no calcium from outside; the rate belongs to one medium.
    Source: textbook form.

    Examples
    --------
    >>> round(float(intact_ion_exchange(3.1e-6, 2.6e5)), 6)
    0.446641
    """
    return intact_first_order(ion_exchange_rate, time)
