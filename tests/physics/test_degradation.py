"""Loss of bonds: against integrated rate equations and limits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from releasekit.physics import degradation as law

DAY = 86400.0


def test_first_order_obeys_its_rate_equation() -> None:
    """For a rate in the wrong base (2^-kt, 10^-kt) or a lost sign."""
    k, t, h = 3.7e-6, 2.3 * DAY, 50.0
    slope = (law.intact_first_order(k, t + h) - law.intact_first_order(k, t - h)) / (2 * h)
    assert slope == pytest.approx(-k * law.intact_first_order(k, t), rel=1e-7)
    assert law.intact_first_order(k, 0.0) == 1.0


def test_half_life_is_where_half_is_left() -> None:
    """For 1/k in the place of ln 2/k; a bond that never breaks lives for ever."""
    k = np.array([3.7e-6, 8.1e-3])
    np.testing.assert_allclose(law.intact_first_order(k, law.half_life(k)), 0.5, rtol=1e-14)
    assert law.half_life(0.0) == math.inf


def test_arrhenius_composes_and_points_the_right_way() -> None:
    """For swapped temperatures, kJ for J, or R in other units."""
    E, a, b, c = 73e3, 277.15, 298.15, 310.15
    there = law.arrhenius_factor(E, a, b)
    assert there > 1.0
    assert there * law.arrhenius_factor(E, b, c) == pytest.approx(law.arrhenius_factor(E, a, c))
    assert there * law.arrhenius_factor(E, b, a) == pytest.approx(1.0, rel=1e-14)
    # slope of ln k against 1/T is -E/R
    h = 1e-3
    local = math.log(law.arrhenius_factor(E, b - h, b + h)) / (2 * h)
    assert local == pytest.approx(E / (8.314462618 * b**2), rel=1e-8)


def test_ph_rate_in_its_three_limits() -> None:
    """For a flipped sign of the pH, or pOH counted from 14 whatever pK_w is."""
    k_w, k_H, k_OH, pK = 1.3e-8, 2.1e-3, 0.17, 13.6
    acid = law.hydrolysis_rate_ph(0.0, k_w, k_H, k_OH, pK)
    base = law.hydrolysis_rate_ph(pK, k_w, k_H, k_OH, pK)
    assert acid == pytest.approx(k_H + k_w, rel=1e-9)
    assert base == pytest.approx(k_OH + k_w, rel=1e-9)
    ph = np.linspace(2.0, 11.0, 901)
    rate = law.hydrolysis_rate_ph(ph, k_w, k_H, k_OH, pK)
    # the slowest pH is where acid and base catalysis are equal
    assert ph[np.argmin(rate)] == pytest.approx(0.5 * (math.log10(k_H / k_OH) + pK), abs=0.006)
    assert rate.min() > k_w


@pytest.mark.parametrize(("S0", "K", "decay"), [(2.1, 0.47, 4.1e-6), (0.31, 3.9, 0.0)])
def test_michaelis_menten_against_the_integrated_equation(
    S0: float, K: float, decay: float
) -> None:
    """For a wrong Lambert-W form, or enzyme decay put on the substrate."""
    V = 1.3e-5
    times = np.array([0.0, 2.7e4, 1.7e5, 6.3e5])
    exact = solve_ivp(
        lambda t, S: -V * math.exp(-decay * t) * S / (K + S),
        (0.0, times[-1]), [S0], t_eval=times, rtol=1e-11, atol=1e-14, method="LSODA",
    ).y[0]  # fmt: skip
    np.testing.assert_allclose(law.michaelis_menten(S0, K, V, decay, times), exact, rtol=1e-8)


def test_michaelis_menten_where_the_exponential_overflows() -> None:
    """For W(exp(S/K)) that turns into inf or NaN when S is far above K_m."""
    S0, K, V = 37.0, 0.011, 1.3e-5
    with mpmath.workdps(40):
        z = (mpmath.mpf(S0) - mpmath.mpf(V) * 9.1e5) / K
        exact = float(K * mpmath.lambertw(mpmath.mpf(S0) / K * mpmath.exp(z)))
    assert law.michaelis_menten(S0, K, V, 0.0, 9.1e5) == pytest.approx(exact, rel=1e-12)
    assert law.michaelis_menten(S0, K, V, 0.0, 0.0) == pytest.approx(S0, rel=1e-13)
    assert law.michaelis_menten(0.0, K, V, 0.0, 9.1e5) == 0.0
    assert law.michaelis_menten(S0, K, V, 0.0, 1e9) == pytest.approx(0.0, abs=1e-12)


def test_low_substrate_rate_is_the_limit_of_michaelis_menten() -> None:
    """For K_m and k_cat swapped in the first-order rate."""
    k_cat, E, K, t = 0.31, 2.7e-6, 0.19, 1.7e5
    k = law.enzyme_rate_low_substrate(k_cat, E, K)
    left = law.michaelis_menten(1e-9, K, k_cat * E, 0.0, t) / 1e-9
    assert left == pytest.approx(law.intact_first_order(k, t), rel=1e-7)


def test_activity_rate_and_ion_exchange_are_linear_and_first_order() -> None:
    """For an activity taken per mL, or an exchange with another time law."""
    assert law.enzyme_rate_activity(1.9e-12, 2.5e6) == pytest.approx(4.75e-6, rel=1e-13)
    p = law.intact_ion_exchange(3.1e-6, [0.0, 1.1e5, 2.2e5])
    assert p[0] == 1.0
    assert p[2] == pytest.approx(p[1] ** 2, rel=1e-13)
    assert p[1] == pytest.approx(math.exp(-0.341), rel=1e-13)


def test_rows_broadcast_against_times() -> None:
    """For a law that treats designs one by one or flattens them."""
    k = np.array([[1.3e-6], [4.7e-6]])
    t = np.array([0.0, 1.1e5, 7.3e5])
    assert law.intact_first_order(k, t).shape == (2, 3)
    assert law.michaelis_menten(2.1, 0.47, k, 0.0, t).shape == (2, 3)
