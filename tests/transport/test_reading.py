"""Values between step ends, the error that is stated, and where steps are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from releasekit.transport.problem import PARTS, Action
from releasekit.transport.reading import correct, interpolate
from releasekit.transport.solve import ACCURACIES, EACH_PART, solve
from releasekit.transport.steps import time_steps

from .conftest import DAY, at_wound
from .test_receding import eroding

DEFAULT = ACCURACIES["default"]
STEPS = (np.array([0.0, 0.3, 0.9, 1.7, 2.9, 4.3, 6.1, 8.0, 11.0]) * DAY)[None, :, None]
TIMES = np.linspace(0.0, 11.0, 57)[:, None] * DAY


def run_of(function: object, error: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return two runs of one part: the coarse one with four times the error of the fine one."""
    value = np.vectorize(function)(STEPS[0, :, 0])  # type: ignore[arg-type]
    fine = (value + error)[None, None, :, None]
    return fine.copy(), (value + 4.0 * error)[None, None, ::2, None].copy()


def test_cubic_in_the_root_of_time_is_exact() -> None:
    """Wrong weights, or values read off the wrong step."""
    def law(t: float) -> float:
        x = np.sqrt(t / DAY)
        return float(0.71 + 0.13 * x - 0.29 * x**2 + 0.041 * x**3)

    fine, coarse = run_of(law)
    error, _ = correct(STEPS, fine, coarse)
    assert error[0] < 1e-12
    curved = np.zeros((1, 1, 8), dtype=bool)
    got = interpolate(STEPS, fine, curved, TIMES)[0, 0]
    exact = np.array([law(t) for t in TIMES[:, 0]])
    assert np.abs(got - exact).max() < 1e-12
    assert np.abs(interpolate(STEPS, fine, ~curved, TIMES)[0, 0] - exact).max() > 1e-3


def test_error_of_second_order_is_taken_off_and_told() -> None:
    """An extrapolation of another order, or a correction that stays secret."""
    fine, coarse = run_of(lambda t: 0.3 + 0.02 * np.sqrt(t / DAY), error=1.3e-3)
    error, _ = correct(STEPS, fine, coarse)
    assert error[0] == pytest.approx(1.3e-3)
    exact = 0.3 + 0.02 * np.sqrt(STEPS[0, :, 0] / DAY)
    assert np.abs(fine[0, 0, :, 0] - exact).max() < 1e-12
    twin, other = run_of(lambda t: 0.3 + 0.02 * np.sqrt(t / DAY), error=1.3e-3)
    correct(STEPS, twin, 1.02 * other)
    assert np.abs(twin[0, 0, :, 0] - exact).max() > 1e-3


def test_a_kink_between_steps_is_told() -> None:
    """Two runs that agree at all steps, and a curve that turns between them."""
    fine, coarse = run_of(lambda t: 0.4 * max(0.0, 1.0 - t / (3.4 * DAY)))
    error, straight = correct(STEPS, fine, coarse)
    got = interpolate(STEPS, fine, straight, TIMES)[0, 0]
    true = np.abs(got - 0.4 * np.maximum(0.0, 1.0 - TIMES[:, 0] / (3.4 * DAY))).max()
    assert true > 5e-3
    assert true < 2.0 * error[0] + 3e-4


def test_sums_are_sums_and_leave_the_error_alone() -> None:
    """A part added to the wrong curve; an error that depends on what is asked."""
    lanes, times = at_wound(3), np.linspace(0.0, 9 * DAY, 40)[:, None] * np.ones(3)
    ends = times[-1]
    parts, error = solve(lanes, np.ones(1), ends, times, DEFAULT, EACH_PART)
    wanted = (("wound_fluid", "tissue"), ("taken_up",))
    sums, same = solve(lanes, np.ones(1), ends, times, DEFAULT, wanted)
    for curve, names in zip(sums, wanted, strict=True):
        whole = sum(parts[PARTS.index(name)] for name in names)
        assert np.abs(curve - whole).max() < 1e-14
    assert np.array_equal(error, same)


def test_steps_begin_and_end_where_segments_do() -> None:
    """Steps that stand still, run back, or miss a dressing change or the end of a body."""
    lanes = eroding(at_wound(2), 4.3 * DAY)
    lanes = replace(
        lanes, actions=(Action.KEEP, Action.REPLACE), velocity=np.zeros((2, 2)),
        segment_start=np.array([[0.0], [5.1 * DAY]]) * np.ones(2),
        washout=np.full((2, 2), 1.7e-5), film_removed=np.zeros((2, 2)))
    end = np.array([12.7, 13.9]) * DAY
    steps = time_steps(lanes, 1, end, 24)
    assert np.all(np.diff(steps, axis=1) > 0.0)
    assert np.array_equal(steps[:, 0], lanes.segment_start)
    assert np.array_equal(steps[1, -1], end)
    for s, born in enumerate((0.0, 5.1 * DAY)):  # a body ends where two steps run together also do
        assert np.abs(steps[s, ::2] - born - 4.3 * DAY).min(axis=0) == pytest.approx(0.0, abs=1e-6)
