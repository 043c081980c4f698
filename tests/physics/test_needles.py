"""Microneedles: shape, dissolution, diffusion, coating and mechanics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad, solve_ivp

from releasekit.physics import needles, series

H, R, TIP = 7.3e-4, 1.7e-4, 1.1e-5


def radius(z: Any, tip: float = TIP) -> Any:
    """Radius of the needle at the distance z from its tip."""
    return tip + (R - tip) * z / H


def test_volumes() -> None:
    """For a cone without its third, or a blunt tip that is cut off and not filled."""
    solid, _ = quad(lambda z: np.pi * radius(z) ** 2, 0.0, H, epsabs=0.0)
    assert_allclose(needles.cone_volume(H, R, TIP), solid, rtol=1e-12)
    assert_allclose(needles.cone_volume(H, R, R), np.pi * R * R * H, rtol=1e-14)
    square, _ = quad(lambda z: (2.3e-4 * z / H) ** 2, 0.0, H, epsabs=0.0)
    assert_allclose(needles.pyramid_volume(H, 2.3e-4), square, rtol=1e-12)
    assert_allclose(np.tan(needles.cone_half_angle(H, R)), R / H, rtol=1e-14)
    dose = needles.array_dose([121.0, 400.0], needles.cone_volume(H, R), 4.1e16)
    assert_allclose(dose, np.array([121.0, 400.0]) * np.pi * R * R * H / 3.0 * 4.1e16, rtol=1e-13)


def test_cone_dissolves_by_its_side_area() -> None:
    """For a speed taken along the axis in place of the normal: dV/dt = -v × side area."""
    v = 2.3e-6

    def slope(_: float, V: Any) -> Any:
        h = H * np.cbrt(np.maximum(V, 0.0) / needles.cone_volume(H, R))  # stays similar to itself
        return -v * np.pi * (R / H * h) * np.hypot(h, R / H * h)

    times = np.array([5.0, 31.0, 57.0])
    path = solve_ivp(
        slope, (0.0, 57.0), [float(needles.cone_volume(H, R))], t_eval=times, rtol=1e-10, atol=1e-22
    )
    left = needles.cone_remaining_fraction(times, H, R, v)
    assert_allclose(left, path.y[0] / needles.cone_volume(H, R), rtol=1e-7)
    t_d = needles.cone_dissolution_time(H, R, v)
    assert_allclose(t_d, H * np.sin(needles.cone_half_angle(H, R)) / v, rtol=1e-13)
    ends = needles.cone_remaining_fraction([0.0, t_d, 3.0 * t_d], H, R, v)
    assert_allclose(ends, [1.0, 0.0, 0.0], atol=1e-30)


def test_finite_fluid_closed_forms() -> None:
    """For saturation that acts the wrong way; rows are integrated together."""
    t, a = np.array([0.0, 7.0, 29.0, 55.0, 1e7]), 0.017
    y = needles.height_fraction_finite_fluid(t, a, np.array([[0.0], [1.0]]))
    assert_allclose(y[0], np.maximum(1.0 - a * t, 0.0), atol=1e-10)
    assert_allclose(y[1], (1.0 + 2.0 * a * t) ** -0.5, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("b", [0.4, 0.97, 1.004, 2.3, 80.0])
def test_finite_fluid_time_to_a_height(b: float) -> None:
    """For a wrong rate law: the time to reach y is the integral of dy over the rate."""
    a = 0.017
    stall = float(needles.stalled_height_fraction(b))
    for y in stall + (1.0 - stall) * np.array([0.93, 0.41]):
        t, _ = quad(lambda x: 1.0 / (a * (1.0 - b * (1.0 - x**3))), y, 1.0, epsrel=1e-12)
        assert_allclose(needles.height_fraction_finite_fluid(t, a, b), y, rtol=1e-8)


def test_finite_fluid_ends() -> None:
    """For a needle that goes on dissolving in saturated fluid, or a height below 0."""
    b = np.array([0.0, 0.6, 1.7, 50.0, 1e6])
    stall = needles.stalled_height_fraction(b)
    assert_allclose(stall**3, [0.0, 0.0, 1.0 - 1.0 / 1.7, 0.98, 1.0 - 1e-6], rtol=1e-12)
    late = needles.height_fraction_finite_fluid([1e4, 1e9, 1e9, 1e9, 1e9], 0.017, b)
    assert_allclose(late, stall, atol=1e-9)
    crowd = needles.height_fraction_finite_fluid(23.0, 0.017, np.linspace(0.0, 5.0, 3001))
    assert_allclose(crowd[[0, 600]], [1.0 - 0.391, (1.0 + 0.782) ** -0.5], rtol=1e-9)


@pytest.mark.parametrize("Fo", [1e-7, 3.3e-4, 0.0137, 0.21, 1.9])
def test_slender_cone_against_adaptive_quadrature(Fo: float) -> None:
    """For too few points along the axis."""
    direct, _ = quad(
        lambda z: 3.0 * z * z * series.release_cylinder(Fo / z**2),
        0.0,
        1.0,
        epsabs=1e-13,
        epsrel=1e-12,
        limit=200,
        points=[0.1, 0.5],
    )
    assert_allclose(needles.release_cone_slender(Fo), direct, rtol=1e-9, atol=1e-10)


def test_slender_cone_mean_time_and_ends() -> None:
    """For slices weighted by length in place of volume."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    u = 0.5 * (nodes + 1.0) * 2.5
    left = 1.0 - needles.release_cone_slender(u * u)
    assert_allclose(1.25 * weights @ (2.0 * u * left), 3.0 / 40.0, rtol=1e-7)
    assert_allclose(needles.mean_release_time_cone(2.3e-13, R), 0.075 * R * R / 2.3e-13)
    assert_allclose(needles.release_cone_slender([0.0, 1e3]), [0.0, 1.0], atol=1e-12)
    early = 1.7e-7  # side area 2/R per volume of a cylinder becomes 3/R
    assert_allclose(needles.release_cone_slender(early), 6.0 * (early / np.pi) ** 0.5, rtol=1e-3)


