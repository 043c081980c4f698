"""Whether a microneedle enters tissue before it breaks: buckling, bending, yield, insertion."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.roots import bisect

__all__ = [
    "bending_stress",
    "buckling_force",
    "insertion_force",
    "needle_safety_ratio",
    "tip_deflection",
    "yield_force",
]


def buckling_force(
    needle_modulus: ArrayLike,
    needle_height: ArrayLike,
    needle_base_radius: ArrayLike,
    needle_tip_radius: ArrayLike,
) -> FloatArray:
    """Axial force at which a truncated cone buckles, base clamped and loaded tip free.

        P = K² (1 - m)² E I_b/H², tan[K (1 - m)/m] = -K, m = r_t/r_b, I_b = π r_b⁴/4

    Parameters
    ----------
    needle_modulus : array_like, shape (...) [Pa]
        Young modulus E of the dry needle.
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_radius : array_like, shape (...) [m]
        Radius r_b at the base.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r_t at the tip.

    Returns
    -------
    ndarray, shape (...) [N]
        Buckling force; 0 for an ideally sharp tip, π² E I_b/(4 H²) for a cylinder.

    Notes
    -----
    Validity: linear elastic, slender, straight; m ≤ 1.
    Source: derived here (tapered column, cf. Gere and Carter 1962); checked numerically by a
    boundary-value solution.

    Examples
    --------
    >>> print(f"{float(buckling_force(1.3e9, 7.3e-4, 1.7e-4, 1.1e-5)):.6f}")
    0.057946
    """
    E, H, r_b, r_t = floats(needle_modulus, needle_height, needle_base_radius, needle_tip_radius)
    m = r_t / r_b
    # z = K (1 - m)/m lies between π/2 (cylinder) and π (sharp cone)
    z = bisect(lambda z: (1.0 - m) * np.sin(z) + m * z * np.cos(z), np.pi / 2.0 + 0.0 * m, np.pi)
    return np.asarray((z * m) ** 2 * E * np.pi * r_b**4 / (4.0 * H * H), dtype=float)


def bending_stress(
    lateral_force: ArrayLike,
    needle_height: ArrayLike,
    needle_base_radius: ArrayLike,
    needle_tip_radius: ArrayLike,
) -> FloatArray:
    """Largest bending stress in a truncated cone with a sideways force on its tip.

        σ = 4 F z/(π r³) where r = min(1.5 r_t, r_b), z = (r - r_t) H/(r_b - r_t)

    Parameters
    ----------
    lateral_force : array_like, shape (...) [N]
        Sideways force F on the tip.
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_radius : array_like, shape (...) [m]
        Radius r_b at the base.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r_t at the tip.

    Returns
    -------
    ndarray, shape (...) [Pa]
        Largest stress: where the needle is 1.5 times as wide as its tip, else at the base.

    Notes
    -----
    Validity: linear elastic, slender, small deflection, r_t ≤ r_b.
    Source: derived here; checked numerically by the stress along the needle.

    Examples
    --------
    >>> bending_stress(0.023, 7.3e-4, 1.7e-4, [1.1e-5, 1.5e-4]) / 1e6
    array([164.61694864,   4.35125014])
    """
    F, H, r_b, r_t = floats(lateral_force, needle_height, needle_base_radius, needle_tip_radius)
    widest_inside = 1.5 * r_t < r_b
    taper = np.where(widest_inside, r_b - r_t, 1.0)
    z = np.where(widest_inside, 0.5 * r_t * H / taper, H)
    r = np.minimum(1.5 * r_t, r_b)
    return np.asarray(4.0 * F * z / (np.pi * r**3), dtype=float)


def tip_deflection(
    lateral_force: ArrayLike,
    needle_modulus: ArrayLike,
    needle_height: ArrayLike,
    needle_base_radius: ArrayLike,
    needle_tip_radius: ArrayLike,
) -> FloatArray:
    """Sideways displacement of the tip of a truncated cone under a sideways force on it.

        w = 4 F H³/(3 π E r_b³ r_t)

    Parameters
    ----------
    lateral_force : array_like, shape (...) [N]
        Sideways force F on the tip.
    needle_modulus : array_like, shape (...) [Pa]
        Young modulus E of the dry needle.
    needle_height : array_like, shape (...) [m]
        Height H.
    needle_base_radius : array_like, shape (...) [m]
        Radius r_b at the base.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r_t at the tip.

    Returns
    -------
    ndarray, shape (...) [m]
        Deflection of the tip.

    Notes
    -----
    Validity: linear elastic, slender, deflection small against the height.
    Source: derived here; checked numerically by integrating the curvature.

    Examples
    --------
    >>> print(f"{float(tip_deflection(0.023, 1.3e9, 7.3e-4, 1.7e-4, 1.1e-5)):.6e}")
    5.405084e-05
    """
    F, E, H, r_b, r_t = floats(
        lateral_force, needle_modulus, needle_height, needle_base_radius, needle_tip_radius
    )
    return np.asarray(4.0 * F * H**3 / (3.0 * np.pi * E * r_b**3 * r_t), dtype=float)


def yield_force(needle_strength: ArrayLike, needle_tip_radius: ArrayLike) -> FloatArray:
    """Axial force at which the tip yields.

        F_y = σ_y π r_t²

    Parameters
    ----------
    needle_strength : array_like, shape (...) [Pa]
        Yield strength σ_y of the dry needle.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r_t at the tip.

    Returns
    -------
    ndarray, shape (...) [N]
        Yield force of one needle.

    Notes
    -----
    Validity: flat tip, load spread evenly over it; use dry, not wet, strength.
    Source: textbook form.

    Examples
    --------
    >>> print(f"{float(yield_force(5.7e7, 1.1e-5)):.6f}")
    0.021668
    """
    sigma_y, r_t = floats(needle_strength, needle_tip_radius)
    return np.asarray(sigma_y * np.pi * r_t * r_t, dtype=float)


def insertion_force(skin_strength: ArrayLike, needle_tip_radius: ArrayLike) -> FloatArray:
    """Force that pushes one needle into the tissue, linear in the area of its tip.

        F_ins = s π r_t²

    Parameters
    ----------
    skin_strength : array_like, shape (...) [Pa]
        Insertion force per tip area s, to be fitted.
    needle_tip_radius : array_like, shape (...) [m]
        Radius r_t at the tip.

    Returns
    -------
    ndarray, shape (...) [N]
        Insertion force of one needle.

    Notes
    -----
    Validity: needles far enough apart not to share load; a wound bed without stratum corneum
    needs less.
    Source: Davis et al., J Biomech 2004;37:1155, doi 10.1016/j.jbiomech.2003.12.010 (linear in
    tip area).

    Examples
    --------
    >>> print(f"{float(insertion_force(3.7e6, 1.1e-5)):.7f}")
    0.0014065
    """
    s, r_t = floats(skin_strength, needle_tip_radius)
    return np.asarray(s * np.pi * r_t * r_t, dtype=float)


def needle_safety_ratio(
    buckling_force: ArrayLike, yield_force: ArrayLike, insertion_force: ArrayLike
) -> FloatArray:
    """Force at which a needle fails over the force that inserts it.

        margin = min(F_cr, F_y)/F_ins

    Parameters
    ----------
    buckling_force : array_like, shape (...) [N]
        Axial force F_cr at which the needle buckles; infinite where it cannot.
    yield_force : array_like, shape (...) [N]
        Axial force F_y at which its tip yields.
    insertion_force : array_like, shape (...) [N]
        Force F_ins that inserts it.

    Returns
    -------
    ndarray, shape (...) [1]
        Margin; 2 or more is advisable.

    Notes
    -----
    Validity: the three forces belong to one dry needle.
    Source: Davis et al., J Biomech 2004;37:1155, doi 10.1016/j.jbiomech.2003.12.010.

    Examples
    --------
    >>> needle_safety_ratio([0.053, 0.011], 0.0217, 0.00141).round(6)
    array([15.390071,  7.801418])
    """
    F_cr, F_y, F_ins = floats(buckling_force, yield_force, insertion_force)
    return np.asarray(np.minimum(F_cr, F_y) / F_ins, dtype=float)
