"""Structure of networks: swelling, modulus, mesh, fibres."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import constants, integrate, optimize

from releasekit.physics import network


def test_polymer_mass_is_conserved_while_a_gel_swells() -> None:
    """For a swelling ratio by mass, or one that multiplies instead of divides."""
    c, rho, Q = 68.0, 1320.0, np.array([1.0, 1.37, 4.2])
    phi = network.volume_fraction(c, rho, Q)
    assert phi * rho * Q == pytest.approx(np.full(3, c), rel=1e-14)
    assert network.volume_fraction(c, rho) == pytest.approx(phi[0])


def test_blob_holds_one_thermal_unit_of_elastic_energy() -> None:
    """For a missing cube root, k_B exchanged with R, or a temperature in degC."""
    xi = network.correlation_length([0.7, 410.0, 8.3e3], 304.75)
    assert [0.7, 410.0, 8.3e3] * xi**3 == pytest.approx(np.full(3, constants.k * 304.75))
    assert network.correlation_length(100.0, 310.15) * 1e9 == pytest.approx(34.98525, rel=1e-6)


def test_a_gel_without_modulus_has_an_infinite_mesh_and_no_warning() -> None:
    """For a division that warns or gives NaN at the gel point."""
    assert network.correlation_length(0.0, 304.75) == np.inf
    assert network.mesh_modulus_ratio([0.0, 1.0]).tolist() == [np.inf, 1.0]


def test_mesh_growth_follows_the_modulus_route() -> None:
    """For the exponent +1/3, or -1/2 of another route."""
    start, now = network.correlation_length([2.3e3, 0.19e3], 304.75)
    assert network.mesh_modulus_ratio(0.19 / 2.3) == pytest.approx(now / start, rel=1e-13)


def test_strand_size_is_that_of_a_random_walk() -> None:
    """For bonds per repeat left out, or a contour length in place of an end-to-end distance."""
    rng = np.random.default_rng(20)
    repeats, bonds, length = 17, 3, 1.51e-10
    steps = rng.normal(size=(4000, repeats * bonds, 3))
    steps *= length / np.linalg.norm(steps, axis=2, keepdims=True)
    walk = np.sqrt(np.mean(np.sum(steps.sum(axis=1) ** 2, axis=1)))
    dry = network.mesh_canal_peppas(1.0, length, 1.0, bonds, repeats * 0.044, 0.044)
    assert dry == pytest.approx(walk, rel=0.03)
    # affine: a volume 1/0.037 times larger stretches every length by its cube root
    swollen = network.mesh_canal_peppas(0.037, length, 1.0, bonds, repeats * 0.044, 0.044)
    assert (swollen / dry) ** 3 == pytest.approx(1 / 0.037, rel=1e-12)


def test_strands_carry_the_modulus_they_are_counted_from() -> None:
    """For the phantom factor applied upside down, and for strands per molecule, not per mole."""
    G, T, f = 3.1e3, 304.75, 4.0
    affine = network.strand_concentration_affine(G, T)
    phantom = network.strand_concentration_phantom(G, T, f)
    assert affine * constants.R * T == pytest.approx(G, rel=1e-8)
    assert phantom * constants.R * T * (1 - 2 / f) == pytest.approx(G, rel=1e-8)
    assert phantom > affine
    assert network.strand_spacing(affine) == pytest.approx(
        network.correlation_length(G, T), rel=1e-9)


def test_swelling_softens() -> None:
    """For the ratio taken the wrong way round."""
    assert network.swollen_modulus(2.7e3, 0.064, 0.008) == pytest.approx(1350.0, rel=1e-12)


def _printed_peppas_merrill(phi, M_n, v, V_1, chi, phi_0):
    """Return 1/M_c exactly as the relation is printed."""
    bracket = np.log(1 - phi) + phi + chi * phi**2
    return 2 / M_n - v / V_1 * bracket / (phi_0 * ((phi / phi_0) ** (1 / 3) - phi / (2 * phi_0)))


def test_peppas_merrill_forward_and_back() -> None:
    """For a root finder that misses the root or swaps prepared and swollen fractions."""
    M_n, v, V_1, chi, phi_0 = 11.3, 8.9e-4, 1.8e-5, 0.43, 0.11
    M_c = np.array([0.35, 1.7, 4.6])
    phi = network.swollen_volume_fraction_peppas_merrill(M_n, M_c, v, V_1, chi, phi_0)
    for mass, fraction in zip(M_c, phi, strict=True):
        alone = optimize.brentq(
            lambda x, mass=mass: _printed_peppas_merrill(x, M_n, v, V_1, chi, phi_0) - 1 / mass,
            1e-6, 0.3, xtol=1e-15)
        assert fraction == pytest.approx(alone, rel=1e-10)
    back = network.strand_molar_mass_peppas_merrill(M_n, v, V_1, chi, phi_0, phi)
    assert back == pytest.approx(M_c, rel=1e-9)
    assert np.all(np.diff(phi) < 0)  # longer strands swell more


def test_peppas_merrill_agrees_with_the_plain_flory_rehner_limit() -> None:
    """For the chain-end term 2/M_n lost or doubled: at M_n → ∞ only strands count."""
    phi = 0.004
    M_c = network.strand_molar_mass_peppas_merrill(1e12, 8.9e-4, 1.8e-5, 0.43, 0.11, phi)
    leading = 1.8e-5 * 0.11 ** (2 / 3) * phi ** (1 / 3) / (8.9e-4 * (0.5 - 0.43) * phi**2)
    assert M_c == pytest.approx(leading, rel=0.08)


def _printed_richbourg(phi, phi_0, f, gamma, N_j, rho, M_r, V_1, chi):
    left = (np.log(1 - phi) + phi + chi * phi**2) / phi ** (1 / 3)
    return left + (1 - 2 / f) * (1 - gamma) * V_1 * rho / (M_r * N_j) * phi_0 ** (2 / 3)


@pytest.mark.parametrize("chi", [0.1, 0.43, 0.5, 0.71])
def test_richbourg_swelling_solves_the_printed_equation_in_every_row(chi: float) -> None:
    """For rows that share one bracket, and for the fold below zero that χ > ½ brings."""
    rng = np.random.default_rng(4)
    phi_0, N_j = rng.uniform(0.03, 0.4, 9), rng.uniform(8, 900, 9)
    phi = network.swollen_volume_fraction_richbourg(
        phi_0, 4, 0.07, N_j, 1120.0, 0.04405, 1.8e-5, chi)
    for row in range(9):
        rest = (phi_0[row], 4, 0.07, N_j[row], 1120.0, 0.04405, 1.8e-5, chi)
        low = 0.4 if chi > 0.6 else 1e-6  # right of the fold
        alone = optimize.brentq(_printed_richbourg, low, 0.97, args=rest, xtol=1e-15)
        assert phi[row] == pytest.approx(alone, rel=1e-9)


def test_a_network_without_strands_dissolves() -> None:
    """For NaN or an error where every chain is a dangling end."""
    phi = network.swollen_volume_fraction_richbourg(
        0.1, 4, 1.0, 100.0, 1120.0, 0.04405, 1.8e-5, 0.426)
    assert phi < 1e-8


def test_richbourg_modulus_is_that_of_a_phantom_network() -> None:
    """For the exponents 2/3 and 1/3 exchanged or a chain-end factor missing."""
    phi_0, gamma, N_j, rho, M_r, T = 0.087, 0.06, 113.0, 1120.0, 0.04405, 304.75
    as_made = network.modulus_richbourg(phi_0, phi_0, 4, gamma, N_j, rho, M_r, T)
    strands = network.strand_concentration_phantom(as_made, T, 4)
    assert strands == pytest.approx((1 - gamma) * phi_0 * rho / (M_r * N_j), rel=1e-12)
    swollen = network.modulus_richbourg(phi_0, 0.031, 4, gamma, N_j, rho, M_r, T)
    assert swollen == pytest.approx(network.swollen_modulus(as_made, phi_0, 0.031), rel=1e-12)


def test_richbourg_mesh_meets_canal_peppas_for_fixed_junctions() -> None:
    """For the junction factor under the wrong root."""
    fixed = network.mesh_richbourg(0.041, 1e9, 1.46e-10, 4.0, 3.0, 113.0)
    assert fixed == pytest.approx(
        network.mesh_canal_peppas(0.041, 1.46e-10, 4.0, 3.0, 113.0 * 0.044, 0.044), rel=1e-8)
    four = network.mesh_richbourg(0.041, 4, 1.46e-10, 4.0, 3.0, 113.0)
    assert (four / fixed) ** 2 == pytest.approx(0.5, rel=1e-8)


def test_mesh_radius_knows_three_geometries_and_says_so() -> None:
    """For a silent factor of zero at a functionality that is not tabulated."""
    radii = network.mesh_radius_richbourg(11.3e-9, [4, 6, 8]) / 11.3e-9
    assert radii**2 == pytest.approx([2 / 3, 1 / 4, 1 / 8], rel=1e-12)
    with pytest.raises(ValueError, match="4, 6 and 8"):
        network.mesh_radius_richbourg(11.3e-9, [4, 5])


def test_fibre_length_fills_the_volume_fraction() -> None:
    """For a diameter used as a radius."""
    assert network.fibre_length_density(0.0037, 43e-9) * np.pi * 43e-9**2 == pytest.approx(0.0037)


def test_distances_between_fibres_follow_from_the_void_probability() -> None:
    """For a clearance that counts points inside fibres, or a Rayleigh scale off by √2."""
    rho_L, a = 7.3e11, 61e-9

    def clear(r):  # chance that no fibre axis passes within r
        return np.exp(-np.pi * rho_L * r**2)

    mean = integrate.quad(lambda r: clear(r * 1e-9), 0, 6000, epsrel=1e-11)[0] * 1e-9
    assert network.fibre_mean_distance(rho_L) == pytest.approx(mean, rel=1e-9)
    beyond = integrate.quad(lambda r: clear(r * 1e-9), 61, 6000, epsrel=1e-11)[0] * 1e-9
    assert network.fibre_mean_clearance(rho_L, a) == pytest.approx(beyond / clear(a), rel=1e-9)
    peak = optimize.minimize_scalar(lambda r: -r * clear(r * 1e-9), bounds=(10, 3000),
                                    method="bounded", options={"xatol": 1e-5}).x * 1e-9
    assert network.fibre_distance_scale(rho_L) == pytest.approx(peak, rel=1e-6)


def test_a_sphere_fits_where_no_axis_is_nearer_than_both_radii() -> None:
    """For a particle diameter used as a radius."""
    phi, a, r_s = 0.0037, 43e-9, np.array([0.0, 61e-9, 450e-9])
    rho_L = network.fibre_length_density(phi, a)
    expected = np.exp(-np.pi * rho_L * (a + r_s) ** 2)
    assert network.accessible_volume_ogston(r_s, a, phi) == pytest.approx(expected, rel=1e-12)
