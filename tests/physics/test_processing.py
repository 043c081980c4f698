"""Making: against other orders of the same steps and the Newtonian limit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from releasekit.physics import processing as law


def test_steps_multiply_along_their_axis() -> None:
    """For losses that are added (1 - Σ(1 - y)), or the product over designs."""
    y = np.array([[0.93, 0.71, 0.88], [0.5, 0.4, 0.3]])
    np.testing.assert_allclose(law.process_recovery(y), [0.93 * 0.71 * 0.88, 0.06], rtol=1e-14)
    np.testing.assert_allclose(law.process_recovery(y.T, axis=0), law.process_recovery(y))
    assert law.process_recovery([]) == 1.0


def test_storage_in_two_halves_is_storage_at_once() -> None:
    """For a recovery that is not first order in time."""
    args = (3.1e-7, 61e3, 293.15, 277.15)
    half = law.storage_recovery(15 * 86400, *args)
    both = law.process_recovery([half, half])
    assert law.storage_recovery(30 * 86400, *args) == pytest.approx(both, rel=1e-13)
    assert law.storage_recovery(0.0, *args) == 1.0


def test_storage_at_the_reference_temperature_and_in_the_cold() -> None:
    """For an Arrhenius factor with the temperatures swapped: cold must keep, heat must not."""
    t, k = 2.6e6, 3.1e-7
    y = law.storage_recovery(t, k, 61e3, 293.15, [277.15, 293.15, 310.15])
    assert y[1] == pytest.approx(math.exp(-k * t), rel=1e-14)
    assert y[0] > y[1] > y[2]
    assert math.log(y[0]) / math.log(y[1]) == pytest.approx(
        math.exp(61e3 / 8.314462618 * (1 / 293.15 - 1 / 277.15)), rel=1e-10
    )


def test_dose_and_mixing_conserve_exosomes() -> None:
    """For the volume share taken of the polymer instead of the mixture."""
    assert law.dose_active(1.3e12, 0.58) / 1.3e12 == pytest.approx(0.58, rel=1e-14)
    stock, v_stock, v_polymer = 4.7e16, 0.26e-6, 1.74e-6
    c = law.concentration_mixed(stock, v_stock / (v_stock + v_polymer))
    assert c * (v_stock + v_polymer) == pytest.approx(stock * v_stock, rel=1e-13)


def test_injection_of_a_newtonian_fluid_is_hagen_poiseuille() -> None:
    """For radius and diameter, and the factor of the wall shear rate."""
    v, R_s, R_n, length, eta = 1.3e-3, 4.1e-3, 1.7e-4, 1.27e-2, 0.61
    flow = math.pi * R_s**2 * v
    pressure = 8.0 * eta * length * flow / (math.pi * R_n**4)
    force = law.injection_force(v, R_s, R_n, length, eta)
    assert force == pytest.approx(pressure * math.pi * R_s**2, rel=1e-12)
    stress = law.injection_wall_stress(v, R_s, R_n, eta)
    assert stress == pytest.approx(4.0 * eta * flow / (math.pi * R_n**3), rel=1e-12)


@pytest.mark.parametrize("n", [0.31, 0.43, 1.2])
def test_injection_of_a_power_law_fluid_gives_back_its_flow(n: float) -> None:
    """For the Rabinowitsch factor: the velocity profile must carry the plunger's volume."""
    v, R_s, R_n, eta, ref = 1.3e-3, 4.1e-3, 1.7e-4, 0.61, 3.0
    stress = float(law.injection_wall_stress(v, R_s, R_n, eta, n, ref))
    # shear rate at radius r of a fluid η(γ) = η (γ/γ_ref)^(n-1) under τ = τ_w r/R
    flow = quad(
        lambda r: math.pi * r**2 * ref * (stress * r / R_n / (eta * ref)) ** (1.0 / n), 0.0, R_n,
        epsabs=0.0,
    )[0]  # fmt: skip
    assert flow == pytest.approx(math.pi * R_s**2 * v, rel=1e-9)


def test_shear_thinning_spares_force_and_the_reference_is_only_a_reference() -> None:
    """For a consistency that silently depends on the shear rate of the measurement."""
    args = (1.3e-3, 4.1e-3, 1.7e-4, 1.27e-2)
    n, eta_1 = 0.43, 5.3
    eta_9 = eta_1 * 9.0 ** (n - 1.0)
    at_1 = law.injection_force(*args, eta_1, n, 1.0)
    assert law.injection_force(*args, eta_9, n, 9.0) == pytest.approx(at_1, rel=1e-12)
    assert at_1 < law.injection_force(*args, eta_1)


def test_stock_and_polymer_fill_the_volume() -> None:
    """For a polymer that is diluted by x in place of 1 - x, or by 1 + x."""
    v_stock, v_polymer, stock, solution = 0.26e-6, 1.74e-6, 4.7e16, 86.3
    mixed = solution * v_polymer / (v_stock + v_polymer)
    share = law.stock_share(stock * v_stock / (v_stock + v_polymer), stock)
    assert share == pytest.approx(v_stock / (v_stock + v_polymer), rel=1e-13)
    assert law.solution_before_mixing(mixed, share) == pytest.approx(solution, rel=1e-13)
    assert law.concentration_mixed(stock, share) == pytest.approx(share * stock, rel=1e-14)


def test_excess_is_that_of_the_end_that_is_missed() -> None:
    """For a window that is judged by one concentration, or by its other end."""
    excess = law.concentration_excess([39.0, 41.0, 41.0], [41.0, 199.0, 230.0], 40.0, 200.0)
    np.testing.assert_allclose(excess, [40.0 / 39.0 - 1.0, 0.0, 0.15], atol=1e-12)
