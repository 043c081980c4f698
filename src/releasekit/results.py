"""Result folders: what a run was made of and what came out, so that it can be run again."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from releasekit import __version__
from releasekit.catalogue import examine
from releasekit.checks import outside, span_message
from releasekit.choices import Layer
from releasekit.errors import InputError, Problem
from releasekit.facts import Fact, Material, Source, Spread
from releasekit.files import FilePath, checksum, read_json, write_json, write_table
from releasekit.formulation import Formulation, Given, ProcessStep
from releasekit.metrics import measure
from releasekit.release import Release
from releasekit.running import SIZES
from releasekit.vocabulary import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

RUN_FILES = ("run.json", "release.csv", "metrics.csv")
TRIALS_FILE = "trials.sqlite"
MARKS = ("run.json", "summary.json", TRIALS_FILE)
"""A folder with one of these is a result folder: of a run, or of a search."""
SCHEMA = 1
LIBRARIES = ("numpy", "scipy", "numba")


@dataclass(frozen=True)
class Run:
    """What is needed to run again: formulations and options, and the versions that ran them."""

    formulations: tuple[Formulation, ...]
    draws: int = 0
    seed: int = 0
    accuracy: str = "default"
    versions: Mapping[str, str] = field(default_factory=dict)


def versions() -> dict[str, str]:
    """Return the versions that a number may depend on."""
    return {"releasekit": __version__, "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in LIBRARIES}}


# what came out ------------------------------------------------------------------------------------

def labels(releases: Iterable[Release]) -> list[str]:
    """Return a name for each release that no other has: two of one name are numbered."""
    found: list[str] = []
    for release in releases:
        label, count = release.name, 1
        while label in found:
            count += 1
            label = f"{release.name} ({count})"
        found.append(label)
    return found


def summary(release: Release) -> dict[str, Any]:
    """Return everything that is said of one release, as ``simulate --json`` prints it."""
    return {
        "name": release.name, "carrier": release.formulation.carrier,
        "table": release.table().to_dict(orient="list"), "metrics": measure(release),
        "ledger_residual": release.ledger_residual,
        "discretisation_error": discretisation_error(release),
        "prediction_class": release.prediction_class, "driven_by": dict(release.driven_by),
        "facts_used": dict(release.facts_used), "warnings": list(release.warnings),
    }


def discretisation_error(release: Release) -> float | None:
    """Return the largest estimated numerical error of a release."""
    known = release.discretisation_error[np.isfinite(release.discretisation_error)]
    return float(known.max()) if known.size else None


def particles(release: Release) -> dict[str, float | None]:
    """Return particles per cm² of wound: available on day 7, taken up by the end.

    Medians over the draws, with ``_p05`` and ``_p95``; None where there is no wound or no day 7.
    """
    table = release.table()
    days = table["time_d"].to_numpy()
    found: dict[str, float | None] = {}
    for name, column, day in (("available_7d_per_cm2", "available_particles_per_cm2", 7.0),
                              ("delivered_per_cm2", "delivered_particles_per_cm2", days[-1])):
        found[name] = None
        for ending, label in (("", ""), ("_p50", ""), ("_p05", "_p05"), ("_p95", "_p95")):
            if f"{column}{ending}" in table and day <= days[-1] * (1.0 + 1e-9):
                found[f"{name}{label}"] = float(np.interp(
                    np.sqrt(day), np.sqrt(days), table[f"{column}{ending}"].to_numpy()))
    return found


def release_table(releases: Sequence[Release]) -> pd.DataFrame:
    """Return the columns of all releases over time, one below the other, the name first."""
    import pandas as pd

    tables = []
    for label, release in zip(labels(releases), releases, strict=True):
        table = release.table()
        table.insert(0, "name", label)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def metrics_table(releases: Sequence[Release]) -> pd.DataFrame:
    """Return one row per release: metrics and how far to trust them."""
    import pandas as pd

    return pd.DataFrame([
        {"name": label, "carrier": release.formulation.carrier, **measure(release),
         "prediction_class": release.prediction_class,
         "discretisation_error": discretisation_error(release),
         "ledger_residual": release.ledger_residual}
        for label, release in zip(labels(releases), releases, strict=True)])


# writing ------------------------------------------------------------------------------------------

def may_write(folder: FilePath) -> None:
    """Refuse a folder that holds anything but an earlier result.

    Raises
    ------
    InputError
        There is a file of that name, or a folder with other content and no ``run.json``.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise InputError(Problem("is a file, not a folder", file=str(folder)))
    if place.is_dir() and any(place.iterdir()) and not any(
            (place / mark).is_file() for mark in MARKS):
        raise InputError(Problem("the folder holds other things and no earlier run.json",
                                 file=str(folder), suggestion="name a new folder"))


