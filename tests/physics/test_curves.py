"""Empirical release curves and the numbers that compare fits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad, solve_ivp

from releasekit.physics import curves

T = np.array([0.013, 0.7, 3.9, 17.0, 41.0])

CURVES: dict[str, Callable[[Any], Any]] = {
    "zero_order": lambda t: curves.zero_order(t, 0.017),
    "first_order": lambda t: curves.first_order(t, 0.061),
    "higuchi": lambda t: curves.higuchi(t, 0.11),
    "korsmeyer_peppas": lambda t: curves.korsmeyer_peppas(t, 0.093, 0.57),
    "peppas_sahlin": lambda t: curves.peppas_sahlin(t, 0.081, 0.0073, 0.43),
    "weibull": lambda t: curves.weibull(t, 11.3, 0.73),
    "hopfenberg": lambda t: curves.hopfenberg(t, 0.011, 2.0),
    "hixson_crowell": lambda t: curves.hixson_crowell(t, 0.0087),
    "baker_lonsdale": lambda t: curves.baker_lonsdale(t, 0.0029),
    "gompertz": lambda t: curves.gompertz(t, 4.7, 2.1),
    "logistic": lambda t: curves.logistic(t, -3.7, 2.9),
    "biexponential": lambda t: curves.biexponential(t, 0.27, 0.53, 0.019),
}


@pytest.mark.parametrize("name", CURVES)
def test_curve_starts_at_0_and_rises(name: str) -> None:
    """For a logarithm of time 0, or a curve with a sign turned round."""
    F = CURVES[name](np.concatenate([[0.0], T]))
    assert F[0] == 0.0
    assert np.all(np.diff(F) > 0.0)
    assert np.all(F < 1.0)


@pytest.mark.parametrize(
    "name",
    [
        "first_order",
        "weibull",
        "hopfenberg",
        "hixson_crowell",
        "baker_lonsdale",
        "gompertz",
        "logistic",
        "biexponential",
    ],
)
def test_curve_that_ends_at_1(name: str) -> None:
    """For NaN or more than 1 after an eroding body is gone."""
    F = CURVES[name](np.array([1e4, 1e9, 1e300]))
    assert np.all((F > 0.95) & (F <= 1.0))
    assert F[-1] == 1.0


# the law that each curve is the solution of, dF/dt = f(F, t)
RATES: dict[str, Callable[[float, float], float]] = {
    "zero_order": lambda F, t: 0.017,
    "first_order": lambda F, t: 0.061 * (1.0 - F),
    "higuchi": lambda F, t: 0.11**2 / (2.0 * F),
    "korsmeyer_peppas": lambda F, t: 0.57 * F / t,
    "peppas_sahlin": lambda F, t: 0.43 * (0.081 * t**0.43 + 2.0 * 0.0073 * t**0.86) / t,
    "weibull": lambda F, t: (1.0 - F) * 0.73 * t ** (0.73 - 1.0) / 11.3,
    "hopfenberg": lambda F, t: 2.0 * 0.011 * (1.0 - F) ** (1.0 / 2.0),
    "hixson_crowell": lambda F, t: 3.0 * 0.0087 * (1.0 - F) ** (2.0 / 3.0),
    "baker_lonsdale": lambda F, t: 0.0029 / ((1.0 - F) ** (-1.0 / 3.0) - 1.0),
    "gompertz": lambda F, t: -2.1 / np.log(10.0) / t * F * np.log(F),
    "logistic": lambda F, t: 2.9 / np.log(10.0) / t * F * (1.0 - F),
}


@pytest.mark.parametrize("name", RATES)
def test_curve_solves_its_rate_law(name: str) -> None:
    """For a wrong exponent, constant or kind of logarithm: checked by integrating the rate."""
    path = solve_ivp(
        lambda t, F: [RATES[name](F[0], t)],
        (T[1], T[-1]),
        [float(CURVES[name](T[1]))],
        t_eval=T[1:],
        rtol=1e-10,
        atol=1e-13,
    )
    assert_allclose(CURVES[name](T[1:]), path.y[0], rtol=1e-7)


def test_biexponential_pools() -> None:
    """For a burst share given to the slow pool."""
    assert_allclose(curves.biexponential(T, 1.0, 0.53, 0.019), curves.first_order(T, 0.53))
    assert_allclose(curves.biexponential(T, 0.0, 0.53, 0.019), curves.first_order(T, 0.019))
    mean, _ = quad(
        lambda t: 1.0 - curves.biexponential(t, 0.27, 0.53, 0.019),
        0.0,
        2000.0,
        epsabs=1e-9,
        limit=200,
    )
    assert_allclose(mean, 0.27 / 0.53 + 0.73 / 0.019, rtol=1e-8)


def test_special_cases_meet() -> None:
    """For parameters in the wrong place."""
    assert_allclose(curves.korsmeyer_peppas(T, 0.11, 0.5), curves.higuchi(T, 0.11), rtol=1e-14)
    assert_allclose(curves.korsmeyer_peppas(T, 0.017, 1.0), curves.zero_order(T, 0.017), rtol=1e-14)
    assert_allclose(curves.peppas_sahlin(T, 0.11, 0.017), 0.11 * T**0.5 + 0.017 * T, rtol=1e-14)
    assert_allclose(curves.weibull(T, 7.3, 1.0), curves.first_order(T, 1.0 / 7.3), rtol=1e-14)
    assert_allclose(curves.hopfenberg(T, 0.009), curves.hixson_crowell(T, 0.009), rtol=1e-14)
    assert_allclose(curves.hopfenberg(T, 0.009, 1.0), curves.zero_order(T, 0.009), rtol=1e-11)
    lagged = curves.weibull(T + 2.9, 11.3, 0.73, 2.9)
    assert_allclose(lagged, curves.weibull(T, 11.3, 0.73), rtol=1e-12)
    assert curves.weibull(1.3, 11.3, 0.73, 2.9) == 0.0


@given(st.floats(1e-9, 0.4999))
def test_baker_lonsdale_solves_its_equation(kt: float) -> None:
    """For the wrong one of three roots, or digits lost at short times."""
    F = mp.mpf(float(curves.baker_lonsdale(kt, 1.0)))
    left = mp.mpf(3) / 2 * (1 - (1 - F) ** (mp.mpf(2) / 3)) - F
    assert abs(left - kt) < 1e-13 + 1e-8 * kt


@pytest.mark.parametrize(("a", "b"), [(11.3, 0.73), (4.1, 1.9)])
def test_weibull_times(a: float, b: float) -> None:
    """For a^b in place of a^(1/b)."""
    mean, _ = quad(lambda t: 1.0 - curves.weibull(t, a, b), 0.0, 4000.0, epsabs=1e-10, limit=400)
    assert_allclose(curves.weibull_mean_time(a, b), mean, rtol=1e-6)
    t_63 = curves.weibull_scale_time(a, b)
    assert_allclose(curves.weibull(t_63, a, b), 1.0 - np.exp(-1.0), rtol=1e-13)


def test_steep_curves_do_not_overflow() -> None:
    """For a warning or NaN where a fit tries extreme parameters."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F = [
            curves.gompertz([1e-300, 1e-9, 5.0], 9.0, [1e5]),
            curves.logistic(T, -2e3, 900.0),
            curves.weibull(T, 1e-9, 9.0),
            curves.hopfenberg(T, 50.0, 2.0),
        ]
    assert all(np.all(np.isfinite(f) & (f >= 0.0) & (f <= 1.0)) for f in F)


