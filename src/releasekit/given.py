"""What is given in place of a model: a constant, or a measured series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.checks import Checks, Source, outside, span_message
from releasekit.errors import InputError, Problem, nearest
from releasekit.fact import Fact, Spread
from releasekit.files import read_table, similar
from releasekit.units import parse_difference, to_si
from releasekit.vocabulary import QUANTITIES

FloatArray = NDArray[np.float64]

TIME_UNITS = {"s": "s", "min": "min", "h": "h", "d": "d"}
_SLUGS = {q.column.removeprefix(f"{q.name}_"): q.shown for q in QUANTITIES.values()
          if q.shown != "1"} | {"pct": "%"}
_KEYS = ("value", "sd", "gsd", "data", "time", "column", "unit", "source", "note")


@dataclass(frozen=True, eq=False)
class Given:
    """A fact or derived quantity that is given: a constant, or a measured series (SI).

    A constant without a spread is taken as exact.
    """

    name: str
    value: float | None = None
    times: FloatArray | None = None
    values: FloatArray | None = None
    source: str = ""
    note: str = ""
    spread: Spread = field(default_factory=Spread)

    def fact(self) -> Fact:
        """Return a constant as the fact that takes the place of what would be known or computed."""
        return Fact(self.name, self.value, spread=self.spread, basis="given", source=self.source,
                    note=self.note, material="given")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Given) and self.identity() == other.identity()

    def __hash__(self) -> int:
        return hash(self.identity())

    def identity(self) -> tuple[object, ...]:
        """Return what two equal entries share, series included."""
        series = [None if part is None else part.tobytes() for part in (self.times, self.values)]
        return (self.name, self.value, *series, self.source, self.note, self.spread)


def given_from(checks: Checks, name: str, table: Any,
               sources: Mapping[str, Source]) -> Given | None:
    """Read one entry of ``[given]``."""
    where = ("given", name)
    if name not in QUANTITIES:
        checks.say("is not in the vocabulary", *where, suggestion=nearest(name, QUANTITIES))
        return None
    if not isinstance(table, dict):
        checks.say("must be a table", *where, suggestion='write { value = "...", source = "..." }')
        return None
    checks.known(table, _KEYS, *where)
    source = checks.cited(table, sources, *where)
    note = checks.text(table, "note", *where)
    if ("value" in table) == ("data" in table):
        checks.say("needs either value or data", *where)
        return None
    if "value" in table:
        number = checks.quantity(name, table["value"], *where, "value")
        citation = sources[source].citation if source in sources else ""
        checks.mesh(name, number, f"{note} {citation}", *where)
        return Given(name, number, source=source, note=note,
                     spread=_spread(checks, name, table, *where))
    for key in ("sd", "gsd"):
        if key in table:
            checks.say("a series has no spread", *where, key)
    series = _series(checks, name, table, *where)
    return Given(name, None, *series, source=source, note=note) if series else None


def _spread(checks: Checks, name: str, table: Mapping[str, Any], *where: str) -> Spread:
    if "gsd" in table and "sd" in table:
        checks.say("give one of sd and gsd", *where, "gsd")
    if "gsd" in table:
        gsd = checks.number(table["gsd"], *where, "gsd")
        if gsd < 1.0:
            checks.say(f"must be 1 or more, not {gsd:g}", *where, "gsd")
        return Spread("lognormal", gsd)
    if "sd" not in table:
        return Spread()
    try:
        sd = parse_difference(table["sd"], QUANTITIES[name].unit)
    except InputError as error:
        checks.adopt(error, *where, "sd")
        return Spread()
    if sd < 0.0:
        checks.say("must not be negative", *where, "sd")
    return Spread("normal", sd)


def _series(checks: Checks, name: str, table: Mapping[str, Any],
            *where: str) -> tuple[FloatArray, FloatArray] | None:
    headers = {key: checks.text(table, key, *where, required=True)
               for key in ("data", "time", "column")}
    target = QUANTITIES[name].unit
    stated = checks.unit(table, "unit", name, *where) if "unit" in table else ""
    slug = next((slug for slug in sorted(_SLUGS, key=len, reverse=True)
                 if headers["column"].endswith(f"_{slug}")), "")
    unit = stated or _SLUGS.get(slug, "1")
    time_unit = TIME_UNITS.get(headers["time"].rpartition("_")[2], "")
    if headers["time"] and not time_unit:
        checks.say("the time column must end in _s, _min, _h or _d", *where, "time")
    try:
        to_si(1.0, unit, target)
    except InputError:
        checks.say("unit is missing", *where, "unit",
                   suggestion=f'write unit = "{QUANTITIES[name].shown}"')
        return None
    if not (headers["data"] and time_unit and headers["column"]):
        return None
    file = Path(checks.document.path).parent / headers["data"]
    if not file.is_file():
        checks.say(f"no such file: {file}", *where, "data", suggestion=similar(file))
        return None
    try:
        frame = read_table(file)
        columns = [column_of(frame, headers[key], str(file)) for key in ("time", "column")]
    except InputError as error:
        checks.adopt(error, *where, "data")
        return None
    full = np.isfinite(columns[0]) & np.isfinite(columns[1])
    times, values = (np.array([to_si(number, text, goal) for number in column[full]])
                     for column, text, goal in zip(columns, (time_unit, unit), ("s", target),
                                                   strict=True))
    if len(times) < 2 or np.any(np.diff(times) <= 0):
        checks.say("a series needs two or more rows of rising time", *where, "data")
    wrong = np.flatnonzero(outside(name, values))
    if wrong.size:
        checks.say(f"{file}: {span_message(name, values[wrong[0]])}", *where, "data")
    return times, values


def column_of(frame: Any, header: str, file: str) -> FloatArray:
    """Return a column of numbers; empty cells become nan."""
    import pandas as pd

    if header not in frame.columns:
        raise InputError(Problem(f"no column {header!r}", file=file, line=1, suggestion=(
            nearest(header, map(str, frame.columns)) or f"columns: {', '.join(frame.columns)}")))
    numbers = pd.to_numeric(frame[header], errors="coerce")
    words = np.flatnonzero(numbers.isna() & frame[header].notna())
    if words.size:
        raise InputError(Problem(f"{frame[header].iloc[words[0]]!r} is not a number", key=header,
                                 file=file, line=int(frame.index[words[0]]) + 2))
    return np.asarray(numbers, dtype=float)
