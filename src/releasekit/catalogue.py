"""What there is and what it needs: materials, laws and the facts they ask for, what is missing."""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from releasekit.carriers.families import FAMILIES, check
from releasekit.carriers.inputs import Inputs
from releasekit.checks import shown
from releasekit.choices import CHOICES, USE
from releasekit.errors import InputError, Problem, RangeWarning
from releasekit.facts import BASES, ROLES, Fact, Material, load_material
from releasekit.formulation import Designs, Formulation, Given
from releasekit.library import list_materials
from releasekit.making import LOSS, RECOVERY, ProcessStep
from releasekit.release import DAY
from releasekit.units import scale
from releasekit.vocabulary import OPTIONS, QUANTITIES

FEW_SIZES = 4
"""Vesicle sizes with which a formulation is tried out; what is asked for does not depend on it."""


@dataclass(frozen=True)
class Asked:
    """What a formulation asks for when it is lowered: problems, and the keys of the facts used."""

    problems: tuple[Problem, ...]
    facts: tuple[str, ...]


def examine(formulation: Formulation) -> Asked:
    """Lower a formulation without solving it, to learn what it asks for and what is missing."""
    problems = check(formulation)
    if problems:
        return Asked(tuple(problems), ())
    inputs = Inputs(Designs(formulation))
    problems = _try(formulation.carrier, inputs)
    return Asked((*inputs.missing.values(), *problems), tuple(sorted(inputs.used)))


def _try(carrier: str, inputs: Inputs) -> list[Problem]:
    """Lower once; with facts missing a law may fail, and then the missing facts are the reason."""
    try:
        return _lower(carrier, inputs)
    except Exception:
        if not inputs.missing:
            raise
    return []


def _lower(carrier: str, inputs: Inputs) -> list[Problem]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            FAMILIES[carrier].lower(inputs, FEW_SIZES)
        except InputError as error:
            return list(error.problems)
    return []


# materials ----------------------------------------------------------------------------------------

def materials(roles: Iterable[str] = ROLES) -> list[Material]:
    """Return all known materials of some roles."""
    wanted = tuple(roles)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RangeWarning)
        found = [load_material(path) for path in list_materials()]
    return [material for role in wanted for material in found if material.role == role]


def bases(material: Material) -> dict[str, int]:
    """Return how many facts of a material are measured, computed, fitted and assumed."""
    count = Counter(fact.basis for fact in material.facts.values())
    return {basis: count[basis] for basis in BASES if count[basis]}


def described(thing: Material | Formulation) -> dict[str, Any]:
    """Return a material or a formulation as JSON shows it, in SI."""
    if isinstance(thing, Material):
        return asdict(thing)

    def keys(materials: Mapping[str, Material]) -> dict[str, str]:
        return {place: material.key for place, material in materials.items()}

    return {**vars(thing), "materials": keys(thing.materials),
            "layers": [{**vars(layer), "materials": keys(layer.materials)}
                       for layer in thing.layers],
            "given": {name: asdict(item) for name, item in thing.given.items()},
            "sources": {key: asdict(source) for key, source in thing.sources.items()},
            "process": [{**vars(step), "material": step.material and step.material.key}
                        for step in thing.process]}


def value_of(fact: Fact) -> str:
    """Return the value of a fact in its shown unit; a table as pairs.

    >>> value_of(Fact("plateau_modulus", None, over="polymer_concentration",
    ...               points=((50.0, 890.0), (75.0, 2220.0))))
    '0.89, 2.22 kPa at polymer_concentration 50, 75 mg/mL'
    """
    if not fact.points:
        return "-" if fact.value is None else shown(fact.name, fact.value)
    sides = []
    for side, name in ((1, fact.name), (0, fact.over)):
        words = [shown(name, point[side]).partition(" ") for point in fact.points]
        sides.append(f"{', '.join(word[0] for word in words)} {words[0][2]}".strip())
    return f"{sides[0]} at {fact.over} {sides[1]}"


def spread_of(fact: Fact) -> str:
    """Return how far a fact may be from its value, in its shown unit.

    >>> from releasekit.facts import Spread
    >>> spread_of(Fact("wound_temperature", 304.75, spread=Spread("normal", 0.5)))
    'sd 0.5 degC'
    """
    q, spread = QUANTITIES[fact.name], fact.spread
    if spread.kind == "normal":
        return f"sd {spread.a * scale(q.unit, q.shown):.4g} {q.shown}".removesuffix(" 1")
    if spread.kind == "lognormal":
        return f"times or over {spread.a:g}"
    if spread.kind == "none":
        return ""
    log = " (log)" if spread.kind == "log-uniform" else ""
    return f"{shown(fact.name, spread.a)} to {shown(fact.name, spread.b)}{log}"


