"""What a search tries next: Sobol points, a grid, or evolution with restarts and a last polish.

Each is a generator that yields points of the unit cube and is sent what they scored: objectives
(less is better, nan where a candidate failed) and the excess over each limit.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.studies.candidates import SLACK, limits
from releasekit.studies.pareto import front, hypervolume
from releasekit.studies.recipes import FORMULATION, coordinates, free_names, settle
from releasekit.studies.study import Study

FloatArray = NDArray[np.float64]
Proposals = Generator[FloatArray, tuple[FloatArray, FloatArray], None]

START_SHARE = 8
"""One part in so many of the budget is spread over the whole cube before evolution starts."""
POLISH_SHARE = 5
"""One part in so many of the budget goes to the neighbourhood of the winners, at the end."""
STILL = 1e-3
"""A hypervolume that grows by less than this share over the patience stands still."""
PATIENCE_SHARE = 8
"""One part in so many of the budget is the patience, in candidates."""
FAILED_EXCESS = 1e3
"""Excess that a failed candidate reports: worse than any that could be run."""
STEP, JITTER = 0.5, 0.01
"""Polish moves by this share of the difference of two winners, and by so much of the cube."""


def sobol(study: Study) -> Proposals:
    """Propose the points of a scrambled Sobol sequence."""
    yield spread(study, study.budget)


def grid(study: Study) -> Proposals:
    """Propose all combinations of words and of as many levels of each quantity as the budget has.

    Each formulation has the same share of the budget.
    """
    names = coordinates(study)
    parts = []
    for b, one in enumerate(study.base):
        axes: dict[str, Any] = {name: 1 for name in names if name != FORMULATION}
        free = []
        for part in (part for part in study.parts if part.applies(one)):
            words = len(getattr(part, "among", ()))
            axes.update(dict.fromkeys(free_names(part), words or 1))
            free += [] if words else list(free_names(part))
        share = study.budget / len(study.base) / math.prod(axes.values())
        levels = max(1, math.floor(share ** (1.0 / max(len(free), 1)) + 1e-9))
        points = {name: np.linspace(0.0, 1.0, levels) if name in free and levels > 1
                  else (np.arange(count) + 0.5) / count for name, count in axes.items()}
        points[FORMULATION] = np.array([(b + 0.5) / len(study.base)])
        parts += list(itertools.product(*(points[name] for name in names)))
    yield np.array(parts)


def spread(study: Study, count: int, turn: int = 0) -> FloatArray:
    """Return the first points of a scrambled Sobol sequence; another for each turn."""
    from scipy.stats import qmc

    sampler = qmc.Sobol(max(len(coordinates(study)), 1), scramble=True, seed=study.seed + turn)
    points = sampler.random_base2(max(math.ceil(math.log2(count)), 0))
    return np.asarray(points[:count], dtype=float)


# evolution ---------------------------------------------------------------------------------------

class Winners:
    """The feasible front so far, and what it was before."""

    def __init__(self, study: Study) -> None:
        self.points = np.zeros((0, len(coordinates(study))))
        self.kept = np.zeros((0, len(study.objectives)))
        self.count = 0
        self._before: list[tuple[int, FloatArray]] = [(0, self.kept)]

    def add(self, points: FloatArray, kept: FloatArray, excess: FloatArray) -> None:
        """Take in what candidates scored."""
        good = (excess <= SLACK).all(axis=1) & ~np.isnan(kept).any(axis=1)
        self.count += len(kept)
        self.points = np.concatenate([self.points, points[:len(kept)][good]])
        self.kept = np.concatenate([self.kept, kept[good]])
        best = front(self.kept)
        self.points, self.kept = self.points[best], self.kept[best]
        self._before.append((self.count, self.kept))

    def still(self, patience: int) -> bool:
        """Say whether the hypervolume has stood still for so many candidates."""
        before = next((kept for count, kept in reversed(self._before)
                       if count <= self.count - patience), self.kept[:0])
        if not len(before):
            return False
        both = np.concatenate([before, self.kept])
        box = both.min(axis=0), both.max(axis=0) + np.ptp(both, axis=0)
        return hypervolume(before, *box) >= (1.0 - STILL) * hypervolume(self.kept, *box)


def evolution(study: Study) -> Proposals:
    """Propose by evolution, started anew where it stands still, and polish the winners at the end.

    Ends before the budget where neither a new start nor the polish gains anything.
    """
    winners = Winners(study)
    polish = study.budget - study.budget // POLISH_SHARE
    patience = max(study.budget // PATIENCE_SHARE, 2 * study.population)
    for turn in itertools.count():
        begun = winners.count
        yield from _evolve(study, winners, turn, polish, patience)
        if len(winners.kept) and (winners.count >= polish or (
                turn and winners.still(winners.count - begun))):
            break
    random = np.random.default_rng(study.seed)
    begun = winners.count
    while winners.count - begun < patience or not winners.still(patience):
        one, other, base = random.integers(len(winners.points), size=(3, study.population))
        points = winners.points[base] + STEP * (winners.points[one] - winners.points[other])
        points += JITTER * random.standard_normal(points.shape)
        points = settle(study, np.clip(points, 0.0, 1.0))
        winners.add(points, *(yield points))


def _evolve(study: Study, winners: Winners, turn: int, end: int, patience: int) -> Proposals:
    """Ask and tell an evolutionary algorithm until a candidate count, or until it stands still."""
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem
    from pymoo.problems.static import StaticProblem

    problem = Problem(n_var=len(coordinates(study)), n_obj=len(study.objectives),
                      n_ieq_constr=len(limits(study)) + 1, xl=0.0, xu=1.0)
    algorithm = _algorithm(study, turn)
    algorithm.setup(problem, termination=("n_gen", 2 * study.budget), seed=study.seed + turn,
                    verbose=False)
    begun = winners.count
    while (population := algorithm.ask()) is not None and len(population):
        points = settle(study, np.asarray(population.get("X"), dtype=float))
        population.set("X", points)
        kept, excess = yield points
        winners.add(points, kept, excess)
        if len(winners.kept) and (winners.count >= end or (
                winners.count - begun > patience and winners.still(patience))):
            return
        failed = np.asarray(np.isnan(kept).any(axis=1))
        fill = np.max(kept[~failed], axis=0) if not failed.all() else np.zeros(kept.shape[1])
        kept = np.where(failed[:, None], fill, kept)
        sick = np.where(failed, FAILED_EXCESS, 0.0)
        excess = np.column_stack([np.where(failed[:, None], 0.0, excess), sick])
        Evaluator().eval(StaticProblem(problem, F=kept, G=excess), population)
        algorithm.tell(infills=population)


def _algorithm(study: Study, turn: int) -> Any:
    """Return the algorithm for a number of objectives."""
    count, size = len(study.objectives), min(study.population, study.budget)
    start = spread(study, size if turn else max(size, study.budget // START_SHARE), turn)
    if count == 1:
        from pymoo.algorithms.soo.nonconvex.ga import GA

        return GA(pop_size=size, sampling=start)
    if count <= 3:
        from pymoo.algorithms.moo.sms import SMSEMOA

        return SMSEMOA(pop_size=size, sampling=start)
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.util.ref_dirs import get_reference_directions

    parts = max(p for p in range(1, size + 1)
                if p == 1 or math.comb(p + count - 1, count - 1) <= size)
    directions = get_reference_directions("das-dennis", count, n_partitions=parts)
    return NSGA3(directions, pop_size=max(size, len(directions)), sampling=start)


METHODS = {"evolution": evolution, "sobol": sobol, "grid": grid}
