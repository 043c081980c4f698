"""From the words of a command line to formulations that can be run, or every reason why not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from releasekit.catalogue import examine
from releasekit.dataset import Dataset
from releasekit.errors import InputError, Problem, ReleasekitWarning
from releasekit.facts import Material
from releasekit.files import FilePath, json_text, packaged, read_toml
from releasekit.formulation import Formulation
from releasekit.loading import load
from releasekit.results import is_run, load_run, versions
from releasekit.standing import Standing, of_formulation, of_material
from releasekit.studies.study import Study

OPTION = "--set"
INVENTED_CURVE = "time_d,released_pct\n0,0\n1,20\n3,35\n7,52\n14,73\n"


def templates(kind: str, name: str) -> dict[Path, str]:
    """Return the files that ``new`` writes: the template, and what it needs beside it.

    Raises
    ------
    InputError
        The name cannot be that of a file.
    """
    target = Path(name.removesuffix(".toml") + ".toml")
    kind = "hydrogel" if kind == "formulation" else kind
    if not re.fullmatch(r"\w[\w .+-]*", target.stem):
        raise InputError(Problem(f"{name!r} is not a name for a file",
                                 suggestion="letters, digits, - and _, e.g. my-gel"))

    def filled(template: str, stem: str) -> str:
        source = packaged("templates", f"{template}.toml")
        return re.sub(r'"NAME([\w.-]*)"', lambda found: json_text(stem + found[1]),
                      read_toml(source).text)

    content = {target: filled(kind, target.stem)}
    if kind == "measured":
        content[target.with_suffix(".csv")] = INVENTED_CURVE
    elif kind == "study":
        sheet = f"{target.stem}-sheet"
        content[target.with_name(f"{sheet}.toml")] = filled("hydrogel", sheet)
    return content


def read(files: Iterable[FilePath]) -> tuple[list[Formulation], dict[str, Any]]:
    """Read formulations and earlier runs.

    Returns
    -------
    formulations
        In the order of the files; a run may hold several.
    options
        ``draws``, ``seed`` and ``accuracy`` of the runs, if there are any.

    Raises
    ------
    InputError
        Every problem of every file, at once.
    """
    chosen: list[Formulation] = []
    problems: list[Problem] = []
    options: dict[str, Any] = {}
    for file in files:
        try:
            found, told = _run(file) if is_run(file) else ([_formulation(file)], {})
            if options and told and told != options:
                raise InputError(Problem("was run with other draws, seed or accuracy than the run "
                                         "before it", file=str(file),
                                         suggestion="run them one by one"))
        except InputError as error:
            problems += error.problems
        else:
            chosen += found
            options = told or options
    if problems:
        raise InputError(problems)
    return chosen, options


def _formulation(file: FilePath) -> Formulation:
    thing = load(file)
    if not isinstance(thing, Formulation):
        raise InputError(Problem(f"is a {type(thing).__name__.lower()}, not a formulation",
                                 file=str(file)))
    return thing


def dataset(file: FilePath) -> Dataset:
    """Read measured release curves.

    Raises
    ------
    InputError
        The file holds something else.
    """
    thing = load(file)
    if not isinstance(thing, Dataset):
        raise InputError(Problem(f"is a {type(thing).__name__.lower()}, not a dataset",
                                 file=str(file), suggestion="name a CSV of released fractions"))
    return thing


def _run(file: FilePath) -> tuple[list[Formulation], dict[str, Any]]:
    run = load_run(file)
    for name, version in versions().items():
        if run.versions.get(name) != version:
            warnings.warn(f"{file} was made with {name} {run.versions.get(name)}, this is "
                          f"{version}: the last digits may differ", ReleasekitWarning, stacklevel=3)
    return list(run.formulations), {"draws": run.draws, "seed": run.seed,
                                    "accuracy": run.accuracy}


def checked(file: FilePath) -> tuple[str, list[Problem]]:
    """Return what a file holds (empty if it cannot be read), and everything wrong with it."""
    try:
        if is_run(file):
            return "run", problems_of(load_run(file).formulations)
        thing = load(file)
    except InputError as error:
        return "", list(error.problems)
    kind = type(thing).__name__.lower()
    if isinstance(thing, Study):
        varied = {vary.name for vary in thing.vary}
        return kind, [problem for problem in problems_of(thing.base) if problem.key not in varied]
    return kind, problems_of([thing]) if isinstance(thing, Formulation) else []


def standing_of(file: FilePath) -> Standing | None:
    """Return how complete a file is: a material, or a formulation at a wound; else nothing."""
    if is_run(file):
        return None
    thing = load(file)
    if isinstance(thing, Material):
        return of_material(thing)
    if isinstance(thing, Formulation) and thing.word("boundary", "wound") == "wound":
        return of_formulation(thing)
    return None


def assignment(text: str) -> tuple[str, str]:
    """Split ``NAME=VALUE``.

    >>> assignment("thickness=3.1 mm")
    ('thickness', '3.1 mm')
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise InputError(Problem(f"{text!r} is not NAME=VALUE", file=OPTION,
                                 suggestion='e.g. --set thickness="3 mm"'))
    if name in ("self", "models"):  # arguments of Formulation.but with a meaning of their own
        raise InputError(Problem("is not known", key=name, file=OPTION,
                                 suggestion="a law is set by its part: --set mobility=unified"))
    return name, value


def changed(formulation: Formulation, changes: Mapping[str, str],
            option: str = OPTION) -> Formulation:
    """Return a formulation with what an option of the command line changes of it.

    Raises
    ------
    InputError
        Every change that cannot be made, at once.
    """
    if not changes:
        return formulation
    try:
        return formulation.but(**changes)  # type: ignore[arg-type]
    except InputError as error:
        raise InputError([problem if problem.file else replace(problem, file=option, line=0)
                          for problem in error.problems]) from None


def problems_of(formulations: Iterable[Formulation]) -> list[Problem]:
    """Return everything that keeps formulations from being run, each problem once."""
    return list(dict.fromkeys(problem for one in formulations
                              for problem in examine(one).problems))


def check_all(formulations: Sequence[Formulation]) -> None:
    """Raise everything that keeps any of the formulations from being run."""
    problems = problems_of(formulations)
    if problems:
        raise InputError(problems)
