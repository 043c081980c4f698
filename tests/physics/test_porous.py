"""Porous bodies."""

from __future__ import annotations

import numpy as np
import pytest

from releasekit.physics import porous

LAWS = (porous.porous_maxwell, porous.porous_bruggeman, porous.porous_mackie_meares,
        porous.porous_weissberg, porous.porous_tomadakis_sotirchos)


@pytest.mark.parametrize("law", LAWS)
def test_open_water_and_solid_block_are_the_limits(law) -> None:
    """For NaN at ε = 0, below the percolation threshold of fibres, or a value above 1 at ε = 1."""
    assert law([0.0, 0.013, 1.0])[[0, 2]].tolist() == [0.0, 1.0]
    eps = np.linspace(0.0, 1.0, 301)
    values = law(eps)
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) >= 0.0)
    # no isotropic body beats the Hashin-Shtrikman bound, which Maxwell's form attains
    assert np.all(values <= porous.porous_maxwell(eps) + 1e-14)


@pytest.mark.parametrize("law", [porous.porous_maxwell, porous.porous_bruggeman,
                                 porous.porous_weissberg])
def test_a_few_spheres_cost_three_halves_of_their_volume(law) -> None:
    """For a misprinted exponent: all forms for spheres share the exact dilute limit."""
    solid = 1e-6
    assert (1.0 - law(1.0 - solid)) / solid == pytest.approx(1.5, rel=1e-5)


def test_a_few_fibres_cost_about_five_thirds_of_their_volume() -> None:
    """For the fit's 0.037 and 0.661 put in each other's place (exact for long thin rods: 5/3)."""
    solid = 1e-6
    cost = (1.0 - porous.porous_tomadakis_sotirchos(1.0 - solid)) / solid
    assert cost == pytest.approx(5 / 3, rel=0.02)


def test_mackie_meares_is_the_square_of_a_free_path() -> None:
    """For the square left out."""
    assert porous.porous_mackie_meares(0.5) == pytest.approx(1 / 9, rel=1e-14)


def test_release_times_go_with_the_pore_diffusivity() -> None:
    """For the superficial diffusivity used as a time scale (13 days instead of 9)."""
    L, eps, D_eff, cells = 1.3e-3, 0.71, 3.3e-12, 400
    h = L / cells
    # steady form of ε ∂C/∂t = D_eff ∂²C/∂x²: the mean release time solves D_eff θ'' = -ε
    conductance = np.full(cells, D_eff / h)
    conductance[-1] *= 2.0  # half a cell to the open face
    matrix = np.diag(conductance + np.r_[0.0, conductance[:-1]])
    matrix -= np.diag(conductance[:-1], 1) + np.diag(conductance[:-1], -1)
    mean_time = np.linalg.solve(matrix, np.full(cells, eps * h)).mean()
    assert L**2 / (3.0 * porous.pore_diffusivity(D_eff, eps)) == pytest.approx(mean_time, rel=1e-4)


def test_retardation_is_the_slope_of_the_total_content() -> None:
    """For the secant of the isotherm in place of its slope, or a missing porosity."""
    eps, rho_b, q_m, K_L, c = 0.73, 310.0, 0.017, 0.83, 1.9

    def total(x):
        return eps * x + rho_b * q_m * K_L * x / (1.0 + K_L * x)

    step = 1e-4
    slope = (total(c + step) - total(c - step)) / (2.0 * step) / eps
    assert porous.retardation_langmuir(eps, rho_b, q_m, K_L, c) == pytest.approx(slope, rel=1e-7)


def test_langmuir_becomes_linear_at_low_concentration() -> None:
    """For an affinity and a capacity that do not multiply to K_d."""
    linear = porous.retardation_linear(0.73, 310.0, 0.017 * 0.83)
    assert porous.retardation_langmuir(0.73, 310.0, 0.017, 0.83, 0.0) == pytest.approx(linear)
    assert porous.retardation_linear(0.73, 310.0, 0.0) == 1.0


def test_eroded_solid_is_released_solid() -> None:
    """For a porosity and a release that follow different powers of the strut radius."""
    t, a_0, v, eps_0 = np.linspace(0.0, 40.0, 9) * 86400, 73e-6, 2.3e-11, 0.71
    solid = 1.0 - porous.strut_porosity_eroding(t, a_0, v, eps_0)
    released = porous.release_strut_eroding(t, a_0, v)
    assert solid / (1.0 - eps_0) == pytest.approx(1.0 - released, rel=1e-12)
    assert released[3] == pytest.approx(1.0 - (1.0 - v * t[3] / a_0) ** 2, rel=1e-12)


def test_a_strut_that_is_gone_does_not_grow_again() -> None:
    """For the square of a negative radius after the end of erosion."""
    late = np.array([1.0, 1.5, 3.0]) * 73e-6 / 2.3e-11
    assert porous.strut_porosity_eroding(late, 73e-6, 2.3e-11, 0.71).tolist() == [1.0] * 3
    assert porous.release_strut_eroding(late, 73e-6, 2.3e-11).tolist() == [1.0] * 3
    dual = porous.release_dual_reservoir(late, 0.0, 1e-5, late[0])
    assert dual.tolist() == [1.0] * 3


def test_dual_reservoir_is_its_two_parts() -> None:
    """For shares exchanged between desorption and erosion."""
    t, k, a_0, v = 5.1 * 86400, 1.7e-6, 73e-6, 2.3e-11
    desorbed = porous.release_dual_reservoir(t, 1.0, k, a_0 / v)
    eroded = porous.release_dual_reservoir(t, 0.0, k, a_0 / v)
    assert desorbed == pytest.approx(1.0 - np.exp(-k * t), rel=1e-12)
    assert eroded == pytest.approx(porous.release_strut_eroding(t, a_0, v), rel=1e-12)
    both = porous.release_dual_reservoir(t, 0.37, k, a_0 / v)
    assert both == pytest.approx(0.37 * desorbed + 0.63 * eroded, rel=1e-12)
