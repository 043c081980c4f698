"""Many rows in, one row of metrics out for each: tables of designs, and long series of draws."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.choices import MODEL_KINDS, PLACES
from releasekit.errors import InputError, Problem, nearest
from releasekit.files import FilePath, find_beside, read_table
from releasekit.formulation import Designs, Formulation, check_rows
from releasekit.loading import load
from releasekit.metrics import METRICS, horizon
from releasekit.running import ROWS_AT_ONCE, Progress
from releasekit.simulation import Chunk, stream
from releasekit.units import parse, to_si
from releasekit.vocabulary import OPTIONS, QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

ROWS_WRITTEN = 32 * ROWS_AT_ONCE
"""Rows (times draws) that are held before they are handed on."""
BASE, LABEL = "formulation", "name"
WORDS = (*PLACES, *MODEL_KINDS, *OPTIONS)
"""Columns that hold words: materials, laws, options."""
_BRACKETS = re.compile(r"(.*?)\s*[\[(](.+)[\])]$")
_SHARES = {"_p05": 0.05, "_p95": 0.95}


# what a header says -------------------------------------------------------------------------------

@dataclass(frozen=True)
class Header:
    """What a column sets: ``name``, in ``unit``; without one a cell brings its own."""

    column: str
    name: str
    unit: str = ""


def header(column: str) -> Header:
    """Read ``thickness [mm]``, ``thickness (mm)``, ``thickness_mm`` or a name alone.

    Raises
    ------
    InputError
        The name is not known, or the unit is none of that quantity.

    >>> header("thickness_mm").unit, header("dose_per_area [1/cm^2]").unit
    ('mm', '1/cm^2')
    >>> header("dose_per_area_per_cm2")
    Header(column='dose_per_area_per_cm2', name='dose_per_area', unit='1/cm2')
    """
    match = _BRACKETS.match(column)
    name, unit = (match[1], match[2]) if match else (column, "")
    if name in (BASE, LABEL, *WORDS):
        return Header(column, name)
    if not match and name not in QUANTITIES:
        name = max((known for known in QUANTITIES if column.startswith(f"{known}_")), key=len,
                   default=column)
        words = column[len(name) + 1:]
        unit = re.sub("^per_", "1/", words).replace("_per_", "/").replace("pct", "%")
    if name not in QUANTITIES:
        hint = nearest(name, (BASE, LABEL, *WORDS, *QUANTITIES))
        raise InputError(Problem("unknown column", key=column, suggestion=hint))
    if unit:
        to_si(1.0, unit, QUANTITIES[name].unit)
    return Header(column, name, unit)


def _headers(frame: pd.DataFrame, file: str) -> list[Header]:
    """Read all headers; everything that is wrong with them is raised at once."""
    found: list[Header] = []
    problems: list[Problem] = []
    for column in frame.columns:
        try:
            found.append(header(str(column)))
        except InputError as error:
            problems += [Problem(problem.message, key=str(column), file=file, line=1,
                                 suggestion=problem.suggestion) for problem in error.problems]
    names = [each.name for each in found]
    problems += [Problem(f"another column sets {each.name} too", key=each.column, file=file, line=1)
                 for place, each in enumerate(found) if each.name in names[:place]]
    if problems:
        raise InputError(problems)
    return found


# a table of designs -------------------------------------------------------------------------------

def simulate_table(table: FilePath | pd.DataFrame, base: Formulation | None = None, *,
                   metrics: Sequence[str] = tuple(METRICS), draws: int = 0, seed: int = 0,
                   accuracy: str = "default", threads: int | None = None,
                   progress: Progress | None = None) -> pd.DataFrame:
    """Return the metrics of a table of designs, any mix of families; a bad row fails alone.

    Parameters
    ----------
    table
        A CSV or Excel file, or a DataFrame. The column ``formulation`` names the file of a base;
        other columns change it: quantities with their unit in the header (``thickness_mm`` or
        ``thickness [mm]``) or in the cells, materials, laws and words by name. An empty cell
        leaves what the base has.
    base
        Base of the rows that name none.
    metrics
        Metrics, or quantities of the vocabulary (SI).
    draws, seed, accuracy, threads
        See :func:`releasekit.simulate`; with draws a metric is a median, with ``_p05`` and
        ``_p95`` beside it.
    progress
        Called with (rows done, rows in all).

    Returns
    -------
    DataFrame
        The columns of the table, then ``carrier``, ``status`` (ok or failed), ``reason``, the
        metrics and ``discretisation_error``.

    Raises
    ------
    InputError
        The table cannot be read, a column is not known, or a metric is not.
    """
    import pandas as pd

    return pd.concat(list(table_rows(table, base, metrics=metrics, draws=draws, seed=seed,
                                     accuracy=accuracy, threads=threads, progress=progress)))


def table_rows(table: FilePath | pd.DataFrame, base: Formulation | None = None, *,
               metrics: Sequence[str] = tuple(METRICS), draws: int = 0, seed: int = 0,
               accuracy: str = "default", threads: int | None = None,
               progress: Progress | None = None) -> Iterator[pd.DataFrame]:
    """Yield what :func:`simulate_table` returns piece by piece, in order, in bounded memory."""
    import pandas as pd

    _check_metrics(metrics)
    file = "" if isinstance(table, pd.DataFrame) else str(table)
    frame = table if isinstance(table, pd.DataFrame) else read_table(table)
    headers = _headers(frame, file)
    if base is None and BASE not in [each.name for each in headers]:
        raise InputError(Problem("no column formulation", file=file, line=1, suggestion=(
            "name a file of a base formulation in every row, or one for all")))
    bases: dict[tuple[str, ...], Formulation | InputError] = {}
    piece = max(1, ROWS_WRITTEN // max(draws, 1))
    for first in range(0, len(frame), piece):
        part = frame.iloc[first:first + piece]
        pool = _Pool(part, headers, base, file, bases)
        yield pool.measured(metrics, draws, seed, accuracy, threads)
        if progress:
            progress(min(first + piece, len(frame)), len(frame))


class _Pool:
    """Rows of a table, sorted by what is not a number: base, words, and which cells are filled."""

    def __init__(self, frame: pd.DataFrame, headers: Sequence[Header], base: Formulation | None,
                 file: str, bases: dict[tuple[str, ...], Formulation | InputError]) -> None:
        self.frame, self.base, self.file, self.bases = frame, base, file, bases
        self.reasons = np.full(len(frame), "", dtype=object)
        self.words = {each.name: _texts(frame[each.column]) for each in headers
                      if each.name in (BASE, *WORDS)}
        self.numbers = {each.name: self._read(each) for each in headers
                        if each.name in QUANTITIES and each.name not in WORDS}

    def _read(self, each: Header) -> FloatArray:
        """Return SI values of a column, nan where a cell is empty or wrong."""
        import pandas as pd

        cells = self.frame[each.column]
        target = QUANTITIES[each.name].unit
        if each.unit or (target == "1" and pd.api.types.is_numeric_dtype(cells)):
            values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
            for row in np.flatnonzero(cells.notna().to_numpy() & ~np.isfinite(values)):
                self._fail(row, f"{each.column}: {cells.iloc[row]!r} is not a finite number")
            return np.array([to_si(value, each.unit, target) for value in values])
        values = np.full(len(cells), np.nan)
        for row in np.flatnonzero(cells.notna().to_numpy()):
            try:
                values[row] = parse(cells.iloc[row], target)
            except InputError as error:
                self._fail(row, f"{each.column}: {error.problems[0]}")
        return values

    def _fail(self, rows: ArrayLike, why: str) -> None:
        for row in np.atleast_1d(rows):
            told = self.reasons[row]
            self.reasons[row] = f"{told}; {why}" if told else why

    def _groups(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], NDArray[np.intp]]]:
        """Yield words, names of the filled columns and rows."""
        import pandas as pd

        keys = {**self.words, **{f"{name} filled": np.isfinite(values)
                                 for name, values in self.numbers.items()}}
        good = np.flatnonzero(self.reasons == "")
        if not keys or not good.size:
            yield (), (), good
            return
        table = pd.DataFrame(keys).iloc[good]
        for key, places in table.groupby(list(keys), sort=False).indices.items():
            told = key if isinstance(key, tuple) else (key,)
            count = len(self.words)
            filled = [name for name, has in zip(self.numbers, told[count:], strict=True) if has]
            yield tuple(map(str, told[:count])), tuple(filled), good[places]

    def _based(self, words: tuple[str, ...]) -> Formulation:
        """Return the base of a group, with its materials, laws and words."""
        if words not in self.bases:
            named = {name: word for name, word in zip(self.words, words, strict=True) if word}
            try:
                path = named.pop(BASE, "")
                thing = load(find_beside(path, self.file)) if path else self.base
                if thing is None:
                    raise InputError("formulation: no base is named")
                if not isinstance(thing, Formulation):
                    raise InputError(f"formulation: {path} is a {type(thing).__name__.lower()}")
                self.bases[words] = thing.but(**named) if named else thing  # type: ignore[arg-type]
            except InputError as error:
                self.bases[words] = error
        found = self.bases[words]
        if isinstance(found, InputError):
            raise found
        return found

    def measured(self, metrics: Sequence[str], draws: int, seed: int, accuracy: str,
                 threads: int | None) -> pd.DataFrame:
        """Return the rows with their metrics."""
        import pandas as pd

        found = {name: np.full(len(self.frame), np.nan) for metric in metrics
                 for name in (metric, *(metric + end for end in _SHARES if draws))}
        error = np.full(len(self.frame), np.nan)
        carriers = np.full(len(self.frame), "", dtype=object)
        for words, filled, rows in self._groups():
            columns = {name: self.numbers[name][rows] for name in filled}
            wrong = check_rows(columns)
            for place, why in wrong.items():
                self._fail(rows[place], why)
            good = np.delete(np.arange(len(rows)), list(wrong))
            if not good.size:
                continue
            rows = rows[good]
            designs_columns = {name: column[good] for name, column in columns.items()}
            try:
                base = Designs(self._based(words), designs_columns).row(0)
                carriers[rows] = base.carrier
                count = designs_columns or {"duration": np.full(
                    len(rows), base.number("duration") or np.nan)}
                numbers, off, failed = _gather(stream(
                    Designs(base, count), metrics, draws=draws, seed=seed, accuracy=accuracy,
                    threads=threads), len(rows) * max(draws, 1))
            except InputError as problem:
                self._fail(rows, "; ".join(map(str, problem.problems)))
                continue
            for place, why in _lost(failed, draws).items():
                self._fail(rows[place], why)
            error[rows] = _over_draws(off, draws, 1.0)
            for metric, values in numbers.items():
                found[metric][rows] = _over_draws(values, draws, 0.5)
                for end, share in _SHARES.items() if draws else ():
                    found[metric + end][rows] = _over_draws(values, draws, share)
        told = {"carrier": carriers, "status": np.where(self.reasons == "", "ok", "failed"),
                "reason": self.reasons, **found, "discretisation_error": error}
        own = self.frame.reset_index(drop=True)
        return pd.concat([own, pd.DataFrame(told)], axis=1).set_index(self.frame.index)


def _texts(cells: pd.Series[Any]) -> NDArray[np.object_]:
    return np.array([str(cell).strip() if filled else "" for cell, filled in
                     zip(cells, cells.notna(), strict=True)], dtype=object)


def _over_draws(values: FloatArray, draws: int, share: float) -> FloatArray:
    """Return a quantile over the draws of each design; nan where all are."""
    if not draws:
        return values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of rows that have nothing but nan
        return np.asarray(np.nanquantile(values.reshape(-1, draws), share, axis=1))


def _lost(failed: Mapping[int, str], draws: int) -> dict[int, str]:
    """Return design -> why, for the designs of which every draw failed."""
    width = max(draws, 1)
    count: dict[int, int] = {}
    for row in failed:
        count[row // width] = count.get(row // width, 0) + 1
    return {row // width: why for row, why in failed.items() if count[row // width] == width}


# a long series of draws ---------------------------------------------------------------------------

def draw_rows(formulation: Formulation, draws: int, *, metrics: Sequence[str] = tuple(METRICS),
              seed: int = 0, accuracy: str = "default", threads: int | None = None,
              progress: Progress | None = None) -> Iterator[pd.DataFrame]:
    """Yield the metrics of every draw of one formulation, piece by piece, in bounded memory.

    Parameters
    ----------
    formulation
        The carrier.
    draws
        Number of draws.
    metrics, seed, accuracy, threads, progress
        See :func:`simulate_table`.

    Yields
    ------
    DataFrame
        ``draw``, the metrics, ``discretisation_error`` and ``reason`` (empty where all is well).
    """
    import pandas as pd

    _check_metrics(metrics)
    chunks = stream(Designs(formulation), metrics, draws=draws, seed=seed, accuracy=accuracy,
                    threads=threads)
    for first in range(0, draws, ROWS_WRITTEN):
        count = min(ROWS_WRITTEN, draws - first)

        def told(done: int, first: int = first) -> None:
            if progress:
                progress(first + done, draws)

        numbers, error, failed = _gather(chunks, count, first, told)
        reasons = np.full(count, "", dtype=object)
        for row, why in failed.items():
            reasons[row] = why
        yield pd.DataFrame({"draw": np.arange(first, first + count), **numbers,
                            "discretisation_error": error, "reason": reasons})


def _gather(chunks: Iterator[Chunk], count: int, first: int = 0,
            progress: Callable[[int], None] | None = None
            ) -> tuple[dict[str, FloatArray], FloatArray, dict[int, str]]:
    """Put the next chunks together, ``count`` rows in all, rows counted from ``first``."""
    numbers: dict[str, FloatArray] = {}
    error = np.empty(count)
    failed: dict[int, str] = {}
    done = 0
    while done < count:
        chunk = next(chunks)
        place = slice(chunk.first - first, chunk.rows.stop - first)
        for name, values in chunk.numbers.items():
            numbers.setdefault(name, np.empty(count))[place] = values
        error[place] = chunk.error
        failed.update({row - first: why for row, why in chunk.failed.items()})
        done = place.stop
        if progress:
            progress(done)
    return numbers, error, failed


def _check_metrics(names: Sequence[str]) -> None:
    unknown = [name for name in names if horizon(name) is None and name not in QUANTITIES]
    if unknown:
        raise InputError([Problem("is not a metric", key=name, suggestion=nearest(name, METRICS))
                          for name in unknown])
