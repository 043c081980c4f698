"""Polyesters that their own acid degrades faster and faster (PLGA, PLA)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.special import expit

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

ACID_RUNAWAY_THIELE: Final = math.pi
"""Thiele ratio R √(k/D) [1] above which acid in a sphere accumulates without end."""


def ester_autocatalytic(
    ester_concentration: ArrayLike,
    acid_concentration: ArrayLike,
    second_order_rate: ArrayLike,
    time: ArrayLike,
) -> FloatArray:
    """Ester left after hydrolysis that its own acid speeds up, first order in the acid.

        dE/dt = -k E A,   A = A_0 + E_0 - E,
        E = C E_0 / (E_0 + A_0 e^(k C t)),   C = A_0 + E_0

    Parameters
    ----------
    ester_concentration : array_like, shape (...) [mol/m^3]
        Ester bonds per volume at the start, E_0.
    acid_concentration : array_like, shape (...) [mol/m^3]
        Acid end groups per volume at the start, A_0.
    second_order_rate : array_like, shape (...) [m^3/mol/s]
        Rate per acid concentration, k.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        Ester bonds left per volume.

    Notes
    -----
    Validity: strong acid groups, no acid leaves the body, no feedback of porosity.
    Source: rate form reviewed by Ford Versypt, Pack & Braatz, J Control Release 2013;165:29,
    doi 10.1016/j.jconrel.2012.10.015; textbook solution.

    Examples
    --------
    >>> round(float(ester_autocatalytic(1.3, 0.017, 9.1e-7, 4.3e6)), 6)
    0.403666
    """
    E0, A0, k, t = floats(ester_concentration, acid_concentration, second_order_rate, time)
    C = A0 + E0
    with np.errstate(divide="ignore"):
        return C * expit(np.log(E0 / A0) - k * C * t)


def ester_autocatalytic_half_order(
    ester_concentration: ArrayLike,
    acid_concentration: ArrayLike,
    half_order_rate: ArrayLike,
    time: ArrayLike,
) -> FloatArray:
    """Ester left after hydrolysis by its own weak acid, of order one half in the acid.

        dE/dt = -k E √A,   A = A_0 + E_0 - E,
        E = C / cosh²(θ_0 + k √C t / 2),   θ_0 = artanh √(A_0/C),   C = A_0 + E_0

    Parameters
    ----------
    ester_concentration : array_like, shape (...) [mol/m^3]
        Ester bonds per volume at the start, E_0.
    acid_concentration : array_like, shape (...) [mol/m^3]
        Acid end groups per volume at the start, A_0.
    half_order_rate : array_like, shape (...) [m^1.5/mol^0.5/s]
        Rate per square root of the acid concentration, k.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [mol/m^3]
        Ester bonds left per volume.

    Notes
    -----
    Validity: dissociation-controlled catalysis, no acid leaves the body.
    Source: derived here by u = √A; checked numerically by integrating the rate equation.

    Examples
    --------
    >>> round(float(ester_autocatalytic_half_order(1.3, 0.017, 9.1e-7, 2.3e6)), 6)
    0.330324
    """
    E0, A0, k, t = floats(ester_concentration, acid_concentration, half_order_rate, time)
    C = A0 + E0
    # e^(-2θ_0) in the form that keeps its digits where E_0 is far below A_0
    start = E0 / (np.sqrt(C) + np.sqrt(A0)) ** 2
    e = start * np.exp(-k * np.sqrt(C) * t)
    return np.asarray(4.0 * C * e / (1.0 + e) ** 2, dtype=float)


def acid_accumulation_sphere(fourier_number: ArrayLike, thiele_ratio: ArrayLike) -> FloatArray:
    """Mean acid in a sphere that makes acid by autocatalysis and loses it by diffusion.

        <C>/C_0 = (6/π²) Σ n⁻² exp[ (φ² - n² π²) Fo ],   φ² = k R²/D,   runaway for φ > π

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t / R².
    thiele_ratio : array_like, shape (...) [1]
        φ = R √(k/D) with k the first-order rate at which acid begets acid.

    Returns
    -------
    ndarray, shape (...) [1]
        Mean acid concentration over that at the start.

    Notes
    -----
    Validity: uniform acid at the start, none at the surface, ester not yet used up.
    Source: derived here (problem class of Ford Versypt et al., PLoS One 2015;10:e0135506);
    checked numerically by the spectrum of a finite-volume operator.

    Examples
    --------
    >>> round(float(acid_accumulation_sphere(0.13, 3.3)), 6)
    0.697861
    """
    Fo, phi = floats(fourier_number, thiele_ratio)
    n = np.arange(1.0, 16.0)
    decay = np.exp(-((n * math.pi) ** 2) * Fo[..., None])
    late = 6.0 / math.pi**2 * np.sum(decay / n**2, axis=-1)
    # below Fo = 0.03 the series converges slowly and the first image is below 1e-14
    early = 1.0 - 6.0 * np.sqrt(Fo / math.pi) + 3.0 * Fo
    return np.where(Fo < 0.03, early, late) * np.exp(phi**2 * Fo)
