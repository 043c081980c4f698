"""The wound side: against balances, finite volumes and boundary-value problems."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from releasekit.physics import wound as law


def test_exudate_is_counted_once() -> None:
    """For one flux that both drains and is absorbed."""
    q, f = np.array([0.0, 1.1e-8, 2.3e-8]), np.array([0.37, 0.0, 0.91])
    film, carrier = law.exudate_split(q, f)
    np.testing.assert_allclose(film + carrier, q, rtol=1e-15)
    assert carrier[2] == pytest.approx(0.91 * 2.3e-8, rel=1e-14)
    assert np.all(film >= 0.0)


def test_dressing_is_full_when_its_capacity_has_flowed_in() -> None:
    """For the whole exudate counted as absorbed, and 0/0 where nothing is absorbed."""
    t = law.absorption_time(2.3e-8, [0.37, 0.0], [5.1e-3, 0.0])
    assert 0.37 * 2.3e-8 * t[0] == pytest.approx(5.1e-3, rel=1e-14)
    assert t[1] == math.inf


def test_washout_replaces_the_film_in_one_over_its_rate() -> None:
    """For h/q, or a flux per day."""
    q, h = 2.3e-8, 0.7e-3
    assert law.washout_rate(q, h) * h / q == pytest.approx(1.0, rel=1e-14)
    assert law.peclet_number(1.3e-8, 1.7e-3, 4.1e-12) == pytest.approx(13 * 17 / 41, rel=1e-12)


def operator(Pe: float, open_back: bool, cells: int = 500) -> tuple[np.ndarray, float]:
    """Finite volumes on 0..1 with drift Pe towards 0; the face at 1 is a sink.

    Returns the matrix and the rate at which the last cell empties into the sink. The exchange
    between cell centres (Scharfetter-Gummel) is exact for a constant flux.
    """
    h = 1.0 / cells

    def against(x: float) -> float:
        return x / math.expm1(x) if x else 1.0

    up, down = against(Pe * h) / h**2, against(-Pe * h) / h**2
    A = np.zeros((cells, cells))
    for i in range(cells - 1):
        A[i, i] -= up
        A[i + 1, i] += up
        A[i + 1, i + 1] -= down
        A[i, i + 1] += down
    to_sink = 2.0 * against(0.5 * Pe * h) / h**2
    A[-1, -1] -= to_sink
    if open_back:
        A[0, 0] -= 2.0 * against(-0.5 * Pe * h) / h**2
    return A, to_sink


@pytest.mark.parametrize("Pe", [-2.7, 0.0, 0.9, 5.4])
def test_delivered_fraction_against_finite_volumes(Pe: float) -> None:
    """For the sign of the flow: drawn away from the wound less is delivered."""
    A, to_sink = operator(Pe, open_back=True)
    time_in_cell = -np.linalg.solve(A, np.full(len(A), 1.0 / len(A)))
    delivered = time_in_cell[-1] * to_sink
    assert law.delivered_fraction_open_back(Pe) == pytest.approx(delivered, rel=1e-4)


@pytest.mark.parametrize("Pe", [-2.7, 0.0, 0.9, 5.4])
def test_sealed_back_mean_time_against_finite_volumes(Pe: float) -> None:
    """For the sign of the flow, and a lost factor L²/D."""
    L, D = 1.7e-3, 4.1e-12
    A, _ = operator(Pe, open_back=False)
    mean = float(-np.linalg.solve(A, np.full(len(A), 1.0 / len(A))).sum())
    got = law.mean_release_time_sealed_back(L, D, Pe)
    assert got == pytest.approx(mean * L**2 / D, rel=1e-4)


def test_convection_forms_keep_their_digits_near_no_flow() -> None:
    """For the cancellation of 1/Pe³ terms, and for a jump where forms hand over."""
    with mpmath.workdps(60):
        for Pe in (1e-9, 0.0199, 0.0201, -0.0201, 0.499, 0.501, -0.501, 3.3):
            x = mpmath.mpf(Pe)
            e = mpmath.exp(x)
            share = float(1 / x - 1 / (e - 1))
            time = float(e / x**2 - (e - 1) / x**3 - 1 / (2 * x))
            assert law.delivered_fraction_open_back(Pe) == pytest.approx(share, rel=1e-12)
            assert law.mean_release_time_sealed_back(1.0, 1.0, Pe) == pytest.approx(time, rel=1e-12)


def test_convection_at_the_ends() -> None:
    """For overflow of e^Pe; both directions of the flow share out the whole load."""
    Pe = np.array([1e4, 37.0, 2.9, 0.0])
    forth, back = law.delivered_fraction_open_back(Pe), law.delivered_fraction_open_back(-Pe)
    np.testing.assert_allclose(forth + back, 1.0, rtol=1e-13)
    assert forth[0] == pytest.approx(1e-4, rel=1e-12)
    L, D = 1.7e-3, 4.1e-12
    assert law.mean_release_time_sealed_back(L, D, 2e3) == math.inf
    # swept to the wound: half the thickness at the speed of the flow
    swept = law.mean_release_time_sealed_back(L, D, -1e6)
    assert swept == pytest.approx(L / (2.0 * 1e6 * D / L), rel=1e-5)


def test_penetration_depth_in_the_steady_profile() -> None:
    """For D/k without its root, and a transient that does not end in the steady state."""
    D, k = 1.7e-12, 2.3e-5
    depth = law.penetration_depth(D, k)
    x = np.array([0.5, 1.0, 3.0]) * depth
    late = law.penetration_profile(x, 1e9, D, k)
    np.testing.assert_allclose(late, np.exp([-0.5, -1.0, -3.0]), rtol=1e-12)
    assert law.penetration_depth(D, 0.0) == math.inf


def test_penetration_against_the_diffusion_equation() -> None:
    """For a wrong sign between the two waves: c_t = D c_xx - k c by differences."""
    D, k, x, t = 1.7e-12, 2.3e-5, 1.3e-4, 3.1e4
    hx, ht = 1e-6, 20.0

    def c(x: float, t: float) -> float:
        return float(law.penetration_profile(x, t, D, k))

    rate = (c(x, t + ht) - c(x, t - ht)) / (2 * ht)
    curvature = (c(x + hx, t) - 2 * c(x, t) + c(x - hx, t)) / hx**2
    assert rate == pytest.approx(D * curvature - k * c(x, t), rel=1e-3)
    assert c(0.0, t) == pytest.approx(1.0, rel=1e-13)


def test_penetration_at_the_ends() -> None:
    """For e^(x/λ) that overflows deep down, and 0/0 at time 0."""
    D, k = 1.7e-12, 2.3e-5
    np.testing.assert_array_equal(law.penetration_profile([0.0, 1e-4], 0.0, D, k), [1.0, 0.0])
    assert law.penetration_profile(0.5, 3.1e4, D, k) == 0.0
    no_loss = law.penetration_profile(1.3e-4, 3.1e4, D, 0.0)
    assert no_loss == pytest.approx(math.erfc(1.3e-4 / (2 * math.sqrt(D * 3.1e4))), rel=1e-13)