def left_by(step: ProcessStep) -> tuple[str, str]:
    """Return what a step leaves of the exosomes (or loses of them over time), and who says so."""
    if step.material is None:
        return shown(RECOVERY, step.active_recovery_fraction or 0.0), "recovered, active"
    if step.storage_time is None:
        return value_of(step.material.facts[RECOVERY]), f"recovered, active: {step.material.key}"
    time = shown("storage_time", step.storage_time)
    return value_of(step.material.facts[LOSS]), f"lost in {time}: {step.material.key}"


def conditions_of(fact: Fact) -> str:
    """Return the conditions under which a fact was obtained."""
    return ", ".join(
        f"{name} {shown(name, low)}" + ("" if low == high else f" to {shown(name, high)}")
        for name, (low, high) in fact.conditions.items())


# laws ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Law:
    """One law that can be chosen for a part of a carrier's model.

    ``needs`` are the facts this choice asks for beyond those that every choice for this part asks
    for, ``may_use`` those with a default; ``calls`` the functions with their lines on validity
    and source.
    """

    carrier: str
    part: str
    name: str
    needs: tuple[str, ...]
    may_use: tuple[str, ...]
    calls: tuple[tuple[str, str, str], ...]


def always_needed(carrier: str) -> tuple[str, ...]:
    """Return the facts that a carrier family asks for whatever is chosen."""
    parts = FAMILIES[carrier].models or {"": {"": ()}}
    asked = [needed(carrier, {**rest, part: name}, words) for words, rest in _settings(carrier)
             for part, table in parts.items() for name in table]
    return _facts(_shared(asked))


def laws(carrier: str) -> list[Law]:
    """Return the laws of a carrier family with what each of them asks for."""
    found = []
    for part, table in FAMILIES[carrier].models.items():
        needs: dict[str, frozenset[str]] = dict.fromkeys(table, frozenset())
        for words, rest in _settings(carrier):
            asked = {name: needed(carrier, {**rest, part: name}, words) for name in table}
            shared = _shared(asked.values())
            needs = {name: needs[name] | ((asked[name] or shared) - shared) for name in table}
        for name, functions in table.items():
            may = {key for function in functions for key, parameter in
                   inspect.signature(function).parameters.items()
                   if parameter.default is not inspect.Parameter.empty and key in QUANTITIES}
            found.append(Law(carrier, part, name, _facts(needs[name]), _facts(may - needs[name]),
                             tuple(map(_lines, functions))))
    return found


def _shared(asked: Iterable[frozenset[str] | None]) -> frozenset[str]:
    """Return what all ask for; what cannot be asked has no say."""
    said = [facts for facts in asked if facts is not None]
    return frozenset.intersection(*said) if said else frozenset()


def _settings(carrier: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return settings in which to ask: each kind of the carrier, all else off and all else on.

    Some parts are asked only where another part is at work: connectivity where bonds are lost.
    """
    family = FAMILIES[carrier]
    kinds: list[dict[str, str]] = [
        {name: word} for name, known in OPTIONS.items() for word in known
        if name in family.choices or name == f"{carrier}_kind"]
    # a gel that wears off takes no exudate through itself: it does not go with all else
    working = {part: next(name for name in table if name != "none")
               for part, table in family.models.items() if part != "erosion"}
    return [(words, rest) for words in kinds or [{}] for rest in ({}, working)]


def needed(carrier: str, models: Mapping[str, str],
           words: Mapping[str, str]) -> frozenset[str] | None:
    """Return what a carrier asks for if nothing is known; None if these choices do not go together.

    A measured carrier is asked with a curve, since without one it asks for nothing else.
    """
    return _needed(carrier, frozenset(models.items()), frozenset(words.items()))


@functools.cache
def _needed(carrier: str, models: frozenset[tuple[str, str]],
            words: frozenset[tuple[str, str]]) -> frozenset[str] | None:
    times, released = np.array([0.0, DAY]), np.array([0.0, 0.5])
    curve = Given("released_fraction", times=times, values=released)
    inputs = Inputs(Designs(Formulation(
        "", carrier, models=dict(models), use={"duration": DAY}, choices=dict(words),
        given={curve.name: curve})))
    try:
        problems = _lower(carrier, inputs)
    except Exception:  # ones in place of facts can be nonsense to a law
        return None
    return None if problems else frozenset(inputs.missing)


def _facts(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if name not in CHOICES and name not in USE))


def _lines(function: Callable[..., Any]) -> tuple[str, str, str]:
    """Return name, validity and source of a law, as its docstring says them."""
    text = inspect.getdoc(function) or ""
    found = []
    for mark in ("Validity", "Source"):
        match = re.search(rf"^{mark}: (.*?)(?=^\w+:|\n\s*\n|\Z)", text, re.M | re.S)
        found.append(" ".join(match[1].split()) if match else "")
    module = function.__module__.rpartition(".")[2]
    return (f"{module}.{function.__name__}", *found)  # type: ignore[return-value]
