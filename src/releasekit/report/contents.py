"""What the page of a report shows, as plain tables and lists for its script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from releasekit.agreement import observed_column
from releasekit.catalogue import conditions_of, left_by, spread_of, value_of
from releasekit.checks import Source, shown
from releasekit.facts import Material
from releasekit.figures.curves import points_of
from releasekit.figures.ledger import LEDGER_LOOKS
from releasekit.figures.looks import FAMILY_COLOURS, series_colours
from releasekit.formulation import Formulation
from releasekit.metrics import METRICS
from releasekit.release import DERIVED, QUANTILES
from releasekit.report.findings import Findings, Search
from releasekit.wording import SAID, TIME_LABEL, axis_of, label_of, least, settled

if TYPE_CHECKING:
    import pandas as pd

FRONT_POINTS = 61
"""Times of a curve of the front."""
DIGITS = 5
TRIAL_DIGITS = 4
"""Significant digits of a number; twenty thousand trials must fit into a page."""


def contents(findings: Findings) -> dict[str, Any]:
    """Return everything a page shows.

    Parameters
    ----------
    findings
        A run, and the search it comes from.
    """
    record = findings.record
    colours = series_colours([told["carrier"] for told in record["results"]])
    return {
        "title": findings.title, "said": SAID, "time_label": TIME_LABEL,
        "labels": {column: label_of(column) for column in _columns(findings)},
        "families": FAMILY_COLOURS, "ledger_looks": LEDGER_LOOKS,
        "formulations": [
            {**told, "colour": colour, "description": one.description,
             "settings": settings(one), "exact": one.taken_as_exact(),
             "curves": _curves(findings.curves, told["name"]),
             "metrics": _row(findings.metrics, told["name"])}
            for told, colour, one in zip(record["results"], colours, findings.formulations,
                                         strict=True)],
        "metrics": {name: said for name, (_, said) in METRICS.items()},
        "facts": _facts(record, findings.formulations),
        "search": _search(findings.search) if findings.search else None,
        "measured": _measured(findings),
        "manifest": _manifest(record, findings.search),
    }


def _columns(findings: Findings) -> list[str]:
    """Return the columns of the tables that are shown."""
    tables = [findings.search.trials, findings.search.front] if findings.search else []
    if findings.metrics is not None:
        tables.append(findings.metrics)
    return [str(column) for table in tables for column in table]


def numbers(values: Iterable[float], digits: int = DIGITS) -> list[float | None]:
    """Return numbers with some significant digits, None for what is not finite.

    >>> numbers([0.123456789, float("nan"), 8.5e9])
    [0.12346, None, 8500000000.0]
    """
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values]


# formulations -------------------------------------------------------------------------------------

def settings(one: Formulation) -> list[list[str]]:
    """Return what a formulation is made of and how it is used, as rows of place, name, value."""
    rows = [["made of", place, f"{material.name} ({material.key})"]
            for place, material in one.materials.items()]
    rows += [["model", part, law] for part, law in one.models.items()]
    rows += [["choice", name, _said(name, value)] for name, value in one.choices.items()]
    for layer in one.layers:
        rows += [[layer.name, name, _said(name, value)] for name, value in layer.choices.items()]
        rows += [[layer.name, place, f"{material.name} ({material.key})"]
                 for place, material in layer.materials.items()]
    rows += [["use", name, _said(name, value)] for name, value in one.use.items()]
    rows += [["process", step.step, ", ".join(left_by(step))] for step in one.process]
    return rows + [["given", name, f"series of {len(item.times)}" if item.times is not None
                    else _said(name, item.value or 0.0)] for name, item in one.given.items()]


def _said(name: str, value: float | str) -> str:
    return value if isinstance(value, str) else shown(name, value)


def _curves(table: pd.DataFrame | None, name: str) -> dict[str, Any]:
    """Return time, fractions (with bands where there are draws) and the particles applied."""
    assert table is not None
    rows = table[table["name"] == name].dropna(axis=1, how="all")
    found: dict[str, Any] = {"time_d": numbers(rows["time_d"])}
    for column in (*DERIVED, *LEDGER_LOOKS, "applied_particles_per_cm2"):
        if column in rows:
            found[column] = {"p50": numbers(rows[column])}
        elif f"{column}_p50" in rows:
            kept = QUANTILES if column in DERIVED else ("p50",)
            found[column] = {q: numbers(rows[f"{column}_{q}"]) for q in kept}
    return found


def _row(table: pd.DataFrame | None, name: str) -> dict[str, float | None]:
    """Return the metrics of a formulation, and what the table says of their bands."""
    assert table is not None
    row = table[table["name"] == name].iloc[0]
    return {key: None if row[key] is None else numbers([settled(key, row[key])])[0]
            for key in table.columns
            if any(key == metric or key.startswith(f"{metric}_p") for metric in METRICS)}


# facts --------------------------------------------------------------------------------------------

def _facts(record: Mapping[str, Any], formulations: Sequence[Formulation]) -> list[list[str]]:
    """Return the facts used: name, material, value, spread, basis, conditions, source, link,
    note, and the formulations that use it."""
    users: dict[tuple[str, ...], list[str]] = {}
    for told, result, one in zip(record["formulations"], record["results"], formulations,
                                 strict=True):
        for row in (*_used(one.made_of(), set(told["facts_used"])), *_given(one)):
            users.setdefault(row, []).append(result["name"])
    return [[*row, ", ".join(names)] for row, names in users.items()]


def _used(materials: Iterable[Material], keys: set[str]) -> Iterable[tuple[str, ...]]:
    for material in materials:
        for fact in material.facts.values():
            if fact.key in keys:
                source = material.sources.get(fact.source)
                yield (fact.name, fact.material, value_of(fact), spread_of(fact), fact.basis,
                       conditions_of(fact), *cited(source), fact.note)


def _given(one: Formulation) -> Iterable[tuple[str, ...]]:
    for name, item in one.given.items():
        value, spread = ("series", "") if item.value is None else (
            shown(name, item.value), spread_of(item.fact()))
        yield (name, one.name, value, spread, "given", "",
               *cited(one.sources.get(item.source)), item.note)


def cited(source: Source | None) -> tuple[str, str]:
    """Return the citation of a source and a link to it, empty where there is none.

    >>> cited(Source("key", "A citation.", pmc="PMC12345"))
    ('A citation.', 'https://pmc.ncbi.nlm.nih.gov/articles/PMC12345/')
    """
    if source is None:
        return "", ""
    link = (f"https://doi.org/{source.doi}" if source.doi
            else f"https://pmc.ncbi.nlm.nih.gov/articles/{source.pmc}/" if source.pmc
            else f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/" if source.pmid
            else source.url)
    return source.citation, link if link.startswith(("https://", "http://")) else ""


# searches, measurements, origin -------------------------------------------------------------------

def _search(search: Search) -> dict[str, Any]:
    """Return objectives, picks, all trials as numbers, and the front with its curves."""
    front, curves = search.front, []
    for trial in front["trial"]:
        rows = search.curves[search.curves["trial"] == trial]
        at = np.unique(np.linspace(0, len(rows) - 1, FRONT_POINTS).astype(int))
        curves.append({column: numbers(rows[column].iloc[at], TRIAL_DIGITS)
                       for column in rows.columns if column not in ("trial", "name")
                       and rows[column].notna().any()})
    objectives = [{**one, "axis": axis_of(one["column"], one["goal"] == "maximise")}
                  for one in search.summary["objectives"]]
    return {"objectives": objectives, "picks": search.summary["best"],
            "drawn": bool(search.summary["draws"]),
            "unsatisfied": search.summary["unsatisfied"],
            "trials": columnar(search.trials), "front": columnar(front), "curves": curves}


def columnar(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table column by column: numbers as one text, words as levels and codes.

    Written so, a number costs half of what it does in JSON, and one that is absent nearly nothing.
    Why a trial is infeasible is left out: its constraints are in the table, as numbers.
    """
    found: dict[str, Any] = {}
    for name, column in table.items():
        if column.dtype.kind in "iuf":
            digits = TRIAL_DIGITS if column.dtype.kind == "f" else 17
            lowest = least(str(name))
            found[str(name)] = " ".join(
                "" if value != value else
                "0" if value < lowest else f"{value:.{digits}g}".replace("e+0", "e")
                for value in column.tolist())
            continue
        if name == "reason":
            column = column.where(table["status"] == "failed", "")
        codes, levels = column.fillna("").factorize()
        found[str(name)] = {"levels": [str(level) for level in levels], "codes": codes.tolist()}
    return found


def _measured(findings: Findings) -> dict[str, Any] | None:
    if findings.data is None:
        return None
    curves = []
    for curve in findings.data.curves:
        time, value, error = points_of(curve)
        curves.append({"name": curve.name, "time_d": numbers(time), "value": numbers(value),
                       "error": None if error is None else numbers(error)})
    return {"column": observed_column(findings.data), "curves": curves}


def _manifest(record: Mapping[str, Any], search: Search | None) -> list[list[str]]:
    """Return rows of what made the report: versions, options, seeds, hashes of files."""
    rows = [["version", name, version] for name, version in record["versions"].items()]
    rows += [["option", name, str(value)] for name, value in record["options"].items()]
    rows += [["changed", name, value] for name, value in record.get("changes", {}).items()]
    if search:
        rows += [["search", name, str(search.summary[name])] for name in (
            "method", "seed", "draws", "percentile", "evaluations", "seconds", "hypervolume")]
    return rows + [["SHA-256", path, digest] for path, digest in record["checksums"].items()]
