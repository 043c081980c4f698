"""Numbers that describe a Release; null where they have no meaning, never nan."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.manufacture import MAKING, making
from releasekit.errors import InputError, Problem, nearest
from releasekit.formulation import Formulation
from releasekit.release import DAY, PER_CM2, Release
from releasekit.vocabulary import QUANTITIES

FloatArray = NDArray[np.float64]

RETENTION = ("retained_", "gain_over_free", "mean_residence_d", "t50_release_d")
"""Starts of the metrics that a carrier which never lets go makes large."""
DELIVERY = ("available_", "released_", "steady_days_d", "time_above_target_d",
            "local_delivery_fraction")
"""Starts of the metrics that need exosomes outside the carrier."""
DELIVERS_IF_SMALL = ("unreleased_at_end_fraction", "release_unevenness_ratio")
"""Metrics that only a carrier which lets go makes small."""
_AT_WOUND = ("retained_", "available_", "steady_days_d", "release_unevenness_ratio", "time_above_target_d", "gain_over_free",
             "mean_residence_d", "local_delivery_fraction")
_NEEDS = {
    "steady_days_d": ("target_daily_release_low", "target_daily_release_high"),
    "time_above_target_d": ("target_available_particles_per_cm2",),
    "cost_per_dose": ("particle_price or price_per_dose",),
}
_DAILY = ("released_active_fraction", "applied_particles_per_cm2")
_COLUMNS = {
    "retained_auc_d": ("retained_fraction",), "available_auc_d": ("available_fraction",),
    "steady_days_d": _DAILY, "release_unevenness_ratio": _DAILY,
    "time_above_target_d": ("available_particles_per_cm2",),
    "t50_release_d": ("released_fraction",), "mean_residence_d": ("retained_fraction",),
    "local_delivery_fraction": ("taken_up_fraction",),
    "unreleased_at_end_fraction": ("released_fraction",),
    "gain_over_free": ("retained_fraction",),
}
"""Metric -> the columns over time that it is read off."""
_CONTROL = ("gain_over_free",)
_AT_TIME = re.compile(r"(released|released_active|retained|available)_(\d+)(h|d)_fraction$")


def _nothing(release: Release) -> FloatArray:
    return np.full(len(release), np.nan)


def _at(release: Release, column: str, seconds: float) -> FloatArray:
    """Read a column at a time; nan beyond the end of a run."""
    if column.startswith(_AT_WOUND) and not release.at_wound:
        return _nothing(release)
    return _read(release, release[column], seconds)


def _read(release: Release, curve: FloatArray, seconds: float) -> FloatArray:
    """Read a curve at a time, straight in the square root of time."""
    rows, last = np.arange(len(curve)), curve.shape[1] - 1
    after = np.clip((release.time <= seconds).sum(axis=1), 1, last)
    t0, t1 = np.sqrt(release.time[rows, after - 1]), np.sqrt(release.time[rows, after])
    share = np.minimum((np.sqrt(seconds) - t0) / (t1 - t0), 1.0)
    values = curve[rows, after - 1] + share * (curve[rows, after] - curve[rows, after - 1])
    return np.where(seconds <= release.time[:, -1] * (1 + 1e-9), values, np.nan)


def _auc(release: Release, column: str) -> FloatArray:
    if not release.at_wound:
        return _nothing(release)
    return np.asarray(np.trapezoid(release[column], release.time, axis=1)) / DAY


def _property(release: Release, name: str) -> FloatArray:
    """Read a derived quantity; nan for carriers that have none of the kind."""
    return np.asarray(release.properties.get(name, _nothing(release)), dtype=float)


def _number(release: Release, name: str) -> FloatArray:
    value = release.designs.get(name)
    if value is None:
        return _nothing(release)
    return np.broadcast_to(value, (len(release),))


def _daily_release(release: Release) -> FloatArray:
    """Return the active release per area on each whole day [row, day]; nan after a row's last."""
    days = int(np.max(release.time[:, -1]) / DAY + 1e-9)
    if not release.at_wound:
        return np.full((len(release), max(days, 1)), np.nan)
    # a fresh carrier adds to what has been applied, so that fractions fall: particles never do
    left = release["released_active_fraction"] * release["applied_particles_per_cm2"] / PER_CM2
    marks = [np.zeros(len(release)),  # what is free at once leaves on the first day
             *(_read(release, left, day * DAY) for day in range(1, days + 1))]
    return np.diff(np.stack(marks, axis=1), axis=1)


