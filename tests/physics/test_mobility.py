"""Mobility in water, between chains and fibres, in pores and in two phases."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import constants, integrate, stats

from releasekit.physics import mobility


def test_water_is_as_viscous_as_measured() -> None:
    """For a temperature in degC or the wrong base of the power (handbook values, mPa s)."""
    measured = {293.15: 1.0016, 298.15: 0.8900, 310.15: 0.6913, 323.15: 0.5465}
    for temperature, eta in measured.items():
        assert mobility.water_viscosity(temperature) * 1e3 == pytest.approx(eta, rel=5e-3)


def test_stokes_einstein_takes_the_diameter() -> None:
    """For 6π with a diameter: a factor of two."""
    d, T, eta = np.array([43e-9, 131e-9]), 304.75, 7.7e-4
    friction = 6.0 * np.pi * eta * (d / 2.0)
    value = mobility.stokes_einstein(d, T, eta)
    assert value == pytest.approx(constants.k * T / friction, rel=1e-12)


def test_obstruction_is_the_chance_of_a_wide_enough_opening() -> None:
    """For a mesh radius where a diameter belongs, or radii exchanged."""
    r_s, a, xi = np.array([7e-9, 43e-9, 120e-9]), 0.83e-9, 57e-9
    mean = xi / 2 + a  # openings of Rayleigh radius with this mean
    openings = stats.rayleigh(scale=mean / np.sqrt(np.pi / 2))
    value = mobility.obstruction_amsden(r_s, a, xi)
    assert value == pytest.approx(openings.sf(r_s + a), rel=1e-12)


def test_closure_is_obstruction_for_thin_chains() -> None:
    """For the closure fed with a radius, or B = π."""
    r_s, xi = np.array([9e-9, 43e-9, 120e-9]), 57e-9
    thin = mobility.obstruction_amsden(r_s, 0.0, xi)
    assert mobility.closure_unified(2 * r_s, xi, np.pi / 4) == pytest.approx(thin, rel=1e-12)


def test_sieving_stops_at_the_mesh_and_never_turns_negative() -> None:
    """For a negative mobility of particles above the mesh."""
    value = mobility.sieving_lustig_peppas([0.0, 19e-9, 40e-9], 19e-9, 0.063)
    assert value.tolist() == [pytest.approx(np.exp(-0.063 / 0.937)), 0.0, 0.0]


def test_multiscale_joins_free_volume_and_obstruction() -> None:
    """For erf and erfc exchanged."""
    r_s = np.array([16e-9, 45e-9])
    obstruction = mobility.obstruction_amsden(r_s, 0.51e-9, 90e-9)
    assert mobility.multiscale_axpe(r_s, 0.51e-9, 90e-9, 0.05) == pytest.approx(
        obstruction, rel=0.02)
    tiny = mobility.multiscale_axpe(1e-11, 0.51e-9, 90e-9, 0.3)
    assert tiny == pytest.approx(1.0, abs=1e-3)


def test_multiscale_separates_the_voids_of_gel_and_water() -> None:
    """For the two void radii exchanged (mpmath value of the printed form)."""
    r_s, a, xi, phi, gel, water = 4e-10, 5.1e-10, 6e-9, 0.17, 3.1e-10, 2.4e-10
    jump = mpmath.exp(-((r_s / water) ** 3) * phi / (1 - phi))
    wall = mpmath.exp(-mpmath.pi * ((r_s + a) / (xi + 2 * a)) ** 2)
    expected = mpmath.erf(gel / r_s) * jump + mpmath.erfc(gel / r_s) * wall
    assert mobility.multiscale_axpe(r_s, a, xi, phi, gel, water) == pytest.approx(float(expected))


def test_ogston_mobility_of_a_point_still_feels_the_fibres() -> None:
    """For the fibre radius left out of the jump length."""
    point = mobility.fibres_ogston(0.0, 43e-9, 0.0049)
    assert point == pytest.approx(np.exp(-0.07), rel=1e-12)


def test_drag_of_a_brinkman_medium_has_its_limits() -> None:
    """For NaN at zero permeability, and for 1/3 as the silent default."""
    assert mobility.drag_brinkman(61e-9, [0.0, np.float64(1e10)]).tolist() == [
        0.0, pytest.approx(1.0)]
    b = 1e-4
    weak = mobility.drag_brinkman(b * 1e-7, 1e-14)
    assert (1.0 - weak) / b == pytest.approx(1.0, rel=1e-3)
    strong = mobility.drag_brinkman(1e-4, 1e-18)
    assert strong * (1e-4 / 1e-9) ** 2 == pytest.approx(9.0, rel=1e-3)
    printed = mobility.drag_brinkman(1e-4, 1e-18, 1 / 3)
    assert strong / printed == pytest.approx(3.0, rel=1e-3)


def test_permeability_falls_with_the_fibre_share_and_never_turns_negative() -> None:
    """For the logarithm that changes sign in a dense mat and gives NaN in the drag."""
    kappa = mobility.permeability_jackson_james(43e-9, np.linspace(1e-4, 0.9, 60))
    assert np.all(np.diff(kappa) <= 0.0)
    assert kappa[-1] == 0.0
    assert mobility.brinkman_phillips(61e-9, 43e-9, 0.9, kappa[-1]) == 0.0
    assert mobility.permeability_jackson_james(2.0, np.exp(-1.931)) == pytest.approx(
        0.6 * np.exp(1.931), rel=1e-12)


def test_fibrous_mobility_is_drag_times_detour() -> None:
    """For the steric factor counted twice or not at all."""
    kappa, phi, a = 3.5e-13, 0.0037, 43e-9
    no_detour = mobility.brinkman_phillips(61e-9, a, 0.0, kappa)
    assert no_detour == pytest.approx(mobility.drag_brinkman(61e-9, kappa), rel=1e-12)
    no_drag = mobility.brinkman_phillips(61e-9, a, phi, np.float64(1e10))
    assert no_drag == pytest.approx(
        np.exp(-0.84 * (phi * (104 / 43) ** 2) ** 1.09), rel=1e-6)


def test_pore_hindrance_falls_smoothly_to_zero() -> None:
    """For the noise of the polynomial near λ = 1 and for a value beyond it."""
    ratio = np.linspace(0.0, 1.4, 2801)
    for law in (mobility.pore_hindrance, mobility.pore_drag, mobility.pore_hindrance_renkin):
        values = law(ratio)
        assert values[0] == 1.0
        assert np.all(np.diff(values) <= 2e-6)  # the printed fit wavers by less from 0.949 on
        assert np.all(values[ratio >= 1.0] == 0.0)
        below, above = law([0.95 - 1e-9, 0.95 + 1e-9])  # no jump where the tail takes over
        assert above == pytest.approx(below, rel=1e-6)


def test_pore_hindrance_starts_with_the_known_expansion() -> None:
    """For a sign or digit lost in the leading coefficients."""
    ratio = 1e-4
    expected = 1.0 + 1.125 * ratio * np.log(ratio) - 1.56034 * ratio
    assert mobility.pore_hindrance(ratio) == pytest.approx(expected, abs=1e-8)
    old = mobility.pore_hindrance_renkin(ratio)
    assert (1.0 - old) / ratio == pytest.approx(4.104, rel=1e-3)


def test_pore_drag_leaves_the_partitioning_out() -> None:
    """For partitioning counted twice with a load that already is in the pores."""
    ratio = np.array([0.03, 0.4, 0.93, 0.97])
    partition = (1.0 - ratio) ** 2
    assert mobility.pore_drag(ratio) * partition == pytest.approx(
        mobility.pore_hindrance(ratio), rel=1e-12)


def test_squeezing_energy_is_the_bending_of_a_capped_cylinder() -> None:
    """For the spontaneous energy of the sphere counted, or volume kept instead of area."""
    kappa, R, r = 9e-20, 53e-9, 41e-9
    length = (4 * np.pi * R**2 - 4 * np.pi * r**2) / (2 * np.pi * r)
    bending = 0.5 * kappa / r**2 * (2 * np.pi * r * length)  # caps cost as much as the sphere
    assert mobility.squeezing_energy(kappa, R, r) == pytest.approx(bending, rel=1e-12)
    volume = 4 / 3 * np.pi * r**3 + np.pi * r**2 * length
    assert mobility.squeezed_volume_fraction(R, r) == pytest.approx(
        volume / (4 / 3 * np.pi * R**3), rel=1e-12)


def test_a_vesicle_in_a_wide_pore_stays_round() -> None:
    """For a negative energy where nothing is squeezed."""
    assert mobility.squeezing_energy(9e-20, 53e-9, [53e-9, 80e-9]).tolist() == [0.0, 0.0]
    assert mobility.squeezed_volume_fraction(53e-9, [53e-9, 80e-9]).tolist() == [1.0, 1.0]


def test_relaxation_moves_one_diameter_per_relaxation_time() -> None:
    """For a walk in one dimension (2 instead of 6)."""
    D = mobility.constraint_release(87e-9, [41.0, np.inf])
    assert 6.0 * D[0] * 41.0 == pytest.approx(87e-9**2, rel=1e-12)
    assert D[1] == 0.0


@pytest.mark.parametrize("contrast", [0.0, 1e-12, 1e-5, 0.3, 1.0, 7.0])
def test_effective_medium_fulfils_bruggemans_condition(contrast: float) -> None:
    """For cancellation below the threshold, and for the share given to the wrong phase."""
    D_1 = 5.7e-12
    f_2 = np.array([0.05, 0.4, 0.61, 0.7, 0.93])
    values = mobility.effective_medium(D_1, contrast * D_1, f_2)
    for share, value in zip(f_2, values, strict=True):
        with mpmath.workdps(40):
            c, f = mpmath.mpf(contrast), mpmath.mpf(share)
            b = (2 - 3 * f) + (3 * f - 1) * c
            exact = (b + mpmath.sqrt(b**2 + 8 * c)) / 4
            residual = (1 - f) * (1 - exact) / (1 + 2 * exact) if exact else 0
            residual += f * (c - exact) / (c + 2 * exact) if exact else 0
        assert abs(residual) < 1e-15
        assert value / D_1 == pytest.approx(float(exact), rel=1e-12, abs=1e-25)


def test_effective_medium_has_a_threshold_and_pure_phases() -> None:
    """For a threshold elsewhere than at one third, and for 0/0 without any mobility."""
    open_share = np.array([0.2, 1 / 3, 0.5, 1.0])
    values = mobility.effective_medium(5.7e-12, 0.0, 1.0 - open_share)
    assert values / 5.7e-12 == pytest.approx([0.0, 0.0, 0.25, 1.0], abs=1e-15)
    assert mobility.effective_medium(0.0, 0.0, 0.4) == 0.0
    swapped = mobility.effective_medium(3e-15, 5.7e-12, [0.0, 0.35, 1.0])
    assert swapped == pytest.approx(
        mobility.effective_medium(5.7e-12, 3e-15, [1.0, 0.65, 0.0]), rel=1e-12)


def test_mobile_share_counts_vesicles_or_their_volume() -> None:
    """For number and volume exchanged, or a cut-off at the mesh without its factor."""
    xi, beta, median, gsd = 41e-9, 2.1, 93e-9, 1.52
    law = stats.lognorm(s=np.log(gsd), scale=median * 1e9)
    number = mobility.mobile_fraction_cutoff(xi, beta, median, gsd)
    assert number == pytest.approx(law.cdf(86.1), rel=1e-10)
    volume = integrate.quad(lambda d: d**3 * law.pdf(d), 0, 86.1)[0] / law.moment(3)
    assert mobility.mobile_fraction_cutoff(xi, beta, median, gsd, 3.0) == pytest.approx(
        volume, rel=1e-7)
