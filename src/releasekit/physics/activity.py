"""Activity lost on the way out of the carrier."""

from __future__ import annotations

import numpy as np
from scipy.special import i0e, i1e

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.erosion import enzyme_effectiveness, thiele_ratio


def carrier_fraction(
    time: ArrayLike, release_rate: ArrayLike, carrier_inactivation_rate: ArrayLike = 0.0
) -> FloatArray:
    """Active share of the dose that is still in a carrier of first-order release.

        M = exp(-(k_r + k_ic) t)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    release_rate : array_like, shape (...) [1/s]
        First-order release, k_r.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier, k_ic; 0 to count particles.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the dose.

    Notes
    -----
    Validity: first-order release.
    Source: textbook form.

    Examples
    --------
    >>> round(float(carrier_fraction(2.6e5, 4.7e-6, 1.3e-6)), 6)
    0.210136
    """
    t, k_r, k_i = floats(time, release_rate, carrier_inactivation_rate)
    return np.exp(-(k_r + k_i) * t)


def active_fraction_slab(
    inactivation_rate: ArrayLike, thickness: ArrayLike, effective_diffusivity: ArrayLike
) -> FloatArray:
    """Share of the load that leaves a slab still active.

        η = tanh(φ)/φ,   φ = L √(k/D)

    Parameters
    ----------
    inactivation_rate : array_like, shape (...) [1/s]
        First-order loss of activity inside, k.
    thickness : array_like, shape (...) [m]
        Thickness, one face open to a sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity inside.

    Returns
    -------
    ndarray, shape (...) [1]
        Active at the moment of leaving, followed to the end.

    Notes
    -----
    Validity: uniform load, any first-order loss; the Laplace transform of the release at k.
    Source: derived here; checked numerically by the release series.

    Examples
    --------
    >>> round(float(active_fraction_slab(1.1e-6, 1.7e-3, 4.1e-12)), 6)
    0.802561
    """
    return enzyme_effectiveness(thiele_ratio(thickness, inactivation_rate, effective_diffusivity))


def active_fraction_cylinder(
    inactivation_rate: ArrayLike, radius: ArrayLike, effective_diffusivity: ArrayLike
) -> FloatArray:
    """Share of the load that leaves a long cylinder still active.

        η = 2 I_1(φ) / [φ I_0(φ)],   φ = R √(k/D)

    Parameters
    ----------
    inactivation_rate : array_like, shape (...) [1/s]
        First-order loss of activity inside, k.
    radius : array_like, shape (...) [m]
        Radius; the side is open to a sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity inside.

    Returns
    -------
    ndarray, shape (...) [1]
        Active at the moment of leaving, followed to the end.

    Notes
    -----
    Validity: as `active_fraction_slab`, ends neglected.
    Source: derived here; checked numerically by the release series.

    Examples
    --------
    >>> round(float(active_fraction_cylinder(1.1e-6, 1.7e-3, 4.1e-12)), 6)
    0.914132
    """
    phi = thiele_ratio(radius, inactivation_rate, effective_diffusivity)
    some = np.where(phi > 1e-8, phi, 1.0)
    finite = np.minimum(some, 1e300)  # both Bessel functions are 0 at infinity, their ratio is 1
    return np.where(phi > 1e-8, 2.0 / some * i1e(finite) / i0e(finite), 1.0)


def active_fraction_sphere(
    inactivation_rate: ArrayLike, radius: ArrayLike, effective_diffusivity: ArrayLike
) -> FloatArray:
    """Share of the load that leaves a sphere still active.

        η = 3 (φ coth φ - 1) / φ²,   φ = R √(k/D)

    Parameters
    ----------
    inactivation_rate : array_like, shape (...) [1/s]
        First-order loss of activity inside, k.
    radius : array_like, shape (...) [m]
        Radius.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity inside.

    Returns
    -------
    ndarray, shape (...) [1]
        Active at the moment of leaving, followed to the end.

    Notes
    -----
    Validity: as `active_fraction_slab`.
    Source: derived here; checked numerically by the release series.

    Examples
    --------
    >>> round(float(active_fraction_sphere(1.1e-6, 1.7e-3, 4.1e-12)), 6)
    0.951852
    """
    phi = thiele_ratio(radius, inactivation_rate, effective_diffusivity)
    near = phi < 0.1
    some = np.where(near, 1.0, phi)
    # 1/φ (coth φ - 1/φ): stays finite for φ = ∞
    far = 3.0 / some * (1.0 / np.tanh(some) - 1.0 / some)
    x = np.where(near, phi, 0.0) ** 2
    series = 1.0 - x / 15.0 + 2.0 * x**2 / 315.0 - x**3 / 1575.0 + 2.0 * x**4 / 31185.0
    return np.where(near, series, far)
