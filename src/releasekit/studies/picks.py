"""What a search proposes: picks from the front, what limits them and what would change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from releasekit.checks import shown
from releasekit.files import FilePath
from releasekit.formulation import Formulation
from releasekit.metrics import number_of
from releasekit.release import DERIVED, Release
from releasekit.simulation import simulate
from releasekit.studies.alternatives import Effect, Merit, Relaxation, effects, relaxations
from releasekit.studies.candidates import HELD, SLACK, Scored, Wanted, limits, objectives
from releasekit.studies.pareto import distance
from releasekit.studies.recipes import FORMULATION, coordinates, formulation, tables
from releasekit.studies.study import Study

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Stages = Callable[[str, int, int], None]
"""Is told what is being done, and how much of it is done, of how much."""

CLOSE = 0.05
"""A limit is named as limiting if a pick comes this near to it (share of limit or of range)."""


NAMES = (("retained_", "maximise", "best retention"), ("available_", "maximise", "best delivery"),
         ("local_delivery_fraction", "maximise", "best delivery"),
         ("steady_days_d", "maximise", "steadiest"),
         ("release_unevenness_ratio", "minimise", "steadiest"),
         ("cost_per_dose", "minimise", "cheapest"),
         ("loaded_dose_per_cm2", "minimise", "cheapest"))
"""Start of a metric, goal, and the name of the pick that is best in it."""
EXTREMES = {"maximise": "highest", "minimise": "lowest", "reach": "nearest"}
FILTERABLE_VISCOSITY = 0.1
"""Viscosity [Pa s] up to which a precursor is taken to pass a sterile filter: a choice."""
FILTERED_OUT = 0.05
"""Share of the vesicles that may be lost on a sterile filter: a choice."""


@dataclass(frozen=True)
class Pick:
    """A proposal: a formulation with what it scores at default accuracy.

    ``choices``, ``objectives`` and ``constraints`` are in the units that their names say; None
    stands for what the carrier does not have. ``held`` is the share of draws in which each limit
    holds, ``effects`` what each choice does, ``relaxed`` what a wider limit would allow.
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
    held: Mapping[str, float] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    relaxed: tuple[Relaxation, ...] = ()
    sterility: str = ""

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
                "constraints": self.constraints, "held": self.held,
                "limited_by": self.limited_by, "effects": [asdict(one) for one in self.effects],
                "relaxed": [asdict(one) for one in self.relaxed], "sterility": self.sterility,
                "prediction_class": self.prediction_class, "trial": self.trial}


def picks(scored: Scored, front_: Scored, places: IndexArray,
          threads: int | None, told: Stages) -> tuple[Pick, ...]:
    """Return the balanced point of the front, its ends and its most robust point, run in full.

    Parameters
    ----------
    scored
        All candidates, screened.
    front_
        The feasible front at default accuracy.
    places : shape (candidate,)
        Trial of each.
    threads
        Cores to use.
    told
        Is told how far it has come.
    """
    if not len(front_):
        return ()
    study, kept = front_.study, front_.minimised()
    ideal, worst = kept.min(axis=0), kept.max(axis=0)
    rows, labels, merits = list[int](), list[list[str]](), list[Merit]()
    for row, label, merit in _named(front_, lambda values: distance(values, ideal, worst)):
        if row in rows:
            labels[rows.index(row)].append(label)
        else:
            rows.append(row)
            labels.append([label])
            merits.append(merit)
    table, named = front_.table(), [", ".join(words) for words in labels]
    picked = [formulation(
        study, front_.points[row], f"{table['formulation'][row]}: {label}",
        f"Pick of the study {study.name!r} (trial {places[row]}, seed {study.seed}).")
        for row, label in zip(rows, named, strict=True)]
    releases = simulate(picked, draws=study.draws, seed=study.seed, threads=threads,
                        progress=partial(told, "running the picks"))
    moved = effects(study, front_.points[rows], threads, partial(told, "moving their choices"))
    relaxed = relaxations(scored, [(merit, kept[[row]]) for row, merit in
                                   zip(rows, merits, strict=True)], threads,
                          partial(told, "relaxing limits"))
    choices = front_.choices()
    if len(study.base) > 1:
        choices = {FORMULATION: list(table["formulation"]), **choices}
    found = []
    for i, (row, one, release) in enumerate(zip(rows, picked, releases, strict=True)):
        scores = {wanted.label(study): _scored(wanted, release)
                  for wanted in (*objectives(study), *(limit.wanted for limit in limits(study)))}
        found.append(Pick(
            one.name, named[i], one,
            {name: value for name, column in choices.items()
             if (value := column[row]) is not None},
            {w.label(study): scores[w.label(study)] or 0.0 for w in objectives(study)},
            {x.wanted.label(study): scores[x.wanted.label(study)] for x in limits(study)},
            _limited_by(front_.take([row])), release.prediction_class, int(places[row]), release,
            _held(study, release), tuple(moved[i]), tuple(relaxed[i]), sterility(release)))
    return tuple(found)


