"""Connectivity of a network that loses bonds: sol, gel point, stiffness and mesh (mean field).

The intact fraction of these laws is bonds present over bonds *possible*: the share made at the
start (`initial_intact_fraction`, 1 for a network without defects) times what cleavage left.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, ndtr

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.network import mesh_modulus_ratio


def escape_probability(intact_fraction: ArrayLike, junction_functionality: ArrayLike) -> FloatArray:
    """Probability that the branch behind an arm of a junction is finite.

        P = 1 - p + p P^(f-1),   smallest root;   f = 4: P = √(1/p - 3/4) - 1/2

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Bonds present over bonds possible, p.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, f.

    Returns
    -------
    ndarray, shape (...) [1]
        1 at and below the gel point, 0 for the perfect network.

    Notes
    -----
    Validity: mean field, no loops; A_f with itself, or A_f + B_f in equal numbers.
    Source: Macosko & Miller 1976 (recursion).

    Examples
    --------
    >>> round(float(escape_probability(0.47, 4)), 6)
    0.673737
    >>> round(float(escape_probability(0.47, 6.0)), 6)
    0.554677
    """
    p, f = np.broadcast_arrays(*floats(intact_fraction, junction_functionality))
    gel = p * (f - 1.0) > 1.0
    y = 1.0 / np.where(gel, p, 1.0)
    # With Q = 1 - P the recursion reads h(Q) = [1 - (1-Q)^(f-1)]/Q = 1/p. h is convex and falls,
    # so Newton from the left climbs to the root, and no double root spoils it at the gel point.
    Q = np.where(gel, 2.0 * (f - 1.0 - y) / ((f - 1.0) * (f - 2.0)), 0.5)
    for _ in range(60):
        h = -np.expm1((f - 1.0) * np.log1p(-Q)) / Q
        slope = ((f - 1.0) * (1.0 - Q) ** (f - 2.0) - h) / Q
        last, Q = Q, np.clip(Q + (y - h) / slope, np.finfo(float).tiny, 1.0 - 1e-16)
        if np.all(~gel | (np.abs(Q - last) <= 4e-16)):
            break
    return np.where(p >= 1.0, 0.0, np.where(gel, 1.0 - Q, 1.0))


def sol_fraction(intact_fraction: ArrayLike, junction_functionality: ArrayLike) -> FloatArray:
    """Share of junctions that no longer hang on the network.

        w_sol = P^f

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Bonds present over bonds possible.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, f.

    Returns
    -------
    ndarray, shape (...) [1]
        Soluble share, 1 at and below the gel point.

    Notes
    -----
    Validity: mean field, no loops, junctions of equal mass.
    Source: Macosko & Miller 1976 (recursion).

    Examples
    --------
    >>> round(float(sol_fraction(0.47, 4)), 6)
    0.206045
    """
    (f,) = floats(junction_functionality)
    return escape_probability(intact_fraction, f) ** f


def gel_point_fraction(junction_functionality: ArrayLike) -> FloatArray:
    """Intact fraction at which the network falls apart.

        p_c = 1 / (f - 1)

    Parameters
    ----------
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, f.

    Returns
    -------
    ndarray, shape (...) [1]
        Gel point.

    Notes
    -----
    Validity: mean field; real gels fall apart a little earlier because of loops.
    Source: Macosko & Miller 1976.

    Examples
    --------
    >>> round(float(gel_point_fraction(6.5)), 6)
    0.181818
    """
    (f,) = floats(junction_functionality)
    return 1.0 / (f - 1.0)


def gel_point_fraction_two(
    junction_functionality: ArrayLike, partner_functionality: ArrayLike
) -> FloatArray:
    """Gel point of two precursors that bind each other, in equal numbers of groups.

        p_c = 1 / √((f_A - 1)(f_B - 1))

    Parameters
    ----------
    junction_functionality : array_like, shape (...) [1]
        Groups of the first precursor, f_A.
    partner_functionality : array_like, shape (...) [1]
        Groups of the second precursor, f_B; 2 for a linear crosslinker.

    Returns
    -------
    ndarray, shape (...) [1]
        Reacted share of groups at the gel point.

    Notes
    -----
    Validity: mean field, balanced groups.
    Source: Macosko & Miller 1976.

    Examples
    --------
    >>> round(float(gel_point_fraction_two(4, 2)), 6)
    0.57735
    """
    f_A, f_B = floats(junction_functionality, partner_functionality)
    return 1.0 / np.sqrt((f_A - 1.0) * (f_B - 1.0))


def modulus_ratio_phantom(
    intact_fraction: ArrayLike, junction_functionality: ArrayLike
) -> FloatArray:
    """Modulus over that of the perfect network: loops of the network that still count.

        G/G_0 = Σ_(m≥3) (m/2 - 1) X_m / (f/2 - 1),   X_m = C(f,m) (1-P)^m P^(f-m);
        f = 4: X_4 + X_3/2

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Bonds present over bonds possible.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, f.

    Returns
    -------
    ndarray, shape (...) [1]
        1 for the perfect network, 0 at and below the gel point.

    Notes
    -----
    Validity: phantom network (cycle rank), mean field, no trapped entanglements.
    Source: Macosko & Miller 1976 (junction classes); sum in closed form derived here.

    Examples
    --------
    >>> round(float(modulus_ratio_phantom(0.47, 4)), 6)
    0.058128
    """
    (f,) = floats(junction_functionality)
    Q = 1.0 - escape_probability(intact_fraction, f)
    # binomial tails: P(at least 3 of f) and the mean of m over them, f Q P(at least 2 of f - 1)
    strands = 0.5 * f * Q * betainc(2.0, f - 2.0, Q)
    junctions = betainc(3.0, f - 2.0, Q)
    return (strands - junctions) / (0.5 * f - 1.0)


def modulus_ratio_affine(
    intact_fraction: ArrayLike, junction_functionality: ArrayLike
) -> FloatArray:
    """Modulus over that of the perfect network: strands that end on effective junctions.

        G/G_0 = Σ_(m≥3) m X_m / f,   X_m = C(f,m) (1-P)^m P^(f-m)

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Bonds present over bonds possible.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction, f.

    Returns
    -------
    ndarray, shape (...) [1]
        1 for the perfect network, 0 at and below the gel point.

    Notes
    -----
    Validity: affine network, mean field, no trapped entanglements.
    Source: Macosko & Miller 1976 (junction classes); sum in closed form derived here.

    Examples
    --------
    >>> round(float(modulus_ratio_affine(0.47, 4)), 6)
    0.081527
    """
    (f,) = floats(junction_functionality)
    Q = 1.0 - escape_probability(intact_fraction, f)
    return Q * betainc(2.0, f - 2.0, Q)


def mesh_growth_modulus(
    intact_fraction: ArrayLike,
    junction_functionality: ArrayLike,
    initial_intact_fraction: ArrayLike = 1.0,
) -> FloatArray:
    """Growth of the mesh that goes with the loss of stiffness.

        ξ/ξ_0 = [G(p) / G(p_0)]^(-1/3)

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Bonds present over bonds possible.
    junction_functionality : array_like, shape (...) [1]
        Strands that meet at a junction.
    initial_intact_fraction : array_like, shape (...) [1]
        Bonds made over bonds possible at the start.

    Returns
    -------
    ndarray, shape (...) [1]
        Mesh size over that at the start; infinite at and below the gel point.

    Notes
    -----
    Validity: blob size follows the phantom modulus; diverges at the gel point.
    Source: derived here from the blob relation and `modulus_ratio_phantom`.

    Examples
    --------
    >>> round(float(mesh_growth_modulus(0.47, 4, 0.9)), 6)
    2.396544
    """
    now = modulus_ratio_phantom(intact_fraction, junction_functionality)
    start = modulus_ratio_phantom(initial_intact_fraction, junction_functionality)
    return mesh_modulus_ratio(now / np.where(start > 0.0, start, 1.0))


def mesh_growth_swelling(crosslink_density_ratio: ArrayLike) -> FloatArray:
    """Growth of the mesh by swelling as crosslinks are lost.

        ξ/ξ_0 = ρ_x^(-7/10)   (exp(0.7 k t) with one labile block, exp(1.4 k t) with two)

    Parameters
    ----------
    crosslink_density_ratio : array_like, shape (...) [1]
        Crosslink density over that at the start: p with one labile block, p² with two.

    Returns
    -------
    ndarray, shape (...) [1]
        Mesh size over that at the start; infinite where no crosslink is left.

    Notes
    -----
    Validity: good solvent, free swelling, well above the gel point (blind to it).
    Source: derived here from Q ∝ ρ_x^(-3/5) and ξ ∝ Q^(1/3) M_c^(1/2).

    Examples
    --------
    >>> round(float(mesh_growth_swelling(0.43)), 6)
    1.805394
    """
    (rho,) = floats(crosslink_density_ratio)
    with np.errstate(divide="ignore"):
        return rho**-0.7


def gel_point_time(
    bond_cleavage_rate: ArrayLike,
    initial_intact_fraction: ArrayLike,
    gel_point_fraction: ArrayLike,
) -> FloatArray:
    """Time at which first-order cleavage reaches the gel point.

        t_gel = ln(p_0 / p_c) / k

    Parameters
    ----------
    bond_cleavage_rate : array_like, shape (...) [1/s]
        First-order loss of bonds (of blocks, in a chain-growth network).
    initial_intact_fraction : array_like, shape (...) [1]
        Bonds made over bonds possible at the start, p_0.
    gel_point_fraction : array_like, shape (...) [1]
        Intact fraction at the gel point, p_c.

    Returns
    -------
    ndarray, shape (...) [s]
        0 for what never was a gel, infinite where no bond breaks.

    Notes
    -----
    Validity: constant rate, the same everywhere in the body.
    Source: textbook form.

    Examples
    --------
    >>> round(float(gel_point_time(2.3e-6, 0.87, 1 / 3)) / 86400, 4)
    4.8276
    """
    k, p0, pc = floats(bond_cleavage_rate, initial_intact_fraction, gel_point_fraction)
    gel = p0 > pc
    with np.errstate(divide="ignore"):
        return np.where(gel, np.log(np.where(gel, p0 / pc, 2.0)) / k, 0.0)


def sol_share(
    time: ArrayLike, gel_point_time: ArrayLike, gel_point_spread: ArrayLike
) -> FloatArray:
    """Share of regions that have turned from gel to sol.

        share = Φ( ln(t/t_gel) / w )

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since application.
    gel_point_time : array_like, shape (...) [s]
        Median time of the gel point over the regions.
    gel_point_spread : array_like, shape (...) [1]
        Standard deviation of its logarithm, w.

    Returns
    -------
    ndarray, shape (...) [1]
        0 at time 0 and where no bond breaks, 1 for what never was a gel.

    Notes
    -----
    Validity: regions that are small against the carrier and fall apart independently.
    Source: derived here; checked numerically by the half at t_gel and by drawn gel points.

    Examples
    --------
    >>> round(float(sol_share(5.3e5, 4.1e5, 0.27)), 6)
    0.829151
    """
    t, t_gel, w = floats(time, gel_point_time, gel_point_spread)
    some = np.where(t_gel > 0.0, t_gel, 1.0)
    with np.errstate(divide="ignore"):
        share = ndtr(np.log(t / some) / w)
    return np.where(t_gel > 0.0, share, 1.0)
