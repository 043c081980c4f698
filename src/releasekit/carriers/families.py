"""The carrier families: how each is lowered and which laws it lets one choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from releasekit.carriers import (
    ecm,
    free,
    gel_laws,
    hydrogel,
    measured,
    microneedle,
    needle_kinds,
    phases,
    scaffold,
)
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Lowered
from releasekit.errors import Problem, nearest
from releasekit.formulation import Formulation
from releasekit.making import not_possible

Laws = tuple[Callable[..., Any], ...]


@dataclass(frozen=True)
class Family:
    """One carrier family.

    ``models`` says for each part of the model which laws can be chosen, ``roles`` which materials
    a formulation must name, ``choices`` which choices it must make.
    """

    lower: Callable[[Inputs, int], Lowered]
    models: Mapping[str, Mapping[str, Laws]]
    roles: tuple[str, ...]
    choices: tuple[str, ...]


def _laws(table: Mapping[str, tuple[Any, Laws]]) -> dict[str, Laws]:
    return {name: laws for name, (_, laws) in table.items()}


GEL_MODELS: dict[str, Mapping[str, Laws]] = {
    "structure": _laws(gel_laws.STRUCTURES), "mobility": _laws(gel_laws.MOBILITIES),
    "binding": gel_laws.BINDINGS, "degradation": {"none": (), **_laws(gel_laws.DEGRADATIONS)},
    "connectivity": _laws(gel_laws.CONNECTIVITIES),
}

NEEDLE_MODELS: dict[str, Mapping[str, Laws]] = {
    **GEL_MODELS, "degradation": {**GEL_MODELS["degradation"], **needle_kinds.ESTER_LAWS}}
PORE_GEL_MODELS: dict[str, Mapping[str, Laws]] = {
    "structure": _laws(gel_laws.STRUCTURES), "gel": {"none": (), **_laws(gel_laws.MOBILITIES)},
    "gel_degradation": {"none": (), **_laws(gel_laws.DEGRADATIONS)},
}
SCAFFOLD_MODELS: dict[str, Mapping[str, Laws]] = {
    "porous": _laws(scaffold.POROUS), "adsorption": scaffold.ADSORPTIONS,
    "degradation": {"none": (), **_laws(phases.LOSSES)}, **PORE_GEL_MODELS,
}
ECM_MODELS: dict[str, Mapping[str, Laws]] = {
    "mobility": _laws(ecm.FIBRE_MOBILITIES), "binding": gel_laws.BINDINGS,
    "degradation": {"none": (), **{name: phases.LOSSES[name][1] for name in ecm.FIBRE_LOSSES}},
    **PORE_GEL_MODELS,
}

FAMILIES: dict[str, Family] = {
    "hydrogel": Family(
        hydrogel.lower, {**GEL_MODELS, "erosion": gel_laws.EROSIONS},
        ("polymer", "exosome", "wound"), ("thickness",)),
    "microneedle": Family(
        microneedle.lower, NEEDLE_MODELS, ("polymer", "exosome", "wound"),
        ("needle_kind", "needle_height", "needle_base_radius", "needle_tip_radius")),
    "scaffold": Family(
        scaffold.lower, SCAFFOLD_MODELS, ("polymer", "exosome", "wound"), ("thickness",)),
    "ecm": Family(ecm.lower, ECM_MODELS, ("matrix", "exosome", "wound"), ("thickness",)),
    "measured": Family(measured.lower, {}, ("exosome", "wound"), ("dose_per_area",)),
    "free": Family(free.lower, {}, ("exosome", "wound"), ("dose_per_area",)),
}


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def check(formulation: Formulation) -> list[Problem]:
    """Return what keeps a formulation from being lowered: family, laws, materials, making."""
    where = formulation.path
    family = FAMILIES.get(formulation.carrier)
    if family is None:
        return [Problem(f"{formulation.carrier!r} is not a carrier family", key="carrier",
                        file=where, suggestion=nearest(formulation.carrier, FAMILIES)
                        or f"one of {', '.join(FAMILIES)}")]
    problems = _check_layers(formulation)
    laws = [*formulation.models.items(),
            *(law for layer in formulation.layers for law in layer.models.items())]
    for kind, name in laws:
        known = family.models.get(kind)
        if known is None:
            problems.append(Problem(f"{_a(formulation.carrier)} has no such model",
                                    key=f"models.{kind}", file=where,
                                    suggestion=f"one of {', '.join(family.models) or 'none'}"))
            continue
        parts = name.replace(" ", "").split("+") if kind.endswith("degradation") else [name]
        problems += [Problem(f"{part!r} is not known", key=f"models.{kind}", file=where,
                             suggestion=nearest(part, known) or f"one of {', '.join(known)}")
                     for part in parts if part not in known]
    problems += [Problem(f"{_a(formulation.carrier)} needs {_a(role)}", key=f"made_of.{role}",
                         file=where) for role in family.roles if role not in formulation.materials]
    named = {*formulation.choices, *formulation.given}
    if formulation.layers:
        named |= set.intersection(*({*layer.choices} for layer in formulation.layers))
    problems += [Problem(f"{_a(formulation.carrier)} needs this choice",
                         key=f"carrier_choices.{name}", file=where)
                 for name in family.choices if name not in named]
    if "dose_per_area" not in named and "exosome_concentration" not in named:
        problems.append(Problem("no dose", key="carrier_choices.dose_per_area", file=where,
                                suggestion="give dose_per_area or exosome_concentration"))
    if "duration" not in formulation.use:
        problems.append(Problem("needed", key="use.duration", file=where,
                                suggestion='e.g. "14 d"'))
    problems += [Problem(why, key=f"process.{place}.step", file=where, suggestion=possible)
                 for place, why, possible in not_possible(formulation.process,
                                                          formulation.made_of())]
    return problems


def _check_layers(formulation: Formulation) -> list[Problem]:
    """Return why layers cannot be had here."""
    if not formulation.layers:
        return []
    problems = []
    if formulation.carrier != "hydrogel":
        problems.append(f"a {formulation.carrier} cannot be layered")
    if formulation.word("shape", "sheet") != "sheet":
        problems.append("only a sheet can be layered")
    if any(given.times is not None for given in formulation.given.values()):
        problems.append("a layered carrier takes no measured series")
    layered = (kind for layer in formulation.layers for kind in layer.models)
    if "erosion" in {*formulation.models, *layered}:
        problems.append("a layered carrier cannot erode")
    if "exosome_concentration" in formulation.choices:
        problems.append("a layered carrier takes its dose as dose_per_area")
    return [Problem(text, key="layer", file=formulation.path) for text in problems]