def test_coating_and_depot() -> None:
    """For a dose that spreads to both sides: all of it must be in the tissue."""
    F = needles.coating_released_fraction([0.0, 11.0, 36.0, 900.0], 4.7e-6, 1.3e-7)
    assert_allclose(F, [0.0, 1.43 / 4.7, 4.68 / 4.7, 1.0], rtol=1e-12)
    M, D, t = 7.1e11, 2.3e-12, 5400.0
    held, _ = quad(
        lambda x: needles.depot_concentration(t, x, M, D),
        0.0,
        2e-3,
        epsabs=0.0,
        points=[1e-4, 4e-4],
    )
    assert_allclose(held, M, rtol=1e-9)
    dt, dx, x = 5.0, 1e-6, 1.7e-4

    def there(t: float, x: float) -> float:
        return float(needles.depot_concentration(t, x, M, D))

    rise = (there(t + dt, x) - there(t - dt, x)) / (2.0 * dt)
    bend = (there(t, x + dx) - 2.0 * there(t, x) + there(t, x - dx)) / dx**2
    assert_allclose(rise, D * bend, rtol=1e-3)


@pytest.mark.parametrize("tip", [3e-6, 1.1e-5, 9.3e-5, 1.69e-4])
def test_buckling_against_the_beam_equation(tip: float) -> None:
    """For a root on the wrong branch: the base first turns flat at the critical force."""
    E = 1.3e9
    P = float(needles.buckling_force(E, H, R, tip))

    def base_slope(force: float) -> float:
        def beam(z: float, y: Any) -> Any:
            inertia = np.pi * radius(z, tip) ** 4 / 4.0
            return [y[1], -force * y[0] / (E * inertia)]

        path = solve_ivp(beam, (0.0, H), [0.0, 1.0], "LSODA", rtol=1e-9, atol=1e-14)
        return float(path.y[1, -1])

    assert base_slope(0.5 * P) > 0.0
    assert base_slope(0.999 * P) > 0.0
    assert base_slope(1.001 * P) < 0.0


def test_buckling_limits() -> None:
    """For NaN at a cylinder or an ideally sharp tip."""
    E, inertia = 1.3e9, np.pi * R**4 / 4.0
    ends = needles.buckling_force(E, H, R, [0.0, R])
    assert_allclose(ends, [0.0, np.pi**2 * E * inertia / (4.0 * H * H)], rtol=1e-12, atol=1e-12)
    sharp = needles.buckling_force(E, H, R, 1e-4 * R)
    assert_allclose(sharp, np.pi**2 * 1e-8 * E * inertia / H**2, rtol=1e-3)


@pytest.mark.parametrize("tip", [4e-6, 1.1e-5, 1.1e-4, 1.2e-4, 1.7e-4])
def test_bending_against_the_beam(tip: float) -> None:
    """For a stress taken at the base where the needle is weakest near its tip."""
    F, E, z = 0.023, 1.3e9, np.linspace(0.0, H, 400001)
    stress = 4.0 * F * z / (np.pi * radius(z, tip) ** 3)
    assert_allclose(needles.bending_stress(F, H, R, tip), stress.max(), rtol=1e-8)
    bend, _ = quad(
        lambda z: F * z * z / (E * np.pi * radius(z, tip) ** 4 / 4.0),
        0.0,
        H,
        epsabs=0.0,
        points=[H / 30.0],
    )
    assert_allclose(needles.tip_deflection(F, E, H, R, tip), bend, rtol=1e-9)


def test_safety() -> None:
    """For a margin that takes the larger of the two ways to fail."""
    yields, entry = needles.yield_force(5.7e7, TIP), needles.insertion_force(3.7e6, TIP)
    assert_allclose(yields / (np.pi * TIP**2), 5.7e7, rtol=1e-14)
    assert_allclose(needles.needle_safety_ratio(np.inf, yields, entry), 5.7 / 0.37, rtol=1e-13)
    assert_allclose(
        needles.needle_safety_ratio([2.0 * entry, 1e3], yields, entry),
        [2.0, 5.7 / 0.37],
        rtol=1e-13,
    )
    assert_allclose(needles.insertion_force(3.7e6, 2.0 * TIP) / entry, 4.0, rtol=1e-14)
