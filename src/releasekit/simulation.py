"""simulate(): formulations in, releases out; compare(): several side by side."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.carriers.downstream import MOST_SEGMENTS, taken_off
from releasekit.carriers.families import FAMILIES, check
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered
from releasekit.draws import for_rows
from releasekit.errors import ComparisonWarning, ConditionWarning, InputError
from releasekit.formulation import Designs, Formulation
from releasekit.metrics import METRICS, counts_all_particles, has_control, measure, number_of
from releasekit.release import PREDICTION_CLASSES, Ledger, Release, left_carrier
from releasekit.transport.problem import IN_TISSUE, PARTS
from releasekit.transport.solve import ACCURACIES, solve

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int], None]

SIZES = {"screen": 8, "default": 16, "fine": 32}
"""Vesicle sizes per design: Gauss-Legendre nodes in cumulative probability."""
OUTPUT_TIMES = 201
ROWS_AT_ONCE = 2048
FREE_SIZES = 4


def output_times(duration: FloatArray, period: FloatArray | None = None) -> FloatArray:
    """Return times [row, time], dense at the start and after each dressing change.

    A change shows as two times, just before it and at it. The number of times is the same for
    all rows, so that a row does not depend on its neighbours.

    Parameters
    ----------
    duration : shape (row,) [s]
        End of each row.
    period : shape (row,) [s]
        Time between dressing changes.
    """
    every = duration if period is None else np.minimum(period, duration)
    segments = np.ceil(duration / every - 1e-9).astype(int)
    times = np.empty((len(duration), OUTPUT_TIMES))
    for count in np.unique(segments):
        rows = segments == count
        points = np.full(count, OUTPUT_TIMES // count)
        points[-1] += OUTPUT_TIMES - points.sum()
        first = 0
        for segment, n in enumerate(points):
            start = segment * every[rows]
            end = np.minimum(start + every[rows], duration[rows])
            last = end if segment == count - 1 else end * (1.0 - 1e-9)
            shape = np.linspace(0.0, 1.0, n) ** 2
            times[rows, first:first + n] = start[:, None] + (last - start)[:, None] * shape
            first += n
    return times


@overload
def simulate(what: Formulation | Designs, *, draws: int = ..., seed: int = ...,
             accuracy: str = ..., explain: bool = ..., threads: int | None = ...,
             progress: Progress | None = ...) -> Release: ...
@overload
def simulate(what: Sequence[Formulation], *, draws: int = ..., seed: int = ...,
             accuracy: str = ..., explain: bool = ..., threads: int | None = ...,
             progress: Progress | None = ...) -> list[Release]: ...
def simulate(
    what: Formulation | Designs | Sequence[Formulation], *, draws: int = 0, seed: int = 0,
    accuracy: str = "default", explain: bool = True, threads: int | None = None,
    progress: Progress | None = None,
) -> Release | list[Release]:
    """Simulate one formulation, a list of them, or a table of designs.

    Parameters
    ----------
    what
        A formulation gives a Release of one row; a table of designs one of many rows, bad rows
        failing alone with their reason; a list gives a list.
    draws
        Draws of the uncertain facts per design, for bands; 0 uses nominal facts.
    seed
        Seed of the draws; the same for all designs, so that they share their luck.
    accuracy
        ``screen`` (8 sizes), ``default`` (16 sizes, 1e-3) or ``fine``.
    explain
        Also find which facts drive the result (single formulations only).
    threads
        Cores to use; all by default. Results do not depend on it.
    progress
        Called with (designs done, designs in all).

    Raises
    ------
    InputError
        A formulation cannot be run: every problem at once.
    """
    if isinstance(what, Designs):
        return _simulate(what, draws, seed, accuracy, threads, progress)
    if isinstance(what, Formulation):
        release = _simulate(Designs(what), draws, seed, accuracy, threads, progress)
        _raise_if_failed(release)
        for text in release.warnings:
            warnings.warn(text, ConditionWarning, stacklevel=2)
        return _explained(release, threads) if explain else release
    results: dict[int, Release] = {}
    for indices, designs in Designs.stack(what):
        together = _simulate(designs, draws, seed, accuracy, threads, progress)
        for place, index in enumerate(indices):
            one = together.row(place)
            _raise_if_failed(one)
            base = Designs(what[index], one.designs.columns)
            one = Release(**{**one.__dict__, "designs": base})
            results[index] = _explained(one, threads) if explain else one
    return [results[index] for index in range(len(what))]


def evaluate(designs: Designs, names: Sequence[str], *, draws: int = 0, seed: int = 0,
             accuracy: str = "screen", threads: int | None = None,
             progress: Progress | None = None) -> tuple[dict[str, FloatArray], dict[int, str]]:
    """Return metrics [design, draw] of a table of designs in bounded memory, and failed rows.

    Names of the vocabulary are known too (SI): derived quantities such as ``plateau_modulus``,
    else choices and nominal facts. Releases are thrown away chunk by chunk; only numbers stay.
    """
    width = max(draws, 1)
    chunk = max(1, ROWS_AT_ONCE // width)
    found = {name: np.full((len(designs), width), np.nan) for name in names}
    failed: dict[int, str] = {}
    for first in range(0, len(designs), chunk):
        last = min(first + chunk, len(designs))
        columns = {name: column[first:last] for name, column in designs.columns.items()}
        release = _simulate(Designs(designs.base, columns), draws, seed, accuracy, threads, None,
                            any(map(counts_all_particles, names)), any(map(has_control, names)))
        for name in names:
            found[name][first:last] = number_of(release, name).reshape(-1, width)
        failed.update({first + row // width: why for row, why in release.failed.items()})
        if progress:
            progress(last, len(designs))
    return found, failed


def compare(formulations: Sequence[Formulation], *, draws: int = 0, seed: int = 0,
            metrics: Sequence[str] = tuple(METRICS), threads: int | None = None) -> pd.DataFrame:
    """Return one table: a row per formulation, a column per metric.

    Warns if the formulations do not carry the same dose per wound area.
    """
    import pandas as pd

    releases = simulate(formulations, draws=draws, seed=seed, threads=threads)
    unequal = unequal_doses(releases)
    if unequal:
        warnings.warn(unequal, ComparisonWarning, stacklevel=2)
    return pd.DataFrame([{"name": r.name, "carrier": r.formulation.carrier,
                          **measure(r, metrics), "prediction_class": r.prediction_class}
                         for r in releases])


def unequal_doses(releases: Sequence[Release]) -> str:
    """Return a warning if releases do not carry the same dose per wound area, else nothing."""
    fed = [float(np.median(r.dose_per_area / r.recovery)) for r in releases if r.at_wound]
    if not fed or max(fed) <= min(fed) * 1.001:
        return ""
    return ("the designs do not carry the same dose per wound area "
            f"({min(fed) * 1e-4:.3g} to {max(fed) * 1e-4:.3g} per cm²): "
            "compare particles per cm², not fractions")


# one table of designs ----------------------------------------------------------------------------

def _raise_if_failed(release: Release) -> None:
    if release.failed:
        raise InputError("; ".join(dict.fromkeys(release.failed.values())))


def _simulate(designs: Designs, draws: int, seed: int, accuracy: str, threads: int | None,
              progress: Progress | None, particles: bool = True, control: bool = True) -> Release:
    problems = check(designs.base)
    if problems:
        raise InputError(problems)
    scores = for_rows(designs.base.facts().values(), len(designs), draws, seed)
    if draws:
        columns = {name: np.repeat(column, draws) for name, column in designs.columns.items()}
        designs = Designs(designs.base, columns or {
            "duration": np.full(draws, designs.base.number("duration") or np.nan)})
    return _run(designs, scores, draws, seed, accuracy, threads, progress, particles, control)


def _run(designs: Designs, scores: Mapping[str, ArrayLike], draws: int, seed: int, accuracy: str,
         threads: int | None, progress: Progress | None, particles: bool = True,
         control: bool = True) -> Release:
    """Lower and solve all rows, apart those that differ in dressing changes, doses or patches.

    All particles (beside the active ones) and the control of free exosomes are further problems:
    solved only if they are wanted.
    """
    rows = len(designs)
    failed = dict(designs.check_rows())
    duration = designs.get("duration")
    assert duration is not None
    every = designs.get("dressing_change_time")
    changes = np.zeros(rows) if every is None else np.ceil(duration / every - 1e-9)
    failed.update({int(row): f"dressing_change_time: more than {MOST_SEGMENTS} dressing changes"
                   for row in np.flatnonzero(changes > MOST_SEGMENTS)})
    doses = designs.get("dose_count")
    schedule = np.stack([changes, changes if doses is None else np.floor(doses)])
    good = np.ones(rows, dtype=bool)
    good[list(failed)] = False
    period = np.where(good, duration if every is None else np.minimum(every, duration), 1.0)
    wear = designs.get("wear_time")
    if wear is not None:
        off = taken_off(wear, period, np.where(good, duration, 1.0),
                        designs.base.word("carrier_at_change") == "replace")
        schedule = np.concatenate([schedule, np.isfinite(off)])
    time = output_times(np.where(good, duration, 1.0), period)
    at_wound = designs.base.word("boundary", "wound") == "wound"
    parts = np.full((*time.shape, len(PARTS)), np.nan)
    left = np.full(time.shape, np.nan) if particles else None
    single = {name: np.full(rows, np.nan) for name in
              ("dose_per_area", "recovery", "error", "free_auc")}
    properties: dict[str, FloatArray] = {}
    notes: dict[str, str] = {}
    used: dict[str, str] = {}
    done = 0
    for alike in np.unique(schedule[:, good], axis=1).T:
        group = np.flatnonzero(good & (schedule == alike[:, None]).all(axis=0))
        for start in range(0, len(group), ROWS_AT_ONCE):
            index = group[start:start + ROWS_AT_ONCE]
            inputs = Inputs(
                Designs(designs.base, {k: v[index] for k, v in designs.columns.items()}),
                {k: np.broadcast_to(z, (rows,))[index] for k, z in scores.items()})
            lowered = FAMILIES[designs.base.carrier].lower(inputs, SIZES[accuracy])
            free = FAMILIES["free"].lower(inputs, FREE_SIZES) if control and at_wound else None
            if inputs.missing:
                raise InputError(inputs.missing.values())
            parts[index], gone, error = _solve(lowered, time[index], accuracy, threads, particles)
            if left is not None:
                left[index] = gone
            for name, values in lowered.properties.items():
                properties.setdefault(name, np.full(rows, np.nan))[index] = values
            single["dose_per_area"][index] = lowered.dose_per_area
            single["recovery"][index] = lowered.recovery
            single["error"][index] = error
            if free is not None:
                single["free_auc"][index] = _control(free, time[index], threads)
            failed.update({int(row): "a law gave no number for this design"
                           for row in index[np.isnan(error)]})
            failed.update({int(index[i]): why for i, why in lowered.failed.items()})
            notes.update(inputs.outside)
            notes.update({note: note for note in lowered.notes})
            used.update({key: fact.basis for key, fact in inputs.used.items()})
            used.update({f"given/{name}": "given" for name in inputs.given_used})
            done += len(index)
            if progress:
                progress(done, rows)
    return Release(
        designs, time, Ledger(parts, left, single["dose_per_area"], at_wound),
        single["dose_per_area"], single["recovery"], single["error"], single["free_auc"],
        properties, dict(sorted(failed.items())), tuple(notes.values()),
        dict(Counter(used.values())), draws=draws, seed=seed)


def _solve(lowered: Lowered, time: FloatArray, accuracy: str, threads: int | None,
           particles: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return parts of the active exosomes, all particles that have left, and the error."""
    parts = np.zeros((*time.shape, len(PARTS)))
    left, error = np.zeros(time.shape), np.zeros(len(time))
    for body in lowered.bodies:
        active, gone, off = _solve_body(body, time, accuracy, threads, particles)
        active *= body.share[:, None, None]
        parts += active
        left += body.share[:, None] * gone
        error += body.share * off
    return parts, left, error


