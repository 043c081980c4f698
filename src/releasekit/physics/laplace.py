"""Release known only as a Laplace transform, and its numerical inversion (fixed Talbot).

A release from an inert start is written with the response G(q) of the body to its surface: with
q² = s (time in units L²/D), a body whose surface is kept at c_s(s) has released G(q) (1/s - c_s).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

__all__ = [
    "ComplexArray",
    "release_slab_binding",
    "release_talbot",
    "release_two_layer",
    "surface_response_cylinder",
    "surface_response_slab",
    "surface_response_sphere",
    "talbot",
]

ComplexArray = NDArray[np.complex128]

_STILL = 1e-200  # stands for a rate of 0 where the transform divides by it
_FAR = 1e6  # m; tissue deeper than this is endless (tanh of an infinite complex number is NaN)


def talbot(
    transform: Callable[[ComplexArray], ComplexArray], time: ArrayLike, term_count: int = 24
) -> FloatArray:
    """Invert a Laplace transform at many times on the fixed Talbot contour.

        f(t) = (r/M) { f~(r) e^(r t)/2 + Σ_k Re[e^(s_k t) f~(s_k) (1 + i σ_k)] },
        r = 2M/(5t), θ_k = kπ/M, s_k = r θ_k (cot θ_k + i), σ_k = θ_k + (θ_k cot θ_k - 1) cot θ_k

    Parameters
    ----------
    transform : callable
        f~(s) of a complex array with the shape of `time`.
    time : array_like, shape (...) [s]
        Times, greater than 0.
    term_count : int [1]
        Terms M; 20 to 26 is best in double precision.

    Returns
    -------
    ndarray, shape (...) [unit of f]
        f at each time.

    Notes
    -----
    Validity: singularities of f~ on or near the negative real axis (diffusion, first-order
    kinetics); not for waves or steps delayed in time. Relative error about 10^(-0.6 M).
    Source: Abate and Valkó, Int J Numer Methods Eng 2004;60:979, doi 10.1002/nme.995.

    Examples
    --------
    >>> t = np.array([2.9, 7.1])
    >>> talbot(lambda s: 1.0 / (s + 0.37), t).round(8), np.exp(-0.37 * t).round(8)
    (array([0.34198103, 0.07229502]), array([0.34198103, 0.07229502]))
    """
    (t,) = floats(time)
    r = 2.0 * term_count / (5.0 * t)
    total = 0.5 * np.real(transform(r.astype(complex))) * np.exp(r * t)
    for k in range(1, term_count):
        theta = k * np.pi / term_count
        cot = 1.0 / np.tan(theta)
        s = r * theta * (cot + 1j)
        sigma = theta + (theta * cot - 1.0) * cot
        total = total + np.real(np.exp(s * t) * transform(s) * (1.0 + 1j * sigma))
    return np.asarray(r / term_count * total, dtype=float)


def release_talbot(
    transform: Callable[[ComplexArray], ComplexArray], time: ArrayLike
) -> FloatArray:
    """Invert the transform of a released fraction: 0 at time 0, never outside 0 to 1.

        F(t) = min(1, max(0, talbot(F~, t))), F(0) = 0

    Parameters
    ----------
    transform : callable
        F~(s) of a complex array with the shape of `time`.
    time : array_like, shape (...) [s]
        Times since the start.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: as `talbot`.
    Source: derived here; checked numerically against exact series.

    Examples
    --------
    >>> release_talbot(lambda s: 0.2 / (s * (s + 0.2)), [0.0, 3.1]).round(9)
    array([0.        , 0.46205556])
    """
    (t,) = floats(time)
    released = talbot(transform, np.where(t > 0.0, t, 1.0))
    return np.asarray(np.where(t > 0.0, np.clip(released, 0.0, 1.0), 0.0), dtype=float)


def surface_response_slab(q: ComplexArray) -> ComplexArray:
    """Transform of what a slab gives off when its surface is emptied.

        G(q) = tanh(q)/q,   q² = s L²/D

    Parameters
    ----------
    q : ndarray of complex, shape (...) [1]
        Root of the dimensionless Laplace variable.

    Returns
    -------
    ndarray of complex, shape (...) [1]
        Response G; 1 for small q.

    Notes
    -----
    Validity: q other than 0, uniform diffusivity.
    Source: textbook form.

    Examples
    --------
    >>> surface_response_slab(np.array([0.73 + 0.31j])).round(6)
    array([0.859652-0.106885j])
    """
    return np.asarray(np.tanh(q) / q, dtype=complex)


def surface_response_cylinder(q: ComplexArray) -> ComplexArray:
    """Transform of what a long cylinder gives off when its surface is emptied.

        G(q) = 2 I1(q)/(q I0(q)),   q² = s L²/D

    Parameters
    ----------
    q : ndarray of complex, shape (...) [1]
        Root of the dimensionless Laplace variable.

    Returns
    -------
    ndarray of complex, shape (...) [1]
        Response G; 1 for small q.

    Notes
    -----
    Validity: q other than 0, uniform diffusivity.
    Source: textbook form.

    Examples
    --------
    >>> surface_response_cylinder(np.array([0.73 + 0.31j])).round(6)
    array([0.94568-0.048933j])
    """
    return np.asarray(2.0 * ive(1, q) / (q * ive(0, q)), dtype=complex)


def surface_response_sphere(q: ComplexArray) -> ComplexArray:
    """Transform of what a sphere gives off when its surface is emptied.

        G(q) = 3 (q coth q - 1)/q²,   q² = s L²/D

    Parameters
    ----------
    q : ndarray of complex, shape (...) [1]
        Root of the dimensionless Laplace variable.

    Returns
    -------
    ndarray of complex, shape (...) [1]
        Response G; 1 for small q.

    Notes
    -----
    Validity: q other than 0, uniform diffusivity.
    Source: textbook form.

    Examples
    --------
    >>> surface_response_sphere(np.array([0.73 + 0.31j])).round(6)
    array([0.970899-0.027769j])
    """
    return np.asarray(3.0 * (q / np.tanh(q) - 1.0) / (q * q), dtype=complex)


def release_slab_binding(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    binding_on_rate: ArrayLike,
    binding_off_rate: ArrayLike,
) -> FloatArray:
    """Released fraction of a slab whose cargo binds reversibly, loaded at equilibrium.

        F~(s) = c0 D q tanh(qL)/(s² L), q² = (s/D) [1 + k_on'/(s + k_off)],
        c0 = k_off/(k_on' + k_off)

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in a perfect sink.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D of the free cargo.
    thickness : array_like, shape (...) [m]
        Thickness L; back sealed, one face open.
    binding_on_rate : array_like, shape (...) [1/s]
        Pseudo-first-order binding k_on' (rate constant times free sites).
    binding_off_rate : array_like, shape (...) [1/s]
        Rate k_off at which the bound let go.

    Returns
    -------
    ndarray, shape (...) [1]
        Released share of all cargo, free and bound.

    Notes
    -----
    Validity: sites in excess (linear binding), sites do not move, uniform load at equilibrium.
    Source: derived here; checked numerically by finite volumes in time. Form of the equations:
    Lin and Metters, Adv Drug Deliv Rev 2006;58:1379.

    Examples
    --------
    >>> day = 86400.0
    >>> release_slab_binding([day, 7 * day], 3.1e-12, 1.7e-3, 4.5e-5, 6.2e-6).round(6)
    array([0.075316, 0.294625])
    """
    t, D, L, k_on, k_off = np.broadcast_arrays(
        *floats(time, effective_diffusivity, thickness, binding_on_rate, binding_off_rate)
    )
    total = k_on + k_off
    c0 = np.where(total > 0.0, k_off / np.where(total > 0.0, total, 1.0), 1.0)
    exchange = np.maximum(D / L**2, _STILL)

    def transform(s: ComplexArray) -> ComplexArray:
        held = s * (1.0 + k_on / (s + k_off))  # q² D
        flow = np.sqrt(exchange * held) * np.tanh(np.sqrt(held / exchange))  # D q tanh(qL)/L
        return np.asarray(c0 * flow / (s * s), dtype=complex)

    return release_talbot(transform, t)


def release_two_layer(
    time: ArrayLike,
    effective_diffusivity: ArrayLike,
    thickness: ArrayLike,
    tissue_diffusivity: ArrayLike,
    partition_coefficient: ArrayLike = 1.0,
    elimination_rate: ArrayLike = 0.0,
    tissue_depth: ArrayLike = np.inf,
) -> FloatArray:
    """Released fraction of a slab that lies on tissue, through which the cargo must diffuse.

        F~(s) = D1 K q1 tanh(q1 L) Y/{s² L [K Y + D1 q1 tanh(q1 L)]},
        q1 = (s/D1)^(1/2), q2 = ((s + k)/D2)^(1/2), Y = D2 q2 coth(q2 L2), K = 1/K_p

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since contact.
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D1 in the carrier.
    thickness : array_like, shape (...) [m]
        Carrier thickness L, sealed at the back.
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D2 in the tissue.
    partition_coefficient : array_like, shape (...) [1]
        Concentration in the carrier over that in the tissue at equilibrium, K_p.
    elimination_rate : array_like, shape (...) [1/s]
        First-order loss k in the tissue.
    tissue_depth : array_like, shape (...) [m]
        Depth L2 at which the tissue is kept empty; infinite: endless tissue.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the load that has crossed into the tissue (net).

    Notes
    -----
    Validity: planar, uniform load, no convection, concentrations per volume of each whole layer.
    At short times F = (2/L) (D1 t/π)^(1/2) r/(1 + r), r = K (D2/D1)^(1/2).
    Source: derived here; checked numerically by the short-time form and by finite volumes.

    Examples
    --------
    >>> week = 604800.0
    >>> release_two_layer(week, 4.1e-12, 1.3e-3, [2.7e-12, 4.4e-13], 1.6, 3e-6).round(6)
    array([0.537286, 0.308612])
    """
    t, D1, L, D2, K_p, k, L2 = np.broadcast_arrays(
        *floats(
            time,
            effective_diffusivity,
            thickness,
            tissue_diffusivity,
            partition_coefficient,
            elimination_rate,
            tissue_depth,
        )
    )
    D1, D2 = np.maximum(D1, _STILL), np.maximum(D2, _STILL)
    K, depth = 1.0 / K_p, np.minimum(L2, _FAR)

    def transform(s: ComplexArray) -> ComplexArray:
        q2 = np.sqrt((s + k) / D2)
        Y = D2 * q2 / np.tanh(q2 * depth)
        flow = np.sqrt(D1 * s) * np.tanh(np.sqrt(s / D1) * L)  # D1 q1 tanh(q1 L)
        return np.asarray(flow * K * Y / (s * s * L * (K * Y + flow)), dtype=complex)

    return release_talbot(transform, t)
