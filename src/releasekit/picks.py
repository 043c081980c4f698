"""What a search proposes: picks from the front, what limits them, and how the families fare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.candidates import (
    FORMULATION,
    Scored,
    Wanted,
    coordinates,
    formulation,
    limits,
    objectives,
    tables,
    which,
)
from releasekit.checks import shown
from releasekit.files import FilePath
from releasekit.formulation import Formulation
from releasekit.metrics import number_of
from releasekit.pareto import balanced, normalised
from releasekit.release import Release
from releasekit.simulation import simulate
from releasekit.study import Study

IndexArray = NDArray[np.intp]

CLOSE = 0.05
"""A limit is named as limiting if a pick comes this near to it (share of limit or of range)."""


@dataclass(frozen=True)
class Pick:
    """A proposal: a formulation with what it scores at default accuracy.

    ``choices``, ``objectives`` and ``constraints`` are in the units that their names say; None
    stands for what the carrier does not have.
    """

    name: str
    label: str
    formulation: Formulation
    choices: Mapping[str, float | str]
    objectives: Mapping[str, float]
    constraints: Mapping[str, float | None]
    limited_by: tuple[str, ...]
    prediction_class: str
    trial: int
    release: Release

    @property
    def carrier(self) -> str:
        """Carrier family."""
        return self.formulation.carrier

    def save(self, path: FilePath) -> None:
        """Write the formulation to a file."""
        self.formulation.save(path)

    def summary(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {"name": self.name, "carrier": self.carrier, "label": self.label,
                "choices": self.choices, "objectives": self.objectives,
                "constraints": self.constraints, "limited_by": self.limited_by,
                "prediction_class": self.prediction_class, "trial": self.trial}


def picks(front_: Scored, places: IndexArray, threads: int | None) -> tuple[Pick, ...]:
    """Return the balanced point of the front and its ends, simulated in full.

    Parameters
    ----------
    front_
        The feasible front.
    places : shape (candidate,)
        Trial of each.
    threads
        Cores to use.
    """
    if not len(front_):
        return ()
    study, kept = front_.study, front_.minimised()
    scaled = normalised(kept, kept.min(axis=0), kept.max(axis=0))
    labels: dict[int, list[str]] = {balanced(kept): ["balanced"]} if len(study.objectives) > 1 \
        else {}
    for j, objective in enumerate(study.objectives):
        order = np.lexsort((scaled.sum(axis=1), kept[:, j]))  # of equal ones the best in the rest
        word = "highest" if objective.goal == "maximise" else "lowest"
        labels.setdefault(int(order[0]), []).append(f"{word} {objective.metric}")
    picked = []
    table = front_.table()
    for row, words in labels.items():
        name = f"{table['formulation'][row]}: {', '.join(words)}"
        about = f"Pick of the study {study.name!r} (trial {places[row]}, seed {study.seed})."
        picked.append(formulation(study, front_.points[row], name, about))
    releases = simulate(picked, draws=study.draws, seed=study.seed, threads=threads)
    choices = front_.choices()
    if len(study.base) > 1:
        choices = {FORMULATION: list(table["formulation"]), **choices}
    found = []
    for (row, words), one, release in zip(labels.items(), picked, releases, strict=True):
        scores = {wanted.label(study): _scored(study, wanted, release)
                  for wanted in (*objectives(study), *(limit.wanted for limit in limits(study)))}
        found.append(Pick(
            one.name, ", ".join(words), one,
            {name: value for name, column in choices.items()
             if (value := column[row]) is not None},
            {w.label(study): scores[w.label(study)] or 0.0 for w in objectives(study)},
            {x.wanted.label(study): scores[x.wanted.label(study)] for x in limits(study)},
            _limited_by(front_.take([row])), release.prediction_class, int(places[row]), release))
    return tuple(found)


def _scored(study: Study, wanted: Wanted, release: Release) -> float | None:
    """Return what a pick scores, None for what its carrier does not have."""
    draws = number_of(release, wanted.name)
    if np.isnan(draws).all():
        return None
    return float(wanted.shown(wanted.pessimistic(draws[None]))[0])


def _limited_by(pick: Scored) -> tuple[str, ...]:
    """Return the limits that a pick comes near to, and the ends of ranges that it sits at."""
    study, point, names = pick.study, pick.points[0], coordinates(pick.study)
    near = [f"{limit} (is {limit.said(float(pick.of(limit.wanted)[0]))})"
            for limit, over in zip(limits(study), pick.excess()[0], strict=True)
            if over > -CLOSE and np.isfinite(pick.of(limit.wanted)[0])]
    _, designs = next(tables(study, pick.points))
    for vary in study.vary:
        if vary.applies(designs.base) and not vary.among:
            place = point[names.index(vary.name)]
            if not CLOSE < place < 1.0 - CLOSE:
                end, value = ("lowest", vary.low) if place < 0.5 else ("highest", vary.high)
                near.append(f"{vary.name} near the {end} allowed, {shown(vary.name, value)}")
    return tuple(near)


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