def test_similarity_factors() -> None:
    """For fractions in place of percentages, or a sum in place of a mean."""
    R = np.array([19.0, 43.0, 71.0, 88.0])
    assert_allclose(curves.f2(R, R + 10.0), 50.0 * np.log10(100.0 / np.sqrt(101.0)), rtol=1e-14)
    assert_allclose(curves.f2(R, R - 10.0), 49.891965655, rtol=1e-10)
    assert_allclose([curves.f1(R, R), curves.f2(R, R)], [0.0, 100.0], atol=1e-13)
    assert_allclose(curves.f1(R, 1.07 * R), 7.0, rtol=1e-12)
    rows = np.stack([R, R + 3.0])
    assert curves.f2(rows, R).shape == (2,)
    assert_allclose(curves.f1(rows, R)[1], 100.0 * 12.0 / (R.sum() + 12.0), rtol=1e-13)


def test_criteria_follow_the_likelihood() -> None:
    """For a natural logarithm that is not, or a penalty counted once."""
    rng = np.random.default_rng(11)
    residual = rng.normal(0.0, 0.023, 9)
    SS, n = float(residual @ residual), 9
    log_likelihood = -0.5 * n * (np.log(2.0 * np.pi * SS / n) + 1.0)
    gap = curves.aic(SS, n, 3) - (2.0 * 3 - 2.0 * log_likelihood)
    other = curves.aic(2.7 * SS, n, 1) - (2.0 - 2.0 * (log_likelihood - 0.5 * n * np.log(2.7)))
    assert_allclose(gap, other, rtol=1e-12)  # AIC up to a constant of n alone
    assert_allclose(curves.aicc(SS, n, 3) - curves.aic(SS, n, 3), 24.0 / 5.0, rtol=1e-12)
    assert_allclose(curves.aicc(SS, 10**7, 3), curves.aic(SS, 10**7, 3), rtol=1e-12)
    assert_allclose(curves.msc(1.0, 0.05, 9, 3), np.log(20.0) - 6.0 / 9.0, rtol=1e-14)


def test_criteria_at_the_edge() -> None:
    """For a perfect or an overfitted model that gives NaN, or that wins."""
    assert np.isfinite(curves.aic(0.0, 9, 2))
    assert np.isfinite(curves.msc(0.7, 0.0, 9, 2))
    assert_allclose(curves.aicc(0.01, [4, 3, 2], 3), np.inf)