def save_run(releases: Sequence[Release], folder: FilePath, accuracy: str = "default",
             changes: Mapping[str, str] | None = None) -> None:
    """Write ``run.json``, ``release.csv`` and ``metrics.csv``.

    Parameters
    ----------
    releases
        Single formulations, each with its draws.
    folder
        A new or empty folder, or one with an earlier run, which is overwritten.
    accuracy
        Accuracy with which the releases were computed.
    changes
        What was changed of the files on the command line: name -> text.

    Raises
    ------
    InputError
        The folder holds other things.
    """
    may_write(folder)
    place = Path(folder)
    write_json(place / "run.json", record(releases, accuracy, changes or {}))
    write_table(place / "release.csv", release_table(releases))
    write_table(place / "metrics.csv", metrics_table(releases))


def record(releases: Sequence[Release], accuracy: str,
           changes: Mapping[str, str]) -> dict[str, Any]:
    """Return what ``run.json`` says: inputs with their origin, versions, and what was found."""
    materials: dict[str, Material] = {}
    formulations = []
    for release in releases:
        formulations.append(_formulation(release.formulation, materials, changes))
    first = releases[0]
    results = []
    for label, release in zip(labels(releases), releases, strict=True):
        told = summary(release)
        results.append({"name": label, **{key: told[key] for key in told
                                          if key not in ("name", "table", "metrics")}})
    return {
        "kind": "run", "schema": SCHEMA, "versions": versions(),
        "options": {"draws": first.draws, "seed": first.seed, "accuracy": accuracy},
        "changes": dict(changes), "formulations": formulations,
        "materials": {key: _material(material) for key, material in materials.items()},
        "checksums": checksums([*(release.formulation.path for release in releases), *(
            path for material in materials.values() for path in (material.path, *material.bases))]),
        "results": results,
    }


def _keep(material: Material, known: dict[str, Material]) -> str:
    """Return the key under which a material is written; others of that name get a number."""
    key, count = f"{material.role}/{material.key}", 1
    while key in known and known[key] != material:
        count += 1
        key = f"{material.role}/{material.key}#{count}"
    known[key] = material
    return key


def _formulation(formulation: Formulation, known: dict[str, Material],
                 changes: Mapping[str, str]) -> dict[str, Any]:
    def made_of(materials: Mapping[str, Material]) -> dict[str, str]:
        return {place: _keep(material, known) for place, material in materials.items()}

    def entry(name: str, value: float | str, **more: Any) -> dict[str, Any]:
        unit = {} if isinstance(value, str) else {"unit": QUANTITIES[name].unit}
        origin = "command line" if name in changes else formulation.path
        return {"value": value, **unit, **more, "from": origin}

    given = {}
    for name, item in formulation.given.items():
        told = {"source": item.source, "note": item.note}
        if item.value is not None:
            given[name] = entry(name, item.value, spread=asdict(item.spread), **told)
        else:
            given[name] = {"times": item.times, "values": item.values, "time_unit": "s",
                           "unit": QUANTITIES[name].unit, **told, "from": formulation.path}
    return {
        "name": formulation.name, "carrier": formulation.carrier,
        "description": formulation.description, "made_of": made_of(formulation.materials),
        "models": dict(formulation.models),
        "layers": [{"name": layer.name, "layer_dose_fraction": layer.layer_dose_fraction,
                    "made_of": made_of(layer.materials),
                    "models": dict(layer.models),
                    "choices": {name: entry(name, value) for name, value in
                                layer.choices.items()}} for layer in formulation.layers],
        "choices": {name: entry(name, value) for name, value in formulation.choices.items()},
        "use": {name: entry(name, value) for name, value in formulation.use.items()},
        "process": [{**vars(step), "material": step.material and _keep(step.material, known)}
                    for step in formulation.process], "given": given,
        "sources": {key: asdict(source) for key, source in formulation.sources.items()},
        "facts_used": list(examine(formulation).facts),
        "path": formulation.path, "checksum": formulation.checksum,
    }


