"""Metrics against curves whose numbers are known, and null where they have no meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from releasekit.errors import InputError
from releasekit.formulation import Designs
from releasekit.metrics import METRICS, horizon, measure, metric
from releasekit.release import Release
from releasekit.simulation import evaluate

from .builders import DAY, at, bench, gel, run, table

TARGETS: dict[str, Any] = {"target_daily_release_low": "2e8 /cm^2",
                           "target_daily_release_high": "9e8 /cm^2",
                           "target_available_particles_per_cm2": "1e8 /cm^2"}


def hand_made(days: float = 14.0, rows: int = 1, dose: float = 1e10, **columns: Any) -> Release:
    """Return a release whose columns are functions of the time in days; ``dose`` per cm²."""
    time = days * DAY * np.linspace(0.0, 1.0, 401) ** 2 * np.ones((rows, 1))
    made = {name: np.asarray(curve(time / DAY), dtype=float) for name, curve in columns.items()}
    if "retained_fraction" in made:
        made.setdefault("applied_particles_per_cm2", np.full(time.shape, dose))
    one = np.ones(rows)
    return Release(Designs(gel(**TARGETS), {"duration": days * DAY * one}), time, made,
                   1e4 * dose * one, 0.8 * one, 0.0 * one, 0.5 * DAY * one)


def value(release: Release, name: str) -> float:
    return float(metric(release, name)[0])


def test_areas_of_exponentials() -> None:
    """Mistake: seconds for days, a mean for an integral, the wrong column."""
    release = hand_made(retained_fraction=lambda t: np.exp(-0.43 * t),
                        available_fraction=lambda t: 0.2 * np.exp(-1.7 * t))
    exact = -np.expm1(-0.43 * 14) / 0.43
    assert value(release, "retained_auc_d") == pytest.approx(exact, rel=1e-4)
    assert value(release, "available_auc_d") == pytest.approx(
        0.2 * -np.expm1(-1.7 * 14) / 1.7, rel=1e-3)
    assert value(release, "gain_over_free") == pytest.approx(exact / 0.5, rel=1e-4)


def test_mean_residence_only_if_nearly_all_has_gone() -> None:
    """Mistake: a mean residence of what is still there."""
    gone = hand_made(retained_fraction=lambda t: np.exp(-0.43 * t))
    assert value(gone, "mean_residence_d") == pytest.approx(1 / 0.43, rel=5e-3)
    there = hand_made(retained_fraction=lambda t: np.exp(-0.23 * t))
    assert np.isnan(value(there, "mean_residence_d"))


@pytest.mark.parametrize(("name", "day"), [
    ("released_24h_fraction", 1.0), ("released_7d_fraction", 7.0), ("released_36h_fraction", 1.5),
    ("released_active_11d_fraction", 11.0), ("retained_7d_fraction", 7.0),
    ("available_3d_fraction", 3.0)])
def test_values_at_a_time(name: str, day: float) -> None:
    """Mistake: hours read as days, or the next column's curve."""
    curves: dict[str, Any] = {
        "released_fraction": lambda t: 0.1 + 0.05 * t,
        "released_active_fraction": lambda t: 0.04 * t,
        "retained_fraction": lambda t: 0.9 - 0.03 * t, "available_fraction": lambda t: 0.01 * t}
    release = hand_made(**curves)
    column = "_".join(name.split("_")[:-2]) + "_fraction"
    assert value(release, name) == pytest.approx(curves[column](day), abs=1e-4)


def test_beyond_the_run_there_is_nothing() -> None:
    """Mistake: the last value is handed out for a time that was not simulated."""
    release = hand_made(days=5.0, retained_fraction=lambda t: 1 - 0.1 * t,
                        released_fraction=lambda t: 0.1 * t)
    assert value(release, "released_5d_fraction") == pytest.approx(0.5)
    assert np.isnan(value(release, "released_6d_fraction"))
    assert measure(release, ["released_6d_fraction", "retained_7d_fraction"]) == {
        "released_6d_fraction": None, "retained_7d_fraction": None}


def test_half_released() -> None:
    """Mistake: half of what is released in the end, or the first time of the table."""
    release = hand_made(released_fraction=lambda t: 0.8 * t / (t + 3.0))
    assert value(release, "t50_release_d") == pytest.approx(5.0, abs=2e-3)
    never = hand_made(released_fraction=lambda t: 0.49 * t / 14)
    assert np.isnan(value(never, "t50_release_d"))
    at_once = hand_made(released_fraction=lambda t: 0.7 + 0.0 * t)
    assert value(at_once, "t50_release_d") == 0.0


