"""The only door to files: TOML, tables, JSON, checksums and what is shipped inside the package."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import importlib.util
import json
import math
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from releasekit.errors import InputError, Problem, WorkError, nearest
from releasekit.toml_lines import Key, key_lines

if TYPE_CHECKING:
    import pandas as pd

FilePath = str | os.PathLike[str]


@dataclass(frozen=True)
class Document:
    """A TOML file that has been read, with its text so that a problem can name its line."""

    path: str
    data: dict[str, Any]
    text: str
    checksum: str = ""

    def line(self, *keys: Key) -> int:
        """Return the line of a key path such as ``("facts", "density", "unit")``; 0 if absent.

        >>> Document("a.toml", {}, "[facts.density]\\nsd = 5").line("facts", "density", "sd")
        2
        """
        return key_lines(self.text).get(keys, 0)

    def problem(self, message: str, *keys: Key, suggestion: str = "") -> Problem:
        """Return a problem at a key path; a missing key is placed at the table it belongs to."""
        place = next((line for end in range(len(keys), 0, -1)
                      if (line := self.line(*keys[:end]))), 0)
        name = ".".join(str(key) for key in keys)
        return Problem(message, key=name, file=self.path, line=place, suggestion=suggestion)


# TOML and text -----------------------------------------------------------------------------------
def similar(path: FilePath) -> str:
    """Suggest the file whose name is nearest to one that does not exist."""
    folder = Path(path).parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    close = nearest(Path(path).name, [entry.name for entry in folder.iterdir()])
    return close.replace("mean ", f"mean {folder}{os.sep}") if str(folder) != "." else close


def _read_bytes(path: FilePath) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(Problem("no such file", file=str(path),
                                 suggestion=similar(path))) from None
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error


def read_text(path: FilePath) -> tuple[str, str]:
    """Return text and checksum of a file."""
    raw = _read_bytes(path)
    try:
        return raw.decode("utf-8-sig"), hashlib.sha256(raw).hexdigest()
    except UnicodeDecodeError as error:
        raise InputError(Problem("is not UTF-8 text", file=str(path))) from error


def read_toml(path: FilePath) -> Document:
    """Read a TOML file.

    Raises
    ------
    InputError
        The file is missing, unreadable or not valid TOML (with its line).
    """
    text, digest = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        message = str(error)[: where.start()] if where else str(error)
        line = 0 if not where else int(where[1]) if where[1] else text.count("\n") + 1
        raise InputError(Problem(f"not valid TOML: {message}", file=str(path), line=line)) from None
    return Document(str(path), data, text, digest)


@contextlib.contextmanager
def replacing(path: FilePath) -> Iterator[Path]:
    """Give a temporary file that takes the place of ``path`` only once it is complete."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-",
                                        suffix=target.suffix)
    except OSError as error:
        raise InputError(Problem(f"cannot be written: {error.strerror}",
                                 file=str(path))) from error
    os.close(handle)
    try:
        yield Path(name)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)  # mkstemp makes files that nobody else may read
        os.replace(name, target)
    except OSError as error:
        raise WorkError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """Turn numpy scalars and arrays, tuples and mappings into what TOML and JSON know."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def write_toml(path: FilePath, mapping: Mapping[str, Any]) -> None:
    """Write a mapping as TOML in its own order; floats are kept exactly."""
    import tomlkit

    document = tomlkit.document()
    for key, value in _plain(mapping).items():
        is_table = isinstance(value, dict) or (
            isinstance(value, list) and value and isinstance(value[0], dict))
        if is_table and document:
            document.add(tomlkit.nl())
        if isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
            table = tomlkit.table(is_super_table=True)
            for name, inner in value.items():
                table.add(name, tomlkit.item(inner))
            document.add(key, table)
        else:
            document.add(key, tomlkit.item(value))
    with replacing(path) as file:
        file.write_text(tomlkit.dumps(document), encoding="utf-8")


# tables and JSON ----------------------------------------------------------------------------------
def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def read_table(path: FilePath) -> pd.DataFrame:
    """Read a CSV file or the first sheet of an Excel file; numbers are kept exactly.

    Row ``i`` of the index stands on line ``i + 2`` of the file.
    """
    import pandas as pd

    name = str(path)
    if Path(path).suffix.lower() in (".xlsx", ".xlsm"):
        _read_bytes(path)
        if not _installed("openpyxl"):
            raise InputError(Problem("reading Excel needs openpyxl", file=name, suggestion=(
                "pip install 'releasekit[excel]', or save the sheet as CSV")))
        try:
            return _tidy(pd.read_excel(path))
        except Exception as error:  # openpyxl and zipfile raise many unrelated classes
            raise InputError(Problem(f"not a readable Excel file: {error}", file=name)) from error
    text, _ = read_text(path)
    head = text.split("\n", 1)[0]
    # a European spreadsheet exports semicolons and decimal commas
    separator = ";" if ";" in head and "," not in head else "\t" if "\t" in head else ","
    options: dict[str, Any] = {}
    if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
        options["float_precision"] = "round_trip"  # later versions are exact without it
    try:
        frame: pd.DataFrame = pd.read_csv(
            Path(path), sep=separator, decimal="," if separator == ";" else ".",
            encoding="utf-8-sig", skipinitialspace=True, skip_blank_lines=False, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        where = re.search(r"line (\d+)", str(error))
        raise InputError(Problem(f"not a readable table: {str(error).strip()}", file=name,
                                 line=int(where[1]) if where else 0)) from error
    return _tidy(frame)


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop empty rows; the index goes on counting lines, so that a problem can name its line."""
    return frame.dropna(how="all").rename(columns=lambda column: str(column).strip())


