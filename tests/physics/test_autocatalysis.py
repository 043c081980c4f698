"""Autocatalytic polyesters: against integrated equations and a finite-volume operator."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from releasekit.physics import autocatalysis as law


def integrated(E0: float, A0: float, k: float, order: float, times: np.ndarray) -> np.ndarray:
    return solve_ivp(
        lambda t, E: -k * E * (A0 + E0 - E) ** order,
        (0.0, times[-1]), [E0], t_eval=times, rtol=1e-11, atol=1e-14, method="LSODA",
    ).y[0]  # fmt: skip


def test_first_order_in_acid_against_the_integrated_equation() -> None:
    """For a wrong logistic, e.g. E_0 in the place of E_0 + A_0 in the exponent."""
    times = np.array([0.0, 1.1e6, 3.9e6, 7.7e6])
    exact = integrated(1.3, 0.017, 9.1e-7, 1.0, times)
    np.testing.assert_allclose(law.ester_autocatalytic(1.3, 0.017, 9.1e-7, times), exact, rtol=1e-7)


def test_half_order_in_acid_against_the_integrated_equation() -> None:
    """For a slip in the substitution u = √A (a factor 2 in the exponent)."""
    times = np.array([0.0, 1.1e6, 3.9e6, 7.7e6])
    exact = integrated(1.3, 0.017, 9.1e-7, 0.5, times)
    got = law.ester_autocatalytic_half_order(1.3, 0.017, 9.1e-7, times)
    np.testing.assert_allclose(got, exact, rtol=1e-7)


@pytest.mark.parametrize(
    ("ester", "order"),
    [(law.ester_autocatalytic, 1.0), (law.ester_autocatalytic_half_order, 0.5)],
)
def test_much_acid_gives_first_order(ester: Callable[..., np.ndarray], order: float) -> None:
    """For a law that is not k A_0^n where the acid hardly changes."""
    E0, A0, k, t = 1.7e-6, 2.3, 9.1e-7, 3.1e5
    assert ester(E0, A0, k, t) == pytest.approx(E0 * math.exp(-k * A0**order * t), rel=1e-5)


def test_ester_without_acid_or_after_a_very_long_time() -> None:
    """For log(0), overflow of exp, and NaN at the ends."""
    assert law.ester_autocatalytic(1.3, 0.0, 9.1e-7, 4e6) == pytest.approx(1.3)
    assert law.ester_autocatalytic(0.0, 0.2, 9.1e-7, 4e6) == 0.0
    assert law.ester_autocatalytic(1.3, 0.017, 9.1e-7, 1e12) == 0.0
    assert law.ester_autocatalytic_half_order(1.3, 0.017, 9.1e-7, 1e12) == 0.0
    # order one half starts by itself, order one does not
    assert law.ester_autocatalytic_half_order(1.3, 0.0, 9.1e-7, 4e6) < 0.3


def sphere_mean(Fo: float, phi: float, cells: int = 400) -> float:
    """Finite volumes on a sphere of radius 1: mean of the solution of C' = ∇²C + φ² C."""
    faces = np.linspace(0.0, 1.0, cells + 1)
    volume = np.diff(faces**3) / 3.0
    h = 1.0 / cells
    flow = faces[1:-1] ** 2 / h
    A = np.zeros((cells, cells))
    for i, f in enumerate(flow):
        A[i, i] -= f
        A[i, i + 1] += f
        A[i + 1, i + 1] -= f
        A[i + 1, i] += f
    A[-1, -1] -= 2.0 / h
    root = np.sqrt(volume)
    values, vectors = np.linalg.eigh(A / np.outer(root, root))
    weight = (vectors.T @ root) ** 2
    return float(np.sum(weight * np.exp((values + phi**2) * Fo)) / volume.sum())


@pytest.mark.parametrize(("Fo", "phi"), [(0.13, 3.3), (0.41, 2.7)])
def test_acid_against_finite_volumes(Fo: float, phi: float) -> None:
    """For a growth term with the wrong sign or φ in the place of φ²."""
    assert law.acid_accumulation_sphere(Fo, phi) == pytest.approx(sphere_mean(Fo, phi), rel=2e-4)


def test_acid_series_and_short_time_form_meet() -> None:
    """For a jump where the two forms hand over, and for too few terms."""
    with mpmath.workdps(30):
        for Fo in (1e-4, 0.0299, 0.0301):
            terms = mpmath.nsum(
                lambda n, x=Fo: mpmath.exp(-(n**2) * mpmath.pi**2 * x) / n**2, [1, mpmath.inf]
            )
            exact = float(6 / mpmath.pi**2 * terms * mpmath.exp(mpmath.mpf("2.3") ** 2 * Fo))
            assert law.acid_accumulation_sphere(Fo, 2.3) == pytest.approx(exact, rel=1e-12)
    assert law.acid_accumulation_sphere(0.0, 2.3) == pytest.approx(1.0, rel=1e-14)


def test_acid_runs_away_beyond_the_critical_ratio_only() -> None:
    """For a critical ratio that is off: π² in the place of π."""
    late = np.array([1.9, 2.9])
    below = law.acid_accumulation_sphere(late, law.ACID_RUNAWAY_THIELE * 0.99)
    above = law.acid_accumulation_sphere(late, law.ACID_RUNAWAY_THIELE * 1.01)
    assert below[1] < below[0]
    assert above[1] > above[0]