def test_ends() -> None:
    """Mistake: unreleased as the complement of active release."""
    release = hand_made(released_fraction=lambda t: 0.6 * t / 14,
                        taken_up_fraction=lambda t: 0.02 * t,
                        retained_fraction=lambda t: 1 - 0.02 * t)
    assert value(release, "unreleased_at_end_fraction") == pytest.approx(0.4)
    assert value(release, "local_delivery_fraction") == pytest.approx(0.28)
    assert value(release, "loaded_dose_per_cm2") == pytest.approx(1e10)
    assert value(release, "process_recovery_fraction") == 0.8


def test_time_above_the_target() -> None:
    """Mistake: whole intervals counted, the target per m², or the first crossing only."""
    wave = hand_made(retained_fraction=lambda t: np.ones_like(t),
                     available_particles_per_cm2=lambda t: 1e8 + 1e8 * np.sin(np.pi * t / 2.0))
    # above its mean for half of each period: 0-2, 4-6, 8-10 and 12-14
    assert value(wave, "time_above_target_d") == pytest.approx(8.0, abs=0.02)
    ramp = hand_made(retained_fraction=lambda t: np.ones_like(t),
                     available_particles_per_cm2=lambda t: 1e8 * t / 9.31)
    assert value(ramp, "time_above_target_d") == pytest.approx(14 - 9.31, abs=1e-6)


def test_steady_days() -> None:
    """Mistake: the released fraction of a day rather than its active particles, or m² for cm²."""
    # per day: 1.5e9 on the first, then 5e8 for five days, then 1e8
    steps = np.concatenate([[0.0, 0.15], 0.15 + 0.05 * np.arange(1, 6),
                            0.4 + 0.01 * np.arange(1, 9)])
    release = hand_made(retained_fraction=lambda t: np.ones_like(t),
                        released_active_fraction=lambda t: np.interp(t, np.arange(15), steps))
    assert value(release, "steady_days_d") == 5.0


def test_steady_days_of_several_doses() -> None:
    """Mistake: a fresh dose makes the fraction fall, so that a day seems to take exosomes back."""
    def doses(t: Any) -> Any:
        return np.where(t < 7.0, 1.0, 2.0)

    release = hand_made(
        retained_fraction=lambda t: np.ones_like(t),
        applied_particles_per_cm2=lambda t: 1e10 * doses(t),
        released_active_fraction=lambda t: 0.05 * t / doses(t))
    assert value(release, "steady_days_d") == 14.0


def test_one_bad_row_does_not_spoil_the_others() -> None:
    """Mistake: a failed or shorter row cuts the days of all."""
    base = gel(**{**TARGETS, "target_daily_release_low": "1e6 /cm^2",
                  "target_daily_release_high": "1e12 /cm^2"}, surface_located_fraction=0.2)
    release = run(table(base, thickness=[1e-3, -1e-3, 1e-3, 1e-3],
                        duration=np.array([14.0, 14.0, 3.0, 0.5]) * DAY))
    days = metric(release, "steady_days_d")
    assert days[0] == 14.0
    assert np.isnan(days[1])
    assert days[2] == 3.0
    assert np.isnan(days[3])
    for name in METRICS:
        both = metric(release, name)
        assert np.isnan(both[1]) or name in ("loaded_dose_per_cm2", "process_recovery_fraction")


def test_null_without_a_wound_or_a_target() -> None:
    """Mistake: nan or zero where a metric has no meaning."""
    assay = measure(run(bench()))
    for name in ("retained_7d_fraction", "available_auc_d", "steady_days_d", "time_above_target_d",
                 "gain_over_free", "local_delivery_fraction", "mean_residence_d", "cost_per_dose"):
        assert assay[name] is None
    assert assay["released_7d_fraction"] is not None
    untold = measure(run(gel()))
    assert untold["steady_days_d"] is None
    assert untold["time_above_target_d"] is None
    assert untold["gain_over_free"] is not None
    assert all(number is None or np.isfinite(number) for number in untold.values())


