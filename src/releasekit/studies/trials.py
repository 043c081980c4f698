"""The durable table of trials: an SQLite file that is complete to the last lot, come what may.

Resuming is a replay: the seeded search runs again and finds here what it has scored already. Only
numbers and words are stored. SQLite's own journal and its waiting for the disk make each lot whole
or absent after a kill at any moment, on network folders too.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.metadata
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError, Problem, WorkError
from releasekit.files import FilePath
from releasekit.results import TRIALS_FILE, checksums, versions
from releasekit.studies.candidates import Scored
from releasekit.studies.study import Study

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]

TABLES = {"screen": "trial", "default": "checked"}
"""Accuracy -> the table of what was simulated so: all trials, and those of the front again."""
FORMAT = 1
"""Version of the tables, kept in the file's ``user_version``."""
MOST_CHANGES = 20
"""Lines of a diff that are shown."""
PROSE = ("path", "checksum", "bases", "description", "note", "sources")
"""Fields of a study, its formulations and materials that move no number."""


class Trials:
    """The trials of one study, in a file or, without one, in memory."""

    def __init__(self, study: Study, path: str, database: sqlite3.Connection) -> None:
        self.study, self.path, self._database = study, path, database

    def count(self) -> int:
        """Return how many trials are kept."""
        count, = self._database.execute("SELECT count(*) FROM trial").fetchone() \
            if self._has("trial") else (0,)
        return int(count)

    def missing(self, numbers: IndexArray, accuracy: str = "screen") -> NDArray[np.bool_]:
        """Return which of some trials are not kept yet.

        Parameters
        ----------
        numbers : shape (trial,)
            Places of the trials in the search, rising.
        accuracy
            At which they are simulated, a key of ``TABLES``.
        """
        if not self._has(TABLES[accuracy]):
            return np.ones(len(numbers), dtype=bool)
        return ~np.isin(numbers, [number for number, _ in self._rows(
            "trial, point", numbers, accuracy)])

    def read(self, numbers: IndexArray, points: FloatArray, accuracy: str = "screen") -> Scored:
        """Return trials that are all kept.

        Raises
        ------
        InputError
            Other points are kept: another version of a library proposed them.
        """
        rows = self._rows("trial, status, reason, point, scores", numbers, accuracy)
        if not np.array_equal([json.loads(row[3]) for row in rows], points):
            raise InputError(Problem(
                f"the search proposes other candidates from trial {numbers[0]} on than when these "
                "trials were made", file=self.path, suggestion="start anew in another folder"))
        scores = [json.loads(row[4]) for row in rows]
        return Scored(self.study, points,
                      {label: np.array([score[label] for score in scores], dtype=float)
                       for label in scores[0]},
                      {i: row[2] for i, row in enumerate(rows) if row[1] == "failed"})

    def write(self, numbers: IndexArray, scored: Scored, accuracy: str = "screen") -> None:
        """Keep some trials, as they will stand in ``trials.csv`` and exactly.

        Raises
        ------
        WorkError
            The disk is full, or another search writes to the same file.
        """
        table = scored.table().assign(trial=numbers)
        table["point"] = [json.dumps(point.tolist()) for point in scored.points]
        table["scores"] = [json.dumps(
            {label: None if np.isnan(column[row]) else float(column[row])
             for label, column in scored.values.items()}) for row in range(len(scored))]
        names = ", ".join(f'"{name}"' for name in table)
        plain = table.astype(object).where(table.notna(), None)
        with _kept(self.path), self._database:
            self._database.execute(f"CREATE TABLE IF NOT EXISTS {TABLES[accuracy]} ({names}, "
                                   "PRIMARY KEY (trial)) WITHOUT ROWID")
            self._database.executemany(
                f"INSERT INTO {TABLES[accuracy]} ({names}) "
                f"VALUES ({', '.join('?' * table.shape[1])})", plain.itertuples(index=False))

    def _has(self, table: str) -> bool:
        return self._database.execute("SELECT 1 FROM sqlite_master WHERE name = ?",
                                      (table,)).fetchone() is not None

    def _rows(self, columns: str, numbers: IndexArray, accuracy: str) -> list[tuple[Any, ...]]:
        """Return what is kept of some trials, the trial first."""
        found = self._database.execute(
            f"SELECT {columns} FROM {TABLES[accuracy]} WHERE trial BETWEEN ? AND ? ORDER BY trial",
            (int(numbers[0]), int(numbers[-1]))).fetchall()
        wanted = set(numbers.tolist())
        return [row for row in found if row[0] in wanted]


