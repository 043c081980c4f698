"""What a carrier may ask for: every quantity of a table of designs as one array over its rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.errors import Problem, nearest
from releasekit.facts import Fact, Material
from releasekit.formulation import Designs
from releasekit.units import from_si
from releasekit.vocabulary import QUANTITIES, quantity

FloatArray = NDArray[np.float64]

ROLE_ORDER = ("polymer", "matrix", "exosome", "wound")
YOUNG_MODULI = ("compressive_modulus", "tensile_modulus")
YOUNG_OVER_SHEAR = 3.0
"""E = 3 G for an incompressible gel."""
STATE_OF_CONDITION = {"temperature": "wound_temperature", "ph": "wound_ph"}
"""Conditions of a fact that go by another name where the carrier is used."""
CONDITION_SLACK = {"temperature": (8.0, 0.0), "ph": (1.0, 0.0)}
"""How far (absolute, relative) a fact may be used from its conditions before a warning is due."""


@cache
def _arguments(law: Callable[..., Any]) -> tuple[tuple[str, bool], ...]:
    """Return the names in the signature of a law, and whether it has no default for them."""
    return tuple((name, parameter.default is inspect.Parameter.empty)
                 for name, parameter in inspect.signature(law).parameters.items())


class Inputs:
    """Choices, given values and facts of one base formulation, as arrays over rows.

    A quantity is looked for among the given values, then the columns and choices, then the facts
    of polymer, matrix, exosome and wound. What was used, what was missing and what was used
    outside its conditions is remembered.

    Parameters
    ----------
    designs
        Base formulation and columns.
    scores
        Standard normal score of each fact, ``"material/fact"`` -> array over rows or number;
        facts that are not named are at their nominal value.
    """

    def __init__(self, designs: Designs, scores: Mapping[str, ArrayLike] | None = None) -> None:
        self.designs = designs
        self.formulation = designs.base
        self.rows = len(designs)
        self.scores = scores or {}
        self.used: dict[str, Fact] = {}
        self.given_used: set[str] = set()
        self.missing: dict[str, Problem] = {}
        self.outside: dict[str, str] = {}
        self.open_face = True
        self._known: dict[str, FloatArray] = {}

    def layers(self) -> list[Inputs]:
        """Return the inputs of each layer from the back to the open face; one without layers."""
        base = self.formulation
        parts = []
        for place, layer in enumerate(base.layers):
            columns = {name: column for name, column in self.designs.columns.items()
                       if name not in layer.choices}
            merged = replace(base, layers=(), materials={**base.materials, **layer.materials},
                             models={**base.models, **layer.models},
                             choices={**base.choices, **layer.choices})
            part = Inputs(Designs(merged, columns or {"duration": self["duration"]}), self.scores)
            part.used, part.given_used, part.missing, part.outside = (
                self.used, self.given_used, self.missing, self.outside)
            part.open_face = place == len(base.layers) - 1
            parts.append(part)
        return parts or [self]

    def __contains__(self, name: str) -> bool:
        given = self.formulation.given.get(name)
        return (self._stated(name) is not None or self._fact(name) is not None
                or (given is not None and given.times is not None))

    def __getitem__(self, name: str) -> FloatArray:
        """Return a quantity over rows; ones (and a remembered problem) if nobody knows it."""
        if name not in self._known:
            value = self.get(name)
            if value is None:
                self._miss(name)
                value = np.ones(self.rows)
            self._known[name] = value
        return self._known[name]

    def get(self, name: str) -> FloatArray | None:
        """Return a quantity over rows, or None; of a measured series its first value."""
        other_names = YOUNG_MODULI if name == "plateau_modulus" else ()
        stated = self._stated(name)
        if stated is not None:
            return self._spread(stated)
        series = self.series(name)
        if series is not None:
            return self._spread(series[1][0])
        for young in other_names:
            if self._stated(young) is not None:  # what is stated beats a fact by any name
                return np.asarray(self[young] / YOUNG_OVER_SHEAR)
        fact = self._fact(name)
        if fact is not None:
            return self._read(fact)
        for young in other_names:
            if self._fact(young) is not None:
                return np.asarray(self[young] / YOUNG_OVER_SHEAR)
        return None

    def get_or(self, name: str, default: float) -> FloatArray:
        """Return a quantity over rows, or a default that means: there is none of this."""
        value = self.get(name)
        return np.full(self.rows, default) if value is None else value

    def limit(self, name: str) -> FloatArray | None:
        """Return a bound that results are held against, or None.

        It enters no number, so it is not counted among the facts used.
        """
        stated, fact = self._stated(name), self._fact(name)
        if stated is None and fact is not None:
            stated = fact.at(np.asarray(self.scores.get(fact.key, 0.0)), self._over(fact))
        return None if stated is None else self._spread(stated)

    def of(self, step: Material, name: str) -> FloatArray:
        """Return a fact of a step of making, whose conditions are not those of the wound."""
        fact = step.facts[name]
        self.used[fact.key] = fact
        return self._spread(fact.at(self.scores.get(fact.key, 0.0)))

    def word(self, name: str, default: str = "") -> str:
        """Return a choice that is a word."""
        base = self.formulation
        return str(base.choices.get(name, base.use.get(name, default)))

    def model(self, kind: str, default: str) -> str:
        """Return the law chosen for a part of the model."""
        return str(self.formulation.models.get(kind, default))

    def series(self, name: str) -> tuple[FloatArray, FloatArray] | None:
        """Return times and values of a quantity that is given as a measured series."""
        given = self.formulation.given.get(name)
        if given is None or given.times is None or given.values is None:
            return None
        self.given_used.add(name)
        return np.asarray(given.times, dtype=float), np.asarray(given.values, dtype=float)

    def call(self, law: Callable[..., Any], ndim: int = 1, **known: Any) -> FloatArray:
        """Evaluate a law with the arguments of its signature.

        Those among ``known`` are taken from there, the others are looked up by their name, with
        trailing axes so that they broadcast against ``ndim`` dimensions.
        """
        arguments: dict[str, Any] = {}
        for name, needed in _arguments(law):
            if name in known:
                arguments[name] = known[name]
            elif needed or name in self:
                arguments[name] = self.column(name, ndim)
        return np.asarray(law(**arguments), dtype=float)

    def column(self, name: str, ndim: int) -> FloatArray:
        """Return a quantity with trailing axes for broadcasting."""
        return self[name].reshape((self.rows,) + (1,) * (ndim - 1))

    def _spread(self, value: ArrayLike) -> FloatArray:
        return np.array(np.broadcast_to(np.asarray(value, dtype=float), (self.rows,)))

    def _stated(self, name: str) -> ArrayLike | None:
        base = self.formulation
        if name in self.designs.columns:
            return self.designs.columns[name]
        given = base.given.get(name)
        if given is not None and given.value is not None:
            self.given_used.add(name)
            score = self.scores.get(f"given/{name}")
            return given.value if score is None else given.fact().at(score)
        for place in (base.choices, base.use):
            if name in place and not isinstance(place[name], str):
                return float(place[name])
        return None

    def _fact(self, name: str) -> Fact | None:
        for role in ROLE_ORDER:
            material = self.formulation.materials.get(role)
            if material is not None and name in material.facts:
                return material.facts[name]
        return None

    def _read(self, fact: Fact) -> FloatArray:
        self.used[fact.key] = fact
        over = self._over(fact)
        if over is not None:
            self._check_condition(fact, fact.over, over)
        for condition in fact.conditions:
            name = STATE_OF_CONDITION.get(condition, condition)
            if condition != fact.over and name in self and name != fact.name:
                self._check_condition(fact, condition, self[name])
        return self._spread(fact.at(np.asarray(self.scores.get(fact.key, 0.0)), over))

    def _over(self, fact: Fact) -> FloatArray | None:
        """Return the state at which a table is read."""
        return self[STATE_OF_CONDITION.get(fact.over, fact.over)] if fact.over else None

    def _check_condition(self, fact: Fact, condition: str, state: FloatArray) -> None:
        slack, share = CONDITION_SLACK.get(condition, (0.0, 0.0 if condition == fact.over else 0.2))
        ends = fact.conditions.get(condition) or (fact.points[0][0], fact.points[-1][0])
        beyond = np.maximum(ends[0] - state, state - ends[1])
        out = beyond > slack + share * np.abs(state) + 1e-9 * np.abs(state)
        if np.any(out):
            q = quantity(condition)
            at = from_si(float(state[out][0]), q.unit, q.shown)
            low, high = (from_si(end, q.unit, q.shown) for end in ends)
            span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            self.outside[f"{fact.key}@{condition}"] = (
                f"{fact.material}: {fact.name} is known for {condition} {span} {q.shown}, "
                f"used at {at:g} {q.shown}")

    def _miss(self, name: str) -> None:
        base = self.formulation
        roles = ", ".join(material.key for material in base.materials.values())
        hint = nearest(name, QUANTITIES) if name not in QUANTITIES else ""
        self.missing[name] = Problem(
            f"needed, but neither chosen, given nor a fact of {roles or 'any material'}", key=name,
            file=base.path, suggestion=hint or "give it under [given] or add the fact")
