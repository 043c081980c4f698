"""A well-mixed compartment (wound fluid) that is filled by a carrier and emptied by first order.

Amounts are shares of one dose, active when applied.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import exprel, lambertw, xlog1py

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.roots import bisect


def compartment_bateman(
    time: ArrayLike,
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> FloatArray:
    """Active amount in the compartment after one dose.

        A = k_r/(k_e - k_c) (e^(-k_c t) - e^(-k_e t)),   k_c = k_r + k_ic

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier, k_r.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together, k_e.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier, k_ic.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the dose; k_r t e^(-k t) where the two rates are equal.

    Notes
    -----
    Validity: well-mixed compartment of constant rates, empty at the start.
    Source: textbook form (Bateman).

    Examples
    --------
    >>> round(float(compartment_bateman(2.6e5, 4.7e-6, 2.9e-5, 1.3e-6)), 6)
    0.042832
    """
    t, k_r, k_e, k_i = floats(time, release_rate, elimination_rate, carrier_inactivation_rate)
    k_c = k_r + k_i
    return k_r * t * np.exp(-np.minimum(k_c, k_e) * t) * exprel(-np.abs(k_e - k_c) * t)


def compartment_peak_time(
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> FloatArray:
    """Time of the largest amount in the compartment.

        t_max = ln(k_e/k_c) / (k_e - k_c),   k_c = k_r + k_ic

    Parameters
    ----------
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier, k_r, above 0.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together, k_e.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier, k_ic.

    Returns
    -------
    ndarray, shape (...) [s]
        1/k where the two rates are equal, infinite without elimination.

    Notes
    -----
    Validity: as `compartment_bateman`.
    Source: textbook form.

    Examples
    --------
    >>> round(float(compartment_peak_time(4.7e-6, 2.9e-5, 1.3e-6)) / 3600, 4)
    19.0282
    """
    k_r, k_e, k_i = floats(release_rate, elimination_rate, carrier_inactivation_rate)
    k_c = k_r + k_i
    excess = (k_e - k_c) / k_c
    some = np.where(excess == 0.0, 1.0, excess)
    with np.errstate(divide="ignore"):
        return np.where(excess == 0.0, 1.0, np.log1p(some) / some) / k_c


def compartment_peak_amount(
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> FloatArray:
    """Largest active amount in the compartment.

        A_max = (k_r/k_c) exp(-k_e t_max)

    Parameters
    ----------
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier, k_r, above 0.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together, k_e.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier, k_ic.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the dose.

    Notes
    -----
    Validity: as `compartment_bateman`.
    Source: textbook form.

    Examples
    --------
    >>> round(float(compartment_peak_amount(4.7e-6, 2.9e-5, 1.3e-6)), 6)
    0.107449
    """
    k_r, k_e, k_i = floats(release_rate, elimination_rate, carrier_inactivation_rate)
    k_c = k_r + k_i
    ratio = k_e / k_c
    some = np.where(ratio == 1.0, 2.0, ratio)
    # k_e t_max = r ln r/(r - 1), which stays finite (0) without elimination, where t_max does not
    exponent = np.where(ratio == 1.0, 1.0, xlog1py(some, some - 1.0) / (some - 1.0))
    return k_r / k_c * np.exp(-exponent)


def compartment_auc(
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> FloatArray:
    """Area under the active amount in the compartment, for all times.

        AUC = k_r / [(k_r + k_ic) k_e]

    Parameters
    ----------
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier, k_r.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together, k_e.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier, k_ic.

    Returns
    -------
    ndarray, shape (...) [s]
        Time times share of the dose; does not depend on k_r where nothing is lost in the carrier.

    Notes
    -----
    Validity: as `compartment_bateman`.
    Source: derived here; checked numerically by the area under `compartment_bateman`.

    Examples
    --------
    >>> round(float(compartment_auc(4.7e-6, 2.9e-5, 1.3e-6)), 2)
    27011.49
    """
    k_r, k_e, k_i = floats(release_rate, elimination_rate, carrier_inactivation_rate)
    return k_r / ((k_r + k_i) * k_e)


def exit_fraction(
    exit_rate: ArrayLike,
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> FloatArray:
    """Share of the dose that in the end leaves the compartment by one of its exits.

        X = k_j AUC

    Parameters
    ----------
    exit_rate : array_like, shape (...) [1/s]
        Rate of this exit (uptake, wash-out ...), k_j; part of `elimination_rate`.
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier.

    Returns
    -------
    ndarray, shape (...) [1]
        Over all exits it adds up to the share that left the carrier active.

    Notes
    -----
    Validity: as `compartment_bateman`.
    Source: textbook form.

    Examples
    --------
    >>> round(float(exit_fraction(1.1e-5, 4.7e-6, 2.9e-5, 1.3e-6)), 6)
    0.297126
    """
    (k_j,) = floats(exit_rate)
    return k_j * compartment_auc(release_rate, elimination_rate, carrier_inactivation_rate)


def residence_time(release_rate: ArrayLike, elimination_rate: ArrayLike) -> FloatArray:
    """Mean time that a particle spends in carrier and compartment together.

        MRT = 1/k_r + 1/k_e

    Parameters
    ----------
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together.

    Returns
    -------
    ndarray, shape (...) [s]
        Mean residence time.

    Notes
    -----
    Validity: as `compartment_bateman`, nothing lost inside the carrier.
    Source: textbook form.

    Examples
    --------
    >>> round(float(residence_time(4.7e-6, 2.9e-5)) / 86400, 4)
    2.8617
    """
    k_r, k_e = floats(release_rate, elimination_rate)
    return 1.0 / k_r + 1.0 / k_e


def crossing_times(
    threshold_fraction: ArrayLike,
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    carrier_inactivation_rate: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Times at which the amount in the compartment rises above a threshold and falls below it.

        A(t_on) = A(t_off) = A*,   t_on <= t_max <= t_off

    Parameters
    ----------
    threshold_fraction : array_like, shape (...) [1]
        Amount to be exceeded, A*, above 0.
    release_rate : array_like, shape (...) [1/s]
        First-order release from the carrier, above 0.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together, above 0.
    carrier_inactivation_rate : array_like, shape (...) [1/s]
        Loss of activity inside the carrier.

    Returns
    -------
    tuple of ndarray, shape (...) [s]
        t_on and t_off; both the time of the peak where the threshold is never reached. The time
        above the threshold is their difference.

    Notes
    -----
    Validity: as `compartment_bateman`.
    Source: derived here; checked numerically by a fine grid.

    Examples
    --------
    >>> on, off = crossing_times(0.04, 4.7e-6, 2.9e-5, 1.3e-6)
    >>> round(float(on) / 3600, 3), round(float(off) / 3600, 3)
    (2.817, 75.417)
    """
    limit, k_r, k_e, k_i = np.broadcast_arrays(
        *floats(threshold_fraction, release_rate, elimination_rate, carrier_inactivation_rate)
    )
    peak = compartment_peak_time(k_r, k_e, k_i)

    def excess(t: FloatArray) -> FloatArray:
        return np.asarray(compartment_bateman(t, k_r, k_e, k_i) - limit, dtype=float)

    reached = excess(peak) > 0.0
    # A <= k_r t exp(-k t) with k the smaller rate, so the later root of that bound lies beyond;
    # 1 % further, because at equal rates the bound is the root itself
    k = np.minimum(k_r + k_i, k_e)
    branch = np.where(reached, -k * limit / k_r, -math.exp(-1.0))
    beyond = np.maximum(-1.01 * lambertw(branch, -1).real / k, peak)

    on, off = bisect(excess, np.zeros_like(peak), peak), bisect(excess, peak, beyond)
    return np.where(reached, on, peak), np.where(reached, off, peak)


