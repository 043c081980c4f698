"""Binding: against mass balances, derivatives and a two-field operator."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from releasekit.physics import binding as law


def test_binding_ratio_is_bound_over_free() -> None:
    """For K_D over ligand, or the bound share returned as the free one."""
    K = law.binding_ratio(2.7e-3, 4.1e-4)
    free = law.free_fraction(K)
    assert (1.0 - free) / free == pytest.approx(2.7e-3 / 4.1e-4, rel=1e-12)
    assert law.free_fraction(0.0) == 1.0
    on = law.on_rate(K, 2.3e-5)
    assert on * free == pytest.approx(2.3e-5 * (1.0 - free), rel=1e-12)  # detailed balance


def test_only_the_free_share_diffuses() -> None:
    """For 1/K_b in the place of 1/(1 + K_b)."""
    D, K = 1.7e-12, np.array([0.0, 0.31, 6.7])
    np.testing.assert_allclose(
        law.diffusivity_bound_equilibrium(D, K), D * law.free_fraction(K), rtol=1e-14
    )


@pytest.mark.parametrize(
    ("T", "B", "K"), [(1.3, 4.7, 0.37), (9.1, 4.7, 0.37), (1e-9, 4.7, 0.37), (1.3, 0.0, 0.37)]
)
def test_langmuir_balances(T: float, B: float, K: float) -> None:
    """For the other root, and for digits lost by cancellation at a low total."""
    with mpmath.workdps(40):
        b = mpmath.mpf(T) - B - K
        exact = float((b + mpmath.sqrt(b * b + 4 * mpmath.mpf(K) * T)) / 2)
    c = law.free_concentration_langmuir(T, B, K)
    assert c == pytest.approx(exact, rel=1e-12)
    assert c + B * law.site_occupancy(c, K) == pytest.approx(T, rel=1e-12)


def test_langmuir_at_the_ends() -> None:
    """For 0/0 without particles, without sites and for binding without end."""
    got = law.free_concentration_langmuir(
        [0.0, 0.0, 1.3, 7.3], [4.7, 0.0, 4.7, 4.7], [0.4, 0, 0, 0]
    )
    np.testing.assert_allclose(got, [0.0, 0.0, 0.0, 2.6], atol=1e-15)


def test_retardation_is_the_slope_of_the_total() -> None:
    """For K_D forgotten in the numerator or the square forgotten below."""
    c, B, K, h = 0.13, 4.7, 0.37, 1e-6

    def total(c: float) -> float:
        return c + B * float(law.site_occupancy(c, K))

    slope = (total(c + h) - total(c - h)) / (2 * h)
    assert law.retardation_langmuir(c, B, K) == pytest.approx(slope, rel=1e-8)
    # few particles: the linear binding ratio
    assert law.retardation_langmuir(0.0, B, K) == pytest.approx(1.0 + law.binding_ratio(B, K))
    assert law.site_occupancy(K, K) == pytest.approx(0.5, rel=1e-14)


def test_dissociation_has_its_half_life() -> None:
    """For the bound share returned in the place of the released one."""
    k = 2.3e-6
    np.testing.assert_allclose(
        law.release_dissociation([0.0, math.log(2.0) / k], k), [0.0, 0.5], rtol=1e-13
    )


def mean_time_numeric(L: float, D: float, K: float, k_off: float, cells: int = 400) -> float:
    """Area above the release curve of the two-field finite-volume equations, by a linear solve."""
    h = L / cells
    G = D / h**2
    A = np.zeros((2 * cells, 2 * cells))
    for i in range(cells):
        right = 2.0 * G if i == cells - 1 else G
        A[i, i] -= right + (G if i else 0.0) + K * k_off
        if i:
            A[i, i - 1] = G
        if i < cells - 1:
            A[i, i + 1] = G
        A[i, cells + i] = k_off
        A[cells + i, i] = K * k_off
        A[cells + i, cells + i] = -k_off
    start = np.r_[np.full(cells, 1.0), np.full(cells, K)] / ((1.0 + K) * cells)
    return float(-np.linalg.solve(A, start).sum())


@pytest.mark.parametrize("k_off", [3.1e-7, 1.9e-5])
def test_mean_release_time_against_two_fields(k_off: float) -> None:
    """For the design rule: the waiting term without 1/(1 + K_b), or L²/2D."""
    L, D, K = 1.7e-3, 2.3e-12, 6.7
    exact = law.mean_release_time_binding(L, D, K, k_off)
    assert exact == pytest.approx(mean_time_numeric(L, D, K, k_off), rel=2e-5)


def test_damkohler_ratio_is_the_share_of_waiting_in_the_mean_time() -> None:
    """For the ratio turned upside down."""
    L, D, K, k_off = 1.7e-3, 2.3e-12, 6.7, 1.9e-6
    Da = law.damkohler_ratio(k_off, L, D)
    slow = (1.0 + K) * L**2 / (3.0 * D)
    wait = law.mean_release_time_binding(L, D, K, k_off) - slow
    assert wait / slow == pytest.approx(3.0 * K / ((1.0 + K) ** 2 * Da), rel=1e-10)


def test_sites_vanish_with_the_matrix() -> None:
    """For sites that outlive their matrix."""
    np.testing.assert_allclose(law.sites_left(6.7, [1.0, 0.43, 0.0]), [6.7, 2.881, 0.0], rtol=1e-14)
