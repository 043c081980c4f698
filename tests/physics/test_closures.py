"""Mobility in a mesh that is as tight as the vesicle or tighter."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
from scipy import integrate, optimize, special

from releasekit.physics import mobility

XI, B, DELTA = 37e-9, 0.83, 0.06


def _exact_spread(barrier: float, gsd: float) -> float:
    """Integrate exp(-A exp(-2 s Z)) over a normal Z with 18 digits."""
    with mpmath.workdps(18):
        A, s = mpmath.mpf(barrier), mpmath.log(gsd)
        peak = mpmath.lambertw(4 * s * s * A).real / (2 * s)
        width = 1 / mpmath.sqrt(1 + 2 * s * peak)

        def integrand(z):
            return mpmath.exp(-A * mpmath.exp(-2 * s * z) - z * z / 2)

        edges = [peak + width * k for k in (-14, -7, -3, -1, 0, 1, 3, 7, 14, 28, 56)]
        return float(mpmath.quad(integrand, edges) / mpmath.sqrt(2 * mpmath.pi))


@pytest.mark.parametrize("gsd", [1.03, 1.3, 1.8, 2.5, 3.0])
def test_spread_is_exact_into_the_far_tail(gsd: float) -> None:
    """For a quadrature fixed on the median mesh, which misses the wide openings that carry."""
    ratios = np.array([0.1, 0.7, 1.9, 5.3, 17.0, 100.0])
    values = mobility.closure_spread(ratios * XI, XI, gsd, B)
    for ratio, value in zip(ratios, values, strict=True):
        exact = _exact_spread(B * ratio**2, gsd)
        assert value == pytest.approx(exact, rel=1e-7, abs=1e-300)


def test_spread_of_a_uniform_mesh_is_the_unified_closure() -> None:
    """For 0/0 at GSD 1 and for a jump right above it."""
    d = np.array([3e-9, 30e-9, 90e-9, 250e-9])
    uniform = mobility.closure_unified(d, XI, B, DELTA)
    for law in (mobility.closure_spread, mobility.closure_percolating):
        assert np.array_equal(law(d, XI, 1.0, B, DELTA), uniform)
        assert law(d, XI, 1.0 + 1e-7, B, DELTA) == pytest.approx(uniform, rel=1e-6)


def test_spread_matches_drawn_meshes() -> None:
    """For a distribution of 1/ξ or of the variance in place of the standard deviation."""
    rng = np.random.default_rng(11)
    meshes = XI * 1.8 ** rng.normal(size=200_000)
    drawn = mobility.closure_unified(71e-9, meshes, B, DELTA)
    error = drawn.std() / np.sqrt(drawn.size)
    value = mobility.closure_spread(71e-9, XI, 1.8, B, DELTA)
    assert value == pytest.approx(drawn.mean(), abs=4.0 * error)


def _exact_percolating(barrier: float, gsd: float) -> float:
    """Solve the effective-medium condition by adaptive quadrature and bracketing."""
    s = np.log(gsd)

    def residual(log_d):
        def term(z):
            log_ratio = -barrier * np.exp(-2 * s * z) - log_d
            return np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) * special.expit(
                np.log(2.0) - log_ratio)

        step = -np.log(max(-log_d, 1e-9) / barrier) / (2 * s)
        edges = sorted({-8.5, *np.clip(step + np.array([-1, -0.2, 0, 0.2, 1]), -8.5, 8.5), 8.5})
        return sum(integrate.quad(term, lo, hi, epsabs=1e-13, limit=200)[0]
                   for lo, hi in itertools.pairwise(edges)) - 2 / 3

    return np.exp(optimize.brentq(residual, -barrier - 2.0, -1e-12, xtol=1e-12))


@pytest.mark.parametrize(("ratio", "gsd"), [(0.4, 1.4), (1.1, 3.0), (1.7, 1.8), (2.9, 2.3)])
def test_percolating_solves_the_effective_medium_condition(ratio: float, gsd: float) -> None:
    """For steps of Newton that stop early, or nodes too coarse for the sharp step."""
    value = mobility.closure_percolating(ratio * XI, XI, gsd, B)
    assert value == pytest.approx(_exact_percolating(B * ratio**2, gsd), rel=2e-6)


def test_a_tight_mesh_is_carried_by_its_widest_third() -> None:
    """For the percolation threshold of another theory (½ in two dimensions)."""
    d, gsd = 150e-9, 1.5
    widest_third = XI * gsd ** special.ndtri(2 / 3)
    carried = np.log(mobility.closure_percolating(d, XI, gsd, B))
    assert carried == pytest.approx(-B * (d / widest_third) ** 2, rel=0.1)


def test_order_of_the_closures() -> None:
    """For an upper bound that is not one: parallel ≥ percolating ≥ series average."""
    d = np.geomspace(4e-9, 400e-9, 25)[:, None]
    gsd = np.array([1.1, 1.6, 2.4, 3.0])
    parallel = mobility.closure_spread(d, XI, gsd, B, DELTA)
    percolating = mobility.closure_percolating(d, XI, gsd, B, DELTA)
    assert np.all(percolating <= parallel * (1 + 1e-6))
    x, w = np.polynomial.legendre.leggauss(200)
    score, weight = 8 * x, 8 * w * np.exp(-32 * x**2) / np.sqrt(2 * np.pi)
    with np.errstate(over="ignore", divide="ignore"):
        series = 1.0 / np.sum(weight / mobility.closure_unified(
            d[..., None], XI * gsd[:, None] ** score, B, DELTA), axis=-1)
    assert np.all(percolating >= series * (1 - 1e-6))


@pytest.mark.parametrize("law", [mobility.closure_spread, mobility.closure_percolating])
def test_extremes_stay_finite_and_monotone(law) -> None:
    """For NaN by overflow in the tail, in a vanishing vesicle or in an infinite mesh."""
    d = np.r_[0.0, np.geomspace(1e-6, 3e4, 400)] * XI
    for gsd in (1.0000001, 1.2, 2.0, 10.0):
        values = law(d, XI, gsd, 2.0)
        assert np.all((values >= 0.0) & (values <= 1.0 + 1e-7))
        assert np.all(np.diff(values) <= 1e-7)
        assert values[0] == pytest.approx(1.0, abs=1e-7)
    assert law(90e-9, np.inf, 1.8, 2.0) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("law", [mobility.closure_spread, mobility.closure_percolating])
def test_many_designs_are_the_designs_one_by_one(law) -> None:
    """For blocks that are put together in the wrong order, or axes that get mixed."""
    d = np.linspace(31e-9, 190e-9, 19)[:, None, None]
    xi, gsd = np.linspace(12e-9, 90e-9, 13)[:, None], np.linspace(1.0, 2.9, 17)
    values = law(d, xi, gsd, B, DELTA)
    assert values.shape == (19, 13, 17)
    for i, j, k in [(0, 0, 0), (18, 12, 16), (7, 5, 11)]:
        alone = law(d[i, 0, 0], xi[j, 0], gsd[k], B, DELTA)
        assert values[i, j, k] == pytest.approx(float(alone), rel=1e-12)
    assert law(d[:0], xi, gsd, B).shape == (0, 13, 17)


def test_deformation_acts_as_a_smaller_vesicle() -> None:
    """For δ that scales the barrier instead of the diameter."""
    narrowed = mobility.closure_unified(90e-9 * 0.88, XI, B)
    assert mobility.closure_unified(90e-9, XI, B, 0.12) == pytest.approx(narrowed, rel=1e-12)


def test_open_share_keeps_its_digits_in_the_tail() -> None:
    """For 1 - Φ, which is 0 beyond eight standard deviations."""
    share = mobility.open_mesh_fraction(XI * 1.3**9, XI, 1.3)
    assert share == pytest.approx(special.ndtr(-9.0), rel=1e-9)
    assert mobility.open_mesh_fraction([30e-9, 90e-9], XI, 1.0).tolist() == [1.0, 0.0]
