"""A table of designs, lowered and solved: where every exosome of every row is over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.carriers.downstream import MOST_SEGMENTS, taken_off
from releasekit.carriers.families import FAMILIES
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered
from releasekit.errors import InputError
from releasekit.formulation import Designs
from releasekit.release import (
    APPLIED,
    EVERY_SUM,
    INSIDE,
    LEFT,
    Ledger,
    Release,
    Sum,
    left_carrier,
    sums_of,
)
from releasekit.transport.problem import IN_TISSUE, PARTS
from releasekit.transport.solve import ACCURACIES, solve

FloatArray = NDArray[np.float64]
Amounts = dict[Sum, FloatArray]
Progress = Callable[[int, int], None]

SIZES = {"screen": 8, "default": 16, "fine": 32}
"""Vesicle sizes per design: Gauss-Legendre nodes in cumulative probability."""
SIZE_ERROR, SIZE_ORDER = 0.4, 2.4
"""Error of the average over N sizes: 0.4 ln(GSD) N^-2.4; twice that was the worst measured."""
OUTPUT_TIMES = 201
ROWS_AT_ONCE = 1024
"""Rows that are lowered together: few enough to stay in the cache."""
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


def run(designs: Designs, scores: Mapping[str, ArrayLike], accuracy: str, *,
        threads: int | None = None, progress: Progress | None = None,
        columns: Collection[str] | None = None, control: bool = True) -> Release:
    """Lower and solve all rows, apart those that differ in dressing changes, doses or patches.

    Parameters
    ----------
    designs
        One row per design (and draw).
    scores
        Standard normal score of each fact by ``material/fact``, over rows.
    accuracy, threads, progress
        See :func:`releasekit.simulate`.
    columns
        Columns over time that are wanted; all by default.
    control
        Whether free exosomes for comparison are wanted: a problem of its own.

    Raises
    ------
    InputError
        A quantity is needed that nobody knows.
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
    sums = EVERY_SUM if columns is None else sums_of(columns)
    amounts = {names: np.full(time.shape, np.nan) for names in sums}
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
                {k: np.asarray(z)[index] if np.ndim(z) else z for k, z in scores.items()})
            lowered = FAMILIES[designs.base.carrier].lower(inputs, SIZES[accuracy])
            free = FAMILIES["free"].lower(inputs, FREE_SIZES) if control and at_wound else None
            if inputs.missing:
                raise InputError(inputs.missing.values())
            found, error = _solve(lowered, time[index], accuracy, threads, sums)
            for names, amount in found.items():
                amounts[names][index] = amount
            for name, values in lowered.properties.items():
                properties.setdefault(name, np.full(rows, np.nan))[index] = values
            single["dose_per_area"][index] = lowered.dose_per_area
            single["recovery"][index] = lowered.recovery
            single["error"][index] = error + size_error(inputs["vesicle_diameter_gsd"],
                                                        SIZES[accuracy])
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
        designs, time, Ledger(amounts, single["dose_per_area"], at_wound),
        single["dose_per_area"], single["recovery"], single["error"], single["free_auc"],
        properties, dict(sorted(failed.items())), tuple(notes.values()),
        dict(Counter(used.values())), scores=scores)


def size_error(vesicle_diameter_gsd: FloatArray, count: int) -> FloatArray:
    """Return the estimated error of any released fraction from a few sizes for a distribution.

    Gauss-Legendre nodes in cumulative probability, on a function with logarithmic ends: the order
    is algebraic, and a wide distribution has a large error.

    >>> size_error(np.array([1.0, 1.47]), 16).round(6)
    array([0.      , 0.000199])
    """
    return np.asarray(SIZE_ERROR * np.log(vesicle_diameter_gsd) / count**SIZE_ORDER)


def _solve(lowered: Lowered, time: FloatArray, accuracy: str, threads: int | None,
           sums: tuple[Sum, ...]) -> tuple[Amounts, FloatArray]:
    """Return sums of parts [row, time] over all bodies, and the error."""
    amounts: Amounts = {}
    error = np.zeros(len(time))
    for body in lowered.bodies:
        found, off = _solve_body(body, time, accuracy, threads, sums)
        for names, amount in found.items():
            amount *= body.share[:, None]
            amounts[names] = amounts[names] + amount if names in amounts else amount
        error += body.share * off
    return amounts, error


def _solve_body(body: Body, time: FloatArray, accuracy: str, threads: int | None,
                sums: tuple[Sum, ...]) -> tuple[Amounts, FloatArray]:
    """Return the same of one body; nan in rows for which a law gave no number."""
    well = body.lanes.finite().reshape(-1, len(body.weights)).all(axis=1)
    if not well.all():
        amounts = {names: np.full(time.shape, np.nan) for names in sums}
        error = np.full(len(time), np.nan)
        if well.any():
            lanes = body.lanes.take(np.repeat(well, len(body.weights)))
            found, error[well] = _solve_body(
                replace(body, lanes=lanes), time[well], accuracy, threads, sums)
            for names, amount in found.items():
                amounts[names][well] = amount
        return amounts, error
    if LEFT not in sums:
        return _active(body, time, accuracy, threads, sums)
    direct = tuple(names for names in sums if names != LEFT)
    if body.lanes.inactivates():
        amounts, error = _active(body, time, accuracy, threads, direct)
        whole = replace(body, lanes=body.lanes.without_inactivation())
        every, other = _active(whole, time, accuracy, threads, (APPLIED, INSIDE))
        error = np.maximum(error, other)
    else:
        amounts, error = _active(body, time, accuracy, threads, (*direct, INSIDE))
        every = amounts
    left = left_carrier(every[APPLIED], every[INSIDE])
    return {**{names: amounts[names] for names in direct}, LEFT: left}, error


def _active(body: Body, time: FloatArray, accuracy: str, threads: int | None,
            sums: tuple[Sum, ...]) -> tuple[Amounts, FloatArray]:
    """Return sums of the parts that the solver finds."""
    order = IN_TISSUE if body.in_tissue else range(len(PARTS))
    wanted = [tuple(PARTS[order[PARTS.index(name)]] for name in names) for names in sums]
    curves, error = solve(body.lanes, body.weights, time[:, -1], time.T, ACCURACIES[accuracy],
                          wanted, threads)
    return dict(zip(sums, curves, strict=True)), error


def _control(free: Lowered, time: FloatArray, threads: int | None) -> FloatArray:
    """Return the retained AUC [s] of free exosomes; rows of one wound and schedule share it."""
    (body,) = free.bodies
    lanes = [array.reshape(-1, len(time), len(body.weights))
             for array in body.lanes.arrays().values()]
    told = np.ascontiguousarray(np.concatenate([
        *(np.moveaxis(array, 1, 0).reshape(len(time), -1) for array in lanes), time[:, -1:]], 1))
    whole = told.view(np.dtype((np.void, told.itemsize * told.shape[1])))[:, 0]
    # rows as bytes: number by number, sorting them costs more than all the rest
    _, first, which = np.unique(whole, return_index=True, return_inverse=True)
    chosen = (first[:, None] * len(body.weights) + np.arange(len(body.weights))).ravel()
    body = replace(body, lanes=body.lanes.take(chosen), share=body.share[first])
    amounts, _ = _solve_body(body, time[first], "screen", threads, sums_of(["retained_fraction"]))
    ledger = Ledger(amounts, free.dose_per_area[first], at_wound=True)
    auc = np.trapezoid(ledger["retained_fraction"], time[first], axis=1)
    return np.asarray(auc)[which]
