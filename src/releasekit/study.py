"""Studies: what may vary, what is wanted and what must hold, over one or several formulations."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from releasekit.carriers.families import check
from releasekit.checks import Checks, shown
from releasekit.choices import DOSES, MODEL_KINDS, PLACES
from releasekit.errors import (
    ComparisonWarning,
    ConditionWarning,
    InputError,
    ReleasekitWarning,
    nearest,
)
from releasekit.files import Document, read_toml
from releasekit.formulation import Formulation, formulation_from
from releasekit.metrics import DELIVERY, METRICS, RETENTION, horizon, obstacles
from releasekit.units import from_si
from releasekit.vocabulary import OPTIONS, QUANTITIES

SCALES = ("linear", "log", "integer")
GOALS = ("maximise", "minimise")
METHODS = ("evolution", "sobol")
CHOICE_NAMES = (*PLACES, *MODEL_KINDS, *(name for name in OPTIONS if name != "carrier"))
"""What ``choice`` may name: a material by its place, a law by its part, a word."""
_TOP = ("formulations", "vary", "objective", "constraint", "search", "risk")


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

    def applies(self, formulation: Formulation) -> bool:
        """Say whether this varies in a formulation."""
        return not self.applies_to or formulation.name in self.applies_to


@dataclass(frozen=True)
class Objective:
    """A metric to make large or small; beyond a target more of it counts for nothing."""

    metric: str
    goal: str
    target: float | None = None
    scale: str = "linear"


@dataclass(frozen=True)
class Constraint:
    """A metric (in the unit of its name) or a quantity (SI) that must stay within limits."""

    name: str
    at_least: float | None = None
    at_most: float | None = None


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
    path: str = ""
    checksum: str = ""

    def concerns(self) -> list[ReleasekitWarning]:
        """Return what a reader of the results ought to know before believing them."""
        found = [*_windows(self), *_unequal(self)]
        wanted = [(o.metric, o.goal == "maximise") for o in self.objectives]
        wanted += [(c.name, c.at_least is not None) for c in self.constraints]
        delivers = any(name.startswith(DELIVERY) if up else name == "unreleased_at_end_fraction"
                       for name, up in wanted)
        if any(o.metric.startswith(RETENTION) for o in self.objectives) and not delivers:
            found.append(ReleasekitWarning(
                f"{self.name}: retention is asked for, but no delivery: a carrier that never lets "
                "go would win; add an objective such as available_auc_d or steady_days_d"))
        return found


def with_words(one: Formulation, words: Mapping[str, Any]) -> Formulation:
    """Return a formulation with other materials, laws or words."""
    return one.but(**words) if words else one


# reading -----------------------------------------------------------------------------------------

def study_from(document: Document) -> Study:
    """Build a study from its file; every problem of it and its formulations is reported at once."""
    checks = Checks(document)
    name = checks.header("study", _TOP)
    base = _formulations(checks)
    vary = tuple(itertools.chain.from_iterable(
        _vary(checks, table, base, i) for i, table in enumerate(checks.tables("vary"))))
    _overlaps(checks, base, vary)
    if "vary" not in document.data and len(base) < 2:
        checks.say("nothing varies", "vary", suggestion="add a [[vary]] or a second formulation")
    objectives = tuple(itertools.chain.from_iterable(
        _objective(checks, table, base, vary, i)
        for i, table in enumerate(checks.tables("objective"))))
    if "objective" not in document.data:
        checks.say("is missing", "objective",
                   suggestion='write [[objective]] with metric = "..." and goal = "maximise"')
    constraints = tuple(itertools.chain.from_iterable(
        _constraint(checks, table, base, vary, i)
        for i, table in enumerate(checks.tables("constraint"))))
    for key, names in (("objective", [o.metric for o in objectives]),
                       ("constraint", [c.name for c in constraints])):
        for twice in sorted({name for name in names if names.count(name) > 1}):
            checks.say(f"{twice} is named twice", key)
    search, risk = checks.table("search"), checks.table("risk")
    checks.known(search, ("method", "budget", "population", "seed"), "search")
    checks.known(risk, ("draws", "percentile"), "risk")
    method = checks.text(search, "method", "search", words=METHODS) or "evolution"
    numbers = {key: _whole(checks, table, key, getattr(Study, key), least, where)
               for table, where, key, least in ((search, "search", "budget", 1),
                                                (search, "search", "population", 4),
                                                (search, "search", "seed", 0),
                                                (risk, "risk", "draws", 0))}
    percentile = checks.number(risk.get("percentile", Study.percentile), "risk", "percentile")
    if not 0.0 < percentile <= 50.0:
        checks.say("must lie above 0 and up to 50: it counts from the bad side", "risk",
                   "percentile")
    checks.finish()
    # a choice among one word is made at once
    base = tuple(with_words(one, {v.name: v.among[0] for v in vary if len(v.among) == 1 and
                                  v.applies(one)}) for one in base)
    vary = tuple(v for v in vary if len(v.among) != 1)
    study = Study(name, str(document.data.get("description", "")), base, vary, objectives,
                  constraints, method, percentile=percentile, path=document.path,
                  checksum=document.checksum, **numbers)
    for concern in study.concerns():
        warnings.warn(concern, stacklevel=2)
    return study


def _whole(checks: Checks, table: Mapping[str, Any], key: str, default: int, least: int,
           where: str) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        checks.say(f"must be a whole number of {least} or more, not {value!r}", where, key)
        return default
    return value


def _formulations(checks: Checks) -> tuple[Formulation, ...]:
    files = checks.document.data.get("formulations")
    if not isinstance(files, list) or not files or not all(isinstance(f, str) for f in files):
        checks.say("must be a list of formulation files", "formulations",
                   suggestion='write formulations = ["my-sheet.toml"]')
        return ()
    found: dict[str, Formulation] = {}
    for file in files:
        try:
            one = formulation_from(read_toml(Path(checks.document.path).parent / file))
        except InputError as error:
            checks.adopt(error, "formulations")
            continue
        checks.problems += check(one)
        if one.name in found:
            checks.say(f"{file} has the name of {found[one.name].path}: {one.name!r}",
                       "formulations", suggestion="give each formulation a name of its own")
        found[one.name] = one
    return tuple(found.values())


def _concerned(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
               i: int) -> tuple[str, ...]:
    """Return the names of the formulations that a variable is restricted to."""
    if "formulation" not in table:
        return ()
    stated = table["formulation"]
    names = {key: one.name for one in base
             for key in (Path(one.path).stem, Path(one.path).name, one.name)}
    found = []
    for word in stated if isinstance(stated, list) else [stated]:
        if not isinstance(word, str) or word not in names:
            checks.say(f"{word!r} is not one of the formulations", "vary", i, "formulation",
                       suggestion=nearest(str(word), names) or f"one of {', '.join(names)}")
        else:
            found.append(names[word])
    return tuple(found)


def _vary(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
          i: int) -> list[Vary]:
    where = ("vary", i)
    to = _concerned(checks, table, base, i)
    if ("quantity" in table) == ("choice" in table):
        checks.say("needs either quantity or choice", *where)
        return []
    if "choice" in table:
        return _choice(checks, table, base, to, i)
    checks.known(table, ("quantity", "low", "high", "scale", "formulation"), *where)
    name = checks.text(table, "quantity", *where, required=True)
    if name not in QUANTITIES:
        checks.say(f"{name!r} is not in the vocabulary", *where, "quantity", suggestion=(
            f'write choice = "{name}"' if name in CHOICE_NAMES else nearest(name, QUANTITIES)))
        return []
    scale = checks.text(table, "scale", *where, words=SCALES) or "linear"
    ends = []
    for key in ("low", "high"):
        if key not in table:
            checks.say("is missing", *where, key,
                       suggestion=f'expected e.g. {key} = "1 {QUANTITIES[name].shown}"')
            ends.append(math.nan)
        else:
            ends.append(checks.quantity(name, table[key], *where, key))
    low, high = ends
    if low >= high:
        checks.say("low must be below high", *where, "low")
    if scale == "log" and low <= 0:
        checks.say("a logarithmic scale needs low above 0", *where, "low")
    q = QUANTITIES[name]
    if scale == "integer" and any(from_si(end, q.unit, q.shown) % 1 for end in ends
                                  if math.isfinite(end)):
        checks.say(f"low and high must be whole numbers of {q.shown}", *where, "scale")
    for one in base:
        given = one.given.get(name)
        if given is not None and given.times is not None and (not to or one.name in to):
            checks.say(f"{one.name} has a measured series of it, which would stay", *where,
                       "quantity")
    return [Vary(name, low, high, scale, applies_to=to)]


def _choice(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
            to: tuple[str, ...], i: int) -> list[Vary]:
    where = ("vary", i)
    checks.known(table, ("choice", "among", "formulation"), *where)
    name = checks.text(table, "choice", *where, required=True)
    among = table.get("among")
    if name not in CHOICE_NAMES:
        checks.say(f"{name!r} is not a choice", *where, "choice", suggestion=(
            f'write quantity = "{name}"' if name in QUANTITIES
            else nearest(name, CHOICE_NAMES) or f"one of {', '.join(CHOICE_NAMES)}"))
        return []
    if not isinstance(among, list) or not among or not all(isinstance(w, str) for w in among):
        checks.say("must be a list of words", *where, "among")
        return []
    vary = Vary(name, among=tuple(dict.fromkeys(among)), applies_to=to)
    for one, word in itertools.product(filter(vary.applies, base), vary.among):
        try:
            problems = check(with_words(one, {name: word}))
        except InputError as error:
            problems = list(error.problems)
        for problem in problems:
            note = f"{word}: {problem.message}"
            if note not in {p.message for p in checks.problems}:
                checks.say(note, *where, "among", suggestion=problem.suggestion)
    return [vary]


def _overlaps(checks: Checks, base: Sequence[Formulation], vary: Sequence[Vary]) -> None:
    """Note what varies twice in one formulation."""
    for one in base:
        names = [v.name for v in vary if v.applies(one)]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            checks.say(f"{twice} varies twice in {one.name}", "vary")
        if set(DOSES) <= set(names):
            checks.say(f"{one.name}: vary one of {' and '.join(DOSES)}", "vary")


def _metric(checks: Checks, name: str, base: Sequence[Formulation], vary: Sequence[Vary],
            *where: str | int) -> bool:
    """Note what keeps a metric from having a value in some formulation."""
    if horizon(name) is None:
        checks.say(f"{name!r} is not a metric", *where, suggestion=(
            "a quantity can be limited: write [[constraint]] with "
            f'quantity = "{name}"' if name in QUANTITIES else nearest(name, METRICS)))
        return False
    for one in base:
        for obstacle in obstacles(name, one, {v.name for v in vary if v.applies(one)}):
            checks.say(obstacle, *where)
    return True


def _objective(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
               vary: Sequence[Vary], i: int) -> list[Objective]:
    where = ("objective", i)
    checks.known(table, ("metric", "goal", "target", "scale"), *where)
    name = checks.text(table, "metric", *where, required=True)
    goal = checks.text(table, "goal", *where, required=True, words=GOALS)
    scale = checks.text(table, "scale", *where, words=SCALES[:2]) or "linear"
    target = checks.number(table["target"], *where, "target") if "target" in table else None
    if not name or not _metric(checks, name, base, vary, *where, "metric"):
        return []
    return [Objective(name, goal, target, scale)]


def _constraint(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
                vary: Sequence[Vary], i: int) -> list[Constraint]:
    where = ("constraint", i)
    checks.known(table, ("metric", "quantity", "at_least", "at_most"), *where)
    if ("metric" in table) == ("quantity" in table):
        checks.say("needs either metric or quantity", *where)
        return []
    kind = "metric" if "metric" in table else "quantity"
    name = checks.text(table, kind, *where, required=True)
    if kind == "quantity" and name not in QUANTITIES:
        checks.say(f"{name!r} is not in the vocabulary", *where, kind, suggestion=(
            f'write metric = "{name}"' if horizon(name) is not None
            else nearest(name, QUANTITIES)))
        return []
    if kind == "metric" and not _metric(checks, name, base, vary, *where, kind):
        return []
    limits = {key: checks.number(table[key], *where, key) if kind == "metric"
              else checks.quantity(name, table[key], *where, key)
              for key in ("at_least", "at_most") if key in table}
    if not limits:
        checks.say("needs at_least or at_most", *where)
    if limits.get("at_least", -math.inf) > limits.get("at_most", math.inf):
        checks.say("at_least is above at_most", *where, "at_least")
    return [Constraint(name, **limits)]


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
             if not any(v.name in DOSES and v.applies(one) for v in study.vary)]
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