def time_above_bolus(threshold_fraction: ArrayLike, elimination_rate: ArrayLike) -> FloatArray:
    """Time above a threshold of a dose that is given at once, without a carrier.

        T = ln(1/A*) / k_e

    Parameters
    ----------
    threshold_fraction : array_like, shape (...) [1]
        Amount to be exceeded, A*, above 0.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together.

    Returns
    -------
    ndarray, shape (...) [s]
        Time until the amount has fallen to the threshold.

    Notes
    -----
    Validity: well-mixed compartment of constant rates.
    Source: textbook form.

    Examples
    --------
    >>> round(float(time_above_bolus(0.04, 2.9e-5)) / 3600, 3)
    30.832
    """
    limit, k_e = floats(threshold_fraction, elimination_rate)
    return -np.log(limit) / k_e


def amount_after_change(
    release_rate: ArrayLike,
    elimination_rate: ArrayLike,
    dressing_change_time: ArrayLike,
    fluid_removed_fraction: ArrayLike,
) -> FloatArray:
    """Amount left in the compartment right after a dressing change, after many changes.

        A(0+) = (1 - ω) b(T) / [1 - (1 - ω) e^(-k_e T)],   b = `compartment_bateman`

    Parameters
    ----------
    release_rate : array_like, shape (...) [1/s]
        First-order release from each new carrier.
    elimination_rate : array_like, shape (...) [1/s]
        All first-order losses of the compartment together.
    dressing_change_time : array_like, shape (...) [s]
        Time between changes, T; each brings a new dose and discards the old carrier.
    fluid_removed_fraction : array_like, shape (...) [1]
        Share of the wound fluid wiped off at a change, ω.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of one dose; A(0+) e^(-k_e t) + b(t) is the amount until the next change.

    Notes
    -----
    Validity: as `compartment_bateman`, the same change over and over.
    Source: derived here; checked numerically by repeating changes until nothing alters.

    Examples
    --------
    >>> round(float(amount_after_change(4.7e-6, 2.9e-5, 1.9e5, 0.63)), 6)
    0.029054
    """
    k_e, T, removed = floats(elimination_rate, dressing_change_time, fluid_removed_fraction)
    kept = 1.0 - removed
    b = compartment_bateman(T, release_rate, k_e)
    return kept * b / (1.0 - kept * np.exp(-k_e * T))
