"""One fact: a number or a table over a condition, with spread, conditions, basis and source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from releasekit.checks import Checks, Source, written
from releasekit.errors import InputError, nearest
from releasekit.files import Document
from releasekit.units import from_si, parse, scale, to_si
from releasekit.vocabulary import QUANTITIES

FloatArray = NDArray[np.float64]

BASES = ("measured", "computed", "fitted", "assumed")
INTERPOLATIONS = ("linear", "log-log", "log-linear")
"""Axis of the value first, axis of the condition second."""
DISTRIBUTIONS = {"normal": "sd", "lognormal": "gsd", "uniform": "low", "log-uniform": "low"}
_FACT_KEYS = ("value", "unit", "sd", "gsd", "low", "high", "distribution", "over", "over_unit",
              "points", "interpolation", "conditions", "basis", "source", "note")


@dataclass(frozen=True)
class Spread:
    """How far a fact may be from its value.

    ``a, b`` are: normal (sd [SI], 0), lognormal (gsd, 0), uniform and log-uniform (low, high).
    """

    kind: str = "none"
    a: float = 0.0
    b: float = 0.0


@dataclass(frozen=True)
class Fact:
    """One number, or one table over a condition, with spread, conditions and source (SI)."""

    name: str
    value: float | None
    unit: str = ""
    spread: Spread = Spread()
    basis: str = "assumed"
    source: str = ""
    note: str = ""
    conditions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    over: str = ""
    points: tuple[tuple[float, float], ...] = ()
    interpolation: str = "linear"
    material: str = ""

    @property
    def key(self) -> str:
        """Name of the fact in a table of draws: ``material/fact``."""
        return f"{self.material}/{self.name}"

    def at(self, score: ArrayLike = 0.0, over: ArrayLike | None = None) -> FloatArray:
        """Return the value at standard normal scores; score 0 is the nominal value.

            normal: v + sd·z;  lognormal: v·gsd^z;  uniform: low + (high - low)·Φ(z)

        Parameters
        ----------
        score : array_like, shape (...) [1]
            Standard normal score z of the draw; a table over a condition moves as a whole.
        over : array_like, shape (...) [SI unit of the condition]
            Where to read a table; ignored by a fact that is a single number. Beyond the table
            the end segment is continued.

        Returns
        -------
        ndarray, shape (...) [SI]
            Values, kept within the possible range of the quantity.

        Raises
        ------
        ValueError
            The fact is a table and ``over`` is missing.

        Examples
        --------
        >>> Fact("density", 1350.0, spread=Spread("normal", 50.0)).at([0.0, 1.3])
        array([1350., 1415.])
        """
        z = np.asarray(score, dtype=float)
        if self.points:
            if over is None:
                raise ValueError(f"{self.name} is a table over {self.over}")
            nominal = self._read(np.asarray(over, dtype=float))
        else:
            assert self.value is not None
            shape = () if over is None else np.shape(over)
            nominal = np.broadcast_to(np.asarray(self.value, dtype=float), shape)
        a, b = self.spread.a, self.spread.b
        if self.spread.kind == "normal":
            drawn = nominal + a * z
        elif self.spread.kind == "lognormal":
            drawn = nominal * np.power(a, z)
        elif self.spread.kind == "uniform":
            drawn = np.where(z == 0.0, nominal, a + (b - a) * ndtr(z))
        elif self.spread.kind == "log-uniform":
            drawn = np.where(z == 0.0, nominal, a * np.power(b / a, ndtr(z)))
        else:
            drawn = np.broadcast_to(nominal, np.broadcast_shapes(nominal.shape, z.shape))
        low, high = QUANTITIES[self.name].possible
        return np.asarray(np.clip(drawn, low, high), dtype=float)

    def _read(self, over: FloatArray) -> FloatArray:
        x, y = np.asarray(self.points, dtype=float).T
        log_y, log_x = self.interpolation.startswith("log-"), self.interpolation == "log-log"
        if log_x:
            x, over = np.log(x), np.log(np.maximum(over, np.finfo(float).tiny))
        if log_y:
            y = np.log(y)
        segment = np.clip(np.searchsorted(x, over) - 1, 0, len(x) - 2)
        share = (over - x[segment]) / (x[segment + 1] - x[segment])
        # this form of the line returns both ends of a segment exactly
        value = (1.0 - share) * y[segment] + share * y[segment + 1]
        return np.asarray(np.exp(np.minimum(value, 700.0)) if log_y else value)

    def outside(self, over: ArrayLike, condition: str = "") -> NDArray[np.bool_]:
        """Return where the fact is used outside its table, or outside one of its conditions.

        Parameters
        ----------
        over : array_like, shape (...) [SI unit of the condition]
            State in which the fact is used.
        condition
            Name of the condition; empty means the condition that the table is over.

        Returns
        -------
        ndarray of bool, shape (...)

        Examples
        --------
        >>> warm = Fact("viscosity", 7e-4, conditions={"temperature": (304.0, 311.0)})
        >>> warm.outside([298.15, 310.15], "temperature")
        array([ True, False])
        """
        state = np.asarray(over, dtype=float)
        if self.points and condition in ("", self.over):
            low, high = self.points[0][0], self.points[-1][0]
        elif condition in self.conditions:
            low, high = self.conditions[condition]
        else:
            return np.zeros(state.shape, dtype=bool)
        slack = 1e-9 * max(abs(low), abs(high))
        return np.asarray((state < low - slack) | (state > high + slack))


def _spread(checks: Checks, table: Mapping[str, Any], name: str, unit: str,
            *where: str) -> Spread:
    given = {key: checks.number(table[key], *where, key)
             for key in ("sd", "gsd", "low", "high") if key in table}
    kind = checks.text(table, "distribution", *where, words=tuple(DISTRIBUTIONS))
    kinds = [word for key, word in (("sd", "normal"), ("gsd", "lognormal"), ("low", "uniform"),
                                    ("high", "uniform")) if key in given]
    kind = kind or (kinds[0] if kinds else "none")
    if kind == "none":
        return Spread()
    wanted = ("low", "high") if DISTRIBUTIONS.get(kind) == "low" else (DISTRIBUTIONS.get(kind),)
    if set(given) != set(wanted):
        checks.say(f"a {kind} distribution takes {' and '.join(map(str, wanted))}, "
                   f"not {' and '.join(given) or 'nothing'}", *where)
        return Spread()
    if any(math.isnan(number) for number in given.values()):
        return Spread()
    target = QUANTITIES[name].unit
    if kind == "normal":
        if given["sd"] < 0:
            checks.say(f"must not be negative, not {given['sd']:g}", *where, "sd")
        return Spread(kind, float(f"{given['sd'] / scale(target, unit):.15g}"))
    if kind == "lognormal":
        if given["gsd"] < 1:
            checks.say(f"must be 1 or more, not {given['gsd']:g}", *where, "gsd")
        return Spread(kind, given["gsd"])
    low, high = (checks.ranged(name, to_si(given[end], unit, target), *where, end)
                 for end in wanted if end)
    if low > high:
        checks.say("low is above high", *where, "low")
    if kind == "log-uniform" and low <= 0:
        checks.say("a log-uniform distribution needs low above 0", *where, "low")
        return Spread()
    return Spread(kind, low, high)


def _points(checks: Checks, table: Mapping[str, Any], name: str, unit: str,
            *where: str) -> tuple[tuple[float, float], ...]:
    over, over_unit = checks.text(table, "over", *where, required=True), ""
    if over and over not in QUANTITIES:
        checks.say(f"{over!r} is not in the vocabulary", *where, "over",
                   suggestion=nearest(over, QUANTITIES))
    elif over:
        over_unit = checks.unit(table, "over_unit", over, *where)
    rows = table.get("points")
    if not isinstance(rows, list) or len(rows) < 2 or not all(
            isinstance(row, list) and len(row) == 2 for row in rows):
        checks.say("must be two or more pairs [condition, value]", *where, "points")
        return ()
    numbers = [[checks.number(item, *where, "points", i) for item in row]
               for i, row in enumerate(rows)]
    if not over_unit or not unit or np.isnan(numbers).any():
        return ()
    points = tuple((to_si(x, over_unit, QUANTITIES[over].unit),
                    to_si(y, unit, QUANTITIES[name].unit)) for x, y in numbers)
    for i, (x, y) in enumerate(points):
        checks.ranged(over, x, *where, "points", i)
        checks.ranged(name, y, *where, "points", i)
        if i and x <= points[i - 1][0]:
            checks.say("conditions must rise from row to row", *where, "points", i)
    logs = {"linear": (), "log-linear": (1,), "log-log": (0, 1)}
    if any(point[axis] <= 0 for axis in logs.get(str(table.get("interpolation", "linear")), ())
           for point in points):
        checks.say("a logarithmic axis needs numbers above 0", *where, "points")
    return points


def _conditions(checks: Checks, table: Mapping[str, Any],
                *where: str) -> dict[str, tuple[float, float]]:
    found = {}
    for name, stated in checks.table("conditions", table, *where).items():
        place = (*where, "conditions", name)
        if name not in QUANTITIES:
            checks.say("is not in the vocabulary", *place, suggestion=nearest(name, QUANTITIES))
            continue
        ends = stated if isinstance(stated, list) else [stated, stated]
        if len(ends) != 2:
            checks.say("must be one value or [low, high]", *place)
            continue
        try:
            low, high = (parse(end, QUANTITIES[name].unit) for end in ends)
        except InputError as error:
            checks.adopt(error, *place)
            continue
        if low > high:
            checks.say("low is above high", *place)
        found[name] = (low, high)
    return found


def read_fact(checks: Checks, name: str, table: Any, sources: Mapping[str, Source],
              material: str) -> Fact | None:
    """Read ``[facts.name]``; None if it is not one."""
    where = ("facts", name)
    if not isinstance(table, dict):
        checks.say("must be a table", *where, suggestion=f"write [facts.{name}]")
        return None
    if name not in QUANTITIES:
        checks.say("is not in the vocabulary", *where, suggestion=nearest(name, QUANTITIES))
        return None
    checks.known(table, _FACT_KEYS, *where)
    basis = checks.text(table, "basis", *where, required=True, words=BASES)
    source = checks.cited(table, sources, *where)
    note = checks.text(table, "note", *where)
    if basis == "assumed" and not note:
        checks.say("an assumed fact needs a note with the reasoning", *where, "note")
    elif basis in BASES[:3] and not source:
        checks.say(f"a {basis} fact needs a source", *where, "source")
    unit = checks.unit(table, "unit", name, *where)
    interpolation = checks.text(table, "interpolation", *where, words=INTERPOLATIONS) or "linear"
    conditions = _conditions(checks, table, *where)
    spread = _spread(checks, table, name, unit, *where) if unit else Spread()
    value: float | None = None
    points: tuple[tuple[float, float], ...] = ()
    if "points" in table or "over" in table:
        if "value" in table:
            checks.say("a fact has either value or points", *where, "value")
        if spread.kind.endswith("uniform"):
            checks.say("a table over a condition takes sd or gsd", *where, "low")
        points = _points(checks, table, name, unit, *where)
    elif "value" in table:
        number = checks.number(table["value"], *where, "value")
        if unit:
            value = checks.ranged(name, to_si(number, unit, QUANTITIES[name].unit),
                                  *where, "value")
    elif spread.kind == "uniform":
        value = 0.5 * (spread.a + spread.b)
    elif spread.kind == "log-uniform":
        value = math.sqrt(spread.a * spread.b)
    else:
        checks.say("has no value", *where,
                   suggestion="write value, or low and high, or over and points")
    if value is not None and spread.kind.endswith("uniform") and not (
            spread.a <= value <= spread.b):
        checks.say("value is not between low and high", *where, "value")
    origin = f"{note} {sources[source].citation if source in sources else ''}"
    for number in [y for _, y in points] or [value or 0.0]:
        checks.mesh(name, number, origin, *where)
    lowest = min([y for _, y in points] if points else [value or 0.0])
    if spread.kind == "lognormal" and lowest < 0:
        checks.say("a lognormal distribution needs a value above 0", *where, "gsd")
    return Fact(name, value, unit, spread, basis, source, note, conditions,
                str(table.get("over", "")), points, interpolation, material)


def fact_table(fact: Fact, source: Source | None) -> dict[str, Any]:
    """Return a fact as a file writes it, in the unit it was read in if that keeps it exactly."""
    own = _table(fact, fact.unit or QUANTITIES[fact.name].shown)
    sources = {source.key: source} if source else {}
    again = read_fact(Checks(Document("", {}, "")), fact.name, own, sources, fact.material)
    return own if again == fact else _table(fact, "")


def _table(fact: Fact, unit: str) -> dict[str, Any]:
    """Return a fact in a unit, or in SI without any rounding."""
    target = QUANTITIES[fact.name].unit
    spread = fact.spread

    def own(number: float) -> float:
        return from_si(number, target, unit) if unit else number

    table: dict[str, Any] = {}
    if fact.points:
        q = QUANTITIES[fact.over]
        table = {"over": fact.over, "over_unit": q.shown if unit else q.unit,
                 "interpolation": fact.interpolation,
                 "points": [[from_si(x, q.unit, q.shown) if unit else x, own(y)]
                            for x, y in fact.points]}
    elif fact.value is not None:
        table = {"value": own(fact.value)}
    table["unit"] = unit or target
    if spread.kind == "normal":
        table["sd"] = spread.a * scale(target, unit or target)
    elif spread.kind == "lognormal":
        table["gsd"] = spread.a
    elif spread.kind != "none":
        table |= {"low": own(spread.a), "high": own(spread.b), "distribution": spread.kind}
    if fact.conditions:
        table["conditions"] = {
            name: written(name, low) if low == high else [written(name, low), written(name, high)]
            for name, (low, high) in fact.conditions.items()}
    return table | {key: text for key in ("basis", "source", "note")
                    if (text := getattr(fact, key))}
