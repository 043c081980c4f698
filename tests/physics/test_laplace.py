"""Inversion of Laplace transforms, and release that is known only as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.special import erf, erfc

from releasekit.physics import laplace, series

DAYS = 86400.0 * np.array([0.13, 1.7, 8.9, 31.0])
D, L = 3.1e-12, 1.3e-3


def test_talbot_against_known_pairs() -> None:
    """For a contour that is wrong or a weight that is missing."""
    t = np.array([[1e-7, 0.37], [5.3, 4e6]])
    assert_allclose(laplace.talbot(lambda s: 1.0 / s**2, t), t, rtol=1e-11)
    assert_allclose(
        laplace.talbot(lambda s: np.exp(-0.7 * np.sqrt(s)) / s, t),
        erfc(0.35 / np.sqrt(t)),
        rtol=1e-10,
        atol=1e-11,
    )
    assert_allclose(laplace.talbot(lambda s: 1.0 / (s + 0.21), t), np.exp(-0.21 * t), atol=1e-11)


def test_talbot_gains_digits_with_terms() -> None:
    """For terms that are counted but not used: the error falls as 10^(-0.6 M)."""
    errors = [
        abs(float(laplace.talbot(lambda s: s**-1.5, 0.37, M)) - 2.0 * (0.37 / np.pi) ** 0.5)
        for M in (6, 12, 18)
    ]
    assert errors[0] < 1e-2
    assert errors[1] < 3e-3 * errors[0]
    assert errors[2] < 3e-3 * errors[1]


def test_released_talbot_is_0_at_0_and_stays_in_range() -> None:
    """For 0/0 at time 0 and for round-off beyond 1."""
    F = laplace.release_talbot(lambda s: 1.0 / (s * (1.0 + s)), [0.0, 1e-9, 1e9])
    assert F[0] == 0.0
    assert_allclose(F[1:], [1e-9, 1.0], rtol=1e-9)
    assert np.all(F <= 1.0)


def test_surface_responses_agree_with_the_series() -> None:
    """For a response that belongs to another shape."""
    shapes = {
        series.release_slab: laplace.surface_response_slab,
        series.release_cylinder: laplace.surface_response_cylinder,
        series.release_sphere: laplace.surface_response_sphere,
    }
    Fo = np.array([3e-6, 0.021, 0.77])
    for exact, response in shapes.items():
        found = laplace.talbot(lambda s, G=response: G(np.sqrt(s)) / s, Fo)
        assert_allclose(found, exact(Fo), rtol=1e-10)


def graded(count: int) -> tuple[Any, Any]:
    faces = 1.0 - (1.0 - np.linspace(0.0, 1.0, count + 1)) ** 2
    return np.diff(faces), 0.5 * (faces[1:] + faces[:-1])


@pytest.mark.parametrize(("k_on", "k_off"), [(4.1e-6, 2.3e-7), (3.7e-5, 1.9e-4)])
def test_binding_against_finite_volumes(k_on: float, k_off: float) -> None:
    """For a load that is not at equilibrium, or bound cargo that diffuses."""
    width, centre = graded(120)
    free = k_off / (k_on + k_off)

    def slope(t: float, y: Any) -> Any:
        c, b = np.split(y.reshape(-1, 2).T.ravel(), 2)
        flux = np.concatenate([[0.0], -np.diff(c) / np.diff(centre), [c[-1] / (1.0 - centre[-1])]])
        bind = k_on * c - k_off * b
        return np.column_stack([-D / L**2 * np.diff(flux) / width - bind, bind]).ravel()

    start = np.tile([free, 1.0 - free], width.size)
    path = solve_ivp(
        slope, (0.0, DAYS[-1]), start, "LSODA", DAYS, lband=2, uband=2, rtol=1e-7, atol=1e-10
    )
    direct = 1.0 - width @ path.y.reshape(width.size, 2, -1).sum(axis=1)
    assert_allclose(laplace.release_slab_binding(DAYS, D, L, k_on, k_off), direct, atol=5e-5)


def test_binding_limits() -> None:
    """For limits that must hold exactly: no binding, fast exchange, slow release of the bound."""
    bare = laplace.release_slab_binding(DAYS, D, L, 0.0, [[0.0], [2.3e-5]])
    assert_allclose(bare, np.tile(series.release_slab(D * DAYS / L**2), (2, 1)), rtol=1e-10)
    fast = laplace.release_slab_binding(DAYS, D, L, 4.1e2, 1.7e2)
    retarded = D / (1.0 + 4.1 / 1.7)
    assert_allclose(fast, series.release_slab(retarded * DAYS / L**2), rtol=1e-5)
    late, k_on, k_off = 3e7, 1e-11, 4e-12  # free cargo gone, hardly any bound cargo let go
    slow = laplace.release_slab_binding(late, 1e-9, L, k_on, k_off)
    assert_allclose(slow, 1.0 - 10.0 / 14.0 * np.exp(-k_off * late), rtol=1e-6)
    edges = laplace.release_slab_binding([0.0, 1e5, 1e5], [D, 0.0, D], L, 1e-4, [1e-5, 1e-5, 0.0])
    assert_allclose(edges, 0.0, atol=1e-12)


def test_binding_mean_time() -> None:
    """For a design rule that must hold exactly: (1 + K) L²/(3D) + K/[(1 + K) k_off]."""
    k_on, k_off = 9.1e-6, 2.7e-6
    K = k_on / k_off
    nodes, weights = np.polynomial.legendre.leggauss(200)
    last = 3e7**0.5
    u = 0.5 * last * (nodes + 1.0)
    held = 1.0 - laplace.release_slab_binding(u * u, D, L, k_on, k_off)
    found = 0.5 * last * float(weights @ (2.0 * u * held))
    assert_allclose(found, (1.0 + K) * L**2 / (3.0 * D) + K / ((1.0 + K) * k_off), rtol=1e-7)


def test_two_layer_against_finite_volumes() -> None:
    """For a partition coefficient upside down, or a loss in the tissue that does not draw."""
    D2, K_p, k, depth = 1.4e-12, 2.3, 2.1e-6, 1.1e-3
    width, centre = graded(100)
    h1, h2 = width * L, width[::-1] * depth  # both fine at the contact
    x1, x2 = centre * L, (1.0 - centre[::-1]) * depth
    contact = 1.0 / ((L - x1[-1]) / D + K_p * x2[0] / D2)

    def slope(t: float, c: Any) -> Any:
        gel, tissue = c[:100], c[100:]
        flow = np.zeros(201)
        flow[1:100] = -D * np.diff(gel) / np.diff(x1)
        flow[100] = contact * (gel[-1] - K_p * tissue[0])
        flow[101:200] = -D2 * np.diff(tissue) / np.diff(x2)
        flow[200] = D2 * tissue[-1] / (depth - x2[-1])
        loss = np.concatenate([np.zeros(100), k * tissue])
        return -np.diff(flow) / np.concatenate([h1, h2]) - loss

    start = np.repeat([1.0, 0.0], 100)
    path = solve_ivp(
        slope, (0.0, DAYS[-1]), start, "LSODA", DAYS, lband=1, uband=1, rtol=1e-8, atol=1e-11
    )
    direct = 1.0 - h1 @ path.y[:100] / L
    found = laplace.release_two_layer(DAYS, D, L, D2, K_p, k, depth)
    assert_allclose(found, direct, atol=5e-5)


def test_two_layer_closed_forms() -> None:
    """For limits that must hold exactly: one endless medium, a sink, and short times."""
    t = DAYS[1:3]
    reach = np.sqrt(D * t) / L
    left = erf(1.0 / reach) - reach / np.sqrt(np.pi) * -np.expm1(-1.0 / reach**2)
    assert_allclose(laplace.release_two_layer(t, D, L, D), 1.0 - left, rtol=1e-10)
    sink = series.release_slab(D * t / L**2)
    assert_allclose(laplace.release_two_layer(t, D, L, D, 1e-9), sink, rtol=1e-6)
    assert_allclose(laplace.release_two_layer(t, D, L, 1e-13, 1.7, 0.0, 1e-12), sink, rtol=1e-6)
    early = 1800.0
    full = laplace.release_two_layer(early, D, L, 0.4e-12, 2.9)
    assert_allclose(full, series.short_time_two_layer(early, D, L, 0.4e-12, 2.9), rtol=1e-9)
    edges = laplace.release_two_layer([0.0, 1e5, 1e5], [D, 0.0, D], L, [D, D, 0.0])
    assert_allclose(edges, 0.0, atol=1e-12)


def test_two_layer_order() -> None:
    """For an effect of the wrong sign: loss draws, liking the carrier holds back."""
    t = DAYS[2]
    plain = laplace.release_two_layer(t, D, L, 0.4 * D)
    assert laplace.release_two_layer(t, D, L, 0.4 * D, elimination_rate=1e-5) > plain + 0.01
    assert laplace.release_two_layer(t, D, L, 0.4 * D, partition_coefficient=3.0) < plain - 0.01
    assert plain < series.release_slab(D * t / L**2) - 0.01
