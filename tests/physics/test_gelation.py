"""Connectivity: against closed forms, random networks and sums over junction classes."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.stats import binom

from releasekit.physics import gelation as law

P_GEL = np.array([0.3334, 0.34, 0.47, 0.71, 0.93, 0.999, 1.0])


def test_escape_probability_of_four_arms_is_the_closed_form() -> None:
    """For Newton that stops early or lands on the root 1 above the gel point."""
    closed = np.sqrt(1.0 / P_GEL - 0.75) - 0.5
    np.testing.assert_allclose(law.escape_probability(P_GEL, 4), closed, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("f", [3.0, 4.0, 5.5, 8.0, 40.0])
def test_escape_probability_solves_the_recursion(f: float) -> None:
    """For an exponent f in the place of f - 1; f need not be whole."""
    p = 1.0 / (f - 1.0) + np.array([0.001, 0.03, 0.2]) * (1.0 - 1.0 / (f - 1.0))
    P = law.escape_probability(p, f)
    np.testing.assert_allclose(1.0 - p + p * P ** (f - 1.0), P, rtol=1e-12)
    assert np.all(P < 1.0)
    np.testing.assert_array_equal(law.escape_probability(0.999 / (f - 1.0), f), 1.0)


def test_escape_probability_near_the_gel_point_keeps_its_digits() -> None:
    """For the double root at the gel point, which spoils a naive Newton (1e-8 at best)."""
    with mpmath.workdps(40):
        p = mpmath.mpf(1) / 5 + mpmath.mpf("1e-6")
        exact = mpmath.findroot(lambda q: (1 - (1 - q) ** 5) / q - 1 / p, mpmath.mpf("1e-5"))
    got = 1.0 - law.escape_probability(0.2 + 1e-6, 6)
    assert got == pytest.approx(float(exact), rel=1e-9)


def test_escape_probability_at_the_ends() -> None:
    """For NaN at p = 0, p = 1 and exactly at the gel point."""
    np.testing.assert_array_equal(law.escape_probability([0.0, 1.0 / 3.0, 1.0], 4), [1.0, 1.0, 0.0])
    assert law.sol_fraction(0.0, 4) == 1.0


def test_sol_fraction_of_a_random_branching_process() -> None:
    """For P^(f-1) in the place of P^f: simulated trees of bonds kept at random."""
    rng = np.random.default_rng(7)
    p, f, trials = 0.52, 4, 40_000
    alive = rng.binomial(f, p, size=trials).astype(float)
    for _ in range(60):
        alive = np.where(alive > 400, alive, rng.binomial((f - 1) * alive.astype(int), p))
    simulated = np.mean(alive == 0)
    assert law.sol_fraction(p, f) == pytest.approx(simulated, abs=4 * math.sqrt(0.1 / trials))


def test_gel_points() -> None:
    """For 1/f, and for a pair that does not reduce to the single precursor."""
    assert law.gel_point_fraction(4) == pytest.approx(1.0 / 3.0)
    f = np.array([3.0, 4.0, 7.0])
    np.testing.assert_allclose(law.gel_point_fraction_two(f, f), law.gel_point_fraction(f))
    # a linear partner: a junction-to-junction strand needs both of its ends
    np.testing.assert_allclose(
        law.gel_point_fraction_two(f, 2.0) ** 2, law.gel_point_fraction(f), rtol=1e-14
    )


@pytest.mark.parametrize("f", [3, 4, 6, 8])
def test_moduli_are_sums_over_junction_classes(f: int) -> None:
    """For the closed form of the sums, and junctions with two live arms counted as effective."""
    p = np.array([0.55, 0.72, 0.96])
    P = law.escape_probability(p, f)
    m = np.arange(3, f + 1)
    X = binom.pmf(m, f, 1.0 - P[:, None])
    cycle_rank = np.sum((m / 2.0 - 1.0) * X, axis=1) / (f / 2.0 - 1.0)
    strands = np.sum(m * X, axis=1) / f
    np.testing.assert_allclose(law.modulus_ratio_phantom(p, f), cycle_rank, rtol=1e-12)
    np.testing.assert_allclose(law.modulus_ratio_affine(p, f), strands, rtol=1e-12)


def test_phantom_modulus_of_four_arms() -> None:
    """For the published form X4 + X3/2."""
    P = law.escape_probability(P_GEL, 4)
    published = (1.0 - P) ** 4 + 2.0 * P * (1.0 - P) ** 3
    np.testing.assert_allclose(law.modulus_ratio_phantom(P_GEL, 4), published, rtol=1e-9)


def test_moduli_at_the_ends() -> None:
    """For rounding that leaves a stiffness below the gel point or makes it negative above."""
    for ratio in (law.modulus_ratio_phantom, law.modulus_ratio_affine):
        np.testing.assert_array_equal(ratio([0.0, 0.2, 1.0 / 3.0, 1.0], 4), [0.0, 0.0, 0.0, 1.0])
        just_above = ratio(1.0 / 3.0 + np.logspace(-15, -3, 40), 4)
        assert np.all(just_above >= 0.0)
        assert np.all(np.diff(just_above) >= 0.0)


def test_phantom_modulus_falls_as_the_cube_above_the_gel_point() -> None:
    """For cancellation just above the gel point: G ∝ (p - p_c)³ in mean field."""
    G = law.modulus_ratio_phantom(1.0 / 3.0 + np.array([1e-7, 2e-7]), 4)
    assert G[1] / G[0] == pytest.approx(8.0, rel=1e-5)


def test_mesh_growth_by_stiffness() -> None:
    """For an exponent +1/3, or defects at the start counted as growth."""
    p = np.array([0.9, 0.63, 0.4])
    got = law.mesh_growth_modulus(p, 4, 0.9)
    G = law.modulus_ratio_phantom(p, 4)
    np.testing.assert_allclose(got**3 * G, G[0], rtol=1e-12)
    assert got[0] == pytest.approx(1.0, rel=1e-14)
    assert np.all(np.diff(got) > 0.0)
    np.testing.assert_array_equal(law.mesh_growth_modulus([0.2, 1.0 / 3.0], 4), math.inf)
    assert law.mesh_growth_modulus(0.2, 4, 0.3) == math.inf


def test_mesh_growth_by_swelling() -> None:
    """For 0.7 and 1.4 in the exponents of one and two labile blocks."""
    kt = 0.83
    p = math.exp(-kt)
    assert law.mesh_growth_swelling(p) == pytest.approx(math.exp(0.7 * kt), rel=1e-13)
    assert law.mesh_growth_swelling(p**2) == pytest.approx(math.exp(1.4 * kt), rel=1e-13)
    assert law.mesh_growth_swelling(0.0) == math.inf


def test_gel_point_time_is_where_the_gel_point_is_reached() -> None:
    """For defects at the start forgotten, and for 0/0 in what never gels or never degrades."""
    k, p0, pc = 2.3e-6, 0.87, 1.0 / 3.0
    t = law.gel_point_time(k, p0, pc)
    assert p0 * math.exp(-k * t) == pytest.approx(pc, rel=1e-13)
    np.testing.assert_array_equal(
        law.gel_point_time([0.0, 2.3e-6, 0.0], [0.87, 0.3, 0.3], pc), [math.inf, 0.0, 0.0]
    )


def test_sol_share_is_the_share_of_drawn_gel_points() -> None:
    """For a base-10 logarithm or a spread used as a variance."""
    t_gel, w = 4.1e5, 0.27
    rng = np.random.default_rng(3)
    drawn = t_gel * np.exp(w * rng.standard_normal(200_000))
    t = np.array([2.9e5, 4.1e5, 5.3e5])
    share = law.sol_share(t, t_gel, w)
    np.testing.assert_allclose(share, [(drawn <= s).mean() for s in t], atol=0.004)
    assert share[1] == pytest.approx(0.5, rel=1e-14)
    assert np.all(np.diff(law.sol_share(np.linspace(0, 2e6, 50), t_gel, w)) >= 0.0)


def test_sol_share_at_the_ends() -> None:
    """For log(0), and 0/0 where nothing degrades or nothing ever gelled."""
    got = law.sol_share([0.0, 5e5, 0.0, 5e5], [4.1e5, math.inf, 0.0, 0.0], 0.27)
    np.testing.assert_array_equal(got, [0.0, 0.0, 1.0, 1.0])
