"""The wound side: exudate, convection in the carrier, and how deep exosomes reach in tissue."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erfc, erfcx

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray


def exudate_split(
    exudate_flux: ArrayLike, absorbed_exudate_fraction: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Split the one exudate flux into what drains along the film and what crosses the carrier.

        q_film = (1 - f_q) q,   q_carrier = f_q q

    Parameters
    ----------
    exudate_flux : array_like, shape (...) [m/s]
        Exudate volume per wound area and time, q.
    absorbed_exudate_fraction : array_like, shape (...) [1]
        Share drawn through the carrier into the dressing, f_q; 0 once the dressing is full.

    Returns
    -------
    tuple of ndarray, shape (...) [m/s]
        Film flux (for `washout_rate`) and `carrier_exudate_flux` (for `peclet_number`); they add
        up to the exudate flux.

    Notes
    -----
    Validity: fluid volume of film and carrier constant.
    Source: derived here (volume balance).

    Examples
    --------
    >>> film, carrier = exudate_split(2.3e-8, 0.37)
    >>> float(f"{film:.4g}"), float(f"{carrier:.4g}")
    (1.449e-08, 8.51e-09)
    """
    q, absorbed = floats(exudate_flux, absorbed_exudate_fraction)
    through = absorbed * q
    return q - through, through


def absorption_time(
    exudate_flux: ArrayLike,
    absorbed_exudate_fraction: ArrayLike,
    absorption_capacity: ArrayLike,
) -> FloatArray:
    """Time until the dressing has taken up all it can.

        t_full = V_a / (f_q q)

    Parameters
    ----------
    exudate_flux : array_like, shape (...) [m/s]
        Exudate volume per wound area and time, q.
    absorbed_exudate_fraction : array_like, shape (...) [1]
        Share drawn through the carrier into the dressing, f_q.
    absorption_capacity : array_like, shape (...) [m]
        Exudate volume per area that the dressing can take up, V_a.

    Returns
    -------
    ndarray, shape (...) [s]
        Infinite where nothing is absorbed. From then on the film drains the whole flux.

    Notes
    -----
    Validity: constant flux, no evaporation from the dressing.
    Source: derived here (volume balance).

    Examples
    --------
    >>> round(float(absorption_time(2.3e-8, 0.37, 5.1e-3)) / 86400, 4)
    6.9363
    """
    _, through = exudate_split(exudate_flux, absorbed_exudate_fraction)
    (V,) = floats(absorption_capacity)
    return np.where(through > 0.0, V / np.where(through > 0.0, through, 1.0), np.inf)


def washout_rate(exudate_flux: ArrayLike, fluid_film_thickness: ArrayLike) -> FloatArray:
    """Rate at which draining exudate takes exosomes out of the wound fluid.

        k_w = q / h

    Parameters
    ----------
    exudate_flux : array_like, shape (...) [m/s]
        Exudate that drains along the film (the first part of `exudate_split`).
    fluid_film_thickness : array_like, shape (...) [m]
        Thickness of the wound-fluid film, h.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order wash-out.

    Notes
    -----
    Validity: well-mixed film of constant thickness; evaporation is not exudate.
    Source: textbook form; fluxes 0.10 and 0.21 g/cm² per day in Dealey et al., J Wound Care
    2006;15:149.

    Examples
    --------
    >>> float(f"{washout_rate(2.3e-8, 0.7e-3):.4g}")
    3.286e-05
    """
    q, h = floats(exudate_flux, fluid_film_thickness)
    return q / h


def peclet_number(
    carrier_exudate_flux: ArrayLike, thickness: ArrayLike, effective_diffusivity: ArrayLike
) -> FloatArray:
    """Convection against diffusion inside the carrier.

        Pe = v L / D

    Parameters
    ----------
    carrier_exudate_flux : array_like, shape (...) [m/s]
        Exudate drawn through the carrier, v; positive away from the wound.
    thickness : array_like, shape (...) [m]
        Thickness of the carrier.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity in the carrier.

    Returns
    -------
    ndarray, shape (...) [1]
        About 2 for a free exosome, 1 mm and a chronic wound: convection is not small.

    Notes
    -----
    Validity: exosomes move as fast as the fluid (no sieving).
    Source: textbook form.

    Examples
    --------
    >>> round(float(peclet_number(1.3e-8, 1.7e-3, 4.1e-12)), 6)
    5.390244
    """
    v, L, D = floats(carrier_exudate_flux, thickness, effective_diffusivity)
    return v * L / D