def front_curves(front_: Scored, places: IndexArray, told: Stages) -> pd.DataFrame:
    """Return the release of every point of the front over time, facts at their nominal values.

    Parameters
    ----------
    front_
        The feasible front.
    places : shape (candidate,)
        Trial of each.
    told
        Is told how far it has come.

    Returns
    -------
    DataFrame
        Columns trial, time_d, and the derived columns of a release; one block per trial.
    """
    import pandas as pd

    points = [formulation(front_.study, point, str(place), "")
              for point, place in zip(front_.points, places, strict=True)]
    releases = simulate(points, explain=False, progress=partial(told, "drawing the front"))
    blocks = [release.table().filter(["time_d", *DERIVED]).assign(trial=place)
              for release, place in zip(releases, places, strict=True)]
    return pd.concat(blocks) if blocks else pd.DataFrame({"trial": [], "time_d": []})


def _named(front_: Scored, balance: Merit) -> list[tuple[int, str, Merit]]:
    """Return the points of a front that have a name, with the merit that each is best in."""
    study, kept = front_.study, front_.minimised()
    found: list[tuple[int, str, Merit]] = []
    if len(study.objectives) > 1:
        found.append((int(np.argmin(balance(kept))), "balanced", balance))
    for j, objective in enumerate(study.objectives):
        order = np.lexsort((balance(kept), kept[:, j]))  # of equal ones the best in the rest
        name = next((name for start, goal, name in NAMES if objective.goal == goal
                     and objective.metric.startswith(start)), "")
        label = f"{EXTREMES[objective.goal]} {objective.metric}"
        found.append((int(order[0]), f"{name} ({label})" if name else label,
                      lambda values, j=j: values[:, j]))  # type: ignore[misc]
    if study.constraints:
        held = front_.values.get(HELD, np.ones(len(front_)))
        found.append((int(np.lexsort((-_margin(front_), -held))[0]), "most robust", balance))
    return found


def _margin(front_: Scored) -> FloatArray:
    """Return how far each candidate is from the nearest limit that applies to it."""
    margins = [-limit.excess(front_.of(limit.wanted)) for limit in limits(front_.study)]
    return np.asarray(np.nan_to_num(np.fmin.reduce(margins), nan=np.inf))


def _scored(wanted: Wanted, release: Release) -> float | None:
    """Return what a pick scores, None for what its carrier does not have."""
    draws = number_of(release, wanted.name)
    if np.isnan(draws).all():
        return None
    return float(wanted.shown(wanted.pessimistic(draws[None]))[0])


def _held(study: Study, release: Release) -> dict[str, float]:
    """Return the share of draws in which each limit holds that applies."""
    draws = {limit: number_of(release, limit.wanted.name) for limit in limits(study)} \
        if study.draws else {}
    return {str(limit): float(np.mean(limit.excess(values) <= SLACK))
            for limit, values in draws.items() if not np.isnan(values).all()}


def sterility(release: Release) -> str:
    """Say whether the loaded precursor can be sterilised by filtration, and else why not."""
    lost = float(np.median(number_of(release, "filtered_out_fraction")))
    viscosity = float(np.median(number_of(release, "precursor_viscosity")))
    if lost > FILTERED_OUT:
        return f"aseptic only: a filter of 0.22 um would hold back {lost:.0%} of the vesicles"
    if release.formulation.carrier == "ecm":
        return "aseptic only: a matrix is a suspension"
    if viscosity > FILTERABLE_VISCOSITY:
        return f"aseptic only: a precursor of {viscosity:.3g} Pa s does not pass a sterile filter"
    if np.isnan(viscosity):
        return ("sterile filtration of the exosomes; whether their precursor passes is not known "
                "(no precursor_viscosity)")
    return "sterile filtration"


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
