"""optimise(): proposes formulations that are best under constraints, and says what limits them."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from releasekit.candidates import (
    SLACK,
    Scored,
    coordinates,
    limits,
    objectives,
    score,
    settle,
)
from releasekit.errors import InputError
from releasekit.files import FilePath, write_json, write_table
from releasekit.pareto import front, hypervolume
from releasekit.picks import Pick, by_family, picks
from releasekit.study import Study

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Progress = Callable[[int, int, Mapping[str, Any]], None]
Proposals = Generator[FloatArray, tuple[FloatArray, FloatArray], None]

LOT = 256
"""Candidates of a Sobol search that are simulated together."""
START_SHARE = 4
"""One part in so many of the budget is spread over the whole cube before evolution starts."""
FAILED_EXCESS = 1e3
"""Excess that a failed candidate reports: worse than any that could be run."""


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Parameters
    ----------
    study
        The study as it was run (with its budget and seed).
    best
        Picks: the balanced one first, then the best in each objective.
    trials
        All candidates in their order, screened; failed and infeasible ones with their reason.
    pareto
        The feasible front at default accuracy.
    hypervolume
        Share of the box between the best and the worst objectives of all trials that ran which
        the feasible trials dominate.
    families
        Carrier family -> the best that its feasible trials reach in each objective.
    unsatisfied
        Empty, or why nothing is feasible.
    """

    study: Study
    best: tuple[Pick, ...]
    trials: pd.DataFrame
    pareto: pd.DataFrame
    evaluations: int
    seconds: float
    hypervolume: float
    families: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unsatisfied: str = ""
    warnings: tuple[str, ...] = field(default=())

    def summary(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {"name": self.study.name, "best": [pick.summary() for pick in self.best],
                "families": self.families,
                "evaluations": self.evaluations, "seconds": self.seconds,
                "hypervolume": self.hypervolume, "unsatisfied": self.unsatisfied,
                "method": self.study.method, "seed": self.study.seed,
                "draws": self.study.draws, "percentile": self.study.percentile,
                "warnings": self.warnings}

    def save(self, folder: FilePath) -> None:
        """Write trials.csv, pareto.csv, summary.json and best/*.toml."""
        place = Path(folder)
        write_table(place / "trials.csv", self.trials)
        write_table(place / "pareto.csv", self.pareto)
        write_json(place / "summary.json", self.summary())
        for rank, pick in enumerate(self.best, 1):
            slug = re.sub(r"[^a-z0-9]+", "-", pick.label.lower()).strip("-")
            pick.save(place / "best" / f"{rank}-{slug}.toml")


def optimise(study: Study, budget: int | None = None, seed: int | None = None,
             threads: int | None = None, progress: Progress | None = None) -> SearchResult:
    """Search the formulations of a study.

    Parameters
    ----------
    study
        What varies, what is wanted, what must hold.
    budget, seed
        Candidates to try and seed, in place of those of the study.
    threads
        Cores to use; all by default. Results do not depend on it.
    progress
        Called after each lot with (candidates done, candidates in all, counts and best so far).

    Returns
    -------
    SearchResult
        Without picks, but with the reason, where no candidate keeps the constraints.

    Raises
    ------
    InputError
        The budget is less than one candidate.
    """
    if budget is not None and budget < 1:
        raise InputError("a search needs a budget of 1 candidate or more")
    started = time.perf_counter()
    study = replace(study, budget=study.budget if budget is None else budget,
                    seed=study.seed if seed is None else seed)
    scored = explore(study, threads, progress)
    kept, feasible, ran = scored.minimised(), scored.feasible(), _ran(scored)
    volume = hypervolume(kept[feasible], kept[ran].min(axis=0), kept[ran].max(axis=0)) \
        if feasible.any() else 0.0
    trials = scored.table()
    places, checked = _recheck(scored, threads)
    pareto = checked.table().assign(trial=places)
    return SearchResult(
        study, picks(checked, places, threads), trials, pareto, len(scored),
        time.perf_counter() - started, volume, by_family(scored),
        "" if len(checked) else _unsatisfied(scored),
        tuple(str(concern) for concern in study.concerns()))


def explore(study: Study, threads: int | None = None, progress: Progress | None = None) -> Scored:
    """Return all candidates of a search, in their order, screened."""
    lots: list[Scored] = []
    done = 0
    proposals = {"evolution": _evolution, "sobol": _sobol}[study.method](study)
    points = next(proposals)
    while True:
        lot = score(study, points[:study.budget - done], threads=threads)
        lots.append(lot)
        done += len(lot)
        if progress:
            progress(done, study.budget, _so_far(Scored.join(lots)))
        if done >= study.budget:
            return Scored.join(lots)
        try:
            points = proposals.send((lot.minimised(), lot.excess()))
        except StopIteration:  # nothing new is left to try
            return Scored.join(lots)


# proposals ---------------------------------------------------------------------------------------

def _spread(study: Study, count: int) -> FloatArray:
    """Return the first points of a scrambled Sobol sequence."""
    from scipy.stats import qmc

    sampler = qmc.Sobol(max(len(coordinates(study)), 1), scramble=True, seed=study.seed)
    points = sampler.random_base2(max(math.ceil(math.log2(count)), 0))
    return np.asarray(points[:count], dtype=float)


def _sobol(study: Study) -> Proposals:
    points = _spread(study, study.budget)
    for start in range(0, len(points), LOT):
        yield points[start:start + LOT]


def _evolution(study: Study) -> Proposals:
    """Ask and tell an evolutionary algorithm that starts from Sobol points."""
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem
    from pymoo.problems.static import StaticProblem

    n_limits = len(limits(study))
    problem = Problem(n_var=len(coordinates(study)), n_obj=len(study.objectives),
                      n_ieq_constr=n_limits + 1, xl=0.0, xu=1.0)
    algorithm = _algorithm(study)
    algorithm.setup(problem, termination=("n_gen", 2 * study.budget), seed=study.seed,
                    verbose=False)
    while (population := algorithm.ask()) is not None and len(population):
        points = settle(study, np.asarray(population.get("X"), dtype=float))
        population.set("X", points)
        kept, excess = yield points
        population = population[:len(kept)]
        failed = np.asarray(np.isnan(kept).any(axis=1))
        fill = np.max(kept[~failed], axis=0) if not failed.all() else np.zeros(kept.shape[1])
        kept = np.where(failed[:, None], fill, kept)
        sick = np.where(failed, FAILED_EXCESS, 0.0)
        excess = np.column_stack([np.where(failed[:, None], 0.0, excess), sick])
        Evaluator().eval(StaticProblem(problem, F=kept, G=excess), population)
        algorithm.tell(infills=population)


def _algorithm(study: Study) -> Any:
    """Return the algorithm for a number of objectives."""
    count, size = len(study.objectives), min(study.population, study.budget)
    start = _spread(study, max(size, study.budget // START_SHARE))
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


# what comes of it --------------------------------------------------------------------------------

def _ran(scored: Scored) -> NDArray[np.bool_]:
    ran = np.ones(len(scored), dtype=bool)
    ran[list(scored.failed)] = False
    return ran


def _so_far(scored: Scored) -> dict[str, Any]:
    feasible = scored.feasible()
    best = {}
    for wanted in objectives(scored.study):
        values = scored.of(wanted)[feasible]
        if values.size:
            best[wanted.label(scored.study)] = float(
                values.max() if wanted.low_is_bad else values.min())
    return {"feasible": int(feasible.sum()), "failed": len(scored.failed), "best": best}


def _recheck(scored: Scored, threads: int | None) -> tuple[IndexArray, Scored]:
    """Return the feasible front at default accuracy, with the places of its trials.

    Screening errs by a few thousandths, which is enough to cross a limit. Where all of the front
    does, the other feasible candidates are tried.
    """
    feasible = np.flatnonzero(scored.feasible())
    best = feasible[front(scored.minimised()[feasible])]
    for places in (_different(scored, best), _different(scored, feasible)):
        if not places.size:
            break
        checked = score(scored.study, scored.points[places], "default", threads)
        good = np.flatnonzero(checked.feasible())
        if good.size:
            rows = good[front(checked.minimised()[good])]
            return places[rows], checked.take(rows)
    return np.zeros(0, dtype=np.intp), scored.take([])


def _different(scored: Scored, places: IndexArray) -> IndexArray:
    """Return places without those that stand for the same design as an earlier one."""
    if not places.size:
        return places
    some = scored.take(places)
    twice = some.table()[["formulation", *some.choices()]].duplicated()
    return np.asarray(places[~np.asarray(twice, dtype=bool)], dtype=np.intp)


def _unsatisfied(scored: Scored) -> str:
    """Say which constraint stands in the way most often, and how near the best comes to it."""
    ran, count = _ran(scored), len(scored)
    if scored.feasible().any():
        return (f"{scored.feasible().sum()} of {count} candidates keep the constraints when "
                "screened, but none at default accuracy: they all sit at a limit")
    lines = [f"none of {count} candidates keeps all constraints"]
    excess = scored.excess()[ran]
    broken = (excess > SLACK).sum(axis=0)
    for i in np.argsort(-broken, kind="stable"):
        limit = limits(scored.study)[i]
        if broken[i]:
            values = scored.of(limit.wanted)[ran]
            best = float(values.max() if limit.wanted.low_is_bad else values.min())
            lines.append(f"{limit}: broken by {broken[i]}, at best {limit.said(best)}")
    if len(excess):
        nearest = int(np.argmin(excess.max(axis=1)))
        lines.append(f"nearest to all of them: trial {np.flatnonzero(ran)[nearest]}, "
                     f"off by {excess[nearest].max():.1%}")
    for reason, times in Counter(scored.failed.values()).most_common(3):
        lines.append(f"failed, {times} times: {reason}")
    return "\n".join(lines)