def _material(material: Material) -> dict[str, Any]:
    files = {Path(path).stem: path for path in reversed((material.path, *material.bases))}
    facts = {name: {**asdict(fact), "unit": QUANTITIES[name].unit, "written_in": fact.unit,
                    "from": files.get(fact.material, "")}
             for name, fact in material.facts.items()}
    return {"key": material.key, "name": material.name, "role": material.role,
            "description": material.description, "facts": facts,
            "sources": {key: asdict(source) for key, source in material.sources.items()},
            "path": material.path, "checksum": material.checksum, "bases": list(material.bases),
            "loading": list(material.loading)}


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of files, without those that are not there any more."""
    found = {}
    for path in dict.fromkeys(filter(None, paths)):
        with contextlib.suppress(InputError):  # made in Python, or moved since
            found[path] = checksum(path)
    return found


# reading ------------------------------------------------------------------------------------------

def is_run(path: FilePath) -> bool:
    """Say whether a path names a run: a JSON file, or a folder with a ``run.json``."""
    return Path(path).suffix.lower() == ".json" or (Path(path) / RUN_FILES[0]).is_file()


def load_run(path: FilePath) -> Run:
    """Read ``run.json``: the formulations as they were run, whatever became of their files.

    Raises
    ------
    InputError
        The file is not a run, or holds impossible numbers.
    """
    file = Path(path) / RUN_FILES[0] if Path(path).is_dir() else Path(path)
    data = read_json(file)
    if not isinstance(data, dict) or data.get("kind") != "run":
        raise InputError(Problem("is not a run: kind must be 'run'", file=str(file),
                                 suggestion="name the run.json of a result folder"))
    if data.get("schema") != SCHEMA:
        raise InputError(Problem(f"schema {data.get('schema')!r} is not known to this version",
                                 key="schema", file=str(file)))
    try:
        materials = {key: _read_material(entry) for key, entry in data["materials"].items()}
        formulations = tuple(_read_formulation(entry, materials)
                             for entry in data["formulations"])
        options = data["options"]
        run = Run(formulations, int(options["draws"]), int(options["seed"]),
                  str(options["accuracy"]), dict(data["versions"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(Problem(f"is not a complete run: {type(error).__name__} {error}",
                                 file=str(file))) from error
    problems = list(_impossible(run, str(file)))
    if problems:
        raise InputError(problems)
    return run


def _known(kind: type, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that are fields of a dataclass."""
    return {each.name: entry[each.name] for each in fields(kind)}


def _read_material(entry: Mapping[str, Any]) -> Material:
    entry, facts = {"loading": (), **entry}, {}  # version 0.1 did not know loading
    for name, told in entry["facts"].items():
        if name not in QUANTITIES:
            raise ValueError(f"{name} is not in the vocabulary")
        facts[name] = Fact(**{
            **_known(Fact, told), "unit": told["written_in"], "spread": Spread(**told["spread"]),
            "conditions": {key: (low, high) for key, (low, high) in told["conditions"].items()},
            "points": tuple((x, y) for x, y in told["points"])})
    sources = {key: Source(**told) for key, told in entry["sources"].items()}
    return Material(**{**_known(Material, entry), "facts": facts, "sources": sources,
                       "bases": tuple(entry["bases"]), "loading": tuple(entry["loading"])})


def _read_formulation(entry: Mapping[str, Any],
                      materials: Mapping[str, Material]) -> Formulation:
    def values(table: Mapping[str, Any]) -> dict[str, float | str]:
        return {name: told["value"] for name, told in table.items()}

    given = {}
    for name, told in entry["given"].items():
        times, values_ = (np.array(told[key], dtype=float) if key in told else None
                          for key in ("times", "values"))
        given[name] = Given(name, told.get("value"), times, values_, told["source"], told["note"],
                            Spread(**told.get("spread", {})))
    return Formulation(**{
        **{name: entry[name] for name in ("name", "carrier", "description", "path", "checksum")},
        "materials": {role: materials[key] for role, key in entry["made_of"].items()},
        "models": dict(entry["models"]), "choices": values(entry["choices"]),
        "layers": tuple(Layer(
            told["name"], told["layer_dose_fraction"],
            {place: materials[key] for place, key in told["made_of"].items()},
            told["models"], values(told["choices"])) for told in entry.get("layers", ())),
        "use": values(entry["use"]), "given": given,
        "process": tuple(ProcessStep(**{**step, "material": materials.get(step["material"])})
                         for step in entry["process"]),
        "sources": {key: Source(**told) for key, told in entry["sources"].items()}})


def _impossible(run: Run, file: str) -> Iterable[Problem]:
    """Yield what cannot be: a run.json may have been edited by hand."""
    if run.accuracy not in SIZES:
        yield Problem(f"{run.accuracy!r} is not known", key="options.accuracy", file=file,
                      suggestion=f"one of {', '.join(SIZES)}")
    if min(run.draws, run.seed) < 0:
        yield Problem("must not be negative", key="options", file=file)
    for formulation in run.formulations:
        given = {name: item.value for name, item in formulation.given.items()}
        for numbers in (formulation.choices, formulation.use, given,
                        *(layer.choices for layer in formulation.layers)):
            for name, value in numbers.items():
                if isinstance(value, float) and name in QUANTITIES and outside(name, value):
                    yield Problem(f"{formulation.name}: {span_message(name, value)}", key=name,
                                  file=file)
