"""Mobility of vesicles in a mesh that is as tight as they are or tighter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import ndtri

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.sizes import fraction_below

__all__ = ["closure_percolating", "closure_spread", "closure_unified", "open_mesh_fraction"]

_SPREAD_NODES: Final = 28
_SPREAD_DEPTH: Final = 14.0  # the integrand is cut where it has fallen to exp(-14) of its peak
_UNDERFLOW: Final = 740.0  # exp(-740) is the last number before 0

_CRITICAL_SCORE: Final = float(ndtri(2.0 / 3.0))  # the third of the openings that percolates
_PERCOLATING_NODES: Final = 48
_PERCOLATING_REACH: Final = 6.0  # normal scores covered to either side
_PERCOLATING_STEPS: Final = 6
_BLOCKED: Final = 1000.0  # no diffusion: exp(-1000) is 0
_BLOCK: Final = 8192  # blocks keep the nodes in the cache
_PERCOLATING_BLOCK: Final = 2048


def _barrier(
    vesicle_diameter: ArrayLike,
    mesh_size: ArrayLike,
    obstruction_coefficient: ArrayLike,
    deformable_fraction: ArrayLike,
) -> FloatArray:
    """Return B ((1-δ) d/ξ)², the exponent of the closure."""
    d, xi, B, delta = floats(
        vesicle_diameter, mesh_size, obstruction_coefficient, deformable_fraction)
    return B * ((1.0 - delta) * d / xi) ** 2


def _over_mesh(
    mean: Callable[[FloatArray, FloatArray], FloatArray],
    block: int,
    mesh_size_gsd: ArrayLike,
    barrier: FloatArray,
) -> FloatArray:
    """Take a mean over a lognormal mesh, block by block; a uniform mesh needs none."""
    (gsd,) = floats(mesh_size_gsd)
    A, k = np.broadcast_arrays(barrier, 2.0 * np.log(gsd))
    flat, slope = A.ravel(), np.where(k > 0.0, k, 1.0).ravel()
    parts = [mean(flat[i : i + block], slope[i : i + block]) for i in range(0, flat.size, block)]
    return np.where(k > 0.0, np.concatenate(parts or [flat]).reshape(A.shape), np.exp(-A))


def closure_unified(
    vesicle_diameter: ArrayLike,
    mesh_size: ArrayLike,
    obstruction_coefficient: ArrayLike,
    deformable_fraction: ArrayLike = 0.0,
) -> FloatArray:
    """Mobility in a uniform mesh: obstruction and activated hopping in one Gaussian form.

        D/D_0 = exp(-B ((1-δ) d/ξ)²)

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Hydrodynamic diameter (not the radius).
    mesh_size : array_like, shape (...) [m]
        Mesh size, a diameter.
    obstruction_coefficient : array_like, shape (...) [1]
        B: π/4 for rigid obstruction, about 1 for hopping; to be fitted.
    deformable_fraction : array_like, shape (...) [1]
        δ: share by which the vesicle narrows in an opening.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid; never cut to 0 above the mesh size.

    Notes
    -----
    Validity: d/ξ of 0.3-3; B is of order one and not known from theory.
    Source: form derived here from Amsden Macromolecules 1998;31:8382 (obstruction) and
        Cai, Panyukov & Rubinstein Macromolecules 2015 (hopping).

    Examples
    --------
    >>> round(float(closure_unified(87e-9, 41e-9, 0.93, 0.07)), 7)
    0.0267356
    """
    return np.exp(-_barrier(
        vesicle_diameter, mesh_size, obstruction_coefficient, deformable_fraction))


def _lognormal_laplace(A: FloatArray, k: FloatArray) -> FloatArray:
    """Return <exp(-A exp(-k Z))> over a standard normal Z, for k > 0.

    With u = Z - z the exponent is h(u) = (z + u)²/2 + w exp(-k u), w = A exp(-W), z = W/k. Where W
    is Lambert's W(k² A), u = 0 is the peak; a close estimate of W does as well, since nothing is
    expanded. The trapezoidal rule converges geometrically on an analytic, bell-shaped integrand;
    its end points are bounds on where h has risen by the depth.
    """
    log_term = np.log1p(k * k * A)
    W = log_term * (1.0 - np.log1p(log_term) / (2.0 + log_term))
    w, z = A * np.exp(-W), W / k
    reach = np.sqrt(2.0 * _SPREAD_DEPTH)
    high = np.minimum(reach, np.sqrt(z * z + 2.0 * (_SPREAD_DEPTH + w)) - z)
    steep = np.log(4.0 + _SPREAD_DEPTH / (0.264 * np.maximum(w, 1e-300))) / k
    low = -np.minimum(reach / np.sqrt(1.0 + W), steep)
    step = (high - low) / (_SPREAD_NODES - 1)
    # exp(-u²/2 - z u) and exp(-k u) are advanced by factors: one exponential per node
    gauss, slope = np.exp(-low * (0.5 * low + z)), np.exp(-step * (low + z + 0.5 * step))
    bend, barrier, relief = np.exp(-step * step), w * np.exp(-k * low), np.exp(-k * step)
    total, term = np.zeros_like(step), np.empty_like(step)
    for _ in range(_SPREAD_NODES):
        np.subtract(w, barrier, out=term)
        np.exp(term, out=term)
        term *= gauss
        total += term
        barrier *= relief
        gauss *= slope
        slope *= bend
    peak = 0.5 * z * z + w
    return np.where(peak < _UNDERFLOW, np.exp(-peak) * total * step / np.sqrt(2.0 * np.pi), 0.0)


def closure_spread(
    vesicle_diameter: ArrayLike,
    mesh_size_median: ArrayLike,
    mesh_size_gsd: ArrayLike,
    obstruction_coefficient: ArrayLike,
    deformable_fraction: ArrayLike = 0.0,
) -> FloatArray:
    """Mobility averaged over a lognormal mesh, all openings side by side (upper bound).

        D/D_0 = ∫ φ(Z) exp(-B ((1-δ) d/(ξ_50 σ_ξ^Z))²) dZ,   φ the standard normal density

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Hydrodynamic diameter (not the radius).
    mesh_size_median : array_like, shape (...) [m]
        Median mesh size, a diameter.
    mesh_size_gsd : array_like, shape (...) [1]
        Geometric standard deviation of the mesh; 1 gives `closure_unified`.
    obstruction_coefficient : array_like, shape (...) [1]
        B: π/4 for rigid obstruction, about 1 for hopping; to be fitted.
    deformable_fraction : array_like, shape (...) [1]
        δ: share by which the vesicle narrows in an opening.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity over that in the fluid.

    Notes
    -----
    Validity: paths through wide openings are never interrupted (compare `closure_percolating`).
        Quadrature error below 1e-7 relative for a GSD up to 3, 3e-6 up to 5.
    Source: derived here, checked numerically by high-precision quadrature; motivated by
        Wolde-Kidan et al. 2021 arXiv:2006.10676 (broad meshes, wide openings carry).

    Examples
    --------
    >>> closure_spread(87e-9, 31e-9, [1.0, 1.7, 2.3], 0.93, 0.07).round(7)
    array([0.0017727, 0.0563429, 0.1186509])
    """
    with np.errstate(over="ignore", invalid="ignore"):  # only where the mean underflows to 0
        return _over_mesh(_lognormal_laplace, _BLOCK, mesh_size_gsd, _barrier(
            vesicle_diameter, mesh_size_median, obstruction_coefficient, deformable_fraction))


def _effective_medium_lognormal(A: FloatArray, k: FloatArray) -> FloatArray:
    """Solve <1/(2 + D/D*)> = 1/3 for D*, with D = exp(-A exp(-k Z)), Z standard normal, k > 0.

    As D spans many decades, 1/(2 + D/D*) is close to a step in Z, and the root puts that step
    near the score above which a third of the openings lies. Nodes z = z_c + s sinh(v) resolve the
    step with one grid for all iterates; s is the distance of the poles of the step from the axis.
    The unknown is x = ln(2 D*/D(z_c)); from x = 0 Newton's steps converge for every A and k.
    """
    critical = np.minimum(A * np.exp(-k * _CRITICAL_SCORE), _BLOCKED)
    s = np.minimum(1.0, np.arctan(np.pi / np.maximum(critical, 1e-300)) / k)
    low = -np.arcsinh((_PERCOLATING_REACH + _CRITICAL_SCORE) / s)
    high = np.arcsinh((_PERCOLATING_REACH - _CRITICAL_SCORE) / s)
    grow = np.exp(np.linspace(low, high, _PERCOLATING_NODES))
    offset = 0.5 * s * (grow - 1.0 / grow)
    share = np.exp(-0.5 * (_CRITICAL_SCORE + offset) ** 2) * (grow + 1.0 / grow)
    share /= share.sum(axis=0)
    ratio = np.exp(np.minimum(-critical * np.expm1(-k * offset), 600.0))  # D(z)/D(z_c)
    x = np.zeros_like(critical)
    for _ in range(_PERCOLATING_STEPS):
        blocked = 1.0 / (1.0 + ratio * np.exp(-x))
        weighted = share * blocked
        excess = weighted.sum(axis=0) - 2.0 / 3.0
        x = x - excess / (weighted * (1.0 - blocked)).sum(axis=0)
    return np.asarray(0.5 * np.exp(x - critical), dtype=float)


def closure_percolating(
    vesicle_diameter: ArrayLike,
    mesh_size_median: ArrayLike,
    mesh_size_gsd: ArrayLike,
    obstruction_coefficient: ArrayLike,
    deformable_fraction: ArrayLike = 0.0,
) -> FloatArray:
    """Mobility in a lognormal mesh whose wide and tight openings are mixed at random.

        <(D(ξ) - D*) / (D(ξ) + 2 D*)>_ξ = 0,   D(ξ)/D_0 = exp(-B ((1-δ) d/ξ)²)

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Hydrodynamic diameter (not the radius).
    mesh_size_median : array_like, shape (...) [m]
        Median mesh size, a diameter.
    mesh_size_gsd : array_like, shape (...) [1]
        Geometric standard deviation of the mesh; 1 gives `closure_unified`.
    obstruction_coefficient : array_like, shape (...) [1]
        B: π/4 for rigid obstruction, about 1 for hopping; to be fitted.
    deformable_fraction : array_like, shape (...) [1]
        δ: share by which the vesicle narrows in an opening.

    Returns
    -------
    ndarray, shape (...) [1]
        Diffusivity D* over that in the fluid; never above `closure_spread`.

    Notes
    -----
    Validity: random mixture of openings in three dimensions; in a very tight mesh it is carried
        by the widest third of the openings. Error below 1e-6 relative for a GSD up to 3.
    Source: effective-medium theory of Bruggeman 1935 over a distribution, derived here; checked
        numerically by adaptive quadrature and bracketing.

    Examples
    --------
    >>> closure_percolating(87e-9, 31e-9, [1.0, 1.7, 2.3], 0.93, 0.07).round(7)
    array([0.0017727, 0.007704 , 0.0166179])
    """
    return _over_mesh(_effective_medium_lognormal, _PERCOLATING_BLOCK, mesh_size_gsd, _barrier(
        vesicle_diameter, mesh_size_median, obstruction_coefficient, deformable_fraction))


def open_mesh_fraction(
    vesicle_diameter: ArrayLike, mesh_size_median: ArrayLike, mesh_size_gsd: ArrayLike
) -> FloatArray:
    """Share of the openings of a lognormal mesh that are wider than a vesicle.

        f = Φ(ln(ξ_50/d) / ln σ_ξ)

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Diameter of the vesicle.
    mesh_size_median : array_like, shape (...) [m]
        Median mesh size, a diameter.
    mesh_size_gsd : array_like, shape (...) [1]
        Geometric standard deviation of the mesh.

    Returns
    -------
    ndarray, shape (...) [1]
        Share between 0 and 1.

    Notes
    -----
    Validity: rigid vesicles; openings weighted as the mesh distribution is.
    Source: textbook form (lognormal distribution).

    Examples
    --------
    >>> round(float(open_mesh_fraction(87e-9, 31e-9, 1.7)), 6)
    0.025905
    """
    # P(ξ > d) about the median ξ_50 is P(ξ < ξ_50) about the median d: no 1 - P, no cancellation
    return fraction_below(mesh_size_median, vesicle_diameter, mesh_size_gsd)