def _steady_days(release: Release) -> FloatArray:
    low = _number(release, "target_daily_release_low")
    high = _number(release, "target_daily_release_high")
    daily = _daily_release(release)
    inside = (daily >= low[:, None]) & (daily <= high[:, None])
    known = np.isfinite(daily).any(axis=1) & np.isfinite(low) & np.isfinite(high)
    return np.where(known, inside.sum(axis=1).astype(float), np.nan)


def _unevenness(release: Release) -> FloatArray:
    """Root-mean-square distance of the daily active release from its mean, over the mean."""
    daily = _daily_release(release)
    days = np.isfinite(daily).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nansum(daily, axis=1) / days
        spread = np.sqrt(np.nansum((daily - mean[:, None]) ** 2, axis=1) / days)
        return np.where((days > 1) & (mean > 0.0), spread / mean, np.nan)


def _time_above(release: Release) -> FloatArray:
    if not release.at_wound:
        return _nothing(release)
    target = _number(release, "target_available_particles_per_cm2") * PER_CM2
    level, time = release["available_particles_per_cm2"], release.time
    over, under = level[:, 1:] - target[:, None], level[:, :-1] - target[:, None]
    # straight between output times: the share of each interval that lies above the target
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where((over > 0) & (under > 0), 1.0, np.where(
            (over <= 0) & (under <= 0), 0.0, np.maximum(over, under) / np.abs(over - under)))
    total = (share * np.diff(time, axis=1)).sum(axis=1) / DAY
    return np.where(np.isnan(target), np.nan, total)


def _t50(release: Release) -> FloatArray:
    released = release["released_fraction"]
    reached = released >= 0.5
    ever = reached.any(axis=1)
    rows, i = np.arange(len(release)), np.maximum(reached.argmax(axis=1), 1)
    y0, y1 = released[rows, i - 1], released[rows, i]
    t0, t1 = release.time[rows, i - 1], release.time[rows, i]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.where(y1 > y0, (0.5 - y0) / (y1 - y0), 0.0), 0.0, 1.0)
    return np.where(ever, (t0 + share * (t1 - t0)) / DAY, np.nan)


def _mean_residence(release: Release) -> FloatArray:
    """Mean time an exosome stays at the wound, where nearly all have gone by the end."""
    if not release.at_wound:
        return _nothing(release)
    gone = release["retained_fraction"][:, -1] < 0.01
    return np.where(gone, _auc(release, "retained_fraction"), np.nan)


def _cost(release: Release) -> FloatArray:
    """Price of the exosomes fed for one dose, and of all else that makes a dose."""
    fed = release.dose_per_area / release.recovery * number_of(release, "area")
    exosomes = fed * number_of(release, "particle_price")
    rest = number_of(release, "price_per_dose")
    return np.where(np.isnan(exosomes), rest, exosomes + np.nan_to_num(rest))


METRICS: dict[str, tuple[Callable[[Release], FloatArray], str]] = {
    "released_24h_fraction": (lambda r: _at(r, "released_fraction", DAY), "left the carrier within 24 h (burst)"),
    "released_7d_fraction": (lambda r: _at(r, "released_fraction", 7 * DAY), "left the carrier within 7 days"),
    "retained_7d_fraction": (lambda r: _at(r, "retained_fraction", 7 * DAY), "active at the wound on day 7"),
    "available_7d_fraction": (lambda r: _at(r, "available_fraction", 7 * DAY), "active in fluid and tissue on day 7"),
    "retained_auc_d": (lambda r: _auc(r, "retained_fraction"), "days × fraction active at the wound"),
    "available_auc_d": (lambda r: _auc(r, "available_fraction"), "days × fraction active in fluid and tissue"),
    "steady_days_d": (_steady_days, "days on which the active release lies in the target window"),
    "release_unevenness_ratio": (_unevenness, "root-mean-square distance of the daily active release from its mean, over the mean; 0 is constant delivery"),
    "time_above_target_d": (_time_above, "days with available particles per cm² above the target"),
    "t50_release_d": (_t50, "time to half released"),
    "mean_residence_d": (_mean_residence, "mean time at the wound, where nearly all have gone"),
    "local_delivery_fraction": (lambda r: r["taken_up_fraction"][:, -1] if r.at_wound else _nothing(r), "taken up by the cells meant"),
    "unreleased_at_end_fraction": (lambda r: 1.0 - r["released_fraction"][:, -1], "never left the carrier"),
    "gain_over_free": (lambda r: _auc(r, "retained_fraction") * DAY / r.free_retained_auc, "retained AUC over that of free exosomes"),
    "loaded_dose_per_cm2": (lambda r: r.dose_per_area * PER_CM2, "active exosomes applied per cm²"),
    "process_recovery_fraction": (lambda r: r.recovery, "active after making over fed"),
    "needle_safety_ratio": (lambda r: _property(r, "needle_safety_ratio"), "force at which a dry needle fails over the force that inserts it"),
    "cost_per_dose": (_cost, "price of the exosomes fed for one dose and of the rest of it"),
}  # fmt: skip
"""Metric -> (how, what it says); the unit is in the name."""


