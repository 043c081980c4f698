"""Exact release from slab, cylinder, sphere and disc: sink, film, bath, and bodies that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import erf

from releasekit.physics import series
from releasekit.physics.roots import bisect

# both sides of every place where one form hands over to another, and far from them
TIMES = (
    3.1e-8,
    1.3e-6,
    7.7e-4,
    0.0199,
    0.0201,
    0.0499,
    0.0501,
    0.0999,
    0.1001,
    0.149,
    0.151,
    0.44,
    2.3,
)
SINK = (series.release_slab, series.release_cylinder, series.release_sphere)
FILM = (series.release_film_slab, series.release_film_cylinder, series.release_film_sphere)
BATH = {0: series.release_bath_slab, 2: series.release_bath_sphere}
SHORT = (series.short_time_slab, series.short_time_cylinder, series.short_time_sphere)


def response(shape: int, q: Any) -> Any:
    """What a body gives off to its surface, in many digits."""
    if shape == 0:
        return mp.tanh(q) / q
    if shape == 1:
        return 2 * mp.besseli(1, q) / (q * mp.besseli(0, q))
    return 3 * (q * mp.coth(q) - 1) / q**2


def inverted(transform: Callable[[Any], Any], time: float) -> float:
    with mp.workdps(30):
        return float(mp.invertlaplace(transform, mp.mpf(time), method="talbot", degree=40))


def mean_time(release: Callable[[Any], Any]) -> float:
    """Integrate 1 - F over Fo = u², in which the square-root start is smooth."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    total = 0.0
    for low, high in ((0.0, 0.05), (0.05, 0.15), (0.15, 2.0), (2.0, 60.0)):
        half = 0.5 * (high**0.5 - low**0.5)
        u = low**0.5 + half * (nodes + 1.0)
        total += half * float(weights @ (2.0 * u * (1.0 - release(u * u))))
    return total


@pytest.mark.parametrize("Fo", TIMES)
@pytest.mark.parametrize("shape", [0, 1, 2])
def test_sink_against_30_digit_inversion(shape: int, Fo: float) -> None:
    """For too few images or roots, and for a jump where the two forms meet."""
    exact = inverted(lambda s: response(shape, mp.sqrt(s)) / s, Fo)
    assert_allclose(SINK[shape](Fo), exact, rtol=1e-12)


@pytest.mark.parametrize(("shape", "mean"), [(0, 1 / 3), (1, 1 / 8), (2, 1 / 15)])
def test_sink_mean_time(shape: int, mean: float) -> None:
    """For a series that is right at single points only: ∫ (1 - F) dFo has a closed form."""
    assert_allclose(mean_time(SINK[shape]), mean, rtol=1e-10)
    scaled = series.mean_release_time(3.7e-13, 2.9e-4, shape) * 3.7e-13 / 2.9e-4**2
    assert_allclose(scaled, mean, rtol=1e-14)


@pytest.mark.parametrize("law", [*SINK, *(lambda x, f=f: f(x, 3.7) for f in FILM)])
def test_release_rises_from_0_to_1(law: Callable[[Any], Any]) -> None:
    """For NaN at the ends, and for a curve that falls or leaves 0 to 1."""
    F = law(np.concatenate([[0.0], np.geomspace(1e-12, 60.0, 400), [np.inf]]))
    assert_allclose(F[[0, -1]], [0.0, 1.0], atol=1e-15)
    assert np.all(np.diff(F) >= -1e-13)
    assert np.all((F >= 0.0) & (F <= 1.0))


def test_rows_are_broadcast() -> None:
    """For a law that mixes up the axis of its roots with that of the rows."""
    Fo, Bi = np.array([0.013, 0.37, 1.9]), np.array([[0.21], [8.3]])
    for law in (*FILM, *BATH.values()):
        table = law(Fo, Bi)
        assert table.shape == (2, 3)
        assert_allclose(table[1, 2], law(1.9, 8.3), rtol=1e-14)
    assert series.profile_sphere(np.array([[0.3], [0.4]]), Fo).shape == (2, 3)


def test_short_time_limits() -> None:
    """For a wrong coefficient: what is left over must be of the next order in Fo."""
    for law, exact, order in zip(SHORT[:2], SINK[:2], (None, 2.5), strict=True):
        Fo = np.array([1e-4, 4e-4])
        gap = np.abs(law(Fo) - exact(Fo))
        if order is None:
            assert np.all(gap < 1e-15)
        else:
            assert_allclose(np.log(gap[1] / gap[0]) / np.log(4.0), order, atol=0.1)
    Fo = np.array([0.011, 0.047])
    assert_allclose(series.short_time_sphere(Fo), series.release_sphere(Fo), atol=2e-10)
    three = series.short_time_cylinder(0.0013, 3)
    assert_allclose(three - series.short_time_cylinder(0.0013), 0.0013**2 / 8.0, rtol=1e-9)


