"""What a report is made of: a run, and the search it comes from; from a folder or from memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasekit.dataset import Dataset
from releasekit.errors import InputError, Problem
from releasekit.files import FilePath, read_json, read_table
from releasekit.formulation import Formulation
from releasekit.release import Release
from releasekit.results import (
    MARKS,
    RUN_FILES,
    load_run,
    metrics_table,
    record,
    release_table,
    versions,
)

if TYPE_CHECKING:
    import pandas as pd

    from releasekit.studies.search import SearchResult

SEARCH_FILES = ("summary.json", "trials.csv", "pareto.csv", "front.csv")


@dataclass(frozen=True)
class Search:
    """What a search found: its summary, all trials, the front, and the curves of the front."""

    summary: Mapping[str, Any]
    trials: pd.DataFrame
    front: pd.DataFrame
    curves: pd.DataFrame


@dataclass(frozen=True)
class Findings:
    """What there is to report.

    ``record`` is what ``run.json`` holds; ``curves`` and ``metrics`` have one block and one row
    per formulation, by the names in ``record["results"]``. A search that found nothing has none.
    """

    title: str
    record: Mapping[str, Any]
    formulations: tuple[Formulation, ...] = ()
    curves: pd.DataFrame | None = None
    metrics: pd.DataFrame | None = None
    search: Search | None = None
    data: Dataset | None = None


_NOTHING: dict[str, Any] = {"results": [], "formulations": [], "options": {}, "checksums": {}}


def findings_of(releases: Sequence[Release], accuracy: str = "default",
                changes: Mapping[str, str] | None = None, result: SearchResult | None = None,
                data: Dataset | None = None) -> Findings:
    """Return the findings of releases that were just simulated, or of a search.

    Parameters
    ----------
    releases
        Single formulations, each with its draws.
    accuracy, changes
        As for ``save_run``.
    result
        The search whose picks they are.
    data
        Measured curves to be shown with them.
    """
    search = None
    if result is not None:
        search = Search(result.summary(), result.trials, result.pareto, result.front_curves)
    title = result.study.name if result else ", ".join(dict.fromkeys(r.name for r in releases))
    if not releases:
        return Findings(title, {**_NOTHING, "versions": versions()}, search=search)
    return Findings(title, record(releases, accuracy, changes or {}),
                    tuple(release.formulation for release in releases), release_table(releases),
                    metrics_table(releases), search, data)


def read_findings(folder: FilePath) -> Findings:
    """Return the findings in a result folder.

    Raises
    ------
    InputError
        The folder holds neither a run nor a finished search.
    """
    place = Path(folder)
    if not any((place / name).is_file() for name in (RUN_FILES[0], SEARCH_FILES[0])):
        there = place.is_dir() and any((place / mark).is_file() for mark in MARKS)
        raise InputError(Problem(
            "holds a search that is not finished" if there else "is not a result folder",
            file=str(folder), suggestion="finish it with --resume" if there else
            "name a folder that simulate or optimise wrote with --out"))
    search = None
    if (place / SEARCH_FILES[0]).is_file():
        summary, *tables = SEARCH_FILES
        search = Search(read_json(place / summary), *(read_table(place / name) for name in tables))
    title = str(search.summary["name"]) if search else place.resolve().name
    if not (place / RUN_FILES[0]).is_file():
        return Findings(title, {**_NOTHING, "versions": versions()}, search=search)
    run, curves, metrics = RUN_FILES
    return Findings(title, read_json(place / run), load_run(place).formulations,
                    read_table(place / curves), read_table(place / metrics), search)
