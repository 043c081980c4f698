"""A carrier known by its release curve: what the bench saw is what the wound gets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from releasekit.errors import InputError

from ..builders import DAY, at, black_box, measured, run

DAYS = [0.0, 0.25, 1.0, 2.0, 4.0, 7.0, 11.0]
RELEASED = [0.0, 0.11, 0.27, 0.38, 0.51, 0.58, 0.6]
STABLE = {"carrier_inactivation_rate": "0 1/s", "wound_inactivation_rate": "0 1/s"}


@pytest.mark.parametrize("boundary", ["wound", "sink", "bath"])
def test_the_bench_points_come_back(boundary: str) -> None:
    """Mistake: the curve is smoothed, shifted to the next step, or hindered by the film."""
    choices: dict[str, Any] = {"boundary": boundary}
    if boundary == "bath":
        choices["bath_volume_per_area"] = "0.5 mL/cm^2"
    release = run(measured(DAYS, RELEASED, **choices))
    for day, share in zip(DAYS, RELEASED, strict=True):
        assert at(release, "released_fraction", day) == pytest.approx(share, abs=1e-3)
    assert np.all(np.diff(release["released_fraction"][0]) >= -1e-9)


def test_a_plateau_stays_unreleased() -> None:
    """Mistake: release is driven on to 100 % after the last point."""
    release = run(measured(DAYS, RELEASED, **STABLE, duration="60 d"))
    assert at(release, "released_fraction", 60) == pytest.approx(0.6, abs=1e-3)
    assert at(release, "in_carrier_fraction", 60) == pytest.approx(0.4, abs=1e-3)


def test_inactivation_in_the_carrier_is_apart_from_the_curve() -> None:
    """Mistake: the curve of particles is taken for one of activity, or decays twice."""
    k = 3.1e-6
    release = run(measured(DAYS, RELEASED, **{**STABLE, "carrier_inactivation_rate": f"{k} 1/s"}),
                  accuracy="fine")
    assert at(release, "released_fraction", 11) == pytest.approx(0.6, abs=1e-3)
    t = np.linspace(0.0, 11 * DAY, 4001)
    curve = np.interp(t, release.time[0], release["released_fraction"][0])
    active = np.sum(np.exp(-k * 0.5 * (t[1:] + t[:-1])) * np.diff(curve))
    assert at(release, "released_active_fraction", 11) == pytest.approx(active, abs=2e-3)
    assert at(release, "in_carrier_fraction", 11) == pytest.approx(0.4 * np.exp(-k * 11 * DAY),
                                                                   abs=2e-3)


def test_first_point_late_or_above_zero() -> None:
    """Mistake: what had left at the first sample left at once, or a burst at zero is lost."""
    late = run(measured([1.0, 5.0], [0.3, 0.7], **STABLE))
    assert at(late, "released_fraction", 0.0) == 0.0
    assert 0.05 < at(late, "released_fraction", 0.5) < 0.25
    burst = run(measured([0.0, 5.0], [0.3, 0.7], **STABLE))
    assert at(burst, "released_fraction", 0.0) == pytest.approx(0.3)
    assert at(burst, "in_wound_fluid_fraction", 0.0) == pytest.approx(0.3)
    assert at(burst, "released_fraction", 4.0) == pytest.approx(0.62, abs=1e-3)


@pytest.mark.parametrize(("days", "released"), [
    ([0.0, 0.1, 0.5, 14.0], [0.0, 0.6, 0.7, 0.72]), ([0.0, 3.0, 3.2, 14.0], [0.0, 0.05, 0.9, 0.95]),
    ([0.0, 1.0, 2.0, 3.0, 6.0], [0.0, 0.5, 0.5, 0.9, 1.0])])
def test_steep_curves_are_followed(days: list[float], released: list[float]) -> None:
    """Mistake: between close points the curve is cut short because nodes are few there."""
    release = run(measured(days, released, **STABLE))
    smooth = PchipInterpolator(days, released)(np.minimum(release.time[0] / DAY, days[-1]))
    assert release["released_fraction"][0] == pytest.approx(
        smooth, abs=1.5e-3 + 2 * release.discretisation_error[0])
    assert np.abs(release["released_fraction"][0] - smooth).mean() < 3e-4


def test_noise_that_falls_does_not_return_exosomes() -> None:
    """Mistake: a sample below the one before puts exosomes back, or an overshoot exceeds 1."""
    release = run(measured([0.0, 1.0, 2.0, 3.0, 6.0], [0.0, 0.5, 0.47, 0.9, 1.0], **STABLE))
    assert at(release, "released_fraction", 1.8) == pytest.approx(0.5, abs=2e-3)
    assert np.all(np.diff(release["released_fraction"][0]) >= -1e-9)
    assert release["released_fraction"].max() <= 1.0 + 1e-3
    assert release.ledger_residual < 1e-12


def test_all_at_once_is_free_exosomes() -> None:
    """Mistake: a carrier that lets everything go at once differs from no carrier."""
    release = run(measured([0.0, 1.0], [1.0, 1.0]))
    free = run(black_box("free"))
    for name in ("retained_fraction", "taken_up_fraction", "washed_out_fraction"):
        assert release[name][0] == pytest.approx(free[name][0], abs=1e-3)


def test_no_curve_no_carrier() -> None:
    """Mistake: a traceback where the curve has been forgotten."""
    with pytest.raises(InputError, match=r"given\.released_fraction"):
        run(black_box("measured"))
