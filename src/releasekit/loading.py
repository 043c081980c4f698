"""Loads any file: looks at its ``kind`` and builds the right thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from releasekit.dataset import dataset_from, dataset_from_csv
from releasekit.errors import InputError, nearest
from releasekit.facts import material_from
from releasekit.files import FilePath, read_toml
from releasekit.formulation import formulation_from

KINDS = ("material", "formulation", "study", "dataset")
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def load(path: FilePath) -> Any:
    """Read a material, formulation, study or dataset from a file.

    Parameters
    ----------
    path
        A TOML file with a ``kind``, or a CSV or Excel sheet of release curves.

    Returns
    -------
    Material, Formulation, Study or Dataset

    Raises
    ------
    InputError
        Everything that is wrong with the file, at once.
    """
    if Path(path).suffix.lower() in _TABLES:
        return dataset_from_csv(path)
    document = read_toml(path)
    kind = document.data.get("kind", "")
    if kind == "material":
        return material_from(document)
    if kind == "formulation":
        return formulation_from(document)
    if kind == "dataset":
        return dataset_from(document)
    if kind == "study":
        from releasekit.studies.reading import study_from

        return study_from(document)
    message = f"{kind!r} is not a known kind" if kind else "is missing"
    raise InputError(document.problem(message, "kind", suggestion=(
        nearest(str(kind), KINDS) or f"one of {', '.join(KINDS)}")))
