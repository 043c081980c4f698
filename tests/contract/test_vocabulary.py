"""The laws speak the vocabulary: names of arguments, units and parts of their docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from releasekit.errors import InputError
from releasekit.units import scale
from releasekit.vocabulary import QUANTITIES, nomenclature

from .refresh import COMMAND
from .tree import PACKAGE, ROOT

Law = Callable[..., Any]

TOOLS = ("__init__", "arrays", "constants", "roots")
"""Modules of the laws' folder that hold tools, not laws."""
STRUCTURAL = {"axis", "count", "transform", "q"}
"""Arguments that are no quantities: an axis, how many nodes, a Laplace transform, its variable."""
CURVES = "curves"
"""Empirical curves keep the short names of their field, and their units depend on the fit."""
PARTS = ("Parameters", "Returns", "Raises", "Notes", "Examples")


def laws() -> dict[str, Law]:
    """Return every public law by ``module.name``."""
    found: dict[str, Law] = {}
    for path in sorted((PACKAGE / "physics").glob("*.py")):
        if path.stem not in TOOLS:
            module = importlib.import_module(f"releasekit.physics.{path.stem}")
            found.update({f"{path.stem}.{name}": law for name, law in vars(module).items()
                          if inspect.isfunction(law) and not name.startswith("_")
                          and law.__module__ == module.__name__})
    return found


LAWS = laws()


def parts_of(text: str) -> dict[str, str]:
    """Return the sections of a numpy docstring, the beginning under ''."""
    pieces = re.split(r"^(\w+)\n-{3,}\n", text, flags=re.M)
    return {"": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}


def parameters_of(section: str) -> dict[str, str]:
    """Return the unit of each documented argument; '' where none is given."""
    found = {}
    for names, rest in re.findall(r"^(\w[\w, ]*) : (.*)$", section, flags=re.M):
        unit = re.search(r"\[([^\]]+)\]$", rest.strip())
        found.update(dict.fromkeys(names.split(", "), unit[1] if unit else ""))
    return found


def wrong_names(name: str, law: Law) -> list[str]:
    """Return the arguments of a law that are no words of the vocabulary."""
    if name.startswith(CURVES):
        return []
    return [f"{argument} is not in the vocabulary" for argument in inspect.signature(law).parameters
            if argument not in QUANTITIES and argument not in STRUCTURAL]


def wrong_words(name: str, law: Law) -> list[str]:
    """Return what is missing or wrong in the docstring of a law."""
    text = inspect.getdoc(law) or ""
    parts = parts_of(text)
    found = [f"no {part}" for part in PARTS if part != "Raises" and part not in parts]
    order = [part for part in parts if part]
    if order != [part for part in PARTS if part in parts]:
        found.append(f"sections {order} are not in the order {PARTS}")
    lines = parts[""].rstrip("\n").split("\n")
    if not lines[0].endswith(".") or lines[1:2] != [""]:
        found.append("does not begin with one sentence and an empty line")
    if not re.search(r"^    \S", parts[""], flags=re.M):
        found.append("no equation (an indented line before Parameters)")
    documented = parameters_of(parts.get("Parameters", ""))
    if list(documented) != list(inspect.signature(law).parameters):
        found.append(f"documents {list(documented)}, not its arguments")
    for argument, unit in documented.items():
        row = QUANTITIES.get(argument)
        if row and unit != row.unit and not name.startswith(CURVES):
            found.append(f"{argument} is in [{row.unit}], not [{unit}]")
        elif not unit and argument not in STRUCTURAL:
            found.append(f"{argument} has no unit")
    returned = re.findall(r"^\S.*$", parts.get("Returns", ""), flags=re.M)
    for line in returned:
        stated = re.search(r"\[([^\]]+)\]$", line)
        if not stated and " of str" not in line and " of bool" not in line:
            found.append(f"returns {line!r}, without a unit")
        elif stated and stated[1] != "unit of f" and not is_unit(stated[1], CURVES in name):
            found.append(f"returns [{stated[1]}], which is no unit")
    notes = parts.get("Notes", "")
    found += [f"Notes without {line}" for line in ("Validity:", "Source:")
              if not re.search(rf"^{line} \S", notes, flags=re.M)]
    if ">>>" not in parts.get("Examples", ""):
        found.append("no doctest")
    return found


def is_unit(text: str, with_time: bool) -> bool:
    """Return whether the unit can be read; empirical curves count time in the user's unit."""
    text = re.sub(r"\btime\b", "s", text) if with_time else text
    try:
        return text in ("1", "%") or scale(text, text) == 1.0
    except InputError:
        return False


@pytest.mark.parametrize("name", LAWS)
def test_arguments_are_words_of_the_vocabulary(name: str) -> None:
    """For a law whose argument no file, table or option can fill."""
    assert not wrong_names(name, LAWS[name])


@pytest.mark.parametrize("name", LAWS)
def test_docstring_says_all(name: str) -> None:
    """For a law without unit, validity, source or example, or in another unit than the table's."""
    assert not wrong_words(name, LAWS[name])


def test_laws_are_found() -> None:
    """For a search of the laws that finds nothing and lets everything pass."""
    assert len(LAWS) > 100
    assert "hindrance.obstruction_amsden" in LAWS


def planted(thickness: float, width: float) -> float:  # noqa: D417
    """Width over thickness

    Parameters
    ----------
    thickness : array_like, shape (...) [mm]
        Thickness.

    Returns
    -------
    ndarray, shape (...) [grains of sand]
        A ratio.

    Notes
    -----
    Source:
    """
    return width / thickness


def test_a_wrong_law_is_found() -> None:
    """For a check of names and docstrings that lets everything pass."""
    assert wrong_names("planted.planted", planted) == ["width is not in the vocabulary"]
    assert wrong_words("planted.planted", planted) == [
        "no Examples", "does not begin with one sentence and an empty line",
        "no equation (an indented line before Parameters)",
        "documents ['thickness'], not its arguments", "thickness is in [m], not [mm]",
        "returns [grains of sand], which is no unit", "Notes without Validity:",
        "Notes without Source:", "no doctest"]


def test_units_of_the_vocabulary_can_be_read() -> None:
    """For a unit in the table that no file could ever use, or that is shown in another kind."""
    for row in QUANTITIES.values():
        assert scale(row.unit, row.shown) > 0.0, row.name
        assert row.possible[0] <= row.usual[0] <= row.usual[1] <= row.possible[1], row.name


def test_nomenclature_is_up_to_date() -> None:
    """For a quantity that was added or changed and is missing from the documents."""
    text = (ROOT / "docs" / "nomenclature.md").read_text("utf-8")
    assert text == nomenclature(), f"run: {COMMAND}"