def delivered_fraction_open_back(peclet_number: ArrayLike) -> FloatArray:
    """Share of a uniform load that reaches the wound while fluid is drawn the other way.

        f = 1/Pe - 1/(e^Pe - 1)

    Parameters
    ----------
    peclet_number : array_like, shape (...) [1]
        Pe, positive away from the wound.

    Returns
    -------
    ndarray, shape (...) [1]
        1/2 without flow; the rest goes into the dressing.

    Notes
    -----
    Validity: slab, both faces perfect sinks, constant flow, followed to the end.
    Source: derived here (splitting probability, mean over the thickness); checked numerically.

    Examples
    --------
    >>> delivered_fraction_open_back([-2.7, 0.0, 5.4]).round(6).tolist()
    [0.701677, 0.5, 0.180648]
    """
    (Pe,) = floats(peclet_number)
    near = np.abs(Pe) < 0.02
    x = np.where(near, 1.0, Pe)
    far = 1.0 / x - 1.0 / np.expm1(np.clip(x, -700.0, 700.0))
    return np.where(near, 0.5 - Pe / 12.0 + Pe**3 / 720.0, far)


_SEALED_SERIES = [(k + 2.0) / math.factorial(k + 3) for k in range(16)]


def mean_release_time_sealed_back(
    thickness: ArrayLike, effective_diffusivity: ArrayLike, peclet_number: ArrayLike
) -> FloatArray:
    """Mean release time of a slab whose back lets fluid through but no exosomes.

        MRT = (L²/D) [ e^Pe/Pe² - (e^Pe - 1)/Pe³ - 1/(2 Pe) ]

    Parameters
    ----------
    thickness : array_like, shape (...) [m]
        Thickness of the carrier.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity in the carrier.
    peclet_number : array_like, shape (...) [1]
        Pe, positive away from the wound.

    Returns
    -------
    ndarray, shape (...) [s]
        L²/(3D) without flow; grows like e^Pe where fluid presses exosomes to the back.

    Notes
    -----
    Validity: slab, wound face a perfect sink, constant flow.
    Source: derived here; checked numerically by a finite-volume operator.

    Examples
    --------
    >>> round(float(mean_release_time_sealed_back(1.7e-3, 4.1e-12, 1.9)) / 86400, 4)
    6.1997
    """
    L, D, Pe = floats(thickness, effective_diffusivity, peclet_number)
    near = np.abs(Pe) < 0.5
    x = np.where(near, 1.0, Pe)
    with np.errstate(over="ignore"):
        grown = np.exp(x)
    far = grown * (1.0 - 1.0 / x) / x**2 + 1.0 / x**3 - 0.5 / x
    series = np.polynomial.polynomial.polyval(np.where(near, Pe, 0.0), _SEALED_SERIES)
    return L**2 / D * np.where(near, series, far)


def penetration_depth(tissue_diffusivity: ArrayLike, elimination_rate: ArrayLike) -> FloatArray:
    """Depth over which a steady concentration in the tissue falls by a factor e.

        λ = √(D/k)

    Parameters
    ----------
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity in the tissue.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses in the tissue together.

    Returns
    -------
    ndarray, shape (...) [m]
        Infinite without loss. k λ = √(D k) is the steady flux per surface concentration [m/s].

    Notes
    -----
    Validity: steady state, deep tissue, no flow of interstitial fluid.
    Source: textbook form.

    Examples
    --------
    >>> round(float(penetration_depth(1.7e-12, 2.3e-5)) * 1e6, 4)
    271.8695
    """
    D, k = floats(tissue_diffusivity, elimination_rate)
    with np.errstate(divide="ignore"):
        return np.sqrt(D / k)


def penetration_profile(
    position: ArrayLike,
    time: ArrayLike,
    tissue_diffusivity: ArrayLike,
    elimination_rate: ArrayLike,
) -> FloatArray:
    """Concentration in the tissue over that at its surface, held constant from time 0.

        c/c_0 = ½ e^(-x/λ) erfc(x/(2√(Dt)) - √(kt)) + ½ e^(x/λ) erfc(x/(2√(Dt)) + √(kt))

    Parameters
    ----------
    position : array_like, shape (...) [m]
        Depth in the tissue, x.
    time : array_like, shape (...) [s]
        Time since the surface was wetted.
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity in the tissue, above 0.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses in the tissue together, k.

    Returns
    -------
    ndarray, shape (...) [1]
        Tends to exp(-x/λ).

    Notes
    -----
    Validity: deep tissue, no flow of interstitial fluid.
    Source: Danckwerts, Trans Faraday Soc 1951;47:1014.

    Examples
    --------
    >>> round(float(penetration_profile(1.3e-4, 3.1e4, 1.7e-12, 2.3e-5)), 6)
    0.576826
    """
    x, t, D, k = floats(position, time, tissue_diffusivity, elimination_rate)
    begun = t > 0.0
    a = x / (2.0 * np.sqrt(D * np.where(begun, t, 1.0)))
    b = np.sqrt(k * t)
    # e^(x/λ) alone overflows deep in the tissue: x/λ = 2ab is folded into the scaled erfc
    wave = np.exp(-2.0 * a * b) * erfc(a - b) + np.exp(-(a**2) - b**2) * erfcx(a + b)
    return np.where(begun, 0.5 * wave, np.where(x > 0.0, 0.0, 1.0))