def test_long_time_limits() -> None:
    """For a wrong first root: the second term is 3² or 2² times as fast."""
    Fo = 0.31
    gap = series.long_time_slab(Fo) - series.release_slab(Fo)
    assert_allclose(gap, 8.0 / (9.0 * np.pi**2) * np.exp(-9.0 * np.pi**2 * Fo / 4.0), rtol=1e-3)
    gap = series.long_time_sphere(Fo) - series.release_sphere(Fo)
    assert_allclose(gap, 6.0 / (4.0 * np.pi**2) * np.exp(-4.0 * np.pi**2 * Fo), rtol=1e-3)


def test_disc() -> None:
    """For the full thickness in place of half of it, which both faces share."""
    assert_allclose(series.release_disc(86400.0, 5e-12, 5e-3, 2e-3), 0.798688718, rtol=1e-9)
    wide = series.release_disc(7200.0, 2.3e-12, 50.0, 7.1e-4)
    assert_allclose(wide, series.release_slab(2.3e-12 * 7200.0 / 3.55e-4**2), atol=1e-5)
    tall = series.release_disc(7200.0, 2.3e-12, 3.3e-4, 50.0)
    assert_allclose(tall, series.release_cylinder(2.3e-12 * 7200.0 / 3.3e-4**2), atol=1e-5)


@pytest.mark.parametrize("Fo", [0.0021, 0.0999, 0.1001, 0.33])
def test_sphere_profile(Fo: float) -> None:
    """For a profile that does not hold what the sphere has not released, or is 0/0 inside."""
    held, _ = quad(lambda r: 3.0 * r * r * series.profile_sphere(r, Fo), 0.0, 1.0, epsabs=1e-12)
    assert_allclose(held, 1.0 - series.release_sphere(Fo), rtol=1e-8)
    assert_allclose(
        series.profile_sphere([0.0, 1.0], Fo),
        [series.profile_sphere(1e-4, Fo), 0.0],
        rtol=1e-6,
        atol=1e-14,
    )


