"""optimise(): proposes formulations that are best under constraints, and says what limits them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError
from releasekit.files import FilePath, remove, write_json, write_table
from releasekit.results import RUN_FILES, may_write, save_run
from releasekit.studies.candidates import SLACK, Scored, limits, objectives, score, strides
from releasekit.studies.pareto import front, hypervolume
from releasekit.studies.picks import Pick, Stages, front_curves, picks
from releasekit.studies.proposals import METHODS
from releasekit.studies.ranking import Ranked, by_family, ranking
from releasekit.studies.recipes import settle
from releasekit.studies.study import Study
from releasekit.studies.trials import Trials, open_trials
from releasekit.studies.workers import HERE, Crew, crew

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Progress = Callable[[int, int, Mapping[str, Any]], None]

LOT = 64
"""Candidates that are kept together: a kill costs no more than these."""
PICK_FILES = "[0-9]*-*.*"
"""Names of the files below ``best``."""


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
    front_curves
        The release of each point of the front over time, facts at their nominal values.
    hypervolume
        Share of the box between the best and the worst objectives of all trials that ran which
        the feasible trials dominate.
    families
        Carrier family -> the best that its feasible trials reach in each objective.
    ranking
        The formulations, the one that reaches most first.
    unsatisfied
        Empty, or why nothing is feasible.
    """

    study: Study
    best: tuple[Pick, ...]
    trials: pd.DataFrame
    pareto: pd.DataFrame
    front_curves: pd.DataFrame
    evaluations: int
    seconds: float
    hypervolume: float
    families: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unsatisfied: str = ""
    warnings: tuple[str, ...] = field(default=())
    ranking: tuple[Ranked, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {"name": self.study.name,
                "objectives": [{"column": wanted.label(self.study), "goal": objective.goal}
                               for wanted, objective in zip(
                                   objectives(self.study), self.study.objectives, strict=True)],
                "best": [pick.summary() for pick in self.best],
                "families": self.families, "ranking": [asdict(one) for one in self.ranking],
                "evaluations": self.evaluations, "seconds": self.seconds,
                "hypervolume": self.hypervolume, "unsatisfied": self.unsatisfied,
                "method": self.study.method, "seed": self.study.seed,
                "draws": self.study.draws, "percentile": self.study.percentile,
                "warnings": self.warnings}

    def save(self, folder: FilePath) -> None:
        """Write trials.csv, pareto.csv, front.csv, summary.json, the picks as a run and in best/.

        What an earlier search left there of picks is removed.
        """
        place = Path(folder)
        may_write(place)
        for stale in (*RUN_FILES, f"best/{PICK_FILES}"):
            remove(place, stale)
        write_json(place / "summary.json", self.summary())
        write_table(place / "trials.csv", self.trials)
        write_table(place / "pareto.csv", self.pareto)
        write_table(place / "front.csv", self.front_curves)
        for rank, pick in enumerate(self.best, 1):
            slug = re.sub(r"[^a-z0-9]+", "-", pick.label.lower()).strip("-")
            pick.save(place / "best" / f"{rank}-{slug}.toml")
        if self.best:
            save_run([pick.release for pick in self.best], place)


def optimise(study: Study, budget: int | None = None, seed: int | None = None, *,
             out: FilePath | None = None, resume: bool = False, workers: int | None = None,
             cluster: str | None = None, progress: Progress | None = None) -> SearchResult:
    """Search the formulations of a study.

    Parameters
    ----------
    study
        What varies, what is wanted, what must hold.
    budget, seed
        Candidates to try and seed, in place of those of the study.
    out
        Result folder. Trials are kept in its ``trials.sqlite`` as they are made, so that nothing
        is lost when the search is stopped; the other files are written at the end.
    resume
        Continue the search whose trials lie in ``out``; with the same study it ends as if it had
        never been stopped. Starts anew where there are none.
    workers
        Processes that simulate; by default this process alone, with a thread per core. A script
        that asks for more must start its work below ``if __name__ == "__main__":``.
    cluster
        Address of a Dask scheduler, such as ``tcp://10.0.0.7:8786``, whose workers simulate.
    progress
        Called after each lot with (candidates done, candidates in all, counts and best so far),
        and after the search with what is done then as ``stage``.

    Returns
    -------
    SearchResult
        Without picks, but with the reason, where no candidate keeps the constraints. The same
        for any workers and cluster.

    Raises
    ------
    InputError
        The budget is less than one candidate, the folder cannot be used, its trials are of another
        study, or there is no such cluster.
    WorkError
        The disk is full, or workers died. Trials up to there are kept.
    """
    if budget is not None and budget < 1:
        raise InputError("a search needs a budget of 1 candidate or more")
    if resume and out is None:
        raise InputError("only a search with a result folder can be resumed")
    started = time.perf_counter()
    study = replace(study, budget=study.budget if budget is None else budget,
                    seed=study.seed if seed is None else seed)
    if out is not None:
        may_write(out)
    told = partial(_tell, progress)
    with open_trials(study, out, resume) as trials, crew(workers, cluster) as hands:
        scored = explore(study, trials, progress, hands)
        places, checked = _recheck(scored, trials, hands, told)
    kept, feasible, ran = scored.minimised(), scored.feasible(), _ran(scored)
    volume = hypervolume(kept[feasible], kept[ran].min(axis=0), kept[ran].max(axis=0)) \
        if feasible.any() else 0.0
    result = SearchResult(
        study, picks(scored, checked, places, workers, told), scored.table(),
        checked.table().assign(trial=places), front_curves(checked, places, told), len(scored),
        time.perf_counter() - started, volume, by_family(scored),
        "" if len(checked) else _unsatisfied(scored),
        tuple(str(concern) for concern in study.concerns()), ranking(scored))
    if out is not None:
        result.save(out)
    return result


def explore(study: Study, trials: Trials | None = None,
            progress: Progress | None = None, hands: Crew = HERE) -> Scored:
    """Return all candidates of a search, in their order, screened.

    Parameters
    ----------
    study
        What varies, what is wanted, what must hold.
    trials
        Where they are kept; what is kept there already is not simulated again.
    progress
        Called after each lot.
    hands
        Who simulates.
    """
    lots: list[Scored] = []
    done = 0
    proposals = METHODS[study.method](study)
    points = next(proposals)
    while True:
        points = settle(study, points[:study.budget - done])
        generation = len(lots)
        for first in range(0, len(points), LOT):
            part = points[first:first + LOT]
            lots.append(_lot(study, np.arange(done, done + len(part)), part, "screen", trials,
                             hands))
            done += len(part)
            if progress:
                progress(done, study.budget, _so_far(Scored.join(lots)))
        if done >= study.budget:
            return Scored.join(lots)
        told = Scored.join(lots[generation:])
        try:
            points = proposals.send((told.minimised(), told.excess()))
        except StopIteration:  # nothing new is left to try
            return Scored.join(lots)


def _lot(study: Study, numbers: IndexArray, points: FloatArray, accuracy: str,
         trials: Trials | None, hands: Crew) -> Scored:
    """Score some candidates and keep them; what is kept already is not simulated again."""
    def scored(some: FloatArray) -> Scored:
        return score(study, some, accuracy, hands.threads, hands.each)

    if trials is None:
        return scored(points)
    missing = trials.missing(numbers, accuracy)
    if missing.any():
        trials.write(numbers[missing], scored(points[missing]), accuracy)
    return trials.read(numbers, points, accuracy)


# what comes of it --------------------------------------------------------------------------------

def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress:
        progress(done, total, {"stage": stage})


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


def _recheck(scored: Scored, trials: Trials, hands: Crew,
             told: Stages) -> tuple[IndexArray, Scored]:
    """Return the feasible front at default accuracy, with the places of its trials.

    Screening errs by a few thousandths, which is enough to cross a limit. Where all of the front
    does, the other feasible candidates are tried.
    """
    feasible = np.flatnonzero(scored.feasible())
    best = feasible[front(scored.minimised()[feasible])]
    for places in (_different(scored, best), _different(scored, feasible)):
        if not places.size:
            break
        checked = Scored.join([
            _lot(scored.study, places[rows], scored.points[places[rows]], "default", trials, hands)
            for rows in strides(len(places), partial(told, "checking the front"))])
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
            # a limit that does not apply has no value
            best = float(np.nanmax(values) if limit.wanted.low_is_bad else np.nanmin(values))
            short = limit.excess(np.array([best]))[0]
            told = f", {short:.1%} off" if short > SLACK else " (others then break)"
            lines.append(f"{limit}: broken by {broken[i]} of {len(excess)}, at best "
                         f"{limit.said(best)}{told}")
    if len(excess):
        nearest = int(np.argmin(excess.max(axis=1)))
        worst = limits(scored.study)[int(np.argmax(excess[nearest]))]
        lines.append(f"nearest to all of them: trial {np.flatnonzero(ran)[nearest]}, off by "
                     f"{excess[nearest].max():.1%} in {worst.wanted.name}")
    for reason, times in Counter(scored.failed.values()).most_common(3):
        lines.append(f"failed, {times} times: {reason}")
    return "\n".join(lines)
