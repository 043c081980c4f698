"""Lognormal vesicle sizes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from releasekit.physics import sizes
from releasekit.physics.mobility import stokes_einstein
from releasekit.physics.series import release_slab

MEDIAN, GSD = 93e-9, 1.52
LAW = stats.lognorm(s=np.log(GSD), scale=MEDIAN)


@pytest.mark.parametrize("count", [1, 8, 16])
def test_nodes_weigh_every_vesicle_once(count: int) -> None:
    """For weights that belong to (-1, 1) instead of (0, 1), or nodes that are not quantiles."""
    diameters, weights = sizes.size_nodes(MEDIAN, GSD, count)
    assert weights.sum() == pytest.approx(1.0, abs=1e-14)
    assert np.all(np.diff(diameters) > 0)
    middle_of_cells = np.cumsum(weights) - 0.5 * weights
    assert LAW.cdf(diameters) == pytest.approx(middle_of_cells, abs=0.02)


def test_sixteen_nodes_average_a_release_to_the_promised_accuracy() -> None:
    """For nodes equidistant in diameter or of equal probability (ten times worse)."""
    def released(d):
        return release_slab(stokes_einstein(d, 304.75, 7.7e-4) * 9000.0 / 0.73e-3**2)

    exact = integrate.quad(lambda p: float(released(LAW.ppf(p))), 0, 1, limit=400)[0]
    diameters, weights = sizes.size_nodes(MEDIAN, GSD, 16)
    assert weights @ released(diameters) == pytest.approx(exact, abs=1e-4)


def test_nodes_of_many_designs_are_the_nodes_of_each() -> None:
    """For a broadcast that mixes the design axis with the size axis."""
    medians, gsds = np.array([[61e-9], [140e-9]]), np.array([1.0, 1.3, 1.9])
    diameters, _ = sizes.size_nodes(medians, gsds, 5)
    assert diameters.shape == (2, 3, 5)
    alone, _ = sizes.size_nodes(140e-9, 1.9, 5)
    assert np.array_equal(diameters[1, 2], alone)
    assert diameters[0, 0] == pytest.approx(np.full(5, 61e-9), rel=1e-15)


def test_cached_weights_cannot_be_changed_by_a_caller() -> None:
    """For a cache that hands out its own array and is spoilt by an in-place operation."""
    _, weights = sizes.size_nodes(MEDIAN, GSD, 7)
    with pytest.raises(ValueError, match="read-only"):
        weights *= 2.0


@pytest.mark.parametrize("order", [0.0, 2.0, 3.0, -1.0])
def test_share_below_is_the_integral_of_the_weighted_density(order: float) -> None:
    """For the shift k s² left out, or applied with the wrong sign."""
    limit = 117e-9
    score = np.log(limit / MEDIAN) / np.log(GSD)

    def weighted(z):
        return GSD ** (order * z) * np.exp(-0.5 * z * z)

    share = integrate.quad(weighted, -9, score)[0] / (
        integrate.quad(weighted, -9, score)[0] + integrate.quad(weighted, score, 12)[0])
    assert sizes.fraction_below(limit, MEDIAN, GSD, order) == pytest.approx(share, rel=1e-9)


def test_share_below_agrees_with_scipy_and_has_its_limits() -> None:
    """For log10 in place of ln, and for NaN at d = 0 or at a single size."""
    d = np.array([0.0, 30e-9, 93e-9, 210e-9])
    assert sizes.fraction_below(d, MEDIAN, GSD) == pytest.approx(LAW.cdf(d), rel=1e-12)
    assert sizes.fraction_below(d, MEDIAN, 1.0).tolist() == [0.0, 0.0, 1.0, 1.0]
    between = sizes.fraction_between(30e-9, 210e-9, MEDIAN, GSD)
    assert between == pytest.approx(LAW.cdf(210e-9) - LAW.cdf(30e-9), rel=1e-12)


def test_mean_diameters_are_ratios_of_moments() -> None:
    """For exponents that do not belong to the orders."""
    for k, q in [(1, 0), (3, 2), (6, 5), (4, 3)]:
        lower = LAW.moment(q) if q else 1.0
        expected = (LAW.moment(k) / lower) ** (1.0 / (k - q))
        assert sizes.moment_diameter(MEDIAN, GSD, k, q) == pytest.approx(expected, rel=1e-9)
    assert sizes.mean_diameter(MEDIAN, GSD) == pytest.approx(LAW.mean(), rel=1e-12)


def test_mode_and_volume_median_are_where_they_say() -> None:
    """For mode and mean exchanged, and for a volume median computed with s² once."""
    peak = optimize.minimize_scalar(lambda d: -LAW.pdf(d * 1e-9), bounds=(20, 200),
                                    method="bounded", options={"xatol": 1e-6}).x * 1e-9
    assert sizes.mode_diameter(MEDIAN, GSD) == pytest.approx(peak, rel=1e-5)
    median_by_volume = sizes.volume_weighted_median(MEDIAN, GSD)
    assert sizes.fraction_below(median_by_volume, MEDIAN, GSD, 3.0) == pytest.approx(0.5)