def horizon(name: str) -> float | None:
    """Return the time [s] a metric looks at, 0 where it looks at the whole run; None if unknown.

    >>> horizon("retained_7d_fraction"), horizon("available_auc_d"), horizon("retaind_7d_fraction")
    (604800.0, 0.0, None)
    """
    match = _AT_TIME.match(name)
    if match:
        return float(match[2]) * (DAY if match[3] == "d" else 3600.0)
    return 0.0 if name in METRICS else None


def columns_of(name: str) -> tuple[str, ...]:
    """Return the columns over time that a metric is read off; none for other quantities.

    >>> columns_of("released_24h_fraction"), columns_of("cost_per_dose")
    (('released_fraction',), ())
    """
    match = _AT_TIME.match(name)
    return (f"{match[1]}_fraction",) if match else _COLUMNS.get(name, ())


def has_control(name: str) -> bool:
    """Say whether a metric compares with free exosomes.

    >>> has_control("gain_over_free"), has_control("retained_auc_d")
    (True, False)
    """
    return name in _CONTROL


def obstacles(name: str, formulation: Formulation, varied: Collection[str] = ()) -> list[str]:
    """Return why a metric has no value for a formulation; nothing where it has one.

    Parameters
    ----------
    name
        A metric that is known.
    formulation
        The carrier.
    varied
        Quantities that will be set later.
    """
    known = {*varied, *formulation.choices, *formulation.use, *formulation.given,
             *(fact.name for fact in formulation.facts().values())}
    found = [f"{formulation.name} has no {need}" for need in _NEEDS.get(name, ())
             if known.isdisjoint(need.split(" or "))]
    if name.startswith(_AT_WOUND) and formulation.word("boundary", "wound") != "wound":
        found.append(f"{formulation.name} is not at a wound")
    duration = formulation.number("duration")
    if duration and "duration" not in varied and (horizon(name) or 0.0) > duration * (1 + 1e-9):
        found.append(f"{formulation.name} is simulated for {duration / DAY:g} d only")
    return found


def metric(release: Release, name: str) -> FloatArray:
    """Return one metric for every row; nan where it has no meaning.

    Any of ``released_``, ``released_active_``, ``retained_``, ``available_`` with ``<N>h`` or
    ``<N>d`` and ``_fraction`` is known, besides those in ``METRICS``.

    Raises
    ------
    InputError
        The metric is not known.
    """
    if name in METRICS:
        return np.asarray(METRICS[name][0](release), dtype=float)
    match, seconds = _AT_TIME.match(name), horizon(name)
    if match and seconds is not None:
        return _at(release, f"{match[1]}_fraction", seconds)
    raise InputError(Problem("is not a metric", key=name, suggestion=nearest(name, METRICS)))


def number_of(release: Release, name: str) -> FloatArray:
    """Return a metric, or a quantity of the vocabulary in SI, for every row; nan where unknown.

    A quantity is looked for among what was derived for the run, then among what making demands,
    then among choices and facts (of each draw).
    """
    if name not in QUANTITIES:
        return metric(release, name)
    if name in release.properties:
        return release.properties[name]
    inputs = Inputs(release.designs, release.scores)
    if name in MAKING:
        return making(inputs, name, _property(release, "exosome_concentration"))
    found = inputs.get(name)
    return _nothing(release) if found is None else found


def measure(release: Release, names: Sequence[str] = tuple(METRICS)) -> dict[str, float | None]:
    """Return the metrics of one design; medians over its draws, 5 and 95 % quantiles.

    Where some draws have no value, ``<metric>_undefined_fraction`` is their share.

    Parameters
    ----------
    release
        One design (see ``Release.row`` for more than one).
    names
        Metrics wanted; all by default.

    Returns
    -------
    dict
        Metric -> number, or None where it has no meaning.
    """
    found: dict[str, float | None] = {}
    for name in names:
        every = metric(release, name)
        values = every[~np.isnan(every)]
        found[name] = float(np.median(values)) if values.size else None
        if release.draws and values.size:
            for label, share in (("p05", 0.05), ("p95", 0.95)):
                found[f"{name}_{label}"] = float(np.quantile(values, share))
            if len(values) < len(every):
                found[f"{name}_undefined_fraction"] = 1.0 - len(values) / len(every)
    return found