@pytest.mark.parametrize("Bi", [1e-5, 0.37, 1.0, 21.0, 4e5])
@pytest.mark.parametrize("shape", [0, 1, 2])
def test_film_against_30_digit_inversion(shape: int, Bi: float) -> None:
    """For a missed root or a wrong weight: the series stands on the late side of Fo = 0.05."""

    def transform(s: Any) -> Any:
        G = response(shape, mp.sqrt(s))
        return G / (s * (1 + s * G / ((shape + 1) * mp.mpf(Bi))))

    for Fo in (2.7e-6, 0.0499, 0.0501, 0.83):
        assert_allclose(FILM[shape](Fo, Bi), inverted(transform, Fo), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_film_limits(shape: int) -> None:
    """For a film that does not vanish at Bi = ∞ or does not rule alone at small Bi."""
    Fo = np.array([0.0031, 0.27, 1.4])
    assert_allclose(FILM[shape](Fo, np.inf), SINK[shape](Fo), rtol=1e-9)
    assert_allclose(FILM[shape](Fo, 2e-4), -np.expm1(-(shape + 1) * 2e-4 * Fo), rtol=6e-3)
    assert_allclose(FILM[shape](Fo, 0.0), 0.0, atol=1e-11)


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_film_mean_time(shape: int) -> None:
    """For a film resistance that is not counted once: it adds volume/(k area)."""
    Bi = 2.7
    found = mean_time(lambda Fo: FILM[shape](Fo, Bi))
    assert_allclose(found, series.mean_release_time(1.0, 1.0, shape, Bi), rtol=1e-9)


@pytest.mark.parametrize("alpha", [0.023, 1.0, 6.1, 3e6])
@pytest.mark.parametrize("shape", [0, 2])
def test_bath_against_30_digit_inversion(shape: int, alpha: float) -> None:
    """For a missed root or a wrong weight, and for M_t/M_∞ in place of the released share."""

    def transform(s: Any) -> Any:
        G = response(shape, mp.sqrt(s))
        return G / (s * (1 + G / mp.mpf(alpha)))

    for Fo in (2.7e-6, 0.0499, 0.0501, 0.83):
        assert_allclose(BATH[shape](Fo, alpha), inverted(transform, Fo), rtol=1e-11)


@pytest.mark.parametrize("shape", [0, 2])
def test_bath_limits(shape: int) -> None:
    """For a bath that does not act like a sink when large, or that ends off its equilibrium."""
    Fo = np.array([0.0031, 0.27, 1.4])
    assert_allclose(BATH[shape](Fo, np.inf), SINK[shape](Fo), rtol=1e-9)
    assert_allclose(BATH[shape](50.0, [0.31, 4.7]), [0.31 / 1.31, 4.7 / 5.7], rtol=1e-13)
    assert_allclose(series.bath_equilibrium_fraction([0.31, 4.7]), [0.31 / 1.31, 4.7 / 5.7])


def test_roots_solve_their_equations_and_none_is_missed() -> None:
    """For a bracket that holds no root, or two: each branch of the tangent has exactly one."""
    p, n = 1.7, np.arange(8)
    b = series.film_roots_slab(p, 8)
    assert_allclose(b * np.tan(b), p, rtol=1e-10)
    assert np.all((b > n * np.pi) & (b < (n + 0.5) * np.pi))
    b = series.film_roots_sphere(p, 8)
    assert_allclose(1.0 - b / np.tan(b), p, rtol=1e-10)
    assert np.all((b > n * np.pi) & (b < (n + 1.0) * np.pi))
    q = series.bath_roots_slab(p, 8)
    assert_allclose(np.tan(q), -p * q, rtol=1e-9)
    assert np.all((q > (n + 0.5) * np.pi) & (q < (n + 1.0) * np.pi))
    q = series.bath_roots_sphere(p, 8)
    assert_allclose(np.tan(q), 3.0 * q / (3.0 + p * q * q), rtol=1e-9)
    assert np.all((q > (n + 1.0) * np.pi) & (q < (n + 1.5) * np.pi))
    found = series.film_roots_cylinder(p, 8)
    ends = [float(b * mp.besselj(1, b) - p * mp.besselj(0, b)) for b in found]
    assert_allclose(ends, 0.0, atol=1e-12)
    assert np.all(np.diff(found) > 2.5)
    assert np.all(np.diff(found) < 3.5)


def test_bisect_is_one_call_for_all_rows() -> None:
    """For roots of rows that are mixed up, or a falling function taken for a rising one."""
    target = np.array([[0.2], [0.7]])
    slope = np.array([1.0, -1.0, 3.0])
    found = bisect(lambda x: slope * (np.tanh(x) - target), np.zeros((2, 3)), 4.0)
    assert_allclose(found, np.arctanh(target) * np.ones(3), rtol=1e-14)


def finite_volumes(
    times: Any, diffusivity: float, extent: Callable[[float], float], recedes: bool
) -> Any:
    """Release from 0 < x < L(t) by cells of fixed x/L; the gel is cut off or stretched."""
    faces = 1.0 - (1.0 - np.linspace(0.0, 1.0, 161)) ** 2
    width, centre = np.diff(faces), 0.5 * (faces[1:] + faces[:-1])

    def slope(t: float, held: Any) -> Any:  # held = c L, per unit of x/L
        L = extent(t)
        dL = (extent(t + 1.0) - L) if recedes else 0.0
        flux = np.zeros(faces.size)
        flux[1:-1] = -diffusivity * np.diff(held) / np.diff(centre) / L**2
        flux[1:-1] -= faces[1:-1] * dL / L * 0.5 * (held[1:] + held[:-1])
        flux[-1] = diffusivity * held[-1] / (1.0 - centre[-1]) / L**2
        return -np.diff(flux) / width

    start = np.full(width.size, extent(0.0))
    path = solve_ivp(
        slope,
        (0.0, times[-1]),
        start,
        "LSODA",
        times,
        lband=1,
        uband=1,
        rtol=1e-7,
        atol=1e-10 * start[0],
    )
    return 1.0 - width @ path.y / extent(0.0)


TIMES_S = np.array([2e4, 2e5, 6e5])


def test_growing_diffusivity() -> None:
    """For a rescaled time that is not the integral of D dt, or that divides by g = 0."""
    D, g, L = 3.1e-13, 2.7e-6, 8.3e-4
    tau = [quad(lambda t: D * np.exp(g * t), 0.0, t)[0] for t in TIMES_S]
    found = series.release_growing_diffusivity(TIMES_S, D, g, L)
    assert_allclose(found, series.release_slab(np.array(tau) / L**2), rtol=1e-10)
    still = series.release_growing_diffusivity(TIMES_S, D, [0.0, 1e-300, -1e-300], L)
    assert_allclose(still, series.release_slab(D * TIMES_S / L**2), rtol=1e-12)
    assert series.release_growing_diffusivity(1e9, D, 1.0, L) == 1.0


def test_swelling_slab() -> None:
    """For swelling that dilutes twice or not at all; it can end below 1."""
    D, L, g = 2.3e-13, 7.1e-4, 1.3e-6
    direct = finite_volumes(TIMES_S, D, lambda t: L * np.exp(g * t), recedes=False)
    assert_allclose(series.release_swelling(TIMES_S, D, L, g), direct, atol=2e-5)
    assert_allclose(series.release_swelling(604800.0, 2e-12, 1e-3, 2e-6), 0.736556012, rtol=1e-8)
    end = series.release_swelling(1e12, D, L, g)
    assert_allclose(end, series.release_slab(D / (2.0 * g * L**2)), rtol=1e-12)
    assert_allclose(
        series.release_swelling(TIMES_S, D, L, 0.0),
        series.release_slab(D * TIMES_S / L**2),
        rtol=1e-12,
    )


@pytest.mark.parametrize(("D", "v"), [(2.3e-13, 1.1e-10), (2.3e-13, 9.7e-10), (3.1e-14, 8.1e-10)])
def test_eroding_slab_against_finite_volumes(D: float, v: float) -> None:
    """For a wrong sign in the transform, or images weighted wrongly."""
    L = 7.1e-4
    direct = finite_volumes(TIMES_S, D, lambda t: L - v * t, recedes=True)
    assert_allclose(series.release_eroding(TIMES_S, D, L, v), direct, atol=3e-5)


def test_eroding_slab_limits() -> None:
    """For overflow at fast erosion, cancellation at slow erosion and NaN once the slab is gone."""
    assert_allclose(series.release_eroding(604800.0, 1e-13, 1e-3, 4e-10), 0.420312879, rtol=1e-8)
    Fo = np.array([0.0, 0.013, 0.4, 3.0])
    assert_allclose(series.release_eroding(Fo, 1.0, 1.0, 0.0), series.release_slab(Fo), atol=1e-12)
    slow = [series.release_eroding(0.4, 1.0, 1.0, P) for P in (0.99e-5, 1.01e-5)]
    assert_allclose(slow[1] - slow[0], 2e-7 * 0.18, rtol=0.05)
    assert_allclose(series.release_eroding(0.3, [0.0, 1e-30, 1e-9], 1.0, 1.0), 0.3, atol=1e-8)
    assert_allclose(series.release_eroding([0.99999, 1.0, 7.0], 1e-7, 1.0, 1.0), 1.0, atol=2e-5)
    F = series.release_eroding(np.linspace(0.0, 1.2, 500), 1e-3, 1.0, 1.0)
    assert np.all(np.diff(F) >= -1e-12)


def test_swelling_sphere() -> None:
    """For the radius at the start in place of the final one, or the share done for that to come."""
    D_c, R = 2.7e-11, 6.1e-4
    n = np.arange(1, 4001)
    for t in (30.0, 900.0, 5e3):
        direct = 6.0 / np.pi**2 * np.sum(np.exp(-(n**2) * np.pi**2 * D_c * t / R**2) / n**2)
        assert_allclose(series.swelling_tanaka_fillmore(t, D_c, R), direct, rtol=1e-10)
    assert_allclose(series.swelling_tanaka_fillmore([0.0, 1e7], D_c, R), [1.0, 0.0], atol=1e-14)


def test_dispersed_solid() -> None:
    """For a root of the wrong equation; the steady-state law must be its limit for much solid."""
    t, D, C_s, A = 7200.0, 2.3e-10, 7.3, 19.0
    Q = series.amount_released_paul_mcspadden(t, D, A, C_s)
    x = brentq(lambda y: erf(y) - 2.0 * C_s * np.sqrt(D * t / np.pi) / Q, 1e-6, 3.0, xtol=1e-14)
    assert_allclose(np.sqrt(np.pi) * x * np.exp(x * x) * erf(x), C_s / (A - C_s), rtol=1e-9)
    much = np.array([5e3, 5e5])
    ratio = series.amount_released_paul_mcspadden(t, D, much, C_s) / series.amount_released_higuchi(
        t, D, much, C_s
    )
    assert np.all(np.abs(ratio - 1.0) < [1e-3, 1e-5])
    dissolved = series.amount_released_paul_mcspadden(t, D, C_s, C_s)
    assert_allclose(dissolved, 2.0 * C_s * np.sqrt(D * t / np.pi), rtol=1e-12)
    assert_allclose(
        series.amount_released_higuchi(t, D, A, C_s) ** 2, D * t * C_s * (2.0 * A - C_s), rtol=1e-14
    )
