"""Non-dominated sets against brute force and known volumes."""

import numpy as np
import pytest

from releasekit.studies.pareto import balanced, front, hypervolume


def test_front_is_what_nothing_beats() -> None:
    """Mistake: dominated points kept, or equal ones lost, in three objectives."""
    points = np.random.default_rng(3).normal(size=(173, 3)).round(1)
    beaten = ((points[:, None] >= points[None]).all(axis=2)
              & (points[:, None] > points[None]).any(axis=2)).any(axis=1)
    assert front(points).tolist() == np.flatnonzero(~beaten).tolist()
    assert front(np.zeros((0, 2))).size == 0


def test_hypervolume_of_a_staircase_and_of_boxes() -> None:
    """Mistake: overlaps counted twice, or points outside the box counted at all."""
    ideal, worst = np.array([1.0, -2.0]), np.array([5.0, 6.0])
    stairs = np.array([[1.5, 4.0], [2.5, 1.0], [4.0, 0.5]])
    exact = (3.5 * 2.0 + 2.5 * 3.0 + 1.0 * 0.5) / 32.0
    assert hypervolume(stairs, ideal, worst) == pytest.approx(exact, rel=1e-12)
    beyond = np.array([[7.0, -1.0], [0.0, 6.5]])
    assert hypervolume(np.vstack([stairs, beyond]), ideal, worst) == pytest.approx(exact)
    better = np.array([[0.0, -3.0]])  # better than the ideal fills the box, not more
    assert hypervolume(better, ideal, worst) == pytest.approx(1.0)
    assert hypervolume(beyond, ideal, worst) == 0.0
    three = np.array([[0.2, 0.5, 0.7], [0.6, 0.1, 0.3]])
    exact = 0.8 * 0.5 * 0.3 + 0.4 * 0.9 * 0.7 - 0.4 * 0.5 * 0.3
    assert hypervolume(three, np.zeros(3), np.ones(3)) == pytest.approx(exact, rel=1e-12)


def test_balanced_does_not_depend_on_units() -> None:
    """Mistake: the objective with the largest numbers decides alone."""
    points = np.array([[0.0, 9.7], [3.1, 3.9], [8.8, 0.2], [5.0, 9.0]])
    for factors in ([1.0, 1.0], [1e9, 1e-3], [1e-12, 7.0]):
        assert balanced(points * factors + 13.0) == 1
    assert balanced(np.array([[4.2, 1.7]])) == 0
