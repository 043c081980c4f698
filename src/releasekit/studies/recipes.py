"""From points of a unit cube to the designs they stand for, in numbers that can be weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from releasekit.formulation import Designs, Formulation
from releasekit.studies.study import Mixture, Study, Vary, with_words
from releasekit.units import from_si, to_si
from releasekit.vocabulary import QUANTITIES

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]

FORMULATION = "formulation"
"""First coordinate of a study with several formulations: which of them."""
STEPS = 200
"""A linear range is cut into at least so many steps of one decimal place: a recipe can be made."""


def coordinates(study: Study) -> tuple[str, ...]:
    """Return what the coordinates of the unit cube stand for.

    Ranges of one quantity that belong to different formulations share a coordinate: it says how
    far up in its own range a formulation lies.
    """
    several = (FORMULATION,) if len(study.base) > 1 else ()
    names = (name for part in study.parts for name in free_names(part))
    return (*several, *dict.fromkeys(names))


def free_names(part: Vary | Mixture) -> tuple[str, ...]:
    """Return the names that take a coordinate: the last part of a mixture is the rest of it."""
    return part.names if isinstance(part, Vary) else part.names[:-1]


def columns_of(study: Study) -> dict[str, str]:
    """Return the name of the column of each thing that varies, with the shown unit in it."""
    words = {vary.name for vary in study.vary if vary.among}
    return {name: name if name in words else QUANTITIES[name].column
            for part in study.parts for name in part.names}


def which(study: Study, points: FloatArray) -> IndexArray:
    """Return the index of each point's formulation."""
    if len(study.base) == 1:
        return np.zeros(len(points), dtype=np.intp)
    return _pick(points[:, 0], len(study.base))


def settle(study: Study, points: FloatArray) -> FloatArray:
    """Return points with 0.5 where a coordinate says nothing about their formulation."""
    points, names = np.array(points, dtype=float), coordinates(study)
    base = which(study, points)
    for b, one in enumerate(study.base):
        concerned = {FORMULATION, *(name for part in study.parts
                                    if part.applies(one) for name in free_names(part))}
        idle = [j for j, name in enumerate(names) if name not in concerned]
        points[np.ix_(base == b, idle)] = 0.5
    return points


def tables(study: Study, points: FloatArray) -> Iterator[tuple[IndexArray, Designs]]:
    """Yield points that differ in numbers only as one table, with their places in ``points``."""
    names, base = coordinates(study), which(study, points)
    for b, one in enumerate(study.base):
        rows = np.flatnonzero(base == b)
        if not rows.size:
            continue
        varied = [(points[rows, names.index(v.name)], v) for v in study.vary if v.applies(one)]
        numbers = {v.name: _values(v, u) for u, v in varied if not v.among}
        for mixture in (m for m in study.mixtures if m.applies(one)):
            place = np.array([names.index(name) for name in free_names(mixture)])
            shares = points[np.ix_(rows, place)]
            numbers |= zip(mixture.names, _mixed(mixture, shares), strict=True)
        numbers = numbers or {"duration": np.full(len(rows), one.number("duration"))}
        choices = [v for _, v in varied if v.among]
        chosen = np.array([_pick(u, len(v.among)) for u, v in varied if v.among], dtype=np.intp)
        chosen = chosen.reshape(len(choices), len(rows)).T
        for combination in np.unique(chosen, axis=0):
            same = np.flatnonzero((chosen == combination).all(axis=1))
            words = {v.name: v.among[i] for v, i in zip(choices, combination, strict=True)}
            yield rows[same], Designs(with_words(one, words),
                                      {name: column[same] for name, column in numbers.items()})


def formulation(study: Study, point: FloatArray, name: str, description: str) -> Formulation:
    """Return the formulation of one point, under a name of its own."""
    _, designs = next(tables(study, np.atleast_2d(point)))
    return replace(designs.row(0), name=name, description=description)


def _pick(u: FloatArray, count: int) -> IndexArray:
    return np.minimum((u * count).astype(np.intp), count - 1)


def _values(vary: Vary, u: FloatArray) -> FloatArray:
    """Return SI values, rounded so that a person can weigh and measure them."""
    q = QUANTITIES[vary.name]
    low, high = (from_si(end, q.unit, q.shown) for end in (vary.low, vary.high))
    if vary.scale == "integer":
        values = np.minimum(np.floor(low + u * (high - low + 1.0)), high)
    elif vary.scale == "log":
        grown = vary.low * (vary.high / vary.low) ** u
        values = np.array([float(f"{from_si(x, q.unit, q.shown):.3g}") for x in grown])
    else:
        values = np.round(low + u * (high - low), _decimals(high - low))
    values = np.clip(values, low, high)
    return np.array([to_si(x, q.shown, q.unit) for x in values])


def _mixed(mixture: Mixture, u: FloatArray) -> FloatArray:
    """Return SI values [part, candidate] that add up to the total, as weighable as ``_values``.

    Uniform u [candidate, free part] give points spread alike over all mixtures: each part takes
    its share of what is left for it and those after it (sticks broken as the order statistics of
    uniform numbers say).
    """
    q = QUANTITIES[mixture.names[0]]
    total, *low = (from_si(x, q.unit, q.shown) for x in (mixture.total, *mixture.low))
    left = np.full(len(u), total - sum(low))
    decimals, parts = _decimals(total - sum(low)), list[FloatArray]()
    for j, least in enumerate(low[:-1]):
        share = 1.0 - (1.0 - u[:, j]) ** (1.0 / (len(low) - 1 - j))
        part = np.floor(left * share * 10.0**decimals) / 10.0**decimals
        parts.append(least + part)
        left = left - part
    parts.append(low[-1] + left)
    return np.array([[to_si(x, q.shown, q.unit) for x in part]
                     for part in np.round(parts, decimals + 3)])  # without the dust of additions


def _decimals(span: float) -> int:
    return int(np.ceil(np.log10(STEPS / span)))
