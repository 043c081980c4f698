"""What would change a proposal: a small step in each choice, and a limit that gives way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from releasekit.studies.candidates import (
    SLACK,
    Scored,
    Told,
    limits,
    objectives,
    score,
    strides,
    unheard,
)
from releasekit.studies.recipes import columns_of, coordinates, free_names, which
from releasekit.studies.study import Study, Vary

FloatArray = NDArray[np.float64]
Merit = Callable[[FloatArray], FloatArray]
"""Minimised objectives [candidate, objective] -> one number each, less is better."""

STEP = 0.05
"""Share of its range by which a choice is moved to both sides."""
GIVES_WAY = 0.25
"""Share of a limit by which it may be relaxed."""


@dataclass(frozen=True)
class Effect:
    """What one choice does to the objectives: from one value to another, all else as it is.

    ``changes`` are in the units of the objectives; empty if a design could not be run.
    """

    choice: str
    start: float | str
    end: float | str
    changes: Mapping[str, float]


@dataclass(frozen=True)
class Relaxation:
    """What would be proposed instead if one limit were this much wider."""

    limit: str
    relaxed_to: str
    trial: int
    objectives: Mapping[str, float]


def effects(study: Study, points: FloatArray, threads: int | None = None,
            told: Told = unheard) -> list[list[Effect]]:
    """Return the effect of each choice on each of some candidates: all in one batch, screened.

    A quantity goes from a twentieth of its range below to a twentieth above (or to the end of its
    range), a word to each of the others.

    Parameters
    ----------
    study
        What varies and what is wanted.
    points : shape (candidate, coordinate)
        Points of the unit cube.
    threads
        Cores to use.
    told
        Is told how far it has come.
    """
    steps = [(row, step) for row in range(len(points)) for step in _steps(study, points[row])]
    if not steps:
        return [[] for _ in points]
    moved = np.array([end for _, (_, *ends) in steps for end in ends])
    scored = Scored.join([score(study, moved[rows], threads=threads)
                          for rows in strides(len(moved), told)])
    columns, wanted = scored.choices(), objectives(study)
    found: list[list[Effect]] = [[] for _ in points]
    for place, (row, (name, _, _)) in enumerate(steps):
        i, j = 2 * place, 2 * place + 1
        column = columns_of(study)[name]
        start, end = columns[column][i], columns[column][j]
        assert start is not None
        assert end is not None
        changes = {one.label(study): _change(one.shown(scored.of(one)[[i, j]])) for one in wanted}
        found[row].append(Effect(column, start, end, {} if {i, j} & scored.failed.keys()
                                 else changes))
    return found


def _change(ends: FloatArray) -> float:
    """Return the second less the first, 0 where they differ by round-off only."""
    start, end = ends
    return 0.0 if np.isclose(start, end, rtol=1e-12, atol=0.0) else float(end - start)


def _steps(study: Study, point: FloatArray) -> list[tuple[str, FloatArray, FloatArray]]:
    """Return what varies in a candidate, and the two points between which it is moved."""
    names, base = coordinates(study), study.base[which(study, point[None])[0]]

    def moved(name: str, place: float) -> FloatArray:
        other = point.copy()
        other[names.index(name)] = place
        return other

    found = []
    for part in (part for part in study.parts if part.applies(base)):
        count = len(part.among) if isinstance(part, Vary) else 0
        for name in free_names(part):
            now = point[names.index(name)]
            if count:
                found += [(name, point, moved(name, (word + 0.5) / count))
                          for word in range(count) if word != min(int(now * count), count - 1)]
            else:
                found.append((name, moved(name, max(now - STEP, 0.0)),
                              moved(name, min(now + STEP, 1.0))))
    return found


def relaxations(scored: Scored, merits: Sequence[tuple[Merit, FloatArray]],
                threads: int | None = None, told: Told = unheard) -> list[list[Relaxation]]:
    """Return, for each proposal, what would beat it if one limit were relaxed by a quarter.

    Parameters
    ----------
    scored
        All candidates, screened.
    merits
        For each proposal its merit, and its minimised objectives [1, objective].
    threads
        Cores to use.
    told
        Is told how far it has come.

    Returns
    -------
    list of list of Relaxation
        The best first; scored at default accuracy. Empty where no trial does better.
    """
    study, excess, kept = scored.study, scored.excess(), scored.minimised()
    ran = np.isfinite(kept).all(axis=1)
    chosen: list[tuple[int, int, int]] = []
    for proposal, (merit, own) in enumerate(merits):
        for i in range(excess.shape[1]):
            others = np.delete(excess, i, axis=1)
            rows = np.flatnonzero(ran & (others <= SLACK).all(axis=1) & (excess[:, i] > SLACK)
                                  & (excess[:, i] <= GIVES_WAY))
            if rows.size:
                values = merit(kept[rows])
                if values.min() < merit(own)[0]:
                    chosen.append((proposal, i, int(rows[np.argmin(values)])))
    found: list[list[tuple[float, Relaxation]]] = [[] for _ in merits]
    if not chosen:
        return [[] for _ in merits]
    points = scored.points[[trial for *_, trial in chosen]]
    again = Scored.join([score(study, points[rows], "default", threads)
                         for rows in strides(len(points), told)])
    for row, (proposal, i, trial) in enumerate(chosen):
        merit, own = merits[proposal]
        value, limit = float(merit(again.minimised()[[row]])[0]), limits(study)[i]
        if value < merit(own)[0]:  # nan, of one that fails at this accuracy, is not
            found[proposal].append((value, Relaxation(
                str(limit), limit.said(float(again.of(limit.wanted)[row])), trial,
                {one.label(study): float(one.shown(again.of(one)[[row]])[0])
                 for one in objectives(study)})))
    return [[relaxation for _, relaxation in sorted(each, key=lambda pair: pair[0])]
            for each in found]
