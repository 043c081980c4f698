"""Studies: what may vary, what is wanted and what must hold, over one or several formulations."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.manufacture import MAKING, not_known
from releasekit.checks import shown
from releasekit.choices import DOSES, PLACES
from releasekit.errors import ComparisonWarning, ConditionWarning, ReleasekitWarning
from releasekit.formulation import Designs, Formulation
from releasekit.metrics import DELIVERS_IF_SMALL, DELIVERY, RETENTION


@dataclass(frozen=True)
class Vary:
    """One thing that varies: a quantity within a range (SI), or a choice among words.

    ``applies_to`` names the formulations concerned; empty means all. A range of scale
    ``integer`` has whole numbers of the shown unit.
    """

    name: str
    low: float = math.nan
    high: float = math.nan
    scale: str = "linear"
    among: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What varies."""
        return (self.name,)

    def applies(self, formulation: Formulation) -> bool:
        """Say whether this varies in a formulation."""
        return not self.applies_to or formulation.name in self.applies_to


@dataclass(frozen=True)
class Mixture:
    """Quantities of one unit that add up to a total (SI), none of them below its ``low``."""

    names: tuple[str, ...]
    total: float
    low: tuple[float, ...]
    applies_to: tuple[str, ...] = ()

    def applies(self, formulation: Formulation) -> bool:
        """Say whether these are mixed in a formulation."""
        return not self.applies_to or formulation.name in self.applies_to


@dataclass(frozen=True)
class Objective:
    """A metric to make large or small, or to bring near to a target.

    What is maximised or minimised counts for no more beyond its target. To ``reach`` a target is
    to make the distance from it small: in decades if the scale is ``log``.
    """

    metric: str
    goal: str
    target: float | None = None
    scale: str = "linear"


@dataclass(frozen=True)
class Constraint:
    """A metric (in the unit of its name) or a quantity (SI) that must stay within limits.

    ``probability`` is the share of the draws in which it must hold; that of the study by default.
    """

    name: str
    at_least: float | None = None
    at_most: float | None = None
    probability: float | None = None


@dataclass(frozen=True)
class Study:
    """A search over formulations: see the documentation of its file."""

    name: str
    description: str
    base: tuple[Formulation, ...]
    vary: tuple[Vary, ...]
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()
    method: str = "evolution"
    budget: int = 1000
    population: int = 30
    seed: int = 0
    draws: int = 0
    percentile: float = 10.0
    probability: float = 0.9
    mixtures: tuple[Mixture, ...] = ()
    path: str = ""
    checksum: str = ""

    @property
    def parts(self) -> tuple[Vary | Mixture, ...]:
        """All that varies: single quantities and choices, then mixtures."""
        return (*self.vary, *self.mixtures)

    def varied(self, formulation: Formulation) -> list[str]:
        """Return the names of all that varies in a formulation, each as often as it is named."""
        return varied(self.parts, formulation)

    def concerns(self) -> list[ReleasekitWarning]:
        """Return what a reader of the results ought to know before believing them."""
        found = [*_windows(self), *_unequal(self), *_idle(self)]
        wanted = [(o.metric, o.goal != "minimise") for o in self.objectives]
        wanted += [(c.name, c.at_least is not None) for c in self.constraints]
        delivers = any(name.startswith(DELIVERY) if up else name in DELIVERS_IF_SMALL
                       for name, up in wanted)
        if any(o.metric.startswith(RETENTION) for o in self.objectives) and not delivers:
            found.append(ReleasekitWarning(
                f"{self.name}: retention is asked for, but no delivery: a carrier that never lets "
                "go would win; add an objective such as available_auc_d or steady_days_d"))
        return found


def varied(parts: Iterable[Vary | Mixture], formulation: Formulation) -> list[str]:
    """Return the names of what varies in a formulation, each as often as it is named."""
    return [name for part in parts if part.applies(formulation) for name in part.names]


def with_words(one: Formulation, words: Mapping[str, Any]) -> Formulation:
    """Return a formulation with other materials, laws or words."""
    return one.but(**words) if words else one


# concerns ----------------------------------------------------------------------------------------

def _windows(study: Study) -> list[ReleasekitWarning]:
    """Return a warning for each range that leaves the window in which a fact is tabulated."""
    found = {}
    for one, vary in itertools.product(study.base, study.vary):
        if vary.among or not vary.applies(one):
            continue
        materials = list(one.materials.values())
        for other in study.vary:
            if other.name in PLACES and other.applies(one):
                materials += [with_words(one, {other.name: word}).materials[other.name]
                              for word in other.among]
        for material in materials:
            for fact in material.facts.values():
                if fact.over == vary.name and fact.outside([vary.low, vary.high]).any():
                    known, asked = ((shown(vary.name, a), shown(vary.name, b)) for a, b in (
                        (fact.points[0][0], fact.points[-1][0]), (vary.low, vary.high)))
                    found[material.key, fact.name] = ConditionWarning(
                        f"{material.key}: {fact.name} is known for {vary.name} {known[0]} to "
                        f"{known[1]}, the study goes from {asked[0]} to {asked[1]}")
    return list(found.values())


def _idle(study: Study) -> list[ReleasekitWarning]:
    """Return a warning for each limit that does nothing because facts are not known."""
    found = []
    for limit in (each for each in study.constraints if each.name in MAKING):
        told = {}
        for one in study.base:
            columns = {vary.name: np.array([vary.low]) for vary in study.vary
                       if vary.applies(one) and not vary.among}
            for place, word in _materials(study, one):
                other = with_words(one, {place: word} if place else {})
                lacking = not_known(Inputs(Designs(other, columns)), limit.name)
                if lacking:
                    name = f"{one.name} with {word}" if place else one.name
                    told[name] = f"{name} (no {', '.join(sorted(lacking))})"
        if told:
            found.append(ReleasekitWarning(
                f"{study.name}: the limit on {limit.name} does nothing for "
                f"{', '.join(told.values())}: add the fact to the material, or below [given]"))
    return found


def _materials(study: Study, one: Formulation) -> list[tuple[str, str]]:
    """Return the materials that are chosen among in a formulation; one nothing if none are."""
    return [(vary.name, word) for vary in study.vary if vary.name in PLACES and vary.applies(one)
            for word in vary.among] or [("", "")]


def _unequal(study: Study) -> list[ReleasekitWarning]:
    """Return a warning for each thing that should be the same in all formulations, but is not."""
    found: list[ReleasekitWarning] = []
    for role in ("exosome", "wound"):
        keys = {one.materials[role].key for one in study.base if role in one.materials}
        if len(keys) > 1 and not any(v.name == role for v in study.vary):
            found.append(ComparisonWarning(
                f"{study.name}: the formulations differ in their {role} ({', '.join(sorted(keys))})"
                f', so not only the carrier decides: add [[vary]] with choice = "{role}" and '
                "among = [...]; one name is enough"))
    fixed = [one for one in study.base
             if not set(DOSES) & set(study.varied(one))]
    doses = []
    for one in fixed:
        packed = 1.0 if one.word("shape", "sheet") == "sheet" else one.number("packing_fraction")
        layer = (one.number("thickness") or 0.0) * (packed or 1.0)
        concentration = one.number("exosome_concentration") or 0.0
        doses.append(one.number("dose_per_area") or concentration * layer)
    if fixed and (len(fixed) < len(study.base) or np.ptp(doses) > 1e-3 * max(doses)):
        found.append(ComparisonWarning(
            f"{study.name}: the formulations do not carry the same dose per wound area and the "
            "dose does not vary in all of them: give all the same dose_per_area, or vary it"))
    return found
