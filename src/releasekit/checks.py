"""Collects everything that is wrong with one file, so that the user sees it all at once."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.errors import InputError, Problem, RangeWarning, nearest
from releasekit.files import Document
from releasekit.toml_lines import Key
from releasekit.units import from_si, parse, to_si
from releasekit.vocabulary import OPTIONS, QUANTITIES

HEADER = ("kind", "schema", "name", "description", "metadata")
"""Keys that every file may have."""
MESH_NAMES = ("mesh_size", "mesh_size_median")
LARGEST_MESH = 5e-7
"""Mesh size [m] of a gel of k_B T/ξ³ = 0.03 Pa, far softer than any that keeps its shape."""
DRIED = re.compile(r"\bSEM\b|(?i:scanning electron|lyophili\w*|freeze-dr\w*|dried gel)")
_SOURCE_KEYS = ("citation", "doi", "pmc", "pmid", "url")


def outside(name: str, values: ArrayLike, span: str = "possible") -> NDArray[np.bool_]:
    """Return where SI values lie outside the possible (or usual) range of a quantity."""
    low, high = getattr(QUANTITIES[name], span)
    array = np.asarray(values, dtype=float)
    return np.asarray(~((array >= low) & (array <= high)))


def shown(name: str, value: float) -> str:
    """Return an SI value in the shown unit, rounded for reading.

    >>> shown("thickness", 0.0021)
    '2.1 mm'
    """
    quantity = QUANTITIES[name]
    number = f"{from_si(value, quantity.unit, quantity.shown):.6g}" if math.isfinite(value) \
        else str(value)
    return number if quantity.shown == "1" else f"{number} {quantity.shown}"


def written(name: str, value: float) -> str:
    """Return an SI value as text that is read back as exactly the same float.

    >>> written("thickness", 0.0021)
    '2.1 mm'
    """
    quantity = QUANTITIES[name]
    number = from_si(value, quantity.unit, quantity.shown)
    text = f"{number!r}" if quantity.shown == "1" else f"{number!r} {quantity.shown}"
    if parse(text, quantity.unit) == value:
        return text
    return f"{value!r}" if quantity.unit == "1" else f"{value!r} {quantity.unit}"


def span_message(name: str, value: float, span: str = "possible") -> str:
    """Say that a value lies outside a range, in shown units.

    >>> span_message("thickness", -0.002)
    '-2 mm is outside the possible range 0.001 mm to 100 mm'
    """
    low, high = getattr(QUANTITIES[name], span)
    return (f"{shown(name, value)} is outside the {span} range "
            f"{shown(name, low)} to {shown(name, high)}")


@dataclass(frozen=True)
class Source:
    """Where a number comes from."""

    key: str
    citation: str
    doi: str = ""
    pmc: str = ""
    pmid: str = ""
    url: str = ""


@dataclass
class Checks:
    """Problems of one document, gathered while it is turned into a thing."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def say(self, message: str, *keys: Key, suggestion: str = "") -> None:
        """Note a problem at a key path."""
        self.problems.append(self.document.problem(message, *keys, suggestion=suggestion))

    def adopt(self, error: InputError, *keys: Key) -> None:
        """Note the problems of an error; those without a place get this one."""
        for problem in error.problems:
            if problem.file:
                self.problems.append(problem)
            else:
                self.say(problem.message, *keys, suggestion=problem.suggestion)

    def finish(self) -> None:
        """Raise all problems at once, in the order of the file; those of other files last."""
        own = self.document.path
        if self.problems:
            raise InputError(sorted(self.problems, key=lambda problem: (
                problem.file != own, problem.file, problem.line)))

    def header(self, kind: str, keys: Collection[str]) -> str:
        """Check kind, schema and the top-level keys; return the name."""
        data = self.document.data
        if data.get("kind") != kind:
            self.say(f"must be {kind!r}, not {data.get('kind')!r}", "kind")
        if "schema" not in data:
            self.say("is missing", "schema", suggestion="write schema = 1")
        elif data["schema"] != 1:
            self.say(f"schema {data['schema']!r} is not known to this version", "schema",
                     suggestion="write schema = 1")
        self.known(data, (*HEADER, *keys))
        self.text(data, "description")
        self.table("metadata")
        return self.text(data, "name", required=True)

    def known(self, table: Mapping[str, Any], allowed: Collection[str], *where: Key) -> None:
        """Note every key that is not allowed, with the nearest that is."""
        for key in table:
            if key not in allowed:
                hint = nearest(key, allowed) or f"known: {', '.join(allowed)}"
                self.say("unknown key", *where, key, suggestion=hint)

    def text(self, table: Mapping[str, Any], key: str, *where: Key, required: bool = False,
             words: Collection[str] = ()) -> str:
        """Return a text, or an empty one; with ``words`` it must be one of them."""
        value = table.get(key, "")
        if not isinstance(value, str):
            self.say(f"must be text, not {value!r}", *where, key)
            return ""
        if required and not value:
            hint = f"one of {', '.join(words)}" if words else ""
            self.say("is missing" if key not in table else "is empty", *where, key,
                     suggestion=hint)
        if value and words and value not in words:
            self.say(f"{value!r} is not known", *where, key, suggestion=nearest(value, words)
                     or f"one of {', '.join(words)}")
        return str(value)

    def words(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """Return a list of words at the top of the document, each of them known."""
        value = self.document.data.get(key, [])
        if not isinstance(value, list):
            self.say("must be a list of words", key, suggestion=f"of {', '.join(known)}")
            return ()
        for i, word in enumerate(value):
            if word not in known:
                self.say(f"{word!r} is not known", key, i, suggestion=nearest(str(word), known)
                         or f"one of {', '.join(known)}")
        return tuple(map(str, value))

    def table(self, key: str, inside: Mapping[str, Any] | None = None,
              *where: Key) -> dict[str, Any]:
        """Return a table, or an empty one."""
        value = (self.document.data if inside is None else inside).get(key, {})
        if isinstance(value, dict):
            return value
        self.say("must be a table", *where, key, suggestion=f"write [{key}]")
        return {}

    def tables(self, key: str) -> list[dict[str, Any]]:
        """Return a list of tables (``[[key]]``), or an empty one."""
        value = self.document.data.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self.say("must be a list of tables", key, suggestion=f"write [[{key}]]")
        return []

    def number(self, value: Any, *where: Key) -> float:
        """Return a bare number; nan after a problem."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.say(f"must be a number, not {value!r}", *where)
        elif not math.isfinite(value):
            self.say(f"{value!r} is not a finite number", *where)
        else:
            return float(value)
        return math.nan

    def quantity(self, name: str, value: Any, *where: Key) -> float:
        """Return the SI value of text with a unit, range checked; nan after a problem."""
        try:
            number = parse(value, QUANTITIES[name].unit)
        except InputError as error:
            self.adopt(error, *where)
            return math.nan
        return self.ranged(name, number, *where)

    def ranged(self, name: str, value: float, *where: Key) -> float:
        """Check an SI value: impossible is a problem, unusual a warning; nan passes silently."""
        if math.isnan(value):
            return value
        if outside(name, value):
            self.say(span_message(name, value), *where)
            return math.nan
        if outside(name, value, "usual"):
            problem = self.document.problem(span_message(name, value, "usual"), *where)
            warnings.warn(str(problem), RangeWarning, stacklevel=2)
        return value

    def mesh(self, name: str, value: float, origin: str, *where: Key) -> None:
        """Refuse pores of a dried gel given as its mesh size; ``origin`` is its note and source."""
        if name not in MESH_NAMES:
            return
        seen = DRIED.search(origin)
        if seen or value > LARGEST_MESH:
            why = f"its origin speaks of {seen[0]!r}" if seen else (
                f"a network with a mesh above {shown(name, LARGEST_MESH)} would have a modulus "
                "below 0.04 Pa")
            self.say("pores of a dried gel in the electron microscope are not its mesh: drying "
                     f"and ice make them, {why}", *where, suggestion="leave it out and give "
                     "plateau_modulus; pores seen in the wet gel are pore_diameter")

    def option(self, name: str, value: Any, *where: Key) -> str:
        """Return a word that is one of the known options."""
        if not isinstance(value, str):
            self.say(f"must be one of {', '.join(OPTIONS[name])}", *where)
            return ""
        if value not in OPTIONS[name]:
            self.say(f"{value!r} is not known", *where, suggestion=(
                nearest(value, OPTIONS[name]) or f"one of {', '.join(OPTIONS[name])}"))
        return value

    def unit(self, table: Mapping[str, Any], key: str, name: str, *where: Key) -> str:
        """Return the unit of a quantity if it is there and of the right kind."""
        quantity = QUANTITIES[name]
        unit = self.text(table, key, *where)
        if not unit:
            self.say("unit is missing", *where, key,
                     suggestion=f'expected e.g. {key} = "{quantity.shown}"')
            return ""
        try:
            to_si(1.0, unit, quantity.unit)
        except InputError as error:
            self.adopt(error, *where, key)
            return ""
        return unit

    def sources(self) -> dict[str, Source]:
        """Read the ``[sources]`` of the document."""
        found = {}
        for key, table in self.table("sources").items():
            if not isinstance(table, dict):
                self.say("must be a table", "sources", key, suggestion=f"write [sources.{key}]")
                continue
            self.known(table, _SOURCE_KEYS, "sources", key)
            self.text(table, "citation", "sources", key, required=True)
            found[key] = Source(key, **{name: self.text(table, name, "sources", key)
                                        for name in _SOURCE_KEYS})
        return found

    def cited(self, table: Mapping[str, Any], sources: Mapping[str, Source], *where: Key) -> str:
        """Return the source of a table; a source that is named must be listed."""
        source = self.text(table, "source", *where)
        if source and source not in sources:
            self.say(f"source {source!r} is not listed below [sources]", *where, "source",
                     suggestion=nearest(source, sources))
        return source
