"""Candidates of a search: what is wanted of them, what limits them and what they score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from releasekit.formulation import Formulation
from releasekit.simulation import evaluate
from releasekit.studies.recipes import columns_of, settle, tables, which
from releasekit.studies.study import Study
from releasekit.studies.workers import Each, in_pieces
from releasekit.units import from_si
from releasekit.vocabulary import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Told = Callable[[int, int], None]
"""Is told (candidates done, candidates in all)."""

SLACK = 1e-9
"""Share of a limit by which rounding may overstep it."""
STRIDE = 16
"""Candidates after which one is told how far a work has come."""
HELD = "constraints_held_fraction"
"""Column of the share of draws in which a candidate keeps all limits."""


@dataclass(frozen=True)
class Wanted:
    """A number wanted of each candidate, seen from its bad side.

    It is a metric or quantity, or its distance from the target that it shall ``reach`` (in decades
    if ``log``). ``probability`` is the share of the draws on its good side.
    """

    name: str
    low_is_bad: bool
    probability: float
    reach: float | None = None
    log: bool = False

    def label(self, study: Study) -> str:
        """Return the name of its column, with unit and percentile."""
        q = QUANTITIES.get(self.name)
        what = (q.column if q else self.name) + ("" if self.reach is None else "_distance")
        return what + (f"_p{self._percent():g}" if study.draws else "")

    def _percent(self) -> float:
        bad = round(100.0 * (1.0 - self.probability), 6)
        return bad if self.low_is_bad else 100.0 - bad

    def of(self, draws: FloatArray) -> FloatArray:
        """Return the metric or quantity as it is, or its distance from the target."""
        if self.reach is None:
            return draws
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.abs(np.log10(draws / self.reach))
        return np.abs(draws - self.reach)

    def pessimistic(self, draws: FloatArray) -> FloatArray:
        """Return one number per candidate [candidate, draw]; draws without a value are worst."""
        draws = self.of(draws)
        share = self._percent()
        filled = np.where(np.isnan(draws), -np.inf if self.low_is_bad else np.inf, draws)
        # no interpolation: between a number and infinity there is none
        return np.asarray(np.quantile(filled, share / 100.0, axis=-1,
                                      method="lower" if self.low_is_bad else "higher"))

    def shown(self, values: FloatArray) -> FloatArray:
        """Return values in the unit of the column."""
        q = QUANTITIES.get(self.name)
        return values if q is None else np.array(
            [from_si(x, q.unit, q.shown) if np.isfinite(x) else x for x in values])


@dataclass(frozen=True)
class Limit:
    """One side of a constraint."""

    wanted: Wanted
    value: float

    def __str__(self) -> str:
        return (f"{self.wanted.name} {'at least' if self.wanted.low_is_bad else 'at most'} "
                f"{self.said(self.value)}")

    def said(self, value: float) -> str:
        """Return a value as a person would write it."""
        q = QUANTITIES.get(self.wanted.name)
        number = f"{self.wanted.shown(np.array([value]))[0]:.4g}"
        return number if q is None or q.shown == "1" else f"{number} {q.shown}"

    def excess(self, values: FloatArray) -> FloatArray:
        """Return by how much values break the limit, as a share of it; kept where not above 0."""
        over = self.value - values if self.wanted.low_is_bad else values - self.value
        return np.asarray(over / (abs(self.value) or 1.0))


def objectives(study: Study) -> list[Wanted]:
    """Return what is wanted of each candidate as objective."""
    return [Wanted(o.metric, o.goal == "maximise", 1.0 - study.percentile / 100.0,
                   *((o.target, o.scale == "log") if o.goal == "reach" else ()))
            for o in study.objectives]


def limits(study: Study) -> list[Limit]:
    """Return the constraints, a window as two."""
    return [Limit(Wanted(c.name, low, c.probability or study.probability), value)
            for c in study.constraints
            for low, value in ((True, c.at_least), (False, c.at_most)) if value is not None]


@dataclass(frozen=True)
class Scored:
    """Candidates with what they score.

    ``values`` [candidate] by label (SI; nan for failed ones), ``failed`` candidate -> reason.
    """

    study: Study
    points: FloatArray
    values: Mapping[str, FloatArray]
    failed: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.points)

    def of(self, wanted: Wanted) -> FloatArray:
        """Return one number per candidate."""
        return self.values[wanted.label(self.study)]

    def minimised(self) -> FloatArray:
        """Return the objectives [candidate, objective] so that less is better."""
        columns = []
        for wanted, objective in zip(objectives(self.study), self.study.objectives, strict=True):
            values = self.of(wanted)
            if objective.target is not None and wanted.reach is None:
                cut = np.minimum if wanted.low_is_bad else np.maximum
                values = cut(values, objective.target)
            if objective.scale == "log" and wanted.reach is None:
                values = np.log10(np.maximum(values, 1e-300))
            columns.append(-values if wanted.low_is_bad else values)
        return np.stack(columns, axis=1)

    def excess(self) -> FloatArray:
        """Return the excess over each limit [candidate, limit]; 0 where it does not apply."""
        columns = [np.nan_to_num(limit.excess(self.of(limit.wanted)))
                   for limit in limits(self.study)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self), 0))

    def feasible(self) -> NDArray[np.bool_]:
        """Return which candidates ran and keep every limit."""
        good = np.asarray((self.excess() <= SLACK).all(axis=1))
        good[list(self.failed)] = False
        return good

    def take(self, rows: Sequence[int] | IndexArray) -> Scored:
        """Return some candidates."""
        return Scored(self.study, self.points[rows],
                      {label: column[rows] for label, column in self.values.items()},
                      {new: self.failed[int(old)] for new, old in enumerate(rows)
                       if int(old) in self.failed})

    @staticmethod
    def join(parts: Sequence[Scored]) -> Scored:
        """Return several lots as one."""
        starts = np.cumsum([0, *map(len, parts)])
        return Scored(
            parts[0].study, np.concatenate([part.points for part in parts]),
            {label: np.concatenate([part.values[label] for part in parts])
             for label in parts[0].values},
            {int(start) + row: why for start, part in zip(starts, parts, strict=False)
             for row, why in part.failed.items()})

    def table(self) -> pd.DataFrame:
        """Return one row per candidate: status, reason, choices, objectives, constraints."""
        import pandas as pd

        feasible = self.feasible()
        status = np.where(feasible, "feasible", "infeasible").astype(object)
        status[list(self.failed)] = "failed"
        excess, kept = self.excess(), limits(self.study)
        reason = [self.failed.get(row) or "; ".join(
            f"{limit}: is {limit.said(float(self.of(limit.wanted)[row]))}"
            for limit, over in zip(kept, excess[row], strict=True) if over > SLACK)
            for row in range(len(self))]
        base = [self.study.base[b] for b in which(self.study, self.points)]
        data = {"trial": np.arange(len(self)), "status": status, "reason": reason,
                "carrier": [one.carrier for one in base], "formulation": [one.name for one in base],
                **self.choices()}
        for wanted in (*objectives(self.study), *(limit.wanted for limit in kept)):
            data[wanted.label(self.study)] = wanted.shown(self.of(wanted))
        if HELD in self.values:
            data[HELD] = self.values[HELD]
        return pd.DataFrame(data)

    def choices(self) -> dict[str, list[float | str | None]]:
        """Return what varies, in shown units; None where it says nothing of a formulation."""
        words = {v.name for v in self.study.vary if v.among}
        names = columns_of(self.study)
        found: dict[str, list[float | str | None]] = {
            column: [None] * len(self) for column in names.values()}
        for rows, designs in tables(self.study, self.points):
            for name in self.study.varied(designs.base):
                for place, row in enumerate(rows):
                    q = QUANTITIES.get(name)
                    found[names[name]][row] = _word(designs.base, name) \
                        if q is None or name in words \
                        else from_si(float(designs.columns[name][place]), q.unit, q.shown)
        return found


def _word(base: Formulation, name: str) -> str:
    if name in base.materials:
        return base.materials[name].key
    if name == "process":
        return " + ".join(step.step for step in base.process)
    return base.models.get(name) or base.word(name)


def score(study: Study, points: FloatArray, accuracy: str = "screen",
          threads: int | None = None, each: Each = map) -> Scored:
    """Simulate candidates; what cannot be run fails alone, with its reason.

    With draws each number is the percentile of the bad side over the draws, which all candidates
    share. A constraint on a quantity that a candidate does not have, such as the strength of its
    needles, does not apply to it; a metric without a value fails it.

    Parameters
    ----------
    study
        What is wanted and what must hold.
    points : shape (candidate, coordinate)
        Points of the unit cube.
    accuracy, threads
        See ``simulate``.
    each
        Takes the place of ``map`` to simulate elsewhere.
    """
    points = settle(study, points)
    wanted = [*objectives(study), *(limit.wanted for limit in limits(study))]
    names = list(dict.fromkeys(one.name for one in wanted))
    draws = {name: np.full((len(points), max(study.draws, 1)), np.nan) for name in names}
    failed: dict[int, str] = {}
    groups = list(tables(study, points))
    outcomes = in_pieces(evaluate, [designs for _, designs in groups], names, each,
                         draws=study.draws, seed=study.seed, accuracy=accuracy, threads=threads)
    for (rows, _), (found, sick) in zip(groups, outcomes, strict=True):
        for name in names:
            draws[name][rows] = found[name]
        failed.update({int(rows[row]): why for row, why in sick.items()})
    judged = {one.name for one in objectives(study)}
    idle = {name: np.isnan(draws[name]).all(axis=1) & (name in QUANTITIES and name not in judged)
            for name in names}
    values = {one.label(study): np.where(idle[one.name], np.nan, one.pessimistic(draws[one.name]))
              for one in wanted}
    for one in wanted:
        for row in np.flatnonzero(~np.isfinite(values[one.label(study)]) & ~idle[one.name]):
            failed.setdefault(int(row), f"{one.name} has no value for this design")
    if study.draws and study.constraints:
        values[HELD] = _held(study, draws, idle)
    for column in values.values():
        column[list(failed)] = np.nan
    return Scored(study, points, values, dict(sorted(failed.items())))


def unheard(done: int, total: int) -> None:
    """Tell nobody."""


def strides(count: int, told: Told) -> Iterator[slice]:
    """Yield so many candidates in strides, and tell how far they have come.

    >>> steps = []
    >>> [(rows.start, rows.stop) for rows in strides(19, lambda done, count: steps.append(done))]
    [(0, 16), (16, 19)]
    >>> steps
    [0, 16, 19]
    """
    told(0, count)
    for first in range(0, count, STRIDE):
        end = min(first + STRIDE, count)
        yield slice(first, end)
        told(end, count)


def _held(study: Study, draws: Mapping[str, FloatArray],
          idle: Mapping[str, NDArray[np.bool_]]) -> FloatArray:
    """Return the share of draws in which each candidate keeps all limits that apply to it."""
    held = np.ones(next(iter(draws.values())).shape, dtype=bool)
    for limit in limits(study):
        kept = limit.excess(draws[limit.wanted.name]) <= SLACK  # not in a draw without a value
        kept[idle[limit.wanted.name]] = True
        held &= kept
    return np.asarray(held.mean(axis=1))