@contextlib.contextmanager
def open_trials(study: Study, folder: FilePath | None = None,
                resume: bool = False) -> Iterator[Trials]:
    """Open the trials of a study, new or to be continued.

    Parameters
    ----------
    study
        As it will be run, with its budget and seed.
    folder
        Where ``trials.sqlite`` lies; in memory without one.
    resume
        Continue what lies there, if anything.

    Raises
    ------
    InputError
        The folder cannot be written; it holds trials and these are not to be continued; they are
        of another study, or of one that has changed since (with what changed).
    """
    place = ":memory:" if folder is None else str(Path(folder) / TRIALS_FILE)
    with contextlib.ExitStack() as stack:
        try:
            if folder is not None:
                Path(folder).mkdir(parents=True, exist_ok=True)
                if Path(place).exists() and not resume:
                    raise InputError(Problem("holds the trials of an earlier search", file=place,
                                             suggestion="continue it with --resume, or name a new "
                                             "folder"))
            database = stack.enter_context(contextlib.closing(sqlite3.connect(place)))
            with database:
                _begin(study, place, database)
        except (OSError, sqlite3.Error) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise InputError(Problem(f"cannot be written: {said}", file=place)) from None
        yield Trials(study, place, database)


def _begin(study: Study, place: str, database: sqlite3.Connection) -> None:
    """Write down the study, or compare with what stands there; writes in either case."""
    version, = database.execute("PRAGMA user_version").fetchone()
    made_by = {**versions(), "pymoo": importlib.metadata.version("pymoo")}
    now = {"study": "\n".join(resolved(study)), "files": json.dumps(_files(study)),
           "versions": json.dumps(made_by)}
    if version not in (0, FORMAT):
        raise InputError(Problem(f"format {version} is not known to this version", file=place))
    if version == FORMAT:
        then = dict(zip(now, database.execute("SELECT study, files, versions FROM about")
                        .fetchone(), strict=True))
        _compare(study, place, then, now)
    database.execute("CREATE TABLE IF NOT EXISTS about (study, files, versions)")
    database.execute("DELETE FROM about")
    database.execute("INSERT INTO about VALUES (:study, :files, :versions)", now)
    database.execute(f"PRAGMA user_version = {FORMAT}")


def _compare(study: Study, place: str, then: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse to mix trials of two studies, or of two versions of the libraries."""
    changes = [line for line in difflib.unified_diff(
        then["study"].splitlines(), now["study"].splitlines(), "then", "now", lineterm="", n=0)
        if not line.startswith("@@")]
    if changes:
        old, new = json.loads(then["files"]), json.loads(now["files"])
        files = [path for path in old.keys() & new.keys() if old[path] != new[path]]
        more = len(changes) - 2 - MOST_CHANGES
        raise InputError(Problem(
            "was made by another study than this one"
            + (f"; changed since: {', '.join(sorted(files))}" if files else "") + "\n"
            + "\n".join(changes[:2 + MOST_CHANGES])
            + (f"\nand {more} more lines" if more > 0 else ""), file=place,
            suggestion=f"{study.method} plans for its budget: start anew in another folder"
            if any("study.budget" in line for line in changes) else ""))
    made, used = json.loads(then["versions"]), json.loads(now["versions"])
    others = [f"{name} {made.get(name)}, this is {used[name]}" for name in used
              if made.get(name) != used[name]]
    if others:
        raise InputError(Problem(f"was made with {'; '.join(others)}: the numbers would not be of "
                                 "one kind", file=place,
                                 suggestion="start anew in another folder"))


@contextlib.contextmanager
def _kept(path: str) -> Iterator[None]:
    """Say of a failed write what is safe."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise WorkError(f"{path}: another search writes to the same file") from None
    except sqlite3.Error as error:
        raise WorkError(f"{path}: {error}; the trials up to here are kept: put this right, then "
                        "continue with --resume") from None


# what a study is made of --------------------------------------------------------------------------

def resolved(study: Study) -> list[str]:
    """Return everything that moves a number of a study, one line each, facts of materials too."""
    lines = list(_lines("study", study))
    if study.method == "sobol":  # a longer sequence begins with the same points
        lines.remove(f"study.budget = {study.budget!r}")
    return lines


def _lines(place: str, value: Any) -> Iterator[str]:
    if is_dataclass(value):
        value = {each.name: getattr(value, each.name) for each in fields(value)
                 if each.name not in PROSE}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _lines(f"{place}.{key}", value[key])
    elif isinstance(value, tuple | list) and any(
            is_dataclass(inner) or isinstance(inner, tuple | list) for inner in value):
        for i, inner in enumerate(value):
            yield from _lines(f"{place}[{getattr(inner, 'name', i)}]", inner)
    else:
        yield f"{place} = {value!r}"


def _files(study: Study) -> dict[str, str]:
    """Return the files that a study was read from, with their checksums."""
    materials = [material for one in study.base for material in one.made_of()]
    return checksums([study.path, *(one.path for one in study.base),
                      *(path for each in materials for path in (each.path, *each.bases))])
