"""Measured release curves, with their source and what was observed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.checks import Checks, Source
from releasekit.errors import InputError, Problem, RangeWarning, nearest
from releasekit.files import Document, FilePath, checksum, read_table
from releasekit.given import column_of
from releasekit.units import to_si

FloatArray = NDArray[np.float64]

OBSERVABLES = ("particles", "protein", "dye", "marker", "activity")
_TIME = re.compile(r"(?:time|t)[\s_]*[\[(]?(s|sec|min|h|hr|hours?|d|days?)[\])]?$", re.I)
_RELEASED = re.compile(r"(?:cum[a-z]*[\s_])?(?:releas[a-z]*|fraction|f)"
                       r"(?P<unit>[\s_]*(?:%|pct|percent|[\[(]%[\])]|fraction))?$", re.I)
_ERROR = re.compile(r"(?:(?:releas[a-z]*|fraction)[\s_]*)?(?:sd|sem|error|std)"
                    r"(?:[\s_]*(?:%|pct|percent|[\[(]%[\])]|fraction))?$", re.I)
_KEYS = ("data", "time", "time_unit", "released", "released_unit", "error", "curve", "observable",
         "carrier", "source", "sources")


@dataclass(frozen=True, eq=False)
class Curve:
    """One release curve: times [s], released fraction (nan where it is to be forecast).

    ``released_error`` is the error of each fraction as the source gives it, if it does.
    """

    name: str
    time: FloatArray
    released_fraction: FloatArray
    released_error: FloatArray | None = None

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Where there is a measured value."""
        return np.isfinite(self.released_fraction)


@dataclass(frozen=True)
class Dataset:
    """Release curves of one experiment or compilation."""

    name: str
    curves: tuple[Curve, ...]
    observable: str = ""
    source: str = ""
    description: str = ""
    carrier: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    path: str = ""
    checksum: str = ""


def _header(frame: Any, pattern: re.Pattern[str], what: str, file: str) -> tuple[str, str]:
    """Return the first column that looks like ``what``, and the unit in its name."""
    for column in map(str, frame.columns):
        match = pattern.fullmatch(column)
        if match:
            return column, (match.group(1) or "").strip(" _[()]").lower()
    raise InputError(Problem(
        f"no column of {what} among {', '.join(map(str, frame.columns))}", file=file, line=1,
        suggestion="expected headers such as time_d,released_pct or t_h,fraction"))


def _time_unit(word: str) -> str:
    return {"m": "min", "s": "s", "h": "h", "d": "d"}[word[0]]


def _curves(frame: Any, file: str, time: str, time_unit: str, released: str,
            percent: bool, curve: str, error: str) -> tuple[Curve, ...]:
    times = np.array([to_si(number, time_unit, "s") for number in column_of(frame, time, file)])
    values = column_of(frame, released, file)
    values = values / 100.0 if percent else values
    errors = column_of(frame, error, file) / (100.0 if percent else 1.0) if error else None
    here = np.isfinite(times)
    bare = np.flatnonzero(~here & np.isfinite(values))
    if bare.size:
        raise InputError(Problem("the time is missing", key=time, file=file,
                                 line=int(frame.index[bare[0]]) + 2))
    if np.any(times[here] < 0):
        row = int(frame.index[np.flatnonzero(here & (times < 0))[0]])
        raise InputError(Problem("the time is negative", key=time, file=file, line=row + 2))
    known = values[np.isfinite(values)]
    if known.size and not percent and np.mean(known > 1.5) > 0.5:
        raise InputError(Problem("most values are above 1, so they are not fractions", key=released,
                                 file=file, line=1, suggestion=(
                                     "name the column released_pct if they are percent")))
    if np.any((known < -0.05) | (known > 1.1)):
        warnings.warn(f"{file}: {released}: some released fractions lie outside 0 to 1.1",
                      RangeWarning, stacklevel=3)
    names = frame[curve].astype(str).to_numpy() if curve else np.full(len(frame), Path(file).stem)
    found = []
    for name in dict.fromkeys(names[here]):
        rows = np.flatnonzero(here & (names == name))
        rows = rows[np.argsort(times[rows], kind="stable")]
        found.append(Curve(str(name), times[rows], values[rows],
                           None if errors is None else errors[rows]))
    if not found:
        raise InputError(Problem("has no rows", file=file))
    return tuple(found)


def dataset_from_csv(path: FilePath) -> Dataset:
    """Read a bare CSV or Excel sheet whose headers say what the columns are.

    A time column such as ``time_d``, ``t_h`` or ``Time (min)``; a column such as
    ``released_pct``, ``release_fraction`` or ``fraction``; if there are several curves, a column
    ``curve``; if errors are known, a column such as ``sd`` or ``released_sd_pct`` in the unit of
    the values. A row whose value is empty is a time to be forecast.
    """
    file = str(path)
    frame = read_table(path)
    time, word = _header(frame, _TIME, "times", file)
    released, unit = _header(frame, _RELEASED, "released fractions", file)
    curve = "curve" if "curve" in frame.columns else ""
    error = next(filter(_ERROR.fullmatch, map(str, frame.columns)), "")
    curves = _curves(frame, file, time, _time_unit(word), released,
                     unit in ("%", "pct", "percent"), curve, error)
    return Dataset(Path(file).stem, curves, path=file, checksum=checksum(path))


def dataset_from(document: Document) -> Dataset:
    """Build a dataset from its TOML file and the table it names."""
    checks = Checks(document)
    name = checks.header("dataset", _KEYS)
    data = document.data
    texts = {key: checks.text(data, key) for key in ("time", "released", "error", "curve")}
    target = checks.text(data, "data", required=True)
    time_unit = checks.text(data, "time_unit", words=("s", "min", "h", "d"))
    unit = checks.text(data, "released_unit", words=("fraction", "percent"))
    observable = checks.text(data, "observable", required=True, words=OBSERVABLES)
    carrier = checks.option("carrier", data["carrier"], "carrier") if "carrier" in data else ""
    sources = checks.sources()
    source = checks.cited(data, sources)
    if not source:
        checks.say("is missing", "source", suggestion="a dataset needs its source")
    checks.finish()
    file = str(Path(document.path).parent / target)
    frame = read_table(file)
    for key, column in texts.items():
        if column and column not in frame.columns:
            checks.say(f"no column {column!r} in {file}", key,
                       suggestion=nearest(column, map(str, frame.columns)))
    checks.finish()
    time, word = (texts["time"], "") if texts["time"] else _header(frame, _TIME, "times", file)
    if not time_unit and not word:
        match = _TIME.fullmatch(time)
        word = match.group(1).lower() if match else ""
        if not word:
            checks.say("is missing", "time_unit", suggestion='write time_unit = "h"')
            checks.finish()
    released = texts["released"] or _header(frame, _RELEASED, "released fractions", file)[0]
    match = _RELEASED.fullmatch(released)
    stated = (match.group("unit") or "") if match else ""
    percent = unit == "percent" or (not unit and bool(re.search(r"%|pct|percent", stated)))
    curve = texts["curve"] or ("curve" if "curve" in frame.columns else "")
    error = texts["error"] or next(filter(_ERROR.fullmatch, map(str, frame.columns)), "")
    curves = _curves(frame, file, time, time_unit or _time_unit(word), released, percent, curve,
                     error)
    return Dataset(name, curves, observable, source, str(data.get("description", "")), carrier,
                   sources, document.path, document.checksum)


