"""Chain-growth networks: against random cleavage of blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from releasekit.physics import chain_growth as law
from releasekit.physics.gelation import gel_point_time


def test_shares_of_crosslinkers_against_random_cleavage() -> None:
    """For one block in the place of two."""
    rng = np.random.default_rng(11)
    p = 0.63
    intact = rng.random((100_000, 2)) < p
    assert law.crosslink_density_ratio_chain(p) == pytest.approx(intact.all(1).mean(), abs=0.006)
    assert law.crosslinkers_freed_chain(p) == pytest.approx((~intact).all(1).mean(), abs=0.005)


def test_crosslinkers_are_whole_freed_or_dangling() -> None:
    """For shares that do not add up to 1 with the dangling ones, 2p(1-p)."""
    p = np.array([0.0, 0.29, 0.63, 1.0])
    whole, freed = law.crosslink_density_ratio_chain(p), law.crosslinkers_freed_chain(p)
    np.testing.assert_allclose(whole + freed + 2.0 * p * (1.0 - p), 1.0, rtol=1e-14)


def test_gel_point_leaves_one_link_to_go_on_per_chain() -> None:
    """For 1/(N-1) in the place of its square root: a step needs both blocks of a crosslinker."""
    N = np.array([5.0, 23.0, 410.0])
    p = law.gel_point_fraction_chain(N)
    np.testing.assert_allclose(law.crosslink_density_ratio_chain(p) * (N - 1.0), 1.0, rtol=1e-13)
    k = 3.1e-7
    np.testing.assert_allclose(gel_point_time(k, 1.0, p), np.log(N - 1.0) / (2.0 * k), rtol=1e-13)


def test_too_few_crosslinks_are_never_a_gel() -> None:
    """For a division by zero at one crosslink per chain."""
    assert law.gel_point_fraction_chain(1.0) == math.inf
    assert gel_point_time(3.1e-7, 1.0, law.gel_point_fraction_chain([1.0, 2.0])).tolist() == [0, 0]


def test_swelling_grows_with_the_power_three_fifths() -> None:
    """For the exponent, by its slope, and for a network without crosslinks."""
    rho = np.array([0.43, 0.43 * 1.001])
    Q = law.swelling_growth(rho)
    assert math.log(Q[1] / Q[0]) / math.log(1.001) == pytest.approx(-0.6, rel=1e-9)
    assert law.swelling_growth(1.0) == 1.0
    assert law.swelling_growth(0.0) == math.inf
