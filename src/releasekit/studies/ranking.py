"""How formulations and carrier families fare in a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from releasekit.studies.candidates import Scored, objectives
from releasekit.studies.pareto import distance, hypervolume
from releasekit.studies.recipes import which


@dataclass(frozen=True)
class Ranked:
    """One formulation of a study: how much of what can be had it reaches.

    ``hypervolume`` is the share of the box between the best and the worst objectives of all
    feasible trials that its own dominate; ``trial`` its balanced trial.
    """

    rank: int
    rank_in_family: int
    formulation: str
    carrier: str
    hypervolume: float
    trial: int
    objectives: Mapping[str, float]


def ranking(scored: Scored) -> tuple[Ranked, ...]:
    """Return the formulations with feasible trials, the one that reaches most first."""
    study, good, kept = scored.study, scored.feasible(), scored.minimised()
    if not good.any():
        return ()
    ideal, worst = kept[good].min(axis=0), kept[good].max(axis=0)
    base, found = which(study, scored.points), []
    for b in range(len(study.base)):
        rows = np.flatnonzero(good & (base == b))
        if rows.size:
            own = kept[rows]
            # trials at the worst end of an objective dominate nothing: the box is a little wider
            found.append((hypervolume(own, ideal, worst + 0.1 * (worst - ideal)), b,
                          int(rows[np.argmin(distance(own, ideal, worst))])))
    found.sort(key=lambda one: -one[0])
    ranked: list[Ranked] = []
    for rank, (volume, b, trial) in enumerate(found, 1):
        carrier = study.base[b].carrier
        ranked.append(Ranked(
            rank, 1 + sum(one.carrier == carrier for one in ranked), study.base[b].name, carrier,
            volume, trial, {one.label(study): float(one.shown(scored.of(one)[[trial]])[0])
                            for one in objectives(study)}))
    return tuple(ranked)


def by_family(scored: Scored) -> dict[str, dict[str, float]]:
    """Return the best that each carrier family reaches in each objective, in shown units.

    Only feasible candidates count; a family without any is left out.
    """
    study = scored.study
    families = np.array([study.base[b].carrier for b in which(study, scored.points)])
    good, kept = scored.feasible(), scored.minimised()
    best: dict[str, dict[str, float]] = {}
    for family in dict.fromkeys(one.carrier for one in study.base):
        rows = np.flatnonzero(good & (families == family))
        if rows.size:
            best[family] = {
                wanted.label(study): float(wanted.shown(
                    scored.of(wanted)[rows[[np.argmin(kept[rows, j])]]])[0])
                for j, wanted in enumerate(objectives(study))}
    return best
