"""Activity on the way out: against the release series."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import jn_zeros

from releasekit.physics import activity as law

L, D = 1.7e-3, 4.1e-12
SERIES = {
    "slab": (law.active_fraction_slab, 2.0, (np.arange(400_000) + 0.5) * math.pi),
    "cylinder": (law.active_fraction_cylinder, 4.0, jn_zeros(0, 3000)),
    "sphere": (law.active_fraction_sphere, 6.0, np.arange(1, 400_001) * math.pi),
}


@pytest.mark.parametrize("shape", SERIES)
def test_active_fraction_against_the_release_series(shape: str) -> None:
    """For η = ∫ e^(-kt) dF: each mode of the release leaves with q²/(q² + φ²)."""
    active, weight, q = SERIES[shape]
    k = 7.1e-6
    phi2 = k * L**2 / D
    exact = np.sum(weight / (q**2 + phi2))
    # what the cut series leaves out: Σ weight/q² over the modes beyond the last
    tail = weight / (math.pi * q[-1])
    assert active(k, L, D) == pytest.approx(exact + tail, rel=1e-7)


@pytest.mark.parametrize(
    ("active", "n"),
    [(law.active_fraction_slab, 1), (law.active_fraction_cylinder, 2),
     (law.active_fraction_sphere, 3)],
)  # fmt: skip
def test_active_fraction_in_its_limits(active: Callable[..., np.ndarray], n: int) -> None:
    """For cancellation at slow loss (1 - k MRT), and NaN at fast loss or no loss."""
    mean_time = {1: 1 / 3, 2: 1 / 8, 3: 1 / 15}[n] * L**2 / D
    k = 1e-4 / mean_time
    assert 1.0 - active(k, L, D) == pytest.approx(1e-4, rel=2e-4)
    fast = 1e12 * D / L**2  # φ = 1e6: only a skin of depth 1/φ gets out active
    assert active(fast, L, D) == pytest.approx(n * 1e-6, rel=2e-6)
    np.testing.assert_array_equal(active([0.0, 1e-6, 0.0], L, [D, 0.0, 0.0]), [1.0, 0.0, 1.0])


def test_sphere_forms_meet() -> None:
    """For a jump where the series hands over to the closed form (φ = 0.1)."""
    k = (0.1 * (1.0 + np.array([-1e-9, 1e-9]))) ** 2 * D / L**2
    below, above = law.active_fraction_sphere(k, L, D)
    assert below == pytest.approx(above, rel=1e-10)


def test_carrier_fraction_splits_into_released_and_lost() -> None:
    """For a loss inside the carrier that does not empty it."""
    k_r, k_i, t = 4.7e-6, 1.3e-6, 2.6e5
    left = law.carrier_fraction(t, k_r, k_i)
    out = quad(lambda s: (k_r + k_i) * law.carrier_fraction(s, k_r, k_i), 0.0, t)[0]
    assert left + out == pytest.approx(1.0, rel=1e-12)
    assert law.carrier_fraction(t, k_r) > left