def write_table(path: FilePath, frame: pd.DataFrame) -> None:
    """Write a table as CSV, or as Parquet where the name ends in ``.parquet``."""
    with table_writer(path) as append:
        append(frame)


def csv_text(frame: pd.DataFrame, header: bool = True) -> str:
    """Return rows as the text of a CSV file."""
    return str(frame.to_csv(index=False, header=header, lineterminator="\n"))


@contextlib.contextmanager
def table_writer(path: FilePath) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Give a function that appends rows to a CSV or Parquet file, complete once all are written.

    Raises
    ------
    InputError
        The name ends in neither, pyarrow is missing, or the file cannot be written.
    """
    kind = Path(path).suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise InputError(Problem("is neither a .csv nor a .parquet file", file=str(path)))
    if kind == ".csv":
        with replacing(path) as file, file.open("w", encoding="utf-8", newline="") as stream:
            def add(frame: pd.DataFrame) -> None:
                stream.write(csv_text(frame, header=not stream.tell()))

            yield add
        return
    if not _installed("pyarrow"):
        raise InputError(Problem("writing Parquet needs pyarrow", file=str(path), suggestion=(
            "pip install 'releasekit[parquet]', or write CSV")))
    import pyarrow
    import pyarrow.parquet

    writers: list[Any] = []  # the first rows say what the columns are
    with replacing(path) as file, contextlib.ExitStack() as stack:
        def append(frame: pd.DataFrame) -> None:
            rows = pyarrow.Table.from_pandas(
                frame, schema=writers[0].schema if writers else None, preserve_index=False)
            if not writers:
                writers.append(stack.enter_context(
                    pyarrow.parquet.ParquetWriter(file, rows.schema)))
            writers[0].write_table(rows)

        yield append
        stack.close()


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def json_text(value: Any) -> str:
    """Return JSON text; a number that is not finite becomes null.

    >>> print(json_text({"a": np.array([1.5, np.nan])}))
    {
      "a": [
        1.5,
        null
      ]
    }
    """
    return json.dumps(_without_nan(_plain(value)), indent=2, ensure_ascii=False, allow_nan=False)


def write_json(path: FilePath, value: Any) -> None:
    """Write JSON; floats are kept exactly, numbers that are not finite become null."""
    with replacing(path) as file:
        file.write_text(json_text(value) + "\n", encoding="utf-8")


def read_json(path: FilePath) -> Any:
    """Read a JSON file."""
    text, _ = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"not valid JSON: {error.msg}", file=str(path),
                                 line=error.lineno)) from None


def write_text(path: FilePath, text: str) -> None:
    """Write a text file (a report, a figure as SVG)."""
    with replacing(path) as file:
        file.write_text(text, encoding="utf-8")


def remove(folder: FilePath, pattern: str) -> None:
    """Remove the files of a folder whose names match a pattern such as ``*.toml``."""
    for path in Path(folder).glob(pattern):
        path.unlink()


def packaged(*parts: str) -> str:
    """Return the path of a file that is shipped inside the package.

    >>> packaged("verification", "cases.json").endswith("cases.json")
    True
    """
    return str(Path(str(importlib.resources.files("releasekit"))).joinpath(*parts))


def checksum(path: FilePath) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(_read_bytes(path)).hexdigest()


def find_beside(name: str, citing: FilePath) -> str:
    """Return the path of a file that another one names: beside that, else as it stands.

    The ending ``.toml`` may be left out.
    """
    beside = Path(citing).parent / Path(name).expanduser()
    places = [place for path in (beside, Path(name)) for place in (path, Path(f"{path}.toml"))]
    return str(next((place for place in places if place.is_file()), beside))
