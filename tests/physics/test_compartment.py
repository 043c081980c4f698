"""The well-mixed compartment: against integration, areas, grids and repeated changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from releasekit.physics import compartment as law

K_R, K_E, K_I = 4.7e-6, 2.9e-5, 1.3e-6


@pytest.mark.parametrize(("k_r", "k_e"), [(4.7e-6, 2.9e-5), (2.9e-5, 4.7e-6), (6.0e-6, 7.3e-6)])
def test_bateman_against_the_integrated_equations(k_r: float, k_e: float) -> None:
    """For release and elimination swapped where release is the faster, or loss in the carrier
    that is delivered all the same."""
    times = np.array([0.0, 3.1e4, 2.6e5, 9.7e5])
    numeric = solve_ivp(
        lambda t, y: [-(k_r + K_I) * y[0], k_r * y[0] - k_e * y[1]],
        (0.0, times[-1]), [1.0, 0.0], t_eval=times, rtol=1e-11, atol=1e-15, method="LSODA",
    ).y[1]  # fmt: skip
    got = law.compartment_bateman(times, k_r, k_e, K_I)
    np.testing.assert_allclose(got, numeric, rtol=1e-7, atol=1e-14)


def test_bateman_at_equal_rates_and_at_the_ends() -> None:
    """For 0/0 at equal rates, and overflow times zero far from them."""
    k, t = 1.7e-5, 8.3e4
    assert law.compartment_bateman(t, k, k) == pytest.approx(k * t * math.exp(-k * t), rel=1e-14)
    near = law.compartment_bateman(t, k, k * (1 + 1e-9))
    assert near == pytest.approx(k * t * math.exp(-k * t), rel=1e-8)
    np.testing.assert_allclose(law.compartment_bateman(1e9, [5.0, 1e-9], [1e-9, 5.0]),
                               [math.exp(-1.0), 0.2e-9 * math.exp(-1.0)], rtol=1e-8)  # fmt: skip
    assert law.compartment_bateman(t, 0.0, k) == 0.0
    assert law.compartment_bateman(t, k, 0.0) == pytest.approx(-math.expm1(-k * t), rel=1e-13)


@pytest.mark.parametrize("k_e", [2.9e-5, 6.0e-6, 1.1e-6])
def test_peak_is_the_largest_of_a_fine_grid(k_e: float) -> None:
    """For k_r in the place of k_r + k_ic in the time, and equal rates (k_e = k_r + k_ic)."""
    t = np.linspace(0.0, 2e6, 400_001)
    A = law.compartment_bateman(t, K_R, k_e, K_I)
    assert law.compartment_peak_time(K_R, k_e, K_I) == pytest.approx(t[np.argmax(A)], abs=5.1)
    assert law.compartment_peak_amount(K_R, k_e, K_I) == pytest.approx(A.max(), rel=1e-9)


def test_peak_without_elimination() -> None:
    """For inf times 0: everything that leaves the carrier stays."""
    assert law.compartment_peak_time(K_R, 0.0, K_I) == math.inf
    assert law.compartment_peak_amount(K_R, 0.0, K_I) == pytest.approx(K_R / (K_R + K_I))


def test_area_and_exits() -> None:
    """For an area that misses the loss in the carrier; exits must share out what was released."""
    area = quad(lambda t: law.compartment_bateman(t, K_R, K_E, K_I), 0.0, 5e6, limit=200)[0]
    assert law.compartment_auc(K_R, K_E, K_I) == pytest.approx(area, rel=1e-7)
    exits = law.exit_fraction([1.1e-5, 1.4e-5, 0.4e-5], K_R, K_E, K_I)
    assert exits.sum() == pytest.approx(K_R / (K_R + K_I), rel=1e-13)


def test_residence_time_is_the_area_of_carrier_and_compartment() -> None:
    """For the harmonic in the place of the plain sum."""
    area = quad(
        lambda t: math.exp(-K_R * t) + law.compartment_bateman(t, K_R, K_E), 0.0, 6e6, limit=200
    )[0]
    assert law.residence_time(K_R, K_E) == pytest.approx(area, rel=1e-7)


@pytest.mark.parametrize("k_e", [2.9e-5, 6.0e-6, 1.1e-6])
def test_crossings_lie_on_the_threshold(k_e: float) -> None:
    """For a bracket that misses the later root, and for on and off swapped."""
    limit = np.array([1e-6, 0.013, 0.1])
    on, off = law.crossing_times(limit, K_R, k_e, K_I)
    peak = law.compartment_peak_time(K_R, k_e, K_I)
    assert np.all((on < peak) & (peak < off))
    np.testing.assert_allclose(law.compartment_bateman(on, K_R, k_e, K_I), limit, rtol=1e-9)
    np.testing.assert_allclose(law.compartment_bateman(off, K_R, k_e, K_I), limit, rtol=1e-9)
    assert np.all(np.diff(off - on) < 0.0)


def test_no_time_above_a_threshold_that_is_never_reached() -> None:
    """For a made-up interval where the curve stays below."""
    on, off = law.crossing_times([0.9, 0.05], K_R, K_E, K_I)
    assert off[0] - on[0] == 0.0
    assert off[1] - on[1] > 1e5


def test_bolus_decays_to_the_threshold() -> None:
    """For log10, or a negative time."""
    T = law.time_above_bolus(0.04, K_E)
    assert math.exp(-K_E * T) == pytest.approx(0.04, rel=1e-13)


@pytest.mark.parametrize("wiped", [0.0, 0.63, 1.0])
def test_amount_after_many_changes(wiped: float) -> None:
    """For fluid wiped before the new dose counted as after, or a period lost."""
    T, A = 1.9e5, 0.0
    for _ in range(60):
        A = (1.0 - wiped) * (A * math.exp(-K_E * T) + float(law.compartment_bateman(T, K_R, K_E)))
    assert law.amount_after_change(K_R, K_E, T, wiped) == pytest.approx(A, rel=1e-12)
