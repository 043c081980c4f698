"""Cleavable linkers: against integrated equations and random cleavage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from releasekit.physics import degradation, gelation
from releasekit.physics import linkers as law


def test_power_law_passes_through_its_reference_and_order() -> None:
    """For a concentration ratio turned upside down."""
    k = law.stimulus_rate_power([10.0, 1.0, 0.0], 2.4e-5, 10.0, 0.51)
    assert k[0] == pytest.approx(2.4e-5, rel=1e-14)
    assert math.log10(k[0] / k[1]) == pytest.approx(0.51, rel=1e-12)
    assert k[2] == 0.0


def test_calibration_gives_back_the_law_that_made_the_rates() -> None:
    """For a regression of S on k, or logarithms forgotten."""
    S = np.array([0.3, 1.7, 9.1, 23.0])
    n = law.stimulus_order_fitted(S, law.stimulus_rate_power(S, 2.4e-5, 10.0, 0.63))
    assert n == pytest.approx(0.63, rel=1e-12)
    k0, k2 = law.stimulus_line_fitted(S, law.stimulus_rate_linear(S, 5.6e-6, 1.9e-6))
    assert k0 == pytest.approx(5.6e-6, rel=1e-10)
    assert k2 == pytest.approx(1.9e-6, rel=1e-12)


def test_calibration_of_scattered_rates_is_least_squares() -> None:
    """For a line through the first and last point only."""
    S, k = np.array([0.3, 1.7, 9.1]), np.array([6.3e-6, 8.0e-6, 2.4e-5])
    slope, start = np.polyfit(S, k, 1)
    got = law.stimulus_line_fitted(np.stack([S, S]), np.stack([k, 2.0 * k]))
    np.testing.assert_allclose(got[0], [start, 2.0 * start], rtol=1e-10)
    np.testing.assert_allclose(got[1], [slope, 2.0 * slope], rtol=1e-10)


@pytest.mark.parametrize(("A", "B"), [(1.3, 0.47), (0.47, 1.3), (0.9, 0.9)])
def test_reagent_batch_against_the_integrated_equation(A: float, B: float) -> None:
    """For 0/0 at A = B, and for the two reagents swapped."""
    k, times = 1.1e-4, np.array([0.0, 2.3e3, 2.3e4, 9.7e4])
    x = solve_ivp(
        lambda t, x: k * (A - x) * (B - x), (0.0, times[-1]), [0.0], t_eval=times,
        rtol=1e-11, atol=1e-14, method="LSODA",
    ).y[0]  # fmt: skip
    np.testing.assert_allclose(law.intact_second_order(A, B, k, times), 1.0 - x / A, rtol=1e-7)


def test_reagent_batch_ends() -> None:
    """For overflow when the reagent is far in excess, and for a batch that cleaves too much."""
    assert law.intact_second_order(1.3, 0.47, 1.1e-4, 1e9) == pytest.approx(1 - 0.47 / 1.3)
    assert law.intact_second_order(0.47, 1.3, 1.1e-4, 1e9) == 0.0
    assert law.intact_second_order(1.3, 0.0, 1.1e-4, 1e9) == 1.0
    scarce = law.intact_second_order(1e-9, 1.3, 1.1e-4, 7.1e3)
    assert scarce == pytest.approx(degradation.intact_first_order(1.3 * 1.1e-4, 7.1e3), rel=1e-8)


def test_glucose_opens_half_the_crosslinks_at_one_over_its_affinity() -> None:
    """For an affinity used as a dissociation constant."""
    assert law.intact_glucose(1.0 / 5.3e-3, 5.3e-3) == pytest.approx(0.5, rel=1e-14)
    assert law.intact_glucose(0.0, 5.3e-3) == 1.0


def test_cargo_freed_at_gel_point_is_the_freed_share_at_that_time() -> None:
    """For k_1/k_2 turned upside down, or a gel point for four arms only."""
    k1, k2, f = 4.6e-7, 1.9e-7, np.array([4.0, 8.0])
    t_gel = gelation.gel_point_time(k2, 1.0, gelation.gel_point_fraction(f))
    np.testing.assert_allclose(
        law.cargo_freed_at_gel_point(k1, k2, f), law.cargo_freed(k1, t_gel), rtol=1e-12
    )
    assert law.cargo_freed_at_gel_point(k1, 0.0, 4) == 1.0


def test_solubilised_cargo_adds_the_soluble_fragments() -> None:
    """For fragments counted twice, or not at all."""
    k1, k2 = 4.3e-7, 2.3e-7
    t = np.array([0.0, 1.1e6, 3.1e6, 9.1e6])
    freed, all_out = law.cargo_freed(k1, t), law.cargo_solubilised(k1, k2, 4, t)
    sol = gelation.sol_fraction(np.exp(-k2 * t), 4)
    np.testing.assert_allclose(1.0 - all_out, (1.0 - freed) * (1.0 - sol), atol=1e-14)
    assert all_out[0] == 0.0
    assert all_out[-1] == 1.0  # beyond the gel point everything is soluble
    assert all_out[2] > freed[2] + 0.01
    np.testing.assert_allclose(law.cargo_solubilised(k1, 0.0, 4, t), freed, rtol=1e-12)
