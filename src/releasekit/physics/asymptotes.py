"""Short- and long-time limits of the release from a slab, cylinder and sphere in a perfect sink."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import gamma

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "long_time_slab",
    "long_time_sphere",
    "short_time_cylinder",
    "short_time_slab",
    "short_time_sphere",
    "short_time_two_layer",
]


def short_time_slab(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a slab at short times, the square-root law.

        F = 2 (Fo/π)^(1/2)

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/L².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: 1 % high at F = 0.63 (Fo = 0.32), 0.6 % at F = 0.6.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> print(f"{float(short_time_slab(0.0137)):.9f}")
    0.132073395
    """
    (Fo,) = floats(fourier_number)
    return np.asarray(2.0 * np.sqrt(Fo / np.pi), dtype=float)


@cache
def _cylinder_terms(term_count: int) -> tuple[float, ...]:
    """Coefficients of Fo^(n/2), n = 1, 2, ..., in the short-time release of a cylinder.

    I1(x)/I0(x) = Σ a_n x^-n solves r' = 1 - r/x - r², which gives the recursion; each power of
    1/x is inverted from F~ = 2 I1(√s)/(s^(3/2) I0(√s)) term by term.
    """
    a = [1.0]
    for n in range(1, term_count):
        a.append(((n - 2) * a[n - 1] - sum(a[i] * a[n - i] for i in range(1, n))) / 2.0)
    return tuple(2.0 * a_n / float(gamma((n + 3) / 2.0)) for n, a_n in enumerate(a))


def short_time_cylinder(fourier_number: ArrayLike, term_count: int = 4) -> FloatArray:
    """Released fraction of a long cylinder at short times.

        F = 4 (Fo/π)^(1/2) - Fo - Fo^(3/2)/(3 π^(1/2)) - Fo²/8 - ...

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².
    term_count : int [1]
        Powers of Fo^(1/2) kept.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: an asymptotic series; four terms 1e-6 at Fo = 0.01, twenty terms 1e-11 at 0.02.
    Source: Crank, The Mathematics of Diffusion, 1975, gives the first terms; higher ones derived
    here; checked numerically by multi-precision Laplace inversion.

    Examples
    --------
    >>> print(f"{float(short_time_cylinder(0.0137)):.9f}")
    0.250121762
    """
    root = np.sqrt(floats(fourier_number)[0])
    total = np.zeros_like(root)
    for coefficient in reversed(_cylinder_terms(term_count)):
        total = (total + coefficient) * root
    return np.asarray(total, dtype=float)


def short_time_sphere(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a sphere at short times.

        F = 6 (Fo/π)^(1/2) - 3 Fo

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: within 1e-10 up to Fo = 0.05 (F = 0.6).
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> print(f"{float(short_time_sphere(0.0137)):.9f}")
    0.355120186
    """
    (Fo,) = floats(fourier_number)
    return np.asarray(6.0 * np.sqrt(Fo / np.pi) - 3.0 * Fo, dtype=float)


def long_time_slab(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a slab at long times, the first term of the series.

        F = 1 - (8/π²) exp(-π² Fo/4)

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/L².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: within 4e-4 for Fo > 0.25 (F > 0.56).
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> print(f"{float(long_time_slab(0.73)):.9f}")
    0.866174830
    """
    (Fo,) = floats(fourier_number)
    return np.asarray(1.0 - 8.0 / np.pi**2 * np.exp(-(np.pi**2) * Fo / 4.0), dtype=float)


def long_time_sphere(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a sphere at long times, the first term of the series.

        F = 1 - (6/π²) exp(-π² Fo)

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R².

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: within 3e-3 for Fo > 0.1 (F > 0.77).
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> print(f"{float(long_time_sphere(0.19)):.9f}")
    0.906792318
    """
    (Fo,) = floats(fourier_number)
    return np.asarray(1.0 - 6.0 / np.pi**2 * np.exp(-(np.pi**2) * Fo), dtype=float)


def short_time_two_layer(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    tissue_diffusivity: ArrayLike,
    partition_coefficient: ArrayLike = 1.0,
) -> FloatArray:
    """Released fraction of a slab that lies on tissue, at short times.

        F = (2/L) (D1 t/π)^(1/2) r/(1 + r), r = (D2/D1)^(1/2)/K_p

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since contact.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D1 in the carrier, greater than 0.
    thickness : array_like, shape (...) [m]
        Carrier thickness L.
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D2 in the tissue.
    partition_coefficient : array_like, shape (...) [1]
        Concentration in the carrier over that in the tissue at equilibrium, K_p.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: before the depleted zone reaches the back of the carrier (D1 t/L² < 0.05) and
    before loss in the tissue counts.
    Source: derived here; checked numerically by inversion of the full Laplace solution.

    Examples
    --------
    >>> print(f"{float(short_time_two_layer(7200.0, 4.1e-12, 1.3e-3, 2.7e-12, 1.6)):.9f}")
    0.050184788
    """
    t, D1, L, D2, K_p = floats(
        time, effective_diffusivity, thickness, tissue_diffusivity, partition_coefficient
    )
    r = np.sqrt(D2 / D1) / K_p
    return np.asarray(2.0 / L * np.sqrt(D1 * t / np.pi) * r / (1.0 + r), dtype=float)