def _solve_body(body: Body, time: FloatArray, accuracy: str, threads: int | None,
                particles: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return active parts, all particles that have left and error of one body; nan if sick."""
    sizes = len(body.weights)
    well = body.lanes.finite().reshape(-1, sizes).all(axis=1)
    if not well.all():
        active, left, error = (np.full(shape, np.nan) for shape in (
            (*time.shape, len(PARTS)), time.shape, len(time)))
        if well.any():
            lanes = body.lanes.take(np.repeat(well, sizes))
            active[well], left[well], error[well] = _solve_body(
                replace(body, lanes=lanes), time[well], accuracy, threads, particles)
        return active, left, error
    end, times, level = time[:, -1], time.T, ACCURACIES[accuracy]
    active, error = solve(body.lanes, body.weights, end, times, level, threads)
    every = active
    if particles and body.lanes.inactivates():
        every, other = solve(body.lanes.without_inactivation(), body.weights, end, times, level,
                             threads)
        error = np.maximum(error, other)
    left = left_carrier(every)
    return active[..., IN_TISSUE] if body.in_tissue else active, left, error


def _control(free: Lowered, time: FloatArray, threads: int | None) -> FloatArray:
    """Return the retained AUC [s] of free exosomes; rows of one wound and schedule share it."""
    (body,) = free.bodies
    lanes = [array.reshape(-1, len(time), len(body.weights))
             for array in body.lanes.arrays().values()]
    told = np.concatenate([*(np.moveaxis(array, 1, 0).reshape(len(time), -1) for array in lanes),
                           time[:, -1:]], axis=1)
    _, first, which = np.unique(told, axis=0, return_index=True, return_inverse=True)
    chosen = (first[:, None] * len(body.weights) + np.arange(len(body.weights))).ravel()
    body = replace(body, lanes=body.lanes.take(chosen), share=body.share[first])
    parts = _solve_body(body, time[first], "screen", threads, particles=False)[0]
    ledger = Ledger(parts, None, free.dose_per_area[first], at_wound=True)
    auc = np.trapezoid(ledger["retained_fraction"], time[first], axis=1)
    return np.asarray(auc)[which.ravel()]


# what decides ------------------------------------------------------------------------------------

def _explained(release: Release, threads: int | None) -> Release:
    """Add which facts drive the curve, and the prediction class."""
    base = release.formulation
    facts = {key: fact for key, fact in base.facts().items() if fact.spread.kind != "none"}
    shares: dict[str, float] = {}
    keys = sorted(facts)
    if keys:
        rows = 2 * len(keys)
        scores = {key: np.zeros(rows) for key in keys}
        for i, key in enumerate(keys):
            scores[key][2 * i:2 * i + 2] = (1.0, -1.0)
        column = {"duration": np.full(rows, base.number("duration"))}
        moved = _run(Designs(base, column), scores, 0, 0, "screen", threads, None,
                     particles=not release.at_wound, control=False)
        curve = moved["retained_fraction" if release.at_wound else "released_fraction"]
        swing = np.nanmean((curve[0::2] - curve[1::2]) ** 2, axis=1)
        if swing.sum() > 0:
            order = np.argsort(-swing)
            shares = {keys[i]: float(swing[i] / swing.sum()) for i in order
                      if swing[i] > 0.005 * swing.sum()}
    names: dict[str, float] = {}
    for key, share in shares.items():
        name = key.split("/")[1]
        names[name] = names.get(name, 0.0) + share
    fields = {**release.__dict__, "driven_by": names,
              "prediction_class": _prediction_class(base, shares)}
    return Release(**fields)


def _prediction_class(base: Formulation, shares: Mapping[str, float]) -> str:
    """Judge by what drives: fitted to this carrier, measured or computed, or assumed."""
    basis = {key: fact.basis for key, fact in base.facts().items()}
    weight = Counter[str]()
    for key, share in shares.items():
        weight[basis[key]] += share  # type: ignore[assignment]
    calibrated, informed, assumed = PREDICTION_CLASSES
    if "released_fraction" in base.given or weight["fitted"] >= 0.5:
        return calibrated
    known = weight["measured"] + weight["computed"] + weight["fitted"]
    return informed if known >= 0.5 else assumed