def test_price_counts_the_exosomes_that_are_fed() -> None:
    """Mistake: a process that loses a fifth of the dose is paid for what reaches the wound."""
    release = hand_made(released_fraction=lambda t: 0.0 * t)

    def priced(**prices: float) -> float:
        changed = {**release.__dict__, "designs": Designs(gel(**prices))}
        return value(Release(**changed), "cost_per_dose")

    fed = 1e14 / 0.8 * 4e-4  # per m2, recovered, on 4 cm2
    assert np.isnan(priced())
    assert priced(price_per_dose=40.0) == 40.0
    assert priced(particle_price=1.3e-9) == pytest.approx(fed * 1.3e-9)
    assert priced(particle_price=1.3e-9, price_per_dose=40.0) == pytest.approx(fed * 1.3e-9 + 40.0)


def test_unevenness_of_a_burst_and_of_constant_delivery() -> None:
    """Mistake: the spread over output times, which lie dense at the start, or over the last day."""
    def of(curve: Any) -> float:
        return value(hand_made(days=7.0, retained_fraction=lambda t: np.ones_like(t),
                               released_active_fraction=curve), "release_unevenness_ratio")

    assert of(lambda t: 0.11 * t) == pytest.approx(0.0, abs=1e-4)
    assert of(lambda t: np.where(t > 0.5, 0.7, 0.0)) == pytest.approx(np.sqrt(6.0))  # one of 7 days
    assert of(lambda t: 0.7 + 0.0 * t) == pytest.approx(np.sqrt(6.0))  # free at once
    daily = np.array([0.31, 0.17, 0.07, 0.05, 0.05, 0.02, 0.01])
    left = np.concatenate([[0.0], np.cumsum(daily)])
    assert of(lambda t: np.interp(t, np.arange(8), left)) == pytest.approx(
        daily.std() / daily.mean(), rel=2e-3)
    assert np.isnan(of(lambda t: 0.0 * t))  # a carrier that never lets go is not even


def test_draws_give_quantiles() -> None:
    """Mistake: the metric of the median curve in place of the median of the metric."""
    rows = 41
    scale = np.linspace(0.0, 1.0, rows)[:, None]
    release = hand_made(rows=rows, released_fraction=lambda t: scale**2 * t / 14)
    band = measure(Release(**{**release.__dict__, "draws": rows}), ["released_7d_fraction"])
    assert band["released_7d_fraction"] == pytest.approx(0.125, abs=1e-4)
    assert band["released_7d_fraction_p05"] == pytest.approx(0.5 * 0.05**2, abs=1e-4)
    assert band["released_7d_fraction_p95"] == pytest.approx(0.5 * 0.95**2, abs=1e-4)


def test_names() -> None:
    """Mistake: a misspelt metric is null rather than an error."""
    release = hand_made(released_fraction=lambda t: 0.0 * t)
    with pytest.raises(InputError, match="released_7d_fraction"):
        metric(release, "relesed_7d_fraction")
    assert horizon("released_36h_fraction") == 36 * 3600.0
    assert horizon("t50_release_d") == 0.0
    assert horizon("t51_release_d") is None


def test_metrics_of_a_run_agree_with_its_curves() -> None:
    """Mistake: metrics read another row or column of a table of designs."""
    release = run(table(gel(**TARGETS), thickness=[0.4e-3, 2.1e-3]))
    for row in (0, 1):
        one = measure(release.row(row))
        assert one["retained_7d_fraction"] == pytest.approx(
            at(release, "retained_fraction", 7.0, row), abs=1e-3)
        assert one["unreleased_at_end_fraction"] == pytest.approx(
            1 - release["released_fraction"][row, -1])
        mean = np.trapezoid(release["retained_fraction"][row], release.time[row]) / DAY
        assert one["retained_auc_d"] == pytest.approx(mean)
        assert one["gain_over_free"] == pytest.approx(mean * DAY / release.free_retained_auc[row])


def test_a_metric_alone_is_the_metric_among_all() -> None:
    """Mistake: a metric does not say which columns, or that the control, it needs."""
    designs = table(gel(**TARGETS), thickness=[4e-4, 1.7e-3])
    names = [*METRICS, "released_36h_fraction", "released_active_36h_fraction"]
    everything = run(designs, accuracy="screen")
    for name in names:
        found, failed = evaluate(designs, [name], accuracy="screen")
        assert not failed
        assert found[name][:, 0] == pytest.approx(metric(everything, name), rel=1e-12, nan_ok=True)
