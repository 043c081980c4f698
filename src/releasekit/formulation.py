"""Formulations: the choices that make one carrier, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.checks import Checks, outside, span_message, written
from releasekit.choices import (
    CHOICES,
    DOSES,
    MODEL_KINDS,
    PLACES,
    USE,
    Layer,
    citation,
    layer_table,
    read_layers,
    read_material,
    read_models,
    read_settings,
    texts,
)
from releasekit.errors import InputError, Problem, nearest
from releasekit.facts import Fact, Material, Source
from releasekit.files import Document, FilePath, write_table, write_toml
from releasekit.given import Given as Given
from releasekit.given import given_from
from releasekit.making import ProcessStep as ProcessStep
from releasekit.making import named_process, not_possible, process_table, read_process
from releasekit.vocabulary import OPTIONS, QUANTITIES

FloatArray = NDArray[np.float64]

_TOP = ("carrier", "made_of", "models", "carrier_choices", "process", "use", "given", "sources",
        "layer")


@dataclass(frozen=True)
class Formulation:
    """The choices that make one carrier. Frozen: :meth:`but` gives another one."""

    name: str
    carrier: str
    description: str = ""
    materials: Mapping[str, Material] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, float | str] = field(default_factory=dict)
    use: Mapping[str, float | str] = field(default_factory=dict)
    process: tuple[ProcessStep, ...] = ()
    given: Mapping[str, Given] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()
    path: str = ""
    checksum: str = ""

    def facts(self) -> dict[str, Fact]:
        """Return the facts of all materials, layers and steps included, by ``material/fact``.

        Given constants with a spread are among them, as ``given/fact``.
        """
        materials = [*self.made_of(), *(step.material for step in self.process if step.material)]
        given = [item.fact() for item in self.given.values()
                 if item.value is not None and item.spread.kind != "none"]
        return {fact.key: fact for fact in (
            *(fact for material in materials for fact in material.facts.values()), *given)}

    def taken_as_exact(self) -> list[str]:
        """Return what is given without a spread, other than the release curve itself."""
        return [name for name, item in self.given.items()
                if item.spread.kind == "none" and name != "released_fraction"]

    def made_of(self) -> list[Material]:
        """Return all materials, those of layers too; steps of making are none."""
        return _together(self.materials, self.layers)

    def number(self, name: str) -> float | None:
        """Return a numeric choice, schedule entry or given constant (SI); None if not set."""
        found = self.choices.get(name, self.use.get(name))
        if found is None and name in self.given:
            found = self.given[name].value
        return float(found) if isinstance(found, int | float) else None

    def word(self, name: str, default: str = "") -> str:
        """Return a choice that is a word, such as ``boundary``."""
        found = self.choices.get(name, self.use.get(name, default))
        return found if isinstance(found, str) else default

    def but(self, *, models: Mapping[str, str] | None = None, **changes: Any) -> Formulation:
        """Return this formulation with changes, checked.

        Parameters
        ----------
        models
            Laws to exchange: ``models={"mobility": "percolating"}``.
        changes
            Quantities of the vocabulary (``thickness="3 mm"`` or a pint quantity; a bare number
            only where there is no unit), words (``boundary="sink"``), materials by their role
            (``polymer="alginate-ionic"``), the steps of making from the library
            (``process="photocrosslinking + drying"``), ``name`` and ``description``.

        Raises
        ------
        InputError
            Every change that cannot be made, at once.
        """
        checks = Checks(Document("", {}, ""))
        new: dict[str, Any] = {"checksum": "", "materials": dict(self.materials)}
        new["models"] = {**self.models, **read_models(checks, models or {}, "models")}
        numbers: dict[str, float] = {}
        words: dict[str, str] = {}
        given = dict(self.given)
        for name, value in changes.items():
            if name in ("name", "description", "carrier"):
                new[name] = checks.option(name, value, name) if name in OPTIONS \
                    else checks.text(changes, name, required=name == "name")
            elif name in OPTIONS:
                words[name] = checks.option(name, value, name)
            elif name in PLACES:
                material = value if isinstance(value, Material) \
                    else read_material(checks, PLACES[name], value, self.path, name)
                if material:
                    new["materials"][name] = material
            elif name == "process":
                new["process"] = named_process(checks, value, self.path, name)
            elif name in MODEL_KINDS:
                new["models"].update(read_models(checks, {name: value}))
            elif name in QUANTITIES and isinstance(value, Given):
                given[name] = replace(value, name=name)
            elif name in QUANTITIES:
                numbers[name] = checks.quantity(name, value, name)
            else:
                known = (*QUANTITIES, *OPTIONS, *PLACES, *MODEL_KINDS, "models", "process", "name")
                checks.say("is not known", name, suggestion=nearest(name, known))
        for layer in self.layers:
            for name in layer.choices.keys() & changes.keys():
                checks.say(f"is set by layer {layer.name!r}", name,
                           suggestion="change it in the [[layer]] of the file")
        if all(dose in numbers for dose in DOSES):
            checks.say(f"give one of {' and '.join(DOSES)}", DOSES[0])
        checks.finish()
        changed = replace(self, given=given, **new)._with(numbers)
        return replace(
            changed,
            choices={**changed.choices, **{k: v for k, v in words.items() if k not in USE}},
            use={**changed.use, **{k: v for k, v in words.items() if k in USE}})

    def _with(self, numbers: Mapping[str, float]) -> Formulation:
        """Put SI numbers where they belong: schedule, choices, or given in place of a model."""
        choices, use, given = dict(self.choices), dict(self.use), dict(self.given)
        for name, number in numbers.items():
            if name in USE:
                use[name] = number
            elif name in CHOICES:
                choices[name] = number
                for other in DOSES if name in DOSES else ():
                    if other != name:
                        choices.pop(other, None)
            else:
                given[name] = Given(name, number)
        return replace(self, choices=choices, use=use, given=given, checksum="")

    def save(self, path: FilePath) -> None:
        """Write a file that loads to the same formulation; series go beside it as CSV."""
        import pandas as pd

        target = Path(path)
        given: dict[str, dict[str, Any]] = {}
        for name, item in self.given.items():
            entry: dict[str, Any] = {}
            if item.value is not None:
                entry["value"] = written(name, item.value)
                if item.spread.kind == "lognormal":
                    entry["gsd"] = item.spread.a
                elif item.spread.kind == "normal":
                    unit = QUANTITIES[name].unit
                    entry["sd"] = f"{item.spread.a:.15g}" + (f" {unit}" if unit != "1" else "")
            else:
                data = f"{target.stem}-{name}.csv"
                write_table(target.parent / data,
                            pd.DataFrame({"time_s": item.times, "value": item.values}))
                entry |= {"data": data, "time": "time_s", "column": "value",
                          "unit": QUANTITIES[name].unit}
            given[name] = entry | {key: text for key, text in (("source", item.source),
                                                               ("note", item.note)) if text}
        content = {
            "kind": "formulation", "schema": 1, "name": self.name,
            "description": self.description, "carrier": self.carrier,
            "made_of": {place: citation(material, target)
                        for place, material in self.materials.items()},
            "models": self.models, "carrier_choices": texts(self.choices),
            "layer": [layer_table(layer, target) for layer in self.layers],
            "process": [process_table(step, target) for step in self.process],
            "use": texts(self.use), "given": given,
            "sources": {key: {name: text for name, text in vars(source).items()
                              if text and name != "key"} for key, source in self.sources.items()},
        }
        write_toml(target, {key: value for key, value in content.items() if value})


def _together(materials: Mapping[str, Material], layers: Iterable[Layer]) -> list[Material]:
    return [material for made_of in (materials, *(layer.materials for layer in layers))
            for material in made_of.values()]


def formulation_from(document: Document) -> Formulation:
    """Build a formulation from its file; every problem is reported at once."""
    checks = Checks(document)
    name = checks.header("formulation", _TOP)
    data = document.data
    carrier = checks.option("carrier", data.get("carrier"), "carrier")
    layers = read_layers(checks, document.path)
    made_of = checks.table("made_of")
    checks.known(made_of, tuple(PLACES), "made_of")
    materials = {place: material for place in made_of if place in PLACES and (
        material := read_material(checks, PLACES[place], made_of[place], document.path, "made_of",
                                  place))}
    sources = checks.sources()
    choices = read_settings(checks, "carrier_choices", CHOICES)
    if all(dose in choices for dose in DOSES):
        checks.say(f"give one of {' and '.join(DOSES)}", "carrier_choices", DOSES[1])
    process = read_process(checks)
    for place, why, possible in not_possible(process, _together(materials, layers)):
        checks.say(why, "process", place, "step", suggestion=possible)
    given = {key: item for key, table in checks.table("given").items()
             if (item := given_from(checks, key, table, sources))}
    models = read_models(checks, checks.table("models"), "models")
    use = read_settings(checks, "use", USE)
    checks.finish()
    return Formulation(name, carrier, str(data.get("description", "")), materials, models, choices,
                       use, process, given, sources, layers, document.path,
                       document.checksum)


@dataclass(frozen=True)
class Designs:
    """Many formulations as a table: one base, and SI columns for what differs."""

    base: Formulation
    columns: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {name: np.asarray(column, dtype=float)
                   for name, column in self.columns.items()}
        for name in columns:
            if name not in QUANTITIES:
                raise InputError(Problem("is not in the vocabulary", key=name,
                                         suggestion=nearest(name, QUANTITIES)))
        if len({column.shape for column in columns.values()}) > 1 or any(
                column.ndim != 1 or not column.size for column in columns.values()):
            raise ValueError("columns must be one-dimensional, not empty and of equal length")
        object.__setattr__(self, "columns", columns)

    def __len__(self) -> int:
        return next((len(column) for column in self.columns.values()), 1)

    def get(self, name: str) -> FloatArray | None:
        """Return one SI value per row, from the columns or else the base; None if not set."""
        if name in self.columns:
            return self.columns[name]
        if name in DOSES and any(dose in self.columns for dose in DOSES):
            return None
        number = self.base.number(name)
        return None if number is None else np.full(len(self), number)

    def row(self, index: int) -> Formulation:
        """Return one row as a formulation.

        Raises
        ------
        InputError
            A value of this row is impossible.
        """
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"row {index} of {count}")
        numbers = {name: column[[index]] for name, column in self.columns.items()}
        wrong = check_rows(numbers)
        if wrong:
            raise InputError(wrong[0])
        return self.base._with({name: float(column[0]) for name, column in numbers.items()})

    def check_rows(self) -> dict[int, str]:
        """Return row -> reason for the rows that are impossible; nothing is raised."""
        return check_rows(self.columns)

    @classmethod
    def stack(cls, formulations: Sequence[Formulation]) -> list[tuple[list[int], Designs]]:
        """Group formulations that differ in numbers only.

        Returns
        -------
        list of (indices, Designs)
            ``indices`` are the places of the rows in the list that was given.
        """
        groups: dict[object, list[int]] = {}
        for index, formulation in enumerate(formulations):
            groups.setdefault(_likeness(formulation), []).append(index)
        stacked = []
        for indices in groups.values():
            tables = [_numbers(formulations[index]) for index in indices]
            columns = {name: np.array([table[name] for table in tables]) for name in tables[0]}
            varied = {name: column for name, column in columns.items()
                      if np.any(column != column[0])}
            if not columns:
                stacked += [([index], cls(formulations[index])) for index in indices]
                continue
            if len(indices) > 1 and not varied:  # equal rows still need a column to be counted
                varied = dict([next(iter(columns.items()))])
            stacked.append((indices, cls(formulations[indices[0]], varied)))
        return stacked


def _numbers(formulation: Formulation) -> dict[str, float]:
    settings = {**formulation.choices, **formulation.use,
                **{name: item.value for name, item in formulation.given.items()}}
    return {name: float(value) for name, value in settings.items()
            if isinstance(value, int | float)}


def _likeness(formulation: Formulation) -> object:
    """Return what formulations of one table must share."""
    words = {**formulation.choices, **formulation.use}
    return (
        formulation.carrier,
        tuple(sorted((role, _identity(material))
                     for role, material in formulation.materials.items())),
        tuple(sorted(formulation.models.items())),
        tuple((replace(step, material=None), _identity(step.material))
              for step in formulation.process),
        tuple(id(layer) for layer in formulation.layers),
        tuple(sorted((k, v if isinstance(v, str) else "") for k, v in words.items())),
        tuple(sorted((name, (item if item.value is None else replace(item, value=0.0)).identity())
                     for name, item in formulation.given.items())),
    )


def _identity(material: Material | None) -> tuple[object, ...]:
    """Return what tells a material from others; one that has no file is only like itself."""
    if material is None:
        return ()
    return material.path, material.checksum, "" if material.path else id(material)


def check_rows(columns: Mapping[str, FloatArray]) -> dict[int, str]:
    """Return row -> reason for the rows with a value that is impossible (or not a number).

    >>> check_rows({"thickness": np.array([0.0021, -0.003])})
    {1: 'thickness: -3 mm is outside the possible range 0.001 mm to 100 mm'}
    """
    reasons: dict[int, str] = {}
    for name, column in columns.items():
        for index in np.flatnonzero(outside(name, column)):
            reason = f"{name}: {span_message(name, float(column[index]))}"
            reasons[int(index)] = "; ".join(filter(None, (reasons.get(int(index)), reason)))
    return dict(sorted(reasons.items()))
