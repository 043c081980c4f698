"""Fronts: against boundary-value problems, similarity solutions and areas."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad, solve_bvp
from scipy.special import erf

from releasekit.physics import erosion as law
from releasekit.physics import surface_erosion


def test_enzyme_profile_against_the_boundary_value_problem() -> None:
    """For x counted from the open face, or φ with D and k swapped."""
    L, k, D = 1.7e-3, 2.3e-5, 4.1e-11
    s = np.linspace(0.0, 1.0, 201)
    numeric = solve_bvp(
        lambda x, y: np.vstack([y[1], k / D * y[0]]),
        lambda a, b: np.array([a[1], b[0] - 1.0]),
        s * L, np.vstack([np.ones_like(s), np.zeros_like(s)]), tol=1e-8,
    )  # fmt: skip
    phi = law.thiele_ratio(L, k, D)
    got = law.enzyme_profile(s * L, L, phi)
    np.testing.assert_allclose(got, numeric.sol(s * L)[0], rtol=1e-6)


@pytest.mark.parametrize("phi", [0.21, 2.3, 9.7])
def test_effectiveness_is_the_mean_of_the_profile(phi: float) -> None:
    """For a mean that does not belong to the profile."""
    L = 1.7e-3
    mean = quad(lambda x: law.enzyme_profile(x, L, phi), 0.0, L, epsabs=1e-14)[0] / L
    assert law.enzyme_effectiveness(phi) == pytest.approx(mean, rel=1e-9)


def test_enzyme_at_the_ends() -> None:
    """For cosh that overflows at a sharp front, and 0/0 without consumption."""
    profile = law.enzyme_profile([0.0, 1.0e-3, 1.7e-3], 1.7e-3, 5e4)
    np.testing.assert_array_equal(profile, [0.0, 0.0, 1.0])
    np.testing.assert_array_equal(law.enzyme_profile([0.0, 1.7e-3], 1.7e-3, 0.0), 1.0)
    np.testing.assert_array_equal(law.enzyme_effectiveness([0.0, math.inf]), [1.0, 0.0])
    np.testing.assert_array_equal(
        law.thiele_ratio(1.7e-3, [0.0, 2.3e-5, 0.0], [4.1e-11, 0.0, 0.0]), [0.0, math.inf, 0.0]
    )


def test_regimes_by_row() -> None:
    """For thresholds on φ² in the place of φ."""
    got = law.thiele_regime([0.29, 0.31, 2.9, 3.1]).tolist()
    assert got == ["bulk", "mixed", "mixed", "surface"]
    assert str(law.thiele_regime(0.4)) == "mixed"


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hopfenberg_follows_the_receding_surface(n: int) -> None:
    """For the shape exponent off by one: the rate is area over volume times speed."""
    radius, speed, t, h = 1.3e-3, 2.1e-9, 2.9e5, 10.0
    t_e = radius / speed
    release = surface_erosion.release_hopfenberg
    slope = (release(t + h, t_e, n) - release(t - h, t_e, n)) / (2 * h)
    left = (radius - speed * t) / radius
    assert slope == pytest.approx((n + 1) * speed / radius * left**n, rel=1e-6)
    np.testing.assert_array_equal(release([0.0, t_e, 3 * t_e], t_e, n), [0, 1, 1])
    mean = quad(lambda s: 1.0 - release(s, t_e, n), 0.0, t_e)[0]
    assert surface_erosion.mean_release_time_hopfenberg(t_e, n) == pytest.approx(mean, rel=1e-9)


def test_nothing_erodes_without_speed() -> None:
    """For NaN with an infinite erosion time."""
    assert surface_erosion.release_hopfenberg(2.9e5, math.inf, 2) == 0.0


def test_stefan_root_solves_its_equation() -> None:
    """For Newton that runs away at large or tiny St."""
    St = np.array([1e-9, 3.7e-3, 0.41, 2.9, 47.0, 1e8])
    lam = law.stefan_root(St)
    back = math.sqrt(math.pi) * lam * np.exp(lam**2) * erf(lam)
    np.testing.assert_allclose(back, St, rtol=1e-12)
    assert lam[0] == pytest.approx(math.sqrt(St[0] / 2.0), rel=1e-6)
    assert law.stefan_root(0.0) == 0.0
    with mpmath.workdps(30):
        exact = mpmath.findroot(
            lambda x: mpmath.sqrt(mpmath.pi) * x * mpmath.exp(x**2) * mpmath.erf(x) - 0.41, 0.4
        )
    assert lam[2] == pytest.approx(float(exact), rel=1e-14)


def test_stefan_front_takes_what_diffuses_to_it() -> None:
    """For a factor 2 in the depth: reagent that arrives = reagent used up as the front moves."""
    St, D, t = 0.37, 3.7e-11, 2.6e5
    s = float(law.front_depth_stefan(t, D, St))
    lam = float(law.stefan_root(St))
    # c = 1 - erf(x/2√(Dt))/erf λ behind the front
    arriving = D * math.exp(-(lam**2)) / (erf(lam) * math.sqrt(math.pi * D * t))
    h = 1.0
    speed = (law.front_depth_stefan(t + h, D, St) - law.front_depth_stefan(t - h, D, St)) / (2 * h)
    assert arriving == pytest.approx(speed / St, rel=1e-8)
    assert s == pytest.approx(math.sqrt(D * t) * 2 * lam, rel=1e-14)


def test_shrinking_core_against_quasi_steady_diffusion() -> None:
    """For the published form: dt = y (1 - y) dy × 6 t_e in the relative core radius y."""
    t_e, m = 8.3e5, 0.37
    numeric = t_e * quad(lambda y: 6.0 * y * (1.0 - y), m ** (1 / 3), 1.0)[0]
    assert law.shrinking_core_time(m, t_e) == pytest.approx(numeric, rel=1e-10)
    np.testing.assert_array_equal(law.shrinking_core_time([0.0, 1.0], t_e), [t_e, 0.0])


def test_shrinking_core_and_its_inverse() -> None:
    """For the wrong one of the three roots of the cubic."""
    t_e, t = 8.3e5, np.array([0.0, 1.9e3, 3.1e5, 8.1e5, 8.3e5, 9e5])
    m = law.mass_remaining_shrinking_core(t, t_e)
    np.testing.assert_allclose(
        law.shrinking_core_time(m, t_e), np.minimum(t, t_e), rtol=1e-9, atol=1e-6
    )
    assert np.all(np.diff(m) <= 0.0)
    assert np.all((m >= 0.0) & (m <= 1.0))


def test_extent_left_is_the_root_of_the_volume_left() -> None:
    """Mistake: a face that goes on beyond the back, or a speed taken for a time."""
    t_e = surface_erosion.erosion_time(1.7e-3, 4.3e-9)
    time = np.array([0.0, 0.31, 0.97, 1.0, 1.8]) * t_e
    left = surface_erosion.extent_left_fraction(time, t_e)
    np.testing.assert_allclose(left * 1.7e-3, [1.7e-3, 1.173e-3, 5.1e-5, 0.0, 0.0], atol=1e-18)
    for n in (0, 1, 2):
        released = surface_erosion.release_hopfenberg(time, t_e, n)
        np.testing.assert_allclose(released, 1.0 - left ** (n + 1), atol=1e-14)
    assert surface_erosion.erosion_time(1.7e-3, 0.0) == np.inf
